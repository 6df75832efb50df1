/**
 * ISO-7: what an outsider is told, word for word. Two nations that were one until 1,000 cases were filed behind the wall of
 * the second; the same long session in both; what is answered is written down and compared, and so is how long it takes.
 */

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { pack } from '../../src/directory/test-world.ts';
import type { AppContext } from '../../src/platform/context.ts';
import { createDatabase } from '../../src/platform/database.ts';
import { createSignals } from '../../src/platform/signals.ts';
import { openStory } from '../stories/harness.ts';
import { type Answer, bare, type Door, enforce, openDoor, openSessions, people } from './house.ts';

/** Filed behind the wall by the product's own way; all further ones are copies of their rows. */
const FILED = 20;

/** Who listens: nobody of them may know anything of a defence case under a pack without stubs. */
export const LISTENERS = ['engineer', 'moea-officer', 'officer', 'auditor', 'idle'] as const;

/** Copies every row of the hidden cases, with new ids and numbers, until there are `total` of them. */
async function multiply(owner: pg.Pool, total: number): Promise<void> {
  const copies = Math.ceil(total / FILED) - 1;
  const columnsOf = async (table: string) =>
    (
      await owner.query<{ name: string }>(
        `select column_name as name from information_schema.columns where table_name = $1 and is_identity = 'NO'
           and column_name <> 'xid' order by ordinal_position`,
        [table],
      )
    ).rows.map((row) => row.name);
  const fresh = (column: string) =>
    `overlay(overlay(md5(t.${column}::text || '#' || n) placing '4' from 13 for 1) placing '8' from 17 for 1)::uuid`;
  const copy = async (table: string, changed: Record<string, string>, where: string) => {
    const names = await columnsOf(table);
    await owner.query(
      `insert into ${table} (${names.map((name) => `"${name}"`).join(', ')})
       select ${names.map((name) => changed[name] ?? `t."${name}"`).join(', ')}
         from ${table} t cross join generate_series(1, ${copies}) n where ${where}`,
    );
  };
  await owner.query(`create table originals as select id from cases where compartment is not null`);
  const ours = (column: string) => `t.${column} in (select id from originals)`;
  const number = `t.number || '-' || n`;
  await copy(
    'cases',
    {
      id: fresh('id'),
      incident_id: fresh('incident_id'),
      number,
      seq: `t.seq + n * 10000`,
      detail: `t.detail || jsonb_build_object('id', ${fresh('id')}, 'number', ${number}, 'seq', t.seq + n * 10000)`,
    },
    ours('id'),
  );
  await copy('reports', { id: fresh('id'), case_id: fresh('case_id') }, ours('case_id'));
  await copy(
    'report_persons',
    { report_id: fresh('report_id') },
    't.report_id in (select id from reports where case_id in (select id from originals))',
  );
  await copy('facts', { stream_id: fresh('stream_id') }, ours('stream_id'));
  await copy('clocks', { id: fresh('id'), case_id: fresh('case_id') }, ours('case_id'));
  await copy('messages', { id: fresh('id'), case_id: fresh('case_id') }, ours('case_id'));
  await copy('notices', { id: fresh('id'), case_id: fresh('case_id') }, ours('case_id'));
  await copy(
    'deliveries',
    { id: fresh('id'), notice_id: fresh('notice_id'), case_id: fresh('case_id') },
    ours('case_id'),
  );
  await owner.query('drop table originals');
}

/** One of the two nations, with a door of its own. */
export interface Twin {
  readonly ctx: AppContext;
  readonly door: Door;
  readonly owner: pg.Pool;
  close(): Promise<void>;
}

/** The same server's address for another of its databases. */
function within(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** Makes both nations: `without` and `with` so many hidden cases; otherwise row for row the same. */
export async function openTwins(
  hidden: number,
): Promise<{ without: Twin; with: Twin; close(): Promise<void> }> {
  const story = await openStory('2026-03-05T08:00:00+08:00', people);
  // The strictest reading of DEC-19: not even a stub at the centre.
  await enforce(story.ctx, {
    ...pack,
    compartments: pack.compartments.map((compartment) => ({ ...compartment, stub: [] })),
  });
  for (const [filer, body] of [
    ['engineer', 'power'],
    ['teacher', 'school'],
    ['nurse', 'hospital'],
  ] as const) {
    for (const level of ['D', 'C', 'D', 'D']) {
      const { caseId } = await story.files(filer, body, {
        impactLevel: level,
        description: `${body} ${level}。`,
      });
      if (level === 'C') await story.does('officer', caseId, { act: 'register' });
    }
  }
  await story.at('08:30');
  const tokens = await openSessions(story.ctx);
  const superuser = new pg.Client({ connectionString: within(story.world.urls.superuserUrl, 'postgres') });
  await superuser.connect();
  const made: string[] = [];
  // Its connections are ended for each copy; what idles then is no news.
  story.world.owner.on('error', () => undefined);
  /** A copy of the story's database as it is now. */
  const copy = async (): Promise<string> => {
    const name = `t_${randomBytes(6).toString('hex')}`;
    await superuser.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${story.world.urls.name}'`,
    );
    await superuser.query(
      `create database ${name} owner tocsin_owner template ${story.world.urls.name} strategy file_copy`,
    );
    await superuser.query(`revoke all on database ${name} from public`);
    await superuser.query(`grant connect on database ${name} to tocsin_app`);
    made.push(name);
    return name;
  };
  const firstCopy = await copy();
  for (let n = 0; n < FILED; n += 1) {
    const level = ['A', 'B', 'C', 'D', 'D'][n % 5] as string;
    const { caseId } = await story.files('captain', 'brigade', {
      impactLevel: level,
      description: `衛星鏈路遭干擾 ${n}。`,
      affectedSectors: n % 2 === 0 ? ['telecom', 'electricity'] : [],
    });
    if (n % 2 === 0) {
      await story.does('mnd-officer', caseId, { act: 'register' });
      await story.does('mnd-officer', caseId, { act: 'message', text: '內部訊息' });
    }
  }
  await multiply(story.world.owner, hidden);
  const secondCopy = await copy();

  const open = async (name: string): Promise<Twin> => {
    const owner = new pg.Pool({ connectionString: within(story.world.urls.ownerUrl, name), max: 1 });
    await owner.query('vacuum analyze');
    const database = createDatabase(within(story.world.urls.appUrl, name), { poolSize: 4 });
    const ctx: AppContext = { ...story.ctx, database, signals: createSignals() };
    const door = await openDoor(ctx);
    await door.admit(tokens);
    return {
      ctx,
      door,
      owner,
      async close() {
        await door.close();
        await database.close();
        await owner.end();
      },
    };
  };
  const [without, withThem] = [await open(firstCopy), await open(secondCopy)];
  return {
    without,
    with: withThem,
    async close() {
      await without.close();
      await withThem.close();
      for (const name of made) await superuser.query(`drop database if exists ${name} with (force)`);
      await superuser.end();
      await story.close();
    },
  };
}

/** A request of the session; what it needs of earlier answers it takes from `seen`. */
export interface Step {
  readonly what: string;
  readonly ask: (seen: Map<string, Answer>) => readonly [method: string, path: string, body?: object];
}

const json = <T>(answer: Answer | undefined): T => (answer?.json ?? {}) as T;
const UNUSED = '018f0000-0000-7000-8000-00000000dead';

/** Everything somebody curious looks at; nothing in it changes anything. */
export function readings(organisation: Record<string, string>): Step[] {
  const get = (path: string): Step => ({ what: `GET ${path}`, ask: () => ['GET', path] });
  const next = (path: string, before: string): Step => ({
    what: `${before} →`,
    ask: (seen) => {
      const cursor = json<{ nextCursor?: string | null }>(seen.get(before)).nextCursor;
      return ['GET', cursor ? `${path}&cursor=${cursor}` : path];
    },
  });
  const first = (seen: Map<string, Answer>) =>
    json<{ items?: { id: string }[] }>(seen.get('GET /cases?limit=100')).items?.[0]?.id ?? UNUSED;
  return [
    get('/session'),
    get('/cases?limit=100'),
    get('/cases?limit=3'),
    next('/cases?limit=3', 'GET /cases?limit=3'),
    next('/cases?limit=3', 'GET /cases?limit=3 →'),
    ...[
      'order=gravest',
      'order=oldest',
      'level=A',
      'level=D',
      'open=yes',
      'open=no',
      'state=reported',
      'taken=nobody',
    ].map((filter) => get(`/cases?limit=50&${filter}`)),
    get(`/cases?organisationId=${organisation['mnd']}`),
    get(`/cases?organisationId=${organisation['brigade']}`),
    get('/cases?subgroup=sg-defence'),
    get('/cases?subgroup=sg-enterprise-1'),
    ...['DEF', 'DEF-115-0001', '衛星', '115-', '通信大隊', 'brigade', '某'].map((q) =>
      get(`/cases?q=${encodeURIComponent(q)}`),
    ),
    get('/cases.csv'),
    get('/queue'),
    get('/inbox?limit=50'),
    get('/inbox?waiting=yes'),
    get('/looks'),
    get('/drafts'),
    get('/organisations?limit=100'),
    get('/organisations?q=' + encodeURIComponent('國防')),
    get('/organisations?q=brigade'),
    get('/organisations?sector=defence'),
    get(`/organisations/${organisation['mnd']}`),
    get(`/organisations/${organisation['brigade']}`),
    get('/groups'),
    get('/coverage'),
    get('/mechanism'),
    get(`/cases/${UNUSED}`),
    get('/no-such-page'),
    { what: 'the newest case', ask: (seen) => ['GET', `/cases/${first(seen)}`] },
    { what: 'it again with If-None-Match', ask: (seen) => ['GET', `/cases/${first(seen)}`] },
    {
      what: 'what an act would do',
      ask: (seen) => ['POST', `/cases/${first(seen)}/acts/preview`, { act: 'take', revision: 1 }],
    },
    {
      what: 'whom a report would tell',
      ask: () => ['POST', '/reports/preview', { organisationId: organisation['power'], impactLevel: 'A' }],
    },
    {
      what: 'whom a report of the brigade would tell',
      ask: () => ['POST', '/reports/preview', { organisationId: organisation['brigade'], impactLevel: 'A' }],
    },
  ];
}

/** What the listener then does himself: numbers, answers and receipts must go on as if nothing else had happened. */
export function doings(code: string, organisation: Record<string, string>): Step[] {
  const form = {
    impactLevel: 'D',
    description: '測試。',
    scope: 'x',
    measures: 'x',
    contactPhone: '02-0000-1234',
  };
  const own = (seen: Map<string, Answer>) => json<{ caseId?: string }>(seen.get('a report')).caseId ?? UNUSED;
  const revision = (seen: Map<string, Answer>) =>
    json<{ case?: { revision: number } }>(seen.get('its page')).case?.revision ?? 1;
  if (code === 'engineer') {
    return [
      {
        what: 'a report',
        ask: () => [
          'POST',
          '/reports',
          { kind: 'initial', organisationId: organisation['power'], content: form },
        ],
      },
      { what: 'its page', ask: (seen) => ['GET', `/cases/${own(seen)}`] },
      {
        what: 'a further report',
        ask: (seen) => [
          'POST',
          '/reports',
          { kind: 'follow-up', caseId: own(seen), organisationId: organisation['power'], content: form },
        ],
      },
      {
        what: 'another report',
        ask: () => [
          'POST',
          '/reports',
          { kind: 'initial', organisationId: organisation['power'], content: form },
        ],
      },
      { what: 'the list afterwards', ask: () => ['GET', '/cases?limit=100'] },
    ];
  }
  if (code === 'officer') {
    return [
      { what: 'the list', ask: () => ['GET', '/cases?limit=100'] },
      {
        what: 'a report',
        ask: () => [
          'POST',
          '/reports',
          { kind: 'initial', organisationId: organisation['school'], channel: 'telephone', content: form },
        ],
      },
      { what: 'its page', ask: (seen) => ['GET', `/cases/${own(seen)}`] },
      {
        what: 'taken',
        ask: (seen) => ['POST', `/cases/${own(seen)}/acts`, { act: 'take', revision: revision(seen) }],
      },
      { what: 'the queue afterwards', ask: () => ['GET', '/queue'] },
    ];
  }
  return [{ what: 'the list afterwards', ask: () => ['GET', '/cases?limit=100'] }];
}

/** Asks one step of one person. */
export async function take(twin: Twin, code: string, step: Step, seen: Map<string, Answer>): Promise<Answer> {
  const [method, path, body] = step.ask(seen);
  const answer = await twin.door.ask(code, method, path, body, { 'if-none-match': '*' });
  seen.set(step.what, answer);
  return answer;
}

/**
 * The session as text, byte for byte as answered, except for what no two requests share: the request's id, the moment
 * of looking, and ids made during the session, which are named by the order of their appearance.
 */
export async function transcript(
  twin: Twin,
  code: string,
  steps: readonly Step[],
  since: Date,
  known: ReadonlySet<string>,
): Promise<string> {
  const seen = new Map<string, Answer>();
  const made = new Map<string, string>();
  const lines: string[] = [];
  for (const step of steps) {
    const text = bare(await take(twin, code, step, seen))
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (at) => (new Date(at) >= since ? '(now)' : at))
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
        if (known.has(id)) return id;
        if (!made.has(id)) made.set(id, `(id ${made.size + 1})`);
        return made.get(id) as string;
      });
    lines.push(`${step.what}\n${text}`);
  }
  return lines.join('\n');
}

/** Ids of both nations that were there before the session. */
export async function idsOf(twin: Twin): Promise<Set<string>> {
  const { rows } = await twin.owner.query<{ id: string }>(
    ['cases', 'reports', 'notices', 'organisations', 'posts', 'persons', 'clocks', 'sessions', 'messages']
      .map((table) => `select id::text as id from ${table}`)
      .join(' union all '),
  );
  return new Set([...rows.map((row) => row.id), UNUSED]);
}

/** Two-sided p of the Mann–Whitney test by its normal approximation, with the correction for ties. */
export function mannWhitney(a: readonly number[], b: readonly number[]): number {
  const all = [
    ...a.map((value) => ({ value, first: true })),
    ...b.map((value) => ({ value, first: false })),
  ].sort((x, y) => x.value - y.value);
  let rankSum = 0;
  let ties = 0;
  for (let at = 0; at < all.length; ) {
    let end = at;
    while (end < all.length && all[end]?.value === all[at]?.value) end += 1;
    const rank = (at + 1 + end) / 2;
    for (let i = at; i < end; i += 1) if (all[i]?.first) rankSum += rank;
    ties += (end - at) ** 3 - (end - at);
    at = end;
  }
  const [n, m] = [a.length, b.length];
  const u = rankSum - (n * (n + 1)) / 2;
  const total = n + m;
  const deviation = Math.sqrt(((n * m) / 12) * (total + 1 - ties / (total * (total - 1))));
  const z = deviation === 0 ? 0 : Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / deviation;
  return 2 * (1 - normal(z));
}

/** The normal distribution function (Abramowitz and Stegun 26.2.17). */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const poly =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
}
