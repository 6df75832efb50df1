import type { Figure } from './figures.ts';
import {
  type FilingOrder,
  type FilingResult,
  type InsertOrder,
  type InsertResult,
  type Sample,
  startHelper,
} from './orders.ts';
import { copyDatabase, type Installation, install, interleave, type Sizes } from './setting.ts';

/** Tables of one filing, in an order foreign keys allow. */
const TABLES: readonly [table: string, of: string][] = [
  ['case_numbers', 'case_id'],
  ['cases', 'id'],
  ['reports', 'case_id'],
  ['report_persons', 'report_id'],
  ['facts', 'stream_id'],
  ['clocks', 'case_id'],
  ['notices', 'case_id'],
  ['deliveries', 'case_id'],
  ['idempotency_keys', 'key'],
];
/** Columns the database fills itself. */
const GENERATED = new Set(['position', 'xid']);
const CEILING = 'ceiling';

async function sampleOf(here: Installation, caseId: string): Promise<Sample> {
  const [report] = await here.ask<{ id: string }>('select id from reports where case_id = $1', [caseId]);
  const [answer] = await here.ask<{ key: string }>(
    `select key from idempotency_keys where response ->> 'caseId' = $1`,
    [caseId],
  );
  const ids: Record<string, string | undefined> = { report_id: report?.id, key: answer?.key };
  const sample: { table: string; rows: Record<string, unknown>[] }[] = [];
  for (const [table, column] of TABLES) {
    const kinds = await here.ask<{ name: string; type: string }>(
      'select column_name as name, data_type as type from information_schema.columns where table_name = $1',
      [table],
    );
    const isJson = new Set(kinds.filter((kind) => kind.type === 'jsonb').map((kind) => kind.name));
    const stored = await here.ask<{ row: Record<string, unknown> }>(
      `select to_jsonb(t) as row from ${table} t where t.${column} = $1`,
      [ids[column] ?? caseId],
    );
    const rows = stored.map(({ row }) =>
      Object.fromEntries(
        Object.entries(row).flatMap(([name, value]) => {
          if (GENERATED.has(name)) return [];
          if (isJson.has(name)) return [[name, JSON.stringify(value)]];
          // A number of its own for every filing; the helper fills it in.
          if (name === 'seq' && (table === 'cases' || table === 'case_numbers')) return [[name, -1]];
          if (name === 'series') return [[name, CEILING]];
          return [[name, value]];
        }),
      ),
    );
    if (rows.length > 0) sample.push({ table, rows });
  }
  return sample;
}

/** Filed per second at 1 and at 32 clients; floor 40 %, aim 60 % of bare inserts and 500 a second. */
export async function measureIntake(sizes: Sizes): Promise<Figure[]> {
  // Workers would go on sending while the ceiling is measured: they are apart here, and measured under the storm.
  const here = await install({ port: 5920, reporters: 64, workers: 'web' });
  const load = startHelper<FilingOrder, FilingResult>('load.ts');
  const bare = startHelper<InsertOrder, InsertResult>('ceiling.ts');
  try {
    const order = { port: 5920, reporters: here.nation.reporters, clients: 1, ms: 500 };
    const first = await load.ask(order);
    const caseId = first.filings[0]?.caseId;
    if (caseId === undefined) throw new Error(`nothing could be filed: ${first.refused[0]}`);
    const sample = await sampleOf(here, caseId);
    const url = (await copyDatabase(here, CEILING)).ownerUrl;
    // Until the engine has compiled what runs often: a service that has been up for a minute is what is compared.
    await load.ask({ ...order, clients: 32, ms: sizes.warmUp });
    await bare.ask({ url, clients: 32, ms: sizes.warmUp / 4, sample });
    const figures: Figure[] = [];
    for (const clients of [1, 32]) {
      const rate = ({ done, seconds }: { done: number; seconds: number }) => done / seconds;
      const { ours, ceiling, spread } = await interleave(
        sizes.rounds,
        async () => {
          const result = await load.ask({ ...order, clients, ms: sizes.slice });
          if (result.refused.length > 0) throw new Error(`refused: ${result.refused[0]}`);
          return rate(result);
        },
        async () => rate(await bare.ask({ url, clients, ms: sizes.slice, sample })),
      );
      figures.push({
        name: `intake, ${clients} client${clients === 1 ? '' : 's'}`,
        ours,
        unit: 'reports/s',
        ceiling,
        spread,
        judge: 'ratio',
        floor: 0.4,
        aim: 0.6,
        better: 'more',
      });
      if (clients === 32) {
        figures.push({
          name: 'intake, 32 clients, alone',
          ours,
          unit: 'reports/s',
          aim: 500,
          better: 'more',
        });
      }
    }
    const rows = sample.map(({ table, rows: list }) => `${list.length} ${table}`).join(', ');
    console.log(`One filing and one bare insert are: ${rows}.`);
    return figures;
  } finally {
    load.end();
    bare.end();
    await here.close();
  }
}
