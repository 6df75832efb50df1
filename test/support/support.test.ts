import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { reapDeadRuns } from './database-service.ts';
import { until } from './wait.ts';

describe('a test database', () => {
  const made: TestDatabase[] = [];
  afterAll(() => Promise.all(made.map((one) => one.drop())));

  async function ask(url: string, sql: string) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it('is a migrated copy of its own, by an application role that owns nothing (ISO-4)', async () => {
    const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    made.push(one, two);
    await ask(one.ownerUrl, 'create table only_here (id int)');
    const here =
      "select to_regclass('only_here') is not null as here, to_regclass('cases') is not null as cases";
    expect(await ask(one.ownerUrl, here)).toEqual([{ here: true, cases: true }]);
    expect(await ask(two.ownerUrl, here)).toEqual([{ here: false, cases: true }]);
    const owned = `select count(*)::int as n from pg_class where relowner = current_user::regrole`;
    expect(await ask(one.appUrl, owned)).toEqual([{ n: 0 }]);
    const rights = 'select rolsuper, rolbypassrls from pg_roles where rolname = current_user';
    expect(await ask(one.appUrl, rights)).toEqual([{ rolsuper: false, rolbypassrls: false }]);
  });

  it('costs a moment', async () => {
    const start = performance.now();
    made.push(await createTestDatabase());
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe('what a killed run left behind', () => {
  it('is removed by the next, and a living run is left alone', () => {
    const { pid: dead } = spawnSync('true');
    const left = mkdtempSync(path.join(tmpdir(), `tocsin-test-${dead}-`));
    const living = mkdtempSync(path.join(tmpdir(), `tocsin-test-${process.pid}-`));
    reapDeadRuns();
    expect([existsSync(left), existsSync(living)]).toEqual([false, true]);
    rmSync(living, { recursive: true });
  });
});

describe('waiting', () => {
  it('gives what it waited for', async () => {
    let looks = 0;
    expect(await until(() => (++looks > 2 ? 'there' : undefined), { every: 1 })).toBe('there');
  });

  it('says what did not come, and why', async () => {
    const look = () => {
      throw new Error('still empty');
    };
    await expect(until(look, { timeout: 10, every: 1, describe: 'a mail' })).rejects.toThrow(
      'not within 10 ms: a mail: still empty',
    );
  });
});
