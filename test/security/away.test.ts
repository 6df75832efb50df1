/**
 * KEY-11: what happens when a part is away, by real means: the database stopped, its connections used up, a table gone
 * under a handler, the relay's name unknown. Reading fails closed and tells nothing; a report is kept and goes by itself.
 */

import { PassThrough } from 'node:stream';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { type House, openHouse, type Person } from '../journeys/house.ts';
import { beginReport, fillNow } from '../journeys/steps.ts';
import { say } from '../journeys/words.ts';
import { until } from '../support/wait.ts';
import { type OwnDatabase, openOwnDatabase } from './own-database.ts';

const t = say('zh-Hant');
/** What no answer may show of what is behind it. */
const INSIDE =
  /postgres|pg_|select |insert |relation|column|\.ts\b|node_modules|\bat \w+ \(|ECONN|ENOENT|socket|stack|Error:/i;
const BROKEN = /50[0-9]|Failed to load resource|ERR_/;
const STORY = {
  description: '資料庫停止測試：門禁系統無回應。',
  scope: '僅門禁。',
  measures: '改以人工登記。',
  phone: '02-0000-7777',
  level: 'D' as const,
};

describe('while a part is away', () => {
  let database: OwnDatabase;
  let house: House;
  let nurse: Person;
  let caseId: string;
  const lines: string[] = [];

  beforeAll(async () => {
    database = await openOwnDatabase();
    const sink = new PassThrough();
    sink.on('data', (bytes: Buffer) => lines.push(bytes.toString()));
    house = await openHouse({
      env: { ...database.env, DATABASE_POOL: '6' },
      log: createLog({ level: 'info', destination: sink }),
    });
    nurse = await house.open('nurse', { signedIn: 'by-call' });
    caseId = await file('先前的案件。');
  }, 240_000);
  afterAll(async () => {
    // The page is open all the while and says, rightly, that parts were away.
    nurse?.window.expectComplaints(BROKEN);
    try {
      await house?.close();
    } finally {
      await database?.drop();
    }
  });

  async function file(description: string): Promise<string> {
    const answer = await nurse.call<{ caseId: string }>(
      'POST',
      '/reports',
      {
        kind: 'initial',
        organisationId: house.organisation('hospital'),
        content: {
          impactLevel: 'D',
          description,
          scope: '僅一處。',
          measures: '已處理。',
          contactPhone: STORY.phone,
        },
      },
      { 'idempotency-key': crypto.randomUUID() },
    );
    expect(answer.status, answer.text).toBe(201);
    return answer.body.caseId;
  }
  const paths = () => [
    `/cases/${caseId}`,
    '/cases',
    '/queue',
    '/inbox',
    '/organisations',
    '/drafts',
    `/cases/${caseId}/reports/1/paper.pdf`,
    '/session',
  ];

  /** Every read of the product refused with this, and with nothing of what is behind. */
  async function refusesAll(status: number, code: string): Promise<void> {
    for (const path of paths()) {
      const answer = await nurse.get<{ code: string; instance: string }>(path);
      expect([path, answer.status, answer.body.code]).toEqual([path, status, code]);
      expect(answer.body.instance).toMatch(/^[\w-]{16}$/);
      expect(answer.text).not.toMatch(INSIDE);
      expect(answer.text).not.toContain('門禁');
      // The id finds the fault in the log.
      expect(lines.join('')).toContain(answer.body.instance);
    }
  }

  test('KEY-11 REST-2: the database stops under a filled form: it is kept, goes on by itself, and arrives once', async () => {
    const blank = await nurse.window.context.request.get('/api/v1/forms/incident.pdf');
    expect(blank.status()).toBe(200);
    await beginReport(nurse);
    await fillNow(nurse, STORY);
    await nurse.page.getByRole('button', { name: t.form.review, exact: true }).click();
    await nurse.page.getByRole('heading', { name: t.form.step.title }).waitFor();
    await database.stop();
    await nurse.page.getByRole('button', { name: t.form.step.send, exact: true }).click();
    await nurse.page.getByText(t.form.unsure.title, { exact: true }).waitFor();
    await nurse.page.getByText(t.form.unsure.help, { exact: true }).waitFor();
    expect(await nurse.page.locator('main').innerText()).toContain(STORY.description);

    // Nobody is shown anything, or told more than that it is away; the paper form is still given out.
    await until(async () => (await nurse.get('/queue')).status === 503, { timeout: 30_000 });
    await refusesAll(503, 'unavailable');
    expect((await nurse.window.context.request.get('/api/v1/forms/incident.pdf')).status()).toBe(200);
    const stranger = await (await fetch(`${house.url}/api/v1/cases/${caseId}`)).text();
    expect(stranger).toContain('not-signed-in');

    // The page is left and come back to: it is still there, and still under way.
    const address = nurse.page.url();
    const keys = new Set<string>();
    nurse.page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/api/v1/reports'))
        keys.add(request.headers()['idempotency-key'] ?? 'none');
    });
    await until(() => keys.size > 0, { timeout: 60_000, describe: 'it is sent again by itself' });
    expect(nurse.page.url()).toBe(address);

    await database.start();
    await nurse.page.waitForURL(/\/cases\/[^/]+\/filed/, { timeout: 90_000 });
    expect(keys.size).toBe(1);
    const listed = await nurse.get<{ items: { id: string; summary?: string }[] }>('/cases');
    expect(listed.body.items).toHaveLength(2);
    expect((await nurse.get<unknown[]>('/drafts')).body).toEqual([]);
    nurse.window.expectComplaints(BROKEN);
  }, 240_000);

  test('KEY-11: every connection is taken: reading is refused after a while, and works again at once', async () => {
    const { pool } = house.tocsin.context.database;
    const held: pg.PoolClient[] = [];
    try {
      for (let n = 0; n < 6; n += 1) held.push(await pool.connect());
      const [read, report] = await Promise.all([
        nurse.get<{ code: string }>('/cases'),
        nurse.call<{ code: string }>(
          'POST',
          '/reports',
          { kind: 'initial', organisationId: house.organisation('hospital'), content: { impactLevel: 'D' } },
          { 'idempotency-key': crypto.randomUUID() },
        ),
      ]);
      expect([read.status, read.body.code]).toEqual([503, 'unavailable']);
      expect([report.status, report.body.code]).toEqual([503, 'unavailable']);
      expect(read.text + report.text).not.toMatch(INSIDE);
    } finally {
      for (const client of held) client.release();
    }
    expect((await nurse.get('/cases')).status).toBe(200);
  }, 120_000);

  test('KEY-11: a handler that fails in the middle answers a generic id; nothing of the fault is shown or half done', async () => {
    const owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
    const count = async () => (await owner.query('select count(*)::int as n from facts')).rows[0].n as number;
    const before = await count();
    await owner.query('alter table notices rename column route to route_gone');
    try {
      for (const [method, path, body] of [
        ['GET', `/cases/${caseId}`, undefined],
        ['GET', '/inbox', undefined],
        [
          'POST',
          '/reports',
          { kind: 'initial', organisationId: house.organisation('hospital'), content: contentD },
        ],
      ] as const) {
        const answer = await nurse.call<{ code: string; instance: string }>(method, path, body, {
          'idempotency-key': crypto.randomUUID(),
        });
        expect([path, answer.status, answer.body.code]).toEqual([path, 500, 'internal']);
        expect(answer.text).not.toMatch(INSIDE);
        expect(answer.text).not.toContain('route_gone');
        const logged = lines
          .join('')
          .split('\n')
          .filter((line) => line.includes(answer.body.instance));
        expect(logged.some((line) => line.includes('"fault"'))).toBe(true);
        expect(logged.join('')).not.toContain(contentD.description);
      }
    } finally {
      await owner.query('alter table notices rename column route_gone to route');
    }
    expect(await count()).toBe(before);
    await owner.end();
    await file('之後又能通報。');
  }, 120_000);

  const contentD = {
    impactLevel: 'D',
    description: '半途失敗的通報，不得外洩。',
    scope: '僅一處。',
    measures: '已處理。',
    contactPhone: STORY.phone,
  };
});

test('KEY-11: a relay whose name nobody knows keeps no report from being taken; who could not be told is visible', async () => {
  const house = await openHouse({ env: { SMTP_URL: 'smtp://relay.invalid:2525' } });
  try {
    const nurse = await house.open('nurse', { signedIn: 'by-call' });
    const answer = await nurse.call<{ number: string }>(
      'POST',
      '/reports',
      {
        kind: 'initial',
        organisationId: house.organisation('hospital'),
        content: {
          impactLevel: 'D',
          description: 'DNS',
          scope: 'x',
          measures: 'x',
          contactPhone: '02-0000-7777',
        },
      },
      { 'idempotency-key': crypto.randomUUID() },
    );
    expect(answer.status, answer.text).toBe(201);
    const tried = () =>
      house.asSystem((tx) =>
        tx.db.selectFrom('deliveries').select(['state', 'attempts', 'reason']).execute(),
      );
    const rows = await until(async () => {
      const found = await tried();
      return found.some((row) => row.attempts > 0) && found;
    });
    expect(rows.every((row) => row.state === 'queued')).toBe(true);
  } finally {
    await house.close();
  }
}, 120_000);
