/**
 * Fires clocks and the rungs of ladders when their moment comes: within a second while running, and at once after a pause,
 * gravest first (FLT-15, H40).
 *
 * No lease is needed: firing is a transaction that locks the case, looks again and finds it met, moved, answered or fired by
 * another worker, or fires it. Any number of workers may run: each takes many cases at a time that nobody holds, and waits
 * for one that is held only when it holds no other itself.
 */
import { SYSTEM } from '../platform/actor.ts';
import { createClockGuard } from '../platform/clock-guard.ts';
import type { AppContext } from '../platform/context.ts';
import { isRefusal } from '../platform/errors.ts';
import { read, type Tx, together } from '../platform/transaction.ts';
import { type DueClock, dueClocks, fireClock, fireClocks, stillDue } from './clock-commands.ts';
import { fireRungs, fireRungsTogether } from './ladder-commands.ts';
import { closePastYears, keepNumbersReady } from './numbers.ts';
import { casesWithDueRungs, type DueCase } from './store.ts';

const LOOK_EVERY = 500;
const BATCH = 500;
/** Cases that are written in one transaction: one commit waits for the disk, and one statement a table is worked out. */
const TOGETHER = 50;
/** Transactions side by side: while one waits for the database another is worked out. */
const SIDE_BY_SIDE = 3;
/** Looks between two looks after the numbers (2 s), and after those of past years (10 min). */
const NUMBERS_EVERY = 4;
const YEARS_EVERY = 1_200;

/** What failed so often at looks one after the other is left alone for a while, so that it takes no time of the others. */
const TRIES = 4;
/** How long, in ms. Never for good: whatever it was may have been mended. */
const REST = 15_000;

/** Told that something of a case fails at every try. */
export type StuckListener = (caseId: string, what: 'clock' | 'rung') => void;

/** Clocks and cases whose firing failed, as far as this worker knows (FLT-13). */
export class Stumbles {
  readonly #failed = new Map<string, { tries: number; at: number }>();
  readonly #onStuck: StuckListener;

  /** @param onStuck told each time something is left alone for a while */
  constructor(onStuck: StuckListener = () => undefined) {
    this.#onStuck = onStuck;
  }

  /** It failed once more, by a fault of its own: what a database in trouble does to it says nothing about it. */
  note(id: string, caseId: string, error: unknown): void {
    if (isRefusal(error) && error.code === 'unavailable') return;
    const before = this.#failed.get(id);
    const isInARow = before !== undefined && performance.now() - before.at < 2 * REST;
    const tries = (isInARow ? before.tries : 0) + 1;
    this.#failed.set(id, { tries, at: performance.now() });
    if (tries >= TRIES) this.#onStuck(caseId, id === caseId ? 'rung' : 'clock');
  }

  /** Those to be left alone now. */
  resting(): string[] {
    const now = performance.now();
    for (const [id, { at }] of this.#failed) if (now - at > 2 * REST) this.#failed.delete(id);
    return [...this.#failed]
      .filter(([, { tries, at }]) => tries >= TRIES && now - at < REST)
      .map(([id]) => id);
  }
}

/** Until when (ms since 1970) what is due may be fired now; null = nothing may be. */
type Latest = (tx: Tx) => Promise<number | null>;

/** What is due now, clocks and rungs, in one look. */
async function dueNow(
  ctx: AppContext,
  latest: Latest,
  failed: Failed,
): Promise<readonly [DueClock[], DueCase[]]> {
  return read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const until = await latest(tx);
    if (until === null) return [[], []];
    const now = new Date(Math.min(tx.now.getTime(), until));
    return together(
      dueClocks(tx, now, BATCH, failed.clocks),
      casesWithDueRungs(tx, now, BATCH, failed.cases),
    );
  });
}

/**
 * Fires everything that is due, clocks and the rungs of ladders in turn, so that neither waits for all of the other; returns
 * how many were looked at. Also used by tests and the demonstration's loader.
 * @param latest asked at each look until when it may fire
 */
export async function fireDueClocks(
  ctx: AppContext,
  stumbles = new Stumbles(),
  latest: Latest = async () => Number.POSITIVE_INFINITY,
): Promise<number> {
  let fired = 0;
  const resting = stumbles.resting();
  const failed: Failed = { clocks: [...resting], cases: [...resting], stumbles };
  for (;;) {
    // Whoever holds a case keeps no other case waiting, grave or not.
    let alone = Promise.resolve();
    try {
      const [due, silent] = await dueNow(ctx, latest, failed);
      // One level after the other, the gravest first; within it cases together and a case's clocks in their order (FLT-15).
      for (const level of Map.groupBy(due, (clock) => clock.rank).values()) {
        const held = await fireLevel(ctx, level, failed);
        if (held.length > 0) alone = alone.then(() => fireHeld(ctx, held, failed));
      }
      for (const level of Map.groupBy(silent, (one) => `${one.urgent} ${one.rank}`).values()) {
        const held = await inParts(
          ctx,
          level,
          (some) => fireRungsTogether(ctx, SYSTEM, some),
          (one, error) => rungFailed(ctx, one, error, failed),
        );
        if (held.length > 0) alone = alone.then(() => fireHeldRungs(ctx, held, failed));
      }
      fired += due.length + silent.length;
      if (due.length < BATCH && silent.length < BATCH) return fired;
    } finally {
      await alone;
    }
  }
}

/** What could not be fired in this look. It must not stop the others (FLT-13), and is tried again at the next one. */
interface Failed {
  readonly clocks: string[];
  readonly cases: string[];
  readonly stumbles: Stumbles;
}

function clockFailed(ctx: AppContext, clock: DueClock, error: unknown, failed: Failed): void {
  failed.clocks.push(clock.id);
  failed.stumbles.note(clock.id, clock.caseId, error);
  ctx.log.error({ err: error, clock: clock.id }, 'a clock could not be fired, going on');
}

function rungFailed(ctx: AppContext, { id }: DueCase, error: unknown, failed: Failed): void {
  failed.cases.push(id);
  failed.stumbles.note(id, id, error);
  ctx.log.error({ err: error, caseId: id }, 'the next rung of a ladder could not be told, going on');
}

/** Fires clocks of one level; gives those whose case another transaction holds, each case's in their order. */
async function fireLevel(ctx: AppContext, level: readonly DueClock[], failed: Failed): Promise<DueClock[]> {
  const held: DueClock[] = [];
  for (const turn of turnsOf(level)) {
    const passed = new Set(held.map((clock) => clock.caseId));
    held.push(...turn.filter((clock) => passed.has(clock.caseId)));
    held.push(
      ...(await inParts(
        ctx,
        turn.filter((clock) => !passed.has(clock.caseId)),
        (some) => fireClocks(ctx, SYSTEM, some),
        (clock, error) => clockFailed(ctx, clock, error, failed),
      )),
    );
  }
  return held;
}

/** The first clock of each case, then the second of those that have one, and so on. */
function turnsOf(clocks: readonly DueClock[]): DueClock[][] {
  const turns: DueClock[][] = [];
  const seen = new Map<string, number>();
  for (const clock of clocks) {
    const turn = seen.get(clock.caseId) ?? 0;
    seen.set(clock.caseId, turn + 1);
    const same = turns[turn];
    if (same) same.push(clock);
    else turns.push([clock]);
  }
  return turns;
}

/** Waits for each case that was held, by itself, and fires what nobody else has fired meanwhile. Never throws. */
async function fireHeld(ctx: AppContext, held: readonly DueClock[], failed: Failed): Promise<void> {
  try {
    const cases = Map.groupBy(await stillDue(ctx, SYSTEM, held), (clock) => clock.caseId);
    await sideBySide([...cases.values()], async (clocks) => {
      for (const clock of clocks)
        await fireClock(ctx, SYSTEM, clock).catch((error) => clockFailed(ctx, clock, error, failed));
    });
  } catch (error) {
    ctx.log.error({ err: error }, 'clocks of cases that were held could not be looked at, going on');
  }
}

/** As `fireHeld`, the rungs of ladders. */
function fireHeldRungs(ctx: AppContext, held: readonly DueCase[], failed: Failed): Promise<void> {
  return sideBySide(held, (one) =>
    fireRungs(ctx, SYSTEM, one.id).catch((error) => rungFailed(ctx, one, error, failed)),
  );
}

/**
 * Runs for many at a time and gives what other transactions hold. Where one of them fails nothing of them is written, and each
 * half is tried by itself, until what fails is alone (FLT-13).
 * @throws Refusal unavailable: then all would fail
 */
async function inParts<T>(
  ctx: AppContext,
  all: readonly T[],
  run: (some: readonly T[]) => Promise<T[]>,
  fail: (one: T, error: unknown) => void,
): Promise<T[]> {
  const held: T[] = [];
  const attempt = async (some: readonly T[]): Promise<void> => {
    try {
      held.push(...(await run(some)));
    } catch (error) {
      if (isRefusal(error) && error.code === 'unavailable') throw error;
      const [first] = some;
      if (first !== undefined && some.length === 1) return fail(first, error);
      ctx.log.warn({ err: error, cases: some.length }, 'could not be written together, going on by halves');
      const half = Math.ceil(some.length / 2);
      await attempt(some.slice(0, half));
      await attempt(some.slice(half));
    }
  };
  const parts: T[][] = [];
  for (let first = 0; first < all.length; first += TOGETHER) parts.push(all.slice(first, first + TOGETHER));
  await sideBySide(parts, attempt);
  return held;
}

/** Runs for each of them, a few at a time, in their order; after a failure begins no more, and throws it when all have ended. */
async function sideBySide<T>(all: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...all].reverse();
  const runNext = async (): Promise<void> => {
    try {
      for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) await run(one);
    } catch (error) {
      waiting.length = 0;
      throw error;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: SIDE_BY_SIDE }, runNext));
  for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
}

/** A worker that fires clocks, and what it says of itself. */
export interface ClockWorker {
  /** How long ago its last look ended well, in ms of a clock nobody sets; the heartbeat asks (FLT-18). */
  lookedAgo(): number;
  stop(): Promise<void>;
}

/**
 * Starts the worker. `onJump` is told by how many ms the database's clock was set, when it was; `onStuck` of which case
 * something fails at every try.
 */
export function startClockWorker(
  ctx: AppContext,
  onJump: (milliseconds: number) => void = () => undefined,
  onStuck: StuckListener = () => undefined,
): ClockWorker {
  const stumbles = new Stumbles(onStuck);
  let lookedAt = performance.now();
  const guard = createClockGuard();
  // The clock may be set between this reading and what is asked by it: what is due by that alone waits (FLT-9).
  const latest: Latest = async (tx) => {
    const began = performance.now();
    // The database's own clock: what tests add to it is no jump.
    const [row] = await tx.prepared<{ now: Date }>('clock-real', 'select clock_timestamp() as now', []);
    const { jump, wait } = guard.look(row?.now.getTime() ?? Number.NaN, began, performance.now());
    if (jump !== null) {
      ctx.log.error({ ms: jump }, 'the clock of the database was set');
      onJump(jump);
    }
    return wait ? null : guard.latest(performance.now()) + ctx.clock.shift();
  };
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let looks = 0;
  const look = async () => {
    try {
      await fireDueClocks(ctx, stumbles, latest);
      if (looks % NUMBERS_EVERY === 0) await keepNumbersReady(ctx);
      if (looks % YEARS_EVERY === 0) await closePastYears(ctx);
      looks += 1;
      lookedAt = performance.now();
    } catch (error) {
      ctx.log.error({ err: error }, 'clocks could not be looked at, going on');
    }
  };
  const next = () => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = look().then(next);
    }, LOOK_EVERY);
  };
  running = look().then(next);
  return {
    lookedAgo: () => performance.now() - lookedAt,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
