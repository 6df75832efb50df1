/**
 * Forward-only migrations: numbered SQL files in db/migrations, each run once, in order, all pending
 * ones in one transaction, under a lock, by the owner's connection.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { createDatabase, type Database, waitForDatabase } from './database.ts';

/** Where the files are. */
export const MIGRATIONS = fileURLToPath(new URL('../../db/migrations', import.meta.url));

const TABLE = 'schema_migrations';
const LOCK_TABLE = 'schema_migrations_lock';
const FILE_NAME = /^(\d{4}-[a-z0-9-]+)\.sql$/;

export interface MigrateOptions {
  /** The owner's connection. */
  readonly ownerUrl: string;
  /** The application's connection; only the role's name in it is used, for the grants. */
  readonly appUrl: string;
  /** Other folder, for tests. */
  readonly folder?: string;
}

/** What happened: names of the files run now, and the newest version the database has. */
export interface MigrateResult {
  readonly ran: readonly string[];
  readonly version: string;
}

/** The database was migrated by a newer Tocsin than this one. */
export class DatabaseTooNew extends Error {
  constructor(unknown: readonly string[]) {
    super(
      `資料庫已由較新的版本升級（${unknown.join('、')}），此版本不認得；請改用較新的版本。 ` +
        `The database was migrated by a newer version (${unknown.join(', ')} unknown here); run that version.`,
    );
    this.name = 'DatabaseTooNew';
  }
}

/** Names of the migrations this code has, in order. */
export function listMigrations(folder = MIGRATIONS): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .map((name) => {
      const match = FILE_NAME.exec(name);
      if (!match) throw new Error(`db/migrations/${name}: the name must be like 0001-what-it-brings.sql`);
      return match[1]!;
    })
    .sort();
}

/** An SQL identifier, quoted whatever it holds. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The role's name in a connection URL. */
export function roleOf(url: string): string {
  const name = decodeURIComponent(new URL(url).username);
  if (!name) throw new Error('the database URL names no role (postgresql://role@…)');
  // Migrations also build statements from text, where no quoting of an identifier would help.
  if (!/^[A-Za-z0-9_.-]+$/.test(name)) {
    throw new Error(`the database role ${JSON.stringify(name)} must consist of letters, digits, _ . and -`);
  }
  return name;
}

/**
 * Puts the roles' names into a migration: `${'${app_role}'}` and `${'${owner_role}'}`, quoted as identifiers.
 * @throws on any other `${'${…}'}` token, which would be a slip of the pen
 */
export function substituteRoles(text: string, roles: { app: string; owner: string }): string {
  return text.replaceAll(/\$\{([^}]*)\}/g, (token, name) => {
    if (name === 'app_role') return quoteIdentifier(roles.app);
    if (name === 'owner_role') return quoteIdentifier(roles.owner);
    throw new Error(`unknown token ${token} in a migration`);
  });
}

const readMigration = (folder: string, name: string): string =>
  readFileSync(join(folder, `${name}.sql`), 'utf8');

async function appliedMigrations(database: Database): Promise<string[]> {
  const exists = await database.pool.query<{ known: boolean }>(
    'select to_regclass($1) is not null as known',
    [`public.${TABLE}`],
  );
  if (!exists.rows[0]!.known) return [];
  const { rows } = await database.pool.query<{ name: string }>(`select name from ${TABLE} order by name`);
  return rows.map((row) => row.name);
}

/**
 * The state of a database against this code, read by any role that may connect.
 * @returns `version` (newest applied, '' = none), `pending` (known here, not applied), `unknown` (applied, not known here)
 */
export async function migrationState(
  database: Database,
  known: readonly string[] = listMigrations(),
): Promise<{ version: string; pending: string[]; unknown: string[] }> {
  const applied = await appliedMigrations(database);
  return {
    version: applied.at(-1) ?? '',
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

/**
 * Brings the database to this code's version.
 * @throws DatabaseTooNew when it is newer; the failing file's name and PostgreSQL's reason when one fails
 * (nothing of this run is kept then)
 */
export async function migrate(options: MigrateOptions): Promise<MigrateResult> {
  const folder = options.folder ?? MIGRATIONS;
  const roles = { app: roleOf(options.appUrl), owner: roleOf(options.ownerUrl) };
  const database = createDatabase(options.ownerUrl, {
    poolSize: 2,
    statementTimeout: 0,
    name: 'tocsin-migrate',
  });
  try {
    await waitForDatabase(database);
    const { unknown } = await migrationState(database, listMigrations(folder));
    if (unknown.length > 0) throw new DatabaseTooNew(unknown);
    const migrator = new Migrator({
      db: database.kysely,
      migrationTableName: TABLE,
      migrationLockTableName: LOCK_TABLE,
      provider: {
        async getMigrations() {
          const toMigration = (name: string): Migration => ({
            up: async (db) =>
              void (await sql.raw(substituteRoles(readMigration(folder, name), roles)).execute(db)),
          });
          return Object.fromEntries(listMigrations(folder).map((name) => [name, toMigration(name)]));
        },
      },
    });
    const { error, results = [] } = await migrator.migrateToLatest();
    if (error) {
      const failed = results.find((result) => result.status === 'Error')?.migrationName ?? '?';
      const { message, position } = error as Error & { position?: string };
      const line = position
        ? ` (line ${substituteRoles(readMigration(folder, failed), roles).slice(0, Number(position)).split('\n').length})`
        : '';
      throw new Error(`db/migrations/${failed}.sql${line}: ${message}`, { cause: error });
    }
    // The application reads the version to tell whether it fits; it may read nothing else here.
    await database.pool.query(`grant select on ${TABLE} to ${quoteIdentifier(roles.app)}`);
    const { version } = await migrationState(database, listMigrations(folder));
    return { ran: results.map((result) => result.migrationName), version };
  } finally {
    await database.close();
  }
}
