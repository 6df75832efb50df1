/** The SQL of identity: accounts, sessions, attempts, one-time links. All under the system's keys. */
import type { Tx } from '../platform/transaction.ts';

export interface Account {
  readonly personId: string;
  readonly login: string;
  readonly passwordHash: string;
  readonly disabled: boolean;
}

const ACCOUNT = `select person_id as "personId", login, password_hash as "passwordHash",
  disabled_at is not null as disabled from accounts`;

export async function accountByLogin(tx: Tx, login: string): Promise<Account | undefined> {
  return (await tx.prepared<Account & object>('account-by-login', `${ACCOUNT} where login = $1`, [login]))[0];
}

export async function accountOf(tx: Tx, personId: string): Promise<Account | undefined> {
  return (
    await tx.prepared<Account & object>('account-of', `${ACCOUNT} where person_id = $1`, [personId])
  )[0];
}

export async function hasAccounts(tx: Tx): Promise<boolean> {
  const rows = await tx.prepared<{ some: boolean }>(
    'accounts-some',
    'select exists (select 1 from accounts) as some',
    [],
  );
  return rows[0]?.some === true;
}

/** Makes the account or gives it another login; a new one has no password yet and cannot sign in. */
export async function putAccount(tx: Tx, personId: string, login: string): Promise<void> {
  await tx.prepared(
    'account-put',
    `insert into accounts (person_id, login, password_hash, created_at) values ($1, $2, '', $3)
     on conflict (person_id) do update set login = excluded.login, disabled_at = null`,
    [personId, login, tx.now],
  );
}

export async function setPasswordHash(tx: Tx, personId: string, passwordHash: string): Promise<void> {
  await tx.prepared('account-password', 'update accounts set password_hash = $2 where person_id = $1', [
    personId,
    passwordHash,
  ]);
}

export async function markDisabled(tx: Tx, personId: string): Promise<boolean> {
  const rows = await tx.prepared(
    'account-disable',
    'update accounts set disabled_at = $2 where person_id = $1 and disabled_at is null returning person_id',
    [personId, tx.now],
  );
  return rows.length > 0;
}

export interface SessionRow {
  readonly personId: string;
  readonly seenAt: Date;
  readonly expiresAt: Date;
}

/** The session of a token's hash, if its account is not disabled; whether it has ended is the caller's to judge. */
export async function sessionByHash(tx: Tx, tokenHash: Buffer): Promise<SessionRow | undefined> {
  return (await sessionsByHashes(tx, [tokenHash])).get(tokenHash.toString('base64'));
}

/** As {@link sessionByHash} for many at once, by the hash in base64: open streams ask for all their readers together. */
export async function sessionsByHashes(
  tx: Tx,
  tokenHashes: readonly Buffer[],
): Promise<Map<string, SessionRow>> {
  const rows = await tx.prepared<SessionRow & { tokenHash: Buffer } & object>(
    'sessions-by-hashes',
    `select s.token_hash as "tokenHash", s.person_id as "personId", s.seen_at as "seenAt", s.expires_at as "expiresAt"
     from sessions s join accounts a on a.person_id = s.person_id and a.disabled_at is null
     where s.token_hash = any ($1::bytea[])`,
    [tokenHashes],
  );
  return new Map(rows.map(({ tokenHash, ...row }) => [tokenHash.toString('base64'), row]));
}

export async function insertSession(
  tx: Tx,
  tokenHash: Buffer,
  personId: string,
  expiresAt: Date,
): Promise<void> {
  await tx.prepared(
    'session-insert',
    `insert into sessions (token_hash, person_id, created_at, seen_at, expires_at) values ($1, $2, $3, $3, $4)`,
    [tokenHash, personId, tx.now, expiresAt],
  );
}

export async function touchSession(tx: Tx, tokenHash: Buffer): Promise<void> {
  await tx.prepared('session-touch', 'update sessions set seen_at = $2 where token_hash = $1', [
    tokenHash,
    tx.now,
  ]);
}

export async function deleteSession(tx: Tx, tokenHash: Buffer): Promise<void> {
  await tx.prepared('session-delete', 'delete from sessions where token_hash = $1', [tokenHash]);
}

export async function deleteSessionsOf(tx: Tx, personId: string): Promise<void> {
  await tx.prepared('sessions-delete-of', 'delete from sessions where person_id = $1', [personId]);
}

/**
 * Counts a try on `subject` before it is made, one at a time per subject, so that parallel tries cannot all pass a
 * count of zero. Answers the id to take it back by, or, when `limit` tries lie in the last `windowMs`, the seconds
 * until the oldest of them is forgotten.
 */
export async function countAttempt(
  tx: Tx,
  subject: string,
  limit: number,
  windowMs: number,
): Promise<{ id: number } | { retryAfter: number }> {
  await tx.prepared('attempt-lock', 'select pg_advisory_xact_lock(hashtextextended($1, 7))', [subject]);
  const since = new Date(tx.now.getTime() - windowMs);
  const rows = await tx.prepared<{ at: Date }>(
    'attempt-count',
    'select at from sign_in_attempts where subject = $1 and at > $2 order by at desc limit $3',
    [subject, since, limit],
  );
  const oldest = rows[limit - 1];
  if (oldest) return { retryAfter: Math.max(1, (oldest.at.getTime() + windowMs - tx.now.getTime()) / 1000) };
  const made = await tx.prepared<{ id: number }>(
    'attempt-insert',
    'insert into sign_in_attempts (subject, at) values ($1, $2) returning id',
    [subject, tx.now],
  );
  return { id: made[0]!.id };
}

/** Takes back tries that turned out to be the account's own. */
export async function forgetAttempts(tx: Tx, ids: readonly number[]): Promise<void> {
  await tx.prepared('attempt-forget', 'delete from sign_in_attempts where id = any ($1)', [ids]);
}

/** Removes what no longer counts. */
export async function sweep(tx: Tx, attemptsBefore: Date, idleSince: Date): Promise<void> {
  await tx.prepared('attempt-sweep', 'delete from sign_in_attempts where at < $1', [attemptsBefore]);
  await tx.prepared('session-sweep', 'delete from sessions where expires_at < $1 or seen_at < $2', [
    tx.now,
    idleSince,
  ]);
}

export async function insertLink(tx: Tx, tokenHash: Buffer, expiresAt: Date): Promise<void> {
  await tx.prepared('link-insert', 'insert into setup_links (token_hash, expires_at) values ($1, $2)', [
    tokenHash,
    expiresAt,
  ]);
}

/** Voids every unused link; for the first account's, of which only the newest is good. */
export async function voidLinks(tx: Tx): Promise<void> {
  await tx.prepared('link-void', 'update setup_links set used_at = $1 where used_at is null', [tx.now]);
}

export async function isLinkGood(tx: Tx, tokenHash: Buffer): Promise<boolean> {
  const rows = await tx.prepared(
    'link-good',
    'select 1 as good from setup_links where token_hash = $1 and used_at is null and expires_at > $2',
    [tokenHash, tx.now],
  );
  return rows.length > 0;
}

/** Uses the link up; false when it was used or has expired, also for the slower of two at once. */
export async function takeLink(tx: Tx, tokenHash: Buffer): Promise<boolean> {
  const rows = await tx.prepared(
    'link-take',
    `update setup_links set used_at = $2 where token_hash = $1 and used_at is null and expires_at > $2
     returning token_hash`,
    [tokenHash, tx.now],
  );
  return rows.length > 0;
}
