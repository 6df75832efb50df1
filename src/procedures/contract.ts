/** What the API speaks about the response procedures and their versions (S7.11.0d). */
import { z } from 'zod';
import { PLAYBOOK_PHASES } from '../mechanism/vocabulary.ts';
import { text } from '../platform/fields.ts';
import { line, text as requiredText } from '../platform/http/contract.ts';

const uuid = z.uuid();
const when = z.iso.datetime();
const bilingual = z.strictObject({ zh: z.string(), en: z.string() });
const ref = z.strictObject({ id: z.string(), name: bilingual });
const personRef = z.strictObject({ id: uuid, name: bilingual });

/** From one minute to a year: what is due later is nobody's duty. */
const duration = z
  .string()
  .max(12)
  .regex(/^(PT([1-9]\d{0,3})M|PT([1-9]\d{0,2})H|P([1-9]\d{0,2})D)$/);

/** What a step of the procedures says. */
const stepContent = z.strictObject({
  levels: z.array(z.string().max(20)).max(10),
  phase: z.enum(PLAYBOOK_PHASES),
  owner: z.string().min(1).max(60),
  title: z.strictObject({ zh: line(120), en: line(200) }),
  help: z.strictObject({ zh: requiredText(1000), en: requiredText(2000) }).nullable(),
  withinByLevel: z.record(z.string().max(20), duration),
});

/**
 * POST /procedures/proposals — a changed step, a new one (`step` null), or an older version once more (`restores`; 0 = the
 * mechanism's own). The id is the client's: what is sent twice is proposed once.
 */
export const proposeStep = z.strictObject({
  id: uuid,
  step: z.string().max(80).nullable(),
  content: stepContent.nullable().default(null),
  restores: z.int().min(0).nullable().default(null),
  reason: requiredText(1000),
});
export type ProposeStep = z.infer<typeof proposeStep>;

/** POST /procedures/proposals/:id/decision — by a second person; `withdraw` by the first. */
export const decideStep = z.strictObject({
  decision: z.enum(['approve', 'decline', 'withdraw']),
  reason: text(1000).default(''),
});
export type DecideStep = z.infer<typeof decideStep>;

const shownContent = z.strictObject({
  levels: z.array(z.string()),
  phase: z.enum(PLAYBOOK_PHASES),
  owner: ref,
  title: bilingual,
  help: bilingual.nullable(),
  withinByLevel: z.record(z.string(), z.string()),
});
export type ShownContent = z.infer<typeof shownContent>;

const decision = z.strictObject({ at: when, person: personRef, reason: z.string() });

export const procedureVersion = z.strictObject({
  /** The proposal's; null for the mechanism's own version. */
  id: uuid.nullable(),
  step: z.string(),
  /** Null while it waits, and when nobody agreed; 0 = the mechanism's own. */
  version: z.int().nullable(),
  edition: z.int().nullable(),
  state: z.enum(['in-pack', 'proposed', 'approved', 'declined', 'withdrawn']),
  /** The version it takes up again. */
  restores: z.int().nullable(),
  /** What it says; null: a step of an earlier mechanism that is in it no more. */
  content: shownContent.nullable(),
  /** What stood before it. */
  before: shownContent.nullable(),
  proposed: decision.nullable(),
  decided: decision.nullable(),
  /** What the reader may do about it now. */
  may: z.array(z.enum(['approve', 'decline', 'withdraw'])),
});
export type ProcedureVersion = z.infer<typeof procedureVersion>;

export const procedureStep = z.strictObject({
  id: z.string(),
  origin: z.enum(['pack', 'changed', 'added']),
  source: z.string(),
  content: shownContent,
  /** 0 = the mechanism's own. */
  version: z.int(),
  /** Newest first; what waits stands first. */
  history: z.array(procedureVersion),
});
export type ProcedureStepView = z.infer<typeof procedureStep>;

/** GET /procedures — everything in force, by phase and level, with its history. */
export const proceduresView = z.strictObject({
  pack: z.strictObject({ title: bilingual, version: z.string(), hash: z.string() }),
  edition: z.int(),
  levels: z.array(z.string()),
  owners: z.array(ref),
  items: z.array(procedureStep),
  /** Steps that are proposed and not in force yet. */
  additions: z.array(procedureVersion),
  waiting: z.int(),
  may: z.strictObject({ propose: z.boolean(), decide: z.boolean(), call: z.boolean() }),
  now: when,
});
export type ProceduresView = z.infer<typeof proceduresView>;
