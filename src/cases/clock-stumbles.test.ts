/** What a worker does about clocks that fail at every try. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Refusal } from '../platform/errors.ts';
import { Stumbles } from './clock-worker.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('FLT-13: after four tries it is left alone for a while, told of, and tried again later for as long as it lives', () => {
  const told: string[] = [];
  const stumbles = new Stumbles((caseId, what) => told.push(`${what} of ${caseId}`));
  const fault = new Error('poison');
  for (let n = 1; n <= 3; n += 1) {
    stumbles.note('clock', 'case', fault);
    expect(stumbles.resting()).toEqual([]);
  }
  stumbles.note('clock', 'case', fault);
  expect(stumbles.resting()).toEqual(['clock']);
  expect(told).toEqual(['clock of case']);
  vi.advanceTimersByTime(15_001);
  expect(stumbles.resting()).toEqual([]);
  stumbles.note('clock', 'case', fault);
  expect(stumbles.resting()).toEqual(['clock']);
  expect(told).toHaveLength(2);
  // One failure long after is no habit.
  vi.advanceTimersByTime(60_000);
  stumbles.note('clock', 'case', fault);
  expect(stumbles.resting()).toEqual([]);
});

test('FLT-13: what a database in trouble does to a clock is not held against it', () => {
  const stumbles = new Stumbles();
  for (let n = 0; n < 10; n += 1) stumbles.note('clock', 'case', new Refusal('unavailable'));
  expect(stumbles.resting()).toEqual([]);
});
