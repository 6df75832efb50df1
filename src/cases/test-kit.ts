/** A nation of a dozen posts and the 2002 plan, in memory, for the tests of the pure rules. */
import { fileURLToPath } from 'node:url';
import { DirectorySnapshot, type SnapshotPost } from '../directory/index.ts';
import { loadPack } from '../mechanism/load.ts';
import type { Pack } from '../mechanism/pack.ts';
import { applyFacts, type Before, type Effects } from './consequences.ts';
import type { FileReport } from './contract.ts';
import type { CaseState } from './evolve.ts';
import type { NewFact } from './facts.ts';
import { openCase } from './filing.ts';
import type { World } from './recipients.ts';
import { reportContent } from './report-content.ts';

const packAt = (id: string): Pack =>
  loadPack(fileURLToPath(new URL(`../../packs/${id}`, import.meta.url))).pack;
export const plan: Pack = packAt('tw-2002');
export const other: Pack = packAt('test-4321');
export const NOW = new Date('2026-03-04T02:00:00.000Z');

const POSTS: readonly [string, SnapshotPost['role'], string, string | null][] = [
  ['contact', 'contact', 'school', null],
  ['contact-edu', 'contact', 'edu', null],
  ['officer', 'duty-officer', 'edpc', 'sg-crisis'],
  ['moe', 'subgroup-officer', 'moe', 'sg-academia'],
  ['motc', 'subgroup-officer', 'motc', 'sg-enterprise-2'],
  ['mnd', 'subgroup-officer', 'mnd', 'sg-defence'],
  ['brigade', 'contact', 'brigade', null],
  ['convenor', 'convenor', 'ey', 'centre'],
  ['deputy-1', 'deputy-convenor', 'stag', 'centre'],
  ['deputy-2', 'deputy-convenor', 'edpc', 'centre'],
];
const BODIES: readonly [string, string | null, string | null][] = [
  ['ey', null, null],
  ['dgbas', 'ey', null],
  ['edpc', 'dgbas', null],
  ['stag', 'ey', null],
  ['moe', 'ey', null],
  ['motc', 'ey', null],
  ['edu', 'ey', null],
  ['school', 'edu', null],
  ['mnd', 'ey', 'defence'],
  ['brigade', 'mnd', 'defence'],
];

export const directory = new DirectorySnapshot({
  version: 1,
  organisations: BODIES.map(([id, superiorId, compartment]) => ({
    id,
    code: id,
    nameZh: id,
    nameEn: id,
    kind: 'agency',
    superiorId,
    authorityId: null,
    successorId: null,
    sectors: ['government'],
    compartment,
    county: null,
    phone: '',
    fax: '',
    email: '',
    validFrom: '2000-01-01',
    validTo: null,
  })),
  groups: [
    { code: 'sg-crisis', kind: 'subgroup', nameZh: '', nameEn: '', conveningBody: 'dgbas' },
    { code: 'sg-defence', kind: 'subgroup', nameZh: '', nameEn: '', conveningBody: 'mnd' },
    { code: 'sg-academia', kind: 'subgroup', nameZh: '', nameEn: '', conveningBody: 'moe' },
  ],
  posts: POSTS.map(([id, role, organisationId, groupCode]) => ({
    id,
    code: id,
    nameZh: id,
    nameEn: id,
    role,
    organisationId,
    groupCode,
    press: false,
    max: 1,
  })),
  holdings: POSTS.map(([postId]) => ({
    postId,
    personId: `p-${postId}`,
    acting: false,
    from: new Date(0),
    to: null,
  })),
  persons: [],
});

export const at = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);
export const worldAt = (minutes = 0, pack: Pack = plan): World => ({ pack, directory, now: at(minutes) });

let ids = 0;
export const newId = (): string => {
  ids += 1;
  return `id-${ids}`;
};

/** A content with the fields that must be in. */
export function content(changes: object = {}): FileReport['content'] {
  return reportContent.parse({
    impactLevel: 'D',
    description: '首頁遭置換。已下線。',
    scope: '僅首頁。',
    measures: '已下線。',
    contactPhone: '02-0000-1234',
    ...changes,
  });
}

interface Opening {
  readonly level?: string;
  readonly suspected?: boolean;
  readonly compartment?: string | null;
  readonly affected?: readonly string[];
  readonly authority?: string | null;
  readonly deskReports?: boolean;
  readonly pack?: Pack;
  readonly aware?: Date | null;
  /** When the first report was told, if not now. */
  readonly told?: Date;
}

/** A case just filed by the school (or the brigade), with everything that followed. */
export function opened(options: Opening = {}): Effects {
  const { level = 'D', suspected = false, compartment = null, pack = plan, aware = null } = options;
  const before: Before = { id: 'case', state: null, clocks: [], openNotices: [] };
  const facts = openCase(
    {
      caseId: 'case',
      number: '115-0001',
      series: 'open',
      year: 115,
      seq: 1,
      organisation: compartment === null ? 'school' : 'brigade',
      pack: 'hash',
      mode: 'live',
      compartment,
      routing: {
        desk: compartment === null ? pack.desk.group : 'sg-defence',
        authority:
          options.authority === undefined ? (compartment === null ? 'edu' : 'mnd') : options.authority,
        superiors: compartment === null ? ['edu', 'ey'] : ['mnd'],
        subgroup: compartment === null ? 'sg-academia' : 'sg-defence',
        affected: options.affected ?? [],
        sectors: ['academia'],
        deskReports: options.deskReports ?? false,
      },
    },
    {
      reportId: 'r1',
      hash: 'h1',
      kind: 'initial',
      channel: 'web',
      toldAt: (options.told ?? NOW).toISOString(),
      onBehalf: false,
      suspected,
      content: content({
        impactLevel: level,
        ...(aware ? { aware: { at: aware.toISOString(), precision: 'minute', estimated: false } } : {}),
      }),
    },
    pack,
  );
  return applyFacts(before, facts, { person: 'p-contact', post: 'contact' }, worldAt(0, pack), newId);
}

/** What follows from further facts `minutes` after the filing. */
export function further(
  so: Effects,
  minutes: number,
  facts: readonly NewFact[],
  by: { person: string | null; post: string | null } = { person: 'p-officer', post: 'officer' },
  pack: Pack = plan,
): Effects {
  const changed = new Map(so.changedClocks.map((clock) => [clock.id, clock]));
  const open = so.notices
    .filter((notice) => notice.expects !== 'none' && !notice.known)
    .map((notice) => ({ ...notice, postId: notice.post.id, expects: notice.expects as 'task' }));
  const before: Before = {
    id: 'case',
    state: so.state,
    clocks: [...so.newClocks, ...changed.values()],
    openNotices: open,
  };
  return applyFacts(before, facts, by, worldAt(minutes, pack), newId);
}

/** Posts told, with their capacities. */
export function told(effects: Effects): Record<string, string> {
  return Object.fromEntries(effects.notices.map((notice) => [notice.post.id, notice.capacities.join('+')]));
}

/** A state with some of it changed. */
export const stateWith = (changes: Partial<CaseState>): CaseState => ({ ...opened().state, ...changes });
