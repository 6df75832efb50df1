/**
 * Helper: the rows of a filing stored by plain prepared INSERT statements, one per table, in one transaction: what the
 * database gives to a program that checks nothing, decides nothing and knows nobody.
 */
import pg from 'pg';
import { v7 as uuid } from 'uuid';
import { type InsertOrder, type InsertResult, type Sample, serveOrders } from './orders.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Columns that point at the directory and stay as they are. */
const KEPT = new Set([
  'organisation_id',
  'post_id',
  'person_id',
  'authority_id',
  'filed_by',
  'filed_post',
  'acknowledged_by',
]);

interface Statement {
  readonly name: string;
  readonly text: string;
  /** Column and value of each parameter. */
  readonly cells: readonly (readonly [column: string, value: unknown])[];
}

function statementsOf(sample: Sample): Statement[] {
  return sample.map(({ table, rows }) => {
    const columns = Object.keys(rows[0] as object);
    let parameter = 0;
    const values = rows.map(() => `(${columns.map(() => `$${++parameter}`).join(', ')})`);
    const names = columns.map((column) => pg.escapeIdentifier(column)).join(', ');
    return {
      name: `bare-${table}-${rows.length}`,
      text: `insert into ${pg.escapeIdentifier(table)} (${names}) values ${values.join(', ')}`,
      cells: rows.flatMap((row) => columns.map((column): [string, unknown] => [column, row[column]])),
    };
  });
}

/** Above every number the copied database has already. */
let serial = 1_000_000;

/** The values of one more filing: own ids and number, everything else as it was. */
function valuesOf(statements: readonly Statement[]): unknown[][] {
  const ids = new Map<string, string>();
  const seq = ++serial;
  const fresh = (id: string) => {
    const known = ids.get(id) ?? uuid();
    ids.set(id, known);
    return known;
  };
  return statements.map(({ cells }) =>
    cells.map(([column, value]) => {
      if (column === 'seq' && typeof value === 'number' && value < 0) return seq;
      if (column === 'number') return `B${seq}`;
      if (typeof value === 'string' && UUID.test(value) && !KEPT.has(column)) return fresh(value);
      return value;
    }),
  );
}

const pools = new Map<string, pg.Client[]>();

async function clientsOf(url: string, count: number): Promise<pg.Client[]> {
  const known = pools.get(url) ?? [];
  pools.set(url, known);
  while (known.length < count) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    known.push(client);
  }
  return known.slice(0, count);
}

serveOrders<InsertOrder, InsertResult>(async ({ url, clients: count, ms, sample }) => {
  const statements = statementsOf(sample);
  const clients = await clientsOf(url, count);
  const insert = async (client: pg.Client): Promise<void> => {
    const values = valuesOf(statements);
    await client.query('begin');
    for (const [index, { name, text }] of statements.entries()) {
      await client.query({ name, text, values: values[index] as unknown[] });
    }
    await client.query('commit');
  };
  // Statements are prepared before the clock starts, as the product's have been.
  await Promise.all(clients.map(insert));
  const latencies: number[] = [];
  const start = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() - start < ms) {
        const began = performance.now();
        await insert(client);
        latencies.push(performance.now() - began);
      }
    }),
  );
  return { done: latencies.length, seconds: (performance.now() - start) / 1000, latencies };
});
