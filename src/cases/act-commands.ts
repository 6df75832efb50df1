/** What people do with a case: acts, proposals and approvals. Everything goes through write.ts. */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { isRefusal, refuse } from '../platform/errors.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import { AFFAIRS } from './affairs.ts';
import { postsHeld, requirePerson } from './asking.ts';
import { applyFacts, type Before, type Doer } from './consequences.ts';
import type { actAnswer, actPreview, CaseAct } from './contract.ts';
import type { CaseState, Pending } from './evolve.ts';
import type { NewFact } from './facts.ts';
import { isGraveNow } from './grave-rules.ts';
import { hushedFrom, newsOfHold } from './hold-rules.ts';
import { mirrorOf } from './link-rules.ts';
import { askedOf, commandOf, pendingOf, proposalOf, ruleFor } from './proposals.ts';
import type { Recipient, World } from './recipients.ts';
import { noteOf, noteRows, packageOf } from './referral-store.ts';
import { mayAct } from './rights.ts';
import { type ActInput, type ActingPost, choosePost, decide } from './rules.ts';
import { answerRow, factsOf, findAnswer, findCase, lockCase } from './store.ts';
import { hashOf, knownByActing, once, openForWriting, partyOf, store, worldFor } from './write.ts';

type ActAnswer = z.infer<typeof actAnswer>;

/** What changed a case since the revision an actor had seen: told to him so that nothing of his is lost. */
async function refuseStale(tx: Tx, state: CaseState, seen: number, world: World): Promise<never> {
  const facts = await factsOf(tx, state.id);
  const hushed = hushedFrom(tx.actor.keys, state, facts);
  // Whom the reader may not know to have been asked, he is not told to have answered.
  const since = facts.filter(
    (fact) => fact.seq > seen && !hushed.has(fact.seq) && !(hushed.size > 0 && fact.kind === 'acknowledged'),
  );
  const last = since.at(-1);
  const person = last?.person ? world.directory.persons.get(last.person) : undefined;
  refuse('case-changed', {
    params: {
      revision: state.revision,
      who: person?.nameZh ?? '',
      when: last?.at.toISOString() ?? '',
      what: since.map((fact) => fact.kind),
    },
  });
}

/** Facts that only record who knows do not make another's view of the case stale. */
const HARMLESS = new Set([
  'acknowledged',
  'clock-warned',
  'clock-overdue',
  'convenor-told',
  'rung-reached',
  'linked',
  'unlinked',
  ...AFFAIRS,
]);

async function isStale(tx: Tx, state: CaseState, seen: number): Promise<boolean> {
  if (seen === state.revision) return false;
  if (seen > state.revision) return true;
  return (await factsOf(tx, state.id)).some((fact) => fact.seq > seen && !HARMLESS.has(fact.kind));
}

async function inputOf(tx: Tx, caseId: string, act: CaseAct, messageId: string): Promise<ActInput> {
  const other = act.act === 'merge' ? act.intoCase : act.act === 'link-case' ? act.withCase : undefined;
  const target = other === undefined ? undefined : await findCase(tx, other);
  return {
    ...('reason' in act ? { reason: act.reason } : {}),
    ...('text' in act ? { text: act.text, messageId } : {}),
    ...(act.act === 'call-meeting' ? { messageId } : {}),
    ...('level' in act ? { level: act.level } : {}),
    ...('toPerson' in act ? { toPerson: act.toPerson } : {}),
    ...(act.act === 'lift-hold' ? { news: newsOfHold(await factsOf(tx, caseId)) } : {}),
    ...(act.act === 'send-referral' && act.package !== null
      ? { package: await packageOf(tx, caseId, act.target, act.package) }
      : {}),
    ...(noteOf(act) ? { note: { id: messageId, hash: hashOf(noteOf(act)) } } : {}),
    ...(target ? { target: { id: target.id, number: target.number, state: target } } : {}),
  };
}

/**
 * Does one act with a case. Each act is one row of the pack's rights table; the facts it decides, and all that follows,
 * are stored in one transaction (figure 5, SI.2, H31, H32).
 * @param confirmed called before a grave act (AUTH-6); throws when whoever acts has not confirmed lately who he is
 * @throws Refusal not-found, case-changed, forbidden-act, already-final, and what the act's guards demand
 */
export async function act(
  ctx: AppContext,
  actor: Actor,
  caseId: string,
  command: CaseAct,
  key?: string,
  confirmed: () => void = () => undefined,
): Promise<ActAnswer> {
  requirePerson(actor);
  const requestHash = hashOf({ caseId, command });
  const run = () =>
    write(ctx.database, actor, ctx.clock, (tx) =>
      once(tx, key, requestHash, () => actIn(ctx, tx, actor, caseId, command, key, requestHash, confirmed)),
    );
  try {
    return await run();
  } catch (error) {
    // The same click twice at the same instant: the other one did it, and its answer is ours.
    if (key === undefined || !(await hasAnswer(ctx, actor, key))) throw error;
    return run();
  }
}

function hasAnswer(ctx: AppContext, actor: Actor, key: string): Promise<boolean> {
  return read(ctx.database, actor, ctx.clock, async (tx) => (await findAnswer(tx, key)) !== undefined);
}

async function actIn(
  ctx: AppContext,
  tx: Tx,
  actor: Actor,
  caseId: string,
  command: CaseAct,
  key: string | undefined,
  requestHash: string,
  confirmed: () => void,
): Promise<ActAnswer> {
  const person = requirePerson(actor);
  // Two cases are always locked in the order of their ids, so that two merges cannot wait for each other.
  const other = await otherOf(tx, caseId, command);
  if (other !== undefined && other < caseId) await lockCase(tx, other);
  const { state, before, world } = await openForWriting(ctx, tx, caseId);
  if (other !== undefined && other > caseId) await lockCase(tx, other);
  const post = choosePost(command.act, postsHeld(actor, world), state, world, command.as);
  requireOther(state, command, person);
  if (await isStale(tx, state, command.revision)) await refuseStale(tx, state, command.revision, world);
  if (isGraveNow(command, state, world.pack)) confirmed();
  const messageId = uuid();
  const doer: Doer = { person, post: post.id };
  const { decided, input, proposed } = await decideIn(
    tx,
    state,
    command,
    { personId: person, post },
    world,
    messageId,
  );
  const decides = command.act === 'approve-act' || command.act === 'decline-act';
  const drafts = [...knownByActing(before, doer, world, decides), ...decided];
  if (drafts.length === 0) {
    // Nothing to decide is an answer too: a repeat gets the same, whatever the case has become meanwhile.
    const answer = answerOf(command.act, state, [], world);
    if (key !== undefined) await tx.insert(answerRow(tx, key, requestHash, answer));
    return answer;
  }
  const message = decided.find((fact) => fact.kind === 'message-sent' || fact.kind === 'asked-back');
  const effects = await store(ctx, tx, before, drafts, doer, world, {
    ...(message && input.text !== undefined
      ? { messages: [messageRow(tx, caseId, messageId, message, input.text, doer)] }
      : {}),
    ...noteRows(tx, state, command, messageId, doer),
  });
  await otherSide(ctx, tx, decided, state, doer);
  const answer: ActAnswer = {
    ...answerOf(command.act, effects.state, effects.notices, world),
    ...(proposed ? { proposed } : {}),
  };
  if (key !== undefined) await tx.insert(answerRow(tx, key, requestHash, answer));
  return answer;
}

/** The other case an act touches, if any. */
async function otherOf(tx: Tx, caseId: string, command: CaseAct): Promise<string | undefined> {
  switch (command.act) {
    case 'merge':
      return command.intoCase;
    case 'link-case':
      return command.withCase;
    case 'unmerge':
      return (await findCase(tx, caseId))?.mergedInto?.id;
    case 'unlink-case':
      return (await findCase(tx, caseId))?.linkedTo?.id;
    case 'approve-act':
      return (await findCase(tx, caseId))?.pending.find((one) => one.id === command.proposal)?.into?.id;
    default:
      return undefined;
  }
}

interface Decided {
  readonly decided: readonly NewFact[];
  readonly input: ActInput;
  /** Only proposed: it needs a second person. */
  readonly proposed?: true;
}

/** Who proposed something is never the second person, whichever of his posts he acts in (ISO-15). */
function requireOther(state: CaseState, command: CaseAct, person: string): void {
  if (!('proposal' in command)) return;
  const pending = state.pending.find((one) => one.id === command.proposal);
  if (!pending) return;
  const own = pending.person === person;
  if (own !== (command.act === 'withdraw-act')) refuse(own ? 'second-person-needed' : 'not-your-proposal');
}

/**
 * What an act decides: its own facts; the fact of proposing it where the pack asks for a second person; or, when the second
 * person agrees, that and everything the proposed act decides, in one (ISO-15).
 */
async function decideIn(
  tx: Tx,
  state: CaseState,
  command: CaseAct,
  actor: ActingPost,
  world: World,
  messageId: string,
): Promise<Decided> {
  const input = await inputOf(tx, state.id, command, messageId);
  if (command.act === 'approve-act') {
    const pending = pendingOf(state, command.proposal);
    const proposer = world.directory.posts.get(pending.post);
    const stillHolds = world.directory
      .postsHeldBy(pending.person, world.now)
      .some((post) => post.id === pending.post);
    // A right that has ended meanwhile is not lent to a proposal made while it lasted.
    if (!proposer || !stillHolds || !mayAct(pending.act, proposer, state, world.directory, world.pack))
      refuse('proposer-gone');
    const meant = commandOf(pending, command.revision);
    const inner = await inputOf(tx, state.id, meant, messageId);
    return {
      input,
      decided: [...decide(state, command, actor, world, input), ...decide(state, meant, actor, world, inner)],
    };
  }
  const decided = decide(state, command, actor, world, input);
  const rule = ruleFor(state, askedOf(command), world.pack);
  if (rule === null || decided.length === 0) return { decided, input };
  const { target } = input;
  const into = target ? { id: target.id, number: target.number } : null;
  return { decided: [proposalOf(state, rule, command, into)], input, proposed: true };
}

function messageRow(tx: Tx, caseId: string, id: string, fact: NewFact, body: string, doer: Doer): object {
  const direction = fact.kind === 'message-sent' ? fact.data.direction : 'to-agency';
  const group = fact.kind === 'message-sent' ? (fact.data.group ?? null) : null;
  return {
    to_group: group,
    id,
    case_id: caseId,
    direction,
    body,
    person_id: doer.person,
    post_id: doer.post,
    at: tx.now,
  };
}

/** The other case of a merge keeps the number as its alias, and lets it go again (H32, H52). */
async function otherSide(
  ctx: AppContext,
  tx: Tx,
  decided: readonly NewFact[],
  state: CaseState,
  doer: Doer,
): Promise<void> {
  for (const fact of decided) {
    if (fact.kind === 'linked' || fact.kind === 'unlinked') {
      const one = fact.data.cases[0];
      if (!one) continue;
      const { before, state: there, world } = await openForWriting(ctx, tx, one.id);
      const self = [{ id: state.id, number: state.number }];
      await store(ctx, tx, before, [mirrorOf(fact.kind, there, self, fact.data.reason)], doer, world);
    }
    if (fact.kind !== 'merged' && fact.kind !== 'unmerged') continue;
    const id = fact.kind === 'merged' ? fact.data.into : fact.data.from;
    const other = await openForWriting(ctx, tx, id);
    const mirrored: NewFact =
      fact.kind === 'merged'
        ? { kind: 'absorbed', data: { case: state.id, number: state.number, awareAt: state.awareAt } }
        : { kind: 'let-go', data: { case: state.id, number: state.number } };
    await store(ctx, tx, other.before, [mirrored], doer, other.world);
  }
}

function answerOf(
  name: CaseAct['act'],
  state: CaseState,
  told: readonly Recipient[],
  world: World,
): ActAnswer {
  return {
    caseId: state.id,
    act: name,
    revision: state.revision,
    state: state.state,
    level: state.level,
    toldParties: told.map((one) => partyOf(one, world)),
  };
}

/** Who would be told by an act, and where it would lead; nothing is written (face: grave acts show it first). */
export async function previewAct(
  ctx: AppContext,
  actor: Actor,
  caseId: string,
  command: CaseAct,
): Promise<z.infer<typeof actPreview>> {
  const person = requirePerson(actor);
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const state = await findCase(tx, caseId);
    if (!state) refuse('not-found');
    const world = await worldFor(ctx, tx, state.pack);
    const post = choosePost(command.act, postsHeld(actor, world), state, world, command.as);
    requireOther(state, command, person);
    const doer: Doer = { person, post: post.id };
    const tell = (decided: readonly NewFact[]) =>
      applyFacts({ id: caseId, state, clocks: [], openNotices: [] }, decided, doer, world, uuid);
    const meant = 'reason' in command ? { ...command, reason: command.reason || '…' } : command;
    const { decided, input, proposed } = await decideIn(
      tx,
      state,
      meant,
      { personId: person, post },
      world,
      uuid(),
    );
    if (decided.length === 0) return { toldParties: [], nextState: state.state, approvers: null };
    // What would come of it once the second person has agreed is shown as well.
    const effects = tell(proposed ? decide(state, meant, { personId: person, post }, world, input) : decided);
    return {
      toldParties: effects.notices.map((one) => partyOf(one, world)),
      nextState: effects.state.state,
      approvers: proposed ? tell(decided).notices.map((one) => partyOf(one, world)) : null,
    };
  });
}

/** What approving a proposal would come to now; nothing, when it would be refused (a merge whose other case has ended). */
export async function effectsOf(
  tx: Tx,
  state: CaseState,
  pending: Pending,
  world: World,
): Promise<Pick<z.infer<typeof actPreview>, 'toldParties' | 'nextState'>> {
  const nothing = { toldParties: [], nextState: state.state };
  const post = world.directory.posts.get(pending.post);
  if (!post) return nothing;
  try {
    const meant = commandOf(pending, state.revision);
    const input = await inputOf(tx, state.id, meant, uuid());
    const facts = decide(state, meant, { personId: pending.person, post }, world, input);
    const before: Before = { id: state.id, state, clocks: [], openNotices: [] };
    const effects = applyFacts(before, facts, { person: null, post: null }, world, uuid);
    return {
      toldParties: effects.notices.map((one) => partyOf(one, world)),
      nextState: effects.state.state,
    };
  } catch (error) {
    if (isRefusal(error)) return nothing;
    throw error;
  }
}
