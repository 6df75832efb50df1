/**
 * The second look (rule 8): under the lease and just before sending, who is right to be told, by which address, and in
 * which words. In a storm, what one person can be told in one mail is put into one (LOAD-4).
 */
import { v7 as uuid } from 'uuid';
import { type DirectorySnapshot, directorySnapshot, everyoneOf, standIns } from '../directory/index.ts';
import { keysOfPosts, shutOutOf } from '../identity/index.ts';
import { type Pack, packByHash } from '../mechanism/index.ts';
import type { AppContext } from '../platform/context.ts';
import type { Tx } from '../platform/transaction.ts';
import { FALLBACKS, internationalNumber, SMS_LANE, webhookLane } from './channel-rules.ts';
import { channelsOf, relayFor, type Way } from './channels.ts';
import { devicesOf } from './devices.ts';
import { composeMail, type MailInput } from './mail.ts';
import {
  composeDigest,
  faxParcel,
  type Parcel,
  type ParcelInput,
  pushPayload,
  smsText,
  webhookBody,
} from './parcels.ts';
import { BROKEN_TRIES, backoff, type Decision, decide } from './rules.ts';
import { codeFor } from './sms-codes.ts';
import {
  bindDigests,
  bringForward,
  type Claimed,
  claimJoined,
  lockPaces,
  type Outcome,
  postpone,
  setPaces,
  waitingFor,
} from './store.ts';

/** Two workers read the clock moments apart; further ahead than this it was wrong, in ms. */
const WRONG_HOUR = 60_000;

/** What the database calls its errors. */
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Something to hand over: one delivery, or several that go as one mail. */
export interface Prepared {
  readonly rows: readonly [Claimed, ...Claimed[]];
  readonly parcel: Parcel;
  /** What is tried when it cannot be brought, for what cannot wait (FLT-7). */
  readonly alternates: readonly Way[];
}

export interface Looked {
  readonly ready: readonly Prepared[];
  readonly outcomes: readonly Outcome[];
}

/** How the second look is to go about it. */
export interface LookOptions {
  readonly workerId: string;
  readonly leaseMs: number;
  /** Between two mails to one person that could wait, in ms; 0 = each by itself, at once. */
  readonly paceMs: number;
  /** How many may be taken at a time to go with others. */
  readonly most: number;
}

/** Made by a rung of a ladder above the first: for somebody who need not hold the post (H40). */
const isReached = (row: Claimed): boolean => row.rung !== null && row.rung > 1;

/** Whom the ladder of this notice may reach now; under an order of silence only those who see the case themselves (H28). */
function reachableFor(
  row: Claimed,
  pack: Pack,
  directory: DirectorySnapshot,
  now: Date,
): ReadonlySet<string> {
  const all = everyoneOf(directory, row.postId, now);
  if (!row.held || row.data.closed === true) return all;
  const sees = (person: string) =>
    keysOfPosts(pack, person, directory.postsHeldBy(person, now)).some((key) => row.seenBy.includes(key));
  return new Set([...all].filter(sees));
}

type Sendable = Extract<Decision, { act: 'send' }>;

interface Meant {
  readonly row: Claimed;
  readonly pack: Pack;
  readonly decision: Sendable;
}

/** Level A, and whatever the mechanism calls urgent: alone, at once, and by the next way when one fails. */
function cannotWait(row: Pick<Claimed, 'urgent' | 'rank'>, topRank: number): boolean {
  return row.urgent || row.rank >= topRank;
}
const topRankOf = (pack: Pack): number => Math.max(...pack.levels.map((level) => level.rank));

/**
 * The same notice without what its words may have stumbled over: number and telephone where they are text, and nothing else.
 * Poor words are better than none, for an A above all (FLT-13).
 */
function plainly({ row, ...rest }: Meant): Meant {
  const { number, phone, closed } = row.data as Readonly<Record<string, unknown>>;
  const data = {
    ...(typeof number === 'string' ? { number } : {}),
    ...(typeof phone === 'string' ? { phone } : {}),
    ...(closed === true ? { closed } : {}),
  };
  const isMoment = row.confirmBy instanceof Date && Number.isFinite(row.confirmBy.getTime());
  return { ...rest, row: { ...row, data, confirmBy: isMoment ? row.confirmBy : null } };
}

type Change = Pick<Outcome, 'state'> & Partial<Omit<Outcome, 'id' | 'fence' | 'state'>>;

/** What becomes of a delivery under our lease. */
export function outcomeOf(row: Claimed, change: Change): Outcome {
  return {
    id: row.id,
    fence: row.fence,
    noticeId: row.noticeId,
    caseId: row.caseId,
    personId: row.personId,
    reason: null,
    delay: 0,
    attempts: row.attempts,
    relay: row.relay,
    successors: [],
    alternates: [],
    receipt: null,
    ...change,
  };
}

/**
 * Does something for one delivery alone: what stumbles over it holds up this one, not everybody's (FLT-13). Trouble of the
 * database ends the transaction, and with it the claim.
 */
async function attempt<T>(ctx: AppContext, row: Claimed, run: () => T | Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch (error) {
    if (SQLSTATE.test(String((error as { code?: unknown }).code))) throw error;
    ctx.log.error({ err: error, deliveryId: row.id }, 'a notice cannot be put together');
    return null;
  }
}

/** What becomes of one we stumbled over: tried a few times more, then it has failed and is seen; an A goes other ways at once. */
function brokenOutcome(row: Claimed, alternates: readonly Way[]): Outcome {
  const isOver = row.attempts >= BROKEN_TRIES;
  return outcomeOf(row, {
    state: isOver ? 'failed' : 'queued',
    reason: 'broken',
    delay: isOver ? 0 : backoff(row.attempts, Math.random()),
    alternates,
  });
}

const packOf = (ctx: AppContext, tx: Tx, row: Claimed): Promise<Pack | null> =>
  attempt(ctx, row, () => packByHash(ctx, tx, row.packHash));

/** The first mechanism of these that can be read. */
async function anyPackOf(ctx: AppContext, tx: Tx, rows: readonly Claimed[]): Promise<Pack | null> {
  for (const row of new Map(rows.map((one) => [one.packHash, one])).values()) {
    const pack = await packOf(ctx, tx, row);
    if (pack) return pack;
  }
  return null;
}

/** Looks a second time at deliveries just taken from one lane; may take more that go with them. */
export async function lookAgain(
  ctx: AppContext,
  tx: Tx,
  lane: string,
  claimed: readonly Claimed[],
  options: LookOptions,
): Promise<Looked> {
  if (claimed.length === 0) return { ready: [], outcomes: [] };
  const outcomes: Outcome[] = [];
  const gathered = await gather(ctx, tx, lane, claimed, options);
  outcomes.push(...gathered.outcomes);
  const { rows, together } = gathered;
  const directory = await directorySnapshot(ctx, tx);
  const standing = (postId: string) => standIns(directory, postId, tx.now).people.map((one) => one.personId);
  const shutOut = await shutOutOf(tx, [
    ...rows.flatMap((row) => [
      ...(row.personId === null ? [] : [row.personId]),
      ...directory.holders(row.postId, tx.now).map((holding) => holding.personId),
      ...standing(row.postId),
    ]),
  ]);
  const meant: Meant[] = [];
  for (const row of rows) {
    const pack = await packOf(ctx, tx, row);
    if (!pack) {
      outcomes.push(brokenOutcome(row, []));
      continue;
    }
    const decision = await attempt(ctx, row, () => {
      const post = directory.posts.get(row.postId);
      const keys = post ? keysOfPosts(pack, row.postId, [post]) : [];
      return decide(
        {
          personId: row.personId,
          postId: row.postId,
          channel: row.channel,
          closed: row.closedAt !== null,
          mayKnow: row.data.closed === true || row.seenBy.some((key) => keys.includes(key)),
          standIns: standing(row.postId),
          shutOut,
          ...(isReached(row) ? { reachable: reachableFor(row, pack, directory, tx.now) } : {}),
        },
        directory,
        tx.now,
      );
    });
    if (!decision) outcomes.push(brokenOutcome(row, alternatesOf(ctx, row, pack, directory)));
    else if (decision.act === 'send') meant.push({ row, pack, decision });
    else if (decision.act === 'withhold') {
      const successors = decision.successors.flatMap((personId) => {
        const person = directory.persons.get(personId);
        const ways = person ? channelsOf(ctx, person, [...new Set(['mail' as const, row.channel])]) : [];
        return ways.map((way) => ({ personId, ...way }));
      });
      outcomes.push(outcomeOf(row, { state: 'withheld', reason: decision.reason, successors }));
    } else {
      const alternates = alternatesOf(ctx, row, pack, directory);
      outcomes.push(outcomeOf(row, { state: 'failed', reason: decision.reason, alternates }));
    }
  }
  const compose = new Composer(ctx, tx, directory);
  await compose.prepare(meant);
  const ready: Prepared[] = [];
  const mails: Meant[] = [];
  for (const one of meant) {
    if (one.row.channel === 'mail') mails.push(one);
    else {
      const parcel =
        (await attempt(ctx, one.row, () => compose.parcel(one))) ??
        (await attempt(ctx, one.row, () => compose.parcel(plainly(one))));
      const alternates = alternatesOf(ctx, one.row, one.pack, directory);
      if (!parcel) outcomes.push(brokenOutcome(one.row, alternates));
      else if (typeof parcel === 'string')
        outcomes.push(outcomeOf(one.row, { state: 'failed', reason: parcel, alternates }));
      else ready.push({ rows: [one.row], parcel, alternates });
    }
  }
  const here = mails.filter(({ row, decision }) => {
    const relay = relayFor(ctx.config, decision.address);
    // The address or the configuration has changed since: the right relay's own queue takes it, at once.
    if (relay !== row.relay)
      outcomes.push(outcomeOf(row, { state: 'queued', relay, attempts: row.attempts - 1 }));
    return relay === row.relay;
  });
  const letters = Map.groupBy(here, ({ row }) => row.digestId ?? together.get(row.id) ?? row.id);
  const bound: { id: string; digestId: string }[] = [];
  for (const [id, [first, ...rest]] of letters) {
    if (!first) continue;
    if (rest.length === 0 && first.row.digestId === null) {
      const alternates = alternatesOf(ctx, first.row, first.pack, directory);
      const mail =
        (await attempt(ctx, first.row, () => composeMail(compose.mail(first)))) ??
        (await attempt(ctx, first.row, () => composeMail(compose.mail(plainly(first)))));
      if (mail) ready.push({ rows: [first.row], parcel: { kind: 'mail', mail }, alternates });
      else outcomes.push(brokenOutcome(first.row, alternates));
      continue;
    }
    let all: readonly Meant[] = [first, ...rest].toSorted(
      (a, b) => b.row.rank - a.row.rank || a.row.madeAt.getTime() - b.row.madeAt.getTime(),
    );
    const list = () => composeDigest(id, all.map((one) => compose.mail(one)) as [MailInput, ...MailInput[]]);
    let mail = await attempt(ctx, first.row, list);
    if (!mail) {
      // Whichever cannot be worded drops out; the others go.
      const sound: Meant[] = [];
      for (const one of all) {
        if (await attempt(ctx, one.row, () => composeMail(compose.mail(one)))) sound.push(one);
        else outcomes.push(brokenOutcome(one.row, []));
      }
      all = sound;
      mail = all.length > 0 ? await attempt(ctx, first.row, list) : null;
      if (!mail) {
        outcomes.push(...all.map(({ row }) => brokenOutcome(row, [])));
        continue;
      }
    }
    ready.push({
      rows: all.map(({ row }) => row) as [Claimed, ...Claimed[]],
      parcel: { kind: 'mail', mail },
      alternates: [],
    });
    bound.push(
      ...all.filter(({ row }) => row.digestId === null).map(({ row }) => ({ id: row.id, digestId: id })),
    );
  }
  if (bound.length > 0) await bindDigests(tx, bound);
  const paced = here.flatMap(({ row }) =>
    row.personId !== null && together.has(row.id) ? [row.personId] : [],
  );
  if (paced.length > 0) await setPaces(tx, paced);
  return { ready, outcomes };
}

/**
 * Which deliveries of the mail lane may go as one: of each person not mailed lately all that can wait; of the others none
 * yet. What was tried once goes again as it went, under the same id (INV-6).
 */
async function gather(
  ctx: AppContext,
  tx: Tx,
  lane: string,
  claimed: readonly Claimed[],
  { workerId, leaseMs, paceMs, most }: LookOptions,
): Promise<{ rows: Claimed[]; outcomes: Outcome[]; together: Map<string, string> }> {
  const together = new Map<string, string>();
  const pack = claimed[0]?.channel === 'mail' ? await anyPackOf(ctx, tx, claimed) : null;
  const digests = [...new Set(claimed.flatMap((row) => (row.digestId === null ? [] : [row.digestId])))];
  if (!pack || (paceMs === 0 && digests.length === 0)) return { rows: [...claimed], outcomes: [], together };
  const top = topRankOf(pack);
  const mayWait = (row: Claimed) =>
    paceMs > 0 &&
    row.personId !== null &&
    row.attempts === 1 &&
    row.digestId === null &&
    !cannotWait(row, top);
  const waiting = claimed.filter(mayWait);
  const paces = await lockPaces(
    tx,
    waiting.map((row) => row.personId as string),
  );
  // A mail that seems to have gone tomorrow went while the database's clock was wrong: nobody waits for that (FLT-9).
  const freeAt = (personId: string) => {
    const last = paces.get(personId)?.getTime() ?? 0;
    return new Date((last - tx.now.getTime() > WRONG_HOUR ? 0 : last) + paceMs);
  };
  const persons = [...paces.keys()];
  const ready = persons.filter((personId) => freeAt(personId) <= tx.now);
  const free = ready.length > 1 ? await firstTurn(tx, lane, ready, top, most) : ready;
  const held = persons.filter((personId) => freeAt(personId) > tx.now);
  if (held.length > 0)
    await postpone(
      tx,
      lane,
      top,
      held.map((personId) => ({ personId, at: freeAt(personId) })),
      { paceMs, most },
    );
  const more =
    free.length + digests.length > 0
      ? await claimJoined(tx, lane, workerId, leaseMs, { digests, persons: free, below: top, most })
      : [];
  if (more.length >= most && free.length > 0)
    await bringForward(tx, lane, top, free, new Date(tx.now.getTime() + paceMs));
  const ids = new Map(free.map((personId) => [personId, uuid()]));
  const rows: Claimed[] = [];
  const outcomes: Outcome[] = [];
  for (const row of [...claimed, ...more]) {
    if (!mayWait(row)) rows.push(row);
    else if (ids.has(row.personId as string)) {
      rows.push(row);
      together.set(row.id, ids.get(row.personId as string) as string);
    } else {
      const wait = freeAt(row.personId as string).getTime() - tx.now.getTime();
      const delay = Math.max(NEXT_TURN, wait);
      outcomes.push(outcomeOf(row, { state: 'queued', delay, attempts: row.attempts - 1 }));
    }
  }
  return { rows, outcomes, together };
}

/** Whose turn has not come is looked at again after this long, in ms. */
const NEXT_TURN = 100;

/** Of those who may be mailed now as many as can be worked out at a time, each with all that waits for him; at least one. */
async function firstTurn(
  tx: Tx,
  lane: string,
  persons: readonly string[],
  below: number,
  most: number,
): Promise<string[]> {
  const waiting = await waitingFor(tx, lane, persons, below, most);
  let sum = 0;
  return persons.filter((personId, place) => {
    sum += waiting.get(personId) ?? 0;
    return place === 0 || sum <= most;
  });
}

/** The ways still open to the same person, for what cannot wait. */
function alternatesOf(
  ctx: AppContext,
  row: Claimed,
  pack: Pack,
  directory: DirectorySnapshot,
): readonly Way[] {
  const person = row.personId === null ? undefined : directory.persons.get(row.personId);
  if (!person || !cannotWait(row, topRankOf(pack))) return [];
  return channelsOf(
    ctx,
    person,
    FALLBACKS.filter((channel) => channel !== row.channel || channel === 'webhook'),
  ).filter((way) => way.lane !== row.relay);
}

/** Puts notices into words for each way. */
class Composer {
  readonly #ctx: AppContext;
  readonly #tx: Tx;
  readonly #directory: DirectorySnapshot;
  #devices: Awaited<ReturnType<typeof devicesOf>> = new Map();

  constructor(ctx: AppContext, tx: Tx, directory: DirectorySnapshot) {
    this.#ctx = ctx;
    this.#tx = tx;
    this.#directory = directory;
  }

  /** Asks once for what all of them need. */
  async prepare(meant: readonly Meant[]): Promise<void> {
    const persons = meant
      .filter(({ row }) => row.channel === 'push')
      .map(({ decision }) => decision.personId);
    if (persons.length > 0) this.#devices = await devicesOf(this.#tx, persons);
  }

  mail({ row, pack, decision }: Meant): MailInput {
    const isHolder = this.#directory
      .holders(row.postId, this.#tx.now)
      .some((one) => one.personId === decision.personId);
    return {
      deliveryId: row.id,
      notice: { ...row, id: row.noticeId },
      pack,
      to: decision.address,
      language: this.#directory.persons.get(decision.personId)?.language ?? '',
      isStandIn: !isHolder && !isReached(row),
      isReached: isReached(row),
      from: this.#ctx.config.mailFrom,
      publicUrl: this.#ctx.config.publicUrl,
      now: this.#tx.now,
    };
  }

  /** The parcel of any way but mail, or why there is none. */
  async parcel({ row, pack, decision }: Meant): Promise<Parcel | 'no-address' | 'no-device' | 'no-lane'> {
    const { channels } = this.#ctx.config;
    const person = this.#directory.persons.get(decision.personId);
    if (!person) return 'no-address';
    const input: ParcelInput = {
      deliveryId: row.id,
      notice: { ...row, id: row.noticeId },
      pack,
      language: person.language,
      walled: row.walled,
      urgent: cannotWait(row, topRankOf(pack)),
      publicUrl: this.#ctx.config.publicUrl,
      now: this.#tx.now,
    };
    const number = (given: string) => internationalNumber(given, channels.smsCountry);
    if (row.channel === 'push') {
      const devices = this.#devices.get(decision.personId) ?? [];
      if (devices.length === 0) return 'no-device';
      const topic = row.noticeId.replaceAll('-', '');
      return { kind: 'push', devices, payload: pushPayload(input), topic, urgent: input.urgent };
    }
    if (row.channel === 'sms') {
      if (!channels.smpp || row.relay !== SMS_LANE) return 'no-lane';
      const to = number(person.mobile);
      if (to === null) return 'no-address';
      const of = { deliveryId: row.id, noticeId: row.noticeId, personId: person.id };
      const code = row.expects === 'none' ? null : await codeFor(this.#tx, of, to);
      return { kind: 'sms', to, text: smsText(input, code) };
    }
    if (row.channel === 'webhook') {
      const receiver = channels.webhooks.find((one) => webhookLane(one.id) === row.relay);
      if (!receiver) return 'no-lane';
      const digits = number(person.mobile) ?? number(person.phone);
      const to = { phone: digits === null ? null : `+${digits}`, mail: person.email || null };
      if ((receiver.kind === 'voice' ? to.phone : to.mail) === null) return 'no-address';
      return { kind: 'webhook', receiver, id: row.id, body: webhookBody(input, receiver, to) };
    }
    if (channels.faxDomain === undefined) return 'no-lane';
    const to = number(person.fax);
    if (to === null) return 'no-address';
    const address = `${to}@${channels.faxDomain}`;
    const relay = relayFor(this.#ctx.config, address);
    return faxParcel(input, { address, relay, from: this.#ctx.config.mailFrom });
  }
}
