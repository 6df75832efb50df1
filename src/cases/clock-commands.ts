/** Clocks that have come to a moment. Everything goes through write.ts. */
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read, write } from '../platform/transaction.ts';
import type { NewFact } from './facts.ts';
import { reachUnconfirmed } from './rules.ts';
import { openForWriting, store } from './write.ts';

/**
 * Fires one clock that has come to its warning or its due time; does nothing when it was met, moved or fired meanwhile
 * (INV-4: never early, never twice).
 */
export async function fireClock(
  ctx: AppContext,
  actor: Actor,
  clock: { id: string; caseId: string },
): Promise<void> {
  await write(ctx.database, actor, ctx.clock, async (tx) => {
    const { state, before, world } = await openForWriting(ctx, tx, clock.caseId);
    const row = before.clocks.find((one) => one.id === clock.id);
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
    const clocks = before.clocks.map((one) => (one.id === row.id ? fired : one));
    await tx.prepared(
      'clock-fired',
      `update clocks set overdue_at = $2::timestamptz, warned_at = $3::timestamptz, next_at = $4::timestamptz where id = $1::uuid`,
      [row.id, fired.overdueAt, fired.warnedAt, fired.nextAt],
    );
    await store(ctx, tx, { ...before, clocks }, drafts, { person: null, post: null }, world);
  });
}

/** Clocks that have come to a moment, gravest first, without those just found to fail. */
export async function dueClocks(
  ctx: AppContext,
  actor: Actor,
  limit: number,
  failed: readonly string[] = [],
): Promise<{ id: string; caseId: string; rank: number }[]> {
  return read(ctx.database, actor, ctx.clock, (tx) =>
    tx.prepared<{ id: string; caseId: string; rank: number }>(
      'clocks-due',
      `select id, case_id as "caseId", rank from clocks where next_at is not null and next_at <= $1::timestamptz
        and id <> all ($3::uuid[]) order by rank desc, next_at limit $2`,
      [tx.now, limit, failed],
    ),
  );
}
