/** One installation under measurement, and helpers every part needs. */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type MailRecorder, startMailRecorder } from '../test/faults/rig/mail-recorder.ts';
import { makeNation, type Nation } from '../test/faults/rig/nation.ts';
import {
  databaseOf,
  makeFolder,
  type Product,
  type ProductOptions,
  removeFolder,
  startProduct,
} from '../test/faults/rig/product.ts';
import { quantile } from '../test/faults/rig/table.ts';
import { until } from '../test/support/wait.ts';

export interface Sizes {
  /** Rounds of A-B-B-A, and the length of one slice in ms. */
  readonly rounds: number;
  readonly slice: number;
  readonly warmUp: number;
  readonly restMails: number;
  readonly stormReports: number;
  readonly stormMs: number;
  readonly cases: number;
  /** What the cases grow to under the policies. */
  readonly grown: number;
  readonly looks: number;
  /** After the storm's peak, so long at its rate, in ms. */
  readonly stormOnMs: number;
  /** Screens connected at once. */
  readonly screens: number;
  /** Clocks that run, and how many of them come due in one second. */
  readonly clocks: number;
  readonly due: number;
}

export const FULL: Sizes = {
  rounds: 3,
  slice: 4_000,
  warmUp: 20_000,
  restMails: 100,
  stormReports: 10_000,
  stormMs: 60_000,
  stormOnMs: 600_000,
  cases: 100_000,
  grown: 1_000_000,
  looks: 40,
  screens: 2_000,
  clocks: 100_000,
  due: 5_000,
};
export const QUICK: Sizes = {
  rounds: 3,
  slice: 1_500,
  warmUp: 10_000,
  restMails: 20,
  stormReports: 1_000,
  stormMs: 6_000,
  stormOnMs: 12_000,
  cases: 10_000,
  grown: 50_000,
  looks: 10,
  screens: 200,
  clocks: 5_000,
  due: 500,
};

/** An installation with its nation and its mail server. */
export interface Installation {
  readonly folder: string;
  readonly mail: MailRecorder;
  readonly nation: Nation;
  /** The running product. */
  product(): Product;
  /** Ends it and starts it anew, otherwise if so wished; gives the time until it took work, in ms. */
  restart(changes?: Partial<ProductOptions>): Promise<number>;
  /** From an empty folder until it took work, in ms. */
  readonly firstStart: number;
  /** Rows of a query by the server's superuser, in the product's database unless said otherwise. */
  ask<R extends pg.QueryResultRow>(sql: string, values?: unknown[], database?: string): Promise<R[]>;
  close(): Promise<void>;
}

/** Makes an installation of the product's own: its server with fsync, its process, its nation. */
export async function install(options: {
  port: number;
  reporters: number;
  workers?: ProductOptions['workers'];
  mailPace?: number;
}): Promise<Installation> {
  const folder = makeFolder('bench');
  const mail = await startMailRecorder();
  const base: ProductOptions = {
    dataDir: folder,
    port: options.port,
    smtpUrl: mail.url,
    ...(options.workers ? { workers: options.workers } : {}),
    ...(options.mailPace === undefined ? {} : { mailPace: options.mailPace }),
  };
  const began = performance.now();
  let product = startProduct(base);
  await product.ready();
  const firstStart = performance.now() - began;
  const nation = await makeNation(databaseOf(folder).appUrl, options.reporters);
  return {
    folder,
    mail,
    nation,
    firstStart,
    product: () => product,
    async restart(changes = {}) {
      await product.stop();
      const since = performance.now();
      product = startProduct({ ...base, ...changes });
      await product.ready();
      return performance.now() - since;
    },
    async ask(sql, values = [], database = 'tocsin') {
      const url = new URL(databaseOf(folder).superuserUrl);
      url.pathname = `/${database}`;
      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      try {
        return (await client.query(sql, values)).rows;
      } finally {
        await client.end();
      }
    },
    async close() {
      await product.stop();
      await mail.close();
      removeFolder(folder);
    },
  };
}

/** A copy of the product's database on the same server, and the addresses of its owner and of the application in it. */
export async function copyDatabase(
  here: Installation,
  name: string,
): Promise<{ ownerUrl: string; appUrl: string }> {
  // A template may have no other users, and the product comes back at once: tried until nobody was in between.
  await until(
    async () => {
      await here.ask(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'tocsin' and pid <> pg_backend_pid()`,
        [],
        'postgres',
      );
      await here.ask(`create database ${name} template tocsin owner tocsin_owner`, [], 'postgres');
      return true;
    },
    { timeout: 120_000, describe: 'a copy of the database' },
  );
  const within = (address: string) => {
    const url = new URL(address);
    url.pathname = `/${name}`;
    return url.href;
  };
  const { ownerUrl, appUrl } = databaseOf(here.folder);
  return { ownerUrl: within(ownerUrl), appUrl: within(appUrl) };
}

/** Middle time of writing 8 kB to the disk and waiting for it, in ms: what one commit costs at the least. */
export function syncLatency(folder: string): { p50: number; p99: number } {
  const file = join(folder, 'sync-probe');
  const page = Buffer.alloc(8192, 1);
  const times: number[] = [];
  const fd = openSync(file, 'w');
  try {
    for (let turn = 0; turn < 200; turn += 1) {
      const began = performance.now();
      writeSync(fd, page, 0, page.length, 0);
      fdatasyncSync(fd);
      times.push(performance.now() - began);
    }
  } finally {
    closeSync(fd);
    rmSync(file);
  }
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

/** Runs two ways of doing the same in turn, A-B-B-A, and gives what each round of each gave. */
export async function interleave(
  rounds: number,
  ours: () => Promise<number>,
  ceiling: () => Promise<number>,
): Promise<{ ours: number; ceiling: number; spread: [number, number] }> {
  const pairs: [number, number][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const a = await ours();
    const b = await ceiling();
    const c = await ceiling();
    const d = await ours();
    pairs.push([(a + d) / 2, (b + c) / 2]);
  }
  const mean = (index: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[index], 0) / pairs.length;
  const ratios = pairs.map(([a, b]) => a / b);
  return { ours: mean(0), ceiling: mean(1), spread: [Math.min(...ratios), Math.max(...ratios)] };
}
