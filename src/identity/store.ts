/** The SQL of identity: accounts, sessions, attempts, the set-up link. All under the system's keys. */
import type { Tx } from '../platform/transaction.ts';
import type { Method } from './contract.ts';

export interface Account {
  readonly personId: string;
  readonly login: string;
  readonly passwordHash: string;
  readonly disabled: boolean;
  /** Its holder has set it up once; from then on only a recovery starts it anew. */
  readonly enrolled: boolean;
}

const ACCOUNT = `select person_id as "personId", login, password_hash as "passwordHash",
  disabled_at is not null as disabled, (enrolled_at is not null or password_hash <> '') as enrolled from accounts`;

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
     on conflict (person_id) do update set login = excluded.login`,
    [personId, login, tx.now],
  );
}

export async function setPasswordHash(tx: Tx, personId: string, passwordHash: string): Promise<void> {
  await tx.prepared('account-password', 'update accounts set password_hash = $2 where person_id = $1', [
    personId,
    passwordHash,
  ]);
}

/** The holder has set his account up. */
export async function markEnrolled(tx: Tx, personId: string): Promise<void> {
  await tx.prepared('account-enrolled', 'update accounts set enrolled_at = $2 where person_id = $1', [
    personId,
    tx.now,
  ]);
}

/** Opens a shut account again, without anything to sign in by. */
export async function emptyAccount(tx: Tx, personId: string): Promise<void> {
  await tx.prepared(
    'account-empty',
    `update accounts set password_hash = '', disabled_at = null, enrolled_at = coalesce(enrolled_at, $2) where person_id = $1`,
    [personId, tx.now],
  );
}

/** Those of these persons whose accounts were shut; who never had one is not among them. */
export async function shutOutOf(tx: Tx, personIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.prepared<{ id: string }>(
    'accounts-shut',
    'select person_id as id from accounts where person_id = any ($1::uuid[]) and disabled_at is not null',
    [[...new Set(personIds)]],
  );
  return new Set(rows.map((row) => row.id));
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
  readonly id: string;
  readonly personId: string;
  readonly how: Method;
  /** `limited`: a password alone, where more is required. */
  readonly access: 'full' | 'limited';
  /** Coarse words for the program it was opened with. */
  readonly agent: string;
  readonly createdAt: Date;
  readonly seenAt: Date;
  readonly expiresAt: Date;
  /** The last confirmation; opening a session is one. */
  readonly steppedUpAt: Date | null;
  readonly steppedUpHow: Method | null;
  /** The provider it came about by, or was made full by. */
  readonly issuer: string | null;
}

const SESSION = `s.id, s.person_id as "personId", s.how, s.access, s.agent, s.created_at as "createdAt", s.seen_at as "seenAt",
  s.expires_at as "expiresAt", s.stepped_up_at as "steppedUpAt", s.stepped_up_how as "steppedUpHow", s.issuer`;

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
    `select s.token_hash as "tokenHash", ${SESSION} from sessions s join accounts a on a.person_id = s.person_id and a.disabled_at is null
     where s.token_hash = any ($1::bytea[])`,
    [tokenHashes],
  );
  return new Map(rows.map(({ tokenHash, ...row }) => [tokenHash.toString('base64'), row]));
}

/** Opens a session; that is its first confirmation. */
export async function insertSession(
  tx: Tx,
  tokenHash: Buffer,
  session: Pick<SessionRow, 'id' | 'personId' | 'how' | 'access' | 'agent' | 'expiresAt' | 'issuer'>,
): Promise<void> {
  await tx.prepared(
    'session-insert',
    `insert into sessions (token_hash, id, person_id, how, access, agent, created_at, seen_at, expires_at, stepped_up_at,
       stepped_up_how, issuer) values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $7, $4, $9)`,
    [
      tokenHash,
      session.id,
      session.personId,
      session.how,
      session.access,
      session.agent,
      tx.now,
      session.expiresAt,
      session.issuer,
    ],
  );
}

/** Notes that the sessions were used. */
export async function touchSessions(tx: Tx, tokenHashes: readonly Buffer[]): Promise<void> {
  await tx.prepared(
    'session-touch',
    'update sessions set seen_at = $2 where token_hash = any ($1::bytea[])',
    [tokenHashes, tx.now],
  );
}

/** Notes a confirmation, which makes a limited session full, by `issuer`; with `newHash` under another secret. */
export async function confirmSession(
  tx: Tx,
  tokenHash: Buffer,
  how: Method,
  newHash: Buffer = tokenHash,
  issuer: string | null = null,
): Promise<boolean> {
  const rows = await tx.prepared(
    'session-confirm',
    `update sessions set stepped_up_at = $3, stepped_up_how = $2, token_hash = $4,
            issuer = coalesce($5, issuer),
            access = case when $2 = 'password' then access else 'full' end
      where token_hash = $1 returning id`,
    [tokenHash, how, tx.now, newHash, issuer],
  );
  return rows.length > 0;
}

/** Open sessions of a person, the latest used first. */
export function sessionsOf(tx: Tx, personId: string): Promise<SessionRow[]> {
  return tx.prepared<SessionRow & object>(
    'sessions-of',
    `select ${SESSION} from sessions s where s.person_id = $1 order by s.seen_at desc, s.id`,
    [personId],
  );
}

/** Ends one of a person's sessions. */
export async function deleteOwnSession(tx: Tx, personId: string, id: string): Promise<boolean> {
  const rows = await tx.prepared(
    'session-delete-own',
    'delete from sessions where person_id = $1 and id = $2 returning id',
    [personId, id],
  );
  return rows.length > 0;
}

export async function deleteSession(tx: Tx, tokenHash: Buffer): Promise<void> {
  await tx.prepared('session-delete', 'delete from sessions where token_hash = $1', [tokenHash]);
}

/** Ends a person's sessions, all but `except`; answers how many. */
export async function deleteSessionsOf(tx: Tx, personId: string, except?: string): Promise<number> {
  const rows = await tx.prepared(
    'sessions-delete-of',
    'delete from sessions where person_id = $1 and id is distinct from $2::uuid returning id',
    [personId, except ?? null],
  );
  return rows.length;
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
