/** One seed is one story: told again, after another and on what that left, it is the same word for word. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runSeed } from './seed.ts';
import { Time } from './time.ts';
import { makeNation, type Nation } from './world.ts';

/** Seeds with crashes, lost answers, a clock that was set and a centre that stood. */
const SEEDS = [9, 32];

const time = new Time();
let nation: Nation;
beforeAll(async () => {
  time.install();
  nation = await makeNation(time);
});
afterAll(() => nation.close());

test('a seed is replayed exactly, and what it went through broke no invariant (INV-1 to INV-12)', async () => {
  const first = [];
  for (const seed of SEEDS) first.push(await runSeed(seed, time, nation));
  for (const one of first) {
    expect(one.found).toEqual([]);
    expect(Object.keys(one.faults).length).toBeGreaterThan(0);
  }
  for (const one of first.toReversed()) {
    const again = await runSeed(one.seed, time, nation);
    expect(again.story).toEqual(one.story);
    // Looks for what other databases of the server kept from being sealed are no part of the story.
    expect({ ...again, transactions: 0 }).toEqual({ ...one, transactions: 0 });
  }
}, 180_000);
