/** Months of the mechanism's calendar, and what each subgroup has sent in them (S7.11.0e). Pure. */
import { type CivilDate, civilAt, instantOf } from '../mechanism/roc-date.ts';
import type { AnalysisCell } from './contract.ts';

/** The month a moment falls into, `2026-03`. */
export function monthAt(at: Date, timeZone: string): string {
  const { year, month } = civilAt(at, timeZone);
  return `${year}-${String(month).padStart(2, '0')}`;
}

/** The day a moment falls on, `2026-03-16`. */
export function dayAt(at: Date, timeZone: string): string {
  return `${monthAt(at, timeZone)}-${String(civilAt(at, timeZone).day).padStart(2, '0')}`;
}

/** `count` months, the last one `until`. */
export function monthsUntil(until: string, count: number): string[] {
  const last = Number(until.slice(0, 4)) * 12 + Number(until.slice(5)) - 1;
  return Array.from({ length: count }, (_, index) => {
    const at = last - (count - 1 - index);
    return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
  });
}

function firstOf(month: string): CivilDate {
  return { year: Number(month.slice(0, 4)), month: Number(month.slice(5)), day: 1 };
}

/** The moments at which the months begin, and the one at which the last ends. */
export function startsOf(months: readonly string[], timeZone: string): Date[] {
  const last = months.at(-1);
  const after = last === undefined ? [] : monthsUntil(last, 1).map((month) => next(month));
  return [...months, ...after].map((month) => instantOf({ ...firstOf(month), hour: 0, minute: 0 }, timeZone));
}

function next(month: string): string {
  const at = Number(month.slice(0, 4)) * 12 + Number(month.slice(5));
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
}

/** Whether a time from one day to another touches the month. */
export function touches(month: string, from: string, to: string): boolean {
  return from.slice(0, 7) <= month && to.slice(0, 7) >= month;
}

/** One count as the database gives it; `period` counts from 1. */
export interface Count {
  readonly period: number;
  readonly subgroup: string;
  readonly level: string;
  readonly cases: number;
}

/** Ended cases of one outcome as the database counts them. */
export interface OutcomeCount {
  readonly period: number;
  readonly subgroup: string;
  readonly outcome: string;
  readonly cases: number;
}

/** A report, as far as it is counted. */
export interface Counted {
  readonly group: string;
  readonly kind: 'cases' | 'period';
  readonly from: string;
  readonly to: string;
}

/**
 * What one subgroup's line shows. `isWalled`: what it writes may stay behind a wall the reader stands outside of, so that he
 * is never told that something is missing (ISO-7). Somebody who sent nothing is missing once the month is over.
 */
export function cellsOf(
  group: string,
  months: readonly string[],
  counts: readonly Count[],
  ended: readonly OutcomeCount[],
  reports: readonly Counted[],
  present: string,
  isWalled: boolean,
): AnalysisCell[] {
  return months.map((month, index) => {
    const own = counts.filter((one) => one.subgroup === group && one.period === index + 1);
    const sent = reports.filter((one) => one.group === group && touches(month, one.from, one.to));
    const aboutPeriod = sent.filter((one) => one.kind === 'period').length;
    const quiet = month >= present ? 'open' : 'missing';
    return {
      month,
      byLevel: Object.fromEntries(own.map((one) => [one.level, one.cases])),
      cases: own.reduce((sum, one) => sum + one.cases, 0),
      outcomes: Object.fromEntries(
        ended
          .filter((one) => one.subgroup === group && one.period === index + 1)
          .map((one) => [one.outcome, one.cases]),
      ),
      aboutCases: sent.length - aboutPeriod,
      aboutPeriod,
      status: aboutPeriod > 0 ? 'sent' : isWalled ? 'walled' : quiet,
    };
  });
}
