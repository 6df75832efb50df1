/**
 * The database server of one test run. It starts when the first test file asks for a database, so that a run of
 * pure tests costs nothing; it holds one migrated template, of which every test file gets its own copy.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { migrate } from '../../src/platform/migrate.ts';

const PREFIX = 'tocsin-test-';
const TEMPLATE = 'tocsin_template';
const quiet = { info: () => undefined, warn: () => undefined };

/** What a test file gets: the same database by three doors. */
export interface DatabaseUrls {
  readonly name: string;
  /** Owns the tables. */
  readonly ownerUrl: string;
  /** The application's: owns nothing, row-level security forced. */
  readonly appUrl: string;
  /** The server's superuser, for what a test must break. */
  readonly superuserUrl: string;
}

/** The same server's URL for another database. */
function within(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Removes what runs that were killed left behind: their servers, known by the pid file in a folder of ours and
 * only if they still run from it, and their folders.
 */
export function reapDeadRuns(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^tocsin-test-(\d+)-/.exec(name)?.[1]);
    if (!pid || isAlive(pid)) continue;
    const folder = path.join(tmpdir(), name);
    try {
      const cluster = path.join(folder, 'postgres', 'cluster');
      const server = Number(readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
      const command = readFileSync(`/proc/${server}/cmdline`, 'utf8');
      if (server > 1 && command.includes(folder)) process.kill(server, 'SIGKILL');
    } catch {
      // No server left, or not ours to end.
    }
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // Another user's; he will remove it.
    }
  }
}

/** One run's server and what is made on it. */
class RunDatabases {
  private readonly home = mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  private server: Promise<EmbeddedPostgres> | undefined;
  private template: Promise<void> | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  /** One at a time: a template can be copied only while nobody else is connected to it. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work, work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private start(): Promise<EmbeddedPostgres> {
    this.server ??= startEmbeddedPostgres({ dataDir: this.home, unsafeNoSync: true, log: quiet });
    return this.server;
  }

  /** Runs statements as the superuser, one connection for all. */
  private async administer(...statements: string[]): Promise<void> {
    const admin = new pg.Client({ connectionString: (await this.start()).superuserUrl });
    await admin.connect();
    try {
      for (const statement of statements) await admin.query(statement);
    } finally {
      await admin.end();
    }
  }

  private makeTemplate(): Promise<void> {
    this.template ??= (async () => {
      const { ownerUrl, appUrl } = await this.start();
      await this.administer(
        `create database ${TEMPLATE} owner tocsin_owner`,
        `grant connect on database ${TEMPLATE} to tocsin_app`,
      );
      await migrate({ ownerUrl: within(ownerUrl, TEMPLATE), appUrl: within(appUrl, TEMPLATE) });
    })();
    return this.template;
  }

  create({ isEmpty = false } = {}): Promise<DatabaseUrls> {
    return this.inTurn(async () => {
      const server = await this.start();
      if (!isEmpty) await this.makeTemplate();
      const name = `t_${randomBytes(6).toString('hex')}`;
      await this.administer(
        `create database ${name} owner tocsin_owner ${isEmpty ? '' : `template ${TEMPLATE} strategy file_copy`}`,
        `revoke all on database ${name} from public`,
        `grant connect on database ${name} to tocsin_app`,
      );
      return {
        name,
        ownerUrl: within(server.ownerUrl, name),
        appUrl: within(server.appUrl, name),
        superuserUrl: within(server.superuserUrl, name),
      };
    });
  }

  drop(name: string): Promise<void> {
    return this.inTurn(async () => {
      if (!/^t_[0-9a-f]{12}$/.test(name)) throw new Error(`not a test database: ${name}`);
      await this.administer(`drop database if exists ${name} with (force)`);
    });
  }

  async stop(): Promise<void> {
    await this.turn;
    const server = await this.server?.catch(() => undefined);
    await server?.stop();
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

type Order = { op: 'create'; isEmpty?: boolean } | { op: 'drop'; name: string };

/**
 * Waits at a socket for the test files' processes; answers each line of JSON with one.
 * Gives the socket's path and how to end everything.
 */
export async function startDatabaseService(): Promise<{ socketPath: string; stop: () => Promise<void> }> {
  reapDeadRuns();
  const databases = new RunDatabases();
  const folder = mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-s-`));
  const socketPath = path.join(folder, 'db.sock');
  const open = new Set<Socket>();

  async function carryOut(order: Order): Promise<unknown> {
    return order.op === 'create' ? databases.create(order) : databases.drop(order.name);
  }

  const service: Server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => undefined);
    createInterface(socket).on('line', async (line) => {
      const answer = await carryOut(JSON.parse(line) as Order).then(
        (value) => ({ value }),
        (error: Error) => ({ error: error.stack ?? String(error) }),
      );
      socket.end(`${JSON.stringify(answer)}\n`);
    });
  });
  await new Promise<void>((resolve) => service.listen(socketPath, resolve));

  return {
    socketPath,
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => service.close(resolve));
      await databases.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
