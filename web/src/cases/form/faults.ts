/** What keeps a form from being filed, each with the control it belongs to, whether found here or by the server. Pure. */
import { contentProblems, toldProblems } from '../../../../src/cases/content-rules.ts';
import type { Pack } from '../../../../src/mechanism/pack.ts';
import type { ReportKind } from '../../../../src/mechanism/vocabulary.ts';
import type { FieldErrorCode } from '../../../../src/platform/errors.ts';
import type { FieldProblem } from '../../../../src/platform/http/contract.ts';
import type { AddressFault } from './addresses.ts';
import { readAddresses } from './addresses.ts';
import type { GroupId, Plan } from './progress.ts';
import { contentOf, isEmptyHost } from './request.ts';
import type { FormState, Moment } from './state.ts';
import { FLAG_IDS } from './state.ts';

/** One thing that is wrong. `control` is the id of the element that can repair it. */
export interface Fault {
  control: string;
  /** The form's part it belongs to, for its name in the summary; e.g. `scope`, `hosts`, `channel`. */
  part: string;
  /** Said by the server in the reader's language. */
  message?: string;
  /** Or to be said here: a code of the catalogue, or one only the browser can know. */
  code?: FieldErrorCode | 'unread-time' | 'no-level' | 'no-organisation' | `address-${AddressFault}`;
  /** The words it is about, e.g. the token that could not be read. */
  about?: string;
}

const controlOf: Readonly<Record<string, string>> = {
  'occurred.at': 'occurred',
  'occurred.precision': 'occurred',
  'occurred.estimated': 'occurred',
  'aware.at': 'aware',
  'aware.precision': 'aware',
  'aware.estimated': 'aware',
  support: 'support',
  supportItems: 'support',
};

/**
 * The control of a path of the request, such as `content.hosts.0.ips.1` or `lateReason`. A host's addresses are one
 * box, so its `ips`, `domains` and `urls` all lead there.
 */
export function controlFor(
  path: string,
  form?: Pick<FormState, 'hosts' | 'measuresLog'>,
): { control: string; part: string } {
  const inner = path.replace(/^content\.?/, '');
  const [head = '', second = '', third = ''] = inner.split('.');
  if (head === 'hosts') {
    // Hosts that are empty are not sent, so the server counts without them.
    const index = shownIndex(
      form?.hosts.map((host) => !isEmptyHost(host)),
      second,
    );
    if (index === null) return { control: 'hosts', part: 'hosts' };
    const box = ['ips', 'domains', 'urls'].includes(third) ? 'addresses' : third || 'name';
    return { control: `host-${index}-${box}`, part: 'hosts' };
  }
  if (head === 'measuresLog') {
    const index = shownIndex(
      form?.measuresLog.map(({ when, text }) => when.at !== null && text.trim() !== ''),
      second,
    );
    return index === null
      ? { control: 'measuresLog', part: 'measuresLog' }
      : { control: `log-${index}-${third === 'text' ? 'text' : 'when'}`, part: 'measuresLog' };
  }
  if (head === 'flags') {
    if (!second) return { control: 'flags', part: 'flags' };
    return { control: third ? `flag-${second}-${third}` : `flag-${second}`, part: 'flags' };
  }
  if (head === 'supportText') return { control: 'supportText', part: 'support' };
  if (head === 'supportItems' || head === 'support') return { control: 'support', part: 'support' };
  if (['affectedServices', 'affectedSectors', 'attachments'].includes(head))
    return { control: head, part: head };
  if (head === '') return { control: 'form', part: 'form' };
  const control = controlOf[inner] ?? controlOf[head] ?? head;
  return { control, part: control };
}

function shownIndex(sent: readonly boolean[] | undefined, written: string): number | null {
  if (!/^\d+$/.test(written)) return null;
  if (!sent) return Number(written);
  const places = sent.flatMap((one, at) => (one ? at : []));
  return places[Number(written)] ?? null;
}

/** The server's field problems, each by its control; one control keeps its first. */
export function faultsOfProblem(fields: readonly FieldProblem[], form: FormState): Fault[] {
  const found = new Map<string, Fault>();
  for (const field of fields) {
    const { control, part } = controlFor(field.path, form);
    if (!found.has(control)) found.set(control, { control, part, message: field.message });
  }
  return [...found.values()];
}

const unread = (moment: Moment): boolean =>
  !moment.unknown && moment.text.trim() !== '' && moment.at === null;

/** Everything the browser can tell before asking: what is missing, unread or impossible. */
export function faultsOf(pack: Pack, kind: ReportKind, form: FormState, now: Date): Fault[] {
  const faults: Fault[] = [];
  const add = (fault: Fault): void => {
    if (!faults.some((one) => one.control === fault.control)) faults.push(fault);
  };
  const times: [string, string, Moment][] = [
    ['toldAt', 'toldAt', form.toldAt],
    ['occurred', 'occurred', form.occurred],
    ['aware', 'aware', form.aware],
    ['resolvedAt', 'resolvedAt', form.resolvedAt],
    ...form.measuresLog.map((entry, at): [string, string, Moment] => [
      `log-${at}-when`,
      'measuresLog',
      entry.when,
    ]),
    ...FLAG_IDS.filter((id) => form.flags[id].on).map((id): [string, string, Moment] => [
      `flag-${id}-toldAt`,
      'flags',
      form.flags[id].toldAt,
    ]),
  ];
  for (const [control, part, moment] of times)
    if (unread(moment)) add({ control, part, code: 'unread-time' });
  for (const [at, entry] of form.measuresLog.entries()) {
    if (entry.text.trim() !== '' && entry.when.at === null)
      add({ control: `log-${at}-when`, part: 'measuresLog', code: 'required' });
  }
  for (const [at, host] of form.hosts.entries()) {
    const bad = readAddresses(host.addresses).find((token) => !token.ok);
    if (bad && !bad.ok) {
      add({ control: `host-${at}-addresses`, part: 'hosts', code: `address-${bad.fault}`, about: bad.raw });
    }
  }
  for (const refusal of contentProblems(pack, kind, contentOf(form), now)) {
    const { control, part } = controlFor(refusal.path, form);
    add({
      control,
      part,
      code: control === 'impactLevel' && refusal.code === 'required' ? 'no-level' : refusal.code,
    });
  }
  const claim = { channel: form.channel, toldAt: form.toldAt.at, lateReason: form.lateReason };
  for (const { path, code } of toldProblems(pack, { ...claim, content: contentOf(form) }, now))
    add({ control: path, part: path, code });
  return faults;
}

/** The group that must be open for a part to be reachable; null for what always stands open. */
export function groupOf(part: string, plan: Plan): GroupId | null {
  return plan.later.find((group) => group.fields.some((field) => field.id === part))?.id ?? null;
}
