/**
 * Strangers are slowed per network, before anything is read or looked up for them. Whoever is known, because he was lately
 * found to be signed in, is never slowed: a report is not refused because somebody else in the same building makes noise.
 * Whoever brings a cookie that is not known yet may have to wait his turn to be looked up; he is not refused either.
 */
import { createHash } from 'node:crypto';
import { BlockList, isIP } from 'node:net';

/** A bucket: so many at once, and so many more each second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export interface StrangerRates {
  /** Requests without any cookie. */
  readonly stranger: Rate;
  /**
   * Requests with a cookie that has not been found to be anybody's yet: an office full of people in the morning. Beyond
   * it they are looked up a few at a time.
   */
  readonly unknown: Rate;
}

export const STRANGER_RATES: StrangerRates = {
  stranger: { burst: 120, perSecond: 10 },
  unknown: { burst: 1_200, perSecond: 60 },
};

/** How long somebody found to be signed in counts as known without being looked at again, in ms. */
const KNOWN_MS = 15 * 60_000;
/** Most that is remembered; beyond it the oldest is forgotten. */
const MOST = 50_000;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** The network an address is counted under: a /24, or a /48 of IPv6; null for this machine, which is no stranger. */
export function networkOf(address: string): string | null {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  const family = isIP(plain);
  if (family === 0) return 'nowhere';
  if (loopback.check(plain, family === 4 ? 'ipv4' : 'ipv6')) return null;
  if (family === 4) return plain.split('.').slice(0, 3).join('.');
  const [head = '', tail] = plain.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  return groups
    .slice(0, 3)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}

/** Buckets by name that fill again with time. */
class Buckets {
  readonly #rate: Rate;
  readonly #now: () => number;
  readonly #left = new Map<string, { tokens: number; at: number }>();

  constructor(rate: Rate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
  }

  /** Takes one; returns the seconds to wait when there is none, else 0. */
  take(name: string): number {
    const { burst, perSecond } = this.#rate;
    const now = this.#now();
    const bucket = this.#left.get(name) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    this.#left.delete(name);
    this.#left.set(name, bucket);
    if (this.#left.size > MOST) this.#left.delete(this.#left.keys().next().value ?? '');
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
    bucket.tokens -= 1;
    return 0;
  }
}

/** What a network that is too busy leaves to each of its machines for signing in. */
const SIGN_IN: Rate = { burst: 20, perSecond: 1 };
/** So many of one network may wait for their turn to sign in. */
const MOST_SIGNING_IN = 200;

/** One machine, as far as its address tells: an address, or a /64 of IPv6, which is one machine's to choose from. */
function machineOf(address: string): string {
  return address.includes(':') && !address.includes('.')
    ? `${networkOf(address)}/${address.split(':').slice(0, 4).join(':')}`
    : address;
}

/** So many of one network are looked up at once when there are too many; so many more may wait. */
const AT_ONCE = 8;
const MOST_WAITING = 5_000;

/** Turns by name: a few at a time, the others in the order they came. */
class Turns {
  readonly #lines = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  /** Settles when it is one's turn, with what ends the turn; undefined when too many wait already. */
  take(name: string, most = MOST_WAITING): Promise<() => void> | undefined {
    const line = this.#lines.get(name) ?? { running: 0, waiting: [] };
    this.#lines.set(name, line);
    if (line.waiting.length >= most) return undefined;
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      const next = line.waiting.shift();
      if (next) next();
      else line.running -= 1;
      if (line.running === 0) this.#lines.delete(name);
    };
    if (line.running < AT_ONCE) {
      line.running += 1;
      return Promise.resolve(end);
    }
    return new Promise((resolve) => line.waiting.push(() => resolve(end)));
  }
}

const digest = (cookie: string): string => createHash('sha256').update(cookie).digest('base64');

/** The memory of one server; `now` in ms. */
export function strangerLimit(rates: StrangerRates = STRANGER_RATES, now = () => performance.now()) {
  const strangers = new Buckets(rates.stranger, now);
  const unknown = new Buckets(rates.unknown, now);
  const signingIn = new Buckets(SIGN_IN, now);
  const turns = new Turns();
  const known = new Map<string, number>();

  return {
    /**
     * 0 when the caller may go on, or the seconds he must stay away; or his turn to be looked up, which settles with what
     * ends it. Who wants to sign in from a network that is too busy has a share of his machine's own, and then waits his
     * turn: one machine keeps nobody beside it from signing in. Cheap: no look-up, no body.
     */
    admit(address: string, cookie: string | undefined, isSignIn = false): number | Promise<() => void> {
      const network = networkOf(address);
      if (network === null) return 0;
      if (cookie === undefined) {
        const seconds = strangers.take(network);
        if (seconds === 0 || !isSignIn || signingIn.take(machineOf(address)) === 0)
          return isSignIn ? 0 : seconds;
        return turns.take(`sign-in ${network}`, MOST_SIGNING_IN) ?? seconds;
      }
      const until = known.get(digest(cookie));
      const seconds = until !== undefined && until > now() ? 0 : unknown.take(network);
      return seconds === 0 ? 0 : (turns.take(network) ?? seconds);
    },
    /** The bearer of this cookie was found to be signed in. */
    remember(cookie: string): void {
      const key = digest(cookie);
      known.delete(key);
      known.set(key, now() + KNOWN_MS);
      if (known.size > MOST) known.delete(known.keys().next().value ?? '');
    },
  };
}
