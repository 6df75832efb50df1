/**
 * The facts of a case: what was decided, by whom, when. Append-only; the state of a case follows from them alone
 * (see evolve.ts). A fact stores the decision, not the formula: a later pack or rule never changes what an old fact says.
 *
 * Shapes carry a version (`facts.shape`, now 1 everywhere). To change a shape: add the new one, upcast the old one in
 * {@link upcast}, and leave the golden history (golden-history.test.ts) as it is.
 */
import type { Act, Capacity, Channel, ReportKind } from '../mechanism/vocabulary.ts';
import type { AffairsFacts } from './affairs-facts.ts';

/** Who was told by a fact: the post, by which route of the pack, and whether he may see the case (DEC-19). */
export interface Told {
  readonly post: string;
  readonly route: string;
  readonly inside: boolean;
  /** Told as one of a group that sees the case only while it is asked to help. */
  readonly forNow?: true;
}

/** Where a case belongs, decided when it is opened and kept although the directory moves on (H42). */
export interface Routing {
  /** Group that controls the case: the crisis subgroup, or the compartment's own (DEC-19). */
  readonly desk: string;
  /** Competent authority (主管機關). */
  readonly authority: string | null;
  /** Bodies above the reporting one, nearest first (S2.1). */
  readonly superiors: readonly string[];
  readonly subgroup: string;
  readonly affected: readonly string[];
  readonly sectors: readonly string[];
  /** The desk's own body reports: another body's deputy convenor releases (DEC-23). */
  readonly deskReports: boolean;
}

/** An act that waits for a second person (ISO-15): everything needed to do it later as it was meant. */
export interface ProposedAct {
  /** The pack's rule that asks for a second person. */
  readonly rule: string;
  readonly act: Act;
  readonly reason: string;
  readonly level: string | null;
  /** The other case of a merge. */
  readonly into: { readonly id: string; readonly number: string } | null;
  /** How a release says that it came out. */
  readonly outcome?: string;
}

/** What became of a proposal; `proposal` is the number of the fact that made it. */
interface Settled {
  readonly proposal: number;
  readonly rule: string;
  readonly act: Act;
}

/** Why a proposal no longer fits its case. */
export type LapseReason = 'case-moved' | 'level-decided' | 'report-renewed' | 'no-longer-needed';

/** A prosecutor's order of silence (H28). */
export interface Hold {
  /** Who ordered it, in words, and the body of the directory it is, when it is one. */
  readonly authority: string;
  readonly organisation: string | null;
  readonly reference: string;
  /** Until when it was ordered; it never ends by itself. */
  readonly until: string | null;
  readonly reason: string;
}

/**
 * A case joined those of one event in the world, or left them (H22, H47). Written in the stream of the case that moves and in
 * the stream of the case it was linked with; there the incident stays as it was.
 */
interface Linked {
  /** The incident the case stands under from now on, and the one before. */
  readonly incident: string;
  readonly previous: string;
  /** The other cases of this act; a reader is shown those he may see. */
  readonly cases: readonly { readonly id: string; readonly number: string }[];
  readonly reason: string;
}

/** The level in force was settled or proposed in silence; `changed`: it is another than before it. */
export interface HeldNews {
  readonly on: 'graded' | 'level-proposed';
  readonly changed: boolean;
}

/** Present in every fact: who was told by it, and the state it led to when it changed one. */
interface Common {
  readonly told?: readonly Told[];
  readonly state?: string;
  readonly open?: boolean;
}

interface FactData extends AffairsFacts {
  opened: {
    number: string;
    series: string;
    year: number;
    seq: number;
    organisation: string;
    incident: string;
    pack: string;
    mode: 'live' | 'exercise';
    compartment: string | null;
    suspected: boolean;
    routing: Routing;
  };
  filed: {
    report: string;
    ordinal: number;
    kind: ReportKind;
    hash: string;
    level: string;
    suspected: boolean;
    summary: string;
    channel: Channel;
    toldAt: string;
    onBehalf: boolean;
    occurredAt: string | null;
    awareAt: string | null;
    resolvedAt: string | null;
    solved: boolean;
    affected: readonly string[];
    flags: readonly string[];
    /** Sent by somebody of the body from whom an order of silence hides the case: it does not let him in (H28). */
    blind?: true;
  };
  taken: Record<never, never>;
  'handed-over': { to: string; toPost: string; reason: string };
  registered: Record<never, never>;
  'asked-back': { message: string };
  'level-proposed': { level: string; previous: string | null };
  graded: { level: string; previous: string; reason: string; changed: boolean };
  'threshold-reached': {
    threshold: string;
    crossing: number;
    level: string;
    confirmed: boolean;
    again: boolean;
  };
  'threshold-left': { threshold: string; crossing: number; level: string };
  promoted: { reason: string };
  'sent-back': { reason: string };
  /** How it came out, one of the pack's outcomes (S8.2.3); facts of earlier releases, and machines, say nothing. */
  released: { reason: string; outcome?: string };
  dismissed: { reason: string };
  'withdrawal-requested': { reason: string };
  'withdrawal-refused': { reason: string };
  withdrawn: { reason: string };
  /** `clocks` ran until then; facts of the first release do not say which. */
  merged: { into: string; number: string; reason: string; clocks?: readonly string[] };
  absorbed: { case: string; number: string; awareAt: string | null };
  unmerged: { from: string; number: string; reason: string };
  'let-go': { case: string; number: string };
  linked: Linked;
  unlinked: Linked;
  /** `suspected: false`: from now on an incident. Facts of the first release do not say, and left an anomaly one. */
  reopened: { reason: string; suspected?: false };
  /** `group`: to whom, when neither to the agency nor to the desk (S8.2.2). */
  'message-sent': { message: string; direction: 'to-agency' | 'to-desk' | 'to-group'; group?: string };
  'awareness-corrected': { at: string; previous: string | null; reason: string };
  'convenor-told': { at: string; how: string; reason: string };
  acknowledged: {
    notice: string;
    post: string;
    capacities: readonly Capacity[];
    how: 'app' | 'telephone' | 'act' | 'sms';
    at: string;
    by: string | null;
    recordedBy: string | null;
  };
  'clock-warned': { clock: string; definition: string; dueAt: string };
  'clock-overdue': { clock: string; definition: string; dueAt: string };
  /**
   * Nobody answered a notice in time: `people` of its post and body were told as well, or other posts (`told`). `skipped` are
   * rungs whose time passed while nothing ran; after that the one now due is `late` (FLT-15).
   */
  'rung-reached': {
    notice: string;
    post: string;
    ladder: string;
    rung: number;
    people: readonly string[];
    late: boolean;
    skipped: readonly number[];
  };
  'act-proposed': ProposedAct;
  'act-approved': Settled & { by: { person: string; post: string } };
  'act-declined': Settled & { reason: string };
  'act-withdrawn': Settled & { reason: string };
  'act-lapsed': Settled & { why: LapseReason };
  held: Hold;
  /** `news`: what became of the level meanwhile, for those who could not be told; facts of the first release say nothing. */
  'hold-lifted': { reason: string; news?: HeldNews };
  /** What a deputy convenor decided below the gravest level (S7.10.4a to S7.10.4c). */
  'left-to-agency': { reason: string };
  'meeting-called': { meeting: string; startsAt: string; place: string; reason: string };
  'stationing-ordered': { reason: string };
  /** Everybody was called in late: silence had been ordered when the level was reached (H28). */
  summoned: { activation: string };
  /** The centre was stood down by decision (DEC-15). */
  'stood-down': { activation: string };
}

export type FactKind = keyof FactData;
/** What the rules decide: a fact before it has a place and a time. */
export type NewFact = {
  [K in FactKind]: { readonly kind: K; readonly data: Readonly<FactData[K]> & Common };
}[FactKind];
/** A fact in its stream. */
export type CaseFact = NewFact & {
  readonly seq: number;
  readonly at: Date;
  readonly person: string | null;
  readonly post: string | null;
};

/** A stored row of any release as today's fact. Shape 1 is the only one so far. */
export function upcast(row: {
  seq: number;
  kind: string;
  shape: number;
  data: unknown;
  at: Date;
  person_id: string | null;
  post_id: string | null;
}): CaseFact {
  if (row.shape !== 1)
    throw new Error(`fact of unknown shape ${row.shape} (${row.kind}): written by a newer release`);
  return {
    seq: row.seq,
    kind: row.kind as FactKind,
    data: row.data,
    at: row.at,
    person: row.person_id,
    post: row.post_id,
  } as CaseFact;
}
