/** The SQL of what people sign in by: passkeys, one-time codes, providers, and what is good once. The system's keys. */
import type { Tx } from '../platform/transaction.ts';
import type { Method, SIGN_IN_EVENTS } from './contract.ts';
import type { Factors } from './factor-rules.ts';

/** What the account has, in one look. Providers count while they are set up here. */
export async function factorsOf(tx: Tx, personId: string, issuers: readonly string[]): Promise<Factors> {
  const rows = await tx.prepared<Factors & object>(
    'factors-of',
    `select coalesce((select password_hash <> '' from accounts where person_id = $1), false) as password,
            (select count(*)::int from passkeys where person_id = $1) as passkeys,
            exists (select 1 from totp_factors where person_id = $1 and confirmed_at is not null) as totp,
            (select count(*)::int from oidc_links where person_id = $1 and issuer = any ($2)) as oidc`,
    [personId, issuers],
  );
  return rows[0]!;
}

// ── passkeys ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface PasskeyRow {
  readonly id: string;
  readonly personId: string;
  readonly credentialId: Buffer;
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly transports: string[];
  readonly name: string;
  readonly synced: boolean;
  readonly createdAt: Date;
  readonly usedAt: Date | null;
}

const PASSKEY = `select id, person_id as "personId", credential_id as "credentialId", public_key as "publicKey", counter,
  transports, name, synced, created_at as "createdAt", used_at as "usedAt" from passkeys`;

export function passkeysOf(tx: Tx, personId: string): Promise<PasskeyRow[]> {
  return tx.prepared<PasskeyRow & object>(
    'passkeys-of',
    `${PASSKEY} where person_id = $1 order by created_at, id`,
    [personId],
  );
}

export async function passkeyByCredential(tx: Tx, credentialId: Buffer): Promise<PasskeyRow | undefined> {
  const rows = await tx.prepared<PasskeyRow & object>(
    'passkey-by-credential',
    `${PASSKEY} where credential_id = $1`,
    [credentialId],
  );
  return rows[0];
}

/** Stores a new key; false when somebody has it already. */
export async function insertPasskey(tx: Tx, key: Omit<PasskeyRow, 'createdAt' | 'usedAt'>): Promise<boolean> {
  const rows = await tx.prepared(
    'passkey-insert',
    `insert into passkeys (id, person_id, credential_id, public_key, counter, transports, name, synced, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (credential_id) do nothing returning id`,
    [
      key.id,
      key.personId,
      key.credentialId,
      key.publicKey,
      key.counter,
      key.transports,
      key.name,
      key.synced,
      tx.now,
    ],
  );
  return rows.length > 0;
}

/** Notes a use; false when the key's counter did not move on: a copy of it is about. Keys that do not count stay at 0. */
export async function notePasskeyUse(tx: Tx, id: string, counter: number, synced: boolean): Promise<boolean> {
  const rows = await tx.prepared(
    'passkey-use',
    `update passkeys set counter = $2, synced = $3, used_at = $4
      where id = $1 and (counter < $2 or counter = 0 and $2 = 0) returning id`,
    [id, counter, synced, tx.now],
  );
  return rows.length > 0;
}

export async function renamePasskey(tx: Tx, personId: string, id: string, name: string): Promise<boolean> {
  const rows = await tx.prepared(
    'passkey-rename',
    'update passkeys set name = $3 where person_id = $1 and id = $2 returning id',
    [personId, id, name],
  );
  return rows.length > 0;
}

export async function deletePasskey(tx: Tx, personId: string, id: string): Promise<boolean> {
  const rows = await tx.prepared(
    'passkey-delete',
    'delete from passkeys where person_id = $1 and id = $2 returning id',
    [personId, id],
  );
  return rows.length > 0;
}

// ── challenges ───────────────────────────────────────────────────────────────────────────────────────────────

export type ChallengePurpose = 'sign-in' | 'step-up' | 'enrol';

export async function insertChallenge(
  tx: Tx,
  row: {
    readonly hash: Buffer;
    readonly purpose: ChallengePurpose;
    readonly boundTo: Buffer | null;
    readonly subject: string | null;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await tx.prepared(
    'challenge-insert',
    `insert into passkey_challenges (hash, purpose, bound_to, subject, expires_at) values ($1, $2, $3, $4, $5)`,
    [row.hash, row.purpose, row.boundTo, row.subject, row.expiresAt],
  );
}

/** Forgets the oldest challenges of a stranger's address, so that `keep` are left. */
export async function forgetChallenges(tx: Tx, subject: string, keep: number): Promise<void> {
  await tx.prepared(
    'challenge-forget',
    `delete from passkey_challenges where hash in
       (select hash from passkey_challenges where subject = $1 order by expires_at desc, hash offset $2)`,
    [subject, keep],
  );
}

/** Uses a challenge up; false when it is not one of ours for this purpose and session, is too old, or was used. */
export async function takeChallenge(
  tx: Tx,
  hash: Buffer,
  purpose: ChallengePurpose,
  boundTo: Buffer | null,
): Promise<boolean> {
  const rows = await tx.prepared(
    'challenge-take',
    `delete from passkey_challenges where hash = $1 and purpose = $2 and bound_to is not distinct from $3::bytea
       and expires_at > $4 returning hash`,
    [hash, purpose, boundTo, tx.now],
  );
  return rows.length > 0;
}

// ── one-time codes ───────────────────────────────────────────────────────────────────────────────────────────

export interface TotpRow {
  readonly secret: string;
  readonly confirmedAt: Date | null;
  readonly lastStep: number;
  readonly failures: number;
  readonly lockedUntil: Date | null;
}

/** The factor, locked until the transaction ends: parallel codes are looked at one after the other (AUTH-3). */
export async function lockTotp(tx: Tx, personId: string): Promise<TotpRow | undefined> {
  const rows = await tx.prepared<TotpRow & object>(
    'totp-lock',
    `select secret, confirmed_at as "confirmedAt", last_step as "lastStep", failures, locked_until as "lockedUntil"
       from totp_factors where person_id = $1 for update`,
    [personId],
  );
  return rows[0];
}

export async function totpOf(tx: Tx, personId: string): Promise<TotpRow | undefined> {
  const rows = await tx.prepared<TotpRow & object>(
    'totp-of',
    `select secret, confirmed_at as "confirmedAt", last_step as "lastStep", failures, locked_until as "lockedUntil"
       from totp_factors where person_id = $1`,
    [personId],
  );
  return rows[0];
}

/** Keeps a new secret that is not yet in force; one in force is not touched (false). */
export async function beginTotp(tx: Tx, personId: string, secret: string): Promise<boolean> {
  const rows = await tx.prepared(
    'totp-begin',
    `insert into totp_factors (person_id, secret, made_at) values ($1, $2, $3)
     on conflict (person_id) do update set secret = excluded.secret, made_at = excluded.made_at, last_step = 0,
       failures = 0, locked_until = null where totp_factors.confirmed_at is null returning person_id`,
    [personId, secret, tx.now],
  );
  return rows.length > 0;
}

/** Takes a code's half minute, once: false when it, or a later one, was taken. `confirm` puts the secret in force. */
export async function takeStep(tx: Tx, personId: string, step: number, confirm = false): Promise<boolean> {
  const rows = await tx.prepared(
    'totp-take',
    `update totp_factors set last_step = $2, failures = 0, locked_until = null,
            confirmed_at = case when $4 then $3 else confirmed_at end
      where person_id = $1 and last_step < $2 returning person_id`,
    [personId, step, tx.now, confirm],
  );
  return rows.length > 0;
}

/** Counts a wrong code; with `lockedUntil` the factor rests and the count begins anew. */
export async function countWrongCode(tx: Tx, personId: string, lockedUntil: Date | null): Promise<void> {
  await tx.prepared(
    'totp-wrong',
    `update totp_factors set failures = case when $2::timestamptz is null then failures + 1 else 0 end,
            locked_until = coalesce($2, locked_until) where person_id = $1`,
    [personId, lockedUntil],
  );
}

export async function deleteTotp(tx: Tx, personId: string): Promise<boolean> {
  const rows = await tx.prepared(
    'totp-delete',
    'delete from totp_factors where person_id = $1 and confirmed_at is not null returning person_id',
    [personId],
  );
  return rows.length > 0;
}

export async function insertTicket(
  tx: Tx,
  tokenHash: Buffer,
  personId: string,
  expiresAt: Date,
): Promise<void> {
  await tx.prepared(
    'ticket-insert',
    'insert into sign_in_tickets (token_hash, person_id, expires_at) values ($1, $2, $3)',
    [tokenHash, personId, expiresAt],
  );
}

export async function ticketHolder(tx: Tx, tokenHash: Buffer): Promise<string | undefined> {
  const rows = await tx.prepared<{ personId: string }>(
    'ticket-of',
    'select person_id as "personId" from sign_in_tickets where token_hash = $1 and expires_at > $2',
    [tokenHash, tx.now],
  );
  return rows[0]?.personId;
}

/** Uses the ticket up; false for the slower of two at once. */
export async function takeTicket(tx: Tx, tokenHash: Buffer): Promise<boolean> {
  const rows = await tx.prepared(
    'ticket-take',
    'delete from sign_in_tickets where token_hash = $1 returning token_hash',
    [tokenHash],
  );
  return rows.length > 0;
}

// ── providers ────────────────────────────────────────────────────────────────────────────────────────────────

export interface OidcLinkRow {
  readonly id: string;
  readonly personId: string;
  readonly issuer: string;
  readonly label: string;
  readonly linkedAt: Date;
  readonly usedAt: Date | null;
}

const OIDC_LINK = `select id, person_id as "personId", issuer, label, linked_at as "linkedAt", used_at as "usedAt" from oidc_links`;

export function oidcLinksOf(tx: Tx, personId: string): Promise<OidcLinkRow[]> {
  return tx.prepared<OidcLinkRow & object>(
    'oidc-links-of',
    `${OIDC_LINK} where person_id = $1 order by linked_at`,
    [personId],
  );
}

export async function oidcLinkOf(tx: Tx, issuer: string, subject: string): Promise<OidcLinkRow | undefined> {
  const rows = await tx.prepared<OidcLinkRow & object>(
    'oidc-link-of',
    `${OIDC_LINK} where issuer = $1 and subject = $2`,
    [issuer, subject],
  );
  return rows[0];
}

/** Links an identity; false when it is somebody's already. */
export async function insertOidcLink(
  tx: Tx,
  link: {
    readonly id: string;
    readonly personId: string;
    readonly issuer: string;
    readonly subject: string;
    readonly label: string;
  },
): Promise<boolean> {
  const rows = await tx.prepared(
    'oidc-link-insert',
    `insert into oidc_links (id, person_id, issuer, subject, label, linked_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (issuer, subject) do nothing returning id`,
    [link.id, link.personId, link.issuer, link.subject, link.label, tx.now],
  );
  return rows.length > 0;
}

export async function noteOidcUse(tx: Tx, id: string): Promise<void> {
  await tx.prepared('oidc-link-use', 'update oidc_links set used_at = $2 where id = $1', [id, tx.now]);
}

export async function deleteOidcLink(tx: Tx, personId: string, id: string): Promise<boolean> {
  const rows = await tx.prepared(
    'oidc-link-delete',
    'delete from oidc_links where person_id = $1 and id = $2 returning id',
    [personId, id],
  );
  return rows.length > 0;
}

export interface OidcFlow {
  readonly browserHash: Buffer;
  readonly provider: string;
  readonly purpose: 'sign-in' | 'step-up' | 'link' | 'enrol';
  readonly nonce: string;
  readonly verifier: string;
  readonly personId: string | null;
  readonly boundTo: Buffer | null;
  readonly next: string;
}

export async function insertFlow(tx: Tx, stateHash: Buffer, flow: OidcFlow, expiresAt: Date): Promise<void> {
  await tx.prepared(
    'oidc-flow-insert',
    `insert into oidc_flows (state_hash, browser_hash, provider, purpose, nonce, verifier, person_id, bound_to, next, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      stateHash,
      flow.browserHash,
      flow.provider,
      flow.purpose,
      flow.nonce,
      flow.verifier,
      flow.personId,
      flow.boundTo,
      flow.next,
      expiresAt,
    ],
  );
}

/** Uses a flow up, whatever comes of it; none when it is not this browser's, too old, or was used. */
export async function takeFlow(
  tx: Tx,
  stateHash: Buffer,
  browserHash: Buffer,
): Promise<OidcFlow | undefined> {
  const rows = await tx.prepared<OidcFlow & object>(
    'oidc-flow-take',
    `delete from oidc_flows where state_hash = $1 and browser_hash = $2 and expires_at > $3
     returning browser_hash as "browserHash", provider, purpose, nonce, verifier, person_id as "personId",
               bound_to as "boundTo", next`,
    [stateHash, browserHash, tx.now],
  );
  return rows[0];
}

// ── what happened ────────────────────────────────────────────────────────────────────────────────────────────

export type SignInEvent = (typeof SIGN_IN_EVENTS)[number];

export interface EventRow {
  readonly at: Date;
  readonly kind: SignInEvent;
  readonly how: Method | null;
  readonly agent: string;
  readonly byOther: boolean;
}

/** Notes what happened to an account; of nobody when the name is nobody's, so that the work is the same (AUTH-2). */
export async function note(
  tx: Tx,
  personId: string | null,
  kind: SignInEvent,
  more: {
    readonly how?: Method;
    readonly agent?: string;
    readonly byOther?: boolean;
    readonly network?: string;
  } = {},
): Promise<void> {
  await tx.prepared(
    'event-insert',
    'insert into sign_in_events (person_id, at, kind, how, agent, by_other, network) values ($1, $2, $3, $4, $5, $6, $7)',
    [personId, tx.now, kind, more.how ?? null, more.agent ?? '', more.byOther ?? false, more.network ?? null],
  );
}

/** True when the person has signed in from this network (its hash) since then. */
export async function hasSignedInFrom(
  tx: Tx,
  personId: string,
  network: string,
  since: Date,
): Promise<boolean> {
  const rows = await tx.prepared(
    'event-network',
    `select 1 as found from sign_in_events where person_id = $1 and at > $3 and kind = 'signed-in' and network = $2 limit 1`,
    [personId, network, since],
  );
  return rows.length > 0;
}

/** The newest things that happened to an account, as its holder may read them. */
export function eventsOf(tx: Tx, personId: string, limit: number): Promise<EventRow[]> {
  return tx.prepared<EventRow & object>(
    'events-of',
    `select at, kind, how, agent, by_other as "byOther" from sign_in_events where person_id = $1
      order by at desc, id desc limit $2`,
    [personId, limit],
  );
}

/** Takes away everything an account could be opened by, the password apart. */
export async function deleteFactors(tx: Tx, personId: string): Promise<void> {
  for (const table of ['passkeys', 'totp_factors', 'oidc_links', 'sign_in_tickets'] as const) {
    await tx.prepared(`factors-delete-${table}`, `delete from ${table} where person_id = $1`, [personId]);
  }
}

/** Removes what is no longer good, and events older than `eventsBefore`. */
export async function sweepFactors(tx: Tx, eventsBefore: Date): Promise<void> {
  for (const table of ['oidc_flows', 'passkey_challenges', 'sign_in_tickets'] as const) {
    await tx.prepared(`sweep-${table}`, `delete from ${table} where expires_at < $1`, [tx.now]);
  }
  await tx.prepared('sweep-events', 'delete from sign_in_events where at < $1', [eventsBefore]);
}
