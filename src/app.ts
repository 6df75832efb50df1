/** The rooms put together: their routes, and the work that goes on beside the requests. */
import { hostname } from 'node:os';
import { analysisRoutes } from './analysis/index.ts';
import {
  acknowledgeBySms,
  affairsRoutes,
  caseRoutes,
  casesAtHand,
  createHub,
  followCases,
  loadReport,
  rehearsalRoutes,
  startClockWorker,
  startSweeper,
} from './cases/index.ts';
import { centreNow, centreRoutes, followCase } from './centre/index.ts';
import {
  channelRoutes,
  countWaiting,
  deliveryRoutes,
  isWorked,
  sendLetter,
  startDeliveries,
  startDevices,
  writeDutyLetters,
} from './delivery/index.ts';
import { demoRoutes } from './demo/index.ts';
import { directoryRoutes, directorySnapshot, refreshReaders } from './directory/index.ts';
import { actorOf, ensureSetupLink, identityRoutes, requireStepUp, signedIn } from './identity/index.ts';
import { insightRoutes } from './insight/index.ts';
import { startSealer } from './ledger/index.ts';
import type { App, CreateApp, Worker } from './main.ts';
import { activePack, mechanismRoutes } from './mechanism/index.ts';
import { paperRoutes, renderNoticePdf } from './paper/index.ts';
import { SYSTEM } from './platform/actor.ts';
import type { AppContext } from './platform/context.ts';
import { createMailTransport, type MailTransport } from './platform/mail.ts';
import { read, write } from './platform/transaction.ts';
import { preparednessRoutes } from './preparedness/index.ts';
import { procedureRoutes } from './procedures/index.ts';
import { raiseJump, raiseStuck, startAuditor, startHeartbeat, watchRoutes } from './watch/index.ts';

/** A worker that is started late and stopped once. */
function worker(
  name: string,
  start: () => { readonly started?: Promise<void>; stop(): Promise<void> },
): Worker {
  let running: { stop(): Promise<void> } | undefined;
  return {
    name,
    start: () => {
      const made = start();
      running = made;
      return made.started;
    },
    stop: async () => running?.stop(),
  };
}

/** Who may see addresses changes with time alone: bodies end, holdings begin. Looked at anew this often, in ms. */
const READERS_EVERY = 3_600_000;

/** Keeps the readers of the directory's details true. */
function startReaders(ctx: AppContext): { stop(): Promise<void> } {
  const refresh = async () => {
    try {
      await write(ctx.database, SYSTEM, ctx.clock, async (tx) =>
        refreshReaders(ctx, tx, (await activePack(ctx, tx)).pack),
      );
    } catch (error) {
      ctx.log.error({ err: error }, 'the readers of the directory could not be worked out, going on');
    }
  };
  let running = refresh();
  const timer = setInterval(() => {
    running = refresh();
  }, READERS_EVERY);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

/** Writes to those who look after the centre's machines that something is not well. */
async function tellAdministrators(ctx: AppContext, transport: MailTransport): Promise<void> {
  try {
    const persons = await read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
      const directory = await directorySnapshot(ctx, tx);
      const desk = new Set(directory.postsWithRole('duty-officer').map((post) => post.organisationId));
      return directory
        .postsWithRole('administrator')
        .filter((post) => desk.has(post.organisationId))
        .flatMap((post) => directory.holders(post.id, tx.now).map((holder) => holder.personId));
    });
    for (const person of new Set(persons)) void sendLetter(ctx, transport, person, 'alarm');
  } catch (error) {
    ctx.log.error({ err: error }, 'nobody could be written to about an alarm');
  }
}

/** Makes the product of its rooms. The context is the only thing they share. */
export const createApp: CreateApp = (ctx: AppContext): App => {
  followCases(followCase);
  const hub = createHub(ctx);
  const transport = createMailTransport(ctx.config);
  const devices = startDevices(ctx);
  const { heartbeatUrl, heartbeatMs } = ctx.config;
  let clocks: ReturnType<typeof startClockWorker> | undefined;
  return {
    routes: [
      identityRoutes(ctx, {
        waitingNotices: (tx, actor) =>
          countWaiting(
            ctx,
            tx,
            actor,
            actor.posts.map((post) => post.id),
          ),
        tellPerson: (personId, what) => void sendLetter(ctx, transport, personId, what),
      }),
      mechanismRoutes(ctx, signedIn(ctx)),
      directoryRoutes(ctx, {
        admit: signedIn(ctx),
        actorOf,
        confirmed: (request) => requireStepUp(ctx, request),
        tellFormer: (personId, address) =>
          void sendLetter(ctx, transport, personId, 'address-changed', address),
        cases: casesAtHand(ctx),
        tellRoster: (tx, letters) => writeDutyLetters(ctx, tx, letters),
      }),
      deliveryRoutes(ctx),
      watchRoutes(ctx),
      channelRoutes(ctx, { confirmed: (request) => requireStepUp(ctx, request) }),
      caseRoutes(ctx, hub),
      affairsRoutes(ctx),
      rehearsalRoutes(ctx),
      procedureRoutes(ctx),
      preparednessRoutes(ctx),
      analysisRoutes(ctx),
      centreRoutes(ctx),
      insightRoutes(ctx, (tx, mode) => centreNow(ctx, tx, mode)),
      ...(ctx.demonstration ? [demoRoutes(ctx)] : []),
      paperRoutes({
        confirmed: (request) => requireStepUp(ctx, request),
        loadReport: (request, caseId, ordinal) => loadReport(ctx, request, caseId, ordinal),
        packInForce: async () =>
          (await read(ctx.database, SYSTEM, ctx.clock, (tx) => activePack(ctx, tx))).pack,
        now: () => new Date(Date.now() + ctx.clock.shift()),
      }),
    ],
    workers: [
      worker('clocks', () => {
        clocks = startClockWorker(
          ctx,
          (jump) => void raiseJump(ctx, jump),
          (caseId, what) => void raiseStuck(ctx, caseId, what),
        );
        return clocks;
      }),
      worker('readers', () => startReaders(ctx)),
      worker('sweeper', () => startSweeper(ctx)),
      worker('ledger', () => startSealer(ctx)),
      worker('auditor', () => startAuditor(ctx, { onAlarm: () => void tellAdministrators(ctx, transport) })),
      worker('deliveries', () =>
        startDeliveries(ctx, {
          transport,
          workerId: `${hostname()}-${process.pid}`,
          paper: renderNoticePdf,
          acknowledge: (personId, noticeId) => acknowledgeBySms(ctx, personId, noticeId),
        }),
      ),
      ...(heartbeatUrl
        ? [
            worker('heartbeat', () =>
              startHeartbeat(ctx, heartbeatUrl, {
                every: heartbeatMs,
                vitals: { clocksLookedAgo: () => clocks?.lookedAgo() ?? 0 },
              }),
            ),
          ]
        : []),
    ],
    // Reports are taken without workers; but somebody must look why nobody is told.
    ready: async () => ({ workers: { ok: await read(ctx.database, SYSTEM, ctx.clock, isWorked) } }),
    setupLink: () => ensureSetupLink(ctx),
    stop: async () => {
      await hub.stop();
      await devices.stop();
      transport.close();
    },
  };
};
