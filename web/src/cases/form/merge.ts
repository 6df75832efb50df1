/** Two versions of one draft brought together, field by field, against the version both began with. Pure. */
import type { FormState } from './state.ts';

export type FormKey = keyof FormState;

export interface Merged {
  form: FormState;
  /** Fields changed on both sides to different things: somebody must choose. In `form` they hold mine. */
  conflicts: FormKey[];
  /** Fields taken over from the other side without a question. */
  taken: FormKey[];
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * Three-way merge. A field only one side changed takes that side's value; one that both changed alike needs no
 * choice. Without a common base every difference is a conflict.
 */
export function mergeForms(base: FormState | null, mine: FormState, theirs: FormState): Merged {
  const form = { ...mine };
  const conflicts: FormKey[] = [];
  const taken: FormKey[] = [];
  for (const key of Object.keys(mine) as FormKey[]) {
    if (same(mine[key], theirs[key])) continue;
    if (base && same(mine[key], base[key])) {
      assign(form, key, theirs);
      taken.push(key);
    } else if (!base || !same(theirs[key], base[key])) {
      conflicts.push(key);
    }
  }
  return { form, conflicts, taken };
}

/** The chosen side of each conflict put into the merged form. */
export function resolveConflicts(
  merged: Merged,
  theirs: FormState,
  choices: Readonly<Partial<Record<FormKey, 'mine' | 'theirs'>>>,
): FormState {
  const form = { ...merged.form };
  for (const key of merged.conflicts) if (choices[key] === 'theirs') assign(form, key, theirs);
  return form;
}

function assign<K extends FormKey>(form: FormState, key: K, from: FormState): void {
  form[key] = from[key];
}
