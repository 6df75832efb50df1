/** A notice confirmed from a telephone: the code of a short message becomes a fact of the case, as the person whose number it is. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acknowledgeBySms } from '../../src/cases/index.ts';
import { openStory, type Story } from './harness.ts';

let story: Story;
beforeAll(async () => {
  story = await openStory('2026-03-05T09:00:00+08:00');
}, 240_000);
afterAll(() => story.close());

describe('confirming by short message', () => {
  test('H41 S8.3.6: the holder confirms once, by SMS; a stranger to the post confirms nothing', async () => {
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'C' });
    const notice = (await story.notices(caseId)).find((one) => one.route === 'initial-authority');
    const inspector = (await story.person('inspector')).personId;
    const engineer = (await story.person('engineer')).personId;
    expect(await acknowledgeBySms(story.ctx, engineer, notice?.id ?? '')).toBe(false);
    expect(await acknowledgeBySms(story.ctx, inspector, notice?.id ?? '')).toBe(true);
    expect(await acknowledgeBySms(story.ctx, inspector, notice?.id ?? '')).toBe(true);
    const facts = (await story.sees('officer', caseId)).facts.filter(
      (fact) => fact.kind === 'acknowledged' && (fact.data as { notice?: string }).notice === notice?.id,
    );
    expect(facts).toHaveLength(1);
    expect(facts[0]?.data).toMatchObject({ how: 'sms', by: inspector });
    const knows = (await story.sees('officer', caseId)).knows.find((row) => row.noticeId === notice?.id);
    expect(knows?.acknowledged?.how).toBe('sms');
  });
});
