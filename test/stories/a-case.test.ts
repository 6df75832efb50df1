/** An A case: a utility's dispatch centre, by telephone at night; two crossings; what happens when nobody answers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fireClock } from '../../src/cases/clock-commands.ts';
import { SYSTEM } from '../../src/platform/actor.ts';
import { openStory, type Story } from './harness.ts';

const DISPATCH = {
  impactLevel: 'A',
  description: '區域調度系統停止運作，改以人工調度。',
  scope: '三縣市供電調度中斷。',
  measures: '改以電話人工調度。',
  occurred: { at: '2026-03-05T02:31:00+08:00', precision: 'minute', estimated: false },
  aware: { at: '2026-03-05T02:36:00+08:00', precision: 'minute', estimated: false },
} as const;
const SUBGROUPS = [
  'subgroup-academia',
  'subgroup-administration',
  'subgroup-crisis',
  'subgroup-defence',
  'subgroup-enterprise-1',
  'subgroup-enterprise-2',
  'subgroup-enterprise-3',
  'subgroup-enterprise-4',
];
const DEPUTIES = ['deputy-convenor-edpc', 'deputy-convenor-natsec', 'deputy-convenor-stag'];

function count(list: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of list) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

describe('an A case: a utility’s dispatch centre', () => {
  let story: Story;
  let id: string;
  beforeAll(async () => {
    story = await openStory('2026-03-05T02:31:00+08:00');
  });
  afterAll(() => story.close());

  test('SI.4 DEC-7 S8.3.5 H13 H1: told by telephone at 02:40, keyed at 02:44 by the duty officer; both times kept', async () => {
    await story.at('02:44');
    const answer = await story.files('officer', 'power', DISPATCH, {
      channel: 'telephone',
      toldAt: '2026-03-05T02:40:00+08:00',
    });
    id = answer.caseId;
    expect(answer).toMatchObject({
      number: '115-0001',
      state: 'reported',
      level: 'A',
      minutesFromAwareness: 4,
    });
    const view = await story.sees('engineer', id);
    expect(view.reports[0]).toMatchObject({
      channel: 'telephone',
      onBehalf: true,
      toldAt: '2026-03-04T18:40:00.000Z',
      filedBy: { name: { zh: '林值勤' } },
    });
    expect(view.reports[0]?.receivedAt.slice(0, 16)).toBe('2026-03-04T18:44');
    expect(view.case).toMatchObject({
      occurredAt: '2026-03-04T18:31:00.000Z',
      awareAt: '2026-03-04T18:36:00.000Z',
      organisation: { name: { zh: '某電力公司' } },
    });
    expect(view.measures.awareToFiled).toBe(4);
  });

  test('DEC-21 H26: authority and subgroup are the same body, so its two receipts are one', async () => {
    const notices = await story.notices(id);
    const receipts = notices.filter((notice) =>
      notice.capacities.some((capacity) => ['centre', 'authority', 'subgroup'].includes(capacity)),
    );
    expect(receipts.map((notice) => notice.post).sort()).toEqual(['duty-officer', 'subgroup-enterprise-1']);
    expect(receipts.find((notice) => notice.post === 'subgroup-enterprise-1')?.capacities).toEqual(
      expect.arrayContaining(['authority', 'subgroup']),
    );
  });

  test('DEC-4 DEC-22 S7.10.3.6 S7.10.3.7: a proposed A tells desk, deputies and affected subgroups; not the convenor', async () => {
    expect(await story.told(id, 'proposed-top-deputies')).toEqual(DEPUTIES);
    expect(await story.told(id, 'proposed-top-affected')).toEqual([
      'subgroup-enterprise-2',
      'subgroup-enterprise-3',
    ]);
    const notices = await story.notices(id);
    expect(notices.map((notice) => notice.post)).not.toContain('convenor');
    expect(notices.map((notice) => notice.post)).not.toContain('subgroup-academia');
    const desk = notices.find((notice) => notice.post === 'duty-officer');
    expect(desk).toMatchObject({ urgent: true, capacities: expect.arrayContaining(['centre', 'informed']) });
    await story.settle();
    const mail = await story.sink.waitForMail(
      (one) => one.to.includes('deputy-natsec@natsec.example'),
      5_000,
    );
    expect(mail.subject).toContain('擬報，尚未確認');
    expect(mail.text).not.toContain('調度');
    expect(story.sink.mailTo('convenor@ey.example')).toEqual([]);
    await expect(story.sees('convenor', id)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('DEC-20 S7.10.1d S7.10.4d S7.10.4e SF3.1: confirmed at 02:47: the convenor, a task to each deputy, all eight subgroups once', async () => {
    await story.at('02:47');
    const answer = await story.does('officer', id, {
      act: 'confirm-level',
      level: 'A',
      reason: '影響公共安全、社會秩序',
    });
    expect(answer.state).toBe('handling');
    expect(await story.told(id, 'top-convenor')).toEqual(['convenor']);
    expect(await story.told(id, 'top-deputies')).toEqual(DEPUTIES);
    expect(await story.told(id, 'top-summons')).toEqual(['service-centre', ...SUBGROUPS]);
    const notices = await story.notices(id);
    const fired = notices.filter((notice) => notice.route.startsWith('top-'));
    expect(Object.values(count(fired.map((notice) => notice.post)))).toEqual(Array(15).fill(1));
    expect(
      fired
        .filter((notice) => notice.expects === 'task')
        .map((notice) => notice.post)
        .sort(),
    ).toEqual(DEPUTIES);
    const view = await story.sees('officer', id);
    expect(view.crossings).toBe(1);
    expect(view.clocks.find((clock) => clock.definition === 'convenor-told')).toMatchObject({
      state: 'running',
      dueAt: expect.stringContaining('2026-03-04T18:57'),
      note: { zh: '計畫未定；建議值' },
    });
    // Whoever had been asked to stand by while it was only proposed is asked no more.
    const proposed = notices.filter((notice) => notice.route === 'proposed-top-deputies');
    expect(proposed.every((notice) => notice.closedAt !== null || notice.acknowledgedAt !== null)).toBe(true);
    await story.settle();
    const mail = await story.sink.waitForMail((one) => one.to.includes('convenor@ey.example'));
    expect(mail.subject).toContain('115-0001');
  });

  test('DEC-20: a deputy reports the convenor told; the other deputies’ tasks are satisfied and say by whom', async () => {
    await story.at('02:52');
    const answer = await story.does('deputy', id, {
      act: 'report-convenor-told',
      at: '2026-03-05T02:51:00+08:00',
      how: 'telephone',
      reason: '',
    });
    expect(answer.toldParties.map((party) => party.organisationName.zh).sort()).toEqual([
      '國家安全會議',
      '行政院主計處電子處理資料中心',
    ]);
    const tasks = (await story.notices(id)).filter((notice) => notice.route === 'top-deputies');
    const own = tasks.find((notice) => notice.post === 'deputy-convenor-stag');
    expect(own?.status).toBe('acknowledged');
    for (const other of tasks.filter((notice) => notice !== own)) {
      expect(other).toMatchObject({ status: 'closed', closedWhy: 'convenor-told' });
    }
    const view = await story.sees('deputy-edpc', id);
    expect(view.facts.find((fact) => fact.kind === 'convenor-told')).toMatchObject({
      person: { name: { zh: '杜副召' } },
      data: { how: 'telephone', at: '2026-03-04T18:51:00.000Z' },
    });
    expect(view.may.map((one) => one.act)).not.toContain('report-convenor-told');
  });

  test('S7.10.4d: the convenor acknowledges at 02:53 and the clock is met', async () => {
    await story.at('02:53');
    await story.acknowledges('convenor', id);
    const view = await story.sees('convenor', id);
    expect(view.clocks.find((clock) => clock.definition === 'convenor-told')).toMatchObject({
      state: 'met',
      metAt: expect.stringContaining('2026-03-04T18:53'),
      overdue: false,
    });
    await story.at('03:20');
    const after = await story.sees('convenor', id);
    expect(
      after.facts.filter(
        (fact) => fact.kind === 'clock-overdue' && fact.data['definition'] === 'convenor-told',
      ),
    ).toEqual([]);
  });

  test('SI.2 S7.10.4f DEC-15: lowered to B at 03:30, history kept, those told are told, nothing stands down', async () => {
    // Proposed by one, approved by another (ISO-15); the level is the old one until then.
    await story.at('03:26');
    await story.does('officer', id, { act: 'change-level', level: 'B', reason: '已改人工調度恢復供電' });
    expect((await story.sees('engineer', id)).case.level).toBe('A');
    await story.at('03:30');
    await story.approves('deputy', id);
    const view = await story.sees('officer', id);
    expect(view.case).toMatchObject({ level: 'B', levelStatus: 'confirmed', state: 'handling', open: true });
    expect(view.gradings.map((one) => [one.level, one.status, one.person?.name.zh, one.reason])).toEqual([
      ['A', 'proposed', '林值勤', ''],
      ['A', 'confirmed', '林值勤', '影響公共安全、社會秩序'],
      ['B', 'confirmed', '杜副召', '已改人工調度恢復供電'],
    ]);
    const told = await story.told(id, 'regraded');
    expect(told).toEqual(
      expect.arrayContaining(['convenor', ...SUBGROUPS.filter((post) => post !== 'subgroup-defence')]),
    );
    // B and below goes to the deputies again (DEC-3).
    expect(
      (await story.told(id, 'graded-deputies')).length +
        told.filter((post) => DEPUTIES.includes(post)).length,
    ).toBe(3);
  });

  test('H7: raised to A again at 04:10: crossing 2 fires the A branch again, once', async () => {
    await story.at('04:10');
    await story.does('officer', id, { act: 'change-level', level: 'A', reason: '再度中斷' });
    expect(await story.told(id, 'top-convenor')).toEqual(['convenor', 'convenor']);
    expect(await story.told(id, 'top-deputies')).toEqual([...DEPUTIES, ...DEPUTIES].sort());
    expect(await story.told(id, 'top-summons')).toEqual(
      ['service-centre', 'service-centre', ...SUBGROUPS, ...SUBGROUPS].sort(),
    );
    const view = await story.sees('officer', id);
    expect(view.crossings).toBe(2);
    expect(
      view.clocks.filter((clock) => clock.definition === 'convenor-told').map((clock) => clock.state),
    ).toEqual(['met', 'running']);
    expect(await story.refuses('officer', id, { act: 'change-level', level: 'A', reason: '同級' })).toBe(
      'level-same',
    );
    await story.acknowledges('convenor', id);
  });

  test('S8.3.7 DEC-14: recovered at 06:50, sent back at 07:15, filed again at 07:40, released at 07:50; both kept', async () => {
    await story.at('06:50');
    const recovery = { ...DISPATCH, cause: '韌體錯誤。', resolvedAt: '2026-03-05T06:30:00+08:00' };
    const first = await story.files(
      'engineer',
      'power',
      { ...recovery, solution: '重新開機' },
      { kind: 'recovery', caseId: id },
    );
    expect(first).toMatchObject({ number: '115-0001', state: 'recovered' });
    await story.at('07:15');
    const back = await story.does('officer', id, { act: 'send-back', reason: '解決辦法不明' });
    expect(back).toMatchObject({ state: 'handling' });
    expect(await story.told(id, 'sent-back')).toEqual(['contact-power']);
    expect(await story.refuses('officer', id, { act: 'release', reason: '' })).toBe('forbidden-act');
    await story.at('07:40');
    await story.files(
      'engineer',
      'power',
      { ...recovery, solution: '更換控制器並更新韌體，已測試一小時。' },
      { kind: 'recovery', caseId: id },
    );
    await story.at('07:46');
    const proposed = await story.does('officer', id, { act: 'release', reason: '' });
    expect(proposed).toMatchObject({ proposed: true, state: 'recovered' });
    await story.at('07:50');
    const released = await story.approves('officer2', id);
    expect(released.state).toBe('released');
    const view = await story.sees('engineer', id);
    expect(view.reports.map((report) => report.content.solution)).toEqual([
      '',
      '重新開機',
      '更換控制器並更新韌體，已測試一小時。',
    ]);
    expect(view.clocks.every((clock) => clock.state !== 'running')).toBe(true);
    const told = await story.told(id, 'released');
    expect(told).toEqual(expect.arrayContaining(['convenor', 'contact-power', ...DEPUTIES, ...SUBGROUPS]));
    expect(Object.values(count(told)).every((times) => times === 1)).toBe(true);
    // Nothing asks anybody for anything any more.
    const open = (await story.notices(id)).filter(
      (notice) => notice.expects !== 'none' && notice.acknowledgedAt === null && notice.closedAt === null,
    );
    expect(open).toEqual([]);
  });
});

describe('a proposed A that nobody confirms', () => {
  let story: Story;
  let id: string;
  beforeAll(async () => {
    story = await openStory('2026-03-06T02:40:00+08:00');
    await story.at('02:44');
    id = (await story.files('engineer', 'power', { ...DISPATCH, occurred: undefined, aware: undefined }))
      .caseId;
  });
  afterAll(() => story.close());

  test('DEC-4: nine minutes later the convenor has still not been told', async () => {
    await story.at('02:53');
    expect((await story.notices(id)).map((notice) => notice.post)).not.toContain('convenor');
  });

  test('DEC-4 INV-4: ten minutes later he is told all the same, marked unconfirmed, once', async () => {
    await story.at('02:55');
    await story.settle();
    expect(await story.told(id, 'top-unconfirmed-convenor')).toEqual(['convenor']);
    expect(await story.told(id, 'top-unconfirmed-deputies')).toEqual(DEPUTIES);
    expect(await story.told(id, 'top-unconfirmed-summons')).toEqual(['service-centre', ...SUBGROUPS]);
    const mail = await story.sink.waitForMail((one) => one.to.includes('convenor@ey.example'));
    expect(mail.subject).toContain('未經確認');
    const view = await story.sees('convenor', id);
    expect(view.case).toMatchObject({ levelStatus: 'proposed', state: 'reported' });
    expect(view.facts.filter((fact) => fact.kind === 'threshold-reached')).toHaveLength(1);
    expect(view.facts.find((fact) => fact.kind === 'threshold-reached')?.person).toBeNull();
  });

  test('H7: confirmed later, the A branch fires nothing a second time; those told hear that it is confirmed', async () => {
    await story.at('03:05');
    const answer = await story.does('officer', id, { act: 'confirm-level', level: 'A', reason: '' });
    expect(answer.state).toBe('handling');
    const notices = await story.notices(id);
    expect(notices.filter((notice) => notice.route === 'top-convenor')).toEqual([]);
    expect(notices.filter((notice) => notice.route.startsWith('top-summons'))).toEqual([]);
    expect(await story.told(id, 'regraded')).toEqual(expect.arrayContaining(['convenor', ...DEPUTIES]));
    const view = await story.sees('officer', id);
    expect(view.crossings).toBe(1);
    expect(view.clocks.filter((clock) => clock.definition === 'convenor-told')).toHaveLength(1);
    // A task once given is not taken back by the confirmation.
    const tasks = notices.filter((notice) => notice.expects === 'task');
    expect(tasks.map((notice) => notice.status)).not.toContain('closed');
  });
});

describe('the desk is asleep', () => {
  let story: Story;
  let id: string;
  beforeAll(async () => {
    story = await openStory('2026-03-07T03:00:00+08:00');
    id = (await story.files('teacher', 'school', { impactLevel: 'C' })).caseId;
  });
  afterAll(() => story.close());

  test('SI.7 DEC-6: after the pack’s thirty minutes the deputies are told that the desk has not answered, once', async () => {
    await story.at('03:29');
    expect(await story.told(id, 'desk-silent')).toEqual([]);
    await story.at('03:31');
    await story.at('03:45');
    expect(await story.told(id, 'desk-silent')).toEqual(DEPUTIES);
    const mail = await story.sink.waitForMail((one) => one.to.includes('deputy@stag.example'));
    expect(mail.subject).toContain('值勤台逾時未回應');
    expect(mail.text).toContain('02-0000-1100');
  });

  test('INV-4: a clock fired by two workers, or before its moment, fires once and not early', async () => {
    const fresh = await story.files('teacher', 'school', { impactLevel: 'C' });
    const ids = (await story.sees('officer', fresh.caseId)).clocks.map((clock) => clock.id);
    const fire = () =>
      Promise.all(ids.map((clock) => fireClock(story.ctx, SYSTEM, { id: clock, caseId: fresh.caseId })));
    const fired = async () =>
      (await story.sees('officer', fresh.caseId)).facts.filter((fact) => fact.kind.startsWith('clock-'));
    await fire();
    expect(await fired()).toEqual([]);
    story.clock.advance(45 * 60_000);
    await Promise.all([fire(), fire()]);
    await fire();
    expect((await fired()).map((fact) => [fact.kind, fact.data['definition']]).sort()).toEqual([
      ['clock-overdue', 'confirm-level'],
      ['clock-overdue', 'register'],
    ]);
    expect(await story.told(fresh.caseId, 'desk-silent')).toEqual(DEPUTIES);
  });

  test('DEC-6 H14: receipts and level stay open and red; nothing is blocked, and a late answer counts as late', async () => {
    const view = await story.queue('officer');
    const row = view.items.find((one) => one.case.id === id);
    expect(row?.reasons.slice(0, 2)).toEqual(['notice-late', 'clock-overdue']);
    // By now the deputies have not answered either.
    const calls = row?.calls.map((call) => call.party.capacities[0]);
    expect(calls).toEqual(expect.arrayContaining(['authority', 'subgroup']));
    // The desk's own silence lifts the case, but nobody is told to ring himself up.
    expect(calls).not.toContain('centre');
    const own = (await story.sees('officer', id)).knows.find((line) =>
      line.party.capacities.includes('centre'),
    );
    expect(own).toMatchObject({ late: true, call: null });
    await story.does('officer', id, { act: 'register' });
    await story.does('officer', id, { act: 'confirm-level', level: 'C', reason: '' });
    const after = await story.sees('officer', id);
    for (const name of ['register', 'confirm-level']) {
      expect(after.clocks.find((clock) => clock.definition === name)).toMatchObject({
        state: 'met',
        overdue: true,
      });
    }
  });
});
