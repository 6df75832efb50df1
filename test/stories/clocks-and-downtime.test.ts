/** The clock of the database is set, or nobody was there for six hours: nothing early, nothing twice, the gravest first. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startClockWorker } from '../../src/cases/index.ts';
import type { AppContext } from '../../src/platform/context.ts';
import { createDatabase } from '../../src/platform/database.ts';
import { until } from '../support/wait.ts';
import { openStory, type Story } from './harness.ts';

let story: Story;
beforeAll(async () => {
  story = await openStory('2026-03-04T02:00:00+08:00');
});
afterAll(() => story.close());

const rows = async (sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
  (await story.world.owner.query(sql, values)).rows;

test('FLT-15: after six hours in which nothing ran everything overdue is told at once, once, the gravest first', async () => {
  const mild = await story.files('teacher', 'school', { impactLevel: 'D' });
  const grave = await story.files('teacher2', 'school2', { impactLevel: 'A' });
  await story.settle();
  story.sink.clear();
  story.clock.advance(6 * 3_600_000);
  await story.settle();
  const fired = await rows(
    `select stream_id as case, data ->> 'definition' as definition, at, data ->> 'dueAt' as due from facts
      where kind = 'clock-overdue' order by position`,
  );
  expect(fired[0]?.['case']).toBe(grave.caseId);
  expect(new Set(fired.map((one) => one['case']))).toEqual(new Set([grave.caseId, mild.caseId]));
  for (const one of fired)
    expect((one['at'] as Date).getTime()).toBeGreaterThan(Date.parse(String(one['due'])));
  expect(new Set(fired.map((one) => `${one['case']} ${one['definition']}`)).size).toBe(fired.length);
  // The convenor is rung once for the A that nobody confirmed, not once for each hour.
  expect(story.sink.mailTo('convenor@ey.example').length).toBe(1);
  const told = story.sink.messages.length;
  await story.settle();
  expect(story.sink.messages.length).toBe(told);
  expect(await rows(`select stream_id from facts where kind = 'clock-overdue'`)).toHaveLength(fired.length);
});

test('FLT-9: a database clock set forward by an hour and put right fires nothing early, and it is told', async () => {
  const { caseId } = await story.files('engineer', 'power', { impactLevel: 'D' });
  const { owner, urls } = story.world;
  await owner.query(`create schema skewed; grant usage on schema skewed to public;
    create table skewed.by (ms bigint); insert into skewed.by values (0); grant select on skewed.by to public;
    create function skewed.clock_timestamp() returns timestamptz language sql volatile as
      $f$ select pg_catalog.clock_timestamp() + (select ms from skewed.by) * interval '1 ms' $f$`);
  const url = new URL(urls.appUrl);
  url.searchParams.set('options', '-c search_path=skewed,pg_catalog,public');
  const database = createDatabase(url.href, { poolSize: 4 });
  let transactions = 0;
  const shift = () => {
    transactions += 1;
    return story.ctx.clock.shift();
  };
  const ctx: AppContext = { ...story.ctx, database, clock: { shift } };
  const jumps: number[] = [];
  const worker = startClockWorker(ctx, (ms) => jumps.push(Math.round(ms / 60_000)));
  const fired = () => rows(`select 1 from facts where stream_id = $1 and kind like 'clock-%'`, [caseId]);
  try {
    // Its first look says where the clock stands; from then on it notices.
    await until(() => transactions > 1);
    await owner.query('update skewed.by set ms = 3600000');
    await until(() => jumps.length > 0);
    expect(jumps[0]).toBe(60);
    expect(await fired()).toEqual([]);
    await owner.query('update skewed.by set ms = 0');
    await until(() => jumps.length > 1);
    expect(await fired()).toEqual([]);
  } finally {
    await worker.stop();
    await database.close();
  }
});
