import { bodies } from './nation/bodies.ts';
import { bodyWithoutContact, contactsOf } from './nation/people.ts';
import { systems } from './nation/systems.ts';
import type { Body, InformationSystem, SecurityGrade } from './nation/types.ts';
import { type Random, randomFrom } from './random.ts';
import { storyBuilder } from './stories/builder.ts';
import { initialReport, recoveryReport, tell } from './stories/compose.ts';
import { duplicateOf, falseAlarm, suspicionDismissed, withdrawn } from './stories/exits.ts';
import { families } from './stories/families/index.ts';
import type { Family } from './stories/families/types.ts';
import { openCases } from './stories/open.ts';
import { type CasePlan, playCase, superiorFiler } from './stories/ordinary.ts';
import { after, taipeiTime, taipeiWeekday } from './stories/times.ts';
import type { Channel, ImpactLevel, IncidentKind, Story } from './stories/types.ts';
import { dispatchCentre, schoolPage } from './stories/worked.ts';

/** How many cases the two years hold, drills excluded. */
export const STORY_COUNT = 320;

/** Shares taken from the published figures of 2025: levels, kinds, central and local bodies. */
export const SHARES = {
  level: { A: 0.03, B: 0.1, C: 0.25, D: 0.62 } satisfies Record<ImpactLevel, number>,
  kind: { unauthorised: 0.68, equipment: 0.15, dos: 0.05, web: 0.03, other: 0.09 } satisfies Record<
    IncidentKind,
    number
  >,
  local: 0.51,
} as const;

/** Bodies that ordinary cases never happen to: the plan's own, the defence system, and the edge bodies. */
const spared = new Set([
  bodyWithoutContact,
  'motc-vehicle-south',
  'dgbas-stats',
  'food-market',
  'dgbas-edpc',
]);
function mayBeStruck(body: Body): boolean {
  return body.validFrom !== '2001-01-17' && body.sectors[0] !== 'defence' && !spared.has(body.code);
}

const struck = new Map(bodies.filter(mayBeStruck).map((body) => [body.code, body]));

function fits(family: Family, body: Body, system: InformationSystem): boolean {
  if (!family.types.includes(system.type)) return false;
  if (family.only !== undefined && !family.only.test(body.code)) return false;
  if (family.kinds !== undefined && !family.kinds.includes(body.kind)) return false;
  return family.sectors === undefined || family.sectors.includes(body.sectors[0]);
}

/** Whether an incident at a system of this grade can have this impact: A only where it is gravest. */
function bears(grade: SecurityGrade, level: ImpactLevel): boolean {
  if (level === 'A') return grade === 'A';
  return level !== 'B' || grade !== 'D';
}

/** Chooses where things happen, so that no system and no family is told of much more often than the others. */
class Places {
  private readonly systemUse = new Map<string, number>();
  private readonly familyUse = new Map<string, number>();
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  mark(family: string, system: string): void {
    this.systemUse.set(system, (this.systemUse.get(system) ?? 0) + 1);
    this.familyUse.set(family, (this.familyUse.get(family) ?? 0) + 1);
  }

  private rarest<T>(list: readonly T[], use: (item: T) => number): T {
    const shuffled = this.random.shuffle(list);
    const first = shuffled[0];
    if (first === undefined) throw new Error('no place fits');
    return shuffled.reduce((best, item) => (use(item) < use(best) ? item : best), first);
  }

  /** A family of this kind that knows this level, and a fitting system in this tier. */
  choose(
    kind: IncidentKind,
    level: ImpactLevel,
    tier: Body['tier'] | 'any',
  ): { family: Family; system: InformationSystem } {
    const possible = families
      .filter((family) => family.kind === kind && family.levels.includes(level))
      .map((family) => ({
        family,
        at: this.systemsFor(family, tier).filter(({ grade }) => bears(grade, level)),
      }))
      .filter(({ at }) => at.length > 0);
    const chosen = this.rarest(
      possible,
      ({ family }) => (this.familyUse.get(family.code) ?? 0) / (family.weight ?? 1),
    );
    const system = this.rarest(chosen.at, ({ code }) => this.systemUse.get(code) ?? 0);
    this.mark(chosen.family.code, system.code);
    return { family: chosen.family, system };
  }

  systemsFor(family: Family, tier: Body['tier'] | 'any'): readonly InformationSystem[] {
    return systems.filter((system) => {
      const body = struck.get(system.organisation);
      return body !== undefined && (tier === 'any' || body.tier === tier) && fits(family, body, system);
    });
  }
}

/** A time of awareness: office hours mostly, fewer at weekends, somewhat more in the second year. */
function drawTime(random: Random, now: Date, from: number, to: number): Date {
  for (;;) {
    const recent = random.chance(0.57);
    const span = to - from;
    const back = from + (recent ? random.next() * span * 0.5 : span * (0.5 + random.next() * 0.5));
    const hour = random.weighted([
      [random.int(0, 6), 9],
      [random.int(7, 8), 12],
      [random.int(9, 11), 32],
      [random.int(12, 17), 34],
      [random.int(18, 23), 13],
    ]);
    const at = taipeiTime(now, Math.floor(back), hour, random.int(0, 59));
    const day = taipeiWeekday(at);
    if ((day !== 0 && day !== 6) || random.chance(0.4)) return at;
  }
}

function familyByCode(code: string): Family {
  const family = families.find((candidate) => candidate.code === code);
  if (family === undefined) throw new Error(`no narrative family "${code}"`);
  return family;
}

/** What kinds the few A cases are of, in turn, so that they are not all alike. */
const graveKinds: readonly IncidentKind[] = [
  'unauthorised',
  'equipment',
  'unauthorised',
  'other',
  'unauthorised',
  'dos',
];

/** Kinds and levels still to be told, as decks that the ordinary cases are drawn from. */
function decks(
  told: readonly Story[],
  left: number,
  random: Random,
): { levels: ImpactLevel[]; kinds: IncidentKind[] } {
  const counted = told.filter((story) => !['dismissed', 'withdrawn', 'merged'].includes(story.end));
  const total = counted.length + left;
  const deal = <T extends string>(shares: Readonly<Record<T, number>>, have: (story: Story) => T): T[] => {
    const names = Object.keys(shares) as T[];
    const wanted = names.flatMap((name) => {
      const need = Math.round(shares[name] * total) - counted.filter((story) => have(story) === name).length;
      return Array.from({ length: Math.max(0, need) }, () => name);
    });
    const filler = names.reduce((best, name) => (shares[name] > shares[best] ? name : best));
    while (wanted.length < left) wanted.push(filler);
    return random.shuffle(wanted).slice(0, left);
  };
  return {
    levels: deal(SHARES.level, (story) => story.level),
    kinds: deal(SHARES.kind, (story) => story.kind),
  };
}

/** Stories with a part of their own: exits, late reports, the outage, the worm, edge bodies, defence. */
function specialStories(random: Random, places: Places, now: Date): Story[] {
  const stories: Story[] = [schoolPage(random, now), dispatchCentre(random, now), ...openCases(random, now)];
  for (const story of stories) places.mark(story.family, story.system);
  let count = 0;
  const plan = (
    label: string,
    place: { family: Family; system: InformationSystem },
    level: ImpactLevel,
    awareAt: Date,
    more: Partial<CasePlan> = {},
  ): CasePlan => {
    count += 1;
    places.mark(place.family.code, place.system.code);
    return {
      key: `${label}-${String(count).padStart(3, '0')}`,
      family: place.family,
      organisation: place.system.organisation,
      system: place.system.code,
      level,
      awareAt,
      channel: 'web',
      ...more,
    };
  };
  const at = (family: string, system: string): { family: Family; system: InformationSystem } => {
    const found = systems.find((candidate) => candidate.code === system);
    if (found === undefined) throw new Error(`no system "${system}"`);
    return { family: familyByCode(family), system: found };
  };
  const anywhere = (kind: IncidentKind, level: ImpactLevel) => places.choose(kind, level, 'any');
  const any = (): Date => drawTime(random, now, 7, 728);
  const exits = [
    [suspicionDismissed, 6],
    [falseAlarm, 6],
    [withdrawn, 4],
  ] as const;
  for (const [exit, times] of exits) {
    for (let i = 0; i < times; i += 1)
      stories.push(exit(plan('exit', anywhere('unauthorised', 'D'), 'D', any()), random, now, i));
  }
  for (let i = 0; i < 4; i += 1) {
    const place = anywhere(random.pick(['unauthorised', 'equipment'] as const), 'D');
    const when = any();
    const first = playCase(plan('first', place, 'D', when), random, now);
    stories.push(
      first,
      duplicateOf(
        first,
        plan('again', place, 'D', when),
        random,
        now,
        i % 2 === 0 ? 'telephone' : 'superior',
      ),
    );
  }
  for (let i = 0; i < 7; i += 1) {
    const level = random.pick(['D', 'D', 'C'] as const);
    stories.push(
      playCase(
        plan('late', anywhere('unauthorised', level), level, any(), {
          notifyHours: 24.5 + random.next() * 20,
        }),
        random,
        now,
      ),
    );
  }
  for (let i = 0; i < 8; i += 1) {
    const level = random.pick(['D', 'D', 'C'] as const);
    stories.push(
      playCase(
        plan('suspected', anywhere('unauthorised', level), level, any(), { suspected: true }),
        random,
        now,
      ),
    );
  }
  stories.push(
    ...outage(plan, at, random, now),
    ...wormDay(plan, places, random, now),
    ...edges(plan, at, random, now),
  );
  return stories;
}

type MakePlan = (
  label: string,
  place: { family: Family; system: InformationSystem },
  level: ImpactLevel,
  awareAt: Date,
  more?: Partial<CasePlan>,
) => CasePlan;
type Place = (family: string, system: string) => { family: Family; system: InformationSystem };

/** One outage, four named bodies, 07:05 to 09:00 (H22). */
function outage(plan: MakePlan, at: Place, random: Random, now: Date): Story[] {
  const hosts = ['rdec-portal-www', 'motc-vehicle-www', 'mof-tax-www', 'mofa-consular-reg'];
  return hosts.map((system, index) =>
    playCase(
      plan('outage', at('third-party-outage', system), 'C', taipeiTime(now, 82, 7, 5 + index * 6), {
        incident: 'outage-hosting',
        slots: { v: '沛然資訊' },
        notifyHours: 0.3 + index * 0.25,
      }),
      random,
      now,
    ),
  );
}

/** A worm goes round twelve bodies on one day (H47 in small). */
function wormDay(plan: MakePlan, places: Places, random: Random, now: Date): Story[] {
  const family = familyByCode('worm-legacy');
  const seen = new Set<string>();
  const chosen = random.shuffle(places.systemsFor(family, 'any')).filter((system) => {
    if (seen.has(system.organisation)) return false;
    seen.add(system.organisation);
    return true;
  });
  return chosen.slice(0, 12).map((system, index) => {
    const level: ImpactLevel = index === 4 ? 'B' : index % 3 === 0 ? 'C' : 'D';
    const when = after(taipeiTime(now, 214, 8, 20), index * 23 + random.int(0, 15));
    return playCase(plan('worm', { family, system }, level, when, { incident: 'worm-day' }), random, now);
  });
}

/** Edge bodies: merged, unassigned sector, no contact, the centre's own, and the defence compartment. */
function edges(plan: MakePlan, at: Place, random: Random, now: Date): Story[] {
  const ago = (days: number, hour: number): Date => taipeiTime(now, days, hour, random.int(0, 59));
  const stories = [
    playCase(plan('merged-body', at('db-fault', 'motc-vehicle-south-print'), 'D', ago(97, 10)), random, now),
    playCase(
      plan('food', at('agent-update-crash', 'food-market-auction'), 'C', ago(31, 3), {
        channel: 'telephone',
      }),
      random,
      now,
    ),
    playCase(plan('food', at('seo-spam', 'food-market-www'), 'D', ago(266, 14)), random, now),
    playCase(plan('own', at('power-dip', systemsOfOwn()), 'D', ago(143, 15)), random, now),
  ];
  const defence: readonly (readonly [string, string, ImpactLevel, number])[] = [
    ['usb-virus', 'mil-signal-net', 'D', 640],
    ['defacement', 'mil-academy-www', 'D', 455],
    ['power-dip', 'mil-hospital-his', 'B', 350],
    ['elearning-peak', 'mil-academy-teach', 'D', 181],
    ['apt-gov', 'mil-reserve-mob', 'C', 88],
    ['config-mistake', 'mil-signal-net', 'D', 24],
  ];
  for (const [family, system, level, days] of defence) {
    stories.push(
      playCase(plan('defence', at(family, system), level, ago(days, random.int(8, 17))), random, now),
    );
  }
  stories.push(successorCase(plan, at, random, now), withoutContact(plan, at, random, now));
  return stories;
}

function systemsOfOwn(): string {
  const own = systems.find((system) => system.organisation === 'dgbas');
  if (own === undefined) throw new Error('dgbas runs no system');
  return own.code;
}

/** The work of a body that was merged away: the case belongs to the one that took it over (H42). */
function successorCase(plan: MakePlan, at: Place, random: Random, now: Date): Story {
  const case_ = plan('successor', at('config-mistake', 'motc-vehicle-reg'), 'C', taipeiTime(now, 11, 10, 18));
  const story = playCase(case_, random, now);
  const note = '本系統原屬南區監理資料站，該站已併入本中心。';
  return {
    ...story,
    steps: story.steps.map((step) =>
      'report' in step
        ? { ...step, report: { ...step.report, description: `${note}${step.report.description}` } }
        : step,
    ),
  };
}

/** A township that has lost its contact: the county government files for it and recovers for it (SI.4). */
function withoutContact(plan: MakePlan, at: Place, random: Random, now: Date): Story {
  const case_ = plan(
    'no-contact',
    at('backup-drive', `${bodyWithoutContact}-nas`),
    'D',
    taipeiTime(now, 16, 13, 40),
  );
  const filer = superiorFiler('dongling');
  const story = storyBuilder(
    {
      key: case_.key,
      family: case_.family.code,
      kind: case_.family.kind,
      organisation: bodyWithoutContact,
      system: case_.system,
      filedBy: filer.person,
    },
    random,
    now,
  );
  const telling = tell(case_.family, story.body, case_.system, 'D', case_.awareAt, random);
  const filedAt = after(case_.awareAt, 48);
  story.file(initialReport(telling, 'D', random), 'web', filedAt, filer);
  story.desk({ act: 'take' }, after(filedAt, 4));
  story.desk({ act: 'register' }, after(filedAt, 6));
  story.desk(
    { act: 'confirm-level', level: 'D', reason: '影響輕微，由縣政府代為通報，確認D級。' },
    after(filedAt, 14),
  );
  story.desk(
    { act: 'message', text: '貴所聯絡人出缺，請儘速指定並填送聯絡人員調查表。' },
    after(filedAt, 20),
  );
  const resolved = after(filedAt, 205);
  story.desk(
    {
      act: 'file-recovery',
      channel: 'telephone',
      report: recoveryReport(telling, 'D', resolved, false, { sentAt: after(resolved, 31) }),
    },
    after(resolved, 36),
  );
  story.desk(
    { act: 'release', note: '縣政府來電確認設備已停用並改用統一儲存服務，解除列管。' },
    after(resolved, 58),
  );
  return story.finish('D', 'released');
}

/** Channels of the ordinary cases: mostly the web, the rest typed by the desk (DEC-7). */
function drawChannel(random: Random): Channel {
  return random.weighted([
    ['web', 84],
    ['telephone', 6],
    ['fax', 5],
    ['email', 3.5],
    ['post', 1.5],
  ] as const);
}

/**
 * Two years of cases, ending at `now`: {@link STORY_COUNT} stories, the same for the same seed and `now`,
 * ordered by their first step. Pure: no clock, no chance but the seed's. Shaped by the published figures
 * ({@link SHARES}); the last ones are still open.
 */
export function generateStories({
  seed,
  now,
}: {
  readonly seed: number;
  readonly now: Date;
}): readonly Story[] {
  const random = randomFrom(seed);
  const places = new Places(random);
  const special = specialStories(random, places, now);
  const left = STORY_COUNT - special.length;
  const { levels, kinds } = decks(special, left, random);
  const stories = [...special];
  const isLocal = (story: Story): boolean =>
    bodies.find((body) => body.code === story.organisation)?.tier === 'local';
  let locals = special.filter(isLocal).length;
  // A first: only some kinds can be that grave, and the decks must not run out of those.
  const order = [...levels].sort();
  for (const [index, level] of order.entries()) {
    const knows = (kind: IncidentKind): boolean =>
      families.some((family) => family.kind === kind && family.levels.includes(level));
    const graveKind =
      level === 'A' ? kinds.indexOf(graveKinds[index % graveKinds.length] as IncidentKind) : -1;
    const able = graveKind >= 0 ? graveKind : kinds.findIndex(knows);
    const kind = kinds.splice(Math.max(able, 0), 1)[0] as IncidentKind;
    const wantLocal =
      (locals + (left - index)) / STORY_COUNT > SHARES.local
        ? random.chance((STORY_COUNT * SHARES.local - locals) / (left - index))
        : true;
    const tier = level === 'A' ? 'any' : wantLocal ? 'local' : 'central';
    const { family, system } = places.choose(kind, level, tier);
    const story = playCase(
      {
        key: `case-${String(index + 1).padStart(3, '0')}`,
        family,
        organisation: system.organisation,
        system: system.code,
        level,
        awareAt: drawTime(random, now, 4, 728),
        channel: contactsOf(system.organisation).length === 0 ? 'telephone' : drawChannel(random),
      },
      random,
      now,
    );
    if (isLocal(story)) locals += 1;
    stories.push(story);
  }
  return stories.sort(
    (a, b) => (a.steps[0]?.at.getTime() ?? 0) - (b.steps[0]?.at.getTime() ?? 0) || (a.key < b.key ? -1 : 1),
  );
}
