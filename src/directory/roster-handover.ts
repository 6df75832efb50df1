/** Handing over at the end of a shift (交接): the open cases, a few words, and somebody who has read them. */
import { createHash } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import type { Tx } from '../platform/transaction.ts';
import type { HandoverCase } from './roster-contract.ts';
import { asAsker, atRoster, kept, type RosterActor, record } from './roster-desk.ts';
import { onDuty } from './roster-rules.ts';
import * as store from './roster-store.ts';
import { type DirectorySnapshot, isRunning } from './snapshot.ts';

/** What the room of cases tells of them; this room knows only their ids. Both see with the transaction's keys. */
export interface CasesAtHand {
  /** The open cases that a post with these keys looks after, the gravest first. */
  readonly open: (tx: Tx, keys: readonly string[]) => Promise<HandoverCase[]>;
  readonly byId: (tx: Tx, ids: readonly string[]) => Promise<HandoverCase[]>;
}

/** How long after the end of a shift its note may still be written. */
const AFTER_MS = 2 * 3_600_000;

/**
 * True for whoever is on duty in the post or left within two hours; while nobody is on duty, for every holder: a note
 * nobody may write is worse than one too many.
 */
export function mayHandOver(
  directory: DirectorySnapshot,
  postId: string,
  personId: string,
  now: Date,
): boolean {
  if (!directory.holders(postId, now).some((one) => one.personId === personId)) return false;
  const serving = onDuty(directory, postId, now);
  if (serving.length === 0 || serving.some((one) => one.personId === personId)) return true;
  return directory
    .shiftsOf(postId)
    .some(
      (one) =>
        one.personId === personId && isRunning({ ...one, to: new Date(one.to.getTime() + AFTER_MS) }, now),
    );
}

/** Writes a note; the open cases the writer may see are listed with it. Throws `forbidden-act`, `not-on-duty`. */
export async function writeHandover(
  ctx: AppContext,
  actor: RosterActor,
  cases: CasesAtHand,
  postId: string,
  text: string,
): Promise<string> {
  return atRoster(
    ctx,
    actor,
    async () => postId,
    async (desk) => {
      const { tx, post, may, snapshot } = desk;
      if (!may.hold) refuse('forbidden-act');
      if (!mayHandOver(snapshot, post.id, actor.personId, tx.now)) refuse('not-on-duty');
      const keys = postKeys(actor, post);
      const listed = await asAsker(desk, (own) => cases.open(own, keys));
      const serving = onDuty(snapshot, post.id, tx.now).find((one) => one.personId === actor.personId);
      const roster = desk.roster ?? (await kept(desk, tx.now));
      const id = uuid();
      await tx.insert({
        handovers: [
          {
            id,
            post_id: post.id,
            person_id: actor.personId,
            shift_id: serving?.shiftId ?? null,
            text,
            case_ids: listed.map((one) => one.id),
            written_at: tx.now,
          },
        ],
      });
      // The words themselves can be forgotten; that they were these is provable.
      const sha256 = createHash('sha256').update(text).digest('hex');
      await record(desk, roster.id, 'handover-written', { handover: id, sha256, cases: listed.length });
      return id;
    },
  );
}

/** The keys by which a post sees cases, without those of its holder's other posts. */
export function postKeys(
  actor: RosterActor,
  post: { readonly id: string; readonly organisationId: string; readonly groupCode: string | null },
): string[] {
  const own = new Set([`post:${post.id}`, `org:${post.organisationId}`, `group:${post.groupCode}`, 'desk']);
  return actor.keys.filter((key) => own.has(key));
}

/** Says that a note has been read; by another holder than its writer. Who has confirmed it first has confirmed it. */
export async function confirmHandover(ctx: AppContext, actor: RosterActor, id: string): Promise<void> {
  const postOf = async (tx: Tx) => (await store.handoverById(tx, id))?.postId;
  await atRoster(ctx, actor, postOf, async (desk) => {
    const note = (await store.handoverById(desk.tx, id)) ?? refuse('not-found');
    if (!desk.may.hold || note.personId === actor.personId) refuse('forbidden-act');
    if (note.confirmedBy === actor.personId) return;
    if (note.confirmedBy !== null) refuse('conflict');
    await store.confirmHandover(desk.tx, id);
    await record(desk, desk.roster!.id, 'handover-confirmed', { handover: id });
  });
}
