/** What the API speaks about cases: drafts, reports, acts, and what a viewer is shown. */
import { z } from 'zod';
import {
  ACTS,
  CAPACITIES,
  CHANNELS,
  EXPECTATIONS,
  LADDER_TARGETS,
  REFERRAL_CHANNELS,
  REFERRAL_OUTCOMES,
  RELATIONS,
  REPORT_KINDS,
  SUPPORT_VERDICTS,
} from '../mechanism/vocabulary.ts';
import { instant, text } from '../platform/fields.ts';
import { checklistView, referralsView, supportView } from './affairs-contract.ts';
import { reportContent } from './report-content.ts';

const uuid = z.uuid();
const when = z.iso.datetime();
const bilingual = z.strictObject({ zh: z.string(), en: z.string() });

// ── drafts ───────────────────────────────────────────────────────────────────────────────────────────────────

/** A draft holds whatever has been typed, valid or not: nothing typed is ever refused (only its size is bounded). */
export const draftContent = z.record(z.string(), z.unknown());
/** PUT /drafts/:id — the id is minted by the client and becomes the idempotency key of the filing. */
export const saveDraft = z.strictObject({
  organisationId: uuid,
  caseId: uuid.nullable(),
  kind: z.enum(REPORT_KINDS),
  content: draftContent,
  /** Revision this save builds on; 0 for a new draft. A stale save is refused with the newer one (`draft-changed`). */
  revision: z.int32().min(0),
});
export const draftView = z.strictObject({
  id: uuid,
  organisationId: uuid,
  caseId: uuid.nullable(),
  caseNumber: z.string().nullable(),
  kind: z.enum(REPORT_KINDS),
  content: draftContent,
  revision: z.int(),
  createdAt: when,
  updatedAt: when,
});
export type DraftView = z.infer<typeof draftView>;

// ── filing ───────────────────────────────────────────────────────────────────────────────────────────────────

/** POST /reports with header Idempotency-Key (= the draft's id when there is one). */
export const fileReport = z.strictObject({
  kind: z.enum(REPORT_KINDS),
  /** The case a follow-up or recovery report belongs to; null for an initial report. */
  caseId: uuid.nullable().default(null),
  organisationId: uuid,
  channel: z.enum(CHANNELS).default('web'),
  /** When the reporter told it, if by telephone, fax, mail or post before it was keyed in (SI.13); null = now. */
  toldAt: instant.nullable().default(null),
  /** A suspected or anomalous event, not yet an incident (S4.7). */
  suspected: z.boolean().default(false),
  lateReason: text(2000).default(''),
  mode: z.enum(['live', 'exercise']).default('live'),
  content: reportContent,
});
export type FileReport = z.infer<typeof fileReport>;
export type FileReportInput = z.input<typeof fileReport>;

/** Someone who is, or would be, told: a row of "who knows". */
export const toldParty = z.strictObject({
  postId: uuid,
  postName: bilingual,
  organisationId: uuid,
  organisationName: bilingual,
  capacities: z.array(z.enum(CAPACITIES)),
  expects: z.enum(EXPECTATIONS),
  /** Nobody holds the post now: said before anything is sent (H41). */
  vacant: z.boolean(),
});
export type ToldParty = z.infer<typeof toldParty>;

/** Answer to a filing: what the reporter is told at once (SI.1). */
export const filedAnswer = z.strictObject({
  caseId: uuid,
  reportId: uuid,
  number: z.string(),
  kind: z.enum(REPORT_KINDS),
  receivedAt: when,
  state: z.string(),
  level: z.string(),
  /** From awareness to filing, in minutes; null when awareness is not known. */
  minutesFromAwareness: z.number().nullable(),
  late: z.boolean(),
  toldParties: z.array(toldParty),
});
export type FiledAnswer = z.infer<typeof filedAnswer>;

/** POST /reports/preview — who would be told if this were filed now. */
export const previewFiling = z.strictObject({
  organisationId: uuid,
  caseId: uuid.nullable().default(null),
  kind: z.enum(REPORT_KINDS).default('initial'),
  impactLevel: z.string(),
  affectedSectors: z.array(z.string()).default([]),
  suspected: z.boolean().default(false),
});
export const previewAnswer = z.strictObject({
  onFiling: z.array(toldParty),
  /** Told when the desk confirms this level (choosing A says in plain words who will be woken). */
  onConfirmation: z.array(toldParty),
});

// ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────────

const reason = text(2000);
/** Of the pack: a step, an item, a group, a target. */
const id = z.string().min(1).max(60);
/** A request for support, counted within its case. */
const request = z.int32().min(1);
const act = <A extends string, S extends z.core.$ZodLooseShape>(name: A, shape: S) =>
  z.strictObject({
    act: z.literal(name),
    /** The case's revision the actor had before his eyes; another one is refused with what happened since. */
    revision: z.int().min(1),
    /** The post to act in, when the actor holds several that may; the first that may is taken when absent. */
    as: uuid.optional(),
    ...shape,
  });

/** POST /cases/:id/acts. */
export const caseAct = z.discriminatedUnion('act', [
  act('take', {}),
  act('hand-over', { toPerson: uuid, reason: reason.default('') }),
  act('register', {}),
  act('ask-back', { text: text(5000).min(1) }),
  act('confirm-level', { level: z.string(), reason: reason.default('') }),
  act('change-level', { level: z.string(), reason: reason.min(1) }),
  act('promote', { reason: reason.default('') }),
  act('send-back', { reason: reason.min(1) }),
  /** `outcome`: how it came out, one of the pack's (S8.2.3); absent: not stated. */
  act('release', { outcome: z.string().max(60).optional(), reason: reason.default('') }),
  act('dismiss', { reason: reason.min(1) }),
  act('request-withdrawal', { reason: reason.min(1) }),
  act('approve-withdrawal', { reason: reason.default('') }),
  act('refuse-withdrawal', { reason: reason.min(1) }),
  act('merge', { intoCase: uuid, reason: reason.default('') }),
  act('unmerge', { reason: reason.min(1) }),
  act('link-case', { withCase: uuid, reason: reason.default('') }),
  act('unlink-case', { reason: reason.default('') }),
  act('reopen', { reason: reason.min(1) }),
  act('message', {
    text: text(5000).min(1),
    /** `agency`, `desk`, or a group that works on the case (S8.2.2); without it, the other side. */
    to: z.string().min(1).max(60).optional(),
  }),
  act('correct-awareness', { at: instant, reason: reason.min(1) }),
  act('report-convenor-told', {
    at: instant,
    how: z.enum(['telephone', 'in-person', 'other']),
    reason: reason.default(''),
  }),
  act('approve-act', { proposal: z.int32().min(1) }),
  act('decline-act', { proposal: z.int32().min(1), reason: reason.min(1) }),
  act('withdraw-act', { proposal: z.int32().min(1), reason: reason.default('') }),
  act('hold', {
    authority: text(200).min(1),
    /** The body of the directory that ordered it and may go on seeing the case. */
    organisationId: uuid.nullable().default(null),
    reference: text(200).min(1),
    until: instant.nullable(),
    reason: reason.default(''),
  }),
  act('lift-hold', { reason: reason.min(1) }),
  act('tick-item', { item: id, note: reason.default(''), at: instant.nullable().default(null) }),
  act('skip-item', { item: id, reason: reason.min(1) }),
  act('reopen-item', { item: id, reason: reason.min(1) }),
  act('request-support', { item: id.nullable(), text: reason.default('') }),
  act('assign-support', {
    request,
    /** A group, or a region and with it the group that answers for it. */
    group: id.nullable().default(null),
    region: id.nullable().default(null),
    note: reason.default(''),
    dueAt: instant.nullable().default(null),
  }),
  act('accept-support', {
    request,
    group: id.optional(),
    text: reason.default(''),
    dueAt: instant.nullable().default(null),
  }),
  act('decline-support', { request, group: id.optional(), reason: reason.min(1) }),
  act('recall-support', { request, group: id, reason: reason.min(1) }),
  act('support-progress', { request, group: id.optional(), text: reason.min(1) }),
  act('support-done', { request, group: id.optional(), text: reason.default('') }),
  act('cancel-support', { request, reason: reason.min(1) }),
  act('support-feedback', { request, helped: z.enum(SUPPORT_VERDICTS), text: reason.default('') }),
  act('open-referral', { target: id, reason: reason.min(1) }),
  act('send-referral', {
    target: id,
    /** One of the target's offices, or null and `to` says who. */
    office: id.nullable().default(null),
    to: text(200).default(''),
    channel: z.enum(REFERRAL_CHANNELS),
    at: instant,
    /** The package that was handed over; null when it was told without one. */
    package: uuid.nullable().default(null),
  }),
  act('record-referral-receipt', {
    target: id,
    at: instant,
    officer: text(100).min(1),
    number: text(100).default(''),
    phone: text(60).default(''),
    note: reason.default(''),
  }),
  act('record-referral-reply', {
    target: id,
    at: instant,
    outcome: z.enum(REFERRAL_OUTCOMES),
    text: text(5000).min(1),
    number: text(100).default(''),
  }),
  act('close-referral', { target: id, reason: reason.min(1) }),
  act('leave-to-agency', { reason: reason.default('') }),
  act('call-meeting', { startsAt: instant, place: text(200).min(1), reason: reason.default('') }),
  act('order-stationing', { reason: reason.default('') }),
]);
export type CaseAct = z.infer<typeof caseAct>;
export type CaseActName = CaseAct['act'];

/** GET /cases/:id/acts/:act/preview?level= — who would be told, before the button works. */
export const actPreview = z.strictObject({
  toldParties: z.array(toldParty),
  nextState: z.string(),
  /** Not null: one person alone cannot do it; these are asked to agree, and only then is anybody else told (ISO-15). */
  approvers: z.array(toldParty).nullable(),
});

/** Answer to every act: the sentence's ingredients (what happened, who is told, what next) and the new revision. */
export const actAnswer = z.strictObject({
  caseId: uuid,
  act: z.enum(ACTS),
  revision: z.int(),
  state: z.string(),
  level: z.string(),
  toldParties: z.array(toldParty),
  /** Present: it was only proposed and waits for a second person; the case stands as it did (ISO-15). */
  proposed: z.literal(true).optional(),
});

// ── what a viewer is shown ───────────────────────────────────────────────────────────────────────────────────

const personRef = z.strictObject({ id: uuid, name: bilingual });
const organisationRef = z.strictObject({ id: uuid, name: bilingual });
export const postRef = z.strictObject({ id: uuid, name: bilingual, organisation: organisationRef });

export const caseRow = z.strictObject({
  id: uuid,
  number: z.string(),
  mode: z.enum(['live', 'exercise']),
  compartment: z.string().nullable(),
  organisation: organisationRef,
  authority: organisationRef.nullable(),
  subgroup: z.string(),
  sectors: z.array(z.string()),
  state: z.string(),
  open: z.boolean(),
  level: z.string(),
  rank: z.int(),
  levelStatus: z.enum(['proposed', 'confirmed']),
  suspected: z.boolean(),
  summary: z.string(),
  takenBy: personRef.nullable(),
  occurredAt: when.nullable(),
  awareAt: when.nullable(),
  openedAt: when,
  closedAt: when.nullable(),
  changedAt: when,
  revision: z.int(),
  /** The nearest running clock. */
  nextClock: z.strictObject({ definition: z.string(), dueAt: when, overdue: z.boolean() }).nullable(),
  notices: z.strictObject({
    told: z.int(),
    acknowledged: z.int(),
    waiting: z.int(),
    late: z.int(),
    failed: z.int(),
  }),
});
export type CaseRow = z.infer<typeof caseRow>;

/** GET /cases?state&level&open&organisation&subgroup&mode&q&order&cursor&limit */
export const caseQuery = z.strictObject({
  state: z.string().max(40).optional(),
  level: z.string().max(20).optional(),
  open: z.enum(['yes', 'no']).optional(),
  organisationId: uuid.optional(),
  subgroup: z.string().max(60).optional(),
  mode: z.enum(['live', 'exercise']).optional(),
  taken: z.enum(['me', 'nobody']).optional(),
  q: z.string().max(100).optional(),
  order: z.enum(['newest', 'oldest', 'gravest']).default('newest'),
  cursor: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
/** GET /cases.csv: the same filters. It is in the order of opening, newest first unless `oldest` is asked. */
export const caseExportQuery = caseQuery
  .omit({ cursor: true, limit: true })
  .extend({ lang: z.enum(['zh-Hant', 'en']).optional() });
export const caseList = z.strictObject({ items: z.array(caseRow), nextCursor: z.string().nullable() });

/** Why a case stands where it stands in the desk's queue; the first reason leads. */
export const QUEUE_REASONS = [
  'notice-failed',
  'notice-late',
  'clock-overdue',
  'new',
  'level-unconfirmed',
  'approval-waits',
  'withdrawal-requested',
  'support-waits',
  'referral-waits',
  'recovered',
  'returned',
  'handling',
] as const;
/** Somebody the desk should ring up now. */
export const callRow = z.strictObject({
  noticeId: uuid,
  party: toldParty,
  why: z.enum(['failed', 'late', 'nobody']),
  since: when,
  people: z.array(z.strictObject({ name: bilingual, phone: z.string(), mobile: z.string() })),
  organisationPhone: z.string(),
});
export type CallRow = z.infer<typeof callRow>;
export const queueRow = z.strictObject({
  case: caseRow,
  reasons: z.array(z.enum(QUEUE_REASONS)),
  calls: z.array(callRow),
  /** The incident it stands under with others of the queue (H22, H47); null when it stands alone. */
  incident: uuid.nullable(),
});
export type QueueRow = z.infer<typeof queueRow>;
/** A case of a compartment as the centre sees it: at most number, level, state (DEC-19). */
export const stubRow = z.strictObject({
  compartment: z.string(),
  number: z.string().nullable(),
  level: z.string().nullable(),
  state: z.string().nullable(),
  registeredAt: when.nullable(),
  phone: z.string(),
});
export const queueView = z.strictObject({
  counts: z.strictObject({
    all: z.int(),
    unacknowledged: z.int(),
    unconfirmed: z.int(),
    late: z.int(),
    recovered: z.int(),
  }),
  items: z.array(queueRow),
  stubs: z.array(stubRow),
  now: when,
});
export type QueueView = z.infer<typeof queueView>;

export const reportView = z.strictObject({
  id: uuid,
  ordinal: z.int(),
  kind: z.enum(REPORT_KINDS),
  suspected: z.boolean(),
  channel: z.enum(CHANNELS),
  toldAt: when,
  receivedAt: when,
  lateReason: z.string().nullable(),
  filedBy: personRef,
  filedPost: postRef,
  onBehalf: z.boolean(),
  contentHash: z.string(),
  content: reportContent,
  /** Ids of the form's fields that differ from the report before it. */
  changed: z.array(z.string()),
});
export type ReportView = z.infer<typeof reportView>;

export const factView = z.strictObject({
  seq: z.int(),
  kind: z.string(),
  at: when,
  person: personRef.nullable(),
  post: postRef.nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type FactView = z.infer<typeof factView>;

export const clockView = z.strictObject({
  id: uuid,
  definition: z.string(),
  name: bilingual,
  note: bilingual.nullable(),
  force: z.enum(['mandatory', 'advisory']),
  state: z.enum(['running', 'met', 'voided']),
  startAt: when,
  dueAt: when,
  metAt: when.nullable(),
  overdue: z.boolean(),
  lateByRegrading: z.boolean(),
  history: z.array(z.strictObject({ dueAt: when, level: z.string(), at: when })),
});
export type ClockView = z.infer<typeof clockView>;

/** One line of "who knows": a post, in what capacity, told when, and whether a person confirmed. */
export const knowsRow = z.strictObject({
  party: toldParty,
  noticeId: uuid,
  toldAt: when,
  urgent: z.boolean(),
  /** What was asked, in the reader's languages. */
  asked: bilingual,
  confirmBy: when.nullable(),
  status: z.enum([
    'acknowledged',
    'opened',
    'handed-over',
    'queued',
    'failed',
    'nobody',
    'not-asked',
    'closed',
  ]),
  late: z.boolean(),
  acknowledged: z
    .strictObject({
      at: when,
      by: personRef.nullable(),
      how: z.enum(['app', 'telephone', 'act', 'sms']),
      recordedBy: personRef.nullable(),
    })
    .nullable(),
  deliveries: z.array(
    z.strictObject({
      person: personRef.nullable(),
      channel: z.string(),
      state: z.enum(['queued', 'handed-over', 'failed', 'withheld']),
      at: when,
      attempts: z.int(),
      reason: z.string().nullable(),
    }),
  ),
  /** For the desk only: whom to ring up. */
  call: callRow.nullable(),
  /** The ladder in motion: which rung of how many, and when whom is told next (H40); null when it has none, or goes no further. */
  ladder: z
    .strictObject({
      name: bilingual,
      rung: z.int(),
      of: z.int(),
      nextAt: when.nullable(),
      next: z.array(z.enum(LADDER_TARGETS)),
    })
    .nullable(),
  /** Notices nobody answered and of which this one tells. */
  rungOf: z.array(uuid),
});
export type KnowsRow = z.infer<typeof knowsRow>;

/** What the viewer may do with the case now, and in which post: screens never guess. */
export const mayDo = z.strictObject({
  act: z.enum(ACTS),
  as: z.array(postRef),
  relation: z.enum(RELATIONS),
  needsReason: z.boolean(),
  /** Grave acts show who will be told before the button works. */
  grave: z.boolean(),
});
export type MayDo = z.infer<typeof mayDo>;

/** An act that waits for a second person: exactly what would happen, and who would be told (ISO-15). */
export const pendingView = z.strictObject({
  id: z.int(),
  rule: bilingual,
  act: z.enum(ACTS),
  level: z.string().nullable(),
  into: z.strictObject({ id: uuid, number: z.string() }).nullable(),
  /** How a release says that it came out. */
  outcome: bilingual.nullable(),
  reason: z.string(),
  person: personRef,
  post: postRef,
  at: when,
  nextState: z.string(),
  toldParties: z.array(toldParty),
  /** The viewer proposed it himself, so another must decide. */
  mine: z.boolean(),
});
export type PendingView = z.infer<typeof pendingView>;

/** The order of silence that stands, for those who may know of it (H28). */
export const holdView = z.strictObject({
  authority: z.string(),
  organisation: organisationRef.nullable(),
  reference: z.string(),
  until: when.nullable(),
  reason: z.string(),
});

export const messageView = z.strictObject({
  id: uuid,
  direction: z.enum(['to-agency', 'to-desk', 'to-group']),
  /** To whom, when it went to a group. */
  group: z.string().nullable(),
  body: z.string(),
  person: personRef,
  post: postRef,
  at: when,
});

export const attachmentView = z.strictObject({
  id: uuid,
  name: z.string(),
  mediaType: z.string(),
  size: z.int(),
  sha256: z.string(),
  at: when,
  reportOrdinal: z.int().nullable(),
});
export type AttachmentView = z.infer<typeof attachmentView>;

/** Cases under the same incident (H22, H47): each goes on by itself. What the reader may not see is not among them. */
export const linksView = z.strictObject({
  cases: z.array(
    z.strictObject({
      id: uuid,
      number: z.string(),
      organisation: organisationRef,
      level: z.string(),
      levelStatus: z.enum(['proposed', 'confirmed']),
      state: z.string(),
      open: z.boolean(),
      openedAt: when,
      /** The one the others were linked to. */
      leads: z.boolean(),
      reason: z.string().nullable(),
      linkedAt: when.nullable(),
      person: personRef.nullable(),
    }),
  ),
  /** How many more there are. */
  more: z.int(),
  /** Why this case was linked; null when it is the one the others were linked to. */
  own: z.strictObject({ reason: z.string(), linkedAt: when, person: personRef.nullable() }).nullable(),
});

export const caseView = z.strictObject({
  case: caseRow,
  aliases: z.array(z.string()),
  mergedInto: z.strictObject({ id: uuid, number: z.string() }).nullable(),
  links: linksView.nullable(),
  packVersion: z.strictObject({ hash: z.string(), id: z.string(), version: z.string() }),
  superiors: z.array(organisationRef),
  affectedSubgroups: z.array(z.string()),
  gradings: z.array(
    z.strictObject({
      level: z.string(),
      status: z.enum(['proposed', 'confirmed']),
      at: when,
      person: personRef.nullable(),
      post: postRef.nullable(),
      reason: z.string(),
    }),
  ),
  crossings: z.int(),
  withdrawalRequested: z.boolean(),
  /** How it came out (S8.2.3); null until it is released, and when nobody said. */
  outcome: z.strictObject({ id: z.string(), name: bilingual }).nullable(),
  pending: z.array(pendingView),
  hold: holdView.nullable(),
  /** Times to notify, respond and recover, in minutes (S3.2); null = not yet. */
  measures: z.strictObject({
    awareToFiled: z.number().nullable(),
    filedToRegistered: z.number().nullable(),
    filedToGraded: z.number().nullable(),
    filedToRecovered: z.number().nullable(),
    filedToReleased: z.number().nullable(),
  }),
  clocks: z.array(clockView),
  knows: z.array(knowsRow),
  facts: z.array(factView),
  reports: z.array(reportView),
  messages: z.array(messageView),
  /** Groups this viewer may write to in this case (S8.2.2). */
  addressees: z.array(z.string()),
  checklist: checklistView.nullable(),
  support: supportView,
  referrals: referralsView,
  attachments: z.array(attachmentView),
  may: z.array(mayDo),
  /** Whether this reader's looks are recorded, and whether he may read who looked (ISO-12). */
  looks: z.strictObject({ recorded: z.boolean(), readable: z.boolean() }),
  now: when,
});
export type CaseView = z.infer<typeof caseView>;

// ── who looked ───────────────────────────────────────────────────────────────────────────────────────────────

/** GET /looks?caseId&cursor&limit — what read-only posts looked at, newest first. */
export const looksQuery = z.strictObject({
  caseId: uuid.optional(),
  cursor: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export const looksView = z.strictObject({
  items: z.array(
    z.strictObject({
      id: uuid,
      /** null: the record of looks itself was read. */
      caseId: uuid.nullable(),
      number: z.string(),
      person: personRef,
      postName: bilingual,
      what: z.enum(['opened', 'exported', 'printed', 'attachment', 'looks']),
      detail: z.string(),
      at: when,
    }),
  ),
  nextCursor: z.string().nullable(),
});
export type LooksView = z.infer<typeof looksView>;

/** GET /cases/:id/export?lang — the whole case as one file that is read without the product. */
export const exportQuery = z.strictObject({ lang: z.enum(['zh-Hant', 'en']).optional() });
