/** Confirming that one knows: in the product, or on the telephone. Everything goes through write.ts. */
import { readerOf } from '../delivery/index.ts';
import { actorFor, shutOutOf } from '../identity/index.ts';
import { type Actor, SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { isRefusal, refuse, refuseFields } from '../platform/errors.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import { postsHeld, requirePerson } from './asking.ts';
import type { Doer } from './consequences.ts';
import { SKEW } from './content-rules.ts';
import type { NewFact } from './facts.ts';
import { choosePost } from './rules.ts';
import { openForWriting, store } from './write.ts';

interface NoticeRow extends Record<string, unknown> {
  readonly id: string;
  readonly case_id: string;
  readonly post_id: string;
  readonly capacities: string[];
  readonly acknowledged_at: Date | null;
  readonly acknowledged_by: string | null;
  readonly closed_at: Date | null;
  readonly made_at: Date;
}

async function noticeFor(tx: Tx, id: string): Promise<NoticeRow> {
  const rows = await tx.prepared<NoticeRow>(
    'notice-find',
    `select id, case_id, post_id, capacities, acknowledged_at, acknowledged_by, closed_at, made_at
       from notices where id = $1::uuid`,
    [id],
  );
  return rows[0] ?? refuse('not-found');
}

/**
 * A signed-in holder of the post, or who stands in for it, confirms that he knows. Safe to repeat; the first confirmation
 * stands.
 * The reader may be outside a compartment's walls: he confirms the notice without seeing the case (DEC-19).
 * A notice that asks no more stays as it was: no fact, and the view says why it was closed (H41).
 */
export async function acknowledge(
  ctx: AppContext,
  actor: Actor,
  noticeId: string,
  how: 'app' | 'sms' = 'app',
): Promise<void> {
  const person = requirePerson(actor);
  const reader = await readerOf(ctx, actor, noticeId);
  const notice = await read(ctx.database, reader, ctx.clock, (tx) => noticeFor(tx, noticeId));
  await write(ctx.database, { personId: person, keys: [...actor.keys, 'system'] }, ctx.clock, (tx) =>
    confirm(
      ctx,
      tx,
      noticeId,
      { how, at: tx.now, by: person, recordedBy: null },
      { person, post: notice.post_id },
    ),
  );
}

/**
 * A person answered a short message with its code. He confirms as if he were signed in, with the rights he has at this
 * moment. Safe to repeat. Answers false where he may not (any more): not his post, his account shut, asked no more.
 */
export async function acknowledgeBySms(
  ctx: AppContext,
  personId: string,
  noticeId: string,
): Promise<boolean> {
  const actor = await read(ctx.database, SYSTEM, ctx.clock, async (tx) =>
    (await shutOutOf(tx, [personId])).has(personId) ? null : actorFor(ctx, tx, personId, tx.now),
  );
  if (!actor) return false;
  try {
    await acknowledge(ctx, actor, noticeId, 'sms');
  } catch (error) {
    if (isRefusal(error) && ['not-found', 'forbidden-act'].includes(error.code)) return false;
    throw error;
  }
  const notice = await read(ctx.database, SYSTEM, ctx.clock, (tx) => noticeFor(tx, noticeId));
  return notice.acknowledged_at !== null;
}

/**
 * The desk rang somebody up and records that he knows (worked example 1, 09:57).
 * @throws Refusal not-found, forbidden-act, invalid-input: nobody confirms before he was told, nor later than now (H45);
 *   conflict when the notice was closed meanwhile and asks no more
 */
export async function recordTelephone(
  ctx: AppContext,
  actor: Actor,
  noticeId: string,
  said: { at: string; personId: string | null; name: string },
): Promise<void> {
  const person = requirePerson(actor);
  await write(ctx.database, actor, ctx.clock, async (tx) => {
    const notice = await noticeFor(tx, noticeId);
    const { state, world } = await openForWriting(ctx, tx, notice.case_id);
    const post = choosePost('record-acknowledgement', postsHeld(actor, world), state, world, undefined);
    if (Date.parse(said.at) > tx.now.getTime() + SKEW) refuseFields({ path: 'at', code: 'in-the-future' });
    if (Date.parse(said.at) < notice.made_at.getTime() - SKEW)
      refuseFields({ path: 'at', code: 'before-notice' });
    const holders = world.directory.holders(notice.post_id, tx.now).map((holder) => holder.personId);
    if (said.personId !== null && !holders.includes(said.personId))
      refuseFields({ path: 'personId', code: 'bad-choice' });
    if (said.personId === null && said.name === '') refuseFields({ path: 'name', code: 'required' });
    await confirm(
      ctx,
      tx,
      noticeId,
      { how: 'telephone', at: new Date(said.at), by: said.personId, recordedBy: person },
      { person, post: post.id },
    );
  });
}

/** Records a confirmation in the caller's transaction; of a notice that asks no more, nothing. */
export async function confirm(
  ctx: AppContext,
  tx: Tx,
  noticeId: string,
  by: { how: 'app' | 'telephone' | 'sms'; at: Date; by: string | null; recordedBy: string | null },
  doer: Doer,
): Promise<void> {
  const found = await noticeFor(tx, noticeId);
  const { before, world } = await openForWriting(ctx, tx, found.case_id);
  const notice = await noticeFor(tx, noticeId);
  if (notice.acknowledged_at !== null) return;
  // What is asked no more is answered no more: nothing is recorded, and whoever typed it in is told so.
  if (notice.closed_at !== null) {
    if (by.how === 'telephone') refuse('conflict');
    return;
  }
  const fact: NewFact = {
    kind: 'acknowledged',
    data: {
      notice: noticeId,
      post: notice.post_id,
      capacities: notice.capacities as never,
      how: by.how,
      at: by.at.toISOString(),
      by: by.by,
      recordedBy: by.recordedBy,
    },
  };
  await store(ctx, tx, before, [fact], doer, world);
}
