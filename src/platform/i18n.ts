/** What a catalogue's entries are made of, and how they become words. */
export { chooseLang, isLang, LANGS, type Lang } from '../locales/index.ts';

/** Values a text may carry; they come from the server's own code, never unchecked from a caller. */
export type TextParams = Readonly<Record<string, unknown>>;

/** A catalogue entry: fixed words, or words around values. */
export type Text = string | ((params: TextParams) => string);

/** Turns a catalogue entry into words. */
export function say(text: Text, params: TextParams = {}): string {
  return typeof text === 'string' ? text : text(params);
}

/** One value of a text's parameters as words; absent values become an empty string, lists are joined. */
export function word(value: unknown, separator = '、'): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map((one) => word(one, separator)).join(separator);
  return String(value);
}
