import { useQuery } from '@tanstack/react-query';
import type { Pack } from '../../../src/mechanism/pack.ts';
import { packQuery } from '../api/queries.ts';
import type { Mark } from '../ui/LevelMark.tsx';
import { usePick } from '../ui/lang.tsx';

/** The pack's names for the ids that records carry. Before the pack has arrived, the id itself is shown. */
export interface Words {
  pack: Pack | undefined;
  state: (id: string) => string;
  stateHelp: (id: string) => string;
  level: (id: string) => string;
  /** How the pack draws the level. */
  mark: (id: string) => Mark;
  group: (code: string) => string;
  sector: (id: string) => string;
  channel: (id: string) => string;
  clock: (id: string) => string;
  field: (id: string) => string;
  compartment: (id: string) => string;
}

/** `const words = useWords(); words.state(row.state)` */
export function useWords(): Words {
  const { data: pack } = useQuery(packQuery);
  const pick = usePick();
  const name = <T extends { id: string }>(
    list: readonly T[] | undefined,
    id: string,
    of: (one: T) => string,
  ): string => {
    const found = list?.find((one) => one.id === id);
    return found ? of(found) : id;
  };
  const fields = pack?.forms.incident.sections.flatMap((section) => section.fields);
  return {
    pack,
    state: (id) => name(pack?.states, id, (one) => pick(one.name)),
    stateHelp: (id) => {
      const help = pack?.states.find((one) => one.id === id)?.help;
      return help ? pick(help) : '';
    },
    level: (id) => name(pack?.levels, id, (one) => pick(one.label)),
    mark: (id) => pack?.levels.find((one) => one.id === id)?.mark ?? 'outline',
    group: (code) => name(pack?.groups, code, (one) => pick(one.name)),
    sector: (id) => name(pack?.sectors, id, (one) => pick(one.name)),
    channel: (id) => name(pack?.channels, id, (one) => pick(one.name)),
    clock: (id) => name(pack?.clocks, id, (one) => pick(one.name)),
    field: (id) => name(fields, id, (one) => pick(one.label)),
    compartment: (id) => name(pack?.compartments, id, (one) => pick(one.name)),
  };
}
