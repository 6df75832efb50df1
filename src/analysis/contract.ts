/** What the API speaks about the analysis reports of the subgroups, and about all of them side by side (S7.11.0e). */
import { z } from 'zod';
import { day, text } from '../platform/fields.ts';
import { line, text as requiredText } from '../platform/http/contract.ts';

const uuid = z.uuid();
const when = z.iso.datetime();
const date = z.iso.date();
const bilingual = z.strictObject({ zh: z.string(), en: z.string() });
const ref = z.strictObject({ id: z.string(), name: bilingual });
const personRef = z.strictObject({ id: uuid, name: bilingual });
const mode = z.enum(['live', 'exercise']);
const month = z.string().regex(/^[1-9]\d{3}-(0[1-9]|1[0-2])$/);

/** POST /analyses — sent once. The id is the draft's: what is sent twice is there once. */
export const sendAnalysis = z.strictObject({
  id: uuid,
  /** The group it is written for, when the author writes for several. */
  group: z.string().max(60).optional(),
  mode: mode.default('live'),
  from: day,
  to: day,
  /** Cases it is about; none: it is about a time. */
  cases: z.array(uuid).max(50).default([]),
  title: line(200),
  findings: requiredText(20_000),
  indicators: text(20_000).default(''),
  recommendations: text(20_000).default(''),
  /** Stays behind the wall; only for the group of a compartment. Of cases behind a wall it stays there anyway (DEC-19). */
  inside: z.boolean().default(false),
  /** The report of one's own group it corrects. */
  replaces: uuid.nullable().default(null),
});
export type SendAnalysis = z.infer<typeof sendAnalysis>;

/** PUT /analyses/drafts/:id — whatever was written so far; checked when it is sent. */
export const saveAnalysisDraft = z.strictObject({
  content: z.record(z.string().max(40), z.unknown()),
  /** Revision this save builds on; 0 for a new draft. */
  revision: z.int32().min(0),
});
export const analysisDraft = z.strictObject({
  id: uuid,
  content: z.record(z.string(), z.unknown()),
  revision: z.int(),
  updatedAt: when,
});
export type AnalysisDraft = z.infer<typeof analysisDraft>;

const caseRef = z.strictObject({
  id: uuid,
  number: z.string(),
  level: z.string(),
  organisation: bilingual,
});

export const analysisRow = z.strictObject({
  id: uuid,
  group: ref,
  kind: z.enum(['cases', 'period']),
  mode,
  /** It stays behind the wall of a compartment. */
  inside: z.boolean(),
  from: date,
  to: date,
  title: z.string(),
  cases: z.array(caseRef),
  sentAt: when,
  person: personRef,
  /** A later report corrects it. */
  replacedBy: uuid.nullable(),
});
export type AnalysisRow = z.infer<typeof analysisRow>;

/** GET /analyses/:id */
export const analysisView = z.strictObject({
  ...analysisRow.shape,
  findings: z.string(),
  indicators: z.string(),
  recommendations: z.string(),
  replaces: uuid.nullable(),
  mayCorrect: z.boolean(),
});
export type AnalysisView = z.infer<typeof analysisView>;

/** GET /analyses — `until`: the last month shown; the present one when not said. */
export const analysesQuery = z.strictObject({
  until: month.optional(),
  months: z.coerce.number().int().min(1).max(12).default(6),
  mode: mode.default('live'),
});
export type AnalysesQuery = z.infer<typeof analysesQuery>;
export const exportQuery = z.strictObject({
  ...analysesQuery.shape,
  lang: z.enum(['zh-Hant', 'en']).optional(),
});

const cell = z.strictObject({
  month,
  /** Notifications the reader sees, by their present level. */
  byLevel: z.record(z.string(), z.int()),
  cases: z.int(),
  /** Cases that ended in the month, by how they came out, as far as it was said (S8.2.3). */
  outcomes: z.record(z.string(), z.int()),
  /** Analyses of cases, and of the time itself, that the reader sees. */
  aboutCases: z.int(),
  aboutPeriod: z.int(),
  /** `open`: the month is not over; `walled`: what this group writes stays inside, so nothing can be missed. */
  status: z.enum(['sent', 'missing', 'open', 'walled']),
});
export type AnalysisCell = z.infer<typeof cell>;

export const analysesView = z.strictObject({
  months: z.array(month),
  levels: z.array(z.string()),
  /** How a case may come out. */
  outcomes: z.array(ref),
  /** All subgroups side by side for whoever gathers them; one's own for whoever writes. */
  rows: z.array(z.strictObject({ group: ref, cells: z.array(cell) })),
  /** Of these months, the newest first. */
  reports: z.array(analysisRow),
  /** More were found than are shown. */
  cut: z.boolean(),
  drafts: z.array(analysisDraft),
  /** Groups the reader writes for; `walled`: of a compartment. */
  writesFor: z.array(z.strictObject({ ...ref.shape, walled: z.boolean() })),
  readsAll: z.boolean(),
  now: when,
});
export type AnalysesView = z.infer<typeof analysesView>;
