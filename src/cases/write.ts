/**
 * The one write path of cases (rule 2): rows of a case change here and nowhere else.
 *
 * Facts, state, clocks, notices with their deliveries, and the idempotent answer are stored in the caller's transaction;
 * whatever reaches people happens after the commit, from what was stored.
 */
import { createHash } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { channelsOf, refreshFailedNotices, relayFor } from '../delivery/index.ts';
import { circleOf, directorySnapshot } from '../directory/index.ts';
import { activePackHash, type Bilingual, canonicalJson, type Pack, packByHash } from '../mechanism/index.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { type RowsByTable, type Tx, together } from '../platform/transaction.ts';
import type { ClockRow } from './clock-rules.ts';
import {
  applyFacts,
  type Before,
  type Doer,
  type Effects,
  type NewNotice,
  type OpenNotice,
} from './consequences.ts';
import type { toldParty } from './contract.ts';
import { type CaseState, seenBy } from './evolve.ts';
import type { Hold, NewFact } from './facts.ts';
import type { Recipient, World } from './recipients.ts';
import {
  caseColumns,
  clockRow,
  clocksOf,
  closeNotices,
  confirmNotices,
  factRow,
  findAnswer,
  findCase,
  lockCase,
  openNoticesOf,
  saveStub,
  updateCase,
  updateClocks,
  updateLadders,
} from './store.ts';

/** The mechanism a case is under, the directory, and the transaction's moment. */
export async function worldFor(ctx: AppContext, tx: Tx, packHash: string): Promise<World> {
  return {
    pack: await packByHash(ctx, tx, packHash),
    directory: await directorySnapshot(ctx, tx),
    now: tx.now,
  };
}

/** The mechanism in force with its hash, the directory, and the transaction's moment: the world of a new case. */
export async function worldInForce(ctx: AppContext, tx: Tx): Promise<{ packHash: string; world: World }> {
  const [packHash, directory] = await together(activePackHash(ctx, tx), directorySnapshot(ctx, tx));
  return { packHash, world: { pack: await packByHash(ctx, tx, packHash), directory, now: tx.now } };
}

/** Everything needed to act on an existing case, locked. Refuses as `not-found` what the actor may not see. */
export async function openForWriting(
  ctx: AppContext,
  tx: Tx,
  caseId: string,
): Promise<{ state: CaseState; before: Before; world: World }> {
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

/** Whoever acts on a case knows what he was told about it: facts that confirm the open notices of his post (H41). */
export function knownByActing(before: Before, doer: Doer, { now, pack }: World, decides = false): NewFact[] {
  if (doer.post === null || doer.person === null) return [];
  const { post, person } = doer;
  // A request to agree to something is answered by deciding, and by nothing else one does meanwhile (ISO-15).
  const approving = new Set(
    pack.routes.filter((route) => route.on === 'act-proposed').map((route) => route.id),
  );
  return before.openNotices
    .filter((notice) => notice.postId === post && (decides || !approving.has(notice.route)))
    .map((notice) => ({
      kind: 'acknowledged',
      data: {
        notice: notice.id,
        post,
        capacities: notice.capacities as never,
        how: 'act',
        at: now.toISOString(),
        by: person,
        recordedBy: null,
      },
    }));
}

/** What a notice carries: never narrative, never a person; outside the walls only the level and whom to ring (DEC-19). */
function noticeData(
  state: CaseState,
  notice: Recipient,
  world: World,
  fact: { clock?: string; party?: Bilingual; since?: string },
): Record<string, unknown> {
  const { pack, directory } = world;
  const compartment = pack.compartments.find((one) => one.id === state.compartment);
  const phone = (compartment ?? pack.desk).phone;
  if (!notice.inside)
    return {
      level: state.level,
      levelStatus: state.levelStatus,
      phone,
      organisation: compartment?.name,
      closed: true,
    };
  const organisation = directory.organisations.get(state.organisation);
  return {
    number: state.number,
    level: state.level,
    levelStatus: state.levelStatus,
    state: state.state,
    organisation: { zh: organisation?.nameZh ?? '', en: organisation?.nameEn ?? '' },
    phone,
    ...fact,
  };
}

function noticeRows(
  ctx: AppContext,
  state: CaseState,
  effects: Effects,
  world: World,
  doer: Doer,
  open: readonly OpenNotice[],
): { notices: Record<string, unknown>[]; deliveries: Record<string, unknown>[] } {
  const { pack, now } = world;
  const overdue = effects.facts.find((fact) => fact.kind === 'clock-overdue');
  const rank = pack.levels.find((level) => level.id === state.level)?.rank ?? 0;
  const notices: Record<string, unknown>[] = [];
  const deliveries: Record<string, unknown>[] = [];
  for (const notice of effects.notices) {
    const asks = notice.expects !== 'none';
    const known = notice.known && asks;
    notices.push({
      id: notice.id,
      case_id: state.id,
      fact_seq: notice.factSeq,
      route: notice.route,
      post_id: notice.post.id,
      organisation_id: notice.post.organisationId,
      capacity: notice.capacity,
      capacities: notice.capacities,
      expects: notice.expects,
      template: notice.template,
      urgent: notice.urgent,
      rank,
      data: noticeData(state, notice, world, {
        ...(overdue ? { clock: overdue.data.definition } : {}),
        ...silenceOf(notice, open, world),
      }),
      made_at: now,
      confirm_by: notice.confirmBy,
      acknowledged_at: known ? now : null,
      acknowledged_by: known ? doer.person : null,
      acknowledged_how: known ? 'act' : null,
      opened_at: known ? now : null,
      mode: state.mode,
      compartment: state.compartment,
      ladder: notice.ladder,
      rung: notice.ladder !== null || notice.rungOf.length > 0 ? notice.rung : null,
      next_rung_at: known ? null : notice.nextRungAt,
      ladder_stopped_at: null,
      rung_of: notice.rungOf.length > 0 ? notice.rungOf : null,
    });
    deliveries.push(...deliveryRows(ctx, state, notice, world, doer, rank));
  }
  for (const { notice, people, channels, rung } of effects.reached) {
    const { id, urgent } = notice;
    for (const person of people)
      deliveries.push(...waysTo(ctx, state, { id, urgent, channels, rung }, person, world, rank));
  }
  return { notices, deliveries };
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
    const made = noticeRows(ctx, state, effects, { ...world, now: notice.madeAt }, NOBODY, []);
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

const NOBODY: Doer = { person: null, post: null };

/** Who does not answer, and since when: what a rung's notice to another post tells. */
function silenceOf(
  notice: NewNotice,
  open: readonly OpenNotice[],
  { directory }: World,
): { party?: Bilingual; since?: string } {
  const silent = open.filter((one) => notice.rungOf.includes(one.id));
  const posts = silent.flatMap((one) => directory.posts.get(one.postId) ?? []);
  const first = silent.map((one) => one.madeAt.getTime());
  if (posts.length === 0) return {};
  return {
    party: {
      zh: posts.map((post) => post.nameZh).join('、'),
      en: posts.map((post) => post.nameEn || post.nameZh).join(', '),
    },
    since: new Date(Math.min(...first)).toISOString(),
  };
}

function deliveryRows(
  ctx: AppContext,
  state: CaseState,
  notice: NewNotice,
  world: World,
  doer: Doer,
  rank: number,
): Record<string, unknown>[] {
  const { directory, now } = world;
  const { id } = notice.post;
  // With a ladder those on duty are told first, and the others by its next rungs (H40).
  const people =
    notice.ladder === null
      ? directory.holders(id, now).map((holder) => holder.personId)
      : circleOf(directory, id, 'holder', now);
  // Nobody holds the post: the worker looks for a stand-in, and raises an alarm when there is none (H41, rule 8).
  const told = { ...notice, rung: 1 };
  if (people.length === 0) return waysTo(ctx, state, told, null, world, rank);
  return people
    .filter((person) => person !== doer.person || notice.capacity === 'reporter')
    .flatMap((person) => waysTo(ctx, state, told, person, world, rank));
}

/** One delivery for each way by which the person can be reached; null is whoever stands in. */
function waysTo(
  ctx: AppContext,
  state: CaseState,
  notice: Pick<NewNotice, 'id' | 'urgent' | 'channels' | 'rung'>,
  personId: string | null,
  { directory, now }: World,
  rank: number,
): Record<string, unknown>[] {
  const person = personId === null ? undefined : directory.persons.get(personId);
  const ways = person
    ? channelsOf(ctx, person, notice.channels)
    : [{ channel: 'mail', lane: relayFor(ctx.config, '') }];
  return ways.map(({ channel, lane }) => ({
    id: uuid(),
    notice_id: notice.id,
    case_id: state.id,
    channel,
    person_id: personId,
    relay: lane,
    state: 'queued',
    urgent: notice.urgent,
    rank,
    made_at: now,
    next_at: now,
    attempts: 0,
    fence: 0,
    rung: notice.rung,
  }));
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

/** Stores what follows from facts already applied. */
export async function storeEffects(
  ctx: AppContext,
  tx: Tx,
  before: Before,
  effects: Effects,
  doer: Doer,
  world: World,
  extra: RowsByTable = {},
): Promise<void> {
  const { state } = effects;
  const rows = noticeRows(ctx, state, effects, world, doer, before.openNotices);
  const isNew = before.state === null;
  await tx.insert({
    ...(isNew
      ? {
          cases: [
            {
              id: state.id,
              failed_notices: 0,
              attention_at: effects.attention,
              ...caseColumns(state, world.pack),
            },
          ],
        }
      : {}),
    ...extra,
    facts: effects.facts.map((fact) => factRow(state.id, fact, state)),
    clocks: effects.newClocks.map((clock) => ({
      ...clockRow(state.id, clock),
      compartment: state.compartment,
    })),
    notices: rows.notices,
    deliveries: rows.deliveries,
  });
  // Whoever declines to help no longer sees the case with that very act (S8.5.2); what follows from it is stored all the same.
  const leaves =
    effects.facts.some((fact) => fact.kind === 'support-declined') &&
    !seenBy(state).some((key) => tx.actor.keys.includes(key));
  if (leaves) await seeWith(tx, [...tx.actor.keys, 'system']);
  if (!isNew) {
    await updateCase(tx, state, world.pack, effects.attention);
    await updateClocks(tx, state.id, effects.changedClocks);
    await updateLadders(tx, effects.ladders);
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
  // A notice that reached nobody is no longer the desk's worry once somebody has confirmed or ended it.
  if (effects.confirmed.length > 0 || effects.closed.length > 0) await refreshFailedNotices(tx, [state.id]);
  const stub = stubOf(state, world);
  if (stub) await saveStub(tx, stub);
  if (leaves) await seeWith(tx, tx.actor.keys);
  for (const follow of followers) await follow(ctx, tx, effects, doer, world);
  tx.afterCommit(() => {
    ctx.signals.emit('facts');
    if (rows.deliveries.length > 0) ctx.signals.emit('deliveries');
    if (effects.newClocks.length > 0 || effects.changedClocks.length > 0) ctx.signals.emit('clocks');
  });
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
