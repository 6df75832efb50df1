/** Seals committed facts into the logs' trees, within a second of their commit and never inside it (INV-2, INV-8). */
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { write } from '../platform/transaction.ts';
import { addSeal, horizon, lastHead, type PlacedFact, takeTurn, unsealedFacts } from './store.ts';
import { EMPTY, extend, leafHash, logOf, rootOf } from './tree.ts';

const INTERVAL = 500;
/** Facts sealed in one transaction at most: bounds memory and how long it runs. */
const BATCH = 2_000;
/** How long a position must lie behind before it is no longer looked for. */
const SETTLED = 60_000;

/** What a process remembers so as not to look at old facts again; forgetting it costs one longer look. */
interface Memory {
  after: number;
  candidate: { readonly position: number; readonly ceiling: number; readonly since: number } | null;
}

/**
 * Seals one batch. A fact is taken only when every transaction that began before its own has ended, so that none can
 * still appear before it. Returns how many facts were sealed, or null when another is at it.
 */
async function sealBatch(ctx: AppContext, memory: Memory): Promise<number | null> {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    if (!(await takeTurn(tx))) return null;
    const { floor, ceiling } = await horizon(tx);
    const { candidate } = memory;
    const isSettled =
      candidate !== null && floor >= candidate.ceiling && performance.now() - candidate.since > SETTLED;
    const facts = await unsealedFacts(tx, memory.after, BATCH);
    for (const [log, own] of Map.groupBy(facts, (fact: PlacedFact) => logOf(fact.compartment))) {
      const before = (await lastHead(tx, log)) ?? EMPTY;
      const leaves = own.map((fact) => ({ position: fact.position, hash: leafHash(fact) }));
      const head = extend(
        before,
        leaves.map((leaf) => leaf.hash),
      );
      await addSeal(tx, log, before.size, leaves, head, rootOf(head));
    }
    const last = facts.at(-1)?.position;
    tx.afterCommit(() => {
      // Only a look that found the end has seen everything up to the candidate.
      if (isSettled && facts.length < BATCH) memory.after = candidate.position;
      if (candidate === null || isSettled) {
        memory.candidate = last === undefined ? null : { position: last, ceiling, since: performance.now() };
      }
    });
    return facts.length;
  });
}

/** Seals everything that can be sealed now. Returns how many facts that were. */
export async function sealNow(
  ctx: AppContext,
  memory: Memory = { after: 0, candidate: null },
): Promise<number> {
  let total = 0;
  for (;;) {
    const sealed = await sealBatch(ctx, memory);
    if (sealed === null) return total;
    total += sealed;
    if (sealed < BATCH) return total;
  }
}

export interface Sealer {
  stop(): Promise<void>;
}

/** Starts sealing (INV-2: each fact within a second of its commit). Trouble is logged and tried again. */
export function startSealer(ctx: AppContext): Sealer {
  const memory: Memory = { after: 0, candidate: null };
  let running: Promise<void> | null = null;
  const run = () => {
    running ??= sealNow(ctx, memory)
      .then(
        (count) => void (count > 0 && ctx.log.debug({ count }, 'facts sealed')),
        (error: unknown) => ctx.log.error({ err: error }, 'sealing failed, going on'),
      )
      .finally(() => {
        running = null;
      });
  };
  const timer = setInterval(run, INTERVAL);
  run();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
