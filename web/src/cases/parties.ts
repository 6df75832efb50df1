import type { ToldParty } from '../../../src/cases/contract.ts';
import type { ToldPreview } from '../ui/Dialog.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { commonText } from '../ui/texts.ts';
import { caseText } from './texts.ts';

/** Turns recipients into the words of "will be told" lists and sentences. */
export function useParties(): {
  previews: (parties: readonly ToldParty[]) => ToldPreview[];
  /** 「經濟部、教育部」, or the first and the number of all. */
  names: (parties: readonly ToldParty[]) => string;
} {
  const t = useText(caseText);
  const c = useText(commonText);
  const pick = usePick();
  const name = (party: ToldParty): string => pick(party.organisationName);
  return {
    previews: (parties) =>
      parties.map((party) => ({
        name: `${name(party)}　${pick(party.postName)}`,
        capacity: c.list(party.capacities.map((capacity) => t.capacities[capacity])),
        urgent: party.expects === 'task' || party.capacities.includes('convenor'),
        ...(party.vacant ? { warning: t.reached.nobody } : {}),
      })),
    names: (parties) => {
      const all = [...new Set(parties.map(name))];
      return all.length <= 4 ? c.list(all) : t.done.many(c.list(all.slice(0, 3)), parties.length);
    },
  };
}
