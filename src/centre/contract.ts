/** What the API speaks about the centre while it is formed up, and about its emergency meetings. */
import { z } from 'zod';
import { CENTRE_ACTS } from '../mechanism/vocabulary.ts';
import { instant, text } from '../platform/fields.ts';
import { ANSWERS } from './facts.ts';

const uuid = z.uuid();
const when = z.iso.datetime();
const bilingual = z.strictObject({ zh: z.string(), en: z.string() });
const note = text(5000);

// ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────────

const act = <A extends string, S extends z.core.$ZodLooseShape>(name: A, shape: S) =>
  z.strictObject({
    act: z.literal(name),
    /** The post to act in, when the actor holds several that may. */
    as: uuid.optional(),
    ...shape,
  });
/** Minted by the client: what is sent twice is made once. */
const made = { id: uuid };

/** One paragraph of a situation report; about a case, or about the whole. */
export const paragraph = z.strictObject({ caseId: uuid.nullable(), text: text(10_000).min(1) });

/** POST /activations/:id/acts. Acts of different people do not contradict each other, so no revision is asked for. */
export const centreAct = z.discriminatedUnion('act', [
  /** For one's own post, or, by whoever runs the centre, for somebody who said it on the telephone. */
  act('answer-summons', {
    post: uuid,
    answer: z.enum(ANSWERS),
    eta: instant.nullable().default(null),
    note: text(500).default(''),
  }),
  act('check-in', { person: uuid.optional(), remote: z.boolean().default(false) }),
  act('check-out', { person: uuid.optional() }),
  act('log', { ...made, text: note.min(1) }),
  act('plan-shift', { ...made, group: z.string().max(60), person: uuid, from: instant, to: instant }),
  act('cancel-shift', { shift: uuid }),
  act('hand-over-shift', { shift: uuid, to: uuid.nullable().default(null), text: note.min(1) }),
  act('draft-situation-report', { ...made, paragraphs: z.array(paragraph).min(1).max(60) }),
  act('approve-situation-report', { report: uuid }),
  act('decline-situation-report', { report: uuid, reason: note.min(1) }),
  act('switch-mode', { to: z.enum(['normal', 'emergency']), reason: note.min(1) }),
  act('stand-down', { reason: note.min(1) }),
]);
export type CentreActCommand = z.infer<typeof centreAct>;

/** POST /meetings/:id/acts. */
export const meetingAct = z.discriminatedUnion('act', [
  act('move', { startsAt: instant, place: text(200).min(1) }),
  act('cancel', { reason: note.min(1) }),
  /** For one's own post, or by whoever keeps the minutes. */
  act('attend', { post: uuid, presence: z.enum(['in-person', 'remote', 'absent']) }),
  act('minutes', { ...made, text: text(20_000).min(1) }),
  act('decide', { ...made, text: note.min(1) }),
  act('assign', { ...made, post: uuid, due: instant.nullable().default(null), text: note.min(1) }),
  act('done', { action: uuid, text: note.default('') }),
  act('end', {}),
]);
export type MeetingActCommand = z.infer<typeof meetingAct>;

// ── what a viewer is shown ───────────────────────────────────────────────────────────────────────────────────

const personRef = z.strictObject({ id: uuid, name: bilingual });
const postRef = z.strictObject({ id: uuid, name: bilingual, organisation: bilingual });
const groupRef = z.strictObject({ code: z.string(), name: bilingual });
const stamp = { at: when, person: personRef.nullable(), post: postRef.nullable() };

/** A case in the centre, as far as the reader sees it by his own right. */
export const centreCase = z.strictObject({
  id: uuid,
  number: z.string(),
  organisation: bilingual,
  level: z.string(),
  levelStatus: z.enum(['proposed', 'confirmed']),
  state: z.string(),
  open: z.boolean(),
  summary: z.string(),
  cause: z.enum(['threshold', 'ordered', 'late']),
  joinedAt: when,
});

export const summonsView = z.strictObject({
  post: postRef,
  group: groupRef.nullable(),
  part: z.enum(['command', 'coordinator', 'staff', 'subgroup', 'related']),
  at: when,
  answerBy: when,
  late: z.boolean(),
  /** Whom to ring up: the holders and their body's number. */
  holders: z.array(personRef),
  phone: z.string(),
  answer: z
    .strictObject({
      ...stamp,
      answer: z.enum(ANSWERS),
      eta: when.nullable(),
      note: z.string(),
      recorded: z.boolean(),
    })
    .nullable(),
  present: z.int(),
  /** The reader holds the post. */
  mine: z.boolean(),
});
export type SummonsView = z.infer<typeof summonsView>;

export const presenceView = z.strictObject({
  person: personRef,
  post: postRef.nullable(),
  group: groupRef.nullable(),
  remote: z.boolean(),
  in: when,
  out: when.nullable(),
});

export const shiftView = z.strictObject({
  id: uuid,
  person: personRef,
  from: when,
  to: when,
  now: z.boolean(),
  handedOver: z.strictObject({ ...stamp, note: z.string() }).nullable(),
});

/** One group at the centre: how many should be there, who is, and who comes when. */
export const stationView = z.strictObject({
  group: groupRef,
  atLeast: z.int(),
  shiftHours: z.number(),
  present: z.int(),
  shifts: z.array(shiftView),
  people: z.array(personRef),
});

export const situationReportView = z.strictObject({
  id: uuid,
  ordinal: z.int(),
  ...stamp,
  /** Only what the reader may read: a paragraph that names a case he does not see is not there. */
  paragraphs: z.array(z.strictObject({ caseId: uuid.nullable(), text: z.string() })),
  approved: z.strictObject(stamp).nullable(),
  declined: z.strictObject({ ...stamp, note: z.string() }).nullable(),
  mine: z.boolean(),
});
export type SituationReportView = z.infer<typeof situationReportView>;

export const meetingRow = z.strictObject({
  id: uuid,
  state: z.enum(['called', 'ended', 'cancelled']),
  startsAt: when,
  place: z.string(),
  mode: z.enum(['live', 'exercise']),
  openActions: z.int(),
});

/** One line of the centre's own history. */
export const centreEvent = z.strictObject({
  seq: z.int(),
  kind: z.string(),
  ...stamp,
  /** Numbers of cases the reader sees, names, answers: what a sentence needs. */
  about: z.record(z.string(), z.unknown()),
});
export type CentreEvent = z.infer<typeof centreEvent>;

export const activationView = z.strictObject({
  id: uuid,
  mode: z.enum(['live', 'exercise']),
  compartment: z.string().nullable(),
  active: z.boolean(),
  level: z.string(),
  top: z.boolean(),
  coordination: z.enum(['normal', 'emergency']),
  coordinator: groupRef,
  openedAt: when,
  closedAt: when.nullable(),
  revision: z.int(),
  cases: z.array(centreCase),
  /** Those who have not answered first (S7.10.4e). */
  summons: z.array(summonsView),
  presence: z.array(presenceView),
  stations: z.array(stationView),
  log: z.array(z.strictObject({ ...stamp, id: uuid, text: z.string() })),
  reports: z.array(situationReportView),
  meetings: z.array(meetingRow),
  standDown: z.strictObject({ ...stamp, note: z.string() }).nullable(),
  events: z.array(centreEvent),
  /** The posts in which each act may be done now. */
  may: z.array(z.strictObject({ act: z.enum(CENTRE_ACTS), as: z.array(postRef) })),
  here: z.boolean(),
  now: when,
});
export type ActivationView = z.infer<typeof activationView>;

export const activationRow = z.strictObject({
  id: uuid,
  mode: z.enum(['live', 'exercise']),
  compartment: z.string().nullable(),
  active: z.boolean(),
  level: z.string(),
  coordination: z.enum(['normal', 'emergency']),
  openedAt: when,
  closedAt: when.nullable(),
  unanswered: z.int(),
  /** The reader is summoned and has not answered. */
  asked: z.boolean(),
  present: z.int(),
  /** Cases of it that the reader sees. */
  cases: z.array(z.strictObject({ id: uuid, number: z.string(), level: z.string() })),
});
export type ActivationRow = z.infer<typeof activationRow>;

/** GET /centre — whether it is formed up, what was before, and the meetings to come. */
export const centreView = z.strictObject({
  activations: z.array(activationRow),
  meetings: z.array(meetingRow),
  now: when,
});
export type CentreView = z.infer<typeof centreView>;

/** GET /activations/:id/draft — a situation report drafted from the facts, as far as the reader sees them. */
export const situationDraft = z.strictObject({
  paragraphs: z.array(z.strictObject({ caseId: uuid.nullable(), number: z.string(), text: z.string() })),
});

/** GET /activations/:id/review — the after-action report: what the record says, in numbers. */
export const reviewView = z.strictObject({
  /** Minutes from the beginning; null = it did not happen. */
  firstAnswer: z.number().nullable(),
  allAnswered: z.number().nullable(),
  firstArrival: z.number().nullable(),
  firstReport: z.number().nullable(),
  lasted: z.number(),
  summoned: z.int(),
  answered: z.int(),
  inTime: z.int(),
  answers: z.strictObject({ coming: z.int(), remote: z.int(), deputy: z.int(), cannot: z.int() }),
  /** Posts that never answered. */
  silent: z.array(postRef),
  people: z.int(),
  hours: z.number(),
  reports: z.int(),
  approved: z.int(),
  meetings: z.int(),
  actions: z.array(
    z.strictObject({
      text: z.string(),
      post: postRef,
      due: when.nullable(),
      doneAt: when.nullable(),
      late: z.boolean(),
    }),
  ),
});
export type ReviewView = z.infer<typeof reviewView>;

export const meetingView = z.strictObject({
  id: uuid,
  activationId: uuid.nullable(),
  mode: z.enum(['live', 'exercise']),
  state: z.enum(['called', 'ended', 'cancelled']),
  startsAt: when,
  place: z.string(),
  reason: z.string(),
  /** The case it was called for, when the reader sees it. */
  case: z.strictObject({ id: uuid, number: z.string(), level: z.string() }).nullable(),
  called: z.strictObject(stamp),
  sequence: z.int(),
  invited: z.array(
    z.strictObject({
      post: postRef,
      presence: z.enum(['in-person', 'remote', 'absent']).nullable(),
      mine: z.boolean(),
    }),
  ),
  minutes: z.string(),
  minutesAt: when.nullable(),
  decisions: z.array(z.strictObject({ id: uuid, text: z.string(), at: when })),
  actions: z.array(
    z.strictObject({
      id: uuid,
      text: z.string(),
      post: postRef,
      due: when.nullable(),
      doneAt: when.nullable(),
      doneText: z.string(),
      late: z.boolean(),
      mine: z.boolean(),
    }),
  ),
  cancelled: z.string().nullable(),
  /** The reader keeps its minutes. */
  runs: z.boolean(),
  now: when,
});
export type MeetingView = z.infer<typeof meetingView>;
