/** Setting an account up by a one-time link: a passkey, a password with codes, or a ministry's own sign-in. */
import type { z } from 'zod';
import { appendFacts, directorySnapshot, type SnapshotPerson } from '../directory/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import type * as contract from './contract.ts';
import type { Method } from './contract.ts';
import { beginTotp, note, takeStep } from './factor-store.ts';
import { type Caller, type OpenedSession, openSession } from './opening.ts';
import { creationOptions, keepKey, verifyCreation } from './passkeys.ts';
import { hashPassword } from './password.ts';
import * as links from './recovery-store.ts';
import { hashOf } from './sessions.ts';
import * as store from './store.ts';
import { isCodeOf, newSecret, secretView } from './totp.ts';

/** Whose link it is. */
interface Holder {
  readonly link: links.EnrolmentLink;
  readonly account: store.Account;
  readonly person: SnapshotPerson;
}

/** The holder of a good link; throws `setup-link-used` for any other, and for a shut account. */
async function holderOf(ctx: AppContext, tx: Tx, token: string): Promise<Holder> {
  const link = (await links.enrolmentLink(tx, hashOf(token))) ?? refuse('setup-link-used');
  const account = await store.accountOf(tx, link.personId);
  const person = (await directorySnapshot(ctx, tx)).persons.get(link.personId);
  if (!account || account.disabled || !person) refuse('setup-link-used');
  return { link, account, person };
}

/** For whom the link is; looking does not use it up. Throws `setup-link-used`. */
export function lookAtLink(ctx: AppContext, token: string): Promise<z.output<typeof contract.enrolmentView>> {
  return read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const { link, account, person } = await holderOf(ctx, tx, token);
    return {
      kind: link.kind,
      name: { zh: person.nameZh, en: person.nameEn || person.nameZh },
      login: account.login,
      expiresAt: link.expiresAt.toISOString(),
      secondFactor: ctx.config.secondFactor,
      providers: ctx.config.oidc.map(({ id, name }) => ({ id, name })),
    };
  });
}

/** Options to make the first passkey. Throws `setup-link-used`. */
export function linkPasskeyOptions(ctx: AppContext, token: string) {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const { account, person } = await holderOf(ctx, tx, token);
    const asking = { purpose: 'enrol', boundTo: hashOf(token) } as const;
    const { personId, login } = account;
    return creationOptions(ctx, tx, asking, { personId, login, name: person.nameZh });
  });
}

/** A secret for codes, kept with the link until the first right code. Throws `setup-link-used`. */
export function linkTotp(ctx: AppContext, token: string) {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const { account } = await holderOf(ctx, tx, token);
    const secret = newSecret();
    await links.keepLinkSecret(tx, hashOf(token), secret);
    return secretView(secret, account.login);
  });
}

/**
 * Uses the link up, lets `give` give the account what it is opened by, and signs its holder in; all or nothing, and once.
 * Throws `setup-link-used`.
 */
export function enrol(
  ctx: AppContext,
  tokenHash: Buffer,
  how: Method,
  caller: Omit<Caller, 'address'>,
  give: (tx: Tx, link: links.EnrolmentLink) => Promise<void>,
): Promise<OpenedSession> {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const link = (await links.takeEnrolmentLink(tx, tokenHash)) ?? refuse('setup-link-used');
    const { personId, kind } = link;
    const account = await store.accountOf(tx, personId);
    if (!account || account.disabled) refuse('setup-link-used');
    await give(tx, link);
    await store.markEnrolled(tx, personId);
    if (kind === 'recovery') await note(tx, personId, 'recovered', { how: 'link', agent: caller.agent });
    const fact = { stream: 'identity', streamId: personId, kind: 'account-enrolled', data: {} } as const;
    await appendFacts(tx, [fact], null);
    return openSession(ctx, tx, personId, how, caller);
  });
}

/** Sets the account up with a passkey. Throws `setup-link-used`, `passkey-refused`. */
export async function enrolByPasskey(
  ctx: AppContext,
  given: z.output<typeof contract.enrolPasskey>,
  caller: Caller,
): Promise<OpenedSession> {
  const tokenHash = hashOf(given.token);
  const key = await verifyCreation(ctx, given.response, { purpose: 'enrol', boundTo: tokenHash });
  return enrol(ctx, tokenHash, 'passkey', caller, async (tx, link) => {
    await keepKey(tx, link.personId, given.name, key);
  });
}

/**
 * Sets the account up with a password and, where it is required or wished, codes. Throws `setup-link-used`, `code-refused`,
 * `invalid-input` naming `code` where one is required.
 */
export async function enrolByPassword(
  ctx: AppContext,
  given: z.output<typeof contract.enrolPassword>,
  caller: Caller,
): Promise<OpenedSession> {
  const { code, token, password } = given;
  if (code === undefined && ctx.config.secondFactor === 'required') {
    refuseFields({ path: 'code', code: 'required' });
  }
  // Looked at before the costly hashing: a stranger's token costs nothing.
  await lookAtLink(ctx, token);
  const passwordHash = await hashPassword(password);
  const how = code === undefined ? 'password' : 'totp';
  return enrol(ctx, hashOf(token), how, caller, async (tx, link) => {
    const { personId } = link;
    if (code !== undefined) await giveCodes(tx, link, code);
    await store.setPasswordHash(tx, personId, passwordHash);
    await note(tx, personId, 'password-set', { how: 'link', agent: caller.agent });
    const fact = { stream: 'identity', streamId: personId, kind: 'password-set', data: {} } as const;
    await appendFacts(tx, [fact], null);
  });
}

async function giveCodes(tx: Tx, link: links.EnrolmentLink, code: string): Promise<void> {
  const step = link.totpSecret === null ? null : isCodeOf(link.totpSecret, code, tx.now);
  if (link.totpSecret === null || step === null) refuse('code-refused');
  await beginTotp(tx, link.personId, link.totpSecret);
  await takeStep(tx, link.personId, step, true);
  await note(tx, link.personId, 'totp-on', { how: 'totp' });
}
