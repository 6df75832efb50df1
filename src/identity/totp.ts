/**
 * One-time codes (TOTP, RFC 6238: SHA-1, six digits, 30 s, as every authenticator app has them). A code opens once, one
 * half minute either way counts, and five wrong ones close the factor for a quarter of an hour (AUTH-3).
 */
import { Secret, TOTP } from 'otpauth';
import type { Tx } from '../platform/transaction.ts';
import * as store from './factor-store.ts';
import { note } from './factor-store.ts';

const PERIOD_S = 30;
const WRONG_CODES = 5;
const REST_MS = 15 * 60_000;
const ISSUER = '警鐘 Tocsin';

/** A new secret of 160 bits, base32. */
export function newSecret(): string {
  return new Secret({ size: 20 }).base32;
}

function factor(secret: string, label = ''): TOTP {
  return new TOTP({ issuer: ISSUER, label, secret: Secret.fromBase32(secret), period: PERIOD_S });
}

/** The secret as apps take it: to scan, and in groups of four to type. */
export function secretView(secret: string, login: string): { secret: string; uri: string } {
  return { secret: secret.replace(/(.{4})(?=.)/g, '$1 '), uri: factor(secret, login).toString() };
}

/** The half minute whose code this is, now or one either way, but later than `after`; null when it is none's. */
function stepOf(secret: string, given: string, now: Date, after: number): number | null {
  // Full-width digits and blanks are how some keyboards write.
  const token = given.normalize('NFKC').replace(/[\s-]/g, '');
  if (!/^\d{6}$/.test(token)) return null;
  const delta = factor(secret).validate({ token, timestamp: now.getTime(), window: 1 });
  if (delta === null) return null;
  const step = Math.floor(now.getTime() / 1000 / PERIOD_S) + delta;
  return step > after ? step : null;
}

/**
 * Takes a code of a person's factor, once. False for a wrong, late, early or used code, and while the factor rests; the
 * count of wrong ones is kept by the caller's transaction, which must therefore commit either way.
 */
export async function takeCode(tx: Tx, personId: string, given: string): Promise<boolean> {
  const row = await store.lockTotp(tx, personId);
  if (!row?.confirmedAt) return false;
  const step = stepOf(row.secret, given, tx.now, row.lastStep);
  if (row.lockedUntil !== null && row.lockedUntil > tx.now) return false;
  if (step !== null && (await store.takeStep(tx, personId, step))) return true;
  const isLast = row.failures + 1 >= WRONG_CODES;
  await store.countWrongCode(tx, personId, isLast ? new Date(tx.now.getTime() + REST_MS) : null);
  await note(tx, personId, isLast ? 'totp-locked' : 'code-refused');
  return false;
}

/** Puts a secret that was begun in force by its first right code; false for a wrong one. */
export async function confirmCode(tx: Tx, personId: string, given: string): Promise<boolean> {
  const row = await store.lockTotp(tx, personId);
  if (!row || row.confirmedAt !== null) return false;
  const step = stepOf(row.secret, given, tx.now, 0);
  return step !== null && store.takeStep(tx, personId, step, true);
}

/** True when the code is one of this secret's, for a secret nobody has yet. */
export function isCodeOf(secret: string, given: string, now: Date): number | null {
  return stepOf(secret, given, now, 0);
}
