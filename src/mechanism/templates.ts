/** Notice templates: what a mail or an inbox line says (SI.1, DEC-19). Pure. */
import type { Lang } from '../locales/index.ts';
import { inLang } from '../locales/index.ts';
import type { Pack, Template } from './pack.ts';
import { PLACEHOLDERS, type Placeholder } from './vocabulary.ts';

/** What may be filled in; what is absent leaves nothing behind. */
export type TemplateValues = Partial<Record<Exclude<Placeholder, 'asked'>, string>>;

/** A notice in one language. */
export type NoticeText = { subject: string; body: string; asked: string };

const SLOT = /\{([a-z]+)\}/g;
// biome-ignore lint/complexity/useRegexLiterals: control characters are clearer escaped in a string
const LINE_BREAKS = new RegExp('[\\u0000-\\u001f\\u007f\\u2028\\u2029]+', 'g');

/**
 * Fills a template. Values are put in once and never read for slots themselves; line breaks and control characters in
 * them become spaces, so that no value can add a line to a mail's header.
 */
export function fillTemplate(template: Template, lang: Lang, values: TemplateValues): NoticeText {
  const known: Partial<Record<string, string>> = {};
  for (const name of PLACEHOLDERS) {
    const value = name === 'asked' ? undefined : values[name];
    known[name] = (value ?? '').replace(LINE_BREAKS, ' ');
  }
  const fill = (text: string) => text.replace(SLOT, (_slot, name: string) => known[name] ?? '');
  const asked = fill(inLang(template.asked, lang));
  known.asked = asked;
  return { subject: fill(inLang(template.subject, lang)), body: fill(inLang(template.body, lang)), asked };
}

/** Names of the slots a text uses, in order. */
export function slotsOf(text: string): string[] {
  return [...text.matchAll(/\{([^{}]*)\}/g)].map((found) => found[1] ?? '');
}

/** Id of the template that tells other posts that nobody answers (H40). */
export const RUNG_TEMPLATE = 'rung';

/** Ending of the id of the template that outsiders of a compartment get. */
export const CLOSED_SUFFIX = '-closed';

/**
 * The template for a reader: inside the compartment (or for an open case) the route's own; outside it the
 * content-free one, and null, meaning no notice at all, where the pack has none (DEC-19).
 */
export function templateFor(pack: Pack, id: string, inside: boolean): Template | null {
  const wanted = inside ? id : id + CLOSED_SUFFIX;
  return pack.templates.find((one) => one.id === wanted) ?? null;
}
