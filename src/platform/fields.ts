/**
 * Field types every room's schema shares: texts, times, addresses. Checks that help rather than hinder: what people
 * paste from reports (`hxxp://`, `192.0.2[.]1`, full-width digits) is understood, and only what cannot be meant is refused.
 * Shared with the browser: no Node modules here.
 */
import { z } from 'zod';
import { isText, optionalText } from './http/contract.ts';

/** Text of at most `max` characters that may be empty; control characters are refused as `not-text`. */
export const text = optionalText;

/** The moment as UTC, when it lies in the years 1000 to 9999: others the database reads differently, or not at all. */
function utcOf(value: string): string | null {
  const time = Date.parse(value);
  const utc = Number.isNaN(time) ? '' : new Date(time).toISOString();
  return /^[1-9]\d{3}-/.test(utc) ? utc : null;
}

/** A moment with an offset, kept as UTC to the millisecond. */
export const instant = z.iso
  .datetime({ offset: true })
  .refine((value) => utcOf(value) !== null, { params: { code: 'bad-date' }, abort: true })
  .overwrite((value) => utcOf(value) ?? value);

/** A day of the calendar, `2002-05-06`, in a year the database can read. */
export const day = z.iso.date().refine((value) => !value.startsWith('0'), { params: { code: 'bad-date' } });

/** Undoes the ways people make an address unclickable, and full-width characters. */
function refang(value: string): string {
  return value
    .normalize('NFKC')
    .trim()
    .replace(/\[\.\]|\(\.\)|\{\.\}/g, '.')
    .replace(/\[:\]/g, ':')
    .replace(/^hxxp/i, 'http');
}

function address(max: number, code: string, accepts: (value: string) => boolean) {
  return z
    .string()
    .max(max)
    .overwrite(refang)
    .refine((value) => isText(value) && accepts(value), { params: { code } });
}

const OCTET = '(25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const IPV4 = new RegExp(`^${OCTET}(\\.${OCTET}){3}(/(3[0-2]|[12]?\\d))?$`);

/** True for an IPv6 address, with or without a prefix length; the URL parser decides, so zones are refused. */
function isIpv6(value: string): boolean {
  const [host = '', prefix, rest] = value.split('/');
  if (rest !== undefined || (prefix !== undefined && !/^(12[0-8]|1[01]\d|\d?\d)$/.test(prefix))) return false;
  return host.includes(':') && /^[0-9a-f:.]+$/i.test(host) && URL.canParse(`http://[${host}]/`);
}

/** An IPv4 or IPv6 address or network (S8.F3.13). */
export const ipAddress = address(64, 'bad-ip', (value) => IPV4.test(value) || isIpv6(value));

/** A domain name, IDN included (S8.F3.14). */
export const hostName = address(253, 'bad-domain', (value) => {
  if (!/^[^\s/:@?#\\[\]%]+$/.test(value) || !URL.canParse(`http://${value}/`)) return false;
  const host = new URL(`http://${value}/`).hostname.replace(/\.$/, '');
  return host.split('.').every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label));
});

/** An http, https or ftp address (S8.F3.17). */
export const webAddress = address(
  2000,
  'bad-url',
  (value) => /^(https?|ftp):\/\/\S+$/i.test(value) && URL.canParse(value),
);

/**
 * A plain e-mail address (S8.F3.8). Quoted local parts, comments and groups are refused: mail libraries have read them
 * as other recipients before.
 */
export const emailAddress = address(
  254,
  'bad-email',
  (value) =>
    /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^\s@"(),:;<>[\\\]]+$/i.test(value) &&
    /^[^.]+(\.[^.]+)+$/.test(value.slice(value.lastIndexOf('@') + 1)) &&
    URL.canParse(`http://${value.slice(value.lastIndexOf('@') + 1)}/`),
);

/** A telephone or fax number as people write it, extension included (S8.F3.10). */
export const phoneNumber = address(
  40,
  'bad-phone',
  (value) => /^\+?[\d\s().#*~/-]{3,}((轉|分機|ext\.?|x|#)\s*\d+)?$/i.test(value) && /\d.*\d.*\d/.test(value),
);
