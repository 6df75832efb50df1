/**
 * Cases that tell of one event in the world stand under one incident (H22, H47). Linking drops nothing and hides nothing: each
 * case keeps its number, its place in the queue, its clocks and who is told of it, and the link can be undone. Pure.
 */
import type { Pack } from '../mechanism/index.ts';
import { refuse } from '../platform/errors.ts';
import type { CaseState } from './evolve.ts';
import type { NewFact } from './facts.ts';

/** The other case of a link, as it stands. */
export interface LinkTarget {
  readonly id: string;
  readonly number: string;
  readonly state: CaseState;
}

/**
 * True when both may stand under one incident: never an exercise with what has happened, nor across a wall, and not what was
 * found to be no incident or has become part of another case.
 */
export function mayStandTogether(one: CaseState, other: CaseState, pack: Pack): boolean {
  return (
    one.id !== other.id &&
    one.mode === other.mode &&
    one.compartment === other.compartment &&
    pack.states.some((state) => state.id === other.state && state.counted)
  );
}

/**
 * The case joins the incident of the other; nothing, when it stands under it already.
 * @throws Refusal nothing-to-link, case-held (an order of silence would be told to whoever reads the other, H28)
 */
export function joined(
  state: CaseState,
  target: LinkTarget | undefined,
  reason: string,
  to: object,
  pack: Pack,
): NewFact[] {
  if (!target || !mayStandTogether(state, target.state, pack)) refuse('nothing-to-link');
  if (state.hold !== null || target.state.hold !== null) refuse('case-held');
  const { incident } = target.state;
  if (incident === state.incident) return [];
  const cases = [{ id: target.id, number: target.number }];
  return [{ kind: 'linked', data: { incident, previous: state.incident, cases, reason, ...to } }];
}

/** The case stands under its own incident again. @throws Refusal nothing-to-link when it was not linked */
export function parted(state: CaseState, reason: string, to: object): NewFact[] {
  if (!state.linkedTo) refuse('nothing-to-link');
  if (state.hold !== null) refuse('case-held');
  const cases = [state.linkedTo];
  return [{ kind: 'unlinked', data: { incident: state.id, previous: state.incident, cases, reason, ...to } }];
}

/** What the stream of the other case keeps of it. */
export function mirrorOf(
  kind: 'linked' | 'unlinked',
  other: CaseState,
  cases: readonly { readonly id: string; readonly number: string }[],
  reason: string,
): NewFact {
  return { kind, data: { incident: other.incident, previous: other.incident, cases, reason } };
}
