/**
 * Where a live stream stands, as its reader carries it: sealed, because the plain number counts every transaction of the
 * whole database, and whoever compares two of them learns how much happens behind walls he may not look over (ISO-7).
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read } from '../platform/transaction.ts';

const CIPHER = 'aes-256-gcm';
const IV = 12;
const TAG = 16;

/** A place in the stream of changes: a transaction horizon, and when it was given out (ms). */
export interface Place {
  readonly horizon: string;
  readonly at: number;
}

/** Seals places and opens what it sealed; every process of an installation opens what another sealed. */
export interface CursorSeal {
  seal(place: Place): string;
  /** Null for anything this installation did not seal. */
  open(text: string): Place | null;
}

/** The seal of a 256-bit secret. */
export function cursorSeal(secret: Buffer): CursorSeal {
  return {
    seal({ horizon, at }) {
      const plain = Buffer.alloc(16);
      plain.writeBigUInt64BE(BigInt(horizon), 0);
      plain.writeBigUInt64BE(BigInt(at), 8);
      const iv = randomBytes(IV);
      const cipher = createCipheriv(CIPHER, secret, iv);
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString('base64url');
    },
    open(text) {
      const bytes = Buffer.from(text, 'base64url');
      if (bytes.length !== IV + 16 + TAG) return null;
      const decipher = createDecipheriv(CIPHER, secret, bytes.subarray(0, IV), { authTagLength: TAG });
      decipher.setAuthTag(bytes.subarray(IV + 16));
      try {
        const plain = Buffer.concat([decipher.update(bytes.subarray(IV, IV + 16)), decipher.final()]);
        return { horizon: String(plain.readBigUInt64BE(0)), at: Number(plain.readBigUInt64BE(8)) };
      } catch {
        return null;
      }
    },
  };
}

/** The installation's own seal, whose secret was made with its database. */
export async function installationSeal(ctx: AppContext): Promise<CursorSeal> {
  const [row] = await read(ctx.database, SYSTEM, ctx.clock, (tx) =>
    tx.prepared<{ secret: Buffer }>(
      'stream-secret',
      `select secret from installation_secrets where name = 'stream-cursor'`,
      [],
    ),
  );
  if (!row) throw new Error('the database has no secret for the places of live streams');
  return cursorSeal(row.secret);
}
