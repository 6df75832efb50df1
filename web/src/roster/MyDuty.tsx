import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { usePick, useText } from '../ui/lang.tsx';
import { DateTime } from '../ui/time.tsx';
import { dutyQuery } from './queries.ts';
import { SwapLine } from './Swaps.tsx';
import { rosterText } from './texts.ts';
import { useSpanWords } from './Week.tsx';
import './roster.css';

/** On one's first page: whether one is on duty, what comes next, and what waits for one's answer. Nothing without a roster. */
export function MyDuty() {
  const t = useText(rosterText);
  const pick = usePick();
  const words = useSpanWords();
  const { data } = useQuery(dutyQuery);
  if (!data || data.rosters.length === 0) return null;
  const now = new Date().toISOString();
  const running = data.shifts.find((one) => one.from <= now);
  const next = data.shifts.find((one) => one.from > now);
  const asked = data.swaps.filter((one) => one.mayAnswer);
  return (
    <section className="roster-mine-box">
      <h2>{t.duty.title}</h2>
      {running && (
        <p className="strong">
          {running.place === 'first' ? t.first : t.second} <DateTime at={running.from} form="time" /> –{' '}
          <DateTime at={running.to} form="time" /> <span className="muted">{pick(running.post.name)}</span>
        </p>
      )}
      {next ? (
        <p>
          {t.duty.next}　{words(next)} {t[next.place]}
        </p>
      ) : (
        !running && <p className="muted">{t.duty.noShift}</p>
      )}
      <OnDutyNow />
      {asked.length > 0 && (
        <>
          <p className="roster-gap-word">{t.duty.swaps(asked.length)}</p>
          <ul className="roster-lines">
            {asked.map((one) => (
              <SwapLine key={one.id} swap={one} />
            ))}
          </ul>
        </>
      )}
      <p>
        <Link to="/roster">{t.duty.open}</Link>
      </p>
    </section>
  );
}

/** One line for the desk: who is on duty in the posts of mine that keep a roster, gaps in red, hand-overs that wait. */
export function OnDutyNow() {
  const t = useText(rosterText);
  const pick = usePick();
  const { data } = useQuery(dutyQuery);
  if (!data || data.rosters.length === 0) return null;
  const soon = new Date(Date.now() + 86_400_000).toISOString();
  return (
    <ul className="roster-strip">
      {data.rosters.map((row) => (
        <li key={row.post.id}>
          <Link to="/roster" search={{ post: row.post.id }}>
            {t.now}
          </Link>
          {row.onDuty.length === 0 && <span className="roster-gap-word">{t.nobody}</span>}
          {row.onDuty.map((one) => (
            <span key={`${one.personId}${one.place}`}>
              <span className={`roster-place roster-place-${one.place}`}>{t[one.place]}</span>{' '}
              {pick(one.name)}{' '}
              <span className="muted">
                – <DateTime at={one.to} form="time" />
              </span>
            </span>
          ))}
          {row.nextGap && row.nextGap.from < soon && row.onDuty.length > 0 && (
            <span className="roster-gap-word">
              {t.gapLead} <DateTime at={row.nextGap.from} form="time" /> –{' '}
              <DateTime at={row.nextGap.to} form="time" />
            </span>
          )}
        </li>
      ))}
      {data.handovers.length > 0 && (
        <li>
          <Link to="/roster" search={{ post: data.handovers[0]?.post.id }} className="roster-gap-word">
            {t.duty.handovers(data.handovers.length)}
          </Link>
        </li>
      )}
    </ul>
  );
}
