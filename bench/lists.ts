/** List, case and queue over HTTP beside the very statements they run, by a plain client in the same transactions. */
import { createHash } from 'node:crypto';
import pg from 'pg';
import { listCases, queue } from '../src/cases/lists.ts';
import { caseView } from '../src/cases/views.ts';
import { actorFor } from '../src/identity/index.ts';
import { type Actor, SYSTEM } from '../src/platform/actor.ts';
import type { AppContext } from '../src/platform/context.ts';
import { read } from '../src/platform/transaction.ts';
import { HttpLine } from '../test/faults/rig/http-line.ts';
import { contextOn } from '../test/faults/rig/nation.ts';
import { databaseOf } from '../test/faults/rig/product.ts';
import { quantile } from '../test/faults/rig/table.ts';
import type { Figure } from './figures.ts';
import { makeCases } from './multiply.ts';
import { type Installation, install, interleave, type Sizes } from './setting.ts';

type Statement = string | { name?: string; text: string; values: unknown[] };

/** Runs something with every statement of the driver written down. */
async function statementsOf(run: () => Promise<unknown>): Promise<Statement[]> {
  const heard: Statement[] = [];
  const prototype = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
  const { query } = prototype;
  prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [first, values] = args as [Statement, unknown[] | undefined];
    if (typeof first === 'string') heard.push(values ? { text: first, values } : first);
    else heard.push({ ...(first.name ? { name: first.name } : {}), text: first.text, values: first.values });
    return query.apply(this, args);
  };
  try {
    await run();
  } finally {
    prototype.query = query;
  }
  return heard;
}

async function deskActor(here: Installation, ctx: AppContext): Promise<Actor> {
  const token = here.nation.deskCookie.split('=')[1] as string;
  const [session] = await here.ask<{ person: string; expires: Date }>(
    'select person_id as person, expires_at as expires from sessions where token_hash = $1',
    [createHash('sha256').update(token).digest()],
  );
  const actor = await read(ctx.database, SYSTEM, ctx.clock, (tx) =>
    actorFor(ctx, tx, session?.person ?? '', session?.expires ?? new Date()),
  );
  if (!actor) throw new Error('the desk has no session');
  return actor;
}

async function timeOf(looks: number, look: (turn: number) => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < looks; turn += 1) {
    const began = performance.now();
    await look(turn);
    times.push(performance.now() - began);
  }
  return quantile(times, 0.5);
}

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
    const actor = await deskActor(here, ctx);
    const ids = (
      await here.ask<{ id: string }>('select id from cases order by md5(id::text) limit $1', [sizes.looks])
    ).map((row) => row.id);
    const query = { order: 'newest', limit: 50 } as const;
    const things: {
      name: string;
      path: (turn: number) => string;
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
      const http = async (turn: number) => {
        const answer = await line.ask('GET', thing.path(turn));
        if (answer.status !== 200) throw new Error(`${thing.path(turn)}: ${answer.status} ${answer.body}`);
      };
      await timeOf(5, http);
      await timeOf(5, sql);
      const { ours, ceiling, spread } = await interleave(
        sizes.rounds,
        () => timeOf(sizes.looks, http),
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
