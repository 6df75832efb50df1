import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Guard } from '../mechanism/vocabulary.ts';
import { isRefusal } from '../platform/errors.ts';
import { changedFields, contentProblems, isAnswered, summaryOf } from './content-rules.ts';
import { type CaseState, evolve, rebuild, seenBy } from './evolve.ts';
import type { CaseFact, NewFact } from './facts.ts';
import { addReport } from './filing.ts';
import { mayAct } from './rights.ts';
import { checkGuards, crossings, reachUnconfirmed, stateChange } from './rules.ts';
import { at, content, directory, NOW, opened, plan, stateWith } from './test-kit.ts';

const inside = (count: number, confirmed: boolean) => ({ top: { count, inside: true, confirmed } });
const HOLD = { authority: '檢察署', organisation: null, reference: '1', until: null, reason: '偵查' };
const outside = (count: number) => ({ top: { count, inside: false, confirmed: false } });

describe('crossing into A (DEC-4, H7)', () => {
  test.each<[string, CaseState['thresholds'], string, string]>([
    ['D, never inside, to D', {}, 'D', ''],
    ['D, never inside, to A', {}, 'A', 'reached 1'],
    ['B is not A', {}, 'B', ''],
    ['A confirmed, to A', inside(1, true), 'A', ''],
    ['A unconfirmed, to A', inside(1, false), 'A', 'reached 1 again'],
    ['A confirmed, to B', inside(1, true), 'B', 'left 1'],
    ['A unconfirmed, to D', inside(1, false), 'D', 'left 1'],
    ['once inside, to A', outside(1), 'A', 'reached 2'],
    ['twice inside, to C', outside(2), 'C', ''],
  ])('%s', (_name, thresholds, level, expected) => {
    const said = crossings(stateWith({ thresholds }), level, plan).map((fact) =>
      fact.kind === 'threshold-reached'
        ? `reached ${fact.data.crossing}${fact.data.again ? ' again' : ''}`
        : fact.kind === 'threshold-left'
          ? `left ${fact.data.crossing}`
          : fact.kind,
    );
    expect(said.join()).toBe(expected);
  });

  test('INV-5: whatever levels are confirmed in whatever order, the A branch fires once per crossing', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('A', 'B', 'C', 'D'), { maxLength: 20 }), (levels) => {
        let state = opened({ level: 'D' }).state;
        let fired = 0;
        let wanted = 0;
        let was = false;
        for (const level of levels) {
          for (const fact of crossings(state, level, plan)) {
            if (fact.kind === 'threshold-reached' && !fact.data.again) fired += 1;
            state = evolve(state.id, state, place(fact, state));
          }
          if (level === 'A' && !was) wanted += 1;
          was = level === 'A';
        }
        expect(fired).toBe(wanted);
      }),
    );
  });

  const graded = (status: 'proposed' | 'confirmed'): Partial<CaseState> => ({
    gradings: [{ level: 'A', status, at: '2026-03-04T01:00:00.000Z', person: null, post: null, reason: '' }],
  });
  test.each<[string, Partial<CaseState>, number]>([
    ['proposed A', { proposedLevel: 'A', level: 'A', levelStatus: 'proposed' }, 1],
    ['proposed B', { proposedLevel: 'B', level: 'B', levelStatus: 'proposed' }, 0],
    ['confirmed A', { proposedLevel: 'A', level: 'A', levelStatus: 'confirmed', ...graded('confirmed') }, 0],
    [
      'B kept against a proposed A',
      { proposedLevel: 'A', level: 'B', levelStatus: 'confirmed', ...graded('confirmed') },
      0,
    ],
    [
      'B confirmed, A proposed since',
      { proposedLevel: 'A', level: 'B', levelStatus: 'confirmed', ...graded('proposed') },
      1,
    ],
    ['closed', { proposedLevel: 'A', level: 'A', levelStatus: 'proposed', open: false }, 0],
    ['inside already', { proposedLevel: 'A', level: 'A', thresholds: inside(1, false) }, 0],
  ])('DEC-4: nobody answered, %s', (_name, changes, count) => {
    expect(reachUnconfirmed(stateWith(changes), plan)).toHaveLength(count);
  });
});

function place(fact: NewFact, state: CaseState): CaseFact {
  return { ...fact, seq: state.revision + 1, at: at(1), person: null, post: null } as CaseFact;
}

describe('what an act needs', () => {
  const solved = { ordinal: 2, solved: true, resolvedAt: NOW.toISOString() };
  test.each<[Guard, Partial<CaseState>, Parameters<typeof checkGuards>[2], string | null]>([
    ['reason', {}, { reason: '  ' }, 'reason-required'],
    ['reason', {}, { reason: '有' }, null],
    ['text', {}, { text: '' }, 'invalid-input'],
    ['text', {}, { text: '有' }, null],
    ['recovery-report', { recovery: null }, {}, 'not-recovered'],
    ['recovery-report', { recovery: solved }, {}, null],
    ['solution', { recovery: { ...solved, solved: false } }, {}, 'release-needs-solution'],
    ['solution', { recovery: solved }, {}, null],
    ['resolved-time', { recovery: { ...solved, resolvedAt: null } }, {}, 'release-needs-resolved-time'],
    ['level-confirmed', { levelStatus: 'proposed' }, {}, 'level-unconfirmed'],
    ['level-confirmed', { levelStatus: 'confirmed' }, {}, null],
    ['other-level', { level: 'B' }, { level: 'B' }, 'level-same'],
    ['other-level', { level: 'B' }, { level: 'A' }, null],
    ['person', {}, {}, 'invalid-input'],
    ['target-case', {}, {}, 'nothing-to-merge'],
    ['target-case', {}, { target: { id: 'case', number: '', state: stateWith({}) } }, 'merge-into-itself'],
    [
      'target-case',
      {},
      { target: { id: 'x', number: '', state: stateWith({ open: false }) } },
      'nothing-to-merge',
    ],
    [
      'target-case',
      {},
      { target: { id: 'x', number: '', state: stateWith({ compartment: 'defence' }) } },
      'nothing-to-merge',
    ],
    ['target-case', {}, { target: { id: 'x', number: '', state: stateWith({ hold: HOLD }) } }, 'case-held'],
    ['target-case', {}, { target: { id: 'x', number: '', state: stateWith({}) } }, null],
  ])('%s %o %o: %s', (guard, changes, input, code) => {
    let found: string | null = null;
    try {
      checkGuards([guard], stateWith(changes), input);
    } catch (error) {
      found = isRefusal(error) ? error.code : String(error);
    }
    expect(found).toBe(code);
  });

  test('“previous” leads back to where the case was, also through two detours (H32)', () => {
    const step = (state: CaseState, to: string): CaseState =>
      evolve(state.id, state, place({ kind: 'taken', data: { state: to, open: to !== 'merged' } }, state));
    const back = { act: 'unmerge', from: ['merged'], to: 'previous', guards: [] } as const;
    let state = step(step(step(opened().state, 'registered'), 'returned'), 'merged');
    for (const expected of ['returned', 'registered', 'reported']) {
      const change = stateChange({ ...back, from: [...back.from], guards: [] }, state, plan);
      expect(change.state).toBe(expected);
      state = step(state, expected);
    }
  });
});

describe('a stream is whole or it is nothing', () => {
  test('a gap, a repetition and a stream without its beginning are refused', () => {
    const { facts } = opened({ level: 'A' });
    expect(() => rebuild('case', facts.slice(1))).toThrow('first fact');
    expect(() => rebuild('case', [facts[0] as CaseFact, facts[2] as CaseFact])).toThrow('follows');
    expect(() => rebuild('case', [facts[0] as CaseFact, facts[0] as CaseFact])).toThrow('follows');
    expect(rebuild('case', [])).toBeNull();
  });

  test('INV-2: folding in one go or in two parts gives the same, byte for byte, and survives JSON', () => {
    const { facts, state } = opened({ level: 'A' });
    for (let cut = 1; cut < facts.length; cut += 1) {
      const half = rebuild('case', facts.slice(0, cut));
      const whole = facts.slice(cut).reduce<CaseState | null>((so, fact) => evolve('case', so, fact), half);
      expect(JSON.stringify(whole)).toBe(JSON.stringify(state));
    }
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });
});

describe('who sees a case (DEC-19, S2.1)', () => {
  test('an open case: its line, the desk and those who watch', () => {
    const keys = seenBy(opened({ affected: ['sg-enterprise-2'] }).state);
    expect(keys).toEqual(
      expect.arrayContaining([
        'desk',
        'watch',
        'org:school',
        'org:edu',
        'org:ey',
        'group:sg-academia',
        'group:sg-enterprise-2',
      ]),
    );
    expect(keys).not.toContain('signed-in');
    expect(keys).not.toContain('command');
  });

  test('a defence case: the compartment and nobody else', () => {
    const keys = seenBy(opened({ compartment: 'defence', level: 'A' }).state);
    expect(keys.filter((key) => !key.startsWith('post:')).sort()).toEqual([
      'group:sg-defence',
      'org:brigade',
      'org:mnd',
      'system',
    ]);
    expect(keys).not.toContain('post:deputy-1');
  });

  test('DEC-23: the house that reports does not judge itself; another body’s deputy does', () => {
    const state = stateWith({
      organisation: 'dgbas',
      state: 'recovered',
      routing: { ...opened().state.routing, deskReports: true },
    });
    const may = (post: string) => mayAct('release', directory.posts.get(post)!, state, directory, plan);
    expect([may('officer'), may('deputy-2'), may('deputy-1')]).toEqual([null, null, 'command']);
  });
});

describe('the form’s answers', () => {
  test('S8.F3.20 S8.F3.21: what must be in now, and that “not yet known” answers it', () => {
    const problems = (changes: object, kind: 'initial' | 'recovery' = 'initial') =>
      contentProblems(plan, kind, content(changes), NOW).map((one) => `${one.path}:${one.code}`);
    expect(problems({})).toEqual([]);
    expect(problems({ description: '' })).toEqual(['description:required']);
    expect(problems({ description: '', unknown: ['description'] })).toEqual([]);
    expect(problems({ impactLevel: '', unknown: ['impactLevel'] })).toEqual(['impactLevel:required']);
    expect(problems({ impactLevel: 'E' })).toEqual(['impactLevel:bad-choice']);
    expect(problems({}, 'recovery')).toEqual(['solution:required', 'resolvedAt:required', 'cause:required']);
  });

  test('SI.3: a follow-up that brings no file of its own, or one already there, has not changed the files', () => {
    const [a, b] = ['0190a0a0-0000-7000-8000-00000000000a', '0190a0a0-0000-7000-8000-00000000000b'] as const;
    const first = content({ attachments: [a] });
    const changed = (changes: object) => changedFields(first, content({ attachments: [], ...changes }));
    expect(changed({})).toEqual([]);
    expect(changed({ attachments: [a] })).toEqual([]);
    expect(changed({ attachments: [b], cause: '後台密碼過弱。' }).sort()).toEqual(['attachments', 'cause']);
    expect(changedFields(null, first)).toEqual([]);
  });

  test('a clock two minutes wrong is no lie; three minutes is the future', () => {
    const aware = (minutes: number) => ({
      aware: { at: at(minutes).toISOString(), precision: 'minute', estimated: false },
    });
    expect(contentProblems(plan, 'initial', content(aware(2)), NOW)).toEqual([]);
    expect(contentProblems(plan, 'initial', content(aware(3)), NOW)).toMatchObject([
      { path: 'aware.at', code: 'in-the-future' },
    ]);
  });

  test('H3: resolved before it occurred is refused only where the occurrence is exact', () => {
    const check = (estimated: boolean, precision: string) =>
      contentProblems(
        plan,
        'initial',
        content({
          occurred: { at: at(-10).toISOString(), precision, estimated },
          resolvedAt: at(-20).toISOString(),
        }),
        NOW,
      ).length;
    expect([check(false, 'minute'), check(true, 'minute'), check(false, 'hour')]).toEqual([1, 0, 0]);
  });

  test('a summary is the first sentence, never longer than sixty letters, never half a letter', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const summary = summaryOf(text);
        expect([...summary].length).toBeLessThanOrEqual(60);
        expect(summary.isWellFormed()).toBe(text.isWellFormed() || summary.isWellFormed());
      }),
    );
    expect(summaryOf('首頁遭置換。已下線。')).toBe('首頁遭置換');
  });

  test('every field knows when it is answered', () => {
    expect(isAnswered('flags', content())).toBe(false);
    expect(isAnswered('flags', content({ flags: { crime: {} } }))).toBe(true);
    expect(isAnswered('support', content({ supportText: '人手' }))).toBe(true);
    expect(isAnswered('hosts', content({ hosts: [{}] }))).toBe(true);
    expect(isAnswered('occurred', content())).toBe(false);
  });
});

describe('one more report (figure 5, step 13)', () => {
  const report = (level: string, kind: 'follow-up' | 'recovery' = 'follow-up') => ({
    reportId: 'r2',
    hash: 'h2',
    kind,
    channel: 'web' as const,
    toldAt: NOW.toISOString(),
    onBehalf: false,
    suspected: false,
    content: content({ impactLevel: level }),
  });
  test.each<[string, Partial<CaseState>, string, boolean]>([
    ['the same level again', { level: 'C', proposedLevel: 'C' }, 'C', false],
    ['another level', { level: 'C', proposedLevel: 'C' }, 'B', true],
    [
      'the level the desk has confirmed',
      { level: 'B', proposedLevel: 'C', levelStatus: 'confirmed' },
      'B',
      false,
    ],
    [
      'what was proposed before, though the desk decided otherwise',
      { level: 'B', proposedLevel: 'C', levelStatus: 'confirmed' },
      'C',
      false,
    ],
    ['A, after the desk’s B', { level: 'B', proposedLevel: 'C', levelStatus: 'confirmed' }, 'A', true],
  ])('%s', (_name, changes, level, proposes) => {
    const kinds = addReport(stateWith(changes), report(level), plan).map((fact) => fact.kind);
    expect(kinds.includes('level-proposed')).toBe(proposes);
  });
});
