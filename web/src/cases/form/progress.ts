/** Which fields a use of the form asks, in what order, and what is still missing. Pure; driven by the pack. */
import { isAnswered } from '../../../../src/cases/content-rules.ts';
import type { ReportContent } from '../../../../src/cases/report-content.ts';
import type { ClockDefinition, FormField, Pack } from '../../../../src/mechanism/pack.ts';
import type { ReportField, ReportKind } from '../../../../src/mechanism/vocabulary.ts';

type FormPack = Pick<Pack, 'forms'>;

/**
 * In what order a person tells it: what was done about it and what happened come before who can be called.
 * A pack's own order decides among the rest.
 */
const TELLING: readonly ReportField[] = [
  'solution',
  'resolvedAt',
  'cause',
  'description',
  'scope',
  'measures',
  'impactLevel',
  'occurred',
  'aware',
  'contactPhone',
];

/** Filled in by the system. */
const GIVEN: ReadonlySet<ReportField> = new Set(['agencyName']);

/** How the fields that may follow are put together on screen; a group without asked fields does not appear. */
export const GROUPS = [
  { id: 'times', fields: ['occurred', 'aware'] },
  { id: 'narrative', fields: ['description', 'scope', 'measures', 'impactLevel'] },
  { id: 'hosts', fields: ['hosts', 'securityGrade'] },
  { id: 'measures', fields: ['measuresLog'] },
  { id: 'affected', fields: ['affectedServices', 'affectedSectors', 'publicEffect'] },
  { id: 'support', fields: ['support'] },
  { id: 'flags', fields: ['flags'] },
  { id: 'cause', fields: ['cause', 'solution', 'resolvedAt'] },
  { id: 'contact', fields: ['contactName', 'contactPhone', 'agencyEmail', 'contactFax'] },
  { id: 'attachments', fields: ['attachments'] },
] as const satisfies readonly { id: string; fields: readonly ReportField[] }[];
export type GroupId = (typeof GROUPS)[number]['id'];

export interface Plan {
  /** What must be in now. */
  now: FormField[];
  /** What is asked and may follow, by group. */
  later: { id: GroupId; fields: FormField[] }[];
}

/** The fields one use of the form asks (S8.3.6: the same form every time, asked for what changes). */
export function planOf(pack: FormPack, kind: ReportKind): Plan {
  const fields = pack.forms.incident.sections.flatMap((section) => section.fields);
  const asked = fields.filter((field) => !GIVEN.has(field.id) && field.asks[kind] !== 'hidden');
  const rank = (field: FormField): number => {
    const at = TELLING.indexOf(field.id);
    return at < 0 ? TELLING.length : at;
  };
  const now = asked.filter((field) => field.asks[kind] === 'now').toSorted((a, b) => rank(a) - rank(b));
  const rest = asked.filter((field) => field.asks[kind] === 'later');
  const later = GROUPS.map((group) => ({
    id: group.id,
    fields: (group.fields as readonly ReportField[]).flatMap(
      (id) => rest.find((field) => field.id === id) ?? [],
    ),
  })).filter((group) => group.fields.length > 0);
  return { now, later };
}

/** Whether a field has an answer, "not yet known" included where the pack allows it. */
export function isDone(field: FormField, content: ReportContent): boolean {
  if (field.id === 'attachments') return content.attachments.length > 0;
  return isAnswered(field.id, content) || (field.mayBeUnknown && content.unknown.includes(field.id));
}

/** How many of the fields have an answer. */
export function doneOf(fields: readonly FormField[], content: ReportContent): number {
  return fields.filter((field) => isDone(field, content)).length;
}

/** A duration of hours, minutes and seconds in milliseconds; null for one that needs a calendar. */
export function elapsedLength(duration: string): number | null {
  const match = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(duration);
  if (!match) return null;
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
}

/**
 * When this report should be in, counted from awareness (H14); null when the mechanism sets no such time, or one the
 * browser cannot count. Being late only asks for a reason.
 */
export function filingDue(
  clocks: readonly ClockDefinition[],
  kind: ReportKind,
  level: string,
  awareAt: string | null,
): { due: number; clock: ClockDefinition } | null {
  if (kind !== 'initial' || awareAt === null) return null;
  const clock = clocks.find((one) => one.start === 'aware' && one.satisfiedBy.includes('filed'));
  if (clock?.calendar !== 'elapsed') return null;
  const length = elapsedLength(clock.length.byLevel[level] ?? clock.length.default);
  return length === null ? null : { due: Date.parse(awareAt) + length, clock };
}
