/** The only SQL of the analysis reports: read under the reader's own rights, written once. */
import type { Tx } from '../platform/transaction.ts';
import type { Count, OutcomeCount } from './rules.ts';

type Mode = 'live' | 'exercise';

export interface ReportRow extends Record<string, unknown> {
  readonly id: string;
  readonly group_code: string;
  readonly kind: 'cases' | 'period';
  readonly mode: Mode;
  readonly compartment: string | null;
  readonly from: string;
  readonly to: string;
  readonly case_ids: string[];
  readonly title: string;
  readonly findings: string;
  readonly indicators: string;
  readonly recommendations: string;
  readonly replaces: string | null;
  readonly replaced_by: string | null;
  readonly sent_at: Date;
  readonly person_id: string;
}

const COLUMNS = `a.id, a.group_code, a.kind, a.mode, a.compartment, a.period_from::text as "from", a.period_to::text as "to",
  a.case_ids, a.title, a.findings, a.indicators, a.recommendations, a.replaces, a.sent_at, a.person_id,
  (select b.id from analysis_reports b where b.replaces = a.id order by b.sent_at desc limit 1) as replaced_by`;

/** Reports the reader may see that touch the days, the newest first. */
export function reportsOf(tx: Tx, mode: Mode, from: string, to: string, limit: number): Promise<ReportRow[]> {
  return tx.prepared<ReportRow>(
    'analysis-reports',
    `select ${COLUMNS} from analysis_reports a where a.mode = $1 and a.period_from <= $3::date and a.period_to >= $2::date
      order by a.sent_at desc, a.id desc limit $4`,
    [mode, from, to, limit],
  );
}

/** One report; undefined when it is not there or not to be seen. */
export async function findReport(tx: Tx, id: string): Promise<ReportRow | undefined> {
  const [row] = await tx.prepared<ReportRow>(
    'analysis-report',
    `select ${COLUMNS} from analysis_reports a where a.id = $1::uuid`,
    [id],
  );
  return row;
}

export interface NamedCase extends Record<string, unknown> {
  readonly id: string;
  readonly number: string;
  readonly level: string;
  readonly organisation_id: string;
  readonly compartment: string | null;
  readonly mode: Mode;
}

/** Cases by their ids, as far as the reader sees them. */
export function casesNamed(tx: Tx, ids: readonly string[]): Promise<NamedCase[]> {
  return tx.prepared<NamedCase>(
    'analysis-cases',
    'select id, number, level, organisation_id, compartment, mode from cases where id = any ($1::uuid[]) order by number',
    [ids],
  );
}

/** Notifications the reader sees, by month, subgroup and level. */
export function countsOf(tx: Tx, mode: Mode, starts: readonly Date[]): Promise<Count[]> {
  return tx.prepared<Count & Record<string, unknown>>(
    'analysis-counts',
    'select period, subgroup, level, cases from analysis_counts($1, $2::timestamptz[])',
    [mode, starts],
  );
}

/** How the ended cases came out that the reader sees, by month and subgroup (S8.2.3). */
export function outcomesOf(tx: Tx, mode: Mode, starts: readonly Date[]): Promise<OutcomeCount[]> {
  return tx.prepared<OutcomeCount & Record<string, unknown>>(
    'analysis-outcomes',
    'select period, subgroup, outcome, cases from outcome_counts($1, $2::timestamptz[])',
    [mode, starts],
  );
}

/** The author's own drafts of analyses, the newest first. */
export function draftsOf(
  tx: Tx,
): Promise<{ id: string; content: Record<string, unknown>; revision: number; updated_at: Date }[]> {
  return tx.prepared(
    'analysis-drafts',
    `select id, content, revision, updated_at from drafts where kind = 'analysis' order by updated_at desc limit 20`,
    [],
  );
}

/** Throws the author's draft away; it has been sent. */
export async function dropDraft(tx: Tx, id: string): Promise<void> {
  await tx.prepared('analysis-drop', `delete from drafts where id = $1::uuid and kind = 'analysis'`, [id]);
}
