/** Ladders whose next rung is due. Everything goes through write.ts. */
import { v7 as uuid } from 'uuid';
import { circleOf } from '../directory/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { type Tx, write } from '../platform/transaction.ts';
import { applyFacts, MECHANISM } from './consequences.ts';
import { climb } from './ladder-rules.ts';
import { reachedBy } from './store.ts';
import { type Decided, type Opened, openForWriting, openFree, storeAll } from './write.ts';

/**
 * Tells the rung now due of every notice of a case that nobody has answered; does nothing for those answered, closed,
 * stopped or moved meanwhile (H40: never early, never twice, never two rungs at once). Waits for whoever holds the case.
 */
export async function fireRungs(ctx: AppContext, actor: Actor, caseId: string): Promise<void> {
  await write(ctx.database, actor, ctx.clock, async (tx) => {
    const decided = await climbing(tx, [await openForWriting(ctx, tx, caseId)]);
    if (decided.length > 0) await storeAll(ctx, tx, decided);
  });
}

/**
 * As `fireRungs`, of several cases in one transaction: all of them or, when one fails, none.
 * @returns the cases that another transaction holds, and which were left as they are
 */
export async function fireRungsTogether<C extends { readonly id: string }>(
  ctx: AppContext,
  actor: Actor,
  cases: readonly C[],
): Promise<C[]> {
  return write(ctx.database, actor, ctx.clock, async (tx) => {
    const opened = await openFree(
      ctx,
      tx,
      cases.map((one) => one.id),
    );
    const decided = await climbing(
      tx,
      cases.flatMap((one) => opened.get(one.id) ?? []),
    );
    if (decided.length > 0) await storeAll(ctx, tx, decided);
    return cases.filter((one) => !opened.has(one.id));
  });
}

/** What the rungs now due come to; cases none of whose rungs is due are not among them. */
async function climbing(tx: Tx, opened: readonly Opened[]): Promise<Decided[]> {
  const dueOf = ({ before }: Opened) =>
    before.openNotices.filter((notice) => notice.nextRungAt !== null && notice.nextRungAt <= tx.now);
  const reached = await reachedBy(
    tx,
    opened.flatMap(dueOf).map((notice) => notice.id),
  );
  return opened.flatMap((one): Decided[] => {
    const { state, before, world } = one;
    const drafts = dueOf(one)
      .map((notice) => climb(circleOf, notice, reached.get(notice.id) ?? new Set(), state, world))
      .filter((draft) => draft !== null);
    if (drafts.length === 0) return [];
    return [{ before, effects: applyFacts(before, drafts, MECHANISM, world, uuid), doer: MECHANISM, world }];
  });
}
