/** Moments as the printed form writes them. */
import type { StatedTime } from '../cases/report-content.ts';
import { paper as en } from '../locales/en/paper.ts';
import type { Lang } from '../locales/index.ts';
import { paper as zh } from '../locales/zh-Hant/paper.ts';
import { civilAt, formatIso, ROC_EPOCH } from '../mechanism/roc-date.ts';
import type { PaperPack } from './contract.ts';

export const WORDS = { 'zh-Hant': zh, en };

type Zone = Pick<PaperPack, 'timeZone' | 'calendarEra'>;

const two = (n: number): string => String(n).padStart(2, '0');

/**
 * A moment in the mechanism's calendar to the minute, ROC first with ISO beside it (S8.F3.5, S8.F3.12).
 * A time known only to the hour or the day shows no more than is known (H3).
 */
export function paperTime(
  at: string,
  pack: Zone,
  lang: Lang,
  precision: StatedTime['precision'] = 'minute',
): string {
  const t = WORDS[lang];
  const civil = civilAt(new Date(at), pack.timeZone);
  const iso = formatIso(civil);
  const shownIso = precision === 'day' ? iso.slice(0, 10) : precision === 'hour' ? iso.slice(0, 13) : iso;
  if (pack.calendarEra === 'iso') return shownIso;
  const year = civil.year - ROC_EPOCH;
  const roc =
    precision === 'day'
      ? t.day(year, civil.month, civil.day)
      : precision === 'hour'
        ? t.timeToHour(year, civil.month, civil.day, two(civil.hour))
        : t.time(year, civil.month, civil.day, two(civil.hour), two(civil.minute));
  return roc + t.beside(shownIso);
}

/** A stated time with its "about", or the words for "not yet known". */
export function paperStatedTime(stated: StatedTime, pack: Zone, lang: Lang, unknown: string): string {
  if (stated.at === null || stated.precision === 'unknown') return unknown;
  const text = paperTime(stated.at, pack, lang, stated.precision);
  return stated.estimated ? `${WORDS[lang].estimated} ${text}` : text;
}
