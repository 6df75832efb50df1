/**
 * What looks like one campaign (H22, H47): cases of about the same time that name the same things, or say the same. A
 * suggestion for a person to look at; nothing follows from it by itself. Pure.
 *
 *   marks that stand together in the same cases make a campaign's signature; a case belongs to the signature it has most of,
 *   so that one case that names two campaigns does not make one of them; what names nothing is known by its words.
 */
import { likeness, type MarkKind, type Marks } from './marks-rules.ts';

/** A case to be looked at. */
export interface Candidate {
  readonly id: string;
  /** The body it is of. */
  readonly body: string;
  /** When it was opened, in ms. */
  readonly at: number;
  readonly marks: Marks;
}

/** What the cases of a campaign have in common. */
export interface Shared {
  readonly kind: MarkKind;
  readonly value: string;
  readonly cases: number;
}

export interface Campaign {
  /** Oldest first. */
  readonly cases: readonly string[];
  readonly shared: readonly Shared[];
}

const WEIGHT: Record<MarkKind, number> = { hash: 4, sender: 3, domain: 3, ip: 2, words: 2 };

/** Marks further apart than this in time are of different events, in ms. */
const APART = 72 * 3_600_000;
/**
 * Two marks are of one signature when they stand together in this share of the rarer one's cases. Whoever reports in a storm names
 * one thing of several: half would take one worm for as many campaigns as it has addresses.
 */
const TOGETHER = 0.25;
/** A single mark holds more than a few cases together only if their words are at least so alike on the whole. */
const COHERENT = 0.2;
const A_FEW = 5;
/** Words alone must be alike to this degree. */
const SAME_WORDS = 0.5;
/** Words alone make a campaign of no fewer cases. */
const LEAST_BY_WORDS = 3;
const BANDS = 8;
const LEADERS = 8;

const kindOf = (mark: string): MarkKind => mark.slice(0, mark.indexOf(':')) as MarkKind;

class Sets {
  readonly #parent = new Map<string, string>();
  find(one: string): string {
    let root = one;
    for (let up = this.#parent.get(root); up !== undefined; up = this.#parent.get(root)) root = up;
    for (let at = one; at !== root; ) {
      const up = this.#parent.get(at) as string;
      this.#parent.set(at, root);
      at = up;
    }
    return root;
  }
  join(a: string, b: string): void {
    const [x, y] = [this.find(a), this.find(b)];
    if (x !== y) this.#parent.set(y, x);
  }
}

/** Marks as they stand in a stretch of time: the same address a month later is another mark. */
function timedMarks(items: readonly Candidate[]): Map<string, Candidate[]> {
  const byMark = new Map<string, Candidate[]>();
  const last = new Map<string, { name: string; at: number; turn: number }>();
  for (const item of items) {
    for (const mark of item.marks.indicators) {
      const before = last.get(mark);
      const turn = before === undefined ? 0 : before.turn + (item.at - before.at > APART ? 1 : 0);
      const name = `${mark}\n${turn}`;
      last.set(mark, { name, at: item.at, turn });
      const list = byMark.get(name);
      if (list) list.push(item);
      else byMark.set(name, [item]);
    }
  }
  for (const [name, list] of byMark) if (list.length < 2) byMark.delete(name);
  return byMark;
}

/** How alike the words of some of these cases are on the whole. */
function coherence(items: readonly Candidate[]): number {
  let sum = 0;
  let pairs = 0;
  const step = Math.max(1, Math.floor(items.length / 24));
  for (let a = 0; a < items.length; a += step) {
    for (let b = a + step; b < items.length; b += step) {
      sum += likeness((items[a] as Candidate).marks.sketch, (items[b] as Candidate).marks.sketch);
      pairs += 1;
    }
  }
  return pairs === 0 ? 1 : sum / pairs;
}

/** Signatures: sets of marks that stand together. */
function signaturesOf(
  items: readonly Candidate[],
  byMark: ReadonlyMap<string, Candidate[]>,
): Map<string, string> {
  const marksOfCase = new Map<string, string[]>();
  for (const [name, list] of byMark) {
    for (const item of list) {
      const own = marksOfCase.get(item.id);
      if (own) own.push(name);
      else marksOfCase.set(item.id, [name]);
    }
  }
  const together = new Map<string, number>();
  for (const item of items) {
    const own = marksOfCase.get(item.id) ?? [];
    for (let a = 0; a < own.length; a += 1) {
      for (let b = a + 1; b < own.length; b += 1) {
        const [x, y] = [own[a] as string, own[b] as string];
        const key = x < y ? `${x}\u0000${y}` : `${y}\u0000${x}`;
        together.set(key, (together.get(key) ?? 0) + 1);
      }
    }
  }
  const sets = new Sets();
  for (const [key, n] of together) {
    const [x = '', y = ''] = key.split('\u0000');
    const rarer = Math.min(byMark.get(x)?.length ?? 0, byMark.get(y)?.length ?? 0);
    if (n >= 2 && n / rarer >= TOGETHER) sets.join(x, y);
  }
  return new Map([...byMark.keys()].map((name) => [name, sets.find(name)]));
}

/** The signature each case has most of. */
function belonging(
  byMark: ReadonlyMap<string, Candidate[]>,
  signature: ReadonlyMap<string, string>,
): Map<string, string> {
  const size = new Map<string, number>();
  for (const [name, list] of byMark) {
    const of = signature.get(name) as string;
    size.set(of, Math.max(size.get(of) ?? 0, list.length));
  }
  const scores = new Map<string, Map<string, number>>();
  for (const [name, list] of byMark) {
    const of = signature.get(name) as string;
    for (const item of list) {
      const own = scores.get(item.id) ?? new Map<string, number>();
      own.set(of, (own.get(of) ?? 0) + WEIGHT[kindOf(name)]);
      scores.set(item.id, own);
    }
  }
  const belongs = new Map<string, string>();
  for (const [id, own] of scores) {
    const [best] = [...own].sort((a, b) => b[1] - a[1] || (size.get(b[0]) ?? 0) - (size.get(a[0]) ?? 0));
    if (best) belongs.set(id, best[0]);
  }
  return belongs;
}

/** Puts what names nothing with what says the same: with a campaign there is, or with each other. */
function byWords(items: readonly Candidate[], belongs: Map<string, string>): void {
  const buckets = new Map<string, Candidate[]>();
  const bandsOf = ({ marks }: Candidate): string[] =>
    Array.from({ length: BANDS }, (_, band) => {
      const rows = marks.sketch.subarray((band * 32) / BANDS, ((band + 1) * 32) / BANDS);
      return `${band}:${rows.join()}`;
    });
  // First those that belong somewhere, so that the others find them.
  const order = [
    ...items.filter((one) => belongs.has(one.id)),
    ...items.filter((one) => !belongs.has(one.id)),
  ];
  for (const item of order) {
    if (item.marks.sketch[0] === 0xffffffff) continue;
    const bands = bandsOf(item);
    if (!belongs.has(item.id)) {
      let best: Candidate | null = null;
      let most = SAME_WORDS;
      for (const band of bands) {
        for (const other of buckets.get(band) ?? []) {
          if (Math.abs(other.at - item.at) > APART) continue;
          const alike = likeness(item.marks.sketch, other.marks.sketch);
          if (alike >= most) [best, most] = [other, alike];
        }
      }
      // A leader of its own until others say the same.
      belongs.set(item.id, best ? (belongs.get(best.id) as string) : `said:${item.id}`);
    }
    for (const band of bands) {
      const list = buckets.get(band);
      if (!list) buckets.set(band, [item]);
      else if (list.length < LEADERS) list.push(item);
    }
  }
}

/**
 * The campaigns among these cases, the largest first. Cases that belong to none are not in them.
 * @param candidates in any order
 */
export function campaignsOf(candidates: readonly Candidate[]): Campaign[] {
  const items = candidates.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  const byMark = timedMarks(items);
  const belongs = belonging(byMark, signaturesOf(items, byMark));
  // One mark alone may be something everybody names: then the words must bear it out.
  const held = Map.groupBy(
    items.filter((one) => belongs.has(one.id)),
    (one) => belongs.get(one.id) as string,
  );
  for (const [, own] of held) {
    const counts = new Map<string, number>();
    for (const one of own)
      for (const mark of one.marks.indicators) counts.set(mark, (counts.get(mark) ?? 0) + 1);
    const strong = [...counts].filter(([, n]) => n >= Math.max(2, own.length * 0.1));
    if (
      own.length > A_FEW &&
      strong.length < 2 &&
      !strong.some(([mark]) => kindOf(mark) === 'hash') &&
      coherence(own) < COHERENT
    )
      for (const one of own) belongs.delete(one.id);
  }
  byWords(items, belongs);
  const groups = Map.groupBy(items, (one) => belongs.get(one.id) ?? one.id);
  return [...groups]
    .filter(([name, own]) => {
      if (own.length < 2) return false;
      return name.startsWith('said:')
        ? own.length >= LEAST_BY_WORDS && new Set(own.map((one) => one.body)).size >= 2
        : true;
    })
    .map(([, own]) => ({ cases: own.map((one) => one.id), shared: sharedBy(own) }))
    .sort((a, b) => b.cases.length - a.cases.length);
}

/** What most of these cases name, the weightiest first. */
function sharedBy(own: readonly Candidate[]): Shared[] {
  const counts = new Map<string, number>();
  for (const one of own)
    for (const mark of one.marks.indicators) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  const shared = [...counts]
    .filter(([, n]) => n >= 2)
    .map(([mark, cases]) => ({ kind: kindOf(mark), value: mark.slice(mark.indexOf(':') + 1), cases }))
    .sort((a, b) => b.cases - a.cases || WEIGHT[b.kind] - WEIGHT[a.kind])
    .slice(0, 6);
  return shared.length > 0 ? shared : [{ kind: 'words', value: '', cases: own.length }];
}
