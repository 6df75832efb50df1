/** Hostile text in every field a person can write, and every place that shows it: nothing runs, it is shown as written. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { morePeople } from '../stories/nation.ts';
import { until } from '../support/wait.ts';
import { type House, openHouse, PASSWORD, type Person } from './house.ts';
import { HEADER_BREAKS, NOT_TEXT, VECTORS } from './vectors.ts';

/** The vector for a field, so that every field has a different one and every one is used. */
const vector = (n: number): string => VECTORS[n % VECTORS.length] as string;
const EVERYTHING = VECTORS.join('\n');
const BODY_NAME = `光明<img src=x onerror=parent.__canary?.(1)>"'學校`;
const PERSON_NAME = `王<svg onload=parent.__canary?.(1)>"'`;

const rows = {
  ...morePeople,
  organisations: [
    ...(morePeople.organisations ?? []),
    {
      code: 'evil',
      nameZh: BODY_NAME,
      nameEn: `Evil <script>parent.__canary?.(1)</script>`,
      kind: 'school' as const,
      superior: 'county-edu',
      sectors: ['academia'],
      address: vector(7),
    },
  ],
  posts: [
    ...(morePeople.posts ?? []),
    {
      code: 'contact-evil',
      organisation: 'evil',
      role: 'contact' as const,
      nameZh: `聯絡人${vector(9)}`,
      nameEn: `Contact ${vector(0)}`,
    },
  ],
  persons: [
    ...(morePeople.persons ?? []),
    {
      code: 'mallory',
      organisation: 'evil',
      nameZh: PERSON_NAME,
      nameEn: `Mallory ${vector(20)}`,
      title: vector(3),
      email: 'mallory@evil.example',
      phone: '02-0000-6666',
    },
  ],
  holdings: [...(morePeople.holdings ?? []), { post: 'contact-evil', person: 'mallory' }],
  contacts: [{ organisation: 'evil', person: 'mallory' }],
  systems: [
    {
      organisation: 'evil',
      nameZh: vector(4),
      nameEn: vector(5),
      securityGrade: 'D',
      makeModel: vector(6),
      osName: vector(8),
    },
  ],
};

describe('hostile text', () => {
  let house: House;
  let mallory: Person;
  let officer: Person;
  const runs: string[] = [];
  const cases: string[] = [];
  let full = '';
  let attachment = '';

  /** Anything that runs in a page of this person's window is told. */
  async function guarded(code: string, options: Parameters<House['open']>[1] = {}): Promise<Person> {
    const person = await house.open(code, { signedIn: 'by-call', ...options });
    await person.window.context.exposeFunction(
      '__canary',
      (what: unknown) => void runs.push(`canary ${what}`),
    );
    person.page.on('dialog', (dialog) => {
      runs.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    person.window.context.on('page', (page) => page !== person.page && runs.push(`window ${page.url()}`));
    return person;
  }

  const send = async (person: Person, path: string, body: unknown): Promise<Record<string, unknown>> => {
    const answer = await person.call('POST', path, body, { 'idempotency-key': crypto.randomUUID() });
    expect([200, 201, 204], `${path}: ${answer.text.slice(0, 400)}`).toContain(answer.status);
    return answer.body;
  };
  const acts = async (person: Person, id: string, act: Record<string, unknown>): Promise<void> => {
    const { revision } = (await person.sees(id)).case;
    await send(person, `/cases/${id}/acts`, { revision, ...act });
  };

  beforeAll(async () => {
    house = await openHouse({ rows });
    mallory = await guarded('mallory');
    officer = await guarded('officer');
    const upload = await mallory.window.context.request.post('/api/v1/attachments', {
      headers: { origin: house.url },
      multipart: {
        file: {
          name: `"><img src=x onerror=parent.__canary(1)>.html`,
          mimeType: 'text/html',
          buffer: Buffer.from('<script>parent.__canary?.(1);alert(1)</script>'),
        },
      },
    });
    expect(upload.status(), await upload.text()).toBe(201);
    attachment = ((await upload.json()) as { id: string }).id;
    const organisationId = house.organisation('evil');
    const content = (n: number) => ({
      impactLevel: 'D',
      description: vector(n),
      scope: `${vector(n + 1)}\n${EVERYTHING}`,
      measures: EVERYTHING,
      contactName: vector(n + 2).slice(0, 100),
      contactPhone: '02-0000-6666',
      agencyEmail: '',
    });
    for (let n = 0; n < VECTORS.length; n += 1) {
      const filed = await send(mallory, '/reports', { kind: 'initial', organisationId, content: content(n) });
      cases.push(filed['caseId'] as string);
    }
    const at = new Date(Date.now() - 3_600_000).toISOString();
    const told = { toldWhom: vector(1).slice(0, 200), toldAt: at };
    const filed = await send(mallory, '/reports', {
      kind: 'initial',
      organisationId,
      toldAt: at,
      lateReason: EVERYTHING.slice(0, 2000),
      content: {
        ...content(3),
        occurred: { at, precision: 'minute', estimated: true },
        hosts: VECTORS.slice(0, 12).map((text, n) => ({
          name: text.slice(0, 200),
          ips: ['192.0.2.1'],
          domains: ['例え.example'],
          urls: ['http://evil.example/?q=%3Cscript%3E'],
          makeModel: vector(n + 12).slice(0, 200),
          osName: vector(n + 13).slice(0, 200),
          osVersion: vector(n + 14).slice(0, 200),
          osSerial: vector(n + 15).slice(0, 200),
          mechanismsText: vector(n + 16).slice(0, 1000),
        })),
        measuresLog: VECTORS.slice(0, 10).map((text) => ({ at, text })),
        publicEffect: EVERYTHING.slice(0, 5000),
        supportText: EVERYTHING.slice(0, 5000),
        flags: { life: told, equipment: told, crime: told, disaster: told },
        cause: EVERYTHING,
        solution: EVERYTHING,
        attachments: [attachment],
      },
    });
    full = filed['caseId'] as string;
    for (const text of VECTORS.slice(0, 6)) {
      await acts(mallory, full, { act: 'message', text });
      await acts(officer, full, { act: 'message', text });
    }
    await acts(officer, full, { act: 'take' });
    await acts(officer, full, { act: 'ask-back', text: EVERYTHING.slice(0, 5000) });
    await acts(officer, full, { act: 'confirm-level', level: 'D', reason: EVERYTHING.slice(0, 2000) });
    await acts(officer, full, { act: 'change-level', level: 'C', reason: vector(7) });
    await acts(mallory, full, { act: 'request-withdrawal', reason: vector(8) });
    await acts(officer, full, { act: 'refuse-withdrawal', reason: vector(9) });
    const draft = await mallory.call('PUT', `/drafts/${crypto.randomUUID()}`, {
      organisationId,
      caseId: null,
      kind: 'initial',
      content: { description: EVERYTHING, form: { description: EVERYTHING }, nonsense: [VECTORS] },
      revision: 0,
    });
    expect(draft.status, draft.text).toBe(200);
  }, 240_000);
  afterAll(() => house?.close());

  /** Nothing of the text became an element, an attribute that runs, or an address that runs. */
  async function nothingGrew(page: Page, where: string): Promise<void> {
    const grown = await page.evaluate(`(() => {
      const found = [];
      for (const one of document.querySelectorAll('body *')) {
        const name = one.localName;
        if (['iframe', 'object', 'embed', 'base', 'marquee', 'math', 'foreignobject', 'video', 'style'].includes(name))
          found.push(name);
        if (name === 'script' && !one.src.startsWith(location.origin)) found.push('script');
        for (const { name: attribute, value } of one.attributes) {
          if (attribute.startsWith('on')) found.push(name + ' ' + attribute);
          if (['href', 'src', 'action', 'xlink:href'].includes(attribute) && /^\\s*(javascript|data:text|vbscript)/i.test(value))
            found.push(name + ' ' + attribute + '=' + value.slice(0, 40));
        }
        if (name === 'img' && !one.src.startsWith(location.origin)) found.push('img ' + one.src);
      }
      return found;
    })()`);
    expect(grown, where).toEqual([]);
    expect(runs, where).toEqual([]);
  }

  async function show(person: Person, path: string, words?: string): Promise<void> {
    await person.page.goto(path);
    await person.page.locator('main').first().waitFor();
    if (words !== undefined)
      await person.page.locator('main').getByText(words, { exact: false }).first().waitFor();
    await until(async () => (await person.page.locator('.skeleton').count()) === 0, {
      timeout: 60_000,
      every: 50,
    });
    await nothingGrew(person.page, `${person.code} ${path}`);
  }

  test('WEB-1 WEB-2: every page that shows it runs nothing, breaks no policy, and shows it as written', async () => {
    await show(mallory, '/', BODY_NAME);
    await show(mallory, '/report/new');
    await show(mallory, `/cases/${full}/filed`);
    await show(mallory, `/cases/${full}`, BODY_NAME);
    await show(mallory, '/inbox?all=yes');
    await show(mallory, `/report/new?case=${full}&kind=follow-up`);
    await mallory.page.locator('#f-description').waitFor();
    for (const summary of await mallory.page.locator('.form-later summary').all()) await summary.click();
    await nothingGrew(mallory.page, 'the follow-up form, all of it open');
    await show(officer, '/desk', BODY_NAME);
    for (const tab of ['events', 'reports', 'messages', 'files', 'clocks', 'levels'])
      await show(officer, `/cases/${full}?tab=${tab}`, BODY_NAME);
    await show(officer, `/cases/${full}/reports/1`);
    for (const id of cases.slice(0, 8)) await show(officer, `/cases/${id}?tab=reports`);
    await show(officer, '/cases', '<link rel=stylesheet');
    await show(officer, '/directory');
    await show(officer, `/directory/${house.organisation('evil')}`, BODY_NAME);
    await show(officer, '/mechanism');
    const text = await officer.page.goto(`/cases/${full}?tab=messages`).then(async () => {
      await officer.page.locator('.messages').waitFor();
      return officer.page.locator('.messages').innerText();
    });
    for (const one of VECTORS.slice(0, 6)) expect(text).toContain(one);
  }, 240_000);

  test('WEB-1: the same in English, on a telephone, by night', async () => {
    const phone = await guarded('officer2', { width: 390, scheme: 'dark', lang: 'en' });
    await show(phone, '/desk', 'Evil <script>');
    await show(phone, `/cases/${full}?tab=reports`, 'Evil <script>');
    await show(phone, '/cases');
    await show(phone, '/inbox?all=yes');
    await show(phone, `/directory/${house.organisation('evil')}`, 'Evil <script>');
    await phone.window.close();
  }, 120_000);

  test('WEB-1: in addresses: searches, filters and the way back after signing in', async () => {
    for (const one of VECTORS.slice(0, 12)) {
      const text = encodeURIComponent(one);
      await show(officer, `/cases?q=${text}&state=${text}&level=${text}`);
    }
    await show(officer, `/desk?f=${encodeURIComponent(vector(0))}&case=${encodeURIComponent(vector(1))}`);
    await officer.page.goto(`/directory/${encodeURIComponent(vector(0))}`);
    await nothingGrew(officer.page, 'a body of that name');
    const window = await house.browser.open({ baseURL: house.url });
    for (const next of [
      'javascript:alert(1)',
      '//evil.example/',
      '/\\evil.example',
      'https://evil.example/',
    ]) {
      await window.context.clearCookies();
      await window.page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
      await window.page.locator('#login').waitFor();
      await window.page.locator('#login').fill('officer@dgbas-edpc.example');
      await window.page.locator('#password').fill(PASSWORD);
      await window.page.locator('button[type=submit]').click();
      await window.page.waitForURL((address) => address.pathname !== '/sign-in');
      expect(new URL(window.page.url()).origin, next).toBe(new URL(house.url).origin);
    }
    await window.close();
  }, 120_000);

  test('WEB-1 WEB-10: mails are plain text with one of each header, whatever the names', async () => {
    await house.mailed();
    expect(house.sink.messages.length).toBeGreaterThan(VECTORS.length);
    for (const mail of house.sink.messages) {
      expect(mail.html).toBe('');
      expect(mail.headers['content-type']).toMatch(/^text\/plain/);
      for (const name of ['from', 'to', 'subject', 'message-id', 'date'])
        expect(mail.parsed.headers.filter((header) => header.key === name)).toHaveLength(1);
      expect(mail.headers['bcc']).toBeUndefined();
      expect(mail.subject).not.toMatch(/[\r\n\u2028]/);
      for (const one of VECTORS) expect(mail.text).not.toContain(`\n${one}`);
    }
    expect(house.sink.messages.some((mail) => mail.text.includes(BODY_NAME))).toBe(true);
  }, 60_000);

  test('WEB-1 S8.F3.0: PDFs carry no script and no address that opens by itself', async () => {
    for (const id of [full, ...cases.slice(0, 6)]) {
      // Asked for a fresh proof, he gives it.
      await officer.get(`/cases/${id}/reports/1/paper.pdf`);
      const answer = await officer.window.context.request.get(`/api/v1/cases/${id}/reports/1/paper.pdf`);
      expect(answer.status()).toBe(200);
      const bytes = (await answer.body()).toString('latin1');
      expect(bytes.startsWith('%PDF-')).toBe(true);
      expect(bytes).not.toMatch(/\/(JavaScript|JS|Launch|OpenAction|EmbeddedFile|URI|SubmitForm|AA)\b/);
    }
  }, 60_000);

  test('WEB-11: an attached page is given out as a file, never as a page', async () => {
    const answer = await officer.window.context.request.get(`/api/v1/attachments/${attachment}`);
    expect(answer.status()).toBe(200);
    expect(answer.headers()).toMatchObject({
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
    });
    expect(answer.headers()['content-disposition']).toMatch(
      /^attachment; filename="attachment"; filename\*=UTF-8''/,
    );
    expect(answer.headers()['content-disposition']).not.toMatch(/[<>\r\n]/);
    expect(answer.headers()['content-security-policy']).toContain('sandbox');
  });

  test('WEB-1: the API answers JSON that no browser takes for a page', async () => {
    for (const path of [
      `/cases/${full}`,
      '/cases',
      '/queue',
      '/inbox',
      '/organisations',
      '/no-such-thing?<script>',
    ]) {
      const answer = await officer.window.context.request.get(`/api/v1${path}`);
      expect(answer.headers()['content-type'], path).toMatch(/json/);
      expect(answer.headers()['x-content-type-options'], path).toBe('nosniff');
    }
    await officer.page.goto(`/api/v1/cases/${full}`);
    await nothingGrew(officer.page, 'the API opened as a page');
  }, 60_000);

  test('WEB-8 H21: what is no text is refused by the field’s name; a name adds no line to a header', async () => {
    const organisationId = house.organisation('evil');
    for (const text of NOT_TEXT) {
      for (const field of ['description', 'scope', 'supportText', 'contactName'] as const) {
        const answer = await mallory.call<{ fields: { path: string }[] }>(
          'POST',
          '/reports',
          {
            kind: 'initial',
            organisationId,
            content: {
              impactLevel: 'D',
              unknown: ['description', 'scope', 'measures', 'contactPhone'],
              [field]: text,
            },
          },
          { 'idempotency-key': crypto.randomUUID() },
        );
        const said = `${JSON.stringify(text)} in ${field}: ${answer.status} ${answer.text.slice(0, 200)}`;
        expect(answer.status, said).toBe(400);
        // Half a character is refused by the reader of JSON, which names its place too.
        expect(
          answer.body.fields.some((one) => one.path.includes(field)),
          said,
        ).toBe(true);
      }
    }
    const admin = await house.open('admin', { signedIn: 'by-call' });
    for (const text of HEADER_BREAKS) {
      const answer = await admin.call<{ fields: { path: string }[] }>('POST', '/organisations', {
        code: 'broken-line',
        nameZh: text,
        superior: 'county-edu',
        sectors: ['academia'],
      });
      expect([answer.status, answer.body.fields?.[0]?.path], answer.text).toEqual([400, 'nameZh']);
    }
    await admin.window.close();
  }, 60_000);
});
