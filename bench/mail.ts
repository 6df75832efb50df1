/** From filing to the mail at its server, at rest and in a storm, and what the process weighs. */
import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from '../test/faults/rig/table.ts';
import { until } from '../test/support/wait.ts';
import type { Figure } from './figures.ts';
import { type FilingOrder, type FilingResult, startHelper } from './orders.ts';
import { type Installation, install, type Sizes } from './setting.ts';

const MB = 1024 * 1024;

async function drained(here: Installation, patience: number): Promise<void> {
  await until(
    async () => {
      const [row] = await here.ask<{ n: number }>(
        `select count(*)::int as n from deliveries where state = 'queued'`,
      );
      return row?.n === 0;
    },
    { timeout: patience, every: 250, describe: 'every delivery settled' },
  );
}

/** For each mail that arrived, how long after its delivery was made, in ms. */
async function lags(here: Installation, caseIds: readonly string[] | null): Promise<number[]> {
  const rows = await here.ask<{ id: string; made: number }>(
    `select id, extract(epoch from made_at)::float8 * 1000 as made from deliveries
      where state = 'handed-over' and ($1::uuid[] is null or case_id = any ($1::uuid[]))`,
    [caseIds],
  );
  const arrived = new Map(here.mail.arrivals.map((one) => [one.messageId.split('@', 1)[0], one.at]));
  return rows.map((row) => (arrived.get(row.id) ?? Number.NaN) - row.made);
}

/** Mail at rest and in the storm, memory before and after. One process does everything, as it comes. */
export async function measureMail(sizes: Sizes): Promise<Figure[]> {
  const here = await install({ port: 5930, reporters: 200 });
  const load = startHelper<FilingOrder, FilingResult>('load.ts');
  try {
    const { reporters } = here.nation;
    const order = { port: 5930, reporters, clients: 1 };
    // The first requests compile and prepare; nobody is at rest then.
    await load.ask({ ...order, ms: 1_000 });
    await drained(here, 60_000);
    await pause(3_000);
    const idle = here.product().memory() / MB;

    const rest = await load.ask({ ...order, count: sizes.restMails, ms: sizes.restMails * 250 });
    await drained(here, 60_000);
    const restLags = await lags(
      here,
      rest.filings.map((one) => one.caseId),
    );

    const before = here.mail.arrivals.length;
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, here.product().memory() / MB);
    }, 500);
    const began = Date.now();
    const storm = await load.ask({
      port: 5930,
      reporters,
      clients: 96,
      count: sizes.stormReports,
      ms: sizes.stormMs,
    });
    const filed = Date.now();
    await drained(here, 900_000);
    clearInterval(watch);
    const last = here.mail.arrivals.at(-1)?.at ?? filed;
    const mails = here.mail.arrivals.length - before;
    const stormLags = await lags(
      here,
      storm.filings.map((one) => one.caseId),
    );
    await pause(5_000);
    const after = here.product().memory() / MB;
    for (const one of storm.refused.slice(0, 3)) console.log(`refused in the storm: ${one}`);
    console.log(
      `Storm: ${storm.done} reports in ${storm.seconds.toFixed(1)} s, ${mails} mails, ` +
        `${Math.round(mails / ((last - began) / 1000))} mails/s from the first report to the last mail.`,
    );
    const figure = (name: string, ours: number, unit: string, more: Partial<Figure> = {}): Figure => ({
      name,
      ours,
      unit,
      better: 'less',
      ...more,
    });
    return [
      figure('filing → mail, at rest, p50', quantile(restLags, 0.5), 'ms'),
      figure('filing → mail, at rest, p99', quantile(restLags, 0.99), 'ms', { aim: 1_000 }),
      figure('storm: reports refused', storm.refused.length, '', { floor: 0 }),
      figure('storm: reports filed', storm.done, '', { floor: sizes.stormReports, better: 'more' }),
      figure('storm: intake p50', quantile(storm.latencies, 0.5), 'ms'),
      figure('storm: intake p99', quantile(storm.latencies, 0.99), 'ms', { aim: 500 }),
      figure('storm: filing → mail p50', quantile(stormLags, 0.5) / 1000, 's'),
      figure('storm: filing → mail p99', quantile(stormLags, 0.99) / 1000, 's'),
      figure('storm: last mail after last report', Math.max(0, last - filed) / 1000, 's'),
      figure('memory, idle', idle, 'MB'),
      figure('memory, most during the storm', peak, 'MB'),
      figure('memory, after the storm', after, 'MB'),
      figure('empty folder → takes work', here.firstStart / 1000, 's'),
      figure('start again → takes work', (await here.restart()) / 1000, 's', { aim: 2 }),
    ];
  } finally {
    load.end();
    await here.close();
  }
}
