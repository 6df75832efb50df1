/** What filing a report decides: the facts of a new case, or of one more report to an open one. Pure. */
import { isAtLeast, type Pack, sectorRouting } from '../mechanism/index.ts';
import type { Channel, ReportKind } from '../mechanism/vocabulary.ts';
import { summaryOf } from './content-rules.ts';
import type { FileReport } from './contract.ts';
import { type CaseState, confirmations } from './evolve.ts';
import type { NewFact, Routing } from './facts.ts';
import { openedByForm } from './referral-rules.ts';
import { isOpenState, requireTransition, stateChange } from './rules.ts';
import { askedByForm } from './support-rules.ts';

/** What the shell found out and claimed before the rule runs. */
export interface FilingInput {
  readonly reportId: string;
  readonly hash: string;
  readonly kind: ReportKind;
  readonly channel: Channel;
  readonly toldAt: string;
  readonly onBehalf: boolean;
  readonly suspected: boolean;
  readonly content: FileReport['content'];
  /** Whoever files it may not see the case (H28). */
  readonly blind?: boolean;
}

/** Identity and place of a case about to be opened. */
export interface OpeningInput {
  readonly caseId: string;
  readonly number: string;
  readonly series: string;
  readonly year: number;
  readonly seq: number;
  readonly organisation: string;
  readonly pack: string;
  readonly mode: 'live' | 'exercise';
  readonly compartment: string | null;
  readonly routing: Routing;
}

/** Subgroups of the sectors the reporter names as affected, beyond the case's own (H26, DEC-22). */
function affectedBy(content: FileReport['content'], pack: Pack): string[] {
  if (content.affectedSectors.length === 0) return [];
  const { subgroup, affectedSubgroups } = sectorRouting(pack, content.affectedSectors);
  return [subgroup, ...affectedSubgroups];
}

function filed(
  input: FilingInput,
  ordinal: number,
  place: { readonly subgroup: string; readonly compartment: string | null },
  pack: Pack,
): NewFact & { kind: 'filed' } {
  const { content } = input;
  return {
    kind: 'filed',
    data: {
      report: input.reportId,
      ordinal,
      kind: input.kind,
      hash: input.hash,
      level: content.impactLevel,
      suspected: input.suspected,
      summary: summaryOf(content.description),
      channel: input.channel,
      toldAt: input.toldAt,
      onBehalf: input.onBehalf,
      ...(input.blind ? { blind: true as const } : {}),
      occurredAt: content.occurred.at,
      awareAt: content.aware.at,
      resolvedAt: content.resolvedAt,
      solved: content.solution.trim() !== '',
      // Nobody outside a compartment is affected by what he may not know of (DEC-19).
      affected:
        place.compartment === null
          ? affectedBy(content, pack).filter((group) => group !== place.subgroup)
          : [],
      flags: Object.entries(content.flags).flatMap(([flag, told]) => (told === null ? [] : [flag])),
    },
  };
}

/** Facts of a first report: the case is opened, the report filed, the level proposed (figure 5, steps 3 and 4). */
export function openCase(opening: OpeningInput, input: FilingInput, pack: Pack): NewFact[] {
  const { caseId, ...identity } = opening;
  const state = input.suspected ? (pack.suspectedState ?? pack.initialState) : pack.initialState;
  const place = { subgroup: opening.routing.subgroup, compartment: opening.compartment };
  const fact = filed(input, 1, place, pack);
  return [
    {
      kind: 'opened',
      data: { ...identity, incident: caseId, suspected: input.suspected, state, open: true },
    },
    fact,
    ...(input.suspected ? [] : [proposed(input.content.impactLevel, null)]),
    ...setGoing(null, fact, input, 1, state, pack),
  ];
}

/** What a form sets going besides its level, in the same transaction: support (S8.5.1) and referrals (S8.4.1, S8.4.2). */
function setGoing(
  before: CaseState | null,
  fact: NewFact & { kind: 'filed' },
  input: FilingInput,
  ordinal: number,
  state: string,
  pack: Pack,
): NewFact[] {
  return [
    ...openedByForm(before?.referrals ?? [], fact.data.flags, pack, state),
    ...askedByForm(before?.support ?? [], input.content, ordinal, pack, state),
  ];
}

function proposed(level: string, previous: string | null): NewFact {
  return { kind: 'level-proposed', data: { level, previous } };
}

/**
 * Not yet an incident: its level is whatever was thought of it last. Once it was taken up again after its end, or graded, a
 * report only proposes (earlier releases went on calling such a case suspected).
 */
function isAnomaly(state: CaseState, pack: Pack): boolean {
  const hasEnded = state.trail.some((one) => !isOpenState(pack, one));
  return state.suspected && !hasEnded && confirmations(state) === 0;
}

/** Facts of a follow-up or recovery report (S8.3.7). A new proposed level goes to the desk again (figure 5, step 13). */
export function addReport(state: CaseState, input: FilingInput, pack: Pack): NewFact[] {
  const transition = requireTransition(
    input.kind === 'recovery' ? 'file-recovery' : 'file-follow-up',
    state,
    pack,
  );
  const suspected = isAnomaly(state, pack);
  const fact = filed(
    { ...input, suspected },
    state.reports + 1,
    { subgroup: state.routing.subgroup, compartment: state.compartment },
    pack,
  );
  const level = input.content.impactLevel;
  const worsened = pack.thresholds.some(
    (threshold) =>
      isAtLeast(pack, level, threshold.atLeast) && !isAtLeast(pack, state.level, threshold.atLeast),
  );
  return [
    { ...fact, data: { ...fact.data, ...stateChange(transition, state, pack) } },
    ...(level !== state.proposedLevel && !suspected && (level !== state.level || worsened)
      ? [proposed(level, state.level)]
      : []),
    ...setGoing(state, fact, input, state.reports + 1, state.state, pack),
  ];
}
