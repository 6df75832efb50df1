/**
 * Counting time as law counts it: elapsed hours, civil months, working days (H16, H19, H20).
 * Pure: every answer follows from the arguments.
 */
import type { Calendar } from './pack.ts';
import { type CivilDate, type CivilDateTime, civilAt, instantOf, nextDay } from './roc-date.ts';

/** The parts of an ISO 8601 duration as packs may write it; weeks are folded into days by {@link addDuration}. */
export type DurationParts = {
  months: number;
  weeks: number;
  days: number;
  hours: number;
  minutes: number;
  seconds: number;
};

const FORM = /^P(?=.)(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** A calendar without a working day in this many days is a mistake in the pack, not a long holiday. */
const FARTHEST_WORKING_DAY = 400;

/** Reads `PT30M`, `P1M`, `P2DT8H`. @throws RangeError when it is no such duration */
export function parseDuration(duration: string): DurationParts {
  const found = FORM.exec(duration);
  if (found === null) throw new RangeError(`not a duration: ${duration}`);
  const [months, weeks, days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0));
  return {
    months: months ?? 0,
    weeks: weeks ?? 0,
    days: days ?? 0,
    hours: hours ?? 0,
    minutes: minutes ?? 0,
    seconds: seconds ?? 0,
  };
}

/** Whether people work on this day: make-up days before holidays before the weekly pattern (H19). */
export function isWorkingDay(calendar: Calendar, day: CivilDate): boolean {
  const iso = isoDate(day);
  if (calendar.extraWorkingDays.includes(iso)) return true;
  if (calendar.holidays.includes(iso)) return false;
  const weekday = new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay();
  return calendar.workingDays.includes(weekday === 0 ? 7 : weekday);
}

/**
 * The instant a period that began at `start` ends.
 *
 * - Hours, minutes and seconds are elapsed time: a change of the clocks neither lengthens nor shortens them (H20).
 * - Months are civil months in `timeZone`, at the same time of day, on the month's last day where the day does not
 *   exist (31 January + 1 month = 28 or 29 February).
 * - Days and weeks are 24 h and 7 × 24 h when `calendar` is `elapsed`. In a calendar, days are working days (the
 *   first day is not counted), weeks are civil, and a period of days, weeks or months that would end on a day
 *   without work ends at the same time of day on the next working day.
 *
 * @param start when the period begins
 * @param duration ISO 8601, as in a pack's clock
 * @throws RangeError for a duration that is none, or a calendar without working days
 */
export function addDuration(
  start: Date,
  duration: string,
  calendar: Calendar | 'elapsed',
  timeZone: string,
): Date {
  const parts = parseDuration(duration);
  const time = ((parts.hours * 60 + parts.minutes) * 60 + parts.seconds) * 1000;
  if (calendar === 'elapsed') {
    const from = parts.months === 0 ? start : onDay(start, timeZone, (day) => addMonths(day, parts.months));
    return new Date(from.getTime() + (parts.weeks * 7 + parts.days) * DAY + time);
  }
  const dated = parts.months + parts.weeks + parts.days > 0;
  const from = dated ? onDay(start, timeZone, (day) => endDay(day, parts, calendar)) : start;
  return new Date(from.getTime() + time);
}

function endDay(start: CivilDate, parts: DurationParts, calendar: Calendar): CivilDate {
  let day = addMonths(start, parts.months);
  for (let left = parts.weeks * 7; left > 0; left -= 1) day = nextDay(day);
  for (let left = parts.days; left > 0; left -= 1) day = workingDayFrom(nextDay(day), calendar);
  return workingDayFrom(day, calendar);
}

function workingDayFrom(start: CivilDate, calendar: Calendar): CivilDate {
  let day = start;
  for (let tries = 0; tries < FARTHEST_WORKING_DAY; tries += 1) {
    if (isWorkingDay(calendar, day)) return day;
    day = nextDay(day);
  }
  throw new RangeError(`calendar ${calendar.id} has no working day after ${isoDate(start)}`);
}

function addMonths(day: CivilDate, months: number): CivilDate {
  const index = day.year * 12 + (day.month - 1) + months;
  const year = Math.floor(index / 12);
  const month = (index % 12) + 1;
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return { year, month, day: Math.min(day.day, last) };
}

/** Moves an instant to another civil day at the same time of day, to the millisecond; never to before a skipped hour. */
function onDay(start: Date, timeZone: string, move: (day: CivilDate) => CivilDate): Date {
  const civil = civilAt(start, timeZone);
  const wanted = { ...civil, ...move(civil) };
  const moved = instantOf(wanted, timeZone);
  const early = Math.max(0, reading(wanted) - reading(civilAt(moved, timeZone)));
  const belowMinute = ((start.getTime() % MINUTE) + MINUTE) % MINUTE;
  return new Date(moved.getTime() + early + belowMinute);
}

/** What a clock's face shows, as a number to compare with another face. */
function reading(at: CivilDateTime): number {
  return Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute);
}

function isoDate(day: CivilDate): string {
  return `${String(day.year).padStart(4, '0')}-${String(day.month).padStart(2, '0')}-${String(day.day).padStart(2, '0')}`;
}
