/** Who will be told, in words for the one who is about to send. Pure. */
import type { ToldParty } from '../../../../src/cases/contract.ts';
import type { Bilingual } from '../../../../src/locales/index.ts';
import type { Level } from '../../../../src/mechanism/pack.ts';
import type { Capacity } from '../../../../src/mechanism/vocabulary.ts';

/** One item of the sentence: a body by name, or so many of one capacity. */
export type ToldItem =
  | { kind: 'body'; name: Bilingual; capacity: Capacity }
  | { kind: 'many'; count: number; capacity: Capacity };

/** More of one capacity than this are counted, not named. */
const NAMED = 2;

const capacityOf = (party: ToldParty): Capacity => party.capacities[0] ?? 'informed';

/** The items of the sentence, in the server's order; the reporter himself is left out. */
export function toldItems(parties: readonly ToldParty[]): ToldItem[] {
  const others = parties.filter((party) => capacityOf(party) !== 'reporter');
  const count = (capacity: Capacity): number =>
    others.filter((party) => capacityOf(party) === capacity).length;
  const items: ToldItem[] = [];
  const done = new Set<Capacity>();
  for (const party of others) {
    const capacity = capacityOf(party);
    if (count(capacity) <= NAMED) {
      const name =
        capacity === 'convenor' || capacity === 'deputy-convenor' ? party.postName : party.organisationName;
      items.push({ kind: 'body', name, capacity });
    } else if (!done.has(capacity)) {
      done.add(capacity);
      items.push({ kind: 'many', count: count(capacity), capacity });
    }
  }
  return items;
}

/**
 * Whoever heads the centre is named so from the start, although before the level is confirmed he is told as somebody
 * to be informed (DEC-4).
 */
export function knownRoles(parties: readonly ToldParty[], onConfirmation: readonly ToldParty[]): ToldParty[] {
  return parties.map((party) => {
    const later = onConfirmation.find((one) => one.postId === party.postId);
    const role = later?.capacities.find(
      (capacity) => capacity === 'convenor' || capacity === 'deputy-convenor',
    );
    return role && capacityOf(party) === 'informed'
      ? { ...party, capacities: [role, ...party.capacities] }
      : party;
  });
}

/** The people a grave report gets out of bed: the centre's heads, and whoever is summoned. */
export function woken(parties: readonly ToldParty[]): ToldParty[] {
  return parties.filter((party) =>
    party.capacities.some(
      (capacity) => capacity === 'convenor' || capacity === 'deputy-convenor' || capacity === 'summoned',
    ),
  );
}

/** True for the mechanism's gravest level. */
export function isGravest(levels: readonly Level[], id: string): boolean {
  const level = levels.find((one) => one.id === id);
  return level !== undefined && levels.every((other) => other.rank <= level.rank);
}
