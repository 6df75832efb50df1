/**
 * What an administrator does with other people's accounts: invitation, shutting, ending sessions, recovery. Everywhere the
 * one rule of the directory decides for whom: every post of the person, also one that begins later, must lie in what the
 * administrator administers, and be one he might give out himself. Nobody acts on his own account here.
 */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { appendFacts, type DirectorySnapshot, directorySnapshot, mayActFor } from '../directory/index.ts';
import { activePack, type Pack } from '../mechanism/index.ts';
import { type Actor, SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import { putAccount } from './commands.ts';
import type * as contract from './contract.ts';
import { needsFourEyes } from './factor-rules.ts';
import { deleteFactors, note } from './factor-store.ts';
import * as links from './recovery-store.ts';
import { canonicalLogin, loginWithin } from './rules.ts';
import { hashOf, newToken, type SignedInActor } from './sessions.ts';
import { factorsIn } from './step-up.ts';
import * as store from './store.ts';

/** An invitation is good for a day, a recovery for a quarter of an hour (AUTH-5). */
const LINK_MS = { invitation: 24 * 3_600_000, recovery: 15 * 60_000 } as const;
/** A recovery waits this long for a second administrator. */
const WAITING_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;
/** Recoveries of one account in an hour (AUTH-5). */
const PER_HOUR = 3;

/** A word to the person whose account it is, by mail; app.ts knows how. */
export type TellPerson = (personId: string, what: 'recovery-asked' | 'recovery-approved') => void;

interface World {
  readonly pack: Pack;
  readonly snapshot: DirectorySnapshot;
}

/** The person, for an administrator who may act for him; anybody else is told there is no such person. */
async function administered(ctx: AppContext, tx: Tx, actor: SignedInActor, personId: string): Promise<World> {
  const { pack } = await activePack(ctx, tx);
  const snapshot = await directorySnapshot(ctx, tx);
  const posts = snapshot.postsHeldBy(actor.personId, tx.now);
  if (!mayActFor(snapshot, pack, posts, personId, tx.now)) refuse('not-found');
  return { pack, snapshot };
}

/** As {@link administered}, for acts that nobody does to himself. */
async function administeredOther(
  ctx: AppContext,
  tx: Tx,
  actor: SignedInActor,
  personId: string,
): Promise<World> {
  const world = await administered(ctx, tx, actor, personId);
  if (personId === actor.personId) refuse('forbidden-act', { params: { act: 'administer-oneself' } });
  return world;
}

/** Accounts are read and written under the system's keys; who did it is said. */
const asSystem = (actor: Actor): Actor => ({ personId: actor.personId, keys: SYSTEM.keys });

/** One link, its hash stored. The secret stands in the fragment, which no server and no Referer ever sees. */
async function makeLink(
  ctx: AppContext,
  tx: Tx,
  personId: string,
  kind: links.EnrolmentLink['kind'],
  madeBy: string | null,
): Promise<z.output<typeof contract.accountLink>> {
  const token = newToken();
  const expiresAt = new Date(tx.now.getTime() + LINK_MS[kind]);
  await links.insertEnrolmentLink(tx, { tokenHash: hashOf(token), personId, kind, madeBy, expiresAt });
  return { link: `${ctx.config.publicUrl}/enrol#token=${token}`, expiresAt: expiresAt.toISOString() };
}

/**
 * Gives a person an account and answers the one-time link (24 h) by which he sets it up; again, as long as he has not. The
 * login is his mail address, or kept within his body: `wang` of `county` signs in as `county-wang` (ISO-6).
 * Throws `not-found`, `invalid-input` for a taken login, `account-enrolled` once the account was set up: what then is lost
 * is a matter of recovery.
 */
export function invite(
  ctx: AppContext,
  actor: SignedInActor,
  account: { readonly personId: string; readonly login: string },
): Promise<z.output<typeof contract.accountLink>> {
  const { personId, login } = account;
  return write(ctx.database, asSystem(actor), ctx.clock, async (tx) => {
    const { snapshot } = await administeredOther(ctx, tx, actor, personId);
    const known = await store.accountOf(tx, personId);
    if (known && (known.enrolled || known.disabled)) refuse('account-enrolled');
    const person = snapshot.persons.get(personId) ?? refuse('not-found');
    const body = snapshot.organisations.get(person.organisationId) ?? refuse('not-found');
    const isKept = known?.login === canonicalLogin(login);
    await putAccount(tx, personId, isKept ? login : loginWithin(login, person, body));
    await note(tx, personId, 'invited', { byOther: true });
    return makeLink(ctx, tx, personId, 'invitation', actor.personId);
  });
}

/** How a person's account stands, for whoever may administer it. Throws `not-found`. */
export function accountView(
  ctx: AppContext,
  actor: SignedInActor,
  personId: string,
): Promise<z.output<typeof contract.accountView>> {
  return read(ctx.database, asSystem(actor), ctx.clock, async (tx) => {
    await administered(ctx, tx, actor, personId);
    const account = await store.accountOf(tx, personId);
    const factors = await factorsIn(ctx, tx, personId);
    const sessions = await store.sessionsOf(tx, personId);
    const waiting = await links.waitingRecoveries(tx);
    return {
      personId,
      state: stateOf(account),
      login: account?.login ?? null,
      hasPassword: factors.password,
      passkeys: factors.passkeys,
      totp: factors.totp,
      oidc: factors.oidc,
      sessions: sessions.length,
      fourEyes: await isGuarded(tx, personId),
      waiting: waiting.some((one) => one.personId === personId),
    };
  });
}

/** True when two administrators must agree: for posts he holds, has been given for later, or held within 30 days. */
async function isGuarded(tx: Tx, personId: string): Promise<boolean> {
  return needsFourEyes(await links.guardedBy(tx, personId));
}

/** Somebody's posts that count for this recovery: of a guarded person not those got lately, nor from `giver`. */
async function countingPosts(
  tx: Tx,
  { snapshot }: World,
  row: Pick<links.RecoveryRow, 'personId' | 'askedAt'>,
  who: { readonly personId: string; readonly giver: string | null },
) {
  const held = snapshot.postsHeldBy(who.personId, tx.now);
  if (!(await isGuarded(tx, row.personId))) return held;
  const seasoned = await links.seasonedPosts(tx, who.personId, row.askedAt, who.giver);
  return held.filter((post) => seasoned.has(post.id));
}

/**
 * True when two administrators are two people: neither made the other's account lately, nor somebody else both. Whoever
 * makes an account holds its first link, and could be the one who sits behind it (ISO-15).
 */
async function areIndependent(tx: Tx, one: string | null, other: string): Promise<boolean> {
  if (one === null) return true;
  const makers = await links.makersOf(tx, one);
  const others = await links.makersOf(tx, other);
  return !makers.has(other) && !others.has(one) && [...makers].every((maker) => !others.has(maker));
}

/** True when somebody may be the second administrator of a recovery. */
async function maySecond(
  tx: Tx,
  world: World,
  row: Pick<links.RecoveryRow, 'personId' | 'askedBy' | 'askedAt'>,
  personId: string,
): Promise<boolean> {
  if (row.askedBy === personId || row.personId === personId) return false;
  if (!(await areIndependent(tx, row.askedBy, personId))) return false;
  const posts = await countingPosts(tx, world, row, { personId, giver: row.askedBy });
  return mayActFor(world.snapshot, world.pack, posts, row.personId, tx.now);
}

function stateOf(account: store.Account | undefined): 'none' | 'invited' | 'active' | 'disabled' {
  if (!account) return 'none';
  if (account.disabled) return 'disabled';
  return account.enrolled ? 'active' : 'invited';
}

/** Shuts an account: its sessions, links and open questions end everywhere within seconds (ISO-10). Throws `not-found`. */
export function disableAccount(ctx: AppContext, actor: SignedInActor, personId: string): Promise<void> {
  return write(ctx.database, asSystem(actor), ctx.clock, async (tx) => {
    await administeredOther(ctx, tx, actor, personId);
    await shut(ctx, tx, personId);
  });
}

/** Shuts an account for whoever has checked the right to; recoveries of it, or that its holder asked for, are off. Throws `not-found` for none, or one that is shut. */
export async function shut(ctx: AppContext, tx: Tx, personId: string): Promise<void> {
  if (!(await store.markDisabled(tx, personId))) refuse('not-found');
  await store.deleteSessionsOf(tx, personId);
  await links.voidEnrolmentLinks(tx, personId);
  await links.settleRecoveriesOf(tx, personId);
  await note(tx, personId, 'disabled', { byOther: true });
  const fact = { stream: 'identity', streamId: personId, kind: 'account-disabled', data: {} } as const;
  await appendFacts(tx, [fact], null);
  tx.afterCommit(() => ctx.signals.emit('sessions'));
}

/** Ends all sessions of a person; answers how many. Throws `not-found`. */
export function endSessionsOf(ctx: AppContext, actor: SignedInActor, personId: string): Promise<number> {
  return write(ctx.database, asSystem(actor), ctx.clock, async (tx) => {
    await administeredOther(ctx, tx, actor, personId);
    const ended = await store.deleteSessionsOf(tx, personId);
    if (ended > 0) await note(tx, personId, 'sessions-ended', { byOther: true });
    tx.afterCommit(() => ctx.signals.emit('sessions'));
    return ended;
  });
}

/** What a recovery led to: the link at once, or the question to a second administrator. */
export type RecoveryAnswer =
  | { readonly kind: 'link'; readonly link: z.output<typeof contract.accountLink> }
  | { readonly kind: 'waiting'; readonly recovery: z.output<typeof contract.recoveryView> };

/**
 * Starts the recovery of an account whose keys are lost. For people in posts of the centre or a group, and administrators,
 * a second administrator must approve; for others the old keys are void at once and the answer is a link (15 min). Asked
 * twice while one waits, it is the same question. Throws `not-found`, `forbidden-act` for oneself, `too-many-attempts` for
 * the fourth in an hour (AUTH-4, AUTH-5).
 */
export function askRecovery(
  ctx: AppContext,
  actor: SignedInActor,
  personId: string,
  reason: string,
  tell: TellPerson,
): Promise<RecoveryAnswer> {
  return write(ctx.database, asSystem(actor), ctx.clock, async (tx): Promise<RecoveryAnswer> => {
    const world = await administeredOther(ctx, tx, actor, personId);
    if (!(await store.accountOf(tx, personId))) refuse('not-found');
    const hourAgo = new Date(tx.now.getTime() - HOUR_MS);
    const lately = await links.recoveriesSince(tx, personId, hourAgo);
    const open = (await links.waitingRecoveries(tx)).find((one) => one.personId === personId);
    if (open) return { kind: 'waiting', recovery: await viewOf(tx, open, world, actor) };
    const oldest = lately[PER_HOUR - 1];
    if (oldest) {
      const retryAfter = (oldest.getTime() + HOUR_MS - tx.now.getTime()) / 1000;
      refuse('too-many-attempts', { retryAfter: Math.max(1, retryAfter) });
    }
    const waits = await isGuarded(tx, personId);
    const row = {
      id: uuid(),
      personId,
      askedBy: actor.personId,
      reason,
      expiresAt: new Date(tx.now.getTime() + WAITING_MS),
      state: waits ? 'waiting' : 'approved',
    } as const;
    await links.insertRecovery(tx, row);
    if (!waits) return { kind: 'link', link: await recover(ctx, tx, personId, actor.personId, tell) };
    await note(tx, personId, 'recovery-asked', { byOther: true });
    tx.afterCommit(() => tell(personId, 'recovery-asked'));
    return { kind: 'waiting', recovery: await viewOf(tx, { ...row, askedAt: tx.now }, world, actor) };
  });
}

/** Voids everything the account could be opened by, ends its sessions, and makes the link for a new start. */
export async function recover(
  ctx: AppContext,
  tx: Tx,
  personId: string,
  by: string | null,
  tell: TellPerson,
): Promise<z.output<typeof contract.accountLink>> {
  await deleteFactors(tx, personId);
  await store.emptyAccount(tx, personId);
  await store.deleteSessionsOf(tx, personId);
  await note(tx, personId, 'recovery-approved', { byOther: true });
  const fact = { stream: 'identity', streamId: personId, kind: 'account-recovered', data: {} } as const;
  await appendFacts(tx, [fact], null);
  tx.afterCommit(() => {
    ctx.signals.emit('sessions');
    tell(personId, 'recovery-approved');
  });
  return makeLink(ctx, tx, personId, 'recovery', by);
}

const named = (row: { nameZh: string; nameEn: string } | undefined) => ({
  zh: row?.nameZh ?? '',
  en: row?.nameEn || (row?.nameZh ?? ''),
});

async function viewOf(
  tx: Tx,
  row: links.RecoveryRow,
  world: World,
  actor: SignedInActor,
): Promise<z.output<typeof contract.recoveryView>> {
  const { personId, askedBy } = row;
  const { snapshot } = world;
  return {
    id: row.id,
    person: { id: personId, name: named(snapshot.persons.get(personId)) },
    askedBy: { id: askedBy ?? personId, name: named(snapshot.persons.get(askedBy ?? '')) },
    reason: row.reason,
    askedAt: row.askedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    mayApprove: await maySecond(tx, world, row, actor.personId),
  };
}

/** The recoveries that wait, of people the administrator may act for. */
export function listRecoveries(ctx: AppContext, actor: SignedInActor) {
  return read(ctx.database, asSystem(actor), ctx.clock, async (tx) => {
    const { pack } = await activePack(ctx, tx);
    const snapshot = await directorySnapshot(ctx, tx);
    const posts = snapshot.postsHeldBy(actor.personId, tx.now);
    const rows = await links.waitingRecoveries(tx);
    const mine = rows.filter((row) => mayActFor(snapshot, pack, posts, row.personId, tx.now));
    const items: z.output<typeof contract.recoveryView>[] = [];
    for (const row of mine) items.push(await viewOf(tx, row, { snapshot, pack }, actor));
    return { items };
  });
}

/** A recovery an administrator may settle, with what he sees of the directory. */
async function settleable(ctx: AppContext, tx: Tx, actor: SignedInActor, id: string) {
  const row = (await links.recoveryById(tx, id)) ?? refuse('not-found');
  const world = await administeredOther(ctx, tx, actor, row.personId);
  return { row, world };
}

/**
 * Approves a recovery as the second administrator and answers the link (15 min). Throws `second-person-needed` for the one
 * who asked; `not-independent` for whoever has his post since the question, from the asker or for less than seven days, or
 * when the asker has, and when one of the two, or a third, made the account of the other within 30 days;
 * `recovery-settled` for the later of two approvals, and when whoever asked may not ask any more (ISO-15).
 */
export function approveRecovery(
  ctx: AppContext,
  actor: SignedInActor,
  id: string,
  tell: TellPerson,
): Promise<z.output<typeof contract.accountLink>> {
  return write(ctx.database, asSystem(actor), ctx.clock, async (tx) => {
    const { row, world } = await settleable(ctx, tx, actor, id);
    if (row.askedBy === actor.personId) refuse('second-person-needed');
    if (!(await maySecond(tx, world, row, actor.personId))) refuse('not-independent');
    const { snapshot, pack } = world;
    const askers = row.askedBy === null ? [] : snapshot.postsHeldBy(row.askedBy, tx.now);
    if (!mayActFor(snapshot, pack, askers, row.personId, tx.now)) refuse('recovery-settled');
    if (row.askedBy !== null) {
      if ((await store.accountOf(tx, row.askedBy))?.disabled) refuse('recovery-settled');
      const asker = { personId: row.askedBy, giver: null };
      const seasoned = await countingPosts(tx, world, row, asker);
      if (!mayActFor(snapshot, pack, seasoned, row.personId, tx.now)) refuse('not-independent');
    }
    if (!(await links.settleRecovery(tx, id, actor.personId, 'approved'))) refuse('recovery-settled');
    return recover(ctx, tx, row.personId, actor.personId, tell);
  });
}

/** Ends a recovery that waits; whoever asked may take it back so. Throws `recovery-settled`. */
export function refuseRecovery(ctx: AppContext, actor: SignedInActor, id: string): Promise<void> {
  return write(ctx.database, asSystem(actor), ctx.clock, async (tx) => {
    const { row } = await settleable(ctx, tx, actor, id);
    if (!(await links.settleRecovery(tx, id, actor.personId, 'refused'))) refuse('recovery-settled');
    await note(tx, row.personId, 'recovery-refused', { byOther: true });
  });
}
