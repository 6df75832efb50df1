/** Is the form whole, and are numbers and times written so that they can be used? (S8.F3) */
import { type Finding, finding } from './findings.ts';
import type { Pack } from './pack.ts';
import { type Guard, HOST_PARTS, REPORT_FIELDS, type ReportField } from './vocabulary.ts';

/** Fields, guards that need them, the number's pattern, the time zone. */
export function formProblems(pack: Pack): Finding[] {
  return [...fields(pack), ...guards(pack), ...settings(pack)];
}

function fields(pack: Pack): Finding[] {
  const { sections } = pack.forms.incident;
  const all = sections.flatMap((section, s) =>
    section.fields.map((field, f) => ({ field, path: ['forms', 'incident', 'sections', s, 'fields', f] })),
  );
  const missing = REPORT_FIELDS.filter((id) => !all.some(({ field }) => field.id === id)).map((id) =>
    finding('field-missing', ['forms', 'incident', 'sections'], { kind: 'field', id }),
  );
  const parts = all.flatMap(({ field, path }) =>
    field.id === 'hosts'
      ? HOST_PARTS.filter((id) => !field.parts.some((part) => part.id === id)).map((id) =>
          finding('field-missing', path, { kind: 'part', id }),
        )
      : [],
  );
  const level = all
    .filter(({ field }) => field.id === 'impactLevel' && (field.asks.initial !== 'now' || field.mayBeUnknown))
    .map(({ path }) => finding('level-must-be-asked', path));
  return [...missing, ...parts, ...level];
}

const FIELD_OF: Partial<Record<Guard, ReportField>> = {
  solution: 'solution',
  'resolved-time': 'resolvedAt',
  cause: 'cause',
};

function guards(pack: Pack): Finding[] {
  const hidden = new Set(
    pack.forms.incident.sections
      .flatMap((section) => section.fields)
      .filter((field) => field.asks.recovery === 'hidden')
      .map((field) => field.id),
  );
  return pack.transitions.flatMap((one, index) =>
    one.guards.flatMap((guard) => {
      const field = FIELD_OF[guard];
      return field !== undefined && hidden.has(field)
        ? [finding('guard-field-hidden', ['transitions', index, 'guards'], { act: one.act, field })]
        : [];
    }),
  );
}

function settings(pack: Pack): Finding[] {
  const { pattern } = pack.numbering;
  const once = (slot: string) => pattern.split(slot).length === 2;
  return [
    ...(once('{year}') && once('{seq}') ? [] : [finding('number-pattern', ['numbering', 'pattern'])]),
    ...(isTimeZone(pack.timeZone) ? [] : [finding('bad-time-zone', ['timeZone'], { zone: pack.timeZone })]),
  ];
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
