/**
 * The weeks to come from a pattern: who takes which turn, days and nights, working days and holidays. Pure.
 *
 * A pattern is written in the mechanism's own time: a day's 08:00 is what its clocks show then. Where a zone puts its clocks
 * forward or back, the shift of that night is an hour shorter or longer, and there is neither a gap nor an overlap (FLT-9).
 */
import { type Calendar, isWorkingDay } from '../mechanism/index.ts';
import { type CivilDate, civilAt, instantOf, nextDay } from '../mechanism/roc-date.ts';
import { meets, type OfPerson, type Place, type Shift, shiftFault } from './roster-rules.ts';

/** Who takes turns, when, and from which day to which. */
export interface Pattern {
  /** In the order of their turns. */
  readonly persons: readonly string[];
  /** First and last day, ISO; both are served. */
  readonly from: string;
  readonly to: string;
  /** The shifts of a day as its clocks show them; `to` not after `from` is the next day's, and `24:00` is midnight. */
  readonly slots: readonly { readonly from: string; readonly to: string }[];
  /** What a turn is. */
  readonly turn: 'shift' | 'day' | 'week';
  /** The one whose turn comes next stands by as the second. */
  readonly second: boolean;
  /** Which days: all, those on which people work, or the others (holidays and weekends). */
  readonly days: 'every' | 'working' | 'off';
}

/** The longest stretch planned at once. */
export const LONGEST_PLAN_DAYS = 190;

/** Where the pack has no calendar of its own, people work from Monday to Friday. */
export const PLAIN_WEEK: Calendar = {
  id: 'week',
  name: { zh: '週一至週五', en: 'Monday to Friday' },
  workingDays: [1, 2, 3, 4, 5],
  holidays: [],
  extraWorkingDays: [],
};

/** An ISO day as numbers. */
export function civilDay(iso: string): CivilDate {
  const [year = 0, month = 0, day = 0] = iso.split('-').map(Number);
  return { year, month, day };
}

/** Numbers as an ISO day. */
export function isoDay({ year, month, day }: CivilDate): string {
  return [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join(
    '-',
  );
}

/** Every day from the first to the last, both included. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = civilDay(from); isoDay(day) <= to && days.length <= 400; day = nextDay(day))
    days.push(isoDay(day));
  return days;
}

const minutesOf = (time: string): number => {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
};

/** The moment a zone's clocks show `time` on `day`; 24:00 is the next day's 00:00. */
export function momentOf(day: string, time: string, timeZone: string): Date {
  const minutes = minutesOf(time);
  const civil = minutes >= 1440 ? nextDay(civilDay(day)) : civilDay(day);
  return instantOf({ ...civil, hour: Math.floor((minutes % 1440) / 60), minute: minutes % 60 }, timeZone);
}

/** From the first moment of a day to the first of another. */
export function spanOf(from: string, to: string, timeZone: string): { from: Date; to: Date } {
  return { from: momentOf(from, '00:00', timeZone), to: momentOf(to, '24:00', timeZone) };
}

/** Monday's day of a day's week, to tell weeks apart. */
function weekOf(day: string): string {
  const { year, month, day: date } = civilDay(day);
  const at = new Date(Date.UTC(year, month - 1, date));
  at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7));
  return at.toISOString().slice(0, 10);
}

/** True when the plan serves this day. */
export function servesOn(pattern: Pick<Pattern, 'days'>, calendar: Calendar, day: string): boolean {
  if (pattern.days === 'every') return true;
  return isWorkingDay(calendar, civilDay(day)) === (pattern.days === 'working');
}

/**
 * The shifts of a pattern. Whoever is away or does not hold the post for a shift is passed over, and the next in turn takes
 * it; where nobody can, the shift is left out and shows as a gap. Days that are skipped use up no turn.
 * `others` are shifts that stay: nobody is put on two at once.
 */
export function planShifts(
  pattern: Pattern,
  world: {
    readonly calendar: Calendar;
    readonly timeZone: string;
    readonly absences: readonly OfPerson[];
    readonly holdings: readonly OfPerson[];
    readonly others: readonly Shift[];
    /** What is over by now is not planned; what has begun is planned from now on. */
    readonly now: Date;
    readonly newId: () => string;
  },
): Shift[] {
  const { persons } = pattern;
  const made: Shift[] = [];
  let turn = -1;
  let turnOf = '';
  const place = (slot: { from: Date; to: Date }, first: number, as: Place): boolean => {
    for (let step = 0; step < persons.length; step += 1) {
      const personId = persons[(first + step) % persons.length] as string;
      const shift: Shift = { id: world.newId(), personId, place: as, ...slot };
      const away = world.absences.some((one) => one.personId === personId && meets(slot, one));
      if (away || shiftFault(shift, [...world.others, ...made.slice(-100)], world.holdings)) continue;
      made.push(shift);
      return true;
    }
    return false;
  };
  for (const day of daysBetween(pattern.from, pattern.to)) {
    if (!servesOn(pattern, world.calendar, day)) continue;
    for (const { from, to } of pattern.slots) {
      const unit = pattern.turn === 'shift' ? `${day} ${from}` : pattern.turn === 'day' ? day : weekOf(day);
      if (unit !== turnOf) turn += 1;
      turnOf = unit;
      const isOver = minutesOf(to) <= minutesOf(from);
      const until = isOver ? isoDay(nextDay(civilDay(day))) : day;
      const begins = momentOf(day, from, world.timeZone);
      const slot = {
        from: begins < world.now ? world.now : begins,
        to: momentOf(until, to, world.timeZone),
      };
      // What is over is nobody's any more, and an hour the clocks skip never was.
      if (slot.from >= slot.to) continue;
      place(slot, turn, 'first');
      if (pattern.second && persons.length > 1) place(slot, turn + 1, 'second');
    }
  }
  return made;
}

/** The day on which something begins, in a zone. */
export function dayOf(at: Date, timeZone: string): string {
  return isoDay(civilAt(at, timeZone));
}
