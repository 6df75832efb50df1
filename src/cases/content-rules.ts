/**
 * Is what a form says enough, and can it be so? Pure, shared by the server and the form on screen.
 *
 * What must be answered now is the pack's to say; "not yet known" is an answer where the pack allows it (H3, H14). Late,
 * odd or thin reports pass: only what is missing, impossible or not in the pack's lists is refused, naming the field.
 */
import type { FormField, Pack } from '../mechanism/pack.ts';
import type { Channel, ReportField, ReportKind } from '../mechanism/vocabulary.ts';
import type { FieldRefusal } from '../platform/errors.ts';
import type { ReportContent } from './report-content.ts';

/** Clocks of client and server may differ by this much before a time counts as the future, in ms. */
export const SKEW = 2 * 60_000;
/** 民國元年: earlier dates cannot be written in the era the forms use (H21). */
const FIRST_ROC_DAY = Date.UTC(1911, 11, 31, 16);

/** Whether a field of the form has been answered with something. */
export function isAnswered(field: ReportField, content: ReportContent): boolean {
  switch (field) {
    case 'agencyName':
    case 'attachments':
      return true;
    case 'occurred':
    case 'aware':
      return content[field].at !== null;
    case 'hosts':
      return content.hosts.length > 0;
    case 'support':
      return content.supportItems.length > 0 || content.supportText !== '';
    case 'flags':
      return Object.values(content.flags).some((flag) => flag !== null);
    case 'affectedServices':
    case 'affectedSectors':
    case 'measuresLog':
      return content[field].length > 0;
    case 'resolvedAt':
      return content.resolvedAt !== null;
    default:
      return content[field] !== '';
  }
}

/** The pack's fields of the incident form, in its order. */
export function formFields(pack: Pick<Pack, 'forms'>): FormField[] {
  return pack.forms.incident.sections.flatMap((section) => section.fields);
}

/** Fields that must be answered before this use of the form can be filed and are not. */
export function missingFields(
  pack: Pick<Pack, 'forms'>,
  kind: ReportKind,
  content: ReportContent,
): ReportField[] {
  return formFields(pack)
    .filter((field) => field.asks[kind] === 'now')
    .filter(
      (field) =>
        !isAnswered(field.id, content) && !(field.mayBeUnknown && content.unknown.includes(field.id)),
    )
    .map((field) => field.id);
}

function choices(path: string, given: readonly string[], known: readonly { id: string }[]): FieldRefusal[] {
  const ids = known.map((one) => one.id);
  return given.flatMap((value, index) =>
    ids.includes(value)
      ? []
      : [{ path: `${path}.${index}`, code: 'bad-choice' as const, params: { choices: ids } }],
  );
}

function times(content: ReportContent, now: Date): FieldRefusal[] {
  const stated: [string, string | null][] = [
    ['occurred.at', content.occurred.at],
    ['aware.at', content.aware.at],
    ['resolvedAt', content.resolvedAt],
    ...content.measuresLog.map((entry, index): [string, string] => [`measuresLog.${index}.at`, entry.at]),
    ...(['life', 'equipment', 'crime', 'disaster'] as const).map((flag): [string, string | null] => [
      `flags.${flag}.toldAt`,
      content.flags[flag]?.toldAt ?? null,
    ]),
  ];
  const refusals = stated.flatMap(([path, at]): FieldRefusal[] => {
    if (at === null) return [];
    const time = Date.parse(at);
    if (time > now.getTime() + SKEW) return [{ path, code: 'in-the-future' }];
    return time < FIRST_ROC_DAY ? [{ path, code: 'bad-date' }] : [];
  });
  const { occurred, resolvedAt } = content;
  if (resolvedAt !== null && occurred.at !== null && occurred.precision === 'minute' && !occurred.estimated) {
    if (Date.parse(resolvedAt) < Date.parse(occurred.at))
      refusals.push({ path: 'resolvedAt', code: 'before-occurrence' });
  }
  return refusals;
}

/** Everything that keeps this content from being filed, by field; empty when it may go. Paths are relative to `content`. */
export function contentProblems(
  pack: Pack,
  kind: ReportKind,
  content: ReportContent,
  now: Date,
): FieldRefusal[] {
  const levels = pack.levels.map((level) => level.id);
  const grades = pack.securityGrades.map((grade) => grade.id);
  return [
    ...(levels.includes(content.impactLevel)
      ? []
      : [
          {
            path: 'impactLevel',
            code: content.impactLevel === '' ? ('required' as const) : ('bad-choice' as const),
            params: { choices: levels },
          },
        ]),
    ...(content.securityGrade === '' || grades.includes(content.securityGrade)
      ? []
      : [{ path: 'securityGrade', code: 'bad-choice' as const, params: { choices: grades } }]),
    ...missingFields(pack, kind, content)
      .filter((field) => field !== 'impactLevel')
      .map((field) => ({
        path: field === 'occurred' || field === 'aware' ? `${field}.at` : field,
        code: 'required' as const,
      })),
    ...times(content, now),
    ...choices('supportItems', content.supportItems, pack.supportItems),
    ...choices('affectedSectors', content.affectedSectors, pack.sectors),
    ...choices('affectedServices', content.affectedServices, pack.essentialServices),
    ...content.hosts.flatMap((host, index) =>
      choices(`hosts.${index}.mechanisms`, host.mechanisms, pack.securityMechanisms),
    ),
  ];
}

/** What a filing says of when it was told, beside the form itself. */
interface ToldClaim {
  readonly channel: Channel;
  readonly toldAt: string | null;
  readonly lateReason: string;
  readonly content: Pick<ReportContent, 'aware'>;
}

/**
 * Everything that keeps what is said of when a report was told from being filed, by field. An earlier time on what one
 * keys in oneself is a claim: it needs its reason, and both times are kept (H45). Nobody reports what he does not know
 * of yet: an earlier time than a certain awareness is a slip, and to call the awareness estimated or unknown repairs it,
 * so that no honest report is turned away (H14).
 */
export function toldProblems(pack: Pick<Pack, 'channels'>, request: ToldClaim, now: Date): FieldRefusal[] {
  if (request.toldAt === null) return [];
  const told = Date.parse(request.toldAt);
  if (told > now.getTime() + SKEW) return [{ path: 'toldAt', code: 'in-the-future' }];
  const problems: FieldRefusal[] = [];
  const { aware } = request.content;
  if (aware.at !== null && aware.precision === 'minute' && !aware.estimated) {
    if (told < Date.parse(aware.at) - SKEW) problems.push({ path: 'toldAt', code: 'before-awareness' });
  }
  const isOperator = pack.channels.find((channel) => channel.id === request.channel)?.operator ?? false;
  if (told < now.getTime() - SKEW && !isOperator && request.lateReason.trim() === '')
    problems.push({ path: 'lateReason', code: 'required' });
  return problems;
}

/** The first sentence of what happened, for lists: at most 60 characters. */
export function summaryOf(description: string): string {
  const first =
    description
      .trim()
      .split(/(?<=[。！？!?])|\n/u)[0]
      ?.trim() ?? '';
  const sentence = first.replace(/[。]$/u, '');
  const letters = [...sentence];
  return letters.length <= 60 ? sentence : `${letters.slice(0, 59).join('')}…`;
}

/**
 * Ids of the form's fields in which two reports differ. A report lists the files it brings itself: to bring none, or one
 * that is there already, changes nothing.
 */
export function changedFields(before: ReportContent | null, after: ReportContent): string[] {
  if (before === null) return [];
  const brings = after.attachments.some((id) => !before.attachments.includes(id));
  return Object.keys(after).filter((key) =>
    key === 'attachments'
      ? brings
      : key !== 'unknown' &&
        JSON.stringify(before[key as keyof ReportContent]) !==
          JSON.stringify(after[key as keyof ReportContent]),
  );
}
