import { authorityOf, bodyOf } from '../nation/bodies.ts';
import { contactsOf, personOf } from '../nation/people.ts';
import { contactPostOf, postOf } from '../nation/posts.ts';
import type { Body, GroupCode, Sector } from '../nation/types.ts';
import type { Random } from '../random.ts';
import { handOverNotes } from './phrases.ts';
import { after, HOUR, MINUTE } from './times.ts';
import type {
  Channel,
  ImpactLevel,
  IncidentKind,
  ReportPayload,
  Story,
  StoryAct,
  StoryEnd,
  StoryStep,
} from './types.ts';

const officers = postOf('duty-officer').holders.map((holder) => holder.person);
const SHIFT = 8 * HOUR;

/** Which duty officer has the shift at `at`; the roster is laid so that the first one has it at `now`. */
export function dutyOfficerAt(at: Date, now: Date): string {
  const shift = (time: Date): number => Math.floor(time.getTime() / SHIFT);
  const index = (((shift(at) - shift(now)) % officers.length) + officers.length) % officers.length;
  return officers[index] as string;
}

const subgroupOfSector: Readonly<Record<Sector, GroupCode>> = {
  government: 'sg-administration',
  'local-government': 'sg-administration',
  defence: 'sg-defence',
  academia: 'sg-academia',
  electricity: 'sg-enterprise-1',
  petroleum: 'sg-enterprise-1',
  water: 'sg-enterprise-1',
  gas: 'sg-enterprise-1',
  telecom: 'sg-enterprise-2',
  'air-traffic': 'sg-enterprise-2',
  transport: 'sg-enterprise-2',
  finance: 'sg-enterprise-3',
  securities: 'sg-enterprise-3',
  customs: 'sg-enterprise-3',
  health: 'sg-enterprise-4',
  food: 'sg-administration',
  'emergency-rescue': 'sg-administration',
  justice: 'sg-administration',
  'foreign-affairs': 'sg-administration',
};

/** Post of the officers of the subgroup that handles a sector (DEC-10, DEC-22). */
export function subgroupPostOf(sector: Sector): string {
  return subgroupOfSector[sector].replace('sg-', 'subgroup-');
}

/** Minutes until the second person has agreed to what needs two (ISO-15). */
const SECOND_LOOK = 3;
const ENDS: ReadonlySet<StoryAct['act']> = new Set(['release', 'dismiss', 'approve-withdrawal', 'merge']);

/** True when an act needs a second person while this level stands confirmed. */
function needsSecond(act: StoryAct, level: ImpactLevel | null): boolean {
  if (level !== 'A') return false;
  return ENDS.has(act.act) || (act.act === 'change-level' && act.level !== 'A');
}

/** What a story is about, before anything happens in it. */
export interface StoryHead {
  readonly key: string;
  readonly family: string;
  readonly kind: IncidentKind;
  readonly organisation: string;
  readonly system: string;
  readonly incident?: string;
  readonly filedBy?: string;
}

/** Collects the steps of one story, each act by whoever is on duty then. */
export interface StoryBuilder {
  readonly body: Body;
  readonly filedBy: string;
  readonly defence: boolean;
  /** First report. `keyedAt` is when the desk typed what came by another channel. */
  file(report: ReportPayload, channel: Channel, at: Date, by?: { person: string; post: string }): void;
  /** An act of the reporting body. */
  agency(act: StoryAct, at: Date): void;
  /** An act of the desk: the duty officer on shift, with a hand-over where the shift has changed. */
  desk(act: StoryAct, at: Date): void;
  /** An act of a named post's first holder, or of the given person. */
  post(post: string, act: StoryAct, at: Date, person?: string): void;
  finish(level: ImpactLevel, end: StoryEnd): Story;
}

/** Starts a story; `now` lays the duty roster. Throws when the body has nobody who could file. */
export function storyBuilder(head: StoryHead, random: Random, now: Date): StoryBuilder {
  const body = bodyOf(head.organisation);
  const defence = body.sectors[0] === 'defence';
  const filedBy = head.filedBy ?? contactsOf(body.code)[0];
  if (filedBy === undefined) throw new Error(`story ${head.key}: ${body.code} has no contact`);
  const steps: StoryStep[] = [];
  const deskActs: { act: StoryAct; at: Date }[] = [];
  let channelUsed: Channel = 'web';
  const deskPost = defence ? 'subgroup-defence' : 'duty-officer';
  const onDesk = (at: Date): string =>
    defence ? (postOf(deskPost).holders[0]?.person as string) : dutyOfficerAt(at, now);
  const add = (act: StoryAct, at: Date, by: string, post: string): void => {
    steps.push({ ...act, at, by, post });
  };
  // The desk's acts get their officers in the order of time, whatever order they were told in.
  const manDesk = (): void => {
    let level: ImpactLevel | null = null;
    let holder: string | null = null;
    let last: Date | null = null;
    for (const { act, at } of deskActs.sort((a, b) => a.at.getTime() - b.at.getTime())) {
      const officer = onDesk(at);
      if (holder !== null && holder !== officer && last !== null) {
        const planned = Math.floor(at.getTime() / SHIFT) * SHIFT + random.int(0, 4) * MINUTE;
        const handed = new Date(Math.max(last.getTime(), Math.min(planned, at.getTime())));
        add({ act: 'hand-over', to: officer, note: random.pick(handOverNotes) }, handed, holder, deskPost);
      }
      if (act.act === 'take' || holder !== null) holder = officer;
      last = at;
      add(act, at, officer, deskPost);
      if (needsSecond(act, level)) {
        const second = defence ? postOf(deskPost).holders[1]?.person : undefined;
        const post = defence ? deskPost : 'deputy-convenor-natsec';
        const by = second ?? postOf(post).holders[0]?.person;
        if (by !== undefined) add({ act: 'approve' }, after(at, SECOND_LOOK), by, post);
      }
      if (act.act === 'confirm-level' || act.act === 'change-level') level = act.level;
    }
  };
  return {
    body,
    filedBy,
    defence,
    file(report, channel, at, by) {
      channelUsed = channel;
      const typed = channel !== 'web';
      const who =
        by ??
        (typed
          ? { person: onDesk(at), post: deskPost }
          : { person: filedBy, post: contactPostOf(body.code) });
      add(
        { act: 'file-initial', report, channel, onBehalf: typed || by !== undefined },
        at,
        who.person,
        who.post,
      );
    },
    agency(act, at) {
      const org = personOf(filedBy).organisation;
      add(act, at, filedBy, contactPostOf(org));
    },
    desk(act, at) {
      deskActs.push({ act, at });
    },
    post(post, act, at, person) {
      const who = person ?? postOf(post).holders[0]?.person;
      if (who === undefined) return;
      add(act, at, who, post);
    },
    finish(level, end) {
      manDesk();
      const inOrder = steps
        .map((step, index) => ({ step, index }))
        .sort((a, b) => a.step.at.getTime() - b.step.at.getTime() || a.index - b.index)
        .map(({ step }) => step);
      return {
        key: head.key,
        family: head.family,
        kind: head.kind,
        organisation: body.code,
        system: head.system,
        filedBy,
        channel: channelUsed,
        compartment: defence ? 'defence' : 'open',
        incident: head.incident ?? null,
        level,
        end,
        steps: inOrder,
      };
    },
  };
}

const deputies = ['deputy-convenor-stag', 'deputy-convenor-edpc', 'deputy-convenor-natsec'] as const;
const subgroups = [
  'subgroup-crisis',
  'subgroup-defence',
  'subgroup-administration',
  'subgroup-academia',
  'subgroup-enterprise-1',
  'subgroup-enterprise-2',
  'subgroup-enterprise-3',
  'subgroup-enterprise-4',
] as const;

function anyHolder(post: string, random: Random): string | undefined {
  const { holders } = postOf(post);
  return holders.length === 0 ? undefined : random.pick(holders).person;
}

/**
 * The receipts of a filed report: competent authority and convening body confirm, some by telephone
 * (SI.8); where both are one body only its subgroup officer does (DEC-21). Nothing later than `until`.
 */
export function receipts(story: StoryBuilder, filedAt: Date, until: Date, random: Random): void {
  const subgroup = subgroupPostOf(story.body.sectors[0]);
  const sgBody = postOf(subgroup).organisation;
  const authority = authorityOf(story.body.code).code;
  const sgAt = after(filedAt, 1 + random.logNormal(9, 0.8));
  if (!story.defence && sgAt < until)
    story.post(subgroup, { act: 'acknowledge-all' }, sgAt, anyHolder(subgroup, random));
  if (authority === sgBody || story.defence) return;
  const contact = contactsOf(authority)[0];
  if (contact === undefined) return;
  const post = contactPostOf(authority);
  const at = after(filedAt, 2 + random.logNormal(16, 0.9));
  if (at.getTime() - filedAt.getTime() > 32 * MINUTE) {
    const told = after(filedAt, random.int(31, 44));
    if (told < until) {
      story.desk(
        {
          act: 'acknowledge',
          forPost: post,
          byTelephone: { who: personOf(contact).nameZh, at: after(told, -2) },
        },
        told,
      );
    }
  } else if (at < until) {
    story.post(post, { act: 'acknowledge-all' }, at, contact);
  }
}

/** The deputy convenors confirm a level of B or below (柒十(四)); not all of them every time. */
export function deputiesConfirm(story: StoryBuilder, from: Date, until: Date, random: Random): void {
  if (story.defence) return;
  for (const post of deputies) {
    const at = after(from, 1 + random.logNormal(22, 1));
    if (random.chance(0.8) && at < until) story.post(post, { act: 'acknowledge-all' }, at);
  }
}

/** What follows level A (DEC-4, DEC-20): a deputy tells the convenor, all subgroups confirm. */
export function levelA(story: StoryBuilder, from: Date, until: Date, random: Random): void {
  if (story.defence) return;
  const first = random.pick(deputies);
  const told = after(from, random.int(3, 7));
  if (told < until) {
    story.post(first, { act: 'tell-convenor', toldAt: after(told, -1), how: 'telephone' }, told);
  }
  const steps = [
    ...deputies.map((post) => [post, random.int(2, 14)] as const),
    ['convenor', random.int(5, 9)] as const,
  ];
  for (const [post, minutes] of steps) {
    const at = after(from, minutes);
    if (at < until) story.post(post, { act: 'acknowledge-all' }, at);
  }
  for (const post of subgroups) {
    const at = after(from, 2 + random.logNormal(14, 0.6));
    if (at < until && random.chance(0.95))
      story.post(post, { act: 'acknowledge-all' }, at, anyHolder(post, random));
  }
}
