/** The list of cases: taken along as a file, looked through by words. Never more than its reader may see. */
import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import type { FastifyRequest } from 'fastify';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { openExport } from '../../src/cases/export.ts';
import { queue } from '../../src/cases/lists.ts';
import { resolveActor } from '../../src/identity/index.ts';
import { createHttp, type Http } from '../../src/platform/http/index.ts';
import { read } from '../../src/platform/transaction.ts';
import { until } from '../support/wait.ts';
import { openSession, openStory, refusalOf, type Story } from './harness.ts';

let story: Story;
let http: Http;
let app: Awaited<ReturnType<typeof createApp>>;
const tokens = new Map<string, string>();

/** A session of the person, made as a sign-in makes it. */
async function tokenOf(code: string): Promise<string> {
  const known = tokens.get(code);
  if (known) return known;
  const token = await openSession(story, code);
  tokens.set(code, token);
  return token;
}

async function get(code: string | null, path: string) {
  const cookie = code === null ? {} : { cookie: `tocsin=${await tokenOf(code)}` };
  return http.inject({
    method: 'GET',
    url: `/api/v1${path}`,
    headers: { 'sec-fetch-site': 'same-origin', ...cookie },
  });
}

/** The file as records by heading. */
async function exported(code: string, query = ''): Promise<Record<string, string>[]> {
  const answer = await get(code, `/cases.csv?lang=en${query}`);
  expect(answer.statusCode).toBe(200);
  return parse(answer.rawPayload, { bom: true, columns: true });
}

/** Every id the list shows, page after page. */
async function listed(code: string, query = ''): Promise<string[]> {
  const ids: string[] = [];
  let cursor = '';
  do {
    const answer = await get(code, `/cases?limit=100${query}${cursor}`);
    expect(answer.statusCode).toBe(200);
    const page = answer.json<{ items: { id: string }[]; nextCursor: string | null }>();
    ids.push(...page.items.map((item) => item.id));
    cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
  } while (cursor !== '');
  return ids;
}

/** So many further cases like this one, each a minute older than the one before. */
async function multiply(caseId: string, count: number): Promise<void> {
  await story.change((tx) =>
    tx.query(
      `insert into cases select (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'series', 'copy',
          'seq', n, 'number', 'copy-' || n, 'opened_at', c.opened_at - n * interval '1 minute'))).*
        from cases c, generate_series(1, $2::int) n where c.id = $1::uuid`,
      [caseId, count],
    ),
  );
}

const EVIL = "=cmd|' /C calc'";
let ofSchool: string;
let ofBrigade: string;

beforeAll(async () => {
  story = await openStory('2002-05-06T09:00:00+08:00');
  app = await createApp(story.ctx);
  http = await createHttp({
    log: pino({ level: 'silent' }),
    publicUrl: story.ctx.config.publicUrl,
    ready: async () => ({}),
  });
  for (const routes of app.routes) await http.register(routes);
  await http.ready();
  ofSchool = (await story.files('teacher', 'school', { impactLevel: 'C', description: EVIL })).caseId;
  await story.at('09:30');
  await story.files('nurse', 'hospital', { impactLevel: 'D', description: '＠SUM(1)\n-2+3' });
  ofBrigade = (await story.files('captain', 'brigade', { impactLevel: 'D', description: '營區網頁遭置換' }))
    .caseId;
});

afterAll(async () => {
  await http.close();
  await app.stop?.();
  await story.close();
});

const PEOPLE = ['teacher', 'officer', 'captain', 'nurse', 'engineer', 'mnd-officer', 'auditor', 'convenor'];

describe('the list as a file', () => {
  it('WEB-3: shows what was filed as text, whatever it begins with', async () => {
    const rows = await exported('officer');
    expect(rows.map((row) => row['Summary'])).toEqual(expect.arrayContaining([`'${EVIL}`]));
    for (const row of rows) {
      for (const cell of Object.values(row)) expect(cell.normalize('NFKC')).not.toMatch(/^\s*[=+@-]/);
    }
  });

  it('is in both languages and both calendars, marked as UTF-8, and never opened by the browser', async () => {
    const answer = await get('teacher', '/cases.csv?lang=zh-Hant');
    expect([...answer.rawPayload.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const [row] = parse(answer.rawPayload, { bom: true, columns: true }) as Record<string, string>[];
    expect(row).toMatchObject({
      機關: '光明國中',
      影響等級: 'C 級',
      '通報（民國）': '民國91年5月6日 09:00',
      '通報（西元，Asia/Taipei）': '2002-05-06 09:00',
    });
    const [english] = await exported('teacher');
    expect(english).toMatchObject({
      Organisation: 'Guangming School',
      'Reported (ROC)': 'ROC 91-05-06 09:00',
    });
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(answer.headers['content-disposition']).toBe(
      `attachment; filename="cases.csv"; filename*=UTF-8''${encodeURIComponent('案件清單-2002-05-06.csv')}`,
    );
  });

  it('ISO-1: holds exactly what its reader’s list holds, under the same filters', async () => {
    for (const code of [
      'teacher',
      'officer',
      'captain',
      'nurse',
      'engineer',
      'mnd-officer',
      'auditor',
      'convenor',
    ]) {
      for (const query of ['&level=D', '&q=SUM', '&order=oldest']) {
        const ids = (await exported(code, query)).map((row) => row['Identifier']);
        expect([code, query, ids]).toEqual([code, query, await listed(code, query)]);
        if (!['captain', 'mnd-officer'].includes(code)) expect(ids).not.toContain(ofBrigade);
      }
    }
    expect((await exported('captain')).map((row) => row['Identifier'])).toEqual([ofBrigade]);
  });

  it('is refused to strangers, and refuses what it does not know by name', async () => {
    expect((await get(null, '/cases.csv')).statusCode).toBe(401);
    const answer = await get('teacher', '/cases.csv?cursor=x');
    expect([answer.statusCode, answer.json().fields[0].path]).toEqual([400, 'cursor']);
    expect((await get('teacher', '/cases.csv?order=level;drop')).statusCode).toBe(400);
  });
});

describe('a long list', () => {
  beforeAll(async () => {
    // Enough that a word is not found by looking at the first that come.
    await multiply(ofSchool, 2_050);
    await story.change((tx) =>
      tx.query(`update cases set summary = '極罕見的 Zebra 字樣 100%_' where number = 'copy-2040'`, []),
    );
  });

  it('ISO-1: finds what the policies show, neither more nor less', async () => {
    for (const code of [...PEOPLE, 'inspector', 'moe-officer', 'admin']) {
      const [one] = await read(story.ctx.database, await story.person(code), story.ctx.clock, (tx) =>
        tx.query<{ found: string[] | null; seen: string[] | null }>(
          `select (select array_agg(case_id order by case_id) from cases_listed(null, null, null, null, null, null, null,
                     null, null, null, 'newest', null, null, null, 10000)) as found,
                  (select array_agg(id order by id) from cases) as seen`,
          [],
        ),
      );
      expect([code, one?.found]).toEqual([code, one?.seen]);
    }
    const [nobody] = await read(story.ctx.database, { personId: null, keys: [] }, story.ctx.clock, (tx) =>
      tx.query<{ n: number }>(
        `select count(*)::int as n from cases_listed(null, null, null, null, null, null, null, null, null, null, 'newest',
           null, null, null, 10000)`,
        [],
      ),
    );
    expect(nobody?.n).toBe(0);
  });

  it('ISO-1: shows every page in the order the policies’ own rows have, to whoever sees much, little, or behind a wall', async () => {
    for (const code of [...PEOPLE, 'inspector', 'moe-officer', 'admin']) {
      await read(story.ctx.database, await story.person(code), story.ctx.clock, async (tx) => {
        for (const [order, sort] of [
          ['newest', 'opened_at desc, id desc'],
          ['oldest', 'opened_at, id'],
          ['gravest', 'rank desc, opened_at desc, id desc'],
        ]) {
          for (const limit of [3, 40, 600]) {
            const [one] = await tx.query<{ found: string[]; seen: string[] }>(
              `select array(select case_id from cases_listed(null, null, null, null, null, null, null, null, null, null,
                        '${order}', null, null, null, ${limit}) with ordinality order by ordinality) as found,
                      array(select id from cases order by ${sort} limit ${limit}) as seen`,
              [],
            );
            expect([code, order, limit, one?.found]).toEqual([code, order, limit, one?.seen]);
          }
        }
      });
    }
  });

  it('shows the desk’s queue in its order and counts it whole, and a compartment’s to its own desk only (DEC-19)', async () => {
    // Every way a case may press: nothing due, due later, due now, a notice that failed; at every level.
    await story.change((tx) =>
      tx.query(
        `update cases set rank = 1 + seq % 4, failed_notices = case when seq % 7 = 0 then 1 else 0 end,
                attention_at = case when seq % 5 < 2 then null else $1::timestamptz + (seq % 5 - 3) * interval '1 hour' - seq * interval '1 second' end
          where series = 'copy'`,
        [tx.now],
      ),
    );
    for (const [code, condition] of [
      ['officer', 'c.compartment is null'],
      ['mnd-officer', `c.compartment = 'defence'`],
      ['teacher', 'false'],
    ] as const) {
      const person = await story.person(code);
      const shown = await queue(story.ctx, person);
      const [expected] = await read(story.ctx.database, person, story.ctx.clock, (tx) =>
        tx.query<{ ids: string[]; all: number; late: number }>(
          `with mine as (select *, failed_notices > 0 or coalesce(attention_at <= $1, false) as presses from cases c
                          where c.open and ${condition})
           select array(select number from mine order by presses desc, rank desc, attention_at nulls last, opened_at limit 200) as ids,
                  (select count(*)::int from mine) as all, (select count(*)::int from mine where presses) as late`,
          [tx.now],
        ),
      );
      expect(shown.items.map((item) => item.case.number)).toEqual(expected?.ids);
      expect([code, shown.counts.all, shown.counts.late]).toEqual([code, expected?.all, expected?.late]);
    }
  });

  it('WEB-4: finds words wherever they stand, among whatever the reader may see, and takes them for nothing else', async () => {
    const words = [
      'zebra',
      'ZEBRA 字樣',
      '極罕見的',
      '罕',
      '見的 z',
      '100%_',
      '0%_',
      'b',
      '%',
      '_',
      "'",
      '\\',
      'copy-204',
      'C',
    ];
    words.push(
      'copy-2040',
      'copy-199',
      '營區',
      '光明國中',
      'guangming',
      '醫院',
      '沒有這樣的字',
      '＝',
      'cmd|',
      "' or 1=1 --",
    );
    for (const code of ['officer', 'captain', 'nurse']) {
      const all = await exported(code);
      for (const q of words) {
        const low = q.toLowerCase();
        const bodies = story.world
          .snapshot()
          .then((snapshot) =>
            [...snapshot.organisations.values()]
              .filter((body) => body.nameZh.includes(q) || body.nameEn.toLowerCase().includes(low))
              .map((body) => body.nameEn),
          );
        const names = await bodies;
        const expected = all.filter((row) => {
          const text = `${row['Number']} ${row['Summary']?.replace(/^'/, '')}`.toLowerCase();
          return text.includes(low) || names.includes(row['Organisation'] as string);
        });
        const found = await listed(code, `&q=${encodeURIComponent(q)}`);
        // Of a single letter of the keyboard only the newest are looked through.
        const isPart = q.length === 1 && q < '\u007f';
        const ids = expected.map((row) => row['Identifier']);
        if (isPart) expect([code, q, found.every((id) => ids.includes(id))]).toEqual([code, q, true]);
        else expect([code, q, found]).toEqual([code, q, ids]);
      }
    }
    expect(await listed('officer', '&q=zebra')).toHaveLength(1);
    expect(await listed('officer', `&q=${encodeURIComponent('營區')}`)).toHaveLength(0);
    expect(await listed('captain', `&q=${encodeURIComponent('營區')}`)).toEqual([ofBrigade]);
  });

  it('goes through every order page by page without a gap or a repeat', async () => {
    const all = new Set(await listed('officer'));
    for (const query of ['&order=gravest', '&open=yes&order=gravest', '&level=C']) {
      const ids = await listed('officer', query);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(all).toContain(id);
      if (!query.includes('level')) expect(ids.length).toBe(all.size);
    }
    expect(await listed('officer', '&level=A')).toEqual([]);
    expect(await listed('officer', '&mode=exercise')).toEqual([]);
  });

  it('ISO-9: holds no transaction while it is read, and ends when its reader’s session does', async () => {
    expect((await exported('teacher')).map((row) => row['Identifier'])).toEqual(await listed('teacher'));

    const request = { cookies: { tocsin: await tokenOf('inspector') } } as unknown as FastifyRequest;
    const { body } = await openExport(story.ctx, {
      filters: {},
      order: 'newest',
      lang: 'en',
      actor: () => resolveActor(story.ctx, request),
    });
    const pieces = body[Symbol.asyncIterator]();
    const { value: first } = await pieces.next();
    expect(String(first).split('\r\n').length).toBe(502);
    // One page is read ahead; nothing more until somebody reads on.
    await until(async () => {
      const [atWork] = await story.change((tx) =>
        tx.query<{ n: number }>(
          `select count(*)::int as n from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`,
          [],
        ),
      );
      return atWork?.n === 0;
    });

    const token = tokens.get('inspector') as string;
    await story.change((tx) =>
      tx.query('delete from sessions where token_hash = $1', [createHash('sha256').update(token).digest()]),
    );
    // What a process read about a session it believes for three seconds.
    await story.at('09:31');
    const rest = (async () => {
      while (!(await pieces.next()).done);
    })();
    expect(await refusalOf(rest)).toBe('not-signed-in');
  });
});
