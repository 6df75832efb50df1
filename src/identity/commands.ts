/** Signing in and out, the first account of an installation, and the accounts after it. */
import { createHash } from 'node:crypto';
import { appendFacts, foundDirectory, loadDirectory } from '../directory/index.ts';
import { activePack, type Pack } from '../mechanism/index.ts';
import { type Actor, SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import { hashPassword, isPassword, refuseWhenBusy } from './password.ts';
import { canonicalLogin } from './rules.ts';
import { ABSOLUTE_MS, hashOf, IDLE_MS, newToken } from './sessions.ts';
import * as store from './store.ts';

export { hashPassword };

const WINDOW_MS = 15 * 60_000;
/** Wrong passwords for one account in the window (AUTH-1). */
const PER_ACCOUNT = 10;
/** Wrong passwords from one address in the window; an agency may share one address. */
const PER_ADDRESS = 100;
/** A one-time link is good for this long. */
const LINK_MS = 24 * 3_600_000;

export interface SignInRequest {
  readonly login: string;
  readonly password: string;
  /** The caller's address, for throttling only. */
  readonly address: string;
  /** The session the browser had before; it ends, so that nobody can plant one. */
  readonly previousToken?: string | undefined;
}

/** What is counted, without keeping the name or address itself. IPv6 callers count by their network. */
function subjectOf(kind: 'account' | 'address', value: string): string {
  const network = kind === 'address' && value.includes(':') ? value.split(':').slice(0, 4).join(':') : value;
  return `${kind}:${createHash('sha256').update(network).digest('base64url')}`;
}

/**
 * Opens a session and answers its secret. Throws `wrong-credentials` for an unknown name, a wrong password and a
 * disabled account alike, after the same work; `too-many-attempts` when too many were wrong lately (by the database's
 * clock) or too many wait. Sessions already open are never touched by either. Answers AUTH-1, AUTH-2 in small.
 */
export async function signIn(
  ctx: AppContext,
  request: SignInRequest,
): Promise<{ token: string; personId: string; expiresAt: Date }> {
  refuseWhenBusy();
  const login = canonicalLogin(request.login);
  const { account, tries } = await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const ids: number[] = [];
    for (const [subject, limit] of [
      [subjectOf('account', login), PER_ACCOUNT],
      [subjectOf('address', request.address), PER_ADDRESS],
    ] as const) {
      const counted = await store.countAttempt(tx, subject, limit, WINDOW_MS);
      if ('retryAfter' in counted) refuse('too-many-attempts', { retryAfter: counted.retryAfter });
      ids.push(counted.id);
    }
    return { account: await store.accountByLogin(tx, login), tries: ids };
  });
  const matches = await isPassword(account?.passwordHash ?? null, request.password);
  if (!account || account.disabled || !matches) refuse('wrong-credentials');
  const token = newToken();
  const { personId } = account;
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    await store.forgetAttempts(tx, tries);
    await store.sweep(tx, new Date(tx.now.getTime() - WINDOW_MS), new Date(tx.now.getTime() - IDLE_MS));
    if (request.previousToken) await store.deleteSession(tx, hashOf(request.previousToken));
    const expiresAt = new Date(tx.now.getTime() + ABSOLUTE_MS);
    await store.insertSession(tx, hashOf(token), personId, expiresAt);
    tx.afterCommit(() => ctx.signals.emit('sessions'));
    return { token, personId, expiresAt };
  });
}

/** Ends the session of a token; one that has ended already is none. */
export async function signOut(ctx: AppContext, token: string): Promise<void> {
  await write(ctx.database, SYSTEM, ctx.clock, (tx) => store.deleteSession(tx, hashOf(token)));
  ctx.signals.emit('sessions');
}

/**
 * Gives a person an account with a password at once. For the demonstration's personas and tests; people get a link
 * by {@link createAccount}. `tx` must see with the system's keys. Throws `invalid-input` for a taken login.
 */
export async function makeAccount(
  ctx: AppContext,
  tx: Tx,
  account: { readonly personId: string; readonly login: string; readonly passwordHash: string },
): Promise<void> {
  await putAccount(tx, account.personId, account.login);
  await store.setPasswordHash(tx, account.personId, account.passwordHash);
  tx.afterCommit(() => ctx.signals.emit('sessions'));
}

async function putAccount(tx: Tx, personId: string, login: string): Promise<void> {
  const name = canonicalLogin(login);
  const taken = await store.accountByLogin(tx, name);
  if (taken && taken.personId !== personId) refuseFields({ path: 'login', code: 'duplicate' });
  await store.putAccount(tx, personId, name);
  const kind = taken ? 'account-renewed' : 'account-created';
  await appendFacts(tx, [{ stream: 'identity', streamId: personId, kind, data: {} }], null);
}

/** One link, its hash stored; the secret is in the link only. */
async function makeLink(ctx: AppContext, tx: Tx, page: string, prefix: string) {
  const token = `${prefix}.${newToken()}`;
  const expiresAt = new Date(tx.now.getTime() + LINK_MS);
  await store.insertLink(tx, hashOf(token), expiresAt);
  return { link: `${ctx.config.publicUrl}/${page}?token=${token}`, expiresAt };
}

/**
 * Gives a person an account, or its holder a new start, and answers a one-time link (24 h) by which he sets his
 * password. Whoever calls has checked the right to. Throws `invalid-input` for a taken login.
 */
export async function createAccount(
  ctx: AppContext,
  by: Actor,
  account: { readonly personId: string; readonly login: string },
): Promise<{ link: string; expiresAt: Date }> {
  const writer = { personId: by.personId, keys: SYSTEM.keys };
  return write(ctx.database, writer, ctx.clock, async (tx) => {
    await putAccount(tx, account.personId, account.login);
    return makeLink(ctx, tx, 'password', account.personId);
  });
}

/** Shuts an account: its sessions end everywhere within seconds (ISO-10). */
export async function disableAccount(ctx: AppContext, by: Actor, personId: string): Promise<void> {
  const writer = { personId: by.personId, keys: SYSTEM.keys };
  await write(ctx.database, writer, ctx.clock, async (tx) => {
    if (!(await store.markDisabled(tx, personId))) refuse('not-found');
    await store.deleteSessionsOf(tx, personId);
    const fact = { stream: 'identity', streamId: personId, kind: 'account-disabled', data: {} } as const;
    await appendFacts(tx, [fact], null);
    tx.afterCommit(() => ctx.signals.emit('sessions'));
  });
}

/** Sets the password a link was made for; every session of the account ends. Throws `setup-link-used`. */
export async function usePasswordLink(
  ctx: AppContext,
  request: { readonly token: string; readonly password: string },
): Promise<void> {
  // The hash covers the whole token, so the person named in it is the one the link was made for.
  const personId = /^([0-9a-f-]{36})\.[\w-]{43}$/.exec(request.token)?.[1];
  if (personId === undefined) refuse('setup-link-used');
  await checkLink(ctx, request.token);
  const passwordHash = await hashPassword(request.password);
  await write(ctx.database, { personId, keys: SYSTEM.keys }, ctx.clock, async (tx) => {
    const account = await store.accountOf(tx, personId);
    if (!account || account.disabled || !(await store.takeLink(tx, hashOf(request.token)))) {
      refuse('setup-link-used');
    }
    await store.setPasswordHash(tx, personId, passwordHash);
    await store.deleteSessionsOf(tx, personId);
    const fact = { stream: 'identity', streamId: personId, kind: 'password-set', data: {} } as const;
    await appendFacts(tx, [fact], null);
    tx.afterCommit(() => ctx.signals.emit('sessions'));
  });
}

/** Refuses before the costly hashing when the link is not good. */
async function checkLink(ctx: AppContext, token: string): Promise<void> {
  const isGood = await read(ctx.database, SYSTEM, ctx.clock, (tx) => store.isLinkGood(tx, hashOf(token)));
  if (!isGood) refuse('setup-link-used');
}

/**
 * The one-time link (24 h) by which a new installation gets its first account, or null when there is one already.
 * Links made before are void. Answers AUTH-7: there is no account to begin with.
 */
export async function ensureSetupLink(ctx: AppContext): Promise<string | null> {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    if (await store.hasAccounts(tx)) return null;
    await store.voidLinks(tx);
    return (await makeLink(ctx, tx, 'setup', 'first')).link;
  });
}

/** The post that administers the installation, and that of the desk's duty officers, as the pack names them. */
function firstPosts(
  pack: Pack,
): { readonly code: string; readonly role: 'administrator' | 'duty-officer' }[] {
  const deskBody = pack.groups.find((group) => group.id === pack.desk.group)?.convenedBy;
  return (['administrator', 'duty-officer'] as const).map((role) => {
    const posts = pack.posts.filter((post) => post.role === role);
    const post =
      posts.find((one) => one.group === pack.desk.group) ??
      posts.find((one) => one.body === deskBody) ??
      posts[0];
    return { code: post?.id ?? `${pack.desk.group}-${role}`, role };
  });
}

/**
 * Makes the first account from the set-up link: the pack's bodies, groups and posts if the directory is empty, and
 * one person of the desk's body who administers the centre and is its duty officer. Throws `setup-link-used`.
 */
export async function setUp(
  ctx: AppContext,
  request: {
    readonly token: string;
    readonly organisationNameZh: string;
    readonly name: string;
    readonly email: string;
    readonly password: string;
  },
): Promise<{ login: string }> {
  await checkLink(ctx, request.token);
  const passwordHash = await hashPassword(request.password);
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    if (!(await store.takeLink(tx, hashOf(request.token))) || (await store.hasAccounts(tx))) {
      refuse('setup-link-used');
    }
    const { pack } = await activePack(ctx, tx);
    const deskBody = await foundDirectory(ctx, tx, pack, request.organisationNameZh);
    const person = 'first-administrator';
    const posts = firstPosts(pack);
    const named = new Set(pack.posts.map((post) => post.id));
    const made = await loadDirectory(ctx, tx, pack, {
      persons: [{ code: person, organisation: deskBody, nameZh: request.name, email: request.email }],
      posts: posts
        .filter((post) => !named.has(post.code))
        .map(({ code, role }) => ({
          code,
          role,
          organisation: deskBody,
          group: pack.desk.group,
          nameZh: role === 'administrator' ? '系統管理員' : '值勤員',
          nameEn: role === 'administrator' ? 'Administrator' : 'Duty officer',
          max: 50,
        })),
      holdings: posts.map(({ code }) => ({ post: code, person })),
    });
    const personId = made.persons.get(person)!;
    const login = canonicalLogin(request.email);
    await makeAccount(ctx, tx, { personId, login, passwordHash });
    return { login };
  });
}
