/** Times that people state: never before what they are about, never a reason to turn an honest report away. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyCases } from '../../src/cases/index.ts';
import { openStory, refusalOf, type Story } from './harness.ts';

describe('times that people state', () => {
  let story: Story;
  beforeAll(async () => {
    story = await openStory('2026-03-04T09:00:00+08:00');
  });
  afterAll(() => story.close());

  test('H45 SI.7: a confirmation by telephone lies between its notice and now, two minutes of clocks that differ aside', async () => {
    await story.at('10:00');
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'D' });
    const waiting = async () =>
      (await story.notices(caseId)).find((one) => one.route === 'initial-authority' && !one.acknowledgedAt);
    const said = (time: string) => ({ at: `2026-03-04T${time}:00+08:00`, name: '王督學' });
    const notice = (await waiting())?.id ?? '';
    await story.at('10:40');
    for (const early of ['09:57', '09:00'])
      expect(await refusalOf(story.recordsTelephone('officer', notice, said(early)))).toBe(
        'invalid-input at:before-notice',
      );
    expect(await refusalOf(story.recordsTelephone('officer', notice, said('10:43')))).toBe(
      'invalid-input at:in-the-future',
    );
    expect(await waiting()).toBeDefined();
    // The officer's watch may be a little slow.
    await story.recordsTelephone('officer', notice, said('09:59'));
    expect(await waiting()).toBeUndefined();
  });

  test('H41: what is asked no more is confirmed no more: no fact, neither by a press nor by telephone', async () => {
    const { caseId } = await story.files('teacher2', 'school2', { impactLevel: 'D' });
    await story.does('officer', caseId, { act: 'dismiss', reason: '誤報' });
    const closed = (await story.notices(caseId)).filter((notice) => notice.closedWhy === 'no-longer-asked');
    const notice = closed.find((one) => one.route === 'initial-authority')?.id ?? '';
    const before = (await story.sees('officer', caseId)).facts.length;
    await story.acknowledgesNotice('inspector', notice);
    expect(
      await refusalOf(
        story.recordsTelephone('officer', notice, { at: story.clock.now().toISOString(), name: '王督學' }),
      ),
    ).toBe('conflict');
    expect((await story.sees('officer', caseId)).facts).toHaveLength(before);
    expect((await story.notices(caseId)).find((one) => one.id === notice)).toMatchObject({
      acknowledgedAt: null,
      closedWhy: 'no-longer-asked',
    });
  });

  test('H14 H45: nobody reports what he does not know of yet; to call the awareness estimated or unknown repairs it', async () => {
    await story.at('11:00');
    const told = (aware: object | null, toldAt = '10:20', more: object = {}) =>
      story.files(
        'officer',
        'school',
        {
          impactLevel: 'D',
          ...(aware
            ? { aware: { at: '2026-03-04T10:30:00+08:00', precision: 'minute', estimated: false, ...aware } }
            : { unknown: ['aware'] }),
        },
        { channel: 'telephone', toldAt: `2026-03-04T${toldAt}:00+08:00`, ...more },
      );
    expect(await refusalOf(told({}))).toBe('invalid-input toldAt:before-awareness');
    // Watches differ; whoever is not sure says so, and is heard.
    for (const filing of [told({}, '10:29'), told({ estimated: true }), told({ precision: 'hour' })])
      expect((await filing).minutesFromAwareness).toBe(0);
    expect((await told(null)).minutesFromAwareness).toBeNull();
    const unsure = await told({ estimated: true });
    expect((await story.sees('officer', unsure.caseId)).measures.awareToFiled).toBe(0);
    // The same holds for what the agency keys in itself, and for later reports.
    const own = story.files(
      'teacher',
      'school',
      {
        impactLevel: 'D',
        aware: { at: '2026-03-04T10:30:00+08:00', precision: 'minute', estimated: false },
      },
      { kind: 'follow-up', caseId: unsure.caseId, toldAt: '2026-03-04T10:00:00+08:00' },
    );
    expect(await refusalOf(own)).toBe('invalid-input toldAt:before-awareness lateReason:required');
  });

  test('H2 H14 DEC-18: since when the agency knew may come with a follow-up: the first report is then late or in time by that', async () => {
    await story.at('12:00');
    const files = async (told?: string) =>
      (
        await story.files(
          'officer',
          'school',
          { impactLevel: 'D', unknown: ['aware'] },
          { channel: 'telephone', ...(told ? { toldAt: `2026-03-04T${told}:00+08:00` } : {}) },
        )
      ).caseId;
    const [called, now] = [await files('11:20'), await files()];
    expect((await story.sees('officer', now)).clocks.map((clock) => clock.definition)).not.toContain('file');
    await story.at('14:00');
    const says = (caseId: string) =>
      story.files(
        'teacher',
        'school',
        {
          impactLevel: 'D',
          aware: { at: '2026-03-04T10:30:00+08:00', precision: 'minute', estimated: false },
        },
        { kind: 'follow-up', caseId },
      );
    expect([(await says(called)).late, (await says(now)).late]).toEqual([false, true]);
    const clock = async (id: string) =>
      (await story.sees('officer', id)).clocks.find((one) => one.definition === 'file');
    expect(await clock(called)).toMatchObject({
      state: 'met',
      overdue: false,
      metAt: '2026-03-04T03:20:00.000Z',
    });
    expect(await clock(now)).toMatchObject({
      state: 'met',
      overdue: true,
      dueAt: '2026-03-04T03:30:00.000Z',
    });
    expect((await verifyCases(story.ctx)).faults).toEqual([]);
  });
});
