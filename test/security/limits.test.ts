/** Limits on what one person may leave lying about, and on what is swept away: never a limit on a report. */
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepAttachment, UNFILED_BYTES } from '../../src/cases/attachments.ts';
import { DRAFTS_EACH, deleteDraft, findDraft, listDrafts, putDraft } from '../../src/cases/drafts.ts';
import { DRAFT_DAYS, sweep, UNFILED_DAYS } from '../../src/cases/sweeper.ts';
import type { Actor } from '../../src/platform/actor.ts';
import { openStory, refusalOf, type Story } from '../stories/harness.ts';

const DAY = 86_400_000;

let story: Story;
let teacher: Actor & { personId: string };
let school: string;

beforeAll(async () => {
  story = await openStory('2002-05-06T09:00:00+08:00');
  teacher = await story.person('teacher');
  school = await story.organisation('school');
});
afterAll(() => story.close());

const draft = (content: Record<string, unknown> = {}, revision = 0) => ({
  organisationId: school,
  caseId: null,
  kind: 'initial' as const,
  content,
  revision,
});
const attach = (name = 'log.txt') =>
  keepAttachment(story.ctx, teacher, { name, mediaType: 'text/plain', bytes: Buffer.from(name) });
const attachments = async () =>
  (await story.world.owner.query<{ id: string }>('select id from attachments order by id')).rows.map(
    (row) => row.id,
  );

describe('drafts', () => {
  test('WEB-4: one more than a person may keep is refused; those he has, and his report, are not', async () => {
    const mine = uuid();
    await putDraft(story.ctx, teacher, mine, draft());
    await story.change((tx) =>
      tx.query(
        `insert into drafts (id, person_id, organisation_id, kind, content, revision, created_at, updated_at)
           select gen_random_uuid(), $1, $2, 'initial', '{}', 1, $3, $3 from generate_series(2, ${DRAFTS_EACH})`,
        [teacher.personId, school, tx.now],
      ),
    );
    expect(await refusalOf(putDraft(story.ctx, teacher, uuid(), draft()))).toBe('too-many-drafts');
    expect((await putDraft(story.ctx, teacher, mine, draft({ a: 1 }, 1))).revision).toBe(2);
    expect((await story.files('teacher', 'school', { impactLevel: 'D' }, { key: mine })).number).not.toBe('');
    expect((await story.files('teacher', 'school', { impactLevel: 'D' })).number).not.toBe('');
    // The one that was filed has left its place.
    const next = uuid();
    await putDraft(story.ctx, teacher, next, draft());
    await deleteDraft(story.ctx, teacher, next);
    const inspector = await story.person('inspector');
    expect((await putDraft(story.ctx, inspector, uuid(), draft())).revision).toBe(1);
  });

  test('what nobody touched for a season goes; what was touched stays', async () => {
    const old = uuid();
    const inspector = await story.person('inspector');
    await putDraft(story.ctx, inspector, old, draft());
    story.clock.advance((DRAFT_DAYS - 1) * DAY);
    expect((await sweep(story.ctx)).drafts).toBe(0);
    await putDraft(story.ctx, inspector, old, draft({ still: 'here' }, 1));
    story.clock.advance(2 * DAY);
    expect((await sweep(story.ctx)).drafts).toBeGreaterThanOrEqual(DRAFTS_EACH - 1);
    expect((await findDraft(story.ctx, inspector, old)).content).toEqual({ still: 'here' });
    expect(await listDrafts(story.ctx, teacher)).toEqual([]);
    story.clock.advance(DRAFT_DAYS * DAY);
    await sweep(story.ctx);
    expect(await refusalOf(findDraft(story.ctx, inspector, old))).toBe('not-found');
  });
});

describe('files without a report', () => {
  test('WEB-11: more than a person may leave lying about is refused; his report is not', async () => {
    const first = await attach();
    const swell = (size: number) =>
      story.world.owner.query('update attachments set size = $2 where id = $1', [first.id, size]);
    await swell(UNFILED_BYTES - 3);
    expect(await refusalOf(attach())).toBe('attachments-full');
    await story.files('teacher', 'school', { impactLevel: 'D', attachments: [first.id] });
    // What a report took no longer counts.
    expect((await attach()).name).toBe('log.txt');
  });

  test('are swept away after a week, unless a report took them or a draft still names them', async () => {
    await story.world.owner.query('delete from attachments where report_id is null');
    const taken = await attachments();
    const [loose, named] = [await attach('loose'), await attach('named')];
    const holds = uuid();
    await putDraft(story.ctx, teacher, holds, draft({ form: { attachments: [{ id: named.id }] } }));
    story.clock.advance((UNFILED_DAYS - 1) * DAY);
    expect((await sweep(story.ctx)).files).toBe(0);
    story.clock.advance(2 * DAY);
    expect((await sweep(story.ctx)).files).toBe(1);
    expect(await attachments()).toEqual([...taken, named.id].sort());
    expect(await attachments()).not.toContain(loose.id);
    await deleteDraft(story.ctx, teacher, holds);
    expect((await sweep(story.ctx)).files).toBe(1);
    expect(await attachments()).toEqual(taken);
  });
});

test('INV-1: an act that decides nothing is answered once too: a repeat gets the same, another body is refused', async () => {
  const { caseId } = await story.files('teacher', 'school', { impactLevel: 'D' });
  await story.does('officer', caseId, { act: 'take' });
  await story.acknowledges('officer', caseId);
  const { revision } = (await story.sees('officer', caseId)).case;
  const key = uuid();
  const first = await story.does('officer', caseId, { act: 'take', revision }, key);
  expect(first.revision).toBe(revision);
  expect(await refusalOf(story.does('officer', caseId, { act: 'register', revision }, key))).toBe(
    'idempotency-key-reused',
  );
  await story.does('officer', caseId, { act: 'register' });
  expect(await story.does('officer', caseId, { act: 'take', revision }, key)).toEqual(first);
});
