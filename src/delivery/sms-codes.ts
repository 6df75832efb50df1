/**
 * Codes by which a notice is confirmed from a telephone: made of the delivery with a key of this installation, so that a
 * message sent again says the same; good once, for the number it was sent to, for a day; and guessing ends after five.
 */
import { createHmac } from 'node:crypto';
import type { Tx } from '../platform/transaction.ts';

/** A code holds so long, in ms. */
export const CODE_HOLDS = 24 * 3_600_000;
/** Wrong ones from one number in so long, in ms, before nothing from it is looked at. */
export const MOST_GUESSES = 5;
export const GUESS_WINDOW = 15 * 60_000;
const SALTS = 20;

const hash = (secret: Buffer, ...parts: string[]): Buffer =>
  createHmac('sha256', secret).update(parts.join('\n')).digest();

/** Six digits, never beginning with 0: some telephones drop it. */
function codeOf(secret: Buffer, deliveryId: string, salt: number): string {
  return String(100_000 + (hash(secret, 'code', deliveryId, String(salt)).readUInt32BE(0) % 900_000));
}

async function secretOf(tx: Tx): Promise<Buffer> {
  const rows = await tx.prepared<{ secret: Buffer }>(
    'sms-secret',
    `select secret from installation_secrets where name = 'sms'`,
    [],
  );
  const secret = rows[0]?.secret;
  if (!secret) throw new Error('the key for codes in short messages is missing');
  return secret;
}

/** The code of a delivery to this number: made the first time, the same afterwards. */
export async function codeFor(
  tx: Tx,
  of: { readonly deliveryId: string; readonly noticeId: string; readonly personId: string },
  number: string,
): Promise<string> {
  const secret = await secretOf(tx);
  const numberHash = hash(secret, 'number', number);
  const [earlier] = await tx.prepared<{ salt: number; number_hash: Buffer }>(
    'sms-code-find',
    'select salt, number_hash from sms_codes where delivery_id = $1',
    [of.deliveryId],
  );
  if (earlier?.number_hash.equals(numberHash)) return codeOf(secret, of.deliveryId, earlier.salt);
  // Two open notices to one number must not wear one code; and a code given to another number is void.
  for (let salt = (earlier?.salt ?? -1) + 1; salt < (earlier?.salt ?? 0) + SALTS; salt += 1) {
    const code = codeOf(secret, of.deliveryId, salt);
    const made = await tx.prepared(
      'sms-code-make',
      `insert into sms_codes (delivery_id, notice_id, person_id, number_hash, code_hash, salt, expires_at)
       select $1, $2, $3, $4, $5, $6, $7 where not exists (
         select 1 from sms_codes where number_hash = $4 and code_hash = $5 and used_at is null)
       on conflict (delivery_id) do update set number_hash = excluded.number_hash, code_hash = excluded.code_hash,
         salt = excluded.salt, expires_at = excluded.expires_at, person_id = excluded.person_id
       returning delivery_id`,
      [
        of.deliveryId,
        of.noticeId,
        of.personId,
        numberHash,
        hash(secret, 'code', number, code),
        salt,
        new Date(tx.now.getTime() + CODE_HOLDS),
      ],
    );
    if (made.length > 0) return code;
  }
  throw new Error('no free code for a short message');
}

/** What an answer from a telephone means. */
export type Answer =
  | {
      readonly means: 'confirmed';
      readonly deliveryId: string;
      readonly noticeId: string;
      readonly personId: string;
    }
  /** Nothing that looks like a code: a person wrote something else. */
  | { readonly means: 'no-code' }
  | { readonly means: 'wrong' }
  /** Too many wrong ones: not looked at. */
  | { readonly means: 'guessing' };

/** The code in an answer: six digits standing alone, full-width ones too. */
export function codeIn(text: string): string | null {
  return /(?<!\d)(\d{6})(?!\d)/.exec(text.normalize('NFKC').slice(0, 500))?.[1] ?? null;
}

/**
 * Looks an answer's code up: bound to the sender's number, and good until it is spent. Wrong ones are counted. It is spent
 * only after the confirmation is written ({@link spendCode}): a crash between the two must not lose it, and a confirmation
 * written twice is one.
 */
export async function matchCode(tx: Tx, number: string, text: string): Promise<Answer> {
  const code = codeIn(text);
  if (code === null) return { means: 'no-code' };
  const secret = await secretOf(tx);
  const numberHash = hash(secret, 'number', number);
  // One at a time for a number, so that fifty sent together are fifty tries.
  await tx.prepared('sms-lock', `select pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 13))`, [
    numberHash,
  ]);
  const [counted] = await tx.prepared<{ n: number }>(
    'sms-guesses',
    'select count(*)::int as n from sms_guesses where number_hash = $1 and at > $2',
    [numberHash, new Date(tx.now.getTime() - GUESS_WINDOW)],
  );
  if ((counted?.n ?? 0) >= MOST_GUESSES) return { means: 'guessing' };
  const [found] = await tx.prepared<{ deliveryId: string; noticeId: string; personId: string }>(
    'sms-code-match',
    `select delivery_id as "deliveryId", notice_id as "noticeId", person_id as "personId" from sms_codes
     where number_hash = $1 and code_hash = $2 and used_at is null and expires_at > $3`,
    [numberHash, hash(secret, 'code', number, code), tx.now],
  );
  if (found) return { means: 'confirmed', ...found };
  await tx.prepared('sms-guess', 'insert into sms_guesses (number_hash, at) values ($1, $2)', [
    numberHash,
    tx.now,
  ]);
  return { means: 'wrong' };
}

/** The code has done what it was for: it opens nothing any more. */
export async function spendCode(tx: Tx, deliveryId: string): Promise<void> {
  await tx.prepared('sms-code-spend', 'update sms_codes set used_at = $2 where delivery_id = $1', [
    deliveryId,
    tx.now,
  ]);
}

/** Forgets guesses, codes and receipts that mean nothing any more. */
export async function forgetCodes(tx: Tx): Promise<void> {
  await tx.prepared('sms-forget-guesses', 'delete from sms_guesses where at < $1', [
    new Date(tx.now.getTime() - 24 * 3_600_000),
  ]);
  await tx.prepared('sms-forget-codes', 'delete from sms_codes where expires_at < $1', [
    new Date(tx.now.getTime() - 24 * 3_600_000),
  ]);
  await tx.prepared('sms-forget-parts', 'delete from sms_parts where made_at < $1', [
    new Date(tx.now.getTime() - 7 * 24 * 3_600_000),
  ]);
}
