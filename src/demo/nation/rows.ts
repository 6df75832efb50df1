import type { Body, BodyKind, Sector } from './types.ts';

/** What a row may add to or change in the defaults. */
export interface BodyExtra {
  readonly authority?: string;
  readonly tier?: Body['tier'];
  readonly address?: string;
  readonly note?: string;
  readonly mergedInto?: string;
}

/** One body in a table: code, names, kind, superior, sectors (primary first), county, extras. */
export type BodyRow = readonly [
  code: string,
  nameZh: string,
  nameEn: string,
  kind: BodyKind,
  superior: string | null,
  sectors: readonly [Sector, ...Sector[]],
  county: string,
  extra?: BodyExtra,
];
