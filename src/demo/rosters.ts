/**
 * The rosters of the demonstration, made by the product's own commands from this moment on: the desk day and night with a
 * second, the subgroups and the service centre by the week; one swap that waits, and a note that waits to be read.
 */
import { casesAtHand } from '../cases/index.ts';
import {
  askSwap,
  directorySnapshot,
  onDuty,
  planRoster,
  type RosterActor,
  type SnapshotPost,
  writeHandover,
} from '../directory/index.ts';
import { keysFor } from '../identity/index.ts';
import type { Pack } from '../mechanism/index.ts';
import { civilAt } from '../mechanism/roc-date.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read } from '../platform/transaction.ts';

const DAY = 86_400_000;
const DAY_AND_NIGHT = [
  { from: '08:00', to: '20:00' },
  { from: '20:00', to: '08:00' },
];
const WHOLE_DAY = [{ from: '08:00', to: '08:00' }];

/** Plans the coming weeks of every post of the centre's groups and the service centre that several people hold. */
export async function makeRosters(ctx: AppContext, pack: Pack): Promise<void> {
  const { directory, now } = await read(ctx.database, SYSTEM, ctx.clock, async (tx) => ({
    directory: await directorySnapshot(ctx, tx),
    now: tx.now,
  }));
  const actorOf = (personId: string): RosterActor => ({
    personId,
    keys: keysFor(directory, pack, personId, now),
  });
  const holderOf = (post: SnapshotPost | undefined) => post && directory.holders(post.id, now)[0]?.personId;
  const day = (at: Date): string => {
    const civil = civilAt(at, pack.timeZone);
    return [civil.year, civil.month, civil.day].map((part) => String(part).padStart(2, '0')).join('-');
  };
  const administrator = directory
    .postsWithRole('administrator')
    .find((post) => post.groupCode !== null && directory.groups.get(post.groupCode)?.kind === 'centre');
  const posts = [...directory.posts.values()].filter(
    (post) =>
      ['duty-officer', 'subgroup-officer', 'service-centre'].includes(post.role) &&
      directory.holders(post.id, now).length > 1,
  );
  for (const post of posts) {
    const isDesk = post.role === 'duty-officer';
    const officer = [...directory.posts.values()].find(
      (one) => one.role === 'subgroup-officer' && one.groupCode === post.groupCode,
    );
    const planner = holderOf(officer) ?? holderOf(administrator);
    if (planner === undefined) continue;
    await planRoster(ctx, actorOf(planner), post.id, {
      persons: directory.holders(post.id, now).map((one) => one.personId),
      from: day(new Date(now.getTime() - DAY)),
      to: day(new Date(now.getTime() + 27 * DAY)),
      slots: isDesk ? DAY_AND_NIGHT : WHOLE_DAY,
      turn: isDesk ? 'shift' : 'week',
      second: isDesk,
      days: 'every',
      preview: false,
    });
    if (isDesk) await deskLife(ctx, post, actorOf);
  }
}

/** A shift somebody would like to give away, and what the one on duty has written down already. */
async function deskLife(
  ctx: AppContext,
  post: SnapshotPost,
  actorOf: (personId: string) => RosterActor,
): Promise<void> {
  const { directory, now } = await read(ctx.database, SYSTEM, ctx.clock, async (tx) => ({
    directory: await directorySnapshot(ctx, tx),
    now: tx.now,
  }));
  const ahead = directory
    .shiftsOf(post.id)
    .filter((shift) => shift.place === 'first' && shift.from.getTime() > now.getTime() + 2 * DAY)
    .toSorted((a, b) => a.from.getTime() - b.from.getTime());
  const [given] = ahead;
  // Somebody who is free around that time.
  const busy = new Set(
    directory
      .shiftsOf(post.id)
      .filter((shift) => given && shift.from < given.to && given.from < shift.to)
      .map((shift) => shift.personId),
  );
  const other = directory.holders(post.id, now).find((one) => !busy.has(one.personId));
  if (given && other)
    await askSwap(ctx, actorOf(given.personId), given.id, {
      withPersonId: other.personId,
      otherShiftId: null,
      note: '當日另有公務，請協助代班。',
    });
  const [serving] = onDuty(directory, post.id, now);
  if (serving)
    await writeHandover(
      ctx,
      actorOf(serving.personId),
      casesAtHand(ctx),
      post.id,
      '未結案件如列。學校網頁一案待學校補受影響範圍；電力調度一案每小時與該公司核對一次。',
    );
}
