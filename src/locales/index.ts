/**
 * The languages Tocsin speaks. Catalogues live in `zh-Hant/<area>.ts` (the source of truth) and
 * `en/<area>.ts`, which must satisfy the Chinese one's type: a sentence missing in English does not compile.
 *
 * This file carries no catalogue itself, so that whoever needs only one area loads only that area.
 */

/** A language a person may read the product in. */
export type Lang = 'zh-Hant' | 'en';

/** Every language, the authoritative one first. */
export const LANGS: readonly Lang[] = ['zh-Hant', 'en'];

/** One area's catalogue in each language. */
export interface Area<T> {
  'zh-Hant': T;
  en: T;
}

/** A text as packs and records carry it. */
export interface Bilingual {
  zh: string;
  en: string;
}

/** The half of a bilingual text that this reader reads. */
export function inLang(text: Bilingual, lang: Lang): string {
  return lang === 'en' ? text.en : text.zh;
}

/** True when the text names a language of ours. */
export function isLang(text: unknown): text is Lang {
  return text === 'zh-Hant' || text === 'en';
}

/**
 * Which language to answer in: the person's own choice first, then the first language of
 * `Accept-Language` that we have (any Chinese counts as zh-Hant), then zh-Hant.
 *
 * @param chosen value of the `lang` cookie or of the person's settings
 * @param accepts value of the `Accept-Language` header
 */
export function chooseLang(chosen?: string, accepts?: string): Lang {
  if (isLang(chosen)) return chosen;
  const wishes = (accepts ?? '')
    .slice(0, 500)
    .split(',')
    .map((wish) => {
      const [tag = '', ...rest] = wish.trim().toLowerCase().split(';');
      const quality = rest.map((part) => /^\s*q=([\d.]+)/.exec(part)?.[1]).find((q) => q !== undefined);
      return { tag, quality: quality === undefined ? 1 : Number(quality) };
    })
    .sort((a, b) => b.quality - a.quality);
  for (const { tag } of wishes) {
    if (tag.startsWith('zh')) return 'zh-Hant';
    if (tag.startsWith('en')) return 'en';
  }
  return 'zh-Hant';
}
