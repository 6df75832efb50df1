/** The crisis subgroup keeps the response procedures: one proposes, another agrees, cases graded from then on follow (S7.11.0d). */
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyCases } from '../../src/cases/index.ts';
import { pack } from '../../src/directory/test-world.ts';
import { SYSTEM } from '../../src/platform/actor.ts';
import { read } from '../../src/platform/transaction.ts';
import type { DecideStep, ProposeStep } from '../../src/procedures/contract.ts';
import { decideStep, proposeStep } from '../../src/procedures/contract.ts';
import { decideProcedure, proposeProcedure } from '../../src/procedures/index.ts';
import { proceduresView } from '../../src/procedures/views.ts';
import { openStory, refusalOf, type Story } from './harness.ts';

let story: Story;
beforeAll(async () => {
  story = await openStory('2026-03-16T09:00:00+08:00');
});
afterAll(async () => {
  expect((await verifyCases(story.ctx)).faults).toEqual([]);
  await story.close();
});

const CONTAIN: NonNullable<ProposeStep['content']> = {
  levels: ['A', 'B', 'C', 'D'],
  phase: 'during',
  owner: 'agency',
  title: {
    zh: '隔離受影響的主機、帳號與雲端服務',
    en: 'Isolate the hosts, accounts and cloud services concerned',
  },
  help: null,
  withinByLevel: { A: 'PT20M', B: 'PT1H', C: 'PT2H', D: 'PT2H' },
};

const view = async (who: string) => proceduresView(story.ctx, await story.person(who));
const step = async (id: string) => (await view('officer')).items.find((one) => one.id === id);
async function proposes(
  who: string,
  what: Partial<ProposeStep> & Pick<ProposeStep, 'step'>,
): Promise<string> {
  const input = proposeStep.parse({ id: uuid(), reason: '三月演練檢討。', ...what });
  return proposeProcedure(story.ctx, await story.person(who), input);
}
async function decides(
  who: string,
  id: string,
  decision: DecideStep['decision'],
  reason = '',
): Promise<void> {
  await decideProcedure(story.ctx, await story.person(who), id, decideStep.parse({ decision, reason }));
}
async function graded(level: string): Promise<string> {
  const { caseId } = await story.files('teacher', 'school', { impactLevel: level });
  await story.does('officer', caseId, { act: 'confirm-level', level, reason: '' });
  return caseId;
}
const item = async (caseId: string, id: string) =>
  (await story.sees('officer', caseId)).checklist?.items.find((one) => one.id === id);
const content = (change: object) => ({ ...CONTAIN, ...change }) as ProposeStep['content'];

describe('keeping the response procedures', () => {
  let before: string;
  let proposal: string;

  test('S7.11.0d: the crisis subgroup, and whoever audits, see every step by level and phase; nobody else does', async () => {
    before = await graded('C');
    for (const who of ['officer', 'officer2', 'crisis-officer']) {
      const seen = await view(who);
      expect(seen.may).toMatchObject({ propose: true, decide: true });
      expect(seen.items.map((one) => one.id)).toEqual(pack.playbooks.map((one) => one.id));
      expect(seen.edition).toBe(0);
      expect(seen.pack.version).toBe(pack.version);
    }
    expect((await view('auditor')).may).toMatchObject({ propose: false, decide: false });
    for (const who of ['teacher', 'moe-officer', 'mnd-officer', 'deputy', 'convenor', 'tsc-engineer'])
      expect([who, await refusalOf(view(who))]).toEqual([who, 'forbidden-act']);
    for (const who of ['auditor', 'moe-officer'])
      expect(await refusalOf(proposes(who, { step: 'contain', content: content({}) }))).toBe('forbidden-act');
  });

  test('S7.11.0d: what is proposed names level, owner and phase of the mechanism, and changes something', async () => {
    const says = (change: object) =>
      refusalOf(proposes('officer', { step: 'contain', content: content(change) }));
    expect(await says({ levels: ['A', 'Z'] })).toContain('content.levels.1:bad-choice');
    expect(await says({ owner: 'sg-nobody' })).toContain('content.owner:bad-choice');
    expect(await says({ levels: ['A'] })).toContain('content.withinByLevel.B:bad-choice');
    expect(() => proposeStep.parse({ id: uuid(), step: null, reason: '', content: content({}) })).toThrow();
    expect(await refusalOf(proposes('officer', { step: 'no-such', content: content({}) }))).toBe('not-found');
    const present = (await step('contain'))?.content;
    const same = { ...present, owner: present?.owner.id } as ProposeStep['content'];
    expect(await refusalOf(proposes('officer', { step: 'contain', content: same }))).toBe('procedure-same');
  });

  test('S7.11.0d ISO-15: the same person twice is refused; until a second one agrees nothing changes', async () => {
    proposal = await proposes('officer', { step: 'contain', content: content({}) });
    // Sent twice, it is proposed once.
    expect(await proposes('officer', { id: proposal, step: 'contain', content: content({}) })).toBe(proposal);
    expect(await refusalOf(proposes('officer2', { step: 'contain', content: content({}) }))).toBe(
      'already-proposed',
    );
    expect(await refusalOf(decides('officer', proposal, 'approve'))).toBe('second-person-needed');
    expect(await refusalOf(decides('officer2', proposal, 'withdraw'))).toBe('not-your-proposal');
    expect(await refusalOf(decides('officer2', proposal, 'decline'))).toContain('reason-required');
    for (const who of ['moe-officer', 'auditor', 'admin'])
      expect(await refusalOf(decides(who, proposal, 'approve'))).toBe('forbidden-act');
    expect((await step('contain'))?.content.title.zh).toBe('隔離受影響的主機與帳號，遏止擴散');
    const waits = (await view('crisis-officer')).items.find((one) => one.id === 'contain')?.history[0];
    expect(waits).toMatchObject({ state: 'proposed', may: ['approve', 'decline'], version: null });
    expect(waits?.before?.title.zh).toBe('隔離受影響的主機與帳號，遏止擴散');
  });

  test('S7.11.0d ISO-15: of two who agree at the same moment one does, and there is one effect', async () => {
    const tried = await Promise.allSettled([
      decides('officer2', proposal, 'approve'),
      decides('crisis-officer', proposal, 'approve'),
    ]);
    expect(tried.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    expect((await view('officer')).edition).toBe(1);
    expect(await refusalOf(decides('officer2', proposal, 'approve'))).toBe('nothing-proposed');
  });

  test('S7.11.0d S7.9.7.3: cases graded from then on open with it; a running case keeps its own, re-graded too', async () => {
    const after = await graded('C');
    expect(await item(after, 'contain')).toMatchObject({ title: CONTAIN.title });
    expect((await story.sees('officer', after)).checklist?.edition).toBe(1);
    const old = { zh: '隔離受影響的主機與帳號，遏止擴散' };
    expect(await item(before, 'contain')).toMatchObject({ title: old });
    await story.does('officer', before, { act: 'change-level', level: 'A', reason: '擴大。' });
    await story.does('officer', after, { act: 'change-level', level: 'A', reason: '擴大。' });
    expect(await item(before, 'contain')).toMatchObject({ title: old });
    const minutes = (at: string | null | undefined) =>
      Math.round((Date.parse(at ?? '') - story.clock.now().getTime()) / 60_000);
    // Half an hour by the mechanism, twenty minutes since the change.
    expect(minutes((await item(before, 'contain'))?.dueAt)).toBe(30);
    expect(minutes((await item(after, 'contain'))?.dueAt)).toBe(20);
    await story.does('officer', after, { act: 'tick-item', item: 'contain', note: '', at: null });
    const ticked = (await story.sees('officer', after)).facts.find(
      (fact) => fact.kind === 'checklist-item-done',
    );
    expect(ticked?.data).toMatchObject({ title: CONTAIN.title });
  });

  test('S7.11.0d: a new step is added for its levels and owner; without levels it is no longer used', async () => {
    const added = await proposes('crisis-officer', {
      step: null,
      content: content({ owner: 'wg-crisis', phase: 'after', levels: ['C'], withinByLevel: {} }),
    });
    expect((await view('officer')).additions).toHaveLength(1);
    await decides('officer', added, 'approve', '演練時確有需要。');
    const { items } = await view('officer');
    const fresh = items.at(-1);
    expect(fresh).toMatchObject({ origin: 'added', version: 1, content: { owner: { id: 'wg-crisis' } } });
    const id = fresh?.id ?? '';
    const one = await graded('C');
    expect(await item(one, id)).toMatchObject({ party: { id: 'wg-crisis' }, phase: 'after', dueAt: null });
    const gone = await proposes('officer', {
      step: id,
      content: content({ owner: 'wg-crisis', phase: 'after', levels: [], withinByLevel: {} }),
    });
    await decides('officer2', gone, 'approve');
    expect(await item(await graded('C'), id)).toBeUndefined();
    expect(await item(one, id)).toMatchObject({ status: 'open' });
  });

  test('S7.11.0d: the history says who, when and why; an older version is restored by the same act', async () => {
    const declined = await proposes('officer', { step: 'contain', content: content({ owner: 'desk' }) });
    await decides('officer2', declined, 'decline', '隔離只有機關做得到。');
    const back = await proposes('officer2', { step: 'contain', restores: 0, reason: '二十分鐘做不到。' });
    expect(await refusalOf(decides('officer2', back, 'approve'))).toBe('second-person-needed');
    await decides('officer', back, 'approve');
    const contain = await step('contain');
    expect(contain).toMatchObject({ origin: 'pack', content: { withinByLevel: { A: 'PT30M' } } });
    expect(
      contain?.history.map(({ state, version, restores, proposed, decided }) => [
        state,
        version,
        restores,
        proposed?.person.name.zh ?? null,
        decided?.person.name.zh ?? null,
      ]),
    ).toEqual([
      ['approved', 2, 0, '蔡值勤', '林值勤'],
      ['declined', null, null, '林值勤', '蔡值勤'],
      ['approved', 1, null, '林值勤', expect.any(String)],
      ['in-pack', 0, null, null, null],
    ]);
    expect(contain?.history[1]?.decided?.reason).toBe('隔離只有機關做得到。');
    expect(await item(await graded('C'), 'contain')).toMatchObject({
      title: { zh: '隔離受影響的主機與帳號，遏止擴散' },
    });
    const again = await proposes('officer', { step: 'contain', restores: 1 });
    await decides('officer2', again, 'approve');
    expect((await step('contain'))?.content.title.zh).toBe(CONTAIN.title.zh);
    expect(await refusalOf(proposes('officer', { step: 'contain', restores: 7 }))).toContain(
      'restores:bad-choice',
    );
    const mine = await proposes('officer', { step: 'scope', content: content({ owner: 'desk' }) });
    await decides('officer', mine, 'withdraw');
    expect((await view('officer')).waiting).toBe(0);
  });

  test('S7.11.0d ISO-4: every change is a fact; what waits is read by those who keep the procedures and by nobody else', async () => {
    const kinds = await read(story.ctx.database, SYSTEM, story.ctx.clock, (tx) =>
      tx.query<{ kind: string; n: number }>(
        `select kind, count(*)::int as n from facts where stream = 'procedure' group by 1 order by 1`,
        [],
      ),
    );
    expect(kinds).toEqual([
      { kind: 'procedure-approved', n: 5 },
      { kind: 'procedure-declined', n: 1 },
      { kind: 'procedure-proposed', n: 7 },
      { kind: 'procedure-withdrawn', n: 1 },
    ]);
    const rows = async (who: string, what: string) =>
      read(
        story.ctx.database,
        await story.person(who),
        story.ctx.clock,
        async (tx) => (await tx.query(what, [])).length,
      );
    const waiting = `select 1 from procedure_versions where state <> 'approved'`;
    const facts = `select 1 from facts where stream = 'procedure'`;
    for (const who of ['teacher', 'mnd-officer', 'convenor'])
      expect([await rows(who, waiting), await rows(who, facts)]).toEqual([0, 0]);
    expect([await rows('officer', waiting), await rows('officer', facts)]).toEqual([2, 14]);
    // What is settled is never rewritten, not even by a write path that forgot.
    await story.change((tx) => tx.query(`update procedure_versions set decided_why = 'x'`, []));
    expect(await rows('officer', `select 1 from procedure_versions where decided_why = 'x'`)).toBe(0);
  });
});
