import { systemOf } from '../nation/systems.ts';
import type { Body, InformationSystem, Sector } from '../nation/types.ts';
import type { Random } from '../random.ts';
import type { Family } from './families/types.ts';
import { levelTails, mechanismNotes, supportTexts } from './phrases.ts';
import { drawSlots, fill, type Slots } from './slots.ts';
import { after, HOUR, MINUTE, toMinute } from './times.ts';
import type {
  EssentialService,
  FlagPayload,
  HostPayload,
  ImpactLevel,
  ReportPayload,
  UnknownField,
} from './types.ts';

const serviceOfSector: Readonly<Partial<Record<Sector, EssentialService>>> = {
  electricity: 'electricity',
  petroleum: 'oil',
  water: 'water',
  gas: 'gas',
  telecom: 'telecommunications',
  'air-traffic': 'transport',
  transport: 'transport',
  finance: 'finance',
  securities: 'finance',
  customs: 'commerce',
  government: 'government-services',
  'local-government': 'government-services',
  'emergency-rescue': 'emergency-rescue',
};

/** Sectors that lean on a sector: told as affected when it fails badly (H26). */
const dependents: Readonly<Partial<Record<Sector, readonly Sector[]>>> = {
  electricity: ['transport', 'finance'],
  telecom: ['finance', 'government'],
  water: ['health'],
  finance: ['securities'],
  customs: ['transport'],
  'air-traffic': ['transport'],
  health: ['local-government'],
};

/** The host row of the form, from the register of systems. */
export function hostOf(system: InformationSystem, note: string): HostPayload {
  return {
    ips: system.ips,
    domains: system.domains,
    urls: system.urls,
    makeModel: system.makeModel,
    osName: system.osName,
    osVersion: system.osVersion,
    osSerial: system.osSerial,
    mechanisms: system.mechanisms,
    mechanismsText: note,
  };
}

/** Everything the reports of one story have in common. */
export interface Telling {
  readonly body: Body;
  readonly system: InformationSystem;
  readonly family: Family;
  readonly slots: Slots;
  readonly occurred: ReportPayload['occurred'];
  readonly awareAt: Date;
  readonly description: string;
  readonly scope: string;
  readonly measures: string;
  readonly followUp: string;
  readonly cause: string;
  readonly solution: string;
  readonly host: HostPayload;
  readonly flags: ReportPayload['flags'];
  readonly support: Pick<ReportPayload, 'supportItems' | 'supportText'>;
  readonly affectedServices: readonly EssentialService[];
  readonly affectedSectors: readonly Sector[];
  /** Whether the reporter had the host details at first. */
  readonly hostsKnown: boolean;
}

const flagTargets = {
  life: ['縣市消防局及轄區檢察署', '轄區檢察署'],
  equipment: ['轄區警察分局', '轄區檢察署'],
  crime: ['法務部調查局', '轄區警察局資訊單位', '轄區檢察署'],
  disaster: ['縣市災害應變中心', '消防署勤務中心'],
} as const;

function drawFlags(
  family: Family,
  level: ImpactLevel,
  awareAt: Date,
  random: Random,
): ReportPayload['flags'] {
  const flag = (name: keyof typeof flagTargets): FlagPayload => {
    const grave = name === 'life' || name === 'disaster';
    const may = family.flags?.includes(name) === true && (!grave || level === 'A' || level === 'B');
    if (!may || !random.chance(grave ? 0.7 : 0.6)) return null;
    return { toldWhom: random.pick(flagTargets[name]), toldAt: toMinute(after(awareAt, random.int(8, 50))) };
  };
  return {
    life: flag('life'),
    equipment: flag('equipment'),
    crime: flag('crime'),
    disaster: flag('disaster'),
  };
}

/**
 * Tells a family's incident at one body and system, once; the reports are cut from it. `given` sets slots
 * that several stories share, such as one supplier behind one outage.
 */
export function tell(
  family: Family,
  body: Body,
  systemCode: string,
  level: ImpactLevel,
  awareAt: Date,
  random: Random,
  given: Slots = {},
): Telling {
  const system = systemOf(systemCode);
  const lag = Math.min(random.logNormal(80, 1.2), 30 * 24 * 60);
  const occurredAt = toMinute(after(awareAt, -lag));
  const precision = random.weighted([
    ['minute', 68],
    ['hour', 18],
    ['day', 9],
    ['unknown', 5],
  ] as const);
  const slots = drawSlots(random, {
    kind: body.kind,
    org: body.nameZh,
    sys: system.nameZh,
    knownAt: awareAt,
  });
  const all: Slots = { ...slots, county: body.county, ...given };
  // The wordings of a family stand in parallel: what was seen, its cause and its cure belong together.
  const variant = random.int(0, 59);
  const write = (list: readonly string[]): string => fill(list[variant % list.length] as string, all, random);
  const primary = body.sectors[0];
  const service = serviceOfSector[primary];
  const grave = level === 'A' || level === 'B';
  return {
    body,
    system,
    family,
    slots: all,
    occurred:
      precision === 'unknown'
        ? { at: null, precision, estimated: true }
        : {
            at: roundTo(occurredAt, precision),
            precision,
            estimated: precision !== 'minute' || random.chance(0.1),
          },
    awareAt: toMinute(awareAt),
    description: write(family.description),
    scope: `${write(family.scope)}${fill(random.pick(levelTails[level]), all, random)}`,
    measures: write(family.measures),
    followUp: write(family.followUp),
    cause: write(family.cause),
    solution: write(family.solution),
    host: hostOf(system, random.pick(mechanismNotes)),
    flags: drawFlags(family, level, awareAt, random),
    support:
      family.support !== undefined && (grave || random.chance(0.35))
        ? { supportItems: family.support, supportText: random.pick(supportTexts) }
        : { supportItems: [] },
    affectedServices: service !== undefined && (grave || random.chance(0.4)) ? [service] : [],
    affectedSectors: grave ? [...new Set([...body.sectors.slice(1), ...(dependents[primary] ?? [])])] : [],
    hostsKnown: random.chance(0.62),
  };
}

function roundTo(at: Date, precision: 'minute' | 'hour' | 'day'): Date {
  if (precision === 'minute') return at;
  if (precision === 'hour') return new Date(Math.floor(at.getTime() / HOUR) * HOUR);
  // Midnight in Taipei, which is 16:00 UTC of the day before.
  const day = 24 * HOUR;
  return new Date(Math.floor((at.getTime() + 8 * HOUR) / day) * day - 8 * HOUR);
}

function whole(telling: Telling, level: ImpactLevel): Omit<ReportPayload, 'unknown'> {
  return {
    description: telling.description,
    scope: telling.scope,
    measures: telling.measures,
    occurred: telling.occurred,
    awareAt: telling.awareAt,
    impactLevel: level,
    securityGrade: telling.system.grade,
    hosts: [telling.host],
    ...telling.support,
    flags: telling.flags,
    affectedServices: telling.affectedServices,
    affectedSectors: telling.affectedSectors,
  };
}

/** The initial report (初報): what is known within the hour, the rest "not yet known". */
export function initialReport(
  telling: Telling,
  level: ImpactLevel,
  random: Random,
  more: Partial<ReportPayload> = {},
): ReportPayload {
  const drawn: ReportPayload = {
    ...whole(telling, level),
    ...(level !== 'A' && random.chance(0.08) ? { measures: '' } : {}),
    ...(random.chance(0.05) ? { scope: '' } : {}),
    unknown: [],
  };
  const report: { -readonly [K in keyof ReportPayload]: ReportPayload[K] } = { ...drawn, ...more };
  if (!telling.hostsKnown || more.hosts?.length === 0) {
    report.hosts = [];
    delete report.securityGrade;
  }
  report.unknown = openFields(report);
  return report;
}

/** The fields a report leaves open, each of which it must say so of. */
function openFields(report: ReportPayload): readonly UnknownField[] {
  const open: readonly (readonly [UnknownField, boolean])[] = [
    ['occurred', report.occurred.at === null],
    ['hosts', report.hosts.length === 0],
    ['securityGrade', report.securityGrade === undefined],
    ['scope', report.scope === ''],
    ['measures', report.measures === ''],
    ['cause', report.cause === undefined],
  ];
  return open.filter(([, isOpen]) => isOpen).map(([field]) => field);
}

/** A follow-up (續報): hosts and findings are there now. */
export function followUpReport(
  telling: Telling,
  level: ImpactLevel,
  more: Partial<ReportPayload> = {},
): ReportPayload {
  return {
    ...whole(telling, level),
    description: `${telling.description}\n【續報】${telling.followUp}`,
    unknown: telling.occurred.at === null ? ['cause', 'occurred'] : ['cause'],
    ...more,
  };
}

/** The recovery report (結報): cause, solution and the time it was solved (S8.3.7). */
export function recoveryReport(
  telling: Telling,
  level: ImpactLevel,
  resolvedAt: Date,
  withFollowUp: boolean,
  more: Partial<ReportPayload> = {},
): ReportPayload {
  return {
    ...whole(telling, level),
    description: withFollowUp ? `${telling.description}\n【續報】${telling.followUp}` : telling.description,
    cause: telling.cause,
    solution: telling.solution,
    resolvedAt: new Date(Math.floor(resolvedAt.getTime() / MINUTE) * MINUTE),
    unknown: telling.occurred.at === null ? ['occurred'] : [],
    ...more,
  };
}
