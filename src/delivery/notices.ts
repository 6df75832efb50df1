/** Notices as their readers see them. */
import { type DirectorySnapshot, directorySnapshot, everyoneOf, standIns } from '../directory/index.ts';
import { levelOf, type Pack, packByHash } from '../mechanism/index.ts';
import { type Actor, SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { read, type Tx } from '../platform/transaction.ts';
import type { NoticeView } from './contract.ts';
import { noticeText } from './mail.ts';
import {
  countOpen,
  findNotice,
  glimpseCases,
  type NoticeRow,
  reachedRows,
  wasReached,
} from './notice-store.ts';
import { noticeStatus } from './rules.ts';

function viewOf(
  notice: NoticeRow,
  pack: Pack,
  directory: DirectorySnapshot,
  mayOpen: boolean,
  isOwn: boolean,
  now: Date,
): NoticeView {
  const zh = noticeText(pack, notice, 'zh-Hant');
  const en = noticeText(pack, notice, 'en');
  const post = directory.posts.get(notice.postId);
  const body = directory.organisations.get(notice.organisationId);
  const by = notice.acknowledgedBy === null ? undefined : directory.persons.get(notice.acknowledgedBy);
  const level = notice.data.level ? levelOf(pack, notice.data.level) : null;
  return {
    id: notice.id,
    post: {
      id: notice.postId,
      name: { zh: post?.nameZh ?? '', en: post?.nameEn ?? '' },
      organisationName: { zh: body?.nameZh ?? '', en: body?.nameEn ?? '' },
    },
    capacities: notice.capacities,
    expects: notice.expects,
    urgent: notice.urgent,
    rank: notice.rank,
    level: level?.id ?? null,
    subject: { zh: zh.subject, en: en.subject },
    body: { zh: zh.body, en: en.body },
    asked: { zh: zh.asked, en: en.asked },
    caseId: mayOpen ? notice.caseId : null,
    number: notice.data.number ?? null,
    mode: notice.mode,
    madeAt: notice.madeAt.toISOString(),
    confirmBy: notice.confirmBy?.toISOString() ?? null,
    late: noticeStatus({ ...notice, deliveries: [] }, now).late,
    openedAt: notice.openedAt?.toISOString() ?? null,
    acknowledgedAt: notice.acknowledgedAt?.toISOString() ?? null,
    acknowledgedBy: by ? { zh: by.nameZh, en: by.nameEn || by.nameZh } : null,
    closedAt: notice.closedAt?.toISOString() ?? null,
    closedWhy: notice.closedWhy,
    callPhone: notice.data.phone ?? pack.desk.phone,
    instead: !isOwn,
  };
}

/**
 * Notices as their readers see them (S8.3.6): worded by the mechanism of their case, without narrative; `caseId` is null
 * where the reader may not open the case (DEC-19). Rows must have been read in the same transaction.
 */
export async function noticeViews(
  ctx: AppContext,
  tx: Tx,
  notices: readonly NoticeRow[],
): Promise<NoticeView[]> {
  if (notices.length === 0) return [];
  const directory = await directorySnapshot(ctx, tx);
  const { hashes, visible } = await glimpseCases(tx, [...new Set(notices.map((notice) => notice.caseId))]);
  const views: NoticeView[] = [];
  for (const notice of notices) {
    const hash = hashes.get(notice.caseId);
    if (hash === undefined) continue;
    const isOwn = tx.actor.keys.includes(`post:${notice.postId}`);
    const pack = await packByHash(ctx, tx, hash);
    views.push(viewOf(notice, pack, directory, visible.has(notice.caseId), isOwn, tx.now));
  }
  return views;
}

/**
 * The actor as the reader of one notice: as he is when he holds its post; with that post's key for as long as he stands in
 * for it or a rung of its ladder has reached him, so that the link he was mailed leads somewhere (H40, H41). What else the post may see does not thereby become his.
 * @throws Refusal not-found for anybody else, and for an unused id
 */
export async function readerOf(ctx: AppContext, actor: Actor, noticeId: string): Promise<Actor> {
  const key = await read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const notice = await findNotice(tx, noticeId);
    if (!notice) return null;
    const own = `post:${notice.postId}`;
    if (actor.keys.includes(own)) return own;
    const directory = await directorySnapshot(ctx, tx);
    const { people } = standIns(directory, notice.postId, tx.now);
    if (people.some((one) => one.personId === actor.personId)) return own;
    // Whom the notice's ladder has reached, and may still reach (H40); under silence only who sees the case himself (H28).
    const person = actor.personId;
    if (person === null || !everyoneOf(directory, notice.postId, tx.now).has(person)) return null;
    const reached = await wasReached(tx, noticeId, person);
    if (!reached) return null;
    return !reached.held || reached.seenBy.some((key) => actor.keys.includes(key)) ? own : null;
  });
  if (key === null) refuse('not-found');
  return actor.keys.includes(key) ? actor : { ...actor, keys: [...actor.keys, key] };
}

/**
 * Runs `work` with the ids of the notices of other posts of which a rung of a ladder has told the actor in place of somebody
 * who did not answer, as long as it may still reach him (H40). He sees those notices for that long, and of their cases what
 * he saw before.
 */
export async function withReached<T>(
  ctx: AppContext,
  tx: Tx,
  actor: Actor,
  work: (reached: readonly string[]) => Promise<T>,
): Promise<T> {
  const { personId } = actor;
  if (personId === null) return work([]);
  const see = (keys: readonly string[]) =>
    tx.prepared('notice-see', `select set_config('tocsin.keys', $1, true)`, [keys.join(' ')]);
  await see(SYSTEM.keys);
  const rows = await reachedRows(tx, personId);
  const directory = await directorySnapshot(ctx, tx);
  const allowed = rows.filter(
    (one) =>
      everyoneOf(directory, one.postId, tx.now).has(personId) &&
      (!one.held || one.seenBy.some((key) => actor.keys.includes(key))),
  );
  await see([...new Set([...actor.keys, ...allowed.map((one) => `post:${one.postId}`)])]);
  const found = await work(allowed.map((one) => one.id));
  await see(actor.keys);
  return found;
}

/** How many notices wait for the actor: those of his posts, and those of which a ladder has told him in another's place. */
export async function countWaiting(
  ctx: AppContext,
  tx: Tx,
  actor: Actor,
  postIds: readonly string[],
): Promise<number> {
  return withReached(ctx, tx, actor, (reached) => countOpen(tx, postIds, reached));
}
