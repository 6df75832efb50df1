/**
 * The state of the centre as it follows from its facts, and from nothing else. `tocsin verify` folds every activation's facts
 * in a fresh process and compares with what is stored. Plain JSON: times are ISO strings in UTC.
 */
import type { AnswerKind, Cause, CentreFact, Coordination, Part, Written } from './facts.ts';

/** Who did something, and when. */
export interface Stamp {
  readonly at: string;
  readonly person: string | null;
  readonly post: string | null;
}

export interface Answer extends Stamp {
  readonly answer: AnswerKind;
  readonly eta: string | null;
  readonly note: Written | null;
  readonly recorded: boolean;
}

export interface Summons {
  readonly post: string;
  readonly group: string | null;
  readonly part: Part;
  readonly at: string;
  readonly answerBy: string;
  readonly answer: Answer | null;
}

export interface Presence {
  readonly person: string;
  readonly post: string;
  readonly group: string | null;
  readonly remote: boolean;
  readonly in: string;
  readonly out: string | null;
}

export interface Shift {
  readonly id: string;
  readonly group: string;
  readonly person: string;
  readonly from: string;
  readonly to: string;
  readonly cancelled: boolean;
  readonly handedOver: (Stamp & { readonly to: string | null; readonly note: Written }) | null;
}

export interface Report extends Stamp {
  readonly id: string;
  readonly ordinal: number;
  readonly paragraphs: readonly Written[];
  readonly approved: Stamp | null;
  readonly declined: (Stamp & { readonly note: Written }) | null;
}

export interface CentreState {
  readonly id: string;
  readonly revision: number;
  readonly mode: 'live' | 'exercise';
  readonly compartment: string | null;
  readonly pack: string;
  readonly active: boolean;
  /** The gravest level that called it out. */
  readonly level: string;
  /** A case in it has reached the gravest threshold (DEC-15). */
  readonly top: boolean;
  readonly coordination: Coordination;
  readonly desk: string;
  readonly coordinator: string;
  readonly staff: string;
  readonly subgroups: readonly string[];
  readonly cases: readonly {
    readonly id: string;
    readonly cause: Cause;
    readonly level: string;
    readonly crossing: number;
    readonly at: string;
  }[];
  readonly summons: readonly Summons[];
  readonly presence: readonly Presence[];
  readonly shifts: readonly Shift[];
  readonly log: readonly (Stamp & { readonly note: Written })[];
  readonly reports: readonly Report[];
  readonly meetings: readonly string[];
  readonly openedAt: string;
  readonly changedAt: string;
  readonly standDown: (Stamp & { readonly note: Written }) | null;
}

/** The group that coordinates at the moment (S7.10.3a, S7.10.3b). */
export function coordinating(state: CentreState): string {
  return state.coordination === 'emergency' ? state.coordinator : state.desk;
}

/**
 * Keys of those who see the centre: its command, the desk, the groups that form it and whoever was summoned. A compartment's own
 * is seen by its own group and by nobody else (DEC-19).
 */
export function seenBy(state: CentreState): string[] {
  if (state.compartment !== null) return ['system', `group:${state.desk}`].sort();
  const groups = [...state.subgroups, state.coordinator, state.staff, state.desk];
  const keys = new Set(['system', 'command', 'desk', 'watch', ...groups.map((group) => `group:${group}`)]);
  for (const one of state.summons) keys.add(`post:${one.post}`);
  return [...keys].sort();
}

function first(id: string, fact: CentreFact & { kind: 'activated' }): CentreState {
  const { data } = fact;
  const at = fact.at.toISOString();
  return {
    id,
    revision: fact.seq,
    mode: data.mode,
    compartment: data.compartment,
    pack: data.pack,
    active: true,
    level: data.gravest,
    top: data.top,
    coordination: 'normal',
    desk: data.desk,
    coordinator: data.coordinator,
    staff: data.staff,
    subgroups: data.subgroups,
    cases: [{ id: data.case, cause: data.cause, level: data.level, crossing: data.crossing, at }],
    summons: [],
    presence: [],
    shifts: [],
    log: [],
    reports: [],
    meetings: [],
    openedAt: at,
    changedAt: at,
    standDown: null,
  };
}

/** Replaces what the test finds. */
function changed<T>(list: readonly T[], test: (one: T) => boolean, change: Partial<T>): readonly T[] {
  return list.map((one) => (test(one) ? { ...one, ...change } : one));
}

function change(state: CentreState, fact: CentreFact): Partial<CentreState> {
  const stamp: Stamp = { at: fact.at.toISOString(), person: fact.person, post: fact.post };
  switch (fact.kind) {
    case 'activated':
      throw new Error(`activation ${state.id}: activated a second time`);
    case 'case-joined': {
      const { case: id, cause, level, crossing, top, gravest } = fact.data;
      return {
        cases: [...state.cases, { id, cause, level, crossing, at: stamp.at }],
        top: state.top || top,
        level: gravest,
      };
    }
    case 'case-crossed': {
      const { case: id, level, crossing, top, gravest } = fact.data;
      return {
        cases: changed(state.cases, (one) => one.id === id, { level, crossing }),
        top: state.top || top,
        level: gravest,
      };
    }
    case 'summoned': {
      const known = new Set(state.summons.map((one) => one.post));
      const { answerBy, posts } = fact.data;
      return {
        summons: [
          ...state.summons,
          ...posts
            .filter((one) => !known.has(one.post))
            .map((one) => ({ ...one, at: stamp.at, answerBy, answer: null })),
        ],
      };
    }
    case 'summons-answered': {
      const { post, answer, eta, note, recorded } = fact.data;
      return {
        summons: changed(state.summons, (one) => one.post === post, {
          answer: { ...stamp, answer, eta, note, recorded },
        }),
      };
    }
    case 'checked-in': {
      const { person, post, group, remote } = fact.data;
      return {
        presence: [
          ...changed(state.presence, (one) => one.person === person && one.out === null, { out: stamp.at }),
          { person, post, group, remote, in: stamp.at, out: null },
        ],
      };
    }
    case 'checked-out':
      return {
        presence: changed(state.presence, (one) => one.person === fact.data.person && one.out === null, {
          out: stamp.at,
        }),
      };
    case 'shift-planned': {
      const { shift, ...rest } = fact.data;
      return { shifts: [...state.shifts, { id: shift, ...rest, cancelled: false, handedOver: null }] };
    }
    case 'shift-cancelled':
      return { shifts: changed(state.shifts, (one) => one.id === fact.data.shift, { cancelled: true }) };
    case 'shift-handed-over': {
      const { shift, to, note } = fact.data;
      return {
        shifts: changed(state.shifts, (one) => one.id === shift, { handedOver: { ...stamp, to, note } }),
      };
    }
    case 'logged':
      return { log: [...state.log, { ...stamp, note: fact.data.note }] };
    case 'situation-report-drafted': {
      const { report, ordinal, paragraphs } = fact.data;
      return {
        reports: [
          ...state.reports,
          { ...stamp, id: report, ordinal, paragraphs, approved: null, declined: null },
        ],
      };
    }
    case 'situation-report-approved':
      return { reports: changed(state.reports, (one) => one.id === fact.data.report, { approved: stamp }) };
    case 'situation-report-declined':
      return {
        reports: changed(state.reports, (one) => one.id === fact.data.report, {
          declined: { ...stamp, note: fact.data.note },
        }),
      };
    case 'mode-switched':
      return { coordination: fact.data.to };
    case 'meeting-opened':
      return { meetings: [...state.meetings, fact.data.meeting] };
    case 'stood-down':
      return {
        active: false,
        coordination: 'normal',
        standDown: { ...stamp, note: fact.data.note },
        presence: changed(state.presence, (one) => one.out === null, { out: stamp.at }),
      };
  }
}

/** The state after one more fact. Throws on a gap in the stream: a stream is whole or it is nothing. */
export function evolve(id: string, before: CentreState | null, fact: CentreFact): CentreState {
  if (before === null) {
    if (fact.kind !== 'activated' || fact.seq !== 1)
      throw new Error(`activation ${id}: the first fact must be "activated" with number 1`);
    return first(id, fact);
  }
  if (fact.seq !== before.revision + 1)
    throw new Error(`activation ${id}: fact ${fact.seq} follows ${before.revision}`);
  return { ...before, ...change(before, fact), revision: fact.seq, changedAt: fact.at.toISOString() };
}

/** Folds a whole stream. Null for an empty one. */
export function rebuild(id: string, facts: Iterable<CentreFact>): CentreState | null {
  let state: CentreState | null = null;
  for (const fact of facts) state = evolve(id, state, fact);
  return state;
}
