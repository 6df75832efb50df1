/** The connection to PostgreSQL: one pool, typed SQL, and nothing that can bring the process down. */
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Tables } from './tables.ts';

/** An open database. `close` waits for queries under way. */
export interface Database {
  readonly kysely: Kysely<Tables>;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Most connections at a time; default 10. */
  readonly poolSize?: number;
  /** Longest a statement may run, in ms; default 30 000; 0 = no limit (migrations, backups). */
  readonly statementTimeout?: number;
  /** Shown in pg_stat_activity; default `tocsin`. */
  readonly name?: string;
  /** Told of connections that broke while idle (the pool replaces them by itself). */
  readonly onConnectionError?: (error: Error) => void;
}

/**
 * A process that is frozen in the middle of a transaction keeps its row locks, which no lease can see: after this long,
 * in ms, the server ends the transaction, so that what it held is another's within ten seconds (FLT-4).
 */
const IDLE_IN_TRANSACTION = 7_000;

const INT8 = 20;
const NUMERIC_OIDS_AS_NUMBER = new Set([INT8]);
/** A calendar date has no time zone: it stays the text `2026-11-22`. */
const DATE = 1082;
const asText = (text: string): string => text;

/** A count or an id that fits a number exactly; one that does not is an error, never a rounded value. */
function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`integer out of the safe range: ${text}`);
  return value;
}

/**
 * The types of the values of our connections only; other users of the driver keep its defaults
 * (int8 as text). timestamptz is a Date, as the driver has it; json is parsed.
 */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === DATE
      ? asText
      : NUMERIC_OIDS_AS_NUMBER.has(oid) && format !== 'binary'
        ? safeInteger
        : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

/** Errors of a connection that could not be made yet, as while the server starts or fails over. */
const NOT_YET = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'ECONNRESET',
  'ETIMEDOUT',
  'EAI_AGAIN',
  '57P03',
  '57P01',
  '53300',
]);

/** Opens a pool; connects when first used. */
export function createDatabase(url: string, options: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.poolSize ?? 10,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // Statements that need not wait for each other's answers go out together (`together` in transaction.ts).
    pipeline: true,
    statement_timeout: options.statementTimeout ?? 30_000,
    idle_in_transaction_session_timeout: options.statementTimeout === 0 ? 0 : IDLE_IN_TRANSACTION,
    application_name: options.name ?? 'tocsin',
    types,
  });
  let closing = false;
  const report = (error: Error): void => {
    // The pool does not wait for the server's goodbyes; what comes after the end is no news.
    if (!closing) options.onConnectionError?.(error);
  };
  pool.on('error', report);
  // A client lent out when its connection breaks has no listener of the pool's; without one of ours
  // the event would end the process.
  pool.on('connect', (client) => void client.on('error', report));
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const close = (): Promise<void> => {
    closing = true;
    return kysely.destroy();
  };
  return { kysely, pool, close };
}

/**
 * Waits until the database answers, trying again while it is starting or failing over.
 * @param patience how long, in ms; default 30 000
 * @throws the last error when time is up, or at once when trying again cannot help (wrong password, no such database)
 */
export async function waitForDatabase(database: Database, patience = 30_000): Promise<void> {
  const deadline = Date.now() + patience;
  for (let pause = 50; ; pause = Math.min(pause * 2, 1_000)) {
    try {
      await database.pool.query('select 1');
      return;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const again = NOT_YET.has(code ?? '') || /timeout|terminated/i.test(message);
      if (!again || Date.now() + pause > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** The database's own clock, the only one that counts for the mechanism. */
export async function databaseNow(database: Database): Promise<Date> {
  const { rows } = await database.pool.query<{ now: Date }>('select clock_timestamp() as now');
  return rows[0]!.now;
}

/** What is wrong with a server's settings or the role we connect as; empty = safe. */
export interface SafetyFault {
  readonly what: string;
  readonly zh: string;
  readonly en: string;
}

/**
 * Whether what the server promises is what the mechanism promises (fsync, full_page_writes,
 * synchronous_commit), and whether the application's role is as powerless as the policies need:
 * no superuser, no BYPASSRLS, owner of nothing.
 */
export async function checkSafety(database: Database): Promise<SafetyFault[]> {
  const faults: SafetyFault[] = [];
  const settings = await database.pool.query<Record<string, string>>(
    `select current_setting('fsync') as fsync,
            current_setting('full_page_writes') as full_page_writes,
            current_setting('synchronous_commit') as synchronous_commit,
            current_setting('server_version_num') as version`,
  );
  const row = settings.rows[0]!;
  for (const name of ['fsync', 'full_page_writes', 'synchronous_commit']) {
    if (row[name] !== 'off') continue;
    faults.push({
      what: name,
      zh: `資料庫設定 ${name} 為 off：停電時已給編號的通報可能遺失。`,
      en: `The database setting ${name} is off: a power cut could lose reports that were already given a number.`,
    });
  }
  if (Number(row['version']) < 150_000) {
    faults.push({
      what: 'server_version',
      zh: `資料庫版本過舊（${row['version']}），需要 PostgreSQL 15 以上。`,
      en: `The database is too old (${row['version']}); PostgreSQL 15 or newer is needed.`,
    });
  }
  const role = await database.pool.query<{ name: string; super: boolean; bypass: boolean; owns: number }>(
    `select rolname as name, rolsuper as super, rolbypassrls as bypass,
            (select count(*) from pg_class c where pg_has_role(current_user, c.relowner, 'usage')
               and c.relnamespace not in (select oid from pg_namespace where nspname like 'pg\\_%'
                                           or nspname = 'information_schema')) as owns
       from pg_roles where rolname = current_user`,
  );
  const { name, super: superuser, bypass, owns } = role.rows[0]!;
  const powers = [superuser && 'SUPERUSER', bypass && 'BYPASSRLS', owns > 0 && `OWNER of ${owns} relations`];
  for (const power of powers) {
    if (!power) continue;
    faults.push({
      what: 'role',
      zh: `應用程式的資料庫角色 ${name} 權限過大（${power}）：列級權限將形同虛設。請以不擁有資料表的角色連線（DATABASE_URL）。`,
      en: `The application's database role ${name} is too powerful (${power}): row policies would not bind it. Connect as a role that owns nothing (DATABASE_URL).`,
    });
  }
  return faults;
}
