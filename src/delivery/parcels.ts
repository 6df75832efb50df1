/**
 * What is handed over by each way besides a notice's own mail: short message, push, webhook, fax, and one mail that lists
 * several notices. No narrative and no personal data anywhere; behind walls, nothing of the case (DEC-19, H28). Pure.
 */
import { channels as en } from '../locales/en/channels.ts';
import { mail as enMail } from '../locales/en/mail.ts';
import { isLang, type Lang } from '../locales/index.ts';
import { channels as zh } from '../locales/zh-Hant/channels.ts';
import { mail as zhMail } from '../locales/zh-Hant/mail.ts';
import type { Pack } from '../mechanism/index.ts';
import { civilAt, formatIso, formatRoc, formatTime } from '../mechanism/roc-date.ts';
import type { WebhookReceiver } from '../platform/config-channels.ts';
import type { MailMessage } from '../platform/mail-message.ts';
import type { PushTarget } from '../platform/web-push.ts';
import {
  type MailInput,
  messageIdOf,
  noticeText,
  oneLine,
  RULE,
  senderOf,
  type WordedNotice,
} from './mail.ts';

const WORDS = { 'zh-Hant': zh, en } as const;
const MAIL = { 'zh-Hant': zhMail, en: enMail } as const;

/** A device with push switched on. */
export interface Device extends PushTarget {
  readonly id: string;
}

/** A notice on one sheet, before there is a PDF. */
export interface FaxSheet {
  readonly lang: Lang;
  readonly title: string;
  readonly number: string;
  readonly exercise: boolean;
  readonly lines: readonly string[];
  readonly at: Date;
}

/** What a way is given to hand over. Whatever is sent again is the same, under the same id. */
export type Parcel =
  | { readonly kind: 'mail'; readonly mail: MailMessage }
  | { readonly kind: 'fax'; readonly relay: string; readonly mail: MailMessage; readonly sheet: FaxSheet }
  | { readonly kind: 'sms'; readonly to: string; readonly text: string }
  | {
      readonly kind: 'push';
      readonly devices: readonly Device[];
      readonly payload: string;
      /** A later message of the same topic takes the place of one not yet shown. */
      readonly topic: string;
      readonly urgent: boolean;
    }
  | {
      readonly kind: 'webhook';
      readonly receiver: WebhookReceiver;
      readonly id: string;
      readonly body: string;
    };

/** What each way's words are made of. */
export interface ParcelInput {
  readonly deliveryId: string;
  readonly notice: WordedNotice;
  readonly pack: Pack;
  readonly language: string;
  /** Behind walls: only that there is something. */
  readonly walled: boolean;
  readonly urgent: boolean;
  readonly publicUrl: string;
  readonly now: Date;
}

const langOf = (language: string): Lang => (isLang(language) ? language : 'zh-Hant');
const wants = (notice: WordedNotice): boolean => notice.expects !== 'none';
/** The page that shows the notice to whoever signs in. Opening it confirms nothing (MAIL-2). */
export const pathOf = (noticeId: string): string => `/inbox?notice=${noticeId}`;
const linkOf = (input: Pick<ParcelInput, 'notice' | 'publicUrl'>): string =>
  new URL(pathOf(input.notice.id), input.publicUrl).href;
const timeOf = (at: Date, pack: Pack): string => formatTime(civilAt(at, pack.timeZone));
const momentOf = (at: Date, pack: Pack, lang: Lang): string =>
  lang === 'en' ? formatIso(civilAt(at, pack.timeZone)) : formatRoc(civilAt(at, pack.timeZone), lang);
const isClosed = (input: ParcelInput): boolean => input.walled || input.notice.data.closed === true;
/** A full stop at the end is left out where something follows. */
const open = (text: string): string => oneLine(text).replace(/[。.]$/, '');

/**
 * A short message: level and number, what is asked until when, and the code to answer with (S8.3.6). `code` is null where
 * nothing is asked.
 */
export function smsText(input: ParcelInput, code: string | null): string {
  const lang = langOf(input.language);
  const t = WORDS[lang].sms;
  const { notice, pack } = input;
  const text = noticeText(pack, notice, lang);
  const exercise = notice.mode === 'exercise' ? WORDS[lang].exercise : '';
  const said = isClosed(input) ? [t.walled] : [oneLine(text.subject), open(text.asked)];
  const parts = [
    ...said.filter((part) => part !== ''),
    ...(notice.confirmBy && wants(notice) ? [t.due(timeOf(notice.confirmBy, pack))] : []),
    code === null ? t.signIn : t.answer(code),
    ...(code === null ? [] : [t.call(oneLine(notice.data.phone ?? pack.desk.phone))]),
  ];
  return `${exercise}${t.brand} ${parts.join(lang === 'en' ? '; ' : '；')}`;
}

/** What a push says; a device shows it on its locked screen, so that behind walls it says nothing. */
export function pushPayload(input: ParcelInput): string {
  const lang = langOf(input.language);
  const t = WORDS[lang];
  const text = noticeText(input.pack, input.notice, lang);
  const exercise = input.notice.mode === 'exercise' ? t.exercise : '';
  return JSON.stringify({
    title: exercise + (isClosed(input) ? t.push.walledTitle : oneLine(text.subject)),
    body: isClosed(input) ? t.push.walledBody : oneLine(text.asked),
    lang,
    notice: input.notice.id,
    path: pathOf(input.notice.id),
    urgent: input.urgent,
  });
}

/** Whom a gateway is to reach. */
export interface WebhookAddressee {
  readonly phone: string | null;
  readonly mail: string | null;
}

/** The body of a webhook: what a gateway says or writes, to whom, and where to look. */
export function webhookBody(input: ParcelInput, receiver: WebhookReceiver, to: WebhookAddressee): string {
  const lang = langOf(input.language);
  const t = WORDS[lang];
  const { notice, pack } = input;
  const text = noticeText(pack, notice, lang);
  const closed = isClosed(input);
  const exercise = notice.mode === 'exercise' ? t.exercise : '';
  return JSON.stringify({
    type: 'notice',
    timestamp: input.now.toISOString(),
    data: {
      notice: notice.id,
      kind: receiver.kind,
      to: receiver.kind === 'voice' ? { phone: to.phone } : { mail: to.mail },
      language: lang,
      exercise: notice.mode === 'exercise',
      urgent: input.urgent,
      number: closed ? null : (notice.data.number ?? null),
      level: closed ? null : (notice.data.level ?? null),
      text: exercise + (closed ? t.push.walledBody : `${oneLine(text.subject)}。${oneLine(text.asked)}`),
      confirmBy: wants(notice) ? (notice.confirmBy?.toISOString() ?? null) : null,
      callBack: notice.data.phone ?? pack.desk.phone,
      link: linkOf(input),
    },
  });
}

/** A notice as one sheet, and the mail to the gateway that faxes it. */
export function faxParcel(
  input: ParcelInput,
  to: { readonly address: string; readonly relay: string; readonly from: string },
): Parcel {
  const lang = langOf(input.language);
  const t = WORDS[lang];
  const { notice, pack } = input;
  const text = noticeText(pack, notice, lang);
  const closed = isClosed(input);
  const m = MAIL[lang];
  const lines = [
    closed ? t.push.walledBody : oneLine(text.body),
    ...(closed || text.asked === '' ? [] : [m.asked(oneLine(text.asked))]),
    ...(notice.confirmBy && wants(notice)
      ? [
          m.due(
            formatRoc(civilAt(notice.confirmBy, pack.timeZone), lang),
            formatIso(civilAt(notice.confirmBy, pack.timeZone)),
          ),
        ]
      : []),
    m.phone(oneLine(notice.data.phone ?? pack.desk.phone)),
    `${wants(notice) ? m.link.acknowledge : m.link.read} ${linkOf(input)}`,
    ...(wants(notice) ? [t.fax.opening] : []),
  ];
  const number = closed ? '' : (notice.data.number ?? '');
  return {
    kind: 'fax',
    relay: to.relay,
    sheet: {
      lang,
      title: closed ? t.fax.title : oneLine(text.subject),
      number,
      exercise: notice.mode === 'exercise',
      lines,
      at: input.now,
    },
    mail: {
      from: senderOf(to.from, lang),
      to: to.address,
      subject: t.fax.mailSubject(number === '' ? t.fax.title : number),
      text: `${t.fax.mailText}\n`,
      messageId: messageIdOf(input.deliveryId, input.publicUrl),
      date: input.now,
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    },
  };
}

/** So many notices a mail has lines for: more than anybody reads at once. */
const LINES = 300;

/**
 * One mail for several notices to one person: every one of them by its own line as far as anybody reads, the gravest first,
 * what is asked beside it, and how many more there are (LOAD-4). `id` stays the same when it is sent again.
 */
export function composeDigest(id: string, inputs: readonly [MailInput, ...MailInput[]]): MailMessage {
  const [first] = inputs;
  const langs: readonly Lang[] = isLang(first.language) ? [first.language] : ['zh-Hant', 'en'];
  const texts = langs.map((lang) => {
    const t = WORDS[lang].digest;
    const lines = inputs.slice(0, LINES).map(({ notice, pack }) => {
      const text = noticeText(pack, notice, lang);
      const due = notice.confirmBy && wants(notice) ? momentOf(notice.confirmBy, pack, lang) : '';
      const exercise = notice.mode === 'exercise' ? MAIL[lang].exercise.prefix : '';
      const asked = text.asked === '' ? '' : `\n    ${oneLine(text.asked)}`;
      return `• ${exercise}${t.line(oneLine(text.subject), due)}${asked}`;
    });
    const { data } = first.notice;
    return [
      t.intro(inputs.length),
      lines.join('\n'),
      inputs.length > LINES ? t.more(inputs.length - LINES) : '',
      MAIL[lang].phone(oneLine(data.closed ? first.pack.desk.phone : (data.phone ?? first.pack.desk.phone))),
      `${t.link}\n${new URL('/inbox', first.publicUrl).href}`,
      inputs.some(({ notice }) => wants(notice)) ? MAIL[lang].opening : '',
      MAIL[lang].footer,
    ]
      .filter((block) => block !== '')
      .join('\n\n');
  });
  const lead = langs[0] as Lang;
  const exercise = inputs.every(({ notice }) => notice.mode === 'exercise') ? MAIL[lead].exercise.prefix : '';
  const gravest = oneLine(noticeText(first.pack, first.notice, lead).subject);
  return {
    from: senderOf(first.from, lead),
    to: first.to,
    subject: `${exercise}${langs.map((lang) => WORDS[lang].digest.subject(inputs.length)).join(' / ')}：${gravest}`,
    text: `${texts.join(RULE)}\n`,
    messageId: messageIdOf(id, first.publicUrl),
    date: first.now,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'Content-Language': langs.join(', '),
    },
  };
}
