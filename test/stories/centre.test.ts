/** The response centre: formed up at A by itself, at B by a deputy's order, and stood down by decision only. */
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyCases } from '../../src/cases/index.ts';
import { verifyCentre } from '../../src/centre/index.ts';
import { type CentreStory, openCentreStory } from './centre-harness.ts';
import { refusalOf } from './harness.ts';

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
const NAME = expect.stringMatching(/[^—]/);
const ALL = [...SUBGROUPS, ...DEPUTIES, 'convenor', 'contact-moea', 'service-centre', 'wg-crisis'].sort();

async function codes(story: CentreStory, ids: readonly { post: { id: string } }[]): Promise<string[]> {
  const directory = await story.world.snapshot();
  return ids.map((one) => directory.posts.get(one.post.id)?.code ?? '?').sort();
}

describe('an A case at night', () => {
  let story: CentreStory;
  let first: string;
  let second: string;
  let id: string;
  let report: string;
  beforeAll(async () => {
    story = await openCentreStory('2026-03-05T02:40:00+08:00');
    first = (await story.files('engineer', 'power', { impactLevel: 'A' })).caseId;
  });
  afterAll(() => story.close());

  test('S7.10.1c S7.10.4e: only when the level is reached the centre forms up, with its summons and its meeting, in one transaction', async () => {
    await story.at('02:44');
    expect(await story.active('deputy')).toBeNull();
    await story.at('02:47');
    await story.does('officer', first, { act: 'confirm-level', level: 'A', reason: '影響公共安全' });
    const view = await story.active('deputy');
    if (!view) throw new Error('not formed up');
    id = view.id;
    expect(view).toMatchObject({
      level: 'A',
      top: true,
      openedAt: expect.stringContaining('2026-03-04T18:47'),
    });
    expect(await codes(story, view.summons)).toEqual(ALL);
    expect(view.summons.every((one) => one.answer === null)).toBe(true);
    expect(view.cases.map((one) => [one.id, one.cause])).toEqual([[first, 'threshold']]);
    expect(view.meetings).toHaveLength(1);
    const meeting = await story.meeting('deputy', view.meetings[0]?.id ?? '');
    expect(meeting).toMatchObject({ state: 'called', startsAt: expect.stringContaining('2026-03-04T19:47') });
    expect(meeting.invited).toHaveLength(ALL.length);
  });

  test('S7.10.3a S7.10.3b: forming up hands coordination to the crisis notification working group, and who switches back is on record', async () => {
    const view = await story.enters('wg-officer', id);
    expect(view).toMatchObject({ coordination: 'emergency', coordinator: { code: 'wg-crisis' } });
    expect(view.events.map((one) => one.kind).slice(0, 2)).toEqual(['activated', 'mode-switched']);
    expect(view.may.map((one) => one.act)).toContain('run-centre');
    // The subgroup that coordinates every day does not run it now.
    const crisis = await story.enters('crisis-officer', id);
    expect(crisis.may.map((one) => one.act)).not.toContain('run-centre');
    await story.inCentre('deputy', id, { act: 'switch-mode', to: 'normal', reason: '先依行政體制處理' });
    expect((await story.enters('wg-officer', id)).may.map((one) => one.act)).not.toContain('run-centre');
    expect((await story.enters('crisis-officer', id)).may.map((one) => one.act)).toContain('run-centre');
    await story.inCentre('deputy', id, { act: 'switch-mode', to: 'emergency', reason: '情勢擴大' });
    const events = (await story.enters('auditor', id)).events.filter((one) => one.kind === 'mode-switched');
    expect(events.map((one) => [one.about['to'], one.about['text'], one.person?.name.zh ?? null])).toEqual([
      ['emergency', '', NAME],
      ['normal', '先依行政體制處理', NAME],
      ['emergency', '情勢擴大', NAME],
    ]);
  });

  test('S7.10.4e: who has not answered stands first; an answer confirms the notice, and the task to tell the convenor stays', async () => {
    await story.at('02:50');
    await story.inCentre('moea-officer', id, {
      act: 'answer-summons',
      post: await story.post('subgroup-enterprise-1'),
      answer: 'coming',
      eta: '2026-03-05T03:30:00+08:00',
      note: '帶一名工程師',
    });
    await story.inCentre('deputy', id, {
      act: 'answer-summons',
      post: await story.post('deputy-convenor-stag'),
      answer: 'remote',
    });
    const view = await story.enters('convenor', id);
    const answered = view.summons.map((one) => one.answer?.answer ?? null);
    expect(answered.slice(0, -2).every((one) => one === null)).toBe(true);
    expect(answered.slice(-2).sort()).toEqual(['coming', 'remote']);
    expect(view.summons.find((one) => one.answer?.answer === 'coming')?.answer).toMatchObject({
      eta: '2026-03-04T19:30:00.000Z',
      note: '帶一名工程師',
    });
    const knows = await story.knows(first);
    expect(knows['subgroup-enterprise-1/top-summons']).toBe('acknowledged');
    expect(knows['deputy-convenor-stag/top-deputies']).not.toBe('acknowledged');
    await story.at('03:05');
    const late = (await story.enters('convenor', id)).summons;
    expect(late[0]).toMatchObject({ answer: null, late: true });
  });

  test('S7.10.3c: nobody answers for another but whoever runs the centre, and that is marked as told by telephone', async () => {
    const answer = {
      act: 'answer-summons',
      post: await story.post('subgroup-academia'),
      answer: 'deputy',
    } as const;
    expect(await refusalOf(story.inCentre('moea-officer', id, answer))).toBe('forbidden-act');
    expect(await refusalOf(story.inCentre('teacher', id, answer))).toBe('not-found');
    await story.inCentre('wg-officer', id, answer);
    const view = await story.enters('wg-officer', id);
    const moe = view.summons.find((one) => one.answer?.answer === 'deputy');
    expect(moe?.answer).toMatchObject({ recorded: true, person: { name: { zh: '丁召集' } } });
    expect((await story.knows(first))['subgroup-academia/top-summons']).toBe('acknowledged');
  });

  test('S7.10.3c S7.11.0a: arrival, leaving and shifts by group; whoever arrives has answered', async () => {
    await story.at('03:28');
    await story.inCentre('mof-officer', id, { act: 'check-in' });
    await story.inCentre('tsc-engineer', id, { act: 'check-in', remote: true });
    const shift = uuid();
    const person = (await story.person('tsc-engineer')).personId;
    const relief = (await story.person('tsc-engineer2')).personId;
    const plan = (who: string, from: string, to: string, made = uuid()) =>
      ({
        act: 'plan-shift',
        id: made,
        group: 'service-centre',
        person: who,
        from: `2026-03-05T${from}:00+08:00`,
        to: `2026-03-05T${to}:00+08:00`,
      }) as const;
    expect(await refusalOf(story.inCentre('tsc-engineer', id, plan(person, '03:00', '08:00')))).toBe(
      'forbidden-act',
    );
    await story.inCentre('wg-officer', id, plan(person, '03:00', '08:00', shift));
    // Sent twice it is planned once; and nobody is in two places.
    await story.inCentre('wg-officer', id, plan(person, '03:00', '08:00', shift));
    expect(await refusalOf(story.inCentre('wg-officer', id, plan(person, '07:00', '09:00')))).toBe(
      'invalid-input from:bad-choice',
    );
    const outsider = (await story.person('mof-officer')).personId;
    expect(await refusalOf(story.inCentre('wg-officer', id, plan(outsider, '09:00', '12:00')))).toBe(
      'invalid-input person:bad-choice',
    );
    const next = uuid();
    await story.inCentre('wg-officer', id, plan(relief, '08:00', '16:00', next));
    const view = await story.enters('deputy', id);
    const staff = view.stations.find((one) => one.group.code === 'service-centre');
    expect(staff).toMatchObject({ atLeast: 2, present: 1 });
    expect(staff?.shifts.map((one) => [one.person.name.en, one.now])).toEqual([
      ['Engineer Ma', true],
      ['Engineer Niu', false],
    ]);
    expect(view.summons.find((one) => one.post.name.en === 'Officer of enterprise subgroup 3')).toMatchObject(
      {
        present: 1,
        answer: { answer: 'coming', recorded: false },
      },
    );
    await story.at('08:00');
    await story.inCentre('tsc-engineer', id, {
      act: 'hand-over-shift',
      shift,
      to: next,
      text: '電力調度仍以人工進行',
    });
    await story.inCentre('tsc-engineer', id, { act: 'check-out' });
    expect(await refusalOf(story.inCentre('tsc-engineer', id, { act: 'check-out' }))).toBe('conflict');
    const after = (await story.enters('deputy', id)).stations.find(
      (one) => one.group.code === 'service-centre',
    );
    expect(after?.shifts[0]?.handedOver).toMatchObject({ note: '電力調度仍以人工進行' });
    expect(after?.present).toBe(0);
  });

  test('S7.10.4f: a second A case joins; a case that reaches A again fires once and forms up nothing anew', async () => {
    second = (await story.files('teacher', 'school', { impactLevel: 'D' })).caseId;
    await story.does('officer', second, { act: 'confirm-level', level: 'D', reason: '' });
    expect((await story.enters('deputy', id)).cases).toHaveLength(1);
    await story.does('officer', second, { act: 'change-level', level: 'A', reason: '擴及全國' });
    const view = await story.enters('deputy', id);
    expect(view.cases.map((one) => one.id).sort()).toEqual([first, second].sort());
    expect((await story.centre('deputy')).activations).toHaveLength(1);
    // Lowered by two, nothing stands down; raised once more, one fact says so.
    await story.does('officer', second, { act: 'change-level', level: 'B', reason: '區域恢復' });
    await story.approves('officer2', second);
    expect((await story.enters('deputy', id)).active).toBe(true);
    await story.does('officer', second, { act: 'change-level', level: 'A', reason: '再次擴大' });
    const events = (await story.enters('deputy', id)).events.map((one) => one.kind);
    expect(events.filter((kind) => kind === 'activated')).toHaveLength(1);
    expect(events.filter((kind) => kind === 'case-joined')).toHaveLength(1);
    expect(events.filter((kind) => kind === 'case-crossed')).toHaveLength(1);
    expect((await story.enters('deputy', id)).meetings).toHaveLength(1);
  });

  test('S7.11.0b ISO-15: the service centre drafts a situation report from the facts; another person approves it', async () => {
    const paragraphs = await story.drafts('tsc-engineer', id);
    expect(paragraphs[0]?.text).toContain('召集 16 個單位');
    expect(
      paragraphs
        .slice(1)
        .map((one) => one.number)
        .sort(),
    ).toEqual(['115-0001', '115-0002']);
    report = uuid();
    const draft = {
      act: 'draft-situation-report',
      id: report,
      paragraphs: paragraphs.map(({ caseId, text }) => ({ caseId, text })),
    } as const;
    expect(await refusalOf(story.inCentre('mof-officer', id, draft))).toBe('forbidden-act');
    await story.inCentre('tsc-engineer', id, draft);
    await story.inCentre('tsc-engineer', id, draft);
    const approve = { act: 'approve-situation-report', report } as const;
    expect(await refusalOf(story.inCentre('tsc-engineer', id, approve))).toBe('forbidden-act');
    // Whoever wrote it does not approve it in another of his posts either.
    await story.inCentre('wg-officer', id, { ...draft, id: uuid() });
    const own = (await story.enters('wg-officer', id)).reports.find((one) => one.mine);
    expect(
      await refusalOf(
        story.inCentre('wg-officer', id, { act: 'approve-situation-report', report: own?.id ?? '' }),
      ),
    ).toBe('second-person-needed');
    await story.inCentre('wg-officer', id, approve);
    await story.inCentre('deputy', id, {
      act: 'decline-situation-report',
      report: own?.id ?? '',
      reason: '與第一號重複',
    });
    const { reports } = await story.enters('deputy', id);
    expect(reports.map((one) => [one.ordinal, one.approved !== null, one.declined?.note ?? null])).toEqual([
      [1, true, null],
      [2, false, '與第一號重複'],
    ]);
  });

  test('H28: a case under an order of silence is named in the centre to nobody who may not see it', async () => {
    const number = (await story.sees('officer', second)).case.number;
    await story.inCentre('deputy', id, { act: 'log', id: uuid(), text: `教育部回報 ${number} 已下線` });
    const log = async (code: string) => (await story.enters(code, id)).log.map((one) => one.text);
    expect(await log('mof-officer')).toHaveLength(1);
    await story.does('officer', second, {
      act: 'hold',
      authority: '某檢察署',
      organisationId: null,
      reference: '115 偵 9',
      until: null,
      reason: '',
    });
    for (const code of ['mof-officer', 'tsc-engineer', 'wg-officer', 'auditor']) {
      const seen = JSON.stringify([
        await story.enters(code, id),
        await story.centre(code),
        await story.drafts(code, id),
        await story.reviews(code, id),
      ]);
      expect([code, seen.includes(number)]).toEqual([code, false]);
      expect([code, seen.includes(second)]).toEqual([code, false]);
    }
    expect(await log('mof-officer')).toEqual([]);
    expect(await log('deputy')).toHaveLength(1);
    // However it is written.
    await story.inCentre('deputy', id, {
      act: 'log',
      id: uuid(),
      text: `１１５－${number.slice(4)} 仍在處理`,
    });
    expect(await log('mof-officer')).toEqual([]);
    expect((await story.enters('mof-officer', id)).cases.map((one) => one.id)).toEqual([first]);
    // A reader's report cannot be about a case he does not see.
    expect(
      await refusalOf(
        story.inCentre('tsc-engineer', id, {
          act: 'draft-situation-report',
          id: uuid(),
          paragraphs: [{ caseId: second, text: '某案' }],
        }),
      ),
    ).toBe('invalid-input paragraphs.0.caseId:bad-choice');
  });

  test('DEC-15 S7.10.1c: at A the convenor alone stands it down, by decision and with his reason; everybody told is told', async () => {
    const standDown = { act: 'stand-down', reason: '供電恢復，無擴大之虞' } as const;
    for (const code of ['deputy', 'wg-officer', 'officer', 'moea-officer', 'tsc-engineer'])
      expect([code, await refusalOf(story.inCentre(code, id, standDown))]).toEqual([code, 'forbidden-act']);
    await story.at('20:00');
    await story.inCentre('convenor', id, standDown);
    const view = await story.enters('mof-officer', id);
    expect(view).toMatchObject({ active: false, may: [], here: false });
    expect(view.standDown).toMatchObject({
      note: '供電恢復，無擴大之虞',
      person: { name: { zh: '何召集' } },
    });
    expect(await story.told(first, 'stood-down')).toEqual(
      expect.arrayContaining(['wg-crisis', 'contact-power', ...DEPUTIES, ...SUBGROUPS]),
    );
    expect(await refusalOf(story.inCentre('convenor', id, standDown))).toBe('centre-stood-down');
    // The case stays under control.
    expect((await story.sees('officer', first)).case).toMatchObject({ state: 'handling', open: true });
  });

  test('the after-action report says what the record says', async () => {
    const review = await story.reviews('auditor', id);
    expect(review).toMatchObject({
      summoned: 16,
      answered: 5,
      inTime: 2,
      firstAnswer: 3,
      allAnswered: null,
      firstArrival: 41,
      reports: 2,
      approved: 1,
      meetings: 1,
      people: 2,
    });
    expect(review.silent).toHaveLength(11);
    expect(review.lasted).toBe(17 * 60 + 13);
  });

  test('S7.10.4f: after that, reaching A again forms the centre up anew', async () => {
    await story.does('officer', first, { act: 'change-level', level: 'B', reason: '已恢復' });
    await story.approves('officer2', first);
    await story.does('officer', first, { act: 'change-level', level: 'A', reason: '再度中斷' });
    const view = await story.active('deputy');
    expect(view?.id).not.toBe(id);
    expect((await story.centre('deputy')).activations.map((one) => one.active)).toEqual([true, false]);
  });

  test('INV-2 INV-8: the centre is rebuilt from its facts, and a word changed in what was written is found', async () => {
    expect((await verifyCentre(story.ctx)).faults).toEqual([]);
    expect((await verifyCases(story.ctx)).faults).toEqual([]);
    await story.world.owner.query(`update centre_texts set body = body || '！' where kind = 'stand-down'`);
    expect((await verifyCentre(story.ctx)).faults).toHaveLength(1);
  });
});

describe('a B case', () => {
  let story: CentreStory;
  let id: string;
  let meeting: string;
  beforeAll(async () => {
    story = await openCentreStory('2026-03-06T10:00:00+08:00');
    id = (await story.files('teacher', 'school', { impactLevel: 'B' })).caseId;
    await story.does('officer', id, { act: 'confirm-level', level: 'B', reason: '' });
  });
  afterAll(() => story.close());

  test('S7.10.4a: it is for a deputy convenor, and for nobody else, to leave it, call a meeting or order stationing', async () => {
    expect(await story.told(id, 'graded-deputies')).toEqual(DEPUTIES);
    expect(await story.active('deputy')).toBeNull();
    const startsAt = '2026-03-06T11:00:00+08:00';
    for (const code of ['officer', 'teacher', 'moe-officer', 'inspector']) {
      expect(await story.refuses(code, id, { act: 'leave-to-agency', reason: '' })).toBe('forbidden-act');
      expect(await story.refuses(code, id, { act: 'order-stationing', reason: '' })).toBe('forbidden-act');
      expect(
        await story.refuses(code, id, { act: 'call-meeting', startsAt, place: '會議室', reason: '' }),
      ).toBe('forbidden-act');
    }
    const answer = await story.does('deputy', id, { act: 'leave-to-agency', reason: '機關可自行處理' });
    expect(answer.toldParties.map((one) => one.capacities)).toContainEqual(['informed']);
    expect(await story.told(id, 'left-to-agency')).toEqual(
      ['contact-school', 'deputy-convenor-edpc', 'deputy-convenor-natsec', 'duty-officer'].sort(),
    );
    expect(await story.active('deputy')).toBeNull();
  });

  test('S7.10.4b: a meeting is called with its invitations, and an invitation a calendar understands', async () => {
    await story.at('10:20');
    expect(
      await story.refuses('deputy', id, {
        act: 'call-meeting',
        startsAt: '2026-03-06T09:00:00+08:00',
        place: '會議室',
        reason: '',
      }),
    ).toBe('invalid-input startsAt:in-the-past');
    await story.does('deputy', id, {
      act: 'call-meeting',
      startsAt: '2026-03-06T11:00:00+08:00',
      place: '應變中心會議室；線上：https://meet.example/7',
      reason: '研商備援',
    });
    expect(await story.told(id, 'meeting-called')).toEqual(
      expect.arrayContaining([...SUBGROUPS, 'service-centre', 'wg-crisis']),
    );
    expect(await story.active('deputy')).toBeNull();
    const row = (await story.centre('moe-officer')).meetings[0];
    meeting = row?.id ?? '';
    const view = await story.meeting('moe-officer', meeting);
    expect(view).toMatchObject({ case: { id }, reason: '研商備援', sequence: 0, runs: false });
    expect(await refusalOf(story.meeting('teacher', meeting))).toBe('not-found');
    const file = await story.invitation('moe-officer', meeting);
    expect(file).toContain(`UID:${meeting}@`);
    expect(file).toContain('DTSTART;TZID=Asia/Taipei:20260306T110000');
    expect(file.replaceAll('\r\n ', '')).toContain('LOCATION:應變中心會議室；線上：https://meet.example/7');
    expect(file).not.toContain('115-0001');
  });

  test('S7.10.4b: attendance, minutes, decisions, and actions followed to done', async () => {
    await story.at('11:05');
    const post = await story.post('subgroup-academia');
    await story.inMeeting('moe-officer', meeting, { act: 'attend', post, presence: 'remote' });
    expect(
      await refusalOf(story.inMeeting('moe-officer', meeting, { act: 'minutes', id: uuid(), text: '擅自' })),
    ).toBe('forbidden-act');
    await story.inMeeting('tsc-engineer', meeting, { act: 'minutes', id: uuid(), text: '各分組說明現況。' });
    await story.inMeeting('deputy', meeting, { act: 'decide', id: uuid(), text: '啟用異地備援。' });
    const action = uuid();
    const assign = {
      act: 'assign',
      id: action,
      post,
      due: '2026-03-06T15:00:00+08:00',
      text: '督導學校換發憑證',
    } as const;
    await story.inMeeting('deputy', meeting, assign);
    await story.inMeeting('deputy', meeting, assign);
    expect(await refusalOf(story.inMeeting('mof-officer', meeting, { act: 'done', action }))).toBe(
      'forbidden-act',
    );
    await story.at('15:30');
    expect((await story.meeting('moe-officer', meeting)).actions).toMatchObject([
      { late: true, mine: true, doneAt: null },
    ]);
    await story.inMeeting('moe-officer', meeting, { act: 'done', action, text: '已換發' });
    await story.inMeeting('deputy', meeting, {
      act: 'move',
      startsAt: '2026-03-06T16:00:00+08:00',
      place: '大會議室',
    });
    const view = await story.meeting('deputy', meeting);
    expect(view.actions).toMatchObject([{ text: '督導學校換發憑證', doneText: '已換發' }]);
    expect(view).toMatchObject({ minutes: '各分組說明現況。', sequence: 1, runs: true });
    expect(view.decisions.map((one) => one.text)).toEqual(['啟用異地備援。']);
    expect(view.invited.find((one) => one.post.id === post)?.presence).toBe('remote');
    await story.inMeeting('deputy', meeting, { act: 'cancel', reason: '已無必要' });
    const file = await story.invitation('deputy', meeting, 'en');
    expect(file).toContain('METHOD:CANCEL');
    expect(file).toContain('SEQUENCE:2');
    expect(file).toContain('STATUS:CANCELLED');
    expect(await refusalOf(story.inMeeting('deputy', meeting, { act: 'end' }))).toBe('centre-stood-down');
  });

  test('S7.10.4c S8.2.1: one deputy convenor orders stationing; the centre forms up for B, and nobody below may undo it', async () => {
    await story.at('16:00');
    await story.does('deputy', id, { act: 'order-stationing', reason: '須跨機關處理' });
    const view = await story.active('deputy-edpc');
    if (!view) throw new Error('not formed up');
    expect(view).toMatchObject({ level: 'B', top: false, coordination: 'emergency' });
    expect(view.stations.map((one) => [one.group.code, one.atLeast])).toEqual([
      ['wg-crisis', 1],
      ['service-centre', 1],
      ['sg-crisis', 1],
    ]);
    expect(view.meetings).toEqual([]);
    expect(await story.told(id, 'stationing')).toEqual(expect.arrayContaining(SUBGROUPS));
    expect(await story.told(id, 'stationing-deputies')).toEqual(DEPUTIES);
    // Not by leaving it to the agency after all, not even another deputy;
    expect(await story.refuses('deputy-edpc', id, { act: 'leave-to-agency', reason: '' })).toBe(
      'stationing-stands',
    );
    expect(await story.refuses('deputy-edpc', id, { act: 'order-stationing', reason: '' })).toBe(
      'stationing-stands',
    );
    // not by standing it down; not by grading, nor by releasing the case.
    for (const code of ['officer', 'wg-officer', 'moe-officer', 'crisis-officer', 'tsc-engineer'])
      expect([
        code,
        await refusalOf(story.inCentre(code, view.id, { act: 'stand-down', reason: '不必了' })),
      ]).toEqual([code, 'forbidden-act']);
    await story.does('officer', id, { act: 'change-level', level: 'D', reason: '僅一校' });
    expect((await story.enters('deputy', view.id)).active).toBe(true);
    await story.inCentre('deputy-edpc', view.id, { act: 'stand-down', reason: '已由學校自行恢復' });
    expect((await story.enters('deputy', view.id)).active).toBe(false);
    // Once stood down, a deputy may choose anew.
    await story.does('deputy', id, { act: 'leave-to-agency', reason: '' });
    expect((await verifyCases(story.ctx)).faults).toEqual([]);
    expect((await verifyCentre(story.ctx)).faults).toEqual([]);
  });
});

describe('behind walls and under silence', () => {
  let story: CentreStory;
  beforeAll(async () => {
    story = await openCentreStory('2026-03-07T10:00:00+08:00');
  });
  afterAll(() => story.close());

  test('DEC-19: a defence case forms a centre of its own group, which nobody outside sees', async () => {
    const { caseId } = await story.files('captain', 'brigade', { impactLevel: 'A' });
    await story.does('mnd-officer', caseId, { act: 'confirm-level', level: 'A', reason: '作戰系統' });
    const own = await story.active('mnd-officer');
    if (!own) throw new Error('not formed up');
    expect(own.compartment).toBe('defence');
    expect(await codes(story, own.summons)).toEqual(['subgroup-defence']);
    for (const code of [
      'officer',
      'deputy',
      'convenor',
      'auditor',
      'observer',
      'wg-officer',
      'moe-officer',
      'tsc-engineer',
    ]) {
      expect([code, await story.centre(code)]).toMatchObject([code, { activations: [], meetings: [] }]);
      expect([code, await refusalOf(story.enters(code, own.id))]).toEqual([code, 'not-found']);
      expect([
        code,
        await refusalOf(story.inCentre(code, own.id, { act: 'stand-down', reason: '看' })),
      ]).toEqual([code, 'not-found']);
    }
    // It is stood down by its own, and a nation's A case beside it forms up the nation's centre.
    const open = (await story.files('engineer', 'power', { impactLevel: 'A' })).caseId;
    await story.does('officer', open, { act: 'confirm-level', level: 'A', reason: '供電' });
    expect((await story.active('deputy'))?.cases.map((one) => one.id)).toEqual([open]);
    expect((await story.centre('mnd-officer')).activations).toHaveLength(2);
    await story.inCentre('mnd-officer', own.id, { act: 'stand-down', reason: '演習結束' });
    const nation = await story.active('convenor');
    await story.inCentre('convenor', nation?.id ?? '', { act: 'stand-down', reason: '恢復' });
  });

  test('H28: under an order of silence nothing forms up; when it is lifted, those concerned are summoned after all', async () => {
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'B' });
    await story.does('officer', caseId, { act: 'confirm-level', level: 'B', reason: '' });
    await story.does('officer', caseId, {
      act: 'hold',
      authority: '某檢察署',
      organisationId: null,
      reference: '115 偵 3',
      until: null,
      reason: '',
    });
    await story.does('officer', caseId, { act: 'change-level', level: 'A', reason: '擴大' });
    expect(await story.active('deputy')).toBeNull();
    await story.does('officer', caseId, { act: 'lift-hold', reason: '偵查終結' });
    await story.approves('officer2', caseId);
    const view = await story.active('moe-officer');
    expect(view?.cases.map((one) => [one.id, one.cause])).toEqual([[caseId, 'late']]);
    expect(await codes(story, view?.summons ?? [])).toEqual(
      expect.arrayContaining(['subgroup-academia', 'wg-crisis', 'service-centre']),
    );
    expect(await story.told(caseId, 'summoned-late')).toEqual(expect.arrayContaining(SUBGROUPS));
    expect((await verifyCentre(story.ctx)).faults).toEqual([]);
  });
});
