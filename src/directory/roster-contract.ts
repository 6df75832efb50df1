/** What the API speaks about rosters: shifts, swaps, absences, hand-over notes. */
import { z } from 'zod';
import { ROLES } from '../mechanism/vocabulary.ts';
import { day, instant } from '../platform/fields.ts';
import { id, optionalText, text } from '../platform/http/contract.ts';

const uuid = z.uuid();
const bilingual = z.strictObject({ zh: z.string(), en: z.string() });
const ref = z.strictObject({ id: uuid, name: bilingual });
const when = z.iso.datetime();
/** A time of the day as its clocks show it; 24:00 is its end. */
const time = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/);
const place = z.enum(['first', 'second']);

// Paths below /api/v1. "planner": administers the post's body or is an officer of its group. "holder": holds the post.
// What the reader may not know of is answered as what is not there (ISO-1).
//
// | method and path                        | who             | body → answer                                               |
// |----------------------------------------|-----------------|-------------------------------------------------------------|
// | GET    /rosters                        | anyone          | → 200 rosterList: those he reads, and those he may begin    |
// | GET    /rosters/:postId?from&days      | reader          | → 200 rosterView                                            |
// | POST   /rosters/:postId/plan           | planner         | planInput → 200 planned (`preview`: nothing is written)     |
// | POST   /rosters/:postId/shifts         | planner         | shiftInput → 201 made                                       |
// | PATCH  /shifts/:id                     | planner         | shiftPatch → 204                                            |
// | DELETE /shifts/:id                     | planner         | → 204                                                       |
// | POST   /shifts/:id/swaps               | its person, or planner (orders it) | swapInput → 201 made                     |
// | POST   /swaps/:id/answer               | the other       | swapAnswer → 204                                            |
// | DELETE /swaps/:id                      | who asked       | → 204                                                       |
// | POST   /rosters/:postId/absences       | holder for himself, planner for anybody | absenceInput → 201 made             |
// | DELETE /absences/:id                   | the same        | → 204                                                       |
// | DELETE /rosters/:postId                | planner         | → 204: kept no longer, nothing is shown as a gap            |
// | GET    /rosters/:postId/handovers      | holder, group   | → 200 handoverPage: notes, and what a new one would list    |
// | POST   /rosters/:postId/handovers      | on duty, or just left | handoverInput → 201 made                              |
// | POST   /handovers/:id/confirm          | another holder  | {} → 204                                                    |
// | GET    /me/duty                        | anyone          | → 200 myDuty                                                |
// | GET    /me/duty.ics                    | anyone          | → text/calendar                                             |

/** GET /rosters/:postId?from&days; without `from` this week's Monday. */
export const rosterQuery = z.strictObject({
  from: day.optional(),
  days: z.coerce.number().int().min(1).max(62).default(7),
});

export const dutyPerson = z.strictObject({
  personId: uuid,
  name: bilingual,
  place,
  from: when,
  to: when,
  /** null when the viewer may not see it. */
  phone: z.string().nullable(),
  mobile: z.string().nullable(),
});
export type DutyPerson = z.infer<typeof dutyPerson>;

export const gap = z.strictObject({
  from: when,
  to: when,
  why: z.enum(['empty', 'absent', 'left-post']),
  person: ref.nullable(),
});

const may = z.strictObject({
  plan: z.boolean(),
  /** Gives away his own shifts, and writes and confirms what is handed over. */
  hold: z.boolean(),
  /** Reads what is handed over. */
  readNotes: z.boolean(),
});

/** One roster among others. */
export const rosterRow = z.strictObject({
  post: ref,
  role: z.enum(ROLES),
  groupCode: z.string().nullable(),
  organisation: ref,
  kept: z.boolean(),
  onDuty: z.array(dutyPerson),
  /** The first time within two weeks when nobody is on duty. */
  nextGap: gap.nullable(),
  mine: z.boolean(),
  may,
});
export type RosterRow = z.infer<typeof rosterRow>;
export const rosterList = z.strictObject({ items: z.array(rosterRow) });

export const shiftView = z.strictObject({
  id: uuid,
  person: ref,
  place,
  from: when,
  to: when,
  note: z.string(),
  /** He is away for a part of it, or holds the post no longer. */
  unserved: z.boolean(),
  /** He has asked for a swap that waits. */
  swapAsked: z.boolean(),
});
export type ShiftView = z.infer<typeof shiftView>;

export const swapView = z.strictObject({
  id: uuid,
  post: ref,
  state: z.enum(['asked', 'agreed', 'refused', 'withdrawn', 'ordered', 'lapsed']),
  person: ref,
  other: ref,
  shift: z.strictObject({ id: uuid, from: when, to: when, place }),
  otherShift: z.strictObject({ id: uuid, from: when, to: when, place }).nullable(),
  note: z.string(),
  askedAt: when,
  answeredAt: when.nullable(),
  mayAnswer: z.boolean(),
  mayWithdraw: z.boolean(),
});
export type SwapView = z.infer<typeof swapView>;

export const pattern = z.strictObject({
  persons: z.array(id).min(1).max(40),
  from: day,
  to: day,
  slots: z
    .array(z.strictObject({ from: time, to: time }))
    .min(1)
    .max(6),
  turn: z.enum(['shift', 'day', 'week']),
  second: z.boolean(),
  days: z.enum(['every', 'working', 'off']),
});
export type PatternInput = z.infer<typeof pattern>;

export const rosterView = z.strictObject({
  post: ref,
  role: z.enum(ROLES),
  groupCode: z.string().nullable(),
  organisation: ref,
  kept: z.boolean(),
  may,
  /** The moment this was read. */
  now: when,
  onDuty: z.array(dutyPerson),
  holders: z.array(
    z.strictObject({ id: uuid, name: bilingual, acting: z.boolean(), until: when.nullable() }),
  ),
  days: z.array(z.strictObject({ day: z.string(), from: when, to: when, working: z.boolean() })),
  shifts: z.array(shiftView),
  gaps: z.array(gap),
  overlaps: z.array(z.strictObject({ from: when, to: when, place, shiftIds: z.array(uuid) })),
  absences: z.array(z.strictObject({ id: uuid, person: ref, from: when, to: when, mayEnd: z.boolean() })),
  swaps: z.array(swapView),
  /** What it was last planned with. */
  pattern: pattern.nullable(),
});
export type RosterView = z.infer<typeof rosterView>;

/** POST /rosters/:postId/plan. Shifts still to come that begin on these days are replaced; what has begun stays. */
export const planInput = pattern.extend({ preview: z.boolean().default(false) });
export const planned = z.strictObject({
  shifts: z.array(z.strictObject({ person: ref, place, from: when, to: when })),
  replaced: z.int(),
  gaps: z.array(gap),
});
export type Planned = z.infer<typeof planned>;

export const shiftInput = z.strictObject({
  personId: id,
  place,
  from: instant,
  to: instant,
  note: optionalText(200).default(''),
});
export const shiftPatch = shiftInput.partial().extend({ note: optionalText(200).optional() });

/** POST /shifts/:id/swaps: to give it to `withPersonId`, for `otherShiftId` or for nothing. */
export const swapInput = z.strictObject({
  withPersonId: id,
  otherShiftId: id.nullable().default(null),
  note: optionalText(200).default(''),
});
export const swapAnswer = z.strictObject({ agree: z.boolean() });

/** POST /rosters/:postId/absences: from when to when, never why. */
export const absenceInput = z.strictObject({ personId: id, from: instant, to: instant });

/** A case as a hand-over note names it; only what the reader may see of it. */
export const handoverCase = z.strictObject({
  id: uuid,
  number: z.string(),
  mode: z.enum(['live', 'exercise']),
  level: z.string(),
  levelStatus: z.enum(['proposed', 'confirmed']),
  state: z.string(),
  open: z.boolean(),
  organisation: bilingual,
  openedAt: when,
  takenBy: bilingual.nullable(),
  nextDue: when.nullable(),
  waiting: z.int(),
});
export type HandoverCase = z.infer<typeof handoverCase>;

export const handoverView = z.strictObject({
  id: uuid,
  person: ref,
  text: z.string(),
  writtenAt: when,
  confirmedAt: when.nullable(),
  confirmedBy: ref.nullable(),
  cases: z.array(handoverCase),
  /** How many of the cases listed then the reader may not see now. */
  hidden: z.int(),
  mayConfirm: z.boolean(),
});
export type HandoverView = z.infer<typeof handoverView>;
export const handoverPage = z.strictObject({
  /** The newest first. */
  items: z.array(handoverView),
  /** The open cases a note written now would list. */
  cases: z.array(handoverCase),
  mayWrite: z.boolean(),
});
export type HandoverPage = z.infer<typeof handoverPage>;
export const handoverInput = z.strictObject({ text: text(4000) });

/** GET /me/duty: what one person needs to know of his duty. */
export const myDuty = z.strictObject({
  /** The posts of his that keep a roster, with who is on duty now. */
  rosters: z.array(rosterRow),
  /** His shift that runs, or those within the next two weeks. */
  shifts: z.array(shiftView.extend({ post: ref })),
  /** Swaps somebody asks of him, and his own that wait. */
  swaps: z.array(swapView),
  /** Notes of his posts that nobody has confirmed. */
  handovers: z.array(z.strictObject({ id: uuid, post: ref, person: ref, writtenAt: when })),
});
export type MyDuty = z.infer<typeof myDuty>;

export const made = z.strictObject({ id: uuid });
