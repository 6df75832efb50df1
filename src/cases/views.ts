/** The case page: everything one viewer may know of one case, and what he may do with it. */
import { type CaseNotice, noticesOfCase, sayReason } from '../delivery/index.ts';
import { type DirectorySnapshot, directorySnapshot, type SnapshotPost } from '../directory/index.ts';
import { inLang, type Lang } from '../locales/index.ts';
import { fillTemplate, ladderOf, type Pack, packByHash, rungApplies } from '../mechanism/index.ts';
import type { Act } from '../mechanism/vocabulary.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { read, type Tx } from '../platform/transaction.ts';
import { effectsOf } from './act-commands.ts';
import { checklistOf, referralsOf, supportOf } from './affairs-views.ts';
import { type ClockRow, isOverdue } from './clock-rules.ts';
import { changedFields } from './content-rules.ts';
import type {
  AttachmentView,
  CaseView,
  ClockView,
  FactView,
  KnowsRow,
  MayDo,
  PendingView,
  ReportView,
} from './contract.ts';
import type { CaseState } from './evolve.ts';
import type { CaseFact } from './facts.ts';
import { spokenTo } from './hold-rules.ts';
import { rungAfterThis } from './ladder-rules.ts';
import { linkedCases, withVisibleLinks } from './link-store.ts';
import { callOf, caseRowView, listRowOf, partyOfNotice, personRef } from './lists.ts';
import { isWatcher } from './looks.ts';
import { addresseesOf } from './message-rules.ts';
import { notesSeenBy } from './referral-rules.ts';
import { notesOf, packagesOf } from './referral-store.ts';
import { type ReportContent, reportContent } from './report-content.ts';
import { actsOpenTo } from './rights.ts';
import { clocksOf, factsOf, findCase } from './store.ts';

/** Acts that wake people or end things: who will be told is shown before the button works. */
const GRAVE: ReadonlySet<Act> = new Set([
  'confirm-level',
  'change-level',
  'release',
  'dismiss',
  'merge',
  'approve-withdrawal',
  'reopen',
  'hold',
  'lift-hold',
  'approve-act',
  'order-stationing',
]);

interface Shown {
  readonly lang: Lang;
  readonly directory: DirectorySnapshot;
  readonly pack: Pack;
  readonly now: Date;
}

function postRef(directory: DirectorySnapshot, id: string) {
  const post = directory.postById(id);
  const organisation = post ? directory.organisations.get(post.organisationId) : undefined;
  return {
    id,
    name: { zh: post?.nameZh ?? '—', en: post?.nameEn ?? '—' },
    organisation: {
      id: organisation?.id ?? id,
      name: { zh: organisation?.nameZh ?? '', en: organisation?.nameEn ?? '' },
    },
  };
}

function person(directory: DirectorySnapshot, id: string | null) {
  return id === null ? null : personRef(directory, id);
}

function factView(fact: CaseFact, { directory }: Shown): FactView {
  // Ids of posts told are the page's other half ("who knows"); here their number is enough.
  const { told, ...data } = fact.data;
  return {
    seq: fact.seq,
    kind: fact.kind,
    at: fact.at.toISOString(),
    person: person(directory, fact.person),
    post: fact.post === null ? null : postRef(directory, fact.post),
    data: {
      ...data,
      ...(told ? { told: told.length } : {}),
      ...(fact.kind === 'rung-reached' ? { people: fact.data.people.length } : {}),
      ...(fact.kind === 'act-approved' ? { by: personRef(directory, fact.data.by.person) } : {}),
    },
  };
}

function clockView(clock: ClockRow, { pack, now }: Shown): ClockView {
  const definition = pack.clocks.find((one) => one.id === clock.definition);
  return {
    id: clock.id,
    definition: clock.definition,
    name: definition?.name ?? { zh: clock.definition, en: clock.definition },
    note: definition?.note ?? null,
    force: clock.force,
    state: clock.state,
    startAt: clock.startAt.toISOString(),
    dueAt: clock.dueAt.toISOString(),
    metAt: clock.metAt?.toISOString() ?? null,
    overdue: isOverdue(clock, now),
    lateByRegrading: clock.lateByRegrading,
    history: [...clock.history],
  };
}

function knowsRow(notice: CaseNotice, isDesk: boolean, level: string, shown: Shown): KnowsRow {
  const { directory, pack, now } = shown;
  const template = pack.templates.find((one) => one.id === notice.template);
  const values = {
    number: notice.data.number ?? '',
    level: notice.data.level ?? '',
    phone: notice.data.phone ?? '',
  };
  const { party } = notice.data;
  const asked = (lang: Lang) =>
    template
      ? fillTemplate(template, lang, { ...values, ...(party ? { party: inLang(party, lang) } : {}) }).asked
      : '';
  return {
    party: partyOfNotice(notice, directory, now),
    noticeId: notice.id,
    toldAt: notice.madeAt.toISOString(),
    urgent: notice.urgent,
    asked: { zh: asked('zh-Hant'), en: asked('en') },
    confirmBy: notice.confirmBy?.toISOString() ?? null,
    status: notice.status,
    late: notice.late,
    acknowledged:
      notice.acknowledgedAt === null
        ? null
        : {
            at: notice.acknowledgedAt.toISOString(),
            by: person(directory, notice.acknowledgedBy),
            how: notice.acknowledgedHow ?? 'app',
            recordedBy: person(directory, notice.acknowledgedRecordedBy),
          },
    deliveries: notice.deliveries.map((delivery) => ({
      person: person(directory, delivery.personId),
      channel: delivery.channel,
      state: delivery.state,
      at: delivery.at.toISOString(),
      attempts: delivery.attempts,
      reason: sayReason(delivery.reason, shown.lang),
    })),
    call: isDesk ? callOf(notice, directory, now) : null,
    ladder: ladderView(notice, level, pack),
    rungOf: [...notice.rungOf],
  };
}

/** The ladder of a notice that still waits, as far as it has got. */
function ladderView(notice: CaseNotice, level: string, pack: Pack): KnowsRow['ladder'] {
  const ladder = ladderOf(pack, notice.ladder);
  const ended = notice.acknowledgedAt !== null || notice.closedAt !== null || notice.ladderStopped;
  if (!ladder || notice.rung === null || ended) return null;
  const next = notice.nextRungAt ? rungAfterThis(ladder, notice.rung, level) : null;
  return {
    name: ladder.name,
    rung: notice.rung,
    of: ladder.rungs.filter((rung) => rungApplies(rung, level)).length,
    nextAt: notice.nextRungAt?.toISOString() ?? null,
    next: next ? [...(ladder.rungs[next.rung - 1]?.to ?? [])] : [],
  };
}

interface StoredReport extends Record<string, unknown> {
  readonly id: string;
  readonly ordinal: number;
  readonly kind: ReportView['kind'];
  readonly suspected: boolean;
  readonly content: object;
  readonly persons: object | null;
  readonly hash: string;
  readonly channel: ReportView['channel'];
  readonly told_at: Date;
  readonly received_at: Date;
  readonly late_reason: string | null;
  readonly filed_by: string;
  readonly filed_post: string;
  readonly on_behalf: boolean;
}

/** The case's reports in order, each with what it changed. */
export async function reportsOf(tx: Tx, caseId: string, directory: DirectorySnapshot): Promise<ReportView[]> {
  const rows = await tx.prepared<StoredReport>(
    'case-reports',
    `select r.id, r.ordinal, r.kind, r.suspected, r.content, p.data as persons, encode(r.content_hash, 'hex') as hash, r.channel,
            r.told_at, r.received_at, r.late_reason, r.filed_by, r.filed_post, r.on_behalf
       from reports r left join report_persons p on p.report_id = r.id where r.case_id = $1::uuid order by r.ordinal`,
    [caseId],
  );
  let before: ReportContent | null = null;
  return rows.map((row) => {
    const content = reportContent.parse({ ...row.content, ...(row.persons ?? {}) });
    const view: ReportView = {
      id: row.id,
      ordinal: row.ordinal,
      kind: row.kind,
      suspected: row.suspected,
      channel: row.channel,
      toldAt: row.told_at.toISOString(),
      receivedAt: row.received_at.toISOString(),
      lateReason: row.late_reason,
      filedBy: personRef(directory, row.filed_by),
      filedPost: postRef(directory, row.filed_post),
      onBehalf: row.on_behalf,
      contentHash: row.hash,
      content,
      changed: changedFields(before, content),
    };
    before = content;
    return view;
  });
}

async function messagesOf(
  tx: Tx,
  caseId: string,
  directory: DirectorySnapshot,
): Promise<CaseView['messages']> {
  const rows = await tx.db
    .selectFrom('messages')
    .select(['id', 'direction', 'to_group', 'body', 'person_id', 'post_id', 'at'])
    .where('case_id', '=', caseId)
    .orderBy('at')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    direction: row.direction as CaseView['messages'][number]['direction'],
    group: row.to_group,
    body: row.body,
    person: personRef(directory, row.person_id),
    post: postRef(directory, row.post_id),
    at: row.at.toISOString(),
  }));
}

async function attachmentsOf(tx: Tx, caseId: string): Promise<AttachmentView[]> {
  const rows = await tx.prepared<Record<string, never>>(
    'case-attachments',
    `select a.id, a.name, a.media_type as "mediaType", a.size, encode(a.sha256, 'hex') as sha256, a.at, r.ordinal as "reportOrdinal"
       from attachments a left join reports r on r.id = a.report_id where a.case_id = $1::uuid order by a.at, a.id`,
    [caseId],
  );
  return (rows as unknown as (Omit<AttachmentView, 'at'> & { at: Date })[]).map((row) => ({
    ...row,
    at: row.at.toISOString(),
  }));
}

/** What the viewer may do, in which of his posts (rule 7). */
function mayOf(
  state: CaseState,
  posts: readonly SnapshotPost[],
  shown: Shown,
  personId: string | null,
): MayDo[] {
  return actsOpenTo(posts, state, shown.directory, shown.pack, personId).map(
    ({ act, posts: able, relation }) => ({
      act,
      as: able.map((post) => postRef(shown.directory, post.id)),
      relation,
      needsReason: shown.pack.transitions.some(
        (one) =>
          one.act === act &&
          one.from.includes(state.state) &&
          (one.guards.includes('reason') || one.guards.includes('text')),
      ),
      grave: GRAVE.has(act),
    }),
  );
}

/** What waits for a second person, each with what would come of it now. */
async function pendingViews(
  tx: Tx,
  state: CaseState,
  shown: Shown,
  personId: string | null,
): Promise<PendingView[]> {
  const { directory, pack } = shown;
  const views: PendingView[] = [];
  for (const pending of state.pending) {
    const effects = await effectsOf(tx, state, pending, { pack, directory, now: shown.now });
    views.push({
      id: pending.id,
      rule: pack.fourEyes.find((rule) => rule.id === pending.rule)?.name ?? {
        zh: pending.rule,
        en: pending.rule,
      },
      act: pending.act,
      level: pending.level,
      into: pending.into,
      outcome: outcomeView(pending.outcome, pack)?.name ?? null,
      reason: pending.reason,
      person: personRef(directory, pending.person),
      post: postRef(directory, pending.post),
      at: pending.at,
      nextState: effects.nextState,
      toldParties: effects.toldParties,
      mine: pending.person === personId,
    });
  }
  return views;
}

/** An outcome in words; null when nobody said. */
function outcomeView(outcome: string | null | undefined, pack: Pack): CaseView['outcome'] {
  if (!outcome) return null;
  const found = pack.outcomes.find((one) => one.id === outcome);
  return { id: outcome, name: found?.name ?? { zh: outcome, en: outcome } };
}

function holdView({ hold }: CaseState, { directory }: Shown): CaseView['hold'] {
  if (hold === null) return null;
  const body = hold.organisation === null ? undefined : directory.organisations.get(hold.organisation);
  return {
    ...hold,
    organisation: body ? { id: body.id, name: { zh: body.nameZh, en: body.nameEn } } : null,
  };
}

/** Minutes from one moment to the other, never below zero: an estimated or corrected time may lie after what it led to. */
function minutes(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 6_000) / 10);
}

/** The cases under the same incident the reader may see; null when there is none. */
async function linksOf(tx: Tx, state: CaseState, { directory }: Shown): Promise<CaseView['links']> {
  const { cases, more, own } = await linkedCases(tx, state.id, state);
  if (cases.length === 0) return null;
  return {
    cases: cases.map((one) => {
      const body = directory.organisations.get(one.organisation);
      return {
        id: one.id,
        number: one.number,
        organisation: { id: one.organisation, name: { zh: body?.nameZh ?? '', en: body?.nameEn ?? '' } },
        level: one.level,
        levelStatus: one.levelStatus,
        state: one.state,
        open: one.open,
        openedAt: one.openedAt.toISOString(),
        leads: one.leads,
        reason: one.reason,
        linkedAt: one.linkedAt?.toISOString() ?? null,
        person: person(directory, one.person),
      };
    }),
    more,
    own: own?.linkedAt
      ? {
          reason: own.reason ?? '',
          linkedAt: own.linkedAt.toISOString(),
          person: person(directory, own.person),
        }
      : null,
  };
}

/** GET /cases/:id. @throws Refusal not-found, also for a case the viewer may not see */
export async function caseView(
  ctx: AppContext,
  actor: Actor,
  id: string,
  lang: Lang = 'zh-Hant',
): Promise<CaseView> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const state = await findCase(tx, id);
    const row = state ? await listRowOf(tx, id) : undefined;
    if (!state || !row) refuse('not-found');
    const shown: Shown = {
      lang,
      directory: await directorySnapshot(ctx, tx),
      pack: await packByHash(ctx, tx, state.pack),
      now: tx.now,
    };
    const { directory, pack } = shown;
    const posts = actor.personId === null ? [] : directory.postsHeldBy(actor.personId, tx.now);
    const looking = { directory, pack, now: tx.now, posts };
    const may = mayOf(state, posts, shown, actor.personId);
    const isDesk = may.some((one) => one.act === 'record-acknowledgement');
    const { facts, notices } = spokenTo(
      actor.keys,
      state,
      await factsOf(tx, id),
      await noticesOfCase(tx, [id]),
      pack,
    );
    const organisation = (bodyId: string) => {
      const body = directory.organisations.get(bodyId);
      return { id: bodyId, name: { zh: body?.nameZh ?? '', en: body?.nameEn ?? '' } };
    };
    const graded = state.gradedAt;
    const reports = await reportsOf(tx, id, directory);
    return {
      case: caseRowView(row, directory, tx.now),
      aliases: state.absorbed.map((one) => one.number),
      mergedInto: state.mergedInto,
      links: await linksOf(tx, state, shown),
      packVersion: { hash: state.pack, id: pack.id, version: pack.version },
      superiors: state.routing.superiors.map(organisation),
      affectedSubgroups: [...state.routing.affected],
      gradings: state.gradings.map((one) => ({
        ...one,
        person: person(directory, one.person),
        post: one.post === null ? null : postRef(directory, one.post),
      })),
      crossings: Object.values(state.thresholds).reduce((sum, one) => sum + one.count, 0),
      withdrawalRequested: state.withdrawalRequested,
      outcome: outcomeView(state.outcome, pack),
      pending: await pendingViews(tx, state, shown, actor.personId),
      hold: holdView(state, shown),
      measures: {
        // A report told by telephone counts from when it was told (SI.13).
        awareToFiled: minutes(state.awareAt, reports[0]?.toldAt ?? state.openedAt),
        filedToRegistered: minutes(state.openedAt, state.registeredAt),
        filedToGraded: minutes(state.openedAt, graded),
        filedToRecovered: minutes(state.openedAt, state.recoveredAt),
        filedToReleased: minutes(state.openedAt, state.closedAt),
      },
      clocks: (await clocksOf(tx, id)).map((clock) => clockView(clock, shown)),
      // Nobody rings himself up: what waits at the reader's own post is his to confirm.
      knows: notices.map((notice) =>
        knowsRow(notice, isDesk && !actor.keys.includes(`post:${notice.postId}`), state.level, shown),
      ),
      facts: (await withVisibleLinks(tx, facts)).map((fact) => factView(fact, shown)),
      reports,
      messages: await messagesOf(tx, id, directory),
      addressees: may.some((one) => one.act === 'message')
        ? addresseesOf(state, { pack, directory, now: tx.now })
        : [],
      checklist: checklistOf(state, looking),
      support: supportOf(state, looking),
      referrals: referralsOf(state, looking, {
        mayRead: notesSeenBy(state).some((key) => actor.keys.includes(key)),
        notes: await notesOf(tx, id),
        packages: await packagesOf(tx, id),
        lastReport: reports.at(-1)?.content,
      }),
      attachments: await attachmentsOf(tx, id),
      may,
      looks: {
        recorded: isWatcher(directory, actor, tx.now),
        readable: posts.some((post) => post.role === 'auditor' || post.role === 'administrator'),
      },
      now: tx.now.toISOString(),
    };
  });
}
