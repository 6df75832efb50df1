/**
 * Who is on duty in a post with several holders: shifts with a first and a second, gaps and overlaps, swaps, absences.
 * Pure; moments are instants, and the days they belong to are the mechanism's own (its time zone is an argument).
 *
 * A roster only says who of a post's holders is told first. It never says that nobody is: where it is empty, everybody
 * who holds the post is told as without it (H40).
 */
import type { Pack } from '../mechanism/index.ts';
import { detailsSeenBy, isCentrePost, mayAdminister } from './rules.ts';
import { type DirectorySnapshot, isRunning, type SnapshotPost } from './snapshot.ts';

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

/** From `from` (included) to `to` (excluded). */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** One shift of a post's roster. */
export interface Shift extends Period {
  readonly id: string;
  readonly personId: string;
  readonly place: Place;
}

/** Somebody's absence, or how long he holds the post (`to` null: without end). */
export interface OfPerson {
  readonly personId: string;
  readonly from: Date;
  readonly to: Date | null;
}

/** True when two periods have a moment in common; one that begins when the other ends does not. */
export function meets(a: Period, b: { readonly from: Date; readonly to: Date | null }): boolean {
  return (b.to === null || a.from < b.to) && b.from < a.to;
}

/** What is left of a period without the others, in order. */
export function without(whole: Period, others: readonly Period[]): Period[] {
  let left: Period[] = whole.from < whole.to ? [whole] : [];
  for (const other of others) {
    left = left.flatMap((one) => {
      if (!meets(one, other)) return [one];
      return [
        { from: one.from, to: other.from },
        { from: other.to, to: one.to },
      ].filter((part) => part.from < part.to);
    });
  }
  return left;
}

const FAR = new Date(8.64e15);

/** When a shift is really served: while its person holds the post and is not away. */
export function served(shift: Shift, absences: readonly OfPerson[], holdings: readonly OfPerson[]): Period[] {
  const ofHim = (list: readonly OfPerson[]) =>
    list.filter((one) => one.personId === shift.personId).map(({ from, to }) => ({ from, to: to ?? FAR }));
  const notHolding = without(shift, ofHim(holdings));
  return without(shift, [...ofHim(absences), ...notHolding]);
}

/** Why nobody is on duty: nobody was put there, he is away, or he left the post. */
export type GapWhy = 'empty' | 'absent' | 'left-post';

export interface Gap extends Period {
  readonly why: GapWhy;
  /** Who was to serve; null where nobody was. */
  readonly personId: string | null;
}

/**
 * When nobody at all is on duty within a period, first or second, with the reason; in order of time. A period is cut
 * where the reason changes. `lost` are shifts of those who left the post.
 */
export function gapsOf(
  shifts: readonly Shift[],
  absences: readonly OfPerson[],
  holdings: readonly OfPerson[],
  within: Period,
  lost: readonly Shift[] = [],
): Gap[] {
  // Whoever was to be told first is named first.
  const byPlace = (list: readonly Shift[]) =>
    list.toSorted((a, b) => PLACES.indexOf(a.place) - PLACES.indexOf(b.place));
  const covered = shifts.flatMap((shift) => served(shift, absences, holdings));
  const holds = (shift: Shift) => served(shift, [], holdings);
  return without(within, covered).flatMap((gap) => {
    const cuts = [gap.from, gap.to];
    for (const one of [...shifts, ...lost, ...shifts.flatMap(holds)]) {
      for (const cut of [one.from, one.to]) if (cut > gap.from && cut < gap.to) cuts.push(cut);
    }
    cuts.sort((a, b) => a.getTime() - b.getTime());
    const parts = cuts.slice(1).flatMap((to, index): Gap[] => {
      const part = { from: cuts[index] as Date, to };
      if (part.from >= part.to) return [];
      const away = byPlace(shifts).find((shift) => holds(shift).some((one) => meets(part, one)));
      const gone = byPlace([...lost, ...shifts]).find((shift) => meets(part, shift));
      const why: GapWhy = away ? 'absent' : gone ? 'left-post' : 'empty';
      return [{ ...part, why, personId: (away ?? gone)?.personId ?? null }];
    });
    const joined: Gap[] = [];
    for (const part of parts) {
      const last = joined.at(-1);
      const isSame = last?.why === part.why && last.personId === part.personId;
      if (last && isSame) joined[joined.length - 1] = { ...last, to: part.to };
      else joined.push(part);
    }
    return joined;
  });
}

/** Two shifts in the same place at once: who is told first is then not said. */
export interface Overlap extends Period {
  readonly place: Place;
  readonly shiftIds: readonly [string, string];
}

/** Every pair of shifts that claim the same place at the same time. */
export function overlapsOf(shifts: readonly Shift[]): Overlap[] {
  const sorted = shifts.toSorted((a, b) => a.from.getTime() - b.from.getTime() || (a.id < b.id ? -1 : 1));
  return sorted.flatMap((one, index) =>
    sorted
      .slice(index + 1)
      .filter((other) => other.place === one.place && meets(one, other))
      .map((other) => ({
        from: other.from,
        to: one.to < other.to ? one.to : other.to,
        place: one.place,
        shiftIds: [one.id, other.id] as const,
      })),
  );
}

/** The longest shift there may be: a week and a day of standing by. */
export const LONGEST_SHIFT_MS = 8 * 86_400_000;

/** Why a shift cannot be. */
export type ShiftFault = 'ends-before-start' | 'too-long' | 'not-a-holder' | 'serves-already';

/**
 * What is wrong with putting this shift among the others, or null: it ends before it begins, is too long, its person does
 * not hold the post through all of it, or he is on another shift then (first or second).
 */
export function shiftFault(
  shift: Shift,
  others: readonly Shift[],
  holdings: readonly OfPerson[],
): ShiftFault | null {
  const length = shift.to.getTime() - shift.from.getTime();
  if (!(length > 0)) return 'ends-before-start';
  if (length > LONGEST_SHIFT_MS) return 'too-long';
  const his = holdings
    .filter((one) => one.personId === shift.personId)
    .map(({ from, to }) => ({ from, to: to ?? FAR }));
  if (without(shift, his).length > 0) return 'not-a-holder';
  const busy = others.some(
    (other) => other.id !== shift.id && other.personId === shift.personId && meets(shift, other),
  );
  return busy ? 'serves-already' : null;
}

/** A shift given to another person, for one of his or for nothing. */
export interface Swap {
  readonly shiftId: string;
  readonly otherPersonId: string;
  readonly otherShiftId: string | null;
}

/** Why two cannot swap. */
export type SwapFault = ShiftFault | 'no-such-shift' | 'over' | 'same-person';

/**
 * The shifts as they are after a swap; done twice it undoes itself, and it is the same whichever of the two asks. The
 * places stay with the shifts.
 */
export function swapped<T extends Shift>(shifts: readonly T[], swap: Swap): T[] {
  const given = shifts.find((one) => one.id === swap.shiftId);
  return shifts.map((shift) => {
    if (shift.id === swap.shiftId) return { ...shift, personId: swap.otherPersonId };
    if (given && shift.id === swap.otherShiftId) return { ...shift, personId: given.personId };
    return shift;
  });
}

/** What keeps a swap from being made now, or null. A shift that has begun can still be given away for its rest of time. */
export function swapFault(
  shifts: readonly Shift[],
  swap: Swap,
  holdings: readonly OfPerson[],
  now: Date,
): SwapFault | null {
  const given = shifts.find((one) => one.id === swap.shiftId);
  const other = shifts.find((one) => one.id === swap.otherShiftId);
  if (!given || (swap.otherShiftId !== null && other?.personId !== swap.otherPersonId))
    return 'no-such-shift';
  if (given.personId === swap.otherPersonId) return 'same-person';
  const changed = [given, ...(other ? [other] : [])];
  if (changed.some((one) => one.to <= now)) return 'over';
  const after = swapped(shifts, swap);
  for (const { id } of changed) {
    const shift = after.find((one) => one.id === id) as Shift;
    // Who takes over what has begun need not have held the post when it began.
    const rest = shift.from < now ? { ...shift, from: now } : shift;
    const fault = shiftFault(rest, after, holdings);
    if (fault) return fault;
  }
  return null;
}

/**
 * True when somebody in these posts may plan the roster of a post: administrators of its body, and the officers of its
 * group. Answers S7.5.1.
 */
export function mayPlan(
  snapshot: DirectorySnapshot,
  pack: Pack,
  posts: readonly SnapshotPost[],
  post: Pick<SnapshotPost, 'organisationId' | 'groupCode'>,
): boolean {
  const isOfficer = (one: SnapshotPost) =>
    (one.role === 'subgroup-officer' || one.role === 'group-officer') && one.groupCode === post.groupCode;
  return posts.some(isOfficer) || mayAdminister(snapshot, pack, posts, post.organisationId);
}

/**
 * Who reads who is on duty in a post: those who hold it, its group, whoever may see how to reach its body, and the
 * centre's administrators. Nobody outside the walls of a compartment reads a roster inside them (DEC-19).
 */
export function rosterSeenBy(
  snapshot: DirectorySnapshot,
  pack: Pack,
  post: SnapshotPost,
  at: Date,
): string[] {
  const body = snapshot.organisations.get(post.organisationId);
  const keys = new Set([...detailsSeenBy(snapshot, pack, post.organisationId, at), `post:${post.id}`]);
  if (post.groupCode !== null) keys.add(`group:${post.groupCode}`);
  if (body?.compartment === null) {
    for (const one of snapshot.postsWithRole('administrator'))
      if (isCentrePost(snapshot, pack, one)) keys.add(`admin:${one.organisationId}`);
  }
  return [...keys].sort();
}

/** Who reads what is handed over in a post: those who hold it and the posts of its group, inside its walls. */
export function notesSeenBy(post: SnapshotPost): string[] {
  const group = post.groupCode === null ? [] : [`group:${post.groupCode}`];
  return [...group, `post:${post.id}`, 'system'];
}
