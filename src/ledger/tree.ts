/** How a fact becomes a leaf and leaves become a root (RFC 6962). Pure, and its shape is for ever: see the golden test. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../mechanism/index.ts';

/** A fact as it is sealed. */
export interface SealedFact {
  readonly stream: string;
  readonly streamId: string;
  readonly seq: number;
  readonly kind: string;
  readonly shape: number;
  readonly data: unknown;
  readonly personId: string | null;
  readonly postId: string | null;
  readonly at: Date;
  readonly mode: string;
  readonly compartment: string | null;
}

/** The log of everything outside compartments. */
export const OPEN_LOG = 'open';

/** The log a fact belongs to. */
export function logOf(compartment: string | null): string {
  return compartment === null ? OPEN_LOG : `compartment:${compartment}`;
}

/** Length of what is not there; no field is as long. */
const ABSENT = 0xffff_ffff;

function field(value: string | null): Buffer {
  const length = Buffer.alloc(4);
  if (value === null) {
    length.writeUInt32BE(ABSENT);
    return length;
  }
  const bytes = Buffer.from(value, 'utf8');
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Every field of a fact behind its length, so that no two facts have the same bytes. */
export function factBytes(fact: SealedFact): Buffer {
  const fields = [
    fact.stream,
    fact.streamId.toLowerCase(),
    String(fact.seq),
    fact.kind,
    String(fact.shape),
    canonicalJson(fact.data),
    fact.personId?.toLowerCase() ?? null,
    fact.postId?.toLowerCase() ?? null,
    String(fact.at.getTime()),
    fact.mode,
    fact.compartment,
  ];
  return Buffer.concat(fields.map(field));
}

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

function sha256(...parts: Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The hash of a fact's leaf. */
export function leafHash(fact: SealedFact): Buffer {
  return sha256(LEAF, factBytes(fact));
}

/** The hash of an inner node. */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  return sha256(NODE, left, right);
}

/** The tree so far: how many leaves, and the roots of its perfect subtrees, the largest first. */
export interface Range {
  readonly size: number;
  readonly peaks: readonly Buffer[];
}

export const EMPTY: Range = { size: 0, peaks: [] };

/** The tree with more leaves behind; costs as much as there are new ones. */
export function extend(range: Range, leaves: readonly Buffer[]): Range {
  const peaks = [...range.peaks];
  let size = range.size;
  for (const leaf of leaves) {
    let node = leaf;
    // Each trailing one-bit of the size is a perfect subtree that the new leaf completes to one twice as large.
    for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2))
      node = nodeHash(peaks.pop() as Buffer, node);
    peaks.push(node);
    size += 1;
  }
  return { size, peaks };
}

/** The root over all leaves, as RFC 6962 §2.1 defines it. */
export function rootOf(range: Range): Buffer {
  const { peaks } = range;
  const last = peaks.at(-1);
  if (!last) return sha256();
  return peaks.slice(0, -1).reduceRight((root, peak) => nodeHash(peak, root), last);
}
