/** The product as others run it: a process of its own, started by its own command, ended by a signal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runningPostgres } from '../../../src/platform/embedded-postgres.ts';
import { until } from '../../support/wait.ts';
import { HttpLine } from './http-line.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A folder for one installation and what is written about it. */
export function makeFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `tocsin-${name}-`));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

export interface ProductOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly smtpUrl?: string;
  readonly workers?: 'web,work' | 'web' | 'work';
  /** Of a server that is shared; without it the process runs its own in the data folder. */
  readonly database?: { readonly appUrl: string; readonly ownerUrl: string };
  readonly logLevel?: string;
  /** Seconds between two mails to one person that could wait; unless said otherwise each is a mail of its own. */
  readonly mailPace?: number;
  /** Further settings, and others than the usual ones. */
  readonly env?: Readonly<Record<string, string>>;
  /** For Node itself, such as `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
}

export interface Product {
  readonly pid: number;
  readonly port: number;
  readonly exited: Promise<void>;
  /** Settles when it takes work: `/readyz` says so; of a process that is web or workers alone, its log does. */
  ready(patience?: number): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Asks it to end and waits. */
  stop(): Promise<void>;
  /** Whether a GET of this address is answered with 200. */
  answers(path: string): Promise<boolean>;
  /** Resident memory in bytes, children not counted. */
  memory(): number;
  /** The end of its log, for the sentence that says what went wrong. */
  lastWords(): string;
  /** Lines of its log so far that hold this text. */
  countInLog(text: string): number;
}

let serial = 0;

/** What is running: nothing of it may outlive us. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts the product; it is not ready yet. */
export function startProduct(options: ProductOptions): Product {
  serial += 1;
  const logFile = join(options.dataDir, `product-${serial}.log`);
  const log = openSync(logFile, 'a', 0o600);
  const workers = options.workers ?? 'web,work';
  const child: ChildProcess = spawn(
    process.execPath,
    ['--disable-proto=throw', ...(options.nodeArgs ?? []), 'src/main.ts', 'serve'],
    {
      cwd: ROOT,
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '/',
        HOST: '127.0.0.1',
        PORT: String(options.port),
        DATA_DIR: options.dataDir,
        WORKERS: workers,
        LOG_LEVEL: options.logLevel ?? 'info',
        // Each delivery is a mail of its own, so that none can hide in another.
        MAIL_PACE_SECONDS: String(options.mailPace ?? 0),
        ...(options.smtpUrl ? { SMTP_URL: options.smtpUrl } : {}),
        ...(options.database
          ? { DATABASE_URL: options.database.appUrl, DATABASE_OWNER_URL: options.database.ownerUrl }
          : {}),
        ...options.env,
      },
    },
  );
  closeSync(log);
  const pid = child.pid as number;
  let hasExited = false;
  const exited = new Promise<void>((resolve) => {
    running.add(child);
    child.once('exit', () => {
      running.delete(child);
      hasExited = true;
      resolve();
    });
  });
  const text = () => readFileSync(logFile, 'utf8');
  const answers = async (path: string): Promise<boolean> => {
    const line = new HttpLine(options.port, {}, 2_000);
    try {
      return (await line.ask('GET', path)).status === 200;
    } catch {
      return false;
    } finally {
      line.close();
    }
  };
  const looksReady = async (): Promise<boolean> => {
    if (hasExited) return true;
    // Without workers beside it a web process rightly says that nobody is told; it takes reports all the same.
    if (workers !== 'web,work') return text().includes('"msg":"ready"');
    return answers('/readyz');
  };
  return {
    pid,
    port: options.port,
    exited,
    ready: async (patience = 120_000) => {
      await until(looksReady, { timeout: patience, every: 20, describe: () => text().slice(-2_000) });
      if (hasExited) throw new Error(`the product ended: ${text().slice(-2_000)}`);
    },
    kill: (signal) => void child.kill(signal),
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
    answers,
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024,
    lastWords: () => `${hasExited ? 'ended; ' : ''}${text().slice(-2_000)}`,
    countInLog: (wanted) => text().split(wanted).length - 1,
  };
}

/** The doors of the server running in a data folder. */
export function databaseOf(dataDir: string) {
  const found = runningPostgres(dataDir);
  if (!found) throw new Error(`no database server runs in ${dataDir}`);
  return found;
}

/** Process id of the server running in a data folder; undefined when there is none. */
export function postmasterOf(dataDir: string): number | undefined {
  try {
    const file = join(dataDir, 'postgres', 'cluster', 'postmaster.pid');
    return Number(readFileSync(file, 'utf8').split('\n', 1)[0]) || undefined;
  } catch {
    return undefined;
  }
}

/** Runs a command of the product in a process of its own; gives its exit code and what it said. */
export function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['src/cli.ts', ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', LOG_LEVEL: 'warn', ...env },
    });
    let said = '';
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}
