/** From a request's cookie to who is asking, with which keys; asked by every route of every room. */
import { createHash, randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type DirectorySnapshot,
  directorySnapshot,
  type SnapshotPerson,
  type SnapshotPost,
} from '../directory/index.ts';
import { activePack, type Pack } from '../mechanism/index.ts';
import { type Actor, SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import type { Signals } from '../platform/signals.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import { accessNow } from './factor-rules.ts';
import { openToLimited } from './limited.ts';
import { keysOfPosts } from './rules.ts';
import * as store from './store.ts';

/** How long a process may go on believing what it read about a session (ISO-10: dead within 5 s everywhere). */
const BELIEVED_MS = 3_000;
/** `seen_at` is written no more often than this. */
const TOUCH_MS = 5 * 60_000;

/** Who is asking: the actor of his transactions, with the person and the posts he holds now. */
export interface SignedInActor extends Actor {
  readonly personId: string;
  readonly person: SnapshotPerson;
  readonly posts: readonly SnapshotPost[];
  /** When the session ends at the latest. */
  readonly expiresAt: Date;
  /** The session he asks by; none for somebody who is looked at without one. */
  readonly session: store.SessionRow | null;
}

/** A random secret of 256 bits as text, and what is stored of it. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}
export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function isSecure(ctx: AppContext): boolean {
  return ctx.config.publicUrl.startsWith('https:');
}

/** The cookie's name: `__Host-` binds it to this very host over TLS, and browsers refuse that without TLS. */
export function cookieName(ctx: AppContext): string {
  return isSecure(ctx) ? '__Host-tocsin' : 'tocsin';
}

/** Gives the browser its session. */
export function setSessionCookie(ctx: AppContext, reply: FastifyReply, token: string): void {
  reply.setCookie(cookieName(ctx), token, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure(ctx),
    maxAge: ctx.config.session.absoluteMs / 1000,
  });
}

export function clearSessionCookie(ctx: AppContext, reply: FastifyReply): void {
  reply.clearCookie(cookieName(ctx), {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure(ctx),
  });
}

/** The request's session token, if it brings one that could be ours. */
export function tokenOf(ctx: AppContext, request: FastifyRequest): string | undefined {
  const token = request.cookies[cookieName(ctx)];
  return token !== undefined && /^[\w-]{43}$/.test(token) ? token : undefined;
}

interface Believed {
  readonly actor: SignedInActor;
  readonly until: number;
}
const believed = new WeakMap<Signals, Map<string, Believed>>();

/** What this process read about sessions lately; forgotten at once when a session or the directory changed here. */
function memory(ctx: AppContext): Map<string, Believed> {
  const known = believed.get(ctx.signals);
  if (known) return known;
  const fresh = new Map<string, Believed>();
  ctx.signals.on('sessions', () => fresh.clear());
  ctx.signals.on('directory', () => fresh.clear());
  believed.set(ctx.signals, fresh);
  return fresh;
}

/** The issuers that are set up here; links to others open nothing. */
export const issuersOf = (ctx: AppContext): string[] => ctx.config.oidc.map((one) => one.issuer);

/**
 * A session that was found, with what it may do now; null when it has ended by the transaction's now, or when the
 * provider that opened it is not configured any more.
 */
export function liveSession(
  ctx: AppContext,
  session: store.SessionRow | undefined,
  now: Date,
): store.SessionRow | null {
  if (!session) return null;
  const idleUntil = session.seenAt.getTime() + ctx.config.session.idleMs;
  if (session.expiresAt <= now || idleUntil <= now.getTime()) return null;
  const access = accessNow(session, ctx.config.secondFactor, issuersOf(ctx));
  return access === 'none' ? null : { ...session, access };
}

/** True when its last use should be written down. */
const isStale = (session: store.SessionRow, now: Date) => session.seenAt.getTime() + TOUCH_MS < now.getTime();

async function readActor(ctx: AppContext, tx: Tx, tokenHash: Buffer) {
  const session = liveSession(ctx, await store.sessionByHash(tx, tokenHash), tx.now);
  if (!session) return null;
  const { pack } = await activePack(ctx, tx);
  const actor = actorIn(await directorySnapshot(ctx, tx), pack, session, session, tx.now);
  return actor && { actor, isOld: isStale(session, tx.now) };
}

/** Who is behind a token, past everything this process believes; null when its session has ended. */
export async function actorBy(ctx: AppContext, token: string): Promise<SignedInActor | null> {
  const found = await read(ctx.database, SYSTEM, ctx.clock, (tx) => readActor(ctx, tx, hashOf(token)));
  return found?.actor ?? null;
}

/** The name of a request's session among {@link liveActors}; null when it brings none. Never leaves the process. */
export function sessionKeyOf(ctx: AppContext, request: FastifyRequest): string | null {
  const token = tokenOf(ctx, request);
  return token === undefined ? null : hashOf(token).toString('base64');
}

/**
 * Who is behind each of these sessions now, in one look past everything this process believes: what open streams ask
 * every few seconds (ISO-9, ISO-10). A session that has ended, or may not look at all, is not in the answer. An open
 * screen is use: a duty officer's queue stays on the wall all night.
 */
export async function liveActors(
  ctx: AppContext,
  keys: readonly string[],
): Promise<ReadonlyMap<string, SignedInActor>> {
  if (keys.length === 0) return new Map();
  const { actors, old } = await read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const sessions = await store.sessionsByHashes(
      tx,
      keys.map((key) => Buffer.from(key, 'base64')),
    );
    const { pack } = await activePack(ctx, tx);
    const snapshot = await directorySnapshot(ctx, tx);
    const found = new Map<string, SignedInActor>();
    const stale: Buffer[] = [];
    for (const [key, stored] of sessions) {
      const session = liveSession(ctx, stored, tx.now);
      if (!session || session.access === 'limited') continue;
      const actor = actorIn(snapshot, pack, session, session, tx.now);
      if (!actor) continue;
      found.set(key, actor);
      if (isStale(session, tx.now)) stale.push(Buffer.from(key, 'base64'));
    }
    return { actors: found, old: stale };
  });
  if (old.length > 0) {
    await write(ctx.database, SYSTEM, ctx.clock, (tx) => store.touchSessions(tx, old));
  }
  return actors;
}

/** A person as an actor at the transaction's now, whether signed in or not; null for somebody unknown. */
export async function actorFor(
  ctx: AppContext,
  tx: Tx,
  personId: string,
  expiresAt: Date,
): Promise<SignedInActor | null> {
  const { pack } = await activePack(ctx, tx);
  return actorIn(await directorySnapshot(ctx, tx), pack, { personId, expiresAt }, null, tx.now);
}

function actorIn(
  snapshot: DirectorySnapshot,
  pack: Pack,
  { personId, expiresAt }: { readonly personId: string; readonly expiresAt: Date },
  session: store.SessionRow | null,
  at: Date,
): SignedInActor | null {
  const person = snapshot.persons.get(personId);
  if (!person) return null;
  const posts = snapshot.postsHeldBy(personId, at);
  return { personId, person, posts, expiresAt, session, keys: keysOfPosts(pack, personId, posts) };
}

/**
 * Who is asking, from the request's cookie; `null` for a stranger or a session that has ended. What was read is
 * believed for 3 s, so a list of requests costs one look; ask again (a stream should, every few seconds) to notice
 * that rights have changed (ISO-9, ISO-10).
 */
export async function findActor(ctx: AppContext, request: FastifyRequest): Promise<SignedInActor | null> {
  const token = tokenOf(ctx, request);
  if (token === undefined) return null;
  const tokenHash = hashOf(token);
  const key = tokenHash.toString('base64');
  const known = memory(ctx);
  const clock = performance.now() + ctx.clock.shift();
  const old = known.get(key);
  if (old && clock < old.until && clock > old.until - 2 * BELIEVED_MS) return old.actor;
  const found = await read(ctx.database, SYSTEM, ctx.clock, (tx) => readActor(ctx, tx, tokenHash));
  if (!found) {
    known.delete(key);
    return null;
  }
  if (found.isOld) {
    await write(ctx.database, SYSTEM, ctx.clock, (tx) => store.touchSessions(tx, [tokenHash]));
  }
  if (known.size > 20_000) known.clear();
  known.set(key, { actor: found.actor, until: clock + BELIEVED_MS });
  return found.actor;
}

/**
 * As {@link findActor}; throws `not-signed-in` for a stranger, and `second-factor-needed` where a session opened by a
 * password alone asks for more than it may.
 */
export async function resolveActor(ctx: AppContext, request: FastifyRequest): Promise<SignedInActor> {
  const actor = (await findActor(ctx, request)) ?? refuse('not-signed-in');
  if (actor.session?.access === 'limited' && !openToLimited(request, actor.posts))
    refuse('second-factor-needed');
  return actor;
}

const actors = new WeakMap<FastifyRequest, SignedInActor>();

/**
 * The hook that lets only signed-in people through. Put it on a room's plugin as `onRequest`, so that strangers are
 * turned away before their body is read: `app.addHook('onRequest', signedIn(ctx))`.
 */
export function signedIn(ctx: AppContext) {
  return async (request: FastifyRequest): Promise<void> => {
    actors.set(request, await resolveActor(ctx, request));
    request.isKnownCaller = true;
  };
}

/** The actor behind a request that came through {@link signedIn}; throws `not-signed-in` for any other. */
export function actorOf(request: FastifyRequest): SignedInActor {
  return actors.get(request) ?? refuse('not-signed-in');
}
