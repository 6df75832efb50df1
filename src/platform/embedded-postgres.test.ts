import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { until } from '../../test/support/wait.ts';
import { checkSafety, createDatabase } from './database.ts';
import { runningPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { chooseAccount, namespaceAccount, parsePasswd } from './postgres/account.ts';
import { FolderInUse } from './postgres/instance-lock.ts';

const home = mkdtempSync(join(tmpdir(), 'tocsin-embedded-'));
// Root's private folder would be closed to the server's account.
chmodSync(home, 0o711);
const log = { info: () => undefined, warn: () => undefined };
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function ask<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

const uidOf = (pid: number): number =>
  Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

describe('the embedded database', () => {
  it('is safe, unprivileged, alone in its folder, and comes back when it is killed', async () => {
    const dataDir = join(home, 'one');
    const server = await startEmbeddedPostgres({ dataDir, log });
    const database = createDatabase(server.appUrl, { poolSize: 3 });
    try {
      expect(await checkSafety(database)).toEqual([]);
      const facts = await ask<{ who: string; checksums: string; tcp: string; locale: string }>(
        server.ownerUrl,
        `select current_user as who, current_setting('data_checksums') as checksums,
                current_setting('listen_addresses') as tcp,
                (select datlocprovider::text || ' ' || datlocale from pg_database where datname = current_database()) as locale`,
      );
      expect(facts).toEqual([{ who: 'tocsin_owner', checksums: 'on', tcp: '', locale: 'b C.UTF-8' }]);

      const pid = server.pid()!;
      expect(uidOf(pid)).not.toBe(0);
      const cluster = join(dataDir, 'postgres', 'cluster');
      expect(statSync(cluster)).toMatchObject({ uid: uidOf(pid) });
      for (const folder of [cluster, join(dataDir, 'postgres'), join(dataDir, 'postgres', 'socket')]) {
        expect((statSync(folder).mode & 0o777).toString(8)).toBe('700');
      }

      await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow(FolderInUse);
      await expect(startEmbeddedPostgres({ dataDir: `${dataDir}/../one/`, log })).rejects.toThrow(
        FolderInUse,
      );
      expect(runningPostgres(dataDir)?.appUrl).toBe(server.appUrl);

      expect((await database.pool.query('select 1')).rowCount).toBe(1);
      process.kill(pid, 'SIGKILL');
      const killed = Date.now();
      await until(async () => {
        const { rows } = await database.pool.query<{ n: number }>('select count(*) as n from pg_roles');
        return rows[0]!.n > 0;
      });
      expect(Date.now() - killed).toBeLessThan(5_000);
      await until(() => server.pid() !== undefined && server.pid() !== pid);
    } finally {
      await database.close();
      await server.stop();
    }
    expect(runningPostgres(dataDir)).toBeUndefined();
    expect(existsSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'))).toBe(false);
  });

  it('loses nothing it answered when the process that holds it is killed, and the next one takes over', async () => {
    const dataDir = join(home, 'two');
    mkdirSync(dataDir);
    const program = `
      const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL('./embedded-postgres.ts', import.meta.url).href)});
      const { createDatabase } = await import(${JSON.stringify(new URL('./database.ts', import.meta.url).href)});
      const log = { info() {}, warn() {} };
      const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(realpathSync(dataDir))}, log });
      const owner = createDatabase(server.ownerUrl, { poolSize: 4 });
      await owner.pool.query('create table if not exists promises (n bigint primary key)');
      const { rows } = await owner.pool.query('select coalesce(max(n), 0) as n from promises');
      let next = rows[0].n;
      const client = async () => {
        for (;;) {
          const n = ++next;
          await owner.pool.query('insert into promises values ($1)', [n]);
          process.stdout.write(n + '\\n');
        }
      };
      for (let i = 0; i < 4; i += 1) void client();`;
    let promised: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = new Promise((resolve) => child.once('close', resolve));
      const answered: number[] = [];
      createInterface({ input: child.stdout }).on('line', (line) => void answered.push(Number(line)));
      await until(() => answered.length >= 50);
      child.kill('SIGKILL');
      await ended;
      promised = [...promised, ...answered];
    }
    const server = await startEmbeddedPostgres({ dataDir, log });
    try {
      const kept = await ask<{ n: string }>(server.ownerUrl, 'select n from promises');
      const found = new Set(kept.map(({ n }) => Number(n)));
      expect(promised.length).toBeGreaterThanOrEqual(150);
      expect(promised.filter((n) => !found.has(n))).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  it('is called unsafe when it was started without syncing, or when the role is too powerful', async () => {
    const server = await startEmbeddedPostgres({ dataDir: join(home, 'three'), log, unsafeNoSync: true });
    const faultsOf = async (url: string) => {
      const database = createDatabase(url, { poolSize: 1 });
      try {
        return (await checkSafety(database)).map(({ what }) => what);
      } finally {
        await database.close();
      }
    };
    try {
      expect(await faultsOf(server.appUrl)).toEqual(['fsync', 'full_page_writes', 'synchronous_commit']);
      expect(await faultsOf(server.superuserUrl)).toContain('role');
      await ask(server.ownerUrl, 'create table owned ()');
      expect(await faultsOf(server.ownerUrl)).toContain('role');
    } finally {
      await server.stop();
    }
  });

  it('finds a socket folder elsewhere when its own path would be too long for the kernel', async () => {
    const server = await startEmbeddedPostgres({
      dataDir: join(home, 'a'.repeat(100)),
      log,
      unsafeNoSync: true,
    });
    const socketDir = new URL(server.appUrl).searchParams.get('host')!;
    try {
      expect(socketDir.startsWith(home)).toBe(false);
      expect((statSync(socketDir).mode & 0o777).toString(8)).toBe('700');
      expect(await ask(server.appUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
    } finally {
      await server.stop();
    }
    expect(existsSync(socketDir)).toBe(false);
  });
});

describe.runIf(process.getuid?.() === 0)('as root, in a folder only root can enter', () => {
  const closed = join(home, 'closed');
  const dataDir = join(closed, 'data');
  it('refuses, unless the demonstration allows its last resort, which is not root either and warns', async () => {
    mkdirSync(closed, { mode: 0o700 });
    await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow('cannot reach');
    if (!namespaceAccount()) return;
    const warnings: string[] = [];
    const server = await startEmbeddedPostgres({
      dataDir,
      allowNamespace: true,
      unsafeNoSync: true,
      log: { ...log, warn: (_fields: object, message: string) => void warnings.push(message) },
    });
    try {
      expect(warnings.join()).toContain('cannot reach');
      expect(await ask(server.appUrl, 'select current_user as who')).toEqual([{ who: 'tocsin_app' }]);
    } finally {
      await server.stop();
    }
  });
});

describe('the account of the database server', () => {
  const passwd = 'root:x:0:0::/root:/bin/sh\nbroken\nnobody:x:65534:65534::/:/bin/false\n';
  it('is never root: a dedicated one, else nobody, else a clear refusal', () => {
    expect(chooseAccount(0, () => passwd)).toMatchObject({
      name: 'nobody',
      drop: { uid: 65_534, gid: 65_534 },
    });
    expect(chooseAccount(0, () => `${passwd}tocsin:x:991:990::/:/bin/false\n`).drop).toEqual({
      uid: 991,
      gid: 990,
    });
    expect(() => chooseAccount(0, () => 'root:x:0:0::/root:/bin/sh')).toThrow('unprivileged account');
    expect(() => chooseAccount(0, () => 'nobody:x:0:0::/root:/bin/sh')).toThrow('unprivileged account');
    expect(chooseAccount(1000, () => passwd).drop).toBeUndefined();
    expect(parsePasswd(passwd).size).toBe(2);
  });
});
