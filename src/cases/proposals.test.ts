/** When one person is not enough, as tables (ISO-15), and who sees a case while silence is ordered (H28). */
import { describe, expect, test } from 'vitest';
import type { Act } from '../mechanism/vocabulary.ts';
import { type CaseState, evolve, heldKeys, type Pending, seenBy } from './evolve.ts';
import type { CaseFact } from './facts.ts';
import { lapseOf, ruleFor } from './proposals.ts';
import { NOW, other, plan, stateWith } from './test-kit.ts';

const confirmed = (level: string, more: Partial<CaseState> = {}) =>
  stateWith({ state: 'handling', level, levelStatus: 'confirmed', ...more });

describe('when one person is not enough (ISO-15)', () => {
  test.each<[string, CaseState, Act, string | null, string | null]>([
    ['A to B', confirmed('A'), 'change-level', 'B', 'lower-top'],
    ['A to D', confirmed('A'), 'change-level', 'D', 'lower-top'],
    ['A kept at B against a newer proposal', confirmed('A'), 'confirm-level', 'B', 'lower-top'],
    ['A kept', confirmed('A'), 'confirm-level', 'A', null],
    ['B to C', confirmed('B'), 'change-level', 'C', null],
    ['C to A', confirmed('C'), 'change-level', 'A', null],
    ['A that nobody has confirmed, confirmed as D', stateWith({ level: 'A' }), 'confirm-level', 'D', null],
    ['A released', confirmed('A', { state: 'recovered' }), 'release', null, 'end-top'],
    ['A dismissed', confirmed('A'), 'dismiss', null, 'end-top'],
    ['A that nobody has confirmed, dismissed', stateWith({ level: 'A' }), 'dismiss', null, null],
    ['A merged', confirmed('A'), 'merge', null, 'end-top'],
    ['B released', confirmed('B', { state: 'recovered' }), 'release', null, null],
    ['A reopened', confirmed('A', { state: 'released' }), 'reopen', null, null],
    ['a hold recorded', confirmed('A'), 'hold', null, null],
    ['a hold lifted, whatever the level', confirmed('D'), 'lift-hold', null, 'lift-hold'],
  ])('%s', (_name, state, act, level, expected) => {
    expect(ruleFor(state, { act, level }, plan)?.id ?? null).toBe(expected);
  });

  test('a mechanism that asks for two at every change still never keeps a graver level waiting', () => {
    const rule = {
      id: 'any',
      name: { zh: '任何變更', en: 'Any change' },
      acts: ['change-level' as const],
      source: 'x',
    };
    const strict = { ...plan, fourEyes: [rule] };
    const asks = (from: string, level: string) =>
      ruleFor(confirmed(from), { act: 'change-level', level }, strict)?.id;
    expect([asks('C', 'A'), asks('B', 'A'), asks('D', 'C')]).toEqual([undefined, undefined, undefined]);
    expect([asks('B', 'C'), asks('A', 'D')]).toEqual(['any', 'any']);
  });

  test('it is data: another mechanism asks nobody', () => {
    for (const act of ['change-level', 'release', 'dismiss'] as const)
      expect(
        ruleFor(
          confirmed('4', { state: 'responding' }),
          { act, level: act === 'change-level' ? '1' : null },
          other,
        ),
      ).toBeNull();
  });
});

describe('a proposal that no longer fits (ISO-15)', () => {
  const pending = (change: Partial<Pending>): Pending => ({
    ...{ id: 4, rule: 'end-top', act: 'release', reason: '', level: null, into: null },
    ...{ person: 'p', post: 'officer', at: NOW.toISOString(), recovery: 2, gradings: 0 },
    ...change,
  });
  const ready = confirmed('A', {
    state: 'recovered',
    recovery: { ordinal: 2, solved: true, resolvedAt: null },
  });
  test.each<[string, CaseState, Partial<Pending>, string | null]>([
    ['nothing has happened', ready, {}, null],
    ['sent back', { ...ready, state: 'handling', recovery: null }, {}, 'case-moved'],
    [
      'another recovery report',
      { ...ready, recovery: { ordinal: 3, solved: true, resolvedAt: null } },
      {},
      'report-renewed',
    ],
    ['the level was decided anew', ready, { gradings: 1 }, 'level-decided'],
    ['no longer A', { ...ready, level: 'B' }, {}, 'no-longer-needed'],
    [
      'a lowering does not mind a recovery report',
      ready,
      { rule: 'lower-top', act: 'change-level', level: 'B', recovery: null },
      null,
    ],
    ['the withdrawal was refused meanwhile', ready, { act: 'approve-withdrawal' }, 'case-moved'],
    ['the hold is gone', ready, { rule: 'lift-hold', act: 'lift-hold' }, 'case-moved'],
  ])('%s', (_name, state, change, expected) => {
    expect(lapseOf(state, pending(change), plan)).toBe(expected);
  });
});

describe('who sees a case while silence is ordered (H28)', () => {
  const filed = stateWith({ filers: ['p-contact'], told: ['moe', 'contact-edu'] });
  const place = (state: CaseState, kind: 'held' | 'hold-lifted', data: object) =>
    evolve(state.id, state, {
      kind,
      data,
      seq: state.revision + 1,
      at: NOW,
      person: 'p-officer',
      post: 'officer',
    } as CaseFact);
  const order = { authority: '某檢察署', organisation: 'moj', reference: '1', until: null, reason: '' };

  test('few, by one rule; afterwards exactly those of before', () => {
    const held = place(filed, 'held', order);
    expect(seenBy(held)).toEqual([
      'command',
      'desk',
      'filer:school:p-contact',
      'group:sg-crisis',
      'org:moj',
      'system',
    ]);
    expect(seenBy(place(held, 'hold-lifted', { reason: '' }))).toEqual(seenBy(filed));
  });

  test('DEC-19: in a compartment its own desk and those who filed; nobody from outside because of it', () => {
    const walled = { ...filed, compartment: 'defence', routing: { ...filed.routing, desk: 'sg-defence' } };
    expect(heldKeys(walled, order)).toEqual(['filer:school:p-contact', 'group:sg-defence', 'system']);
  });
});
