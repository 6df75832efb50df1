/** ISO-7: an outsider’s whole session, with and without a thousand cases behind the wall. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answer } from './house.ts';
import { doings, idsOf, LISTENERS, mannWhitney, openTwins, readings, take, transcript } from './outsider.ts';

const HIDDEN = 1_000;
const ROUNDS = Number(process.env['TOCSIN_ISO7_ROUNDS'] ?? 12);

let twins: Awaited<ReturnType<typeof openTwins>>;
const organisation: Record<string, string> = {};

beforeAll(async () => {
  twins = await openTwins(HIDDEN);
  const { rows } = await twins.without.owner.query<{ code: string; id: string }>(
    'select code, id from organisations',
  );
  for (const { code, id } of rows) organisation[code] = id;
}, 600_000);
afterAll(() => twins.close());

test('ISO-7: they are there, and those behind the wall see them', async () => {
  const count = async (twin: typeof twins.with) =>
    (await twin.owner.query('select count(*)::int as n from cases where compartment is not null')).rows[0].n;
  expect([await count(twins.without), await count(twins.with)]).toEqual([0, HIDDEN]);
  const items = async (twin: typeof twins.with) =>
    ((await twin.door.ask('mnd-officer', 'GET', '/cases?limit=100')).json as { items: unknown[] }).items
      .length;
  expect([await items(twins.without), await items(twins.with)]).toEqual([0, 100]);
});

test('ISO-7: an outsider’s transcript is byte for byte the same with a thousand hidden cases as without', async () => {
  const known = await idsOf(twins.without);
  const since = new Date(Date.now() + twins.without.ctx.clock.shift() - 1_000);
  let bytes = 0;
  let requests = 0;
  // All read before any of them writes: what they file stands in the others' lists, under ids made in each nation.
  const sessions = [
    ...LISTENERS.map((code) => [code, readings(organisation)] as const),
    ...LISTENERS.map((code) => [code, doings(code, organisation)] as const),
  ];
  for (const [code, steps] of sessions) {
    const a = await transcript(twins.without, code, steps, since, known);
    const b = await transcript(twins.with, code, steps, since, known);
    // Of two long texts that differ, the place is what one wants to read.
    const at = [...a].findIndex((letter, index) => letter !== b[index]);
    const place = (text: string) => text.slice(Math.max(0, at - 300), at + 200);
    if (a !== b) expect([code, place(b)]).toEqual([code, place(a)]);
    expect(b === a, code).toBe(true);
    bytes += Buffer.byteLength(a);
    requests += steps.length;
  }
  process.stdout.write(
    `\nISO-7: ${requests} requests of ${LISTENERS.length} listeners, ${bytes} bytes, identical\n`,
  );
}, 300_000);

/** One measuring of a listener's session in both nations, turn about; whether it told them apart, with its figures. */
async function measured(code: string): Promise<{ apart: boolean; figures: string }> {
  const steps = readings(organisation).filter((step) =>
    /cases|queue|inbox|newest|looks|preview|would/.test(step.what),
  );
  const kinds = new Map(steps.map((step) => [step.what, { a: [] as number[], b: [] as number[] }]));
  const whole = { a: [] as number[], b: [] as number[] };
  for (let round = -2; round < ROUNDS; round += 1) {
    const seen = { a: new Map<string, Answer>(), b: new Map<string, Answer>() };
    const sums = { a: 0, b: 0 };
    for (const [index, step] of steps.entries()) {
      const order = (round + index) % 2 === 0 ? (['a', 'b'] as const) : (['b', 'a'] as const);
      for (const side of order) {
        const began = performance.now();
        await take(side === 'a' ? twins.without : twins.with, code, step, seen[side]);
        const took = performance.now() - began;
        sums[side] += took;
        // The first rounds warm both.
        if (round >= 0) kinds.get(step.what)?.[side].push(took);
      }
    }
    if (round < 0) continue;
    whole.a.push(sums.a);
    whole.b.push(sums.b);
  }
  const middle = (list: readonly number[]) =>
    [...list].sort((x, y) => x - y)[Math.floor(list.length / 2)] ?? 0;
  const p = mannWhitney(whole.a, whole.b);
  const [worst] = [...kinds]
    .map(([what, { a, b }]) => ({ what, p: mannWhitney(a, b), a: middle(a), b: middle(b) }))
    .sort((x, y) => x.p - y.p);
  return {
    // So many requests are tried that one of them is unlucky by chance; together they may not be (Bonferroni).
    apart: p <= 0.01 || (worst?.p ?? 1) <= 0.01 / kinds.size,
    figures:
      `ISO-7 timing, ${code}: session ${middle(whole.a).toFixed(1)} ms without, ${middle(whole.b).toFixed(1)} ms with, p = ${p.toFixed(3)}; ` +
      `least p of ${kinds.size} requests ${worst?.p.toFixed(4)} (${worst?.what}: ${worst?.a.toFixed(2)} / ${worst?.b.toFixed(2)} ms)`,
  };
}

test('ISO-7: and it takes no longer (Mann–Whitney p > 0.01, interleaved)', async () => {
  for (const code of ['engineer', 'officer'] as const) {
    const tries: string[] = [];
    // Chance speaks once in a hundred times; what tells the two apart each time is no chance.
    for (let isApart = true; isApart && tries.length < 3; ) {
      const { apart, figures } = await measured(code);
      tries.push(figures);
      isApart = apart;
      if (!apart) process.stdout.write(`${figures}\n`);
      else expect(tries.length, tries.join('\n')).toBeLessThan(3);
    }
  }
}, 600_000);
