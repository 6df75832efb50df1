import type { CaseActName } from '../../../src/cases/contract.ts';
import type { ComboOption } from '../ui/ComboBox.tsx';
import type { WhenValue } from '../ui/DateTimeField.tsx';

/** Everything an act may ask for; each act uses its part. */
export interface ActForm {
  /** To whom a message goes; empty: to the other side. */
  addressee: string;
  level: string;
  reason: string;
  text: string;
  person: ComboOption | null;
  target: ComboOption | null;
  when: WhenValue;
  how: 'telephone' | 'in-person' | 'other';
  /** The proposal decided upon. */
  proposal: number | null;
  /** Who ordered silence, under which number, and which body of the directory that is. */
  authority: string;
  reference: string;
  body: ComboOption | null;
  /** Where an emergency meeting is held, or how to join. */
  place: string;
  /** How a released case came out; null: the mechanism does not ask. */
  outcome: string | null;
}

/** Nothing chosen or written yet. */
export const NO_FORM: ActForm = {
  addressee: '',
  level: '',
  reason: '',
  text: '',
  person: null,
  target: null,
  when: { text: '', at: null, estimated: false, unknown: false },
  how: 'telephone',
  proposal: null,
  authority: '',
  reference: '',
  body: null,
  place: '',
  outcome: null,
};

/** The sentences {@link missing} chooses from. */
type Text = {
  form: Record<
    | 'needLevel'
    | 'needText'
    | 'needPerson'
    | 'needTarget'
    | 'needTime'
    | 'needReason'
    | 'needPlace'
    | 'needOutcome',
    string
  >;
  hold: Record<'needAuthority' | 'needReference', string>;
};
export const LEVEL_ACTS: ReadonlySet<CaseActName> = new Set<CaseActName>(['confirm-level', 'change-level']);
export const TEXT_ACTS: ReadonlySet<CaseActName> = new Set<CaseActName>(['ask-back', 'message']);
export const TIME_ACTS: ReadonlySet<CaseActName> = new Set<CaseActName>([
  'correct-awareness',
  'report-convenor-told',
  'call-meeting',
]);
/** Acts that take no reason at all. */
export const BARE_ACTS: ReadonlySet<CaseActName> = new Set<CaseActName>([
  'take',
  'register',
  'ask-back',
  'message',
  'approve-act',
]);
/** Decisions on what somebody proposed. */
export const PROPOSAL_ACTS: ReadonlySet<CaseActName> = new Set<CaseActName>([
  'approve-act',
  'decline-act',
  'withdraw-act',
]);

/** The first thing still missing, as a sentence; null when the act can be sent. */
export function missing(act: CaseActName, form: ActForm, needsReason: boolean, t: Text): string | null {
  if (LEVEL_ACTS.has(act) && form.level === '') return t.form.needLevel;
  if (TEXT_ACTS.has(act) && form.text.trim() === '') return t.form.needText;
  if (act === 'hold' && form.authority.trim() === '') return t.hold.needAuthority;
  if (act === 'hold' && form.reference.trim() === '') return t.hold.needReference;
  if (act === 'hand-over' && !form.person) return t.form.needPerson;
  if ((act === 'merge' || act === 'link-case') && !form.target) return t.form.needTarget;
  if (TIME_ACTS.has(act) && !form.when.at) return t.form.needTime;
  if (act === 'call-meeting' && form.place.trim() === '') return t.form.needPlace;
  if (act === 'release' && form.outcome === '') return t.form.needOutcome;
  if (needsReason && !BARE_ACTS.has(act) && form.reason.trim() === '') return t.form.needReason;
  return null;
}

/** The act's part of the request body, besides `act`, `revision` and `as`. */
export function payload(act: CaseActName, form: ActForm): Record<string, unknown> {
  const reason = form.reason.trim();
  if (act === 'message')
    return { text: form.text.trim(), ...(form.addressee === '' ? {} : { to: form.addressee }) };
  if (TEXT_ACTS.has(act)) return { text: form.text.trim() };
  if (LEVEL_ACTS.has(act)) return { level: form.level, reason };
  if (act === 'approve-act') return { proposal: form.proposal };
  if (PROPOSAL_ACTS.has(act)) return { proposal: form.proposal, reason };
  if (act === 'hold') {
    return {
      authority: form.authority.trim(),
      organisationId: form.body?.id ?? null,
      reference: form.reference.trim(),
      until: form.when.at,
      reason,
    };
  }
  if (act === 'hand-over') return { toPerson: form.person?.id, reason };
  if (act === 'merge') return { intoCase: form.target?.id, reason };
  if (act === 'link-case') return { withCase: form.target?.id, reason };
  if (act === 'call-meeting') return { startsAt: form.when.at, place: form.place.trim(), reason };
  if (act === 'correct-awareness') return { at: form.when.at, reason };
  if (act === 'report-convenor-told') return { at: form.when.at, how: form.how, reason };
  if (act === 'release') return { ...(form.outcome ? { outcome: form.outcome } : {}), reason };
  return BARE_ACTS.has(act) ? {} : { reason };
}

/** Whether enough is chosen to ask who would be told; words need not be written for that. */
export function mayPreview(act: CaseActName, form: ActForm): boolean {
  if (LEVEL_ACTS.has(act)) return form.level !== '';
  if (act === 'hand-over') return form.person !== null;
  return act === 'merge' || act === 'link-case' ? form.target !== null : true;
}

/** As {@link payload}, with something standing in for words and times not yet written. */
export function previewPayload(act: CaseActName, form: ActForm, now: Date): Record<string, unknown> {
  const stand: ActForm = {
    ...form,
    text: form.text.trim() || '…',
    reason: form.reason.trim() || '…',
    authority: form.authority.trim() || '…',
    place: form.place.trim() || '…',
    reference: form.reference.trim() || '…',
    // An end that is still to come is nobody's to guess.
    when: act === 'hold' ? form.when : { ...form.when, at: form.when.at ?? now.toISOString() },
  };
  return payload(act, stand);
}
