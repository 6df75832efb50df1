/**
 * Acts that need a second person (ISO-15). Pure.
 *
 *   proposed ─approved→ done, in the same moment
 *            ├declined→ nothing happens
 *            ├withdrawn by the proposer
 *            └lapsed: the case has moved on and the act no longer fits it
 *
 * Which acts, and when, is the pack's (`fourEyes`). While one waits the case stands exactly as it did, and nothing is ever
 * done, undone or agreed to by waiting. Raising a level waits for nobody, whatever a pack may say.
 */
import { isAtLeast, type Pack, transitionFor } from '../mechanism/index.ts';
import type { FourEyes } from '../mechanism/pack.ts';
import { refuse } from '../platform/errors.ts';
import type { CaseAct } from './contract.ts';
import { type CaseState, confirmations, type Pending } from './evolve.ts';
import type { LapseReason, NewFact, ProposedAct } from './facts.ts';

/** The part of an act that decides whether it needs a second person. */
type Asked = Pick<ProposedAct, 'act' | 'level'>;

/** A confirmed level that reaches the threshold. */
function standsWithin(state: CaseState, threshold: string, pack: Pack): boolean {
  const found = pack.thresholds.find((one) => one.id === threshold);
  return (
    found !== undefined && state.levelStatus === 'confirmed' && isAtLeast(pack, state.level, found.atLeast)
  );
}

/** The pack's rule by which one person alone cannot do this to the case as it stands; null when he can. */
export function ruleFor(state: CaseState, asked: Asked, pack: Pack): FourEyes | null {
  const { act, level } = asked;
  // A graver level is never kept waiting.
  if (level !== null && isAtLeast(pack, level, state.level)) return null;
  return (
    pack.fourEyes.find((rule) => {
      if (!rule.acts.includes(act)) return false;
      if (rule.within !== undefined && !standsWithin(state, rule.within, pack)) return false;
      if (rule.leaves === undefined) return true;
      const threshold = pack.thresholds.find((one) => one.id === rule.leaves);
      if (!threshold || level === null) return false;
      return standsWithin(state, rule.leaves, pack) && !isAtLeast(pack, level, threshold.atLeast);
    }) ?? null
  );
}

/** What of a command a proposal keeps. */
export function askedOf(command: CaseAct): Asked & { reason: string } {
  return {
    act: command.act,
    level: 'level' in command ? command.level : null,
    reason: 'reason' in command ? command.reason : '',
  };
}

/** The fact of proposing, in place of the act itself. @throws Refusal already-proposed */
export function proposalOf(
  state: CaseState,
  rule: FourEyes,
  command: CaseAct,
  into: ProposedAct['into'],
): NewFact {
  if (state.pending.some((one) => one.rule === rule.id)) refuse('already-proposed');
  const outcome = command.act === 'release' && command.outcome ? { outcome: command.outcome } : {};
  return { kind: 'act-proposed', data: { rule: rule.id, ...askedOf(command), into, ...outcome } };
}

/** The proposal a decision speaks of. @throws Refusal nothing-proposed when it no longer waits */
export function pendingOf(state: CaseState, id: number): Pending {
  return state.pending.find((one) => one.id === id) ?? refuse('nothing-proposed');
}

/** The command that a proposal becomes once it is approved. */
export function commandOf(pending: Pending, revision: number): CaseAct {
  const { act, level, reason, into, outcome } = pending;
  return {
    act,
    revision,
    reason,
    ...(level === null ? {} : { level }),
    ...(into === null ? {} : { intoCase: into.id }),
    ...(outcome === undefined ? {} : { outcome }),
  } as CaseAct;
}

/** Why a proposal no longer fits the case; null while it does. */
export function lapseOf(state: CaseState, pending: Pending, pack: Pack): LapseReason | null {
  if (confirmations(state) !== pending.gradings) return 'level-decided';
  if (transitionFor(pack, pending.act, state.state) === null) return 'case-moved';
  if (pending.act === 'release' && (state.recovery?.ordinal ?? null) !== pending.recovery)
    return 'report-renewed';
  if (pending.act === 'approve-withdrawal' && !state.withdrawalRequested) return 'case-moved';
  if (pending.act === 'lift-hold' && state.hold === null) return 'case-moved';
  return ruleFor(state, pending, pack) === null ? 'no-longer-needed' : null;
}

/** The facts by which proposals end that no longer fit. */
export function lapses(state: CaseState, pack: Pack): NewFact[] {
  return state.pending.flatMap((pending): NewFact[] => {
    const why = lapseOf(state, pending, pack);
    if (why === null) return [];
    return [
      {
        kind: 'act-lapsed',
        data: { proposal: pending.id, rule: pending.rule, act: pending.act, why },
      },
    ];
  });
}
