/** What the API speaks about the mechanism. */
import { z } from 'zod';
import { packSchema } from './pack.ts';

/** One version of a mechanism that is or was in use (S0.1, S1.7). */
export const storedVersion = z.strictObject({
  hash: z.string(),
  id: z.string(),
  version: z.string(),
  storedAt: z.iso.datetime(),
  /** Cases opened from now on are under this one; older cases stay on theirs (H43). */
  active: z.boolean(),
});

/** GET /mechanism and /mechanism/:hash — the pack as readable data, its hash, and every version stored. */
export const mechanismView = packSchema.extend({ hash: z.string(), versions: z.array(storedVersion) });
export type MechanismView = z.infer<typeof mechanismView>;

export const mechanismParams = z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/) });
