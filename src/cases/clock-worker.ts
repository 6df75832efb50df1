/**
 * Fires clocks and the rungs of ladders when their moment comes: within a second while running, and at once after a pause,
 * gravest first (FLT-15, H40).
 *
 * No lease is needed: firing is one transaction that locks the case, looks again and finds it met, moved, answered or
 * fired by another worker, or fires it. Any number of workers may run.
 */
import { SYSTEM } from '../platform/actor.ts';
import { createClockGuard } from '../platform/clock-guard.ts';
import type { AppContext } from '../platform/context.ts';
import { read } from '../platform/transaction.ts';
import { dueClocks, fireClock } from './clock-commands.ts';
import { dueRungs, fireRungs } from './ladder-commands.ts';
import { closePastYears, keepNumbersReady } from './numbers.ts';

const LOOK_EVERY = 500;
const BATCH = 200;
/** Cases whose clocks fire side by side: while one waits for its commit another is worked out. */
const SIDE_BY_SIDE = 6;
/** Looks between two looks after the numbers (2 s), and after those of past years (10 min). */
const NUMBERS_EVERY = 4;
const YEARS_EVERY = 1_200;

/**
 * Fires everything that is due, clocks and the rungs of ladders in turn, so that neither waits for all of the other; returns
 * how many were looked at. Also used by tests and the demonstration's loader.
 */
export async function fireDueClocks(ctx: AppContext): Promise<number> {
  let fired = 0;
  const failedClocks: string[] = [];
  const failedCases: string[] = [];
  for (;;) {
    const due = await dueClocks(ctx, SYSTEM, BATCH, failedClocks);
    // One level after the other, the gravest first; within it cases side by side, a case's clocks in their order (FLT-15).
    for (const level of Map.groupBy(due, (clock) => clock.rank).values()) {
      await sideBySide([...Map.groupBy(level, (clock) => clock.caseId).values()], async (clocks) => {
        for (const clock of clocks) {
          await fireClock(ctx, SYSTEM, clock).catch((error: unknown) => {
            // Clocks that cannot fire must not stop the others (FLT-13); they are tried again at the next look.
            failedClocks.push(clock.id);
            ctx.log.error({ err: error, clock: clock.id }, 'a clock could not be fired, going on');
          });
        }
      });
    }
    const silent = await dueRungs(ctx, SYSTEM, BATCH, failedCases);
    await sideBySide(silent, (caseId) =>
      fireRungs(ctx, SYSTEM, caseId).catch((error: unknown) => {
        failedCases.push(caseId);
        ctx.log.error({ err: error, caseId }, 'the next rung of a ladder could not be told, going on');
      }),
    );
    fired += due.length + silent.length;
    if (due.length < BATCH && silent.length < BATCH) return fired;
  }
}

/** Runs for each of them, a few at a time, in their order. */
async function sideBySide<T>(all: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...all].reverse();
  const runNext = async (): Promise<void> => {
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) await run(one);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, runNext));
}

/** Starts the worker. `onJump` is told by how many ms the database's clock was set, when it was. */
export function startClockWorker(
  ctx: AppContext,
  onJump: (milliseconds: number) => void = () => undefined,
): { stop(): Promise<void> } {
  const guard = createClockGuard();
  const mayFire = async (): Promise<boolean> => {
    const began = performance.now();
    // The database's own clock: what tests add to it is no jump.
    const [row] = await read(ctx.database, SYSTEM, ctx.clock, (tx) =>
      tx.prepared<{ now: Date }>('clock-real', 'select clock_timestamp() as now', []),
    );
    const { jump, wait } = guard.look(row?.now.getTime() ?? Number.NaN, began, performance.now());
    if (jump !== null) {
      ctx.log.error({ ms: jump }, 'the clock of the database was set');
      onJump(jump);
    }
    return !wait;
  };
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let looks = 0;
  const look = async () => {
    try {
      if (await mayFire()) await fireDueClocks(ctx);
      if (looks % NUMBERS_EVERY === 0) await keepNumbersReady(ctx);
      if (looks % YEARS_EVERY === 0) await closePastYears(ctx);
      looks += 1;
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
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
