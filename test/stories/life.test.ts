/** Turns a case may take besides the straight one: anomalies, false alarms, withdrawal, merging, questions, two officers. */
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyCases } from '../../src/cases/index.ts';
import { openStory, refusalOf, type Story } from './harness.ts';

const RECOVERED = {
  cause: '後台密碼過弱。',
  solution: '更換密碼並更新系統。',
  resolvedAt: '2026-03-04T09:30:00+08:00',
} as const;

describe('the turns of a case', () => {
  let story: Story;
  const files = async (level = 'D', options: object = {}, body = 'school', code = 'teacher') =>
    (await story.files(code, body, { impactLevel: level }, options)).caseId;
  beforeAll(async () => {
    story = await openStory('2026-03-04T10:00:00+08:00');
  });
  afterAll(() => story.close());

  test('S4.7 H38: an anomaly is taken in without clocks and without a level to confirm', async () => {
    const id = await files('A', { suspected: true });
    const view = await story.sees('officer', id);
    expect(view.case).toMatchObject({ state: 'suspected', suspected: true });
    expect(view.clocks).toEqual([]);
    expect(view.gradings).toEqual([]);
    expect(await story.told(id, 'proposed-top-desk')).toEqual([]);
    // Nobody is woken an hour later either.
    await story.at('11:10');
    expect((await story.notices(id)).map((notice) => notice.post)).not.toContain('convenor');
    expect(await story.refuses('officer', id, { act: 'confirm-level', level: 'D', reason: '' })).toBe(
      'forbidden-act',
    );
  });

  test('S4.7: an anomaly becomes an incident with the level last thought of it, and its clocks start then', async () => {
    const id = await files('D', { suspected: true });
    await story.files('teacher', 'school', { impactLevel: 'B' }, { kind: 'follow-up', caseId: id });
    const answer = await story.does('teacher', id, { act: 'promote', reason: '確認遭入侵' });
    expect(answer).toMatchObject({ state: 'reported', level: 'B' });
    const view = await story.sees('teacher', id);
    expect(view.gradings.map((one) => [one.level, one.status])).toEqual([['B', 'proposed']]);
    expect(view.clocks.map((clock) => [clock.definition, clock.state])).toEqual([
      ['confirm-level-promoted', 'running'],
    ]);
  });

  test('S4.7 H29 SI.6: an anomaly that turns out to be nothing is closed as such: in the record, out of the statistics', async () => {
    const id = await files('D', { suspected: true });
    expect(await story.refuses('teacher', id, { act: 'dismiss', reason: '誤報' })).toBe('forbidden-act');
    const answer = await story.does('officer', id, { act: 'dismiss', reason: '排程備份所致' });
    expect(answer.state).toBe('dismissed');
    const view = await story.sees('teacher', id);
    expect(view.case.open).toBe(false);
    expect(view.facts.at(-1)).toMatchObject({ kind: 'dismissed', data: { reason: '排程備份所致' } });
    expect((await story.list('officer', { state: 'dismissed' })).items.map((one) => one.id)).toContain(id);
  });

  test('H29: a false alarm after registration voids the clocks and tells everybody who was told', async () => {
    const id = await files('C');
    await story.does('officer', id, { act: 'register' });
    await story.does('officer', id, { act: 'dismiss', reason: '監控誤判' });
    const view = await story.sees('officer', id);
    expect(view.clocks.map((clock) => clock.state)).not.toContain('running');
    expect(view.clocks.find((clock) => clock.definition === 'confirm-level')?.state).toBe('voided');
    expect(await story.told(id, 'dismissed')).toEqual(
      expect.arrayContaining(['contact-school', 'contact-county-edu', 'subgroup-academia']),
    );
  });

  test('SI.6: a case once dismissed can be reopened with a reason by the desk, and ends anew', async () => {
    const id = await files('C');
    await story.does('officer', id, { act: 'confirm-level', level: 'C', reason: '' });
    await story.does('officer', id, { act: 'dismiss', reason: '誤報' });
    expect(await story.refuses('teacher', id, { act: 'reopen', reason: '不是誤報' })).toBe('forbidden-act');
    const again = await story.does('officer', id, { act: 'reopen', reason: '再度發生' });
    expect(again.state).toBe('handling');
    expect((await story.sees('teacher', id)).case).toMatchObject({ open: true, closedAt: null });
  });

  test('S4.7 DEC-4 ISO-15: an anomaly taken up again is an incident: level A calls the centre out, and one person does not lower it', async () => {
    const id = await files('D', { suspected: true }, 'school2', 'teacher2');
    await story.does('officer', id, { act: 'dismiss', reason: '誤報' });
    await story.does('officer', id, { act: 'reopen', reason: '再度發生' });
    const view = await story.sees('officer', id);
    expect(view.case).toMatchObject({ state: 'handling', suspected: false, levelStatus: 'proposed' });
    expect(view.gradings.map((one) => [one.level, one.status])).toEqual([['D', 'proposed']]);
    const later = (level: string) =>
      story.files('teacher2', 'school2', { impactLevel: level }, { kind: 'follow-up', caseId: id });
    await later('A');
    expect(await story.told(id, 'proposed-top-desk')).toContain('duty-officer');
    expect((await story.sees('officer', id)).case).toMatchObject({ level: 'A', levelStatus: 'proposed' });
    await story.does('officer', id, { act: 'confirm-level', level: 'A', reason: '' });
    await later('D');
    expect((await story.sees('officer', id)).case).toMatchObject({ level: 'A', levelStatus: 'confirmed' });
    expect(
      await story.does('officer', id, { act: 'change-level', level: 'D', reason: '趨緩' }),
    ).toMatchObject({ proposed: true, level: 'A' });
    expect(await story.does('officer', id, { act: 'dismiss', reason: '趨緩' })).toMatchObject({
      proposed: true,
      state: 'handling',
    });
    expect((await verifyCases(story.ctx)).faults).toEqual([]);
  });

  test('DEC-4 SI.6: a proposed A taken for a false alarm and taken up again calls desk and deputies anew, with ten minutes to confirm it', async () => {
    const { caseId: id } = await story.files('engineer', 'power', { impactLevel: 'A' });
    const told = async () => [
      ...(await story.told(id, 'proposed-top-desk')),
      ...(await story.told(id, 'proposed-top-deputies')),
    ];
    const first = await told();
    expect(first).toEqual(expect.arrayContaining(['duty-officer', 'deputy-convenor-natsec']));
    await story.does('officer', id, { act: 'dismiss', reason: '誤報' });
    await story.settle();
    expect(await told()).toEqual(first);
    const again = await story.does('officer', id, { act: 'reopen', reason: '不是誤報' });
    expect(again).toMatchObject({ state: 'handling', level: 'A' });
    expect((await told()).sort()).toEqual([...first, ...first].sort());
    const view = await story.sees('officer', id);
    expect(view.case).toMatchObject({ level: 'A', levelStatus: 'proposed' });
    const clock = view.clocks.findLast((one) => one.definition === 'unconfirmed-top');
    expect(clock).toMatchObject({ state: 'running' });
    expect(Date.parse(clock?.dueAt ?? '') - Date.parse(clock?.startAt ?? '')).toBe(10 * 60_000);
    expect((await story.notices(id)).map((notice) => notice.post)).not.toContain('convenor');
    story.clock.advance(10 * 60_000);
    await story.settleClocks();
    expect((await story.notices(id)).map((notice) => notice.post)).toContain('convenor');
    // A level that was confirmed is not proposed once more.
    const other = await files('C');
    await story.does('officer', other, { act: 'confirm-level', level: 'C', reason: '' });
    await story.does('officer', other, { act: 'dismiss', reason: '誤報' });
    await story.does('officer', other, { act: 'reopen', reason: '再度發生' });
    expect((await story.sees('officer', other)).gradings).toHaveLength(2);
    expect((await verifyCases(story.ctx)).faults).toEqual([]);
  });

  test('H31: withdrawal is asked for by the reporter and decided by the desk; nothing is deleted', async () => {
    const id = await files('C');
    expect(await story.refuses('officer', id, { act: 'approve-withdrawal', reason: '' })).toBe('conflict');
    await story.does('teacher', id, { act: 'request-withdrawal', reason: '重複通報' });
    expect(await story.told(id, 'withdrawal-requested')).toEqual(['duty-officer']);
    expect(await story.refuses('teacher', id, { act: 'approve-withdrawal', reason: '' })).toBe(
      'forbidden-act',
    );
    expect(await story.refuses('teacher', id, { act: 'request-withdrawal', reason: '再一次' })).toBe(
      'conflict',
    );
    await story.does('officer', id, { act: 'refuse-withdrawal', reason: '仍須處理' });
    expect((await story.sees('teacher', id)).withdrawalRequested).toBe(false);
    await story.does('teacher', id, { act: 'request-withdrawal', reason: '確係重複' });
    const answer = await story.does('officer', id, { act: 'approve-withdrawal', reason: '' });
    expect(answer.state).toBe('withdrawn');
    const view = await story.sees('teacher', id);
    expect(view.reports).toHaveLength(1);
    expect(view.clocks.every((clock) => clock.state !== 'running')).toBe(true);
  });

  test('H32 H52: merged, both numbers stay; taken apart again, each stands on its own with its own clocks', async () => {
    const one = await files('C');
    const two = await files('C', {}, 'school2', 'teacher2');
    const number = (await story.sees('officer', one)).case.number;
    const answer = await story.does('officer', one, { act: 'merge', intoCase: two, reason: '同一事件' });
    expect(answer.state).toBe('merged');
    expect((await story.sees('officer', two)).aliases).toEqual([number]);
    expect((await story.sees('teacher', one)).mergedInto?.id).toBe(two);
    expect(await story.refuses('officer', two, { act: 'merge', intoCase: two, reason: '' })).toBe(
      'merge-into-itself',
    );
    expect(await story.refuses('officer', two, { act: 'merge', intoCase: one, reason: '' })).toBe(
      'nothing-to-merge',
    );
    expect(await story.refuses('officer', two, { act: 'merge', intoCase: uuid(), reason: '' })).toBe(
      'nothing-to-merge',
    );
    expect(await story.refuses('teacher', one, { act: 'unmerge', reason: '不是同一件' })).toBe(
      'forbidden-act',
    );
    const before = (await story.sees('officer', one)).clocks;
    expect(before.map((clock) => clock.state)).not.toContain('running');
    await story.does('officer', one, { act: 'unmerge', reason: '不是同一件' });
    expect((await story.sees('officer', two)).aliases).toEqual([]);
    expect((await story.sees('officer', one)).case).toMatchObject({ state: 'reported', open: true, number });
  });

  test('H32: taken apart again, its clocks run on as if there had been no merge, and whoever was told of the merge is told', async () => {
    const one = await files('C');
    const two = await files('C', {}, 'school2', 'teacher2');
    const times = async () =>
      (await story.sees('officer', one)).clocks.map((clock) => [
        clock.definition,
        clock.state,
        clock.startAt,
        clock.dueAt,
      ]);
    const before = await times();
    expect(before.filter(([, state]) => state === 'running')).toHaveLength(2);
    await story.does('officer', one, { act: 'merge', intoCase: two, reason: '同一事件' });
    expect((await times()).filter(([, state]) => state === 'running')).toEqual([]);
    await story.does('officer', one, { act: 'unmerge', reason: '不是同一件' });
    expect(await times()).toEqual(before);
    expect(await story.told(one, 'unmerged')).toEqual(await story.told(one, 'merged'));
    expect((await story.told(one, 'unmerged')).length).toBeGreaterThan(2);
    expect((await story.sees('officer', one)).case.nextClock).not.toBeNull();
    // A fresh process finds the case as its facts say.
    expect((await verifyCases(story.ctx)).faults).toEqual([]);
  });

  test('H32: a case merged while it waits for details comes back to where it was, and goes on from there', async () => {
    const one = await files('C');
    const two = await files('C', {}, 'school2', 'teacher2');
    await story.does('officer', one, { act: 'register' });
    await story.does('officer', one, { act: 'ask-back', text: '請補主機資料' });
    await story.does('officer', one, { act: 'merge', intoCase: two, reason: '' });
    expect(await story.does('officer', one, { act: 'unmerge', reason: '誤併' })).toMatchObject({
      state: 'returned',
    });
    const answer = await story.files(
      'teacher',
      'school',
      { impactLevel: 'C' },
      { kind: 'follow-up', caseId: one },
    );
    expect(answer.state).toBe('registered');
  });

  test('H22 DEC-5: two agencies, one outage: two cases with their own clocks, each released by itself', async () => {
    const one = await files('C');
    await story.at('12:20');
    const two = await files('C', {}, 'hospital', 'nurse');
    const clocks = async (id: string) =>
      (await story.sees('officer', id)).clocks.find((clock) => clock.definition === 'register');
    expect((await clocks(one))?.dueAt).not.toBe((await clocks(two))?.dueAt);
    await story.does('officer', one, { act: 'register' });
    expect([(await clocks(one))?.state, (await clocks(two))?.state]).toEqual(['met', 'running']);
    expect((await story.sees('officer', one)).case.number).not.toBe(
      (await story.sees('officer', two)).case.number,
    );
  });

  test('SI.1: asked back, the agency answers with a follow-up and the case is where it was', async () => {
    const id = await files('C');
    await story.does('officer', id, { act: 'register' });
    const asked = await story.does('officer', id, { act: 'ask-back', text: '請補充主機位址' });
    expect(asked.state).toBe('returned');
    expect((await story.sees('teacher', id)).messages.map((one) => one.body)).toEqual(['請補充主機位址']);
    const answer = await story.files(
      'teacher',
      'school',
      { impactLevel: 'C' },
      { kind: 'follow-up', caseId: id },
    );
    expect(answer.state).toBe('registered');
    const notice = (await story.notices(id)).find((one) => one.route === 'asked-back');
    expect(notice?.acknowledgedAt ?? notice?.closedAt).not.toBeNull();
  });

  test('S8.2.2: messages go both ways inside the case', async () => {
    const id = await files('D');
    await story.does('teacher', id, { act: 'message', text: '已聯絡廠商' });
    await story.does('officer', id, { act: 'message', text: '收到' });
    expect((await story.sees('teacher', id)).messages.map((one) => one.direction)).toEqual([
      'to-desk',
      'to-agency',
    ]);
    expect(await story.told(id, 'message-desk')).toEqual(['duty-officer']);
    expect(await story.told(id, 'message-agency')).toEqual(['contact-school']);
  });

  test('two officers never overwrite each other: the second is told what happened since, and may do it again', async () => {
    const id = await files('D');
    const seen = (await story.sees('officer2', id)).case.revision;
    await story.does('officer', id, { act: 'register' });
    const stale = story.does('officer2', id, { act: 'message', text: '一段長文字', revision: seen });
    await expect(stale).rejects.toMatchObject({
      code: 'case-changed',
      params: { who: '林值勤', what: expect.arrayContaining(['registered']) },
    });
    expect((await story.sees('officer', id)).messages).toEqual([]);
    // That somebody confirmed a notice meanwhile makes nobody's view old.
    const fresh = (await story.sees('officer2', id)).case.revision;
    await story.acknowledges('inspector', id);
    await story.does('officer2', id, { act: 'message', text: '一段長文字', revision: fresh });
  });

  test('take, hand over: who holds the case is seen by all, and only a desk officer can be given it', async () => {
    const id = await files('D');
    await story.does('officer', id, { act: 'take' });
    const teacher = await story.person('teacher');
    const officer2 = await story.person('officer2');
    expect(
      await story.refuses('officer', id, { act: 'hand-over', toPerson: teacher.personId, reason: '' }),
    ).toBe('no-holder toPerson:bad-choice');
    await story.does('officer', id, { act: 'hand-over', toPerson: officer2.personId, reason: '下班' });
    expect((await story.sees('teacher', id)).case.takenBy?.name.zh).toBe('蔡值勤');
  });

  test('H2: awareness is an assertion the desk may correct; the clock is counted anew and the old due time kept', async () => {
    const filed = await story.files('teacher', 'school', {
      impactLevel: 'D',
      aware: { at: '2026-03-04T12:10:00+08:00', precision: 'minute', estimated: false },
    });
    await story.does('officer', filed.caseId, {
      act: 'correct-awareness',
      at: '2026-03-04T09:00:00+08:00',
      reason: '技服中心早於九時告知',
    });
    const clock = (await story.sees('officer', filed.caseId)).clocks.find((one) => one.definition === 'file');
    expect(clock).toMatchObject({
      startAt: '2026-03-04T01:00:00.000Z',
      dueAt: '2026-03-04T02:00:00.000Z',
      overdue: true,
    });
    expect(clock?.history).toHaveLength(1);
  });

  test('H14 S8.3.4 SI.5: late is accepted, measured and shown, never blocked', async () => {
    await story.at('15:00');
    const answer = await story.files(
      'teacher',
      'school',
      { impactLevel: 'D', aware: { at: '2026-03-04T09:00:00+08:00', precision: 'minute', estimated: false } },
      { lateReason: '負責人員出差' },
    );
    expect(answer).toMatchObject({ late: true, minutesFromAwareness: 360 });
    const view = await story.sees('officer', answer.caseId);
    expect(view.reports[0]?.lateReason).toBe('負責人員出差');
    expect(view.clocks.find((clock) => clock.definition === 'file')).toMatchObject({
      state: 'met',
      overdue: true,
    });
  });

  test('H45: when it was received is the server’s word; an earlier time on one’s own entry needs a reason, a future one is refused', async () => {
    const told = (toldAt: string, more: object = {}) =>
      story.files('teacher', 'school', { impactLevel: 'D' }, { toldAt, ...more });
    expect(await refusalOf(told('2026-03-04T10:00:00+08:00'))).toBe('invalid-input lateReason:required');
    expect(await refusalOf(told('2026-03-04T18:00:00+08:00'))).toBe('invalid-input toldAt:in-the-future');
    const answer = await told('2026-03-04T10:00:00+08:00', { lateReason: '網站中斷，先以電話告知' });
    expect(answer.receivedAt.slice(0, 13)).toBe('2026-03-04T07');
    const byFax = await story.files(
      'officer',
      'school',
      { impactLevel: 'D' },
      { channel: 'fax', toldAt: '2026-03-04T10:00:00+08:00' },
    );
    expect((await story.sees('officer', byFax.caseId)).reports[0]).toMatchObject({
      channel: 'fax',
      toldAt: '2026-03-04T02:00:00.000Z',
      onBehalf: true,
    });
  });

  test('H9 SI.2 DEC-4: two graders: the confirmed level is in force, a later proposal is put to the desk, all are kept', async () => {
    const id = await files('C');
    expect(await story.refuses('officer', id, { act: 'confirm-level', level: 'B', reason: '' })).toBe(
      'reason-required reason:required',
    );
    await story.does('officer', id, { act: 'confirm-level', level: 'B', reason: '服務停頓' });
    await story.files('teacher', 'school', { impactLevel: 'A' }, { kind: 'follow-up', caseId: id });
    const view = await story.sees('teacher', id);
    expect(view.case).toMatchObject({ level: 'B', levelStatus: 'confirmed' });
    expect(view.gradings.map((one) => [one.level, one.status])).toEqual([
      ['C', 'proposed'],
      ['B', 'confirmed'],
      ['A', 'proposed'],
    ]);
    expect(await story.told(id, 'proposed-top-deputies')).toContain('deputy-convenor-stag');
  });

  test('S3.2 S8.9.1: every stage is stamped and the times to notify, respond and recover are computed', async () => {
    await story.on('2026-03-05', '09:00');
    const filed = await story.files('teacher', 'school', {
      impactLevel: 'D',
      aware: { at: '2026-03-05T08:50:00+08:00', precision: 'minute', estimated: false },
    });
    const id = filed.caseId;
    await story.at('09:05');
    await story.does('officer', id, { act: 'register' });
    await story.at('09:10');
    await story.does('officer', id, { act: 'confirm-level', level: 'D', reason: '' });
    await story.at('10:00');
    await story.files(
      'teacher',
      'school',
      { impactLevel: 'D', ...RECOVERED, resolvedAt: '2026-03-05T09:40:00+08:00' },
      { kind: 'recovery', caseId: id },
    );
    await story.at('10:30');
    await story.does('officer', id, { act: 'release', reason: '' });
    const { measures } = await story.sees('teacher', id);
    const near = (minutes: number) => expect.closeTo(minutes, 0);
    expect(measures).toEqual({
      awareToFiled: near(10),
      filedToRegistered: near(5),
      filedToGraded: near(10),
      filedToRecovered: near(40),
      filedToReleased: near(90),
    });
  });

  test('S7.13.2.2 S7.13.2.6 S8.F3.25 S8.F3.26: no recovery without cause, solution and time; no release before it', async () => {
    const id = await files('D');
    await story.does('officer', id, { act: 'confirm-level', level: 'D', reason: '' });
    expect(await story.refuses('officer', id, { act: 'release', reason: '' })).toBe('forbidden-act');
    const recovery = (content: object) =>
      story.files(
        'teacher',
        'school',
        { impactLevel: 'D', ...RECOVERED, ...content },
        { kind: 'recovery', caseId: id },
      );
    expect(await refusalOf(recovery({ cause: '' }))).toBe('invalid-input content.cause:required');
    expect(await refusalOf(recovery({ solution: '' }))).toBe('invalid-input content.solution:required');
    expect(await refusalOf(recovery({ resolvedAt: null }))).toBe('invalid-input content.resolvedAt:required');
    // "Not yet known" lets it be filed, but not released.
    await recovery({ solution: '', unknown: ['solution'] });
    expect(await story.refuses('officer', id, { act: 'release', reason: '' })).toBe('release-needs-solution');
    await recovery({ resolvedAt: null, unknown: ['resolvedAt'] });
    expect(await story.refuses('officer', id, { act: 'release', reason: '' })).toBe(
      'release-needs-resolved-time',
    );
    await recovery({});
    expect((await story.does('officer', id, { act: 'release', reason: '' })).state).toBe('released');
  });

  test('S8.3.8 DEC-14: without a confirmed level nothing is released', async () => {
    const id = await files('D');
    await story.files(
      'teacher',
      'school',
      { impactLevel: 'D', ...RECOVERED },
      { kind: 'recovery', caseId: id },
    );
    expect(await story.refuses('officer', id, { act: 'release', reason: '' })).toBe('level-unconfirmed');
    await story.does('officer', id, { act: 'confirm-level', level: 'D', reason: '' });
    expect((await story.does('officer', id, { act: 'release', reason: '' })).state).toBe('released');
  });

  test('the forbidden acts of the first worked example are refused with a clear word', async () => {
    const id = await files('D');
    expect(await story.refuses('moe-officer', id, { act: 'confirm-level', level: 'D', reason: '' })).toBe(
      'forbidden-act',
    );
    await expect(story.sees('teacher2', id)).rejects.toMatchObject({ code: 'not-found' });
    await expect(story.sees('teacher2', uuid())).rejects.toMatchObject({ code: 'not-found' });
    expect(await story.refuses('teacher2', id, { act: 'message', text: '看看' })).toBe('not-found');
    await story.does('officer', id, { act: 'confirm-level', level: 'D', reason: '' });
    const edits = story.files('deputy', 'school', { impactLevel: 'D' }, { kind: 'follow-up', caseId: id });
    expect(await refusalOf(edits)).toBe('forbidden-act');
    await story.files(
      'teacher',
      'school',
      { impactLevel: 'D', ...RECOVERED },
      { kind: 'recovery', caseId: id },
    );
    expect(await story.refuses('teacher', id, { act: 'release', reason: '' })).toBe('forbidden-act');
    expect(await story.refuses('inspector', id, { act: 'release', reason: '' })).toBe('forbidden-act');
    expect(await refusalOf(story.files('teacher2', 'school', { impactLevel: 'D' }))).toBe('forbidden-act');
  });
});
