/** The only SQL of the cases room that writes; read-side queries are in views.ts and lists.ts. */

import type { Pack } from '../mechanism/index.ts';
import { rankOf } from '../mechanism/index.ts';
import type { RowsByTable, Tx } from '../platform/transaction.ts';
import { isSupportLive } from './affairs.ts';
import type { ClockRow } from './clock-rules.ts';
import type { OpenNotice } from './consequences.ts';
import { type CaseState, seenBy } from './evolve.ts';
import { type CaseFact, upcast } from './facts.ts';

/** A case locked for the rest of the transaction, or undefined when the actor may not see it. */
export async function lockCase(tx: Tx, id: string): Promise<CaseState | undefined> {
  const rows = await tx.prepared<{ detail: CaseState }>(
    'case-lock',
    'select detail from cases where id = $1::uuid for update',
    [id],
  );
  return rows[0]?.detail;
}

/**
 * Those of the cases that nobody else holds, locked for the rest of the transaction, by id. Rows that only refer to a case
 * (a delivery to a successor) need not wait for it.
 */
export async function lockFreeCases(tx: Tx, ids: readonly string[]): Promise<Map<string, CaseState>> {
  const rows = await tx.prepared<{ id: string; detail: CaseState }>(
    'cases-lock-free',
    'select id, detail from cases where id = any ($1::uuid[]) order by id for no key update skip locked',
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row.detail]));
}

/** A case as it stands, without a lock. */
export async function findCase(tx: Tx, id: string): Promise<CaseState | undefined> {
  const rows = await tx.prepared<{ detail: CaseState }>(
    'case-find',
    'select detail from cases where id = $1::uuid',
    [id],
  );
  return rows[0]?.detail;
}

/** True when the actor may know of the body at all. */
export async function seesOrganisation(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.prepared('organisation-seen', 'select 1 from organisations where id = $1::uuid', [
    id,
  ]);
  return rows.length > 0;
}

/** A case's whole stream in order. */
export async function factsOf(tx: Tx, caseId: string): Promise<CaseFact[]> {
  const rows = await tx.prepared<Parameters<typeof upcast>[0]>(
    'case-facts',
    'select seq, kind, shape, data, at, person_id, post_id from facts where stream_id = $1::uuid order by seq',
    [caseId],
  );
  return rows.map(upcast);
}

const CLOCK_COLUMNS = `id, definition, ordinal, state, force, rank, start_at as "startAt", due_at as "dueAt", warn_at as "warnAt",
  next_at as "nextAt", met_at as "metAt", warned_at as "warnedAt", overdue_at as "overdueAt",
  late_by_regrading as "lateByRegrading", history`;

/** The case's clocks in the order they started. */
export function clocksOf(tx: Tx, caseId: string): Promise<ClockRow[]> {
  return tx.prepared<ClockRow & Record<string, unknown>>(
    'case-clocks',
    `select ${CLOCK_COLUMNS} from clocks where case_id = $1::uuid order by start_at, definition, ordinal`,
    [caseId],
  );
}

/** As `clocksOf`, of several cases, by case. */
export async function clocksOfCases(tx: Tx, caseIds: readonly string[]): Promise<Map<string, ClockRow[]>> {
  return byCase(
    await tx.prepared<ClockRow & OfCase>(
      'cases-clocks',
      `select case_id as "caseId", ${CLOCK_COLUMNS} from clocks where case_id = any ($1::uuid[])
        order by case_id, start_at, definition, ordinal`,
      [caseIds],
    ),
  );
}

type OfCase = { readonly caseId: string };

/** Rows by the case they are of, and no longer naming it. */
function byCase<R extends object>(rows: readonly (R & OfCase)[]): Map<string, R[]> {
  const found = new Map<string, R[]>();
  for (const { caseId, ...row } of rows) {
    const same = found.get(caseId);
    if (same) same.push(row as unknown as R);
    else found.set(caseId, [row as unknown as R]);
  }
  return found;
}

const OPEN_NOTICE_COLUMNS = `id, post_id as "postId", fact_seq as "factSeq", route, expects, capacities, urgent,
  made_at as "madeAt", confirm_by as "confirmBy", ladder, coalesce(rung, 1) as rung, next_rung_at as "nextRungAt",
  ladder_stopped_at is not null as stopped, coalesce(rung_of, '{}') as "rungOf"`;
const IS_OPEN = `expects <> 'none' and acknowledged_at is null and closed_at is null`;

/** Notices of the case that nobody has confirmed or closed. */
export function openNoticesOf(tx: Tx, caseId: string): Promise<OpenNotice[]> {
  return tx.prepared<OpenNotice & Record<string, unknown>>(
    'case-open-notices',
    // Whom rungs have told is asked for somebody's act; what clocks and rungs do themselves has no person.
    `select ${OPEN_NOTICE_COLUMNS}, case when rung > 1 then array(
              select distinct d.person_id from deliveries d
               where d.notice_id = notices.id and d.rung > 1 and d.person_id is not null and d.state <> 'withheld') end as reached
       from notices where case_id = $1::uuid and ${IS_OPEN} order by id`,
    [caseId],
  );
}

/** As `openNoticesOf`, of several cases, by case. */
export async function openNoticesOfCases(
  tx: Tx,
  caseIds: readonly string[],
): Promise<Map<string, OpenNotice[]>> {
  return byCase(
    await tx.prepared<OpenNotice & OfCase>(
      'cases-open-notices',
      `select case_id as "caseId", ${OPEN_NOTICE_COLUMNS} from notices where case_id = any ($1::uuid[]) and ${IS_OPEN} order by id`,
      [caseIds],
    ),
  );
}

/** The columns of `cases` that follow from its state. */
export function caseColumns(state: CaseState, pack: Pack): Record<string, unknown> {
  return {
    number: state.number,
    series: state.series,
    year: state.year,
    seq: state.seq,
    incident_id: state.incident,
    organisation_id: state.organisation,
    mode: state.mode,
    compartment: state.compartment,
    pack_hash: state.pack,
    state: state.state,
    open: state.open,
    level: state.level,
    rank: rankOf(pack, state.level),
    level_status: state.levelStatus,
    suspected: state.suspected,
    summary: state.summary,
    taken_by: state.takenBy,
    taken_post: state.takenPost,
    authority_id: state.routing.authority,
    subgroup: state.routing.subgroup,
    affected_subgroups: state.routing.affected,
    sectors: state.routing.sectors,
    occurred_at: state.occurredAt,
    aware_at: state.awareAt,
    opened_at: state.openedAt,
    registered_at: state.registeredAt,
    graded_at: state.gradedAt,
    recovered_at: state.recoveredAt,
    closed_at: state.closedAt,
    revision: state.revision,
    changed_at: state.changedAt,
    held: state.hold !== null,
    support_live: state.support ? isSupportLive(state) && state.open : null,
    seen_by: seenBy(state),
    detail: state,
  };
}

/** The row of a fact. */
export function factRow(caseId: string, fact: CaseFact, state: CaseState): Record<string, unknown> {
  return {
    stream: 'case',
    stream_id: caseId,
    seq: fact.seq,
    kind: fact.kind,
    shape: 1,
    data: fact.data,
    person_id: fact.person,
    post_id: fact.post,
    at: fact.at,
    mode: state.mode,
    compartment: state.compartment,
  };
}

/** The row of a clock. */
export function clockRow(caseId: string, clock: ClockRow): Record<string, unknown> {
  return {
    id: clock.id,
    case_id: caseId,
    definition: clock.definition,
    ordinal: clock.ordinal,
    state: clock.state,
    force: clock.force,
    rank: clock.rank,
    start_at: clock.startAt,
    due_at: clock.dueAt,
    warn_at: clock.warnAt,
    next_at: clock.nextAt,
    met_at: clock.metAt,
    warned_at: clock.warnedAt,
    overdue_at: clock.overdueAt,
    late_by_regrading: clock.lateByRegrading,
    history: clock.history,
  };
}

/** An existing case's new state; `attention` is the moment it rises in the queue. */
export interface NewState {
  readonly state: CaseState;
  readonly pack: Pack;
  readonly attention: Date | null;
}

/** Writes what follows from the new states of existing cases. */
export async function updateCases(tx: Tx, changed: readonly NewState[]): Promise<void> {
  const rows = changed.map(({ state, pack, attention }) => ({
    ...caseColumns(state, pack),
    attention_at: attention,
  }));
  const [first] = rows;
  if (!first) return;
  const set = Object.keys(first)
    .map((name) => `${name} = n.${name}`)
    .join(', ');
  const ids = changed.map((one) => one.state.id);
  // A statement of its own: the row as JSON keeps it one round trip and one plan. One case is always found by its id,
  // whatever size the table had when the plan was made.
  if (rows.length === 1)
    await tx.prepared(
      'case-update',
      `update cases set ${set} from jsonb_populate_record(null::cases, $2::jsonb) n where cases.id = $1::uuid`,
      [ids[0], JSON.stringify(first)],
    );
  else
    await tx.prepared(
      'cases-update',
      `update cases set ${set} from unnest($1::uuid[], $2::jsonb[]) as u(id, row),
         jsonb_populate_record(null::cases, u.row) n where cases.id = u.id`,
      [ids, rows.map((row) => JSON.stringify(row))],
    );
}

/** Writes clocks that changed, as rows. */
export async function updateClocks(tx: Tx, clocks: readonly Record<string, unknown>[]): Promise<void> {
  if (clocks.length === 0) return;
  await tx.prepared(
    'clocks-update',
    `update clocks c set state = n.state, rank = n.rank, start_at = n.start_at, due_at = n.due_at, warn_at = n.warn_at,
            next_at = n.next_at, met_at = n.met_at, warned_at = n.warned_at, overdue_at = n.overdue_at,
            late_by_regrading = n.late_by_regrading, history = n.history
       from jsonb_populate_recordset(null::clocks, $1::jsonb) n where c.id = n.id`,
    [JSON.stringify(clocks)],
  );
}

/** Ends notices that ask for something no longer true, with the reason shown to their readers. */
export async function closeNotices(tx: Tx, ids: readonly string[], why: string): Promise<void> {
  if (ids.length === 0) return;
  await tx.prepared(
    'notices-close',
    `update notices set closed_at = $2::timestamptz, closed_why = $3, next_rung_at = null
      where id = any ($1::uuid[]) and closed_at is null`,
    [ids, tx.now, why],
  );
}

/** Writes how far the ladders of open notices have got. */
export async function updateLadders(tx: Tx, notices: readonly OpenNotice[]): Promise<void> {
  if (notices.length === 0) return;
  await tx.prepared(
    'notices-ladders',
    `update notices n set rung = l.rung, next_rung_at = l.next_at,
            ladder_stopped_at = case when l.stopped then coalesce(n.ladder_stopped_at, $2::timestamptz) end
       from jsonb_to_recordset($1::jsonb) as l(id uuid, rung smallint, next_at timestamptz, stopped boolean) where n.id = l.id`,
    [
      JSON.stringify(
        notices.map(({ id, rung, nextRungAt, stopped }) => ({ id, rung, next_at: nextRungAt, stopped })),
      ),
      tx.now,
    ],
  );
}

/** Who has been told of these notices so far, whatever became of it. */
export async function reachedBy(
  tx: Tx,
  noticeIds: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const rows = await tx.prepared<{ notice: string; people: string[] }>(
    'notices-reached',
    `select notice_id as notice, array_agg(distinct person_id) as people from deliveries
      where notice_id = any ($1::uuid[]) and person_id is not null group by notice_id`,
    [noticeIds],
  );
  return new Map(rows.map((row) => [row.notice, new Set(row.people)]));
}

/** A case with a rung that is due, and how grave that is. */
export interface DueCase {
  readonly id: string;
  readonly urgent: boolean;
  readonly rank: number;
}

/** Cases with a rung that is due, the gravest first, without those just found to fail. */
export async function casesWithDueRungs(
  tx: Tx,
  now: Date,
  limit: number,
  failed: readonly string[],
): Promise<DueCase[]> {
  return tx.prepared<DueCase & Record<string, unknown>>(
    'rungs-due',
    `select case_id as id, bool_or(urgent) as urgent, max(rank) as rank from notices
      where next_rung_at <= $1::timestamptz and case_id <> all ($3::uuid[])
      group by case_id order by bool_or(urgent) desc, max(rank) desc, min(next_rung_at), case_id limit $2`,
    [now, limit, failed],
  );
}

/** Records a person's confirmation on the notices it answers. */
export async function confirmNotices(
  tx: Tx,
  ids: readonly string[],
  by: { person: string | null; at: Date; how: string; recordedBy: string | null },
): Promise<void> {
  if (ids.length === 0) return;
  await tx.prepared(
    'notices-confirm',
    `update notices set acknowledged_at = $2::timestamptz, acknowledged_by = $3::uuid, acknowledged_how = $4,
            acknowledged_recorded_by = $5::uuid, opened_at = coalesce(opened_at, $2::timestamptz), next_rung_at = null
      where id = any ($1::uuid[]) and acknowledged_at is null`,
    [ids, by.at, by.person, by.how, by.recordedBy],
  );
}

/** What the centre may see of a compartment's case (DEC-19). */
export async function saveStub(tx: Tx, stub: Record<string, unknown>): Promise<void> {
  await tx.prepared(
    'stub-save',
    `insert into case_stubs select * from jsonb_populate_record(null::case_stubs, $1::jsonb)
     on conflict (case_id) do update set number = excluded.number, level = excluded.level, state = excluded.state,
       open = excluded.open, registered_at = excluded.registered_at, phone = excluded.phone, seen_by = excluded.seen_by`,
    [JSON.stringify(stub)],
  );
}

/**
 * Claims the lowest free number of a series for a case; lays out more when none is left. Two filings never wait for each
 * other, and a rolled-back one leaves no gap: its number is free again (H52, S8.F3.6).
 */
export async function claimNumber(tx: Tx, series: string, year: number, caseId: string): Promise<number> {
  for (;;) {
    const rows = await tx.prepared<{ seq: number }>(
      'number-claim',
      `update case_numbers set case_id = $3::uuid where (series, year, seq) = (
         select series, year, seq from case_numbers
          where series = $1 and year = $2 and case_id is null and voided is null
          order by seq limit 1 for update skip locked) returning seq`,
      [series, year, caseId],
    );
    if (rows[0]) return rows[0].seq;
    await layOutNumbers(tx, series, year, 200);
  }
}

/** Lays out the next `count` numbers of a series. */
export async function layOutNumbers(tx: Tx, series: string, year: number, count: number): Promise<void> {
  await tx.prepared(
    'numbers-lay-out',
    `insert into case_numbers (series, year, seq)
     select $1, $2, n from (select coalesce(max(seq), 0) as top from case_numbers where series = $1 and year = $2) t,
       generate_series(t.top + 1, t.top + $3) n
     on conflict do nothing`,
    [series, year, count],
  );
}

/** True when at least `count` numbers of a series are free; looks at no more than that many. */
export async function hasFreeNumbers(tx: Tx, series: string, year: number, count: number): Promise<boolean> {
  const rows = await tx.prepared(
    'numbers-free',
    `select 1 from case_numbers where series = $1 and year = $2 and case_id is null and voided is null
      order by seq offset $3 limit 1`,
    [series, year, count - 1],
  );
  return rows.length > 0;
}

/** True when a number of the series has been laid out for the year. */
export async function hasNumbers(tx: Tx, series: string, year: number): Promise<boolean> {
  const rows = await tx.prepared(
    'numbers-any',
    'select 1 from case_numbers where series = $1 and year = $2 limit 1',
    [series, year],
  );
  return rows.length > 0;
}

/** Series and years that still have free numbers. */
export function yearsWithFreeNumbers(tx: Tx): Promise<{ series: string; year: number }[]> {
  return tx.prepared<{ series: string; year: number }>(
    'numbers-years',
    'select distinct series, year from case_numbers where case_id is null and voided is null order by series, year',
    [],
  );
}

/** Voids what is free of a series and year, with the reason; returns how many. */
export async function voidFreeNumbers(tx: Tx, series: string, year: number, why: string): Promise<number> {
  const rows = await tx.prepared<{ voided: number }>(
    'numbers-void',
    `with ended as (update case_numbers set voided = $3
        where series = $1 and year = $2 and case_id is null and voided is null returning 1)
     select count(*)::int as voided from ended`,
    [series, year, why],
  );
  return rows[0]?.voided ?? 0;
}

/** An earlier answer under the same key, for the same person. */
export async function findAnswer(
  tx: Tx,
  key: string,
): Promise<{ requestHash: string; response: unknown } | undefined> {
  const rows = await tx.prepared<{ requestHash: string; response: unknown }>(
    'idempotency-find',
    `select encode(request_hash, 'hex') as "requestHash", response from idempotency_keys
      where person_id = $1::uuid and key = $2::uuid`,
    [tx.actor.personId, key],
  );
  return rows[0];
}

/** Rows to insert besides others in the same statement. */
export function answerRow(tx: Tx, key: string, requestHash: string, response: unknown): RowsByTable {
  return {
    idempotency_keys: [
      { person_id: tx.actor.personId, key, request_hash: `\\x${requestHash}`, response, at: tx.now },
    ],
  };
}
