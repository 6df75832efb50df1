/** Many clocks at once: written together, each as if it had been alone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fireDueClocks } from '../../src/cases/index.ts';
import { until } from '../support/wait.ts';
import { openStory, type Story } from './harness.ts';

let story: Story;
let ids: string[];
const DEPUTIES = ['deputy-convenor-edpc', 'deputy-convenor-natsec', 'deputy-convenor-stag'];
/** Some at each level, the grave ones neither first nor last to be filed. */
const LEVELS = [...Array(30).fill('D'), 'A', 'C', ...Array(30).fill('D'), 'A', 'B', 'C', 'D'] as string[];

beforeAll(async () => {
  story = await openStory('2026-03-04T02:00:00+08:00');
});
afterAll(() => story.close());

const rows = async <R extends object = Record<string, unknown>>(
  sql: string,
  values: unknown[] = [],
): Promise<R[]> => (await story.world.owner.query<R & Record<string, unknown>>(sql, values)).rows;

/** Clocks of these cases that have come to a moment nobody looked at. */
const left = async () =>
  (
    await rows<{ id: string }>(
      'select distinct case_id as id from clocks where case_id = any ($1::uuid[]) and next_at <= $2 order by 1',
      [ids, story.clock.now()],
    )
  ).map((row) => row.id);

async function filesAll(): Promise<void> {
  ids = [];
  for (const [number, impactLevel] of LEVELS.entries()) {
    const { caseId } = await story.files('teacher2', 'school2', {
      impactLevel,
      description: `第 ${number} 台主機中毒。`,
    });
    ids.push(caseId);
  }
}

/** What has fired of these cases, in the order it was written. */
const fired = () =>
  rows<{ clock: string; rank: number }>(
    `select f.data ->> 'clock' as clock, k.rank from facts f join clocks k on k.id = (f.data ->> 'clock')::uuid
      where f.kind = 'clock-overdue' and f.stream_id = any ($1::uuid[]) order by f.position`,
    [ids],
  );
const running = async () =>
  (
    await rows<{ id: string }>(
      'select id from clocks where case_id = any ($1::uuid[]) and due_at <= $2 and next_at is not null',
      [ids, story.clock.now()],
    )
  ).map((row) => row.id);

test('FLT-15 LOAD-12: what is due at once is fired together, each case with all that follows from it, the gravest first', async () => {
  await filesAll();
  story.clock.advance(31 * 60_000);
  const due = await running();
  await fireDueClocks(story.ctx);
  expect(await left()).toEqual([]);
  const all = await fired();
  expect(all.map((one) => one.clock).sort()).toEqual(due.sort());
  expect(all.map((one) => one.rank)).toEqual(all.map((one) => one.rank).toSorted((a, b) => b - a));
  // Fewer commits than clocks: they were written together.
  const [commits] = await rows<{ n: number }>(
    `select count(distinct xid)::int as n from facts where kind = 'clock-overdue' and stream_id = any ($1::uuid[])`,
    [ids],
  );
  expect(commits?.n).toBeLessThan(all.length / 5);
  // Each case is as its facts say, numbered without a gap, with notices and deliveries of its own.
  const odd = await rows(
    `select c.id from cases c where c.id = any ($1::uuid[]) and (
       c.revision <> (select count(*) from facts f where f.stream_id = c.id)
       or c.revision <> (select max(seq) from facts f where f.stream_id = c.id)
       or exists (select 1 from notices n where n.case_id = c.id
                   and not exists (select 1 from deliveries d where d.notice_id = n.id and d.case_id = c.id)))`,
    [ids],
  );
  expect(odd).toEqual([]);
  for (const id of ids) expect(await story.told(id, 'desk-silent')).toEqual(DEPUTIES);
}, 120_000);

test('INV-4 INV-10: two workers that look at the same moment fire each clock once', async () => {
  await filesAll();
  story.clock.advance(31 * 60_000);
  const due = await running();
  await Promise.all([fireDueClocks(story.ctx), fireDueClocks(story.ctx)]);
  expect(await left()).toEqual([]);
  expect((await fired()).map((one) => one.clock).sort()).toEqual(due.sort());
}, 120_000);

test('FLT-13: one clock that cannot fire is the only one that does not, and fires once it can', async () => {
  await filesAll();
  const poisoned = ids[20] as string;
  await story.world.owner.query(
    `create function poison() returns trigger language plpgsql as $f$ begin raise 'poison'; end $f$;
     create trigger poison before insert on facts for each row when (new.stream_id = '${poisoned}') execute function poison()`,
  );
  story.clock.advance(31 * 60_000);
  await fireDueClocks(story.ctx);
  expect(await left()).toEqual([poisoned]);
  await story.world.owner.query('drop trigger poison on facts; drop function poison()');
  await fireDueClocks(story.ctx);
  expect(await left()).toEqual([]);
  const twice = await rows(
    `select 1 from facts where kind = 'clock-overdue' and stream_id = any ($1::uuid[]) group by data ->> 'clock' having count(*) > 1`,
    [ids],
  );
  expect(twice).toEqual([]);
}, 120_000);

test('FLT-4: a case somebody else holds is waited for alone, and fires when he lets go', async () => {
  await filesAll();
  const held = ids[40] as string;
  const somebody = await story.world.owner.connect();
  await somebody.query('begin');
  await somebody.query('select 1 from cases where id = $1 for update', [held]);
  story.clock.advance(31 * 60_000);
  const firing = fireDueClocks(story.ctx);
  await until(async () => (await left()).every((id) => id === held), { timeout: 20_000 });
  expect(await left()).toEqual([held]);
  await somebody.query('commit');
  somebody.release();
  await firing;
  expect(await left()).toEqual([]);
}, 120_000);
