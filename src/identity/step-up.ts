/** Confirming once more who one is, for acts that a found open screen must not be enough for (AUTH-6). */
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { Refusal, refuse } from '../platform/errors.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import type { StepUpMethod, stepUp } from './contract.ts';
import { type Factors, STEP_UP_MS, steppedUpUntil, stepUpMethods } from './factor-rules.ts';
import { factorsOf, note } from './factor-store.ts';
import { type Caller, countTry } from './opening.ts';
import { requestOptions, verifyPasskey } from './passkeys.ts';
import { isPassword, refuseWhenBusy } from './password.ts';
import { hashOf, issuersOf, liveSession, newToken, type SignedInActor, tokenOf } from './sessions.ts';
import * as store from './store.ts';
import { takeCode } from './totp.ts';

/** How the request's session stands now, read past everything this process believes. */
interface Confirmation {
  readonly until: Date | null;
  readonly methods: readonly StepUpMethod[];
}

/** The factors an account has now. */
export function factorsIn(ctx: AppContext, tx: Tx, personId: string): Promise<Factors> {
  return factorsOf(tx, personId, issuersOf(ctx));
}

async function confirmationOf(ctx: AppContext, request: FastifyRequest): Promise<Confirmation> {
  const token = tokenOf(ctx, request) ?? refuse('not-signed-in');
  return read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const session = liveSession(ctx, await store.sessionByHash(tx, hashOf(token)), tx.now);
    if (!session) refuse('not-signed-in');
    const factors = await factorsIn(ctx, tx, session.personId);
    return { until: steppedUpUntil(session, factors, tx.now), methods: stepUpMethods(factors) };
  });
}

/**
 * Null when the request's session was confirmed in the last five minutes (by the database's clock); else the refusal
 * `step-up-needed`, for whoever learns only later whether the act is grave. Throws `not-signed-in` for no session.
 */
export async function stepUpRefusal(ctx: AppContext, request: FastifyRequest): Promise<Refusal | null> {
  const { until, methods } = await confirmationOf(ctx, request);
  return until === null ? new Refusal('step-up-needed', { params: { methods: methods.join(' ') } }) : null;
}

/** Throws `step-up-needed` unless the request's session was confirmed in the last five minutes. */
export async function requireStepUp(ctx: AppContext, request: FastifyRequest): Promise<void> {
  const refusal = await stepUpRefusal(ctx, request);
  if (refusal) throw refusal;
}

/** Options to confirm by one of the person's own passkeys. Throws `passkey-refused` when he has none. */
export async function stepUpOptions(ctx: AppContext, actor: SignedInActor, token: string) {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    if ((await factorsIn(ctx, tx, actor.personId)).passkeys === 0) refuse('passkey-refused');
    const asking = { purpose: 'step-up', boundTo: hashOf(token) } as const;
    return requestOptions(ctx, tx, asking, { personId: actor.personId });
  });
}

/** Until when the confirmation holds, and the session's secret where it had to change. */
export interface Confirmed {
  readonly until: Date;
  /** A limited session that became full goes on under another secret. */
  readonly newToken: string | null;
}

/**
 * Notes a confirmation; a limited session becomes full under another secret, so that one known before gains nothing, and
 * stays so only while the provider that confirmed it is configured.
 */
export async function confirm(
  ctx: AppContext,
  tx: Tx,
  actor: SignedInActor,
  token: string,
  how: StepUpMethod,
  issuer: string | null = null,
): Promise<Confirmed> {
  const session = liveSession(ctx, await store.sessionByHash(tx, hashOf(token)), tx.now);
  if (session?.personId !== actor.personId) refuse('not-signed-in');
  const fresh = session.access === 'limited' && how !== 'password' ? newToken() : null;
  await store.confirmSession(tx, hashOf(token), how, hashOf(fresh ?? token), fresh === null ? null : issuer);
  await note(tx, actor.personId, 'stepped-up', { how, agent: session.agent });
  if (fresh !== null) tx.afterCommit(() => ctx.signals.emit('sessions'));
  return { until: new Date(tx.now.getTime() + STEP_UP_MS), newToken: fresh };
}

/**
 * Confirms by passkey, code or (where there is nothing better) password. Wrong ones are refused and counted as when
 * signing in: `passkey-refused`, `code-refused`, `wrong-credentials`, `too-many-attempts`.
 */
export async function stepUpBy(
  ctx: AppContext,
  actor: SignedInActor,
  token: string,
  given: z.output<typeof stepUp>,
  caller: Caller,
): Promise<Confirmed> {
  const { personId } = actor;
  if (given.method === 'passkey') {
    await verifyPasskey(ctx, given.response, { purpose: 'step-up', boundTo: hashOf(token) }, personId);
    return write(ctx.database, SYSTEM, ctx.clock, (tx) => confirm(ctx, tx, actor, token, 'passkey'));
  }
  if (given.method === 'totp') {
    const confirmed = await write(ctx.database, SYSTEM, ctx.clock, async (tx) =>
      (await takeCode(tx, personId, given.code)) ? confirm(ctx, tx, actor, token, 'totp') : null,
    );
    return confirmed ?? refuse('code-refused');
  }
  return stepUpByPassword(ctx, actor, token, given.password, caller);
}

async function stepUpByPassword(
  ctx: AppContext,
  actor: SignedInActor,
  token: string,
  password: string,
  caller: Caller,
): Promise<Confirmed> {
  const { tries, account } = await checkOwnPassword(ctx, actor, password, caller);
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    await store.forgetAttempts(tx, tries);
    const methods = stepUpMethods(await factorsIn(ctx, tx, account.personId));
    // Somebody who has a key confirms by it: a password seen over a shoulder must not do instead.
    if (!methods.includes('password')) {
      throw new Refusal('step-up-needed', { params: { methods: methods.join(' ') } });
    }
    return confirm(ctx, tx, actor, token, 'password');
  });
}

/** Checks the password of somebody signed in, counted as at the door. Throws `wrong-credentials`, `too-many-attempts`. */
export async function checkOwnPassword(
  ctx: AppContext,
  actor: SignedInActor,
  password: string,
  caller: Caller,
): Promise<{ tries: number[]; account: store.Account }> {
  refuseWhenBusy();
  const found = await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const account = (await store.accountOf(tx, actor.personId)) ?? refuse('not-signed-in');
    return { account, tries: await countTry(tx, account.login, caller.address) };
  });
  if (await isPassword(found.account.passwordHash, password)) return found;
  await write(ctx.database, SYSTEM, ctx.clock, (tx) =>
    note(tx, actor.personId, 'step-up-refused', { how: 'password', agent: caller.agent }),
  );
  return refuse('wrong-credentials');
}
