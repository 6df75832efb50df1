/** Lists of cases and the desk's queue, read under the viewer's own rights. */
import { z } from 'zod';
import { type CaseNotice, noticesOfCase } from '../delivery/index.ts';
import { type DirectorySnapshot, directorySnapshot } from '../directory/index.ts';
import { activePack } from '../mechanism/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { cursorInt, cursorTime, decodeCursor, pageOfRows } from '../platform/http/cursor.ts';
import { read, type Tx } from '../platform/transaction.ts';
import { type Affairs, referralWaits, supportWaits } from './affairs.ts';
import type {
  CallRow,
  CaseRow,
  caseList,
  caseQuery,
  QUEUE_REASONS,
  QueueRow,
  QueueView,
} from './contract.ts';

/** One case as the database holds it, with its nearest clock and how its notices stand. */
interface ListRow extends Record<string, unknown> {
  readonly id: string;
  readonly number: string;
  readonly mode: 'live' | 'exercise';
  readonly compartment: string | null;
  readonly organisation_id: string;
  readonly authority_id: string | null;
  readonly subgroup: string;
  readonly sectors: string[];
  readonly state: string;
  readonly open: boolean;
  readonly level: string;
  readonly rank: number;
  readonly level_status: 'proposed' | 'confirmed';
  readonly suspected: boolean;
  readonly summary: string;
  readonly taken_by: string | null;
  readonly occurred_at: Date | null;
  readonly aware_at: Date | null;
  readonly opened_at: Date;
  readonly closed_at: Date | null;
  readonly changed_at: Date;
  readonly revision: number;
  readonly failed_notices: number;
  readonly clock_definition: string | null;
  readonly clock_due: Date | null;
  readonly told: number;
  readonly acknowledged: number;
  readonly waiting: number;
  readonly late: number;
}

const COLUMNS = `c.id, c.number, c.mode, c.compartment, c.organisation_id, c.authority_id, c.subgroup, c.sectors, c.state, c.open,
  c.level, c.rank, c.level_status, c.suspected, c.summary, c.taken_by, c.occurred_at, c.aware_at, c.opened_at, c.closed_at,
  c.changed_at, c.revision, c.failed_notices, b.clock_definition, b.clock_due, b.told, b.acknowledged, b.waiting, b.late`;
/** Joined to the page only, never to the whole table. `page` holds its ids, `$1` is the transaction's moment. */
const BESIDE = 'join cases_beside(array(select case_id from page), $1) b on b.case_id = c.id';

/** One row for a single case. */
export async function listRowOf(tx: Tx, caseId: string): Promise<ListRow | undefined> {
  const rows = await tx.prepared<ListRow>(
    'case-row',
    `with page as (select $2::uuid as case_id) select ${COLUMNS} from cases c ${BESIDE} where c.id = $2`,
    [tx.now, caseId],
  );
  return rows[0];
}

/** A database row as the API shows it. */
export function caseRowView(row: ListRow, directory: DirectorySnapshot, now: Date): CaseRow {
  const organisation = (id: string) => {
    const body = directory.organisations.get(id);
    return { id, name: { zh: body?.nameZh ?? '', en: body?.nameEn ?? '' } };
  };
  return {
    id: row.id,
    number: row.number,
    mode: row.mode,
    compartment: row.compartment,
    organisation: organisation(row.organisation_id),
    authority: row.authority_id === null ? null : organisation(row.authority_id),
    subgroup: row.subgroup,
    sectors: row.sectors,
    state: row.state,
    open: row.open,
    level: row.level,
    rank: row.rank,
    levelStatus: row.level_status,
    suspected: row.suspected,
    summary: row.summary,
    takenBy: row.taken_by === null ? null : personRef(directory, row.taken_by),
    occurredAt: iso(row.occurred_at),
    awareAt: iso(row.aware_at),
    openedAt: row.opened_at.toISOString(),
    closedAt: iso(row.closed_at),
    changedAt: row.changed_at.toISOString(),
    revision: row.revision,
    nextClock:
      row.clock_due === null
        ? null
        : {
            definition: row.clock_definition as string,
            dueAt: row.clock_due.toISOString(),
            overdue: row.clock_due <= now,
          },
    notices: {
      told: row.told,
      acknowledged: row.acknowledged,
      waiting: row.waiting,
      late: row.late,
      failed: row.failed_notices,
    },
  };
}

function iso(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}

/** A person as others are shown him: a name, nothing to reach him by. */
export function personRef(
  directory: DirectorySnapshot,
  id: string,
): { id: string; name: { zh: string; en: string } } {
  const person = directory.persons.get(id);
  return { id, name: { zh: person?.nameZh ?? '—', en: person?.nameEn || person?.nameZh || '—' } };
}

type CaseQuery = z.infer<typeof caseQuery>;

const ORDERS = {
  newest: 'c.opened_at desc, c.id desc',
  oldest: 'c.opened_at, c.id',
  gravest: 'c.rank desc, c.opened_at desc, c.id desc',
} as const;

/** Takes no case: the system, which is nobody. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** What a list is narrowed to: the query without its place and length. */
export type CaseFilters = Omit<CaseQuery, 'cursor' | 'limit' | 'order'>;
/** The sort keys of the last row of the page before: when it was opened, its id, the rank of its level. */
export type After = readonly [at: string, id: string, rank: number];

/** One page of cases in an order, at most `limit`; only what the viewer may see (ISO-1), as quickly however much there is. */
export async function casePage(
  tx: Tx,
  directory: DirectorySnapshot,
  filters: CaseFilters,
  order: CaseQuery['order'],
  after: After | undefined,
  limit: number,
): Promise<ListRow[]> {
  // The page is found first (db/migrations/0008-lists.sql), then read under the policies; nothing is joined to more than it.
  return tx.prepared<ListRow>(
    `case-page-${order}`,
    `with page as materialized (
       select case_id from cases_listed($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '${order}', $12, $13, $14, $15))
     select ${COLUMNS} from page join cases c on c.id = page.case_id ${BESIDE} order by ${ORDERS[order]}`,
    [tx.now, ...asked(tx, directory, filters, after), limit],
  );
}

/** What `cases_listed` is asked for, the length apart. */
function asked(tx: Tx, directory: DirectorySnapshot, filters: CaseFilters, after?: After): unknown[] {
  const words = filters.q?.trim() || null;
  return [
    filters.state ?? null,
    filters.level ?? null,
    filters.mode ?? null,
    filters.organisationId ?? null,
    filters.subgroup ?? null,
    filters.open === undefined ? null : filters.open === 'yes',
    filters.taken === 'me' ? (tx.actor.personId ?? NOBODY) : null,
    filters.taken === 'nobody',
    words,
    words === null ? null : bodiesNamed(words, directory),
    ...(after ?? [null, null, null]),
  ];
}

/** How many cases the viewer may see of those the list is narrowed to. */
export async function countCases(
  tx: Tx,
  directory: DirectorySnapshot,
  filters: CaseFilters,
): Promise<number> {
  const rows = await tx.prepared<{ n: number }>(
    'case-count',
    `select count(*)::int as n from cases_listed($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'newest', $11, $12, $13, $14) l
       join cases c on c.id = l.case_id`,
    [...asked(tx, directory, filters), 2_000_000_000],
  );
  return rows[0]?.n ?? 0;
}

/** GET /cases: pages by key, never by offset. Throws `bad-cursor` for a cursor that is not of this list. */
export async function listCases(
  ctx: AppContext,
  actor: Actor,
  query: CaseQuery,
): Promise<z.infer<typeof caseList>> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const directory = await directorySnapshot(ctx, tx);
    const { cursor, limit, order, ...filters } = query;
    const scope = ['cases', order, filters] as const;
    const after = decodeCursor(scope, z.tuple([cursorTime, z.guid(), cursorInt]), cursor);
    const rows = await casePage(tx, directory, filters, order, after, limit + 1);
    const { items, next } = pageOfRows(rows, limit, scope, keysOf);
    return { items: items.map((row) => caseRowView(row, directory, tx.now)), nextCursor: next };
  });
}

/** Where a page goes on after this row. */
export function keysOf(row: { opened_at: Date; id: string; rank: number }): [string, string, number] {
  return [row.opened_at.toISOString(), row.id, row.rank];
}

/** Bodies whose name holds these words. */
function bodiesNamed(words: string, directory: DirectorySnapshot): string[] {
  const lower = words.toLowerCase();
  return [...directory.organisations.values()]
    .filter((body) => body.nameZh.includes(words) || body.nameEn.toLowerCase().includes(lower))
    .map((body) => body.id);
}

/** Whom to ring up about a notice: its post's holders, and the body's own number. */
export function callOf(notice: CaseNotice, directory: DirectorySnapshot, now: Date): CallRow | null {
  const why =
    notice.status === 'nobody'
      ? 'nobody'
      : notice.status === 'failed'
        ? 'failed'
        : notice.late
          ? 'late'
          : null;
  if (why === null) return null;
  const post = directory.posts.get(notice.postId);
  const organisation = directory.organisations.get(notice.organisationId);
  return {
    noticeId: notice.id,
    party: partyOfNotice(notice, directory, now),
    why,
    since: (why === 'late' ? (notice.confirmBy ?? notice.madeAt) : notice.madeAt).toISOString(),
    people: directory.holders(post?.id ?? '', now).map((holding) => {
      const person = directory.persons.get(holding.personId);
      return {
        name: personRef(directory, holding.personId).name,
        phone: person?.phone ?? '',
        mobile: person?.mobile ?? '',
      };
    }),
    organisationPhone: organisation?.phone ?? '',
  };
}

/** The post a notice went to, as the API shows it. */
export function partyOfNotice(notice: CaseNotice, directory: DirectorySnapshot, now: Date): CallRow['party'] {
  const post = directory.posts.get(notice.postId);
  const organisation = directory.organisations.get(notice.organisationId);
  return {
    postId: notice.postId,
    postName: { zh: post?.nameZh ?? '—', en: post?.nameEn ?? '—' },
    organisationId: notice.organisationId,
    organisationName: { zh: organisation?.nameZh ?? '', en: organisation?.nameEn ?? '' },
    capacities: [...notice.capacities],
    expects: notice.expects,
    vacant: directory.holders(notice.postId, now).length === 0,
  };
}

type Reason = (typeof QUEUE_REASONS)[number];

/** What of a case waits for somebody, as its state says. */
type QueueWaits = Affairs & { readonly withdrawal: boolean; readonly approval: boolean };

/** Why a case stands in the queue; the first reason leads. */
function reasonsOf(row: CaseRow, calls: readonly CallRow[], waits: QueueWaits): Reason[] {
  const reasons: Reason[] = [];
  if (calls.some((call) => call.why !== 'late')) reasons.push('notice-failed');
  if (calls.some((call) => call.why === 'late')) reasons.push('notice-late');
  if (row.nextClock?.overdue) reasons.push('clock-overdue');
  if (row.takenBy === null) reasons.push('new');
  if (row.levelStatus === 'proposed' && !row.suspected) reasons.push('level-unconfirmed');
  if (waits.approval) reasons.push('approval-waits');
  if (waits.withdrawal) reasons.push('withdrawal-requested');
  if (supportWaits(waits)) reasons.push('support-waits');
  if (referralWaits(waits)) reasons.push('referral-waits');
  if (row.state === 'recovered') reasons.push('recovered');
  else if (row.state === 'returned') reasons.push('returned');
  else if (reasons.length === 0) reasons.push('handling');
  return reasons;
}

/** How many rows of the queue are sent at once; the counts say how many there are. */
const QUEUE_ROWS = 200;

/**
 * GET /queue: what the desk must do, most pressing first. A notice that failed or that nobody confirmed lifts its case to
 * the top as soon as its time has passed, with the telephone number to ring (face, worked example 1).
 */
export async function queue(ctx: AppContext, actor: Actor): Promise<QueueView> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const directory = await directorySnapshot(ctx, tx);
    const groups = actor.keys
      .filter((key) => key.startsWith('group:'))
      .map((key) => key.slice('group:'.length));
    const isDesk =
      actor.keys.includes('desk') || groups.includes((await activePack(ctx, tx)).pack.desk.group);
    const rows = await tx.prepared<ListRow & QueueWaits & { incident: string }>(
      'queue',
      `with queued as materialized (select case_id, ordinality from cases_queued($2, $3, $1, ${QUEUE_ROWS}) with ordinality),
            page as (select case_id from queued)
       select ${COLUMNS}, (c.detail ->> 'withdrawalRequested')::boolean as withdrawal,
              jsonb_array_length(c.detail -> 'pending') > 0 as approval, c.incident_id as incident,
              c.detail -> 'support' as support, c.detail -> 'referrals' as referrals
         from queued join cases c on c.id = queued.case_id ${BESIDE}
        order by (c.failed_notices > 0 or coalesce(c.attention_at <= $1, false)) desc, c.rank desc,
                 c.attention_at nulls last, c.opened_at limit ${QUEUE_ROWS}`,
      [tx.now, isDesk, groups],
    );
    const [counts] = await tx.prepared<QueueView['counts'] & Record<string, unknown>>(
      'queue-counts',
      'select "all", unacknowledged, unconfirmed, late, recovered from cases_queue_counts($2, $3, $1)',
      [tx.now, isDesk, groups],
    );
    const pressing = rows.filter((row) => row.failed_notices > 0 || row.late > 0).map((row) => row.id);
    const notices = await noticesOfCase(tx, pressing);
    const stubs = await tx.prepared<Record<string, never>>(
      'queue-stubs',
      `select compartment, number, level, state, registered_at as "registeredAt", phone from case_stubs
        where open
        order by registered_at desc nulls first limit 50`,
      [],
    );
    const together = Map.groupBy(rows, (row) => row.incident);
    const items = rows.map((row): QueueRow => {
      const view = caseRowView(row, directory, tx.now);
      const calls = notices
        .filter((notice) => notice.caseId === row.id)
        .map((notice) => callOf(notice, directory, tx.now))
        .filter((call) => call !== null);
      // Nobody rings himself up: what waits at the reader's own post is his to confirm.
      const others = calls.filter((call) => !actor.keys.includes(`post:${call.party.postId}`));
      const incident = (together.get(row.incident)?.length ?? 0) > 1 ? row.incident : null;
      return { case: view, reasons: reasonsOf(view, calls, row), calls: others, incident };
    });
    return {
      counts: counts as QueueView['counts'],
      items,
      stubs: actor.keys.includes('desk') ? (stubs as unknown as QueueView['stubs']).map(stubView) : [],
      now: tx.now.toISOString(),
    };
  });
}

function stubView(row: QueueView['stubs'][number]): QueueView['stubs'][number] {
  const at = row.registeredAt as unknown as Date | null;
  return { ...row, registeredAt: at === null ? null : at.toISOString() };
}
