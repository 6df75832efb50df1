/** The list of cases: taken along as a file, looked through by words. Never more than its reader may see. */
import { createHash, randomBytes } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import type { FastifyRequest } from 'fastify';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { openExport } from '../../src/cases/export.ts';
import { resolveActor } from '../../src/identity/index.ts';
import { createHttp, type Http } from '../../src/platform/http/index.ts';
import { until } from '../support/wait.ts';
import { openStory, refusalOf, type Story } from './harness.ts';

let story: Story;
let http: Http;
let app: Awaited<ReturnType<typeof createApp>>;
const tokens = new Map<string, string>();

/** A session of the person, made as a sign-in makes it. */
async function tokenOf(code: string): Promise<string> {
  const known = tokens.get(code);
  if (known) return known;
  const token = randomBytes(32).toString('base64url');
  const { personId } = await story.person(code);
  await story.change(async (tx) => {
    await tx.query(
      `insert into accounts (person_id, login, password_hash) values ($1, $2, '') on conflict do nothing`,
      [personId, code],
    );
    await tx.query(
      'insert into sessions (token_hash, person_id, created_at, seen_at, expires_at) values ($1, $2, $3, $3, $4)',
      [hashOf(token), personId, tx.now, new Date(tx.now.getTime() + 80_000_000)],
    );
  });
  tokens.set(code, token);
  return token;
}
const hashOf = (token: string) => createHash('sha256').update(token).digest();

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
      for (const query of ['', '&level=D', '&open=yes', '&q=example', '&order=oldest']) {
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

  it('ISO-9: holds no transaction while it is read, and ends when its reader’s session does', async () => {
    await multiply(ofSchool, 1_200);
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

    await story.change((tx) =>
      tx.query('delete from sessions where token_hash = $1', [hashOf(tokens.get('inspector') as string)]),
    );
    // What a process read about a session it believes for three seconds.
    await story.at('09:31');
    const rest = (async () => {
      while (!(await pieces.next()).done);
    })();
    expect(await refusalOf(rest)).toBe('not-signed-in');
  });
});
