/**
 * What a notice's mail says: number, level, state, what is asked and a link. No narrative, no personal data, no HTML
 * (S8.3.6, DEC-19, WEB-10). Pure.
 */

import { mail as en } from '../locales/en/mail.ts';
import { inLang, isLang, type Lang } from '../locales/index.ts';
import { mail as zh } from '../locales/zh-Hant/mail.ts';
import {
  fillTemplate,
  levelOf,
  type NoticeText,
  type Pack,
  type TemplateValues,
} from '../mechanism/index.ts';
import { civilAt, formatIso, formatRoc } from '../mechanism/roc-date.ts';
import type { OutgoingMail } from '../platform/mail.ts';
import type { Reason } from './rules.ts';

const WORDS = { 'zh-Hant': zh, en } as const;

/** `notices.data`: what a notice may say, put together by the write path that made it. */
export interface NoticeData {
  readonly number?: string | null;
  /** Ids of the pack's level and state. */
  readonly level?: string | null;
  readonly levelStatus?: 'proposed' | 'confirmed';
  readonly state?: string | null;
  readonly organisation?: { readonly zh: string; readonly en: string };
  readonly phone?: string;
  /** The post that does not answer, and since when (ISO, UTC): of a rung's notice to another post. */
  readonly party?: { readonly zh: string; readonly en: string };
  readonly since?: string;
  /** Content-free: for a reader outside a compartment's walls (DEC-19). */
  readonly closed?: boolean;
}

/** A notice as its words need it. */
export interface WordedNotice {
  readonly id: string;
  readonly caseId: string;
  readonly template: string;
  readonly expects: 'acknowledgement' | 'task' | 'none';
  readonly mode: string;
  readonly confirmBy: Date | null;
  readonly data: NoticeData;
}

/** Line breaks of every kind and control characters become one space: nothing put into a header adds a line to it. */
export function oneLine(value: string): string {
  return value
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .trim();
}

/** A moment as both calendars write it. */
export function dueIn(lang: Lang, at: Date, timeZone: string): { roc: string; iso: string } {
  const civil = civilAt(at, timeZone);
  return { roc: formatRoc(civil, lang), iso: formatIso(civil) };
}

/** What fills the template's slots in one language. */
function valuesFor(pack: Pack, notice: WordedNotice, lang: Lang): TemplateValues {
  const { data } = notice;
  const level = data.level ? levelOf(pack, data.level) : null;
  const state = pack.states.find((one) => one.id === data.state);
  return {
    number: data.number ?? '',
    level: level ? inLang(level.label, lang) : (data.level ?? ''),
    organisation: data.organisation ? inLang(data.organisation, lang) : '',
    state: state ? inLang(state.name, lang) : '',
    due: notice.confirmBy ? dueIn(lang, notice.confirmBy, pack.timeZone)[lang === 'en' ? 'iso' : 'roc'] : '',
    phone: data.phone ?? pack.desk.phone,
    party: data.party ? inLang(data.party, lang) : '',
    since: data.since ? dueIn(lang, new Date(data.since), pack.timeZone)[lang === 'en' ? 'iso' : 'roc'] : '',
  };
}

/** Subject, body and request of a notice in one language; empty words when the pack no longer has the template. */
export function noticeText(pack: Pack, notice: WordedNotice, lang: Lang): NoticeText {
  const template = pack.templates.find((one) => one.id === notice.template);
  if (!template) {
    const number = notice.data.number ?? '';
    return { subject: number, body: number, asked: '' };
  }
  return fillTemplate(template, lang, valuesFor(pack, notice, lang));
}

/** The sender as configured; where no name is given, the product's. */
export function senderOf(from: string, lang: Lang): OutgoingMail['from'] {
  const [, name = '', inner] = /^([^<]*)<([^<>]+)>$/.exec(from.trim()) ?? [];
  return { name: oneLine(name) || WORDS[lang].sender, address: (inner ?? from).trim() };
}

/** Everything a mail is made of. */
export interface MailInput {
  readonly deliveryId: string;
  readonly notice: WordedNotice;
  readonly pack: Pack;
  readonly to: string;
  /** The reader's language; anything unknown gets both, Chinese first. */
  readonly language: string;
  /** The reader stands in for a vacant post (H41). */
  readonly isStandIn: boolean;
  /** Somebody else did not answer, and the ladder reached him (H40). */
  readonly isReached?: boolean;
  /** `name <address>` or an address. */
  readonly from: string;
  readonly publicUrl: string;
  readonly now: Date;
}

/** The same delivery always carries the same id, however often it is sent (INV-6). */
export function messageIdOf(deliveryId: string, publicUrl: string): string {
  return `<${deliveryId}@${new URL(publicUrl).hostname.replace(/[[\]]/g, '').replaceAll(':', '-')}>`;
}

/** The address behind a link of a notice. Opening it shows; only a signed-in person's act acknowledges. */
function linkOf(input: MailInput): string {
  return new URL(`/inbox?notice=${input.notice.id}`, input.publicUrl).href;
}

function bodyIn(lang: Lang, input: MailInput, text: NoticeText): string {
  const words = WORDS[lang];
  const { notice, pack } = input;
  const phone = notice.data.phone ?? pack.desk.phone;
  const due =
    notice.confirmBy && notice.expects !== 'none' ? dueIn(lang, notice.confirmBy, pack.timeZone) : null;
  const blocks: (string | null)[] = [
    notice.mode === 'exercise' ? words.exercise.band : null,
    input.isStandIn ? words.standIn : input.isReached ? words.reached : null,
    oneLine(text.body),
    [
      text.asked === '' ? null : words.asked(oneLine(text.asked)),
      due ? words.due(due.roc, due.iso) : null,
      phone === ''
        ? null
        : notice.data.closed
          ? words.closedPhone(oneLine(phone))
          : words.phone(oneLine(phone)),
    ]
      .filter((line) => line !== null)
      .join('\n'),
    notice.expects === 'none'
      ? `${words.link.read}\n${linkOf(input)}`
      : `${words.link.acknowledge}\n${linkOf(input)}\n${words.opening}`,
    words.footer,
  ];
  return blocks.filter((block) => block !== null && block !== '').join('\n\n');
}

/** The rule between the two languages. */
export const RULE = '\n\n────────────────────────────────\n\n';

/**
 * Composes a delivery's mail (S8.3.6, SI.14): plain text in the reader's language, exercises marked in subject and body,
 * marked as automatic so that no machine answers it, and nothing in a header that could add a line to it.
 */
export function composeMail(input: MailInput): OutgoingMail {
  const langs: readonly Lang[] = isLang(input.language) ? [input.language] : ['zh-Hant', 'en'];
  const first = langs[0] as Lang;
  const texts = langs.map((lang) => ({ lang, text: noticeText(input.pack, input.notice, lang) }));
  const prefix = input.notice.mode === 'exercise' ? WORDS[first].exercise.prefix : '';
  const subject = texts.map(({ text }) => oneLine(text.subject)).join(' / ');
  return {
    from: senderOf(input.from, first),
    to: input.to,
    subject: `${prefix}${subject}`,
    text: `${texts.map(({ lang, text }) => bodyIn(lang, input, text)).join(RULE)}\n`,
    messageId: messageIdOf(input.deliveryId, input.publicUrl),
    date: input.now,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'Content-Language': langs.join(', '),
    },
  };
}

/** How a stored reason reads (`refused:550`), for screens and `doctor`. */
export function sayReason(reason: string | null, lang: Lang): string | null {
  if (reason === null || reason === '') return null;
  const [code = '', detail] = reason.split(':');
  const words = WORDS[lang];
  const said = (words.reason as Record<string, string | undefined>)[code as Reason] ?? code;
  return detail ? words.reasonWithCode(said, detail) : said;
}
