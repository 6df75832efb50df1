/** Times of the stories. Taipei has had no daylight saving time since 1979: a fixed eight hours. */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
const TAIPEI = 8 * HOUR;

/** A time this many minutes later, to the second. */
export function after(at: Date, minutes: number): Date {
  return new Date(at.getTime() + Math.round(minutes * 60) * 1000);
}

/** The same instant cut to the full minute. */
export function toMinute(at: Date): Date {
  return new Date(Math.floor(at.getTime() / MINUTE) * MINUTE);
}

/** The given hour and minute in Taipei on the day `daysBack` days before `now`'s day there. */
export function taipeiTime(now: Date, daysBack: number, hour: number, minute: number): Date {
  const midnight = Math.floor((now.getTime() + TAIPEI) / DAY) * DAY - TAIPEI;
  return new Date(midnight - daysBack * DAY + hour * HOUR + minute * MINUTE);
}

/** Day of the week in Taipei, 0 = Sunday. */
export function taipeiWeekday(at: Date): number {
  return new Date(at.getTime() + TAIPEI).getUTCDay();
}

/** "11月22日上午9時42分": as reports write it in running text. */
export function rocClock(at: Date): string {
  const local = new Date(at.getTime() + TAIPEI);
  const hour = local.getUTCHours();
  const part = hour < 5 ? '凌晨' : hour < 12 ? '上午' : hour < 18 ? '下午' : '晚間';
  const shown = hour > 12 ? hour - 12 : hour;
  const minutes = local.getUTCMinutes();
  const tail = minutes === 0 ? '' : `${minutes}分`;
  return `${local.getUTCMonth() + 1}月${local.getUTCDate()}日${part}${shown}時${tail}`;
}
