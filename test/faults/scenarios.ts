/** Four ways to hurt the running product, each with agencies filing and mails going out all the while (FLT-1 to FLT-4). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { until } from '../support/wait.ts';
import { check, gaps, heldBy, unsettled, type Verdict, watchLeases } from './rig/check.ts';
import { type Filers, startFilers } from './rig/filers.ts';
import { type MailRecorder, startMailRecorder } from './rig/mail-recorder.ts';
import { makeNation, type Nation } from './rig/nation.ts';
import {
  databaseOf,
  makeFolder,
  type Product,
  postmasterOf,
  removeFolder,
  startProduct,
} from './rig/product.ts';

export interface ScenarioOptions {
  readonly kills: number;
  readonly port: number;
  /** How long a frozen worker stays frozen, in ms, per turn. */
  readonly freezes: readonly number[];
}

export interface Outcome extends Verdict {
  readonly fault: string;
  readonly kills: number;
  readonly unknowns: number;
  readonly refusals: readonly string[];
  /** From the fault until what was under lease is another's, in ms; FLT-2 and FLT-4. */
  readonly takeovers: readonly number[];
  /** From the fault until the next filing that begins after it is acknowledged, in ms. */
  readonly outages: readonly number[];
  /** From the start of a process until it takes work, in ms. */
  readonly readies: readonly number[];
  /** Most mails that may come twice: what was under lease at each fault. */
  readonly window: number;
  readonly lateWritesRefused: number;
}

/** Deliveries a worker holds at most, and so the most that one fault may send twice. */
const IN_FLIGHT = 100;
const CLIENTS = 32;

/** What every scenario has: an installation, its nation, its far end, its clients. */
interface Scene {
  readonly folder: string;
  readonly mail: MailRecorder;
  readonly nation: Nation;
  readonly recordFile: string;
  readonly superuserUrl: () => string;
  readonly env: Readonly<Record<string, string>>;
}

/** A moment between two faults, so that they hit at any point of what goes on. */
const wander = (least: number, most: number) => pause(least + Math.random() * (most - least));

async function settleAndCheck(
  scene: Scene,
  filers: Filers,
  port: number,
): Promise<{ verdict: Verdict; refusals: readonly string[] }> {
  await filers.stop();
  const { superuserUrl, recordFile, mail } = scene;
  // A filing that was rolled back left its number free: the next ones take it, and no gap stays (H52).
  for (let round = 0; (await gaps(superuserUrl())) > 0 && round < 5; round += 1) {
    const more = await startFilers({
      port,
      reporters: scene.nation.reporters,
      clients: Math.min(8, await gaps(superuserUrl())),
      recordFile,
      think: 0,
      firstSerial: 1_000_000 + round * 1_000,
    });
    await more.nextAck();
    await more.stop();
  }
  mail.delay = 0;
  await until(async () => (await unsettled(superuserUrl())) === 0, {
    timeout: 180_000,
    every: 200,
    describe: 'every delivery settled',
  }).catch(() => undefined);
  const verdict = await check({ superuserUrl: superuserUrl(), recordFile, mail, env: scene.env });
  return { verdict, refusals: filers.refusals };
}

/** One process with its own server: killed by `strike`, brought back by `revive`. */
async function withOneProcess(
  fault: string,
  options: ScenarioOptions,
  strike: (
    product: Product,
    turn: number,
    folder: string,
    start: () => Product,
  ) => Promise<{ product: Product; readyMs: number }>,
): Promise<Outcome> {
  const folder = makeFolder('faults');
  const mail = await startMailRecorder();
  const start = () => startProduct({ dataDir: folder, port: options.port, smtpUrl: mail.url });
  let product = start();
  try {
    await product.ready();
    const nation = await makeNation(databaseOf(folder).appUrl, CLIENTS);
    await watchLeases(databaseOf(folder).superuserUrl);
    const recordFile = join(folder, 'acknowledged.ndjson');
    const scene: Scene = {
      folder,
      mail,
      nation,
      recordFile,
      superuserUrl: () => databaseOf(folder).superuserUrl,
      env: { DATA_DIR: folder },
    };
    const filers = await startFilers({
      port: options.port,
      reporters: nation.reporters,
      clients: CLIENTS,
      recordFile,
      think: 150,
    });
    await filers.nextAck();
    const outages: number[] = [];
    const readies: number[] = [];
    for (let turn = 0; turn < options.kills; turn += 1) {
      await wander(300, 1_500);
      const struck = Date.now();
      const next = await strike(product, turn, folder, start);
      product = next.product;
      readies.push(next.readyMs);
      outages.push((await filers.nextAck()) - struck);
    }
    const unknowns = filers.unknowns();
    const { verdict, refusals } = await settleAndCheck(scene, filers, options.port);
    return {
      fault,
      ...verdict,
      kills: options.kills,
      unknowns,
      refusals,
      takeovers: [],
      outages,
      readies,
      window: options.kills * IN_FLIGHT,
      lateWritesRefused: product.countInLog('late write refused'),
    };
  } finally {
    await product.stop();
    await mail.close();
    removeFolder(folder);
  }
}

function endNow(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch {
    // It was gone already.
  }
}

/** FLT-1: the product dies; every second time its database server with it, as when the machine stops. */
export async function killApp(options: ScenarioOptions): Promise<Outcome> {
  return withOneProcess('FLT-1 kill -9 app', options, async (product, turn, folder, start) => {
    const server = turn % 2 === 1 ? postmasterOf(folder) : undefined;
    product.kill('SIGKILL');
    endNow(server);
    await product.exited;
    const began = Date.now();
    const next = start();
    await next.ready();
    return { product: next, readyMs: Date.now() - began };
  });
}

/** The end of the database server's own log. */
function serverLogOf(folder: string): string {
  return readFileSync(join(folder, 'postgres', 'server.log'), 'utf8').slice(-2_000);
}

async function backendOf(folder: string): Promise<number | undefined> {
  const client = new pg.Client({ connectionString: databaseOf(folder).superuserUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where usename = 'tocsin_app' order by state = 'active' desc, random() limit 1`,
    );
    return rows[0]?.pid;
  } finally {
    await client.end();
  }
}

/** FLT-3: the database server dies under the running product: the whole of it, or one backend, by turns. */
export async function killDatabase(options: ScenarioOptions): Promise<Outcome> {
  return withOneProcess('FLT-3 kill -9 postmaster, backends', options, async (product, turn, folder) => {
    const victim = turn % 2 === 0 ? postmasterOf(folder) : await backendOf(folder);
    const began = Date.now();
    endNow(victim);
    await until(() => product.answers('/readyz'), {
      timeout: 60_000,
      every: 20,
      describe: () => `ready again after turn ${turn}: ${product.lastWords()}\n${serverLogOf(folder)}`,
    });
    return { product, readyMs: Date.now() - began };
  });
}

/** Two workers and a web process on a server they share. */
async function withWorkers(
  fault: string,
  options: ScenarioOptions,
  strike: (
    workers: Product[],
    turn: number,
    superuserUrl: string,
    start: () => Product,
  ) => Promise<{ takeover: number; held: number; readyMs?: number }>,
): Promise<Outcome> {
  const folder = makeFolder('faults');
  const mail = await startMailRecorder();
  // A relay that takes its time: whenever a fault strikes, mails are under way.
  mail.delay = 15;
  const quiet = { info: () => undefined, warn: () => undefined };
  const server = await startEmbeddedPostgres({ dataDir: folder, log: quiet });
  const database = { appUrl: server.appUrl, ownerUrl: server.ownerUrl };
  const base = { dataDir: folder, port: options.port, smtpUrl: mail.url, database };
  const web = startProduct({ ...base, workers: 'web' });
  const startWorker = () => startProduct({ ...base, workers: 'work' });
  const workers: Product[] = [];
  const everyWorker: Product[] = [];
  const start = () => {
    const worker = startWorker();
    everyWorker.push(worker);
    return worker;
  };
  try {
    await web.ready();
    const nation = await makeNation(server.appUrl, CLIENTS);
    await watchLeases(server.superuserUrl);
    workers.push(start(), start());
    await Promise.all(workers.map((worker) => worker.ready()));
    const recordFile = join(folder, 'acknowledged.ndjson');
    const scene: Scene = {
      folder,
      mail,
      nation,
      recordFile,
      superuserUrl: () => server.superuserUrl,
      env: { DATA_DIR: folder, DATABASE_URL: server.appUrl, DATABASE_OWNER_URL: server.ownerUrl },
    };
    const filers = await startFilers({
      port: options.port,
      reporters: nation.reporters,
      clients: CLIENTS,
      recordFile,
      think: 150,
    });
    await filers.nextAck();
    const takeovers: number[] = [];
    const readies: number[] = [];
    let window = 0;
    for (let turn = 0; turn < options.kills; turn += 1) {
      await wander(300, 1_200);
      const { takeover, held, readyMs } = await strike(workers, turn, server.superuserUrl, start);
      takeovers.push(takeover);
      window += held;
      if (readyMs !== undefined) readies.push(readyMs);
    }
    const unknowns = filers.unknowns();
    const { verdict, refusals } = await settleAndCheck(scene, filers, options.port);
    return {
      fault,
      ...verdict,
      kills: options.kills,
      unknowns,
      refusals,
      takeovers,
      outages: [],
      readies,
      window,
      lateWritesRefused: everyWorker.reduce((sum, one) => sum + one.countInLog('late write refused'), 0),
    };
  } finally {
    for (const worker of workers) worker.kill('SIGCONT');
    await Promise.all([web, ...workers].map((one) => one.stop()));
    await server.stop();
    await mail.close();
    removeFolder(folder);
  }
}

/** Waits until nothing is under the process's lease any more; how long that took from `since`, in ms. */
async function takenOver(superuserUrl: string, pid: number, since: number): Promise<number> {
  await until(async () => (await heldBy(superuserUrl, pid)).length === 0, {
    timeout: 60_000,
    every: 50,
    describe: 'leases taken over',
  });
  return Date.now() - since;
}

/** Strikes only a worker that holds something: a fault that hits an idle one shows nothing. */
async function busyOne(superuserUrl: string, workers: readonly Product[], turn: number): Promise<number> {
  let index = turn % workers.length;
  await until(
    async () => {
      index = (index + 1) % workers.length;
      return (await heldBy(superuserUrl, (workers[index] as Product).pid)).length > 0;
    },
    { timeout: 20_000, every: 10, describe: 'a worker with mails under way' },
  );
  return index;
}

/** FLT-2: one of two workers dies with mails under way; the other takes them over, and a new one starts. */
export async function killWorker(options: ScenarioOptions): Promise<Outcome> {
  return withWorkers('FLT-2 kill -9 worker of 2', options, async (workers, turn, superuserUrl, start) => {
    const index = await busyOne(superuserUrl, workers, turn);
    const victim = workers[index] as Product;
    victim.kill('SIGKILL');
    const struck = Date.now();
    await victim.exited;
    const held = (await heldBy(superuserUrl, victim.pid)).length;
    const next = start();
    workers[index] = next;
    const readied = next.ready().then(() => Date.now() - struck);
    return { takeover: await takenOver(superuserUrl, victim.pid, struck), held, readyMs: await readied };
  });
}

/** FLT-4: one of two workers is frozen for longer than its lease and wakes up believing that nothing happened. */
export async function freezeWorker(options: ScenarioOptions): Promise<Outcome> {
  return withWorkers('FLT-4 SIGSTOP worker, SIGCONT', options, async (workers, turn, superuserUrl) => {
    const index = await busyOne(superuserUrl, workers, turn);
    const victim = workers[index] as Product;
    victim.kill('SIGSTOP');
    const struck = Date.now();
    const held = (await heldBy(superuserUrl, victim.pid)).length;
    const takeover = await takenOver(superuserUrl, victim.pid, struck);
    const asleep = options.freezes[turn % options.freezes.length] as number;
    await pause(Math.max(0, struck + asleep - Date.now()));
    victim.kill('SIGCONT');
    return { takeover, held };
  });
}
