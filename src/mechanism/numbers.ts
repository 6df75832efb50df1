/** Case numbers: one gap-free series per year and compartment (S8.F3.6, DEC-19, H21, H52). Pure. */
import type { Pack } from './pack.ts';
import { civilAt, ROC_EPOCH } from './roc-date.ts';

/** The series of every case that lives in no compartment. */
export const OPEN_SERIES = 'open';

/**
 * The series a case opened at `at` is numbered in, and the year in the pack's era and time zone: 民國 99 becomes 100
 * at midnight in Taipei, not in London.
 */
export function seriesFor(
  pack: Pack,
  { compartment, at }: { compartment: string | null; at: Date },
): { series: string; year: number } {
  const { year } = civilAt(at, pack.timeZone);
  return { series: compartment ?? OPEN_SERIES, year: pack.calendarEra === 'roc' ? year - ROC_EPOCH : year };
}

/** The number as people write it, for example 115-0412; a compartment's begins with its prefix. */
export function formatNumber(
  pack: Pack,
  { compartment, year, seq }: { compartment: string | null; year: number; seq: number },
): string {
  const prefix = pack.compartments.find((one) => one.id === compartment)?.seriesPrefix ?? '';
  const padded = String(seq).padStart(pack.numbering.digits, '0');
  return prefix + pack.numbering.pattern.replace('{year}', String(year)).replace('{seq}', padded);
}
