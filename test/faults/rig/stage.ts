/**
 * A stage for one fault: a database server of its own, a web process, as many workers as wanted, a nation, and somebody who
 * files and acts. Every process is the product as others run it.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/platform/embedded-postgres.ts';
import { until } from '../../support/wait.ts';
import { HttpLine } from './http-line.ts';
import { type MailRecorder, startMailRecorder } from './mail-recorder.ts';
import { makeNation, type Nation, type NationOptions, type Reporter } from './nation.ts';
import { makeFolder, type Product, type ProductOptions, removeFolder, startProduct } from './product.ts';
import { reportContent, reportRequest } from './report.ts';

export interface StageOptions extends NationOptions {
  readonly port: number;
  readonly reporters: number;
  /** Workers that run from the beginning. */
  readonly workers: number;
  /** Environment of every process. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Filed {
  readonly caseId: string;
  readonly number: string;
}

export interface Stage {
  readonly folder: string;
  readonly server: EmbeddedPostgres;
  readonly mail: MailRecorder;
  readonly nation: Nation;
  readonly web: Product;
  /** Those that were started, in their order; one that is gone stays in the list. */
  readonly workers: Product[];
  startWorker(env?: Readonly<Record<string, string>>): Product;
  /** Asks the database as its superuser, for whom no policy holds. */
  ask<R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** The n-th report, with what differs from the usual one. */
  file(n: number, content?: Readonly<Record<string, unknown>>): Promise<Filed>;
  /** The duty officer asks; throws when he is refused. */
  desk<T>(method: string, path: string, body?: object): Promise<T>;
  /** The duty officer does something with a case. */
  act(caseId: string, act: Readonly<Record<string, unknown>>): Promise<void>;
  /** Lets the sessions of everybody begin now by the database's clock, however it was set, and be confirmed now. */
  stayAwake(): Promise<void>;
  /**
   * Sets the clock of the database, seen from the product: the function by which its role reads the time is shadowed by one
   * that adds `ms`. Everything the product calls now, due or leased goes by that function. `prepareClock` comes first.
   */
  setClock(ms: number): Promise<void>;
  close(): Promise<void>;
}

const CLOCK = `
  create schema skewed; grant usage on schema skewed to public;
  create table skewed.by (ms bigint not null); insert into skewed.by values (0); grant select on skewed.by to public;
  create function skewed.clock_timestamp() returns timestamptz language sql volatile as
    $f$ select pg_catalog.clock_timestamp() + (select ms from skewed.by) * interval '1 ms' $f$;
  alter role tocsin_app in database tocsin set search_path = skewed, pg_catalog, public;`;

/** Whatever is still due, or under way, or not yet told. */
export const DUE = `(select count(*)::int from clocks where next_at <= c.now)
  + (select count(*)::int from notices where next_rung_at <= c.now) as due`;

/** The database's clock as the product reads it. */
export const NOW = `(select pg_catalog.clock_timestamp() + (select ms from skewed.by) * interval '1 ms' as now) c`;

/** Opens the stage; the product is ready. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const folder = makeFolder('faults');
  const mail = await startMailRecorder();
  const quiet = { info: () => undefined, warn: () => undefined };
  const server = await startEmbeddedPostgres({ dataDir: folder, log: quiet });
  const base: ProductOptions = {
    dataDir: folder,
    port: options.port,
    smtpUrl: mail.url,
    database: { appUrl: server.appUrl, ownerUrl: server.ownerUrl },
    ...(options.env ? { env: options.env } : {}),
  };
  const workers: Product[] = [];
  const startWorker = (env: Readonly<Record<string, string>> = {}) => {
    const worker = startProduct({ ...base, workers: 'work', env: { ...base.env, ...env } });
    workers.push(worker);
    return worker;
  };
  const url = new URL(server.superuserUrl);
  url.pathname = '/tocsin';
  const client = new pg.Pool({ connectionString: url.href, max: 3 });
  // When the server is killed beneath it, the next question says so.
  client.on('error', () => undefined);
  const lines = new Map<string, HttpLine>();
  const lineOf = (cookie: string) => {
    const headers = { cookie, origin: `http://localhost:${options.port}` };
    const line = lines.get(cookie) ?? new HttpLine(options.port, headers, 60_000);
    lines.set(cookie, line);
    return line;
  };
  let web: Product | undefined;
  const close = async () => {
    for (const one of workers) one.kill('SIGCONT');
    for (const line of lines.values()) line.close();
    await Promise.all([web, ...workers].map((one) => one?.stop()));
    await client.end().catch(() => undefined);
    await server.stop();
    await mail.close();
    removeFolder(folder);
  };
  try {
    // The first process makes the tables; the clock is prepared before anybody connects to stay.
    const startWeb = async () => {
      // On a machine that starves it, the database may end its connection before it is up; a service manager starts it again.
      for (let attempt = 1; ; attempt += 1) {
        web = startProduct({ ...base, workers: 'web' });
        const fault = await web.ready().then(
          () => null,
          (error: unknown) => error,
        );
        if (fault === null) return web;
        await web.stop();
        if (attempt === 3) throw fault;
      }
    };
    web = await startWeb();
    await client.query(CLOCK);
    await web.stop();
    web = await startWeb();
    const nation = await makeNation(server.appUrl, options.reporters, options);
    for (let n = 0; n < options.workers; n += 1) startWorker();
    await Promise.all(workers.map((worker) => worker.ready()));
    const stage: Stage = {
      folder,
      server,
      mail,
      nation,
      web,
      workers,
      startWorker,
      ask: async (sql, values = []) => (await client.query(sql, [...values])).rows as never,
      async file(n, content = {}) {
        const reporter = nation.reporters[n % nation.reporters.length] as Reporter;
        const body = reportRequest(reporter.organisationId, { ...reportContent(n, Date.now()), ...content });
        const answer = await lineOf(reporter.cookie).ask(
          'POST',
          '/api/v1/reports',
          body,
          `idempotency-key: ${randomUUID()}\r\n`,
        );
        if (answer.status !== 201) throw new Error(`report ${n}: ${answer.status} ${answer.body}`);
        return JSON.parse(answer.body) as Filed;
      },
      async desk(method, path, body) {
        const answer = await lineOf(nation.deskCookie).ask(
          method,
          path,
          body && JSON.stringify(body),
          `idempotency-key: ${randomUUID()}\r\n`,
        );
        if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
        return (answer.body === '' ? null : JSON.parse(answer.body)) as never;
      },
      async act(caseId, act) {
        // What counts as the gravest asks who it is.
        await stage.stayAwake();
        const view = await stage.desk<{ case: { revision: number } }>('GET', `/api/v1/cases/${caseId}`);
        await stage.desk('POST', `/api/v1/cases/${caseId}/acts`, { revision: view.case.revision, ...act });
      },
      async stayAwake() {
        await stage.ask(
          `update sessions set seen_at = c.now, created_at = c.now, expires_at = c.now + interval '23 hours',
             stepped_up_at = c.now, stepped_up_how = 'link' from ${NOW}`,
        );
      },
      async setClock(ms) {
        await stage.ask('update skewed.by set ms = $1', [Math.round(ms)]);
      },
      close,
    };
    return stage;
  } catch (error) {
    await close();
    throw error;
  }
}

/** Waits until nothing is due by the clock the product reads; true when that was so in time. */
export async function nothingDue(stage: Stage, timeout: number): Promise<boolean> {
  return until(async () => (await stage.ask<{ due: number }>(`select ${DUE} from ${NOW}`))[0]?.due === 0, {
    timeout,
    every: 50,
    describe: 'nothing due any more',
  }).then(
    () => true,
    () => false,
  );
}

/** Deliveries in a state, with why. */
export interface DeliveryRow extends pg.QueryResultRow {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
}
