/**
 * What the policies cost: the same statements, and the same filing, in the product's database and in a copy of it with
 * row-level security switched off, in turn; and how lists and queue grow with the cases under the policies.
 */
import pg from 'pg';
import { listCases, queue } from '../src/cases/lists.ts';
import { caseView } from '../src/cases/views.ts';
import type { Actor } from '../src/platform/actor.ts';
import type { AppContext } from '../src/platform/context.ts';
import { contextOn } from '../test/faults/rig/nation.ts';
import { databaseOf, startProduct } from '../test/faults/rig/product.ts';
import type { Figure } from './figures.ts';
import { extendCases, makeCases } from './multiply.ts';
import { type FilingOrder, type FilingResult, startHelper } from './orders.ts';
import { actorOf, type Statement, statementsOf, timeOf } from './replay.ts';
import { copyDatabase, type Installation, install, interleave, type Sizes } from './setting.ts';

const PORT = 6350;
const OPEN = 'without_policies';

interface Look {
  readonly name: string;
  readonly run: (turn: number) => Promise<unknown>;
  /** Part of what must not grow with the cases. */
  readonly grows?: boolean;
}

/** The looks people take, each through the eyes of whoever takes it most. */
function looksOf(
  ctx: AppContext,
  who: { desk: Actor; reporter: Actor; small: Actor; officer: Actor },
  organisationId: string,
  ids: readonly string[],
): Look[] {
  const newest = { order: 'newest', limit: 50 } as const;
  const gravest = { order: 'gravest', limit: 50 } as const;
  return [
    { name: 'the desk, newest 50', run: () => listCases(ctx, who.desk, newest), grows: true },
    {
      name: 'the desk, open, gravest first',
      run: () => listCases(ctx, who.desk, { ...gravest, open: 'yes' }),
      grows: true,
    },
    { name: 'the desk’s queue', run: () => queue(ctx, who.desk), grows: true },
    {
      name: 'a body, its own newest 50',
      run: () => listCases(ctx, who.reporter, { ...newest, organisationId }),
      grows: true,
    },
    { name: 'a body with few cases, its list', run: () => listCases(ctx, who.small, newest), grows: true },
    { name: 'a subgroup, its list', run: () => listCases(ctx, who.officer, newest), grows: true },
    {
      name: 'a word looked for',
      run: () => listCases(ctx, who.desk, { ...newest, q: '置換首頁' }),
      grows: true,
    },
    { name: 'one case', run: (turn) => caseView(ctx, who.desk, ids[turn % ids.length] as string) },
  ];
}

/** A client that asks the statements again; how many rows came back in all. */
async function openClient(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    async ask(statements: readonly Statement[]): Promise<number> {
      let rows = 0;
      for (const statement of statements) {
        const answer = (await client.query(statement as string)) as unknown as
          | pg.QueryResult
          | pg.QueryResult[];
        for (const one of [answer].flat()) rows += one.rows.length;
      }
      return rows;
    },
    end: () => client.end(),
  };
}

/** A copy of the database whose tables have no policies in force. */
async function withoutPolicies(here: Installation) {
  const urls = await copyDatabase(here, OPEN);
  await here.ask(
    `do $$ declare t text; begin
       for t in select quote_ident(tablename) from pg_tables where schemaname = 'public' loop
         execute format('alter table %s disable row level security', t);
       end loop;
     end $$`,
    [],
    OPEN,
  );
  await here.ask('vacuum analyze', [], OPEN);
  return urls;
}

/** Statements of each look, written down once what is prepared once has been. */
async function writeDown(looks: readonly Look[], turns: number) {
  const heard = new Map<string, Statement[][]>();
  for (const look of looks) {
    await look.run(0);
    const list: Statement[][] = [];
    for (let turn = 0; turn < turns; turn += 1) list.push(await statementsOf(() => look.run(turn)));
    heard.set(look.name, list);
  }
  return heard;
}

async function overheads(here: Installation, looks: readonly Look[], sizes: Sizes): Promise<Figure[]> {
  const { appUrl } = databaseOf(here.folder);
  const bare = await withoutPolicies(here);
  const guarded = await openClient(appUrl);
  const open = await openClient(bare.appUrl);
  const figures: Figure[] = [];
  try {
    const heard = await writeDown(looks, sizes.looks);
    for (const { name } of looks) {
      const turns = heard.get(name) as Statement[][];
      const at = (turn: number) => turns[turn % turns.length] as Statement[];
      const [seen, all] = [await guarded.ask(at(0)), await open.ask(at(0))];
      const isSame = seen === all;
      const once = (client: typeof open) => () =>
        timeOf(sizes.looks, async (turn) => void (await client.ask(at(turn))));
      await once(guarded)();
      await once(open)();
      const measured = await interleave(sizes.rounds, once(guarded), once(open));
      figures.push({
        name: `${name}, p50`,
        ...measured,
        unit: 'ms',
        judge: 'ratio',
        better: 'less',
        // Without policies a list that says nothing of its reader shows other people's cases: another question.
        ...(isSame ? { floor: 1.5, aim: 1.2 } : { name: `${name}, p50 (everybody’s cases beside it)` }),
      });
    }
  } finally {
    await guarded.end();
    await open.end();
  }
  figures.push(await filing(here, bare, sizes));
  return figures;
}

/** Filing through the product on the one database and on the other. */
async function filing(
  here: Installation,
  bare: { ownerUrl: string; appUrl: string },
  sizes: Sizes,
): Promise<Figure> {
  const other = startProduct({ dataDir: here.folder, port: PORT + 1, workers: 'web', database: bare });
  const load = startHelper<FilingOrder, FilingResult>('load.ts');
  try {
    await other.ready();
    const rate = (port: number) => async () => {
      const order = { port, reporters: here.nation.reporters, clients: 16, ms: sizes.slice };
      const result = await load.ask(order);
      if (result.refused.length > 0) throw new Error(`refused: ${result.refused[0]}`);
      return result.done / result.seconds;
    };
    for (const port of [PORT, PORT + 1]) {
      await load.ask({ port, reporters: here.nation.reporters, clients: 16, ms: sizes.warmUp / 2 });
    }
    const measured = await interleave(sizes.rounds, rate(PORT), rate(PORT + 1));
    return {
      name: 'intake, 16 clients',
      ...measured,
      unit: 'reports/s',
      judge: 'ratio',
      floor: 0.5,
      aim: 0.8,
      better: 'more',
    };
  } finally {
    load.end();
    await other.stop();
  }
}

/** The time of every look that must not grow, by name. */
async function timesOf(looks: readonly Look[], sizes: Sizes): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const look of looks) {
    if (!look.grows) continue;
    await timeOf(5, async (turn) => void (await look.run(turn)));
    times.set(look.name, await timeOf(sizes.looks, async (turn) => void (await look.run(turn))));
  }
  return times;
}

/** Policies on and off: at most half as much again (aim a fifth); ten times the cases: at most twice the time. */
export async function measurePolicies(sizes: Sizes): Promise<Figure[]> {
  const here = await install({ port: PORT, reporters: 200, workers: 'web' });
  const ctx = contextOn(databaseOf(here.folder).appUrl);
  try {
    await makeCases(here, sizes.cases);
    const [reporter, small] = [here.nation.reporters[0], here.nation.reporters[150]];
    if (!reporter || !small) throw new Error('there are too few reporters');
    const desk = await actorOf(here, ctx, here.nation.deskCookie);
    const [subgroup] = await here.ask<{ group: string; id: string }>(
      `select group_code as group, id from posts where group_code = (select subgroup from cases group by 1 order by count(*) desc limit 1) limit 1`,
    );
    const officer: Actor = {
      personId: desk.personId,
      keys: ['signed-in', `post:${subgroup?.id}`, `group:${subgroup?.group}`],
    };
    const ids = await here.ask<{ id: string }>('select id from cases order by md5(id::text) limit $1', [
      sizes.looks,
    ]);
    const looks = looksOf(
      ctx,
      {
        desk,
        reporter: await actorOf(here, ctx, reporter.cookie),
        small: await actorOf(here, ctx, small.cookie),
        officer,
      },
      reporter.organisationId,
      ids.map((row) => row.id),
    );
    const figures = await overheads(here, looks, sizes);
    const before = await timesOf(looks, sizes);
    await here.ask(`drop database ${OPEN} with (force)`, [], 'postgres');
    const began = performance.now();
    await extendCases(here, sizes.grown, 'bare');
    console.log(`Grown to ${sizes.grown} cases in ${Math.round((performance.now() - began) / 1000)} s.`);
    const after = await timesOf(looks, sizes);
    for (const [name, time] of after) {
      figures.push({
        name: `${name}, ${sizes.grown.toLocaleString('en')} cases beside ${sizes.cases.toLocaleString('en')}`,
        ours: time,
        ceiling: before.get(name) as number,
        unit: 'ms',
        judge: 'ratio',
        floor: 2,
        better: 'less',
      });
    }
    return figures;
  } finally {
    await ctx.database.close();
    await here.close();
  }
}
