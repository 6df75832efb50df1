/** The SQL of rosters. What is read here is what the transaction's keys may see. */
import type { Tx } from '../platform/transaction.ts';
import type { Pattern } from './roster-plan.ts';
import type { Place } from './roster-rules.ts';

/** A transaction that asks. */
export type Asked = Tx;

export interface RosterRow {
  readonly id: string;
  readonly postId: string;
  readonly keptFrom: Date;
  readonly keptTo: Date | null;
  readonly pattern: Pattern | null;
}

export interface ShiftRow {
  readonly id: string;
  readonly postId: string;
  readonly personId: string;
  readonly place: Place;
  readonly from: Date;
  readonly to: Date;
  readonly note: string;
}

export interface AbsenceRow {
  readonly id: string;
  readonly postId: string;
  readonly personId: string;
  readonly from: Date;
  readonly to: Date;
}

export interface SwapRow {
  readonly id: string;
  readonly postId: string;
  readonly shiftId: string;
  readonly personId: string;
  readonly otherPersonId: string;
  readonly otherShiftId: string | null;
  readonly state: 'asked' | 'agreed' | 'refused' | 'withdrawn' | 'ordered' | 'lapsed';
  readonly note: string;
  readonly askedAt: Date;
  readonly askedBy: string;
  readonly answeredAt: Date | null;
}

/** A swap with the times of its shifts. */
export interface SwapWithShifts extends SwapRow {
  readonly from: Date;
  readonly to: Date;
  readonly place: Place;
  readonly otherFrom: Date | null;
  readonly otherTo: Date | null;
  readonly otherPlace: Place | null;
}

export interface HandoverRow {
  readonly id: string;
  readonly postId: string;
  readonly personId: string;
  readonly text: string;
  readonly caseIds: string[];
  readonly writtenAt: Date;
  readonly confirmedAt: Date | null;
  readonly confirmedBy: string | null;
}

const ROSTER = `id, post_id as "postId", kept_from as "keptFrom", kept_to as "keptTo", pattern`;
const SHIFT = `id, post_id as "postId", person_id as "personId", place, starts_at as "from", ends_at as "to", note`;
const ABSENCE = `id, post_id as "postId", person_id as "personId", starts_at as "from", ends_at as "to"`;
const SWAP = `w.id, w.post_id as "postId", w.shift_id as "shiftId", w.person_id as "personId",
  w.other_person_id as "otherPersonId", w.other_shift_id as "otherShiftId", w.state, w.note, w.asked_at as "askedAt",
  w.asked_by as "askedBy", w.answered_at as "answeredAt"`;
const HANDOVER = `id, post_id as "postId", person_id as "personId", text, case_ids as "caseIds", written_at as "writtenAt",
  confirmed_at as "confirmedAt", confirmed_by as "confirmedBy"`;

/** The rosters of these posts that are or were kept; of all posts when none are named. */
export function rosters(tx: Tx, posts: readonly string[] | null): Promise<RosterRow[]> {
  return tx.prepared<RosterRow & object>(
    'rosters',
    `select ${ROSTER} from rosters where $1::uuid[] is null or post_id = any ($1)`,
    [posts],
  );
}

/** The roster of a post, locked until the transaction ends; undefined when none was ever kept. */
export async function lockRoster(tx: Tx, postId: string): Promise<RosterRow | undefined> {
  const rows = await tx.prepared<RosterRow & object>(
    'roster-lock',
    `select ${ROSTER} from rosters where post_id = $1 for update`,
    [postId],
  );
  return rows[0];
}

/** Begins a roster, or goes on with one that was given up; another who begins it at the same time waits here. */
export async function keepRoster(
  tx: Tx,
  roster: {
    readonly id: string;
    readonly postId: string;
    readonly from: Date;
    readonly seenBy: readonly string[];
    readonly notesSeenBy: readonly string[];
  },
): Promise<RosterRow> {
  const rows = await tx.prepared<RosterRow & object>(
    'roster-keep',
    `insert into rosters (id, post_id, kept_from, seen_by, notes_seen_by) values ($1, $2, $3, $4, $5)
     on conflict (post_id) do update set kept_to = null,
       kept_from = case when rosters.kept_to is null then least(rosters.kept_from, excluded.kept_from)
                        else excluded.kept_from end
     returning ${ROSTER}`,
    [roster.id, roster.postId, roster.from, roster.seenBy, roster.notesSeenBy],
  );
  return rows[0]!;
}

export async function giveUpRoster(tx: Tx, postId: string): Promise<void> {
  await tx.prepared('roster-give-up', 'update rosters set kept_to = $2 where post_id = $1', [postId, tx.now]);
}

export async function savePattern(tx: Tx, postId: string, pattern: Pattern): Promise<void> {
  await tx.prepared('roster-pattern', 'update rosters set pattern = $2 where post_id = $1', [
    postId,
    JSON.stringify(pattern),
  ]);
}

/** Gives rosters their readers, where they are not right already. */
export async function writeRosterReaders(
  tx: Tx,
  readers: readonly { postId: string; seenBy: readonly string[]; notesSeenBy: readonly string[] }[],
): Promise<void> {
  await tx.prepared(
    'roster-readers',
    `update rosters r set seen_by = x."seenBy", notes_seen_by = x."notesSeenBy"
     from jsonb_to_recordset($1::jsonb) as x ("postId" uuid, "seenBy" text[], "notesSeenBy" text[])
     where r.post_id = x."postId" and (r.seen_by, r.notes_seen_by) is distinct from (x."seenBy", x."notesSeenBy")`,
    [JSON.stringify(readers)],
  );
}

/** Shifts of these posts that touch a period, in order. */
export function shiftsWithin(tx: Tx, posts: readonly string[], from: Date, to: Date): Promise<ShiftRow[]> {
  return tx.prepared<ShiftRow & object>(
    'roster-shifts',
    `select ${SHIFT} from shifts where post_id = any ($1) and cancelled_at is null and ends_at > $2 and starts_at < $3
     order by starts_at, place, id`,
    [posts, from, to],
  );
}

/** Shifts of these posts, touching a period, of those who left the post. */
export function lostShifts(tx: Tx, posts: readonly string[], from: Date, to: Date): Promise<ShiftRow[]> {
  return tx.prepared<ShiftRow & object>(
    'roster-lost-shifts',
    `select ${SHIFT} from shifts where post_id = any ($1) and cancelled_why = 'left-post' and ends_at > $2
       and starts_at < $3 order by starts_at, id`,
    [posts, from, to],
  );
}

/** One person's shifts that are not over, in order. */
export function shiftsOfPerson(tx: Tx, personId: string, until: Date): Promise<ShiftRow[]> {
  return tx.prepared<ShiftRow & object>(
    'roster-own-shifts',
    `select ${SHIFT} from shifts where person_id = $1 and cancelled_at is null and ends_at > $2 and starts_at < $3
     order by starts_at, id limit 500`,
    [personId, tx.now, until],
  );
}

/** Everything on the roster that is not over yet. */
export function shiftsToCome(tx: Tx, postId: string): Promise<ShiftRow[]> {
  return tx.prepared<ShiftRow & object>(
    'roster-shifts-to-come',
    `select ${SHIFT} from shifts where post_id = $1 and cancelled_at is null and ends_at > $2 order by starts_at, id`,
    [postId, tx.now],
  );
}

/** A shift that was not withdrawn. */
export async function shiftById(tx: Tx, id: string): Promise<ShiftRow | undefined> {
  const rows = await tx.prepared<ShiftRow & object>(
    'roster-shift',
    `select ${SHIFT} from shifts where id = $1 and cancelled_at is null`,
    [id],
  );
  return rows[0];
}

export async function insertShifts(
  tx: Tx,
  shifts: readonly ShiftRow[],
  lost: 'left-post' | null = null,
): Promise<void> {
  if (shifts.length === 0) return;
  await tx.insert({
    shifts: shifts.map((shift) => ({
      id: shift.id,
      post_id: shift.postId,
      person_id: shift.personId,
      place: shift.place,
      starts_at: shift.from,
      ends_at: shift.to,
      note: shift.note,
      made_at: tx.now,
      made_by: tx.actor.personId,
      cancelled_at: lost ? tx.now : null,
      cancelled_why: lost,
    })),
  });
}

export async function updateShift(tx: Tx, shift: ShiftRow): Promise<void> {
  await tx.prepared(
    'roster-update-shift',
    'update shifts set person_id = $2, place = $3, starts_at = $4, ends_at = $5, note = $6 where id = $1',
    [shift.id, shift.personId, shift.place, shift.from, shift.to, shift.note],
  );
}

export async function cancelShifts(
  tx: Tx,
  ids: readonly string[],
  why: 'removed' | 'replaced' | 'left-post',
): Promise<void> {
  if (ids.length === 0) return;
  await tx.prepared(
    'roster-cancel-shifts',
    'update shifts set cancelled_at = $2, cancelled_why = $3 where id = any ($1)',
    [ids, tx.now, why],
  );
}

/** Swaps that wait for an answer and name one of these shifts can no longer be. */
export async function lapseSwaps(tx: Tx, shiftIds: readonly string[]): Promise<void> {
  if (shiftIds.length === 0) return;
  await tx.prepared(
    'roster-lapse-swaps',
    `update shift_swaps set state = 'lapsed', answered_at = $2
     where state = 'asked' and (shift_id = any ($1) or other_shift_id = any ($1))`,
    [shiftIds, tx.now],
  );
}

export function absencesWithin(
  tx: Tx,
  posts: readonly string[],
  from: Date,
  to: Date,
): Promise<AbsenceRow[]> {
  return tx.prepared<AbsenceRow & object>(
    'roster-absences',
    `select ${ABSENCE} from absences where post_id = any ($1) and cancelled_at is null and ends_at > $2 and starts_at < $3
     order by starts_at, id`,
    [posts, from, to],
  );
}

export async function absenceById(tx: Tx, id: string): Promise<AbsenceRow | undefined> {
  const rows = await tx.prepared<AbsenceRow & object>(
    'roster-absence',
    `select ${ABSENCE} from absences where id = $1 and cancelled_at is null`,
    [id],
  );
  return rows[0];
}

export async function endAbsence(tx: Tx, id: string): Promise<void> {
  await tx.prepared('roster-end-absence', 'update absences set cancelled_at = $2 where id = $1', [
    id,
    tx.now,
  ]);
}

const SWAPS = `select ${SWAP}, s.starts_at as "from", s.ends_at as "to", s.place, o.starts_at as "otherFrom",
  o.ends_at as "otherTo", o.place as "otherPlace"
  from shift_swaps w join shifts s on s.id = w.shift_id left join shifts o on o.id = w.other_shift_id`;

/** The swaps of a post, those that wait first, then the newest; at most 40. */
export function swapsOfPost(tx: Tx, postId: string): Promise<SwapWithShifts[]> {
  return tx.prepared<SwapWithShifts & object>(
    'roster-swaps',
    `${SWAPS} where w.post_id = $1 order by w.state = 'asked' desc, w.asked_at desc, w.id limit 40`,
    [postId],
  );
}

/** Swaps that wait for this person, or that he has asked for. */
export function swapsOfPerson(tx: Tx, personId: string): Promise<SwapWithShifts[]> {
  return tx.prepared<SwapWithShifts & object>(
    'roster-own-swaps',
    `${SWAPS} where w.state = 'asked' and s.ends_at > $2 and (w.other_person_id = $1 or w.asked_by = $1)
     order by s.starts_at, w.id limit 40`,
    [personId, tx.now],
  );
}

export async function swapById(tx: Tx, id: string): Promise<SwapRow | undefined> {
  const rows = await tx.prepared<SwapRow & object>(
    'roster-swap',
    `select ${SWAP} from shift_swaps w where w.id = $1`,
    [id],
  );
  return rows[0];
}

export async function settleSwap(tx: Tx, id: string, state: SwapRow['state']): Promise<void> {
  await tx.prepared(
    'roster-settle-swap',
    'update shift_swaps set state = $2, answered_at = $3, answered_by = $4 where id = $1',
    [id, state, tx.now, tx.actor.personId],
  );
}

/** The newest notes of a post. */
export function handoversOf(tx: Tx, postId: string, limit: number): Promise<HandoverRow[]> {
  return tx.prepared<HandoverRow & object>(
    'roster-handovers',
    `select ${HANDOVER} from handovers where post_id = $1 order by written_at desc, id desc limit $2`,
    [postId, limit],
  );
}

/** Notes of these posts that nobody has confirmed, of the last days. */
export function openHandovers(tx: Tx, posts: readonly string[]): Promise<HandoverRow[]> {
  return tx.prepared<HandoverRow & object>(
    'roster-open-handovers',
    `select ${HANDOVER} from handovers where post_id = any ($1) and confirmed_at is null
       and written_at > $2::timestamptz - interval '3 days' order by written_at desc`,
    [posts, tx.now],
  );
}

export async function handoverById(tx: Tx, id: string): Promise<HandoverRow | undefined> {
  const rows = await tx.prepared<HandoverRow & object>(
    'roster-handover',
    `select ${HANDOVER} from handovers where id = $1`,
    [id],
  );
  return rows[0];
}

export async function confirmHandover(tx: Tx, id: string): Promise<void> {
  await tx.prepared(
    'roster-confirm-handover',
    'update handovers set confirmed_at = $2, confirmed_by = $3 where id = $1 and confirmed_at is null',
    [id, tx.now, tx.actor.personId],
  );
}
