/**
 * The one write path of cases (rule 2): rows of a case change here and nowhere else.
 *
 * Facts, state, clocks, notices with their deliveries, and the idempotent answer are stored in the caller's transaction;
 * whatever reaches people happens after the commit, from what was stored.
 */
import { createHash } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { refreshFailedNotices } from '../delivery/index.ts';
import { directorySnapshot, everyoneOf } from '../directory/index.ts';
import { activePackHash, canonicalJson, type Pack, packByHash } from '../mechanism/index.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { type RowsByTable, type Tx, together } from '../platform/transaction.ts';
import { proceduresNow } from '../procedures/index.ts';
import type { ClockRow } from './clock-rules.ts';
import {
  applyFacts,
  type Before,
  type Doer,
  type Effects,
  MECHANISM,
  type NewNotice,
  type OpenNotice,
} from './consequences.ts';
import type { toldParty } from './contract.ts';
import { type CaseState, seenBy } from './evolve.ts';
import type { Hold, NewFact } from './facts.ts';
import { deliveryRows, noticeRows } from './notice-rows.ts';
import type { Recipient, World } from './recipients.ts';
import {
  caseColumns,
  clockRow,
  clocksOf,
  clocksOfCases,
  closeNotices,
  confirmNotices,
  factRow,
  findAnswer,
  findCase,
  lockCase,
  lockFreeCases,
  openNoticesOf,
  openNoticesOfCases,
  saveStub,
  updateCases,
  updateClocks,
  updateLadders,
} from './store.ts';

/** The mechanism a case is under, the procedures as they were changed, the directory, and the transaction's moment. */
export async function worldFor(ctx: AppContext, tx: Tx, packHash: string): Promise<World> {
  const [directory, procedures] = await together(directorySnapshot(ctx, tx), proceduresNow(tx));
  return { pack: await packByHash(ctx, tx, packHash), directory, procedures, now: tx.now };
}

/** The mechanism in force with its hash, the directory, and the transaction's moment: the world of a new case. */
export async function worldInForce(ctx: AppContext, tx: Tx): Promise<{ packHash: string; world: World }> {
  const [packHash, directory] = await together(activePackHash(ctx, tx), directorySnapshot(ctx, tx));
  return { packHash, world: { pack: await packByHash(ctx, tx, packHash), directory, now: tx.now } };
}

/** An existing case, locked, with everything needed to act on it. */
export interface Opened {
  readonly state: CaseState;
  readonly before: Before;
  readonly world: World;
}

/** Everything needed to act on an existing case, locked. Refuses as `not-found` what the actor may not see. */
export async function openForWriting(ctx: AppContext, tx: Tx, caseId: string): Promise<Opened> {
  const state = await lockCase(tx, caseId);
  if (!state) refuse('not-found');
  const world = await worldFor(ctx, tx, state.pack);
  return {
    state,
    world,
    before: {
      id: caseId,
      state,
      clocks: await clocksOf(tx, caseId),
      openNotices: await openNoticesOf(tx, caseId),
    },
  };
}

/**
 * Those of the cases that no other transaction holds, locked, by id. It waits for none of them: whoever holds several cases
 * and waits for one more could be waited for.
 */
export async function openFree(
  ctx: AppContext,
  tx: Tx,
  caseIds: readonly string[],
): Promise<ReadonlyMap<string, Opened>> {
  const states = await lockFreeCases(tx, caseIds);
  const ids = [...states.keys()];
  if (ids.length === 0) return new Map();
  const [directory, clocks, notices] = await together(
    directorySnapshot(ctx, tx),
    clocksOfCases(tx, ids),
    openNoticesOfCases(tx, ids),
  );
  const opened = new Map<string, Opened>();
  for (const [id, state] of states) {
    opened.set(id, {
      state,
      world: { pack: await packByHash(ctx, tx, state.pack), directory, now: tx.now },
      before: { id, state, clocks: clocks.get(id) ?? [], openNotices: notices.get(id) ?? [] },
    });
  }
  return opened;
}

/**
 * Whoever acts on a case knows what he was told about it: facts that confirm the open notices of his post, and those of which
 * a rung of a ladder has told him in place of another's, as long as it may still reach him (H40, H41).
 */
export function knownByActing(
  before: Before,
  doer: Doer,
  { now, pack, directory }: World,
  decides = false,
): NewFact[] {
  if (doer.post === null || doer.person === null) return [];
  const { post, person } = doer;
  // A request to agree to something is answered by deciding, and by nothing else one does meanwhile (ISO-15).
  const approving = new Set(
    pack.routes.filter((route) => route.on === 'act-proposed').map((route) => route.id),
  );
  const told = (notice: OpenNotice): boolean =>
    notice.postId === post ||
    ((notice.reached ?? []).includes(person) && everyoneOf(directory, notice.postId, now).has(person));
  return before.openNotices
    .filter((notice) => told(notice) && (decides || !approving.has(notice.route)))
    .map((notice) => ({
      kind: 'acknowledged',
      data: {
        notice: notice.id,
        post: notice.postId,
        capacities: notice.capacities as never,
        how: 'act',
        at: now.toISOString(),
        by: person,
        recordedBy: null,
      },
    }));
}

/**
 * Stores what the facts speak of and what is not there, without adding a fact: what happened has happened (auditor). The rows
 * say when it was; the deliveries are due now.
 */
export async function storeMissing(
  ctx: AppContext,
  tx: Tx,
  state: CaseState,
  missing: {
    readonly notices: readonly NewNotice[];
    readonly clocks: readonly ClockRow[];
    /** Notices that are there and reach nobody. */
    readonly silent: readonly { readonly notice: NewNotice; readonly doer: Doer }[];
  },
  world: World,
): Promise<{ readonly notices: number; readonly deliveries: number }> {
  const rank = world.pack.levels.find((level) => level.id === state.level)?.rank ?? 0;
  const rows: Record<string, unknown>[] = [];
  const deliveries: Record<string, unknown>[] = [];
  for (const notice of missing.notices) {
    const effects = { facts: [], notices: [notice], reached: [] } as unknown as Effects;
    const made = noticeRows(ctx, state, effects, { ...world, now: notice.madeAt }, MECHANISM, []);
    rows.push(...made.notices);
    deliveries.push(...made.deliveries);
  }
  for (const { notice, doer } of missing.silent)
    deliveries.push(...deliveryRows(ctx, state, notice, world, doer, rank));
  await tx.insert({
    clocks: missing.clocks.map((clock) => clockRow(state.id, clock)),
    notices: rows,
    deliveries: deliveries.map((row) => ({ ...row, made_at: world.now, next_at: world.now })),
  });
  tx.afterCommit(() => {
    if (deliveries.length > 0) ctx.signals.emit('deliveries');
    if (missing.clocks.length > 0) ctx.signals.emit('clocks');
  });
  return { notices: rows.length, deliveries: deliveries.length };
}

function stubOf(state: CaseState, world: World): Record<string, unknown> | null {
  const compartment = world.pack.compartments.find((one) => one.id === state.compartment);
  if (!compartment || compartment.stub.length === 0) return null;
  const shows = (what: 'number' | 'level' | 'state', value: string) =>
    compartment.stub.includes(what) ? value : null;
  return {
    case_id: state.id,
    mode: state.mode,
    compartment: compartment.id,
    number: shows('number', state.number),
    level: shows('level', state.level),
    state: shows('state', state.state),
    open: state.open,
    registered_at: state.registeredAt,
    phone: compartment.phone,
    // While an order of silence stands, nobody outside sees even that (H28).
    seen_by: [...(state.hold ? [] : ['desk']), 'system', `group:${compartment.group}`],
  };
}

/**
 * What another room does about facts of cases, in their own transaction: stored with them or not at all. Called after the rows of
 * the case are written, with the keys of whoever acts; it must see to its own.
 */
export type CaseConsequence = (
  ctx: AppContext,
  tx: Tx,
  effects: Effects,
  doer: Doer,
  world: World,
) => Promise<void>;
const followers = new Set<CaseConsequence>();

/** From now on this follows whatever is stored of cases in this process; said twice, it follows once. */
export function followCases(consequence: CaseConsequence): void {
  followers.add(consequence);
}

/** Applies facts and stores everything that follows from them. `extra` rows go into the same statement. */
export async function store(
  ctx: AppContext,
  tx: Tx,
  before: Before,
  drafts: readonly NewFact[],
  doer: Doer,
  world: World,
  extra: RowsByTable = {},
): Promise<Effects> {
  const effects = applyFacts(before, drafts, doer, world, uuid);
  await storeEffects(ctx, tx, before, effects, doer, world, extra);
  const order = before.state?.hold ?? null;
  for (const fact of drafts) await holdAbsorbed(ctx, tx, effects.state, fact, doer, order);
  return effects;
}

/**
 * An order of silence is one of everything a case has taken in, and of what that took in before: held and lifted with it,
 * in the same transaction (H28, H32). One that another order hides keeps that order; and none is shown again while what it
 * was merged into is hidden: it says where it went.
 * @param order the order that is lifted
 */
async function holdAbsorbed(
  ctx: AppContext,
  tx: Tx,
  state: CaseState,
  fact: NewFact,
  doer: Doer,
  order: Hold | null,
): Promise<void> {
  if (fact.kind !== 'held' && fact.kind !== 'hold-lifted') return;
  if (fact.kind === 'hold-lifted' && state.mergedInto !== null) {
    await seeWith(tx, [...tx.actor.keys, 'system']);
    if ((await findCase(tx, state.mergedInto.id))?.hold) refuse('case-held');
  }
  const mirrored: NewFact =
    fact.kind === 'held'
      ? {
          kind: 'held',
          data: {
            authority: fact.data.authority,
            organisation: fact.data.organisation,
            reference: fact.data.reference,
            until: fact.data.until,
            reason: fact.data.reason,
          },
        }
      : { kind: 'hold-lifted', data: { reason: fact.data.reason } };
  // In the order of their ids, so that two orders never wait for each other.
  for (const { id } of state.absorbed.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    // Whoever agrees to lift it need not be one who sees what was taken in, before or after.
    await seeWith(tx, [...tx.actor.keys, 'system']);
    // One that an earlier release left open while this one was held has no silence to lift; another's order goes on.
    if (fact.kind === 'hold-lifted' && !isSameOrder((await findCase(tx, id))?.hold ?? null, order)) continue;
    const other = await openForWriting(ctx, tx, id);
    if (fact.kind === 'held' && other.state.hold) continue;
    await store(ctx, tx, other.before, [mirrored], doer, other.world);
  }
  await seeWith(tx, tx.actor.keys);
}

/** True for one order recorded on two cases. */
function isSameOrder(one: Hold | null, other: Hold | null): boolean {
  return one !== null && one.authority === other?.authority && one.reference === other.reference;
}

/** The keys the rest of the transaction sees with. */
export async function seeWith(tx: Tx, keys: readonly string[]): Promise<void> {
  await tx.prepared('case-see', `select set_config('tocsin.keys', $1, true)`, [keys.join(' ')]);
}

/** Facts already applied to one case, and who did it. */
export interface Decided {
  readonly before: Before;
  readonly effects: Effects;
  readonly doer: Doer;
  readonly world: World;
}

/** Stores what follows from facts already applied. */
export function storeEffects(
  ctx: AppContext,
  tx: Tx,
  before: Before,
  effects: Effects,
  doer: Doer,
  world: World,
  extra: RowsByTable = {},
): Promise<void> {
  return storeAll(ctx, tx, [{ before, effects, doer, world }], extra);
}

/** Stores what was decided of several cases, each of them once: one statement a table, however many they are. */
export async function storeAll(
  ctx: AppContext,
  tx: Tx,
  decided: readonly Decided[],
  extra: RowsByTable = {},
): Promise<void> {
  const made = decided.map(({ before, effects, doer, world }) =>
    noticeRows(ctx, effects.state, effects, world, doer, before.openNotices),
  );
  const rows = {
    notices: made.flatMap((one) => one.notices),
    deliveries: made.flatMap((one) => one.deliveries),
  };
  const opening = decided.filter((one) => one.before.state === null);
  const known = decided.filter((one) => one.before.state !== null);
  const cases = opening.map(({ effects: { state, attention }, world }) => ({
    id: state.id,
    failed_notices: 0,
    attention_at: attention,
    ...caseColumns(state, world.pack),
  }));
  await tx.insert({
    ...(cases.length > 0 ? { cases } : {}),
    ...extra,
    facts: decided.flatMap(({ effects: { state, facts } }) =>
      facts.map((fact) => factRow(state.id, fact, state)),
    ),
    clocks: decided.flatMap(({ effects: { state, newClocks } }) =>
      newClocks.map((clock) => ({ ...clockRow(state.id, clock), compartment: state.compartment })),
    ),
    notices: rows.notices,
    deliveries: rows.deliveries,
  });
  // Whoever declines to help no longer sees the case with that very act (S8.5.2); what follows from it is stored all the same.
  const leaves = decided.some(
    ({ effects: { facts, state } }) =>
      facts.some((fact) => fact.kind === 'support-declined') &&
      !seenBy(state).some((key) => tx.actor.keys.includes(key)),
  );
  if (leaves) await seeWith(tx, [...tx.actor.keys, 'system']);
  await updateKnown(tx, known);
  // A notice that reached nobody is no longer the desk's worry once somebody has confirmed or ended it, or others are told.
  const eased = decided.filter(
    ({ effects: { confirmed, closed, facts } }) =>
      confirmed.length > 0 || closed.length > 0 || facts.some((fact) => fact.kind === 'rung-reached'),
  );
  if (eased.length > 0)
    await refreshFailedNotices(
      tx,
      eased.map((one) => one.effects.state.id),
    );
  for (const { effects, world } of decided) {
    const stub = stubOf(effects.state, world);
    if (stub) await saveStub(tx, stub);
  }
  if (leaves) await seeWith(tx, tx.actor.keys);
  for (const { effects, doer, world } of decided)
    for (const follow of followers) await follow(ctx, tx, effects, doer, world);
  tx.afterCommit(() => {
    ctx.signals.emit('facts');
    if (rows.deliveries.length > 0) ctx.signals.emit('deliveries');
    if (decided.some(({ effects }) => effects.newClocks.length + effects.changedClocks.length > 0))
      ctx.signals.emit('clocks');
  });
}

/** What changes in the rows of cases that were there before. */
async function updateKnown(tx: Tx, known: readonly Decided[]): Promise<void> {
  await updateCases(
    tx,
    known.map(({ effects: { state, attention }, world }) => ({ state, pack: world.pack, attention })),
  );
  await updateClocks(
    tx,
    known.flatMap(({ effects: { state, changedClocks } }) =>
      changedClocks.map((clock) => clockRow(state.id, clock)),
    ),
  );
  await updateLadders(
    tx,
    known.flatMap((one) => one.effects.ladders),
  );
  for (const { effects } of known) {
    for (const { ids, why } of effects.closed) await closeNotices(tx, ids, why);
    for (const data of effects.confirmed) {
      await confirmNotices(tx, [data.notice], {
        person: data.by,
        at: new Date(data.at),
        how: data.how,
        recordedBy: data.recordedBy,
      });
    }
  }
}

/** sha256 of a value's canonical JSON, in hex. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/**
 * Runs `act` at most once per person and key: a repeat of the same request gets the stored answer, another request under
 * the same key is refused (INV-1). Without a key it just runs.
 * @param ahead what `act` will need to know anyway, asked for together with the earlier answer
 */
export async function once<A, W = undefined>(
  tx: Tx,
  key: string | undefined,
  requestHash: string,
  act: (known: W) => Promise<A>,
  ahead?: () => Promise<W>,
): Promise<A> {
  const [earlier, known] = await together(
    key === undefined ? undefined : findAnswer(tx, key),
    ahead?.() as Promise<W>,
  );
  if (earlier) {
    if (earlier.requestHash !== requestHash) refuse('idempotency-key-reused');
    return earlier.response as A;
  }
  return act(known);
}

/** A told post as the API shows it. */
export function partyOf(recipient: Recipient, world: World): z.infer<typeof toldParty> {
  const { directory, now } = world;
  const organisation = directory.organisations.get(recipient.post.organisationId);
  return {
    postId: recipient.post.id,
    postName: { zh: recipient.post.nameZh, en: recipient.post.nameEn },
    organisationId: recipient.post.organisationId,
    organisationName: { zh: organisation?.nameZh ?? '', en: organisation?.nameEn ?? '' },
    capacities: [...recipient.capacities],
    expects: recipient.expects,
    vacant: directory.holders(recipient.post.id, now).length === 0,
  };
}

/** The pack in force for new cases. */
export type { Pack };
