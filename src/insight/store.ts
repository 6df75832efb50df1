/** The only SQL of this room: it reads, under the reader's own rights (db/migrations/0016-situation.sql). */
import type { Tx } from '../platform/transaction.ts';
import type { Flow, OpenCount, StubCount } from './situation-rules.ts';

type Mode = 'live' | 'exercise';

/** Open cases the reader sees, by where they belong. */
export function openCounts(tx: Tx, mode: Mode): Promise<OpenCount[]> {
  return tx.prepared<OpenCount & Record<string, unknown>>(
    'situation-open',
    'select subgroup, affected, sectors, county, level, confirmed, suspected, cases from situation_open($1)',
    [mode],
  );
}

/** Open cases behind walls of which the reader sees a stub and not the case. */
export function stubCounts(tx: Tx, mode: Mode): Promise<StubCount[]> {
  return tx.prepared<StubCount & Record<string, unknown>>(
    'situation-stubs',
    `select s.compartment, s.level, count(*)::int as cases from case_stubs s
      where s.open and s.mode = $1 and not exists (select 1 from cases c where c.id = s.case_id) group by 1, 2`,
    [mode],
  );
}

/** What is shown of a case in a line. */
export interface BriefRow {
  readonly id: string;
  readonly number: string;
  readonly organisation_id: string;
  readonly level: string;
  readonly level_status: 'proposed' | 'confirmed';
  readonly pack_hash: string;
}
const BRIEF = 'c.id, c.number, c.organisation_id, c.level, c.level_status, c.pack_hash';

export interface ClockLine extends BriefRow {
  readonly clock_id: string;
  readonly definition: string;
  readonly due_at: Date;
  readonly force: string;
}

/** The running clocks that are due first; what has run out stands before them. */
export function nearestClocks(tx: Tx, mode: Mode, limit: number): Promise<ClockLine[]> {
  return tx.prepared<ClockLine & Record<string, unknown>>(
    'situation-clocks',
    `select ${BRIEF}, k.id as clock_id, k.definition, k.due_at, k.force
       from situation_clocks($1, $2) s join clocks k on k.id = s.clock_id join cases c on c.id = k.case_id
      order by k.due_at, k.id`,
    [mode, limit],
  );
}

export interface WaitingLine extends BriefRow {
  readonly notice_id: string;
  readonly post_id: string;
  readonly capacity: string;
  readonly made_at: Date;
  readonly confirm_by: Date | null;
  readonly rung: number | null;
  readonly next_rung_at: Date | null;
}

/** Notices that wait for an answer, of the gravest cases first. */
export function waitingNotices(tx: Tx, mode: Mode, limit: number): Promise<WaitingLine[]> {
  return tx.prepared<WaitingLine & Record<string, unknown>>(
    'situation-waiting',
    `select ${BRIEF}, n.id as notice_id, n.post_id, n.capacity, n.made_at, n.confirm_by, n.rung::int, n.next_rung_at
       from situation_waiting($1, $2) s join notices n on n.id = s.notice_id join cases c on c.id = n.case_id
      order by n.rank desc, n.confirm_by, n.id`,
    [mode, limit],
  );
}

/** Of the notices of these cases that ask for an answer: how many there are, and how many were answered. */
export function answeredOf(
  tx: Tx,
  caseIds: readonly string[],
): Promise<{ case_id: string; asked: number; confirmed: number }[]> {
  return tx.prepared(
    'situation-answered',
    `select case_id, count(*)::int as asked, count(*) filter (where acknowledged_at is not null)::int as confirmed
       from notices where case_id = any ($1::uuid[]) and expects <> 'none' and (acknowledged_at is not null or closed_at is null)
      group by 1`,
    [caseIds],
  );
}

/** How many clocks have run out and how many notices wait, or wait too long; at most `most` each. */
export async function pressing(
  tx: Tx,
  mode: Mode,
  most: number,
): Promise<{ overdue: number; waiting: number; late: number }> {
  const [row] = await tx.prepared<{ overdue: number; waiting: number; late: number }>(
    'situation-pressing',
    'select overdue, waiting, late from situation_pressing($1, $2, $3)',
    [mode, tx.now, most],
  );
  return row ?? { overdue: 0, waiting: 0, late: 0 };
}

/** Cases opened and ended since, hour by hour. */
export function flowSince(tx: Tx, mode: Mode, since: Date): Promise<Flow[]> {
  return tx.prepared<Flow & Record<string, unknown>>(
    'situation-flow',
    'select hour, level, opened, ended from situation_flow($1, $2)',
    [mode, since],
  );
}

export interface FeedLine extends BriefRow {
  readonly seq: number;
  readonly kind: string;
  readonly at: Date;
  readonly report: string | null;
  readonly fact_level: string | null;
}

/** What happened last, newest first. */
export function newest(
  tx: Tx,
  mode: Mode,
  kinds: readonly string[],
  since: Date,
  limit: number,
): Promise<FeedLine[]> {
  return tx.prepared<FeedLine & Record<string, unknown>>(
    'situation-feed',
    `select ${BRIEF}, f.seq, f.kind, f.at, case when f.kind = 'filed' then f.data ->> 'kind' end as report,
            f.data ->> 'level' as fact_level
       from situation_feed($1, $2, $3, $4) s
       join facts f on f.stream_id = s.case_id and f.seq = s.fact_seq join cases c on c.id = f.stream_id
      order by f.position desc`,
    [mode, kinds, since, limit],
  );
}

export interface CandidateRow extends BriefRow {
  readonly incident_id: string;
  readonly opened_at: Date;
  readonly open: boolean;
  readonly reports: number;
}

/** Cases opened since, newest first. */
export function casesSince(tx: Tx, since: Date, limit: number): Promise<CandidateRow[]> {
  return tx.prepared<CandidateRow & Record<string, unknown>>(
    'campaign-cases',
    `select ${BRIEF}, c.incident_id, c.opened_at, c.open, (c.detail ->> 'reports')::int as reports
       from cases_since('live', $1, $2) s join cases c on c.id = s.case_id`,
    [since, limit],
  );
}

/** What was written about these cases, in the order of the reports. */
export function writtenAbout(
  tx: Tx,
  caseIds: readonly string[],
): Promise<{ case_id: string; content: Record<string, unknown> }[]> {
  return tx.prepared(
    'campaign-reports',
    'select case_id, content from reports where case_id = any ($1::uuid[]) order by case_id, ordinal',
    [caseIds],
  );
}
