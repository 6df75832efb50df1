import { createContext, use, useSyncExternalStore } from 'react';
import {
  civilAt,
  formatIso,
  formatRoc,
  formatRocShort,
  formatTime,
} from '../../../src/mechanism/roc-date.ts';
import { useLang, useText } from './lang.tsx';
import { serverNow } from './server-clock.ts';
import { commonText } from './texts.ts';

type When = string | number | Date;

/** One ticker for the whole page: every elapsed time on screen moves together, and none when hidden. */
const listeners = new Set<() => void>();
let second = Math.floor(serverNow() / 1000);
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  second = Math.floor(serverNow() / 1000);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    tick();
    timer = setInterval(() => document.visibilityState === 'visible' && tick(), 1000);
    document.addEventListener('visibilitychange', tick);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer !== undefined) {
      clearInterval(timer);
      timer = undefined;
      document.removeEventListener('visibilitychange', tick);
    }
  };
}

/** Now in milliseconds, moving every second, or only when the minute changes. */
export function useNow(step: 'second' | 'minute' = 'second'): number {
  const unit = step === 'second' ? 1 : 60;
  return useSyncExternalStore(subscribe, () => Math.floor(second / unit)) * unit * 1000;
}

const ZoneContext = createContext('Asia/Taipei');
/** Gives the screens below it the mechanism's time zone. */
export const ZoneProvider = ZoneContext;
/** The mechanism's time zone. */
export function useZone(): string {
  return use(ZoneContext);
}

const ms = (at: When): number => (at instanceof Date ? at.getTime() : new Date(at).getTime());

/** Splits a span into what a person says: minutes below an hour, then hours and minutes, then days and hours. */
export function useSpan(form: 'bare' | 'lasting' | 'ago' = 'bare'): (milliseconds: number) => string {
  const { when } = useText(commonText);
  const words = form === 'bare' ? when : when[form];
  return (milliseconds) => {
    const minutes = Math.floor(Math.abs(milliseconds) / 60_000);
    if (minutes < 1) return words.justNow;
    if (minutes < 60) return words.minutes(minutes);
    if (minutes < 24 * 60) return words.hours(Math.floor(minutes / 60), minutes % 60);
    return words.days(Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60));
  };
}

const clock = (milliseconds: number): string => {
  const whole = Math.ceil(Math.abs(milliseconds) / 1000);
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
};

interface ElapsedProps {
  since: When;
  className?: string;
  /** `bare` 5 分, where a heading says of what · `lasting` 已 5 分鐘 · `ago` 5 分鐘前 */
  form?: 'bare' | 'lasting' | 'ago';
}

/** How long since; whole minutes, never rounded up. */
export function Elapsed({ since, className, form = 'bare' }: ElapsedProps) {
  const now = useNow('minute');
  const span = useSpan(form);
  const minutes = Math.max(0, Math.floor((now - ms(since)) / 60_000));
  return (
    <time className={className ?? 'elapsed'} dateTime={`PT${minutes}M`}>
      {span(minutes * 60_000)}
    </time>
  );
}

/** Time left until due, to the second in the last hour; after it, how late. */
export function Countdown({ due, short = false }: { due: When; short?: boolean }) {
  const now = useNow();
  const { when } = useText(commonText);
  const span = useSpan();
  const left = ms(due) - now;
  const text =
    left <= -60_000
      ? (short ? when.lateShort : when.late)(span(left))
      : left <= 0
        ? when.lateNow
        : when.left(left < 3600_000 ? clock(left) : span(left));
  return (
    <time className={left <= 0 ? 'countdown late' : 'countdown'} dateTime={new Date(ms(due)).toISOString()}>
      {text}
    </time>
  );
}

interface DateTimeProps {
  at: When;
  /** `full` 民國115年11月22日 09:42 · `short` 115/11/22 09:42 · `time` 09:42, with the day when it is another day · `clock` 09:42 alone · `day` 115/11/22 */
  form?: 'full' | 'short' | 'time' | 'clock' | 'day';
  /** Show the ISO form beside it, not only on hover. */
  iso?: boolean;
  estimated?: boolean;
}

/** A moment: ROC first, ISO in the machine-readable attribute, on hover and, when asked, beside it. */
export function DateTime({ at, form = 'full', iso = false, estimated = false }: DateTimeProps) {
  const zone = useZone();
  const { lang } = useLang();
  const { when } = useText(commonText);
  const now = useNow('minute');
  const instant = new Date(ms(at));
  const civil = civilAt(instant, zone);
  const today = civilAt(new Date(now), zone);
  const sameDay = civil.day === today.day && civil.month === today.month && civil.year === today.year;
  const short = formatRocShort(civil);
  const text = {
    full: formatRoc(civil, lang),
    short,
    time: sameDay ? formatTime(civil) : short,
    clock: formatTime(civil),
    day: short.slice(0, short.indexOf(' ')),
  }[form];
  return (
    <time
      className="moment"
      dateTime={instant.toISOString()}
      title={`${formatRoc(civil, lang)}　${formatIso(civil)}　${zone}`}
    >
      {estimated && <span className="estimated">{when.estimated} </span>}
      {text}
      {iso && <span className="iso">{formatIso(civil)}</span>}
    </time>
  );
}
