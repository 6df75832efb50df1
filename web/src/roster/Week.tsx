import type { RosterView, ShiftView } from '../../../src/directory/roster-contract.ts';
import { civilAt, formatRocDate, formatTime } from '../../../src/mechanism/roc-date.ts';
import { useLang, usePick, useText } from '../ui/lang.tsx';
import { useNow, useZone } from '../ui/time.tsx';
import { rosterText } from './texts.ts';

type Day = RosterView['days'][number];
type Span = { readonly from: string; readonly to: string };

/** A moment as its clocks show it; the end of a day is its 24:00. */
export function useClock(): (at: string, day?: Day) => string {
  const zone = useZone();
  return (at, day) => {
    if (day && at >= day.to) return '24:00';
    if (day && at <= day.from) return '00:00';
    return formatTime(civilAt(new Date(at), zone));
  };
}

/** A shift in words: the day it begins on and its times. */
export function useSpanWords(): (span: Span) => string {
  const zone = useZone();
  return ({ from, to }) => {
    const begins = civilAt(new Date(from), zone);
    return `${begins.month}/${begins.day} ${formatTime(begins)}–${formatTime(civilAt(new Date(to), zone))}`;
  };
}

const touches = (span: Span, day: Day): boolean => span.from < day.to && span.to > day.from;

interface WeekProps {
  view: RosterView;
  me: string | undefined;
  onOpen: (shift: ShiftView) => void;
}

/** Seven days side by side, or one below the other where there is no room; what nobody serves is said in red. */
export function Week({ view, me, onOpen }: WeekProps) {
  return (
    <ol className="roster-week">
      {view.days.map((day, index) => (
        <DayColumn key={day.day} view={view} day={day} first={index === 0} me={me} onOpen={onOpen} />
      ))}
    </ol>
  );
}

function DayColumn({ view, day, first, me, onOpen }: WeekProps & { day: Day; first: boolean }) {
  const t = useText(rosterText);
  const pick = usePick();
  const { lang } = useLang();
  const zone = useZone();
  const clock = useClock();
  const now = new Date(useNow('minute')).toISOString();
  const civil = civilAt(new Date(day.from), zone);
  const weekday = new Date(Date.UTC(civil.year, civil.month - 1, civil.day)).getUTCDay();
  const isToday = now >= day.from && now < day.to;
  // A night stands on the day it begins; the first day also shows what goes on from the day before.
  const shifts = view.shifts.filter((one) => touches(one, day) && (one.from >= day.from || first));
  const gaps = view.gaps.filter((one) => touches(one, day));
  const overlaps = view.overlaps.filter((one) => one.from >= day.from && one.from < day.to);
  return (
    <li className={`roster-day${day.working ? '' : ' roster-off'}${isToday ? ' roster-today' : ''}`}>
      <h3>
        <time dateTime={day.day} title={`${formatRocDate(civil, lang)} · ${day.day}`}>
          {civil.month}/{civil.day}
        </time>{' '}
        <span>{t.weekdays[weekday]}</span>
        {isToday && <span className="roster-tag">{t.today}</span>}
        {!day.working && <span className="muted small">{t.dayOff}</span>}
      </h3>
      <ul>
        {shifts.map((one) => {
          const mine = one.person.id === me;
          const mayOpen = (view.may.plan || (mine && view.may.hold)) && one.to > now;
          const words = (
            <>
              <span className="roster-time">
                {one.from < day.from ? `${t.from} ` : ''}
                {clock(one.from < day.from ? day.from : one.from)}–{clock(one.to)}
              </span>
              <span className="roster-who">
                <span className={`roster-place roster-place-${one.place}`}>{t[one.place]}</span>
                <span>{pick(one.person.name)}</span>
                {mine && <span className="roster-tag">{t.mine}</span>}
              </span>
              {(one.unserved || one.swapAsked) && (
                <span className="roster-gap-word">{one.unserved ? t.unserved : t.asked}</span>
              )}
              {one.note && <span className="muted small">{one.note}</span>}
            </>
          );
          const state = one.to <= now ? ' roster-over' : one.from <= now ? ' roster-running' : '';
          return (
            <li key={one.id} className={`roster-shift${mine ? ' roster-mine' : ''}${state}`}>
              {mayOpen ? (
                <button type="button" onClick={() => onOpen(one)}>
                  {words}
                </button>
              ) : (
                <div>{words}</div>
              )}
            </li>
          );
        })}
        {gaps.map((gap) => (
          <li key={gap.from} className="roster-gap">
            <strong>{t.gap(clock(gap.from, day), clock(gap.to, day))}</strong>
            <span>
              {gap.person && `${pick(gap.person.name)} `}
              {t.whyGap[gap.why]}
            </span>
          </li>
        ))}
        {overlaps.map((one) => (
          <li key={`${one.from}${one.place}`} className="roster-gap">
            <strong>{t.overlap(clock(one.from, day), clock(one.to, day))}</strong>
          </li>
        ))}
        {shifts.length + gaps.length === 0 && <li className="muted small">{t.noShift}</li>}
      </ul>
    </li>
  );
}
