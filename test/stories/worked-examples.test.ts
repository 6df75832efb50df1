/** The two worked examples, minute by minute, on real parts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStory, type Story } from './harness.ts';

describe('a D case: a school’s web page', () => {
  let story: Story;
  let id: string;
  beforeAll(async () => {
    story = await openStory('2026-03-04T09:05:00+08:00');
  });
  afterAll(() => story.close());

  test('S8.3.4 S8.3.6 DEC-21: filed at 09:20, numbered, three receipts open, ten minutes after awareness', async () => {
    await story.at('09:20');
    const answer = await story.files('teacher', 'school', {
      impactLevel: 'D',
      occurred: { at: '2026-03-04T08:30:00+08:00', precision: 'minute', estimated: true },
      aware: { at: '2026-03-04T09:10:00+08:00', precision: 'minute', estimated: false },
      unknown: ['hosts'],
    });
    id = answer.caseId;
    expect(answer).toMatchObject({
      number: '115-0001',
      minutesFromAwareness: 10,
      late: false,
      state: 'reported',
      level: 'D',
    });
    const told = answer.toldParties.map((party) => party.capacities.join('+')).sort();
    expect(told).toEqual(['authority', 'centre', 'reporter', 'subgroup']);
    await story.settle();
    const mails = await story.sink.waitForMail((mail) => mail.subject.includes('115-0001'));
    expect(mails).toBeTruthy();
  });

  test('S7.10.1a: taken and registered at 09:24; acting is knowing', async () => {
    await story.at('09:24');
    await story.does('officer', id, { act: 'register' });
    const view = await story.sees('teacher', id);
    expect(view.case).toMatchObject({ state: 'registered', takenBy: { name: { zh: '林值勤' } } });
    const knows = await story.knows(id);
    expect(knows['duty-officer/initial-centre']).toBe('acknowledged');
    expect(knows['contact-county-edu/initial-authority']).toBe('handed-over');
  });

  test('S7.10.4a: D confirmed at 09:31 tells the three deputy convenors', async () => {
    await story.at('09:31');
    const answer = await story.does('officer', id, { act: 'confirm-level', level: 'D', reason: '' });
    expect(answer.state).toBe('handling');
    expect(answer.toldParties.filter((party) => party.capacities.includes('deputy-convenor'))).toHaveLength(
      3,
    );
  });

  test('SI.7: at 09:55 the silent authority is on top of the queue, and a telephone call is recorded', async () => {
    await story.at('09:55');
    const view = await story.sees('officer', id);
    const row = view.knows.find((line) => line.party.capacities.includes('authority'));
    expect(row).toMatchObject({ late: true, call: { why: 'late', people: [{ name: { zh: '王督學' } }] } });
    await story.recordsTelephone('officer', row?.noticeId ?? '', {
      at: '2026-03-04T09:54:00+08:00',
      name: '王督學',
    });
    const after = await story.sees('officer', id);
    expect(after.knows.find((line) => line.party.capacities.includes('authority'))).toMatchObject({
      late: false,
      acknowledged: { how: 'telephone', recordedBy: { name: { zh: '林值勤' } } },
    });
  });

  test('S8.3.7 SI.3: a follow-up, then a recovery report under the same number', async () => {
    await story.at('11:40');
    await story.files(
      'teacher',
      'school',
      { impactLevel: 'D', cause: '後台密碼過弱。' },
      { kind: 'follow-up', caseId: id },
    );
    await story.at('15:00');
    const answer = await story.files(
      'teacher',
      'school',
      {
        impactLevel: 'D',
        cause: '後台密碼過弱。',
        solution: '更換密碼並更新系統。',
        resolvedAt: '2026-03-04T14:30:00+08:00',
      },
      { kind: 'recovery', caseId: id },
    );
    expect(answer).toMatchObject({ number: '115-0001', state: 'recovered' });
    const view = await story.sees('officer', id);
    expect(view.reports.map((report) => report.kind)).toEqual(['initial', 'follow-up', 'recovery']);
    expect(view.reports[1]?.changed).toContain('cause');
  });

  test('S8.3.8 DEC-14: released at 15:20; everyone who was told is told', async () => {
    await story.at('15:20');
    const answer = await story.does('officer', id, { act: 'release', reason: '' });
    expect(answer.state).toBe('released');
    expect(answer.toldParties.length).toBeGreaterThanOrEqual(6);
    const view = await story.sees('teacher', id);
    expect(view.case.open).toBe(false);
    expect(view.clocks.every((clock) => clock.state !== 'running')).toBe(true);
    await expect(story.does('teacher', id, { act: 'release', reason: '' })).rejects.toMatchObject({
      code: 'already-final',
    });
  });
});
