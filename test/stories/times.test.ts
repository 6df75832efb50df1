/** Times that people state: never before what they are about, never a reason to turn an honest report away. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
});
