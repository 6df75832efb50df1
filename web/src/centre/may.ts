import type { ActivationView } from '../../../src/centre/contract.ts';
import type { CentreAct } from '../../../src/mechanism/vocabulary.ts';

/** What the viewer may do, as the server says; the rest is not drawn at all. */
export function may(view: ActivationView, act: CentreAct): boolean {
  return view.may.some((one) => one.act === act);
}
