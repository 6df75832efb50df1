import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ToldParty } from '../../../../src/cases/contract.ts';
import type { Pack } from '../../../../src/mechanism/pack.ts';
import { usePick, useText } from '../../ui/lang.tsx';
import { commonText } from '../../ui/texts.ts';
import { caseText } from '../texts.ts';
import type { PreviewInput } from './queries.ts';
import { previewQuery } from './queries.ts';
import { formText } from './texts.ts';
import { isGravest, knownRoles, toldItems, woken } from './told.ts';

/** Puts recipients into a sentence's list of names. */
export function useToldNames(): (parties: readonly ToldParty[]) => string {
  const t = useText(formText);
  const c = useText(commonText);
  const k = useText(caseText);
  const pick = usePick();
  return (parties) =>
    c.list(
      toldItems(parties).map((item) => {
        const capacity = k.capacities[item.capacity];
        if (item.kind === 'many') {
          if (item.capacity === 'informed') return t.told.informed(item.count);
          const isPerson = item.capacity === 'convenor' || item.capacity === 'deputy-convenor';
          return isPerson ? t.told.posts(item.count, capacity) : t.told.bodies(item.count, capacity);
        }
        const name = pick(item.name);
        return name.includes(capacity) ? name : t.told.name(name, capacity);
      }),
    );
}

/** Live under the level: who is told when this is sent, and who when it is confirmed; the gravest level in plain words. */
export function ToldNotice({ pack, input }: { pack: Pack; input: PreviewInput }) {
  const t = useText(formText);
  const c = useText(commonText);
  const pick = usePick();
  const names = useToldNames();
  const { data, isError, isPending } = useQuery({
    ...previewQuery(input),
    placeholderData: keepPreviousData,
  });
  const level = pack.levels.find((one) => one.id === input.impactLevel);
  if (!level) return null;
  const mark = `told-notice told-${level.mark}`;
  if (!data) {
    return (
      <div className={mark} aria-live="polite">
        <p>{isError ? t.told.failed : isPending ? t.told.asking : ''}</p>
      </div>
    );
  }
  const onFiling = knownRoles(data.onFiling, data.onConfirmation);
  const now = woken(onFiling);
  const later = woken(data.onConfirmation);
  const vacant = [...data.onFiling, ...data.onConfirmation].filter((party) => party.vacant);
  return (
    <div className={mark} aria-live="polite">
      <p>
        {onFiling.length > 0 && t.told.sends(names(onFiling))}
        {data.onConfirmation.length > 0 && ` ${t.told.later(names(data.onConfirmation))}`}
      </p>
      {isGravest(pack.levels, level.id) && (now.length > 0 || later.length > 0) && (
        <p className="strong">
          {now.length > 0 && t.told.wakesNow(names(now))}{' '}
          {later.length > 0 && t.told.wakesLater(names(later))}
        </p>
      )}
      {vacant.length > 0 && (
        <p className="late">
          {t.told.vacant(c.list([...new Set(vacant.map((party) => pick(party.postName)))]))}
        </p>
      )}
    </div>
  );
}
