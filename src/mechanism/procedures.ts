/**
 * The response procedures as they stand: what the mechanism carries, and over it what the crisis subgroup has changed since
 * (S7.11.0d). Pure. Each approved change is one edition; a case keeps the edition its procedure was opened under.
 */
import type { Bilingual, Pack } from './pack.ts';
import type { PlaybookPhase } from './vocabulary.ts';

type PackStep = Pack['playbooks'][number];

/** What a step says, apart from its name and where it comes from. */
export interface StepContent {
  /** None: nobody is asked for it any more. */
  readonly levels: readonly string[];
  readonly phase: PlaybookPhase;
  readonly owner: string;
  readonly title: Bilingual;
  readonly help: Bilingual | null;
  /** ISO duration by level; a level that is not named has no time. */
  readonly withinByLevel: Readonly<Record<string, string>>;
}

/** One approved change of a step. */
export interface ApprovedStep {
  readonly step: string;
  readonly edition: number;
  /** Null: as the mechanism has it. */
  readonly content: StepContent | null;
}

/** Everything approved so far, in the order of the editions, and the newest of them; 0 while nothing was changed. */
export interface Procedures {
  readonly edition: number;
  readonly approved: readonly ApprovedStep[];
}

/** A step as it stands in some edition. */
export interface ProcedureStep extends StepContent {
  readonly id: string;
  readonly source: string;
  /** The edition that last changed it; null = as the mechanism has it. */
  readonly edition: number | null;
}

/** What the mechanism says of a step, with its times written out level by level. */
function ofPack(step: PackStep): StepContent {
  const within = step.levels.flatMap((level): [string, string][] => {
    const time = step.withinByLevel[level] ?? step.within;
    return time === undefined ? [] : [[level, time]];
  });
  return {
    levels: step.levels,
    phase: step.phase,
    owner: step.owner,
    title: step.title,
    help: step.help ?? null,
    withinByLevel: Object.fromEntries(within),
  };
}

/** Every step as of an edition (0 = the mechanism's own), in the mechanism's order, what was added after it. */
export function stepsAt(pack: Pack, approved: readonly ApprovedStep[], edition: number): ProcedureStep[] {
  const latest = new Map<string, ApprovedStep>();
  for (const one of approved) if (one.edition <= edition) latest.set(one.step, one);
  const own = pack.playbooks.map((step): ProcedureStep => {
    const change = latest.get(step.id);
    latest.delete(step.id);
    const isOwn = !change || change.content === null;
    const content = isOwn ? ofPack(step) : (change.content as StepContent);
    return { ...content, id: step.id, source: step.source, edition: isOwn ? null : change.edition };
  });
  const added = [...latest.values()].flatMap(({ step, edition: since, content }): ProcedureStep[] =>
    content === null ? [] : [{ ...content, id: step, source: ADDED, edition: since }],
  );
  return [...own, ...added];
}

/** Where a step comes from that no mechanism carries. */
const ADDED = 'S7.11.0d';

/** The edition whose procedure a case has, or would be given now. */
export function editionOf(
  checklist: { readonly edition?: number } | undefined,
  procedures: Procedures | undefined,
): number {
  return checklist ? (checklist.edition ?? 0) : (procedures?.edition ?? 0);
}
