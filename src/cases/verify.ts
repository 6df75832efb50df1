/** Every case rebuilt from its facts in this process and compared with what is stored (rule 3, INV-2). */
import { createHash } from 'node:crypto';
import { canonicalJson, type Pack, packByHash } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read, type Tx } from '../platform/transaction.ts';
import { type CaseState, rebuild } from './evolve.ts';
import { type CaseFact, upcast } from './facts.ts';
import { PERSONAL_FIELDS } from './report-content.ts';
import { caseColumns } from './store.ts';

/** One thing that does not agree. */
export interface CaseFault {
  readonly case: string;
  readonly number: string;
  readonly what: string;
}

export interface CasesVerdict {
  readonly cases: number;
  readonly facts: number;
  readonly reports: number;
  readonly faults: readonly CaseFault[];
}

const BATCH = 200;

function plain(value: unknown): string {
  const text = value instanceof Date ? value.toISOString() : value;
  return typeof text === 'string' ? text : canonicalJson(text ?? null);
}

function faultsOf(row: Record<string, unknown>, facts: readonly CaseFact[], pack: Pack): string[] {
  let state: CaseState | null;
  try {
    state = rebuild(row.id as string, facts);
  } catch (error) {
    return [(error as Error).message];
  }
  if (state === null) return ['has no facts'];
  const columns = caseColumns(state, pack);
  return Object.entries(columns).flatMap(([name, value]) =>
    plain(row[name]) === plain(value)
      ? []
      : [`${name} is ${plain(row[name])}, its facts say ${plain(value)}`],
  );
}

interface ReportRow extends Record<string, unknown> {
  readonly case_id: string;
  readonly ordinal: number;
  readonly content: Record<string, unknown>;
  readonly persons: Record<string, unknown> | null;
  readonly hash: string;
}

function sha(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

async function verifyBatch(
  ctx: AppContext,
  tx: Tx,
  after: string,
  faults: CaseFault[],
): Promise<{ last: string | null; cases: number; facts: number; reports: number }> {
  const rows = await tx.query<Record<string, unknown>>(
    'select * from cases where id > $1::uuid order by id limit $2',
    [after, BATCH],
  );
  const ids = rows.map((row) => row.id as string);
  const facts = await tx.query<Parameters<typeof upcast>[0] & { stream_id: string }>(
    `select stream_id, seq, kind, shape, data, at, person_id, post_id from facts
      where stream_id = any ($1::uuid[]) order by stream_id, seq`,
    [ids],
  );
  const reports = await tx.query<ReportRow>(
    `select r.case_id, r.ordinal, r.content, p.data as persons, encode(r.content_hash, 'hex') as hash
       from reports r left join report_persons p on p.report_id = r.id where r.case_id = any ($1::uuid[])`,
    [ids],
  );
  const byCase = Map.groupBy(facts, (fact) => fact.stream_id);
  const reportsByCase = Map.groupBy(reports, (report) => report.case_id);
  for (const row of rows) {
    const id = row.id as string;
    const number = row.number as string;
    const stream = (byCase.get(id) ?? []).map(upcast);
    const pack = await packByHash(ctx, tx, row.pack_hash as string);
    for (const what of faultsOf(row, stream, pack)) faults.push({ case: id, number, what });
    const filed = stream.filter((fact) => fact.kind === 'filed');
    const stored = reportsByCase.get(id) ?? [];
    if (filed.length !== stored.length) {
      faults.push({
        case: id,
        number,
        what: `${stored.length} reports are stored, its facts say ${filed.length}`,
      });
    }
    for (const report of stored) {
      const fact = filed.find((one) => one.data.ordinal === report.ordinal);
      if (fact?.data.hash !== report.hash)
        faults.push({ case: id, number, what: `report ${report.ordinal}: another hash than its fact` });
      // Once a person has been forgotten only the hash of what named him is left; the rest is still proved.
      if (report.persons === null) continue;
      const persons = Object.fromEntries(PERSONAL_FIELDS.map((field) => [field, report.persons?.[field]]));
      if (sha({ content: report.content, persons: sha(persons) }) !== report.hash) {
        faults.push({
          case: id,
          number,
          what: `report ${report.ordinal}: its content was changed after filing`,
        });
      }
    }
  }
  return { last: ids.at(-1) ?? null, cases: rows.length, facts: facts.length, reports: reports.length };
}

/** Rebuilds every case. Bounded memory: two hundred cases at a time. */
export async function verifyCases(ctx: AppContext): Promise<CasesVerdict> {
  const faults: CaseFault[] = [];
  const sum = { cases: 0, facts: 0, reports: 0 };
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const done = await read(ctx.database, SYSTEM, ctx.clock, (tx) => verifyBatch(ctx, tx, after, faults));
    sum.cases += done.cases;
    sum.facts += done.facts;
    sum.reports += done.reports;
    if (done.last === null) return { ...sum, faults };
    after = done.last;
  }
}
