/** What happens to a notice that nobody answers: the rungs of a ladder, their times and whom they mean (H40). Pure. */
import { addDuration } from './calendars.ts';
import type { Ladder, Pack, Rung } from './pack.ts';
import type { LadderTarget } from './vocabulary.ts';

/** The ladder with this id, or null. */
export function ladderOf(pack: Pack, id: string | null | undefined): Ladder | null {
  return pack.ladders.find((one) => one.id === id) ?? null;
}

/** How long after the notice a rung is due at this level, in ms. */
export function rungAfter(rung: Rung, level: string): number {
  const length = rung.after.byLevel[level] ?? rung.after.default;
  return addDuration(new Date(0), length, 'elapsed', 'UTC').getTime();
}

/** Whether the ladder has this rung while the case stands at this level. */
export function rungApplies(rung: Rung, level: string): boolean {
  return rung.levels === undefined || rung.levels.includes(level);
}

const POSTS: ReadonlySet<LadderTarget> = new Set([
  'superior',
  'desk',
  'group-officer',
  'deputy-convenors',
  'convenor',
]);

/** True for targets that are posts of their own, told by a notice of their own; the others are persons of the notified post. */
export function tellsPosts(target: LadderTarget): boolean {
  return POSTS.has(target);
}
