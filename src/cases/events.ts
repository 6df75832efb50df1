/**
 * Live screens: "something changed" to whoever may see it; the reader then reads again through his own rights.
 *
 * One loop per process looks for new facts when a commit in this process nudges it, and every half second for those of
 * others. What is sent about a case is its id and revision, and only to viewers whose keys, read again at least every
 * few seconds, meet the case's keys (ISO-9).
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { actorOf, findActor } from '../identity/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { type EventStream, lastEventId, openStream } from '../platform/http/sse.ts';
import { read } from '../platform/transaction.ts';

const LOOK_EVERY = 500;
/** Between two looks at least this long, in ms: a storm of reports is not answered by a storm of looks. */
const LOOK_GAP = 50;
const RECHECK_EVERY = 3_000;
/** A reader who missed more than this is told to read everything again. */
const REPLAY = 500;

interface Change extends Record<string, unknown> {
  readonly stream: string;
  readonly id: string;
  readonly kind: string;
  readonly revision: number;
  readonly seenBy: string[] | null;
  readonly posts: string[] | null;
}

interface Listener {
  readonly stream: EventStream;
  keys: ReadonlySet<string>;
  recheckAt: number;
  readonly recheck: () => Promise<ReadonlySet<string> | null>;
}

const HORIZON = 'select pg_snapshot_xmin(pg_current_snapshot())::text as horizon';

/** What became visible between two horizons, and the new horizon. */
interface Changes {
  readonly horizon: string;
  readonly list: readonly Change[];
}

/**
 * Facts committed since a horizon, each with the keys that may know of it. A notice's post may know although the case is
 * closed to it. The horizon is the oldest transaction still at work: everything before it is settled, so nothing that
 * commits late is passed over, as it would be by looking for larger positions.
 */
async function changesSince(ctx: AppContext, horizon: string): Promise<Changes> {
  return read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const [now] = await tx.prepared<{ horizon: string }>('changes-horizon', HORIZON, []);
    const next = now?.horizon ?? horizon;
    if (next === horizon) return { horizon, list: [] };
    const list = await tx.prepared<Change>(
      'changes-since',
      `select f.stream, f.stream_id as id, f.kind, f.seq as revision, c.seen_by as "seenBy",
              (select array_agg('post:' || (t ->> 'post')) from jsonb_array_elements(f.data -> 'told') t) as posts
         from facts f left join cases c on c.id = f.stream_id and f.stream = 'case'
        where f.xid >= $1::xid8 and f.xid < $2::xid8 order by f.position limit ${REPLAY + 1}`,
      [horizon, next],
    );
    return { horizon: next, list };
  });
}

async function horizonNow(ctx: AppContext): Promise<string> {
  return read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const [row] = await tx.prepared<{ horizon: string }>('changes-horizon', HORIZON, []);
    return row?.horizon ?? '0';
  });
}

/** The process's hub of open streams. */
export interface Hub {
  open(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  readonly size: number;
  stop(): Promise<void>;
}

/** Tells a listener of everything settled up to the horizon; too much is told as one word. */
function tell(listener: Listener, { horizon, list }: Changes): void {
  if (list.length > REPLAY) listener.stream.send('everything', horizon, {});
  else for (const change of list) send(listener, change, horizon);
}

function send(listener: Listener, change: Change, horizon: string): void {
  const may = change.seenBy?.some((key) => listener.keys.has(key)) ?? false;
  const told = change.posts?.some((key) => listener.keys.has(key)) ?? false;
  if (may && change.stream === 'case') {
    listener.stream.send('case', horizon, { id: change.id, revision: change.revision, kind: change.kind });
  }
  if (told) listener.stream.send('inbox', horizon, {});
  if (change.stream === 'directory') listener.stream.send('directory', horizon, {});
}

/** Starts the hub. */
export function createHub(ctx: AppContext): Hub {
  const listeners = new Set<Listener>();
  let horizon: string | null = null;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | null = null;
  let lastLook = Number.NEGATIVE_INFINITY;
  let again = false;

  const drop = (listener: Listener) => {
    listeners.delete(listener);
    listener.stream.close();
  };
  const recheck = async () => {
    const now = Date.now();
    for (const listener of [...listeners]) {
      if (listener.recheckAt > now) continue;
      listener.recheckAt = now + RECHECK_EVERY;
      const keys = await listener.recheck().catch(() => null);
      if (keys === null) drop(listener);
      else listener.keys = keys;
    }
  };
  const pass = async () => {
    if (horizon === null) horizon = await horizonNow(ctx);
    await recheck();
    const changes = await changesSince(ctx, horizon);
    horizon = changes.horizon;
    for (const listener of listeners) tell(listener, changes);
  };
  const look = () => {
    if (stopped) return;
    if (looking) {
      again = true;
      return;
    }
    clearTimeout(timer);
    const wait = lastLook + LOOK_GAP - performance.now();
    if (wait > 0) {
      timer = setTimeout(look, wait);
      return;
    }
    looking = pass()
      .catch((error: unknown) => ctx.log.error({ err: error }, 'changes could not be read, going on'))
      .finally(() => {
        looking = null;
        lastLook = performance.now();
        if (stopped) return;
        timer = setTimeout(look, again ? LOOK_GAP : LOOK_EVERY);
        again = false;
      });
  };
  const quiet = ctx.signals.on('facts', look);
  const ended = ctx.signals.on('sessions', () => {
    for (const listener of listeners) listener.recheckAt = 0;
    look();
  });
  look();

  return {
    get size() {
      return listeners.size;
    },
    async open(request, reply) {
      const actor = actorOf(request);
      let forget = () => false;
      const since = lastEventId(request);
      const stream = openStream(request, reply, { onClose: () => forget() });
      const listener: Listener = {
        stream,
        keys: new Set(actor.keys),
        recheckAt: Date.now() + RECHECK_EVERY,
        recheck: async () => {
          const fresh = await findActor(ctx, request);
          return fresh === null ? null : new Set(fresh.keys);
        },
      };
      if (!stream.send('hello', undefined, {})) return;
      // What is settled after this is told by the next pass; what came between the last visit and now, here. A change that
      // falls between is told twice rather than not at all.
      listeners.add(listener);
      forget = () => listeners.delete(listener);
      if (since === undefined || !/^\d{1,18}$/.test(since)) return;
      try {
        tell(listener, await changesSince(ctx, since));
      } catch (error) {
        // A line that would look alive and miss what happened is worse than one that ends: the reader comes back.
        ctx.log.warn({ err: error }, 'what a returning reader missed could not be read');
        drop(listener);
      }
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      quiet();
      ended();
      for (const listener of [...listeners]) drop(listener);
      await looking;
    },
  };
}
