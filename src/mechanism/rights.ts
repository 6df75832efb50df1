/** The rights table and the transitions: who may do what in which state, and where it leads (rule 7). Pure. */
import type { Pack, Right, Transition } from './pack.ts';
import type { Act, GroupAct, Relation, Role } from './vocabulary.ts';

/** One post of the actor's in one of its relations to the case. */
export type Standing = { role: Role; relation: Relation };

/** What is asked of the rights table. */
export type RightsQuestion = {
  roles: readonly Standing[];
  act: Act;
  /** The case's state; for `file-initial` the state it would begin in. */
  state: string;
  /** The desk's own body reported the case (DEC-23). */
  deskReports: boolean;
  /** The compartment the case lives in; null for an open case (DEC-19). */
  compartment: string | null;
};

/**
 * The first row of the pack's rights table that allows the act, or null: what is not listed is not allowed.
 * One row must fit one standing whole; the role of one post never lends itself to the relation of another (DEC-9).
 */
export function rightsAllow(pack: Pack, question: RightsQuestion): Right | null {
  return pack.rights.find((right) => question.roles.some((one) => rowFits(right, one, question))) ?? null;
}

function rowFits(right: Right, standing: Standing, question: RightsQuestion): boolean {
  if (right.role !== standing.role) return false;
  if (right.relation !== 'any' && right.relation !== standing.relation) return false;
  if (!right.acts.includes(question.act)) return false;
  if (right.states !== 'any' && !right.states.includes(question.state)) return false;
  if (right.when !== undefined && (right.when === 'desk-reports') !== question.deskReports) return false;
  return right.compartment === undefined || right.compartment === (question.compartment !== null);
}

/**
 * The transition an act makes from a state, or null when it makes none there.
 * `file-initial` has none: it opens a case in `initialState` or `suspectedState`.
 */
export function transitionFor(pack: Pack, act: Act, state: string): Transition | null {
  return pack.transitions.find((one) => one.act === act && one.from.includes(state)) ?? null;
}

/** A post, as far as `groupRights` asks. */
export type GroupPost = { readonly role: string; readonly groupCode: string | null };

/** True when a row of the pack's `groupRights` lets the post do it: what is not listed is not allowed. */
export function groupMay(pack: Pack, act: GroupAct, post: GroupPost): boolean {
  return pack.groupRights.some(
    (row) =>
      row.role === post.role &&
      row.acts.includes(act) &&
      (row.group === undefined || row.group === post.groupCode),
  );
}

/** Keys of those the pack lets do it, for rows that say themselves who may see them. */
export function groupKeys(pack: Pack, act: GroupAct): string[] {
  const keys = pack.groupRights.flatMap((row) => {
    if (!row.acts.includes(act)) return [];
    if (row.group !== undefined) return [`group:${row.group}`];
    if (row.role === 'convenor' || row.role === 'deputy-convenor') return ['command'];
    return row.role === 'auditor' || row.role === 'observer' ? ['watch'] : [];
  });
  return [...new Set(['system', ...keys])].sort();
}
