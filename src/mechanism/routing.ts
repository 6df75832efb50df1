/** Which routes a fact takes and which subgroup a body belongs to (柒十（三）, 柒十一, DEC-10, DEC-22). Pure. */
import type { Condition, Pack, Route, Sector } from './pack.ts';
import type { CaseFactKind, ReportKind } from './vocabulary.ts';

/** What is known of a fact and its case when a condition of the pack is put to it. */
export type MatchContext = {
  report?: ReportKind | undefined;
  /** The level in force after the fact. */
  level?: string | null | undefined;
  threshold?: string | undefined;
  /** The threshold was reached by a confirmed level; absent counts as not. */
  confirmed?: boolean | undefined;
  /** Id of the clock's definition. */
  clock?: string | undefined;
  /** Absent counts as not suspected. */
  suspected?: boolean | undefined;
  /** The level in force is another than before; absent counts as unchanged. */
  changed?: boolean | undefined;
  direction?: 'to-agency' | 'to-desk' | 'to-group' | undefined;
  /** The target of a referral. */
  target?: string | undefined;
  /** Groups the fact is about; no condition asks for them, a route may address them. */
  groups?: readonly string[] | undefined;
  flags?: readonly string[] | undefined;
};

/** Whether every word of a condition holds; an empty condition always does. */
export function matchesCondition(when: Condition, context: MatchContext): boolean {
  if (when.report !== undefined && !(context.report !== undefined && when.report.includes(context.report))) {
    return false;
  }
  if (when.levels !== undefined && !when.levels.includes(context.level ?? '')) return false;
  if (when.threshold !== undefined && when.threshold !== context.threshold) return false;
  if (when.confirmed !== undefined && when.confirmed !== (context.confirmed ?? false)) return false;
  if (when.clock !== undefined && when.clock !== context.clock) return false;
  if (when.suspected !== undefined && when.suspected !== (context.suspected ?? false)) return false;
  if (when.changed !== undefined && when.changed !== (context.changed ?? false)) return false;
  if (when.direction !== undefined && when.direction !== context.direction) return false;
  if (when.target !== undefined && when.target !== context.target) return false;
  return when.flag === undefined || (context.flags ?? []).includes(when.flag);
}

/** The routes a fact takes, in the pack's order. */
export function routesFor(pack: Pack, kind: CaseFactKind, context: MatchContext): Route[] {
  return pack.routes.filter((route) => route.on === kind && matchesCondition(route.when, context));
}

/** Where a body with these sectors belongs. */
export type SectorRouting = {
  /** The sector that leads; null when none of them is known to the pack. */
  primary: string | null;
  subgroup: string;
  /** Subgroups of the other sectors, without the leading one; none inside a compartment (DEC-19). */
  affectedSubgroups: string[];
  compartment: string | null;
};

/**
 * The subgroup a body belongs to: that of the sector with the smallest precedence, the first named among equals
 * (DEC-22); sectors without a subgroup, and bodies without a sector, go to the pack's `unassignedSubgroup`, so that
 * nobody is un-routable (DEC-10).
 * @param sectors ids, the body's own primary sector first
 */
export function sectorRouting(pack: Pack, sectors: readonly string[]): SectorRouting {
  const known = sectors
    .map((id) => pack.sectors.find((sector) => sector.id === id))
    .filter((sector) => sector !== undefined);
  const primary = known.reduce<Sector | null>(
    (best, sector) => (best === null || sector.precedence < best.precedence ? sector : best),
    null,
  );
  const subgroup = primary?.subgroup ?? pack.unassignedSubgroup;
  const compartment = pack.compartments.find((one) => one.sector === primary?.id)?.id ?? null;
  const others = known.map((sector) => sector.subgroup ?? pack.unassignedSubgroup);
  return {
    primary: primary?.id ?? null,
    subgroup,
    affectedSubgroups: compartment === null ? [...new Set(others)].filter((id) => id !== subgroup) : [],
    compartment,
  };
}
