/**
 * What may be done with the centre, and what follows: (state, act, world) → facts, or a refusal. Pure. Every act is a row of the
 * pack's `centreRights`; nothing stands the centre down but the decision of whoever may decide it (DEC-15).
 */
import type { DirectorySnapshot, SnapshotPost } from '../directory/index.ts';
import { addDuration } from '../mechanism/calendars.ts';
import { rankOf } from '../mechanism/levels.ts';
import type { Formation, Pack } from '../mechanism/pack.ts';
import type { CentreAct } from '../mechanism/vocabulary.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import type { CentreActCommand } from './contract.ts';
import { type CentreState, coordinating } from './evolve.ts';
import type { Cause, NewCentreFact, Part, Written } from './facts.ts';

/** What the rules may look at. */
export interface CentreWorld {
  readonly pack: Pack;
  readonly directory: DirectorySnapshot;
  readonly now: Date;
}

/** How the centre forms up for a level; of none listed, the nearest graver one, else the gravest there is (S8.2.1). */
export function formationFor(pack: Pack, level: string): Formation | null {
  const rank = rankOf(pack, level);
  const byRank = [...pack.formations].sort((a, b) => rankOf(pack, a.level) - rankOf(pack, b.level));
  return byRank.find((one) => rankOf(pack, one.level) >= rank) ?? byRank.at(-1) ?? null;
}

/** True when a level reaches the gravest threshold of the pack. */
function isTop(pack: Pack, level: string): boolean {
  const gravest = Math.max(...pack.thresholds.map((one) => rankOf(pack, one.atLeast)));
  return rankOf(pack, level) >= gravest;
}

/** The case that calls the centre out, as far as the centre asks. */
export interface Caller {
  readonly id: string;
  readonly mode: 'live' | 'exercise';
  readonly compartment: string | null;
  /** The hash of the pack the case is under. */
  readonly pack: string;
  readonly level: string;
  /** The group that controls the case. */
  readonly desk: string;
}

function partOf(post: SnapshotPost, formation: Formation): Part {
  if (post.role === 'convenor' || post.role === 'deputy-convenor') return 'command';
  if (post.groupCode === formation.coordinator) return 'coordinator';
  if (post.groupCode === formation.staff) return 'staff';
  return post.role === 'subgroup-officer' || post.role === 'duty-officer' ? 'subgroup' : 'related';
}

/** The fact of calling posts in, when any of them has not been called yet. */
function summons(
  known: readonly string[],
  caller: Caller,
  told: readonly SnapshotPost[],
  formation: Formation,
  world: CentreWorld,
): NewCentreFact[] {
  // A compartment's centre is its own group's alone (DEC-19).
  const inside = told.filter((post) => caller.compartment === null || post.groupCode === caller.desk);
  const posts = inside
    .filter((post, index) => inside.indexOf(post) === index && !known.includes(post.id))
    .map((post) => ({ post: post.id, group: post.groupCode, part: partOf(post, formation) }));
  if (posts.length === 0) return [];
  const answerBy = addDuration(world.now, formation.answerWithin, 'elapsed', world.pack.timeZone);
  return [{ kind: 'summoned', data: { case: caller.id, answerBy: answerBy.toISOString(), posts } }];
}

/**
 * A case calls the centre out: it forms up, or what is formed up already takes the case in. Reaching the level again within one
 * activation is written down and forms up nothing anew (S7.10.4f).
 * @param told the posts that the case's own routes have just summoned
 */
export function calledOut(
  state: CentreState | null,
  caller: Caller,
  cause: Cause,
  crossing: number,
  told: readonly SnapshotPost[],
  world: CentreWorld,
): NewCentreFact[] {
  const { pack } = world;
  const formation = formationFor(pack, caller.level);
  if (!formation) return [];
  const { level } = caller;
  const gravest = state && rankOf(pack, state.level) > rankOf(pack, level) ? state.level : level;
  const joined = { case: caller.id, cause, level, top: isTop(pack, level), crossing, gravest };
  const known = state?.summons.map((one) => one.post) ?? [];
  const called = summons(known, caller, told, formation, world);
  if (state) {
    const isIn = state.cases.some((one) => one.id === caller.id);
    return [{ kind: isIn ? 'case-crossed' : 'case-joined', data: joined }, ...called];
  }
  return [
    {
      kind: 'activated',
      data: {
        ...joined,
        mode: caller.mode,
        compartment: caller.compartment,
        pack: caller.pack,
        desk: caller.desk,
        coordinator: caller.compartment === null ? formation.coordinator : caller.desk,
        staff: caller.compartment === null ? formation.staff : caller.desk,
        subgroups:
          caller.compartment === null
            ? pack.groups.filter((group) => group.kind === 'subgroup').map((group) => group.id)
            : [],
      },
    },
    // In an emergency the crisis notification working group runs it, from the first moment (S7.10.3b, S8.2.1).
    { kind: 'mode-switched', data: { to: 'emergency', note: null } },
    ...called,
  ];
}

/** True when the post may do this with the centre as it stands. */
export function mayInCentre(act: CentreAct, post: SnapshotPost, state: CentreState, pack: Pack): boolean {
  if (act === 'answer-summons' && !state.summons.some((one) => one.post === post.id)) return false;
  if (state.compartment !== null && post.groupCode !== state.desk) return false;
  return pack.centreRights.some(
    (right) =>
      right.role === post.role &&
      right.acts.includes(act) &&
      (right.compartment === undefined || right.compartment === (state.compartment !== null)) &&
      (right.top === undefined || right.top === state.top) &&
      (!right.coordinating || post.groupCode === coordinating(state)),
  );
}

/** The right that a command is done by; an answer for somebody else is the business of whoever runs the centre. */
function rightsOf(command: CentreActCommand, state: CentreState, held: readonly SnapshotPost[]): CentreAct {
  switch (command.act) {
    case 'answer-summons':
      return held.some((post) => post.id === command.post) ? 'answer-summons' : 'run-centre';
    case 'check-in':
    case 'check-out':
      return command.person === undefined ? command.act : 'run-centre';
    case 'plan-shift':
    case 'cancel-shift':
      return 'run-centre';
    case 'decline-situation-report':
      return 'approve-situation-report';
    case 'hand-over-shift': {
      const group = state.shifts.find((one) => one.id === command.shift)?.group;
      return held.some((post) => post.groupCode === group) ? 'hand-over-shift' : 'run-centre';
    }
    default:
      return command.act;
  }
}

/**
 * The post in which the actor does this.
 * @throws Refusal centre-stood-down, forbidden-act
 */
export function choosePost(
  command: CentreActCommand,
  held: readonly SnapshotPost[],
  state: CentreState,
  pack: Pack,
): SnapshotPost {
  const right = rightsOf(command, state, held);
  const able = held.filter(
    (post) =>
      (command.as === undefined || post.id === command.as) &&
      (right !== 'answer-summons' || (command.act === 'answer-summons' && post.id === command.post)) &&
      mayInCentre(right, post, state, pack),
  );
  // Whoever may not at all is told that, and not how the centre stands.
  const post = able[0] ?? refuse('forbidden-act', { params: { act: command.act, state: '' } });
  if (!state.active) refuse('centre-stood-down');
  return post;
}

/** Who acts, and what he wrote, apart from the facts. */
export interface Doing {
  readonly person: string;
  readonly post: SnapshotPost;
  readonly note: Written | null;
  readonly paragraphs: readonly Written[];
}

/** Nobody is stationed longer than this at a stretch. */
const LONGEST_SHIFT_MS = 24 * 3_600_000;
/** A clock a little fast is no mistake. */
const SKEW_MS = 5 * 60_000;

/** What was written is there wherever an act asks for it; the schema saw to that. */
function written(note: Written | null): Written {
  return note ?? refuseFields({ path: 'text', code: 'required' });
}

/** The facts of one act. */
export function decide(
  state: CentreState,
  command: CentreActCommand,
  doing: Doing,
  world: CentreWorld,
): NewCentreFact[] {
  switch (command.act) {
    case 'answer-summons': {
      if (!state.summons.some((one) => one.post === command.post))
        refuseFields({ path: 'post', code: 'bad-choice' });
      const { post, answer, eta } = command;
      if (eta !== null && Date.parse(eta) < world.now.getTime() - SKEW_MS)
        refuseFields({ path: 'eta', code: 'in-the-past' });
      const recorded = post !== doing.post.id;
      return [{ kind: 'summons-answered', data: { post, answer, eta, note: doing.note, recorded } }];
    }
    case 'check-in':
      return checkIn(state, command, doing, world);
    case 'check-out': {
      const person = command.person ?? doing.person;
      if (!state.presence.some((one) => one.person === person && one.out === null)) refuse('conflict');
      return [{ kind: 'checked-out', data: { person } }];
    }
    case 'log':
      return [{ kind: 'logged', data: { note: written(doing.note) } }];
    case 'plan-shift':
      return planShift(state, command, world);
    case 'cancel-shift': {
      const shift = state.shifts.find((one) => one.id === command.shift && !one.cancelled);
      if (!shift) refuseFields({ path: 'shift', code: 'bad-choice' });
      return [{ kind: 'shift-cancelled', data: { shift: shift.id } }];
    }
    case 'hand-over-shift': {
      const shift = state.shifts.find((one) => one.id === command.shift && !one.cancelled);
      if (!shift || shift.handedOver) refuseFields({ path: 'shift', code: 'bad-choice' });
      const next = state.shifts.find((one) => one.id === command.to && !one.cancelled);
      if (command.to !== null && (next === undefined || next.group !== shift.group || next.id === shift.id))
        refuseFields({ path: 'to', code: 'bad-choice' });
      const data = { shift: shift.id, to: command.to, note: written(doing.note) };
      return [{ kind: 'shift-handed-over', data }];
    }
    case 'draft-situation-report': {
      const data = {
        report: command.id,
        ordinal: state.reports.length + 1,
        paragraphs: doing.paragraphs,
      };
      return [{ kind: 'situation-report-drafted', data }];
    }
    case 'approve-situation-report':
    case 'decline-situation-report': {
      const report = state.reports.find((one) => one.id === command.report);
      if (!report) refuseFields({ path: 'report', code: 'bad-choice' });
      if (report.approved || report.declined) refuse('conflict');
      // What goes out under the centre's name has been read by two (ISO-15).
      if (report.person === doing.person) refuse('second-person-needed');
      return command.act === 'approve-situation-report'
        ? [{ kind: 'situation-report-approved', data: { report: report.id } }]
        : [{ kind: 'situation-report-declined', data: { report: report.id, note: written(doing.note) } }];
    }
    case 'switch-mode':
      if (state.coordination === command.to) refuse('conflict');
      return [{ kind: 'mode-switched', data: { to: command.to, note: doing.note } }];
    case 'stand-down':
      return [{ kind: 'stood-down', data: { note: written(doing.note) } }];
  }
}

/** Whoever arrives has answered. */
function checkIn(
  state: CentreState,
  command: CentreActCommand & { act: 'check-in' },
  doing: Doing,
  world: CentreWorld,
): NewCentreFact[] {
  const person = command.person ?? doing.person;
  const summoned = new Set(state.summons.map((one) => one.post));
  const post =
    command.person === undefined
      ? doing.post
      : world.directory.postsHeldBy(person, world.now).find((one) => summoned.has(one.id));
  if (!post) refuseFields({ path: 'person', code: 'bad-choice' });
  if (state.presence.some((one) => one.person === person && one.out === null)) refuse('conflict');
  const waiting = state.summons.some((one) => one.post === post.id && one.answer === null);
  const answer = command.remote ? 'remote' : 'coming';
  const recorded = command.person !== undefined;
  return [
    ...(waiting
      ? [
          {
            kind: 'summons-answered' as const,
            data: { post: post.id, answer, eta: null, note: null, recorded } as const,
          },
        ]
      : []),
    {
      kind: 'checked-in',
      data: { person, post: post.id, group: post.groupCode, remote: command.remote },
    },
  ];
}

function planShift(
  state: CentreState,
  command: CentreActCommand & { act: 'plan-shift' },
  { directory }: CentreWorld,
): NewCentreFact[] {
  const { id, group, person, from, to } = command;
  const [start, end] = [Date.parse(from), Date.parse(to)];
  if (end <= start) refuseFields({ path: 'to', code: 'bad-choice' });
  if (end - start > LONGEST_SHIFT_MS) refuseFields({ path: 'to', code: 'bad-choice' });
  // A compartment's centre is staffed by its own group (DEC-19).
  if (state.compartment !== null && group !== state.desk) refuseFields({ path: 'group', code: 'bad-choice' });
  const belongs = directory.postsHeldBy(person, new Date(from)).some((post) => post.groupCode === group);
  if (!belongs) refuseFields({ path: 'person', code: 'bad-choice' });
  const clash = state.shifts.some(
    (one) =>
      !one.cancelled && one.person === person && Date.parse(one.from) < end && Date.parse(one.to) > start,
  );
  if (clash) refuseFields({ path: 'from', code: 'bad-choice' });
  return [{ kind: 'shift-planned', data: { shift: id, group, person, from, to } }];
}

/**
 * Numbers of cases a text may speak of: every run of letters, digits, hyphens and slashes with a digit in it, as numbers are
 * written, whatever the width of its characters.
 */
export function possibleNumbers(body: string): string[] {
  const plain = body
    .normalize('NFKC')
    .replace(/\s+/g, ' ')
    .replace(/ ?[-\u2010-\u2015\u2212\uFE58] ?/g, '-')
    .replace(/ ?\/ ?/g, '/');
  const found = plain.matchAll(/[A-Za-z0-9][A-Za-z0-9/-]*/g);
  return [...new Set([...found].map(([one]) => one.toUpperCase()).filter((one) => /\d/.test(one)))];
}

/** Those who have not answered first, the longest waiting before the others; then who cannot come, then the rest. */
export function byAnswer<T extends { answer: { answer: string } | null; answerBy: string }>(
  list: readonly T[],
): T[] {
  const place = (one: T) => (one.answer === null ? 0 : one.answer.answer === 'cannot' ? 1 : 2);
  return [...list].sort(
    (a, b) => place(a) - place(b) || (a.answerBy < b.answerBy ? -1 : a.answerBy > b.answerBy ? 1 : 0),
  );
}
