/** What an installation has to have before it can serve: a mechanism in force. */
import { join } from 'node:path';
import { activatePack, loadPack, storePack } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import { ROOT } from '../platform/config.ts';
import type { AppContext } from '../platform/context.ts';
import { write } from '../platform/transaction.ts';

/** The mechanism a new installation starts under. */
const FIRST_PACK = join(ROOT, 'packs', 'tw-2002');

/**
 * Puts the first pack in force when none is. An installation that has one keeps it, whatever this version
 * brings: another mechanism is a decision of people, not of an upgrade.
 * @returns the pack's hash when one was put in force now, else null
 */
export async function ensureMechanism(context: AppContext): Promise<string | null> {
  return await write(context.database, SYSTEM, context.clock, async (tx) => {
    const known = await tx.db.selectFrom('active_pack').select('hash').executeTakeFirst();
    if (known) return null;
    const pack = loadPack(FIRST_PACK);
    await storePack(context, tx, pack);
    await activatePack(context, tx, pack.hash);
    return pack.hash;
  });
}
