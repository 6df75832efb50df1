/**
 * LOAD-4: a storm of reports and then ten minutes at its rate, level A among them. Nothing is refused, an A is told at
 * once, and nobody is buried in mail.
 */
import { quantile } from '../test/faults/rig/table.ts';
import { until } from '../test/support/wait.ts';
import type { Figure } from './figures.ts';
import { type FilingOrder, type FilingResult, startHelper } from './orders.ts';
import { type Installation, install, type Sizes } from './setting.ts';

const PORT = 6390;
const MB = 1024 * 1024;
/** One report in so many says level A; enough to count, too few to be all there is. */
const GRAVE_EVERY = 200;
const BODIES = 1_000;
/** A person has at most one mail in so long, in ms; those of level A apart. */
const APART = 30_000;

/** How long the first notice of each level-A case took to its server, in ms; infinite where none arrived. */
async function firstGrave(here: Installation): Promise<number[]> {
  const rows = await here.ask<{ ms: number | null }>(
    `select min(extract(epoch from d.handed_over_at - k.opened_at)::float8 * 1000) as ms
       from cases k left join deliveries d on d.case_id = k.id and d.urgent and d.state = 'handed-over'
      where k.level = 'A' group by k.id`,
  );
  return rows.map((row) => row.ms ?? Number.POSITIVE_INFINITY);
}

/** Mails that came to one address sooner after another than they may; those of level A and urgent ones are not counted. */
async function tooSoon(
  here: Installation,
): Promise<{ soon: number; shortest: number; mails: number; most: number }> {
  const rows = await here.ask<{ id: string }>(
    `select d.id from deliveries d join cases c on c.id = d.case_id where d.urgent or c.level = 'A'`,
  );
  const urgent = new Set(rows.map((row) => row.id));
  const perPerson = new Map<string, number[]>();
  for (const { to, at, messageId } of here.mail.arrivals) {
    if (urgent.has(messageId.split('@', 1)[0] ?? '')) continue;
    perPerson.set(to, [...(perPerson.get(to) ?? []), at]);
  }
  let soon = 0;
  let most = 0;
  let shortest = Number.POSITIVE_INFINITY;
  for (const times of perPerson.values()) {
    most = Math.max(most, times.length);
    for (const [index, at] of times.entries()) {
      // What a worker had in its hands when the half minute began may still come: half a second is forgiven.
      if (index === 0) continue;
      const gap = at - (times[index - 1] as number);
      shortest = Math.min(shortest, gap);
      if (gap < APART - 500) soon += 1;
    }
  }
  return { soon, shortest, mails: here.mail.arrivals.length, most };
}

/** 0 refused; the first notice of an A within five seconds (aim); one mail a person in half a minute (aim). */
export async function measureStorm(sizes: Sizes): Promise<Figure[]> {
  const here = await install({ port: PORT, reporters: BODIES, mailPace: APART / 1000 });
  const load = startHelper<FilingOrder, FilingResult>('load.ts');
  try {
    const { reporters } = here.nation;
    const order = { port: PORT, reporters, clients: 96, graveEvery: GRAVE_EVERY };
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, here.product().memory() / MB);
    }, 500);
    const storm = await load.ask({ ...order, count: sizes.stormReports, ms: sizes.stormMs });
    const count = Math.round((sizes.stormReports / sizes.stormMs) * sizes.stormOnMs);
    const on = await load.ask({ ...order, count, ms: sizes.stormOnMs });
    const filed = Date.now();
    await until(
      async () => {
        const [row] = await here.ask<{ n: number }>(
          `select count(*)::int as n from deliveries where state = 'queued'`,
        );
        return row?.n === 0;
      },
      { timeout: 900_000, every: 500, describe: 'every delivery settled' },
    );
    clearInterval(watch);
    const grave = await firstGrave(here);
    const { soon, shortest, mails, most } = await tooSoon(here);
    const refused = [...storm.refused, ...on.refused];
    for (const one of refused.slice(0, 3)) console.log(`refused: ${one}`);
    console.log(
      `${storm.done} reports in ${storm.seconds.toFixed(1)} s, then ${on.done} in ${on.seconds.toFixed(1)} s; ` +
        `${grave.length} at level A; ${mails} mails, at most ${most} to one person besides level A, the nearest ${(shortest / 1000).toFixed(1)} s apart.`,
    );
    const figure = (name: string, ours: number, unit: string, more: Partial<Figure> = {}): Figure => ({
      name,
      ours,
      unit,
      better: 'less',
      ...more,
    });
    return [
      figure('LOAD-4: reports refused', refused.length, '', { floor: 0 }),
      figure('LOAD-4: reports filed', storm.done + on.done, '', {
        floor: sizes.stormReports + count,
        better: 'more',
      }),
      figure('LOAD-4: the minute took', storm.seconds, 's', { aim: sizes.stormMs / 1000 + 5 }),
      figure('LOAD-4: the rest took', on.seconds, 's', { aim: sizes.stormOnMs / 1000 + 5 }),
      figure('LOAD-4: intake p99 in the minute', quantile(storm.latencies, 0.99), 'ms', { aim: 500 }),
      figure('LOAD-4: intake p99 afterwards', quantile(on.latencies, 0.99), 'ms', { aim: 500 }),
      figure('LOAD-4: first notice of an A, p50', quantile(grave, 0.5) / 1000, 's'),
      figure('LOAD-4: first notice of an A, p99', quantile(grave, 0.99) / 1000, 's', { aim: 5 }),
      figure('LOAD-4: mails to one person within 30 s of another', soon, '', { aim: 0 }),
      figure(
        'LOAD-4: last mail after the last report',
        Math.max(0, (here.mail.arrivals.at(-1)?.at ?? filed) - filed) / 1000,
        's',
      ),
      figure('LOAD-4: memory, most', peak, 'MB'),
    ];
  } finally {
    load.end();
    await here.close();
  }
}
