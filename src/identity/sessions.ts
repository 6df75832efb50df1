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
import { keysOfPosts } from './rules.ts';
import * as store from './store.ts';

/** Unused for this long, a session has ended. */
export const IDLE_MS = 8 * 3_600_000;
/** However busy, a session ends after this long. */
export const ABSOLUTE_MS = 24 * 3_600_000;
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
    maxAge: ABSOLUTE_MS / 1000,
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

/** True while a session that was found is still good at the transaction's now. */
function isLive(session: store.SessionRow, tx: Tx): boolean {
  const now = tx.now.getTime();
  return session.expiresAt.getTime() > now && session.seenAt.getTime() + IDLE_MS > now;
}

async function readActor(ctx: AppContext, tx: Tx, tokenHash: Buffer) {
  const session = await store.sessionByHash(tx, tokenHash);
  if (!session || !isLive(session, tx)) return null;
  const actor = await actorFor(ctx, tx, session.personId, session.expiresAt);
  return actor && { actor, isOld: session.seenAt.getTime() + TOUCH_MS < tx.now.getTime() };
}

/** The name of a request's session among {@link liveActors}; null when it brings none. Never leaves the process. */
export function sessionKeyOf(ctx: AppContext, request: FastifyRequest): string | null {
  const token = tokenOf(ctx, request);
  return token === undefined ? null : hashOf(token).toString('base64');
}

/**
 * Who is behind each of these sessions now, in one look past everything this process believes: what open streams ask
 * every few seconds (ISO-9, ISO-10). A session that has ended is not in the answer.
 */
export async function liveActors(
  ctx: AppContext,
  keys: readonly string[],
): Promise<ReadonlyMap<string, SignedInActor>> {
  if (keys.length === 0) return new Map();
  return read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const sessions = await store.sessionsByHashes(
      tx,
      keys.map((key) => Buffer.from(key, 'base64')),
    );
    const { pack } = await activePack(ctx, tx);
    const snapshot = await directorySnapshot(ctx, tx);
    const actors = new Map<string, SignedInActor>();
    for (const [key, session] of sessions) {
      const actor = isLive(session, tx) ? actorIn(snapshot, pack, session, tx.now) : null;
      if (actor) actors.set(key, actor);
    }
    return actors;
  });
}

/** A person as an actor at the transaction's now, whether signed in or not; null for somebody unknown. */
export async function actorFor(
  ctx: AppContext,
  tx: Tx,
  personId: string,
  expiresAt: Date,
): Promise<SignedInActor | null> {
  const { pack } = await activePack(ctx, tx);
  return actorIn(await directorySnapshot(ctx, tx), pack, { personId, expiresAt }, tx.now);
}

function actorIn(
  snapshot: DirectorySnapshot,
  pack: Pack,
  { personId, expiresAt }: { readonly personId: string; readonly expiresAt: Date },
  at: Date,
): SignedInActor | null {
  const person = snapshot.persons.get(personId);
  if (!person) return null;
  const posts = snapshot.postsHeldBy(personId, at);
  return { personId, person, posts, expiresAt, keys: keysOfPosts(pack, personId, posts) };
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
    await write(ctx.database, SYSTEM, ctx.clock, (tx) => store.touchSession(tx, tokenHash));
  }
  if (known.size > 20_000) known.clear();
  known.set(key, { actor: found.actor, until: clock + BELIEVED_MS });
  return found.actor;
}

/** As {@link findActor}; throws `not-signed-in` for a stranger. */
export async function resolveActor(ctx: AppContext, request: FastifyRequest): Promise<SignedInActor> {
  return (await findActor(ctx, request)) ?? refuse('not-signed-in');
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
