/**
 * Emergency meetings (緊急應變會議): called, moved or cancelled, who came, what was decided, and who does what until when. Their
 * facts (stream `meeting`), the state that follows from them, and what may be done. Pure.
 */
import type { SnapshotPost } from '../directory/index.ts';
import type { Pack } from '../mechanism/pack.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import type { MeetingActCommand } from './contract.ts';
import type { Stamp } from './evolve.ts';
import type { Written } from './facts.ts';
import type { CentreWorld } from './rules.ts';

export type PresenceKind = 'in-person' | 'remote' | 'absent';

interface FactData {
  called: {
    case: string;
    activation: string | null;
    mode: 'live' | 'exercise';
    compartment: string | null;
    pack: string;
    startsAt: string;
    place: Written;
    reason: Written | null;
    invited: readonly string[];
    /** The groups whose officers keep its minutes beside the command. */
    staff: readonly string[];
    /** Under an order of silence only the invited see it (H28). */
    quiet: boolean;
  };
  moved: { startsAt: string; place: Written };
  cancelled: { reason: Written };
  invited: { posts: readonly string[] };
  attended: { post: string; presence: PresenceKind };
  'minutes-written': { note: Written };
  decided: { note: Written };
  assigned: { action: Written; post: string; due: string | null };
  done: { action: string; note: Written | null };
  ended: Record<never, never>;
}
export type MeetingFactKind = keyof FactData;
export type NewMeetingFact = {
  [K in MeetingFactKind]: { readonly kind: K; readonly data: Readonly<FactData[K]> };
}[MeetingFactKind];
export type MeetingFact = NewMeetingFact & {
  readonly seq: number;
  readonly at: Date;
  readonly person: string | null;
  readonly post: string | null;
};

export interface Action {
  /** Id of what was written is the id of the action. */
  readonly text: Written;
  readonly post: string;
  readonly due: string | null;
  readonly done: (Stamp & { readonly note: Written | null }) | null;
}

export interface MeetingState {
  readonly id: string;
  readonly revision: number;
  readonly case: string;
  readonly activation: string | null;
  readonly mode: 'live' | 'exercise';
  readonly compartment: string | null;
  readonly pack: string;
  readonly state: 'called' | 'ended' | 'cancelled';
  readonly startsAt: string;
  readonly place: Written;
  readonly reason: Written | null;
  readonly invited: readonly string[];
  readonly staff: readonly string[];
  readonly quiet: boolean;
  /** How often its invitation changed: a calendar takes the highest (RFC 5545). */
  readonly sequence: number;
  readonly attendance: { readonly [post: string]: PresenceKind };
  readonly minutes: (Stamp & { readonly note: Written }) | null;
  readonly decisions: readonly (Stamp & { readonly note: Written })[];
  readonly actions: readonly Action[];
  readonly cancelled: (Stamp & { readonly reason: Written }) | null;
  readonly called: Stamp;
  readonly changedAt: string;
}

/** Who sees a meeting: the invited, the command and the desk; under an order of silence nobody beside the invited and them. */
export function meetingSeenBy(state: MeetingState): string[] {
  const keys = new Set(['system', ...state.invited.map((post) => `post:${post}`)]);
  if (state.compartment !== null) {
    for (const group of state.staff) keys.add(`group:${group}`);
    return [...keys].sort();
  }
  keys.add('command').add('desk');
  if (!state.quiet) {
    keys.add('watch');
    for (const group of state.staff) keys.add(`group:${group}`);
  }
  return [...keys].sort();
}

function change(state: MeetingState, fact: MeetingFact): Partial<MeetingState> {
  const stamp: Stamp = { at: fact.at.toISOString(), person: fact.person, post: fact.post };
  switch (fact.kind) {
    case 'called':
      throw new Error(`meeting ${state.id}: called a second time`);
    case 'moved':
      return { startsAt: fact.data.startsAt, place: fact.data.place, sequence: state.sequence + 1 };
    case 'cancelled':
      return {
        state: 'cancelled',
        cancelled: { ...stamp, reason: fact.data.reason },
        sequence: state.sequence + 1,
      };
    case 'invited':
      return { invited: [...new Set([...state.invited, ...fact.data.posts])] };
    case 'attended':
      return { attendance: { ...state.attendance, [fact.data.post]: fact.data.presence } };
    case 'minutes-written':
      return { minutes: { ...stamp, note: fact.data.note } };
    case 'decided':
      return { decisions: [...state.decisions, { ...stamp, note: fact.data.note }] };
    case 'assigned': {
      const { action, post, due } = fact.data;
      return { actions: [...state.actions, { text: action, post, due, done: null }] };
    }
    case 'done':
      return {
        actions: state.actions.map((one) =>
          one.text.id === fact.data.action ? { ...one, done: { ...stamp, note: fact.data.note } } : one,
        ),
      };
    case 'ended':
      return { state: 'ended' };
  }
}

/** The state after one more fact. Throws on a gap in the stream. */
export function evolveMeeting(id: string, before: MeetingState | null, fact: MeetingFact): MeetingState {
  const at = fact.at.toISOString();
  if (before === null) {
    if (fact.kind !== 'called' || fact.seq !== 1)
      throw new Error(`meeting ${id}: the first fact must be "called" with number 1`);
    return {
      id,
      revision: 1,
      ...fact.data,
      state: 'called',
      sequence: 0,
      attendance: {},
      minutes: null,
      decisions: [],
      actions: [],
      cancelled: null,
      called: { at, person: fact.person, post: fact.post },
      changedAt: at,
    };
  }
  if (fact.seq !== before.revision + 1)
    throw new Error(`meeting ${id}: fact ${fact.seq} follows ${before.revision}`);
  return { ...before, ...change(before, fact), revision: fact.seq, changedAt: at };
}

/** Folds a whole stream. Null for an empty one. */
export function rebuildMeeting(id: string, facts: Iterable<MeetingFact>): MeetingState | null {
  let state: MeetingState | null = null;
  for (const fact of facts) state = evolveMeeting(id, state, fact);
  return state;
}

/** Whoever keeps the minutes and leads it: a row `run-meeting` of the pack, for the posts that see it by more than an invitation. */
export function mayRun(post: SnapshotPost, state: MeetingState, pack: Pack): boolean {
  if (state.compartment !== null && !state.staff.includes(post.groupCode ?? '')) return false;
  return pack.centreRights.some(
    (right) =>
      right.role === post.role &&
      right.acts.includes('run-meeting') &&
      (right.compartment === undefined || right.compartment === (state.compartment !== null)) &&
      (!right.coordinating || state.staff.includes(post.groupCode ?? '')),
  );
}

/**
 * The post in which the actor does this.
 * @throws Refusal forbidden-act
 */
export function chooseMeetingPost(
  command: MeetingActCommand,
  held: readonly SnapshotPost[],
  state: MeetingState,
  pack: Pack,
): SnapshotPost {
  const own = (post: SnapshotPost) =>
    (command.act === 'attend' && post.id === command.post && state.invited.includes(post.id)) ||
    (command.act === 'done' &&
      state.actions.some((one) => one.text.id === command.action && one.post === post.id));
  const able = held.filter(
    (post) =>
      (command.as === undefined || post.id === command.as) && (own(post) || mayRun(post, state, pack)),
  );
  return able[0] ?? refuse('forbidden-act', { params: { act: command.act, state: state.state } });
}

/** Not for a time long gone, nor for one so far away that it must be a slip of the pen. */
const PAST_MS = 5 * 60_000;

/** The facts of one act; a meeting that was cancelled or has ended takes minutes and actions, and nothing that moves it. */
export function decideMeeting(
  state: MeetingState,
  command: MeetingActCommand,
  written: Written | null,
  world: CentreWorld,
): NewMeetingFact[] {
  const text = (): Written => written ?? refuseFields({ path: 'text', code: 'required' });
  const live = (): void => {
    if (state.state !== 'called') refuse('centre-stood-down');
  };
  switch (command.act) {
    case 'move':
      live();
      if (Date.parse(command.startsAt) < world.now.getTime() - PAST_MS)
        refuseFields({ path: 'startsAt', code: 'in-the-past' });
      return [{ kind: 'moved', data: { startsAt: command.startsAt, place: text() } }];
    case 'cancel':
      live();
      return [{ kind: 'cancelled', data: { reason: text() } }];
    case 'attend':
      if (state.state === 'cancelled') refuse('centre-stood-down');
      if (!state.invited.includes(command.post)) refuseFields({ path: 'post', code: 'bad-choice' });
      if (state.attendance[command.post] === command.presence) return [];
      return [{ kind: 'attended', data: { post: command.post, presence: command.presence } }];
    case 'minutes':
      return [{ kind: 'minutes-written', data: { note: text() } }];
    case 'decide':
      return [{ kind: 'decided', data: { note: text() } }];
    case 'assign':
      if (!state.invited.includes(command.post)) refuseFields({ path: 'post', code: 'bad-choice' });
      return [{ kind: 'assigned', data: { action: text(), post: command.post, due: command.due } }];
    case 'done': {
      const action = state.actions.find((one) => one.text.id === command.action);
      if (!action) refuseFields({ path: 'action', code: 'bad-choice' });
      if (action.done) return [];
      return [{ kind: 'done', data: { action: command.action, note: written } }];
    }
    case 'end':
      live();
      return [{ kind: 'ended', data: {} }];
  }
}
