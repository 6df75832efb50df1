import { describe, expect, test } from 'vitest';
import { clocksAfter, isOverdue, nextLook } from './clock-rules.ts';
import type { NewFact } from './facts.ts';
import { byPost, type Recipient, recipients, resolve } from './recipients.ts';
import {
  at,
  directory,
  further,
  NOW,
  newId,
  opened,
  other,
  plan,
  stateWith,
  told,
  worldAt,
} from './test-kit.ts';

const graded = (level: string, previous: string): NewFact => ({
  kind: 'graded',
  data: { level, previous, reason: '', changed: level !== previous, state: 'handling', open: true },
});
const reached = (crossing: number, again = false): NewFact => ({
  kind: 'threshold-reached',
  data: { threshold: 'top', crossing, level: 'A', confirmed: true, again },
});

describe('who is told', () => {
  test('DEC-21: three receipts at three bodies', () => {
    expect(told(opened())).toMatchObject({ officer: 'centre', 'contact-edu': 'authority', moe: 'subgroup' });
  });

  test('DEC-21: one where authority and subgroup are the same body, in both capacities', () => {
    const so = told(opened({ authority: 'moe' }));
    expect(so['moe']?.split('+').sort()).toEqual(['authority', 'subgroup']);
  });

  test('DEC-10: a body with nobody to answer for it is answered for by the one above', () => {
    const state = stateWith({ routing: { ...opened().state.routing, authority: 'dgbas', superiors: [] } });
    expect(resolve('authority', { ...state, organisation: 'school' }, worldAt())).toEqual([]);
    const school = { ...state, routing: { ...state.routing, authority: 'moe' } };
    expect(resolve('authority', school, worldAt()).map((post) => post.id)).toEqual(['moe']);
  });

  test('DEC-4: a proposed A tells desk and deputies, never the convenor', () => {
    const so = told(opened({ level: 'A' }));
    expect(Object.keys(so)).toEqual(expect.arrayContaining(['officer', 'deputy-1', 'deputy-2']));
    expect(so).not.toHaveProperty('convenor');
  });

  test('one notice per post and act: the gravest leads, the capacities are joined', () => {
    const one = {
      post: directory.posts.get('officer')!,
      route: 'a',
      capacity: 'centre',
      capacities: ['centre'],
    } as const;
    const way = { ladder: null, channels: ['mail'], rungOf: [], rung: 1 } as const;
    const rest = { within: null, template: 't', inside: true, ...way } as const;
    const list: Recipient[] = [
      { ...one, ...rest, expects: 'none', urgent: false },
      { ...one, ...rest, route: 'b', capacities: ['informed'], expects: 'task', urgent: false },
      { ...one, ...rest, route: 'c', capacities: ['affected'], expects: 'none', urgent: true },
    ];
    const joined = byPost(list);
    expect(joined).toHaveLength(1);
    expect(joined[0]).toMatchObject({ route: 'c', capacities: ['centre', 'informed', 'affected'] });
  });

  test('DEC-19: outside the walls only what has wording without content', () => {
    const so = opened({ compartment: 'defence', level: 'A' });
    for (const notice of so.notices) {
      expect(notice.inside, notice.post.id).toBe(
        notice.post.organisationId === 'mnd' || notice.post.organisationId === 'brigade',
      );
      if (!notice.inside) expect(notice.template).toMatch(/-closed$/);
    }
    expect(so.state.told).not.toContain('deputy-1');
    const found = recipients(
      'released',
      { level: 'A', suspected: false },
      so.state,
      worldAt(),
      { person: null, post: null },
      null,
    );
    expect(found.every((one) => one.inside)).toBe(true);
  });

  test('H7: said again in the same crossing, nobody is told again', () => {
    const confirmed = further(opened({ level: 'A' }), 5, [graded('A', 'A'), reached(1)]);
    expect(told(confirmed)).toMatchObject({ convenor: 'convenor', 'deputy-1': 'deputy-convenor' });
    expect(further(confirmed, 6, [reached(1, true)]).notices).toEqual([]);
  });

  test('DEC-20: one deputy told the convenor: the tasks of the others end; so do they when he confirms himself', () => {
    const fired = further(opened({ level: 'A' }), 5, [graded('A', 'A'), reached(1)]);
    const tasks = fired.notices.filter((notice) => notice.expects === 'task').map((notice) => notice.id);
    expect(tasks).toHaveLength(2);
    const by = { person: 'p-deputy-1', post: 'deputy-1' };
    const said = further(
      fired,
      7,
      [{ kind: 'convenor-told', data: { at: at(6).toISOString(), how: 'telephone', reason: '' } }],
      by,
    );
    expect(said.closed).toEqual([{ ids: tasks, why: 'convenor-told' }]);
    const convenor = fired.notices.find((notice) => notice.post.id === 'convenor');
    const known = further(
      fired,
      7,
      [
        {
          kind: 'acknowledged',
          data: {
            notice: convenor?.id ?? '',
            post: 'convenor',
            capacities: ['convenor'],
            how: 'app',
            at: at(7).toISOString(),
            by: 'p-convenor',
            recordedBy: null,
          },
        },
      ],
      { person: 'p-convenor', post: 'convenor' },
    );
    expect(known.closed[0]?.ids).toEqual(tasks);
    expect(known.changedClocks).toMatchObject([{ definition: 'convenor-told', state: 'met' }]);
  });

  test('whatever still asked is closed when the case ends', () => {
    const so = opened();
    const ended = further(so, 5, [
      { kind: 'dismissed', data: { reason: '誤報', state: 'dismissed', open: false } },
    ]);
    expect(ended.closed.flatMap((one) => one.ids).sort()).toEqual(
      so.notices
        .filter((notice) => notice.expects !== 'none')
        .map((notice) => notice.id)
        .sort(),
    );
    expect(ended.notices.every((notice) => notice.expects === 'none')).toBe(true);
    expect(ended.attention).toBeNull();
    expect(ended.changedClocks.map((clock) => `${clock.definition} ${clock.state}`).sort()).toEqual([
      'confirm-level voided',
      'register voided',
    ]);
  });

  test('the case rises in the queue at the first moment somebody should have answered', () => {
    expect(opened().attention).toEqual(at(30));
    expect(opened({ level: 'A' }).attention).toEqual(at(10));
  });
});

describe('clocks', () => {
  const clocks = (so: ReturnType<typeof opened>) =>
    Object.fromEntries([...so.newClocks, ...so.changedClocks].map((clock) => [clock.definition, clock]));

  test('DEC-6: filing is met at once, register and level run; an anomaly has none (H38)', () => {
    const so = clocks(opened({ aware: at(-10) }));
    expect(so['file']).toMatchObject({ state: 'met', dueAt: at(50) });
    expect(so['register']).toMatchObject({ state: 'running', dueAt: at(30), warnAt: at(20), nextAt: at(20) });
    expect(so['confirm-level']).toMatchObject({ state: 'running', dueAt: at(30) });
    expect(opened({ suspected: true, level: 'A' }).newClocks).toEqual([]);
  });

  test('H4: an A has ten minutes', () => {
    expect(clocks(opened({ level: 'A' }))['confirm-level']?.dueAt).toEqual(at(10));
  });

  test('H7: one clock per crossing, none for what is said again', () => {
    const first = further(opened({ level: 'A' }), 5, [graded('A', 'A'), reached(1)]);
    expect(first.newClocks.map((clock) => [clock.definition, clock.ordinal])).toEqual([['convenor-told', 1]]);
    expect(further(first, 6, [reached(1, true)]).newClocks).toEqual([]);
    const second = further(first, 20, [reached(2)]);
    expect(second.newClocks.map((clock) => clock.ordinal)).toEqual([2]);
  });

  test('INV-4: never before its moment, the warning first, never again once overdue', () => {
    const clock = clocks(opened())['register']!;
    expect(nextLook(clock)).toEqual(at(20));
    expect(nextLook({ ...clock, warnedAt: at(20) })).toEqual(at(30));
    expect(nextLook({ ...clock, warnedAt: at(20), overdueAt: at(30) })).toBeNull();
    expect(nextLook({ ...clock, state: 'met' })).toBeNull();
    expect(isOverdue(clock, at(30))).toBe(false);
    expect(isOverdue(clock, new Date(at(30).getTime() + 1))).toBe(true);
    expect(isOverdue({ ...clock, state: 'voided' }, at(99))).toBe(false);
  });

  const filed = (kind: 'follow-up' | 'recovery', minutes: number): NewFact => ({
    kind: 'filed',
    data: {
      report: 'r2',
      ordinal: 2,
      kind,
      hash: 'h',
      level: '2',
      suspected: false,
      summary: '',
      channel: 'web',
      toldAt: at(minutes).toISOString(),
      onBehalf: false,
      occurredAt: null,
      awareAt: null,
      resolvedAt: null,
      solved: true,
      affected: [],
      flags: [],
    },
  });
  const second = (level: string) => opened({ level, pack: other, aware: NOW });
  const regrade = (level: string, previous: string): NewFact => ({
    kind: 'graded',
    data: { level, previous, reason: '', changed: true, state: 'responding', open: true },
  });

  test('H16 in another mechanism: only a recovery report meets the recovery clock, and starts the next', () => {
    const so = second('2');
    expect(clocks(so)['recover']).toMatchObject({ state: 'running', dueAt: at(72 * 60), force: 'mandatory' });
    const more = further(so, 60, [filed('follow-up', 60)], undefined, other);
    expect(more.changedClocks.map((clock) => clock.definition)).toEqual([]);
    const done = further(so, 120, [filed('recovery', 120)], undefined, other);
    expect(done.changedClocks).toMatchObject([{ definition: 'recover', state: 'met', metAt: at(120) }]);
    expect(done.newClocks.map((clock) => clock.definition)).toEqual(['improve']);
  });

  test('H5: raised to 3 at hour 50, when 36 hours are long over: due then and there, late by re-grading', () => {
    const so = further(second('2'), 50 * 60, [regrade('3', '2')], undefined, other);
    const clock = so.changedClocks.find((one) => one.definition === 'recover');
    expect(clock).toMatchObject({ dueAt: at(50 * 60), lateByRegrading: true });
    expect(clock?.history).toEqual([
      { dueAt: at(72 * 60).toISOString(), level: '2', at: at(50 * 60).toISOString() },
    ]);
  });

  test('H6: lowered, the longer time counts from the original start; what had run out runs again until then', () => {
    const so = second('3');
    const clock = clocks(so)['recover']!;
    expect(clock.dueAt).toEqual(at(36 * 60));
    const fired = { ...clock, overdueAt: at(36 * 60), warnedAt: at(30 * 60), nextAt: null };
    const lowered = further({ ...so, newClocks: [fired] }, 40 * 60, [regrade('2', '3')], undefined, other);
    expect(lowered.changedClocks).toMatchObject([
      { dueAt: at(72 * 60), overdueAt: null, nextAt: at(66 * 60) },
    ]);
  });

  const merged: NewFact = {
    kind: 'merged',
    data: { into: 'case-2', number: '115-0002', reason: '', state: 'merged', open: false },
  };
  const unmerged: NewFact = {
    kind: 'unmerged',
    data: { from: 'case-2', number: '115-0002', reason: '？', state: 'reported', open: true },
  };

  test('H32: merged, its clocks stop; taken apart again, they run on from their first start', () => {
    const so = opened({ aware: at(-10) });
    const stopped = further(so, 5, [merged]);
    expect(stopped.changedClocks.map((clock) => [clock.definition, clock.state])).toEqual([
      ['register', 'voided'],
      ['confirm-level', 'voided'],
    ]);
    expect(stopped.attention).toBeNull();
    const again = further(stopped, 45, [unmerged]);
    expect(again.newClocks).toEqual([]);
    for (const clock of again.changedClocks) {
      const before = clocks(so)[clock.definition];
      expect(clock).toEqual({ ...before, state: 'running' });
      expect(clock.nextAt).not.toBeNull();
    }
    expect(again.changedClocks).toHaveLength(2);
    expect(again.attention).toEqual(clocks(so)['register']?.dueAt);
    // What ran out before the merge ran out once.
    const fired = so.newClocks.map((clock) => ({
      ...clock,
      overdueAt: at(30),
      warnedAt: at(20),
      nextAt: null,
    }));
    const late = further(further({ ...so, newClocks: fired }, 31, [merged]), 32, [unmerged]);
    expect(late.changedClocks.map((clock) => clock.nextAt)).toEqual([null, null]);
  });

  test('H32: a clock that something else had voided before the merge stays so; what happened meanwhile meets its clock', () => {
    const dismissed: NewFact = { kind: 'dismissed', data: { reason: '', state: 'dismissed', open: false } };
    const reopened: NewFact = { kind: 'reopened', data: { reason: '', state: 'handling', open: true } };
    const old = further(opened(), 5, [dismissed, reopened, merged, unmerged]);
    expect(old.changedClocks.map((clock) => clock.state)).toEqual(['voided', 'voided']);
    const top = further(opened({ level: 'A' }), 2, [graded('A', 'A'), reached(1)]);
    const stopped = further(top, 3, [merged]);
    const known = further(stopped, 4, [
      {
        kind: 'acknowledged',
        data: {
          ...{ notice: 'n', post: 'convenor', capacities: ['convenor'], how: 'app' },
          ...{ at: at(4).toISOString(), by: 'p', recordedBy: null },
        },
      },
    ]);
    expect(known.changedClocks).toMatchObject([{ definition: 'convenor-told', state: 'met', metAt: at(4) }]);
    const again = further({ ...stopped, ...known }, 5, [unmerged]);
    expect(again.changedClocks).toEqual([]);
  });

  test('H2: awareness corrected, the clock is counted anew and the old due time kept', () => {
    const so = opened({ aware: at(-10) });
    const corrected = further(so, 5, [
      {
        kind: 'awareness-corrected',
        data: { at: at(-120).toISOString(), previous: at(-10).toISOString(), reason: '？' },
      },
    ]);
    const clock = corrected.changedClocks.find((one) => one.definition === 'file');
    expect(clock).toMatchObject({ startAt: at(-120), dueAt: at(-60), state: 'met' });
    expect(clock && isOverdue(clock, at(5))).toBe(true);
  });

  const corrected = (minutes: number): NewFact => ({
    kind: 'awareness-corrected',
    data: { at: at(minutes).toISOString(), previous: null, reason: '？' },
  });
  const aware = (fact: NewFact, minutes: number): NewFact =>
    ({ ...fact, data: { ...fact.data, awareAt: at(minutes).toISOString() } }) as NewFact;

  test.each([
    ['a follow-up, in time', aware(filed('follow-up', 120), -30), 30, false],
    ['a follow-up, late', aware(filed('follow-up', 120), -90), -30, true],
    ['the recovery report', aware(filed('recovery', 120), -61), -1, true],
    ['the desk', corrected(-59), 1, false],
    ['the desk, after the report', corrected(5), 65, false],
  ])(
    'H2 H3 H14: awareness first said by %s starts the clock, met when the first report was made',
    (_, fact, due, late) => {
      const so = opened();
      expect(clocks(so)['file']).toBeUndefined();
      const later = further(so, 120, [fact]);
      expect(later.newClocks).toHaveLength(1);
      const clock = later.newClocks[0]!;
      expect(clock).toMatchObject({
        definition: 'file',
        state: 'met',
        dueAt: at(due),
        metAt: NOW,
        history: [],
      });
      expect(clock.nextAt).toBeNull();
      expect(isOverdue(clock, at(500))).toBe(late);
      // Said again, or corrected, it is the same clock.
      const again = further(later, 130, [aware(filed('follow-up', 130), -500), corrected(-80)]);
      expect(again.newClocks).toEqual([]);
      expect(again.changedClocks).toMatchObject([
        { startAt: at(-80), dueAt: at(-20), state: 'met', metAt: NOW },
      ]);
    },
  );

  test('H45 H14: a first report told by telephone counts from the call also when the awareness follows later', () => {
    const so = opened({ told: at(-20) });
    expect(so.state.firstToldAt).toBe(at(-20).toISOString());
    const clock = further(so, 60, [aware(filed('follow-up', 60), -75)]).newClocks[0];
    expect(clock).toMatchObject({ dueAt: at(-15), metAt: at(-20), state: 'met' });
  });

  test('H16 in another mechanism: awareness said late starts what is still to be met, and that may be over at once', () => {
    const later = further(
      opened({ level: '2', pack: other }),
      60,
      [aware(filed('follow-up', 60), -75 * 60)],
      undefined,
      other,
    );
    expect(clocks(later)).toMatchObject({
      notify: { state: 'met', metAt: NOW },
      recover: { state: 'running', dueAt: at(-3 * 60), nextAt: at(-9 * 60) },
    });
    expect(later.attention).toEqual(at(-3 * 60));
    const recovered = further(
      opened({ level: '2', pack: other }),
      60,
      [filed('recovery', 60)],
      undefined,
      other,
    );
    const told = further(recovered, 90, [aware(filed('follow-up', 90), -60)], undefined, other);
    expect(clocks(told)['recover']).toMatchObject({ state: 'met', metAt: at(60) });
  });

  test('a fact that concerns no clock changes none, not even as an object', () => {
    const so = opened();
    const fact = { kind: 'taken', data: {}, seq: 9, at: at(1), person: null, post: null } as const;
    const after = clocksAfter(so.newClocks, fact, so.state, so.state, {}, plan, newId);
    for (const [index, clock] of after.entries()) expect(clock).toBe(so.newClocks[index]);
  });
});
