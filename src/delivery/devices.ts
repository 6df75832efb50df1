/** Who has a device with push switched on: kept in memory, a few seconds old at the most, so that filing asks nothing. */
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read, type Tx } from '../platform/transaction.ts';

const known = new WeakMap<AppContext['database'], ReadonlySet<string>>();

/** Whether push may reach this person. While nothing has been read yet: perhaps, and the sender finds out. */
export function hasDevice(ctx: AppContext, personId: string): boolean {
  return known.get(ctx.database)?.has(personId) ?? true;
}

/** Reads anew who has a device. */
export async function refreshDevices(ctx: AppContext): Promise<void> {
  const rows = await read(ctx.database, SYSTEM, ctx.clock, (tx: Tx) =>
    tx.prepared<{ id: string }>(
      'push-persons',
      'select distinct person_id as id from push_subscriptions',
      [],
    ),
  );
  known.set(ctx.database, new Set(rows.map((row) => row.id)));
}
