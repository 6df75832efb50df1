/** Shapes of the facts about what is done for a case besides grading it: procedure, support, referral. See affairs.ts. */
import type {
  PlaybookPhase,
  ReferralChannel,
  ReferralOutcome,
  SupportVerdict,
} from '../mechanism/vocabulary.ts';

/** The words of a step. */
export interface StepText {
  readonly title: { readonly zh: string; readonly en: string };
  readonly help: { readonly zh: string; readonly en: string } | null;
}

/** Which step; `title` when it is not what the case's mechanism calls it. */
interface NamedStep {
  item: string;
  party: string;
  title?: StepText['title'];
}

export interface AffairsFacts {
  /** The steps a level asks for, all of them: what is not listed and not done is asked no more (S7.9.7.3). */
  'checklist-opened': {
    level: string;
    /** How often the procedures had been changed when the case was given its own; absent = never (S7.11.0d). */
    edition?: number;
    items: readonly {
      readonly id: string;
      /** `agency`, `authority`, `desk`, `command`, or a group; decided here and kept. */
      readonly party: string;
      readonly phase: PlaybookPhase;
      readonly within: string | null;
      /** What the step says, when it is not what the case's mechanism says. */
      readonly said?: StepText;
    }[];
  };
  /** `at`: when it was done, which may be before it was ticked. */
  'checklist-item-done': NamedStep & { at: string; note: string; onBehalf: boolean };
  'checklist-item-skipped': NamedStep & { reason: string; onBehalf: boolean };
  'checklist-item-reopened': NamedStep & { reason: string };
  /** `request` counts from 1 within the case; `report`: the ordinal of the form that asked. */
  'support-requested': {
    request: number;
    item: string | null;
    text: string;
    by: 'form' | 'act';
    report: number | null;
  };
  'support-assigned': {
    request: number;
    group: string;
    region: string | null;
    note: string;
    dueAt: string | null;
  };
  'support-accepted': { request: number; group: string; text: string; dueAt: string | null };
  'support-declined': { request: number; group: string; reason: string };
  'support-recalled': { request: number; group: string; reason: string };
  'support-progressed': { request: number; group: string; text: string };
  'support-finished': { request: number; group: string; text: string };
  'support-cancelled': { request: number; reason: string };
  'support-rated': { request: number; helped: SupportVerdict; text: string };
  'referral-opened': { target: string; flags: readonly string[]; by: 'form' | 'act'; reason: string };
  /** `sha256` of the package as it was handed over, so that what was sent can be proved. */
  'referral-sent': {
    target: string;
    office: string | null;
    to: { readonly zh: string; readonly en: string };
    channel: ReferralChannel;
    at: string;
    package: string | null;
    sha256: string | null;
  };
  /** Who received it, and what was answered, stands apart under `note`; `hash` binds it to the record. */
  'referral-received': { target: string; at: string; note: string; hash: string };
  'referral-answered': {
    target: string;
    at: string;
    outcome: ReferralOutcome;
    note: string;
    hash: string;
  };
  'referral-closed': { target: string; reason: string };
}
