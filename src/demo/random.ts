/** A seeded source of choices: pure given its seed, so that the demonstration is the same every time. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** An integer from `low` to `high`, both included. */
  int(low: number, high: number): number;
  /** One element; throws on an empty list. */
  pick<T>(list: readonly T[]): T;
  /** One element by weight; weights are non-negative and not all zero. */
  weighted<T>(list: readonly (readonly [T, number])[]): T;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** A new list in random order. */
  shuffle<T>(list: readonly T[]): T[];
  /** A log-normal value with this mean and this sigma of its logarithm. */
  logNormal(mean: number, sigma: number): number;
}

/** mulberry32: 32 bits of state, good enough for stories, written here so that nothing else is needed. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Makes a source of choices from a 32-bit seed. */
export function randomFrom(seed: number): Random {
  const next = mulberry32(seed);
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const pick = <T>(list: readonly T[]): T => {
    if (list.length === 0) throw new RangeError('cannot pick from an empty list');
    return list[int(0, list.length - 1)] as T;
  };
  const weighted = <T>(list: readonly (readonly [T, number])[]): T => {
    const total = list.reduce((sum, [, weight]) => sum + weight, 0);
    if (!(total > 0)) throw new RangeError('weights must not all be zero');
    let rest = next() * total;
    for (const [value, weight] of list) {
      rest -= weight;
      if (rest < 0) return value;
    }
    return (list[list.length - 1] as readonly [T, number])[0];
  };
  const shuffle = <T>(list: readonly T[]): T[] => {
    const copy = [...list];
    for (let i = copy.length - 1; i > 0; i -= 1) {
      const j = int(0, i);
      [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
    }
    return copy;
  };
  const logNormal = (mean: number, sigma: number): number => {
    const u = Math.max(next(), Number.EPSILON);
    const normal = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * next());
    return mean * Math.exp(sigma * normal - (sigma * sigma) / 2);
  };
  return { next, int, pick, weighted, chance: (p) => next() < p, shuffle, logNormal };
}
