/** Who is asking, as the database's policies understand it. */

/** The keys a transaction may see with; see db/migrations/0001-ground.sql for their grammar. */
export interface Actor {
  readonly personId: string | null;
  readonly keys: readonly string[];
}

/** The mechanism itself: clocks, deliveries, sign-in. Never an answer to a request by its own right. */
export const SYSTEM: Actor = { personId: null, keys: ['system'] };
