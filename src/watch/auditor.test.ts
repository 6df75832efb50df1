/** Rows are taken away and altered behind the product's back; the auditor finds it, repairs it, and says so. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStory, type Story } from '../../test/stories/harness.ts';
import { SYSTEM } from '../platform/actor.ts';
import { read } from '../platform/transaction.ts';
import { auditPass, raiseStuck } from './index.ts';
import { standing } from './store.ts';

let story: Story;
beforeAll(async () => {
  story = await openStory('2026-03-04T08:00:00+08:00');
});
afterAll(() => story.close());

const breakIt = (sql: string, values: unknown[] = []) => story.world.owner.query(sql, values);
const rows = async (sql: string, values: unknown[] = []) => (await story.world.owner.query(sql, values)).rows;
const kinds = (pass: Awaited<ReturnType<typeof auditPass>>) =>
  pass.audits
    .flatMap((one) => one.findings.map(({ kind, repaired }) => `${kind}${repaired ? '' : '!'}`))
    .sort();

/** A case somebody has filed, confirmed as A, with whatever follows delivered. */
async function topCase(): Promise<string> {
  const { caseId } = await story.files('teacher', 'school', { impactLevel: 'A' });
  await story.does('officer', caseId, { act: 'confirm-level', level: 'A', reason: '理由' });
  await story.settle();
  return caseId;
}

test('INV-2: a nation nobody has touched is whole, and a pass says that it has been', async () => {
  await topCase();
  const pass = await auditPass(story.ctx);
  expect(kinds(pass)).toEqual([]);
  expect(pass.looked).toBeGreaterThan(0);
  expect(await rows(`select 1 from watch_state where pass_at > now() - interval '1 minute'`)).toHaveLength(1);
});

test('INV-4: clocks that are gone, stopped or put off come back as the facts say', async () => {
  const caseId = await topCase();
  const before = await rows('select * from clocks where case_id = $1 order by id', [caseId]);
  await breakIt(`delete from clocks where case_id = $1 and definition = 'convenor-told'`, [caseId]);
  await breakIt(
    `update clocks set due_at = due_at + interval '1 day', next_at = null where case_id = $1 and definition = 'register'`,
    [caseId],
  );
  const pass = await auditPass(story.ctx);
  expect(kinds(pass)).toEqual(['clock-altered', 'clock-missing']);
  const after = await rows('select * from clocks where case_id = $1 order by id', [caseId]);
  const shape = (all: Record<string, unknown>[]) =>
    all
      .map((one) => ({
        definition: one['definition'],
        state: one['state'],
        due: one['due_at'],
        next: one['next_at'],
      }))
      .toSorted((a, b) => String(a.definition).localeCompare(String(b.definition)));
  expect(shape(after)).toEqual(shape(before));
  expect(kinds(await auditPass(story.ctx))).toEqual([]);
});

test('INV-6 S7.10.4d: a notice or delivery that vanished is made again and goes out, once', async () => {
  const caseId = await topCase();
  await breakIt(
    `delete from deliveries where notice_id in (select id from notices where case_id = $1 and route = 'top-convenor')`,
    [caseId],
  );
  await breakIt(`delete from notices where case_id = $1 and route = 'top-convenor'`, [caseId]);
  await breakIt(
    `delete from deliveries where notice_id in
       (select id from notices where case_id = $1 and route = 'initial-authority')`,
    [caseId],
  );
  story.sink.clear();
  const pass = await auditPass(story.ctx);
  expect(kinds(pass)).toEqual(['delivery-missing', 'notice-missing']);
  expect(pass.raised).toContain('case-differs');
  await story.settle();
  expect(story.sink.mailTo('convenor@ey.example')).toHaveLength(1);
  expect(await story.told(caseId, 'top-convenor')).toEqual(['convenor']);
  expect(kinds(await auditPass(story.ctx))).toEqual([]);
});

test('H41: what was called answered or closed and was not is asked again; what was answered and lost is known', async () => {
  const caseId = await topCase();
  await story.acknowledges('convenor', caseId);
  await breakIt(
    `update notices set acknowledged_at = null, acknowledged_by = null, acknowledged_how = null
      where case_id = $1 and route = 'top-convenor'`,
    [caseId],
  );
  await breakIt(
    `update notices set acknowledged_at = made_at + interval '7 seconds', acknowledged_how = 'app'
      where case_id = $1 and route = 'initial-authority'`,
    [caseId],
  );
  await breakIt(
    `update notices set closed_at = made_at + interval '3 seconds', closed_why = 'x' where case_id = $1 and route = 'top-summons'
       and id = (select id from notices where case_id = $1 and route = 'top-summons' order by id limit 1)`,
    [caseId],
  );
  const pass = await auditPass(story.ctx);
  expect(kinds(pass)).toEqual(['answer-missing', 'answer-unfounded', 'closed-unfounded']);
  const [convenor] = await rows(
    `select acknowledged_at from notices where case_id = $1 and route = 'top-convenor'`,
    [caseId],
  );
  expect(convenor['acknowledged_at']).not.toBeNull();
  expect(kinds(await auditPass(story.ctx))).toEqual([]);
});

test('INV-6: a delivery that was put off for ever, or called sent and was not, is sent', async () => {
  const caseId = await topCase();
  const [one] = await rows(
    `update deliveries set state = 'queued', next_at = null where id =
       (select d.id from deliveries d join notices n on n.id = d.notice_id
         where n.case_id = $1 and n.route = 'top-convenor' and d.channel = 'mail' limit 1) returning id`,
    [caseId],
  );
  expect(kinds(await auditPass(story.ctx))).toEqual(['delivery-altered']);
  story.sink.clear();
  await story.settle();
  const [now] = await rows('select state from deliveries where id = $1', [one['id']]);
  expect(now['state']).toBe('handed-over');
});

test('DEC-19 ISO-11: an alarm about a case behind walls is seen by its own desk and by nobody else', async () => {
  const { caseId } = await story.files('captain', 'brigade', { impactLevel: 'B' });
  await breakIt('delete from clocks where case_id = $1', [caseId]);
  await auditPass(story.ctx);
  const sees = async (who: string) =>
    (await read(story.ctx.database, await story.person(who), story.ctx.clock, standing)).some(
      (one) => one.caseId === caseId,
    );
  expect([await sees('mnd-officer'), await sees('officer'), await sees('teacher')]).toEqual([
    true,
    false,
    false,
  ]);
});

test('FLT-13: what is long due and nobody does raises an alarm, which ends when it is done', async () => {
  const { caseId } = await story.files('teacher', 'school', { impactLevel: 'D' });
  await story.settle();
  story.clock.advance(45 * 60_000);
  expect((await auditPass(story.ctx)).raised).toContain('clocks-late');
  await story.settle();
  await auditPass(story.ctx);
  const open = await read(story.ctx.database, SYSTEM, story.ctx.clock, standing);
  expect(open.filter((one) => one.kind === 'clocks-late')).toEqual([]);
  expect(caseId).not.toBe(randomUUID());
});

test('FLT-13: what fails of one case at every try is told its desk by the name of the case, until it is mended', async () => {
  const poisoned = await story.files('teacher', 'school', { impactLevel: 'A' });
  const walled = await story.files('captain', 'brigade', { impactLevel: 'D' });
  for (const { caseId } of [poisoned, walled])
    await breakIt(`update cases set detail = jsonb_set(detail, '{pack}', '"gone"') where id = $1`, [caseId]);
  const sees = async (who: string) =>
    (await read(story.ctx.database, await story.person(who), story.ctx.clock, standing))
      .filter((one) => one.kind === 'case-stuck')
      .map((one) => one.caseId);
  for (const { caseId } of [poisoned, walled]) await raiseStuck(story.ctx, caseId, 'clock');
  expect(await sees('officer')).toEqual([poisoned.caseId]);
  expect(await sees('mnd-officer')).toEqual([walled.caseId]);
  expect(await sees('teacher')).toEqual([]);
  // While it is so it stands.
  story.clock.advance(45 * 60_000);
  await auditPass(story.ctx);
  expect(await sees('officer')).toEqual([poisoned.caseId]);
  const [pack] = await rows('select pack_hash from cases where id = $1', [poisoned.caseId]);
  await breakIt(
    `update cases set detail = jsonb_set(detail, '{pack}', to_jsonb($2::text)) where id = any ($1::uuid[])`,
    [[poisoned.caseId, walled.caseId], pack?.['pack_hash']],
  );
  await story.settle();
  await auditPass(story.ctx);
  expect([await sees('officer'), await sees('mnd-officer')]).toEqual([[], []]);
  // A notice our own program cannot put together is found in the rows.
  await breakIt(
    `update deliveries set state = 'failed', reason = 'broken' where id =
       (select d.id from deliveries d join notices n on n.id = d.notice_id
         where n.case_id = $1 and n.acknowledged_at is null and n.closed_at is null limit 1)`,
    [poisoned.caseId],
  );
  expect((await auditPass(story.ctx)).raised).toEqual(['case-stuck']);
  expect(await sees('officer')).toEqual([poisoned.caseId]);
});
