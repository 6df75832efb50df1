/**
 * Devices with push switched on. Who has one is kept in memory, a few seconds old at the most, so that filing asks
 * nothing.
 */
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read, type Tx } from '../platform/transaction.ts';
import type { Device } from './parcels.ts';

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

/** The devices of these persons. */
export async function devicesOf(tx: Tx, personIds: readonly string[]): Promise<Map<string, Device[]>> {
  const rows = await tx.prepared<Device & { personId: string } & Record<string, unknown>>(
    'push-devices',
    `select id, person_id as "personId", endpoint, public_key as "publicKey", auth_secret as "authSecret"
     from push_subscriptions where person_id = any ($1::uuid[]) order by made_at`,
    [[...new Set(personIds)]],
  );
  return Map.groupBy(rows, (row) => row.personId);
}

/** Notes how a device fared: reached, not reached now, or gone for ever. */
export async function noteDevices(
  tx: Tx,
  fared: {
    readonly reached: readonly string[];
    readonly missed: readonly string[];
    readonly gone: readonly string[];
  },
): Promise<void> {
  if (fared.gone.length > 0)
    await tx.prepared('push-gone', 'delete from push_subscriptions where id = any ($1::uuid[])', [
      fared.gone,
    ]);
  if (fared.reached.length + fared.missed.length > 0)
    await tx.prepared(
      'push-fared',
      `update push_subscriptions set
         used_at = case when id = any ($1::uuid[]) then $3 else used_at end,
         failing_since = case when id = any ($1::uuid[]) then null else coalesce(failing_since, $3) end
       where id = any ($1::uuid[]) or id = any ($2::uuid[])`,
      [fared.reached, fared.missed, tx.now],
    );
}
