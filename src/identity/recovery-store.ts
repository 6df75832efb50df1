/** The SQL of one-time links to enrol by, and of recoveries that wait for a second administrator. The system's keys. */
import type { Role } from '../mechanism/vocabulary.ts';
import type { Tx } from '../platform/transaction.ts';

export interface EnrolmentLink {
  readonly personId: string;
  readonly kind: 'invitation' | 'recovery';
  readonly expiresAt: Date;
  readonly totpSecret: string | null;
}

/** Makes a link; older ones of the person are void. */
export async function insertEnrolmentLink(
  tx: Tx,
  link: {
    readonly tokenHash: Buffer;
    readonly personId: string;
    readonly kind: EnrolmentLink['kind'];
    readonly madeBy: string | null;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await voidEnrolmentLinks(tx, link.personId);
  await tx.prepared(
    'enrolment-link-insert',
    `insert into enrolment_links (token_hash, person_id, kind, made_by, made_at, expires_at) values ($1, $2, $3, $4, $5, $6)`,
    [link.tokenHash, link.personId, link.kind, link.madeBy, tx.now, link.expiresAt],
  );
}

export async function voidEnrolmentLinks(tx: Tx, personId: string): Promise<void> {
  await tx.prepared(
    'enrolment-link-void',
    'update enrolment_links set used_at = $2 where person_id = $1 and used_at is null',
    [personId, tx.now],
  );
}

/** A link that is still good. */
export async function enrolmentLink(tx: Tx, tokenHash: Buffer): Promise<EnrolmentLink | undefined> {
  const rows = await tx.prepared<EnrolmentLink & object>(
    'enrolment-link-of',
    `select person_id as "personId", kind, expires_at as "expiresAt", totp_secret as "totpSecret" from enrolment_links
      where token_hash = $1 and used_at is null and expires_at > $2`,
    [tokenHash, tx.now],
  );
  return rows[0];
}

export async function keepLinkSecret(tx: Tx, tokenHash: Buffer, secret: string): Promise<void> {
  await tx.prepared(
    'enrolment-link-secret',
    'update enrolment_links set totp_secret = $2 where token_hash = $1',
    [tokenHash, secret],
  );
}

/** Uses the link up, and forgets its secret; none when it was used or is too old, also for the slower of two at once. */
export async function takeEnrolmentLink(tx: Tx, tokenHash: Buffer): Promise<EnrolmentLink | undefined> {
  const link = await enrolmentLink(tx, tokenHash);
  const rows = await tx.prepared(
    'enrolment-link-take',
    `update enrolment_links set used_at = $2, totp_secret = null
      where token_hash = $1 and used_at is null and expires_at > $2 returning token_hash`,
    [tokenHash, tx.now],
  );
  return rows.length > 0 ? link : undefined;
}

export interface RecoveryRow {
  readonly id: string;
  readonly personId: string;
  readonly askedBy: string | null;
  readonly reason: string;
  readonly askedAt: Date;
  readonly expiresAt: Date;
  readonly state: 'waiting' | 'approved' | 'refused';
}

const RECOVERY = `select id, person_id as "personId", asked_by as "askedBy", reason, asked_at as "askedAt",
  expires_at as "expiresAt", state from recoveries`;

export async function insertRecovery(tx: Tx, row: Omit<RecoveryRow, 'askedAt'>): Promise<void> {
  await tx.prepared(
    'recovery-insert',
    `insert into recoveries (id, person_id, asked_by, reason, asked_at, expires_at, state) values ($1, $2, $3, $4, $5, $6, $7)`,
    [row.id, row.personId, row.askedBy, row.reason, tx.now, row.expiresAt, row.state],
  );
}

/** When the person's recoveries since `since` were asked, the newest first. One asks at a time until this ends. */
export async function recoveriesSince(tx: Tx, personId: string, since: Date): Promise<Date[]> {
  await tx.prepared('recovery-lock', 'select pg_advisory_xact_lock(hashtextextended($1, 11))', [personId]);
  const rows = await tx.prepared<{ at: Date }>(
    'recoveries-since',
    'select asked_at as at from recoveries where person_id = $1 and asked_at > $2 order by asked_at desc',
    [personId, since],
  );
  return rows.map((row) => row.at);
}

/** Recoveries that wait for a second administrator, the oldest first. */
export function waitingRecoveries(tx: Tx): Promise<RecoveryRow[]> {
  return tx.prepared<RecoveryRow & object>(
    'recoveries-waiting',
    `${RECOVERY} where state = 'waiting' and expires_at > $1 order by asked_at, id`,
    [tx.now],
  );
}

export async function recoveryById(tx: Tx, id: string): Promise<RecoveryRow | undefined> {
  return (await tx.prepared<RecoveryRow & object>('recovery-by-id', `${RECOVERY} where id = $1`, [id]))[0];
}

/** Settles a recovery that waits; false when another did, when it has run out, and when the asker would approve it. */
export async function settleRecovery(
  tx: Tx,
  id: string,
  by: string,
  state: 'approved' | 'refused',
): Promise<boolean> {
  const rows = await tx.prepared(
    'recovery-settle',
    `update recoveries set state = $3, settled_by = $2, settled_at = $4
      where id = $1 and state = 'waiting' and expires_at > $4 and ($3 = 'refused' or asked_by <> $2::uuid) returning id`,
    [id, by, state, tx.now],
  );
  return rows.length > 0;
}

/** A holding counts this long after it ended: nobody takes a post away, resets the person's keys, and gives it back. */
const AFTER = '30 days';
/** Whoever settles must have held his post this long: nobody makes himself a second administrator for the occasion. */
const SEASON = '7 days';

/**
 * The posts a person holds, will hold, or held within 30 days, ended posts too, with every role and group the post ever
 * had. What was done lately to a holding counts by when it was done: its dates can be written back, the record cannot.
 */
export function guardedBy(tx: Tx, personId: string): Promise<{ role: Role; groupCode: string | null }[]> {
  return tx.prepared<{ role: Role; groupCode: string | null }>(
    'recovery-guarded-by',
    `with held as (
       select distinct h.post_id as id from holdings h where h.person_id = $1 and (h.held_to is null
         or h.held_to > $2::timestamptz - interval '${AFTER}' or exists (select 1 from facts f
           where f.stream_id = h.id and f.kind = 'holding-saved' and f.at > $2::timestamptz - interval '${AFTER}')))
     select p.role, p.group_code as "groupCode" from posts p join held on held.id = p.id
     union
     select coalesce(f.data ->> 'role', p.role), coalesce(f.data ->> 'group_code', p.group_code) from posts p
       join held on held.id = p.id join facts f on f.stream_id = p.id and f.kind = 'post-saved'`,
    [personId, tx.now],
  );
}

/**
 * Those of the posts somebody holds by which he may agree to a recovery asked at `askedAt`: held since before it and for
 * seven days, as the record has it, the post being since then what it is, and not given to him by `giver`.
 */
export async function seasonedPosts(
  tx: Tx,
  personId: string,
  askedAt: Date,
  giver: string | null,
): Promise<ReadonlySet<string>> {
  const rows = await tx.prepared<{ id: string }>(
    'recovery-seasoned',
    `with since as (select least($3::timestamptz, $2::timestamptz - interval '${SEASON}') as at)
     select h.post_id as id from holdings h, since s where h.person_id = $1 and h.held_from <= s.at
       and (h.held_to is null or h.held_to > $2)
       and not exists (select 1 from facts f where f.stream_id = h.id and f.kind = 'holding-saved'
         and f.data -> 'fields' ? 'held_from' and (f.at > s.at or f.person_id = $4::uuid))
       and not exists (select 1 from facts f where f.stream_id = h.post_id and f.kind = 'post-saved' and f.at > s.at
         and f.data -> 'fields' ?| array['role', 'group_code', 'organisation_id'])`,
    [personId, tx.now, askedAt, giver],
  );
  return new Set(rows.map((row) => row.id));
}

/** Who gave a person his account, or the start of a new one, within the same 30 days: he may have kept the link. */
export async function makersOf(tx: Tx, personId: string): Promise<ReadonlySet<string>> {
  const rows = await tx.prepared<{ id: string }>(
    'recovery-makers',
    `select distinct person_id as id from facts where stream = 'identity' and stream_id = $1 and person_id is not null
       and kind in ('account-created', 'account-renewed', 'account-recovered')
       and at > $2::timestamptz - interval '${AFTER}'`,
    [personId, tx.now],
  );
  return new Set(rows.map((row) => row.id));
}

/** Ends every recovery that waits for a person, or that he asked for: his account was shut. */
export async function settleRecoveriesOf(tx: Tx, personId: string): Promise<void> {
  await tx.prepared(
    'recovery-settle-of',
    `update recoveries set state = 'refused', settled_by = $2, settled_at = $3
      where state = 'waiting' and (person_id = $1 or asked_by = $1)`,
    [personId, tx.actor.personId, tx.now],
  );
}
