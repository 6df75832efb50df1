import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDuration, isWorkingDay, parseDuration } from './calendars.ts';
import type { Calendar } from './pack.ts';

const TAIPEI = 'Asia/Taipei';
const at = (text: string) => new Date(text);

/** Monday to Friday; new year off, a make-up Saturday (H19). */
const office: Calendar = {
  id: 'office',
  name: { zh: '工作日', en: 'Working days' },
  workingDays: [1, 2, 3, 4, 5],
  holidays: ['2027-01-01', '2027-02-08', '2027-02-09', '2027-03-01'],
  extraWorkingDays: ['2027-02-20'],
};

describe('H16 hours, days and months', () => {
  test.each([
    ['minutes', '2027-01-31T23:50:00+08:00', 'PT30M', '2027-02-01T00:20:00+08:00'],
    ['hours across days', '2026-11-22T09:00:00+08:00', 'PT72H', '2026-11-25T09:00:00+08:00'],
    ['days of 24 hours', '2026-11-22T09:00:00+08:00', 'P3D', '2026-11-25T09:00:00+08:00'],
    ['weeks', '2026-11-22T09:00:00+08:00', 'P2W', '2026-12-06T09:00:00+08:00'],
    ['a month', '2026-11-22T09:00:00+08:00', 'P1M', '2026-12-22T09:00:00+08:00'],
    ['31 January + 1 month', '2027-01-31T09:30:00+08:00', 'P1M', '2027-02-28T09:30:00+08:00'],
    ['31 January + 1 month in a leap year', '2028-01-31T09:30:00+08:00', 'P1M', '2028-02-29T09:30:00+08:00'],
    ['29 February + 12 months', '2028-02-29T00:00:00+08:00', 'P12M', '2029-02-28T00:00:00+08:00'],
    ['across the year', '2026-12-31T23:59:00+08:00', 'P2M', '2027-02-28T23:59:00+08:00'],
    ['month counted in Taipei, not in UTC', '2027-01-30T20:00:00Z', 'P1M', '2027-02-27T20:00:00Z'],
    [
      'seconds and milliseconds kept',
      '2027-01-31T09:30:12.345+08:00',
      'P1M',
      '2027-02-28T09:30:12.345+08:00',
    ],
    ['month and hours', '2027-01-31T23:00:00+08:00', 'P1MT2H', '2027-03-01T01:00:00+08:00'],
  ])('elapsed: %s', (_what, start, duration, due) => {
    expect(addDuration(at(start), duration, 'elapsed', TAIPEI)).toEqual(at(due));
  });

  test.each([
    ['1 working day from Friday', '2026-11-20T10:00:00+08:00', 'P1D', '2026-11-23T10:00:00+08:00'],
    ['1 working day from Saturday', '2026-11-21T10:00:00+08:00', 'P1D', '2026-11-23T10:00:00+08:00'],
    ['over a holiday', '2026-12-31T10:00:00+08:00', 'P1D', '2027-01-04T10:00:00+08:00'],
    ['over two holidays', '2027-02-05T10:00:00+08:00', 'P1D', '2027-02-10T10:00:00+08:00'],
    ['a make-up Saturday counts', '2027-02-19T10:00:00+08:00', 'P1D', '2027-02-20T10:00:00+08:00'],
    ['a month that ends on a Sunday', '2026-11-20T10:00:00+08:00', 'P1M', '2026-12-21T10:00:00+08:00'],
    ['a month that ends on a holiday', '2027-02-01T10:00:00+08:00', 'P1M', '2027-03-02T10:00:00+08:00'],
    [
      'a month that ends on a make-up Saturday',
      '2027-01-20T10:00:00+08:00',
      'P1M',
      '2027-02-20T10:00:00+08:00',
    ],
    [
      '31 January + 1 month, then to Tuesday',
      '2027-01-31T10:00:00+08:00',
      'P1M',
      '2027-03-02T10:00:00+08:00',
    ],
    ['hours do not wait for office hours', '2026-11-21T10:00:00+08:00', 'PT8H', '2026-11-21T18:00:00+08:00'],
  ])('working days: %s', (_what, start, duration, due) => {
    expect(addDuration(at(start), duration, office, TAIPEI)).toEqual(at(due));
  });

  test('a calendar without working days is refused, not waited for', () => {
    const never: Calendar = { ...office, workingDays: [], extraWorkingDays: [] };
    expect(() => addDuration(at('2027-01-01T00:00:00Z'), 'P1D', never, TAIPEI)).toThrow(RangeError);
  });

  test.each(['', 'P', 'PT', '1H', 'P1Y', 'PT1.5H', 'P-1D', 'PT5H6D'])('%j is no duration', (text) => {
    expect(() => parseDuration(text)).toThrow(RangeError);
  });
});

describe('H20 changes of the clocks', () => {
  test.each([
    [
      'hours are elapsed over the spring change',
      '2027-03-27T12:00:00+01:00',
      'PT24H',
      '2027-03-28T13:00:00+02:00',
    ],
    ['months keep the time of day over it', '2027-03-01T12:00:00+01:00', 'P1M', '2027-04-01T12:00:00+02:00'],
  ])('%s', (_what, start, duration, due) => {
    expect(addDuration(at(start), duration, 'elapsed', 'Europe/Berlin')).toEqual(at(due));
  });

  test('a time of day that is skipped moves behind the gap, never before it', () => {
    const due = addDuration(at('2027-02-28T02:30:00+01:00'), 'P1M', 'elapsed', 'Europe/Berlin');
    expect(due >= at('2027-03-28T03:00:00+02:00')).toBe(true);
    expect(due <= at('2027-03-28T03:30:00+02:00')).toBe(true);
  });
});

describe('H16 properties', () => {
  const instants = fc.date({
    min: at('2001-01-01T00:00:00Z'),
    max: at('2099-12-31T00:00:00Z'),
    noInvalidDate: true,
  });

  test('elapsed time is exactly as long as it says', () => {
    fc.assert(
      fc.property(instants, fc.nat(9999), fc.nat(59), (start, hours, minutes) => {
        const due = addDuration(start, `PT${hours}H${minutes}M`, 'elapsed', TAIPEI);
        expect(due.getTime() - start.getTime()).toBe((hours * 60 + minutes) * 60_000);
      }),
    );
  });

  test('a later start is never due earlier, in any calendar', () => {
    const durations = fc.constantFrom('PT1H', 'P1D', 'P3D', 'P1W', 'P1M', 'P2M', 'P1MT6H');
    fc.assert(
      fc.property(instants, fc.nat(100_000), durations, fc.boolean(), (start, minutes, duration, working) => {
        const calendar = working ? office : 'elapsed';
        const later = new Date(start.getTime() + minutes * 60_000);
        const due = addDuration(start, duration, calendar, TAIPEI);
        expect(due >= start).toBe(true);
        // Within one day the time of day decides; across days order is kept by the day.
        if (duration.startsWith('PT') || minutes >= 24 * 60) {
          expect(addDuration(later, duration, calendar, TAIPEI).getTime()).toBeGreaterThanOrEqual(
            due.getTime() - 24 * 3_600_000,
          );
        }
      }),
    );
  });

  test('a period of working days ends on a working day', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 40 }), (start, days) => {
        const due = addDuration(start, `P${days}D`, office, TAIPEI);
        const taipei = new Date(due.getTime() + 8 * 3_600_000);
        const day = {
          year: taipei.getUTCFullYear(),
          month: taipei.getUTCMonth() + 1,
          day: taipei.getUTCDate(),
        };
        expect(isWorkingDay(office, day)).toBe(true);
      }),
    );
  });

  test('a month ends in the next month, on the same day or the last', () => {
    fc.assert(
      fc.property(instants, (start) => {
        const before = new Date(start.getTime() + 8 * 3_600_000);
        const after = new Date(addDuration(start, 'P1M', 'elapsed', TAIPEI).getTime() + 8 * 3_600_000);
        const months = (day: Date) => day.getUTCFullYear() * 12 + day.getUTCMonth();
        expect(months(after)).toBe(months(before) + 1);
        const last = new Date(Date.UTC(after.getUTCFullYear(), after.getUTCMonth() + 1, 0)).getUTCDate();
        expect(after.getUTCDate()).toBe(Math.min(before.getUTCDate(), last));
      }),
    );
  });
});
