/**
 * The product, put together and running: database, migrations, rooms, HTTP, workers. Tests start the
 * whole of it in their own process by the same function.
 *
 * Run as a program: `src/main.ts serve` (production) or `src/main.ts demo-serve` (the demonstration nation).
 */
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureMechanism } from './cli/install.ts';
import { type Config, ConfigError, loadConfig, type Mode, ROOT } from './platform/config.ts';
import type { AppContext } from './platform/context.ts';
import { checkSafety, createDatabase, type Database, waitForDatabase } from './platform/database.ts';
import { createHttp, type FastifyPluginAsyncZod, type Readiness } from './platform/http/index.ts';
import { createLog, type Log } from './platform/log.ts';
import { listMigrations, migrate, migrationState } from './platform/migrate.ts';
import { openDatabase } from './platform/open-database.ts';
import { createSignals } from './platform/signals.ts';
import { type Clock, productionClock } from './platform/time.ts';
import { showWaitingPage } from './platform/waiting-page.ts';

/** Work that goes on beside the requests. `stop` settles when nothing is under way any more. */
export interface Worker {
  readonly name: string;
  start(): void | Promise<void>;
  stop(): Promise<void>;
}

/** What `src/app.ts` makes of the rooms. */
export interface App {
  readonly routes: readonly FastifyPluginAsyncZod[];
  readonly workers: readonly Worker[];
  /** Further checks of `/readyz`. */
  ready?(): Promise<Readiness>;
  /** The one-time link by which the first account is made; null when there is one already. */
  setupLink?(): Promise<string | null>;
  /** Ends what is neither a worker nor a request. */
  stop?(): Promise<void>;
}

/** `export const createApp: CreateApp` in `src/app.ts`. */
export type CreateApp = (context: AppContext) => App | Promise<App>;

/** The demonstration's part: `export const prepareDemonstration: PrepareDemonstration` in `src/demo/serve.ts`. */
export type PrepareDemonstration = (
  config: Config,
  log: Log,
) => Promise<{
  /** The configuration with the demonstration's own mail relay. */
  readonly config: Config;
  /** Files the demonstration nation into an empty database, before anyone is served; tells how far it is, 0 to 1. */
  fill(context: AppContext, ownerUrl: string, onProgress: (share: number) => void): Promise<void>;
  stop(): Promise<void>;
}>;

export interface StartOptions {
  readonly mode: Mode;
  /** Default: real time. */
  readonly clock?: Clock;
  readonly log?: Log;
  /** Folder of the built web app; default `web/dist` when it is there; null = API only. */
  readonly webRoot?: string | null;
  /** Tests only: the database may lose what it answered. */
  readonly unsafeNoSync?: boolean;
  /** Tests only: do not fill the demonstration nation. */
  readonly isEmpty?: boolean;
  /** Called when the database is gone for good. */
  readonly onFatal?: (error: Error) => void;
}

/** The running product. */
export interface Tocsin {
  /** Where it listens, e.g. `http://127.0.0.1:8080`; empty when this process only works off. */
  readonly url: string;
  readonly config: Config;
  readonly context: AppContext;
  readonly database: Database;
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly setupLink: string | null;
  /** Finishes what is under way (10 s at most), then ends everything. Safe to call twice. */
  stop(): Promise<void>;
}

/** Longest to wait for requests and workers at the end, in ms. */
const GRACE = 10_000;

/** The database or its settings would break the mechanism's promises. */
export class UnsafeDatabase extends Error {
  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'UnsafeDatabase';
  }
}

async function freePort(host: string): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, host, resolve);
  });
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Port 0 becomes a real one first, because links and the cross-site check need the address. */
async function withPort(config: Config): Promise<Config> {
  if (config.port !== 0 || !config.workers.web) return config;
  const port = await freePort(config.host);
  return { ...config, port, publicUrl: config.publicUrl.replace(/:0$/, `:${port}`) };
}

async function requireSafety(database: Database, unsafeNoSync: boolean): Promise<void> {
  const faults = (await checkSafety(database)).filter(
    ({ what }) => !unsafeNoSync || what === 'role' || what === 'server_version',
  );
  if (faults.length > 0) throw new UnsafeDatabase(faults.flatMap(({ zh, en }) => [zh, en]));
}

/** Settles with the work, or after `patience` ms without it. */
async function within(patience: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, patience);
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}

async function readiness(database: Database, app: App, known: readonly string[]): Promise<Readiness> {
  const checks: Record<string, { ok: boolean; detail?: string }> = {};
  try {
    const { pending, unknown } = await migrationState(database, known);
    checks['database'] = { ok: true };
    checks['schema'] = { ok: pending.length === 0 && unknown.length === 0 };
  } catch {
    checks['database'] = { ok: false, detail: 'does not answer' };
  }
  return { ...checks, ...(await app.ready?.()) };
}

/** Says plainly that the port is taken. */
async function listening<T>(config: Config, attempt: Promise<T>): Promise<T> {
  try {
    return await attempt;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(
      `埠 ${config.port} 已被使用；請以 PORT 指定其他埠。 Port ${config.port} is taken; name another by PORT.`,
    );
  }
}

/**
 * Starts the product.
 * @throws ConfigError, FolderInUse, DatabaseTooNew, UnsafeDatabase, or what a part could not do; everything
 * started until then is ended
 */
export async function startTocsin(given: Config, options: StartOptions): Promise<Tocsin> {
  const { mode, unsafeNoSync = false } = options;
  let config = await withPort(given);
  const log = options.log ?? createLog({ level: config.logLevel });
  const endings: (() => Promise<unknown>)[] = [];
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      for (const end of endings.reverse()) {
        await end().catch((error: unknown) => log.error({ err: error }, 'while stopping'));
      }
    })();
    return stopped;
  };

  try {
    const opened = await openDatabase(config, { log, unsafeNoSync, allowNamespace: mode === 'demo' });
    endings.push(opened.close);
    opened.embedded?.onExit((error) => {
      log.fatal({ err: error }, 'the database server is gone');
      options.onFatal?.(error);
    });

    const database = createDatabase(opened.appUrl, {
      poolSize: config.poolSize,
      onConnectionError: (error) =>
        log.warn({ code: (error as NodeJS.ErrnoException).code }, 'a database connection broke'),
    });
    endings.push(() => within(5_000, database.close()));
    await waitForDatabase(database);
    await requireSafety(database, unsafeNoSync);
    // What this process knows; files that come later belong to the next one.
    const known = listMigrations();
    const { ran } = await migrate(opened);
    for (const migration of ran) log.info({ migration }, 'migrated');
    await requireSafety(database, unsafeNoSync);

    let demonstration: Awaited<ReturnType<PrepareDemonstration>> | undefined;
    if (mode === 'demo') {
      const { prepareDemonstration } = await import('./demo/serve.ts');
      demonstration = await prepareDemonstration(config, log);
      endings.push(demonstration.stop);
      config = demonstration.config;
    }

    const context: AppContext = {
      config,
      log,
      database,
      clock: options.clock ?? productionClock,
      signals: createSignals(),
      demonstration: mode === 'demo',
    };
    await ensureMechanism(context);
    const { createApp } = await import('./app.ts');
    const app = await createApp(context);
    if (app.stop) endings.push(() => within(GRACE, app.stop!()));
    if (demonstration && !options.isEmpty) {
      const waiting = config.workers.web ? await listening(config, showWaitingPage(config)) : undefined;
      endings.push(async () => waiting?.close());
      await demonstration.fill(context, opened.ownerUrl, (share) => waiting?.progress(share));
      await waiting?.close();
    }

    if (config.workers.work) {
      for (const worker of app.workers) {
        endings.push(() => within(GRACE, worker.stop()));
        await worker.start();
      }
    }

    let url = '';
    if (config.workers.web) {
      const builtWeb = join(ROOT, 'web', 'dist');
      const webRoot = options.webRoot === undefined && existsSync(builtWeb) ? builtWeb : options.webRoot;
      const http = await createHttp({
        log,
        publicUrl: config.publicUrl,
        trustProxy: config.trustProxy,
        ...(webRoot ? { webRoot } : {}),
        ready: () => readiness(database, app, known),
      });
      endings.push(async () => {
        await within(GRACE, http.close());
        http.server.closeAllConnections();
      });
      for (const plugin of app.routes) await http.register(plugin);
      url = await listening(config, http.listen({ host: config.host, port: config.port }));
    }
    const setupLink = mode === 'serve' ? ((await app.setupLink?.()) ?? null) : null;
    const { ownerUrl, appUrl } = opened;
    return { url, config, context, database, ownerUrl, appUrl, setupLink, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs the product until it is asked to end; for the command line. Never returns. */
export async function runService(mode: Mode): Promise<never> {
  let tocsin: Tocsin | undefined;
  let log: Log | undefined;
  let asked: number | undefined;
  const end = async (code: number): Promise<never> => {
    await tocsin?.stop();
    process.exit(code);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    // A terminal and a parent may both pass on one Ctrl-C; only a later second one means "at once".
    if (asked !== undefined) {
      if (Date.now() - asked > 1_000) process.exit(130);
      return;
    }
    asked = Date.now();
    log?.info({ signal }, 'stopping');
    // While it is still starting there is nothing to finish; the database ends with us by itself.
    if (tocsin) void end(0);
    else process.exit(130);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const fatal = (error: unknown) => {
    log?.fatal({ err: error }, 'fault without a handler; ending');
    void end(1);
    setTimeout(() => process.exit(1), GRACE).unref();
  };
  process.on('uncaughtException', fatal);
  process.on('unhandledRejection', fatal);
  try {
    const config = loadConfig(process.env, mode);
    log = createLog({ level: config.logLevel });
    if (!config.smtpUrl && mode === 'serve') {
      say(
        '警告：未設定 SMTP_URL，通知只會出現在系統內的收件匣。',
        'Warning: SMTP_URL is not set; notices will only appear in the inbox.',
      );
    }
    if (config.secondFactor === 'optional' && mode === 'serve') {
      log.warn({ setting: 'SECOND_FACTOR' }, 'a password alone opens every account');
      say(
        '警告：SECOND_FACTOR=optional，僅憑密碼即可登入所有帳號。',
        'Warning: SECOND_FACTOR=optional, a password alone opens every account.',
      );
    }
    const started = Date.now();
    if (mode === 'demo') say(`啟動中 starting: ${config.publicUrl}`);
    tocsin = await startTocsin(config, { mode, log, onFatal: () => void end(1) });
    log.info({ url: tocsin.url, mode, ms: Date.now() - started }, 'ready');
    if (tocsin.url)
      say(`警鐘已就緒：${tocsin.config.publicUrl}`, `Tocsin is ready: ${tocsin.config.publicUrl}`);
    if (tocsin.setupLink) {
      say(
        `尚無任何帳號。請以此一次性連結建立第一個帳號：\n  ${tocsin.setupLink}`,
        'There is no account yet. Make the first one by the one-time link above.',
      );
    }
  } catch (error) {
    say((error as Error).message ?? String(error));
    if (process.env['LOG_LEVEL'] === 'debug' && !(error instanceof ConfigError))
      say((error as Error).stack ?? '');
    await end(error instanceof ConfigError ? 2 : 1);
  }
  return new Promise<never>(() => undefined);
}

/** Lines for the person who started us; standard error, so that the log stays one event per line. */
function say(...lines: string[]): void {
  for (const line of lines) process.stderr.write(`${line}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const modes: Record<string, Mode> = { serve: 'serve', 'demo-serve': 'demo' };
  const mode = modes[process.argv[2] ?? ''];
  if (mode) await runService(mode);
  say('用法 usage: main.ts serve | demo-serve');
  process.exit(2);
}
