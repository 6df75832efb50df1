/** A hundred thousand clocks running, and thousands of them due in the same second: how soon all have fired, and in which order. */
import pg from 'pg';
import { databaseOf } from '../test/faults/rig/product.ts';
import { quantile } from '../test/faults/rig/table.ts';
import { until } from '../test/support/wait.ts';
import type { Figure } from './figures.ts';
import { extendCases, makeOriginals } from './multiply.ts';
import { type Installation, install, type Sizes } from './setting.ts';

const PORT = 6380;
/** Of the clocks that come due, one in so many is of a case at level A. */
const GRAVE = 10;
/** Of the running clocks of a case, about so many are copied with it. */
const PER_CASE = 2;
/** Clients of the ceiling. */
const CLIENTS = 8;

/** What the database does of the same when nobody decides anything: lock, mark, one fact; as many at a time as we do. */
async function bareFirings(
  here: Installation,
  ids: readonly { id: string; case: string }[],
): Promise<number> {
  const waiting = [...ids];
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const url = new URL(databaseOf(here.folder).superuserUrl);
      url.pathname = '/tocsin';
      const client = new pg.Client({ connectionString: url.href });
      // When the server ends beneath it, the query says so.
      client.on('error', () => undefined);
      await client.connect();
      return client;
    }),
  );
  const began = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      for (let one = waiting.pop(); one; one = waiting.pop()) {
        await client.query('begin');
        await client.query({
          name: 'lock',
          text: 'select detail from cases where id = $1 for update',
          values: [one.case],
        });
        await client.query({
          name: 'mark',
          text: 'update clocks set warned_at = now() where id = $1',
          values: [one.id],
        });
        await client.query({
          name: 'fact',
          text: `insert into facts (stream, stream_id, seq, kind, data, at)
                 select 'bench', $1, coalesce(max(seq), 0) + 1, 'clock-overdue', '{}', now() from facts where stream_id = $1 and stream = 'bench'`,
          values: [one.id],
        });
        await client.query({
          name: 'case',
          text: 'update cases set changed_at = now() where id = $1',
          values: [one.case],
        });
        await client.query('commit');
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  await Promise.all(clients.map((client) => client.end()));
  return seconds;
}

/** Keeps the auditor from its work: it would rightly put back the times that are moved here by hand. Gives what ends that. */
async function holdAuditor(here: Installation): Promise<() => Promise<void>> {
  const url = new URL(databaseOf(here.folder).superuserUrl);
  url.pathname = '/tocsin';
  const client = new pg.Client({ connectionString: url.href });
  // When the server ends beneath it, nothing is left to be let go.
  client.on('error', () => undefined);
  await client.connect();
  await client.query('begin; lock table watch_state in access exclusive mode');
  return () => client.end();
}

/** All fired five seconds after they were due (aim), none early, none twice, the gravest first. */
export async function measureClocks(sizes: Sizes): Promise<Figure[]> {
  const here = await install({ port: PORT, reporters: 200, workers: 'web' });
  try {
    await makeOriginals(here);
    await extendCases(here, sizes.clocks / PER_CASE, 'whole', 0.99);
    await here.ask(`update clocks set next_at = null where next_at is not null`);
    // Every running clock is due tomorrow; so many, each of another case, in one second of its own.
    await here.ask(
      `update clocks set due_at = now() + interval '1 day', warn_at = null, next_at = now() + interval '1 day' where state = 'running'`,
    );
    const [live] = await here.ask<{ n: number }>(
      'select count(*)::int as n from clocks where next_at is not null',
    );
    const due = await here.ask<{ id: string; case: string; k: number }>(
      `select id, case_id as case, row_number() over (order by md5(id::text))::int as k from (
         select distinct on (c.case_id) c.id, c.case_id from clocks c join cases k on k.id = c.case_id
          where c.next_at is not null and c.definition = 'register' and k.open order by c.case_id, c.id) x
        order by md5(id::text) limit $1`,
      [sizes.due],
    );
    if (due.length < sizes.due) throw new Error(`only ${due.length} clocks could be made due`);
    const grave = due.filter((one) => one.k % GRAVE === 0);
    await here.ask(`update clocks set rank = 4 where id = any ($1::uuid[])`, [grave.map((one) => one.id)]);
    await here.ask('vacuum analyze clocks, cases, facts, notices');
    const ceiling = await bareFirings(here, due);
    await here.ask(
      `update cases set changed_at = now() - interval '1 day' where changed_at > now() - interval '1 hour'`,
    );
    await here.ask(`update watch_state set swept = 'ffffffff-ffff-ffff-ffff-ffffffffffff'`);
    // The moment is far enough for the workers to be up.
    const [moment] = await here.ask<{ at: Date }>(`select now() + interval '12 seconds' as at`);
    await here.ask(
      'update clocks set due_at = $2, next_at = $2, overdue_at = null, warned_at = null where id = any ($1::uuid[])',
      [due.map((one) => one.id), moment?.at],
    );
    await here.restart({ workers: 'web,work' });
    const letGo = await holdAuditor(here);
    await until(
      async () => {
        const [row] = await here.ask<{ n: number }>(
          'select count(*)::int as n from clocks where next_at <= now()',
        );
        return Date.now() > (moment?.at.getTime() ?? 0) + 500 && row?.n === 0;
      },
      { timeout: 300_000, every: 200, describe: 'every clock fired' },
    );
    await letGo();
    const fired = await here.ask<{ id: string; rank: number; ms: number }>(
      `select id, rank, extract(epoch from overdue_at - due_at)::float8 * 1000 as ms from clocks where id = any ($1::uuid[])`,
      [due.map((one) => one.id)],
    );
    const [facts] = await here.ask<{ n: number; kinds: number }>(
      `select count(*)::int as n, count(distinct data ->> 'clock')::int as kinds from facts
        where kind = 'clock-overdue' and stream = 'case' and data ->> 'clock' = any ($1::text[])`,
      [due.map((one) => one.id)],
    );
    const lags = fired.map((one) => one.ms);
    const graveLags = fired.filter((one) => one.rank === 4).map((one) => one.ms);
    const figure = (name: string, ours: number, unit: string, more: Partial<Figure> = {}): Figure => ({
      name,
      ours,
      unit,
      better: 'less',
      ...more,
    });
    return [
      figure('clocks running', live?.n ?? 0, '', { floor: sizes.clocks * 0.9, better: 'more' }),
      figure('fired early', lags.filter((ms) => ms < 0).length, '', { floor: 0 }),
      figure(
        'fired twice or never',
        Math.abs((facts?.n ?? 0) - due.length) + due.length - (facts?.kinds ?? 0),
        '',
        { floor: 0 },
      ),
      figure('due in one second → the last of level A fired', Math.max(...graveLags) / 1000, 's', { aim: 2 }),
      figure('due in one second → half fired', quantile(lags, 0.5) / 1000, 's'),
      {
        name: `due in one second → all ${sizes.due} fired`,
        ours: Math.max(...lags) / 1000,
        ceiling,
        unit: 's',
        judge: 'ratio',
        floor: 10,
        better: 'less',
      },
      figure('the same, against the aim', Math.max(...lags) / 1000, 's', { aim: 5 }),
    ];
  } finally {
    await here.close();
  }
}
