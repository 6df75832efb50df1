/**
 * Transactions that say who is asking before they ask (rule 6), and read the database's clock once (rule 2).
 *
 * `read` sees through the actor's keys. `write` may also change rows, and is used by the write paths of the rooms only.
 */

import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import pg from 'pg';
import type { Actor } from './actor.ts';
import type { Database } from './database.ts';
import { refuse } from './errors.ts';
import type { Tables } from './tables.ts';
import type { Clock } from './time.ts';

/** One transaction: its clock reading, its actor, and ways to ask. */
export interface Tx {
  readonly now: Date;
  readonly actor: Actor;
  readonly db: Kysely<Tables>;
  /** A prepared statement; `name` must be unique to `text`. */
  prepared<R extends pg.QueryResultRow>(name: string, text: string, values: readonly unknown[]): Promise<R[]>;
  /** A statement whose text depends on what was asked; never put a caller's words into `text`. */
  query<R extends pg.QueryResultRow>(text: string, values: readonly unknown[]): Promise<R[]>;
  /** Inserts rows of several tables in one statement, one round trip; columns left out take their defaults. */
  insert(rows: RowsByTable): Promise<void>;
  /** Runs after the commit, never when it failed. */
  afterCommit(run: () => void): void;
}

/** Rows by table name; the rows of one table all have the same columns. */
export type RowsByTable = { readonly [T in keyof Tables]?: readonly object[] };

class FixedConnection implements DatabaseConnection {
  readonly #ask: pg.PoolClient['query'];
  constructor(ask: pg.PoolClient['query']) {
    this.#ask = ask;
  }
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const result = await this.#ask({ text: query.sql, values: [...query.parameters] });
    return { rows: result.rows as R[], numAffectedRows: BigInt(result.rowCount ?? 0) };
  }
  // biome-ignore lint/correctness/useYield: streaming is not offered inside these transactions
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('no streaming inside a transaction');
  }
}

class FixedDriver implements Driver {
  readonly #connection: FixedConnection;
  constructor(ask: pg.PoolClient['query']) {
    this.#connection = new FixedConnection(ask);
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }
  async beginTransaction(): Promise<void> {
    throw new Error('already inside a transaction');
  }
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

function kyselyOver(ask: pg.PoolClient['query']): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new FixedDriver(ask),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}

/** Text, statement name and table order of one combination of tables and columns; built once, prepared once per connection. */
const insertStatements = new Map<string, { name: string; text: string; tables: readonly string[] }>();

function insertStatement(rows: RowsByTable) {
  const shape: { table: string; columns: string[] }[] = [];
  for (const [table, list] of Object.entries(rows)) {
    const first = (list as readonly object[] | undefined)?.[0];
    if (first) shape.push({ table, columns: Object.keys(first).sort() });
  }
  const key = shape.map(({ table, columns }) => `${table}(${columns.join()})`).join();
  let statement = insertStatements.get(key);
  if (!statement) {
    const parts = shape.map(({ table, columns }, index) => {
      const list = columns.map((column) => pg.escapeIdentifier(column)).join(', ');
      const name = pg.escapeIdentifier(table);
      return `insert into ${name} (${list}) select ${list} from jsonb_populate_recordset(null::${name}, $${index + 1}::jsonb)`;
    });
    // Data-modifying parts run in one snapshot; foreign keys are checked when the whole statement ends.
    const text =
      parts.length === 1
        ? (parts[0] as string)
        : `with ${parts
            .slice(0, -1)
            .map((part, index) => `i${index} as (${part})`)
            .join(', ')} ${parts.at(-1)}`;
    statement = { name: `insert-${insertStatements.size}`, text, tables: shape.map(({ table }) => table) };
    insertStatements.set(key, statement);
  }
  return statement;
}

async function transact<T>(
  database: Database,
  actor: Actor,
  clock: Clock,
  writing: boolean,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const client = await database.pool
    .connect()
    .catch((error: unknown) => refuse('unavailable', { cause: error }));
  const after: (() => void)[] = [];
  let broken: Error | undefined;
  let isOver = false;
  /** What is asked after the end would land in somebody else's transaction. */
  const ask = ((query: never) =>
    isOver
      ? Promise.reject(new Error('asked after its transaction had ended'))
      : client.query(query)) as pg.PoolClient['query'];
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  let result: T;
  try {
    const begin = (await client.query(
      `begin${writing ? '' : ' read only'}; select enter(${pg.escapeLiteral(actor.keys.join(' '))}, ${writing}) as now`,
    )) as unknown as pg.QueryResult<{ now: Date }>[];
    const now = begin[1]?.rows[0]?.now as Date;
    const tx: Tx = {
      now: new Date(now.getTime() + clock.shift()),
      actor,
      db: kyselyOver(ask),
      prepared: async (name, text, values) => (await ask({ name, text, values: [...values] })).rows,
      query: async (text, values) => (await ask({ text, values: [...values] })).rows,
      insert: async (rows) => {
        const statement = insertStatement(rows);
        if (statement.tables.length === 0) return;
        await ask({
          name: statement.name,
          text: statement.text,
          values: statement.tables.map((table) => JSON.stringify(rows[table as keyof Tables])),
        });
      },
      afterCommit: (run) => void after.push(run),
    };
    result = await work(tx);
    isOver = true;
    // The server answers a commit after a failure by rolling back, and calls that no error.
    const ended = await client.query('commit');
    if (ended.command !== 'COMMIT') throw new Error('a failure in the transaction was passed over');
  } catch (error) {
    isOver = true;
    if (!broken) await client.query('rollback').catch((failed: Error) => onError(failed));
    client.off('error', onError);
    client.release(broken ?? false);
    throw error;
  }
  client.off('error', onError);
  client.release();
  // What is committed is committed, whatever a nudge does.
  for (const run of after) run();
  return result;
}

/** What the server answers to everything that follows a failure in the same transaction. */
const ABORTED = '25P02';

/**
 * Asks several things of one transaction without waiting between them: they go out together and are answered in order.
 * Waits for all of them even when one fails, so that nothing of them can reach the connection after its transaction; then
 * throws the failure that came first.
 */
export async function together<T extends readonly unknown[]>(
  ...asked: { readonly [K in keyof T]: T[K] | Promise<T[K]> }
): Promise<T> {
  const settled = await Promise.allSettled(asked);
  const failures = settled.filter((one) => one.status === 'rejected').map((one) => one.reason as unknown);
  if (failures.length > 0) {
    throw failures.find((one) => (one as { code?: unknown }).code !== ABORTED) ?? failures[0];
  }
  return settled.map((one) => (one as PromiseFulfilledResult<unknown>).value) as unknown as T;
}

/** Codes after which the same transaction may simply be tried again: nothing was written. */
const TRY_AGAIN = new Set(['40001', '40P01']);
/** The server went away; whether a commit happened is unknown to us, the idempotency key tells the retry. */
const GONE = /^(57P0|25P03|08|ECONN|EPIPE|ENOENT)/;

async function steady<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      if (typeof code !== 'string') {
        if (
          error instanceof Error &&
          /Connection terminated|not queryable|timeout exceeded when trying to connect/.test(error.message)
        ) {
          refuse('unavailable', { cause: error, retryAfter: 1 });
        }
        throw error;
      }
      if (TRY_AGAIN.has(code) && attempt < 4) continue;
      if (GONE.test(code)) refuse('unavailable', { cause: error, retryAfter: 1 });
      throw error;
    }
  }
}

/** A read-only transaction under the actor's keys. */
export function read<T>(
  database: Database,
  actor: Actor,
  clock: Clock,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return steady(() => transact(database, actor, clock, false, work));
}

/** A writing transaction; `work` runs again from the start after a deadlock, so it must not act outside the database. */
export function write<T>(
  database: Database,
  actor: Actor,
  clock: Clock,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return steady(() => transact(database, actor, clock, true, work));
}
