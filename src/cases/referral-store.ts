/** The rows of referrals that stand apart of the facts: packages as they were handed over, and what came back (S8.4). */
import type { RowsByTable, Tx } from '../platform/transaction.ts';
import type { Doer } from './consequences.ts';
import type { CaseAct } from './contract.ts';
import type { CaseState } from './evolve.ts';
import { notesSeenBy } from './referral-rules.ts';

/** What an act says that stands apart: names of people, and what the agency need not read. Null for all other acts. */
export function noteOf(act: CaseAct): Record<string, string> | null {
  if (act.act === 'record-referral-receipt')
    return { officer: act.officer, number: act.number, phone: act.phone, note: act.note };
  if (act.act === 'record-referral-reply') return { text: act.text, number: act.number };
  return null;
}

/** The row of it. */
export function noteRows(tx: Tx, state: CaseState, act: CaseAct, id: string, doer: Doer): RowsByTable {
  const data = noteOf(act);
  if (data === null || !('target' in act)) return {};
  return {
    referral_notes: [
      {
        id,
        case_id: state.id,
        target: act.target,
        kind: act.act === 'record-referral-receipt' ? 'receipt' : 'reply',
        data,
        person_id: doer.person,
        post_id: doer.post,
        at: tx.now,
        seen_by: notesSeenBy(state),
      },
    ],
  };
}

/** A package of this case for this target, or null when there is no such one. */
export async function packageOf(
  tx: Tx,
  caseId: string,
  target: string,
  id: string,
): Promise<{ id: string; sha256: string } | null> {
  const rows = await tx.prepared<{ id: string; sha256: string }>(
    'referral-package',
    `select id, encode(sha256, 'hex') as sha256 from referral_packages
      where id = $1::uuid and case_id = $2::uuid and target = $3`,
    [id, caseId, target],
  );
  return rows[0] ?? null;
}

export interface StoredNote extends Record<string, unknown> {
  readonly id: string;
  readonly target: string;
  readonly kind: 'receipt' | 'reply';
  readonly data: Record<string, string>;
}

/** What came back, as far as the reader may read it: none for whoever may only know that the case was referred. */
export function notesOf(tx: Tx, caseId: string): Promise<StoredNote[]> {
  return tx.prepared<StoredNote>(
    'referral-notes',
    'select id, target, kind, data from referral_notes where case_id = $1::uuid order by at, id',
    [caseId],
  );
}

export interface StoredPackage extends Record<string, unknown> {
  readonly id: string;
  readonly target: string;
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
  readonly at: Date;
  readonly personId: string;
}

/** Packages made so far, as far as the reader may read them. */
export function packagesOf(tx: Tx, caseId: string): Promise<StoredPackage[]> {
  return tx.prepared<StoredPackage>(
    'referral-packages',
    `select id, target, name, encode(sha256, 'hex') as sha256, size, at, person_id as "personId"
       from referral_packages where case_id = $1::uuid order by at, id`,
    [caseId],
  );
}
