import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { backup, CannotRestore, DamagedBackup, restore, verifyBackup } from './copy-archive.ts';
import { migrate } from './migrate.ts';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-archive-'));
const made: TestDatabase[] = [];
const file = join(folder, 'nation.backup');
/** What COPY has to escape, and what a careless reader would split. */
const HOSTILE = '一\n二\t三\\N "四" \r\u0007';

async function migrated(): Promise<TestDatabase> {
  const database = await createTestDatabase({ isEmpty: true });
  made.push(database);
  await migrate(database);
  return database;
}

async function ask<T extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

const organisation = (id: number, superior: number | null, name: string) => [
  `00000000-0000-7000-8000-${String(id).padStart(12, '0')}`,
  `T${id}`,
  name,
  superior === null ? null : `00000000-0000-7000-8000-${String(superior).padStart(12, '0')}`,
];

describe('backup and restore', () => {
  let source: TestDatabase;
  beforeAll(async () => {
    source = await migrated();
    // The first one points to the last: order between rows must not matter.
    for (const values of [organisation(2, null, HOSTILE), organisation(1, 2, '甲機關')]) {
      await ask(
        source.ownerUrl,
        `insert into organisations (id, code, name_zh, superior_id, name_en, kind, primary_sector, sectors, valid_from, seen_by)
         values ($1, $2, $3, $4, 'x', 'agency', 'government', '{government}', '2026-01-01', '{}')`,
        values,
      );
    }
    for (let n = 0; n < 3; n += 1) {
      await ask(
        source.ownerUrl,
        `insert into sign_in_attempts (${await columnsToFill(source, 'sign_in_attempts')})`,
      );
    }
    await backup(source.ownerUrl, file);
  });
  afterAll(async () => {
    for (const database of made) await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('brings every row, every reference and the sequences back, with the guards on again', async () => {
    const target = await migrated();
    const manifest = await restore(target.ownerUrl, file);
    expect(manifest.tables.find(({ name }) => name === 'organisations')?.rows).toBe(2);
    const rows = 'select * from organisations order by code';
    expect(await ask(target.ownerUrl, rows)).toEqual(await ask(source.ownerUrl, rows));
    expect((await ask<{ name_zh: string }>(target.ownerUrl, rows))[1]?.name_zh).toBe(HOSTILE);
    const next = `select nextval(pg_get_serial_sequence('sign_in_attempts', 'id'))::int as n`;
    expect(await ask(target.ownerUrl, next)).toEqual([{ n: 4 }]);

    const shape = `select c.relname, c.relforcerowsecurity, array_agg(k.conname order by k.conname) as keys
       from pg_class c left join pg_constraint k on k.conrelid = c.oid
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' group by 1, 2 order by 1`;
    expect(await ask(target.ownerUrl, shape)).toEqual(await ask(source.ownerUrl, shape));
    expect(await ask(target.appUrl, 'select * from organisations')).toEqual([]);

    const again = join(folder, 'again.backup');
    const second = await backup(target.ownerUrl, again);
    expect(second.tables).toEqual(manifest.tables);
  });

  it('is one moment of the database, whatever is written meanwhile', async () => {
    const manifest = await verifyBackup(file);
    expect(manifest).toMatchObject({ format: 1, migrations: expect.arrayContaining([manifest.version]) });
    await expect(backup(source.ownerUrl, file)).rejects.toThrow('exists');
  });

  it('refuses a database with rows in it', async () => {
    await expect(restore(source.ownerUrl, file)).rejects.toThrow(CannotRestore);
  });

  it('refuses a backup of another version', async () => {
    const bare = await createTestDatabase({ isEmpty: true });
    made.push(bare);
    await migrate(bare);
    const other = join(folder, 'other.backup');
    const text = gunzipSync(readFileSync(file)).toString('latin1');
    const { version } = await verifyBackup(file);
    writeFileSync(
      other,
      gzipSync(Buffer.from(text.replaceAll(version, version.replace(/^\d{4}/, '9999')), 'latin1')),
    );
    await expect(restore(bare.ownerUrl, other)).rejects.toThrow(/newer version/);
  });

  const whole = () => readFileSync(file);
  const unpacked = () => gunzipSync(whole());
  const changed = (from: string, to: string) =>
    gzipSync(Buffer.from(unpacked().toString('latin1').replace(from, to), 'latin1'));
  it.each<[string, () => Buffer]>([
    ['cut off', () => whole().subarray(0, -30)],
    [
      'cut off between tables and packed again',
      () => gzipSync(unpacked().subarray(0, unpacked().lastIndexOf('{"manifest"'))),
    ],
    ['with a changed value', () => changed('\tT1\t', '\tT9\t')],
    ['with a changed count', () => changed('"rows":2', '"rows":3')],
    ['with something after its end', () => gzipSync(Buffer.concat([unpacked(), Buffer.from('x')]))],
    [
      'with a flipped bit',
      () => {
        const bytes = Buffer.from(whole());
        bytes[bytes.length >> 1]! ^= 4;
        return bytes;
      },
    ],
    ['that is none', () => Buffer.from('hello')],
    ['that is another gzip', () => gzipSync('hello\n')],
    ['that is empty', () => Buffer.alloc(0)],
  ])('refuses a file %s and leaves the database empty', async (_what, content) => {
    const damaged = join(folder, 'damaged.backup');
    writeFileSync(damaged, content());
    await expect(verifyBackup(damaged)).rejects.toThrow(DamagedBackup);
    const target = made[1]!;
    await expect(restore(target.ownerUrl, damaged)).rejects.toThrow(DamagedBackup);
  });
});

/** Column list and values for one row, from the table's own description, so that the test follows the schema. */
async function columnsToFill(database: TestDatabase, table: string): Promise<string> {
  const columns = await ask<{ name: string; type: string }>(
    database.ownerUrl,
    `select column_name as name, data_type as type from information_schema.columns
      where table_name = $1 and column_default is null and is_identity = 'NO' and is_nullable = 'NO'`,
    [table],
  );
  const value = (type: string) =>
    ({ 'timestamp with time zone': 'now()', boolean: 'true', uuid: 'gen_random_uuid()' })[type] ?? `'1'`;
  return `${columns.map(({ name }) => name).join(', ')}) select ${columns.map(({ type }) => value(type)).join(', ')} where (true`;
}
