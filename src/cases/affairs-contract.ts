/** What the API shows of a case's procedure, support and referrals, and of the workload of support. */
import { z } from 'zod';
import {
  PLAYBOOK_PHASES,
  REFERRAL_CHANNELS,
  REFERRAL_OUTCOMES,
  SUPPORT_VERDICTS,
} from '../mechanism/vocabulary.ts';

const uuid = z.uuid();
const when = z.iso.datetime();
const bilingual = z.strictObject({ zh: z.string(), en: z.string() });
const personRef = z.strictObject({ id: uuid, name: bilingual });
/** A party of the case in words: the agency, the desk, a group. */
const partyRef = z.strictObject({ id: z.string(), name: bilingual });

export const checklistItemView = z.strictObject({
  id: z.string(),
  title: bilingual,
  help: bilingual.nullable(),
  party: partyRef,
  /** It is the viewer's own part (S8.2.2). */
  mine: z.boolean(),
  phase: z.enum(PLAYBOOK_PHASES),
  status: z.enum(['open', 'done', 'skipped', 'set-aside']),
  dueAt: when.nullable(),
  overdue: z.boolean(),
  at: when.nullable(),
  person: personRef.nullable(),
  /** What was noted, or why it was skipped. */
  note: z.string(),
  onBehalf: z.boolean(),
  /** The viewer may settle it, or take it up again. */
  maySettle: z.boolean(),
});
export type ChecklistItemView = z.infer<typeof checklistItemView>;

/** The response procedure of the case's level (S7.9.7.3). */
export const checklistView = z.strictObject({
  level: z.string(),
  /** How often the procedures had been changed when this case was given its own; 0 = never (S7.11.0d). */
  edition: z.int(),
  items: z.array(checklistItemView),
});
export type ChecklistView = z.infer<typeof checklistView>;

const SUPPORT_ACTS = [
  'assign-support',
  'accept-support',
  'decline-support',
  'recall-support',
  'support-progress',
  'support-done',
  'cancel-support',
  'support-feedback',
] as const;
export type SupportActName = (typeof SUPPORT_ACTS)[number];

export const SUPPORT_STATUS = ['open', 'offered', 'accepted', 'done', 'cancelled'] as const;

export const offerView = z.strictObject({
  group: partyRef,
  region: partyRef.nullable(),
  status: z.enum(['offered', 'accepted', 'declined', 'recalled', 'done']),
  /** The viewer's own group. */
  mine: z.boolean(),
  askedAt: when,
  askedBy: personRef.nullable(),
  note: z.string(),
  dueAt: when.nullable(),
  overdue: z.boolean(),
  answeredAt: when.nullable(),
  answeredBy: personRef.nullable(),
  answer: z.string(),
  log: z.array(z.strictObject({ at: when, person: personRef.nullable(), text: z.string() })),
  /** What the viewer may do about it now. */
  may: z.array(z.enum(SUPPORT_ACTS)),
});
export type OfferView = z.infer<typeof offerView>;

export const supportRequestView = z.strictObject({
  id: z.int(),
  item: z.string().nullable(),
  name: bilingual,
  text: z.string(),
  by: z.enum(['form', 'act']),
  at: when,
  person: personRef.nullable(),
  status: z.enum(SUPPORT_STATUS),
  /** Nobody asked in time, nobody answered in time, or a promised time has passed. */
  overdue: z.boolean(),
  offers: z.array(offerView),
  /** Groups and regions that may be asked, the likeliest first. */
  suggested: z.array(z.string()),
  cancelled: z.strictObject({ at: when, person: personRef.nullable(), reason: z.string() }).nullable(),
  feedback: z
    .strictObject({
      at: when,
      person: personRef.nullable(),
      helped: z.enum(SUPPORT_VERDICTS),
      text: z.string(),
    })
    .nullable(),
  may: z.array(z.enum(SUPPORT_ACTS)),
});
export type SupportRequestView = z.infer<typeof supportRequestView>;

/** Support in one case (S8.5.1, S8.5.2). */
export const supportView = z.strictObject({
  requests: z.array(supportRequestView),
  /** Whom a coordinator may ask; empty for everybody else. */
  groups: z.array(partyRef),
  regions: z.array(z.strictObject({ id: z.string(), name: bilingual, group: z.string(), own: z.boolean() })),
  mayRequest: z.boolean(),
});
export type SupportView = z.infer<typeof supportView>;

const REFERRAL_ACTS = [
  'send-referral',
  'record-referral-receipt',
  'record-referral-reply',
  'close-referral',
] as const;

const officeView = z.strictObject({
  id: z.string(),
  name: bilingual,
  /** It answers for the county of the reporting body. */
  near: z.boolean(),
  phone: z.string(),
  fax: z.string(),
  email: z.string(),
  address: bilingual.nullable(),
});

export const referralView = z.strictObject({
  target: z.string(),
  name: bilingual,
  kind: z.enum(['prosecutors', 'disaster']),
  status: z.enum(['open', 'sent', 'received', 'answered', 'closed']),
  flags: z.array(z.string()),
  by: z.enum(['form', 'act']),
  reason: z.string(),
  openedAt: when,
  closedAt: when.nullable(),
  closedWhy: z.string(),
  sends: z.array(
    z.strictObject({
      to: bilingual,
      channel: z.enum(REFERRAL_CHANNELS),
      at: when,
      recordedAt: when,
      person: personRef.nullable(),
      /** Only for those who may read what was handed over. */
      package: uuid.nullable(),
      sha256: z.string().nullable(),
    }),
  ),
  /** What came back; null for those who may only know that it was referred (S8.4.1). */
  receipts: z
    .array(
      z.strictObject({
        at: when,
        officer: z.string(),
        number: z.string(),
        phone: z.string(),
        note: z.string(),
        person: personRef.nullable(),
      }),
    )
    .nullable(),
  replies: z
    .array(
      z.strictObject({
        at: when,
        outcome: z.enum(REFERRAL_OUTCOMES),
        text: z.string(),
        number: z.string(),
        person: personRef.nullable(),
      }),
    )
    .nullable(),
  /** Whom the agency says it has told already, from its form. */
  agencyTold: z.array(z.strictObject({ flag: z.string(), toldWhom: z.string(), toldAt: when.nullable() })),
  /** For the desk: whom to hand it to, the nearest first. */
  offices: z.array(officeView),
  may: z.array(z.enum(REFERRAL_ACTS)),
});
export type ReferralView = z.infer<typeof referralView>;

/** Referrals of one case (S8.4.1, S8.4.2). */
export const referralsView = z.strictObject({
  items: z.array(referralView),
  /** Targets the desk may open one to. */
  mayOpen: z.array(partyRef),
  /** Packages made so far; empty for those who may not read them. */
  packages: z.array(
    z.strictObject({
      id: uuid,
      target: z.string(),
      name: z.string(),
      sha256: z.string(),
      size: z.int(),
      at: when,
      person: personRef.nullable(),
    }),
  ),
});
export type ReferralsView = z.infer<typeof referralsView>;

/** POST /cases/:id/referral-packages — makes and keeps the file that is handed over. */
export const makePackage = z.strictObject({ target: z.string().min(1).max(60) });
export const packageView = referralsView.shape.packages.element;
export type PackageView = z.infer<typeof packageView>;

/** GET /support — the workload of support, over all cases the reader sees (S8.7). */
export const workloadQuery = z.strictObject({
  group: z.string().max(60).optional(),
  region: z.string().max(60).optional(),
  status: z.enum([...SUPPORT_STATUS, 'live']).default('live'),
  overdue: z.enum(['yes']).optional(),
});
export const workloadRow = z.strictObject({
  caseId: uuid,
  number: z.string(),
  mode: z.enum(['live', 'exercise']),
  level: z.string(),
  organisation: z.strictObject({ id: uuid, name: bilingual, county: z.string().nullable() }),
  region: partyRef.nullable(),
  request: supportRequestView,
});
export type WorkloadRow = z.infer<typeof workloadRow>;
export const workloadView = z.strictObject({
  items: z.array(workloadRow),
  /** Live work by group, also of groups the filter leaves out. */
  groups: z.array(
    z.strictObject({
      group: partyRef,
      offered: z.int(),
      accepted: z.int(),
      overdue: z.int(),
      mine: z.boolean(),
    }),
  ),
  /** Requests nobody has been asked for yet. */
  unassigned: z.int(),
  overdue: z.int(),
  /** More were found than are shown. */
  cut: z.boolean(),
  now: when,
});
export type WorkloadView = z.infer<typeof workloadView>;
