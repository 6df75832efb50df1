/** Packs in the database: stored once under the hash of what they say, never changed (S1.7, H43). */
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import type { Tx } from '../platform/transaction.ts';
import { hashPack, type LoadedPack } from './load.ts';
import { type Pack, packSchema } from './pack.ts';

/** Packs read so far. Their key names their content, so what is here is right for every database of the process. */
const known = new Map<string, Pack>();

/** Stores a version; the same content again changes nothing. In a writing transaction. */
export async function storePack(_ctx: AppContext, tx: Tx, { pack, hash }: LoadedPack): Promise<void> {
  await tx.db
    .insertInto('packs')
    .values({ hash, code: pack.id, version: pack.version, content: JSON.stringify(pack), stored_at: tx.now })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .execute();
}

/** Puts a stored version in force: cases opened from now on are under it. In a writing transaction. */
export async function activatePack(_ctx: AppContext, tx: Tx, hash: string): Promise<void> {
  await tx.db
    .insertInto('active_pack')
    .values({ hash, since: tx.now })
    .onConflict((conflict) => conflict.column('only_one').doUpdateSet({ hash, since: tx.now }))
    .execute();
}

/** Hash of the version in force. @throws Refusal `not-found` while no mechanism has been chosen */
export async function activePackHash(_ctx: AppContext, tx: Tx): Promise<string> {
  const [row] = await tx.prepared<{ hash: string }>('active-pack', 'select hash from active_pack', []);
  return row?.hash ?? refuse('not-found');
}

/** The version in force with its hash. @throws Refusal `not-found` while no mechanism has been chosen */
export async function activePack(ctx: AppContext, tx: Tx): Promise<LoadedPack> {
  const hash = await activePackHash(ctx, tx);
  return { hash, pack: await packByHash(ctx, tx, hash) };
}

/**
 * The version with this hash; read once per process.
 * @throws Refusal `not-found` for a hash nobody stored
 * @throws Error when the stored content no longer has the hash it is filed under
 */
export async function packByHash(_ctx: AppContext, tx: Tx, hash: string): Promise<Pack> {
  const cached = known.get(hash);
  if (cached !== undefined) return cached;
  const [row] = await tx.prepared<{ content: unknown }>(
    'pack-content',
    'select content from packs where hash = $1',
    [hash],
  );
  if (row === undefined) refuse('not-found');
  if (hashPack(row.content as Pack) !== hash) throw new Error(`pack ${hash}: stored content was altered`);
  const pack = packSchema.parse(row.content);
  known.set(hash, pack);
  return pack;
}

/** Every version stored, newest first. */
export async function storedPacks(_ctx: AppContext, tx: Tx) {
  return await tx.db
    .selectFrom('packs')
    .leftJoin('active_pack', 'active_pack.hash', 'packs.hash')
    .select(({ ref }) => ['packs.hash', 'code', 'version', 'stored_at', ref('active_pack.hash').as('active')])
    .orderBy('stored_at', 'desc')
    .orderBy('packs.hash')
    .execute();
}
