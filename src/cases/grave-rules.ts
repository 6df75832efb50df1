/** Acts for which an open screen somebody found must not be enough. Pure. */
import { type Pack, rankOf } from '../mechanism/index.ts';
import type { Act } from '../mechanism/vocabulary.ts';
import type { CaseAct } from './contract.ts';
import type { CaseState } from './evolve.ts';

/** What hides a case from those whose business it is, and what shows it again. */
const SILENCE: ReadonlySet<Act> = new Set(['hold', 'lift-hold']);
const GRADING: ReadonlySet<Act> = new Set(['confirm-level', 'change-level']);

/** The acts of which some are grave; for the others nobody need be asked who he is. */
export const MAY_BE_GRAVE: ReadonlySet<CaseAct['act']> = new Set([
  'confirm-level',
  'change-level',
  'hold',
  'lift-hold',
  'approve-act',
]);

/**
 * True for an order of silence and its end, and for a grading to or from the gravest level the pack has: it calls the
 * centre out, or sends it home (AUTH-6).
 */
export function isGrave(act: Act, from: string, to: string | null, pack: Pack): boolean {
  if (SILENCE.has(act)) return true;
  if (!GRADING.has(act)) return false;
  const gravest = Math.max(...pack.levels.map((level) => level.rank));
  return [from, to].some((level) => level !== null && rankOf(pack, level) === gravest);
}

/**
 * As {@link isGrave}, for what somebody wants to do to a case now. What takes two people is agreed to with a fresh proof,
 * whatever it is: else one who found the second screen open would be both.
 */
export function isGraveNow(command: CaseAct, state: CaseState, pack: Pack): boolean {
  if (command.act === 'approve-act') return true;
  const known = 'level' in command && pack.levels.some((level) => level.id === command.level);
  return isGrave(command.act as Act, state.level, known ? command.level : null, pack);
}
