/**
 * A sign of life to an address outside, every 30 seconds and only while all is well: silence is the alarm (FLT-18). Whoever
 * listens there must wake somebody when nothing has come for two minutes.
 */
import { isWorked } from '../delivery/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { createEgress } from '../platform/egress.ts';
import { write } from '../platform/transaction.ts';
import { isAudited, lateWork } from './store.ts';

const EVERY = 30_000;
/** Older than this the auditor's last pass says nothing, in ms. */
const AUDIT_AGE = 120_000;
const LATE = 60_000;
/** Clocks are looked at twice a second; who has not looked for so long hangs, in ms. */
const CLOCKS_AGE = 30_000;

/** What the heartbeat cannot read in the database. */
export interface Vitals {
  /** How long ago this process last looked at the clocks, in ms. */
  clocksLookedAgo(): number;
}

/** What is wrong, in words for the log; empty = all is well. */
export async function ailments(ctx: AppContext, vitals?: Vitals): Promise<string[]> {
  try {
    // Writing, because a database that can only be read keeps nobody's promise.
    return await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
      const late = await lateWork(tx, new Date(tx.now.getTime() - LATE));
      return [
        ...((await isWorked(tx)) ? [] : ['no delivery worker lives']),
        ...((await isAudited(tx, AUDIT_AGE)) ? [] : ['the auditor has not looked']),
        ...(late.clocks > 0 ? ['clocks are late'] : []),
        // Before anything is late: nobody would fire what falls due next.
        ...(vitals && vitals.clocksLookedAgo() > CLOCKS_AGE ? ['nobody looks at the clocks'] : []),
      ];
    });
  } catch {
    return ['the database does not take anything'];
  }
}

/**
 * Starts the heartbeat to the configured address. The address is the operator's own, so it may stand inside; nothing of any
 * case is sent, only that this installation lives.
 * @param options.every in ms; 30 s unless said otherwise
 */
export function startHeartbeat(
  ctx: AppContext,
  url: string,
  options: { readonly every?: number; readonly vitals?: Vitals } = {},
): { stop(): Promise<void> } {
  const { every = EVERY, vitals } = options;
  const send = createEgress({ allow: [new URL(url).origin], timeoutMs: 10_000 });
  let running: Promise<void> | null = null;
  const beat = async () => {
    const wrong = await ailments(ctx, vitals);
    if (wrong.length > 0) {
      ctx.log.error({ wrong }, 'no heartbeat is sent: something is not well');
      return;
    }
    try {
      const answer = await send(url, { method: 'POST', body: 'tocsin' });
      if (!answer.ok) ctx.log.warn({ status: answer.status }, 'the heartbeat was not taken');
    } catch (error) {
      // The address may carry a secret: only the reason is told.
      ctx.log.warn({ reason: (error as { reason?: string }).reason }, 'the heartbeat could not be sent');
    }
  };
  const run = () => {
    running ??= beat().finally(() => {
      running = null;
    });
  };
  const timer = setInterval(run, every);
  run();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
