/** The situation room: what stands open, what runs out, who has not answered; for everybody as much as is his to know. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SituationView } from '../../src/insight/contract.ts';
import { createSituation } from '../../src/insight/situation.ts';
import { openStory, type Story } from './harness.ts';

let story: Story;
let school: string;
let grid: string;
let brigade: string;

async function sees(code: string, mode: 'live' | 'exercise' = 'live'): Promise<SituationView> {
  return createSituation(story.ctx)(await story.person(code), mode);
}
const vitalOf = (view: SituationView, id: string) => view.vital.find((one) => one.id === id);
/** A picture without the moment it was taken at: the last hour and day end with it. */
const timeless = (view: SituationView | undefined): string =>
  JSON.stringify(view).replaceAll(/"(now|at)":"[^"]+"/g, '');
const groupOf = (view: SituationView, code: string) => view.subgroups.find((one) => one.code === code);

beforeAll(async () => {
  story = await openStory('2026-03-04T09:00:00+08:00');
  school = (await story.files('teacher', 'school', { impactLevel: 'C', affectedSectors: ['telecom'] }))
    .caseId;
  await story.at('09:10');
  grid = (await story.files('engineer', 'power', { impactLevel: 'A' })).caseId;
  await story.files('engineer', 'power', { impactLevel: 'D' }, { mode: 'exercise' });
  brigade = (await story.files('captain', 'brigade', { impactLevel: 'B' })).caseId;
  await story.at('09:12');
  await story.does('officer', grid, { act: 'confirm-level', level: 'A', reason: '' });
  await story.at('09:15');
});
afterAll(() => story.close());

describe('the situation', () => {
  it('S4.5: shows each of the six vital systems with what stands open there, and at which level', async () => {
    const view = await sees('officer');
    expect(view.vital.map((one) => one.id)).toEqual([
      'government',
      'military',
      'rescue',
      'daily-necessities',
      'finance',
      'commerce',
    ]);
    expect(vitalOf(view, 'daily-necessities')).toMatchObject({ levels: { A: 1 }, unconfirmed: 0 });
    expect(vitalOf(view, 'finance')).toMatchObject({ levels: {}, walled: {} });
    expect(groupOf(view, 'sg-enterprise-1')?.levels).toEqual({ A: 1 });
    expect(groupOf(view, 'sg-academia')).toMatchObject({ levels: { C: 1 }, unconfirmed: 1 });
    // The power body has a telecoms part of its own as well.
    expect(groupOf(view, 'sg-enterprise-2')).toMatchObject({ levels: {}, affected: 2 });
    expect(view.subgroups).toHaveLength(8);
    expect(view.open).toMatchObject({ total: 2, levels: { A: 1, C: 1 }, unconfirmed: 1, suspected: 0 });
  });

  it('S4.5, DEC-19: of defence the desk sees numbers at most, its own people the cases, everybody else nothing', async () => {
    const desk = await sees('officer');
    expect(vitalOf(desk, 'military')).toMatchObject({ levels: {}, walled: { B: 1 } });
    expect(groupOf(desk, 'sg-defence')).toMatchObject({ levels: {}, walled: { B: 1 } });
    const inside = await sees('mnd-officer');
    expect(vitalOf(inside, 'military')).toMatchObject({ levels: { B: 1 }, walled: {} });
    expect(inside.feed.map((one) => one.case.id)).toContain(brigade);
    expect(inside.clocks.map((one) => one.case.id)).toContain(brigade);
    for (const code of ['teacher', 'moe-officer', 'deputy', 'convenor', 'auditor', 'tsc-engineer']) {
      const view = await sees(code);
      expect(vitalOf(view, 'military'), code).toMatchObject({ levels: {}, walled: {}, unconfirmed: 0 });
      expect(JSON.stringify(view), code).not.toContain(brigade);
      expect(JSON.stringify(view), code).not.toContain('DEF-');
    }
  });

  it('ISO-7, ISO-11: hidden cases change nothing of what anybody outside sees', async () => {
    const codes = [
      'teacher',
      'engineer',
      'moe-officer',
      'deputy',
      'convenor',
      'auditor',
      'observer',
      'tsc-engineer',
    ];
    // Notices without content about defence are told to some (DEC-19); what they see here says nothing of them.
    const before = new Map<string, SituationView>();
    for (const code of codes) before.set(code, await sees(code));
    for (let n = 0; n < 5; n += 1) await story.files('captain', 'brigade', { impactLevel: 'A' });
    for (const code of codes) expect(timeless(await sees(code)), code).toEqual(timeless(before.get(code)));
    expect(vitalOf(await sees('officer'), 'military')?.walled).toEqual({ A: 5, B: 1 });
  });

  it('an exercise never stands among what has happened, nor the other way round', async () => {
    const drill = await sees('officer', 'exercise');
    expect(drill.open).toMatchObject({ total: 1, levels: { D: 1 } });
    expect(drill.feed.length).toBeGreaterThan(0);
    const real = await sees('officer');
    for (const line of [...drill.feed, ...drill.clocks, ...drill.ladders])
      for (const other of [...real.feed, ...real.clocks, ...real.ladders])
        expect(other.case.id).not.toBe(line.case.id);
  });

  it('clocks stand nearest first, and one that has run out says so', async () => {
    const view = await sees('officer');
    expect(view.clocks.length).toBeGreaterThan(1);
    expect(view.clocks.map((one) => one.dueAt)).toEqual(view.clocks.map((one) => one.dueAt).toSorted());
    await story.at('10:30');
    const later = await sees('officer');
    expect(later.clocks[0]).toMatchObject({ overdue: true });
    expect(later.pressing.overdue).toBeGreaterThan(0);
  });

  it('H40: who has not answered stands with the gravest case first, and is gone when he has', async () => {
    const view = await sees('officer');
    expect(view.ladders[0]).toMatchObject({ case: { id: grid, level: 'A' } });
    expect(view.ladders[0]?.waiting[0]).toMatchObject({ late: true, held: true });
    const { asked = 0, confirmed = 0 } = view.ladders[0] ?? {};
    expect(asked).toBeGreaterThan(confirmed);
    await story.acknowledges('convenor', grid);
    const after = (await sees('officer')).ladders.find((one) => one.case.id === grid);
    expect(after?.confirmed).toBe(confirmed + 1);
    expect(after?.waiting.map((one) => one.capacity)).not.toContain('convenor');
    // The convenor sees the case he was told of, and nothing of others.
    expect((await sees('convenor')).open.levels).toEqual({ A: 1 });
    expect((await sees('teacher')).open.levels).toEqual({ C: 1 });
  });

  it('H28: what is held leaves the picture of those who may not know, and comes back', async () => {
    await story.does('officer', school, {
      act: 'hold',
      authority: '某檢察署',
      organisationId: null,
      reference: '115 偵 1',
      until: null,
      reason: '',
    });
    expect((await sees('auditor')).open.levels).toEqual({ A: 1 });
    expect(JSON.stringify(await sees('moe-officer'))).not.toContain(school);
    expect((await sees('officer')).open.levels).toEqual({ A: 1, C: 1 });
    expect((await sees('officer')).feed.map((one) => one.kind)).not.toContain('held');
  });

  it('the hours and days are counted back from what stands open now', async () => {
    const view = await sees('officer');
    expect(view.history.hours).toHaveLength(48);
    expect(view.history.days).toHaveLength(30);
    expect(view.history.hours.at(-1)?.levels).toEqual(view.open.levels);
    expect(view.history.hours[0]?.levels).toEqual({});
    expect(view.history.days.at(-1)).toMatchObject({ opened: 2, ended: 0, levels: { A: 1, C: 1 } });
    expect(view.history.days.at(-2)).toMatchObject({ opened: 0, levels: {} });
  });
});
