import type { QueueRow } from '../../../src/cases/contract.ts';

/** Cases of one incident as they stand in the queue: the most pressing of them, and the others behind it. */
export interface Bundle {
  readonly lead: QueueRow;
  readonly rest: readonly QueueRow[];
}

/**
 * The queue by incident: each stands where its most pressing case stands, so that nothing moves down by being grouped.
 * Nothing is left out: what is folded away is counted and can be opened (H22, H47). Not `together`: each case by itself.
 */
export function bundles(rows: readonly QueueRow[], together: boolean): Bundle[] {
  const found = new Map<string, { lead: QueueRow; rest: QueueRow[] }>();
  for (const row of rows) {
    const key = together && row.incident !== null ? row.incident : row.case.id;
    const bundle = found.get(key);
    if (bundle) bundle.rest.push(row);
    else found.set(key, { lead: row, rest: [] });
  }
  return [...found.values()];
}

/** The rows before the officer's eyes: those behind the first of an incident only where it is opened, or is in hand. */
export function shownRows(list: readonly Bundle[], isOpen: (bundle: Bundle) => boolean): QueueRow[] {
  return list.flatMap((bundle) => [bundle.lead, ...(isOpen(bundle) ? bundle.rest : [])]);
}

const LATE = new Set<string>(['notice-failed', 'notice-late', 'clock-overdue']);

/** How many of these are late: a fold says so without being opened. */
export function lateIn(rows: readonly QueueRow[]): number {
  return rows.filter((row) => row.reasons.some((reason) => LATE.has(reason))).length;
}
