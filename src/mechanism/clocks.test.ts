import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clockAfterRegrade, clockDue, clockMetBy } from './clocks.ts';
import { loadPack } from './load.ts';
import type { ClockDefinition, Pack } from './pack.ts';

const packs = join(import.meta.dirname, '../../packs');
const { pack: law } = loadPack(join(packs, 'test-4321'));
const { pack: plan } = loadPack(join(packs, 'tw-2002'));

const clock = (pack: Pack, id: string) => pack.clocks.find((one) => one.id === id)!;
const START = new Date('2026-11-22T01:00:00Z');
const hours = (count: number) => new Date(START.getTime() + count * 3_600_000);

describe('H4 the length depends on the level, a proposed one too', () => {
  test.each([
    ['1', 72],
    ['2', 72],
    ['3', 36],
    ['4', 36],
  ])('recovery at level %s within %i h', (level, length) => {
    expect(clockDue(clock(law, 'recover'), { start: START, level }, law)).toEqual(hours(length));
  });

  test.each([
    ['2', 8],
    ['3', 2],
  ])('review at level %s within %i h', (level, length) => {
    expect(clockDue(clock(law, 'review'), { start: START, level }, law)).toEqual(hours(length));
  });

  test('without a level the default holds; DEC-6: A has 10 min, the others 30', () => {
    const confirm = clock(plan, 'confirm-level');
    expect(clockDue(confirm, { start: START, level: null }, plan)).toEqual(hours(0.5));
    expect(clockDue(confirm, { start: START, level: 'B' }, plan)).toEqual(hours(0.5));
    expect(clockDue(confirm, { start: START, level: 'A' }, plan)).toEqual(hours(1 / 6));
  });

  test('H16 the improvement report is due a civil month later, on a working day', () => {
    const start = new Date('2027-01-08T02:00:00Z');
    // 8 February 2027 is a holiday, as are the two days after it.
    expect(clockDue(clock(law, 'improve'), { start, level: '3' }, law)).toEqual(
      new Date('2027-02-11T02:00:00Z'),
    );
  });
});

describe('H5 and H6 a change of level moves the clock', () => {
  const regrade = (id: string, from: string, to: string, after: number) => {
    const definition = clock(law, id);
    const due = clockDue(definition, { start: START, level: from }, law);
    return clockAfterRegrade(definition, { start: START, due, level: to, regradedAt: hours(after) }, law);
  };

  test('H5 2 → 3 at hour 50: due at the change, late by re-grading and by nobody', () => {
    expect(regrade('recover', '2', '3', 50)).toEqual({ due: hours(50), lateByRegrading: true });
  });
  test('H5 2 → 3 at hour 10: due 36 h after the start', () => {
    expect(regrade('recover', '2', '3', 10)).toEqual({ due: hours(36), lateByRegrading: false });
  });
  test('H5 exactly at 36 h is still in time', () => {
    expect(regrade('recover', '2', '3', 36)).toEqual({ due: hours(36), lateByRegrading: false });
  });
  test('H5 already overdue before the change: stays overdue, no new time is given', () => {
    expect(regrade('recover', '2', '3', 80)).toEqual({ due: hours(72), lateByRegrading: false });
  });
  test('H6 3 → 2 at hour 10: 72 h from the original start', () => {
    expect(regrade('recover', '3', '2', 10)).toEqual({ due: hours(72), lateByRegrading: false });
  });
  test('recompute counts anew even into the past, and says so', () => {
    expect(regrade('review', '2', '3', 5)).toEqual({ due: hours(2), lateByRegrading: true });
  });
  test('keep leaves the due alone', () => {
    expect(regrade('notify', '1', '4', 0.5)).toEqual({ due: hours(1), lateByRegrading: false });
  });

  test('H5 property: not-before-regrade never makes a running clock overdue by the change alone', () => {
    const level = fc.constantFrom('1', '2', '3', '4');
    fc.assert(
      fc.property(level, level, fc.integer({ min: 0, max: 200 * 60 }), (from, to, minutes) => {
        const definition = clock(law, 'recover');
        const due = clockDue(definition, { start: START, level: from }, law);
        const regradedAt = hours(minutes / 60);
        const after = clockAfterRegrade(definition, { start: START, due, level: to, regradedAt }, law);
        if (due > regradedAt) expect(after.due >= regradedAt).toBe(true);
        if (after.lateByRegrading) expect(due > regradedAt && after.due <= regradedAt).toBe(true);
        const back = clockAfterRegrade(
          definition,
          { start: START, due: after.due, level: from, regradedAt },
          law,
        );
        if (due > regradedAt) expect(back.due).toEqual(due);
      }),
    );
  });
});

describe('what meets a clock', () => {
  const met = (
    definition: ClockDefinition,
    ...rest: Parameters<typeof clockMetBy> extends [unknown, ...infer R] ? R : never
  ) => clockMetBy(definition, ...rest);

  test('the recovery clock is met by a recovery report, not by any report', () => {
    expect(met(clock(law, 'recover'), { kind: 'filed' }, { report: 'follow-up' })).toBe(false);
    expect(met(clock(law, 'recover'), { kind: 'filed' }, { report: 'recovery' })).toBe(true);
  });
  test('S7.10.4d the convenor’s clock is met by his acknowledgement alone', () => {
    const told = clock(plan, 'convenor-told');
    expect(met(told, { kind: 'acknowledged', capacities: ['deputy-convenor'] }, {})).toBe(false);
    expect(met(told, { kind: 'acknowledged', capacities: ['summoned', 'convenor'] }, {})).toBe(true);
    expect(met(told, { kind: 'convenor-told' }, {})).toBe(false);
  });
});
