/** Ways around an order of silence that are not ways around it (H28). */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyCases } from '../../src/cases/index.ts';
import { openDoor, people } from '../isolation/house.ts';
import { openStory, refusalOf, type Story } from './harness.ts';

const ORDER = {
  act: 'hold',
  authority: '青山地方檢察署',
  organisationId: null,
  reference: '青檢115偵字第0123號',
  until: null,
  reason: '偵查不公開',
} as const;

describe('an order of silence keeps', () => {
  let story: Story;
  let door: Awaited<ReturnType<typeof openDoor>>;
  beforeAll(async () => {
    story = await openStory('2026-03-10T09:00:00+08:00', people);
    door = await openDoor(story.ctx);
    await door.admit();
  });
  afterAll(async () => {
    expect((await verifyCases(story.ctx)).faults).toEqual([]);
    await door.close();
    await story.close();
  });

  test('H28 DEC-19: an inbox says nothing of a held case, and afterwards not that it was held', async () => {
    const { caseId, number } = await story.files('teacher', 'school', { impactLevel: 'C' });
    type Row = { id: string; number: string | null; closedWhy: string | null; caseId: string | null };
    const inbox = async () => {
      const all = (await door.ask('inspector', 'GET', '/inbox')).json as { items: Row[]; waiting: number };
      return { rows: all.items.filter((one) => one.number === number), waiting: all.waiting };
    };
    const before = await inbox();
    expect(before.rows.map((row) => row.caseId)).toEqual([caseId]);
    const id = before.rows[0]?.id;
    await story.does('officer', caseId, ORDER);
    expect(await inbox()).toEqual({ rows: [], waiting: before.waiting - 1 });
    expect((await door.ask('inspector', 'POST', `/notices/${id}/opened`)).status).toBe(404);
    await story.does('officer', caseId, { act: 'lift-hold', reason: '偵結' });
    await story.approves('deputy', caseId);
    const after = (await inbox()).rows;
    expect(after.map((row) => row.id)).toEqual([id]);
    // The same word as when a case has ended or a question was answered.
    const ended = await story.files('teacher', 'school', { impactLevel: 'D' });
    await story.does('officer', ended.caseId, { act: 'dismiss', reason: '誤報' });
    const ordinary = (await story.notices(ended.caseId)).find((notice) => notice.closedWhy !== null);
    expect(after[0]?.closedWhy).toBe(ordinary?.closedWhy);
  });

  test('H28 H32: what a held case has taken in is held and freed with it, and nothing more is merged into it', async () => {
    const files = async (code = 'teacher', body = 'school') =>
      (await story.files(code, body, { impactLevel: 'C' })).caseId;
    const merge = (id: string, intoCase: string) =>
      story.does('officer', id, { act: 'merge', intoCase, reason: '同一事件' });
    const [inner, middle, held] = [await files('teacher2', 'school2'), await files(), await files()];
    await merge(inner, middle);
    await merge(middle, held);
    await story.settle();
    expect((await story.sees('inspector', inner)).case.state).toBe('merged');
    await story.does('officer', held, ORDER);
    for (const id of [held, middle, inner]) {
      for (const code of ['inspector', 'moe-officer', 'auditor', 'observer'])
        expect(await refusalOf(story.sees(code, id)), code).toBe('not-found');
      expect((await story.sees('officer', id)).hold?.reference).toBe(ORDER.reference);
    }
    expect(await story.refuses('officer', middle, { act: 'unmerge', reason: '？' })).toBe('case-held');
    const other = await files('teacher2', 'school2');
    expect(await story.refuses('officer', other, { act: 'merge', intoCase: held, reason: '同一事件' })).toBe(
      'case-held',
    );
    await story.does('officer', held, { act: 'lift-hold', reason: '偵結' });
    expect(await refusalOf(story.sees('inspector', inner))).toBe('not-found');
    await story.approves('deputy', held);
    for (const id of [held, middle, inner]) {
      const view = await story.sees('inspector', id);
      expect(view.hold).toBeNull();
      expect(view.facts.map((fact) => fact.kind)).not.toContain('held');
    }
    await story.does('officer', middle, { act: 'unmerge', reason: '另一事件' });
  });

  test('H28 ISO-10: whoever filed and has left the body does not get the case back with the order', async () => {
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'C' });
    await story.does('officer', caseId, ORDER);
    expect((await story.sees('teacher', caseId)).hold).not.toBeNull();
    const { personId } = await story.person('teacher');
    const readers = async () => {
      const [row] = await story.change((tx) =>
        tx.query<{ seen: string[] }>('select seen_by as seen from cases where id = $1', [caseId]),
      );
      return row?.seen ?? [];
    };
    const keys = await readers();
    expect(keys).toContain(`filer:${await story.organisation('school')}:${personId}`);
    expect(keys).not.toContain(`person:${personId}`);
    // A row written by the release before says the same after the migration.
    const old = keys.map((key) => (key.startsWith('filer:') ? `person:${personId}` : key)).sort();
    await story.change((tx) => tx.query('update cases set seen_by = $2 where id = $1', [caseId, old]));
    const migration = readFileSync(new URL('../../db/migrations/0009-filers.sql', import.meta.url), 'utf8');
    await story.change(async (tx) => tx.query(migration.slice(0, migration.indexOf(';')), []));
    expect(await readers()).toEqual(keys);
    const posts = (await story.world.snapshot()).postsHeldBy(personId, story.clock.now());
    for (const post of posts.filter((one) => one.role !== 'team-member'))
      expect((await door.ask('school-admin', 'DELETE', `/posts/${post.id}/holders/${personId}`)).status).toBe(
        204,
      );
    await story.change((tx) =>
      tx.query('update team_members set member_to = $2 where person_id = $1', [personId, story.clock.now()]),
    );
    expect(await refusalOf(story.sees('teacher', caseId))).toBe('not-found');
    expect((await story.list('teacher')).items).toEqual([]);
  });
});
