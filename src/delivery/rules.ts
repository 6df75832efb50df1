/**
 * From a notice to a person: who is right to be told now, when to try again, what a server's refusal means. Pure.
 */
import type { DirectorySnapshot } from '../directory/index.ts';
import type { NoticeChannel } from '../mechanism/vocabulary.ts';

// ── relays ───────────────────────────────────────────────────────────────────────────────────────────────────

/** The relay of whatever no route names. */
export const DEFAULT_RELAY = 'default';

/**
 * The relay for an address: that of its domain or of the nearest domain above it, else the default one. Never fails,
 * whatever the address.
 * @param routes relay's name by lower-case domain
 */
export function relayOf(routes: ReadonlyMap<string, string>, address: string): string {
  let domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  for (;;) {
    const relay = routes.get(domain);
    if (relay !== undefined) return relay;
    const dot = domain.indexOf('.');
    if (dot < 0) return DEFAULT_RELAY;
    domain = domain.slice(dot + 1);
  }
}

/**
 * The address as it goes into RCPT, or null when it is no plain address (WEB-10): a dot-atom, one `@`, a domain of
 * letters, digits and hyphens (an international one in its ASCII form). Quoted local parts, comments, groups and
 * look-alike full-width characters have been read as other recipients before, and are refused.
 */
export function plainAddress(address: string): string | null {
  const match =
    /^([a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*)@([^\s@"(),:;<>[\]\\/?#%]+)$/i.exec(
      address,
    );
  const [, local = '', domain = ''] = match ?? [];
  if (local === '' || local.length > 64 || domain !== domain.normalize('NFKC')) return null;
  if (!URL.canParse(`http://${domain}/`)) return null;
  const host = new URL(`http://${domain}/`).hostname;
  const labels = host.split('.');
  const plain =
    labels.length >= 2 && labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label));
  const whole = `${local}@${host}`;
  return plain && !/^\d+$/.test(labels.at(-1) ?? '') && whole.length <= 254 ? whole : null;
}

// ── trying again ─────────────────────────────────────────────────────────────────────────────────────────────

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
/** A notice that could not be handed over for so long has failed: a person must be rung up. */
export const GIVE_UP_AFTER = 24 * HOUR;
/** A bound also for a server that answers at once, always with "later". */
export const MOST_ATTEMPTS = 250;

/**
 * How long to wait after the `attempt`-th try (1, 2, …), in ms: 4 s doubling up to 10 min, each between a half and the
 * whole of it, so that what failed together does not come back together. A greylisting server (451) that wants five to
 * fifteen minutes is met at about 5, 10 and 20 minutes.
 */
export function backoff(attempt: number, random01: number, most = 600 * SECOND): number {
  const whole = Math.min(most, 4 * SECOND * 2 ** Math.min(Math.max(attempt, 1) - 1, 20));
  return Math.round(whole * (0.5 + random01 / 2));
}

/** How long a relay that cannot be reached is left alone, in ms: 1 s doubling up to 30 s, with the same spread. */
export function relayRest(failures: number, random01: number): number {
  const whole = Math.min(30 * SECOND, SECOND * 2 ** Math.min(Math.max(failures, 1) - 1, 10));
  return Math.round(whole * (0.5 + random01 / 2));
}

/**
 * A notice that our own program cannot put into words or hand over is tried so often: it is not the far side's fault, and
 * nothing else may wait for it (FLT-13). Three tries take at most a quarter of a minute; then it has failed, and the desk sees it.
 */
export const BROKEN_TRIES = 3;

/** True when there is no use in trying on. */
export function isExhausted(attempts: number, madeAt: Date, now: Date): boolean {
  return attempts >= MOST_ATTEMPTS || now.getTime() - madeAt.getTime() >= GIVE_UP_AFTER;
}

// ── what a refusal means ─────────────────────────────────────────────────────────────────────────────────────

/** A fault as the transport tells it. */
export interface SendFault {
  readonly stage: 'connect' | 'message';
  readonly responseCode: number | null;
  readonly command: string;
  readonly code: string;
}

/** Why a delivery stands as it stands; words for each in the locales (`mail.reason`). */
export const REASONS = [
  /** the server refused this recipient or this mail for good */
  'refused',
  /** the server asked to come back later */
  'deferred',
  /** the relay refuses us: connection, greeting, sign-in or sender */
  'relay-refuses',
  'relay-unreachable',
  'relay-silent',
  /** the line broke after the mail was begun: nobody knows whether it arrived */
  'cut-off',
  'bad-address',
  'no-address',
  /** no device has push switched on, or none of them is left */
  'no-device',
  /** the way is set up no more */
  'no-lane',
  /** taken by the gateway, which said later that it did not arrive */
  'undelivered',
  /** our own program stumbles over it, at every try */
  'broken',
  /** accepted by the next server, and sent back */
  'bounced',
  'nobody',
  'expired',
  'not-holder',
  /** the person's account was shut: whoever was shut out is told nothing more */
  'shut-out',
  'no-right',
  'closed',
] as const;
export type Reason = (typeof REASONS)[number];

export interface Verdict {
  readonly verdict: 'retry' | 'permanent';
  /** `relay`: the relay is in trouble, every mail would meet the same; `mail`: this one. */
  readonly scope: 'relay' | 'mail';
  readonly reason: Reason;
}

const SILENT = new Set(['ETIMEDOUT', 'ESOCKETTIMEDOUT']);

/**
 * What to do after a fault (FLT-7). Only a 5xx for this recipient or this mail is final; a relay that refuses *us*
 * (greeting, sign-in, sender) is an operator's mistake and must not lose what was queued meanwhile.
 */
export function classify(fault: SendFault): Verdict {
  const { responseCode: code, command } = fault;
  if (code !== null && code >= 400) {
    if (fault.stage === 'connect' || code === 421)
      return { verdict: 'retry', scope: 'relay', reason: 'relay-refuses' };
    if (code < 500 || code === 503) return { verdict: 'retry', scope: 'mail', reason: 'deferred' };
    const isAboutUs =
      command.startsWith('AUTH') ||
      (command === 'MAIL FROM' && code !== 552) ||
      [530, 535, 538].includes(code);
    if (isAboutUs) return { verdict: 'retry', scope: 'relay', reason: 'relay-refuses' };
    return { verdict: 'permanent', scope: 'mail', reason: 'refused' };
  }
  // The library's own grammar refused the envelope: trying again gives the same.
  if (fault.code === 'EENVELOPE') return { verdict: 'permanent', scope: 'mail', reason: 'bad-address' };
  if (fault.code === 'EMESSAGE') return { verdict: 'permanent', scope: 'mail', reason: 'refused' };
  if (SILENT.has(fault.code)) return { verdict: 'retry', scope: 'relay', reason: 'relay-silent' };
  if (fault.stage === 'connect') return { verdict: 'retry', scope: 'relay', reason: 'relay-unreachable' };
  return { verdict: 'retry', scope: 'relay', reason: 'cut-off' };
}

// ── whom to tell, looked at again when sending (rule 8) ──────────────────────────────────────────────────────

/** The second look at a delivery. `successors` are persons for whom deliveries are to be added. */
export type Decision =
  | { readonly act: 'send'; readonly personId: string; readonly address: string }
  | { readonly act: 'withhold'; readonly reason: Reason; readonly successors: readonly string[] }
  | { readonly act: 'fail'; readonly reason: Reason };

export interface Question {
  readonly personId: string | null;
  readonly postId: string;
  /** By which way; the address is looked at here for mail alone. */
  readonly channel?: NoticeChannel;
  /** The notice has been closed: withdrawn, satisfied by another, or its case ended. */
  readonly closed: boolean;
  /** The post may still see the case, or the notice says nothing of it. */
  readonly mayKnow: boolean;
  /** Persons who stand in when nobody holds the post (H41). */
  readonly standIns: readonly string[];
  /** For a delivery made by a rung above the first: whom the ladder may reach now, holders of the post or not (H40). */
  readonly reachable?: ReadonlySet<string>;
  /** Persons whose accounts were shut (ISO-9). */
  readonly shutOut?: ReadonlySet<string>;
}

/**
 * Who is right to be told at `now` (DEC-9, H41, INV-6, ISO-9): not after the notice is closed, not when the right is lost,
 * not whose account was shut; the
 * holders of today instead of the holder of then; stand-ins when nobody holds the post; and when nobody is left, a
 * failure that rises in the desk's queue.
 */
export function decide(question: Question, directory: DirectorySnapshot, now: Date): Decision {
  if (question.closed) return { act: 'withhold', reason: 'closed', successors: [] };
  if (!question.mayKnow) return { act: 'withhold', reason: 'no-right', successors: [] };
  const isIn = (id: string) => directory.persons.has(id) && !question.shutOut?.has(id);
  if (question.reachable) return decideReached(question, question.reachable, isIn, directory);
  const holders = [
    ...new Set(directory.holders(question.postId, now).map((holding) => holding.personId)),
  ].filter(isIn);
  const right = holders.length > 0 ? holders : question.standIns.filter(isIn);
  if (right.length === 0) return { act: 'fail', reason: 'nobody' };
  if (question.personId === null || !right.includes(question.personId)) {
    const isShutOut = question.personId !== null && question.shutOut?.has(question.personId);
    return { act: 'withhold', reason: isShutOut ? 'shut-out' : 'not-holder', successors: right };
  }
  return reach(question.personId, question, directory);
}

/** Whom a rung reached is told while the ladder may still reach him; nobody is told in his stead, the next rung will be. */
function decideReached(
  question: Question,
  reachable: ReadonlySet<string>,
  isIn: (id: string) => boolean,
  directory: DirectorySnapshot,
): Decision {
  const { personId, shutOut } = question;
  if (personId !== null && reachable.has(personId) && isIn(personId))
    return reach(personId, question, directory);
  const isShutOut = personId !== null && shutOut?.has(personId);
  return { act: 'withhold', reason: isShutOut ? 'shut-out' : 'not-holder', successors: [] };
}

/** By which address, if any. */
function reach(personId: string, { channel }: Question, directory: DirectorySnapshot): Decision {
  if ((channel ?? 'mail') !== 'mail') return { act: 'send', personId, address: '' };
  const email = directory.persons.get(personId)?.email.trim() ?? '';
  if (email === '') return { act: 'fail', reason: 'no-address' };
  const address = plainAddress(email);
  return address === null ? { act: 'fail', reason: 'bad-address' } : { act: 'send', personId, address };
}

// ── how a notice stands ──────────────────────────────────────────────────────────────────────────────────────

export type NoticeStatus =
  | 'acknowledged'
  | 'opened'
  | 'handed-over'
  | 'queued'
  | 'failed'
  | 'nobody'
  | 'not-asked'
  | 'closed';

export interface StandingNotice {
  readonly expects: 'acknowledgement' | 'task' | 'none';
  readonly confirmBy: Date | null;
  readonly acknowledgedAt: Date | null;
  readonly openedAt: Date | null;
  readonly closedAt: Date | null;
  readonly deliveries: readonly { readonly state: string; readonly reason: string | null }[];
}

/** How a notice stands in "who knows", and whether its confirmation is late at `now`. */
export function noticeStatus(notice: StandingNotice, now: Date): { status: NoticeStatus; late: boolean } {
  const isOpen = notice.acknowledgedAt === null && notice.closedAt === null;
  const late = isOpen && notice.expects !== 'none' && notice.confirmBy !== null && notice.confirmBy <= now;
  const live = notice.deliveries.filter((delivery) => delivery.state !== 'withheld');
  const hasState = (state: string) => live.some((delivery) => delivery.state === state);
  const status = ((): NoticeStatus => {
    if (notice.acknowledgedAt !== null) return 'acknowledged';
    if (notice.closedAt !== null) return 'closed';
    if (notice.openedAt !== null) return 'opened';
    if (live.length > 0 && live.every((delivery) => delivery.state === 'failed')) {
      return live.every((delivery) => delivery.reason === 'nobody') ? 'nobody' : 'failed';
    }
    if (hasState('handed-over')) return notice.expects === 'none' ? 'not-asked' : 'handed-over';
    return 'queued';
  })();
  return { status, late };
}
