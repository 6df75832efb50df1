/**
 * The facts of the centre while it is formed up (stream `activation`). Append-only; its state follows from them alone
 * (evolve.ts). They carry no free text: what people write stands apart with the cases it names, and here only its id and hash.
 */

/** Something written: its id among the texts, and the hash of what it said. */
export interface Written {
  readonly id: string;
  readonly hash: string;
}

/** Why a case called the centre out. */
export type Cause = 'threshold' | 'ordered' | 'late';
/** What part somebody summoned has at the centre; decides where he stands on the list. */
export type Part = 'command' | 'coordinator' | 'staff' | 'subgroup' | 'related';
export const ANSWERS = ['coming', 'remote', 'deputy', 'cannot'] as const;
export type AnswerKind = (typeof ANSWERS)[number];
/** Who coordinates: the hierarchy of every day, or the crisis notification working group (S7.10.3a, S7.10.3b). */
export type Coordination = 'normal' | 'emergency';

interface Joined {
  readonly case: string;
  readonly cause: Cause;
  readonly level: string;
  /** The gravest threshold was reached: whoever stands the centre down is another (DEC-15). */
  readonly top: boolean;
  readonly crossing: number;
  /** The gravest level that has called the centre out, this one included. */
  readonly gravest: string;
}

interface FactData {
  activated: Joined & {
    mode: 'live' | 'exercise';
    compartment: string | null;
    pack: string;
    /** The group that coordinates in normal mode, and the one in emergency mode. */
    desk: string;
    coordinator: string;
    staff: string;
    /** The subgroups of the mechanism: they see the centre. */
    subgroups: readonly string[];
  };
  'case-joined': Joined;
  'case-crossed': Joined;
  summoned: {
    case: string;
    answerBy: string;
    posts: readonly { readonly post: string; readonly group: string | null; readonly part: Part }[];
  };
  'summons-answered': {
    post: string;
    answer: AnswerKind;
    eta: string | null;
    note: Written | null;
    /** Said on the telephone; whoever wrote it down is the fact's person. */
    recorded: boolean;
  };
  'checked-in': { person: string; post: string; group: string | null; remote: boolean };
  'checked-out': { person: string };
  'shift-planned': { shift: string; group: string; person: string; from: string; to: string };
  'shift-cancelled': { shift: string };
  'shift-handed-over': { shift: string; to: string | null; note: Written };
  logged: { note: Written };
  'situation-report-drafted': { report: string; ordinal: number; paragraphs: readonly Written[] };
  'situation-report-approved': { report: string };
  'situation-report-declined': { report: string; note: Written };
  'mode-switched': { to: Coordination; note: Written | null };
  'meeting-opened': { meeting: string };
  'stood-down': { note: Written };
}

export type CentreFactKind = keyof FactData;
/** What the rules decide: a fact before it has a place and a time. */
export type NewCentreFact = {
  [K in CentreFactKind]: { readonly kind: K; readonly data: Readonly<FactData[K]> };
}[CentreFactKind];
/** A fact in its stream. */
export type CentreFact = NewCentreFact & {
  readonly seq: number;
  readonly at: Date;
  readonly person: string | null;
  readonly post: string | null;
};

/** A row of `facts` as it is read. */
export interface FactRow extends Record<string, unknown> {
  readonly seq: number;
  readonly kind: string;
  readonly shape: number;
  readonly data: unknown;
  readonly at: Date;
  readonly person_id: string | null;
  readonly post_id: string | null;
}

/** A stored row of any release as today's fact. Shape 1 is the only one so far. */
export function upcast<F>(row: FactRow): F {
  if (row.shape !== 1)
    throw new Error(`fact of unknown shape ${row.shape} (${row.kind}): written by a newer release`);
  return {
    seq: row.seq,
    kind: row.kind,
    data: row.data,
    at: row.at,
    person: row.person_id,
    post: row.post_id,
  } as F;
}
