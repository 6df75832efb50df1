/**
 * A real PostgreSQL in the data folder, for one machine without a database service. It listens on a
 * socket in a folder of its own, runs without root's rights, lives and dies with us, and keeps every
 * promise of a full server: fsync on, checksums on, roles that own nothing.
 */

import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import {
  asAccount,
  canReach,
  chooseAccount,
  namespaceAccount,
  type ServerAccount,
} from './postgres/account.ts';
import { type Binaries, prepareBinaries } from './postgres/binaries.ts';
import { lockFolder } from './postgres/instance-lock.ts';
import { endLeftover, findServer, type KeptServer, keepServer } from './postgres/keeper.ts';
import { DATABASE, PG_HBA, pgIdent, postgresqlConf, ROLES } from './postgres/settings.ts';

/** What the server tells; a `pino` logger fits. */
export interface ServerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface EmbeddedPostgresOptions {
  /** Folder for everything of ours; made when missing. */
  readonly dataDir: string;
  /** Tests only: gives up durability. `serve` refuses a server started so. */
  readonly unsafeNoSync?: boolean;
  /**
   * As root with a folder that no unprivileged account can reach: run in a user namespace, with a warning,
   * instead of refusing. Never for production.
   */
  readonly allowNamespace?: boolean;
  readonly log: ServerLog;
}

export interface EmbeddedPostgres {
  /** Owns the tables; migrations and backups connect by it. */
  readonly ownerUrl: string;
  /** Owns nothing; the product connects by it. */
  readonly appUrl: string;
  /** The server's own superuser: for `doctor` and for test databases, never for the product. */
  readonly superuserUrl: string;
  /** Process id of the running server. */
  pid(): number | undefined;
  /** Fast shutdown; settles when the server has ended and the folder is free. */
  stop(): Promise<void>;
  /** Tells when the server is gone for good (it is restarted when it dies; this is when that failed). */
  onExit(listener: (error: Error) => void): void;
}

/** Longest path of a Unix socket on Linux, and the name PostgreSQL puts below its folder. */
const SOCKET_PATH_LIMIT = 107;
const SOCKET_NAME = '/.s.PGSQL.5432';

const socketUrl = (socketDir: string, user: string, database: string): string =>
  `postgresql://${user}@localhost/${database}?host=${encodeURIComponent(socketDir)}`;

function makeFolder(path: string, account: ServerAccount): void {
  mkdirSync(path, { recursive: true });
  if (account.drop) chownSync(path, account.drop.uid, account.drop.gid);
  chmodSync(path, 0o700);
}

function writeOwned(path: string, text: string, account: ServerAccount): void {
  writeFileSync(path, text, { mode: 0o600 });
  if (account.drop) chownSync(path, account.drop.uid, account.drop.gid);
}

/** The folder of the socket: inside ours, or a private one elsewhere when that path would be too long. */
function socketFolder(home: string, account: ServerAccount): string {
  const inside = join(home, 'socket');
  if (Buffer.byteLength(inside + SOCKET_NAME) <= SOCKET_PATH_LIMIT) {
    makeFolder(inside, account);
    return inside;
  }
  const outside = mkdtempSync(join(tmpdir(), 'tocsin-'));
  makeFolder(outside, account);
  return outside;
}

/** Makes the names in a folder survive a power cut. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The account for the server of this folder; opens the folder's way through to it when we are root. */
function accountFor(dataDir: string, { allowNamespace, log }: EmbeddedPostgresOptions): ServerAccount {
  const account = chooseAccount();
  if (!account.drop) return account;
  // The server's account must pass through, not look around.
  chmodSync(dataDir, (statSync(dataDir).mode & 0o777) | 0o011);
  if (canReach(account, dataDir)) return account;
  const lastResort = allowNamespace ? namespaceAccount() : undefined;
  if (lastResort) {
    log.warn(
      {},
      `the account ${account.name} cannot reach the data folder; the database keeps root's access to files`,
    );
    return lastResort;
  }
  throw new Error(
    `帳號 ${account.name} 無法進入資料夾 ${dataDir}；請將 DATA_DIR 設在例如 /var/lib/tocsin。 ` +
      `The account ${account.name}, under which the database runs, cannot reach ${dataDir}; ` +
      'set DATA_DIR to a folder such as /var/lib/tocsin.',
  );
}

/** Runs `initdb` beside the final place and moves the finished cluster there, so that a crash leaves no half of one. */
async function createCluster(
  binaries: Binaries,
  cluster: string,
  account: ServerAccount,
  unsafeNoSync: boolean,
): Promise<void> {
  for (const name of readdirSync(dirname(cluster))) {
    if (name.startsWith('cluster.unfinished')) {
      rmSync(join(dirname(cluster), name), { recursive: true, force: true });
    }
  }
  const unfinished = `${cluster}.unfinished-${process.pid}`;
  makeFolder(unfinished, account);
  const args = [
    `--pgdata=${unfinished}`,
    `--username=${ROLES.superuser}`,
    '--auth=peer',
    '--encoding=UTF8',
    // Sorting that no update of the operating system can change under an index.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--data-checksums',
    '--no-instructions',
    ...(unsafeNoSync ? ['--no-sync'] : []),
  ];
  const [program, ...rest] = asAccount(account, [binaries.initdb, ...args]);
  const child = spawn(program, rest, {
    ...account.drop,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new Error(`initdb 失敗。 initdb failed (${code}): ${complaint.trim()}`);
  }
  renameSync(unfinished, cluster);
  if (!unsafeNoSync) syncFolder(dirname(cluster));
}

/** What the server's log says from a place on. */
function logFrom(file: string, offset: number): string {
  try {
    return readFileSync(file).subarray(offset).toString('utf8').trimEnd();
  } catch {
    return '';
  }
}

/** Last lines, for the sentence that says why it did not start. */
function lastLines(text: string): string {
  return text.split('\n').slice(-5).join('\n');
}

async function connectAs(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Waits until the server answers; undefined when it ended first or never answered. */
async function waitUntilReady(server: KeptServer, url: string, patience: number): Promise<boolean> {
  const deadline = Date.now() + patience;
  while (server.running() && Date.now() < deadline) {
    try {
      const client = await connectAs(url);
      await client.query('select 1');
      await client.end();
      return true;
    } catch {
      await pause(20);
    }
  }
  return false;
}

/** Makes the two roles and the database when they are not there; safe to repeat after a crash in between. */
async function ensureDatabase(socketDir: string): Promise<void> {
  const client = await connectAs(socketUrl(socketDir, ROLES.superuser, 'postgres'));
  try {
    const plain = 'login nosuperuser nocreatedb nocreaterole noreplication nobypassrls';
    for (const role of [ROLES.owner, ROLES.app]) {
      const known = await client.query('select 1 from pg_roles where rolname = $1', [role]);
      await client.query(`${known.rowCount ? 'alter' : 'create'} role ${role} ${plain}`);
    }
    const known = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (!known.rowCount) await client.query(`create database ${DATABASE} owner ${ROLES.owner}`);
    await client.query(`revoke all on database ${DATABASE} from public`);
    await client.query(`grant connect on database ${DATABASE} to ${ROLES.app}`);
  } finally {
    await client.end();
  }
}

/**
 * Starts PostgreSQL in `dataDir` (making the cluster at the first start), ends a server that a killed
 * predecessor left behind, and keeps it running: when the server dies it is started again at once.
 * @throws FolderInUse when another living process uses the folder; an Error with the server's own last
 * words when it does not start
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log } = options;
  mkdirSync(options.dataDir, { recursive: true });
  const dataDir = realpathSync(options.dataDir);
  const account = accountFor(dataDir, options);
  const lock = await lockFolder(dataDir);
  try {
    const home = join(dataDir, 'postgres');
    makeFolder(home, account);
    const cluster = join(home, 'cluster');
    const unsafeNoSync = options.unsafeNoSync ?? false;
    const logFile = join(home, 'server.log');
    if (existsSync(logFile) && statSync(logFile).size > 10_000_000) truncateSync(logFile);
    const binaries = prepareBinaries(account, dataDir);
    if (await endLeftover(cluster)) log.info({}, 'ended the database server a killed process had left');
    if (!existsSync(cluster)) await createCluster(binaries, cluster, account, unsafeNoSync);

    const socketDir = socketFolder(home, account);
    writeOwned(join(cluster, 'postgresql.conf'), postgresqlConf({ socketDir, unsafeNoSync }), account);
    writeOwned(join(cluster, 'pg_hba.conf'), PG_HBA, account);
    writeOwned(join(cluster, 'pg_ident.conf'), pgIdent(account.ownName), account);

    const superuserUrl = socketUrl(socketDir, ROLES.superuser, 'postgres');
    const launch = async (): Promise<KeptServer> => {
      const deadline = Date.now() + 60_000;
      for (;;) {
        // A server that was killed leaves children for a moment; until they are gone the new one
        // refuses the folder, rightly, and is simply asked again.
        const offset = existsSync(logFile) ? statSync(logFile).size : 0;
        const server = keepServer({
          command: asAccount(account, [binaries.postgres, '-D', cluster]),
          account,
          logFile,
        });
        if (await waitUntilReady(server, superuserUrl, deadline - Date.now())) return server;
        await server.stop();
        // All it said since, not its last lines: those may be the goodbyes of the dead one's children.
        const said = logFrom(logFile, offset);
        if (Date.now() > deadline || !/pre-existing shared memory|lock file/.test(said)) {
          throw new Error(`資料庫無法啟動。 The database server did not start:\n${lastLines(said)}`);
        }
        await pause(50);
      }
    };

    let server = await launch();
    await ensureDatabase(socketDir);

    let stopping = false;
    const listeners: ((error: Error) => void)[] = [];
    const keepAlive = async (): Promise<void> => {
      for (;;) {
        await server.ended;
        if (stopping) return;
        log.warn({}, 'the database server ended unexpectedly; starting it again');
        try {
          await endLeftover(cluster);
          if (stopping) return;
          server = await launch();
          // Asked to stop while it was starting.
          if (stopping) await server.stop();
          else log.info({}, 'the database server is back');
        } catch (error) {
          for (const listener of listeners) listener(error as Error);
          return;
        }
      }
    };
    const kept = keepAlive();

    return {
      ownerUrl: socketUrl(socketDir, ROLES.owner, DATABASE),
      appUrl: socketUrl(socketDir, ROLES.app, DATABASE),
      superuserUrl,
      pid: () => findServer(cluster),
      onExit: (listener) => void listeners.push(listener),
      async stop() {
        stopping = true;
        await server.stop();
        await kept;
        if (!socketDir.startsWith(home)) rmSync(socketDir, { recursive: true, force: true });
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * The doors of a server another process of ours keeps running in `dataDir`, for commands such as backup
 * that must work while the product does.
 * @returns undefined when none is running there
 */
export function runningPostgres(
  dataDir: string,
): Pick<EmbeddedPostgres, 'ownerUrl' | 'appUrl' | 'superuserUrl'> | undefined {
  let cluster: string;
  try {
    cluster = join(realpathSync(dataDir), 'postgres', 'cluster');
  } catch {
    return undefined;
  }
  if (!findServer(cluster)) return undefined;
  // The fifth line of the server's own file is the folder of its socket.
  const socketDir = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[4]!;
  return {
    ownerUrl: socketUrl(socketDir, ROLES.owner, DATABASE),
    appUrl: socketUrl(socketDir, ROLES.app, DATABASE),
    superuserUrl: socketUrl(socketDir, ROLES.superuser, 'postgres'),
  };
}
