/**
 * What a deputy convenor may choose about a case below the gravest level: leave it to the agency, call an emergency meeting,
 * or have the centre staffed (S7.10.4a to S7.10.4c). Pure.
 */
import { refuse, refuseFields } from '../platform/errors.ts';
import type { CaseState } from './evolve.ts';
import type { NewFact } from './facts.ts';

/** A meeting is called for now or later, not for a time long gone; a clock a little fast is no mistake. */
const PAST_MS = 5 * 60_000;
/** Nor for a day so far away that it must be a slip of the pen. */
const AHEAD_MS = 30 * 24 * 3_600_000;

type StateChange = { readonly state?: string; readonly open?: boolean };

/** True while a case may be left to its agency: not at the gravest level, and nobody has ordered stationing since. */
export function mayLeave(state: CaseState): boolean {
  return !state.stationing && !Object.values(state.thresholds).some((one) => one.inside);
}

/**
 * The agency goes on by itself.
 * @throws Refusal stationing-stands: what was ordered ends by standing the centre down, and by nothing else (DEC-15)
 */
export function left(state: CaseState, reason: string, to: StateChange): NewFact[] {
  if (!mayLeave(state)) refuse('stationing-stands');
  return [{ kind: 'left-to-agency', data: { reason, ...to } }];
}

/**
 * An emergency meeting is called.
 * @throws Refusal invalid-input for a time that cannot be meant
 */
export function called(
  meeting: string,
  asked: { readonly startsAt: string; readonly place: string; readonly reason: string },
  now: Date,
  to: StateChange,
): NewFact[] {
  const at = Date.parse(asked.startsAt);
  if (at < now.getTime() - PAST_MS) refuseFields({ path: 'startsAt', code: 'in-the-past' });
  if (at > now.getTime() + AHEAD_MS) refuseFields({ path: 'startsAt', code: 'bad-date' });
  const { startsAt, place, reason } = asked;
  return [{ kind: 'meeting-called', data: { meeting, startsAt, place, reason, ...to } }];
}

/**
 * The centre is staffed at once.
 * @throws Refusal stationing-stands when it was ordered already
 */
export function ordered(state: CaseState, reason: string, to: StateChange): NewFact[] {
  if (state.stationing) refuse('stationing-stands');
  return [{ kind: 'stationing-ordered', data: { reason, ...to } }];
}
