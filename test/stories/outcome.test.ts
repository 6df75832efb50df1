/** A released case says how the incident came out (S8.2.3). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analysesQuery } from '../../src/analysis/contract.ts';
import { analysesView } from '../../src/analysis/views.ts';
import { exportCase, verifyCases } from '../../src/cases/index.ts';
import { pack } from '../../src/directory/test-world.ts';
import { openStory, type Story } from './harness.ts';

let story: Story;
beforeAll(async () => {
  story = await openStory('2026-03-16T09:00:00+08:00');
});
afterAll(async () => {
  expect((await verifyCases(story.ctx)).faults).toEqual([]);
  await story.close();
});

const SOLVED = { cause: '弱點。', solution: '已修補。', resolvedAt: '2026-03-16T09:00:00+08:00' };
/** A case of a level, graded, with its recovery report filed. */
async function recovered(level: string): Promise<string> {
  const { caseId } = await story.files('teacher', 'school', { impactLevel: level });
  await story.does('officer', caseId, { act: 'confirm-level', level, reason: '' });
  await story.files('teacher', 'school', { impactLevel: level, ...SOLVED }, { kind: 'recovery', caseId });
  return caseId;
}
const outcome = async (id: string) => (await story.sees('teacher', id)).outcome;

describe('how it came out', () => {
  let id: string;

  test('S8.2.3: whoever releases says how it came out, in the mechanism’s words; the agency reads it', async () => {
    await story.at('09:30');
    id = await recovered('C');
    expect(await outcome(id)).toBeNull();
    expect(await story.refuses('officer', id, { act: 'release', outcome: 'won', reason: '' })).toContain(
      'outcome:bad-choice',
    );
    await story.does('officer', id, { act: 'release', outcome: 'contained', reason: '' });
    const name = pack.outcomes.find((one) => one.id === 'contained')?.name;
    expect(await outcome(id)).toEqual({ id: 'contained', name });
    const fact = (await story.sees('teacher', id)).facts.find((one) => one.kind === 'released');
    expect(fact?.data).toMatchObject({ outcome: 'contained' });
    const file = await exportCase(story.ctx, await story.person('auditor'), id, 'zh-Hant');
    expect(file.html).toContain(name?.zh);
  });

  test('S8.2.3: taken up again it has none; released anew it is said anew', async () => {
    await story.does('officer', id, { act: 'reopen', reason: '再度發生。' });
    expect(await outcome(id)).toBeNull();
    const again = { impactLevel: 'C', ...SOLVED };
    await story.files('teacher', 'school', again, { kind: 'recovery', caseId: id });
    await story.does('officer', id, { act: 'release', outcome: 'resolved', reason: '' });
    expect(await outcome(id)).toMatchObject({ id: 'resolved' });
  });

  test('S8.2.3 ISO-15: the second person agrees to the outcome that was proposed with the release', async () => {
    const grave = await recovered('A');
    await story.does('officer', grave, { act: 'release', outcome: 'handed-over', reason: '檢方續辦。' });
    expect((await story.sees('officer2', grave)).pending[0]?.outcome).toEqual(
      pack.outcomes.find((one) => one.id === 'handed-over')?.name,
    );
    expect(await outcome(grave)).toBeNull();
    await story.approves('officer2', grave);
    expect(await outcome(grave)).toMatchObject({ id: 'handed-over' });
  });

  test('S8.2.3: how the cases came out is counted by subgroup and month, for each reader what he sees', async () => {
    const counted = async (who: string) => {
      const view = await analysesView(story.ctx, await story.person(who), analysesQuery.parse({ months: 1 }));
      return view.rows.find((row) => row.group.id === 'sg-academia')?.cells[0]?.outcomes;
    };
    expect(await counted('officer')).toEqual({ resolved: 1, 'handed-over': 1 });
    expect(await counted('moe-officer')).toEqual({ resolved: 1, 'handed-over': 1 });
    expect(await counted('moea-officer')).toBeUndefined();
  });
});
