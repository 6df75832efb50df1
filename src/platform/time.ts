/**
 * Time. The mechanism's `now` is the database's clock, read once per transaction; a Clock only says by
 * how much to shift it. In production that is nothing. Tests and the demonstration's loader move it, so
 * that hours pass at once without anybody sleeping.
 */

/** What to add to the database's clock, in ms. */
export interface Clock {
  shift(): number;
}

/** A clock somebody moves. */
export interface TestClock extends Clock {
  /** Lets time pass. */
  advance(milliseconds: number): void;
  /** Makes it this moment now; time goes on from there. */
  set(date: Date): void;
  /** The moment it is, by this process's own clock (the database on the same machine has the same). */
  now(): Date;
}

/** Real time. */
export const productionClock: Clock = { shift: () => 0 };

/** A clock for tests and the demonstration's loader, starting at real time. */
export function createTestClock(): TestClock {
  let shift = 0;
  return {
    shift: () => shift,
    advance: (milliseconds) => {
      shift += milliseconds;
    },
    set: (date) => {
      shift = date.getTime() - Date.now();
    },
    now: () => new Date(Date.now() + shift),
  };
}
