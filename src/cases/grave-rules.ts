/** Acts for which an open screen somebody found must not be enough. Pure. */
import { type Pack, rankOf } from '../mechanism/index.ts';
import type { Act } from '../mechanism/vocabulary.ts';
import type { CaseAct } from './contract.ts';
import type { CaseState } from './evolve.ts';

const GRADING: ReadonlySet<Act> = new Set(['confirm-level', 'change-level']);

/** The acts of which some are grave; for the others nobody need be asked who he is. */
export const MAY_BE_GRAVE: ReadonlySet<CaseAct['act']> = new Set([
  'confirm-level',
  'change-level',
  'approve-act',
]);

/** True for a grading to or from the gravest level the pack has: it calls the centre out, or sends it home (AUTH-6). */
export function isGrave(act: Act, from: string, to: string | null, pack: Pack): boolean {
  if (!GRADING.has(act)) return false;
  const gravest = Math.max(...pack.levels.map((level) => level.rank));
  return [from, to].some((level) => level !== null && rankOf(pack, level) === gravest);
}

/** As {@link isGrave}, for what somebody wants to do to a case now: to agree to a grave act is as grave as to do it. */
export function isGraveNow(command: CaseAct, state: CaseState, pack: Pack): boolean {
  if (command.act === 'approve-act') {
    const pending = state.pending.find((one) => one.id === command.proposal);
    return pending !== undefined && isGrave(pending.act, state.level, pending.level ?? null, pack);
  }
  const known = 'level' in command && pack.levels.some((level) => level.id === command.level);
  return isGrave(command.act as Act, state.level, known ? command.level : null, pack);
}
