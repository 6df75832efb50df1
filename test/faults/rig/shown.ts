/** What a scenario showed, one line each: what, how much, and what it must not pass. */
import { quantile } from './table.ts';

export interface Shown {
  readonly what: string;
  readonly figure: string;
  readonly floor: string;
  readonly ok: boolean;
}

export interface Showing {
  readonly fault: string;
  /** How it was done, where that is not plain. */
  readonly how?: string;
  readonly shown: readonly Shown[];
}

/** A number that must not be above another. */
export function atMost(what: string, value: number, most: number, unit = ''): Shown {
  const said = Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 0);
  const floor = most === 0 ? '0' : `≤ ${most}${unit}`;
  return { what, figure: `${said}${unit}`, floor, ok: value <= most };
}

/** A number that must not be below another. */
export function atLeast(what: string, value: number, least: number, unit = ''): Shown {
  return { what, figure: `${value}${unit}`, floor: `≥ ${least}${unit}`, ok: value >= least };
}

/** Something that is so, or is not. */
export function isSo(what: string, ok: boolean, detail = ''): Shown {
  return { what, figure: ok ? 'yes' : `no${detail === '' ? '' : `: ${detail}`}`, floor: 'yes', ok };
}

/** Only told. */
export function told(what: string, figure: string): Shown {
  return { what, figure, floor: '—', ok: true };
}

/** Median and longest, for `told`. */
export function spread(values: readonly number[], unit: string): string {
  if (values.length === 0) return '—';
  return `${Math.round(quantile(values, 0.5))} / ${Math.round(Math.max(...values))}${unit}`;
}
