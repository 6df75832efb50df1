/** The rights table as it is read: for each kind of post, every act, on which cases, in which states. Pure. */
import type { FourEyes, Pack, Right } from './pack.ts';
import type { Act, Relation, Role } from './vocabulary.ts';

/** One line: what a post may do to cases it stands in this relation to. */
export interface RightLine {
  readonly act: Act;
  readonly relation: Relation;
  /** States in which the act is possible and this row allows it, in the pack's order; `any` for all there are. */
  readonly states: readonly string[] | 'any';
  readonly when: NonNullable<Right['when']> | null;
  readonly compartment: boolean | null;
  /** Rules under which one person alone cannot do it (ISO-15). */
  readonly rules: readonly FourEyes[];
  readonly source: string | null;
}

/** States an act can be done in; a first report has none yet. */
function possibleStates(pack: Pack, act: Act): string[] {
  const from = new Set(pack.transitions.filter((one) => one.act === act).flatMap((one) => one.from));
  return pack.states.map((state) => state.id).filter((id) => from.has(id));
}

/** Every role that has rights, in the order of the table, with its lines: what is not listed may not be done. */
export function rightsByRole(pack: Pack): { role: Role; lines: RightLine[] }[] {
  const roles = [...new Set(pack.rights.map((right) => right.role))];
  return roles.map((role) => ({
    role,
    lines: pack.rights
      .filter((right) => right.role === role)
      .flatMap((right) =>
        right.acts.flatMap((act): RightLine[] => {
          const possible = possibleStates(pack, act);
          const states =
            right.states === 'any' ? possible : possible.filter((id) => right.states.includes(id));
          if (states.length === 0 && act !== 'file-initial') return [];
          return [
            {
              act,
              relation: right.relation,
              states: act === 'file-initial' || states.length === pack.states.length ? 'any' : states,
              when: right.when ?? null,
              compartment: right.compartment ?? null,
              rules: pack.fourEyes.filter((rule) => rule.acts.includes(act)),
              source: right.source ?? null,
            },
          ];
        }),
      ),
  }));
}
