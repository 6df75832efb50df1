import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { checkSafety, createDatabase, type Database, databaseNow } from './database.ts';
import {
  DatabaseTooNew,
  listMigrations,
  migrate,
  migrationState,
  roleOf,
  substituteRoles,
} from './migrate.ts';

describe('migrations', () => {
  let target: TestDatabase;
  let app: Database;
  let folder: string;
  beforeAll(async () => {
    target = await createTestDatabase({ isEmpty: true });
    app = createDatabase(target.appUrl, { poolSize: 2 });
    folder = mkdtempSync(join(tmpdir(), 'tocsin-migrations-'));
    writeFileSync(
      join(folder, '0001-first.sql'),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the token of the migrations
      'create table first (n bigint, at timestamptz);\ngrant select on first to ${app_role};\ninsert into first values (9007199254740991, now());',
    );
  });
  afterAll(async () => {
    await app.close();
    await target.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('run once each, in order, and give the application what they say', async () => {
    expect(await migrationState(app, listMigrations(folder))).toEqual({
      version: '',
      pending: ['0001-first'],
      unknown: [],
    });
    expect(await migrate({ ...target, folder })).toEqual({ ran: ['0001-first'], version: '0001-first' });
    expect(await migrate({ ...target, folder })).toEqual({ ran: [], version: '0001-first' });
    expect(await migrationState(app, listMigrations(folder))).toEqual({
      version: '0001-first',
      pending: [],
      unknown: [],
    });
    const { rows } = await app.pool.query<{ n: number; at: Date }>('select * from first');
    expect(rows).toEqual([{ n: Number.MAX_SAFE_INTEGER, at: expect.any(Date) }]);
    await expect(app.pool.query('select 9007199254740992::bigint')).rejects.toThrow('safe range');
  });

  it('keep nothing of a run that fails, and say where it failed', async () => {
    writeFileSync(join(folder, '0002-second.sql'), 'create table second ();');
    writeFileSync(join(folder, '0003-third.sql'), 'select 1;\nselect nonsense;');
    await expect(migrate({ ...target, folder })).rejects.toThrow(/0003-third\.sql \(line 2\): .*nonsense/);
    const { rows } = await app.pool.query(`select to_regclass('second') as there`);
    expect(rows).toEqual([{ there: null }]);
    rmSync(join(folder, '0003-third.sql'));
    expect((await migrate({ ...target, folder })).ran).toEqual(['0002-second']);
  });

  it('refuse a database that is newer', async () => {
    rmSync(join(folder, '0002-second.sql'));
    await expect(migrate({ ...target, folder })).rejects.toThrow(DatabaseTooNew);
    expect((await migrationState(app, listMigrations(folder))).unknown).toEqual(['0002-second']);
  });

  it('take the roles from the URLs, quoted, and no other token', () => {
    const roles = { app: 'a-b', owner: 'o' };
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the tokens of the migrations
    expect(substituteRoles('grant x to ${app_role}, ${owner_role}', roles)).toBe('grant x to "a-b", "o"');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a token that is none
    expect(() => substituteRoles('${app}', roles)).toThrow('unknown token');
    expect(roleOf('postgresql://a%2Eb@h/d')).toBe('a.b');
    expect(() => roleOf('postgresql://a%22b@h/d')).toThrow('must consist');
    expect(() => roleOf('postgresql://h/d')).toThrow('no role');
  });

  it('of the product run on an empty database and force row-level security on every table with data', async () => {
    const fresh = await createTestDatabase({ isEmpty: true });
    try {
      const { version } = await migrate(fresh);
      expect(version).toBe(listMigrations().at(-1));
      const database = createDatabase(fresh.appUrl, { poolSize: 1 });
      const { rows } = await database.pool.query(
        `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
            and relname not like 'schema_migrations%' and not (relrowsecurity and relforcerowsecurity)`,
      );
      expect(rows).toEqual([]);
      expect((await checkSafety(database)).filter(({ what }) => what === 'role')).toEqual([]);
      expect(Math.abs((await databaseNow(database)).getTime() - Date.now())).toBeLessThan(60_000);
      await database.close();
    } finally {
      await fresh.drop();
    }
  });
});
