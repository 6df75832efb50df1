/** What the API speaks about preparedness: who called for what, whose part it is, and how far everybody is (S7.9.7.5). */
import { z } from 'zod';
import { instant, text } from '../platform/fields.ts';
import { text as requiredText } from '../platform/http/contract.ts';

const uuid = z.uuid();
const when = z.iso.datetime();
const bilingual = z.strictObject({ zh: z.string(), en: z.string() });
const ref = z.strictObject({ id: z.string(), name: bilingual });
const mode = z.enum(['live', 'exercise']);

/** Whom a call goes to: every body, those of one subgroup, those of one vital system, or named ones. */
const audience = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('subgroup'), of: z.string().max(60) }),
  z.strictObject({ kind: z.literal('system'), of: z.string().max(60) }),
  z.strictObject({ kind: z.literal('named'), bodies: z.array(z.guid().toLowerCase()).min(1).max(500) }),
]);
export type Audience = z.infer<typeof audience>;

/** POST /preparedness — the id is the client's: what is sent twice is called once. */
export const callForPreparedness = z.strictObject({
  id: uuid,
  mode: mode.default('live'),
  steps: z.array(z.string().max(80)).min(1).max(50),
  audience,
  dueAt: instant,
  reason: requiredText(1000),
  /** The number of a case that is the occasion; shown to those who see the case. */
  caseNumber: z.string().max(40).nullable().default(null),
});
export type CallForPreparedness = z.infer<typeof callForPreparedness>;

/** POST /preparedness/:id/reminders — to all who have not answered, or to one. */
export const remind = z.strictObject({ part: uuid.nullable().default(null) });
export const reminded = z.strictObject({ parts: z.int() });

/** POST /preparedness/:id/due */
export const extendCall = z.strictObject({ dueAt: instant, reason: requiredText(1000) });
export type ExtendCall = z.infer<typeof extendCall>;

/** POST /preparedness/:id/end */
export const endCall = z.strictObject({ reason: requiredText(1000) });

/** POST /preparedness/:id/parts/:part/tasks/:step — `note` is the reason for leaving it out, or what there is to say. */
export const settleTask = z.strictObject({
  act: z.enum(['done', 'skip', 'reopen']),
  note: text(500).default(''),
});
export type SettleTask = z.infer<typeof settleTask>;

const step = z.strictObject({
  id: z.string(),
  owner: ref,
  title: bilingual,
  help: bilingual.nullable(),
});

/** How far the parts are that the reader sees. */
const progress = z.strictObject({
  parts: z.int(),
  acknowledged: z.int(),
  /** Every step of theirs done or left out. */
  settled: z.int(),
  /** Nothing has reached anybody there. */
  unreached: z.int(),
  open: z.int(),
  done: z.int(),
  skipped: z.int(),
});
export type Progress = z.infer<typeof progress>;

const task = z.strictObject({
  step: z.string(),
  state: z.enum(['open', 'done', 'skipped']),
  note: z.string(),
  changedAt: when.nullable(),
  changedBy: bilingual.nullable(),
});

export const partView = z.strictObject({
  id: uuid,
  organisation: z.strictObject({ id: uuid, name: bilingual }),
  /** The group whose part it is; null for a body's own. */
  group: ref.nullable(),
  acknowledgedAt: when.nullable(),
  acknowledgedBy: bilingual.nullable(),
  remindedAt: when.nullable(),
  reminders: z.int(),
  unreached: z.boolean(),
  /** Whom to ring up; null where the reader may not know. */
  phone: z.string().nullable(),
  tasks: z.array(task),
  may: z.array(z.enum(['acknowledge', 'settle', 'remind'])),
});
export type PartView = z.infer<typeof partView>;

const callHead = {
  id: uuid,
  mode,
  reason: z.string(),
  audience: z.strictObject({ kind: z.enum(['all', 'subgroup', 'system', 'named']), of: ref.nullable() }),
  calledAt: when,
  calledBy: z.strictObject({ name: bilingual, post: bilingual }),
  dueAt: when,
  endedAt: when.nullable(),
  /** Of the parts the reader sees. */
  progress,
  /** The reader's own parts that still expect something of him. */
  asksMe: z.int(),
};

/** GET /preparedness?cursor&limit */
export const callsQuery = z.strictObject({
  cursor: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(30),
});
export const callsView = z.strictObject({
  items: z.array(z.strictObject({ ...callHead, steps: z.int() })),
  nextCursor: z.string().nullable(),
  may: z.strictObject({ call: z.boolean() }),
});
export type CallsView = z.infer<typeof callsView>;
export type CallRow = CallsView['items'][number];

/** GET /preparedness/:id */
export const callView = z.strictObject({
  ...callHead,
  ended: z.strictObject({ by: bilingual, reason: z.string() }).nullable(),
  case: z.strictObject({ id: uuid, number: z.string() }).nullable(),
  steps: z.array(step.extend({ open: z.int(), done: z.int(), skipped: z.int() })),
  /** The reader's own parts. */
  mine: z.array(partView),
  /** True when the reader sees more than his own parts. */
  follows: z.boolean(),
  may: z.array(z.enum(['remind', 'extend', 'end'])),
});
export type CallView = z.infer<typeof callView>;

/** GET /preparedness/:id/parts?show&cursor&limit */
export const partsQuery = z.strictObject({
  show: z.enum(['all', 'unacknowledged', 'unsettled']).default('all'),
  cursor: z.string().max(800).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export const partsView = z.strictObject({ items: z.array(partView), nextCursor: z.string().nullable() });
export type PartsView = z.infer<typeof partsView>;

/** GET /preparedness/progress.csv?call */
export const progressQuery = z.strictObject({ lang: z.enum(['zh-Hant', 'en']).optional() });

/** GET /preparedness/choices — what somebody who may call can choose from. */
export const choicesView = z.strictObject({
  steps: z.array(step),
  all: z.int(),
  subgroups: z.array(ref.extend({ bodies: z.int() })),
  systems: z.array(ref.extend({ bodies: z.int() })),
});
export type ChoicesView = z.infer<typeof choicesView>;
