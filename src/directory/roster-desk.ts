/**
 * What every change of a roster asks before it is made: whether the asker may know of it, and what he may do. One
 * transaction asks, changes and records; whoever plans a roster at the same time waits for it.
 */
import { v7 as uuid } from 'uuid';
import { activePack, type Calendar, type Pack } from '../mechanism/index.ts';
import { type Actor, SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import { type Tx, write } from '../platform/transaction.ts';
import { appendFacts } from './load-store.ts';
import { PLAIN_WEEK } from './roster-plan.ts';
import {
  mayPlan,
  notesSeenBy,
  type OfPerson,
  rosterSeenBy,
  type ShiftFault,
  type SwapFault,
} from './roster-rules.ts';
import * as store from './roster-store.ts';
import type { DirectorySnapshot, SnapshotPost } from './snapshot.ts';
import { directorySnapshot } from './store.ts';

/** Somebody signed in, as far as a roster asks. */
export type RosterActor = Actor & { readonly personId: string };

/** The working days of the mechanism. */
export function calendarOf(pack: Pack): Calendar {
  return pack.calendars[0] ?? PLAIN_WEEK;
}

/** How long each person holds the post. */
export function holdingsOf(snapshot: DirectorySnapshot, postId: string): OfPerson[] {
  return snapshot.holdingsOf(postId).map(({ personId, from, to }) => ({ personId, from, to }));
}

/** What somebody may do with the roster of a post he may know of. */
export interface MayRoster {
  readonly plan: boolean;
  readonly hold: boolean;
  readonly readNotes: boolean;
}

/** Null when he may not know of the roster at all. */
export function mayOf(
  snapshot: DirectorySnapshot,
  pack: Pack,
  actor: RosterActor,
  post: SnapshotPost,
  now: Date,
): MayRoster | null {
  const keys = new Set(actor.keys);
  if (!rosterSeenBy(snapshot, pack, post, now).some((key) => keys.has(key))) return null;
  const posts = snapshot.postsHeldBy(actor.personId, now);
  return {
    plan: mayPlan(snapshot, pack, posts, post),
    hold: posts.some((one) => one.id === post.id),
    readNotes: notesSeenBy(post).some((key) => keys.has(key)),
  };
}

/** One request about the roster of one post. */
export interface RosterDesk {
  /** Sees everything and writes: the asker's right to know of the roster has been established. */
  readonly tx: Tx;
  /** Sees as the asker does. */
  readonly own: Tx;
  readonly ctx: AppContext;
  readonly pack: Pack;
  readonly snapshot: DirectorySnapshot;
  readonly actor: RosterActor;
  readonly post: SnapshotPost;
  readonly may: MayRoster;
  readonly holdings: readonly OfPerson[];
  /** Null while none was kept. */
  readonly roster: store.RosterRow | null;
}

const see = (tx: Tx, keys: readonly string[]) =>
  tx.prepared('directory-see', `select set_config('tocsin.keys', $1, true)`, [keys.join(' ')]);

/**
 * Runs a change of one post's roster. `postIdOf` finds the post under the asker's own keys (a shift's, a swap's); what he
 * may not know of is `not-found`.
 */
export async function atRoster<T>(
  ctx: AppContext,
  actor: RosterActor,
  postIdOf: (tx: Tx) => Promise<string | undefined>,
  work: (desk: RosterDesk) => Promise<T>,
): Promise<T> {
  return write(ctx.database, actor, ctx.clock, async (own) => {
    const { pack } = await activePack(ctx, own);
    const snapshot = await directorySnapshot(ctx, own);
    const post = snapshot.posts.get((await postIdOf(own)) ?? '');
    const may = post ? mayOf(snapshot, pack, actor, post, own.now) : null;
    if (!post || !may) refuse('not-found');
    await see(own, SYSTEM.keys);
    const tx: Tx = { ...own, actor: { personId: actor.personId, keys: SYSTEM.keys } };
    const roster = (await store.lockRoster(tx, post.id)) ?? null;
    const holdings = holdingsOf(snapshot, post.id);
    return work({ tx, own, ctx, pack, snapshot, actor, post, may, holdings, roster });
  });
}

/** As the asker sees, for the length of `look`; then as the system again. */
export async function asAsker<T>(desk: RosterDesk, look: (tx: Tx) => Promise<T>): Promise<T> {
  await see(desk.own, desk.actor.keys);
  const found = await look(desk.own);
  await see(desk.own, SYSTEM.keys);
  return found;
}

/** @throws `forbidden-act` when the asker does not plan this roster */
export function planner(desk: RosterDesk): void {
  if (!desk.may.plan) refuse('forbidden-act');
}

/** The roster, begun when there is none, so that something that begins at `from` is on it. */
export async function kept(desk: RosterDesk, from: Date): Promise<store.RosterRow> {
  const { roster, tx, post, pack, snapshot } = desk;
  if (roster && roster.keptTo === null && roster.keptFrom <= from) return roster;
  return store.keepRoster(tx, {
    id: roster?.id ?? uuid(),
    postId: post.id,
    from,
    seenBy: rosterSeenBy(snapshot, pack, post, tx.now),
    notesSeenBy: notesSeenBy(post),
  });
}

/** Records what was done, under the roster's own stream, and nudges the screens that show it. */
export async function record(desk: RosterDesk, rosterId: string, kind: string, data: object): Promise<void> {
  const { tx, snapshot, post, actor, ctx } = desk;
  const compartment = snapshot.organisations.get(post.organisationId)?.compartment ?? null;
  const posts = snapshot.postsHeldBy(actor.personId, tx.now);
  const by =
    posts.find((one) => one.id === post.id) ?? posts.find((one) => mayPlan(snapshot, desk.pack, [one], post));
  const fact = {
    stream: 'directory' as const,
    streamId: rosterId,
    kind,
    data: { post: post.id, ...data },
    compartment,
  };
  await appendFacts(tx, [fact], by?.id ?? null);
  tx.afterCommit(() => ctx.signals.emit('facts'));
}

const SHIFT_FIELDS = {
  'ends-before-start': { path: 'to', code: 'too-small' },
  'too-long': { path: 'to', code: 'too-large' },
  'not-a-holder': { path: 'personId', code: 'not-a-holder' },
  'serves-already': { path: 'personId', code: 'serves-already' },
} as const;

/** Refuses a shift that cannot be, naming the field. */
export function refuseShift(fault: ShiftFault | null): void {
  if (fault) refuseFields(SHIFT_FIELDS[fault]);
}

/** Refuses a swap that cannot be asked for, naming the field. */
export function refuseSwap(fault: SwapFault | null): void {
  if (fault === null) return;
  if (fault === 'over') refuse('swap-settled');
  if (fault === 'same-person') refuseFields({ path: 'withPersonId', code: 'bad-choice' });
  if (fault === 'no-such-shift') refuseFields({ path: 'otherShiftId', code: 'bad-choice' });
  const { code } = SHIFT_FIELDS[fault];
  refuseFields({ path: 'withPersonId', code });
}
