import { expect, test } from 'vitest';
import { createClockGuard } from './clock-guard.ts';

const HOUR = 3_600_000;
const T = Date.UTC(2026, 2, 4);

test('FLT-9: a clock that goes as it should is believed, through slow looks and slow drift', () => {
  const guard = createClockGuard();
  for (const [mono, drift] of [
    [0, 0],
    [500, 3],
    [90_000, 10_000],
    [91_000, 25_000],
  ] as const)
    expect(guard.look(T + mono + drift, mono, mono)).toEqual({ jump: null, wait: false });
});

test('FLT-9: set forward, it is told once and not believed for a minute', () => {
  const guard = createClockGuard();
  guard.look(T, 0, 0);
  expect(guard.look(T + HOUR + 500, 500, 500)).toEqual({ jump: HOUR, wait: true });
  expect(guard.look(T + HOUR + 59_000, 59_000, 59_000)).toEqual({ jump: null, wait: true });
  expect(guard.look(T + HOUR + 60_600, 60_600, 60_600)).toEqual({ jump: null, wait: false });
});

test('FLT-9: put right within the minute, nothing was ever early', () => {
  const guard = createClockGuard();
  guard.look(T, 0, 0);
  guard.look(T + HOUR + 500, 500, 500);
  expect(guard.look(T + 20_000, 20_000, 20_000)).toEqual({ jump: -HOUR, wait: false });
});

test('FLT-9: set back, it is told and nothing waits: what has fired has fired', () => {
  const guard = createClockGuard();
  guard.look(T, 0, 0);
  expect(guard.look(T - HOUR + 500, 500, 500)).toEqual({ jump: -HOUR, wait: false });
});

test('FLT-4 FLT-9: frozen in the middle of a reading, it takes no jump for granted', () => {
  const guard = createClockGuard();
  guard.look(T, 0, 0);
  // The database answered at 500 ms; we went on a minute later.
  expect(guard.look(T + 500, 499, 60_500)).toEqual({ jump: null, wait: false });
  expect(guard.look(T + 61_000, 61_000, 61_000)).toEqual({ jump: null, wait: false });
});

test('FLT-9: what the clock says between two looks is believed only as far as it can have gone', () => {
  const guard = createClockGuard();
  expect(guard.latest(0)).toBe(Number.POSITIVE_INFINITY);
  guard.look(1_000_000, 0, 1);
  expect(guard.latest(501)).toBe(1_000_000 + 500 + 30_000);
  // A reading that took long is no ground to believe more.
  guard.look(5_000_000, 501, 9_501);
  expect(guard.latest(9_501)).toBe(1_000_000 + 9_500 + 30_000);
});
