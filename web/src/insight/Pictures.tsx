import type { SituationView } from '../../../src/insight/contract.ts';
import { useWords } from '../mechanism/words.ts';
import type { Mark } from '../ui/LevelMark.tsx';
import { useLang, useText } from '../ui/lang.tsx';
import { DateTime } from '../ui/time.tsx';
import type { Levels } from './counties.ts';
import { placed, sumOf } from './counties.ts';
import { LevelCounts, useRanked } from './Standings.tsx';
import { BOX, COUNTIES, FRAMES } from './taiwan.ts';
import { situationText } from './texts.ts';

const COLOUR: Record<Mark, string> = { filled: 'a', 'three-quarter': 'b', half: 'c', outline: 'd' };

/** Taiwan by county: each in the colour of its gravest open case, with its letter and how many there are. */
export function CountyMap({ view }: { view: SituationView }) {
  const t = useText(situationText);
  const { lang } = useLang();
  const words = useWords();
  const ranked = useRanked();
  const { on, off } = placed(view.counties);
  const byCode = new Map(on.map((one) => [one.county.code, one]));
  const rows = [
    ...on.map((one) => ({
      key: one.county.code,
      name: one.invented || lang !== 'en' ? one.name : one.county.en,
      levels: one.levels,
    })),
    ...off.map((one) => ({ key: `off-${one.name}`, name: one.name ?? t.noCounty, levels: one.levels })),
  ];
  return (
    <section className="situation-panel situation-map" aria-labelledby="situation-map">
      <h2 id="situation-map">{t.map}</h2>
      <svg viewBox={BOX} role="img" aria-label={t.mapLabel}>
        <path className="map-frames" d={FRAMES} />
        {COUNTIES.map((county) => {
          const worst = ranked(byCode.get(county.code)?.levels ?? {})[0];
          return (
            <path
              key={county.code}
              d={county.path}
              className={worst ? `county county-${COLOUR[words.mark(worst.level)]}` : 'county'}
            />
          );
        })}
        {on.map(({ county, levels }) => {
          const worst = ranked(levels)[0];
          if (!worst) return null;
          const all = sumOf(levels);
          return (
            <text key={county.code} className="county-count" x={county.x} y={county.y}>
              {worst.level}
              {all > 1 && <tspan className="county-all"> {all}</tspan>}
            </text>
          );
        })}
      </svg>
      <div className="map-table">
        <table>
          <caption className="visually-hidden">{t.mapLabel}</caption>
          <thead>
            <tr>
              <th scope="col">{t.county}</th>
              <th scope="col">{t.cases}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key}>
                <th scope="row">{row.name}</th>
                <td>
                  <LevelCounts levels={row.levels} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {(off.length > 0 || on.some((one) => one.invented)) && (
        <p className="map-note">
          {on.some((one) => one.invented) && <span>{t.invented}</span>}
          {off.map((one) => (
            <span key={one.name ?? ''}>
              {t.elsewhere} {one.name ?? t.noCounty} {sumOf(one.levels)}
            </span>
          ))}
        </p>
      )}
    </section>
  );
}

interface Bar {
  readonly at: string;
  readonly levels: Levels;
}

const HEIGHT = 100;

/** Bars of open cases, the gravest at the bottom where all of them can be compared. */
function Bars({ bars, label }: { bars: readonly Bar[]; label: string }) {
  const words = useWords();
  const ranked = useRanked();
  const most = Math.max(1, ...bars.map((bar) => sumOf(bar.levels)));
  return (
    <svg
      className="bars"
      viewBox={`0 0 ${bars.length * 10} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {bars.map((bar, at) => {
        let top = HEIGHT;
        return ranked(bar.levels).map(({ level, cases }) => {
          const height = (cases / most) * HEIGHT;
          top -= height;
          return (
            <rect
              key={`${bar.at}${level}`}
              className={`bar bar-${COLOUR[words.mark(level)]}`}
              x={at * 10 + 1}
              y={top}
              width={8}
              height={height}
            />
          );
        });
      })}
    </svg>
  );
}

/** How much stood open in the last hours and days. */
export function History({ view }: { view: SituationView }) {
  const t = useText(situationText);
  const { hours, days } = view.history;
  const most = Math.max(0, ...hours.map((one) => sumOf(one.levels)));
  const mostDays = Math.max(0, ...days.map((one) => sumOf(one.levels)));
  return (
    <section className="situation-panel situation-history" aria-label={t.history}>
      <div>
        <h2>
          {t.history} <span className="calm">{t.historyAxis(most)}</span>
        </h2>
        <Bars bars={hours} label={t.history} />
      </div>
      <div>
        <h2>
          {t.historyDays} <span className="calm">{t.historyAxis(mostDays)}</span>
        </h2>
        <Bars bars={days} label={t.historyDays} />
      </div>
      <div className="visually-hidden">
        <table>
          <caption>
            {t.historyDays}　{t.historyNote}
          </caption>
          <thead>
            <tr>
              <th scope="col">{t.day}</th>
              <th scope="col">{t.open}</th>
              <th scope="col">{t.opened}</th>
              <th scope="col">{t.ended}</th>
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map((one) => (
              <tr key={one.at}>
                <th scope="row">
                  <DateTime at={one.at} form="day" />
                </th>
                <td>{sumOf(one.levels)}</td>
                <td>{one.opened}</td>
                <td>{one.ended}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <table>
          <caption>{t.history}</caption>
          <thead>
            <tr>
              <th scope="col">{t.hour}</th>
              <th scope="col">{t.open}</th>
            </tr>
          </thead>
          <tbody>
            {hours.toReversed().map((one) => (
              <tr key={one.at}>
                <th scope="row">
                  <DateTime at={one.at} form="short" />
                </th>
                <td>{sumOf(one.levels)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
