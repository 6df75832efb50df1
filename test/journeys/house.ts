/**
 * The whole product for a journey: its own database, its own mail server, a clock that moves when the journey says so,
 * and a browser window for everybody. People sign in by the sign-in page and use what is on the screen.
 */
import type { APIResponse, Page } from 'playwright-core';
import type { CaseView } from '../../src/cases/contract.ts';
import { type DirectoryRows, loadDirectory } from '../../src/directory/index.ts';
import { pack, wholeNation } from '../../src/directory/test-world.ts';
import { hashPassword, makeAccount } from '../../src/identity/index.ts';
import { startTocsin, type Tocsin } from '../../src/main.ts';
import { SYSTEM } from '../../src/platform/actor.ts';
import { loadConfig, type Mode } from '../../src/platform/config.ts';
import { createLog, type Log } from '../../src/platform/log.ts';
import { createTestClock } from '../../src/platform/time.ts';
import { type Tx, write } from '../../src/platform/transaction.ts';
import { morePeople } from '../stories/nation.ts';
import { type Face, startBrowser, type Window } from '../support/browser.ts';
import { createTestDatabase } from '../support/database.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';
import { until } from '../support/wait.ts';
import { say } from './words.ts';

/** Everybody of the journeys signs in with this. */
export const PASSWORD = 'long-enough-for-a-journey';

/** Longest wait for one step on the screen, in ms. */
const PATIENCE = 30_000;

/** An answer of the API as a test looks at it. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  readonly text: string;
}

/** One person at his own window. */
export interface Person {
  readonly code: string;
  readonly personId: string;
  readonly email: string;
  readonly window: Window;
  readonly page: Page;
  /** Opens an address of the product in the person's window. */
  goto(path: string): Promise<void>;
  /** The API with this person's own session. */
  get<T = Record<string, unknown>>(path: string): Promise<Answer<T>>;
  call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>;
  /** The case as this person is shown it. */
  sees(caseId: string): Promise<CaseView>;
}

async function answerOf<T>(response: APIResponse): Promise<Answer<T>> {
  const text = await response.text();
  const isJson = (response.headers()['content-type'] ?? '').includes('json');
  return { status: response.status(), body: (isJson ? JSON.parse(text) : {}) as T, text };
}

/** Starts the product with the small nation of the stories; `close` ends everything and fails when a page complained. */
export async function openHouse(
  options: {
    rows?: DirectoryRows;
    mode?: Mode;
    /** Settings that differ: another database, a relay that does not exist. */
    env?: Readonly<Record<string, string>>;
    log?: Log;
    /** People who are to be invited: nobody has given them an account yet. */
    strangers?: readonly string[];
  } = {},
) {
  const { mode = 'serve' } = options;
  const database = await createTestDatabase();
  const sink = await startSmtpSink();
  const clock = createTestClock();
  const log = options.log ?? createLog({ level: 'silent' });
  const config = loadConfig(
    {
      DATABASE_URL: database.appUrl,
      DATABASE_OWNER_URL: database.ownerUrl,
      PUBLIC_URL: 'http://127.0.0.1:0',
      PORT: '0',
      SMTP_URL: sink.url,
      // Everybody comes in by a password here; the journey about sign-in asks for more.
      SECOND_FACTOR: 'optional',
      // Hours pass at once here, and nobody is signed out for it.
      SESSION_IDLE_MINUTES: '480',
      SESSION_HOURS: '24',
      // Each notice is a mail of its own here.
      MAIL_PACE_SECONDS: '0',
      ...options.env,
    },
    mode,
  );
  const webRoot = process.env['TOCSIN_WEB_ROOT'];
  const start = (port: number): Promise<Tocsin> =>
    startTocsin(
      { ...config, port, publicUrl: config.publicUrl.replace(/:0$/, `:${port}`) },
      { mode, isEmpty: true, clock, log, unsafeNoSync: true, ...(webRoot ? { webRoot } : {}) },
    );
  let tocsin = await start(config.port).catch(async (error) => {
    await sink.close();
    await database.drop();
    throw error;
  });
  // The address people use: passkeys belong to a name, so it need not be where the service listens.
  const url = tocsin.config.publicUrl;
  const asSystem = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
    write(tocsin.context.database, SYSTEM, clock, work);

  const persons = new Map<string, { id: string; email: string }>();
  const organisations = new Map<string, string>();
  const load = async (rows: DirectoryRows): Promise<void> => {
    const passwordHash = await hashPassword(PASSWORD);
    await asSystem(async (tx) => {
      const made = await loadDirectory(tocsin.context, tx, pack, rows);
      for (const [code, id] of made.organisations) organisations.set(code, id);
      for (const row of rows.persons ?? []) {
        const personId = made.persons.get(row.code);
        if (personId === undefined) throw new Error(`nobody was made of ${row.code}`);
        const email = row.email ?? `${row.code}@nobody.example`;
        persons.set(row.code, { id: personId, email });
        if (!options.strangers?.includes(row.code))
          await makeAccount(tocsin.context, tx, { personId, login: email, passwordHash });
      }
    });
  };
  await load(wholeNation());
  await load(options.rows ?? morePeople);
  const browser = await startBrowser();

  async function open(code: string, face: Partial<Face> & { signedIn?: 'by-page' | 'by-call' } = {}) {
    const found = persons.get(code);
    if (!found) throw new Error(`nobody is called ${code}`);
    const { signedIn = 'by-page', ...rest } = face;
    const window = await browser.open({ ...rest, baseURL: url });
    const { page } = window;
    // A busy machine is slow, not wrong; a journey's own limits are those of its tests.
    window.context.setDefaultTimeout(PATIENCE);
    const headers = { origin: url };
    const ask = async <T>(method: string, path: string, body?: unknown, more: Record<string, string> = {}) =>
      answerOf<T>(
        await window.context.request.fetch(`/api/v1${path}`, {
          method,
          headers: { ...headers, 'accept-language': 'en', ...more },
          ...(body === undefined ? {} : { data: body as object }),
          maxRedirects: 0,
        }),
      );
    // What asks for a fresh proof is given one and asked again, as the screens do.
    const call: Person['call'] = async <T>(...given: Parameters<Person['call']>) => {
      const answer = await ask<T>(...given);
      if ((answer.body as { code?: string }).code !== 'step-up-needed') return answer;
      await ask('POST', '/session/step-up', { method: 'password', password: PASSWORD });
      return ask<T>(...given);
    };
    if (signedIn === 'by-call') {
      const answer = await call('POST', '/session', { login: found.email, password: PASSWORD });
      if (answer.status !== 200) throw new Error(`${code} cannot sign in: ${answer.text}`);
    } else {
      await signIn(page, found.email, face.lang === 'en' ? 'en' : 'zh-Hant');
    }
    const person: Person = {
      code,
      personId: found.id,
      email: found.email,
      window,
      page,
      goto: async (path) => {
        await page.goto(path);
        await page.locator('main#main').waitFor();
      },
      get: (path) => call('GET', path),
      call,
      sees: async (caseId) => {
        const answer = await call<CaseView>('GET', `/cases/${caseId}`);
        if (answer.status !== 200) throw new Error(`${code} does not see the case: ${answer.text}`);
        return answer.body;
      },
    };
    return person;
  }

  return {
    get tocsin() {
      return tocsin;
    },
    url,
    sink,
    clock,
    browser,
    pack,
    persons,
    open,
    /** Windows of several people, opened one after the other. */
    async openAll<Name extends string>(
      wanted: Record<Name, readonly [code: string, face?: Partial<Face>]>,
    ): Promise<Record<Name, Person>> {
      const opened: [string, Person][] = [];
      for (const [name, [code, face]] of Object.entries(wanted) as [Name, [string, Partial<Face>?]][])
        opened.push([name, await open(code, face)]);
      return Object.fromEntries(opened) as Record<Name, Person>;
    },
    asSystem,
    organisation(code: string): string {
      return organisations.get(code) ?? fail(`no body ${code}`);
    },
    /** Ends the service as an operator would, without starting it again. */
    async stopService() {
      await tocsin.stop();
    },
    /** Starts the service again at the same address, on the same database. */
    async startService() {
      tocsin = await start(Number(new URL(url).port));
    },
    /** Everything owed has been handed over to the mail server. */
    async mailed(): Promise<void> {
      await until(async () => (await countQueued(tocsin)) === 0, {
        timeout: 45_000,
        every: 50,
        describe: 'no delivery waits any more',
      });
    },
    async close() {
      const failures: unknown[] = [];
      await browser.close().catch((error) => failures.push(error));
      await tocsin.stop();
      await sink.close();
      await database.drop();
      if (failures.length > 0) throw failures[0];
    },
  };
}
export type House = Awaited<ReturnType<typeof openHouse>>;

function fail(message: string): never {
  throw new Error(message);
}

async function countQueued(tocsin: Tocsin): Promise<number> {
  return write(tocsin.context.database, SYSTEM, tocsin.context.clock, async (tx) => {
    const rows = await tx.db.selectFrom('deliveries').select('id').where('state', '=', 'queued').execute();
    return rows.length;
  });
}

/** Signs in by the page, as a person does. */
export async function signIn(page: Page, email: string, lang: 'zh-Hant' | 'en' = 'zh-Hant'): Promise<void> {
  const t = say(lang).signin;
  await page.goto('/sign-in');
  await page.getByLabel(t.login, { exact: true }).fill(email);
  await page.getByLabel(t.password, { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: t.submit, exact: true }).click();
  await page.waitForURL((address) => !address.pathname.startsWith('/sign-in'));
  await page.locator('main#main').waitFor();
}
