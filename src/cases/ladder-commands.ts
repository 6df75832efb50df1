/** Ladders whose next rung is due. Everything goes through write.ts. */
import { circleOf } from '../directory/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read, write } from '../platform/transaction.ts';
import { climb } from './ladder-rules.ts';
import { casesWithDueRungs, reachedBy } from './store.ts';
import { openForWriting, store } from './write.ts';

/**
 * Tells the rung now due of every notice of a case that nobody has answered; does nothing for those answered, closed,
 * stopped or moved meanwhile (H40: never early, never twice, never two rungs at once).
 */
export async function fireRungs(ctx: AppContext, actor: Actor, caseId: string): Promise<void> {
  await write(ctx.database, actor, ctx.clock, async (tx) => {
    const { state, before, world } = await openForWriting(ctx, tx, caseId);
    const due = before.openNotices.filter(
      (notice) => notice.nextRungAt !== null && notice.nextRungAt <= tx.now,
    );
    const reached = await reachedBy(
      tx,
      due.map((notice) => notice.id),
    );
    const drafts = due
      .map((notice) => climb(circleOf, notice, reached.get(notice.id) ?? new Set(), state, world))
      .filter((draft) => draft !== null);
    if (drafts.length > 0) await store(ctx, tx, before, drafts, { person: null, post: null }, world);
  });
}

/** Cases with a rung that is due, the gravest first, without those just found to fail. */
export async function dueRungs(
  ctx: AppContext,
  actor: Actor,
  limit: number,
  failed: readonly string[] = [],
): Promise<string[]> {
  return read(ctx.database, actor, ctx.clock, (tx) => casesWithDueRungs(tx, limit, failed));
}
