/**
 * The one way out: every request this product makes to an address somebody else named goes through here (HOOK-1).
 *
 * An address that can be configured or written by people is a way to make the server knock on doors only it can
 * reach. So a name is resolved once, every address it has is looked at, and the connection goes to the address that
 * was looked at: a name that answers differently a moment later (DNS rebinding) gains nothing.
 */
import { lookup as systemLookup } from 'node:dns/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Why a request was not made, or its answer not taken. */
export type EgressReason =
  | 'malformed'
  | 'scheme'
  | 'credentials'
  | 'port'
  | 'no-address'
  | 'inside'
  | 'redirect'
  | 'encoding'
  | 'too-large'
  | 'too-slow'
  | 'no-connection';

/** A request that was refused or failed. The message names reason and host, never path, query or body. */
export class EgressFault extends Error {
  readonly reason: EgressReason;

  constructor(reason: EgressReason, host: string, cause?: unknown) {
    super(`outgoing request ${reason}: ${host.slice(0, 100)}`, { cause });
    this.name = 'EgressFault';
    this.reason = reason;
  }
}

/** One address of a host, as `dns.lookup` gives it. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export interface EgressOptions {
  /**
   * Origins inside that an operator configured on purpose, e.g. `https://login.ministry.example:8443`: their
   * addresses may be private and their port is theirs. Nothing but the very same origin is meant.
   */
  readonly allow?: readonly string[];
  /** Milliseconds for everything, from the look-up to the last byte; 5,000 unless said otherwise. */
  readonly timeoutMs?: number;
  /** Most bytes of an answer's body; 1,000,000 unless said otherwise. */
  readonly maxBytes?: number;
  /** All addresses of a name; the system's resolver unless a test brings its own. */
  readonly lookup?: (host: string) => Promise<readonly ResolvedAddress[]>;
}

/** What a request may say; the part of `RequestInit` that libraries use. */
export interface EgressInit {
  readonly method?: string;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  readonly body?: ConstructorParameters<typeof Response>[0];
  /** `manual` hands a 30x answer to the caller as it is; anything else refuses it. Nothing is ever followed. */
  readonly redirect?: 'error' | 'follow' | 'manual';
  readonly signal?: AbortSignal | null;
}

/** Looks like `fetch`. */
export type Egress = (url: string | URL, init?: EgressInit) => Promise<Response>;

/** Networks that are not the public internet (the special-purpose registries for IPv4 and IPv6). */
const NOT_OUTSIDE: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  // Of IPv6 only 2000::/3 is routed; within it, what carries an IPv4 address, documentation and local use.
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
];

const notOutside = new BlockList();
for (const [net, prefix, family] of NOT_OUTSIDE) notOutside.addSubnet(net, prefix, family);
const routedIpv6 = new BlockList();
routedIpv6.addSubnet('2000::', 3, 'ipv6');

/** True for an address of the public internet; mapped, embedded, scoped and unreadable ones are not. */
export function isOutside(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !notOutside.check(address, 'ipv4');
  if (family !== 6 || address.includes('%')) return false;
  return routedIpv6.check(address, 'ipv6') && !notOutside.check(address, 'ipv6');
}

/** Headers that frame the message or name the host: ours to write. */
const FRAMING = ['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade', 'expect', 'te'];

interface Limits {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

const resolveBySystem = (host: string): Promise<readonly ResolvedAddress[]> =>
  systemLookup(host, { all: true, verbatim: true });

/** The address as a URL that may be asked at all, before anything is looked up. */
function checkedUrl(given: string | URL, allowed: ReadonlySet<string>): URL {
  if (!URL.canParse(String(given))) throw new EgressFault('malformed', '');
  const url = new URL(String(given));
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new EgressFault('scheme', url.protocol);
  if (url.username !== '' || url.password !== '') throw new EgressFault('credentials', url.hostname);
  // An empty port is the scheme's own; 80 over https or 443 over http is nobody's web server, but harmless.
  if (!['', '80', '443'].includes(url.port) && !allowed.has(url.origin)) {
    throw new EgressFault('port', url.hostname);
  }
  return url;
}

/** The one address the connection goes to; every address of the name was looked at. */
async function pinnedAddress(
  url: URL,
  isAllowed: boolean,
  lookup: (host: string) => Promise<readonly ResolvedAddress[]>,
): Promise<ResolvedAddress> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  let found: readonly ResolvedAddress[];
  try {
    found = isIP(host) ? [{ address: host, family: isIP(host) }] : await lookup(host);
  } catch (cause) {
    throw new EgressFault('no-address', host, cause);
  }
  const first = found[0];
  if (!first) throw new EgressFault('no-address', host);
  // One private address among public ones is enough to be sent there; so it is enough to be refused.
  if (!isAllowed && !found.every(({ address }) => isOutside(address))) throw new EgressFault('inside', host);
  return first;
}

/** Reads an answer to its end, at most so many bytes. */
async function readBody(answer: IncomingMessage, host: string, { maxBytes }: Limits): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      answer.destroy();
      throw new EgressFault('too-large', host);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Sends the request to the pinned address and waits for the head of the answer. */
async function send(
  url: URL,
  pinned: ResolvedAddress,
  init: EgressInit,
  { signal }: Limits,
): Promise<IncomingMessage> {
  const carrier = new Response(init.body ?? null);
  const body = init.body == null ? undefined : Buffer.from(await carrier.arrayBuffer());
  const headers = new Headers(init.headers);
  for (const name of FRAMING) headers.delete(name);
  const type = carrier.headers.get('content-type');
  if (type && !headers.has('content-type')) headers.set('content-type', type);
  headers.set('accept-encoding', 'identity');
  if (body) headers.set('content-length', String(body.length));

  const lookup: LookupFunction = (_host, options, done) => {
    if (options.all) done(null, [pinned]);
    else done(null, pinned.address, pinned.family);
  };
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      method: init.method ?? 'GET',
      headers: Object.fromEntries(headers),
      // Its own connection each time: one kept open would outlive the look at its address.
      agent: false,
      lookup,
      maxHeaderSize: 16_384,
      signal,
    });
    asked.on('response', resolve);
    asked.on('error', reject);
    asked.end(body);
  });
}

/**
 * Makes the client. The function it returns looks like `fetch` and can be given to libraries in its place; its
 * answers are read whole. It throws an {@link EgressFault} instead of asking when the address is not http(s), carries
 * user-info, has a port other than 80 or 443, or has any address that is not on the public internet; and when the
 * answer redirects (unless `redirect: 'manual'`), is compressed, too large or too slow. Origins in `allow` may be
 * inside and on their own port.
 */
export function createEgress(options: EgressOptions = {}): Egress {
  const allowed = new Set((options.allow ?? []).map((origin) => new URL(origin).origin));
  const lookup = options.lookup ?? resolveBySystem;
  const { timeoutMs = 5_000, maxBytes = 1_000_000 } = options;

  return async (given, init = {}) => {
    const url = checkedUrl(given, allowed);
    const late = AbortSignal.timeout(timeoutMs);
    const limits = { maxBytes, signal: init.signal ? AbortSignal.any([late, init.signal]) : late };
    const asking = async (): Promise<Response> => {
      const pinned = await pinnedAddress(url, allowed.has(url.origin), lookup);
      // The look-up may have taken all the time there was: then nobody is asked any more.
      limits.signal.throwIfAborted();
      const answer = await send(url, pinned, init, limits);
      const status = answer.statusCode ?? 0;
      const fault = (reason: EgressReason) => {
        answer.destroy();
        return new EgressFault(reason, url.hostname);
      };
      if (status < 200 || status > 599) throw fault('no-connection');
      if (status >= 300 && status < 400 && init.redirect !== 'manual') throw fault('redirect');
      if ((answer.headers['content-encoding'] ?? 'identity') !== 'identity') throw fault('encoding');
      const body = await readBody(answer, url.hostname, limits);
      const hasBody = ![204, 205, 304].includes(status);
      const headers = new Headers();
      for (let i = 0; i < answer.rawHeaders.length; i += 2) {
        headers.append(answer.rawHeaders[i] ?? '', answer.rawHeaders[i + 1] ?? '');
      }
      return new Response(hasBody ? new Uint8Array(body) : null, { status, headers });
    };
    const running = asking();
    running.catch(() => undefined);
    try {
      // A resolver that hangs does not listen to signals: the time is kept here too.
      return await Promise.race([running, whenAborted(limits.signal)]);
    } catch (thrown) {
      if (thrown instanceof EgressFault) throw thrown;
      if (init.signal?.aborted) throw init.signal.reason;
      throw new EgressFault(late.aborted ? 'too-slow' : 'no-connection', url.hostname, thrown);
    }
  };
}

/** Rejects when the signal does. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
