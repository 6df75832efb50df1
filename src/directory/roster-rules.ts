/**
 * Who is on duty in a post with several holders: shifts with a first and a second, gaps and overlaps, swaps, absences.
 * Pure; moments are instants, and the days they belong to are the mechanism's own (its time zone is an argument).
 *
 * A roster only says who of a post's holders is told first. It never says that nobody is: where it is empty, everybody
 * who holds the post is told as without it (H40).
 */
import { type DirectorySnapshot, isRunning } from './snapshot.ts';

/** Who of a shift is told first, and who with or after him. */
export const PLACES = ['first', 'second'] as const;
export type Place = (typeof PLACES)[number];

/** Somebody on duty at a moment. */
export interface OnDuty {
  readonly shiftId: string;
  readonly personId: string;
  readonly place: Place;
  readonly from: Date;
  readonly to: Date;
}

/**
 * Those on duty in a post at `at`, the first before the second. Empty when the post keeps no roster or nobody is on it:
 * then whoever holds the post is told, as everywhere (quiet is never success). Nobody is named who does not hold the
 * post at that moment, or who has said that he is away. Answers H40, H41.
 */
export function onDuty(directory: DirectorySnapshot, postId: string, at: Date): readonly OnDuty[] {
  const shifts = directory.shiftsOf(postId).filter((shift) => isRunning(shift, at));
  if (shifts.length === 0) return [];
  const holders = new Set(directory.holders(postId, at).map((holding) => holding.personId));
  const away = new Set(
    directory
      .absencesOf(postId)
      .filter((absence) => isRunning(absence, at))
      .map((absence) => absence.personId),
  );
  return shifts
    .filter(({ personId }) => holders.has(personId) && !away.has(personId))
    .map(({ id, personId, place, from, to }) => ({ shiftId: id, personId, place, from, to }))
    .sort(
      (a, b) =>
        PLACES.indexOf(a.place) - PLACES.indexOf(b.place) ||
        a.from.getTime() - b.from.getTime() ||
        (a.personId < b.personId ? -1 : 1),
    );
}
