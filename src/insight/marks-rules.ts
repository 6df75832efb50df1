/**
 * What of a report may tell that another report speaks of the same event: addresses, domains, hashes, senders and file names
 * that are not the reporter's own and not everybody's, and a sketch of its words. Pure.
 */

export const MARK_KINDS = ['ip', 'domain', 'hash', 'sender', 'words'] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

/** The marks of one case. */
export interface Marks {
  /** As `kind:value`. */
  readonly indicators: readonly string[];
  /** The least values of {@link HASHES} hashes over the pieces of its words; alike in as many places as the words are. */
  readonly sketch: Uint32Array;
}

/** How finely words are compared. */
export const HASHES = 32;

/** Addresses everybody names: resolvers that reports quote when they say the network was down. */
const RESOLVERS = new Set([
  '1.1.1.1',
  '1.0.0.1',
  '8.8.8.8',
  '8.8.4.4',
  '9.9.9.9',
  '168.95.1.1',
  '168.95.192.1',
  '101.101.101.101',
]);

/** Not in the world at all, or only in the reporter's own part of it. */
const LOCAL_IP =
  /^(0|10|127|22[4-9]|23\d|24\d|25[0-5])\.|^169\.254\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./;

/** Domains that say nothing: makers, search engines, the government's own. */
const EVERYBODYS =
  /(^|\.)(microsoft|windowsupdate|windows|office|google|gstatic|googleapis|yahoo|facebook|line|apple|cloudflare|akamai|adobe|oracle|cisco|trendmicro|symantec|kaspersky|hinet)\.(com|net|org|me|tw|com\.tw)$|(^|\.)gov\.(tw|example)$|(^|\.)edu\.tw$|(^|\.)virustotal\.com$/;

/** Endings that make a name a file and no domain. */
const FILE =
  /\.(exe|dll|sys|bat|cmd|ps1|vbs|js|jar|scr|com|lnk|zip|rar|7z|doc|docx|docm|xls|xlsx|xlsm|ppt|pptx|pdf|txt|log|htm|html|php|asp|aspx|jsp|jpg|jpeg|png|gif|svg|css|json|xml|yaml|ini|conf|cfg|bak|tmp|dat|db|sql|iso|img|py|sh|so|elf|war|apk|msi|eml|msg)$/;
/** Of these only some can carry anything. */
const RUNS = /\.(exe|dll|sys|bat|cmd|ps1|vbs|jar|scr|lnk|docm|xlsm|iso|elf|war|apk|msi|so)$/;
/** Programs of every machine. */
const SYSTEM_FILES =
  /^(svchost|explorer|cmd|powershell|iexplore|chrome|firefox|outlook|winword|excel|lsass|services|rundll32|regsvr32|taskmgr|setup|install|update|java|javaw|mysqld|httpd|nginx|w3wp|sqlservr|notepad|kernel32|ntdll|user32)\.(exe|dll|cmd)$/;

const LETTER = /[\p{Script=Han}]/u;

/** Reports are written so that nobody follows an address by mistake; undone here. */
function refanged(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/h(xx|\*\*|tt)p(s?)\s*:/g, 'http$2:')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?(\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)) ?/g, '.')
    .replace(/ ?(\[at\]|\(at\)|\[@\]) ?/g, '@')
    .replaceAll('[:]', ':')
    .replaceAll('。', '。 ');
}

function isIp(text: string): boolean {
  return text.split('.').every((part) => Number(part) <= 255);
}

/** The indicators of a text, without those that are the reporter's own. */
export function indicatorsOf(words: string, own: readonly string[] = []): string[] {
  const text = refanged(words);
  const mine = new Set(own.map((one) => one.trim().toLowerCase()));
  const isMine = (name: string): boolean =>
    mine.has(name) || [...mine].some((one) => one.includes('.') && name.endsWith(`.${one}`));
  const found = new Set<string>();
  for (const [ip] of text.matchAll(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)/g)) {
    if (isIp(ip) && !LOCAL_IP.test(ip) && !RESOLVERS.has(ip) && !isMine(ip)) found.add(`ip:${ip}`);
  }
  for (const [hash] of text.matchAll(
    /(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9a-f])/g,
  )) {
    // A number of thirty-two digits is an account more often than a hash.
    if (/[a-f]/.test(hash) && /\d/.test(hash)) found.add(`hash:${hash}`);
  }
  const senders = new Set<string>();
  for (const [, local = '', host = ''] of text.matchAll(
    /(?<![a-z0-9._%+-])([a-z0-9._%+-]{1,64})@([a-z0-9-]+(?:\.[a-z0-9-]+)+)/g,
  )) {
    senders.add(host);
    if (!isMine(`${local}@${host}`) && !isMine(host) && !EVERYBODYS.test(host))
      found.add(`sender:${local}@${host}`);
  }
  for (const [name] of text.matchAll(
    /(?<![a-z0-9@._-])(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]{1,23}(?![a-z0-9_-])/g,
  )) {
    if (FILE.test(name)) {
      // `.com` is a program's ending that only domains have today.
      if (RUNS.test(name) && !SYSTEM_FILES.test(name)) found.add(`words:${name}`);
      if (!name.endsWith('.com')) continue;
    }
    if (EVERYBODYS.test(name) || isMine(name) || senders.has(name)) continue;
    found.add(`domain:${name}`);
  }
  for (const [cve] of text.matchAll(/cve-\d{4}-\d{4,7}/g)) found.add(`words:${cve}`);
  return [...found].slice(0, 24);
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

const TURNS = Array.from({ length: HASHES }, (_, n) => [
  hashOf(`turn ${n}`) | 1,
  hashOf(`shift ${n}`),
]) as readonly (readonly [number, number])[];

/** Pieces of a text: pairs of Chinese characters, and words of the Latin alphabet; figures do not count. */
function piecesOf(words: string): Set<string> {
  const text = words.normalize('NFKC').toLowerCase().slice(0, 4000);
  const pieces = new Set<string>();
  let before = '';
  for (const letter of text) {
    if (LETTER.test(letter)) {
      if (before !== '') pieces.add(before + letter);
      before = letter;
    } else before = '';
  }
  for (const [word] of text.matchAll(/[a-z][a-z-]{2,}/g)) pieces.add(word);
  return pieces;
}

/** A sketch of the words of a text. */
export function sketchOf(words: string): Uint32Array {
  const sketch = new Uint32Array(HASHES).fill(0xffffffff);
  for (const piece of piecesOf(words)) {
    const hash = hashOf(piece);
    for (let n = 0; n < HASHES; n += 1) {
      const [turn, shift] = TURNS[n] as readonly [number, number];
      let value = (Math.imul(hash, turn) + shift) >>> 0;
      value = (value ^ (value >>> 15)) >>> 0;
      if (value < (sketch[n] as number)) sketch[n] = value;
    }
  }
  return sketch;
}

/** How alike two texts are by their sketches, 0 to 1. */
export function likeness(a: Uint32Array, b: Uint32Array): number {
  let same = 0;
  for (let n = 0; n < HASHES; n += 1) if (a[n] === b[n] && a[n] !== 0xffffffff) same += 1;
  return same / HASHES;
}

/** The marks of what a body wrote; `own` are its own addresses, domains and mail. */
export function marksOf(words: string, own: readonly string[] = []): Marks {
  return { indicators: indicatorsOf(words, own), sketch: sketchOf(words) };
}
