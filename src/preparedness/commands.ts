/** Calling for preparedness, answering, reminding, giving more time, ending it (S7.9.7.5). Every act is a fact. */
import { createHash } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { type PrepareLetter, writeDutyLetters } from '../delivery/index.ts';
import { appendFacts, directorySnapshot, type SnapshotPost } from '../directory/index.ts';
import { activePack, canonicalJson, groupKeys, groupMay, stepsAt } from '../mechanism/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import { type Tx, write } from '../platform/transaction.ts';
import { proceduresNow } from '../procedures/index.ts';
import type { CallForPreparedness, ExtendCall, SettleTask } from './contract.ts';
import { authoritiesOf, bodiesOf, type Nation, type Part, partsOf, toTell } from './parts.ts';
import { answeringPost, callableSteps, checkDue, type Party, REMIND_AGAIN, settled } from './rules.ts';
import * as store from './store.ts';

interface Standing extends Nation {
  readonly hash: string;
  readonly person: string;
  readonly posts: readonly SnapshotPost[];
}

async function standing(ctx: AppContext, tx: Tx, actor: Actor): Promise<Standing> {
  const person = actor.personId ?? refuse('not-signed-in');
  const { pack, hash } = await activePack(ctx, tx);
  const directory = await directorySnapshot(ctx, tx);
  return { pack, hash, directory, now: tx.now, person, posts: directory.postsHeldBy(person, tx.now) };
}

/** The post in which somebody may call for preparedness. @throws Refusal forbidden-act */
function callingPost({ pack, posts }: Standing): SnapshotPost {
  return posts.find((post) => groupMay(pack, 'call-preparedness', post)) ?? refuse('forbidden-act');
}

async function record(
  ctx: AppContext,
  tx: Tx,
  fact: { stream: 'preparedness' | 'preparedness-part'; id: string; kind: string; data: object },
  post: string,
): Promise<void> {
  const { stream, id, kind, data } = fact;
  await appendFacts(tx, [{ stream, streamId: id, kind, data, compartment: null }], post);
  tx.afterCommit(() => ctx.signals.emit('facts'));
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/**
 * Calls for preparedness: every party with a part in it gets its steps, its contacts a letter, their authorities one for
 * information. Answers the id it was called under; sent twice, it is one call.
 * @throws Refusal forbidden-act, conflict for an id of somebody else's, invalid-input for a step that is not of the phase
 * before, an audience nobody belongs to, a time that has passed, a case the caller does not see
 */
export async function callForPreparedness(
  ctx: AppContext,
  actor: Actor,
  input: CallForPreparedness,
): Promise<string> {
  return write(ctx.database, actor, ctx.clock, async (tx) => {
    const me = await standing(ctx, tx, actor);
    const post = callingPost(me);
    await store.takeTurn(tx, input.id);
    const before = await store.findCall(tx, input.id);
    if (before) return before.called_by === me.person ? before.id : refuse('conflict');
    const procedures = await proceduresNow(tx);
    const known = callableSteps(stepsAt(me.pack, procedures.approved, procedures.edition));
    input.steps.forEach((id, index) => {
      if (input.steps.indexOf(id) !== index || !known.some((step) => step.id === id))
        refuseFields({ path: `steps.${index}`, code: 'bad-choice' });
    });
    const steps = known.filter((step) => input.steps.includes(step.id));
    const dueAt = new Date(input.dueAt);
    checkDue(dueAt, tx.now);
    const caseId =
      input.caseNumber === null
        ? null
        : ((await store.occasion(tx, input.caseNumber)) ??
          refuseFields({ path: 'caseNumber', code: 'bad-choice' }));
    const seenBy = groupKeys(me.pack, 'read-preparedness');
    const bodies = bodiesOf(input.audience, me);
    const parts = partsOf(steps, bodies, seenBy, me).map((part) => ({ ...part, id: uuid() }));
    const said = steps.map(({ id, owner, title, help }) => ({ id, owner, title, help }));
    const audience = input.audience.kind === 'named' ? { kind: 'named' as const } : input.audience;
    await tx.insert({
      preparedness_calls: [
        {
          ...{ id: input.id, mode: input.mode, pack_hash: me.hash, edition: procedures.edition, steps: said },
          ...{ audience, reason: input.reason, case_id: caseId, called_at: tx.now, called_by: me.person },
          ...{ called_post: post.id, due_at: dueAt, seen_by: seenBy, ended_why: '' },
        },
      ],
      preparedness_parts: parts.map((part) => ({
        ...{ id: part.id, call_id: input.id, organisation_id: part.organisationId, group_code: part.group },
        ...{ told: part.tell.length, reminders: 0, seen_by: part.seenBy },
      })),
      preparedness_tasks: parts.flatMap((part) =>
        part.steps.map((step) => ({
          ...{ part_id: part.id, step, place: steps.findIndex((one) => one.id === step) },
          ...{ state: 'open', note: '', seen_by: part.seenBy },
        })),
      ),
    });
    const common = { from: tx.now, to: dueAt, callId: input.id };
    await writeDutyLetters(ctx, tx, [
      ...lettersTo(parts, 'prepare-called', common),
      ...authoritiesOf(parts, me).map((who) => ({
        ...{ ...who, ...common, what: 'prepare-informed' as const, partId: null },
      })),
    ]);
    const data = {
      ...{ mode: input.mode, edition: procedures.edition, steps: steps.map((step) => step.id) },
      // Which bodies it went to, and what the steps said, bound to the record by their hashes.
      ...{ stepsHash: hashOf(said), parts: parts.length, partsHash: hashOf(partNames(parts)), audience },
      ...{ dueAt: dueAt.toISOString(), reason: input.reason, caseId },
    };
    await record(
      ctx,
      tx,
      { stream: 'preparedness', id: input.id, kind: 'preparedness-called', data },
      post.id,
    );
    return input.id;
  });
}

function partNames(parts: readonly (Part & { id: string })[]): string[][] {
  return parts
    .map((part) => [part.id, part.organisationId, part.group ?? '', ...part.steps])
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}

function lettersTo(
  parts: readonly Pick<Part & { id: string }, 'id' | 'tell'>[],
  what: PrepareLetter['what'],
  common: { from: Date; to: Date; callId: string },
): PrepareLetter[] {
  return parts.flatMap((part) => part.tell.map((who) => ({ ...who, ...common, what, partId: part.id })));
}

/** A call that may still be changed, for whoever may change it. @throws Refusal not-found, forbidden-act, preparedness-ended */
async function changing(ctx: AppContext, tx: Tx, actor: Actor, id: string) {
  const me = await standing(ctx, tx, actor);
  await store.takeTurn(tx, id);
  const call = (await store.findCall(tx, id)) ?? refuse('not-found');
  const post = callingPost(me);
  if (call.ended_at) refuse('preparedness-ended');
  return { me, call, post, common: { from: call.called_at, to: call.due_at, callId: id } };
}

/**
 * Reminds those who have not confirmed or still have a step open: all, or the one party named. Whoever was reminded less
 * than ten minutes ago is left alone. Answers how many parties were reminded.
 * @throws Refusal not-found, forbidden-act, preparedness-ended
 */
export async function remindParts(
  ctx: AppContext,
  actor: Actor,
  id: string,
  part: string | null,
): Promise<number> {
  return write(ctx.database, actor, ctx.clock, async (tx) => {
    const { me, post, common } = await changing(ctx, tx, actor, id);
    const silent = await store.silentParts(tx, id, part, new Date(tx.now.getTime() - REMIND_AGAIN));
    if (silent.length === 0) return 0;
    await store.markReminded(
      tx,
      silent.map((one) => one.id),
    );
    await writeDutyLetters(ctx, tx, lettersTo(tellEach(silent, me), 'prepare-reminded', common));
    const data = { parts: silent.length, part };
    await record(ctx, tx, { stream: 'preparedness', id, kind: 'preparedness-reminded', data }, post.id);
    return silent.length;
  });
}

function tellEach(parts: readonly ({ id: string } & Party)[], nation: Nation) {
  return parts.map((part) => ({ ...part, tell: toTell(part, nation) }));
}

/**
 * Gives the call another time, later or sooner, and tells every party.
 * @throws Refusal not-found, forbidden-act, preparedness-ended, invalid-input for a time that has passed
 */
export async function extendCall(
  ctx: AppContext,
  actor: Actor,
  id: string,
  { dueAt, reason }: ExtendCall,
): Promise<void> {
  await write(ctx.database, actor, ctx.clock, async (tx) => {
    const { me, call, post, common } = await changing(ctx, tx, actor, id);
    const to = new Date(dueAt);
    checkDue(to, tx.now);
    if (to.getTime() === call.due_at.getTime()) return;
    await store.saveDue(tx, id, to);
    const parts = tellEach(await store.everyPart(tx, id), me);
    await writeDutyLetters(ctx, tx, lettersTo(parts, 'prepare-extended', { ...common, to }));
    const data = { dueAt: to.toISOString(), before: call.due_at.toISOString(), reason };
    await record(ctx, tx, { stream: 'preparedness', id, kind: 'preparedness-extended', data }, post.id);
  });
}

/**
 * Ends the call and tells every party, and the authorities that were told of it; what was recorded stays.
 * @throws Refusal not-found, forbidden-act, preparedness-ended
 */
export async function endCall(ctx: AppContext, actor: Actor, id: string, reason: string): Promise<void> {
  await write(ctx.database, actor, ctx.clock, async (tx) => {
    const { me, post, common } = await changing(ctx, tx, actor, id);
    await store.saveEnd(tx, id, me.person, reason);
    const parts = tellEach(await store.everyPart(tx, id), me);
    const above = authoritiesOf(
      parts.map((part) => ({ ...part, steps: [], seenBy: [] })),
      me,
    );
    await writeDutyLetters(ctx, tx, [
      ...lettersTo(parts, 'prepare-ended', common),
      ...above.map((who) => ({ ...who, ...common, what: 'prepare-ended' as const, partId: null })),
    ]);
    await record(
      ctx,
      tx,
      { stream: 'preparedness', id, kind: 'preparedness-ended', data: { reason } },
      post.id,
    );
  });
}

/** A part of a call that the actor answers for. @throws Refusal not-found, forbidden-act, preparedness-ended */
async function answering(ctx: AppContext, tx: Tx, actor: Actor, id: string, partId: string) {
  const me = await standing(ctx, tx, actor);
  const call = await store.findCall(tx, id);
  const part = call && (await store.lockPart(tx, id, partId));
  if (!call || !part) refuse('not-found');
  const party = { organisationId: part.organisation_id, group: part.group_code };
  const post = answeringPost(party, me.posts, me.pack) ?? refuse('forbidden-act');
  if (call.ended_at) refuse('preparedness-ended');
  return { me, part, post };
}

async function acknowledged(
  ctx: AppContext,
  tx: Tx,
  { me, part, post }: Awaited<ReturnType<typeof answering>>,
): Promise<void> {
  if (!(await store.markAcknowledged(tx, part.id, me.person))) return;
  const fact = { stream: 'preparedness-part' as const, id: part.id, kind: 'preparedness-acknowledged' };
  await record(ctx, tx, { ...fact, data: { call: part.call_id } }, post.id);
}

/** Confirms for one's own party that the call has arrived; safe to repeat. @throws Refusal not-found, forbidden-act, preparedness-ended */
export async function acknowledgePart(
  ctx: AppContext,
  actor: Actor,
  id: string,
  part: string,
): Promise<void> {
  await write(ctx.database, actor, ctx.clock, async (tx) =>
    acknowledged(ctx, tx, await answering(ctx, tx, actor, id, part)),
  );
}

/**
 * Records what became of a step of one's own party, or takes it up again; whoever does has also confirmed.
 * @throws Refusal not-found for a step that is not the party's, forbidden-act, preparedness-ended, step-settled, reason-required
 */
export async function settleTask(
  ctx: AppContext,
  actor: Actor,
  id: string,
  part: string,
  step: string,
  { act, note }: SettleTask,
): Promise<void> {
  await write(ctx.database, actor, ctx.clock, async (tx) => {
    const found = await answering(ctx, tx, actor, id, part);
    const task = found.part.tasks.find((one) => one.step === step) ?? refuse('not-found');
    const state = settled(task.state, act, note);
    await acknowledged(ctx, tx, found);
    await store.saveTask(tx, part, step, { state, note, person: found.me.person });
    const kind = { done: 'preparedness-done', skip: 'preparedness-skipped', reopen: 'preparedness-reopened' };
    const data = { call: id, step, note };
    await record(ctx, tx, { stream: 'preparedness-part', id: part, kind: kind[act], data }, found.post.id);
  });
}
