/** The only SQL of the ledger. */
import type { Tx } from '../platform/transaction.ts';
import type { Range, SealedFact } from './tree.ts';

/** A fact with its place in the order of insertion. */
export interface PlacedFact extends SealedFact {
  readonly position: number;
}

const FACT = `f.position, f.stream, f.stream_id as "streamId", f.seq, f.kind, f.shape, f.data, f.person_id as "personId",
  f.post_id as "postId", f.at, f.mode, f.compartment`;

/**
 * True when this transaction is the only one that seals. Two at a time would do no harm (the keys of the tables refuse
 * the second), only waste.
 */
export async function takeTurn(tx: Tx): Promise<boolean> {
  const rows = await tx.prepared<{ mine: boolean }>(
    'ledger-turn',
    `select pg_try_advisory_xact_lock(hashtextextended('tocsin ledger', 0)) as mine`,
    [],
  );
  return rows[0]?.mine === true;
}

/** The highest position sealed so far; 0 when nothing is. */
export async function lastSealed(tx: Tx): Promise<number> {
  const rows = await tx.prepared<{ last: number }>(
    'ledger-last',
    'select coalesce(max(position), 0) as last from ledger_leaves',
    [],
  );
  return rows[0]?.last ?? 0;
}

/**
 * Facts not yet sealed, in order, that no running transaction can still put another one before.
 * @param after facts up to this position are not looked at
 */
export function unsealedFacts(tx: Tx, after: number, limit: number): Promise<PlacedFact[]> {
  return tx.prepared<PlacedFact & Record<string, unknown>>(
    'ledger-unsealed',
    `select ${FACT} from facts f
     where f.position > $1 and f.xid < pg_snapshot_xmin(pg_current_snapshot())
       and not exists (select 1 from ledger_leaves l where l.position = f.position)
     order by f.position limit $2`,
    [after, limit],
  );
}

/** The newest head of a log. */
export async function lastHead(tx: Tx, log: string): Promise<Range | null> {
  const rows = await tx.prepared<{ size: number; peaks: Buffer[] }>(
    'ledger-head',
    `select size, peaks from ledger_heads where log = $1 order by size desc limit 1`,
    [log],
  );
  return rows[0] ?? null;
}

/** Adds leaves and the head over them. */
export async function addSeal(
  tx: Tx,
  log: string,
  first: number,
  leaves: readonly { readonly position: number; readonly hash: Buffer }[],
  head: Range,
  root: Buffer,
): Promise<void> {
  await tx.prepared(
    'ledger-add-leaves',
    `insert into ledger_leaves (log, index, position, hash)
     select $1, $2::bigint + ordinality - 1, position, hash
     from unnest($3::bigint[], $4::bytea[]) with ordinality as l(position, hash, ordinality)`,
    [log, first, leaves.map((leaf) => leaf.position), leaves.map((leaf) => leaf.hash)],
  );
  await tx.prepared(
    'ledger-add-head',
    'insert into ledger_heads (log, size, root, peaks, at) values ($1, $2, $3, $4, clock_timestamp())',
    [log, head.size, root, head.peaks],
  );
}

/** Names of all logs, the open one first. */
export async function logNames(tx: Tx): Promise<string[]> {
  const rows = await tx.prepared<{ log: string }>(
    'ledger-logs',
    `select log from (select log from ledger_heads union select log from ledger_leaves) x order by log <> 'open', log`,
    [],
  );
  return rows.map((row) => row.log);
}

/** Size of a log's newest head, and whether that head covers every leaf. */
export async function boundOf(tx: Tx, log: string): Promise<{ size: number; isCovered: boolean }> {
  const rows = await tx.prepared<{ size: number; isCovered: boolean }>(
    'ledger-bound',
    `select h.size, not exists (select 1 from ledger_leaves l where l.log = $1 and l.index >= h.size) as "isCovered"
     from (select coalesce(max(size), 0) as size from ledger_heads where log = $1) h`,
    [log],
  );
  return rows[0] ?? { size: 0, isCovered: true };
}

/** A leaf beside the fact it was made from; the fact's fields are null when it is gone. */
export type LeafWithFact = {
  readonly index: number;
  readonly leafPosition: number;
  readonly hash: Buffer;
} & ({ readonly position: null } | PlacedFact);

/** Leaves of a log from an index on, with their facts. */
export function leavesFrom(tx: Tx, log: string, index: number, limit: number): Promise<LeafWithFact[]> {
  return tx.prepared<LeafWithFact & Record<string, unknown>>(
    'ledger-leaves',
    `select l.index, l.position as "leafPosition", l.hash, ${FACT}
     from ledger_leaves l left join facts f on f.position = l.position
     where l.log = $1 and l.index >= $2 order by l.index limit $3`,
    [log, index, limit],
  );
}

/** A stored head. */
export interface Head {
  readonly size: number;
  readonly root: Buffer;
  readonly at: Date;
}

/** Heads of a log with sizes from `size` on, the smallest first. */
export function headsFrom(tx: Tx, log: string, size: number, limit: number): Promise<Head[]> {
  return tx.prepared<Head & Record<string, unknown>>(
    'ledger-heads',
    'select size, root, at from ledger_heads where log = $1 and size >= $2 order by size limit $3',
    [log, size, limit],
  );
}

/** The facts of one stream in order, each with the index of its leaf if it has one. */
export function placesOfStream(
  tx: Tx,
  streamId: string,
): Promise<(PlacedFact & { readonly index: number | null })[]> {
  return tx.prepared<PlacedFact & { index: number | null } & Record<string, unknown>>(
    'ledger-places',
    `select ${FACT}, l.index from facts f left join ledger_leaves l on l.position = f.position
     where f.stream_id = $1::uuid order by f.seq`,
    [streamId],
  );
}

/** The newest head of a log, as published. */
export async function lastHeadOf(tx: Tx, log: string): Promise<Head | null> {
  const rows = await tx.prepared<Head & Record<string, unknown>>(
    'ledger-newest-head',
    'select size, root, at from ledger_heads where log = $1 order by size desc limit 1',
    [log],
  );
  return rows[0] ?? null;
}

/** Where a hash stands as a leaf, if anywhere: tells a fact that was moved from one that was changed. */
export async function indexOfLeaf(tx: Tx, log: string, hash: Buffer): Promise<number | null> {
  const rows = await tx.prepared<{ index: number }>(
    'ledger-find-leaf',
    'select index from ledger_leaves where log = $1 and hash = $2 order by index limit 1',
    [log, hash],
  );
  return rows[0]?.index ?? null;
}

/** How many facts are not sealed. */
export async function countUnsealed(tx: Tx): Promise<number> {
  const rows = await tx.prepared<{ unsealed: number }>(
    'ledger-count-unsealed',
    `select count(*)::int as unsealed from facts f
     where not exists (select 1 from ledger_leaves l where l.position = f.position)`,
    [],
  );
  return rows[0]?.unsealed ?? 0;
}

/** A stream of facts whose numbers have a gap, which no write path leaves. */
export async function firstGap(tx: Tx): Promise<{ stream: string; streamId: string } | null> {
  const rows = await tx.prepared<{ stream: string; streamId: string }>(
    'ledger-gap',
    `select min(stream) as stream, stream_id as "streamId" from facts group by stream_id
     having max(seq) - min(seq) + 1 <> count(*) or min(seq) <> 1 limit 1`,
    [],
  );
  return rows[0] ?? null;
}
