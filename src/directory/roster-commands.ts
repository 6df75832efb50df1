/** What can be done with a roster: plan, change and withdraw shifts, swap them, be away. */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { AppContext } from '../platform/context.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import type { Tx } from '../platform/transaction.ts';
import type { absenceInput, planInput, shiftInput, shiftPatch, swapInput } from './roster-contract.ts';
import {
  atRoster,
  calendarOf,
  kept,
  planner,
  type RosterActor,
  type RosterDesk,
  record,
  refuseShift,
  refuseSwap,
} from './roster-desk.ts';
import { dayOf, daysBetween, LONGEST_PLAN_DAYS, planShifts, servesOn, spanOf } from './roster-plan.ts';
import { type Gap, gapsOf, meets, shiftFault, swapFault } from './roster-rules.ts';
import * as store from './roster-store.ts';

/** Whom to tell of a change, and about which turn of duty. */
export interface RosterLetter {
  readonly personId: string;
  readonly what: 'swap-asked' | 'swap-agreed' | 'swap-refused' | 'swap-withdrawn' | 'shift-given';
  readonly postId: string;
  readonly from: Date;
  readonly to: Date;
}
/** Writes the letters down in the transaction of the change, so that none is lost and none tells of what was not done. */
export type TellRoster = (tx: Tx, letters: readonly RosterLetter[]) => Promise<void>;
const nobody: TellRoster = async () => undefined;

const trace = ({ id, personId, place, from, to }: store.ShiftRow) => ({
  id,
  person: personId,
  place,
  from,
  to,
});

/** What a plan came to. */
export interface Planned {
  readonly shifts: readonly store.ShiftRow[];
  readonly replaced: number;
  readonly gaps: readonly Gap[];
}

/**
 * Plans the days of a pattern: shifts to come that begin on the days it serves are replaced, what has begun stays.
 * With `preview` nothing is written. Throws `forbidden-act`, `invalid-input`.
 */
export async function planRoster(
  ctx: AppContext,
  actor: RosterActor,
  postId: string,
  { preview, ...pattern }: z.output<typeof planInput>,
): Promise<Planned> {
  return atRoster(
    ctx,
    actor,
    async () => postId,
    async (desk) => {
      planner(desk);
      const { tx, pack, post, holdings } = desk;
      const zone = pack.timeZone;
      if (pattern.to < pattern.from) refuseFields({ path: 'to', code: 'too-small' });
      if (pattern.to < dayOf(tx.now, zone)) refuseFields({ path: 'to', code: 'in-the-past' });
      if (daysBetween(pattern.from, pattern.to).length > LONGEST_PLAN_DAYS)
        refuseFields({ path: 'to', code: 'too-large', params: { max: LONGEST_PLAN_DAYS } });
      const span = spanOf(pattern.from, pattern.to, zone);
      pattern.persons.forEach((personId, index) => {
        const isHolder = holdings.some((one) => one.personId === personId && meets(span, one));
        if (!isHolder) refuseFields({ path: `persons.${index}`, code: 'not-a-holder' });
        if (pattern.persons.indexOf(personId) !== index)
          refuseFields({ path: `persons.${index}`, code: 'duplicate' });
      });

      const calendar = calendarOf(pack);
      const there = await store.shiftsToCome(tx, post.id);
      const isReplaced = (shift: store.ShiftRow) => {
        const day = dayOf(shift.from, zone);
        return (
          shift.from > tx.now && day >= pattern.from && day <= pattern.to && servesOn(pattern, calendar, day)
        );
      };
      const replaced = there.filter(isReplaced);
      const others = there.filter((shift) => !isReplaced(shift));
      const absences = await store.absencesWithin(
        tx,
        [post.id],
        span.from,
        new Date(span.to.getTime() + 86_400_000),
      );
      const world = { calendar, timeZone: zone, absences, holdings, others, now: tx.now, newId: uuid };
      const shifts = planShifts(pattern, world)
        // Whoever is on duty now goes on.
        .filter(
          (shift) =>
            !others.some((one) => one.from <= tx.now && one.place === shift.place && meets(one, shift)),
        )
        .map((shift): store.ShiftRow => ({ ...shift, postId: post.id, note: '' }));
      const within = { from: span.from > tx.now ? span.from : tx.now, to: span.to };
      const gaps = gapsOf([...others, ...shifts], absences, holdings, within);
      const planned = { shifts, replaced: replaced.length, gaps };
      if (preview || shifts.length === 0) return planned;

      const roster = await kept(
        desk,
        shifts.reduce((first, one) => (one.from < first ? one.from : first), shifts[0]!.from),
      );
      const ids = replaced.map((shift) => shift.id);
      await store.cancelShifts(tx, ids, 'replaced');
      await store.lapseSwaps(tx, ids);
      await store.insertShifts(tx, shifts);
      await store.savePattern(tx, post.id, pattern);
      await record(desk, roster.id, 'shifts-planned', { pattern, replaced: ids, shifts: shifts.map(trace) });
      return planned;
    },
  );
}

/** Puts one holder on one shift. Throws `forbidden-act`, `invalid-input` (`not-a-holder`, `serves-already`). */
export async function addShift(
  ctx: AppContext,
  actor: RosterActor,
  postId: string,
  input: z.output<typeof shiftInput>,
): Promise<string> {
  return atRoster(
    ctx,
    actor,
    async () => postId,
    async (desk) => {
      planner(desk);
      const { tx, post, holdings } = desk;
      const shift: store.ShiftRow = {
        id: uuid(),
        postId: post.id,
        personId: input.personId,
        place: input.place,
        // What has been served already is told by whoever served.
        from: new Date(Math.max(Date.parse(input.from), tx.now.getTime())),
        to: new Date(input.to),
        note: input.note,
      };
      if (shift.to <= tx.now) refuseFields({ path: 'to', code: 'in-the-past' });
      refuseShift(shiftFault(shift, await store.shiftsToCome(tx, post.id), holdings));
      const roster = await kept(desk, shift.from);
      await store.insertShifts(tx, [shift]);
      await record(desk, roster.id, 'shift-added', trace(shift));
      return shift.id;
    },
  );
}

/** The post of a shift the asker may know of. */
const ofShift = (id: string) => async (tx: store.Asked) => (await store.shiftById(tx, id))?.postId;

/** A shift that can still be changed, of the desk's post. */
async function openShift(desk: RosterDesk, id: string): Promise<store.ShiftRow> {
  const shift = (await store.shiftById(desk.tx, id)) ?? refuse('not-found');
  if (shift.to <= desk.tx.now) refuse('conflict');
  return shift;
}

/**
 * Writes a shift as it is to be. One that has begun is cut at this moment and goes on changed, so that the record still
 * says who served until now.
 */
async function rewrite(desk: RosterDesk, old: store.ShiftRow, next: store.ShiftRow): Promise<store.ShiftRow> {
  const { tx } = desk;
  await store.lapseSwaps(tx, [old.id]);
  const isCut = old.from < tx.now && (old.personId !== next.personId || old.place !== next.place);
  if (!isCut) {
    await store.updateShift(tx, next);
    return next;
  }
  const rest = { ...next, id: uuid(), from: tx.now };
  await store.updateShift(tx, { ...old, to: tx.now });
  await store.insertShifts(tx, [rest]);
  return rest;
}

/** Changes who serves a shift, when, or in which place; the group's officer's order. */
export async function changeShift(
  ctx: AppContext,
  actor: RosterActor,
  id: string,
  patch: z.output<typeof shiftPatch>,
): Promise<void> {
  await atRoster(ctx, actor, ofShift(id), async (desk) => {
    planner(desk);
    const { tx, post, holdings } = desk;
    const old = await openShift(desk, id);
    const next: store.ShiftRow = {
      ...old,
      personId: patch.personId ?? old.personId,
      place: patch.place ?? old.place,
      from: patch.from ? new Date(patch.from) : old.from,
      to: patch.to ? new Date(patch.to) : old.to,
      note: patch.note ?? old.note,
    };
    // When it began is told by whoever served.
    if (old.from < tx.now && next.from.getTime() !== old.from.getTime())
      refuseFields({ path: 'from', code: 'in-the-past' });
    if (next.to <= tx.now) refuseFields({ path: 'to', code: 'in-the-past' });
    const asked = next.from < tx.now ? { ...next, from: tx.now } : next;
    refuseShift(shiftFault(asked, await store.shiftsToCome(tx, post.id), holdings));
    const roster = await kept(desk, next.from);
    const now = await rewrite(desk, old, next);
    await record(desk, roster.id, 'shift-changed', { before: trace(old), after: trace(now) });
  });
}

/** Withdraws a shift; one that has begun ends now. */
export async function removeShift(ctx: AppContext, actor: RosterActor, id: string): Promise<void> {
  await atRoster(ctx, actor, ofShift(id), async (desk) => {
    planner(desk);
    const { tx } = desk;
    const old = await openShift(desk, id);
    await store.lapseSwaps(tx, [id]);
    if (old.from < tx.now) await store.updateShift(tx, { ...old, to: tx.now });
    else await store.cancelShifts(tx, [id], 'removed');
    await record(desk, desk.roster!.id, 'shift-removed', trace(old));
  });
}

/** Makes a swap that was agreed to or ordered; both shifts change at once. */
async function carryOut(desk: RosterDesk, swap: store.SwapRow): Promise<void> {
  const given = await openShift(desk, swap.shiftId);
  const other = swap.otherShiftId === null ? null : await openShift(desk, swap.otherShiftId);
  await rewrite(desk, given, { ...given, personId: swap.otherPersonId });
  if (other) await rewrite(desk, other, { ...other, personId: swap.personId });
}

/**
 * Asks another holder to take over a shift of one's own, for one of his or for nothing; whoever plans the roster orders
 * it, and it is done. Throws `forbidden-act`, `invalid-input`, `swap-settled` when the shift is over.
 */
export async function askSwap(
  ctx: AppContext,
  actor: RosterActor,
  shiftId: string,
  input: z.output<typeof swapInput>,
  tell: TellRoster = nobody,
): Promise<string> {
  return atRoster(ctx, actor, ofShift(shiftId), async (desk) => {
    const { tx, post, holdings, may } = desk;
    const shift = (await store.shiftById(tx, shiftId)) ?? refuse('not-found');
    const isOwn = shift.personId === actor.personId && may.hold;
    if (!isOwn && !may.plan) refuse('forbidden-act');
    const swap: store.SwapRow = {
      id: uuid(),
      postId: post.id,
      shiftId,
      personId: shift.personId,
      otherPersonId: input.withPersonId,
      otherShiftId: input.otherShiftId,
      state: isOwn ? 'asked' : 'ordered',
      note: input.note,
      askedAt: tx.now,
      askedBy: actor.personId,
      answeredAt: isOwn ? null : tx.now,
    };
    refuseSwap(swapFault(await store.shiftsToCome(tx, post.id), swap, holdings, tx.now));
    // One wish at a time for one shift: the newest counts.
    await store.lapseSwaps(tx, [shiftId]);
    if (!isOwn) await carryOut(desk, swap);
    await tx.insert({
      shift_swaps: [
        {
          id: swap.id,
          post_id: post.id,
          shift_id: shiftId,
          person_id: swap.personId,
          other_person_id: swap.otherPersonId,
          other_shift_id: swap.otherShiftId,
          state: swap.state,
          note: swap.note,
          asked_at: tx.now,
          asked_by: actor.personId,
          answered_at: swap.answeredAt,
          answered_by: isOwn ? null : actor.personId,
        },
      ],
    });
    const { id, personId, otherPersonId, otherShiftId } = swap;
    const data = {
      swap: id,
      shift: shiftId,
      person: personId,
      other: otherPersonId,
      otherShift: otherShiftId,
    };
    await record(desk, desk.roster!.id, isOwn ? 'swap-asked' : 'swap-ordered', data);
    const about = { postId: post.id, from: shift.from, to: shift.to };
    await tell(
      tx,
      isOwn
        ? [{ personId: otherPersonId, what: 'swap-asked', ...about }]
        : [otherPersonId, personId].map((one) => ({ personId: one, what: 'shift-given', ...about })),
    );
    return id;
  });
}

const ofSwap = (id: string) => async (tx: store.Asked) => (await store.swapById(tx, id))?.postId;

/** Agrees to a swap, or does not; only whom it was asked of. Throws `swap-settled` when it no longer waits or fits. */
export async function answerSwap(
  ctx: AppContext,
  actor: RosterActor,
  id: string,
  agree: boolean,
  tell: TellRoster = nobody,
): Promise<void> {
  await atRoster(ctx, actor, ofSwap(id), async (desk) => {
    const { tx, post, holdings, may } = desk;
    const swap = (await store.swapById(tx, id)) ?? refuse('not-found');
    if (swap.otherPersonId !== actor.personId || !may.hold) refuse('forbidden-act');
    if (swap.state !== 'asked') refuse('swap-settled');
    if (agree) {
      const shifts = await store.shiftsToCome(tx, post.id);
      const isHis = shifts.some((one) => one.id === swap.shiftId && one.personId === swap.personId);
      if (!isHis || swapFault(shifts, swap, holdings, tx.now)) refuse('swap-settled');
    }
    await store.settleSwap(tx, id, agree ? 'agreed' : 'refused');
    if (agree) await carryOut(desk, swap);
    await record(desk, desk.roster!.id, agree ? 'swap-agreed' : 'swap-refused', { swap: id });
    const what = agree ? 'swap-agreed' : 'swap-refused';
    await tell(tx, [{ personId: swap.askedBy, what, ...(await turnOf(desk, swap)) }]);
  });
}

/** The turn a swap gives away. */
async function turnOf({ tx, post }: RosterDesk, swap: store.SwapRow) {
  const { from, to } = (await store.shiftById(tx, swap.shiftId)) ?? refuse('not-found');
  return { postId: post.id, from, to };
}

/** Takes back a swap one has asked for. */
export async function withdrawSwap(
  ctx: AppContext,
  actor: RosterActor,
  id: string,
  tell: TellRoster = nobody,
): Promise<void> {
  await atRoster(ctx, actor, ofSwap(id), async (desk) => {
    const swap = (await store.swapById(desk.tx, id)) ?? refuse('not-found');
    if (swap.askedBy !== actor.personId) refuse('forbidden-act');
    if (swap.state !== 'asked') refuse('swap-settled');
    await store.settleSwap(desk.tx, id, 'withdrawn');
    await record(desk, desk.roster!.id, 'swap-withdrawn', { swap: id });
    const about = await turnOf(desk, swap);
    await tell(desk.tx, [{ personId: swap.otherPersonId, what: 'swap-withdrawn', ...about }]);
  });
}

/** The longest absence there may be. */
const LONGEST_ABSENCE_MS = 400 * 86_400_000;

/** Says that a holder is away: a holder for himself, whoever plans the roster for anybody. His shifts show as gaps. */
export async function addAbsence(
  ctx: AppContext,
  actor: RosterActor,
  postId: string,
  input: z.output<typeof absenceInput>,
): Promise<string> {
  return atRoster(
    ctx,
    actor,
    async () => postId,
    async (desk) => {
      const { tx, post, holdings, may } = desk;
      if (!may.plan && !(may.hold && input.personId === actor.personId)) refuse('forbidden-act');
      const from = new Date(input.from);
      const to = new Date(input.to);
      if (to <= from) refuseFields({ path: 'to', code: 'too-small' });
      if (to <= tx.now) refuseFields({ path: 'to', code: 'in-the-past' });
      if (to.getTime() - from.getTime() > LONGEST_ABSENCE_MS) refuseFields({ path: 'to', code: 'too-large' });
      if (!holdings.some((one) => one.personId === input.personId && meets({ from, to }, one)))
        refuseFields({ path: 'personId', code: 'not-a-holder' });
      const roster = desk.roster ?? (await kept(desk, from));
      const id = uuid();
      const row = { id, post_id: post.id, person_id: input.personId, starts_at: from, ends_at: to };
      await tx.insert({ absences: [{ ...row, made_at: tx.now, made_by: actor.personId }] });
      await record(desk, roster.id, 'absence-added', { absence: id, person: input.personId, from, to });
      return id;
    },
  );
}

/** Takes an absence back. */
export async function removeAbsence(ctx: AppContext, actor: RosterActor, id: string): Promise<void> {
  const postOf = async (tx: store.Asked) => (await store.absenceById(tx, id))?.postId;
  await atRoster(ctx, actor, postOf, async (desk) => {
    const absence = (await store.absenceById(desk.tx, id)) ?? refuse('not-found');
    if (!desk.may.plan && !(desk.may.hold && absence.personId === actor.personId)) refuse('forbidden-act');
    await store.endAbsence(desk.tx, id);
    await record(desk, desk.roster!.id, 'absence-ended', { absence: id });
  });
}

/** Keeps no roster any longer: shifts to come are withdrawn, nothing is shown as a gap, and all holders are told. */
export async function endRoster(ctx: AppContext, actor: RosterActor, postId: string): Promise<void> {
  await atRoster(
    ctx,
    actor,
    async () => postId,
    async (desk) => {
      planner(desk);
      const { tx, roster } = desk;
      if (!roster || roster.keptTo !== null) refuse('not-found');
      const shifts = await store.shiftsToCome(tx, postId);
      await store.lapseSwaps(
        tx,
        shifts.map((one) => one.id),
      );
      for (const shift of shifts.filter((one) => one.from <= tx.now))
        await store.updateShift(tx, { ...shift, to: tx.now });
      const ahead = shifts.filter((one) => one.from > tx.now).map((one) => one.id);
      await store.cancelShifts(tx, ahead, 'removed');
      await store.giveUpRoster(tx, postId);
      await record(desk, roster.id, 'roster-ended', { removed: ahead });
    },
  );
}
