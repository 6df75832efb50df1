/** From the form as typed to the report as filed, and back from a filed report to a form. Pure. */
import type { FileReportInput, ReportView } from '../../../../src/cases/contract.ts';
import type { ReportContent, StatedTime } from '../../../../src/cases/report-content.ts';
import type { OrganisationView } from '../../../../src/directory/contract.ts';
import type { SessionView } from '../../../../src/identity/contract.ts';
import type { ReportField, ReportKind } from '../../../../src/mechanism/vocabulary.ts';
import { addressesOf, addressText } from './addresses.ts';
import type { DraftAbout, FlagId, FormState, HostState, Moment } from './state.ts';
import { emptyForm, emptyHost, FLAG_IDS, NO_MOMENT } from './state.ts';

function statedTime(moment: Moment): StatedTime {
  if (moment.unknown || moment.at === null) return { at: null, precision: 'unknown', estimated: false };
  return { at: moment.at, precision: 'minute', estimated: moment.estimated };
}

/** The content as the API takes it. Tokens and times that could not be read are left out; `faults` names them. */
export function contentOf(form: FormState): ReportContent {
  const unknown = new Set(form.unknown);
  if (form.occurred.unknown) unknown.add('occurred');
  if (form.aware.unknown) unknown.add('aware');
  if (form.resolvedAt.unknown) unknown.add('resolvedAt');
  const flag = (id: FlagId): ReportContent['flags'][FlagId] => {
    const { on, toldWhom, toldAt } = form.flags[id];
    return on ? { toldWhom: toldWhom.trim(), toldAt: toldAt.at } : null;
  };
  return {
    agencyEmail: form.agencyEmail.trim(),
    contactName: form.contactName.trim(),
    contactPhone: form.contactPhone.trim(),
    contactFax: form.contactFax.trim(),
    occurred: statedTime(form.occurred),
    aware: statedTime(form.aware),
    hosts: form.hosts
      .filter((host) => !isEmptyHost(host))
      .map(({ key: _, addresses, ...host }) => ({ ...host, ...addressesOf(addresses) })),
    securityGrade: form.securityGrade,
    impactLevel: form.impactLevel,
    description: form.description.trim(),
    scope: form.scope.trim(),
    measures: form.measures.trim(),
    measuresLog: form.measuresLog.flatMap(({ when, text }) =>
      when.at && text.trim() ? { at: when.at, text: text.trim() } : [],
    ),
    affectedServices: form.affectedServices,
    affectedSectors: form.affectedSectors,
    publicEffect: form.publicEffect.trim(),
    supportItems: form.supportItems,
    supportText: form.supportText.trim(),
    flags: {
      life: flag('life'),
      equipment: flag('equipment'),
      crime: flag('crime'),
      disaster: flag('disaster'),
    },
    cause: form.cause.trim(),
    solution: form.solution.trim(),
    resolvedAt: form.resolvedAt.unknown ? null : form.resolvedAt.at,
    attachments: form.attachments.map((file) => file.id),
    unknown: [...unknown],
  };
}

export function isEmptyHost(host: HostState): boolean {
  const { key: _, systemId, mechanisms, ...texts } = host;
  return (
    systemId === null && mechanisms.length === 0 && Object.values(texts).every((text) => text.trim() === '')
  );
}

/** The whole filing. */
export function filingOf(form: FormState, about: DraftAbout): FileReportInput {
  return {
    kind: about.kind,
    caseId: about.caseId,
    organisationId: about.organisationId,
    channel: form.channel,
    toldAt: form.toldAt.at,
    suspected: form.suspected,
    lateReason: form.lateReason.trim(),
    mode: 'live',
    content: contentOf(form),
  };
}

type Body = Pick<OrganisationView, 'phone' | 'fax' | 'email' | 'contacts'>;
type Me = Pick<SessionView, 'person' | 'organisation'>;

/** A new report of one's own body: who asks and where to call back are known (S8.F3.7–11). */
export function startInitial(me: Me, lang: 'zh-Hant' | 'en', now: Moment): FormState {
  const name = me.person.name;
  return {
    ...emptyForm(),
    agencyEmail: me.organisation.email || me.person.email,
    contactName: lang === 'en' ? name.en : name.zh,
    contactPhone: me.person.phone || me.organisation.phone,
    contactFax: me.person.fax || me.organisation.fax,
    aware: now,
  };
}

/** A report keyed in for another body: its own numbers, its first contact (SI.4). */
export function startOnBehalf(form: FormState, body: Body, lang: 'zh-Hant' | 'en'): FormState {
  const contact = body.contacts[0];
  return {
    ...form,
    channel: form.channel === 'web' ? 'telephone' : form.channel,
    agencyEmail: body.email,
    contactName: contact ? (lang === 'en' ? contact.name.en : contact.name.zh) : '',
    contactPhone: contact?.phone || body.phone,
    contactFax: contact?.fax || body.fax,
  };
}

/**
 * A follow-up or recovery report starts as the last report stood (S8.3.7); what belongs to one filing only (channel,
 * late reason, its own files) starts anew. `momentText` writes a moment as the time field would.
 */
export function startFromReport(
  report: Pick<ReportView, 'content' | 'suspected'>,
  kind: ReportKind,
  momentText: (at: string) => string,
  key: (n: number) => string,
): FormState {
  const { content } = report;
  const moment = (at: string | null, estimated = false, unknown = false): Moment =>
    at ? { text: momentText(at), at, estimated, unknown: false } : { ...NO_MOMENT, unknown };
  const stated = (time: StatedTime, field: 'occurred' | 'aware'): Moment =>
    moment(time.at, time.estimated, content.unknown.includes(field));
  const flags = emptyForm().flags;
  for (const id of FLAG_IDS) {
    const told = content.flags[id];
    if (told) flags[id] = { on: true, toldWhom: told.toldWhom, toldAt: moment(told.toldAt) };
  }
  // A recovery report answers these: "not yet known" of an earlier report must not pass as its answer.
  const asked = kind === 'recovery' ? ['solution', 'resolvedAt', 'cause'] : [];
  return {
    ...emptyForm(),
    suspected: report.suspected,
    agencyEmail: content.agencyEmail,
    contactName: content.contactName,
    contactPhone: content.contactPhone,
    contactFax: content.contactFax,
    occurred: stated(content.occurred, 'occurred'),
    aware: stated(content.aware, 'aware'),
    resolvedAt: moment(content.resolvedAt),
    hosts: content.hosts.map((host, n) => {
      const { ips, domains, urls, ...rest } = host;
      return { ...emptyHost(key(n)), ...rest, addresses: addressText({ ips, domains, urls }) };
    }),
    securityGrade: content.securityGrade,
    impactLevel: content.impactLevel,
    description: content.description,
    scope: content.scope,
    measures: content.measures,
    measuresLog: content.measuresLog.map((entry, n) => ({
      key: key(1000 + n),
      when: moment(entry.at),
      text: entry.text,
    })),
    affectedServices: [...content.affectedServices],
    affectedSectors: [...content.affectedSectors],
    publicEffect: content.publicEffect,
    supportItems: [...content.supportItems],
    supportText: content.supportText,
    flags,
    cause: content.cause,
    solution: content.solution,
    unknown: content.unknown.filter(
      (field) => !asked.includes(field) && !['occurred', 'aware', 'resolvedAt'].includes(field),
    ),
  };
}

/** Registered data of a system put into a host; what was typed by hand already is kept. */
export function hostFromSystem(
  host: HostState,
  system: OrganisationView['systems'][number],
  lang: 'zh-Hant' | 'en',
): HostState {
  const name = lang === 'en' ? system.name.en : system.name.zh;
  const known = addressText(system);
  const missing = known.split('\n').filter((line) => line && !host.addresses.includes(line));
  return {
    ...host,
    systemId: system.id,
    name: host.name || name,
    addresses: [host.addresses.trim(), ...missing].filter(Boolean).join('\n'),
    makeModel: host.makeModel || system.makeModel,
    osName: host.osName || system.osName,
    osVersion: host.osVersion || system.osVersion,
    osSerial: host.osSerial || system.osSerial,
    mechanisms: [...new Set([...host.mechanisms, ...system.mechanisms])],
  };
}

/** The gravest grade among the chosen systems, by the order of the pack (its first is the gravest) (S7.13.1.3). */
export function gradeOfSystems(
  hosts: readonly HostState[],
  systems: OrganisationView['systems'],
  grades: readonly { id: string }[],
): string {
  const found = hosts.flatMap(
    (host) => systems.find((system) => system.id === host.systemId)?.securityGrade ?? [],
  );
  return grades.find((grade) => found.includes(grade.id))?.id ?? '';
}

/**
 * Ids of the form's fields in which two contents differ. A report lists the files it brings itself: to bring none, or one
 * that is there already, changes nothing.
 */
export function changedIn(before: ReportContent, after: ReportContent): Set<ReportField> {
  const changed = new Set<ReportField>();
  for (const key of Object.keys(after) as (keyof ReportContent)[]) {
    if (key === 'unknown') continue;
    if (key === 'attachments') {
      if (after.attachments.some((id) => !before.attachments.includes(id))) changed.add(key);
      continue;
    }
    if (canonical(before[key]) === canonical(after[key])) continue;
    changed.add(key === 'supportItems' || key === 'supportText' ? 'support' : key);
  }
  return changed;
}

/** The same text for the same value, whatever the order of its keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
