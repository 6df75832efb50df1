/** Keeps the sending going: woken by a signal after each commit, and by a short poll for whatever a signal misses. */
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import type { MailTransport } from '../platform/mail.ts';
import { read, write } from '../platform/transaction.ts';
import { forgetDutyLetters } from './duty-letters.ts';
import { GIVE_UP_AFTER } from './rules.ts';
import { Sender } from './sender.ts';
import { forgetCodes } from './sms-codes.ts';
import { adoptStray, beat, expire, failStray, relaysWithWork } from './store.ts';
import type { Ways } from './ways.ts';

/** Takeover after a crash is at most this long (FLT-2). */
const LEASE = 5_000;
const HEARTBEAT = 2_000;
/** A sign of life is written at every so many heartbeats. */
const BEATS_PER_SIGN = 5;
const POLL = 400;
/** Between two looks at the queue at least this long, so that a storm of reports is not answered by a storm of looks. */
const LOOK_GAP = 25;
const CHORES = 60_000;
/** Connections at a time to one relay, and so the most mails a crash can make arrive twice there. */
const CONNECTIONS = 16;

export interface DeliveryWorker {
  /** Settles when the first sign of life is written, so that readiness may count on it. */
  readonly started: Promise<void>;
  /** Ends within a few seconds; what is not handed over by then is another worker's or the next start's. */
  stop(): Promise<void>;
  /** Settles when nothing is due and nothing is under way (relays that rest after trouble do not count). For tests. */
  idle(): Promise<void>;
}

export interface DeliveryWorkerOptions {
  readonly transport: MailTransport;
  /** Push, SMS, webhooks and fax; without them their deliveries wait for a worker that has them. */
  readonly ways?: Ways;
  /** Unique to this process's worker, e.g. host and process id. */
  readonly workerId: string;
  readonly connectionsPerRelay?: number;
}

/**
 * Starts a worker that hands notices over (S8.3.6, FLT-2, FLT-4, FLT-7, INV-6, INV-10). Any number may run
 * against one database. Never throws for trouble of the database or a relay: it logs, waits and goes on.
 */
export function startDeliveryWorker(ctx: AppContext, options: DeliveryWorkerOptions): DeliveryWorker {
  let isStopped = false;
  let isLooking = false;
  let mustLook = false;
  let lastLook = Number.NEGATIVE_INFINITY;
  let lookTimer: NodeJS.Timeout | undefined;
  let onQuiet: (() => void)[] = [];
  /** At the last look some lane had no room, so what waits for it may be due. */
  let isShort = false;

  const sender = new Sender(ctx, {
    transport: options.transport,
    workerId: options.workerId,
    leaseMs: LEASE,
    ways: options.ways,
    connections: options.connectionsPerRelay ?? CONNECTIONS,
    paceMs: ctx.config.channels.mailPaceMs,
    // What became free matters where there was no room; everything else is said by a signal, or by the next poll.
    onChange: () => {
      if (isShort || onQuiet.length > 0) wake();
    },
  });
  const guard = async (what: string, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      ctx.log.error({ err: error }, `deliveries: ${what} failed, going on`);
    }
  };

  function wake(): void {
    mustLook = true;
    if (isLooking || isStopped || lookTimer) return;
    const wait = Math.max(0, lastLook + LOOK_GAP - performance.now());
    lookTimer = setTimeout(() => {
      lookTimer = undefined;
      void look();
    }, wait);
  }

  async function look(): Promise<void> {
    if (isStopped || isLooking) return;
    isLooking = true;
    mustLook = false;
    lastLook = performance.now();
    await guard('looking', async () => {
      const free = sender.relays.filter((relay) => sender.hasRoom(relay));
      isShort = free.length < sender.relays.length;
      const due =
        free.length === 0
          ? []
          : await read(ctx.database, SYSTEM, ctx.clock, (tx) => relaysWithWork(tx, free));
      // Each relay for itself: none waits for another's claim. A claim that was full may have left something.
      for (const relay of due)
        void guard('claiming', async () => {
          if ((await sender.claim(relay)).isFull) mustLook = true;
        }).then(() => {
          if (mustLook || onQuiet.length > 0) wake();
        });
      const isBusy = due.length > 0 || sender.isBusy;
      if (!isBusy && !mustLook) for (const done of onQuiet.splice(0)) done();
    });
    isLooking = false;
    if (mustLook) wake();
  }

  const poll = setInterval(wake, POLL);
  let beats = 0;
  let isBeating = false;
  const heartbeat = setInterval(async () => {
    // While the database is slow one renewal waits; more would only take its connections.
    if (isBeating) return;
    isBeating = true;
    await guard('renewing', async () => {
      await sender.renew();
      if (beats++ % BEATS_PER_SIGN === 0) {
        await write(ctx.database, SYSTEM, ctx.clock, (tx) => beat(tx, options.workerId));
      }
    });
    isBeating = false;
  }, HEARTBEAT);
  const chores = setInterval(
    () =>
      void guard('expiring', async () => {
        await tidy();
        const ended = await write(ctx.database, SYSTEM, ctx.clock, (tx) =>
          expire(tx, new Date(tx.now.getTime() - GIVE_UP_AFTER)),
        );
        if (ended > 0) ctx.signals.emit('facts');
      }),
    CHORES,
  );
  const deaf = ctx.signals.on('deliveries', wake);
  const started = guard('showing life', () =>
    write(ctx.database, SYSTEM, ctx.clock, (tx) => beat(tx, options.workerId)),
  );
  const tidy = () =>
    write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
      await forgetCodes(tx);
      await forgetDutyLetters(tx);
      if (options.ways) await failStray(tx, sender.relays);
    });
  void guard('adopting', async () => {
    await write(ctx.database, SYSTEM, ctx.clock, (tx) => adoptStray(tx, sender.mailRelays));
    await tidy();
  }).then(wake);

  return {
    started,
    stop: async () => {
      isStopped = true;
      deaf();
      clearInterval(poll);
      clearInterval(chores);
      clearTimeout(lookTimer);
      await sender.stop(5_000);
      clearInterval(heartbeat);
      for (const done of onQuiet.splice(0)) done();
    },
    idle: () =>
      new Promise((resolve) => {
        onQuiet = [...onQuiet, resolve];
        wake();
      }),
  };
}

/** What one sweep did. */
export interface Sweep {
  readonly claimed: number;
}

/**
 * Delivers everything that is due now, once, and returns when it is written: for loaders and tests with shifted clocks.
 * @param options.now takes this moment for now instead of the context's clock
 */
export async function deliverDue(
  ctx: AppContext,
  options: {
    readonly transport: MailTransport;
    readonly ways?: Ways;
    readonly now?: Date;
    /** Between two mails to one person that could wait, in ms; each by itself unless said otherwise. */
    readonly paceMs?: number;
  },
): Promise<Sweep> {
  const { now } = options;
  const shifted: AppContext = now ? { ...ctx, clock: { shift: () => now.getTime() - Date.now() } } : ctx;
  let changed: () => void = () => undefined;
  const sender = new Sender(shifted, {
    transport: options.transport,
    ways: options.ways,
    workerId: `sweep-${process.pid}`,
    leaseMs: 60_000,
    connections: CONNECTIONS,
    paceMs: options.paceMs ?? 0,
    onChange: () => changed(),
  });
  await write(shifted.database, SYSTEM, shifted.clock, (tx) => adoptStray(tx, sender.mailRelays));
  let claimed = 0;
  for (;;) {
    const change = new Promise<void>((resolve) => {
      changed = resolve;
    });
    const taken = await Promise.all(sender.relays.map((relay) => sender.claim(relay)));
    const now = taken.reduce((sum, { count }) => sum + count, 0);
    claimed += now;
    if (now === 0 && !sender.isBusy) return { claimed };
    if (sender.isBusy) await change;
  }
}
