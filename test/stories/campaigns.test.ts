/** One event, many cases: linked, never dropped, each with its own clocks; and parted again (H22, H47). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkCases, unlinkCases, verifyCases } from '../../src/cases/index.ts';
import { createCampaigns } from '../../src/insight/campaigns.ts';
import { openStory, refusalOf, type Story } from './harness.ts';

let story: Story;
const cases: string[] = [];
let other: string;
let brigade: string;
let drill: string;

const WORM = '多部主機檔案遭加密並出現勒索訊息，連線至 203[.]0[.]113[.]66，檔名 wormx.exe。';

const campaignsOf = async (code: string) => createCampaigns(story.ctx)(await story.person(code), 72);
const incidentOf = async (id: string) => {
  const [row] = await story.change((tx) =>
    tx.query<{ incident_id: string }>('select incident_id from cases where id = $1', [id]),
  );
  return row?.incident_id;
};
const clocksOf = (id: string) =>
  story.change((tx) =>
    tx.query('select definition, state, due_at from clocks where case_id = $1 order by definition, ordinal', [
      id,
    ]),
  );

beforeAll(async () => {
  story = await openStory('2026-03-04T02:00:00+08:00');
  const wormed = async (code: string, body: string, options = {}) =>
    (await story.files(code, body, { impactLevel: 'B', description: WORM }, options)).caseId;
  cases.push(await wormed('teacher', 'school'));
  await story.at('02:10');
  cases.push(await wormed('nurse', 'hospital'));
  cases.push(await wormed('engineer', 'power'));
  other = (
    await story.files('teacher2', 'school2', { impactLevel: 'D', description: '機房空調故障，主機過熱。' })
  ).caseId;
  brigade = await wormed('captain', 'brigade');
  drill = await wormed('teacher', 'school', { mode: 'exercise' });
});
afterAll(() => story.close());

describe('one event, many cases', () => {
  it('H22: cases that name the same things are suggested as one campaign, to each reader from what he sees', async () => {
    const view = await campaignsOf('officer');
    expect(view.campaigns).toHaveLength(1);
    expect(view.campaigns[0]).toMatchObject({ count: 3, linked: 0, bodies: 3, open: { B: 3 } });
    expect(view.campaigns[0]?.ids.toSorted()).toEqual(cases.toSorted());
    expect(view.campaigns[0]?.shared).toContainEqual({ kind: 'ip', value: '203.0.113.66', cases: 3 });
    expect(view).toMatchObject({ looked: 4, alone: 1 });
    // ISO-7: what lies behind the wall, and what is not his, is like nothing.
    for (const code of ['teacher', 'captain', 'mnd-officer'])
      expect((await campaignsOf(code)).campaigns).toEqual([]);
    expect(JSON.stringify(view)).not.toContain(brigade);
    expect(JSON.stringify(view)).not.toContain(drill);
  });

  it('H22, H47: linking drops and hides nothing: numbers, queue, clocks and notices stay as they were', async () => {
    const [lead = '', ...rest] = cases;
    const before = await Promise.all(cases.map(clocksOf));
    const queued = (await story.queue('officer')).items.map((row) => row.case.id).toSorted();
    const told = await Promise.all(cases.map(async (id) => (await story.notices(id)).length));
    const officer = await story.person('officer');
    expect(await linkCases(story.ctx, officer, lead, rest, '同一蠕蟲')).toEqual({
      done: rest.toSorted(),
      skipped: [],
    });
    for (const id of cases) expect(await incidentOf(id)).toBe(lead);
    expect(await Promise.all(cases.map(clocksOf))).toEqual(before);
    expect((await story.queue('officer')).items.map((row) => row.case.id).toSorted()).toEqual(queued);
    expect(await Promise.all(cases.map(async (id) => (await story.notices(id)).length))).toEqual(told);
    expect((await campaignsOf('officer')).campaigns[0]).toMatchObject({
      count: 3,
      linked: 2,
      lead: { id: lead },
    });
    // Once more changes nothing.
    const revisions = async () =>
      Promise.all(cases.map(async (id) => (await story.sees('officer', id)).case.revision));
    const was = await revisions();
    await linkCases(story.ctx, officer, lead, rest, '同一蠕蟲');
    expect(await revisions()).toEqual(was);
  });

  it('ISO-1: whoever sees one of the cases is not told the numbers of the others', async () => {
    const [lead = '', second = ''] = cases;
    const number = (await story.sees('officer', second)).case.number;
    const ofLead = await story.sees('teacher', lead);
    expect(ofLead.facts.map((fact) => fact.kind)).toContain('linked');
    expect(JSON.stringify(ofLead)).not.toContain(number);
    expect(JSON.stringify(ofLead)).not.toContain(second);
    expect(JSON.stringify(await story.sees('nurse', second))).not.toContain(lead);
    expect(JSON.stringify((await story.sees('officer', lead)).facts)).toContain(number);
  });

  it('H22, H47: the case page lists what stands under the same incident, and why; the queue knows what belongs together', async () => {
    const [lead = '', second = '', third = ''] = cases;
    const links = async (who: string, id: string) => (await story.sees(who, id)).links;
    const ofLead = await links('officer', lead);
    expect(ofLead).toMatchObject({ more: 0, own: null });
    expect(ofLead?.cases.map((one) => [one.id, one.leads, one.reason])).toEqual(
      expect.arrayContaining([
        [second, false, '同一蠕蟲'],
        [third, false, '同一蠕蟲'],
      ]),
    );
    const ofSecond = await links('officer', second);
    expect(ofSecond?.own).toMatchObject({ reason: '同一蠕蟲', person: { name: { en: expect.any(String) } } });
    expect(ofSecond?.cases.map((one) => one.id)).toEqual([lead, third]);
    expect(ofSecond?.cases[0]).toMatchObject({ leads: true, reason: null });
    // ISO-1: who sees one of them alone sees no panel at all.
    expect(await links('nurse', second)).toBeNull();
    expect(await links('teacher', lead)).toBeNull();
    const queued = (await story.queue('officer')).items;
    for (const id of cases) expect(queued.find((row) => row.case.id === id)?.incident).toBe(lead);
    expect(queued.find((row) => row.case.id === other)?.incident).toBeNull();
  });

  it('H22: a link is undone, by itself or all of them, and stands in both histories', async () => {
    const [lead = '', second = '', third = ''] = cases;
    await story.does('officer', second, { act: 'unlink-case', reason: '另有原因' });
    expect(await incidentOf(second)).toBe(second);
    expect(await incidentOf(third)).toBe(lead);
    await story.does('officer', second, { act: 'link-case', withCase: third, reason: '' });
    expect(await incidentOf(second)).toBe(lead);
    const officer = await story.person('officer');
    expect(await unlinkCases(story.ctx, officer, [second, third, lead], '')).toEqual({
      done: [second, third].toSorted(),
      skipped: [lead],
    });
    for (const id of cases) expect(await incidentOf(id)).toBe(id);
    expect((await story.sees('officer', lead)).links).toBeNull();
    const kinds = (await story.sees('officer', lead)).facts.map((fact) => fact.kind);
    expect(kinds.filter((kind) => kind === 'linked')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'unlinked').length).toBeGreaterThan(0);
  });

  it('what must not stand together is refused: an exercise, across the wall, itself, what is held, or by the wrong hands', async () => {
    const [lead = '', second = ''] = cases;
    const link = (withCase: string) => ({ act: 'link-case', withCase, reason: '' }) as const;
    expect(await story.refuses('officer', lead, link(drill))).toBe('nothing-to-link');
    expect(await story.refuses('officer', lead, link(lead))).toBe('nothing-to-link');
    expect(await story.refuses('officer', lead, link(brigade))).toBe('nothing-to-link');
    expect(await story.refuses('mnd-officer', brigade, link(lead))).toBe('nothing-to-link');
    expect(await story.refuses('officer', lead, { act: 'unlink-case', reason: '' })).toBe('nothing-to-link');
    expect(await story.refuses('teacher', lead, link(second))).toBe('forbidden-act');
    expect(await linkCases(story.ctx, await story.person('teacher'), lead, [second, other], '')).toEqual({
      done: [],
      skipped: [second, other].toSorted(),
    });
    expect(await refusalOf(linkCases(story.ctx, await story.person('nurse'), lead, [second], ''))).toBe(
      'not-found',
    );
    await story.does('officer', second, {
      act: 'hold',
      authority: '某檢察署',
      organisationId: null,
      reference: '115 偵 2',
      until: null,
      reason: '',
    });
    expect(await story.refuses('officer', lead, link(second))).toBe('case-held');
    expect((await linkCases(story.ctx, await story.person('officer'), lead, [second], '')).skipped).toEqual([
      second,
    ]);
  });

  it('every case is rebuilt from its facts and is the same', async () => {
    const { cases: looked, faults } = await verifyCases(story.ctx);
    expect(looked).toBeGreaterThanOrEqual(6);
    expect(faults).toEqual([]);
  });
});
