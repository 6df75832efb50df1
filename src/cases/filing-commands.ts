/** Filing a report, and who would be told of it. Everything goes through write.ts. */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { routeOf, type SnapshotPost } from '../directory/index.ts';
import { activePackHash, formatNumber, rightsAllow, seriesFor } from '../mechanism/index.ts';
import type { Relation } from '../mechanism/vocabulary.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import { read, type Tx, together, write } from '../platform/transaction.ts';
import { postsHeld, requirePerson } from './asking.ts';
import { applyFacts, type Before, type Doer } from './consequences.ts';
import { contentProblems, toldProblems } from './content-rules.ts';
import type { FiledAnswer, FileReport, previewAnswer, previewFiling } from './contract.ts';
import type { CaseState } from './evolve.ts';
import type { NewFact } from './facts.ts';
import { addReport, type FilingInput, type OpeningInput, openCase } from './filing.ts';
import { exerciseSeries } from './numbers.ts';
import { byPost, type Recipient, type World } from './recipients.ts';
import { PERSONAL_FIELDS } from './report-content.ts';
import { mayAct } from './rights.ts';
import { choosePost, decide } from './rules.ts';
import { answerRow, claimNumber, findCase, seesOrganisation } from './store.ts';
import { supposeFiled, withinWalls } from './supposing.ts';
import {
  hashOf,
  knownByActing,
  once,
  openForWriting,
  partyOf,
  seeWith,
  storeEffects,
  worldFor,
  worldInForce,
} from './write.ts';

/**
 * The post in which a person files for an organisation: of that body, of the desk on its behalf, or of a body above it,
 * as far as the pack's rights let such a post file (rule 7, SI.4).
 */
function filingPost(
  held: readonly SnapshotPost[],
  organisationId: string,
  desk: string,
  world: World,
): SnapshotPost | undefined {
  const { pack, directory } = world;
  const above = new Set(directory.superiors(organisationId).map((body) => body.id));
  const may = (post: SnapshotPost, relation: Relation) =>
    rightsAllow(pack, {
      roles: [{ role: post.role, relation }],
      act: 'file-initial',
      state: pack.initialState,
      deskReports: false,
      compartment: desk === pack.desk.group ? null : desk,
    }) !== null;
  return (
    held.find((post) => post.organisationId === organisationId && may(post, 'own')) ??
    held.find((post) => post.groupCode === desk && may(post, 'desk')) ??
    held.find((post) => above.has(post.organisationId) && may(post, 'superior'))
  );
}

/** Nobody may file for a body he has no post for; of one he may not know of he is told what he would be of no body. */
async function refuseFiling(tx: Tx, organisationId: string): Promise<never> {
  if (!(await seesOrganisation(tx, organisationId)))
    refuseFields({ path: 'organisationId', code: 'bad-choice' });
  refuse('forbidden-act', { params: { act: 'file-initial' } });
}

interface PreparedReport {
  readonly input: FilingInput;
  readonly rows: { reports: object[]; report_persons: object[] };
}

/** Splits what names a person from what is kept for ever, and hashes both (INV-1). */
function prepareReport(
  tx: Tx,
  caseId: string,
  ordinal: number,
  request: FileReport,
  actor: { person: string; post: string },
  onBehalf: boolean,
): PreparedReport {
  const reportId = uuid();
  const persons: Record<string, unknown> = {};
  const kept: Record<string, unknown> = { ...request.content };
  for (const field of PERSONAL_FIELDS) {
    persons[field] = request.content[field];
    delete kept[field];
  }
  const hash = hashOf({ content: kept, persons: hashOf(persons) });
  const toldAt = request.toldAt ?? tx.now.toISOString();
  return {
    input: {
      reportId,
      hash,
      kind: request.kind,
      channel: request.channel,
      toldAt,
      onBehalf,
      suspected: request.suspected,
      content: request.content,
    },
    rows: {
      reports: [
        {
          id: reportId,
          case_id: caseId,
          ordinal,
          kind: request.kind,
          suspected: request.suspected,
          content: kept,
          content_hash: `\\x${hash}`,
          channel: request.channel,
          told_at: toldAt,
          received_at: tx.now,
          late_reason: request.lateReason || null,
          filed_by: actor.person,
          filed_post: actor.post,
          on_behalf: onBehalf,
        },
      ],
      report_persons: [{ report_id: reportId, data: persons }],
    },
  };
}

function checkContent(world: World, request: FileReport): void {
  const problems = [
    ...contentProblems(world.pack, request.kind, request.content, world.now).map((problem) => ({
      ...problem,
      path: `content.${problem.path}`,
    })),
    ...toldProblems(world.pack, request, world.now),
  ];
  if (problems.length > 0) refuseFields(...problems);
}

function filedAnswerOf(
  state: CaseState,
  prepared: PreparedReport,
  told: readonly Recipient[],
  world: World,
  late: boolean,
): FiledAnswer {
  const aware = state.awareAt;
  return {
    caseId: state.id,
    reportId: prepared.input.reportId,
    number: state.number,
    kind: prepared.input.kind,
    receivedAt: world.now.toISOString(),
    state: state.state,
    level: state.level,
    minutesFromAwareness:
      aware === null
        ? null
        : Math.max(0, Math.round((Date.parse(prepared.input.toldAt) - Date.parse(aware)) / 60_000)),
    late,
    toldParties: told.map((one) => partyOf(one, world)),
  };
}

/**
 * Files a report: one transaction for report, case, number, facts, state, clocks, notices and deliveries (INV-1 to INV-3).
 * @param key the idempotency key; a repeat gives the same answer, another request under it is refused
 * @throws Refusal invalid-input, forbidden-act, not-found, idempotency-key-reused
 * Answers S8.3.1–S8.3.7, S8.F3.6, DEC-21, H14, SI.1, SI.4.
 */
export async function file(
  ctx: AppContext,
  actor: Actor,
  request: FileReport,
  key: string,
): Promise<FiledAnswer> {
  requirePerson(actor);
  const requestHash = hashOf(request);
  const run = () =>
    write(ctx.database, actor, ctx.clock, (tx) =>
      request.kind === 'initial'
        ? once(
            tx,
            key,
            requestHash,
            (known) => fileInitial(ctx, tx, actor, request, key, requestHash, known),
            () => worldInForce(ctx, tx),
          )
        : once(tx, key, requestHash, () => fileMore(ctx, tx, actor, request, key, requestHash)),
    );
  try {
    return await run();
  } catch (error) {
    // The same key at the same instant: the other one won; its answer is ours.
    if ((error as { constraint?: string }).constraint === 'idempotency_keys_pkey') return run();
    throw error;
  }
}

async function fileInitial(
  ctx: AppContext,
  tx: Tx,
  actor: Actor,
  request: FileReport,
  key: string,
  requestHash: string,
  { packHash, world }: { packHash: string; world: World },
): Promise<FiledAnswer> {
  const organisation = world.directory.organisations.get(request.organisationId);
  if (!organisation) refuseFields({ path: 'organisationId', code: 'bad-choice' });
  const route = routeOf(world.directory, world.pack, organisation.id, tx.now);
  const post = filingPost(postsHeld(actor, world), organisation.id, route.deskGroup, world);
  if (!post) return refuseFiling(tx, organisation.id);
  checkContent(world, request);
  const caseId = uuid();
  const { series, year } = seriesFor(world.pack, { compartment: route.compartment, at: tx.now });
  const numbered = request.mode === 'exercise' ? exerciseSeries(series) : series;
  const seq = await claimNumber(tx, numbered, year, caseId);
  const person = requirePerson(actor);
  const onBehalf = post.organisationId !== organisation.id;
  const prepared = prepareReport(tx, caseId, 1, request, { person, post: post.id }, onBehalf);
  const house = world.directory.groups.get(route.deskGroup)?.conveningBody ?? null;
  const opening: OpeningInput = {
    caseId,
    number: `${request.mode === 'exercise' ? 'X' : ''}${formatNumber(world.pack, { compartment: route.compartment, year, seq })}`,
    series: numbered,
    year,
    seq,
    organisation: organisation.id,
    pack: packHash,
    mode: request.mode,
    compartment: route.compartment,
    routing: {
      desk: route.deskGroup,
      authority: route.authority?.id ?? null,
      superiors: withinWalls(
        route.superiors.map((body) => body.id),
        route.compartment,
        world,
      ),
      subgroup: route.subgroup,
      affected: route.affectedSubgroups,
      sectors: organisation.sectors,
      deskReports:
        house !== null &&
        (organisation.id === house ||
          world.directory.superiors(organisation.id).some((above) => above.id === house)),
    },
  };
  const before: Before = { id: caseId, state: null, clocks: [], openNotices: [] };
  const doer: Doer = { person, post: post.id };
  const drafts = openCase(opening, prepared.input, world.pack);
  return finishFiling(ctx, tx, before, drafts, doer, world, prepared, request, key, requestHash);
}

async function fileMore(
  ctx: AppContext,
  tx: Tx,
  actor: Actor,
  request: FileReport,
  key: string,
  requestHash: string,
): Promise<FiledAnswer> {
  if (request.caseId === null) refuseFields({ path: 'caseId', code: 'required' });
  const act = request.kind === 'recovery' ? 'file-recovery' : 'file-follow-up';
  const { state, before, world, blind } = await openForReport(ctx, tx, actor, request.caseId, act);
  if (state.organisation !== request.organisationId)
    refuseFields({ path: 'organisationId', code: 'bad-choice' });
  const held = postsHeld(actor, world);
  const ofBody = held.filter((post) => post.organisationId === state.organisation);
  const post = choosePost(act, blind ? ofBody : held, state, world, undefined);
  checkContent(world, request);
  const person = requirePerson(actor);
  const prepared = prepareReport(
    tx,
    state.id,
    state.reports + 1,
    request,
    { person, post: post.id },
    post.organisationId !== state.organisation,
  );
  const doer: Doer = { person, post: post.id };
  const sent: PreparedReport = { ...prepared, input: { ...prepared.input, blind } };
  const drafts = [...knownByActing(before, doer, world), ...addReport(state, sent.input, world.pack)];
  return finishFiling(ctx, tx, before, drafts, doer, world, sent, request, key, requestHash);
}

/**
 * The case a report is to be added to. A report is never refused: somebody of the body whose case an order of silence hides
 * from him sends it all the same, unseeing (`blind`); for everybody else, and for a case that never was, it is `not-found`.
 */
async function openForReport(
  ctx: AppContext,
  tx: Tx,
  actor: Actor,
  caseId: string,
  act: 'file-recovery' | 'file-follow-up',
): Promise<Awaited<ReturnType<typeof openForWriting>> & { blind: boolean }> {
  if (await findCase(tx, caseId)) return { ...(await openForWriting(ctx, tx, caseId)), blind: false };
  await seeWith(tx, [...tx.actor.keys, 'system']);
  const hidden = await openForWriting(ctx, tx, caseId);
  const { state, world } = hidden;
  const may = postsHeld(actor, world).some(
    (post) =>
      post.organisationId === state.organisation &&
      mayAct(act, post, state, world.directory, world.pack) !== null,
  );
  if (state.hold === null || !may) refuse('not-found');
  return { ...hidden, blind: true };
}

/** What somebody is told of a report who may not see its case: that it has come, and nothing that is not his own (H28). */
function receiptOf(state: CaseState, prepared: PreparedReport, world: World): FiledAnswer {
  const { reportId, kind, content } = prepared.input;
  return {
    caseId: state.id,
    reportId,
    number: state.number,
    kind,
    receivedAt: world.now.toISOString(),
    state: world.pack.initialState,
    level: content.impactLevel,
    minutesFromAwareness: null,
    late: false,
    toldParties: [],
  };
}

async function finishFiling(
  ctx: AppContext,
  tx: Tx,
  before: Before,
  drafts: readonly NewFact[],
  doer: Doer,
  world: World,
  prepared: PreparedReport,
  request: FileReport,
  key: string,
  requestHash: string,
): Promise<FiledAnswer> {
  // The answer names everybody who is told and is stored with the rest.
  const effects = applyFacts(before, drafts, doer, world, uuid);
  const late = [...effects.newClocks, ...effects.changedClocks].some(
    (clock) => clock.state === 'met' && clock.metAt !== null && clock.metAt > clock.dueAt,
  );
  const answer = prepared.input.blind
    ? receiptOf(effects.state, prepared, world)
    : filedAnswerOf(effects.state, prepared, effects.notices, world, late);
  const rows = { ...prepared.rows, ...answerRow(tx, key, requestHash, answer) };
  // One after another on the server, without waiting for each other's answers here.
  await together(
    storeEffects(ctx, tx, before, effects, doer, world, rows),
    adoptAttachments(tx, effects.state.id, prepared.input.reportId, request.content.attachments),
    tx.prepared('draft-filed', 'delete from drafts where id = $1::uuid and person_id = $2::uuid', [
      key,
      tx.actor.personId,
    ]),
  );
  return answer;
}

/** Attachments uploaded by the reporter become part of the report; one that is not his is named and refused. */
async function adoptAttachments(
  tx: Tx,
  caseId: string,
  reportId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const adopted = await tx.prepared<{ id: string }>(
    'attachments-adopt',
    // One that an earlier report already holds stays with it.
    `update attachments set case_id = $1::uuid, report_id = coalesce(report_id, $2::uuid)
      where id = any ($3::uuid[]) and (case_id is null and person_id = $4::uuid or case_id = $1::uuid) returning id`,
    [caseId, reportId, ids, tx.actor.personId],
  );
  const known = new Set(adopted.map((row) => row.id));
  const missing = ids.flatMap((id, index) =>
    known.has(id) ? [] : [{ path: `content.attachments.${index}`, code: 'bad-choice' as const }],
  );
  if (missing.length > 0) refuseFields(...missing);
}

/**
 * Who would be told if this were filed now, and if its level were then confirmed; nothing is written. Answered to those
 * who may file it: whom a body behind walls tells is nobody else's to know (DEC-19).
 */
export async function previewFiled(
  ctx: AppContext,
  actor: Actor,
  request: z.infer<typeof previewFiling>,
): Promise<z.infer<typeof previewAnswer>> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const packHash = await activePackHash(ctx, tx);
    const world = await worldFor(ctx, tx, packHash);
    const organisation = world.directory.organisations.get(request.organisationId);
    if (!organisation) refuseFields({ path: 'organisationId', code: 'bad-choice' });
    const route = routeOf(world.directory, world.pack, organisation.id, tx.now);
    if (!filingPost(postsHeld(actor, world), organisation.id, route.deskGroup, world))
      return refuseFiling(tx, organisation.id);
    const { before, filed } = supposeFiled(world, packHash, organisation, request);
    const nobody: Doer = { person: null, post: null };
    const desk = byPost(filed.notices)[0];
    const onFiling = filed.notices.filter((notice) => notice.capacity !== 'reporter');
    let onConfirmation: Recipient[] = [];
    if (desk && !request.suspected) {
      const confirmed = decide(
        filed.state,
        { act: 'confirm-level', revision: filed.state.revision, level: request.impactLevel, reason: '' },
        { personId: '', post: desk.post },
        world,
        {},
      );
      const after = applyFacts({ ...before, state: filed.state }, confirmed, nobody, world, uuid);
      onConfirmation = after.notices.filter((notice) => notice.capacity !== 'reporter');
    }
    return {
      onFiling: onFiling.map((one) => partyOf(one, world)),
      onConfirmation: onConfirmation.map((one) => partyOf(one, world)),
    };
  });
}
