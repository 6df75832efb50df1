/** Changing the response procedures: one proposes, another agrees (S7.11.0d, ISO-15). */
import { createHash } from 'node:crypto';
import { appendFacts, directorySnapshot, type SnapshotPost } from '../directory/index.ts';
import {
  activePack,
  canonicalJson,
  type GroupAct,
  groupKeys,
  groupMay,
  type Pack,
  type StepContent,
  stepsAt,
} from '../mechanism/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { type Tx, write } from '../platform/transaction.ts';
import type { DecideStep, ProposeStep } from './contract.ts';
import { addedId, contentOf, proposed } from './rules.ts';
import { allVersions, findVersion, settle, takeTurn } from './store.ts';

/** The mechanism, and the post in which somebody may do something by it. @throws Refusal not-signed-in, forbidden-act */
async function admitted(
  ctx: AppContext,
  tx: Tx,
  actor: Actor,
  act: GroupAct,
): Promise<{ pack: Pack; hash: string; person: string; post: SnapshotPost }> {
  const person = actor.personId ?? refuse('not-signed-in');
  const { pack, hash } = await activePack(ctx, tx);
  const directory = await directorySnapshot(ctx, tx);
  const post = directory.postsHeldBy(person, tx.now).find((one) => groupMay(pack, act, one));
  return { pack, hash, person, post: post ?? refuse('forbidden-act') };
}

/** What a proposal says, bound to the record by its hash. */
function hashOf(content: StepContent | null): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

/**
 * Proposes a change; nothing changes until a second person agrees. Answers the id it was proposed under.
 * @throws Refusal forbidden-act, not-found for a step nobody knows, already-proposed while another change of the step waits,
 * procedure-same when it stands so already, invalid-input
 */
export async function proposeProcedure(ctx: AppContext, actor: Actor, input: ProposeStep): Promise<string> {
  return write(ctx.database, actor, ctx.clock, async (tx) => {
    const { pack, hash, person, post } = await admitted(ctx, tx, actor, 'propose-procedure');
    await takeTurn(tx);
    const before = await findVersion(tx, input.id);
    if (before) return before.proposed_by === person ? before.id : refuse('conflict');
    const rows = await allVersions(tx);
    const step = input.step ?? addedId(input.id);
    if (rows.some((row) => row.step === step && row.state === 'proposed')) refuse('already-proposed');
    const kept = rows.flatMap((row) =>
      row.step === step && row.version !== null ? [{ version: row.version, content: row.content }] : [],
    );
    const approved = rows
      .flatMap(({ step: of, edition, content }) => (edition === null ? [] : [{ step: of, edition, content }]))
      .sort((a, b) => a.edition - b.edition);
    const find = (edition: number) => stepsAt(pack, approved, edition).find((one) => one.id === step) ?? null;
    const { content } = proposed(
      { ...input, content: input.content && contentOf(input.content) },
      find(approved.length),
      find(0),
      kept,
      pack,
    );
    await tx.insert({
      procedure_versions: [
        {
          ...{ id: input.id, step, content, restores: input.restores, reason: input.reason, pack_hash: hash },
          ...{ state: 'proposed', proposed_at: tx.now, proposed_by: person, proposed_post: post.id },
          seen_by: groupKeys(pack, 'read-procedures'),
        },
      ],
    });
    const data = { step, restores: input.restores, reason: input.reason, content, hash: hashOf(content) };
    await record(ctx, tx, input.id, 'procedure-proposed', data, post.id);
    return input.id;
  });
}

async function record(
  ctx: AppContext,
  tx: Tx,
  id: string,
  kind: string,
  data: object,
  post: string,
): Promise<void> {
  await appendFacts(tx, [{ stream: 'procedure', streamId: id, kind, data, compartment: null }], post);
  tx.afterCommit(() => ctx.signals.emit('facts'));
}

/**
 * Agrees to a proposal, or not, or takes one's own back. Agreed to, it is the next edition: cases graded from then on are
 * given it, those whose procedure is open keep theirs.
 * @throws Refusal not-found, forbidden-act, second-person-needed, not-your-proposal, nothing-proposed, proposer-gone,
 * reason-required
 */
export async function decideProcedure(
  ctx: AppContext,
  actor: Actor,
  id: string,
  { decision, reason }: DecideStep,
): Promise<void> {
  await write(ctx.database, actor, ctx.clock, async (tx) => {
    const act = decision === 'withdraw' ? 'propose-procedure' : 'decide-procedure';
    const { pack, person, post } = await admitted(ctx, tx, actor, act);
    await takeTurn(tx);
    const row = (await findVersion(tx, id)) ?? refuse('not-found');
    const isOwn = row.proposed_by === person;
    if (decision === 'withdraw' ? !isOwn : isOwn)
      refuse(isOwn ? 'second-person-needed' : 'not-your-proposal');
    if (row.state !== 'proposed') refuse('nothing-proposed');
    if (decision === 'decline' && reason === '')
      refuse('reason-required', { fields: [{ path: 'reason', code: 'required' }] });
    if (decision !== 'approve') {
      const state = decision === 'decline' ? 'declined' : 'withdrawn';
      await settle(tx, id, { state, edition: null, version: null, person, post: post.id, reason });
      await record(ctx, tx, id, `procedure-${state}`, { step: row.step, reason }, post.id);
      return;
    }
    const directory = await directorySnapshot(ctx, tx);
    const stillThere = directory
      .postsHeldBy(row.proposed_by, tx.now)
      .some((one) => groupMay(pack, 'propose-procedure', one));
    if (!stillThere) refuse('proposer-gone');
    const rows = await allVersions(tx);
    const last = (pick: (one: (typeof rows)[number]) => number | null) =>
      Math.max(0, ...rows.map((one) => pick(one) ?? 0));
    const edition = last((one) => one.edition) + 1;
    const version = last((one) => (one.step === row.step ? one.version : null)) + 1;
    await settle(tx, id, { state: 'approved', edition, version, person, post: post.id, reason });
    const data = { step: row.step, edition, version, reason, hash: hashOf(row.content) };
    await record(ctx, tx, id, 'procedure-approved', data, post.id);
  });
}
