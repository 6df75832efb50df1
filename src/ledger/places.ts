/** Where a stream's facts are sealed: the proof that leaves the house with a copy of the record. */
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read } from '../platform/transaction.ts';
import { lastHeadOf, placesOfStream } from './store.ts';
import { factBytes, leafHash, logOf } from './tree.ts';

/** A fact exactly as it was hashed, and its place in the ledger; `index` is null while it is not yet sealed. */
export interface SealedPlace {
  readonly seq: number;
  /** The bytes whose SHA-256 behind a zero byte is the leaf (RFC 6962), in base64. */
  readonly bytes: string;
  readonly hash: string;
  readonly index: number | null;
}

/** The sealed places of a stream, and the newest published head of its log. */
export interface StreamPlaces {
  readonly log: string;
  readonly head: { readonly size: number; readonly root: string; readonly at: string } | null;
  readonly facts: readonly SealedPlace[];
}

/**
 * Every fact of a stream with its leaf. Read as the system: ask only after the reader's right to the case was established,
 * and give away only the facts he may know.
 */
export async function placesOf(
  ctx: AppContext,
  streamId: string,
  compartment: string | null,
): Promise<StreamPlaces> {
  const log = logOf(compartment);
  return read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const rows = await placesOfStream(tx, streamId);
    const head = await lastHeadOf(tx, log);
    return {
      log,
      head: head && { size: head.size, root: head.root.toString('hex'), at: head.at.toISOString() },
      facts: rows.map((row) => ({
        seq: row.seq,
        bytes: factBytes(row).toString('base64'),
        hash: leafHash(row).toString('hex'),
        index: row.index,
      })),
    };
  });
}
