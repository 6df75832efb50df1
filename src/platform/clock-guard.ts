/**
 * Watches the database's clock against one that nobody can set (FLT-9). Everything is due by the database's clock; when that
 * is set forward, what seems due may not be. For a minute nothing is fired, so that a mistake that is put right at once
 * wakes nobody, and the jump is told. After it the new time is taken for true: a clock that was really behind makes late.
 */

/** What a look at the clocks says. */
export interface ClockLook {
  /** How far the clock was set since the last look, in ms, when that is more than chance; else null. */
  readonly jump: number | null;
  /** Nothing may be fired yet. */
  readonly wait: boolean;
}

/** More than this is no delay of ours, in ms. */
const MOST_DRIFT = 30_000;
/** Longest a reading may have taken, in ms. */
const SLOW = 5_000;
/** How long a clock set forward is not believed, in ms. */
const DOUBT = 60_000;

export interface ClockGuard {
  /**
   * @param wall the database's clock, in ms since 1970, without any shift of tests
   * @param began a clock of this process that is never set, in ms, before the wall clock was read
   * @param mono the same after it; a reading that took long, as when we were frozen, says nothing and is left out
   */
  look(wall: number, began: number, mono: number): ClockLook;
  /**
   * The latest the wall clock may say at `mono` and still be believed: it can be set between a look and what the look allowed.
   * Infinite before the first look.
   */
  latest(mono: number): number;
}

/** A guard that has seen nothing yet. Pure: it has no clock of its own. */
export function createClockGuard(): ClockGuard {
  let offset: number | null = null;
  /** Where the clock stood before it was set forward, and until when that is held against it. */
  let doubt: { readonly offset: number; readonly until: number } | null = null;
  return {
    look(wall, began, mono) {
      if (doubt && mono >= doubt.until) doubt = null;
      if (!Number.isFinite(wall) || mono - began > SLOW) return { jump: null, wait: doubt !== null };
      const now = wall - mono;
      const moved = offset === null ? 0 : now - offset;
      offset = now;
      const jump = Math.abs(moved) > MOST_DRIFT ? moved : null;
      if (jump !== null && jump > 0) doubt ??= { offset: now - jump, until: mono + DOUBT };
      // Back where it was: it had been a mistake.
      if (doubt && now - doubt.offset <= MOST_DRIFT) doubt = null;
      return { jump, wait: doubt !== null };
    },
    latest: (mono) => (offset === null ? Number.POSITIVE_INFINITY : offset + mono + MOST_DRIFT),
  };
}
