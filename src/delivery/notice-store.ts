/** The only SQL of this room about notices and what became of them, as readers are shown them. */
import type { NoticeChannel } from '../mechanism/vocabulary.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { Tx } from '../platform/transaction.ts';
import type { NoticeView } from './contract.ts';
import type { NoticeData } from './mail.ts';
import { type NoticeStatus, noticeStatus } from './rules.ts';

/** A delivery as stored. */
export interface DeliveryRow {
  readonly id: string;
  readonly channel: NoticeChannel;
  readonly personId: string | null;
  readonly state: 'queued' | 'handed-over' | 'failed' | 'withheld';
  /** When it reached this state; for a queued one, when it was made. */
  readonly at: Date;
  readonly attempts: number;
  /** A code, see {@link sayReason}. */
  readonly reason: string | null;
}

/** A notice as stored. */
export interface NoticeRow {
  readonly id: string;
  readonly caseId: string;
  readonly factSeq: number;
  readonly route: string;
  readonly postId: string;
  readonly organisationId: string;
  readonly capacities: NoticeView['capacities'];
  readonly expects: NoticeView['expects'];
  readonly template: string;
  readonly urgent: boolean;
  readonly rank: number;
  readonly data: NoticeData;
  readonly madeAt: Date;
  readonly confirmBy: Date | null;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedHow: 'app' | 'telephone' | 'act' | 'sms' | null;
  readonly acknowledgedRecordedBy: string | null;
  readonly openedAt: Date | null;
  readonly openedBy: string | null;
  readonly closedAt: Date | null;
  readonly closedWhy: string | null;
  readonly mode: 'live' | 'exercise';
  /** How far its ladder has got; null for a notice without one (H40). */
  readonly ladder: string | null;
  readonly rung: number | null;
  readonly nextRungAt: Date | null;
  readonly ladderStopped: boolean;
  /** Notices nobody answered and of which this one tells. */
  readonly rungOf: readonly string[];
}

/** A notice of a case with its deliveries and how it stands now: a raw line of "who knows". */
export interface CaseNotice extends NoticeRow {
  readonly deliveries: readonly DeliveryRow[];
  readonly status: NoticeStatus;
  readonly late: boolean;
}

const COLUMNS = `n.id, n.case_id as "caseId", n.fact_seq as "factSeq", n.route, n.post_id as "postId",
  n.organisation_id as "organisationId", n.capacities, n.expects, n.template, n.urgent, n.rank, n.data,
  n.made_at as "madeAt", n.confirm_by as "confirmBy", n.acknowledged_at as "acknowledgedAt",
  n.acknowledged_by as "acknowledgedBy", n.acknowledged_how as "acknowledgedHow",
  n.acknowledged_recorded_by as "acknowledgedRecordedBy", n.opened_at as "openedAt", n.opened_by as "openedBy",
  n.closed_at as "closedAt", n.closed_why as "closedWhy", n.mode, n.ladder, n.rung, n.next_rung_at as "nextRungAt",
  n.ladder_stopped_at is not null as "ladderStopped", coalesce(n.rung_of, '{}') as "rungOf"`;

/** Every notice of these cases the actor may see, oldest first, with deliveries and status at the transaction's now. */
export async function noticesOfCase(tx: Tx, caseIds: readonly string[]): Promise<CaseNotice[]> {
  if (caseIds.length === 0) return [];
  const notices = await tx.prepared<NoticeRow & Record<string, unknown>>(
    'notices-of-cases',
    `select ${COLUMNS} from notices n where n.case_id = any ($1::uuid[]) order by n.made_at, n.fact_seq, n.id`,
    [caseIds],
  );
  const deliveries = await tx.prepared<DeliveryRow & { noticeId: string } & Record<string, unknown>>(
    'deliveries-of-notices',
    `select id, notice_id as "noticeId", channel, person_id as "personId", state,
            coalesce(settled_at, made_at) as at, attempts, reason
     from deliveries where notice_id = any ($1::uuid[]) order by made_at, id`,
    [notices.map((notice) => notice.id)],
  );
  const byNotice = Map.groupBy(deliveries, (delivery) => delivery.noticeId);
  return notices.map((notice) => {
    const own = (byNotice.get(notice.id) ?? []).map(({ noticeId: _noticeId, ...delivery }) => delivery);
    return { ...notice, deliveries: own, ...noticeStatus({ ...notice, deliveries: own }, tx.now) };
  });
}

// ── the inbox ────────────────────────────────────────────────────────────────────────────────────────────────

const WAITING = `(n.expects <> 'none' and n.acknowledged_at is null and n.closed_at is null)`;

// What the reader may not see is not listed either, save what was written for outsiders and says nothing (DEC-19, H28).
const SHOWN = `((n.data ->> 'closed')::boolean is true or exists (select 1 from cases c where c.id = n.case_id))`;

/** What a notice is listed by, each larger first: waits, overdue, gravity, how near it is due, when it was made, its id. */
export interface InboxKeys {
  /** The moment the first page was read: what is overdue does not change while pages are turned. */
  readonly asOf: string;
  readonly waits: number;
  readonly overdue: number;
  readonly gravity: number;
  readonly near: number;
  readonly madeAt: string;
  readonly id: string;
}

/** A notice with the keys it is listed by. */
export type InboxRow = NoticeRow & Pick<InboxKeys, 'waits' | 'overdue' | 'gravity' | 'near'>;

// Never due comes after whatever is due; the largest whole number that JSON holds, below nothing.
const NEVER = -Number.MAX_SAFE_INTEGER;
// Of what is answered only when it was made counts, so that the order is that of the past.
const KEYS = `${WAITING}::int as waits,
  case when ${WAITING} then coalesce((n.confirm_by <= $3)::int, 0) else 0 end as overdue,
  case when ${WAITING} then n.rank::int else 0 end as gravity,
  case when ${WAITING} then coalesce(-floor(extract(epoch from n.confirm_by) * 1000)::bigint, ${NEVER}) else 0 end as near`;

/** At most so many notices of other posts are listed for somebody whom ladders have reached. */
const MOST_REACHED = 200;

/** Notices of other posts of which a rung has told this person, newest first; asked with the system's own keys. */
export function reachedRows(
  tx: Tx,
  personId: string,
): Promise<{ id: string; postId: string; held: boolean; seenBy: string[] }[]> {
  return tx.prepared<{ id: string; postId: string; held: boolean; seenBy: string[] }>(
    'inbox-reached',
    `select n.id, n.post_id as "postId", c.held, c.seen_by as "seenBy"
       from (select notice_id, max(made_at) as at from deliveries
              where person_id = $1 and rung > 1 and state <> 'withheld' group by notice_id order by 2 desc limit ${MOST_REACHED}) d
       join notices n on n.id = d.notice_id join cases c on c.id = n.case_id`,
    [personId],
  );
}

/**
 * Notices of these posts, and those of `reached`. What waits for a confirmation comes first: what is overdue, then the gravest,
 * then what is due next, then the newest; after it what is answered, the newest first. `after` is the last row of the page
 * before; one more than `limit` rows are given when there are more.
 */
export function inboxRows(
  tx: Tx,
  postIds: readonly string[],
  reached: readonly string[],
  filter: { readonly waiting: boolean | null; readonly after: InboxKeys | null; readonly limit: number },
): Promise<InboxRow[]> {
  const { after } = filter;
  return tx.prepared<InboxRow & Record<string, unknown>>(
    'inbox',
    `select * from (
       select ${COLUMNS}, ${KEYS} from notices n
       where (n.post_id = any ($1::uuid[]) or n.id = any ($2::uuid[])) and ${SHOWN}
         and ($4::boolean is null or ${WAITING} = $4)) n
     where $5::int is null or (waits, overdue, gravity, near, "madeAt", id)
       < ($5::int, $6::int, $7::int, $8::bigint, $9::timestamptz, $10::uuid)
     order by waits desc, overdue desc, gravity desc, near desc, "madeAt" desc, id desc limit $11`,
    [
      ...[postIds, reached, after?.asOf ?? tx.now, filter.waiting],
      ...[after?.waits ?? null, after?.overdue ?? null, after?.gravity ?? null, after?.near ?? null],
      ...[after?.madeAt ?? null, after?.id ?? null, filter.limit + 1],
    ],
  );
}

/** How many notices of these posts, and of `reached`, wait for a confirmation. */
export async function countOpen(
  tx: Tx,
  postIds: readonly string[],
  reached: readonly string[],
): Promise<number> {
  const rows = await tx.prepared<{ waiting: number }>(
    'inbox-waiting',
    `select count(*)::int as waiting from notices n
      where (n.post_id = any ($1::uuid[]) or n.id = any ($2::uuid[])) and ${WAITING} and ${SHOWN}`,
    [postIds, reached],
  );
  return rows[0]?.waiting ?? 0;
}

/** One notice as its own reader may see it: as {@link findNotice}, and as it would stand in his inbox. */
export async function findShown(tx: Tx, id: string): Promise<NoticeRow | null> {
  const rows = await tx.prepared<NoticeRow & Record<string, unknown>>(
    'notice-shown',
    `select ${COLUMNS} from notices n where n.id = $1 and ${SHOWN}`,
    [id],
  );
  return rows[0] ?? null;
}

/** One notice the actor may see, or null. */
export async function findNotice(tx: Tx, id: string): Promise<NoticeRow | null> {
  const rows = await tx.prepared<NoticeRow & Record<string, unknown>>(
    'notice',
    `select ${COLUMNS} from notices n where n.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

/** Whether a rung of the notice's ladder has told this person, and who sees the case it is about; null when none has. */
export async function wasReached(
  tx: Tx,
  noticeId: string,
  personId: string,
): Promise<{ readonly held: boolean; readonly seenBy: readonly string[] } | null> {
  const rows = await tx.prepared<{ held: boolean; seenBy: string[] }>(
    'notice-reached',
    `select c.held, c.seen_by as "seenBy" from deliveries d join cases c on c.id = d.case_id
      where d.notice_id = $1 and d.person_id = $2 and d.rung > 1 and d.state <> 'withheld' limit 1`,
    [noticeId, personId],
  );
  return rows[0] ?? null;
}

/** Marks a notice as shown to a signed-in holder of its post; the first time counts. Returns whether it was the first. */
export async function markOpened(tx: Tx, id: string, personId: string): Promise<boolean> {
  const rows = await tx.prepared(
    'notice-opened',
    `update notices set opened_at = $2, opened_by = $3 where id = $1 and opened_at is null returning id`,
    [id, tx.now, personId],
  );
  return rows.length > 0;
}

interface CaseGlimpse extends Record<string, unknown> {
  readonly id: string;
  readonly packHash: string;
}

/** Pack hashes of the cases; which of them the actor may open is asked under his own rights. */
export async function glimpseCases(tx: Tx, caseIds: readonly string[]) {
  const text = `select id, pack_hash as "packHash" from cases where id = any ($1::uuid[])`;
  const open = await tx.prepared<CaseGlimpse>('notice-cases', text, [caseIds]);
  const hashes = new Map(open.map((row) => [row.id, row.packHash]));
  const visible = new Set(hashes.keys());
  const missing = caseIds.filter((id) => !visible.has(id));
  if (missing.length > 0) {
    // Under which mechanism a content-free notice was worded is no secret; nothing else of the case is read. In the same
    // transaction, because a second connection could be waited for for ever while all are held by such readers.
    const see = (keys: readonly string[]) =>
      tx.prepared('notice-see', `select set_config('tocsin.keys', $1, true)`, [keys.join(' ')]);
    await see(SYSTEM.keys);
    const rest = await tx.prepared<CaseGlimpse>('notice-cases', text, [missing]);
    await see(tx.actor.keys);
    for (const row of rest) hashes.set(row.id, row.packHash);
  }
  return { hashes, visible };
}
