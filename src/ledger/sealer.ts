/** Seals committed facts into the logs' trees, within a second of their commit and never inside it (INV-2, INV-8). */
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read, write } from '../platform/transaction.ts';
import { addSeal, lastHead, lastSealed, type PlacedFact, takeTurn, unsealedFacts } from './store.ts';
import { EMPTY, extend, leafHash, logOf, rootOf } from './tree.ts';

const INTERVAL = 500;
/** Facts sealed in one transaction at most: bounds memory and how long it runs. */
const BATCH = 2_000;
/**
 * How far below the last sealed position is looked each time. A transaction still running can hold places before those
 * already sealed, but only as many back as one that began earlier wrote beside it.
 */
const LOOK_BACK = 10_000;
/** All facts are looked at when a process starts and then once an hour, so that nothing depends on that bound. */
const FULL_LOOK = 3_600_000;

/** What a process remembers so as not to look at old facts again; forgetting it costs one longer look. */
interface Memory {
  last: number;
  fullLookAt: number;
}

const nothingKnown = (): Memory => ({ last: 0, fullLookAt: Number.NEGATIVE_INFINITY });

/**
 * Seals one batch. A fact is taken only when every transaction that began before its own has ended, so that none can
 * still appear before it. Returns how many facts were sealed, or null when another is at it.
 */
async function sealBatch(ctx: AppContext, memory: Memory, after: number): Promise<number | null> {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    if (!(await takeTurn(tx))) return null;
    const facts = await unsealedFacts(tx, after, BATCH);
    for (const [log, own] of Map.groupBy(facts, (fact: PlacedFact) => logOf(fact.compartment))) {
      const before = (await lastHead(tx, log)) ?? EMPTY;
      const leaves = own.map((fact) => ({ position: fact.position, hash: leafHash(fact) }));
      const head = extend(
        before,
        leaves.map((leaf) => leaf.hash),
      );
      await addSeal(tx, log, before.size, leaves, head, rootOf(head));
    }
    memory.last = Math.max(memory.last, facts.at(-1)?.position ?? 0);
    return facts.length;
  });
}

/** Seals everything that can be sealed now. Returns how many facts that were. */
export async function sealNow(ctx: AppContext, memory: Memory = nothingKnown()): Promise<number> {
  const began = performance.now();
  const isFull = began - memory.fullLookAt > FULL_LOOK;
  if (isFull) memory.last = await read(ctx.database, SYSTEM, ctx.clock, lastSealed);
  const after = isFull ? 0 : memory.last - LOOK_BACK;
  for (let total = 0; ; ) {
    const sealed = await sealBatch(ctx, memory, after);
    if (sealed === null) return total;
    total += sealed;
    if (sealed === BATCH) continue;
    if (isFull) memory.fullLookAt = began;
    return total;
  }
}

export interface Sealer {
  stop(): Promise<void>;
}

/** Starts sealing (INV-2: each fact within a second of its commit). Trouble is logged and tried again. */
export function startSealer(ctx: AppContext): Sealer {
  const memory = nothingKnown();
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
