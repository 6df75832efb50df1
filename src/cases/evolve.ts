/**
 * The state of a case as it follows from its facts, and from nothing else.
 *
 *   suspected ─promote→ reported ⇄ returned
 *   reported → registered(列管) → handling → recovered → released(解除列管)
 *                                     ↑ send back ┘
 *   exits: dismissed · withdrawn · merged; reopen leads back to handling
 *
 * Which acts lead where is the pack's; `evolve` only applies what a fact says. `tocsin verify` folds every case's facts
 * in a fresh process and compares with what is stored.
 */
import { type Affairs, changeAffairs, groupsCalledIn } from './affairs.ts';
import type { CaseFact, Hold, ProposedAct, Routing } from './facts.ts';

export interface Grading {
  readonly level: string;
  readonly status: 'proposed' | 'confirmed';
  readonly at: string;
  readonly person: string | null;
  readonly post: string | null;
  readonly reason: string;
}

/** How a case stands to one threshold of the pack (reaching level A). */
export interface Crossing {
  /** How many times it was crossed; the escalation fires once per crossing (H7). */
  readonly count: number;
  readonly inside: boolean;
  readonly confirmed: boolean;
}

/** An act that waits for a second person, and on what ground it was proposed. */
export interface Pending extends ProposedAct {
  /** The number of the fact that proposed it. */
  readonly id: number;
  readonly person: string;
  readonly post: string;
  readonly at: string;
  /** The recovery report and the number of gradings it was proposed on. */
  readonly recovery: number | null;
  readonly gradings: number;
}

/** Everything known of a case. Plain JSON: times are ISO strings in UTC, so that it compares byte for byte. */
export interface CaseState extends Affairs {
  readonly id: string;
  readonly revision: number;
  readonly number: string;
  readonly series: string;
  readonly year: number;
  readonly seq: number;
  readonly incident: string;
  readonly organisation: string;
  readonly mode: 'live' | 'exercise';
  readonly compartment: string | null;
  readonly pack: string;
  readonly routing: Routing;
  readonly state: string;
  /** Where `previous` of the pack leads: the state before the last ask-back, merge or final act. */
  readonly previousState: string | null;
  /** The states that led here, without the detours already come back from; its last one is `previousState`. */
  readonly trail: readonly string[];
  readonly open: boolean;
  readonly suspected: boolean;
  readonly level: string;
  readonly levelStatus: 'proposed' | 'confirmed';
  readonly proposedLevel: string;
  readonly gradings: readonly Grading[];
  readonly thresholds: { readonly [threshold: string]: Crossing };
  readonly summary: string;
  readonly reports: number;
  /** When the first report was told, if that was before it was keyed in (H45, SI.13). */
  readonly firstToldAt?: string;
  /** The recovery report that waits for release, if any. */
  readonly recovery: {
    readonly ordinal: number;
    readonly solved: boolean;
    readonly resolvedAt: string | null;
  } | null;
  readonly takenBy: string | null;
  readonly takenPost: string | null;
  readonly withdrawalRequested: boolean;
  readonly convenorTold: boolean;
  readonly mergedInto: { readonly id: string; readonly number: string } | null;
  /** Clocks that ran when the case was merged; taken apart again, they run on (H32). */
  readonly stoppedClocks?: readonly string[];
  readonly absorbed: readonly {
    readonly id: string;
    readonly number: string;
    readonly awareAt: string | null;
  }[];
  /** The case it was linked with, when it joined that one's incident (H22); absent when it never was. */
  readonly linkedTo?: { readonly id: string; readonly number: string } | null;
  readonly occurredAt: string | null;
  readonly awareAt: string | null;
  readonly openedAt: string;
  readonly registeredAt: string | null;
  readonly gradedAt: string | null;
  readonly recoveredAt: string | null;
  readonly closedAt: string | null;
  readonly changedAt: string;
  /** Posts told that may see the case. */
  readonly told: readonly string[];
  /** How it came out when it was released (S8.2.3); absent until then, and when nobody said. */
  readonly outcome?: string | null;
  /** Acts that wait for a second person; one of each rule at most (ISO-15). */
  readonly pending: readonly Pending[];
  /** People of the reporting body who filed; under a hold they see the case, their colleagues do not. */
  readonly filers: readonly string[];
  /** The order of silence that stands (H28). */
  readonly hold: Hold | null;
  /** An order of silence stands or stood: only its readers are told so. */
  readonly wasHeld: boolean;
  /** The last of what a deputy convenor chose; absent while nobody has (S7.10.4a to S7.10.4c). */
  readonly command?: Command;
  /** Stationing was ordered and the centre not stood down since; absent when it never was. */
  readonly stationing?: boolean;
}

/** What a deputy convenor chose to do about a case. */
export interface Command {
  readonly decision: 'left-to-agency' | 'meeting-called' | 'stationing-ordered';
  readonly at: string;
  readonly person: string | null;
  readonly post: string | null;
}

/** A level was proposed and nobody whose task it is has decided since (DEC-4, figure 5 step 13). */
export function isLevelPending(state: CaseState): boolean {
  return state.levelStatus === 'proposed' || state.gradings.at(-1)?.status === 'proposed';
}

/**
 * Keys of the viewers of a case (S7.11.2, DEC-19, DEC-22); `actor_keys()` is compared with them. The one rule: every list,
 * search, stream, notice and file asks these keys and nothing else. While an order of silence stands they are fewer (H28).
 */
export function seenBy(state: CaseState): string[] {
  if (state.hold) return heldKeys(state, state.hold);
  const { routing } = state;
  const keys = new Set(['system', `org:${state.organisation}`, `group:${routing.desk}`]);
  if (state.compartment === null) {
    keys.add('desk').add('watch').add(`group:${routing.subgroup}`);
    for (const group of routing.affected) keys.add(`group:${group}`);
  }
  for (const body of routing.superiors) keys.add(`org:${body}`);
  if (routing.authority !== null) keys.add(`org:${routing.authority}`);
  for (const post of state.told) keys.add(`post:${post}`);
  // A group that is asked to help sees this one case, for as long as it is asked (S8.5.2).
  for (const group of groupsCalledIn(state)) keys.add(`group:${group}`);
  return [...keys].sort();
}

/**
 * Who knows of an order of silence: those who filed, the desk, the command, and the authority that ordered it. Nobody from
 * outside looks into a compartment because of it (DEC-19).
 */
export function heldKeys(state: CaseState, hold: Pick<Hold, 'organisation'> | null): string[] {
  const keys = new Set(['system', `group:${state.routing.desk}`]);
  // Whoever filed for the body sees it for as long as he is of that body.
  for (const person of state.filers) keys.add(`filer:${state.organisation}:${person}`);
  if (state.compartment === null) {
    keys.add('desk').add('command');
    if (hold?.organisation) keys.add(`org:${hold.organisation}`);
  }
  return [...keys].sort();
}

/** The state after the first fact. */
function open(id: string, fact: CaseFact & { kind: 'opened' }): CaseState {
  const { data } = fact;
  const at = fact.at.toISOString();
  return {
    id,
    revision: fact.seq,
    number: data.number,
    series: data.series,
    year: data.year,
    seq: data.seq,
    incident: data.incident,
    organisation: data.organisation,
    mode: data.mode,
    compartment: data.compartment,
    pack: data.pack,
    routing: data.routing,
    state: data.state ?? 'reported',
    previousState: null,
    trail: [],
    open: true,
    suspected: data.suspected,
    level: '',
    levelStatus: 'proposed',
    proposedLevel: '',
    gradings: [],
    thresholds: {},
    summary: '',
    reports: 0,
    recovery: null,
    takenBy: null,
    takenPost: null,
    withdrawalRequested: false,
    convenorTold: false,
    mergedInto: null,
    absorbed: [],
    occurredAt: null,
    awareAt: null,
    openedAt: at,
    registeredAt: null,
    gradedAt: null,
    recoveredAt: null,
    closedAt: null,
    changedAt: at,
    told: [],
    pending: [],
    filers: [],
    hold: null,
    wasHeld: false,
  };
}

/** What a fact of each kind adds, besides state, time and who was told. */
function change(state: CaseState, fact: CaseFact): Partial<CaseState> {
  const at = fact.at.toISOString();
  switch (fact.kind) {
    case 'filed': {
      const { data } = fact;
      return {
        reports: data.ordinal,
        ...(data.ordinal === 1 && data.toldAt !== at ? { firstToldAt: data.toldAt } : {}),
        suspected: data.suspected,
        // The level of an anomaly is what was last thought of it; it is proposed when it becomes an incident (S4.7).
        ...(state.level === '' || data.suspected ? { level: data.level, proposedLevel: data.level } : {}),
        summary: data.summary || state.summary,
        occurredAt: data.occurredAt ?? state.occurredAt,
        awareAt: state.awareAt ?? data.awareAt,
        routing: { ...state.routing, affected: union(state.routing.affected, data.affected) },
        ...(fact.person !== null && !data.onBehalf && !data.blind
          ? { filers: union(state.filers, [fact.person]) }
          : {}),
        ...(data.kind === 'recovery'
          ? {
              recovery: { ordinal: data.ordinal, solved: data.solved, resolvedAt: data.resolvedAt },
              recoveredAt: data.resolvedAt ?? at,
            }
          : {}),
      };
    }
    case 'level-proposed': {
      const grading = proposal(fact, 'proposed', fact.data.level, '');
      return {
        proposedLevel: fact.data.level,
        gradings: [...state.gradings, grading],
        // A proposal counts until somebody whose task it is has confirmed a level (DEC-4).
        ...(state.levelStatus === 'proposed' ? { level: fact.data.level } : {}),
      };
    }
    case 'graded':
      return {
        level: fact.data.level,
        levelStatus: 'confirmed',
        gradedAt: state.gradedAt ?? at,
        gradings: [...state.gradings, proposal(fact, 'confirmed', fact.data.level, fact.data.reason)],
      };
    case 'threshold-reached': {
      const { threshold, crossing, confirmed } = fact.data;
      return {
        thresholds: { ...state.thresholds, [threshold]: { count: crossing, inside: true, confirmed } },
        ...(fact.data.again ? {} : { convenorTold: false }),
      };
    }
    case 'threshold-left':
      return {
        thresholds: {
          ...state.thresholds,
          [fact.data.threshold]: { count: fact.data.crossing, inside: false, confirmed: false },
        },
      };
    case 'taken':
      return { takenBy: fact.person, takenPost: fact.post };
    case 'handed-over':
      return { takenBy: fact.data.to, takenPost: fact.data.toPost };
    case 'registered':
      return { registeredAt: state.registeredAt ?? at };
    case 'promoted':
      return { suspected: false };
    case 'sent-back':
      return { recovery: null, recoveredAt: null };
    case 'reopened':
      return {
        recovery: null,
        recoveredAt: null,
        ...(fact.data.suspected === false ? { suspected: false } : {}),
        // How it came out is said anew.
        ...(state.outcome === undefined ? {} : { outcome: null }),
      };
    case 'released':
      return fact.data.outcome === undefined ? {} : { outcome: fact.data.outcome };
    case 'withdrawal-requested':
      return { withdrawalRequested: true };
    case 'withdrawal-refused':
    case 'withdrawn':
      return { withdrawalRequested: false };
    case 'merged':
      return {
        mergedInto: { id: fact.data.into, number: fact.data.number },
        ...(fact.data.clocks ? { stoppedClocks: fact.data.clocks } : {}),
      };
    case 'unmerged':
      return { mergedInto: null, ...(state.stoppedClocks ? { stoppedClocks: [] } : {}) };
    case 'absorbed':
      return {
        absorbed: [
          ...state.absorbed,
          { id: fact.data.case, number: fact.data.number, awareAt: fact.data.awareAt },
        ],
      };
    case 'let-go':
      return { absorbed: state.absorbed.filter((one) => one.id !== fact.data.case) };
    case 'linked':
    case 'unlinked': {
      const { incident, previous, cases } = fact.data;
      // In the stream of the other case nothing moves.
      if (incident === previous) return {};
      return { incident, linkedTo: fact.kind === 'linked' ? (cases[0] ?? null) : null };
    }
    case 'awareness-corrected':
      return { awareAt: fact.data.at };
    case 'convenor-told':
      return { convenorTold: true };
    case 'act-proposed': {
      const { rule, act, reason, level, into, outcome } = fact.data;
      const pending: Pending = {
        ...{ id: fact.seq, rule, act, reason, level, into, ...(outcome === undefined ? {} : { outcome }) },
        person: fact.person ?? '',
        post: fact.post ?? '',
        at,
        recovery: state.recovery?.ordinal ?? null,
        gradings: confirmations(state),
      };
      return { pending: [...state.pending, pending] };
    }
    case 'act-approved':
    case 'act-declined':
    case 'act-withdrawn':
    case 'act-lapsed':
      return { pending: state.pending.filter((one) => one.id !== fact.data.proposal) };
    case 'held': {
      const { authority, organisation, reference, until, reason } = fact.data;
      return { hold: { authority, organisation, reference, until, reason }, wasHeld: true };
    }
    case 'hold-lifted':
      return { hold: null };
    case 'left-to-agency':
    case 'meeting-called':
      return { command: { decision: fact.kind, at, person: fact.person, post: fact.post } };
    case 'stationing-ordered':
      return {
        command: { decision: fact.kind, at, person: fact.person, post: fact.post },
        stationing: true,
      };
    case 'stood-down':
      return state.stationing ? { stationing: false } : {};
    default:
      return changeAffairs(state, fact);
  }
}

/** How often the level has been decided. */
export function confirmations(state: CaseState): number {
  return state.gradings.filter((one) => one.status === 'confirmed').length;
}

function proposal(fact: CaseFact, status: 'proposed' | 'confirmed', level: string, reason: string): Grading {
  return { level, status, at: fact.at.toISOString(), person: fact.person, post: fact.post, reason };
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])];
}

/** The state after one more fact. Throws on a gap in the stream: a stream is whole or it is nothing. */
export function evolve(id: string, before: CaseState | null, fact: CaseFact): CaseState {
  if (before === null) {
    if (fact.kind !== 'opened' || fact.seq !== 1)
      throw new Error(`case ${id}: the first fact must be "opened" with number 1`);
    return withTold(open(id, fact), fact);
  }
  if (fact.seq !== before.revision + 1)
    throw new Error(`case ${id}: fact ${fact.seq} follows ${before.revision}`);
  const next: CaseState = {
    ...before,
    ...change(before, fact),
    revision: fact.seq,
    changedAt: fact.at.toISOString(),
  };
  return withTold(withState(next, fact), fact);
}

function withState(state: CaseState, fact: CaseFact): CaseState {
  const { state: to, open: isOpen } = fact.data;
  if (to === undefined || to === state.state) return state;
  const nowOpen = isOpen ?? state.open;
  // Going back ends the detour: a case merged while it waited for details still knows where it was before them.
  const isBack = to === state.previousState;
  const trail = isBack ? state.trail.slice(0, -1) : [...state.trail, state.state];
  return {
    ...state,
    previousState: trail.at(-1) ?? null,
    trail,
    state: to,
    open: nowOpen,
    closedAt: nowOpen ? null : (state.closedAt ?? fact.at.toISOString()),
  };
}

function withTold(state: CaseState, fact: CaseFact): CaseState {
  // Who is told as one of a group that sees the case only while it helps, is not thereby a reader for ever.
  const inside = (fact.data.told ?? [])
    .filter((told) => told.inside && !told.forNow)
    .map((told) => told.post);
  return inside.length === 0 ? state : { ...state, told: union(state.told, inside) };
}

/** Folds a whole stream. Null for an empty one. */
export function rebuild(id: string, facts: Iterable<CaseFact>): CaseState | null {
  let state: CaseState | null = null;
  for (const fact of facts) state = evolve(id, state, fact);
  return state;
}
