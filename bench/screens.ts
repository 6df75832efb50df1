/** Two thousand screens open at once: from a report's being sent to the last screen that is told of it, and what they weigh. */
import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from '../test/faults/rig/table.ts';
import type { Figure } from './figures.ts';
import {
  type FilingOrder,
  type FilingResult,
  startHelper,
  type WatchOrder,
  type WatchResult,
} from './orders.ts';
import { install, type Sizes } from './setting.ts';

const PORT = 6370;
const MB = 1024 * 1024;
/** Screens of one person; he may have twenty. */
const EACH = 10;

/** The last screen a second at most after the report (aim); none is ever left out. */
export async function measureScreens(sizes: Sizes): Promise<Figure[]> {
  const here = await install({ port: PORT, reporters: sizes.screens / EACH, workers: 'web' });
  const load = startHelper<FilingOrder, FilingResult>('load.ts');
  const watchers = startHelper<WatchOrder, WatchResult>('watchers.ts');
  try {
    const { reporters } = here.nation;
    // Everybody watches every case, as observers at the centre do.
    await here.ask(
      `insert into holdings (id, post_id, person_id, held_from)
       select gen_random_uuid(), p.id, h.person, now() - interval '1 day'
         from posts p, unnest($1::uuid[]) as h(person) where p.code = 'centre-observer'`,
      [reporters.map((one) => one.personId)],
    );
    const order = { port: PORT, reporters: reporters.slice(0, 4), clients: 1 };
    await load.ask({ ...order, ms: 2_000 });
    await pause(2_000);
    const before = here.product().memory() / MB;
    const cookies = reporters.flatMap((one) => Array.from({ length: EACH }, () => one.cookie));
    const began = performance.now();
    const { screens } = await watchers.ask({ open: { port: PORT, cookies } });
    const opened = (performance.now() - began) / 1000;
    const last: number[] = [];
    const middle: number[] = [];
    let missed = 0;
    for (let turn = 0; turn < sizes.looks; turn += 1) {
      const { filings, refused } = await load.ask({ ...order, count: 1, ms: 1 });
      const [filing] = filings;
      if (!filing) throw new Error(`refused: ${refused[0]}`);
      const told = await watchers.ask({ news: filing.caseId, patience: 20_000 });
      missed += Math.max(0, screens - told.screens);
      last.push(Math.max(...told.at) - filing.began);
      middle.push(quantile(told.at, 0.5) - filing.began);
    }
    const after = here.product().memory() / MB;
    const figure = (name: string, ours: number, unit: string, more: Partial<Figure> = {}): Figure => ({
      name,
      ours,
      unit,
      better: 'less',
      ...more,
    });
    return [
      figure('screens open', screens, '', { floor: sizes.screens, better: 'more' }),
      figure('all screens opened', opened, 's'),
      figure('report → middle screen, p50', quantile(middle, 0.5), 'ms'),
      figure('report → last screen, p50', quantile(last, 0.5), 'ms'),
      figure('report → last screen, p99', quantile(last, 0.99), 'ms', { floor: 5_000, aim: 1_000 }),
      figure('screens that were not told', missed, '', { floor: 0 }),
      figure('memory of one screen', ((after - before) * 1024) / screens, 'kB'),
      figure('memory with all screens', after, 'MB'),
    ];
  } finally {
    watchers.end();
    load.end();
    await here.close();
  }
}
