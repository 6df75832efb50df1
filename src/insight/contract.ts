/** What the API speaks about the situation: one view for the wall and for the phone, and what looks like one campaign. */
import { z } from 'zod';
import { CAPACITIES } from '../mechanism/vocabulary.ts';
import { text } from '../platform/fields.ts';

const uuid = z.uuid();
const when = z.iso.datetime();
const bilingual = z.strictObject({ zh: z.string(), en: z.string() });
/** Numbers by level; a level with nothing open is absent. */
const levels = z.record(z.string(), z.int());

/** GET /situation?mode= — what has happened, or an exercise; never both. */
export const situationQuery = z.strictObject({ mode: z.enum(['live', 'exercise']).default('live') });

/** A case in one line. */
export const caseBrief = z.strictObject({
  id: uuid,
  number: z.string(),
  organisation: bilingual,
  level: z.string(),
  levelStatus: z.enum(['proposed', 'confirmed']),
});
export type CaseBrief = z.infer<typeof caseBrief>;

/** What stands open somewhere. */
const standing = {
  levels,
  /** Of these, how many have a level nobody has confirmed. */
  unconfirmed: z.int(),
  /** Cases of a compartment of which the reader sees at most number, level and state (DEC-19). */
  walled: levels,
};

/** A post that was asked and has not answered. */
export const unanswered = z.strictObject({
  noticeId: uuid,
  post: bilingual,
  organisation: bilingual,
  capacity: z.enum(CAPACITIES),
  /** People hold it now. */
  held: z.boolean(),
  askedAt: when,
  confirmBy: when.nullable(),
  late: z.boolean(),
  /** The rung of its ladder it has reached and when the next is told; null without a ladder (H40, H41). */
  rung: z.int().nullable(),
  nextRungAt: when.nullable(),
});

/** The centre while it is formed up. */
export const centreBrief = z.strictObject({
  since: when,
  emergency: z.boolean(),
  level: z.string(),
  groups: z.array(
    z.strictObject({
      code: z.string(),
      name: bilingual,
      answer: z.string().nullable(),
      present: z.int(),
    }),
  ),
});
export type CentreBrief = z.infer<typeof centreBrief>;

export const situationView = z.strictObject({
  mode: z.enum(['live', 'exercise']),
  now: when,
  open: z.strictObject({ ...standing, total: z.int(), suspected: z.int() }),
  /** Counted up to MOST (situation-rules.ts); what is more is "at least". */
  pressing: z.strictObject({ overdue: z.int(), waiting: z.int(), late: z.int() }),
  /** The vital systems that must keep running (S4.5). */
  vital: z.array(z.strictObject({ id: z.string(), name: bilingual, ...standing })),
  subgroups: z.array(
    z.strictObject({
      code: z.string(),
      name: bilingual,
      ...standing,
      /** Cases of other subgroups that touch its sectors. */
      affected: z.int(),
    }),
  ),
  counties: z.array(z.strictObject({ county: z.string().nullable(), levels })),
  clocks: z.array(
    z.strictObject({
      id: uuid,
      case: caseBrief,
      name: bilingual,
      dueAt: when,
      overdue: z.boolean(),
      mandatory: z.boolean(),
    }),
  ),
  ladders: z.array(
    z.strictObject({
      case: caseBrief,
      asked: z.int(),
      confirmed: z.int(),
      waiting: z.array(unanswered),
    }),
  ),
  centre: centreBrief.nullable(),
  /** How many stood open at the end of each hour and day, by their present level; the last one is now. */
  history: z.strictObject({
    hours: z.array(z.strictObject({ at: when, levels })),
    days: z.array(z.strictObject({ at: when, levels, opened: z.int(), ended: z.int() })),
  }),
  feed: z.array(
    z.strictObject({
      case: caseBrief,
      seq: z.int(),
      kind: z.string(),
      at: when,
      /** Follow-up or recovery, for a report. */
      report: z.string().nullable(),
      level: z.string().nullable(),
    }),
  ),
});
export type SituationView = z.infer<typeof situationView>;

// ── campaigns ────────────────────────────────────────────────────────────────────────────────────────────────

/** GET /campaigns?hours= — what looks like one campaign among the cases of the last hours. */
export const campaignQuery = z.strictObject({ hours: z.coerce.number().int().min(1).max(720).default(72) });

const campaignCase = z.strictObject({
  ...caseBrief.shape,
  openedAt: when,
  open: z.boolean(),
  /** Stands under the campaign's incident already. */
  linked: z.boolean(),
});

export const campaignsView = z.strictObject({
  hours: z.int(),
  /** How many cases were looked at, and how many of them belong to no campaign. */
  looked: z.int(),
  alone: z.int(),
  campaigns: z.array(
    z.strictObject({
      /** The case whose incident the others stand under, or would. */
      lead: caseBrief,
      count: z.int(),
      linked: z.int(),
      open: levels,
      bodies: z.int(),
      from: when,
      to: when,
      shared: z.array(
        z.strictObject({
          kind: z.enum(['ip', 'domain', 'hash', 'sender', 'words']),
          value: z.string(),
          cases: z.int(),
        }),
      ),
      /** The first of its cases, oldest first; `ids` are all of them. */
      cases: z.array(campaignCase),
      ids: z.array(uuid),
    }),
  ),
  now: when,
});
export type CampaignsView = z.infer<typeof campaignsView>;

/** POST /campaigns/links — these cases stand under the incident of `into`. Repeating it changes nothing. */
export const linkMany = z.strictObject({
  into: uuid,
  cases: z.array(uuid).min(1).max(500),
  reason: text(2000).default(''),
});
/** POST /campaigns/unlinks — each of these cases stands under its own incident again. */
export const unlinkMany = linkMany.omit({ into: true });
export const linkedAnswer = z.strictObject({ done: z.array(uuid), skipped: z.array(uuid) });
