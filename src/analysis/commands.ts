/** Writing analysis reports: kept as a draft at every pause, sent once (S7.11.0e). */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { type DraftView, keepDraft } from '../cases/index.ts';
import { appendFacts, directorySnapshot, type SnapshotPost } from '../directory/index.ts';
import { activePack, canonicalJson, groupKeys, groupMay, type Pack } from '../mechanism/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import type { AnalysisDraft, SendAnalysis, saveAnalysisDraft } from './contract.ts';
import { casesNamed, dropDraft, findReport } from './store.ts';

/** The posts in which somebody writes. @throws Refusal not-signed-in, forbidden-act for whoever has none */
async function writing(
  ctx: AppContext,
  tx: Tx,
  actor: Actor,
): Promise<{ pack: Pack; person: string; posts: readonly SnapshotPost[] }> {
  const person = actor.personId ?? refuse('not-signed-in');
  const { pack } = await activePack(ctx, tx);
  const directory = await directorySnapshot(ctx, tx);
  const posts = directory
    .postsHeldBy(person, tx.now)
    .filter((post) => post.groupCode !== null && groupMay(pack, 'write-analysis', post));
  if (posts.length === 0) refuse('forbidden-act');
  return { pack, person, posts };
}

/** As its author has it. */
export function draftShown(row: Pick<DraftView, 'id' | 'content' | 'revision' | 'updatedAt'>): AnalysisDraft {
  return { id: row.id, content: row.content, revision: row.revision, updatedAt: row.updatedAt };
}

/**
 * Saves what was written so far; the closed laptop loses nothing.
 * @throws Refusal forbidden-act, draft-changed when it was saved elsewhere meanwhile or sent, too-many-drafts
 */
export async function keepAnalysisDraft(
  ctx: AppContext,
  actor: Actor,
  id: string,
  draft: z.infer<typeof saveAnalysisDraft>,
): Promise<AnalysisDraft> {
  const { organisationId, isSent } = await read(ctx.database, actor, ctx.clock, async (tx) => {
    const { posts } = await writing(ctx, tx, actor);
    return {
      organisationId: (posts[0] as SnapshotPost).organisationId,
      isSent: (await findReport(tx, id)) !== undefined,
    };
  });
  if (isSent) refuse('draft-changed', { params: { filed: true } });
  const { content, revision } = draft;
  return draftShown(
    await keepDraft(ctx, actor, id, { organisationId, caseId: null, kind: 'analysis', content, revision }),
  );
}

/**
 * Sends a report. It is read by the author's group and by whoever gathers them all, of these by those who see every case it
 * is about; of a case behind a wall, or when its author says so, by those behind the wall only (DEC-19). Answers its id.
 * @throws Refusal forbidden-act; invalid-input naming `cases.n` that the author does not see or that is of another mode,
 * `to` before `from`, `replaces` of another group; conflict when the id is somebody else's
 */
export async function sendAnalysis(ctx: AppContext, actor: Actor, input: SendAnalysis): Promise<string> {
  return write(ctx.database, actor, ctx.clock, async (tx) => {
    const { pack, person, posts } = await writing(ctx, tx, actor);
    const sent = await findReport(tx, input.id);
    if (sent) return sent.person_id === person ? sent.id : refuse('conflict');
    const post = posts.find((one) => input.group === undefined || one.groupCode === input.group);
    if (!post) refuseFields({ path: 'group', code: 'bad-choice' });
    const group = post.groupCode as string;
    if (input.to < input.from) refuseFields({ path: 'to', code: 'too-small' });
    const compartment = await compartmentOf(tx, input, group, pack);
    if (input.replaces !== null) {
      const before = await findReport(tx, input.replaces);
      if (before?.group_code !== group) refuseFields({ path: 'replaces', code: 'bad-choice' });
    }
    const { title, findings, indicators, recommendations } = input;
    const words = { title, findings, indicators, recommendations };
    const kind = input.cases.length > 0 ? 'cases' : 'period';
    const walled = pack.compartments.find((one) => one.id === compartment);
    const readers = walled
      ? ['system', `group:${walled.group}`]
      : [...groupKeys(pack, 'read-analyses'), `group:${group}`];
    const stored = tx.insert({
      analysis_reports: [
        {
          ...{ id: input.id, group_code: group, kind, mode: input.mode, compartment, ...words },
          ...{
            period_from: input.from,
            period_to: input.to,
            case_ids: input.cases,
            replaces: input.replaces,
          },
          ...{ sent_at: tx.now, person_id: person, post_id: post.id, seen_by: [...new Set(readers)].sort() },
        },
      ],
    });
    // An id somebody else has taken where the author sees nothing.
    await stored.catch((error: unknown) => {
      if ((error as { code?: unknown }).code === '23505') refuse('conflict', { cause: error });
      throw error;
    });
    const { mode, from, to, cases, replaces } = input;
    // What it says stands apart from the record, which its hash binds to it.
    const hash = createHash('sha256').update(canonicalJson(words)).digest('hex');
    const data = { group, reportKind: kind, mode, from, to, cases, replaces, hash };
    const fact = {
      stream: 'analysis' as const,
      streamId: input.id,
      kind: 'analysis-sent',
      data,
      compartment,
    };
    await appendFacts(tx, [fact], post.id);
    await dropDraft(tx, input.id);
    tx.afterCommit(() => ctx.signals.emit('facts'));
    return input.id;
  });
}

/** The wall a report stays behind: that of its cases, or of its author's group when he says so; null for the open. */
async function compartmentOf(
  tx: Tx,
  { cases, mode, inside }: SendAnalysis,
  group: string,
  pack: Pack,
): Promise<string | null> {
  const found = new Map((await casesNamed(tx, cases)).map((one) => [one.id, one]));
  const walls = new Set<string>();
  cases.forEach((id, index) => {
    const one = found.get(id);
    if (!one || one.mode !== mode || cases.indexOf(id) !== index)
      refuseFields({ path: `cases.${index}`, code: 'bad-choice' });
    if (one.compartment !== null) walls.add(one.compartment);
    // Nobody inside both walls could read it.
    if (walls.size > 1) refuseFields({ path: `cases.${index}`, code: 'bad-choice' });
  });
  const own = pack.compartments.find((one) => one.group === group);
  if (inside && !own) refuseFields({ path: 'inside', code: 'bad-choice' });
  const [wall] = walls;
  return wall ?? (inside ? (own?.id ?? null) : null);
}
