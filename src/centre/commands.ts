/** What people do with the centre and its meetings. Rows change through store.ts, with their facts. */
import { v7 as uuid } from 'uuid';
import { confirm, openForWriting, store } from '../cases/index.ts';
import { directorySnapshot, type SnapshotPost } from '../directory/index.ts';
import { packByHash } from '../mechanism/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import { read, type Tx, write as writing } from '../platform/transaction.ts';
import type { CentreActCommand, MeetingActCommand } from './contract.ts';
import type { CentreState } from './evolve.ts';
import { chooseMeetingPost, decideMeeting } from './meeting-rules.ts';
import { type CentreWorld, choosePost, decide } from './rules.ts';
import {
  askedOf,
  casesSeen,
  findActivation,
  findMeeting,
  isWritten,
  lockActivation,
  storeCentre,
  storeMeeting,
  type Text,
  write,
} from './store.ts';

/** The person who asks; a machine has no post. */
function requirePerson(actor: Actor): string {
  return actor.personId ?? refuse('not-signed-in');
}

/** The mechanism the centre is formed up under, the directory, and the transaction's moment. */
export async function worldOf(ctx: AppContext, tx: Tx, pack: string): Promise<CentreWorld> {
  return {
    pack: await packByHash(ctx, tx, pack),
    directory: await directorySnapshot(ctx, tx),
    now: tx.now,
  };
}

/** The actor's posts now. */
export function postsHeld(actor: Actor, { directory, now }: CentreWorld): readonly SnapshotPost[] {
  return actor.personId === null ? [] : directory.postsHeldBy(actor.personId, now);
}

/** What of a command is free text, and about which cases. */
function textsOf(command: CentreActCommand): Text[] {
  switch (command.act) {
    case 'answer-summons':
      return command.note.trim() === ''
        ? []
        : [{ id: uuid(), kind: 'answer', body: command.note.trim(), about: [] }];
    case 'log':
      return [{ id: command.id, kind: 'log', body: command.text, about: [] }];
    case 'hand-over-shift':
      return [{ id: uuid(), kind: 'hand-over', body: command.text, about: [] }];
    case 'draft-situation-report':
      return command.paragraphs.map((one) => ({
        id: uuid(),
        kind: 'situation-report',
        body: one.text,
        about: one.caseId === null ? [] : [one.caseId],
      }));
    case 'decline-situation-report':
    case 'switch-mode':
    case 'stand-down':
      return [{ id: uuid(), kind: command.act, body: command.reason, about: [] }];
    default:
      return [];
  }
}

/** True when what the command makes is there already: it was sent twice (INV-1). */
async function isRepeated(tx: Tx, command: CentreActCommand, state: CentreState): Promise<boolean> {
  switch (command.act) {
    case 'log':
      return isWritten(tx, command.id);
    case 'plan-shift':
      return state.shifts.some((one) => one.id === command.id);
    case 'draft-situation-report':
      return state.reports.some((one) => one.id === command.id);
    default:
      return false;
  }
}

/** Cases of the mechanism's own eyes, locked in the order of their ids before the centre is: no two wait for each other. */
async function lockCases(ctx: AppContext, tx: Tx, ids: readonly string[]) {
  const opened = [];
  for (const id of [...ids].sort()) opened.push(await openForWriting(ctx, tx, id));
  return opened;
}

/**
 * Does one act with the centre while it is formed up. Each is a row of the pack's `centreRights`; facts, state and what was
 * written are stored in one transaction. An answer to the summons confirms what the post was asked to confirm; standing down is
 * told to everybody who had been told.
 * @throws Refusal not-found, forbidden-act, centre-stood-down, second-person-needed, conflict, invalid-input
 */
export async function actInCentre(
  ctx: AppContext,
  actor: Actor,
  id: string,
  command: CentreActCommand,
): Promise<void> {
  const person = requirePerson(actor);
  const seen = await read(ctx.database, actor, ctx.clock, async (tx) => {
    const state = (await findActivation(tx, id)) ?? refuse('not-found');
    if (command.act !== 'draft-situation-report') return { state };
    // A report speaks of the cases its author sees, and of no other.
    const named = command.paragraphs.flatMap((one) => (one.caseId === null ? [] : [one.caseId]));
    const visible = new Set((await casesSeen(tx, named)).map((one) => one.id));
    const wrong = command.paragraphs.findIndex((one) => one.caseId !== null && !visible.has(one.caseId));
    if (wrong !== -1) refuseFields({ path: `paragraphs.${wrong}.caseId`, code: 'bad-choice' });
    return { state };
  });
  // Facts of the cases are written by the mechanism, for whoever acts need not see every one of them.
  const hands: Actor = { personId: person, keys: [...actor.keys, 'system'] };
  await writing(ctx.database, hands, ctx.clock, async (tx) => {
    const world = await worldOf(ctx, tx, seen.state.pack);
    const held = postsHeld(actor, world);
    const early = choosePost(command, held, seen.state, world.pack);
    const cases = seen.state.cases.map((one) => one.id);
    const touches = command.act === 'stand-down' || command.act === 'answer-summons';
    const opened = touches ? await lockCases(ctx, tx, cases) : [];
    const state = (await lockActivation(tx, id)) ?? refuse('not-found');
    if (await isRepeated(tx, command, state)) return;
    const post = command.as === undefined ? choosePost(command, held, state, world.pack) : early;
    if (!state.active) refuse('centre-stood-down');
    // Decided first without the words, so that nothing is written that is refused.
    const texts = textsOf(command);
    const blank = texts.map((text) => ({ id: text.id, hash: '' }));
    decide(state, command, { person, post, note: blank[0] ?? null, paragraphs: blank }, world);
    const written = await write(tx, id, texts);
    const doer = { person, post: post.id };
    const facts = decide(
      state,
      command,
      { person, post, note: written[0] ?? null, paragraphs: written },
      world,
    );
    await storeCentre(tx, id, state, facts, doer);
    if (command.act === 'answer-summons') {
      const by = {
        how: command.post === post.id ? ('app' as const) : ('telephone' as const),
        at: tx.now,
        by: command.post === post.id ? person : null,
        recordedBy: command.post === post.id ? null : person,
      };
      for (const notice of await askedOf(tx, command.post, cases)) await confirm(ctx, tx, notice, by, doer);
    }
    if (command.act === 'stand-down') {
      for (const one of opened)
        await store(ctx, tx, one.before, [{ kind: 'stood-down', data: { activation: id } }], doer, one.world);
    }
    tx.afterCommit(() => ctx.signals.emit('facts'));
  });
}

/**
 * Does one act with an emergency meeting (S7.10.4b).
 * @throws Refusal not-found, forbidden-act, centre-stood-down when it was cancelled or has ended, invalid-input
 */
export async function actInMeeting(
  ctx: AppContext,
  actor: Actor,
  id: string,
  command: MeetingActCommand,
): Promise<void> {
  const person = requirePerson(actor);
  const seen = await read(ctx.database, actor, ctx.clock, (tx) => findMeeting(tx, id));
  if (!seen) refuse('not-found');
  const hands: Actor = { personId: person, keys: [...actor.keys, 'system'] };
  await writing(ctx.database, hands, ctx.clock, async (tx) => {
    const world = await worldOf(ctx, tx, seen.pack);
    const state = (await findMeeting(tx, id, true)) ?? refuse('not-found');
    const post = chooseMeetingPost(command, postsHeld(actor, world), state, world.pack);
    if ('id' in command && (await isWritten(tx, command.id))) return;
    const texts = meetingTexts(command, state.case);
    decideMeeting(state, command, texts[0] ? { id: texts[0].id, hash: '' } : null, world);
    const [written = null] = await write(tx, id, texts);
    const facts = decideMeeting(state, command, written, world);
    if (facts.length === 0) return;
    await storeMeeting(tx, id, state, facts, { person, post: post.id });
    tx.afterCommit(() => ctx.signals.emit('facts'));
  });
}

/** What is said in a meeting is about the case it was called for; where it is held is not. */
function meetingTexts(command: MeetingActCommand, about: string): Text[] {
  switch (command.act) {
    case 'move':
      return [{ id: uuid(), kind: 'place', body: command.place, about: [] }];
    case 'cancel':
      return [{ id: uuid(), kind: 'cancel', body: command.reason, about: [about] }];
    case 'minutes':
    case 'decide':
    case 'assign':
      return [{ id: command.id, kind: command.act, body: command.text, about: [about] }];
    case 'done':
      return command.text.trim() === ''
        ? []
        : [{ id: uuid(), kind: 'done', body: command.text, about: [about] }];
    default:
      return [];
  }
}
