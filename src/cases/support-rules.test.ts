import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefusal } from '../platform/errors.ts';
import { groupsCalledIn } from './affairs.ts';
import { type CaseState, evolve, seenBy } from './evolve.ts';
import type { CaseFact, NewFact } from './facts.ts';
import { openedBy } from './playbook-rules.ts';
import { openedByForm } from './referral-rules.ts';
import { askedByForm, decideSupport } from './support-rules.ts';
import { at, directory, opened, plan, worldAt } from './test-kit.ts';

const post = (id: string) => {
  const found = directory.posts.get(id);
  if (!found) throw new Error(`no post ${id}`);
  return found;
};

/** The state after one more fact. */
function next(state: CaseState, fact: NewFact, minutes = 1): CaseState {
  const full = { ...fact, seq: state.revision + 1, at: at(minutes), person: 'p', post: 'officer' };
  return evolve(state.id, state, full as CaseFact);
}

type Support = Parameters<typeof decideSupport>[1];
type Loose = { [K in keyof Support]: Support[K] } & Record<string, unknown>;

/** The state after an act, or the same when it was refused. */
function tried(state: CaseState, command: Partial<Loose>, by: string): CaseState {
  try {
    const full = { revision: 1, dueAt: null, text: '', note: '', reason: '…', region: null, ...command };
    const facts = decideSupport(state, full as unknown as Support, post(by), worldAt());
    return facts.reduce((so, fact) => next(so, fact), state);
  } catch (error) {
    if (isRefusal(error)) return state;
    throw error;
  }
}

describe('what a form asks for', () => {
  const form = (supportItems: string[], supportText = '') => ({ supportItems, supportText });
  const asked = (state: CaseState, ...given: Parameters<typeof form>) =>
    askedByForm(state.support ?? [], form(...given), state.reports + 1, plan, 'handling');
  const first = opened().state;

  test.each([
    ['nothing', form([]), []],
    ['two items', form(['forensics', 'on-site-staff']), ['forensics', 'on-site-staff']],
    ['an item twice', form(['forensics', 'forensics']), ['forensics']],
    ['words alone', form([], '請派員'), [null]],
    ['items with words', form(['forensics'], '請派員'), ['forensics']],
    ['an item the pack does not know', form(['coffee']), []],
  ])('S8.5.1: %s', (_what, given, items) => {
    expect(
      asked(first, given.supportItems, given.supportText).map((one) => 'item' in one.data && one.data.item),
    ).toEqual(items);
  });

  test('S8.5.1: whatever follow-ups say in whatever order, nothing is asked twice and no words are lost', () => {
    const item = fc.constantFrom('forensics', 'on-site-staff', 'recovery-advice');
    const words = fc.constantFrom('', '甲', '乙');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(item, { maxLength: 3 }), words), { maxLength: 8 }), (forms) => {
        let state = first;
        for (const [items, text] of forms)
          state = asked(state, items, text).reduce((so, fact) => next(so, fact), state);
        const requests = state.support ?? [];
        const named = requests.map((one) => one.item).filter((one) => one !== null);
        expect(new Set(named).size).toBe(named.length);
        expect(new Set(named)).toEqual(new Set(forms.flatMap(([items]) => items)));
        for (const [, text] of forms)
          if (text !== '') expect(requests.some((one) => one.text === text)).toBe(true);
        expect(requests.map((one) => one.id)).toEqual(requests.map((_, index) => index + 1));
      }),
    );
  });
});

describe('who is asked', () => {
  const base = next(opened().state, {
    kind: 'support-requested',
    data: { request: 1, item: 'forensics', text: '', by: 'form', report: 1 },
  });
  const ask = (group: string) => ({ act: 'assign-support' as const, request: 1, group });

  test('S8.5.2: a group answers for itself only; the desk answers for any', () => {
    const state = tried(base, ask('sg-enterprise-2'), 'officer');
    const refused = tried(state, { act: 'accept-support', request: 1, group: 'sg-enterprise-2' }, 'moe');
    expect(refused).toBe(state);
    const accepted = tried(state, { act: 'accept-support', request: 1, group: 'sg-enterprise-2' }, 'officer');
    expect(accepted.support?.[0]?.offers[0]?.status).toBe('accepted');
    expect(tried(state, { act: 'accept-support', request: 1 }, 'motc').support?.[0]?.offers[0]?.status).toBe(
      'accepted',
    );
  });

  test('S8.5.2: whatever is done in whatever order, those see the case who are asked and have not declined, and nobody else', () => {
    const acts = fc.constantFrom(
      ...([
        'accept-support',
        'decline-support',
        'support-progress',
        'support-done',
        'support-feedback',
        'recall-support',
        'cancel-support',
        'assign-support',
      ] as const),
    );
    const groups = fc.constantFrom('sg-enterprise-2', 'sg-academia', 'sg-defence', 'sg-crisis', 'council');
    const doers = fc.constantFrom('officer', 'motc', 'moe', 'mnd');
    fc.assert(
      fc.property(fc.array(fc.tuple(acts, groups, doers), { maxLength: 20 }), (steps) => {
        let state = base;
        for (const [act, group, by] of steps) {
          state = tried(state, { act, request: 1, group, helped: 'yes' }, by);
          const [request] = state.support ?? [];
          const live =
            request?.offers.filter((one) => ['offered', 'accepted', 'done'].includes(one.status)) ?? [];
          expect(groupsCalledIn(state).sort()).toEqual([...new Set(live.map((one) => one.group))].sort());
          for (const one of request?.offers ?? []) {
            const sees = seenBy(state).includes(`group:${one.group}`);
            const always = [state.routing.desk, state.routing.subgroup, ...state.routing.affected];
            expect(sees).toBe(always.includes(one.group) || live.includes(one));
          }
          expect(groupsCalledIn(state)).not.toContain('sg-defence');
          if (request?.cancelled) expect(live.every((one) => one.status === 'done')).toBe(true);
        }
      }),
    );
  });
});

describe('the procedure under any gradings', () => {
  test('S7.9.7.3: what was done stays done, what the level asks is open, the rest is set aside', () => {
    const level = fc.constantFrom('A', 'B', 'C', 'D');
    const step = fc.constantFrom(...plan.playbooks.map((one) => one.id));
    fc.assert(
      fc.property(fc.array(fc.oneof(level, step), { maxLength: 20 }), (moves) => {
        let state = opened().state;
        const done = new Set<string>();
        for (const [index, move] of moves.entries()) {
          if (/^[A-D]$/.test(move)) {
            for (const fact of openedBy(move, state, worldAt(index))) state = next(state, fact, index);
            for (const item of state.checklist?.items ?? []) {
              const asks = plan.playbooks.find((one) => one.id === item.id)?.levels.includes(move);
              expect(item.status).toBe(done.has(item.id) ? 'done' : asks ? 'open' : 'set-aside');
            }
          } else if (state.checklist?.items.some((one) => one.id === move && one.status === 'open')) {
            done.add(move);
            const data = {
              item: move,
              party: 'agency',
              at: at(index).toISOString(),
              note: '',
              onBehalf: false,
            };
            state = next(state, { kind: 'checklist-item-done', data }, index);
          }
        }
        // Asking for the same level again changes nothing.
        const { checklist } = state;
        if (checklist) expect(openedBy(checklist.level, state, worldAt())).toEqual([]);
      }),
    );
  });
});

describe('what the boxes of a form open', () => {
  test.each([
    [[], []],
    [['life'], ['prosecutors']],
    [['life', 'equipment', 'crime'], ['prosecutors']],
    [['disaster'], ['disaster-system']],
    [
      ['crime', 'disaster'],
      ['prosecutors', 'disaster-system'],
    ],
  ])('S8.4.1 S8.4.2: %j opens %j, beside each other', (flags, targets) => {
    const facts = openedByForm([], flags, plan, 'reported');
    expect(facts.map((fact) => 'target' in fact.data && fact.data.target)).toEqual(targets);
  });
});
