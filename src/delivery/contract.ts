/** What the API speaks about notices: the inbox of a person's posts, and their confirmation. */
import { z } from 'zod';
import { CAPACITIES, EXPECTATIONS } from '../mechanism/vocabulary.ts';
import { instant, text } from '../platform/fields.ts';

const uuid = z.uuid();
const when = z.iso.datetime();
const bilingual = z.strictObject({ zh: z.string(), en: z.string() });

/** A notice as its reader sees it: no narrative, only what, how bad, since when, and what is asked. */
export const noticeView = z.strictObject({
  id: uuid,
  post: z.strictObject({ id: uuid, name: bilingual, organisationName: bilingual }),
  capacities: z.array(z.enum(CAPACITIES)),
  expects: z.enum(EXPECTATIONS),
  urgent: z.boolean(),
  rank: z.int(),
  level: z.string().nullable(),
  subject: bilingual,
  body: bilingual,
  asked: bilingual,
  /** null when the reader may not open the case (a compartment, DEC-19). */
  caseId: uuid.nullable(),
  number: z.string().nullable(),
  mode: z.enum(['live', 'exercise']),
  madeAt: when,
  confirmBy: when.nullable(),
  late: z.boolean(),
  openedAt: when.nullable(),
  acknowledgedAt: when.nullable(),
  acknowledgedBy: bilingual.nullable(),
  closedAt: when.nullable(),
  closedWhy: z.string().nullable(),
  /** The desk's telephone number, for the second button. */
  callPhone: z.string(),
  /** It went to another's post and asks the reader because nobody there answered, or nobody is there (H40, H41). */
  instead: z.boolean(),
});
export type NoticeView = z.infer<typeof noticeView>;

/** GET /inbox?waiting=yes&cursor&limit */
export const inboxQuery = z.strictObject({
  waiting: z.enum(['yes', 'no']).optional(),
  cursor: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export const inboxView = z.strictObject({
  items: z.array(noticeView),
  waiting: z.int(),
  nextCursor: z.string().nullable(),
});

/** POST /notices/:id/acknowledgement — by a signed-in holder of the post; safe to repeat. */
export const acknowledgeAnswer = z.strictObject({ notice: noticeView });

/** POST /notices/:id/telephone-acknowledgement — the desk rang up and records who confirmed and when. */
export const telephoneAcknowledgement = z.strictObject({
  at: instant,
  /** Who confirmed: a holder of the post, or a name said on the telephone. */
  personId: uuid.nullable().default(null),
  name: text(100).default(''),
});
