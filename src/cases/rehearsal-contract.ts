/** What the API speaks about rehearsing ladders: who would be told if this happened now, and nobody answered. */
import { z } from 'zod';
import { CAPACITIES, EXPECTATIONS, LADDER_TARGETS, NOTICE_CHANNELS } from '../mechanism/vocabulary.ts';
import { postRef } from './contract.ts';

const when = z.iso.datetime();
const bilingual = z.strictObject({ zh: z.string(), en: z.string() });

/** GET /ladders/rehearsal?organisationId&level — nothing is sent, nothing is written. */
export const rehearsalQuery = z.strictObject({
  organisationId: z.guid().toLowerCase(),
  level: z.string().max(20),
  /** Only this route of the pack. */
  route: z.string().max(60).optional(),
});

/** How somebody would be told: `no-address` is a gap in the directory, `not-set-up` one of the installation. */
export const rehearsalPerson = z.strictObject({
  /** null: who serves there is not this reader's to know (DEC-19). */
  name: bilingual.nullable(),
  acting: z.boolean(),
  /** On duty now, where a roster is kept. */
  duty: z.enum(['first', 'second']).nullable(),
  ways: z.array(
    z.strictObject({
      channel: z.enum(NOTICE_CHANNELS),
      state: z.enum(['ready', 'no-address', 'not-set-up']),
    }),
  ),
});
export const rehearsalPost = z.strictObject({
  post: postRef,
  people: z.array(rehearsalPerson),
  /** Nobody holds it, and these, if any, stand in (H41). */
  vacant: z.boolean(),
});
export const rehearsalRung = z.strictObject({
  rung: z.int(),
  at: when,
  /** Seconds after the notice. */
  after: z.int(),
  to: z.array(z.enum(LADDER_TARGETS)),
  channels: z.array(z.enum(NOTICE_CHANNELS)),
  /** Persons of the notified post and its body, told besides. */
  people: z.array(rehearsalPerson),
  /** Other posts, told by a notice of their own. */
  posts: z.array(rehearsalPost),
});
export const rehearsalParty = z.strictObject({
  told: rehearsalPost,
  route: z.string(),
  capacities: z.array(z.enum(CAPACITIES)),
  expects: z.enum(EXPECTATIONS),
  urgent: z.boolean(),
  ladder: z.strictObject({ id: z.string(), name: bilingual, note: bilingual.nullable() }).nullable(),
  channels: z.array(z.enum(NOTICE_CHANNELS)),
  /** The rungs above the first, in their order. */
  rungs: z.array(rehearsalRung),
});
export const rehearsalView = z.strictObject({
  organisation: z.strictObject({ id: z.uuid(), name: bilingual }),
  level: z.string(),
  now: when,
  stages: z.array(
    z.strictObject({
      /** The report comes in; its level is confirmed; or nobody confirms it in time (DEC-4). */
      event: z.enum(['filed', 'confirmed', 'unconfirmed']),
      at: when,
      parties: z.array(rehearsalParty),
    }),
  ),
  /** Posts that nobody holds and persons whom mail cannot reach, counted once each. */
  gaps: z.strictObject({ vacant: z.int(), unreachable: z.int() }),
});
export type RehearsalView = z.infer<typeof rehearsalView>;
export type RehearsalParty = z.infer<typeof rehearsalParty>;
export type RehearsalPost = z.infer<typeof rehearsalPost>;
export type RehearsalPerson = z.infer<typeof rehearsalPerson>;
