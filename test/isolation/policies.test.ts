/** Separation in the database itself: the application's role, its policies, and connections that pass from hand to hand. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Actor, SYSTEM } from '../../src/platform/actor.ts';
import { createDatabase } from '../../src/platform/database.ts';
import { read, write } from '../../src/platform/transaction.ts';
import { openStory, type Story } from '../stories/harness.ts';
import { people } from './house.ts';
import { NOT_OURS, TABLES } from './tables.ts';

let story: Story;
let app: pg.Pool;
let hidden: string;

beforeAll(async () => {
  story = await openStory('2026-03-05T09:00:00+08:00', people);
  app = new pg.Pool({ connectionString: story.world.urls.appUrl, max: 1 });
  app.on('error', () => undefined);
  await story.files('teacher', 'school', { impactLevel: 'D' });
  hidden = (await story.files('captain', 'brigade', { impactLevel: 'A' })).caseId;
  await story.does('mnd-officer', hidden, { act: 'message', text: '內部' });
}, 120_000);
afterAll(async () => {
  await app.end();
  await story.close();
});

const tables = async () =>
  (
    await story.world.owner.query<{ name: string; enabled: boolean; forced: boolean; owner: string }>(
      `select relname as name, relrowsecurity as enabled, relforcerowsecurity as forced, pg_get_userbyid(relowner) as owner
         from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')`,
    )
  ).rows.filter(({ name }) => !NOT_OURS.test(name));

/** Rows each table shows to a transaction with these keys. */
async function counts(actor: Actor, writing = false): Promise<Record<string, number>> {
  const look = writing ? write : read;
  return look(story.ctx.database, actor, story.ctx.clock, async (tx) => {
    const found: Record<string, number> = {};
    for (const name of Object.keys(TABLES)) {
      const [row] = await tx.query<{ n: number }>(
        `select count(*)::int as n from ${pg.escapeIdentifier(name)}`,
        [],
      );
      found[name] = row?.n ?? -1;
    }
    return found;
  });
}

describe('the application’s role', () => {
  test('ISO-4: owns nothing, is no superuser, and row-level security binds it', async () => {
    const { rows } = await app.query(
      'select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = current_user',
    );
    expect(rows).toEqual([
      {
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
      },
    ]);
    const { rows: roles } = await app.query(
      `select r.rolname from pg_roles r where pg_has_role(current_user, r.oid, 'member') and r.rolname <> current_user`,
    );
    expect(roles).toEqual([]);
    expect((await tables()).filter(({ owner }) => owner === 'tocsin_app')).toEqual([]);
  });

  test('ISO-4: every table is in the reviewed list, has forced row-level security and a rule for reading', async () => {
    const all = await tables();
    expect(all.map(({ name }) => name).sort()).toEqual(Object.keys(TABLES).sort());
    expect(all.filter(({ enabled, forced }) => !enabled || !forced)).toEqual([]);
    const { rows: policies } = await story.world.owner.query<{
      table: string;
      name: string;
      cmd: string;
      roles: string;
      using: string | null;
      checks: string | null;
    }>(
      `select tablename as table, policyname as name, cmd, roles::text as roles, qual as using, with_check as checks
         from pg_policies where schemaname = 'public'`,
    );
    for (const { name } of all) {
      const reads = policies.filter((one) => one.table === name && one.cmd === 'SELECT');
      expect(reads.length, `${name}: a rule for reading`).toBeGreaterThan(0);
      for (const { using } of reads) expect(using, name).toMatch(/actor_keys|actor_writing|EXISTS/);
    }
    // Nobody but the owner has a rule for everything; writing always asks for the second word.
    expect(policies.filter((one) => one.cmd === 'ALL' && one.roles !== '{tocsin_owner}')).toEqual([]);
    for (const one of policies.filter(({ cmd }) => ['INSERT', 'UPDATE', 'DELETE'].includes(cmd)))
      expect(`${one.using ?? ''}${one.checks ?? ''}`, `${one.table} ${one.cmd}`).toContain('actor_writing()');
  });

  test('ISO-4: a transaction that has not said who asks sees no row of any table, and changes none', async () => {
    const mine = await counts({ personId: null, keys: [] });
    expect(Object.entries(mine).filter(([, n]) => n !== 0)).toEqual([]);
    // Not by accident: the rows are there.
    const all = await counts(SYSTEM, true);
    expect(all['cases']).toBe(2);
    for (const name of ['persons', 'holdings', 'groups', 'facts', 'notices', 'organisations', 'packs'])
      expect(all[name], name).toBeGreaterThan(0);
    // Outside any transaction of ours, by a bare connection.
    for (const name of Object.keys(TABLES)) {
      const { rows } = await app.query(`select 1 from ${pg.escapeIdentifier(name)} limit 1`);
      expect(rows, name).toEqual([]);
    }
    await expect(app.query(`update cases set summary = 'x'`)).resolves.toMatchObject({ rowCount: 0 });
    await expect(app.query(`insert into workers (id, beat_at) values ('x', now())`)).rejects.toThrow(
      'row-level security',
    );
  });

  test('ISO-4: what runs with the owner’s rights is looked over, function by function, and shows nothing to whoever said nothing', async () => {
    const { rows } = await story.world.owner.query<{ name: string; path: string | null }>(
      `select p.proname as name, array_to_string(p.proconfig, ' ') as path from pg_proc p
        where p.prosecdef and p.pronamespace = 'public'::regnamespace order by 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'analysis_counts',
      'cases_beside',
      'cases_listed',
      'cases_queue_counts',
      'cases_queued',
      'cases_since',
      'directory_changed',
      'outcome_counts',
      'roster_changed',
      'situation_clocks',
      'situation_feed',
      'situation_flow',
      'situation_open',
      'situation_pressing',
      'situation_waiting',
      'support_cases',
    ]);
    // A function of the owner's that looks names up wherever the caller says would do the caller's will.
    for (const { name, path } of rows) expect(path, name).toContain('search_path=public');
    expect((await app.query('select * from support_cases(true, 100)')).rows).toEqual([]);
    const everMade = `select * from analysis_counts('live', '{-infinity,infinity}')`;
    expect((await app.query(everMade)).rows).toEqual([]);
    expect((await app.query(everMade.replace('analysis_counts', 'outcome_counts'))).rows).toEqual([]);
    const all = `select * from cases_listed(null, null, null, null, null, null, null, false, null, null, 'newest', null, null, null, 100)`;
    expect((await app.query(all)).rows).toEqual([]);
    // Whoever asks as if he worked every desk is told what his own keys show, and nothing when he has none.
    const desks = `array(select code from groups)`;
    const queue = [
      `select * from cases_queued(true, ${desks}, now(), 100)`,
      `select * from cases_queue_counts(true, ${desks}, now()) where "all" > 0`,
      `select * from cases_beside(array(select case_id from facts f, lateral (select f.stream_id as case_id) x), now())`,
    ];
    for (const sql of queue) expect((await app.query(sql)).rows, sql).toEqual([]);
    const { rows: ids } = await story.world.owner.query<{ id: string }>('select id from cases');
    const groups = (await story.world.owner.query<{ code: string }>('select code from groups')).rows.map(
      ({ code }) => code,
    );
    for (const code of ['teacher', 'captain', 'engineer', 'officer', 'mnd-officer']) {
      await read(story.ctx.database, await story.person(code), story.ctx.clock, async (tx) => {
        const own = (await tx.query<{ id: string }>('select id from cases where open', [])).map(
          ({ id }) => id,
        );
        const [counts] = await tx.query<{ all: number }>(
          'select "all" from cases_queue_counts(true, $1, now())',
          [groups],
        );
        const queued = await tx.query<{ case_id: string }>(
          'select case_id from cases_queued(true, $1, now(), 10000)',
          [groups],
        );
        expect(new Set(queued.map((row) => row.case_id)), code).toEqual(new Set(own));
        expect([code, counts?.all]).toEqual([code, own.length]);
        const beside = await tx.query<{ case_id: string }>('select case_id from cases_beside($1, now())', [
          ids.map(({ id }) => id),
        ]);
        const visible = await tx.query<{ id: string }>('select id from cases', []);
        expect(new Set(beside.map((row) => row.case_id)), code).toEqual(new Set(visible.map(({ id }) => id)));
      });
    }
    const seen = async (code: string) =>
      (await read(story.ctx.database, await story.person(code), story.ctx.clock, (tx) => tx.query(all, [])))
        .length;
    expect([
      await seen('teacher'),
      await seen('captain'),
      await seen('engineer'),
      await seen('officer'),
    ]).toEqual([1, 1, 0, 1]);
  });

  test('ISO-4, ISO-7: the situation is made of what its reader sees, and of nothing for whoever said nothing', async () => {
    const kinds = `array(select distinct kind from facts)::text[] || '{opened,filed,acknowledged}'`;
    const ids = {
      cases: `select case_id as id from cases_since('live', '-infinity', 10000)`,
      facts: `select case_id || '/' || fact_seq as id from situation_feed('live', ${kinds}, '-infinity', 10000)`,
      clocks: `select clock_id as id from situation_clocks('live', 10000)`,
      notices: `select notice_id as id from situation_waiting('live', 10000)`,
      counts: `select level as id from situation_open('live')`,
      hours: `select level as id from situation_flow('live', '-infinity')`,
    };
    const own = {
      cases: 'select id from cases',
      facts: `select stream_id || '/' || seq as id from facts where stream = 'case' and kind = any (${kinds})`,
      clocks: `select id from clocks where state = 'running'`,
      notices: `select n.id from notices n join cases c on c.id = n.case_id
                 where n.expects <> 'none' and n.acknowledged_at is null and n.closed_at is null`,
    };
    for (const sql of Object.values(ids)) expect((await app.query(sql)).rows, sql).toEqual([]);
    const pressing = `select overdue + waiting + late as n from situation_pressing('live', now(), 1000)`;
    expect((await app.query(pressing)).rows).toEqual([{ n: 0 }]);
    for (const code of ['teacher', 'captain', 'engineer', 'officer', 'mnd-officer', 'auditor']) {
      await read(story.ctx.database, await story.person(code), story.ctx.clock, async (tx) => {
        const set = async (sql: string) =>
          (await tx.query<{ id: string }>(sql, [])).map(({ id }) => id).sort();
        for (const what of ['cases', 'facts', 'clocks', 'notices'] as const)
          expect(await set(ids[what]), `${code} ${what}`).toEqual(await set(own[what]));
        const [counted] = await tx.query<{ n: number }>(
          `select coalesce(sum(cases), 0)::int as n from situation_open('live')`,
          [],
        );
        const [there] = await tx.query<{ n: number }>('select count(*)::int as n from cases where open', []);
        expect([code, counted]).toEqual([code, there]);
      });
    }
  });

  test('ISO-13: cannot become another, read the server’s files, run its programs or leave it', async () => {
    const attempts: readonly [string, string][] = [
      ['set role tocsin_owner', 'permission denied'],
      ['set session authorization tocsin_owner', 'permission denied'],
      [`copy cases to '/tmp/x'`, 'permission denied'],
      [`copy cases from program 'id'`, 'permission denied'],
      [`copy (select 1) to program 'id'`, 'permission denied'],
      [`select pg_read_file('postgresql.conf')`, 'permission denied'],
      [`select pg_read_binary_file('PG_VERSION')`, 'permission denied'],
      [`select pg_ls_dir('.')`, 'permission denied'],
      [`select lo_import('/etc/passwd')`, 'permission denied'],
      [`create extension dblink`, 'permission denied'],
      [`select dblink('dbname=postgres', 'select 1')`, 'does not exist'],
      ['create table loot (a int)', 'permission denied'],
      ['create schema loot', 'permission denied'],
      [`create function loot() returns int language sql security definer as 'select 1'`, 'permission denied'],
      ['alter table cases disable row level security', 'must be owner'],
      ['alter table cases no force row level security', 'must be owner'],
      ['drop policy reads on cases', 'must be owner'],
      ['create policy loot on cases using (true)', 'must be owner'],
      ['truncate cases', 'permission denied'],
      ['delete from facts', 'permission denied'],
      [`update facts set data = '{}'`, 'permission denied'],
      ['set row_security = off; select * from cases', 'row-level security'],
      ['alter role tocsin_app bypassrls', 'permission denied|must have|must be'],
      ['select * from pg_authid', 'permission denied'],
      ["do $$ begin execute 'set role tocsin_owner'; end $$", 'permission denied'],
    ];
    for (const [statement, why] of attempts) {
      await expect(app.query(statement), statement).rejects.toThrow(new RegExp(why));
    }
    await app.query('set row_security = on');
    // What the planner knows of the values in hidden rows is not shown either.
    const { rows } = await app.query(`select tablename from pg_stats where schemaname = 'public'`);
    expect(rows).toEqual([]);
  });
});

describe('one rule guards every row behind the wall', () => {
  const OUTSIDERS = ['teacher', 'engineer', 'moe-officer', 'officer', 'auditor', 'observer', 'admin', 'idle'];

  test('DEC-19 ISO-4: no outsider’s keys show a body, a post, a person, a holding or a row of a case from behind the wall', async () => {
    for (const code of OUTSIDERS) {
      const actor = await story.person(code);
      const found = await read(story.ctx.database, actor, story.ctx.clock, async (tx) => ({
        persons: await tx.query(
          `select code from persons where code in ('captain', 'colonel', 'mnd-admin')`,
          [],
        ),
        bodies: await tx.query(`select code from organisations where code = 'brigade'`, []),
        posts: await tx.query(
          `select code from posts where code in ('contact-brigade', 'administrator-mnd')`,
          [],
        ),
        holdings: await tx.query(`select h.id from holdings h where h.person_id = any ($1::uuid[])`, [
          [(await story.person('captain')).personId, (await story.person('colonel')).personId],
        ]),
        facts: await tx.query('select 1 from facts where compartment is not null', []),
        cases: await tx.query('select 1 from cases where compartment is not null', []),
        reports: await tx.query('select 1 from reports where case_id = $1', [hidden]),
        // Notices of the content-free kind are their own reader's.
        notices: await tx.query(
          `select 1 from notices where compartment is not null and coalesce(data ->> 'closed', '') <> 'true'`,
          [],
        ),
        numbers: await tx.query('select 1 from case_numbers', []),
      }));
      for (const [what, rows] of Object.entries(found)) expect([code, what, rows]).toEqual([code, what, []]);
    }
    const inside = await story.person('mnd-officer');
    const own = await read(story.ctx.database, inside, story.ctx.clock, (tx) =>
      tx.query<{ code: string }>(
        `select code from persons where code in ('captain', 'colonel') order by code`,
        [],
      ),
    );
    expect(own.map((row) => row.code)).toEqual(['captain', 'colonel']);
  });

  test('ISO-12: of the record of what was done a sector’s officer sees the facts of the cases he sees, and no others', async () => {
    const actor = await story.person('moe-officer');
    const facts = await read(story.ctx.database, actor, story.ctx.clock, (tx) =>
      tx.query<{ stream: string; organisation: string }>(
        `select distinct f.stream, c.organisation_id as organisation from facts f left join cases c on c.id = f.stream_id`,
        [],
      ),
    );
    expect(facts).toEqual([{ stream: 'case', organisation: await story.organisation('school') }]);
  });

  test('ISO-4: a table somebody adds and forgets to guard is found by the reviewed list', async () => {
    await story.world.owner.query('create table forgotten (a int)');
    try {
      const all = await tables();
      expect(all.map(({ name }) => name).filter((name) => !(name in TABLES))).toEqual(['forgotten']);
      expect(all.filter(({ enabled, forced }) => !enabled || !forced).map(({ name }) => name)).toEqual([
        'forgotten',
      ]);
    } finally {
      await story.world.owner.query('drop table forgotten');
    }
  });
});

describe('a connection that passes from hand to hand', () => {
  /** Everything on one connection, so that whatever one leaves behind the next would find. */
  async function one<T>(work: (database: ReturnType<typeof createDatabase>) => Promise<T>): Promise<T> {
    const database = createDatabase(story.world.urls.appUrl, { poolSize: 1, statementTimeout: 300 });
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  }
  const COUNT = `select (select count(*)::int from cases) as cases, coalesce(current_setting('tocsin.keys', true), '') as keys,
    coalesce(current_setting('tocsin.writing', true), '') as writing, pg_backend_pid() as pid`;
  type Seen = { cases: number; keys: string; writing: string; pid: number };

  test('ISO-5: whatever became of the defence officer’s request, the next sees none of it', async () => {
    const captain = await story.person('captain');
    const engineer = await story.person('engineer');
    const ends: readonly [string, (database: ReturnType<typeof createDatabase>) => Promise<unknown>][] = [
      ['went well', (database) => write(database, captain, story.ctx.clock, (tx) => tx.query(COUNT, []))],
      [
        'threw',
        (database) =>
          write(database, captain, story.ctx.clock, async (tx) => {
            await tx.query(COUNT, []);
            throw new Error('on purpose');
          }),
      ],
      [
        'broke in the database',
        (database) => write(database, captain, story.ctx.clock, (tx) => tx.query('select 1 / 0', [])),
      ],
      [
        'took too long',
        (database) => write(database, captain, story.ctx.clock, (tx) => tx.query('select pg_sleep(5)', [])),
      ],
      [
        'was cancelled',
        (database) =>
          write(database, captain, story.ctx.clock, async (tx) => {
            const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid', []);
            const slow = tx.query('select pg_sleep(0.25)', []).catch((error: unknown) => error);
            await story.world.owner.query('select pg_cancel_backend($1)', [row?.pid]).catch(() => undefined);
            const superuser = new pg.Client({ connectionString: story.world.urls.superuserUrl });
            await superuser.connect();
            await superuser.query('select pg_cancel_backend($1)', [row?.pid]);
            await superuser.end();
            const error = await slow;
            if (error instanceof Error) throw error;
          }),
      ],
    ];
    for (const [how, ending] of ends) {
      await one(async (database) => {
        const before = (await database.pool.query<Seen>(COUNT)).rows[0];
        await ending(database).catch(() => undefined);
        const bareSeen = (await database.pool.query<Seen>(COUNT)).rows[0];
        expect([how, bareSeen]).toEqual([how, { cases: 0, keys: '', writing: '', pid: before?.pid }]);
        const [next] = await read(database, engineer, story.ctx.clock, (tx) => tx.query<Seen>(COUNT, []));
        expect([how, next?.cases, next?.pid]).toEqual([how, 0, before?.pid]);
        expect(next?.keys).not.toContain('group:sg-defence');
      });
    }
  });

  test('ISO-5: two at once on few connections never see with each other’s keys', async () => {
    const database = createDatabase(story.world.urls.appUrl, { poolSize: 2 });
    try {
      const actors = await Promise.all(
        ['captain', 'engineer', 'teacher', 'mnd-officer'].map((code) => story.person(code)),
      );
      const expected = [1, 0, 1, 1];
      const seen = await Promise.all(
        Array.from({ length: 200 }, (_, n) =>
          read(database, actors[n % 4] as Actor, story.ctx.clock, (tx) => tx.query<Seen>(COUNT, [])),
        ),
      );
      expect(seen.map(([row]) => row?.cases)).toEqual(Array.from({ length: 200 }, (_, n) => expected[n % 4]));
    } finally {
      await database.close();
    }
  });
});
