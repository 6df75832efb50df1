/** Signing in, and the accounts of an installation: the first, those of the demonstration. */
import { appendFacts, foundDirectory, loadDirectory } from '../directory/index.ts';
import { activePack, type Pack } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import * as factors from './factor-store.ts';
import { type Caller, countTry, type OpenedSession, openSession, subjectOf } from './opening.ts';
import { requestOptions, verifyPasskey } from './passkeys.ts';
import { hashPassword, isPassword, refuseWhenBusy } from './password.ts';
import { canonicalLogin } from './rules.ts';
import { hashOf, newToken } from './sessions.ts';
import * as store from './store.ts';
import { takeCode } from './totp.ts';

export { hashPassword };

/** The set-up link is good for this long. */
const LINK_MS = 24 * 3_600_000;
/** After the password, the code must come within this time. */
const TICKET_MS = 5 * 60_000;

/** What a password opened: a session, or the question for the code. */
export type PasswordAnswer =
  | { readonly kind: 'session'; readonly session: OpenedSession }
  | { readonly kind: 'code'; readonly ticket: string; readonly expiresAt: Date };

/**
 * Signs in by a password. Throws `wrong-credentials` for an unknown name, a wrong password and a disabled account alike,
 * after the same work and the same writing; `too-many-attempts` when too many were wrong lately (by the database's clock)
 * or too many wait. Sessions already open, and passkeys, are never touched by either. Answers AUTH-1, AUTH-2.
 */
export async function signIn(
  ctx: AppContext,
  given: { readonly login: string; readonly password: string },
  caller: Caller,
): Promise<PasswordAnswer> {
  refuseWhenBusy();
  const login = canonicalLogin(given.login);
  const { account, tries } = await write(ctx.database, SYSTEM, ctx.clock, async (tx) => ({
    tries: await countTry(tx, login, caller.address),
    account: await store.accountByLogin(tx, login),
  }));
  const matches = await isPassword(account?.passwordHash ?? null, given.password);
  if (!account || account.disabled || !matches) {
    await write(ctx.database, SYSTEM, ctx.clock, (tx) =>
      factors.note(tx, account?.personId ?? null, 'sign-in-refused', {
        how: 'password',
        agent: caller.agent,
      }),
    );
    refuse('wrong-credentials');
  }
  const { personId } = account;
  return write(ctx.database, SYSTEM, ctx.clock, async (tx): Promise<PasswordAnswer> => {
    await store.forgetAttempts(tx, tries);
    const { totp } = await factors.factorsOf(tx, personId, []);
    if (!totp) {
      return { kind: 'session', session: await openSession(ctx, tx, personId, 'password', caller) };
    }
    const ticket = newToken();
    const expiresAt = new Date(tx.now.getTime() + TICKET_MS);
    await factors.insertTicket(tx, hashOf(ticket), personId, expiresAt);
    return { kind: 'code', ticket, expiresAt };
  });
}

/**
 * Signs in by the code that a password asked for. Throws `code-refused` for a wrong or used code, while codes rest, and for
 * a ticket that is none, was used or is too old (AUTH-3).
 */
export async function signInByCode(
  ctx: AppContext,
  given: { readonly ticket: string; readonly code: string },
  caller: Caller,
): Promise<OpenedSession> {
  const ticketHash = hashOf(given.ticket);
  // A wrong code must be counted although it is refused: so the refusal comes after the commit.
  const session = await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const personId = await factors.ticketHolder(tx, ticketHash);
    if (personId === undefined || !(await takeCode(tx, personId, given.code))) return null;
    const account = await store.accountOf(tx, personId);
    if (!account || account.disabled || !(await factors.takeTicket(tx, ticketHash))) return null;
    return openSession(ctx, tx, personId, 'totp', caller);
  });
  return session ?? refuse('code-refused');
}

/** Options to sign in by any passkey of this address; nobody says who he is. */
export function passkeySignInOptions(ctx: AppContext, address: string) {
  return write(ctx.database, SYSTEM, ctx.clock, (tx) =>
    requestOptions(
      ctx,
      tx,
      { purpose: 'sign-in', boundTo: null },
      { subject: subjectOf('address', address) },
    ),
  );
}

/** Signs in by a passkey. Throws `passkey-refused`, also for the key of a shut account. */
export async function signInByPasskey(
  ctx: AppContext,
  response: Parameters<typeof verifyPasskey>[1],
  caller: Caller,
): Promise<OpenedSession> {
  const personId = await verifyPasskey(ctx, response, { purpose: 'sign-in', boundTo: null });
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const account = await store.accountOf(tx, personId);
    if (!account || account.disabled) refuse('passkey-refused');
    return openSession(ctx, tx, personId, 'passkey', caller);
  });
}

/**
 * Gives a person an account with a password at once. For the demonstration's personas and tests; people get a link. `tx` must see with the system's keys. Throws `invalid-input` for a taken login.
 */
export async function makeAccount(
  ctx: AppContext,
  tx: Tx,
  account: { readonly personId: string; readonly login: string; readonly passwordHash: string },
): Promise<void> {
  await putAccount(tx, account.personId, account.login);
  await store.setPasswordHash(tx, account.personId, account.passwordHash);
  await store.markEnrolled(tx, account.personId);
  tx.afterCommit(() => ctx.signals.emit('sessions'));
}

/** Gives a person an account under a name nobody else has. Throws `invalid-input` for a taken one. */
export async function putAccount(tx: Tx, personId: string, login: string): Promise<void> {
  const name = canonicalLogin(login);
  const taken = await store.accountByLogin(tx, name);
  if (taken && taken.personId !== personId) refuseFields({ path: 'login', code: 'duplicate' });
  await store.putAccount(tx, personId, name);
  const kind = taken ? 'account-renewed' : 'account-created';
  await appendFacts(tx, [{ stream: 'identity', streamId: personId, kind, data: {} }], null);
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
    const token = `first.${newToken()}`;
    await store.insertLink(tx, hashOf(token), new Date(tx.now.getTime() + LINK_MS));
    return `${ctx.config.publicUrl}/setup?token=${token}`;
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
