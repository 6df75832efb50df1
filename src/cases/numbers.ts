/**
 * The numbers of cases are laid out before anybody asks for them, so that no filing waits for another (rule 4); when a
 * year has ended, what was not used of it is voided and says why (H52). Chores of the clock worker: a filing that finds
 * no number lays some out itself.
 */
import { activePack, OPEN_SERIES, type Pack, seriesFor } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { type Tx, write } from '../platform/transaction.ts';
import { hasFreeNumbers, hasNumbers, layOutNumbers, voidFreeNumbers, yearsWithFreeNumbers } from './store.ts';

/** Fewer free numbers than this are topped up: more than are used between two looks of the worker in the worst storm. */
const LOW = 2_000;
const AHEAD = 4_000;
const DAY = 86_400_000;
const YEAR_ENDED = 'year-ended';

/** Series that can be asked for at `at`: the mechanism's own, and those of exercises once there has been one. */
async function seriesAt(pack: Pack, tx: Tx, at: Date): Promise<{ series: string; year: number }[]> {
  const own = [null, ...pack.compartments.map((one) => one.id)].map((compartment) =>
    seriesFor(pack, { compartment, at }),
  );
  const exercises: { series: string; year: number }[] = [];
  for (const { series, year } of own) {
    const exercise = exerciseSeries(series);
    if (await hasNumbers(tx, exercise, year)) exercises.push({ series: exercise, year });
  }
  return [...own, ...exercises];
}

/** The series of a series' exercises: they never use up its numbers. */
export function exerciseSeries(series: string): string {
  return `exercise-${series}`;
}

/** Lays out numbers ahead for every series, from a day before its year begins. */
export async function keepNumbersReady(ctx: AppContext): Promise<void> {
  await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const { pack } = await activePack(ctx, tx);
    const tomorrow = new Date(tx.now.getTime() + DAY);
    // On every day but a year's last both are of one year, and are looked at once.
    const moments = [tx.now, tomorrow].map((at) => ({ at, ...seriesFor(pack, { compartment: null, at }) }));
    for (const { at } of new Map(moments.reverse().map((one) => [one.year, one])).values()) {
      for (const { series, year } of await seriesAt(pack, tx, at)) {
        if (!(await hasFreeNumbers(tx, series, year, LOW))) await layOutNumbers(tx, series, year, AHEAD);
      }
    }
  });
}

/**
 * Voids what is left of years that ended more than a day ago: a filing that began before midnight has ended by then.
 * Only the open series is counted in the log: how many cases a compartment had is nobody's to work out (DEC-19).
 */
export async function closePastYears(ctx: AppContext): Promise<void> {
  await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const { pack } = await activePack(ctx, tx);
    const { year: present } = seriesFor(pack, { compartment: null, at: new Date(tx.now.getTime() - DAY) });
    for (const { series, year } of await yearsWithFreeNumbers(tx)) {
      if (year >= present) continue;
      const voided = await voidFreeNumbers(tx, series, year, YEAR_ENDED);
      if (series === OPEN_SERIES)
        tx.afterCommit(() =>
          ctx.log.info({ year, voided }, 'the year has ended: its unused numbers are voided'),
        );
    }
  });
}
