/** Every main screen in every face: nothing wider than the window, nothing axe finds, nothing the browser complains of. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepMail } from '../../src/demo/mailbox.ts';
import { axe, FACES, type Face, scrollsSideways } from '../support/browser.ts';
import { until } from '../support/wait.ts';
import { type House, openHouse, type Person } from './house.ts';
import { beginReport, fillNow, savedAtServer } from './steps.ts';
import { say } from './words.ts';

const t = say();
const STORY = {
  description: '學校首頁遭置換，內容為不明文字。',
  scope: '僅首頁，無個人資料外洩。',
  measures: '已將網站下線。',
  contactPhone: '02-0000-5678',
} as const;

/** Who looks at which screens. */
const SCREENS: Readonly<Record<string, readonly string[]>> = {
  teacher: ['/', '/security', '/report/new', 'FORM', 'FILED', '/report/blank'],
  officer: [
    '/desk',
    'CASE',
    'CASE?tab=reports',
    'CASE?tab=levels',
    'REPORT',
    '/cases',
    '/directory',
    'BODY',
    '/mechanism',
    '/mailbox',
  ],
  'moe-officer': ['/inbox', '/inbox?all=yes'],
  admin: ['/administration'],
};

/** What stands on a screen when a word is missing. */
const UNSAID = /undefined|\bNaN\b|\[object|\{[a-z]+\}|\bnull\b/i;

describe('the screens', () => {
  let house: House;
  let caseId = '';
  let draft = '';
  beforeAll(async () => {
    house = await openHouse({ mode: 'demo' });
    const teacher = await house.open('teacher', { signedIn: 'by-call' });
    const officer = await house.open('officer', { signedIn: 'by-call' });
    const files = async (impactLevel: string, description: string) => {
      const answer = await teacher.call<{ caseId: string }>(
        'POST',
        '/reports',
        {
          kind: 'initial',
          organisationId: house.organisation('school'),
          content: {
            ...STORY,
            description,
            impactLevel,
            occurred: { at: '2026-01-02T00:30:00Z', precision: 'minute', estimated: true },
          },
        },
        { 'idempotency-key': crypto.randomUUID() },
      );
      expect(answer.status, answer.text).toBe(201);
      return answer.body.caseId;
    };
    caseId = await files('D', STORY.description);
    await files('A', '校園網路全面中斷。');
    await files('C', '學籍系統無法登入。');
    const { revision } = (await officer.sees(caseId)).case;
    await officer.call('POST', `/cases/${caseId}/acts`, { act: 'take', revision });
    await officer.call('POST', `/cases/${caseId}/acts`, {
      act: 'confirm-level',
      revision: revision + 1,
      level: 'D',
    });
    const now = await officer.sees(caseId);
    await officer.call('POST', `/cases/${caseId}/acts`, {
      act: 'message',
      revision: now.case.revision,
      text: '請保留紀錄。',
    });
    draft = await beginReport(teacher);
    await teacher.page.locator('#f-description').fill(STORY.description);
    await savedAtServer(teacher, draft, (content) => content.includes(STORY.description));
    await keepMail(house.tocsin.context, {
      recipient: 'teacher@school.example',
      sender: 'tocsin@centre.example',
      subject: '【D 級】115-0001 已收件',
      body: '115-0001｜D 級｜光明國中｜已通報。\n\n請您：保存本編號。',
      headers: [{ name: 'Auto-Submitted', value: 'auto-generated' }],
      messageId: '<1@centre.example>',
      at: new Date(),
    });
    await teacher.window.close();
    await officer.window.close();
  }, 180_000);
  afterAll(() => house?.close());

  const address = (screen: string): string =>
    screen
      .replace(/^CASE/, `/cases/${caseId}`)
      .replace(/^FORM/, `/report/${draft}`)
      .replace(/^FILED/, `/cases/${caseId}/filed`)
      .replace(/^REPORT/, `/cases/${caseId}/reports/1`)
      .replace(/^BODY/, `/directory/${house.organisation('school')}`);

  /** Loaded: nothing is a grey bar any more, and the fonts are there. */
  async function settled(person: Pick<Person, 'page'>): Promise<void> {
    await person.page.locator('h1').first().waitFor({ state: 'attached' });
    await until(async () => (await person.page.locator('.skeleton, [aria-busy="true"]').count()) === 0, {
      timeout: 60_000,
      every: 50,
      describe: () => `${person.page.url()} is loaded`,
    });
    await person.page.evaluate('document.fonts.ready.then(() => undefined)');
  }

  async function faultsOf(person: Pick<Person, 'page'>, face: Face, withAxe: boolean): Promise<string[]> {
    const { page } = person;
    const faults: string[] = [];
    if (await scrollsSideways(page)) faults.push('scrolls sideways');
    const text = await page.locator('body').innerText();
    // The API's own description says `{id}` and `null` because it means them.
    const words = page.url().endsWith('/api/docs') ? /undefined|\bNaN\b|\[object/ : UNSAID;
    const raw = words.exec(text);
    if (raw) faults.push(`untranslated: …${text.slice(Math.max(0, raw.index - 30), raw.index + 40)}…`);
    const lang = await page.locator('html').getAttribute('lang');
    if (lang !== (face.lang === 'en' ? 'en' : 'zh-Hant')) faults.push(`lang is ${lang}`);
    if ((await page.title()).trim() === '') faults.push('no title');
    if (withAxe) faults.push(...(await axe(page)));
    return faults;
  }

  for (const face of FACES) {
    const name = `${face.width} ${face.scheme} ${face.lang}`;
    test(`S3.7 face ${name}: no sideways scroll, no complaint, no untranslated word, axe finds nothing`, async () => {
      const found: string[] = [];
      let looked = 0;
      const look = async (person: Pick<Person, 'page'>, screen: string): Promise<void> => {
        await settled(person);
        // Words are checked in both languages, structure and colours in Chinese in every width and scheme. English is
        // looked over once by day on the desk's screen and once by night on a telephone, half of the screens each; the
        // two long documents in fewer, for axe takes a minute over each.
        const isFirst = face.width === 1440 && face.scheme === 'light';
        const isSecond = face.width === 390 && face.scheme === 'dark' && screen === '/mechanism';
        const isLong = screen === '/mechanism' || screen === '/api/docs';
        const wide = face.width === 1440 && face.scheme === 'light';
        const small = face.width === 390 && face.scheme === 'dark';
        looked += 1;
        const isSampled = !isLong && (looked % 2 === 0 ? wide : small);
        const withAxe = face.lang === 'en' ? isSampled : !isLong || isFirst || isSecond;
        const faults = await faultsOf(person, face, withAxe);
        found.push(...faults.map((fault) => `${screen}: ${fault}`));
      };
      for (const [code, screens] of Object.entries(SCREENS)) {
        const person = await house.open(code, { ...face, signedIn: 'by-call' });
        for (const screen of screens) {
          await person.page.goto(address(screen));
          await look(person, screen);
        }
        await person.window.close();
      }
      const window = await house.browser.open({ ...face, baseURL: house.url });
      for (const screen of [
        '/sign-in',
        '/api/docs',
        '/no-such-page',
        '/setup?token=x',
        '/lost-key',
        `/enrol#token=${'x'.repeat(43)}`,
      ]) {
        await window.page.goto(screen);
        await look(window, screen);
      }
      await window.close();
      expect(found).toEqual([]);
    }, 240_000);
  }

  test('S3.7 keyboard: the desk from the queue to the grading, never touching a mouse', async () => {
    const officer = await house.open('officer', { signedIn: 'by-call' });
    const { page } = officer;
    const { keyboard } = page;
    await officer.goto('/desk');
    await page.locator('.queue-item.selected').waitFor();
    const selected = () => page.locator('.queue-item.selected').getAttribute('id');
    const first = await selected();
    await keyboard.press('j');
    await until(async () => (await selected()) !== first, { describe: 'j goes down' });
    await keyboard.press('k');
    await until(async () => (await selected()) === first, { describe: 'k goes up' });
    await keyboard.press('Enter');
    await page.waitForURL(/\/cases\/[0-9a-f-]{36}/);
    await page.goBack();
    await page.locator('.queue-item.selected').waitFor();
    const bar = page.getByRole('region', { name: t.cases.actLabel });
    await bar.waitFor();
    for (const [key, act] of [
      ['g', 'confirm-level'],
      ['r', 'ask-back'],
      ['t', 'message'],
    ] as const) {
      const dialog = page.getByRole('dialog', { name: t.cases.acts[act] });
      const other = page.getByRole('dialog', { name: t.cases.acts['change-level'] });
      await keyboard.press(key);
      await dialog.or(other).waitFor();
      expect(await page.evaluate('document.activeElement?.closest("dialog") !== null')).toBe(true);
      await keyboard.press('Escape');
      await page.locator('dialog[open]').waitFor({ state: 'detached' });
    }
    await keyboard.press('?');
    await page.getByRole('dialog', { name: t.common.keys.title }).waitFor();
    await keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    await keyboard.press('/');
    await page.locator('dialog[open]').waitFor();
    await keyboard.type('光明');
    await page.locator('dialog[open]').getByText('光明國中').first().waitFor();
    await keyboard.press('Escape');
    await officer.window.close();
  }, 60_000);

  test('S3.7 S7.9.7.2 keyboard: a report is filed with Tab, Space, arrows and Enter alone', async () => {
    const teacher = await house.open('teacher', { signedIn: 'by-call' });
    const { page } = teacher;
    const { keyboard } = page;
    const tabTo = async (selector: string): Promise<void> => {
      for (let step = 0; step < 80; step += 1) {
        if (await page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`))
          return;
        await keyboard.press('Tab');
      }
      throw new Error(`Tab never comes to ${selector}`);
    };
    await teacher.goto('/');
    await tabTo('.home-button');
    await keyboard.press('Enter');
    await page.waitForURL(/\/report\/new/);
    await page.getByRole('button', { name: t.form.start.newReport, exact: true }).waitFor();
    await tabTo('main button.btn-primary');
    await keyboard.press('Enter');
    await page.locator('#f-description').waitFor();
    // In the order in which the form asks.
    const texts: Record<string, string> = {
      'f-description': STORY.description,
      'f-scope': STORY.scope,
      'f-measures': STORY.measures,
    };
    const order = (await page.evaluate(
      `[...document.querySelectorAll('.form-now textarea, .form-now input:not([type=checkbox])')].map((one) => one.type === 'radio' ? 'radio' : one.id)`,
    )) as string[];
    for (const id of [...new Set(order)]) {
      if (id === 'radio') {
        await tabTo('.form-now input[type=radio]');
        await keyboard.press('Space');
        for (let step = 0; step < 3; step += 1) await keyboard.press('ArrowDown');
      } else {
        await tabTo(`#${id}`);
        // The call-back number is there already; what is selected on arrival would be overwritten.
        if (texts[id]) await keyboard.insertText(texts[id]);
      }
    }
    expect(await page.locator('.form-now input[type=radio]:checked').getAttribute('value')).toBe('D');
    await tabTo('form button[type=submit]');
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: t.form.step.title }).waitFor();
    await tabTo('.form-actions button.btn-primary');
    await keyboard.press('Enter');
    await page.locator('.filed-number').waitFor();
    await teacher.window.close();
  }, 90_000);

  test('S7.9.7.2 what is missing is named in a summary that takes the focus, beside each field, and leads to it', async () => {
    const teacher = await house.open('teacher', { signedIn: 'by-call', width: 390 });
    await teacher.page.goto(address('FORM'));
    await teacher.page.locator('#f-description').waitFor();
    await teacher.page.getByRole('button', { name: t.form.review, exact: true }).click();
    const summary = teacher.page.locator('.error-summary');
    await summary.waitFor();
    expect(await teacher.page.evaluate('document.activeElement?.className')).toContain('error-summary');
    expect(await axe(teacher.page)).toEqual([]);
    await summary.getByRole('link').first().click();
    expect(await teacher.page.evaluate('document.activeElement?.getAttribute("aria-invalid")')).toBe('true');
    await fillNow(teacher, { ...STORY, level: 'D', phone: STORY.contactPhone });
    await summary.waitFor({ state: 'detached' });
    await teacher.window.close();
  }, 60_000);

  test('S8.F3.0 print: a case and a report print without buttons and menus, in black on white', async () => {
    const officer = await house.open('officer', { signedIn: 'by-call', scheme: 'dark' });
    for (const screen of ['CASE', 'REPORT', '/mechanism']) {
      await officer.page.goto(address(screen));
      await settled(officer);
      await officer.page.emulateMedia({ media: 'print' });
      expect(await officer.page.locator('.shell-head').isVisible(), screen).toBe(false);
      expect(await officer.page.locator('main .btn:visible').count(), screen).toBe(0);
      expect(await officer.page.evaluate('getComputedStyle(document.body).color'), screen).toBe(
        'rgb(0, 0, 0)',
      );
      const pdf = await officer.page.pdf({ format: 'A4', printBackground: true });
      expect(pdf.subarray(0, 5).toString(), screen).toBe('%PDF-');
      await officer.page.emulateMedia({ media: 'screen' });
    }
    await officer.window.close();
  }, 60_000);
});
