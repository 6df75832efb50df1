import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../test/support/database.ts';

const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tocsin-cli-'));
const made: TestDatabase[] = [];

async function tocsin(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close') as Promise<[number]>;
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { out, err, code };
}

async function fresh(): Promise<Record<string, string>> {
  const database = await createTestDatabase({ isEmpty: true });
  made.push(database);
  return { DATABASE_URL: database.appUrl, DATABASE_OWNER_URL: database.ownerUrl };
}

describe('the command line', () => {
  let env: Record<string, string>;
  beforeAll(async () => {
    env = await fresh();
  });
  afterAll(async () => {
    for (const database of made) await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('helps in both languages and fails when wrongly called', { timeout: 60_000 }, async () => {
    const help = await tocsin(['help']);
    expect(help.code).toBe(0);
    for (const word of ['serve', 'restore', '備份', 'back up']) expect(help.out).toContain(word);
    const wrong = await tocsin(['constructor']);
    expect([wrong.code, wrong.err]).toEqual([
      2,
      expect.stringContaining('There is no command "constructor"'),
    ]);
    const setting = await tocsin(['migrate'], { PORT: 'x' });
    expect([setting.code, setting.err]).toEqual([2, expect.stringContaining('Wrong setting PORT')]);
    expect((await tocsin(['backup'], env)).code).toBe(2);
  });

  it('migrates, puts a mechanism in force, backs up and restores', { timeout: 60_000 }, async () => {
    const early = await tocsin(['backup', join(folder, 'early')], env);
    expect([early.code, early.err]).toEqual([1, expect.stringContaining('run migrate first')]);
    const migrated = await tocsin(['migrate'], env);
    expect([migrated.code, migrated.out]).toEqual([0, expect.stringContaining('mechanism in force')]);
    const file = join(folder, 'nation.backup');
    expect(await tocsin(['backup', file], env)).toMatchObject({ code: 0, err: '' });
    expect((await tocsin(['backup', '--verify', file])).code).toBe(0);
    const other = await fresh();
    expect(await tocsin(['restore', file], other)).toMatchObject({ code: 0, err: '' });
    expect((await tocsin(['restore', file], other)).code).toBe(1);
    const again = await tocsin(['migrate'], other);
    expect([again.code, again.out]).toEqual([0, expect.not.stringContaining('mechanism in force')]);
  });

  it('examines database and mail, and fails when something is broken', async () => {
    const relay = createServer((socket) => void socket.resume().end('220 relay.example\r\n'));
    const rude = createServer((socket) => void socket.resume().end('554 no\r\n'));
    for (const server of [relay, rude]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    const at = (server: typeof relay) => `smtp://127.0.0.1:${(server.address() as { port: number }).port}`;
    try {
      // The test's server gives up durability, which is exactly what doctor is there to find.
      const found = await tocsin(['doctor'], {
        ...env,
        SMTP_URL: at(relay),
        SMTP_ROUTES: `rude.example=${at(rude)}`,
      });
      expect(found.code).toBe(1);
      expect(found.out).toMatch(/BROKEN\s+safety.*fsync/);
      expect(found.out).toMatch(/ok\s+row policies/);
      expect(found.out).toMatch(/ok\s+mail\s+\* →/);
      expect(found.out).toMatch(/BROKEN\s+mail\s+rude\.example →/);
      expect(found.out).toMatch(/routes/);
    } finally {
      relay.close();
      rude.close();
    }
  });
});
