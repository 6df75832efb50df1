/**
 * The two languages of the product and how a caller's language is found.
 * zh-Hant is the source and the default; en is complete beside it.
 */

/** Every language the product speaks, the source language first. */
export const LANGS = ['zh-Hant', 'en'] as const;

/** One of the product's languages, as a BCP 47 tag. */
export type Lang = (typeof LANGS)[number];

/** The language of a caller who states no preference. */
export const DEFAULT_LANG: Lang = 'zh-Hant';

/** Values a text may carry; they come from the server's own code, never unchecked from a caller. */
export type TextParams = Readonly<Record<string, unknown>>;

/** A catalogue entry: fixed words, or words around values. */
export type Text = string | ((params: TextParams) => string);

/** Turns a catalogue entry into words. A missing value reads as an empty string, never as "undefined". */
export function say(text: Text, params: TextParams = {}): string {
  return typeof text === 'string' ? text : text(params);
}

/** One value of a text's parameters as words; absent values become an empty string, lists are joined. */
export function word(value: unknown, separator = '、'): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map((one) => word(one, separator)).join(separator);
  return String(value);
}

/** True for the tag of a language the product speaks. */
export function isLang(value: unknown): value is Lang {
  return value === 'zh-Hant' || value === 'en';
}

/** Maps any BCP 47 tag to a language of the product: zh in all its regions reads zh-Hant. */
function fromTag(tag: string): Lang | undefined {
  const primary = tag.trim().toLowerCase().split('-')[0];
  if (primary === 'zh' || primary === 'cmn') return 'zh-Hant';
  if (primary === 'en') return 'en';
  return undefined;
}

/** The best language of an Accept-Language header, or undefined when it names none of ours. */
function fromHeader(header: string): Lang | undefined {
  let best: { lang: Lang; weight: number } | undefined;
  // A header of any length costs bounded work: nobody states more than a few languages.
  for (const part of header.slice(0, 512).split(',')) {
    const [tag = '', ...attributes] = part.split(';');
    const lang = fromTag(tag);
    if (!lang) continue;
    const quality = attributes.map((one) => one.trim()).find((one) => one.startsWith('q='));
    const weight = quality ? Number(quality.slice(2)) : 1;
    if (!(weight > 0)) continue;
    if (!best || weight > best.weight) best = { lang, weight };
  }
  return best?.lang;
}

/**
 * Finds the language to answer in: the signed-in person's own choice, else the `lang` cookie, else the
 * browser's Accept-Language, else zh-Hant. Unknown values are passed over, never an error.
 */
export function negotiateLang(caller: {
  preference?: string | null;
  cookie?: string | null;
  acceptLanguage?: string | null;
}): Lang {
  if (isLang(caller.preference)) return caller.preference;
  if (isLang(caller.cookie)) return caller.cookie;
  return fromHeader(caller.acceptLanguage ?? '') ?? DEFAULT_LANG;
}
