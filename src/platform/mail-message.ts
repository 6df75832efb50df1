/**
 * A mail of plain text, with files where there are any, as bytes (RFC 5322, 2045, 2047). Written by hand because it is short, because what may stand in a
 * header is ours to guarantee (WEB-10), and because a general composer costs more than the whole sending.
 */
import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';

/** What a mail is made of. */
export interface MailMessage {
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** With angle brackets. */
  readonly messageId: string;
  readonly date: Date;
  readonly headers: Readonly<Record<string, string>>;
  /** Files sent along. */
  readonly attachments?: readonly MailAttachment[];
}

/** A file in a mail. */
export interface MailAttachment {
  /** Letters, digits, `.`, `-` and `_` only. */
  readonly name: string;
  /** E.g. `application/pdf`, or `text/calendar; method=REQUEST; charset=utf-8`. */
  readonly type: string;
  readonly content: Buffer;
}

const PRINTABLE = /^[\x20-\x7e]*$/;
/** An encoded word may be 75 characters long: 12 of frame, 60 of base64 for 45 bytes. */
const BYTES_PER_WORD = 45;

/**
 * A header's text on one or more folded lines. Anything but printable ASCII, and anything that looks like an encoded
 * word already, is put into base64: no value can end its header.
 */
function headerText(value: string): string {
  const clean = value
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .toWellFormed()
    .trim();
  if (PRINTABLE.test(clean) && clean.length <= 60 && !clean.includes('=?')) return clean;
  const words: string[] = [];
  let run = '';
  for (const character of clean) {
    if (Buffer.byteLength(run + character) > BYTES_PER_WORD) {
      words.push(run);
      run = '';
    }
    run += character;
  }
  words.push(run);
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ');
}

/** An address as SMTP carries it. @throws when it is no plain ASCII address even after its domain is translated */
export function wireAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const wire = `${address.slice(0, at)}@${domainToASCII(address.slice(at + 1))}`;
  if (!/^[^\s<>()[\],;:\\"\u007f-\uffff]+@[a-z0-9.-]+$/i.test(wire))
    throw new Error('not a plain mail address');
  return wire;
}

function headerName(name: string): string {
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) throw new Error(`not a header's name: ${JSON.stringify(name)}`);
  return name;
}

/** Renders the mail: base64 body in lines of 76, CRLF throughout, nothing but ASCII on the wire. */
export function renderMail(mail: MailMessage): string {
  if (!/^<[\x21-\x3b\x3d\x3f-\x7e]+>$/.test(mail.messageId)) throw new Error('not a Message-ID');
  const sender = headerText(mail.from.name).replace(/^(?!=\?)(.+)$/, (name) => JSON.stringify(name));
  const lines = [
    `From: ${sender}${sender === '' ? '' : ' '}<${wireAddress(mail.from.address)}>`,
    `To: <${wireAddress(mail.to)}>`,
    `Subject: ${headerText(mail.subject)}`,
    `Message-ID: ${mail.messageId}`,
    `Date: ${mail.date.toUTCString().replace('GMT', '+0000')}`,
    ...Object.entries(mail.headers).map(([name, value]) => `${headerName(name)}: ${headerText(value)}`),
    'MIME-Version: 1.0',
  ];
  const text = mail.text.replace(/\r\n?|\n/g, '\r\n').toWellFormed();
  const body = part(['Content-Type: text/plain; charset=utf-8'], Buffer.from(text));
  const files = mail.attachments ?? [];
  if (files.length === 0) return `${lines.join('\r\n')}\r\n${body}`;
  // No line of base64 can be this one, and the same mail sent again is the same bytes.
  const boundary = `=_${createHash('sha256').update(mail.messageId).digest('hex').slice(0, 32)}`;
  const parts = files.map(({ name, type, content }) => {
    if (!/^[\w.-]{1,80}$/.test(name) || !/^[\w/+.-]+(; [\w-]+=[\w-]+)*$/.test(type))
      throw new Error('not a name or type of a file');
    return part(
      [`Content-Type: ${type}; name="${name}"`, `Content-Disposition: attachment; filename="${name}"`],
      content,
    );
  });
  return [
    ...lines,
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    ...[body, ...parts].flatMap((one) => [`--${boundary}`, one.trimEnd()]),
    `--${boundary}--`,
    '',
  ].join('\r\n');
}

/** Headers and base64 of one part, in lines of 76. */
function part(headers: readonly string[], content: Buffer): string {
  const lines = content.toString('base64').replace(/.{76}/g, '$&\r\n');
  return `${[...headers, 'Content-Transfer-Encoding: base64'].join('\r\n')}\r\n\r\n${lines}\r\n`;
}
