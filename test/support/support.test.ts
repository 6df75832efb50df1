import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './database.ts';

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
