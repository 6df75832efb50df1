import pg from 'pg';
import { listCases, queue } from '../src/cases/lists.ts';
import { caseView } from '../src/cases/views.ts';
import { centreNow } from '../src/centre/index.ts';
import { createSituation } from '../src/insight/situation.ts';
import { HttpLine } from '../test/faults/rig/http-line.ts';
import { contextOn } from '../test/faults/rig/nation.ts';
import { databaseOf } from '../test/faults/rig/product.ts';
import type { Figure } from './figures.ts';
import { makeCases } from './multiply.ts';
import { actorOf, type Statement, statementsOf, timeOf } from './replay.ts';
import { install, interleave, type Sizes } from './setting.ts';

/** Middle times at a hundred thousand cases; at most three times the same SQL. */
export async function measureLists(sizes: Sizes): Promise<Figure[]> {
  const here = await install({ port: 5940, reporters: 200, workers: 'web' });
  const { appUrl } = databaseOf(here.folder);
  const ctx = contextOn(appUrl);
  const plain = new pg.Client({ connectionString: appUrl });
  const line = new HttpLine(
    5940,
    { cookie: here.nation.deskCookie, origin: 'http://localhost:5940' },
    60_000,
  );
  try {
    await makeCases(here, sizes.cases);
    await plain.connect();
    const actor = await actorOf(here, ctx, here.nation.deskCookie);
    const ids = (
      await here.ask<{ id: string }>('select id from cases order by md5(id::text) limit $1', [sizes.looks])
    ).map((row) => row.id);
    const query = { order: 'newest', limit: 50 } as const;
    const centre = (tx: Parameters<typeof centreNow>[1], mode: 'live' | 'exercise') =>
      centreNow(ctx, tx, mode);
    const situation = createSituation(ctx, centre);
    const things: {
      name: string;
      /** Asked of the running product; without it of the function itself. */
      path?: (turn: number) => string;
      run: (turn: number) => Promise<unknown>;
    }[] = [
      { name: 'case list, newest 50', path: () => '/api/v1/cases', run: () => listCases(ctx, actor, query) },
      {
        name: 'case list, open, gravest first',
        path: () => '/api/v1/cases?open=yes&order=gravest',
        run: () => listCases(ctx, actor, { open: 'yes', order: 'gravest', limit: 50 }),
      },
      {
        name: 'one case',
        path: (turn) => `/api/v1/cases/${ids[turn % ids.length]}`,
        run: (turn) => caseView(ctx, actor, ids[turn % ids.length] as string),
      },
      { name: 'queue', path: () => '/api/v1/queue', run: () => queue(ctx, actor) },
      { name: 'situation', path: () => '/api/v1/situation', run: () => situation(actor, 'live') },
      // Half a minute long the hours that are over are remembered; whoever comes first asks for them.
      { name: 'situation, first look', run: () => createSituation(ctx, centre)(actor, 'live') },
    ];
    const figures: Figure[] = [];
    for (const thing of things) {
      // What is prepared once and read once per process is so before it is written down.
      await thing.run(0);
      const heard: Statement[][] = [];
      for (let turn = 0; turn < sizes.looks; turn += 1) heard.push(await statementsOf(() => thing.run(turn)));
      const sql = async (turn: number) => {
        for (const statement of heard[turn % heard.length] as Statement[])
          await plain.query(statement as string);
      };
      const { path } = thing;
      const ask = async (turn: number) => {
        if (!path) return void (await thing.run(turn));
        const answer = await line.ask('GET', path(turn));
        if (answer.status !== 200) throw new Error(`${path(turn)}: ${answer.status} ${answer.body}`);
      };
      await timeOf(5, ask);
      await timeOf(5, sql);
      const { ours, ceiling, spread } = await interleave(
        sizes.rounds,
        () => timeOf(sizes.looks, ask),
        () => timeOf(sizes.looks, sql),
      );
      figures.push({
        name: `${thing.name}, p50`,
        ours,
        unit: 'ms',
        ceiling,
        spread,
        judge: 'ratio',
        floor: 3,
        better: 'less',
      });
    }
    return figures;
  } finally {
    line.close();
    await plain.end();
    await ctx.database.close();
    await here.close();
  }
}
