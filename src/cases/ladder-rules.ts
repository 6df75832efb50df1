/**
 * What happens to a notice that nobody answers (H40, H41, DEC-4, DEC-20): which rung of its ladder is due, whom it means,
 * what stops it. Pure.
 *
 * Quiet is never success: a rung ends by a person's acknowledgement or by the next rung. One rung at a time, never before
 * its time; after a time in which nothing ran only the rung now due, and those after it get their full time (FLT-15).
 */
import type { Circle, circleOf, SnapshotPost } from '../directory/index.ts';
import {
  isAtLeast,
  type Ladder,
  ladderOf,
  type Pack,
  RUNG_TEMPLATE,
  type Rung,
  rungAfter,
  rungApplies,
  tellsPosts,
  templateFor,
} from '../mechanism/index.ts';
import type { LadderTarget } from '../mechanism/vocabulary.ts';
import type { CaseState } from './evolve.ts';
import type { CaseFact, NewFact } from './facts.ts';
import {
  bodyPosts,
  deskPosts,
  groupPosts,
  isInside,
  mayHear,
  personSees,
  type Recipient,
  type World,
} from './recipients.ts';

/** Where a notice stands on its ladder. */
interface Climb {
  readonly ladder: string | null;
  /** The rung reached; 1 is the notice itself. */
  readonly rung: number;
  readonly nextRungAt: Date | null;
  /** Somebody answered elsewhere, or what it asks is no longer so: it goes no further. */
  readonly stopped: boolean;
}

/** A notice that still asks somebody for something. */
export interface OpenNotice extends Climb {
  readonly id: string;
  readonly postId: string;
  /** The fact that told it. */
  readonly factSeq: number;
  readonly route: string;
  readonly expects: 'acknowledgement' | 'task';
  readonly capacities: readonly string[];
  readonly urgent: boolean;
  readonly madeAt: Date;
  readonly confirmBy: Date | null;
  /** The notices nobody answered and of which this one tells. */
  readonly rungOf: readonly string[];
  /** Persons whom a rung above the first has told, because nobody answered. */
  readonly reached?: readonly string[];
}

/** Fired later than this after its time, in ms, a rung is marked late. */
const LATE = 60_000;

// ── times ────────────────────────────────────────────────────────────────────────────────────────────────────

/** The rung after `rung` (counted from 1) at this level, and how long after it; null when there is none. */
export function rungAfterThis(
  ladder: Ladder,
  rung: number,
  level: string,
): { readonly rung: number; readonly wait: number } | null {
  const here = ladder.rungs[rung - 1];
  const index = ladder.rungs.findIndex((one, at) => at >= rung && rungApplies(one, level));
  const next = ladder.rungs[index];
  if (!here || !next) return null;
  return { rung: index + 1, wait: Math.max(0, rungAfter(next, level) - rungAfter(here, level)) };
}

/** When the rung after `rung` is due, if `rung` was reached at `from`. */
export function nextRungAt(ladder: Ladder, rung: number, level: string, from: Date): Date | null {
  const next = rungAfterThis(ladder, rung, level);
  return next && new Date(from.getTime() + next.wait);
}

/** The rung due at a moment. */
export interface DueRung {
  readonly rung: number;
  readonly late: boolean;
  /** Rungs whose time passed as well while nothing ran. */
  readonly skipped: readonly number[];
  /** When the one after it is due. */
  readonly nextAt: Date | null;
}

/** Which rung is due at `now`, or null: never before its time, never two at once, none after the ladder was stopped. */
export function dueRung(ladder: Ladder, climb: Climb, level: string, now: Date): DueRung | null {
  if (climb.stopped || climb.nextRungAt === null || climb.nextRungAt > now) return null;
  let at = climb.nextRungAt;
  let due = rungAfterThis(ladder, climb.rung, level);
  if (!due) return null;
  const skipped: number[] = [];
  for (;;) {
    const after = rungAfterThis(ladder, due.rung, level);
    const then = after && new Date(at.getTime() + after.wait);
    if (!after || !then || then > now) break;
    skipped.push(due.rung);
    due = after;
    at = then;
  }
  const late = skipped.length > 0 || now.getTime() - at.getTime() > LATE;
  return { rung: due.rung, late, skipped, nextAt: nextRungAt(ladder, due.rung, level, late ? now : at) };
}

// ── whom a rung means ────────────────────────────────────────────────────────────────────────────────────────

/** How the directory knows whom one of a post's circles reaches; given, so that the rules stay with what they are given. */
export type CircleOf = typeof circleOf;

/** Persons of the notified post and its body whom the rung tells besides; those who no longer may hear of it are not among them (H28). */
export function rungPeople(
  circle: CircleOf,
  rung: Rung,
  notice: { readonly postId: string },
  reached: ReadonlySet<string>,
  state: CaseState,
  world: World,
): string[] {
  const { directory, now } = world;
  const found = new Set<string>();
  for (const target of rung.to) {
    if (tellsPosts(target)) continue;
    const known = new Set([...reached, ...found]);
    for (const person of circle(directory, notice.postId, target as Circle, now, known)) {
      if (state.hold === null || personSees(person, state, world)) found.add(person);
    }
  }
  return [...found];
}

/** Posts of their own that a target means, for the post that does not answer. */
function postsFor(
  target: LadderTarget,
  post: SnapshotPost,
  state: CaseState,
  world: World,
): readonly SnapshotPost[] {
  const { directory, pack } = world;
  const commands = post.role === 'convenor' || post.role === 'deputy-convenor';
  switch (target) {
    case 'superior': {
      const [above] = commands ? [] : directory.superiors(post.organisationId);
      return above ? bodyPosts(world, above.id) : [];
    }
    case 'desk':
      return deskPosts(world, state.routing.desk);
    case 'group-officer':
      return post.groupCode === null
        ? []
        : groupPosts(world, post.groupCode, ['subgroup-officer', 'group-officer']);
    case 'deputy-convenors':
      return directory.postsWithRole('deputy-convenor');
    case 'convenor':
      return mayWakeConvenor(state, pack) ? directory.postsWithRole('convenor') : [];
    default:
      return [];
  }
}

/**
 * The convenor is not woken for a level that would call him out while nobody has confirmed it and its time has not run out:
 * one mis-clicked A must not wake a nation (DEC-4).
 */
export function mayWakeConvenor(state: CaseState, pack: Pack): boolean {
  return pack.thresholds.every(
    (one) => !isAtLeast(pack, state.level, one.atLeast) || (state.thresholds[one.id]?.inside ?? false),
  );
}

/**
 * The notices of its own that a rung makes: to other posts, saying that nobody answers. Within walls it stays within them;
 * outside them only the command is told, and nothing but that nobody answers (DEC-19).
 */
export function rungRecipients(
  fact: CaseFact & { kind: 'rung-reached' },
  notice: OpenNotice | undefined,
  state: CaseState,
  world: World,
): Recipient[] {
  const { pack, directory } = world;
  const ladder = ladderOf(pack, fact.data.ladder);
  const rung = ladder?.rungs[fact.data.rung - 1];
  const post = directory.posts.get(fact.data.post);
  if (!ladder || !rung || !post) return [];
  const within = isInside(post, state, world);
  const route = pack.routes.find((one) => one.id === notice?.route);
  const wait = rungAfterThis(ladder, fact.data.rung, state.level)?.wait;
  const posts = new Set(rung.to.flatMap((target) => postsFor(target, post, state, world)));
  posts.delete(post);
  return [...posts].flatMap((one): Recipient[] => {
    const inside = isInside(one, state, world);
    if (inside !== within) return [];
    if (!inside && one.role !== 'convenor' && one.role !== 'deputy-convenor') return [];
    const template = templateFor(pack, RUNG_TEMPLATE, inside);
    if (template === null) return [];
    const recipient: Recipient = {
      post: one,
      route: `${notice?.route ?? ladder.id}/${fact.data.rung}`,
      capacity: 'informed',
      capacities: ['informed'],
      expects: 'acknowledgement',
      within: wait ? `PT${Math.ceil(wait / 1000)}S` : (route?.within ?? null),
      urgent: notice?.urgent ?? route?.urgent ?? false,
      template: template.id,
      inside,
      ladder: null,
      channels: rung.channels,
      rungOf: [fact.data.notice],
      rung: fact.data.rung,
    };
    return mayHear(recipient, state, pack) ? [recipient] : [];
  });
}

/** The fact of the rung now due, or null when none is. `reached` are the persons told of the notice so far. */
export function climb(
  circle: CircleOf,
  notice: OpenNotice,
  reached: ReadonlySet<string>,
  state: CaseState,
  world: World,
): (NewFact & { kind: 'rung-reached' }) | null {
  const ladder = ladderOf(world.pack, notice.ladder);
  const due = ladder && dueRung(ladder, notice, state.level, world.now);
  const rung = due && ladder.rungs[due.rung - 1];
  if (!rung) return null;
  return {
    kind: 'rung-reached',
    data: {
      notice: notice.id,
      post: notice.postId,
      ladder: ladder.id,
      rung: due.rung,
      people: rungPeople(circle, rung, notice, reached, state, world),
      late: due.late,
      skipped: due.skipped,
    },
  };
}

// ── what moves and stops a ladder ────────────────────────────────────────────────────────────────────────────

const stop = (notice: OpenNotice): OpenNotice =>
  notice.stopped || notice.ladder === null ? notice : { ...notice, stopped: true, nextRungAt: null };

/**
 * The open notices after a fact, their ladders moved or stopped. `answered` is the notice the fact confirmed, if any, which
 * is no longer among `open`. Untouched notices are the same objects.
 */
export function laddersAfter(
  open: readonly OpenNotice[],
  fact: CaseFact,
  answered: OpenNotice | undefined,
  before: CaseState | null,
  state: CaseState,
  world: World,
): OpenNotice[] {
  const { pack } = world;
  const routeOf = (notice: OpenNotice) => pack.routes.find((route) => route.id === notice.route);
  return open.map((notice) => {
    const ladder = ladderOf(pack, notice.ladder);
    if (!ladder || notice.stopped) return notice;
    if (answered) {
      // Whoever was told that nobody answers has it in hand; and where one of several is enough, one is enough.
      if (answered.rungOf.includes(notice.id)) return stop(notice);
      const together = answered.route === notice.route && answered.factSeq === notice.factSeq;
      if (together && ladder.answer === 'any') return stop(notice);
    }
    // A level that is left wakes nobody further; what was asked under it stays asked until somebody ends it (DEC-15).
    if (fact.kind === 'threshold-left' && routeOf(notice)?.on === 'threshold-reached') return stop(notice);
    if (fact.kind === 'rung-reached' && fact.data.notice === notice.id)
      return reachedRung(notice, ladder, fact, state, world.now);
    if (before !== null && before.level !== state.level)
      return regraded(notice, ladder, before.level, state.level, world.now);
    return notice;
  });
}

function reachedRung(
  notice: OpenNotice,
  ladder: Ladder,
  fact: CaseFact & { kind: 'rung-reached' },
  state: CaseState,
  now: Date,
): OpenNotice {
  // In time it is counted from when it was due, not from when the worker came round to it.
  const due = dueRung(ladder, notice, state.level, now);
  return { ...notice, rung: fact.data.rung, nextRungAt: due?.nextAt ?? null };
}

/**
 * Another level has other times: counted from the rung reached, but never before the change (H5), and a rung that the new
 * level has and the old one had not is still to come (H6).
 */
function regraded(notice: OpenNotice, ladder: Ladder, from: string, to: string, now: Date): OpenNotice {
  const was = rungAfterThis(ladder, notice.rung, from);
  const reachedAt =
    notice.nextRungAt && was
      ? notice.nextRungAt.getTime() - was.wait
      : notice.madeAt.getTime() + rungAfter(ladder.rungs[notice.rung - 1] as Rung, from);
  const next = nextRungAt(ladder, notice.rung, to, new Date(reachedAt));
  const at = next && next < now ? now : next;
  return at?.getTime() === notice.nextRungAt?.getTime() ? notice : { ...notice, nextRungAt: at };
}

/** Notices that told of a silence which has ended: every notice they were about is answered, closed or goes no further. */
export function idleRungs(open: readonly OpenNotice[], settled: ReadonlySet<string>): string[] {
  const climbing = new Set(open.filter((notice) => !notice.stopped).map((notice) => notice.id));
  return open
    .filter(({ rungOf }) => rungOf.some((id) => settled.has(id)) && !rungOf.some((id) => climbing.has(id)))
    .map((notice) => notice.id);
}
