/** Opening a session once somebody has proved who he is, and counting those who could not. */
import { createHash } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { networkOf } from '../platform/http/strangers.ts';
import { type Tx, write } from '../platform/transaction.ts';
import type { Method } from './contract.ts';
import { accessOf } from './factor-rules.ts';
import { hasSignedInFrom, note, sweepFactors } from './factor-store.ts';
import { hashOf, newToken } from './sessions.ts';
import * as store from './store.ts';

/** Tries are counted over this long. */
const WINDOW_MS = 15 * 60_000;
/** Wrong passwords for one account from one network in the window (AUTH-1). */
const PER_ACCOUNT = 10;
/**
 * Wrong passwords for one account from all networks together. Beyond it only networks go on from which its holder signed
 * in within {@link KNOWN_MS}: guesses from elsewhere do not lock him out of his own.
 */
const FROM_EVERYWHERE = 30;
const KNOWN_MS = 90 * 24 * 3_600_000;
/** Wrong passwords from one address in the window; an agency may share one address. */
const PER_ADDRESS = 100;
/** What happened to accounts is kept this long. */
const EVENTS_MS = 180 * 24 * 3_600_000;

/** The browser that wants a session. */
export interface Caller {
  /** The caller's address, for counting tries only; kept as a hash for a quarter of an hour. */
  readonly address: string;
  /** Coarse words for his program. */
  readonly agent: string;
  /** The session the browser had before; it ends, so that nobody can plant one. */
  readonly previousToken?: string | undefined;
  /** The provider that said who he is. */
  readonly issuer?: string;
}

/** A session just opened; the token goes into the cookie and nowhere else. */
export interface OpenedSession {
  readonly token: string;
  readonly personId: string;
  readonly expiresAt: Date;
}

/** What is counted, without keeping the name or address itself. IPv6 callers count by their network. */
export function subjectOf(kind: 'account' | 'address', value: string): string {
  const counted = kind === 'address' && value.includes(':') ? near(value) : value;
  return `${kind}:${createHash('sha256').update(counted).digest('base64url')}`;
}

/** The network of an address; this machine is one too. */
const near = (address: string): string => networkOf(address) ?? 'here';

/** A network as one account's events remember it: a hash that differs from account to account. */
const networkHash = (personId: string, address: string): string =>
  createHash('sha256')
    .update(`${personId} ${near(address)}`)
    .digest('base64url');

/**
 * Counts a try with a password before it is made, by the account's one spelling, there and everywhere, and by the address. Answers the ids to
 * take them back by. Throws `too-many-attempts`, the same for names that are nobody's (AUTH-1, AUTH-2).
 */
export async function countTry(tx: Tx, login: string, address: string): Promise<number[]> {
  const ids: number[] = [];
  const holder = (await store.accountByLogin(tx, login))?.personId ?? uuid();
  const since = new Date(tx.now.getTime() - KNOWN_MS);
  const isHome = await hasSignedInFrom(tx, holder, networkHash(holder, address), since);
  for (const [subject, limit] of [
    [subjectOf('account', `${login} ${near(address)}`), PER_ACCOUNT],
    ...(isHome ? [] : [[subjectOf('account', login), FROM_EVERYWHERE] as const]),
    [subjectOf('address', address), PER_ADDRESS],
  ] as const) {
    const counted = await store.countAttempt(tx, subject, limit, WINDOW_MS);
    if ('retryAfter' in counted) refuse('too-many-attempts', { retryAfter: counted.retryAfter });
    ids.push(counted.id);
  }
  return ids;
}

/** Opens a session for a person who has proved who he is; the browser's former one ends. */
export async function openSession(
  ctx: AppContext,
  tx: Tx,
  personId: string,
  how: Method,
  caller: Omit<Caller, 'address'> & Partial<Pick<Caller, 'address'>>,
): Promise<OpenedSession> {
  const token = newToken();
  const now = tx.now.getTime();
  await store.sweep(tx, new Date(now - WINDOW_MS), new Date(now - ctx.config.session.idleMs));
  await sweepFactors(tx, new Date(now - EVENTS_MS));
  if (caller.previousToken) {
    await store.deleteSession(tx, hashOf(caller.previousToken));
    tx.afterCommit(() => ctx.signals.emit('sessions'));
  }
  const expiresAt = new Date(now + ctx.config.session.absoluteMs);
  await store.insertSession(tx, hashOf(token), {
    id: uuid(),
    personId,
    how,
    access: accessOf(how, ctx.config.secondFactor),
    agent: caller.agent,
    expiresAt,
    issuer: caller.issuer ?? null,
  });
  const network = caller.address === undefined ? {} : { network: networkHash(personId, caller.address) };
  await note(tx, personId, 'signed-in', { how, agent: caller.agent, ...network });
  return { token, personId, expiresAt };
}

/** Ends the session of a token; one that has ended already is none. */
export async function signOut(ctx: AppContext, token: string): Promise<void> {
  await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const tokenHash = hashOf(token);
    const session = await store.sessionByHash(tx, tokenHash);
    await store.deleteSession(tx, tokenHash);
    if (session) await note(tx, session.personId, 'signed-out', { agent: session.agent });
  });
  ctx.signals.emit('sessions');
}
