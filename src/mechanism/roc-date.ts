/**
 * Dates as people in Taiwan write them, read and written without a library.
 *
 * Everything here is pure: no clock, no locale data, no environment. A *civil* date-time is what the
 * wall calendar and clock show (Gregorian numbers); {@link instantOf} and {@link civilAt} move between
 * it and an instant in a time zone. Shared by the server, mail, print and the screens.
 */

/** A day of the Gregorian calendar. `month` 1–12, `day` 1–31. */
export interface CivilDate {
  year: number;
  month: number;
  day: number;
}

/** A day and a time to the minute. `hour` 0–23, `minute` 0–59. */
export interface CivilDateTime extends CivilDate {
  hour: number;
  minute: number;
}

/** Why a text is not a date. Screens turn this into a sentence; see `common.when` in the locales. */
export type DateFault = 'empty' | 'unreadable' | 'before-roc' | 'no-such-day' | 'no-such-time';

/** What {@link parseWhen} understood. `hasTime` is false when only a day was written (00:00 is filled in). */
export type ParsedWhen =
  | { ok: true; value: CivilDateTime; hasTime: boolean }
  | { ok: false; fault: DateFault };

/** ROC year 1 is 1912; a ROC year plus this is the Gregorian year. */
export const ROC_EPOCH = 1911;

const DIGITS: Record<string, number> = {
  〇: 0,
  零: 0,
  一: 1,
  二: 2,
  兩: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
};

/** A Chinese numeral below 10,000, written by place (一百一十五) or by digit (一一五), as a number. */
function chineseNumber(run: string): number {
  const text = run.replaceAll('廿', '二十').replaceAll('卅', '三十');
  if (!/[十百千]/.test(text)) return Number([...text].map((c) => DIGITS[c] ?? 0).join(''));
  let total = 0;
  let pending = 0;
  let seen = false;
  for (const c of text) {
    const place = c === '千' ? 1000 : c === '百' ? 100 : c === '十' ? 10 : 0;
    if (place === 0) {
      pending = DIGITS[c] ?? 0;
      seen = true;
      continue;
    }
    total += (seen ? pending : 1) * place;
    pending = 0;
    seen = false;
  }
  return total + pending;
}

/** Full-width forms, Chinese numerals, weekdays and runs of space brought to one plain shape. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\([一二三四五六日天]\)|\(?(星期|禮拜|週|周)[一二三四五六日天]\)?/g, ' ')
    .replace(/(民國|中華民國)?\s*元年/g, '民國1年')
    .replace(/[〇零一二兩三四五六七八九十百千廿卅]+/g, (run) => String(chineseNumber(run)))
    .replace(/\s+/g, ' ')
    .trim();
}

/** True when the day exists in the Gregorian calendar. */
export function isCivilDate(date: CivilDate): boolean {
  const { year, month, day } = date;
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

/** The day after. */
export function nextDay(date: CivilDate): CivilDate {
  const moved = new Date(Date.UTC(date.year, date.month - 1, date.day + 1));
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
}

type DayOutcome = { date: CivilDate; rest: string } | { fault: DateFault };

const SPELT_DAY = /^(?:(?:中華)?民國|ROC)?\s*(\d{1,4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日號]?/i;
const MARKED_DAY = /^(?:(?:中華)?民國|ROC)\s*(\d{1,3})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})(?!\d)/i;
const PLAIN_DAY = /^(\d{1,4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})(?!\d)/;
const PACKED_DAY = /^(?:民國)?(\d{2,4})(\d{2})(\d{2})(?!\d)/;
const SHORT_DAY = /^(\d{1,2})\s*(?:[-/]|月)\s*(\d{1,2})\s*[日號]?(?![\d:/-])/;

function takeDay(text: string, today: CivilDate | undefined): DayOutcome {
  if (/^(中華)?民國前|^BC/i.test(text)) return { fault: 'before-roc' };
  const word = /^(今天|今日|昨天|昨日|today|yesterday)/i.exec(text);
  if (word && today) {
    const back = /昨|yesterday/i.test(word[0]) ? 1 : 0;
    const moved = new Date(Date.UTC(today.year, today.month - 1, today.day - back));
    const date = { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
    return { date, rest: text.slice(word[0].length) };
  }
  const marked = /^((中華)?民國|ROC)/i.test(text);
  const full = SPELT_DAY.exec(text) ?? MARKED_DAY.exec(text) ?? PLAIN_DAY.exec(text) ?? PACKED_DAY.exec(text);
  if (full) {
    const [whole, y = '', m = '', d = ''] = full;
    const written = Number(y);
    if (marked && y.length > 3) return { fault: 'unreadable' };
    // Four written digits are a Gregorian year, fewer a ROC year: nobody reports an incident of the year 115.
    const year = y.length === 4 ? written : written + ROC_EPOCH;
    if (year <= ROC_EPOCH) return { fault: 'before-roc' };
    const date = { year, month: Number(m), day: Number(d) };
    return isCivilDate(date) ? { date, rest: text.slice(whole.length) } : { fault: 'no-such-day' };
  }
  const short = SHORT_DAY.exec(text);
  if (short && today) {
    const date = { year: today.year, month: Number(short[1]), day: Number(short[2]) };
    return isCivilDate(date) ? { date, rest: text.slice(short[0].length) } : { fault: 'no-such-day' };
  }
  return { fault: 'unreadable' };
}

const HALF_DAY = '(上午|早上|凌晨|清晨|中午|下午|傍晚|晚上|晚間|夜間|a\\.?m\\.?|p\\.?m\\.?)';
const TIME = new RegExp(
  `^${HALF_DAY}?\\s*(?:(\\d{1,2})\\s*[:時點]\\s*(?:(\\d{1,2})\\s*分?|(半))?(?:[:秒]?\\s*\\d{1,2}(?:\\.\\d+)?秒?)?|(\\d{2})(\\d{2})|(\\d{1,2}))\\s*${HALF_DAY}?$`,
  'i',
);

type TimeOutcome = { minutes: number } | { fault: DateFault };

function takeTime(text: string): TimeOutcome {
  const match = TIME.exec(text);
  if (!match) return { fault: 'unreadable' };
  const half = (match[1] ?? match[8] ?? '').toLowerCase();
  const bare = match[7];
  // A lone number is a time only when the half of the day says so ("下午 3"); "115/11/22 9" is not a time.
  if (bare !== undefined && half === '') return { fault: 'unreadable' };
  let hour = Number(match[2] ?? match[5] ?? bare);
  const minute = match[4] ? 30 : Number(match[3] ?? match[6] ?? 0);
  if (minute > 59 || hour > 24 || (hour === 24 && minute !== 0)) return { fault: 'no-such-time' };
  const morning = /^(上午|早上|凌晨|清晨|a)/.test(half);
  const afternoon = /^(中午|下午|傍晚|晚上|晚間|夜間|p)/.test(half);
  if (morning && hour > 12) return { fault: 'no-such-time' };
  if (morning && hour === 12) hour = 0;
  if (/^(晚上|晚間|夜間)/.test(half) && hour === 12) hour = 24;
  else if (half === '中午' && hour >= 10 && hour <= 12) return { minutes: hour * 60 + minute };
  else if (afternoon && hour < 12) hour += 12;
  return { minutes: hour * 60 + minute };
}

/**
 * Reads a day, with or without a time, however it was typed.
 *
 * Accepts `115/11/22`, `115-11-22`, `1151122`, `民國115年11月22日`, `九十一年六月六日`, `2026-11-22`,
 * `20261122`, with `today` also `11/22`, `今天`, `昨天`; times `9:5`, `0905`, `09:05`, `9時5分`, `3點半`,
 * `上午`/`下午`, and `24:00`, which is 00:00 of the next day. A time alone is read as today's.
 * A year of at most three digits is a ROC year, of four digits a Gregorian one; before 1912 is refused.
 *
 * @param text what the person typed
 * @param today the day it is for the person, needed for the short forms
 */
export function parseWhen(text: string, today?: CivilDate): ParsedWhen {
  const whole = plain(text);
  if (whole === '') return { ok: false, fault: 'empty' };
  let date: CivilDate;
  let rest: string;
  const alone = today && !/[/年月-]/.test(whole) ? takeTime(whole) : undefined;
  if (alone && 'minutes' in alone && /[:時點]|上午|下午|^\d{4}$/.test(whole)) {
    date = today as CivilDate;
    rest = whole;
  } else {
    const day = takeDay(whole, today);
    if ('fault' in day) return { ok: false, fault: day.fault };
    date = day.date;
    rest = day.rest.replace(/^(?:T|[\s,，]+)/i, '').trim();
  }
  if (rest === '') return { ok: true, value: { ...date, hour: 0, minute: 0 }, hasTime: false };
  const time = takeTime(rest);
  if ('fault' in time) return { ok: false, fault: time.fault };
  const day = time.minutes === 24 * 60 ? nextDay(date) : date;
  const minutes = time.minutes % (24 * 60);
  return {
    ok: true,
    value: { ...day, hour: Math.floor(minutes / 60), minute: minutes % 60 },
    hasTime: true,
  };
}

const two = (n: number): string => String(n).padStart(2, '0');

/** `09:42` */
export function formatTime(at: CivilDateTime): string {
  return `${two(at.hour)}:${two(at.minute)}`;
}

/** `民國115年11月22日`; in English `ROC 115-11-22`. */
export function formatRocDate(date: CivilDate, lang: 'zh-Hant' | 'en' = 'zh-Hant'): string {
  const year = date.year - ROC_EPOCH;
  if (lang === 'en') return `ROC ${year}-${two(date.month)}-${two(date.day)}`;
  return `民國${year}年${date.month}月${date.day}日`;
}

/** `民國115年11月22日 09:42`; in English `ROC 115-11-22 09:42`. */
export function formatRoc(at: CivilDateTime, lang: 'zh-Hant' | 'en' = 'zh-Hant'): string {
  return `${formatRocDate(at, lang)} ${formatTime(at)}`;
}

/** `2026-11-22 09:42`, the ISO form people read. */
export function formatIso(at: CivilDateTime): string {
  return `${String(at.year).padStart(4, '0')}-${two(at.month)}-${two(at.day)} ${formatTime(at)}`;
}

/** `115/11/22 09:42`, short, for a line among many. */
export function formatRocShort(at: CivilDateTime): string {
  return `${at.year - ROC_EPOCH}/${two(at.month)}/${two(at.day)} ${formatTime(at)}`;
}

const zoneFormats = new Map<string, Intl.DateTimeFormat>();

function zoneFormat(timeZone: string): Intl.DateTimeFormat {
  const known = zoneFormats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  zoneFormats.set(timeZone, made);
  return made;
}

/** What calendar and clock show in a time zone at an instant; seconds are dropped, not rounded. */
export function civilAt(instant: Date, timeZone: string): CivilDateTime {
  const parts: Record<string, number> = {};
  for (const part of zoneFormat(timeZone).formatToParts(instant)) parts[part.type] = Number(part.value);
  return {
    year: parts.year ?? Number.NaN,
    month: parts.month ?? Number.NaN,
    day: parts.day ?? Number.NaN,
    hour: parts.hour ?? Number.NaN,
    minute: parts.minute ?? Number.NaN,
  };
}

/**
 * The instant at which a zone's clocks show this. Where clocks are put back, the earlier of the two;
 * where they skip it, the instant just after the gap.
 */
export function instantOf(at: CivilDateTime, timeZone: string): Date {
  const wanted = Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute);
  const offsetAt = (guess: number): number => {
    const shown = civilAt(new Date(guess), timeZone);
    return Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute) - guess;
  };
  const first = wanted - offsetAt(wanted - 24 * 3600_000);
  if (first + offsetAt(first) === wanted) return new Date(first);
  return new Date(wanted - offsetAt(wanted + 24 * 3600_000));
}
