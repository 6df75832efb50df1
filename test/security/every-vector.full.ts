/**
 * WEB-1 in full: every vector into every field a person can write, file names included, and every page, mail, PDF and
 * table that shows them. Nothing runs, no policy is broken, and the text is shown as it was written.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type House, openHouse, type Person } from '../journeys/house.ts';
import { say } from '../journeys/words.ts';
import { morePeople } from '../stories/nation.ts';
import { until } from '../support/wait.ts';
import { figure } from './figures.ts';
import { MANY_VECTORS, SHORTEST } from './many-vectors.ts';

/** `SECURITY_VECTORS=40` takes a share of them, for work on this test. */
const VECTORS = MANY_VECTORS.slice(0, Number(process.env['SECURITY_VECTORS'] ?? MANY_VECTORS.length));
const flat = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Vectors in portions of at most so many characters, one to a line. */
function portions(most: number): string[] {
  const parts: string[] = [''];
  for (const one of VECTORS) {
    const last = parts.length - 1;
    if ((parts[last] as string).length + one.length + 1 > most) parts.push(one);
    else parts[last] = parts[last] === '' ? one : `${parts[last]}\n${one}`;
  }
  return parts;
}

/** A body of its own for every vector, with a post, a person and a system that are called the same. */
const rows = {
  ...morePeople,
  organisations: [
    ...(morePeople.organisations ?? []),
    ...VECTORS.map((text, n) => ({
      code: `evil-${n}`,
      nameZh: text,
      nameEn: text,
      kind: 'school' as const,
      superior: 'county-edu',
      sectors: ['academia'],
      address: text,
    })),
  ],
  posts: [
    ...(morePeople.posts ?? []),
    ...VECTORS.map((text, n) => ({
      code: `post-${n}`,
      organisation: `evil-${n}`,
      role: 'contact' as const,
      nameZh: text,
      nameEn: text,
    })),
  ],
  persons: [
    ...(morePeople.persons ?? []),
    ...VECTORS.map((text, n) => ({
      code: `person-${n}`,
      organisation: `evil-${n}`,
      nameZh: text,
      nameEn: text,
      title: text,
      email: `person-${n}@evil.example`,
      phone: '02-0000-6666',
    })),
  ],
  holdings: [
    ...(morePeople.holdings ?? []),
    ...VECTORS.map((_, n) => ({ post: `post-${n}`, person: `person-${n}` })),
  ],
  contacts: VECTORS.map((_, n) => ({ organisation: `evil-${n}`, person: `person-${n}` })),
  systems: VECTORS.map((text, n) => ({
    organisation: `evil-${n}`,
    nameZh: text,
    nameEn: text,
    securityGrade: 'D',
    makeModel: text,
    osName: text,
    osVersion: text,
    osSerial: text,
  })),
};

describe(`WEB-1: ${VECTORS.length} vectors in every field`, () => {
  let house: House;
  let officer: Person;
  let english: Person;
  const runs: string[] = [];
  const small: string[] = [];
  const large: string[] = [];
  let pages = 0;

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
    // Whatever a page would fetch from elsewhere.
    person.page.on('request', (request) => {
      if (!request.url().startsWith(house.url) && !request.url().startsWith('data:image/'))
        runs.push(request.url());
    });
    return person;
  }
  const send = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const answer = await officer.call('POST', path, body, { 'idempotency-key': crypto.randomUUID() });
    expect([200, 201], `${path}: ${answer.text.slice(0, 400)}`).toContain(answer.status);
    return answer.body;
  };
  const act = async (id: string, what: Record<string, unknown>): Promise<void> => {
    const { revision } = (await officer.sees(id)).case;
    await send(`/cases/${id}/acts`, { revision, ...what });
  };

  beforeAll(async () => {
    house = await openHouse({ rows });
    officer = await guarded('officer');
    english = await guarded('officer2', { lang: 'en', width: 390, scheme: 'dark' });
    const at = new Date(Date.now() - 3_600_000).toISOString();
    const begin = { kind: 'initial', channel: 'telephone', toldAt: at };
    // One small report for every vector: the short fields, and the names of everybody and everything around it.
    for (const [n, text] of VECTORS.entries()) {
      const told = { toldWhom: text, toldAt: at };
      const filed = await send('/reports', {
        ...begin,
        organisationId: house.organisation(`evil-${n}`),
        content: {
          impactLevel: 'D',
          description: text,
          scope: text,
          measures: text,
          contactName: text,
          contactPhone: '02-0000-6666',
          flags: { life: told, equipment: told, crime: told, disaster: told },
          hosts: [
            {
              name: text,
              makeModel: text,
              osName: text,
              osVersion: text,
              osSerial: text,
              mechanismsText: text,
            },
          ],
          measuresLog: [{ at, text }],
        },
      });
      small.push(filed['caseId'] as string);
    }
    // All of them at once in the long fields, and in everything that is said about a case afterwards.
    const files: string[] = [];
    for (const text of VECTORS) {
      const upload = await officer.window.context.request.post('/api/v1/attachments', {
        headers: { origin: house.url },
        multipart: {
          file: {
            name: `${text}.html`,
            mimeType: 'text/html',
            buffer: Buffer.from('<script>top.__canary(1)</script>'),
          },
        },
      });
      expect(upload.status(), text).toBe(201);
      files.push(((await upload.json()) as { id: string }).id);
    }
    for (const [n, text] of portions(4_900).entries()) {
      const filed = await send('/reports', {
        ...begin,
        organisationId: house.organisation(`evil-${n}`),
        lateReason: portions(1_900)[n] ?? '',
        content: {
          impactLevel: 'D',
          description: text,
          scope: text,
          measures: text,
          publicEffect: text,
          supportText: text,
          cause: text,
          solution: text,
          contactPhone: '02-0000-6666',
          unknown: ['contactName'],
          attachments: files.splice(0, 50),
        },
      });
      large.push(filed['caseId'] as string);
    }
    while (files.length > 0)
      large.push(
        (
          await send('/reports', {
            ...begin,
            organisationId: house.organisation('evil-0'),
            content: {
              impactLevel: 'D',
              description: 'x',
              scope: 'x',
              measures: 'x',
              contactPhone: '02-0000-6666',
              attachments: files.splice(0, 50),
            },
          })
        )['caseId'] as string,
      );
    const first = large[0] as string;
    for (const [n, text] of portions(4_900).entries()) {
      // A case is asked back once; what is said about it may be long.
      await act(large[n] as string, { act: 'ask-back', text });
      await act(first, { act: 'message', text });
    }
    await act(first, { act: 'confirm-level', level: 'D', reason: portions(1_900)[0] ?? '' });
    for (const [n, reason] of portions(1_900).entries())
      await act(first, { act: 'change-level', level: n % 2 ? 'D' : 'C', reason });
  }, 900_000);
  afterAll(() => house?.close());

  async function nothingGrew(page: Page, where: string): Promise<void> {
    pages += 1;
    const grown = await page.evaluate(`(() => {
      const found = [];
      for (const one of document.querySelectorAll('body *, head *')) {
        const name = one.localName;
        if (['iframe', 'object', 'embed', 'base', 'marquee', 'math', 'foreignobject', 'video', 'audio', 'style', 'form-x', 'portal', 'x', 'xmp', 'plaintext', 'listing', 'template', 'track', 'meter'].includes(name))
          found.push(name);
        if (name === 'script' && !one.src.startsWith(location.origin)) found.push('script');
        if (name === 'link' && !one.href.startsWith(location.origin)) found.push('link ' + one.href);
        for (const { name: attribute, value } of one.attributes) {
          if (attribute.startsWith('on')) found.push(name + ' ' + attribute);
          if (['href', 'src', 'action', 'formaction', 'xlink:href', 'srcdoc'].includes(attribute) &&
              /^\\s*(javascript|data:text|vbscript|blob|file|view-source)/i.test(value))
            found.push(name + ' ' + attribute + '=' + value.slice(0, 40));
        }
        if (name === 'img' && !one.src.startsWith(location.origin)) found.push('img ' + one.src);
      }
      if (window.polluted !== undefined || ({}).polluted !== undefined) found.push('polluted');
      return found;
    })()`);
    expect(grown, where).toEqual([]);
    expect(runs, where).toEqual([]);
  }

  /** Goes to an address as a link inside the product does, without loading it all again. */
  async function visit(person: Person, path: string, words: string): Promise<void> {
    const { page } = person;
    await page.evaluate(`history.pushState({}, '', ${JSON.stringify(path)})`);
    await until(
      async () => {
        const text = (await page.evaluate(
          `location.pathname + location.search === ${JSON.stringify(path)} && !document.querySelector('.skeleton') ? document.querySelector('main')?.innerText ?? '' : ''`,
        )) as string;
        return flat(text).includes(flat(words));
      },
      { timeout: 60_000, every: 25, describe: `${path} shows ${words}` },
    );
    await nothingGrew(page, `${person.code} ${path}`);
  }

  async function opens(person: Person, path: string): Promise<string> {
    await person.page.goto(path);
    await person.page.locator('main').first().waitFor();
    await until(async () => (await person.page.locator('.skeleton').count()) === 0, {
      timeout: 90_000,
      every: 50,
    });
    await nothingGrew(person.page, `${person.code} ${path}`);
    return flat(await person.page.locator('main').first().innerText());
  }

  /** Every vector stands in the text as it was written. */
  function allIn(text: string, where: string): void {
    const missing = VECTORS.filter((one) => !text.includes(flat(one)));
    expect(missing, where).toEqual([]);
  }

  test('WEB-1: the case of every vector, in Chinese; the body of every vector, in English on a telephone by night', async () => {
    const cases = async () => {
      await opens(officer, `/cases/${small[0]}?tab=reports`);
      for (const [n, text] of VECTORS.entries()) await visit(officer, `/cases/${small[n]}?tab=reports`, text);
    };
    const bodies = async () => {
      await opens(english, `/directory/${house.organisation('evil-0')}`);
      for (const [n, text] of VECTORS.entries())
        await visit(english, `/directory/${house.organisation(`evil-${n}`)}`, text);
    };
    await Promise.all([cases(), bodies()]);
  }, 900_000);

  test('WEB-1: lists, desk, directory, and everything that was said about a case', async () => {
    await opens(officer, '/desk');
    await opens(officer, '/cases');
    const more = officer.page.getByRole('button', { name: say().common.more, exact: true });
    while ((await more.count()) > 0) {
      await more.click();
      await until(async () => (await officer.page.locator('[aria-busy=true]').count()) === 0);
    }
    allIn(flat(await officer.page.locator('main').innerText()), 'the whole list');
    await nothingGrew(officer.page, 'the whole list');
    await opens(english, '/cases');
    await opens(english, '/desk');
    await opens(officer, '/directory');
    await opens(officer, `/directory/${house.organisation('county-edu')}`);
    const first = large[0] as string;
    for (const tab of ['events', 'clocks']) await opens(officer, `/cases/${first}?tab=${tab}`);
    allIn(await opens(officer, `/cases/${first}?tab=messages`), 'messages');
    let asked = '';
    for (const [n] of portions(4_900).entries())
      asked += ` ${await opens(officer, `/cases/${large[n]}?tab=messages`)}`;
    allIn(asked, 'what was asked back');
    allIn(await opens(officer, `/cases/${first}?tab=levels`), 'reasons of levels');
    let reports = '';
    let files = '';
    for (const id of large) {
      reports += ` ${await opens(officer, `/cases/${id}?tab=reports`)}`;
      files += ` ${await opens(officer, `/cases/${id}?tab=files`)}`;
      await opens(english, `/cases/${id}/reports/1`);
    }
    allIn(reports, 'long fields');
    // A name of a file is what stands behind its last slash; browsers write its quotes like this.
    const names = VECTORS.filter((one) => !/[/\\]/.test(one)).map((one) => one.replaceAll('"', '%22'));
    expect(names.filter((one) => !files.includes(flat(one)))).toEqual([]);
    await opens(english, '/inbox?all=yes');
    await opens(officer, '/administration').catch(() => '');
  }, 600_000);

  test('WEB-1: in a draft, in a form begun from the last report, and in addresses', async () => {
    const author = await guarded('person-0');
    const id = crypto.randomUUID();
    const all = VECTORS.join('\n').slice(0, 20_000);
    const draft = await author.call('PUT', `/drafts/${id}`, {
      organisationId: house.organisation('evil-0'),
      caseId: null,
      kind: 'initial',
      content: { description: all, form: { description: all }, nonsense: VECTORS },
      revision: 0,
    });
    expect(draft.status, draft.text).toBe(200);
    await opens(author, '/');
    await opens(author, '/report/new');
    await opens(author, `/report/new?case=${small[0]}&kind=follow-up`);
    await opens(officer, `/cases?q=x`);
    for (const text of VECTORS.filter((_, n) => n % 10 === 0)) {
      const word = encodeURIComponent(text);
      await officer.page.evaluate(
        `history.pushState({}, '', ${JSON.stringify(`/cases?q=${word}&state=${word}&level=${word}&tab=${word}`)})`,
      );
      await officer.page.locator('main').first().waitFor();
      await nothingGrew(officer.page, `searching ${text}`);
    }
    await author.window.close();
  }, 300_000);

  test('WEB-1 WEB-10: mails are plain text with one of each header, whatever the names', async () => {
    await until(async () => house.mailed().then(() => true), { timeout: 300_000 });
    expect(house.sink.messages.length).toBeGreaterThan(VECTORS.length);
    for (const mail of house.sink.messages) {
      expect(mail.html).toBe('');
      expect(mail.headers['content-type']).toMatch(/^text\/plain/);
      for (const name of ['from', 'to', 'subject', 'message-id', 'date'])
        expect(mail.parsed.headers.filter((header) => header.key === name)).toHaveLength(1);
      for (const name of ['bcc', 'cc', 'x-y', 'set-cookie']) expect(mail.headers[name]).toBeUndefined();
      expect(mail.subject).not.toMatch(/[\r\n\u2028]/);
    }
    const text = flat(house.sink.messages.map((mail) => `${mail.subject} ${mail.text}`).join('\n'));
    allIn(text, 'mails');
    figure('WEB-1', 'mails looked at', { mails: house.sink.messages.length });
  }, 400_000);

  test('WEB-1: PDFs and tables carry no script, no address that opens by itself, no formula', async () => {
    for (const id of [...large, ...small.filter((_, n) => n % 25 === 0)]) {
      // Asked for a fresh proof, he gives it.
      await officer.get(`/cases/${id}/reports/1/paper.pdf`);
      const answer = await officer.window.context.request.get(`/api/v1/cases/${id}/reports/1/paper.pdf`);
      expect(answer.status()).toBe(200);
      const bytes = (await answer.body()).toString('latin1');
      expect(bytes.startsWith('%PDF-')).toBe(true);
      expect(bytes).not.toMatch(/\/(JavaScript|JS|Launch|OpenAction|EmbeddedFile|URI|SubmitForm|AA)\b/);
    }
    const table = await officer.window.context.request.get('/api/v1/cases.csv');
    expect(table.status()).toBe(200);
    expect(table.headers()['content-type']).toMatch(/^text\/csv/);
    expect(table.headers()['content-disposition']).toMatch(/^attachment/);
    expect(await table.text()).not.toMatch(/(^|,|")[=+@-](cmd|1|SUM)/m);
  }, 300_000);

  test('WEB-1: 0 executions and 0 broken policies in all', () => {
    figure('WEB-1', 'in full', {
      vectors: VECTORS.length,
      longest: SHORTEST,
      pages,
      executions: runs.length,
      violations: [...officer.window.complaints, ...english.window.complaints].length,
    });
    expect(runs).toEqual([]);
    expect([...officer.window.complaints, ...english.window.complaints]).toEqual([]);
  });
});
