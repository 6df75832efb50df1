/** Clocks that have come to a moment. Everything goes through write.ts. */
import { v7 as uuid } from 'uuid';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import { applyFacts, MECHANISM } from './consequences.ts';
import type { NewFact } from './facts.ts';
import { reachUnconfirmed } from './rules.ts';
import { type Decided, type Opened, openForWriting, openFree, storeAll } from './write.ts';

/** A clock that has come to a moment. */
export interface DueClock {
  readonly id: string;
  readonly caseId: string;
  readonly rank: number;
}

/**
 * Fires one clock that has come to its warning or its due time; does nothing when it was met, moved or fired meanwhile
 * (INV-4: never early, never twice). Waits for whoever holds the case.
 */
export async function fireClock(
  ctx: AppContext,
  actor: Actor,
  clock: { readonly id: string; readonly caseId: string },
): Promise<void> {
  await write(ctx.database, actor, ctx.clock, async (tx) => {
    const fired = firing(tx, await openForWriting(ctx, tx, clock.caseId), clock.id);
    if (fired) await storeAll(ctx, tx, [fired]);
  });
}

/**
 * Fires clocks of several cases as `fireClock` does one, in one transaction: all of them or, when one fails, none.
 * @param clocks each of another case
 * @returns those whose case another transaction holds, and which were left as they are
 */
export async function fireClocks(
  ctx: AppContext,
  actor: Actor,
  clocks: readonly DueClock[],
): Promise<DueClock[]> {
  return write(ctx.database, actor, ctx.clock, async (tx) => {
    const opened = await openFree(
      ctx,
      tx,
      clocks.map((clock) => clock.caseId),
    );
    const decided = clocks.flatMap((clock) => {
      const one = opened.get(clock.caseId);
      return (one && firing(tx, one, clock.id)) ?? [];
    });
    if (decided.length > 0) await storeAll(ctx, tx, decided);
    return clocks.filter((clock) => !opened.has(clock.caseId));
  });
}

/** What the firing of a clock comes to; undefined when there is nothing to fire any more, or not yet. */
function firing(tx: Tx, { state, before, world }: Opened, id: string): Decided | undefined {
  const row = before.clocks.find((one) => one.id === id);
  if (!row || row.nextAt === null || row.nextAt > tx.now) return;
  const definition = world.pack.clocks.find((one) => one.id === row.definition);
  const overdue = row.dueAt <= tx.now;
  const data = { clock: row.id, definition: row.definition, dueAt: row.dueAt.toISOString() };
  const fired = overdue
    ? { ...row, overdueAt: tx.now, warnedAt: row.warnedAt ?? tx.now, nextAt: null }
    : { ...row, warnedAt: tx.now, nextAt: row.dueAt };
  const drafts: NewFact[] = [
    { kind: overdue ? 'clock-overdue' : 'clock-warned', data },
    ...(overdue && definition?.onDue === 'reach-threshold' ? reachUnconfirmed(state, world.pack) : []),
  ];
  const then = { ...before, clocks: before.clocks.map((one) => (one.id === id ? fired : one)) };
  const effects = applyFacts(then, drafts, MECHANISM, world, uuid);
  // Not changed by the facts, it is changed by having fired.
  const isChanged = effects.changedClocks.some((one) => one.id === id);
  const changedClocks = isChanged ? effects.changedClocks : [fired, ...effects.changedClocks];
  return { before: then, effects: { ...effects, changedClocks }, doer: MECHANISM, world };
}

/** Clocks that have come to a moment by `now`, gravest first, without those just found to fail. */
export async function dueClocks(
  tx: Tx,
  now: Date,
  limit: number,
  failed: readonly string[] = [],
): Promise<DueClock[]> {
  return tx.prepared<DueClock & Record<string, unknown>>(
    'clocks-due',
    `select id, case_id as "caseId", rank from clocks where next_at is not null and next_at <= $1::timestamptz
      and id <> all ($3::uuid[]) order by rank desc, next_at, id limit $2`,
    [now, limit, failed],
  );
}

/** Those of the clocks that nobody has fired meanwhile, in their order. */
export async function stillDue(
  ctx: AppContext,
  actor: Actor,
  clocks: readonly DueClock[],
): Promise<DueClock[]> {
  if (clocks.length === 0) return [];
  const rows = await read(ctx.database, actor, ctx.clock, (tx) =>
    tx.prepared<{ id: string }>(
      'clocks-still-due',
      'select id from clocks where id = any ($1::uuid[]) and next_at <= $2::timestamptz',
      [clocks.map((clock) => clock.id), tx.now],
    ),
  );
  const due = new Set(rows.map((row) => row.id));
  return clocks.filter((clock) => due.has(clock.id));
}
