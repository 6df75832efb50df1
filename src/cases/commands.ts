/** What people do with cases: one exported function each. Everything goes through write.ts. */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { readerOf } from '../delivery/index.ts';
import type { SnapshotPost } from '../directory/index.ts';
import { routeOf } from '../directory/index.ts';
import { activePackHash, formatNumber, rightsAllow, seriesFor } from '../mechanism/index.ts';
import type { Relation } from '../mechanism/vocabulary.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { isRefusal, refuse, refuseFields } from '../platform/errors.ts';
import { read, type Tx, together, write } from '../platform/transaction.ts';
import { applyFacts, type Before, type Doer } from './consequences.ts';
import { contentProblems, SKEW, toldProblems } from './content-rules.ts';
import type {
  actAnswer,
  actPreview,
  CaseAct,
  FiledAnswer,
  FileReport,
  previewAnswer,
  previewFiling,
} from './contract.ts';
import type { CaseState, Pending } from './evolve.ts';
import type { NewFact } from './facts.ts';
import { addReport, type FilingInput, type OpeningInput, openCase } from './filing.ts';
import { isGraveNow } from './grave-rules.ts';
import { hushedFrom } from './hold-rules.ts';
import { exerciseSeries } from './numbers.ts';
import { askedOf, commandOf, pendingOf, proposalOf, ruleFor } from './proposals.ts';
import { byPost, type Recipient, type World } from './recipients.ts';
import { PERSONAL_FIELDS } from './report-content.ts';
import { mayAct } from './rights.ts';
import { type ActInput, type ActingPost, choosePost, decide, reachUnconfirmed } from './rules.ts';
import {
  answerRow,
  claimNumber,
  factsOf,
  findAnswer,
  findCase,
  lockCase,
  seesOrganisation,
} from './store.ts';
import {
  hashOf,
  knownByActing,
  once,
  openForWriting,
  partyOf,
  store,
  storeEffects,
  worldFor,
  worldInForce,
} from './write.ts';

type ActAnswer = z.infer<typeof actAnswer>;

/** The posts the actor holds now. */
function postsHeld(actor: Actor, world: World): readonly SnapshotPost[] {
  return actor.personId === null ? [] : world.directory.postsHeldBy(actor.personId, world.now);
}

function requirePerson(actor: Actor): string {
  return actor.personId ?? refuse('not-signed-in');
}

// ── filing ───────────────────────────────────────────────────────────────────────────────────────────────────

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

/** Bodies above a compartment's agency see its cases only if they live in the compartment (DEC-19). */
function withinWalls(
  superiors: readonly string[],
  compartment: string | null,
  world: World,
): readonly string[] {
  if (compartment === null) return superiors;
  return superiors.filter((id) => world.directory.organisations.get(id)?.compartment === compartment);
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
  const { state, before, world } = await openForWriting(ctx, tx, request.caseId);
  if (state.organisation !== request.organisationId)
    refuseFields({ path: 'organisationId', code: 'bad-choice' });
  const act = request.kind === 'recovery' ? 'file-recovery' : 'file-follow-up';
  const post = choosePost(act, postsHeld(actor, world), state, world, undefined);
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
  const drafts = [...knownByActing(before, doer, world), ...addReport(state, prepared.input, world.pack)];
  return finishFiling(ctx, tx, before, drafts, doer, world, prepared, request, key, requestHash);
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
  const answer = filedAnswerOf(effects.state, prepared, effects.notices, world, late);
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
    const caseId = uuid();
    const content = {
      impactLevel: request.impactLevel,
      affectedSectors: request.affectedSectors,
      description: '',
      occurred: { at: null },
      aware: { at: null },
      resolvedAt: null,
      solution: '',
      flags: {},
    } as unknown as FileReport['content'];
    const opening: OpeningInput = {
      caseId,
      number: '',
      series: '',
      year: 0,
      seq: 0,
      organisation: organisation.id,
      pack: packHash,
      mode: 'live',
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
        deskReports: false,
      },
    };
    const input: FilingInput = {
      reportId: uuid(),
      hash: '',
      kind: 'initial',
      channel: 'web',
      toldAt: tx.now.toISOString(),
      onBehalf: false,
      suspected: request.suspected,
      content,
    };
    const before: Before = { id: caseId, state: null, clocks: [], openNotices: [] };
    const nobody: Doer = { person: null, post: null };
    const filed = applyFacts(before, openCase(opening, input, world.pack), nobody, world, uuid);
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

// ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────────

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
const HARMLESS = new Set(['acknowledged', 'clock-warned', 'clock-overdue', 'convenor-told']);

async function isStale(tx: Tx, state: CaseState, seen: number): Promise<boolean> {
  if (seen === state.revision) return false;
  if (seen > state.revision) return true;
  return (await factsOf(tx, state.id)).some((fact) => fact.seq > seen && !HARMLESS.has(fact.kind));
}

async function inputOf(tx: Tx, act: CaseAct, messageId: string): Promise<ActInput> {
  const target = act.act === 'merge' ? await findCase(tx, act.intoCase) : undefined;
  return {
    ...('reason' in act ? { reason: act.reason } : {}),
    ...('text' in act ? { text: act.text, messageId } : {}),
    ...('level' in act ? { level: act.level } : {}),
    ...('toPerson' in act ? { toPerson: act.toPerson } : {}),
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
  const other =
    command.act === 'merge'
      ? command.intoCase
      : command.act === 'unmerge'
        ? (await findCase(tx, caseId))?.mergedInto?.id
        : command.act === 'approve-act'
          ? (await findCase(tx, caseId))?.pending.find((one) => one.id === command.proposal)?.into?.id
          : undefined;
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
  });
  await otherSide(ctx, tx, decided, state, doer);
  const answer: ActAnswer = {
    ...answerOf(command.act, effects.state, effects.notices, world),
    ...(proposed ? { proposed } : {}),
  };
  if (key !== undefined) await tx.insert(answerRow(tx, key, requestHash, answer));
  return answer;
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
  const input = await inputOf(tx, command, messageId);
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
    const inner = await inputOf(tx, meant, messageId);
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
  return { id, case_id: caseId, direction, body, person_id: doer.person, post_id: doer.post, at: tx.now };
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
    const input = await inputOf(tx, meant, uuid());
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

// ── confirmations ────────────────────────────────────────────────────────────────────────────────────────────

interface NoticeRow extends Record<string, unknown> {
  readonly id: string;
  readonly case_id: string;
  readonly post_id: string;
  readonly capacities: string[];
  readonly acknowledged_at: Date | null;
  readonly acknowledged_by: string | null;
  readonly closed_at: Date | null;
  readonly made_at: Date;
}

async function noticeFor(tx: Tx, id: string): Promise<NoticeRow> {
  const rows = await tx.prepared<NoticeRow>(
    'notice-find',
    `select id, case_id, post_id, capacities, acknowledged_at, acknowledged_by, closed_at, made_at
       from notices where id = $1::uuid`,
    [id],
  );
  return rows[0] ?? refuse('not-found');
}

/**
 * A signed-in holder of the post, or who stands in for it, confirms that he knows. Safe to repeat; the first confirmation
 * stands.
 * The reader may be outside a compartment's walls: he confirms the notice without seeing the case (DEC-19).
 */
export async function acknowledge(ctx: AppContext, actor: Actor, noticeId: string): Promise<void> {
  const person = requirePerson(actor);
  const reader = await readerOf(ctx, actor, noticeId);
  const notice = await read(ctx.database, reader, ctx.clock, (tx) => noticeFor(tx, noticeId));
  await write(ctx.database, { personId: person, keys: [...actor.keys, 'system'] }, ctx.clock, (tx) =>
    confirm(
      ctx,
      tx,
      noticeId,
      { how: 'app', at: tx.now, by: person, recordedBy: null },
      { person, post: notice.post_id },
    ),
  );
}

/**
 * The desk rang somebody up and records that he knows (worked example 1, 09:57).
 * @throws Refusal not-found, forbidden-act, invalid-input: nobody confirms before he was told, nor later than now (H45)
 */
export async function recordTelephone(
  ctx: AppContext,
  actor: Actor,
  noticeId: string,
  said: { at: string; personId: string | null; name: string },
): Promise<void> {
  const person = requirePerson(actor);
  await write(ctx.database, actor, ctx.clock, async (tx) => {
    const notice = await noticeFor(tx, noticeId);
    const { state, world } = await openForWriting(ctx, tx, notice.case_id);
    const post = choosePost('record-acknowledgement', postsHeld(actor, world), state, world, undefined);
    if (Date.parse(said.at) > tx.now.getTime() + SKEW) refuseFields({ path: 'at', code: 'in-the-future' });
    if (Date.parse(said.at) < notice.made_at.getTime() - SKEW)
      refuseFields({ path: 'at', code: 'before-notice' });
    const holders = world.directory.holders(notice.post_id, tx.now).map((holder) => holder.personId);
    if (said.personId !== null && !holders.includes(said.personId))
      refuseFields({ path: 'personId', code: 'bad-choice' });
    if (said.personId === null && said.name === '') refuseFields({ path: 'name', code: 'required' });
    await confirm(
      ctx,
      tx,
      noticeId,
      { how: 'telephone', at: new Date(said.at), by: said.personId, recordedBy: person },
      { person, post: post.id },
    );
  });
}

async function confirm(
  ctx: AppContext,
  tx: Tx,
  noticeId: string,
  by: { how: 'app' | 'telephone'; at: Date; by: string | null; recordedBy: string | null },
  doer: Doer,
): Promise<void> {
  const found = await noticeFor(tx, noticeId);
  const { before, world } = await openForWriting(ctx, tx, found.case_id);
  const notice = await noticeFor(tx, noticeId);
  if (notice.acknowledged_at !== null) return;
  const fact: NewFact = {
    kind: 'acknowledged',
    data: {
      notice: noticeId,
      post: notice.post_id,
      capacities: notice.capacities as never,
      how: by.how,
      at: by.at.toISOString(),
      by: by.by,
      recordedBy: by.recordedBy,
    },
  };
  await store(ctx, tx, before, [fact], doer, world);
}

// ── clocks ───────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Fires one clock that has come to its warning or its due time; does nothing when it was met, moved or fired meanwhile
 * (INV-4: never early, never twice).
 */
export async function fireClock(
  ctx: AppContext,
  actor: Actor,
  clock: { id: string; caseId: string },
): Promise<void> {
  await write(ctx.database, actor, ctx.clock, async (tx) => {
    const { state, before, world } = await openForWriting(ctx, tx, clock.caseId);
    const row = before.clocks.find((one) => one.id === clock.id);
    if (!row || row.nextAt === null || row.nextAt > tx.now) return;
    const definition = world.pack.clocks.find((one) => one.id === row.definition);
    const overdue = row.dueAt <= tx.now;
    const data = { clock: row.id, definition: row.definition, dueAt: row.dueAt.toISOString() };
    const fired = overdue
      ? { ...row, overdueAt: tx.now, warnedAt: row.warnedAt ?? tx.now, nextAt: null }
      : { ...row, warnedAt: tx.now, nextAt: row.dueAt };
    const drafts: NewFact[] = [
      { kind: overdue ? 'clock-overdue' : 'clock-warned', data },
      ...(overdue && definition?.onDue === 'reach-threshold' ? reachUnconfirmed(state, world.pack) : []),
    ];
    const clocks = before.clocks.map((one) => (one.id === row.id ? fired : one));
    await tx.prepared(
      'clock-fired',
      `update clocks set overdue_at = $2::timestamptz, warned_at = $3::timestamptz, next_at = $4::timestamptz where id = $1::uuid`,
      [row.id, fired.overdueAt, fired.warnedAt, fired.nextAt],
    );
    await store(ctx, tx, { ...before, clocks }, drafts, { person: null, post: null }, world);
  });
}

/** Clocks that have come to a moment, gravest first, without those just found to fail. */
export async function dueClocks(
  ctx: AppContext,
  actor: Actor,
  limit: number,
  failed: readonly string[] = [],
): Promise<{ id: string; caseId: string }[]> {
  return read(ctx.database, actor, ctx.clock, (tx) =>
    tx.prepared<{ id: string; caseId: string }>(
      'clocks-due',
      `select id, case_id as "caseId" from clocks where next_at is not null and next_at <= $1::timestamptz
        and id <> all ($3::uuid[]) order by rank desc, next_at limit $2`,
      [tx.now, limit, failed],
    ),
  );
}
