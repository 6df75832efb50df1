import type { ReactNode } from 'react';
import type { SituationView } from '../../../src/insight/contract.ts';
import { useWords } from '../mechanism/words.ts';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import type { Levels } from './counties.ts';
import { sumOf } from './counties.ts';
import { situationText } from './texts.ts';

interface StandingRow {
  key: string;
  name: string;
  levels: Levels;
  unconfirmed: number;
  walled: Levels;
  more?: ReactNode;
}

/** Levels worst first, as the mechanism ranks them, with how many there are. */
export function useRanked(): (levels: Levels) => { level: string; cases: number }[] {
  const words = useWords();
  const rank = (id: string): number => words.pack?.levels.find((one) => one.id === id)?.rank ?? 0;
  return (levels) =>
    Object.entries(levels)
      .filter(([, cases]) => cases > 0)
      .map(([level, cases]) => ({ level, cases }))
      .sort((a, b) => rank(b.level) - rank(a.level));
}

/** How many stand open at which level, each with its mark. */
export function LevelCounts({ levels }: { levels: Levels }) {
  const t = useText(situationText);
  const words = useWords();
  const ranked = useRanked()(levels);
  return (
    <span className="level-counts">
      {ranked.map(({ level, cases }) => (
        <span key={level}>
          {words.pack?.levels.some((one) => one.id === level) ? (
            <LevelMark level={level} mark={words.mark(level)} size="s" />
          ) : (
            <span className="muted">{t.untold}</span>
          )}
          <b>{cases}</b>
        </span>
      ))}
    </span>
  );
}

function Standings({ title, head, rows }: { title: string; head: string; rows: StandingRow[] }) {
  const t = useText(situationText);
  const ranked = useRanked();
  return (
    <section className="situation-panel">
      <table className="standings">
        <caption>{title}</caption>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{head}</th>
            <th scope="col">{t.cases}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const worst = ranked(row.levels)[0] ?? ranked(row.walled)[0];
            const hidden = sumOf(row.walled);
            return (
              <tr key={row.key} className={worst ? `at-${worst.level.toLowerCase()}` : 'at-none'}>
                <th scope="row">{row.name}</th>
                <td>
                  {worst === undefined ? (
                    <span className="calm">{t.calm}</span>
                  ) : (
                    <LevelCounts levels={row.levels} />
                  )}
                  {hidden > 0 && (
                    <span className="walled">
                      <LevelCounts levels={row.walled} /> {t.walled}
                    </span>
                  )}
                  {row.unconfirmed > 0 && <span className="doubt">{t.doubt(row.unconfirmed)}</span>}
                  {row.more}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** The six vital systems that must keep running (S4.5). */
export function VitalSystems({ view }: { view: SituationView }) {
  const t = useText(situationText);
  const pick = usePick();
  if (view.vital.length === 0) return null;
  return (
    <Standings
      title={t.vital}
      head={t.system}
      // What stands in brackets in the plan explains; the wall has no room for it.
      rows={view.vital.map((one) => ({
        ...one,
        key: one.id,
        name: pick(one.name).replace(/（[^（）]*）| ?\([^()]*\)/g, ''),
      }))}
    />
  );
}

/** The eight subgroups, each with what is its own to deal with. */
export function Subgroups({ view }: { view: SituationView }) {
  const t = useText(situationText);
  const pick = usePick();
  return (
    <Standings
      title={t.subgroups}
      head={t.subgroup}
      rows={view.subgroups.map((one) => ({
        ...one,
        key: one.code,
        // On the wall 「分組」 is said once, above.
        name: pick(one.name)
          .replace(/ ?Subgroup ?/, ' ')
          .trim(),
        ...(one.affected > 0 ? { more: <span className="doubt">{t.affected(one.affected)}</span> } : {}),
      }))}
    />
  );
}
