/** What the bench prints: one figure a row, with its ceiling, its floor and what we aim at. */
import { printTable } from '../test/faults/rig/table.ts';

/** A floor decides; an aim is only printed. Both are read in the figure's own unit, or of the ratio. */
export interface Figure {
  readonly name: string;
  readonly ours: number;
  readonly unit: string;
  /** The same work without the product, measured between the product's rounds. */
  readonly ceiling?: number;
  /** Lowest and highest round of the ratio. */
  readonly spread?: readonly [number, number];
  /** What is compared with floor and aim: the ratio to the ceiling, or the figure itself. */
  readonly judge?: 'ratio' | 'ours';
  readonly floor?: number;
  readonly aim?: number;
  /** More is better, or less. */
  readonly better: 'more' | 'less';
}

const say = (value: number | undefined): string => {
  if (value === undefined || Number.isNaN(value)) return '—';
  if (Math.abs(value) >= 100) return String(Math.round(value));
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
};

/** Ours divided by the ceiling; undefined when there is none. */
export function ratioOf(figure: Figure): number | undefined {
  return figure.ceiling === undefined ? undefined : figure.ours / figure.ceiling;
}

function meets(figure: Figure, bound: number | undefined): boolean | undefined {
  if (bound === undefined) return undefined;
  const value = figure.judge === 'ratio' ? (ratioOf(figure) ?? Number.NaN) : figure.ours;
  return figure.better === 'more' ? value >= bound : value <= bound;
}

/** True when the figure has a floor and does not reach it. */
export function isBelowFloor(figure: Figure): boolean {
  return meets(figure, figure.floor) === false;
}

function verdict(figure: Figure): string {
  if (isBelowFloor(figure)) return '✗ below the floor';
  const aim = meets(figure, figure.aim);
  if (aim === undefined) return figure.floor === undefined ? '' : '✓';
  return aim ? '✓ aim reached' : figure.floor === undefined ? 'aim missed' : '✓ aim missed';
}

/** Prints the table. */
export function printFigures(figures: readonly Figure[]): void {
  const bound = (figure: Figure, value: number | undefined) =>
    value === undefined
      ? ''
      : `${figure.better === 'more' ? '≥' : '≤'} ${say(value)}${figure.judge === 'ratio' ? ' ×' : ''}`;
  printTable(
    ['figure', 'ours', 'ceiling', 'ratio (spread)', 'floor', 'aim', 'verdict'],
    figures.map((figure) => {
      const ratio = ratioOf(figure);
      const spread = figure.spread ? ` (${say(figure.spread[0])}–${say(figure.spread[1])})` : '';
      return [
        figure.name,
        `${say(figure.ours)} ${figure.unit}`,
        figure.ceiling === undefined ? '' : `${say(figure.ceiling)} ${figure.unit}`,
        ratio === undefined ? '' : `${say(ratio)}${spread}`,
        bound(figure, figure.floor),
        bound(figure, figure.aim),
        verdict(figure),
      ];
    }),
  );
}
