/** What the directory's own changes do to rosters: who leaves a post leaves its shifts, and readers follow their bodies. */
import { v7 as uuid } from 'uuid';
import type { Pack } from '../mechanism/index.ts';
import type { Tx } from '../platform/transaction.ts';
import type { NewFact } from './load-store.ts';
import { notesSeenBy, rosterSeenBy, served, without } from './roster-rules.ts';
import * as store from './roster-store.ts';
import type { DirectorySnapshot } from './snapshot.ts';

/**
 * Takes those out of shifts to come who no longer hold the post then: what is left of a shift stays, what is lost is kept
 * as lost, so that the roster shows in red what has to be filled and why (H41). `holdings` are those that have changed.
 * Answers the facts to be recorded; `tx` sees with the system's keys.
 */
export async function dropShifts(
  tx: Tx,
  after: DirectorySnapshot,
  holdings: readonly { readonly postId: string; readonly personId: string }[],
): Promise<NewFact[]> {
  const posts = [...new Set(holdings.map((one) => one.postId))];
  if (posts.length === 0) return [];
  const touched = new Set(holdings.map((one) => `${one.postId} ${one.personId}`));
  const facts: NewFact[] = [];
  for (const roster of await store.rosters(tx, posts)) {
    const shifts = await store.shiftsToCome(tx, roster.postId);
    const holds = after.holdingsOf(roster.postId).map(({ personId, from, to }) => ({ personId, from, to }));
    const lost: store.ShiftRow[] = [];
    for (const shift of shifts.filter((one) => touched.has(`${one.postId} ${one.personId}`))) {
      const ahead = shift.from < tx.now ? { ...shift, from: tx.now } : shift;
      const gone = without(ahead, served(ahead, [], holds));
      if (gone.length === 0) continue;
      lost.push(shift);
      await store.lapseSwaps(tx, [shift.id]);
      const left = without(shift, gone);
      const [first, ...others] = left;
      if (!first) {
        await store.cancelShifts(tx, [shift.id], 'left-post');
        continue;
      }
      await store.updateShift(tx, { ...shift, from: first.from, to: first.to });
      await store.insertShifts(
        tx,
        others.map((part) => ({ ...shift, id: uuid(), from: part.from, to: part.to })),
      );
      await store.insertShifts(
        tx,
        gone.map((part) => ({ ...shift, id: uuid(), from: part.from, to: part.to })),
        'left-post',
      );
    }
    if (lost.length === 0) continue;
    const post = after.posts.get(roster.postId);
    facts.push({
      stream: 'directory',
      streamId: roster.id,
      kind: 'shifts-lost',
      data: {
        post: roster.postId,
        shifts: lost.map(({ id, personId, from, to }) => ({ id, person: personId, from, to })),
      },
      compartment: after.organisations.get(post?.organisationId ?? '')?.compartment ?? null,
    });
  }
  return facts;
}

/** Works out anew who reads which roster; what is right already is not written. */
export async function refreshRosterReaders(tx: Tx, pack: Pack, snapshot: DirectorySnapshot): Promise<void> {
  const readers = (await store.rosters(tx, null)).flatMap(({ postId }) => {
    const post = snapshot.posts.get(postId);
    // A post that has ended has no readers but the system.
    if (!post) return [{ postId, seenBy: ['system'], notesSeenBy: ['system'] }];
    return [{ postId, seenBy: rosterSeenBy(snapshot, pack, post, tx.now), notesSeenBy: notesSeenBy(post) }];
  });
  if (readers.length > 0) await store.writeRosterReaders(tx, readers);
}
