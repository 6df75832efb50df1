/** Linking many cases of one event in one go, and parting them again (H22, H47). Each goes through the one write path. */
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { isRefusal } from '../platform/errors.ts';
import { type Tx, write } from '../platform/transaction.ts';
import { postsHeld, requirePerson } from './asking.ts';
import type { Doer } from './consequences.ts';
import type { CaseState } from './evolve.ts';
import type { NewFact } from './facts.ts';
import { joined, mirrorOf, parted } from './link-rules.ts';
import type { World } from './recipients.ts';
import { choosePost, requireTransition } from './rules.ts';
import { lockCase } from './store.ts';
import { openForWriting, store } from './write.ts';

/** Cases that share a transaction: few enough that nobody waits for long who works on one of them. */
const TOGETHER = 25;

/** What became of each case; `skipped` may not be linked, or not by this person. */
export interface Linked {
  readonly done: readonly string[];
  readonly skipped: readonly string[];
}

type Named = { id: string; number: string };

/** Locks these cases in the order of their ids, so that two who link the same never wait for each other. */
async function lockAll(tx: Tx, ids: readonly string[]): Promise<void> {
  for (const id of [...new Set(ids)].sort()) await lockCase(tx, id);
}

/** Stores what `rule` decides for one case; false when it is refused, or not to be seen. */
async function decideOne(
  ctx: AppContext,
  tx: Tx,
  actor: Actor,
  person: string,
  id: string,
  act: 'link-case' | 'unlink-case',
  rule: (state: CaseState, world: World) => NewFact[],
): Promise<{ state: CaseState; doer: Doer; facts: NewFact[] } | null> {
  try {
    const { state, before, world } = await openForWriting(ctx, tx, id);
    const post = choosePost(act, postsHeld(actor, world), state, world, undefined);
    requireTransition(act, state, world.pack);
    const facts = rule(state, world);
    const doer: Doer = { person, post: post.id };
    if (facts.length > 0) await store(ctx, tx, before, facts, doer, world);
    return { state, doer, facts };
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

/** Tells the other case's stream of those that joined or left, in one fact. */
async function tellOther(
  ctx: AppContext,
  tx: Tx,
  kind: 'linked' | 'unlinked',
  otherId: string,
  cases: readonly Named[],
  reason: string,
  doer: Doer,
): Promise<void> {
  const { state, before, world } = await openForWriting(ctx, tx, otherId);
  await store(ctx, tx, before, [mirrorOf(kind, state, cases, reason)], doer, world);
}

/**
 * Puts cases under the incident of one of them. What already stands there counts as done; what must not be linked is left as it
 * is. Done again, it changes nothing.
 * @throws Refusal not-found when the case to be linked with is not to be seen
 */
export async function linkCases(
  ctx: AppContext,
  actor: Actor,
  into: string,
  ids: readonly string[],
  reason: string,
): Promise<Linked> {
  const person = requirePerson(actor);
  const done: string[] = [];
  const skipped: string[] = [];
  const others = [...new Set(ids)].filter((id) => id !== into).sort();
  for (let at = 0; at === 0 || at < others.length; at += TOGETHER) {
    const part = others.slice(at, at + TOGETHER);
    await write(ctx.database, actor, ctx.clock, async (tx) => {
      await lockAll(tx, [...part, into]);
      const { state: target } = await openForWriting(ctx, tx, into);
      const newly: Named[] = [];
      let by: Doer | null = null;
      for (const id of part) {
        const one = await decideOne(ctx, tx, actor, person, id, 'link-case', (state, world) =>
          joined(state, { id: into, number: target.number, state: target }, reason, {}, world.pack),
        );
        if (one === null) skipped.push(id);
        else done.push(id);
        if (one === null || one.facts.length === 0) continue;
        newly.push({ id, number: one.state.number });
        by = one.doer;
      }
      if (by !== null) await tellOther(ctx, tx, 'linked', into, newly, reason, by);
    });
  }
  return { done, skipped };
}

/** Cases leave the incident they were linked to; those that were never linked are skipped. */
export async function unlinkCases(
  ctx: AppContext,
  actor: Actor,
  ids: readonly string[],
  reason: string,
): Promise<Linked> {
  const person = requirePerson(actor);
  const done: string[] = [];
  const skipped: string[] = [];
  const all = [...new Set(ids)].sort();
  for (let at = 0; at < all.length; at += TOGETHER) {
    const part = all.slice(at, at + TOGETHER);
    await write(ctx.database, actor, ctx.clock, async (tx) => {
      const linkedTo = await tx.prepared<{ other: string }>(
        'linked-to',
        `select distinct detail -> 'linkedTo' ->> 'id' as other from cases
          where id = any ($1::uuid[]) and detail -> 'linkedTo' ->> 'id' is not null`,
        [part],
      );
      await lockAll(tx, [...part, ...linkedTo.map((one) => one.other)]);
      const left = new Map<string, Named[]>();
      let by: Doer | null = null;
      for (const id of part) {
        const one = await decideOne(ctx, tx, actor, person, id, 'unlink-case', (state) =>
          parted(state, reason, {}),
        );
        const other = one?.state.linkedTo;
        if (!one || !other) {
          skipped.push(id);
          continue;
        }
        done.push(id);
        left.set(other.id, [...(left.get(other.id) ?? []), { id, number: one.state.number }]);
        by = one.doer;
      }
      for (const [other, cases] of left) {
        if (by !== null) await tellOther(ctx, tx, 'unlinked', other, cases, reason, by);
      }
    });
  }
  return { done, skipped };
}
