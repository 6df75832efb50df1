/** One's own keys, codes, links, password and sessions: what the security page shows and changes. */
import type { z } from 'zod';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import type * as contract from './contract.ts';
import { isEnough, steppedUpUntil, stepUpMethods } from './factor-rules.ts';
import * as factors from './factor-store.ts';
import type { Caller } from './opening.ts';
import { creationOptions, keepKey, verifyCreation } from './passkeys.ts';
import { hashPassword } from './password.ts';
import { hashOf, liveSession, type SignedInActor } from './sessions.ts';
import { type Confirmed, checkOwnPassword, confirm, factorsIn } from './step-up.ts';
import * as store from './store.ts';
import { confirmCode, newSecret, secretView } from './totp.ts';

/** Events a person is shown. */
const SHOWN_EVENTS = 50;

const iso = (at: Date | null) => at?.toISOString() ?? null;

/** A passkey as its holder sees it. */
export const passkeyViewOf = (key: factors.PasskeyRow): z.output<typeof contract.passkeyView> => ({
  id: key.id,
  name: key.name,
  createdAt: key.createdAt.toISOString(),
  usedAt: iso(key.usedAt),
  synced: key.synced,
});

/** Everything the account's holder may know of it; never a secret. The log is read under his own keys. */
export async function securityOf(ctx: AppContext, actor: SignedInActor): Promise<contract.SecurityView> {
  const { personId } = actor;
  const events = await read(ctx.database, actor, ctx.clock, (tx) =>
    factors.eventsOf(tx, personId, SHOWN_EVENTS),
  );
  return read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const account = (await store.accountOf(tx, personId)) ?? refuse('not-signed-in');
    const [keys, totp, links, sessions] = [
      await factors.passkeysOf(tx, personId),
      await factors.totpOf(tx, personId),
      await factors.oidcLinksOf(tx, personId),
      (await store.sessionsOf(tx, personId)).flatMap((one) => liveSession(ctx, one, tx.now) ?? []),
    ];
    const has = await factorsIn(ctx, tx, personId);
    const own = sessions.find((one) => one.id === actor.session?.id);
    return {
      login: account.login,
      hasPassword: has.password,
      secondFactor: ctx.config.secondFactor,
      passkeys: keys.map(passkeyViewOf),
      totp: { on: has.totp, since: iso(totp?.confirmedAt ?? null) },
      providers: ctx.config.oidc.map(({ id, name, issuer }) => ({
        id,
        name,
        links: links
          .filter((link) => link.issuer === issuer)
          .map((link) => ({
            id: link.id,
            label: link.label,
            linkedAt: link.linkedAt.toISOString(),
            usedAt: iso(link.usedAt),
          })),
      })),
      sessions: sessions.map((one) => ({
        id: one.id,
        current: one.id === actor.session?.id,
        how: one.how,
        agent: one.agent,
        access: one.access,
        createdAt: one.createdAt.toISOString(),
        seenAt: one.seenAt.toISOString(),
        expiresAt: one.expiresAt.toISOString(),
      })),
      events: events.map((event) => ({ ...event, at: event.at.toISOString() })),
      stepUp: {
        until: own ? iso(steppedUpUntil(own, has, tx.now)) : null,
        methods: stepUpMethods(has),
      },
    };
  });
}

/** Options to make one more passkey for oneself. */
export function ownPasskeyOptions(ctx: AppContext, actor: SignedInActor, token: string) {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const account = (await store.accountOf(tx, actor.personId)) ?? refuse('not-signed-in');
    const asking = { purpose: 'enrol', boundTo: hashOf(token) } as const;
    const name = actor.person.nameZh;
    return creationOptions(ctx, tx, asking, { personId: actor.personId, login: account.login, name });
  });
}

/** Adds a passkey of one's own; whoever made it has just confirmed by it. Throws `passkey-refused`. */
export async function addPasskey(
  ctx: AppContext,
  actor: SignedInActor,
  token: string,
  given: z.output<typeof contract.newPasskey>,
): Promise<{ view: z.output<typeof contract.passkeyView>; confirmed: Confirmed }> {
  const asking = { purpose: 'enrol', boundTo: hashOf(token) } as const;
  const key = await verifyCreation(ctx, given.response, asking);
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const id = await keepKey(tx, actor.personId, given.name, key);
    const confirmed = await confirm(ctx, tx, actor, token, 'passkey');
    const keys = await factors.passkeysOf(tx, actor.personId);
    const made = keys.find((one) => one.id === id) ?? refuse('not-found');
    return { view: passkeyViewOf(made), confirmed };
  });
}

/** Names one of one's own passkeys. Throws `not-found`. */
export function namePasskey(ctx: AppContext, actor: SignedInActor, id: string, name: string) {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    if (!(await factors.renamePasskey(tx, actor.personId, id, name))) refuse('not-found');
    const keys = await factors.passkeysOf(tx, actor.personId);
    return passkeyViewOf(keys.find((one) => one.id === id) ?? refuse('not-found'));
  });
}

/** Whatever is taken away, enough to sign in by must be left; thrown after the change, which is then undone. */
async function mustBeEnough(ctx: AppContext, tx: Tx, personId: string): Promise<void> {
  if (!isEnough(await factorsIn(ctx, tx, personId), ctx.config.secondFactor)) refuse('last-factor');
}

/**
 * Takes a way to sign in away; the other sessions end, because one of them may have been opened by it. Throws `not-found`,
 * and `last-factor` when too little would be left.
 */
function removeFactor(
  ctx: AppContext,
  actor: SignedInActor,
  kind: 'passkey-removed' | 'totp-off' | 'oidc-unlinked',
  remove: (tx: Tx) => Promise<boolean>,
): Promise<void> {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    if (!(await remove(tx))) refuse('not-found');
    await mustBeEnough(ctx, tx, actor.personId);
    await factors.note(tx, actor.personId, kind);
    await endOthers(ctx, tx, actor);
  });
}

export const removePasskey = (ctx: AppContext, actor: SignedInActor, id: string) =>
  removeFactor(ctx, actor, 'passkey-removed', (tx) => factors.deletePasskey(tx, actor.personId, id));

export const removeTotp = (ctx: AppContext, actor: SignedInActor) =>
  removeFactor(ctx, actor, 'totp-off', (tx) => factors.deleteTotp(tx, actor.personId));

export const removeOidcLink = (ctx: AppContext, actor: SignedInActor, id: string) =>
  removeFactor(ctx, actor, 'oidc-unlinked', (tx) => factors.deleteOidcLink(tx, actor.personId, id));

/** A new secret for codes, not yet in force. Throws `conflict` when codes are in force: they are switched off first. */
export function ownTotp(ctx: AppContext, actor: SignedInActor) {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const account = (await store.accountOf(tx, actor.personId)) ?? refuse('not-signed-in');
    const secret = newSecret();
    if (!(await factors.beginTotp(tx, actor.personId, secret))) refuse('conflict');
    return secretView(secret, account.login);
  });
}

/** Puts one's codes in force by the first right one. Throws `code-refused`. */
export async function confirmOwnTotp(
  ctx: AppContext,
  actor: SignedInActor,
  token: string,
  code: string,
): Promise<Confirmed> {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    if (!(await confirmCode(tx, actor.personId, code))) refuse('code-refused');
    await factors.note(tx, actor.personId, 'totp-on', { how: 'totp' });
    return confirm(ctx, tx, actor, token, 'totp');
  });
}

/** Changes one's password; the other sessions end (ISO-10). Throws `wrong-credentials` for a wrong present one. */
export async function changePassword(
  ctx: AppContext,
  actor: SignedInActor,
  given: z.output<typeof contract.ownPassword>,
  caller: Caller,
): Promise<void> {
  const has = await read(ctx.database, SYSTEM, ctx.clock, (tx) => factorsIn(ctx, tx, actor.personId));
  const tries = has.password ? (await checkOwnPassword(ctx, actor, given.current ?? '', caller)).tries : [];
  const passwordHash = await hashPassword(given.password);
  await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    await store.forgetAttempts(tx, tries);
    await store.setPasswordHash(tx, actor.personId, passwordHash);
    await factors.note(tx, actor.personId, 'password-set', { how: 'password', agent: caller.agent });
    await endOthers(ctx, tx, actor);
  });
}

/** Ends a person's sessions but the one he asks by; answers how many. */
async function endOthers(ctx: AppContext, tx: Tx, actor: SignedInActor): Promise<number> {
  const ended = await store.deleteSessionsOf(tx, actor.personId, actor.session?.id);
  if (ended > 0) tx.afterCommit(() => ctx.signals.emit('sessions'));
  return ended;
}

/** Ends one of one's own sessions, also the present one. Throws `not-found`. */
export function endOwnSession(ctx: AppContext, actor: SignedInActor, id: string): Promise<void> {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    if (!(await store.deleteOwnSession(tx, actor.personId, id))) refuse('not-found');
    await factors.note(tx, actor.personId, 'session-ended');
    tx.afterCommit(() => ctx.signals.emit('sessions'));
  });
}

/** Ends all of one's own sessions but the present one; answers how many. */
export function endOtherSessions(ctx: AppContext, actor: SignedInActor): Promise<number> {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const ended = await endOthers(ctx, tx, actor);
    if (ended > 0) await factors.note(tx, actor.personId, 'sessions-ended');
    return ended;
  });
}
