/**
 * Live screens: "something changed" to whoever may see it; the reader then reads again through his own rights.
 *
 * One loop per process looks for new facts when a commit in this process nudges it, and every half second for those of
 * others. What is sent about a case is its id and revision, and only to viewers whose keys, read again for all of them
 * together every few seconds, meet the case's keys (ISO-9). What a reader may not see changes nothing on his line: no
 * event, no word to read everything, no number that counts it (ISO-7).
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { directorySnapshot } from '../directory/index.ts';
import { actorOf, liveActors, type SignedInActor, sessionKeyOf } from '../identity/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { type EventStream, lastEventId, openStream } from '../platform/http/sse.ts';
import { read } from '../platform/transaction.ts';
import { HUSHED } from './hold-rules.ts';
import { type CursorSeal, installationSeal } from './stream-cursor.ts';

/** How the hub behaves; the defaults are the product's. Times in ms. */
export interface HubOptions {
  /** How often changes of other processes are looked for. */
  readonly lookEvery?: number;
  /** How often the rights of all readers are read again. With a look between, under 5 s (ISO-9). */
  readonly recheckEvery?: number;
  /** Open streams of one person; one more ends his oldest. */
  readonly perPerson?: number;
  /** A reader who was away for longer is told to read everything again. */
  readonly resumeWithin?: number;
}

const DEFAULTS = { lookEvery: 500, recheckEvery: 3_000, perPerson: 20, resumeWithin: 300_000 };
/** Between two looks at least this long, in ms: a storm of reports is not answered by a storm of looks. */
const LOOK_GAP = 50;
/** Sessions begin and end all the time: between two readings of everybody's rights at least this long, in ms. */
const RECHECK_GAP = 250;
/** A reader who would be told more than this at once is told to read everything again. */
const REPLAY = 500;
/** Facts are read so many at a time. */
const PAGE = 1_000;

interface Change extends Record<string, unknown> {
  readonly position: number;
  readonly stream: string;
  readonly id: string;
  readonly kind: string;
  readonly revision: number;
  readonly compartment: string | null;
  readonly seenBy: string[] | null;
  readonly posts: string[] | null;
}

interface Listener {
  readonly stream: EventStream;
  readonly session: string;
  readonly personId: string;
  /** The reader's own keys, and `wall:…` for each compartment he works in. */
  keys: ReadonlySet<string>;
}

/** The process's hub of open streams. */
export interface Hub {
  open(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  readonly size: number;
  stop(): Promise<void>;
}

// The horizon is the oldest transaction still at work: everything before it is settled, so nothing that commits late is
// passed over, as it would be by looking for larger positions. A notice's post may know although the case is closed to it.
const HORIZON = 'select pg_snapshot_xmin(pg_current_snapshot())::text as horizon';
const CHANGES = `select f.position, f.stream, f.stream_id as id, f.kind, f.seq as revision, f.compartment,
    coalesce(c.seen_by, a.seen_by, m.seen_by) as "seenBy",
    (select array_agg('post:' || (t ->> 'post')) from jsonb_array_elements(f.data -> 'told') t) as posts
  from facts f left join cases c on c.id = f.stream_id and f.stream = 'case'
    left join activations a on a.id = f.stream_id and f.stream = 'activation'
    left join meetings m on m.id = f.stream_id and f.stream = 'meeting'
  where f.xid >= $1::xid8 and f.xid < $2::xid8`;

async function horizonNow(ctx: AppContext): Promise<string> {
  return read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const [row] = await tx.prepared<{ horizon: string }>('changes-horizon', HORIZON, []);
    return row?.horizon ?? '0';
  });
}

/** Everything settled between two horizons, page by page. */
async function changesBetween(ctx: AppContext, from: string, to: string): Promise<Change[]> {
  return read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const all: Change[] = [];
    for (let after = 0; ; ) {
      const page = await tx.prepared<Change>(
        'changes-between',
        `${CHANGES} and f.position > $3 order by f.position limit ${PAGE}`,
        [from, to, after],
      );
      all.push(...page);
      const last = page.at(-1);
      if (!last || page.length < PAGE) return all;
      after = last.position;
    }
  });
}

/** What of it one reader may know of, at most one more than is told. */
async function changesFor(
  ctx: AppContext,
  keys: ReadonlySet<string>,
  from: string,
  to: string,
): Promise<Change[]> {
  const found = await read(ctx.database, SYSTEM, ctx.clock, (tx) =>
    tx.prepared<Change>(
      'changes-for',
      `select * from (${CHANGES}) x
        where x.stream in ('case', 'activation', 'meeting') and x."seenBy" && $3::text[] or x.posts && $3::text[]
           or x.stream = 'directory' and (x.compartment is null or 'wall:' || x.compartment = any ($3::text[]))
        order by x.position limit ${REPLAY + 1}`,
      [from, to, [...keys]],
    ),
  );
  return found.filter((change) => wordsFor(change, keys).length > 0);
}

/** Streams of the centre: what it does while it is formed up, and its meetings. */
const CENTRE: ReadonlySet<string> = new Set(['activation', 'meeting']);

type Word = readonly [event: 'case' | 'centre' | 'inbox' | 'directory', data: object];

/** What a reader with these keys is told of a change. */
function wordsFor(change: Change, keys: ReadonlySet<string>): Word[] {
  const words: Word[] = [];
  if (change.stream === 'case' && change.seenBy?.some((key) => keys.has(key))) {
    const kind = HUSHED.has(change.kind) ? 'changed' : change.kind;
    words.push(['case', { id: change.id, revision: change.revision, kind }]);
  }
  // That something changed at the centre: what, is read by each with his own right.
  if (CENTRE.has(change.stream) && change.seenBy?.some((key) => keys.has(key))) words.push(['centre', {}]);
  if (change.posts?.some((key) => keys.has(key))) words.push(['inbox', {}]);
  // The directory behind a wall changes for those behind it only (DEC-19).
  if (
    change.stream === 'directory' &&
    (change.compartment === null || keys.has(`wall:${change.compartment}`))
  )
    words.push(['directory', {}]);
  return words;
}

/** Tells a reader; too much of what is his is told as one word. */
function tell(listener: Listener, changes: readonly Change[], id: string): void {
  const words = changes.flatMap((change) => wordsFor(change, listener.keys));
  if (words.length > REPLAY) listener.stream.send('everything', id, {});
  else for (const [event, data] of words) listener.stream.send(event, id, data);
}

/** A reader's keys, with a word for each compartment he works in. */
async function keysOf(
  ctx: AppContext,
  actors: readonly SignedInActor[],
): Promise<(actor: SignedInActor) => ReadonlySet<string>> {
  const snapshot =
    actors.length === 0
      ? null
      : await read(ctx.database, SYSTEM, ctx.clock, (tx) => directorySnapshot(ctx, tx));
  return (actor) => {
    const walls = actor.posts.flatMap(({ organisationId }) => {
      const compartment = snapshot?.organisations.get(organisationId)?.compartment;
      return compartment ? [`wall:${compartment}`] : [];
    });
    return new Set([...actor.keys, ...walls]);
  };
}

/** Starts the hub. */
export function createHub(ctx: AppContext, options: HubOptions = {}): Hub {
  const { lookEvery, recheckEvery, perPerson, resumeWithin } = { ...DEFAULTS, ...options };
  const listeners = new Set<Listener>();
  let horizon: string | null = null;
  let cursor: CursorSeal | null = null;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | null = null;
  let lastLook = Number.NEGATIVE_INFINITY;
  let recheckAt = 0;
  let lastRecheck = Number.NEGATIVE_INFINITY;
  let again = false;

  const drop = (listener: Listener) => {
    listeners.delete(listener);
    listener.stream.close();
  };
  const sealed = async (place: string): Promise<string> => {
    cursor ??= await installationSeal(ctx);
    return cursor.seal({ horizon: place, at: Date.now() });
  };
  /** One look for everybody's session and posts; whoever has none any more is cut off. */
  const recheck = async () => {
    const began = performance.now();
    if (began < recheckAt || began < lastRecheck + RECHECK_GAP) return;
    const asked = [...listeners];
    const actors = await liveActors(ctx, [...new Set(asked.map((listener) => listener.session))]);
    const keys = await keysOf(ctx, [...actors.values()]);
    for (const listener of asked) {
      const actor = actors.get(listener.session);
      if (actor) listener.keys = keys(actor);
      else drop(listener);
    }
    lastRecheck = began;
    recheckAt = began + recheckEvery;
  };
  const pass = async () => {
    horizon ??= await horizonNow(ctx);
    await recheck();
    const next = await horizonNow(ctx);
    if (next === horizon) return;
    const changes = listeners.size === 0 ? [] : await changesBetween(ctx, horizon, next);
    const id = changes.length === 0 ? '' : await sealed(next);
    horizon = next;
    for (const listener of listeners) tell(listener, changes, id);
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
        timer = setTimeout(look, again ? LOOK_GAP : lookEvery);
        again = false;
      });
  };
  const quiet = ctx.signals.on('facts', look);
  const ended = ctx.signals.on('sessions', () => {
    recheckAt = 0;
    look();
  });
  look();

  /** What a returning reader missed; a place we did not give him, or too long ago, is answered by one word. */
  const resume = async (listener: Listener, since: string) => {
    cursor ??= await installationSeal(ctx);
    const place = cursor.open(since);
    const next = await horizonNow(ctx);
    const id = await sealed(next);
    if (!place || Date.now() - place.at > resumeWithin) listener.stream.send('everything', id, {});
    else tell(listener, await changesFor(ctx, listener.keys, place.horizon, next), id);
  };

  return {
    get size() {
      return listeners.size;
    },
    async open(request, reply) {
      const actor = actorOf(request);
      const session = sessionKeyOf(ctx, request) ?? refuse('not-signed-in');
      const keys = (await keysOf(ctx, [actor]))(actor);
      const since = lastEventId(request);
      let forget = () => false;
      const stream = openStream(request, reply, { onClose: () => forget() });
      const listener: Listener = { stream, session, personId: actor.personId, keys };
      if (!stream.send('hello', undefined, {})) return;
      // What is settled after this is told by the next pass; what came between the last visit and now, here. A change that
      // falls between is told twice rather than not at all.
      listeners.add(listener);
      forget = () => listeners.delete(listener);
      // Sets keep the order of arrival: the first of a person's is his oldest.
      const own = [...listeners].filter((one) => one.personId === actor.personId);
      for (const oldest of own.slice(0, Math.max(0, own.length - perPerson))) drop(oldest);
      if (since === undefined) return;
      try {
        await resume(listener, since);
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
