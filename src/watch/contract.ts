/** What the API says of alarms: what the auditor found, and what became of it. */
import { z } from 'zod';

export const ALARM_KINDS = [
  /** rows of a case that were not as its facts say */
  'case-differs',
  /** clocks or rungs long due that nobody fires */
  'clocks-late',
  /** notices long due that nobody sends */
  'deliveries-late',
  /** something of one case fails at every try while the rest goes on */
  'case-stuck',
  /** the database's clock was set */
  'clock-jump',
] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

const when = z.iso.datetime();

export const alarmView = z.strictObject({
  id: z.uuid(),
  kind: z.enum(ALARM_KINDS),
  caseId: z.uuid().nullable(),
  /** Number of the case, or null. */
  number: z.string().nullable(),
  /** What was found, in words of the machine: kinds of findings with what they are about. */
  findings: z.array(z.strictObject({ kind: z.string(), what: z.string(), repaired: z.boolean() })),
  count: z.int(),
  raisedAt: when,
  seenAt: when,
  times: z.int(),
  repairedAt: when.nullable(),
});

/** GET /alarms — those that stand, the newest first. */
export const alarmList = z.strictObject({ items: z.array(alarmView) });
