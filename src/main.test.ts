import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../test/support/database.ts';
import { startTocsin, UnsafeDatabase } from './main.ts';
import { type Config, loadConfig } from './platform/config.ts';
import { createLog } from './platform/log.ts';

const log = createLog({ level: 'silent' });

describe('the whole product', () => {
  let database: TestDatabase;
  let config: Config;
  beforeAll(async () => {
    database = await createTestDatabase({ isEmpty: true });
    const { appUrl: DATABASE_URL, ownerUrl: DATABASE_OWNER_URL } = database;
    config = loadConfig({ DATABASE_URL, DATABASE_OWNER_URL, PORT: '0' }, 'serve');
  });
  afterAll(() => database.drop());

  it('refuses a database that may lose what it answered', async () => {
    await expect(startTocsin(config, { mode: 'serve', log })).rejects.toThrow(UnsafeDatabase);
    await expect(startTocsin(config, { mode: 'serve', log })).rejects.toThrow(
      /fsync[\s\S]*synchronous_commit/,
    );
  });

  it('refuses to work as the tables’ owner or as a superuser', async () => {
    const start = (databaseUrl: string) =>
      startTocsin({ ...config, databaseUrl }, { mode: 'serve', log, unsafeNoSync: true });
    await expect(start(database.superuserUrl)).rejects.toThrow(/SUPERUSER/);
  });

  it('starts on an empty database, says when it is ready, gives a one-time link, and ends in order', async () => {
    const tocsin = await startTocsin(config, { mode: 'serve', log, unsafeNoSync: true, webRoot: null });
    try {
      expect(tocsin.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(tocsin.config.publicUrl).toBe(`http://localhost:${new URL(tocsin.url).port}`);
      const answer = await fetch(`${tocsin.url}/readyz`);
      expect([answer.status, await answer.json()]).toMatchObject([
        200,
        { ready: true, checks: { database: { ok: true }, schema: { ok: true } } },
      ]);
      expect(tocsin.setupLink).toContain(tocsin.config.publicUrl);
    } finally {
      await Promise.all([tocsin.stop(), tocsin.stop()]);
    }
    await expect(fetch(`${tocsin.url}/healthz`)).rejects.toThrow();
  });

  it('shows no mailbox and no accounts in production', async () => {
    const tocsin = await startTocsin(config, { mode: 'serve', log, unsafeNoSync: true, webRoot: null });
    try {
      expect(tocsin.context.demonstration).toBe(false);
      const description = (await (await fetch(`${tocsin.url}/api/openapi.json`)).json()) as { paths: object };
      expect(Object.keys(description.paths).length).toBeGreaterThan(10);
      expect(Object.keys(description.paths).filter((path) => path.includes('demo'))).toEqual([]);
    } finally {
      await tocsin.stop();
    }
  });

  it('finishes a request under way before it ends', async () => {
    const tocsin = await startTocsin(config, { mode: 'serve', log, unsafeNoSync: true, webRoot: null });
    // The request waits in the database behind a lock that only we hold.
    const holder = await tocsin.database.pool.connect();
    await holder.query('begin');
    await holder.query('select pg_advisory_xact_lock(1)');
    const waiting = tocsin.database.pool.query('select pg_advisory_xact_lock(1)');
    const stopped = tocsin.stop();
    await holder.query('commit');
    holder.release();
    expect((await waiting).rowCount).toBe(1);
    await stopped;
  });
});
