/** The only SQL of this room about deliveries under way; see `notice-store.ts` for what readers are shown. */
import type { NoticeChannel } from '../mechanism/vocabulary.ts';
import type { Tx } from '../platform/transaction.ts';
import type { Way } from './channels.ts';
import type { NoticeData } from './mail.ts';
import type { Reason } from './rules.ts';

/** A delivery under our lease, with what is needed to look at it a second time. */
export interface Claimed {
  readonly id: string;
  readonly fence: number;
  readonly attempts: number;
  readonly personId: string | null;
  readonly channel: NoticeChannel;
  /** The lane: a mail relay's name, or that of another way. */
  readonly relay: string;
  readonly urgent: boolean;
  readonly rank: number;
  /** It went out as part of this mail before. */
  readonly digestId: string | null;
  readonly madeAt: Date;
  readonly noticeId: string;
  readonly caseId: string;
  readonly postId: string;
  readonly template: string;
  readonly expects: 'acknowledgement' | 'task' | 'none';
  readonly mode: string;
  readonly data: NoticeData;
  readonly confirmBy: Date | null;
  readonly closedAt: Date | null;
  readonly packHash: string;
  /** Behind a compartment's walls, or under an order of silence: nothing of it leaves by a way others can read. */
  readonly walled: boolean;
  /** Under an order of silence. */
  readonly held: boolean;
  /** The rung of the notice's ladder that made it; null for a notice without one. */
  readonly rung: number | null;
  /** Keys that may see the case now. */
  readonly seenBy: readonly string[];
}

// A lease runs by the server's real clock: a shifted clock must not lengthen it, and two processes need not agree on time.
const TAKE = `taken as (
    update deliveries d
    set lease_until = clock_timestamp() + make_interval(secs => $1), leased_by = $2,
        fence = d.fence + 1, attempts = d.attempts + 1
    from due where d.id = due.id
    returning d.*
  )
  select t.id, t.fence, t.attempts, t.person_id as "personId", t.channel, t.relay, t.urgent, t.rank,
         t.digest_id as "digestId", t.made_at as "madeAt",
         n.id as "noticeId", n.case_id as "caseId", n.post_id as "postId", n.template, n.expects, n.mode, n.data,
         n.confirm_by as "confirmBy", n.closed_at as "closedAt", c.pack_hash as "packHash", c.seen_by as "seenBy",
         (c.compartment is not null or c.held) as walled, c.held, t.rung
  from taken t join notices n on n.id = t.notice_id join cases c on c.id = t.case_id
  order by t.urgent desc, t.rank desc, t.next_at, t.id`;

const FREE = `state = 'queued' and (lease_until is null or lease_until < clock_timestamp())`;
const CLAIM = `
  with due as (
    select id from deliveries
    where relay = $3 and next_at <= $4 and ${FREE}
    order by urgent desc, rank desc, next_at limit $5
    for update skip locked
  ), ${TAKE}`;

/**
 * Takes the lease of up to `limit` due deliveries of one relay, the urgent and grave first; each taking raises the fence,
 * so that whoever held it before can no longer write (INV-10).
 * @param leaseMs how long the lease holds unless renewed
 */
export function claim(
  tx: Tx,
  relay: string,
  limit: number,
  workerId: string,
  leaseMs: number,
): Promise<Claimed[]> {
  return tx.prepared<Claimed & Record<string, unknown>>('delivery-claim', CLAIM, [
    leaseMs / 1000,
    workerId,
    relay,
    tx.now,
    limit,
  ]);
}

// ── several notices in one mail (LOAD-4) ─────────────────────────────────────────────────────────────────────

/** Most notices that ever go as one mail; what is over waits for the next. */
export const MOST_TOGETHER = 8_000;

const JOIN = `
  with due as (
    select id from deliveries
    where ${FREE} and relay = $3 and channel = 'mail'
      and (digest_id = any ($4::uuid[])
        or person_id = any ($5::uuid[]) and attempts = 0 and digest_id is null and not urgent and rank < $6)
    order by digest_id is null, rank desc, made_at limit $7
    for update skip locked
  ), ${TAKE}`;

/**
 * Takes what belongs into one mail with something already taken: the rest of a mail that is sent again, and whatever
 * else waits for these persons and was never tried. Nothing urgent, and nothing of rank `below` or above. A mail that is
 * sent again is taken whole; of the others at most so many.
 */
export function claimJoined(
  tx: Tx,
  relay: string,
  workerId: string,
  leaseMs: number,
  wanted: {
    readonly digests: readonly string[];
    readonly persons: readonly string[];
    readonly below: number;
    readonly most: number;
  },
): Promise<Claimed[]> {
  return tx.prepared<Claimed & Record<string, unknown>>('delivery-join', JOIN, [
    leaseMs / 1000,
    workerId,
    relay,
    wanted.digests,
    wanted.persons,
    wanted.below,
    wanted.most + wanted.digests.length * MOST_TOGETHER,
  ]);
}

/** How much waits for each of these persons that could go as one mail; counts no further than `most`. */
export async function waitingFor(
  tx: Tx,
  relay: string,
  personIds: readonly string[],
  below: number,
  most: number,
): Promise<Map<string, number>> {
  const rows = await tx.prepared<{ person: string; n: number }>(
    'delivery-waiting',
    `select p.id as person, (select count(*)::int from (select 1 from deliveries
        where person_id = p.id and ${FREE} and relay = $2 and channel = 'mail' and attempts = 0 and digest_id is null
          and not urgent and rank < $3 limit $4) x) as n
       from unnest($1::uuid[]) as p(id)`,
    [personIds, relay, below, most],
  );
  return new Map(rows.map(({ person, n }) => [person, n]));
}

/** Writes down that these go out as one mail, so that sent again they go together again. */
export async function bindDigests(
  tx: Tx,
  pairs: readonly { readonly id: string; readonly digestId: string }[],
): Promise<void> {
  await tx.prepared(
    'delivery-bind',
    `update deliveries d set digest_id = p.digest from unnest($1::uuid[], $2::uuid[]) as p(id, digest) where d.id = p.id`,
    [pairs.map((one) => one.id), pairs.map((one) => one.digestId)],
  );
}

/** When each of these persons may next be sent a mail that could wait; locks their places, so that two workers agree. */
export async function lockPaces(tx: Tx, personIds: readonly string[]): Promise<Map<string, Date>> {
  const ids = [...new Set(personIds)].sort();
  await tx.prepared(
    'delivery-pace-make',
    `insert into mail_paces (person_id, at) select id, 'epoch' from unnest($1::uuid[]) as p(id) on conflict do nothing`,
    [ids],
  );
  const rows = await tx.prepared<{ id: string; at: Date }>(
    'delivery-pace-lock',
    `select person_id as id, at from mail_paces where person_id = any ($1::uuid[]) order by person_id for update`,
    [ids],
  );
  return new Map(rows.map(({ id, at }) => [id, at]));
}

/** A mail that could have waited goes to these persons now. */
export async function setPaces(tx: Tx, personIds: readonly string[]): Promise<void> {
  await tx.prepared('delivery-pace-set', `update mail_paces set at = $2 where person_id = any ($1::uuid[])`, [
    personIds,
    tx.now,
  ]);
}

/**
 * Where a mail could not take all that waits for these persons, the first of the rest comes with the next one: what was put
 * off far may be taken long before its time, and then nothing would ask for the mail after it.
 */
export async function bringForward(
  tx: Tx,
  relay: string,
  below: number,
  personIds: readonly string[],
  at: Date,
): Promise<void> {
  await tx.prepared(
    'delivery-bring-forward',
    `update deliveries d set next_at = $4
       from unnest($3::uuid[]) as p(id), lateral (
         select id from deliveries
          where person_id = p.id and ${FREE} and relay = $1 and not urgent and rank < $2 and channel = 'mail' and attempts = 0
            and digest_id is null
          order by rank desc, made_at, id limit 1) x
      where d.id = x.id and d.next_at > $4 and d.state = 'queued'
        and (d.lease_until is null or d.lease_until < clock_timestamp())`,
    [relay, below, personIds, at],
  );
}

/**
 * Whatever else waits for these persons and could go with it waits until then: nobody takes it up only to put it back. What is
 * more than one mail may list waits for the mails after it, so that in a storm each is put off once and not at every turn.
 * @param turn.paceMs between two mails to one person, in ms
 * @param turn.most how many one mail takes
 */
export async function postpone(
  tx: Tx,
  relay: string,
  below: number,
  until: readonly { readonly personId: string; readonly at: Date }[],
  turn: { readonly paceMs: number; readonly most: number },
): Promise<void> {
  await tx.prepared(
    'delivery-postpone',
    // What was put off already is not looked at again: in a storm that is thousands for one person.
    `with due as materialized (
       select id, person_id, row_number() over (partition by person_id order by rank desc, made_at, id) - 1 as place
         from deliveries
        where ${FREE} and relay = $1 and not urgent and rank < $2 and next_at <= $5 and channel = 'mail' and attempts = 0
          and digest_id is null)
     update deliveries d set next_at = u.at + make_interval(secs => $6::float8 * (due.place / $7::bigint))
       from due join unnest($3::uuid[], $4::timestamptz[]) as u(person, at) on u.person = due.person_id
      where d.id = due.id and d.state = 'queued' and (d.lease_until is null or d.lease_until < clock_timestamp())`,
    [
      relay,
      below,
      until.map((one) => one.personId),
      until.map((one) => one.at),
      tx.now,
      turn.paceMs / 1000,
      turn.most,
    ],
  );
}

/** Which of the relays have something due that nobody holds. */
export async function relaysWithWork(tx: Tx, relays: readonly string[]): Promise<string[]> {
  const rows = await tx.prepared<{ relay: string }>(
    'delivery-look',
    `select r.relay from unnest($1::text[]) as r(relay) where exists (
       select 1 from deliveries d where d.state = 'queued' and d.relay = r.relay and d.next_at <= $2
         and (d.lease_until is null or d.lease_until < clock_timestamp()))`,
    [relays, tx.now],
  );
  return rows.map((row) => row.relay);
}

/** Mails of relays the configuration no longer names go to the default one, which sends them on. */
export async function adoptStray(tx: Tx, known: readonly string[]): Promise<void> {
  await tx.prepared(
    'delivery-adopt',
    `update deliveries set relay = $2 where state = 'queued' and channel = 'mail' and relay <> all ($1::text[])`,
    [known, known[0]],
  );
}

/** What waits for a way that is set up no more fails, and says so. */
export async function failStray(tx: Tx, known: readonly string[]): Promise<void> {
  const rows = await tx.prepared<{ case_id: string }>(
    'delivery-stray',
    `update deliveries set state = 'failed', reason = 'no-lane', settled_at = $2, next_at = null, fence = fence + 1
     where state = 'queued' and channel <> 'mail' and relay <> all ($1::text[])
       and (lease_until is null or lease_until < clock_timestamp())
     returning case_id`,
    [known, tx.now],
  );
  await refreshFailedNotices(
    tx,
    rows.map((row) => row.case_id),
  );
}

/** Prolongs the leases still ours; returns their ids. What is missing was taken by another. */
export async function renew(
  tx: Tx,
  held: readonly { readonly id: string; readonly fence: number }[],
  leaseMs: number,
): Promise<Set<string>> {
  const rows = await tx.prepared<{ id: string }>(
    'delivery-renew',
    `update deliveries d set lease_until = clock_timestamp() + make_interval(secs => $3)
     from unnest($1::uuid[], $2::int[]) as h(id, fence)
     where d.id = h.id and d.fence = h.fence and d.state = 'queued' returning d.id`,
    [held.map((one) => one.id), held.map((one) => one.fence), leaseMs / 1000],
  );
  return new Set(rows.map((row) => row.id));
}

/** What became of a delivery. `queued` puts it back, due after `delay` ms. */
export interface Outcome {
  readonly id: string;
  readonly fence: number;
  readonly noticeId: string;
  readonly caseId: string;
  readonly state: 'queued' | 'handed-over' | 'failed' | 'withheld';
  readonly reason: string | null;
  readonly delay: number;
  readonly attempts: number;
  readonly relay: string;
  /** Persons to be told instead, by which ways. */
  readonly successors: readonly ({ readonly personId: string } & Way)[];
  /** Other ways to the same person, in the order they are tried: the first not yet taken is. */
  readonly alternates: readonly Way[];
  readonly personId: string | null;
  /** The gateway's id of what it took, by which its receipts come. */
  readonly receipt: string | null;
}

const SETTLE = `
  update deliveries d
  set state = o.state, reason = o.reason, attempts = o.attempts, relay = o.relay, lease_until = null, leased_by = null,
      next_at = case when o.state = 'queued' then $2::timestamptz + make_interval(secs => o.delay / 1000) end,
      handed_over_at = case when o.state = 'handed-over' then $2::timestamptz end,
      settled_at = case when o.state <> 'queued' then $2::timestamptz end
  from jsonb_to_recordset($1::jsonb)
    as o(id uuid, fence int, state text, reason text, delay float8, attempts int, relay text)
  where d.id = o.id and d.fence = o.fence and d.state = 'queued'
  returning d.id, case when o.state = 'handed-over' and d.channel = 'mail' and not d.urgent then d.person_id end as mailed`;

// Whoever was to be mailed lately has the mail only now, and his half minute begins with it (LOAD-4). What seems to have
// gone later was set while the clock was wrong, or is of a mail that went after this one.
const ARRIVED = `
  update mail_paces p set at = $2::timestamptz from (
    select person_id from mail_paces
    where person_id = any ($1::uuid[]) and at between $2::timestamptz - interval '1 minute' and $2::timestamptz
    order by person_id for update
  ) one where p.person_id = one.person_id`;

const SUCCEED = `
  insert into deliveries (id, notice_id, case_id, channel, person_id, relay, state, urgent, rank, made_at, next_at)
  select gen_random_uuid(), n.id, n.case_id, s.channel, s.person, s.relay, 'queued', n.urgent, n.rank, $2, $2
  from jsonb_to_recordset($1::jsonb) as s(notice uuid, person uuid, channel text, relay text)
  join notices n on n.id = s.notice
  where not exists (select 1 from deliveries d where d.notice_id = n.id and d.person_id = s.person
    and d.channel = s.channel and (d.channel = 'mail' or d.relay = s.relay))`;

// The first way not yet tried for the same notice and person (FLT-7).
const ALTERNATE = `
  insert into deliveries (id, notice_id, case_id, channel, person_id, relay, state, urgent, rank, made_at, next_at, rung)
  select gen_random_uuid(), n.id, n.case_id, s.channel, s.person, s.relay, 'queued', n.urgent, n.rank, $2, $2,
    (select max(d.rung) from deliveries d where d.notice_id = n.id and d.person_id = s.person)
  from (
    select distinct on (a.notice, a.person) a.* from jsonb_to_recordset($1::jsonb)
      as a(notice uuid, person uuid, channel text, relay text, place int)
    where not exists (select 1 from deliveries d where d.notice_id = a.notice and d.person_id = a.person
      and d.channel = a.channel and (d.channel = 'mail' or d.relay = a.relay))
      -- One that is already under way, or got through, is enough.
      and not exists (select 1 from deliveries d where d.notice_id = a.notice and d.person_id = a.person
        and d.channel <> 'mail' and d.state in ('queued', 'handed-over') and d.reason is null)
    order by a.notice, a.person, a.place
  ) s join notices n on n.id = s.notice and n.closed_at is null and n.acknowledged_at is null
  returning id`;

const RECEIPTS = `
  insert into sms_parts (lane, message_id, delivery_id, made_at)
  select r.lane, r.message, r.delivery, $2 from jsonb_to_recordset($1::jsonb) as r(lane text, message text, delivery uuid)
  on conflict (lane, message_id) do update set delivery_id = excluded.delivery_id, made_at = excluded.made_at`;

/**
 * Writes what became of deliveries whose fence is still ours, adds deliveries for successors, and raises what failed in
 * the desk's queue. Returns the ids that were accepted; the rest were too late (INV-10).
 */
export async function settle(tx: Tx, outcomes: readonly Outcome[]): Promise<Set<string>> {
  // What is withheld can leave a notice with nothing but failures, and its successors give it hope again.
  const failing = outcomes.filter((one) => one.state === 'failed' || one.state === 'withheld');
  const changing = outcomes.filter((one) => one.successors.length + one.alternates.length > 0);
  // Locks in the order of the write path: cases, notices, deliveries.
  if (failing.length > 0) await lockRows(tx, 'cases', [...new Set(failing.map((one) => one.caseId))]);
  // Two former holders of one post must not both call the new one.
  if (changing.length > 0) await lockRows(tx, 'notices', [...new Set(changing.map((one) => one.noticeId))]);
  const rows = await tx.prepared<{ id: string; mailed: string | null }>('delivery-settle', SETTLE, [
    JSON.stringify(outcomes),
    tx.now,
  ]);
  const accepted = new Set(rows.map((row) => row.id));
  const mailed = new Set(rows.flatMap((row) => row.mailed ?? []));
  if (mailed.size > 0) await tx.prepared('delivery-arrived', ARRIVED, [[...mailed], tx.now]);
  const taken = outcomes.filter((one) => accepted.has(one.id));
  const successors = new Map(
    taken
      .flatMap((one) =>
        one.successors.map(({ personId, channel, lane }) => ({
          notice: one.noticeId,
          person: personId,
          channel,
          relay: lane,
        })),
      )
      .map((one) => [`${one.notice} ${one.person} ${one.channel} ${one.relay}`, one]),
  );
  if (successors.size > 0) {
    await tx.prepared('delivery-succeed', SUCCEED, [JSON.stringify([...successors.values()]), tx.now]);
  }
  const alternates = taken.flatMap((one) =>
    one.alternates.map(({ channel, lane }, place) => ({
      notice: one.noticeId,
      person: one.personId,
      channel,
      relay: lane,
      place,
    })),
  );
  if (alternates.length > 0)
    await tx.prepared('delivery-alternate', ALTERNATE, [JSON.stringify(alternates), tx.now]);
  const receipts = taken
    .filter((one) => one.receipt !== null)
    .map((one) => ({ lane: one.relay, message: one.receipt, delivery: one.id }));
  if (receipts.length > 0)
    await tx.prepared('delivery-receipts', RECEIPTS, [JSON.stringify(receipts), tx.now]);
  await refreshFailedNotices(
    tx,
    failing.filter((one) => accepted.has(one.id)).map((one) => one.caseId),
  );
  return accepted;
}

async function lockRows(tx: Tx, table: 'cases' | 'notices', ids: readonly string[]): Promise<void> {
  await tx.prepared(
    `delivery-lock-${table}`,
    `select 1 from ${table} where id = any ($1::uuid[]) order by id for update`,
    [ids],
  );
}

/**
 * Counts, for each case, the open notices that reached nobody (only failed deliveries, not opened, not acknowledged);
 * when there are more than before the case rises in the desk's queue at once. The write path calls it too, after a
 * confirmation by telephone or a closing.
 */
export async function refreshFailedNotices(tx: Tx, caseIds: readonly string[]): Promise<void> {
  if (caseIds.length === 0) return;
  await tx.prepared(
    'delivery-refresh-failed',
    `update cases c
     set failed_notices = x.failed,
         attention_at = case when x.failed > c.failed_notices then $2::timestamptz else c.attention_at end
     from (
       select k.id, (
         select count(*)::int from notices n
         where n.case_id = k.id and n.closed_at is null and n.acknowledged_at is null and n.opened_at is null
           and exists (select 1 from deliveries d where d.notice_id = n.id and d.state = 'failed')
           and not exists (select 1 from deliveries d where d.notice_id = n.id and d.state in ('queued', 'handed-over'))
       ) as failed
       from unnest($1::uuid[]) as k(id)
     ) x
     where c.id = x.id and c.failed_notices <> x.failed`,
    [[...new Set(caseIds)].sort(), tx.now],
  );
}

/** Ends what has waited too long without anybody trying, as when a relay was gone for a day. */
export async function expire(tx: Tx, madeBefore: Date): Promise<number> {
  const rows = await tx.prepared<{ case_id: string }>(
    'delivery-expire',
    `update deliveries set state = 'failed', reason = 'expired', settled_at = $2, next_at = null, fence = fence + 1
     where id in (
       select id from deliveries where state = 'queued' and made_at < $1
         and (lease_until is null or lease_until < clock_timestamp())
       limit 500 for update skip locked)
     returning case_id`,
    [madeBefore, tx.now],
  );
  await refreshFailedNotices(
    tx,
    rows.map((row) => row.case_id),
  );
  return rows.length;
}

/** Says that a worker lives, and forgets those that have long been silent. */
export async function beat(tx: Tx, workerId: string): Promise<void> {
  await tx.prepared(
    'delivery-beat',
    `insert into workers (id, beat_at) values ($1, clock_timestamp())
     on conflict (id) do update set beat_at = excluded.beat_at`,
    [workerId],
  );
  await tx.prepared(
    'delivery-forget',
    `delete from workers where beat_at < clock_timestamp() - interval '1 day'`,
    [],
  );
}

/** True while some worker, of this process or another, is at work on deliveries. */
export async function isWorked(tx: Tx): Promise<boolean> {
  const rows = await tx.prepared(
    'delivery-worked',
    // A beat still to come was written while the clock was wrong, and says nothing (FLT-9).
    `select 1 from workers where beat_at between clock_timestamp() - interval '20 seconds'
       and clock_timestamp() + interval '20 seconds' limit 1`,
    [],
  );
  return rows.length > 0;
}

// ── receipts ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Notes that a gateway's message arrived. False when it is not (yet) known. */
export async function noteReceived(tx: Tx, lane: string, messageId: string): Promise<boolean> {
  const rows = await tx.prepared(
    'delivery-received',
    `update deliveries d set received_at = coalesce(d.received_at, $3)
     from sms_parts p where p.lane = $1 and p.message_id = $2 and d.id = p.delivery_id returning d.id`,
    [lane, messageId, tx.now],
  );
  return rows.length > 0;
}

interface Lost extends Record<string, unknown> {
  readonly id: string;
  readonly noticeId: string;
  readonly caseId: string;
  readonly personId: string | null;
  readonly urgent: boolean;
  readonly rank: number;
  readonly packHash: string;
}

type AlternatesOf = (row: Lost) => Promise<readonly Way[]>;

const LOST = `select d.id, d.notice_id as "noticeId", d.case_id as "caseId", d.person_id as "personId", d.urgent, d.rank,
  c.pack_hash as "packHash" from deliveries d join cases c on c.id = d.case_id`;

/** What a gateway took and could not bring has failed after all. False when it is not (yet) known. */
export async function failReceived(
  tx: Tx,
  lane: string,
  messageId: string,
  alternatesOf: AlternatesOf,
): Promise<boolean> {
  const [lost] = await tx.prepared<Lost>(
    'delivery-lost-part',
    `${LOST} join sms_parts p on p.delivery_id = d.id where p.lane = $1 and p.message_id = $2`,
    [lane, messageId],
  );
  if (lost) await failAfterAll(tx, lost, 'undelivered', alternatesOf);
  return lost !== undefined;
}

/** A mail that was taken came back: the delivery of this id, or all that went in the mail of this id, failed after all. */
export async function failBounced(tx: Tx, id: string, alternatesOf: AlternatesOf): Promise<void> {
  const lost = await tx.prepared<Lost>(
    'delivery-lost-mail',
    `${LOST} where d.channel = 'mail' and (d.id = $1 and d.digest_id is null or d.digest_id = $1)
     order by d.case_id, d.notice_id`,
    [id],
  );
  for (const one of lost) await failAfterAll(tx, one, 'bounced', alternatesOf);
}

async function failAfterAll(tx: Tx, lost: Lost, reason: Reason, alternatesOf: AlternatesOf): Promise<void> {
  await lockRows(tx, 'cases', [lost.caseId]);
  await lockRows(tx, 'notices', [lost.noticeId]);
  const failed = await tx.prepared(
    'delivery-undelivered',
    `update deliveries set state = 'failed', reason = $3, settled_at = $2
     where id = $1 and state = 'handed-over' and received_at is null returning id`,
    [lost.id, tx.now, reason],
  );
  if (failed.length === 0) return;
  const alternates = (await alternatesOf(lost)).map(({ channel, lane: relay }, place) => ({
    notice: lost.noticeId,
    person: lost.personId,
    channel,
    relay,
    place,
  }));
  if (alternates.length > 0)
    await tx.prepared('delivery-alternate', ALTERNATE, [JSON.stringify(alternates), tx.now]);
  await refreshFailedNotices(tx, [lost.caseId]);
}
