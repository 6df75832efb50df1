/** From counts of cases to the picture on the wall. Pure. */
import type { Pack } from '../mechanism/index.ts';
import type { SituationView } from './contract.ts';

/** So many open cases that belong to the same places and are equally grave. */
export interface OpenCount {
  readonly subgroup: string;
  readonly affected: readonly string[];
  readonly sectors: readonly string[];
  readonly county: string | null;
  readonly level: string;
  readonly confirmed: boolean;
  readonly suspected: boolean;
  readonly cases: number;
}

/** So many cases behind a wall of which the reader sees a number and a level at most. */
export interface StubCount {
  readonly compartment: string;
  readonly level: string | null;
  readonly cases: number;
}

type Levels = Record<string, number>;
type Picture = Pick<SituationView, 'open' | 'vital' | 'subgroups' | 'counties'>;

/** So many are counted one by one; what is more is "at least". */
export const MOST = 1000;

/** A level that is not told. */
export const UNTOLD = '?';

interface Standing {
  levels: Levels;
  unconfirmed: number;
  walled: Levels;
}

const nothing = (): Standing => ({ levels: {}, unconfirmed: 0, walled: {} });

function add(levels: Levels, level: string, cases: number): void {
  levels[level] = (levels[level] ?? 0) + cases;
}

function count(to: Standing, row: OpenCount): void {
  add(to.levels, row.level, row.cases);
  if (!row.confirmed) to.unconfirmed += row.cases;
}

/**
 * The vital systems, the subgroups and the counties with what stands open there (S4.5). A case counts once for each vital
 * system one of its body's sectors keeps running, once for its subgroup and once for its county. Anomalies are no incidents
 * yet and are counted apart (S4.7).
 */
export function pictureOf(pack: Pack, rows: readonly OpenCount[], stubs: readonly StubCount[]): Picture {
  const open = { ...nothing(), total: 0, suspected: 0 };
  const vital = new Map(pack.vitalSystems.map((one) => [one.id, nothing()]));
  const groups = new Map(
    pack.groups
      .filter((one) => one.kind === 'subgroup')
      .map((one) => [one.id, { ...nothing(), affected: 0 }]),
  );
  const counties = new Map<string | null, Levels>();
  const vitalOf = new Map(pack.sectors.map((sector) => [sector.id, sector.vital]));
  for (const row of rows) {
    if (row.suspected) {
      open.suspected += row.cases;
      continue;
    }
    open.total += row.cases;
    count(open, row);
    const touched = new Set(row.sectors.map((sector) => vitalOf.get(sector)));
    for (const id of touched) {
      const system = id === undefined ? undefined : vital.get(id);
      if (system) count(system, row);
    }
    const group = groups.get(row.subgroup);
    if (group) count(group, row);
    for (const id of row.affected) {
      const other = id === row.subgroup ? undefined : groups.get(id);
      if (other) other.affected += row.cases;
    }
    const county = counties.get(row.county) ?? {};
    add(county, row.level, row.cases);
    counties.set(row.county, county);
  }
  for (const stub of stubs) {
    const wall = pack.compartments.find((one) => one.id === stub.compartment);
    const level = stub.level ?? UNTOLD;
    add(open.walled, level, stub.cases);
    const system = vital.get(vitalOf.get(wall?.sector ?? '') ?? '');
    if (system) add(system.walled, level, stub.cases);
    const group = groups.get(wall?.group ?? '');
    if (group) add(group.walled, level, stub.cases);
  }
  const nameOf = new Map(pack.groups.map((group) => [group.id, group.name]));
  return {
    open,
    vital: pack.vitalSystems.map(({ id, name }) => ({ id, name, ...(vital.get(id) ?? nothing()) })),
    subgroups: [...groups].map(([code, found]) => ({
      code,
      name: nameOf.get(code) ?? { zh: code, en: code },
      ...found,
    })),
    counties: [...counties].map(([county, levels]) => ({ county, levels })),
  };
}

/** Cases opened and ended in one hour, by their present level. */
export interface Flow {
  readonly hour: Date;
  readonly level: string;
  readonly opened: number;
  readonly ended: number;
}

const HOUR = 3_600_000;
export const HOURS = 48;
export const DAYS = 30;

/** Where the hours and days of the history begin. */
export function historySince(now: Date): Date {
  return new Date(Math.floor(now.getTime() / HOUR) * HOUR - (DAYS + 1) * 24 * HOUR);
}

/**
 * How many stood open at the end of each of the last hours and days, counted back from what stands open now.
 * @param dayOf the calendar day of a moment in the mechanism's zone
 */
export function historyOf(
  open: Levels,
  flow: readonly Flow[],
  now: Date,
  dayOf: (at: Date) => string,
): SituationView['history'] {
  const byHour = Map.groupBy(flow, (one) => one.hour.getTime());
  const thisHour = Math.floor(now.getTime() / HOUR) * HOUR;
  const first = historySince(now).getTime();
  const levels = { ...open };
  const hours: SituationView['history']['hours'] = [];
  const days: SituationView['history']['days'] = [];
  let day: SituationView['history']['days'][number] | null = null;
  for (let hour = thisHour; hour >= first && days.length <= DAYS; hour -= HOUR) {
    const end = new Date(Math.min(hour + HOUR, now.getTime()));
    if (hours.length < HOURS) hours.push({ at: end.toISOString(), levels: { ...levels } });
    if (day === null || dayOf(new Date(day.at)) !== dayOf(new Date(hour))) {
      if (days.length === DAYS) break;
      day = { at: new Date(end.getTime() - 1).toISOString(), levels: { ...levels }, opened: 0, ended: 0 };
      days.push(day);
    }
    for (const one of byHour.get(hour) ?? []) {
      levels[one.level] = Math.max(0, (levels[one.level] ?? 0) - one.opened + one.ended);
      day.opened += one.opened;
      day.ended += one.ended;
    }
  }
  const bare = ({ levels: all }: { levels: Levels }): Levels =>
    Object.fromEntries(Object.entries(all).filter(([, n]) => n > 0));
  return {
    hours: hours.reverse().map((one) => ({ ...one, levels: bare(one) })),
    days: days.reverse().map((one) => ({ ...one, levels: bare(one) })),
  };
}
