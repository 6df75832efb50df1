/**
 * What is told of an order of silence, and to whom (H28). While it stands the case itself is seen by few (evolve.ts); when it
 * has ended everybody is back, and still only those few are told that there was one. Pure.
 */
import type { Pack } from '../mechanism/index.ts';
import { type CaseState, heldKeys } from './evolve.ts';
import type { CaseFact, FactKind, HeldNews } from './facts.ts';
import type { World } from './recipients.ts';

/** Kinds of facts that may speak of an order of silence: what is said of them to all who see the case is "changed". */
export const HUSHED: ReadonlySet<string> = new Set<FactKind>([
  'held',
  'hold-lifted',
  'act-proposed',
  'act-approved',
  'act-declined',
  'act-withdrawn',
  'act-lapsed',
]);

/**
 * True for a body that may order silence: one the mechanism names, or one below it, that still exists. Whoever is named in
 * an order sees all of a case that others may not even know of.
 */
export function mayOrderSilence(organisationId: string, { directory, pack, now }: World): boolean {
  const body = directory.organisations.get(organisationId);
  if (!body || (body.validTo !== null && body.validTo < now.toISOString().slice(0, 10))) return false;
  return [body, ...directory.superiors(organisationId)].some((one) =>
    pack.holdAuthorities.includes(one.code),
  );
}

/**
 * What those kept out do not know of the level in force when the silence that stands now ends: that somebody has confirmed
 * or changed it, or, while nobody has, that another was proposed. Null when it is as they know it (H28).
 */
export function newsOfHold(facts: readonly CaseFact[]): HeldNews | null {
  const from = facts.findLastIndex((fact) => fact.kind === 'held');
  const [before, meanwhile] = [facts.slice(0, from), facts.slice(from + 1)];
  const gradings = meanwhile.filter((fact) => fact.kind === 'graded');
  const [first, last] = [gradings[0], gradings.at(-1)];
  const wasGraded = before.some((fact) => fact.kind === 'graded');
  if (first && last) {
    const changed = first.data.previous !== last.data.level;
    return changed || !wasGraded ? { on: 'graded', changed } : null;
  }
  const isProposed = meanwhile.some((fact) => fact.kind === 'level-proposed');
  return isProposed && !wasGraded ? { on: 'level-proposed', changed: true } : null;
}

/** Facts of which only those may know who know of an order of silence. */
function isOfHold(fact: CaseFact): boolean {
  if (fact.kind === 'held' || fact.kind === 'hold-lifted') return true;
  return 'act' in fact.data && fact.data.act === 'lift-hold';
}

/** Numbers of the facts this viewer may not know of. */
export function hushedFrom(
  keys: readonly string[],
  state: CaseState,
  facts: readonly CaseFact[],
): ReadonlySet<number> {
  if (!state.wasHeld) return new Set();
  const holds = facts.flatMap((fact) => (fact.kind === 'held' ? [fact.data] : []));
  const mayKnow = holds.some((hold) => heldKeys(state, hold).some((key) => keys.includes(key)));
  return new Set(mayKnow ? [] : facts.filter(isOfHold).map((fact) => fact.seq));
}

/**
 * A case's stream and its notices as the viewer may know them: without what speaks of silence, without the notices that
 * told of it, and without their confirmations.
 */
export function spokenTo<N extends { readonly id: string; readonly factSeq: number; readonly route: string }>(
  keys: readonly string[],
  state: CaseState,
  facts: readonly CaseFact[],
  notices: readonly N[],
  pack: Pack,
): { facts: readonly CaseFact[]; notices: readonly N[] } {
  const hushed = hushedFrom(keys, state, facts);
  if (hushed.size === 0) return { facts, notices };
  // What the end of a silence told of the level speaks of the level alone.
  const ofLevel = new Set(pack.routes.filter((route) => !HUSHED.has(route.on)).map((route) => route.id));
  const quiet = new Set(
    notices
      .filter((notice) => hushed.has(notice.factSeq) && !ofLevel.has(notice.route))
      .map((notice) => notice.id),
  );
  return {
    facts: facts.filter(
      (fact) => !hushed.has(fact.seq) && !(fact.kind === 'acknowledged' && quiet.has(fact.data.notice)),
    ),
    notices: notices.filter((notice) => !quiet.has(notice.id)),
  };
}
