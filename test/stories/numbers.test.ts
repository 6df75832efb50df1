/** Case numbers over the turn of a year: laid out ahead, voided with their reason when the year has ended. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closePastYears, keepNumbersReady } from '../../src/cases/numbers.ts';
import { openStory, type Story } from './harness.ts';

describe('numbers over the turn of a year', () => {
  let story: Story;
  beforeAll(async () => {
    story = await openStory('2026-12-29T10:00:00+08:00');
  });
  afterAll(() => story.close());

  const numbers = async () => {
    const rows = await story.change((tx) =>
      tx.query<{ series: string; year: number; used: number; free: number; voided: number }>(
        `select series, year, count(case_id)::int as used, count(voided)::int as voided,
                (count(*) - count(case_id) - count(voided))::int as free
           from case_numbers group by series, year order by year, series`,
        [],
      ),
    );
    return Object.fromEntries(rows.map(({ series, year, ...counts }) => [`${series} ${year}`, counts]));
  };
  const files = async (mode: 'live' | 'exercise' = 'live') =>
    (await story.files('teacher', 'school', { impactLevel: 'D' }, { mode })).number;
  const laidOut = async () => Object.keys(await numbers());

  test('H52 S8.F3.6: numbers are laid out before the first filing, for every compartment, and again before they run out', async () => {
    await keepNumbersReady(story.ctx);
    expect(await numbers()).toEqual({
      'defence 115': { used: 0, free: 4000, voided: 0 },
      'open 115': { used: 0, free: 4000, voided: 0 },
    });
    expect(await files()).toBe('115-0001');
    await keepNumbersReady(story.ctx);
    expect((await numbers())['open 115']).toEqual({ used: 1, free: 3999, voided: 0 });
    // A storm has used all but one below the mark; nobody has to wait for more.
    await story.change((tx) =>
      tx.query(
        "update case_numbers set case_id = gen_random_uuid() where series = 'open' and year = 115 and seq between 2 and 2001",
        [],
      ),
    );
    await keepNumbersReady(story.ctx);
    expect((await numbers())['open 115']).toEqual({ used: 2001, free: 5999, voided: 0 });
  });

  test('H52: an exercise uses up numbers of its own, and they are laid out once there is one', async () => {
    expect(await laidOut()).not.toContain('exercise-open 115');
    expect(await files('exercise')).toBe('X115-0001');
    await keepNumbersReady(story.ctx);
    expect((await numbers())['exercise-open 115']?.free).toBeGreaterThan(4000);
  });

  test('H21 H52: next year’s are there a day before it begins, and its first report has number one', async () => {
    await keepNumbersReady(story.ctx);
    expect((await laidOut()).some((key) => key.endsWith('116'))).toBe(false);
    await story.on('2026-12-31', '12:00');
    await keepNumbersReady(story.ctx);
    expect((await numbers())['open 116']).toEqual({ used: 0, free: 4000, voided: 0 });
    expect(await files()).toBe('115-2002');
    await story.on('2027-01-01', '00:01');
    expect(await files()).toBe('116-0001');
  });

  test('H52: what is left of a past year is voided with the reason, a day later and once; what was used stays', async () => {
    await closePastYears(story.ctx);
    expect((await numbers())['open 115']?.voided).toBe(0);
    await story.on('2027-01-02', '00:01');
    await closePastYears(story.ctx);
    await closePastYears(story.ctx);
    const after = await numbers();
    expect(after['open 115']).toEqual({ used: 2002, free: 0, voided: 5998 });
    expect(after['defence 115']).toEqual({ used: 0, free: 0, voided: 4000 });
    expect(after['exercise-open 115']?.free).toBe(0);
    expect(after['open 116']).toEqual({ used: 1, free: 3999, voided: 0 });
    const reasons = await story.change((tx) =>
      tx.query('select distinct voided from case_numbers where voided is not null', []),
    );
    expect(reasons).toEqual([{ voided: 'year-ended' }]);
    expect(await files()).toBe('116-0002');
  });
});
