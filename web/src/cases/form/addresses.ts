/**
 * Reads pasted addresses: many at once, in any mix, made unclickable or full-width as reports have them. What it calls
 * good the server takes (`src/platform/fields.ts`; held to it by a test). What it cannot read is never dropped: it
 * stays in the text and gets a sentence that says how to repair it. Pure.
 */

export type AddressKind = 'ip' | 'domain' | 'url';

/** Why a token is none of the three; each has its own helping sentence. */
export type AddressFault = 'port' | 'range' | 'email' | 'no-scheme' | 'octet' | 'prefix' | 'unreadable';

export type Token =
  | { ok: true; raw: string; kind: AddressKind; value: string }
  | { ok: false; raw: string; fault: AddressFault };

const OCTET = '(25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const IPV4 = new RegExp(`^${OCTET}(\\.${OCTET}){3}(/(3[0-2]|[12]?\\d))?$`);
const LIKE_IPV4 = /^\d+(\.\d+){3}(\/\d+)?$/;
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;

/** Undoes full-width characters and the ways people make an address unclickable. */
export function refang(text: string): string {
  return text
    .normalize('NFKC')
    .trim()
    .replace(/\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)/gi, '.')
    .replace(/\[:\]/g, ':')
    .replace(/\[\/\/\]|\[\/\]/g, '/')
    .replace(/^hxxp/i, 'http');
}

/** The tokens of a pasted text, in order, each value once. */
export function readAddresses(text: string): Token[] {
  const seen = new Set<string>();
  return text
    .split(/[\s,;，；、|]+/u)
    .map((raw) => raw.replace(/^["'「『<(（]+|(?<!["'」』>)）。])["'」』>)）。]+$/gu, ''))
    .filter((raw) => raw !== '')
    .map(readToken)
    .filter((token) => {
      const key = token.ok ? `${token.kind} ${token.value.toLowerCase()}` : token.raw;
      return !seen.has(key) && seen.add(key);
    });
}

function readToken(raw: string): Token {
  const value = refang(raw);
  const good = (kind: AddressKind, said = value): Token => ({ ok: true, raw, kind, value: said });
  const bad = (fault: AddressFault): Token => ({ ok: false, raw, fault });

  if (/^(https?|ftp):\/\//i.test(value)) return isUrl(value) ? good('url') : bad('unreadable');
  if (IPV4.test(value)) return value.length <= 64 ? good('ip') : bad('unreadable');
  if (LIKE_IPV4.test(value))
    return bad(/^\d+(\.\d+){3}\//.test(value) && hasOctets(value) ? 'prefix' : 'octet');
  if (/^\d+(\.\d+){3}\s*[-~–]\s*\d/.test(value)) return bad('range');
  if (/^\d+(\.\d+){3}:\d+$/.test(value) || /^\[[0-9a-f:.]+\]:\d+$/i.test(value)) return bad('port');
  const bare = value.replace(/^\[(.*)\]$/, '$1');
  if (isIpv6(bare)) return good('ip', bare);
  if (value.includes('@')) return bad('email');
  if (/^[^/:]+:\d+$/.test(value)) return bad('port');
  if (/^(?=[^/:]+\.[^/:])[^/:]+(:\d+)?\//.test(value)) return bad('no-scheme');
  return isDomain(value) ? good('domain') : bad('unreadable');
}

function hasOctets(value: string): boolean {
  return (value.split('/')[0] ?? '').split('.').every((octet) => Number(octet) <= 255);
}

function isIpv6(value: string): boolean {
  const [host = '', prefix, rest] = value.split('/');
  if (rest !== undefined || (prefix !== undefined && !/^(12[0-8]|1[01]\d|\d?\d)$/.test(prefix))) return false;
  return (
    value.length <= 64 &&
    host.includes(':') &&
    /^[0-9a-f:.]+$/i.test(host) &&
    URL.canParse(`http://[${host}]/`)
  );
}

function isUrl(value: string): boolean {
  return value.length <= 2000 && URL.canParse(value);
}

/** A domain name has a dot: a lone word is more likely a slip than a host. */
function isDomain(value: string): boolean {
  if (value.length > 253 || !value.includes('.') || !/^[^\s/:@?#\\[\]%]+$/.test(value)) return false;
  if (!URL.canParse(`http://${value}/`)) return false;
  const host = new URL(`http://${value}/`).hostname.replace(/\.$/, '');
  return host.split('.').every((label) => LABEL.test(label)) && !/^[\d.]+$/.test(host);
}

/** The good tokens by kind, as the report carries them. */
export function addressesOf(text: string): { ips: string[]; domains: string[]; urls: string[] } {
  const tokens = readAddresses(text);
  const of = (kind: AddressKind): string[] =>
    tokens.flatMap((token) => (token.ok && token.kind === kind ? token.value : []));
  return { ips: of('ip'), domains: of('domain'), urls: of('url') };
}

/** Addresses as one text, the way the box shows them. */
export function addressText(host: {
  ips: readonly string[];
  domains: readonly string[];
  urls: readonly string[];
}): string {
  return [...host.ips, ...host.domains, ...host.urls].join('\n');
}
