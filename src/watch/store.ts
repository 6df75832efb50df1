/** The only SQL of this room. */
import { v7 as uuid } from 'uuid';
import type { Tx } from '../platform/transaction.ts';
import type { AlarmKind } from './contract.ts';

/** An alarm to be raised. */
export interface NewAlarm {
  readonly key: string;
  readonly kind: AlarmKind;
  readonly caseId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly repaired: boolean;
  readonly seenBy: readonly string[];
}

/** Raises an alarm, or says that one that stands is still so. True when it is new. */
export async function raise(tx: Tx, alarm: NewAlarm): Promise<boolean> {
  const rows = await tx.prepared<{ times: number }>(
    'alarm-raise',
    `insert into alarms (id, key, kind, case_id, detail, raised_at, seen_at, repaired_at, seen_by)
     values ($1, $2, $3, $4, $5, $6, $6, case when $7::boolean then $6::timestamptz end, $8)
     on conflict (key) where settled_at is null
     do update set detail = excluded.detail, seen_at = excluded.seen_at, times = alarms.times + 1,
                   repaired_at = excluded.repaired_at
     returning times`,
    [
      uuid(),
      alarm.key,
      alarm.kind,
      alarm.caseId,
      JSON.stringify(alarm.detail),
      tx.now,
      alarm.repaired,
      alarm.seenBy,
    ],
  );
  return rows[0]?.times === 1;
}

/** What an alarm was about is over. */
export async function settleByItself(tx: Tx, key: string): Promise<void> {
  await tx.prepared(
    'alarm-over',
    'update alarms set settled_at = $2::timestamptz where key = $1 and settled_at is null',
    [key, tx.now],
  );
}

/** Somebody has seen to it; false when there is no such alarm for him. */
export async function settleBy(tx: Tx, id: string, person: string): Promise<boolean> {
  const rows = await tx.prepared(
    'alarm-settle',
    `update alarms set settled_at = $2::timestamptz, settled_by = $3::uuid
      where id = $1::uuid and settled_at is null returning id`,
    [id, tx.now, person],
  );
  return rows.length > 0;
}

export interface AlarmRow {
  readonly id: string;
  readonly kind: AlarmKind;
  readonly caseId: string | null;
  readonly detail: {
    readonly number?: string;
    readonly findings?: { kind: string; what: string; repaired: boolean }[];
    readonly count?: number;
  };
  readonly raisedAt: Date;
  readonly seenAt: Date;
  readonly times: number;
  readonly repairedAt: Date | null;
}

/** The alarms that stand and that the reader may see. */
export function standing(tx: Tx): Promise<AlarmRow[]> {
  return tx.prepared<AlarmRow & Record<string, unknown>>(
    'alarms-standing',
    `select id, kind, case_id as "caseId", detail, raised_at as "raisedAt", seen_at as "seenAt", times,
            repaired_at as "repairedAt"
       from alarms where settled_at is null order by raised_at desc, id desc limit 50`,
    [],
  );
}

/** How far the auditor is. */
export interface WatchState {
  readonly passAt: Date | null;
  readonly swept: string | null;
}

export async function watchState(tx: Tx): Promise<WatchState> {
  const rows = await tx.prepared<WatchState & Record<string, unknown>>(
    'watch-state',
    'select pass_at as "passAt", swept from watch_state',
    [],
  );
  return rows[0] ?? { passAt: null, swept: null };
}

/** A pass is done: real time, because silence is measured by it. */
export async function passDone(tx: Tx, swept: string | null): Promise<void> {
  await tx.prepared(
    'watch-pass',
    'update watch_state set pass_at = clock_timestamp(), swept = $1::uuid, swept_at = case when $1::uuid is null then clock_timestamp() else swept_at end',
    [swept],
  );
}

/** How much is due for longer than `late`, and nobody does it. */
export async function lateWork(
  tx: Tx,
  late: Date,
): Promise<{ readonly clocks: number; readonly deliveries: number }> {
  const rows = await tx.prepared<{ clocks: number; deliveries: number }>(
    'watch-late',
    `select (select count(*)::int from (select 1 from clocks where next_at < $1::timestamptz limit 1000) a)
              + (select count(*)::int from (select 1 from notices where next_rung_at < $1::timestamptz limit 1000) b) as clocks,
            (select count(*)::int from (select 1 from deliveries where state = 'queued' and next_at < $1::timestamptz
               and (lease_until is null or lease_until < clock_timestamp() - interval '10 seconds') limit 1000) c) as deliveries`,
    [late],
  );
  return rows[0] ?? { clocks: 0, deliveries: 0 };
}

/** A case as an alarm about it needs it, read from its columns: what else is stored of it may be unreadable. */
export interface AlarmedCase {
  readonly id: string;
  readonly number: string;
  /** Keys of its own desk, and of the centre's unless walls or an order of silence stand. */
  readonly readers: readonly string[];
}

const READERS = `array['system'] || array(
  select k from unnest(c.seen_by) k
   where k = 'group:' || (c.detail -> 'routing' ->> 'desk') or k = 'desk' and c.compartment is null and not c.held)`;

/** A case by its id, for an alarm; null when there is none. */
export async function alarmedCase(tx: Tx, id: string): Promise<AlarmedCase | null> {
  const rows = await tx.prepared<AlarmedCase & Record<string, unknown>>(
    'watch-case',
    `select c.id, c.number, ${READERS} as readers from cases c where c.id = $1::uuid`,
    [id],
  );
  return rows[0] ?? null;
}

/** A case of which something fails at every try, though the rest is done. */
export interface StuckCase extends AlarmedCase {
  /** What fails: `clock`, `rung`, `delivery`. */
  readonly what: readonly string[];
}

/**
 * Cases of which a clock or a rung is due since before `late`, or a notice nobody has answered could not be put together by
 * our own program; a bounded number, the gravest first (FLT-13).
 */
export function stuckCases(tx: Tx, late: Date, most: number): Promise<StuckCase[]> {
  return tx.prepared<StuckCase & Record<string, unknown>>(
    'watch-stuck',
    `select c.id, c.number, ${READERS} as readers, array_agg(distinct s.what order by s.what) as what
       from (
         select * from (select case_id, 'clock' as what from clocks where next_at < $1::timestamptz limit 1000) a
         union all
         select * from (select case_id, 'rung' from notices where next_rung_at < $1::timestamptz limit 1000) b
         union all
         select * from (select d.case_id, 'delivery' from deliveries d join notices n on n.id = d.notice_id
            where d.state = 'failed' and d.reason = 'broken' and n.acknowledged_at is null and n.closed_at is null
            limit 1000) e
       ) s join cases c on c.id = s.case_id
      group by c.id order by c.rank desc, c.id limit $2`,
    [late, most],
  );
}

/** Alarms of this kind about other cases than these, not raised again since `since`, are over. */
export async function settleOthers(
  tx: Tx,
  kind: AlarmKind,
  cases: readonly string[],
  since: Date,
): Promise<void> {
  await tx.prepared(
    'alarm-others-over',
    `update alarms set settled_at = $2::timestamptz
      where kind = $1 and settled_at is null and seen_at < $4::timestamptz and case_id <> all ($3::uuid[])`,
    [kind, tx.now, cases, since],
  );
}

/** Whether the auditor has looked within so many ms of real time. */
export async function isAudited(tx: Tx, within: number): Promise<boolean> {
  const rows = await tx.prepared(
    'watch-young',
    `select 1 from watch_state where pass_at between clock_timestamp() - make_interval(secs => $1)
       and clock_timestamp() + make_interval(secs => $1)`,
    [within / 1000],
  );
  return rows.length > 0;
}
