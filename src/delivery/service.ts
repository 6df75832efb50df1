/** Everything that brings notices to people, as one worker: lanes, answers by SMS, and trials. */
import type { AppContext } from '../platform/context.ts';
import type { MailTransport } from '../platform/mail.ts';
import { startBounces } from './bounces.ts';
import { runTests } from './channel-tests.ts';
import { refreshDevices } from './devices.ts';
import { sendDutyLetters } from './duty-letters.ts';
import type { FaxSheet } from './parcels.ts';
import { smsIntake } from './sms-intake.ts';
import { createWays, type Ways } from './ways.ts';
import { type DeliveryWorker, startDeliveryWorker } from './worker.ts';

export interface DeliveryServiceOptions {
  readonly transport: MailTransport;
  readonly workerId: string;
  /** Puts a notice on paper, as PDF, for the fax. */
  readonly paper: (sheet: FaxSheet) => Promise<Buffer>;
  /** Confirms a notice for a person; false when he may not (any more). */
  readonly acknowledge: (personId: string, noticeId: string) => Promise<boolean>;
}

const LOOK_EVERY = 1_000;
const DEVICES_EVERY = 5_000;
/** Letters about duty and preparedness go for so long at one turn, in ms. */
const LETTERS_MS = 5_000;

/** Opens every way that is set up and starts the worker over them. Never throws for trouble of a way or the database. */
export function startDeliveries(ctx: AppContext, options: DeliveryServiceOptions): DeliveryWorker {
  const { transport, workerId, paper, acknowledge } = options;
  const ways: Ways = createWays(ctx, {
    transport,
    paper,
    onSms: smsIntake(ctx, {
      acknowledge,
      reply: async (to, text) => void (await ways.send({ kind: 'sms', to, text })),
    }),
  });
  const worker = startDeliveryWorker(ctx, { transport, ways, workerId });
  const bounces = ctx.config.channels.bounces && startBounces(ctx, ctx.config.channels.bounces);
  let isLooking = false;
  let isStopped = false;
  let looking: Promise<unknown> = Promise.resolve();
  const beside = async (): Promise<void> => {
    await runTests(ctx, transport, ways).catch((error: unknown) =>
      ctx.log.error({ err: error }, 'trials of ways failed, going on'),
    );
    try {
      // A call to the whole nation is thousands of letters: many at a turn, and trials of ways still come between.
      const until = performance.now() + LETTERS_MS;
      while (!isStopped && (await sendDutyLetters(ctx, transport, ways)) > 0 && performance.now() < until);
    } catch (error) {
      ctx.log.error({ err: error }, 'letters about duty could not be sent, going on');
    }
  };
  const tests = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    looking = beside().finally(() => {
      isLooking = false;
    });
  }, LOOK_EVERY);
  return {
    ...worker,
    stop: async () => {
      isStopped = true;
      clearInterval(tests);
      await bounces?.stop();
      await worker.stop();
      await looking;
      await ways.close();
    },
  };
}

/** Keeps this process's knowledge of who has a device fresh; wherever notices are made. */
export function startDevices(ctx: AppContext): { stop(): Promise<void> } {
  const refresh = () =>
    refreshDevices(ctx).catch((error: unknown) =>
      ctx.log.error({ err: error }, 'devices with push could not be read, going on'),
    );
  let running = refresh();
  const timer = setInterval(() => {
    running = refresh();
  }, DEVICES_EVERY);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
