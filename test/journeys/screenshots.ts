/**
 * The pictures of the README: starts the demonstration nation (or takes the address of one that runs) and photographs
 * it as its people see it. Run: `npm run screenshots`, or `npm run screenshots -- http://127.0.0.1:8080`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import type { demoView } from '../../src/demo/contract.ts';
import { startTocsin } from '../../src/main.ts';
import { loadConfig, ROOT } from '../../src/platform/config.ts';
import { createLog } from '../../src/platform/log.ts';
import { type Face, startBrowser, type TestBrowser, type Window } from '../support/browser.ts';
import { until } from '../support/wait.ts';
import { toPalettePng } from './palette-png.ts';

/** A picture larger than this does not belong into a README. */
const MOST_BYTES = 300_000;
const folder = join(ROOT, 'docs', 'screenshots');

interface Shot {
  readonly name: string;
  readonly face: Partial<Face>;
  /** The post whose holder looks, as the sign-in page names it in English; absent: nobody is signed in. */
  readonly as?: RegExp;
  readonly path: string;
  /** What is done before the picture. */
  readonly prepare?: (window: Window) => Promise<void>;
}

const get = async <T>(window: Window, path: string): Promise<T> =>
  (await window.context.request.get(`/api/v1${path}`)).json() as Promise<T>;

/** Opens the gravest open case, as its reader would from the inbox. */
async function gravest(window: Window): Promise<void> {
  const { items } = await get<{ items: { id: string }[] }>(window, '/cases?open=yes&order=gravest&limit=1');
  if (items[0]) await window.page.goto(`/cases/${items[0].id}`);
}

/** Opens the activation of the centre that is in force, when there is one. */
async function activation(window: Window): Promise<void> {
  const { activations } = await get<{ activations: { id: string; active: boolean }[] }>(window, '/centre');
  const [first] = activations;
  if (first) await window.page.goto(`/centre/${first.id}`);
}

/** What would happen tonight if the body of the gravest case reported it and nobody answered. */
async function rehearsal(window: Window): Promise<void> {
  const { items } = await get<{ items: { level: string; organisation: { id: string } }[] }>(
    window,
    '/cases?open=yes&order=gravest&limit=1',
  );
  const [first] = items;
  if (first) await window.page.goto(`/ladders?organisation=${first.organisation.id}&level=${first.level}`);
}

/** The organisation drawn from the mechanism's own data. */
async function charts(window: Window): Promise<void> {
  const figure = 'main figure, main .figure';
  await window.page.locator(figure).first().waitFor();
  await window.page.evaluate(`document.querySelector('${figure}')?.scrollIntoView({ block: 'start' })`);
  await window.page.evaluate('window.scrollBy(0, -90)');
}

/** Begins a report and fills what must be in now; the draft is thrown away afterwards. */
async function fillForm(window: Window): Promise<void> {
  const { page } = window;
  await page.locator('main button.btn-primary').first().click();
  await page.locator('#f-description').fill('本校首頁遭置換，顯示外文標語及黑底圖片，原公告內容無法瀏覽。');
  await page.locator('#f-scope').fill('僅首頁；校務行政系統在另一部主機，未受影響。');
  await page.locator('#f-measures').fill('已下線並改掛維護公告，保留截圖及存取紀錄。');
  await page.locator('input[type=radio][value="D"]').first().check();
  await page.locator('.told-notice p').first().waitFor();
  await page.evaluate('window.scrollTo(0, 0); document.activeElement?.blur()');
}

async function dropDraft(window: Window): Promise<void> {
  const id = /\/report\/([0-9a-f-]{36})/.exec(window.page.url())?.[1];
  if (!id) return;
  const origin = new URL(window.page.url()).origin;
  await window.page.goto('about:blank');
  await window.context.request.delete(`/api/v1/drafts/${id}`, { headers: { origin } });
}

const SHOTS: readonly Shot[] = [
  { name: 'sign-in-light-1440', face: {}, path: '/sign-in' },
  { name: 'home-light-1440', face: {}, as: /school/i, path: '/' },
  { name: 'form-light-1440', face: {}, as: /school/i, path: '/report/new', prepare: fillForm },
  { name: 'form-light-390', face: { width: 390 }, as: /school/i, path: '/report/new', prepare: fillForm },
  { name: 'desk-light-1440', face: {}, as: /duty officer/i, path: '/desk' },
  { name: 'desk-dark-1440', face: { scheme: 'dark', lang: 'en' }, as: /duty officer/i, path: '/desk' },
  {
    name: 'case-dark-390',
    face: { width: 390, scheme: 'dark' },
    as: /deputy convenor/i,
    path: '/',
    prepare: gravest,
  },
  {
    name: 'situation-dark-1920',
    face: { width: 1920, scheme: 'dark' },
    as: /duty officer/i,
    path: '/situation',
  },
  { name: 'situation-light-390', face: { width: 390 }, as: /duty officer/i, path: '/situation' },
  { name: 'centre-light-1440', face: {}, as: /deputy convenor/i, path: '/centre', prepare: activation },
  {
    name: 'centre-dark-390',
    face: { width: 390, scheme: 'dark' },
    as: /deputy convenor/i,
    path: '/centre',
    prepare: activation,
  },
  { name: 'ladders-light-1440', face: {}, as: /duty officer/i, path: '/ladders', prepare: rehearsal },
  { name: 'roster-light-1440', face: {}, as: /duty officer/i, path: '/roster' },
  { name: 'support-light-1440', face: {}, as: /duty officer/i, path: '/support' },
  { name: 'lost-key-dark-390', face: { width: 390, scheme: 'dark' }, path: '/lost-key' },
  { name: 'security-light-1440', face: {}, as: /duty officer/i, path: '/security' },
  { name: 'directory-light-1440', face: {}, as: /duty officer/i, path: '/directory' },
  { name: 'mechanism-light-1440', face: {}, as: /duty officer/i, path: '/mechanism', prepare: charts },
];

/** The demonstration at an address, or one of our own, in `DATA_DIR` or in a folder that is thrown away. */
async function demonstration(given: string | undefined): Promise<{ url: string; end: () => Promise<void> }> {
  if (given) return { url: given.replace(/\/$/, ''), end: async () => undefined };
  const kept = process.env['DATA_DIR'];
  const dataDir = kept ?? mkdtempSync(join(tmpdir(), 'tocsin-screenshots-'));
  const config = loadConfig({ DATA_DIR: dataDir, PORT: '0', PUBLIC_URL: 'http://127.0.0.1:0' }, 'demo');
  const tocsin = await startTocsin(config, {
    mode: 'demo',
    log: createLog({ level: 'warn' }),
    unsafeNoSync: true,
    ...(process.env['TOCSIN_WEB_ROOT'] ? { webRoot: process.env['TOCSIN_WEB_ROOT'] } : {}),
  });
  return {
    url: tocsin.url,
    end: async () => {
      await tocsin.stop();
      if (!kept) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function signIn(window: Window, url: string, wanted: RegExp): Promise<void> {
  const { personas } = await get<z.infer<typeof demoView>>(window, '/demo');
  const persona = personas.find((one) =>
    wanted.test(`${one.post.en} ${one.organisation.en} ${one.sentence.en}`),
  );
  if (!persona) throw new Error(`the demonstration has nobody like ${wanted}`);
  const answer = await window.context.request.post('/api/v1/session', {
    headers: { origin: url },
    data: { login: persona.login, password: persona.password },
  });
  if (answer.status() !== 200) throw new Error(await answer.text());
}

/** In a nation of our own: a dispatch centre has just stopped, and the desk has confirmed that it is as grave as it looks. */
async function stopDispatchCentre(browser: TestBrowser, url: string): Promise<void> {
  const window = await browser.open({ baseURL: url });
  const post = async (path: string, data: object): Promise<{ caseId: string }> => {
    const headers = { origin: url, 'idempotency-key': crypto.randomUUID() };
    const answer = await window.context.request.post(`/api/v1${path}`, { headers, data });
    if (!answer.ok()) throw new Error(await answer.text());
    return (await answer.json()) as { caseId: string };
  };
  await signIn(window, url, /dispatch centre/i);
  const { organisation } = await get<{ organisation: { id: string } }>(window, '/session');
  const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const { caseId } = await post('/reports', {
    kind: 'initial',
    organisationId: organisation.id,
    content: {
      impactLevel: 'A',
      description: '調度系統主機停止回應，備援未能接手，區域調度全面改以人工及電話進行。',
      scope: '中區供電調度；交通號誌及金融機構用電可能受影響。',
      measures: '啟動人工調度程序，通知各變電所派員值守。',
      contactPhone: '02-0000-4242',
      affectedSectors: ['transport', 'finance'],
      occurred: { at: at(24), precision: 'minute', estimated: false },
      aware: { at: at(19), precision: 'minute', estimated: false },
    },
  });
  await signIn(window, url, /duty officer/i);
  const { case: now } = await get<{ case: { revision: number } }>(window, `/cases/${caseId}`);
  await post(`/cases/${caseId}/acts`, {
    act: 'confirm-level',
    revision: now.revision,
    level: 'A',
    reason: '影響公共安全、社會秩序。',
  });
  await window.close();
}

const { url, end } = await demonstration(process.argv[2]);
const browser = await startBrowser();
if (!process.argv[2]) await stopDispatchCentre(browser, url);
mkdirSync(folder, { recursive: true });
let tooLarge = 0;
for (const shot of SHOTS) {
  const window = await browser.open({ ...shot.face, baseURL: url });
  window.context.setDefaultTimeout(60_000);
  if (shot.as) await signIn(window, url, shot.as);
  await window.page.goto(shot.path);
  await window.page.locator('main').first().waitFor();
  await shot.prepare?.(window);
  await window.page.locator('main h1, main h2').first().waitFor();
  await until(async () => (await window.page.locator('.skeleton').count()) === 0, {
    timeout: 60_000,
    every: 50,
  });
  await window.page.evaluate('document.fonts.ready.then(() => undefined)');
  const picture = toPalettePng(await window.page.screenshot({ animations: 'disabled', caret: 'hide' }));
  writeFileSync(join(folder, `${shot.name}.png`), picture);
  if (picture.length > MOST_BYTES) tooLarge += 1;
  process.stdout.write(
    `${shot.name.padEnd(24)} ${String(Math.round(picture.length / 1000)).padStart(4)} kB of ${MOST_BYTES / 1000} kB\n`,
  );
  await dropDraft(window);
  await window.close();
}
await browser.close();
await end();
process.exit(tooLarge > 0 ? 1 : 0);
