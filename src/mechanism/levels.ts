/** Impact levels and the thresholds between them (柒十（二）, S7.10.2, DEC-3). Pure. */
import type { Level, Pack } from './pack.ts';

/** The level with this id, or null. */
export function levelOf(pack: Pack, level: string): Level | null {
  return pack.levels.find((one) => one.id === level) ?? null;
}

/**
 * How grave a level is; larger is worse, whatever the ids look like (DEC-3).
 * @throws RangeError for a level the pack does not have
 */
export function rankOf(pack: Pack, level: string): number {
  const found = levelOf(pack, level);
  if (found === null) throw new RangeError(`pack ${pack.id} has no level ${level}`);
  return found.rank;
}

/** Whether `level` is `floor` or graver. */
export function isAtLeast(pack: Pack, level: string, floor: string): boolean {
  return rankOf(pack, level) >= rankOf(pack, floor);
}

/** Ids of the thresholds a case of this level stands inside, in the pack's order (S7.10.4f, H7). */
export function thresholdsReached(pack: Pack, level: string): string[] {
  return pack.thresholds.filter((one) => isAtLeast(pack, level, one.atLeast)).map((one) => one.id);
}
