/**
 * What an act does to a case: (state, act, world) → facts, or a refusal. Pure; the order of the checks is the order in
 * which a person would want to hear about them: is the case still what you saw, may you, does the state allow it, is what
 * you said enough.
 */
import type { SnapshotPost } from '../directory/index.ts';
import { isAtLeast, type Pack, type Transition, transitionFor } from '../mechanism/index.ts';
import type { Act, Guard } from '../mechanism/vocabulary.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import { decideAffair } from './affairs-rules.ts';
import { called, left, ordered } from './command-rules.ts';
import type { CaseAct } from './contract.ts';
import { type CaseState, isLevelPending } from './evolve.ts';
import type { HeldNews, NewFact } from './facts.ts';
import { mayOrderSilence } from './hold-rules.ts';
import { joined, parted } from './link-rules.ts';
import { addressed } from './message-rules.ts';
import { openedBy } from './playbook-rules.ts';
import { pendingOf } from './proposals.ts';
import type { World } from './recipients.ts';
import type { ReferralInput } from './referral-rules.ts';
import { mayAct } from './rights.ts';

/** Who acts: a person in one of his posts. */
export interface ActingPost {
  readonly personId: string;
  readonly post: SnapshotPost;
}

/** What an act brings besides its own words. */
export interface ActInput extends ReferralInput {
  readonly reason?: string;
  readonly text?: string;
  readonly level?: string;
  /** Id of the message row written beside the fact. */
  readonly messageId?: string;
  readonly toPerson?: string;
  /** What the end of an order of silence has to tell. */
  readonly news?: HeldNews | null;
  readonly target?: { readonly id: string; readonly number: string; readonly state: CaseState };
}

/** The post in which the actor does this, among those he holds; refuses when none may. */
export function choosePost(
  act: Act,
  held: readonly SnapshotPost[],
  state: CaseState,
  world: World,
  wanted: string | undefined,
): SnapshotPost {
  const able = held.filter(
    (post) =>
      (wanted === undefined || post.id === wanted) && mayAct(act, post, state, world.directory, world.pack),
  );
  const first = able[0];
  if (!first) {
    if (!state.open && transitionFor(world.pack, act, state.state) === null)
      refuse('already-final', { params: { act } });
    refuse('forbidden-act', { params: { act, state: state.state } });
  }
  return first;
}

/** The transition the pack allows for the act in the present state; refuses otherwise. */
export function requireTransition(act: Act, state: CaseState, pack: Pack): Transition {
  const transition = transitionFor(pack, act, state.state);
  if (transition) return transition;
  if (!state.open) refuse('already-final', { params: { act } });
  refuse('forbidden-act', { params: { act, state: state.state } });
}

/** Refuses when something the pack demands for the act is missing. */
export function checkGuards(guards: readonly Guard[], state: CaseState, input: ActInput): void {
  for (const guard of guards) {
    switch (guard) {
      case 'reason':
        if (!input.reason?.trim())
          refuse('reason-required', { fields: [{ path: 'reason', code: 'required' }] });
        break;
      case 'text':
        if (!input.text?.trim()) refuseFields({ path: 'text', code: 'required' });
        break;
      case 'recovery-report':
        if (!state.recovery) refuse('not-recovered');
        break;
      case 'solution':
        if (state.recovery && !state.recovery.solved) refuse('release-needs-solution');
        break;
      case 'resolved-time':
        if (state.recovery && state.recovery.resolvedAt === null) refuse('release-needs-resolved-time');
        break;
      case 'level-confirmed':
        if (state.levelStatus !== 'confirmed') refuse('level-unconfirmed');
        break;
      case 'other-level':
        if (input.level === state.level) refuse('level-same', { params: { level: state.level } });
        break;
      case 'person':
        if (!input.toPerson) refuseFields({ path: 'toPerson', code: 'required' });
        break;
      case 'target-case':
        if (!input.target) refuse('nothing-to-merge');
        if (input.target.id === state.id) refuse('merge-into-itself');
        // An exercise takes nothing that has happened, and what has happened no exercise.
        if (
          !input.target.state.open ||
          input.target.state.compartment !== state.compartment ||
          input.target.state.mode !== state.mode
        )
          refuse('nothing-to-merge');
        // Whoever sees this one would learn of that one; the order is first recorded here, or ends there (H28).
        if (input.target.state.hold !== null && state.hold === null) refuse('case-held');
        break;
      case 'cause':
        break;
    }
  }
}

/** Where a transition leads; `{}` when the state stays. */
export function stateChange(
  transition: Transition,
  state: CaseState,
  pack: Pack,
): { state?: string; open?: boolean } {
  const to =
    transition.to === 'same'
      ? state.state
      : transition.to === 'previous'
        ? (state.previousState ?? pack.initialState)
        : transition.to;
  if (to === state.state) return {};
  return { state: to, open: isOpenState(pack, to) };
}

/** True for a state under control (列管). */
export function isOpenState(pack: Pack, id: string): boolean {
  return pack.states.find((state) => state.id === id)?.kind === 'open';
}

/** The level must be one of the pack's. */
export function requireLevel(pack: Pack, level: string, path: string): string {
  if (!pack.levels.some((one) => one.id === level)) {
    refuseFields({ path, code: 'bad-choice', params: { choices: pack.levels.map((one) => one.id) } });
  }
  return level;
}

/** The facts of crossing thresholds when the effective level becomes `level` by a person's confirmation (DEC-4, H7). */
export function crossings(state: CaseState, level: string, pack: Pack): NewFact[] {
  return pack.thresholds.flatMap((threshold): NewFact[] => {
    const now = isAtLeast(pack, level, threshold.atLeast);
    const before = state.thresholds[threshold.id];
    const count = before?.count ?? 0;
    if (now && !before?.inside) {
      return [
        {
          kind: 'threshold-reached',
          data: { threshold: threshold.id, crossing: count + 1, level, confirmed: true, again: false },
        },
      ];
    }
    if (now && before && !before.confirmed) {
      // Reached already because nobody had confirmed in time: said once more as confirmed, fired no second time.
      return [
        {
          kind: 'threshold-reached',
          data: { threshold: threshold.id, crossing: count, level, confirmed: true, again: true },
        },
      ];
    }
    if (!now && before?.inside) {
      return [{ kind: 'threshold-left', data: { threshold: threshold.id, crossing: count, level } }];
    }
    return [];
  });
}

/** Nobody confirmed or changed a proposed level in time: the threshold is reached all the same (DEC-4). */
export function reachUnconfirmed(state: CaseState, pack: Pack): NewFact[] {
  if (!state.open || !isLevelPending(state)) return [];
  return pack.thresholds.flatMap((threshold): NewFact[] => {
    const crossing = state.thresholds[threshold.id];
    if (!isAtLeast(pack, state.proposedLevel, threshold.atLeast) || crossing?.inside) return [];
    return [
      {
        kind: 'threshold-reached',
        data: {
          threshold: threshold.id,
          crossing: (crossing?.count ?? 0) + 1,
          level: state.proposedLevel,
          confirmed: false,
          again: false,
        },
      },
    ];
  });
}

/** How a release says that the incident came out (S8.2.3). @throws Refusal invalid-input for what the pack does not name */
function outcomeOf(outcome: string | undefined, pack: Pack): { outcome?: string } {
  if (outcome === undefined) return {};
  if (!pack.outcomes.some((one) => one.id === outcome)) refuseFields({ path: 'outcome', code: 'bad-choice' });
  return { outcome };
}

/** The facts of one act on an existing case (filing has its own rule in filing.ts). */
export function decide(
  state: CaseState,
  command: CaseAct,
  actor: ActingPost,
  world: World,
  input: ActInput,
): NewFact[] {
  const { pack } = world;
  const transition = requireTransition(command.act, state, pack);
  checkGuards(transition.guards, state, input);
  const to = stateChange(transition, state, pack);
  const reason = input.reason ?? '';
  switch (command.act) {
    case 'take':
      if (state.takenBy === actor.personId) return [];
      return [{ kind: 'taken', data: to }];
    case 'hand-over': {
      const posts = world.directory
        .postsHeldBy(command.toPerson, world.now)
        .filter((post) => mayAct('take', post, state, world.directory, pack));
      const toPost = posts[0];
      if (!toPost) refuse('no-holder', { fields: [{ path: 'toPerson', code: 'bad-choice' }] });
      return [{ kind: 'handed-over', data: { to: command.toPerson, toPost: toPost.id, reason, ...to } }];
    }
    case 'register':
      return [...implicitTake(state, actor), { kind: 'registered', data: to }];
    case 'ask-back':
      return [
        ...implicitTake(state, actor),
        { kind: 'asked-back', data: { message: input.messageId ?? '', ...to } },
      ];
    case 'confirm-level':
    case 'change-level': {
      const level = requireLevel(pack, command.level, 'level');
      // A level in force may be confirmed once more against a newer proposal: the desk keeps it.
      if (command.act === 'confirm-level' && !isLevelPending(state)) {
        // Another level than the one in force is a change, with the rights and the reason of one.
        if (level !== state.level)
          refuse('forbidden-act', { params: { act: command.act, state: state.state } });
        refuse('level-same', { params: { level } });
      }
      // Confirming another level than the reporter's is a change and needs its reason (SI.2).
      if (level !== state.proposedLevel && !reason.trim()) {
        refuse('reason-required', { fields: [{ path: 'reason', code: 'required' }] });
      }
      const registered: NewFact[] =
        state.registeredAt === null ? [...implicitTake(state, actor), { kind: 'registered', data: {} }] : [];
      return [
        ...registered,
        {
          kind: 'graded',
          data: { level, previous: state.level, reason, changed: level !== state.level, ...to },
        },
        ...crossings(state, level, pack),
        ...openedBy(level, state, world),
      ];
    }
    case 'promote':
      // An anomaly had no level to confirm; as an incident it has (S4.7, DEC-4).
      return [
        ...implicitTake(state, actor),
        { kind: 'promoted', data: { reason, ...to } },
        { kind: 'level-proposed', data: { level: state.level, previous: null } },
      ];
    case 'send-back':
      return [{ kind: 'sent-back', data: { reason, ...to } }];
    case 'release':
      return [{ kind: 'released', data: { reason, ...outcomeOf(command.outcome, pack), ...to } }];
    case 'dismiss':
      return [...implicitTake(state, actor), { kind: 'dismissed', data: { reason, ...to } }];
    case 'request-withdrawal':
      if (state.withdrawalRequested) refuse('conflict');
      return [{ kind: 'withdrawal-requested', data: { reason, ...to } }];
    case 'approve-withdrawal':
      if (!state.withdrawalRequested) refuse('conflict');
      return [{ kind: 'withdrawn', data: { reason, ...to } }];
    case 'refuse-withdrawal':
      if (!state.withdrawalRequested) refuse('conflict');
      return [{ kind: 'withdrawal-refused', data: { reason, ...to } }];
    case 'merge': {
      if (state.hold) refuse('case-held');
      const target = input.target as NonNullable<ActInput['target']>;
      return [{ kind: 'merged', data: { into: target.id, number: target.number, reason, ...to } }];
    }
    case 'unmerge': {
      const from = state.mergedInto;
      if (!from) refuse('nothing-to-merge');
      if (state.hold) refuse('case-held');
      return [{ kind: 'unmerged', data: { from: from.id, number: from.number, reason, ...to } }];
    }
    case 'link-case':
      return joined(state, input.target, reason, to, pack);
    case 'unlink-case':
      return parted(state, reason, to);
    case 'reopen':
      // What is taken up again is dealt with as an incident: a level nobody has confirmed is proposed anew, as when it is
      // promoted, and whoever must answer to it is told, with the time to do so (S4.7, DEC-4).
      return [
        {
          kind: 'reopened',
          data: { reason, ...(state.suspected ? { suspected: false as const } : {}), ...to },
        },
        ...(state.suspected || isLevelPending(state) ? [proposedAgain(state)] : []),
      ];
    case 'message':
      return [
        {
          kind: 'message-sent',
          data: { message: input.messageId ?? '', ...addressed(state, command.to, actor, world), ...to },
        },
      ];
    case 'correct-awareness':
      if (new Date(command.at) > world.now) refuseFields({ path: 'at', code: 'in-the-future' });
      return [
        { kind: 'awareness-corrected', data: { at: command.at, previous: state.awareAt, reason, ...to } },
      ];
    case 'report-convenor-told':
      if (new Date(command.at) > world.now) refuseFields({ path: 'at', code: 'in-the-future' });
      if (!Object.values(state.thresholds).some((one) => one.count > 0)) refuse('conflict');
      return [{ kind: 'convenor-told', data: { at: command.at, how: command.how, reason, ...to } }];
    case 'hold': {
      if (state.hold) refuse('already-held');
      const { authority, organisationId, reference, until } = command;
      if (until !== null && new Date(until) <= world.now)
        refuseFields({ path: 'until', code: 'in-the-past' });
      if (organisationId !== null && !mayOrderSilence(organisationId, world))
        refuseFields({ path: 'organisationId', code: 'no-authority' });
      return [
        ...implicitTake(state, actor),
        { kind: 'held', data: { authority, organisation: organisationId, reference, until, reason, ...to } },
      ];
    }
    case 'lift-hold':
      if (!state.hold) refuse('not-held');
      return [{ kind: 'hold-lifted', data: { reason, ...(input.news ? { news: input.news } : {}), ...to } }];
    case 'leave-to-agency':
      return left(state, reason, to);
    case 'call-meeting':
      return called(input.messageId ?? '', command, world.now, to);
    case 'order-stationing':
      return ordered(state, reason, to);
    case 'tick-item':
    case 'skip-item':
    case 'reopen-item':
    case 'request-support':
    case 'assign-support':
    case 'accept-support':
    case 'decline-support':
    case 'recall-support':
    case 'support-progress':
    case 'support-done':
    case 'cancel-support':
    case 'support-feedback':
    case 'open-referral':
    case 'send-referral':
    case 'record-referral-receipt':
    case 'record-referral-reply':
    case 'close-referral':
      return decideAffair(state, command, actor.post, world, input);
    case 'decline-act': {
      const { rule, act, id } = pendingOf(state, command.proposal);
      return [{ kind: 'act-declined', data: { proposal: id, rule, act, reason, ...to } }];
    }
    case 'withdraw-act': {
      const { rule, act, id } = pendingOf(state, command.proposal);
      return [{ kind: 'act-withdrawn', data: { proposal: id, rule, act, reason, ...to } }];
    }
    // What follows from agreeing is decided where the proposal is known (commands.ts).
    case 'approve-act': {
      const { rule, act, id, person, post } = pendingOf(state, command.proposal);
      return [{ kind: 'act-approved', data: { proposal: id, rule, act, by: { person, post }, ...to } }];
    }
  }
}

/** The level that waited when the case ended, proposed once more. */
function proposedAgain(state: CaseState): NewFact {
  const previous = state.levelStatus === 'confirmed' ? state.level : null;
  return { kind: 'level-proposed', data: { level: state.proposedLevel, previous } };
}

/** Whoever works on a case nobody has taken, has taken it. */
function implicitTake(state: CaseState, actor: ActingPost): NewFact[] {
  return state.takenBy === null && actor.post.groupCode === state.routing.desk
    ? [{ kind: 'taken', data: {} }]
    : [];
}
