/** The ladders' arithmetic and what stops them, as tables and as properties (H40, H41, H5, H6, FLT-15). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { circleOf } from '../directory/index.ts';
import { ladderOf } from '../mechanism/index.ts';
import type { Ladder, Rung } from '../mechanism/pack.ts';
import type { CaseFact } from './facts.ts';
import {
  climb,
  dueRung,
  idleRungs,
  laddersAfter,
  mayWakeConvenor,
  nextRungAt,
  type OpenNotice,
  rungPeople,
} from './ladder-rules.ts';
import { at, opened, plan, stateWith, worldAt } from './test-kit.ts';

const contact = ladderOf(plan, 'contact') as Ladder;
const deputies = ladderOf(plan, 'deputies') as Ladder;
const CONFIRMED_A = { top: { count: 1, inside: true, confirmed: true } };

function notice(changes: Partial<OpenNotice> = {}): OpenNotice {
  return {
    id: 'n',
    postId: 'contact-edu',
    factSeq: 2,
    route: 'initial-authority',
    expects: 'acknowledgement',
    capacities: ['authority'],
    urgent: false,
    madeAt: at(0),
    confirmBy: null,
    ladder: 'contact',
    rung: 1,
    nextRungAt: at(30),
    stopped: false,
    rungOf: [],
    ...changes,
  };
}
const fact = (kind: string, data: object = {}): CaseFact =>
  ({ kind, data, seq: 9, at: at(0), person: null, post: null }) as unknown as CaseFact;

describe('when a rung is due', () => {
  test.each<[string, Ladder, number, string, number | null]>([
    ['D: the second after half an hour', contact, 1, 'D', 30],
    ['A: the second after three minutes', contact, 1, 'A', 3],
    ['A: the third three minutes after the second', contact, 2, 'A', 3],
    ['the last has none after it', contact, 4, 'A', null],
    ['at C nobody wakes the convenor', deputies, 2, 'C', null],
    ['at B he is told half an hour after those standing in', deputies, 2, 'B', 45],
  ])('%s', (_name, ladder, rung, level, minutes) => {
    expect(nextRungAt(ladder, rung, level, at(0))).toEqual(minutes === null ? null : at(minutes));
  });

  test.each<[string, Partial<OpenNotice>, number, object | null]>([
    ['before its time', {}, 29.9, null],
    ['at its time', {}, 30, { rung: 2, late: false, skipped: [], nextAt: at(60) }],
    [
      'a little later is not late, and the next is counted from when it was due',
      {},
      30.5,
      { rung: 2, late: false, nextAt: at(60) },
    ],
    [
      'two minutes later is late, and the next gets its full time',
      {},
      32,
      { rung: 2, late: true, nextAt: at(62) },
    ],
    [
      'six hours later only the last, and what was missed is said',
      {},
      390,
      { rung: 4, late: true, skipped: [2, 3], nextAt: null },
    ],
    ['stopped', { stopped: true }, 60, null],
    ['nothing to come', { nextRungAt: null }, 60, null],
  ])('%s', (_name, changes, minutes, expected) => {
    const due = dueRung(contact, notice(changes), 'D', at(minutes));
    if (expected === null) expect(due).toBeNull();
    else expect(due).toMatchObject(expected);
  });
});

describe('what moves and stops it', () => {
  const so = (open: OpenNotice[], one: CaseFact, answered?: OpenNotice, from = 'D', to = 'D', minutes = 0) =>
    laddersAfter(open, one, answered, stateWith({ level: from }), stateWith({ level: to }), worldAt(minutes));

  test('an answer to the notice that tells of the silence stops it; an answer to something else does not', () => {
    const rung = notice({ id: 'r', rungOf: ['n'], ladder: null, nextRungAt: null });
    expect(so([notice()], fact('acknowledged', { notice: 'r' }), rung)).toMatchObject([
      { stopped: true, nextRungAt: null },
    ]);
    const other = notice({ id: 'o', postId: 'moe', factSeq: 2, route: 'initial-subgroup' });
    expect(so([notice()], fact('acknowledged', { notice: 'o' }), other)).toMatchObject([
      { stopped: false, nextRungAt: at(30) },
    ]);
  });

  test('DEC-20: where one of several is enough, one answer stops the others; where each is asked, it does not', () => {
    const three = ['a', 'b', 'c'].map((id) =>
      notice({ id, route: 'graded-deputies', ladder: 'deputies', factSeq: 5 }),
    );
    const after = so(three.slice(1), fact('acknowledged', { notice: 'a' }), three[0]);
    expect(after.map((one) => one.stopped)).toEqual([true, true]);
    const later = notice({ id: 'd', route: 'graded-deputies', ladder: 'deputies', factSeq: 8 });
    expect(so([later], fact('acknowledged', { notice: 'a' }), three[0])).toMatchObject([{ stopped: false }]);
    const each = ['a', 'b'].map((id) => notice({ id }));
    expect(so(each.slice(1), fact('acknowledged', { notice: 'a' }), each[0])).toMatchObject([
      { stopped: false },
    ]);
  });

  test('S7.10.4f DEC-15: below A again, what was asked because of A climbs no further; the rest does', () => {
    const top = notice({ id: 't', route: 'top-summons' });
    expect(so([top, notice()], fact('threshold-left'))).toMatchObject([
      { stopped: true },
      { stopped: false },
    ]);
  });

  test.each<[string, string, string, number, number]>([
    ['H5 up in time: counted from the start', 'D', 'A', 1, 3],
    ['H5 up when its time had passed: at once', 'D', 'A', 20, 20],
    ['H6 down: the longer time from the start', 'A', 'D', 1, 30],
    ['the same level moves nothing', 'D', 'D', 10, 30],
  ])('%s', (_name, from, to, minutes, due) => {
    const first = notice({ nextRungAt: nextRungAt(contact, 1, from, at(0)) });
    expect(so([first], fact('graded'), undefined, from, to, minutes)).toMatchObject([
      { nextRungAt: at(due) },
    ]);
  });

  test('raised, a ladder that had come to its end goes on with the rungs the new level has', () => {
    const ended = notice({ ladder: 'deputies', route: 'desk-silent', rung: 2, nextRungAt: null });
    expect(so([ended], fact('graded'), undefined, 'C', 'B', 200)).toMatchObject([{ nextRungAt: at(200) }]);
  });

  test('a notice that tells of a silence ends with it, and not while another it tells of goes on', () => {
    const rung = notice({ id: 'r', ladder: null, nextRungAt: null, rungOf: ['a', 'b'] });
    expect(idleRungs([rung, notice({ id: 'b' })], new Set(['a']))).toEqual([]);
    expect(idleRungs([rung, notice({ id: 'b', stopped: true })], new Set(['a']))).toEqual(['r']);
    expect(idleRungs([rung], new Set(['b']))).toEqual(['r']);
    expect(idleRungs([rung], new Set(['x']))).toEqual([]);
  });

  test('H28: under an order of silence a rung reaches only who sees the case himself', () => {
    const rung = deputies.rungs[1] as Rung;
    const team = { ...rung, to: ['holder' as const] };
    const state = stateWith({ level: 'A' });
    const hold = { authority: '檢察署', organisation: null, reference: '1', until: null, reason: '' };
    expect(rungPeople(circleOf, team, notice(), new Set(), state, worldAt())).toEqual(['p-contact-edu']);
    expect(rungPeople(circleOf, team, notice(), new Set(), { ...state, hold }, worldAt())).toEqual([]);
    expect(
      rungPeople(circleOf, team, notice({ postId: 'officer' }), new Set(), { ...state, hold }, worldAt()),
    ).toEqual(['p-officer']);
  });

  test('DEC-4: the convenor sleeps while an A is only proposed, and is woken once it is reached', () => {
    expect(mayWakeConvenor(opened({ level: 'A' }).state, plan)).toBe(false);
    expect(mayWakeConvenor(stateWith({ level: 'A', thresholds: CONFIRMED_A }), plan)).toBe(true);
    expect(mayWakeConvenor(opened({ level: 'B' }).state, plan)).toBe(true);
  });
});

type Step = { readonly do: 'wait' | 'level' | 'answer'; readonly minutes: number; readonly level: string };
const steps = fc.array(
  fc.record<Step>({
    do: fc.constantFrom('wait', 'wait', 'wait', 'wait', 'level', 'answer'),
    minutes: fc.integer({ min: 0, max: 45 }),
    level: fc.constantFrom('A', 'B', 'C', 'D'),
  }),
  { minLength: 1, maxLength: 40 },
);
const ladderIds = plan.ladders.map((one) => one.id);

describe('whatever happens in whatever order', () => {
  test('H40: quiet is never success; one rung at a time, in order, never before its time; none after an answer', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ladderIds),
        fc.constantFrom('A', 'B', 'C', 'D'),
        steps,
        (id, first, all) => {
          const ladder = ladderOf(plan, id) as Ladder;
          let level: string = first;
          let minutes = 0;
          let answered = false;
          let one = notice({ ladder: id, nextRungAt: nextRungAt(ladder, 1, level, at(0)) });
          const told: { rung: number; at: number }[] = [{ rung: 1, at: 0 }];
          for (const step of all) {
            minutes += step.minutes;
            const world = worldAt(minutes);
            const thresholds = CONFIRMED_A;
            const before = stateWith({ level, thresholds });
            if (step.do === 'level') level = step.level;
            const state = stateWith({ level, thresholds });
            const moved = (event: CaseFact, by?: OpenNotice) =>
              laddersAfter([one], event, by, before, state, world)[0] as OpenNotice;
            if (step.do === 'level') one = moved(fact('graded'));
            if (step.do === 'answer') {
              answered = true;
              one = moved(fact('acknowledged'), notice({ id: 'r', ladder: null, rungOf: ['n'] }));
            }
            const waited = one.nextRungAt;
            const draft = climb(circleOf, one, new Set(), state, world);
            if (draft) {
              expect(answered, 'told after an answer').toBe(false);
              expect(waited !== null && waited <= world.now, 'before its time').toBe(true);
              expect(draft.data.rung, 'again, or backwards').toBeGreaterThan(told.at(-1)?.rung ?? 0);
              told.push({ rung: draft.data.rung, at: minutes });
              one = moved({ ...fact('rung-reached'), data: draft.data } as CaseFact);
              expect(one.rung).toBe(draft.data.rung);
              // Looked at again in the same moment it tells nobody a second time, unless the level has no time between.
              expect(climb(circleOf, one, new Set(), state, world), 'two at once').toBeNull();
            }
            const rest = ladder.rungs.slice(one.rung).some((rung) => rung.levels?.includes(level) ?? true);
            if (!answered) expect(one.nextRungAt !== null, 'silent, and nobody is to come').toBe(rest);
            else expect(one.nextRungAt).toBeNull();
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
