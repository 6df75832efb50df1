/**
 * Backup and restore: every table in one snapshot, in PostgreSQL's own COPY form, in one compressed file
 * that proves its own completeness.
 *
 * The file is a gzip stream of: a first line with the form's version, then per table a line of JSON
 * (name, columns) and its rows as chunks (`<length in hex>\n<bytes>`, ended by `0\n`), and last a line of
 * JSON, the manifest: schema version, rows, bytes and SHA-256 per table, positions of the sequences. A file
 * without its manifest is not a backup.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { listMigrations, quoteIdentifier } from './migrate.ts';

const FIRST_LINE = 'TOCSIN-BACKUP 1';

/** One table of a backup. */
export interface TableEntry {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a backup says of itself. */
export interface Manifest {
  readonly format: 1;
  /** Newest migration of the database it was taken from. */
  readonly version: string;
  readonly migrations: readonly string[];
  /** The snapshot's moment, ISO 8601 UTC, by the database's clock. */
  readonly takenAt: string;
  readonly tables: readonly TableEntry[];
  readonly sequences: readonly { readonly name: string; readonly value: string; readonly called: boolean }[];
}

/** The file is not a whole and undamaged backup. */
export class DamagedBackup extends Error {
  constructor(zh: string, en: string) {
    super(`備份檔有損毀：${zh} The backup is damaged: ${en}`);
    this.name = 'DamagedBackup';
  }
}

/** The backup cannot go into this database. */
export class CannotRestore extends Error {
  constructor(zh: string, en: string) {
    super(`無法還原：${zh} Cannot restore: ${en}`);
    this.name = 'CannotRestore';
  }
}

/** Tables that belong to the migrations, not to the data. */
const NOT_DATA = ['schema_migrations', 'schema_migrations_lock'];

/** Tables whose first row a migration puts in; in an otherwise empty database the backup's row replaces it. */
const PUT_BY_MIGRATIONS = new Set(['directory_version', 'installation_secrets', 'watch_state']);

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'tocsin-backup',
    statement_timeout: 0,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/**
 * The data's tables with their columns by name. Left out are generated columns, and transaction numbers (xid8):
 * they mean nothing in another server, so that restored rows are stamped with the restoring transaction.
 */
async function listTables(client: pg.Client): Promise<{ name: string; columns: string[] }[]> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relispartition
        and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.atttypid <> 'xid8'::regtype and c.relname <> all ($1)
      group by c.relname order by c.relname`,
    [NOT_DATA],
  );
  return rows;
}

async function listSequences(client: pg.Client): Promise<Manifest['sequences']> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace order by 1`,
  );
  const found: { name: string; value: string; called: boolean }[] = [];
  for (const { name } of rows) {
    const state = await client.query<{ value: string; called: boolean }>(
      `select last_value::text as value, is_called as called from ${quoteIdentifier(name)}`,
    );
    found.push({ name, ...state.rows[0]! });
  }
  return found;
}

async function appliedMigrations(client: pg.Client): Promise<string[]> {
  const there = await client.query<{ known: boolean }>(
    `select to_regclass('schema_migrations') is not null as known`,
  );
  if (!there.rows[0]!.known) {
    throw new Error('資料庫尚無結構；請先執行 migrate。 The database has no schema yet; run migrate first.');
  }
  const { rows } = await client.query<{ name: string }>('select name from schema_migrations order by name');
  return rows.map(({ name }) => name);
}

/** A COPY line per row; a line end inside a value is written as \n, so counting line ends counts rows. */
function countLines(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) count += 1;
  return count;
}

/** The archive's bytes before compression. */
async function* writeArchive(client: pg.Client): AsyncGenerator<Buffer | string, Manifest> {
  const time = await client.query<{ now: Date }>('select now() as now');
  const migrations = await appliedMigrations(client);
  const sequences = await listSequences(client);
  const tables: TableEntry[] = [];
  yield `${FIRST_LINE}\n`;
  for (const { name, columns } of await listTables(client)) {
    yield `${JSON.stringify({ table: name, columns })}\n`;
    const hash = createHash('sha256');
    let rows = 0;
    let bytes = 0;
    const list = columns.map(quoteIdentifier).join(', ');
    const stream = client.query(copyTo(`copy ${quoteIdentifier(name)} (${list}) to stdout`));
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      rows += countLines(chunk);
      bytes += chunk.length;
      yield `${chunk.length.toString(16)}\n`;
      yield chunk;
    }
    yield '0\n';
    tables.push({ name, columns, rows, bytes, sha256: hash.digest('hex') });
  }
  const manifest: Manifest = {
    format: 1,
    version: migrations.at(-1) ?? '',
    migrations,
    takenAt: time.rows[0]!.now.toISOString(),
    tables,
    sequences,
  };
  yield `${JSON.stringify({ manifest })}\n`;
  return manifest;
}

/**
 * Writes a backup of the whole database; readers and writers go on meanwhile.
 * The file appears under its name only when it is whole and on the disk.
 * @param ownerUrl the owner's connection (it sees every row)
 * @throws when the file exists already
 */
export async function backup(ownerUrl: string, file: string): Promise<Manifest> {
  const client = await connect(ownerUrl);
  const unfinished = `${file}.unfinished`;
  try {
    await (await open(file, 'wx', 0o600)).close();
    await client.query('begin isolation level repeatable read read only');
    let manifest: Manifest | undefined;
    const source = async function* () {
      manifest = yield* writeArchive(client);
    };
    await pipeline(
      Readable.from(source(), { objectMode: true }),
      createGzip({ level: 6 }),
      createWriteStream(unfinished, { mode: 0o600 }),
    );
    await client.query('commit');
    await syncFile(unfinished);
    await rename(unfinished, file);
    await syncFile(dirname(file));
    return manifest!;
  } catch (error) {
    await rm(unfinished, { force: true });
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new Error(`檔案 ${file} 已存在，不予覆寫。 The file ${file} exists and is not overwritten.`);
    }
    await rm(file, { force: true });
    throw error;
  } finally {
    await client.end();
  }
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Reads lines and counted bytes from a stream of any chunks. */
class ArchiveReader {
  readonly #source: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async #more(): Promise<boolean> {
    let next: IteratorResult<Buffer>;
    try {
      next = await this.#source.next();
    } catch {
      throw new DamagedBackup('壓縮資料無法讀取。', 'its compressed data cannot be read.');
    }
    if (next.done) return false;
    this.#held = this.#held.length === 0 ? next.value : Buffer.concat([this.#held, next.value]);
    return true;
  }

  async line(limit = 1_000_000): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf(10);
      if (end !== -1) {
        const line = this.#held.subarray(0, end).toString('utf8');
        this.#held = this.#held.subarray(end + 1);
        return line;
      }
      if (this.#held.length > limit || !(await this.#more())) {
        throw new DamagedBackup('檔案不完整。', 'it ends too early.');
      }
    }
  }

  /** Exactly `length` bytes, in pieces. */
  async *bytes(length: number): AsyncGenerator<Buffer> {
    let left = length;
    while (left > 0) {
      if (this.#held.length === 0 && !(await this.#more())) {
        throw new DamagedBackup('檔案不完整。', 'it ends too early.');
      }
      const piece = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async isAtEnd(): Promise<boolean> {
    return this.#held.length === 0 && !(await this.#more());
  }
}

/** What to do with each table's rows while an archive is read. */
type TableSink = (name: string, columns: readonly string[], rows: AsyncIterable<Buffer>) => Promise<void>;

function parseLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    throw new DamagedBackup('內容無法辨識。', 'its content is not understood.');
  }
}

/** Reads a whole archive, hands each table's rows on, and checks all of it against the manifest. */
async function readArchive(file: string, sink: TableSink): Promise<Manifest> {
  const raw = (await open(file, 'r')).createReadStream();
  const unpacked = new PassThrough();
  const unpacking = pipeline(raw, createGunzip(), unpacked).catch(() => undefined);
  const reader = new ArchiveReader(unpacked);
  try {
    if ((await reader.line(100)) !== FIRST_LINE) {
      throw new DamagedBackup('不是備份檔。', 'it is not a backup file.');
    }
    const found: TableEntry[] = [];
    for (;;) {
      const entry = parseLine(await reader.line());
      if (entry['manifest']) {
        const manifest = entry['manifest'] as Manifest;
        if (JSON.stringify(manifest.tables) !== JSON.stringify(found)) {
          throw new DamagedBackup('內容與清單不符。', 'its content differs from its manifest.');
        }
        if (!(await reader.isAtEnd()))
          throw new DamagedBackup('結尾之後另有內容。', 'something follows its end.');
        return manifest;
      }
      const name = String(entry['table']);
      const columns = entry['columns'] as string[];
      const hash = createHash('sha256');
      let rows = 0;
      let bytes = 0;
      const chunks = async function* () {
        for (;;) {
          const head = await reader.line(20);
          if (!/^[0-9a-f]{1,8}$/.test(head))
            throw new DamagedBackup('內容無法辨識。', 'its content is not understood.');
          if (head === '0') return;
          for await (const piece of reader.bytes(Number.parseInt(head, 16))) {
            hash.update(piece);
            rows += countLines(piece);
            bytes += piece.length;
            yield piece;
          }
        }
      };
      await sink(name, columns, chunks());
      found.push({ name, columns, rows, bytes, sha256: hash.digest('hex') });
    }
  } finally {
    raw.destroy();
    unpacked.destroy();
    await unpacking;
  }
}

/**
 * Reads a backup to its end and checks every table against the manifest.
 * @throws DamagedBackup
 */
export async function verifyBackup(file: string): Promise<Manifest> {
  return await readArchive(file, async (_name, _columns, rows) => {
    for await (const _piece of rows);
  });
}

/** Statements that take the tables' guards off for the load, and those that put them back. */
async function guards(client: pg.Client): Promise<{ off: string[]; on: string[] }> {
  const keys = await client.query<{ tab: string; name: string; def: string }>(
    `select conrelid::regclass::text as tab, quote_ident(conname) as name, pg_get_constraintdef(oid) as def
       from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0
      order by 1, 2`,
  );
  const forced = await client.query<{ tab: string }>(
    `select oid::regclass::text as tab from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and relforcerowsecurity order by 1`,
  );
  const triggered = await client.query<{ tab: string }>(
    `select distinct tgrelid::regclass::text as tab from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where not tgisinternal and c.relnamespace = 'public'::regnamespace order by 1`,
  );
  return {
    off: [
      ...keys.rows.map(({ tab, name }) => `alter table ${tab} drop constraint ${name}`),
      ...forced.rows.map(({ tab }) => `alter table ${tab} no force row level security`),
      ...triggered.rows.map(({ tab }) => `alter table ${tab} disable trigger user`),
    ],
    on: [
      ...keys.rows.map(({ tab, name, def }) => `alter table ${tab} add constraint ${name} ${def}`),
      ...triggered.rows.map(({ tab }) => `alter table ${tab} enable trigger user`),
      ...forced.rows.map(({ tab }) => `alter table ${tab} force row level security`),
    ],
  };
}

async function requireEmpty(client: pg.Client, tables: readonly { name: string }[]): Promise<void> {
  for (const { name } of tables) {
    if (PUT_BY_MIGRATIONS.has(name)) continue;
    const { rowCount } = await client.query(`select 1 from ${quoteIdentifier(name)} limit 1`);
    if (rowCount) {
      throw new CannotRestore(
        `資料表 ${name} 已有資料；請還原至新的資料庫。`,
        `table ${name} has rows; use a new database.`,
      );
    }
  }
}

/**
 * Loads a backup into an empty, migrated database, all or nothing, and checks hashes, counts and, by the
 * database itself, every reference between the rows.
 * @param ownerUrl the owner's connection
 * @throws DamagedBackup, CannotRestore; the database is then as it was
 */
export async function restore(ownerUrl: string, file: string): Promise<Manifest> {
  // A damaged file shall not cost an hour of loading first.
  const promised = await verifyBackup(file);
  const known = listMigrations();
  const client = await connect(ownerUrl);
  try {
    await client.query('begin');
    const applied = await appliedMigrations(client);
    if (JSON.stringify(applied) !== JSON.stringify(promised.migrations)) {
      const isNewer = promised.migrations.some((name) => !known.includes(name));
      throw new CannotRestore(
        isNewer
          ? '備份來自較新的版本。'
          : `備份為 ${promised.version} 版，資料庫為 ${applied.at(-1) ?? '—'} 版；請以該版本還原後再升級。`,
        isNewer
          ? 'the backup is of a newer version.'
          : `the backup is of ${promised.version}, the database of ${applied.at(-1) ?? '—'}; restore with that version, then upgrade.`,
      );
    }
    const tables = await listTables(client);
    await requireEmpty(client, tables);
    const { off, on } = await guards(client);
    for (const statement of off) await client.query(statement);
    for (const name of PUT_BY_MIGRATIONS) await client.query(`delete from ${quoteIdentifier(name)}`);
    const targets = new Map(tables.map((table) => [table.name, table.columns]));
    const manifest = await readArchive(file, async (name, columns, rows) => {
      const own = targets.get(name);
      if (!own || columns.some((column) => !own.includes(column))) {
        throw new CannotRestore(`資料表 ${name} 與此版本不符。`, `table ${name} is not as in this version.`);
      }
      const list = columns.map(quoteIdentifier).join(', ');
      await pipeline(
        Readable.from(rows),
        client.query(copyFrom(`copy ${quoteIdentifier(name)} (${list}) from stdin`)),
      );
    });
    for (const { name, rows } of manifest.tables) {
      const counted = await client.query<{ n: string }>(`select count(*) as n from ${quoteIdentifier(name)}`);
      if (Number(counted.rows[0]!.n) !== rows) {
        throw new DamagedBackup(`資料表 ${name} 筆數不符。`, `table ${name} has another number of rows.`);
      }
    }
    for (const { name, value, called } of manifest.sequences) {
      await client.query('select setval($1::regclass, $2::bigint, $3)', [
        `public.${quoteIdentifier(name)}`,
        value,
        called,
      ]);
    }
    for (const statement of on) await client.query(statement);
    await client.query('commit');
    await client.query('analyze');
    return manifest;
  } finally {
    await client.end();
  }
}
