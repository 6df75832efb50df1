/** Recomputes the ledger from the facts and says what does not agree, and where it begins (INV-8, KEY-6). */
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read, type Tx } from '../platform/transaction.ts';
import {
  boundOf,
  countUnsealed,
  firstGap,
  type Head,
  headsFrom,
  indexOfLeaf,
  type LeafWithFact,
  leavesFrom,
  logNames,
} from './store.ts';
import { EMPTY, extend, leafHash, logOf, type Range, rootOf } from './tree.ts';

const PAGE = 5_000;

/** What was found wrong. */
export type FindingKind =
  /** the fact of a leaf is gone */
  | 'removed'
  /** the fact says something else than when it was sealed */
  | 'changed'
  /** the fact is one that was sealed at another place */
  | 'reordered'
  /** leaves are missing inside the log */
  | 'leaf-missing'
  /** the log is shorter than a head that was published over it */
  | 'truncated'
  /** facts and leaves agree, but not with a head published over them: both were rewritten */
  | 'root-differs'
  /** leaves without a head over them */
  | 'head-missing'
  /** the numbers of a stream's facts have a gap */
  | 'gap'
  /** a head kept outside is not one of this log */
  | 'anchor-differs';

/** The first thing wrong in a log. */
export interface Finding {
  readonly kind: FindingKind;
  readonly log: string;
  /** Index in the log (for `truncated`, `root-differs`, `anchor-differs`: the head's size). */
  readonly index: number;
  readonly stream: string | null;
  readonly streamId: string | null;
  readonly seq: number | null;
}

/** What verification saw. */
export interface Verification {
  readonly logs: readonly {
    readonly log: string;
    readonly size: number;
    readonly heads: number;
    readonly root: string;
  }[];
  /** The first finding of each log, then gaps. Empty: everything agrees. */
  readonly findings: readonly Finding[];
  /** Facts not sealed yet; more than a moment's worth while a sealer runs is a fault. */
  readonly unsealed: number;
}

/** A head somebody kept outside the database; finds a tail cut off together with its heads. */
export interface Anchor {
  readonly log: string;
  readonly size: number;
  /** hex */
  readonly root: string;
}

function finding(kind: FindingKind, log: string, index: number, leaf?: LeafWithFact): Finding {
  const fact = leaf && leaf.position !== null ? leaf : null;
  return {
    kind,
    log,
    index,
    stream: fact?.stream ?? null,
    streamId: fact?.streamId ?? null,
    seq: fact?.seq ?? null,
  };
}

/** Heads of a log in order of size up to a bound, read in pages. */
class Heads {
  readonly #tx: Tx;
  readonly #log: string;
  readonly #bound: number;
  #page: Head[] = [];
  #from = 0;
  #isLast = false;
  count = 0;

  constructor(tx: Tx, log: string, bound: number) {
    this.#tx = tx;
    this.#log = log;
    this.#bound = bound;
  }

  /** The next head, without taking it. */
  async peek(): Promise<Head | null> {
    if (this.#page.length === 0 && !this.#isLast) {
      this.#page = await headsFrom(this.#tx, this.#log, this.#from, PAGE);
      this.#isLast = this.#page.length < PAGE;
      this.#from = (this.#page.at(-1)?.size ?? 0) + 1;
    }
    const head = this.#page[0];
    return head && head.size <= this.#bound ? head : null;
  }

  take(): void {
    this.#page.shift();
    this.count += 1;
  }
}

/** What is wrong with one leaf, if anything. */
async function checkLeaf(tx: Tx, log: string, expected: number, leaf: LeafWithFact): Promise<Finding | null> {
  if (leaf.index !== expected) return finding('leaf-missing', log, expected);
  if (leaf.position === null) return finding('removed', log, leaf.index);
  const hash = leafHash(leaf);
  if (hash.equals(leaf.hash) && logOf(leaf.compartment) === log) return null;
  const place = await indexOfLeaf(tx, log, hash);
  return finding(place === null ? 'changed' : 'reordered', log, leaf.index, leaf);
}

async function verifyLog(tx: Tx, log: string, anchors: readonly Anchor[]) {
  // Sealing goes on meanwhile: what is looked at ends with the head that is the last now.
  const { size: bound, isCovered } = await boundOf(tx, log);
  const heads = new Heads(tx, log, bound);
  const wanted = new Map(
    anchors.filter((anchor) => anchor.log === log).map((anchor) => [anchor.size, anchor.root]),
  );
  let range: Range = EMPTY;
  let last: LeafWithFact | undefined;
  const result = (found: Finding | null) => ({
    found,
    log: { log, size: range.size, heads: heads.count, root: rootOf(range).toString('hex') },
  });
  while (range.size < bound) {
    const page = await leavesFrom(tx, log, range.size, Math.min(PAGE, bound - range.size));
    for (const leaf of page) {
      const wrong = await checkLeaf(tx, log, range.size, leaf);
      if (wrong) return result(wrong);
      range = extend(range, [leaf.hash]);
      last = leaf;
      const anchor = wanted.get(range.size);
      if (anchor !== undefined && rootOf(range).toString('hex') !== anchor.toLowerCase()) {
        return result(finding('anchor-differs', log, range.size, leaf));
      }
      wanted.delete(range.size);
      const head = await heads.peek();
      if (head?.size !== range.size) continue;
      if (!rootOf(range).equals(head.root)) return result(finding('root-differs', log, range.size, leaf));
      heads.take();
    }
    if (page.length === 0) break;
  }
  if (range.size < bound || wanted.size > 0) return result(finding('truncated', log, range.size, last));
  return result(isCovered ? null : finding('head-missing', log, range.size, last));
}

/**
 * Recomputes every leaf from its fact and every root from the leaves, so that each stored head is shown to be a prefix
 * of the later ones, and names the first fact of each log that was changed, removed or moved (INV-8, KEY-6).
 * @param anchors heads kept outside the database, which also find a tail cut off together with its heads
 */
export function verifyLedger(ctx: AppContext, anchors: readonly Anchor[] = []): Promise<Verification> {
  return read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const logs: Verification['logs'][number][] = [];
    const findings: Finding[] = [];
    const names = new Set([...(await logNames(tx)), ...anchors.map((anchor) => anchor.log)]);
    for (const name of names) {
      const { found, log } = await verifyLog(tx, name, anchors);
      logs.push(log);
      if (found) findings.push(found);
    }
    const gap = await firstGap(tx);
    if (gap)
      findings.push({
        kind: 'gap',
        log: '',
        index: 0,
        stream: gap.stream,
        streamId: gap.streamId,
        seq: null,
      });
    return { logs, findings, unsealed: await countUnsealed(tx) };
  });
}
