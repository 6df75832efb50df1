import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CivilDateTime, ParsedWhen } from './roc-date.ts';
import {
  civilAt,
  formatIso,
  formatRoc,
  formatRocShort,
  formatTime,
  instantOf,
  isCivilDate,
  nextDay,
  parseWhen,
  ROC_EPOCH,
} from './roc-date.ts';

const today = { year: 2026, month: 11, day: 22 };
const iso = (parsed: ParsedWhen): string => (parsed.ok ? formatIso(parsed.value) : parsed.fault);

describe('reading a date as it is written in Taiwan', () => {
  it.each([
    ['115/11/22', '2026-11-22 00:00'],
    ['115-11-22', '2026-11-22 00:00'],
    ['115.11.22', '2026-11-22 00:00'],
    ['1151122', '2026-11-22 00:00'],
    ['20261122', '2026-11-22 00:00'],
    ['民國115年11月22日', '2026-11-22 00:00'],
    ['中華民國 115 年 11 月 22 日', '2026-11-22 00:00'],
    ['民國115/11/22', '2026-11-22 00:00'],
    ['九十一年六月六日', '2002-06-06 00:00'],
    ['民國九十一年六月六日 上午九時五分', '2002-06-06 09:05'],
    ['一百一十五年十一月二十二日', '2026-11-22 00:00'],
    ['一一五年十一月廿二日', '2026-11-22 00:00'],
    ['民國元年一月一日', '1912-01-01 00:00'],
    ['民國一百年十月十日', '2011-10-10 00:00'],
    ['2026-11-22', '2026-11-22 00:00'],
    ['2026年11月22日', '2026-11-22 00:00'],
    ['99/12/31', '2010-12-31 00:00'],
    ['民國99年12月31日', '2010-12-31 00:00'],
    ['100/1/1', '2011-01-01 00:00'],
    ['民國100年1月1日', '2011-01-01 00:00'],
    ['１１５／１１／２２　０９：４２', '2026-11-22 09:42'],
    ['115/11/22 9:5', '2026-11-22 09:05'],
    ['115/11/22 0905', '2026-11-22 09:05'],
    ['115/11/22 09:05', '2026-11-22 09:05'],
    ['115/11/22 09:05:30', '2026-11-22 09:05'],
    ['2026-11-22T09:05', '2026-11-22 09:05'],
    ['1151122 0905', '2026-11-22 09:05'],
    ['115年11月22日上午9時', '2026-11-22 09:00'],
    ['115年11月22日下午3點半', '2026-11-22 15:30'],
    ['115年11月22日(日) 21:00', '2026-11-22 21:00'],
    ['115年11月22日 星期日 21:00', '2026-11-22 21:00'],
    ['115/11/22 上午 12:30', '2026-11-22 00:30'],
    ['115/11/22 下午 12:30', '2026-11-22 12:30'],
    ['115/11/22 下午 3', '2026-11-22 15:00'],
    ['115/11/22 3:05 pm', '2026-11-22 15:05'],
    ['115/11/22 24:00', '2026-11-23 00:00'],
    ['115/12/31 24:00', '2027-01-01 00:00'],
    ['113/2/29', '2024-02-29 00:00'],
    ['11/22 8:00', '2026-11-22 08:00'],
    ['今天 8:00', '2026-11-22 08:00'],
    ['昨天 23:10', '2026-11-21 23:10'],
    ['0942', '2026-11-22 09:42'],
    ['9:42', '2026-11-22 09:42'],
    ['下午2點', '2026-11-22 14:00'],
  ])('%s is %s', (typed, expected) => {
    expect(iso(parseWhen(typed, today))).toBe(expected);
  });

  it.each([
    ['', 'empty'],
    ['昨晚大概', 'unreadable'],
    ['115/2/29', 'no-such-day'],
    ['99/2/29', 'no-such-day'],
    ['115/13/1', 'no-such-day'],
    ['115/4/31', 'no-such-day'],
    ['1911/12/31', 'before-roc'],
    ['民國0年1月1日', 'before-roc'],
    ['民國前1年1月1日', 'before-roc'],
    ['115/11/22 25:00', 'no-such-time'],
    ['115/11/22 24:01', 'no-such-time'],
    ['115/11/22 9:60', 'no-such-time'],
    ['115/11/22 上午 13:00', 'no-such-time'],
    ['115/11/22 9', 'unreadable'],
    ['民國2026年11月22日', 'unreadable'],
  ])('%s is refused: %s', (typed, fault) => {
    expect(iso(parseWhen(typed, today))).toBe(fault);
  });

  it('says whether a time was written', () => {
    expect(parseWhen('115/11/22')).toMatchObject({ ok: true, hasTime: false });
    expect(parseWhen('115/11/22 00:00')).toMatchObject({ ok: true, hasTime: true });
  });
});

const civil = fc
  .date({ min: new Date('1912-01-01T00:00:00Z'), max: new Date('2400-12-31T23:59:00Z'), noInvalidDate: true })
  .map((d): CivilDateTime => civilAt(d, 'UTC'));

const chinese = (n: number): string => {
  const digit = '零一二三四五六七八九';
  if (n < 10) return digit[n] as string;
  if (n < 100) {
    const tens = Math.floor(n / 10);
    return `${tens === 1 ? '' : digit[tens]}十${n % 10 ? digit[n % 10] : ''}`;
  }
  const rest = n % 100;
  const middle =
    rest === 0 ? '' : rest < 10 ? `零${digit[rest]}` : rest < 20 ? `一${chinese(rest)}` : chinese(rest);
  return `${digit[Math.floor(n / 100)]}百${middle}`;
};

describe('round trips', () => {
  const same = (text: string, value: CivilDateTime): void => {
    expect(parseWhen(text)).toEqual({ ok: true, value, hasTime: true });
  };

  it('every way of writing a minute is read back as that minute', () => {
    fc.assert(
      fc.property(civil, (at) => {
        same(formatRoc(at), at);
        same(formatRoc(at, 'en'), at);
        same(formatIso(at), at);
        same(formatRocShort(at), at);
        const roc = at.year - ROC_EPOCH;
        same(`民國${chinese(roc)}年${chinese(at.month)}月${chinese(at.day)}日 ${formatTime(at)}`, at);
        const half = at.hour < 12 ? '上午' : '下午';
        same(`${roc}/${at.month}/${at.day} ${half}${at.hour % 12 || 12}:${at.minute}`, at);
      }),
    );
  });

  it('24:00 is the next day at 00:00', () => {
    fc.assert(
      fc.property(civil, (at) => {
        const text = `${at.year - ROC_EPOCH}/${at.month}/${at.day} 24:00`;
        same(text, { ...nextDay(at), hour: 0, minute: 0 });
      }),
    );
  });

  it('never throws and never yields a day that does not exist', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40, unit: 'grapheme' }), (text) => {
        const parsed = parseWhen(text, today);
        if (parsed.ok) {
          expect(isCivilDate(parsed.value)).toBe(true);
          expect(parsed.value.year).toBeGreaterThan(ROC_EPOCH);
        }
      }),
    );
  });

  it('civil time and instants agree in the zones that matter', () => {
    const minute = fc
      .date({
        min: new Date('1990-01-01T00:00:00Z'),
        max: new Date('2100-01-01T00:00:00Z'),
        noInvalidDate: true,
      })
      .map((d) => new Date(Math.floor(d.getTime() / 60_000) * 60_000));
    fc.assert(
      fc.property(minute, (at) => {
        expect(instantOf(civilAt(at, 'Asia/Taipei'), 'Asia/Taipei')).toEqual(at);
      }),
    );
    expect(civilAt(new Date('2026-11-21T16:00:00Z'), 'Asia/Taipei')).toEqual({
      ...today,
      hour: 0,
      minute: 0,
    });
  });
});
