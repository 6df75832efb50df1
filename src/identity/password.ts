/**
 * Passwords: argon2id, a few at once. Hashing is the heaviest thing a stranger can make us do, so it waits in a short
 * queue, and what does not fit is told to come back before any work is done (AUTH-1).
 */
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { refuse } from '../platform/errors.ts';

/** argon2id (2), 19 MiB, two passes, one lane. */
const STRENGTH = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const AT_ONCE = 2;
const WAITING = 24;

let running = 0;
const waiting: (() => void)[] = [];

/** Refuses (`too-many-attempts`) when the queue for hashing is full; called before anything is written or counted. */
export function refuseWhenBusy(): void {
  if (waiting.length >= WAITING) refuse('too-many-attempts', { retryAfter: 2 });
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  refuseWhenBusy();
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    // The place is handed on, so that nobody slips in between.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** The stored form of a password. Throws `too-many-attempts` when too many wait. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, STRENGTH));
}

let nobodys: Promise<string> | undefined;

/**
 * True when `password` belongs to the stored hash. Without one (no such account, no password set) the same work is
 * done on nobody's hash, so that time tells nothing (AUTH-2).
 */
export async function isPassword(stored: string | null, password: string): Promise<boolean> {
  nobodys ??= hash(randomBytes(32), STRENGTH);
  const decoy = await nobodys;
  const matches = await inTurn(() => verify(stored || decoy, password));
  return matches && Boolean(stored);
}
