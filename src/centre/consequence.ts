/**
 * What cases do to the centre, in the very transaction of their facts: reaching the gravest level, or a deputy convenor's order,
 * forms it up; a second such case joins; nothing a case does afterwards stands it down (S7.10.4c to S7.10.4f, DEC-15).
 */
import { v7 as uuid } from 'uuid';
import type { CaseConsequence, Effects, World } from '../cases/index.ts';
import { openForWriting, store } from '../cases/index.ts';
import type { SnapshotPost } from '../directory/index.ts';
import { addDuration } from '../mechanism/index.ts';
import type { AppContext } from '../platform/context.ts';
import type { Tx } from '../platform/transaction.ts';
import type { CentreState } from './evolve.ts';
import type { Cause, NewCentreFact } from './facts.ts';
import type { NewMeetingFact } from './meeting-rules.ts';
import { type Caller, calledOut, formationFor } from './rules.ts';
import {
  type Doer,
  lockActivation,
  lockActive,
  seeWith,
  storeCentre,
  storeMeeting,
  takeTurn,
  write,
} from './store.ts';

type Fact = Effects['facts'][number];
const MECHANISM: Doer = { person: null, post: null };
/** In which capacities somebody told is thereby called in. */
const CALLED: ReadonlySet<string> = new Set(['summoned', 'deputy-convenor', 'convenor']);

/** Posts a fact has just called in, as its notices say; nobody outside a compartment is told anything that could be answered. */
function calledBy(effects: Effects, fact: Fact): SnapshotPost[] {
  return effects.notices
    .filter((notice) => notice.factSeq === fact.seq && notice.inside && notice.expects !== 'none')
    .filter((notice) => notice.capacities.some((capacity) => CALLED.has(capacity)))
    .map((notice) => notice.post);
}

function callerOf({ state }: Effects, level: string): Caller {
  return {
    id: state.id,
    mode: state.mode,
    compartment: state.compartment,
    pack: state.pack,
    level,
    desk: state.routing.desk,
  };
}

/** Why this fact calls the centre out, if it does. Under an order of silence nothing does, until it is lifted (H28). */
function causeOf(fact: Fact, { state }: Effects): { cause: Cause; level: string; crossing: number } | null {
  if (fact.kind === 'hold-lifted') {
    const reached = Object.values(state.thresholds).find((one) => one.inside);
    if (!state.open || (!reached && !state.stationing)) return null;
    return { cause: 'late', level: state.level, crossing: reached?.count ?? 0 };
  }
  if (state.hold !== null) return null;
  if (fact.kind === 'threshold-reached' && !fact.data.again)
    return { cause: 'threshold', level: fact.data.level, crossing: fact.data.crossing };
  if (fact.kind === 'stationing-ordered') return { cause: 'ordered', level: state.level, crossing: 0 };
  return null;
}

/** Follows every fact of a case; registered once with the room of cases. */
export const followCase: CaseConsequence = async (ctx, tx, effects, doer, world) => {
  for (const fact of effects.facts) {
    const why = causeOf(fact, effects);
    const isOurs = why !== null || fact.kind === 'meeting-called' || fact.kind === 'summoned';
    if (!isOurs || world.pack.formations.length === 0) continue;
    // Whoever acts on the case need not be one who sees the centre.
    await seeWith(tx, [...tx.actor.keys, 'system']);
    if (why) await callOut(ctx, tx, effects, fact, why, doer, world);
    else if (fact.kind === 'summoned') await callLate(tx, effects, fact, world);
    else if (fact.kind === 'meeting-called') await callMeeting(tx, effects, fact, doer, world);
    await seeWith(tx, tx.actor.keys);
  }
};

async function callOut(
  ctx: AppContext,
  tx: Tx,
  effects: Effects,
  fact: Fact,
  why: { cause: Cause; level: string; crossing: number },
  doer: Doer,
  world: World,
): Promise<void> {
  const { state } = effects;
  const caller = callerOf(effects, why.level);
  await takeTurn(tx, caller.mode, caller.compartment);
  const before = await lockActive(tx, caller.mode, caller.compartment);
  const told = calledBy(effects, fact);
  const facts = calledOut(before, caller, why.cause, why.crossing, told, world);
  if (facts.length === 0) return;
  const id = before?.id ?? uuid();
  const after = await storeCentre(tx, id, before, facts, doer);
  // At the gravest level the meeting is opened with the summons; below it, a deputy calls one when he needs it.
  if (before === null) await openMeeting(tx, after, caller, told, world);
  if (why.cause !== 'late') return;
  const { before: itself, world: then } = await openForWriting(ctx, tx, state.id);
  await store(ctx, tx, itself, [{ kind: 'summoned', data: { activation: id } }], MECHANISM, then);
}

/** Those whom an end of silence has called in after all. */
async function callLate(tx: Tx, effects: Effects, fact: Fact, world: World): Promise<void> {
  if (fact.kind !== 'summoned') return;
  const before = await lockActivation(tx, fact.data.activation);
  if (!before?.active) return;
  const caller = callerOf(effects, effects.state.level);
  const facts = calledOut(before, caller, 'late', 0, calledBy(effects, fact), world);
  const called = facts.filter((one) => one.kind === 'summoned');
  if (called.length > 0) await storeCentre(tx, before.id, before, called, MECHANISM);
}

/** The emergency meeting that goes with reaching the gravest level (S7.10.4e): opened for those summoned. */
async function openMeeting(
  tx: Tx,
  centre: CentreState,
  caller: Caller,
  told: readonly SnapshotPost[],
  world: World,
): Promise<void> {
  const within = formationFor(world.pack, caller.level)?.meetingWithin;
  if (within === undefined) return;
  const id = uuid();
  const startsAt = addDuration(world.now, within, 'elapsed', world.pack.timeZone).toISOString();
  const { desk } = world.pack;
  const [place] = await write(tx, id, [
    { id: uuid(), kind: 'place', body: `${desk.name.zh}　${desk.address.zh}`, about: [] },
  ]);
  if (!place) return;
  const invited = centre.summons.map((one) => one.post);
  const called: NewMeetingFact = {
    kind: 'called',
    data: {
      case: caller.id,
      activation: centre.id,
      mode: caller.mode,
      compartment: caller.compartment,
      pack: caller.pack,
      startsAt,
      place,
      reason: null,
      invited: invited.length > 0 ? invited : told.map((post) => post.id),
      staff: [...new Set([centre.coordinator, centre.staff])],
      quiet: false,
    },
  };
  await storeMeeting(tx, id, null, [called], MECHANISM);
  const opened: NewCentreFact = { kind: 'meeting-opened', data: { meeting: id } };
  await storeCentre(tx, centre.id, centre, [opened], MECHANISM);
}

/** A meeting a deputy convenor has called (S7.10.4b); with or without the centre formed up. */
async function callMeeting(tx: Tx, effects: Effects, fact: Fact, doer: Doer, world: World): Promise<void> {
  if (fact.kind !== 'meeting-called') return;
  const { state } = effects;
  const { meeting: id, startsAt, place, reason } = fact.data;
  const formation = formationFor(world.pack, state.level);
  if (!formation) return;
  await takeTurn(tx, state.mode, state.compartment);
  const centre = await lockActive(tx, state.mode, state.compartment);
  const isIn = centre?.cases.some((one) => one.id === state.id) === true;
  const [where, why] = await write(tx, id, [
    { id: uuid(), kind: 'place', body: place, about: [] },
    ...(reason ? [{ id: uuid(), kind: 'reason', body: reason, about: [state.id] }] : []),
  ]);
  if (!where) return;
  const invited = new Set(calledBy(effects, fact).map((post) => post.id));
  if (doer.post !== null) invited.add(doer.post);
  const called: NewMeetingFact = {
    kind: 'called',
    data: {
      case: state.id,
      activation: isIn ? (centre?.id ?? null) : null,
      mode: state.mode,
      compartment: state.compartment,
      pack: state.pack,
      startsAt,
      place: where,
      reason: why ?? null,
      invited: [...invited],
      staff: [...new Set([formation.coordinator, formation.staff])],
      quiet: state.hold !== null,
    },
  };
  await storeMeeting(tx, id, null, [called], doer);
  if (isIn && centre)
    await storeCentre(tx, centre.id, centre, [{ kind: 'meeting-opened', data: { meeting: id } }], doer);
}
