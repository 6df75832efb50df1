/**
 * What a form being filled in holds: everything as it was typed, so that nothing typed is ever refused or lost.
 * It is what the draft stores, on this device and at the server; pure data, no screen.
 */
import type { Channel, ReportField, ReportKind } from '../../../../src/mechanism/vocabulary.ts';

/** A moment as typed, with what was understood; the shape the time field of the kit edits. */
export interface Moment {
  text: string;
  at: string | null;
  estimated: boolean;
  unknown: boolean;
}
export const NO_MOMENT: Moment = { text: '', at: null, estimated: false, unknown: false };

/** One host as typed; `addresses` is the raw text, however it was pasted. */
export interface HostState {
  key: string;
  systemId: string | null;
  name: string;
  addresses: string;
  makeModel: string;
  osName: string;
  osVersion: string;
  osSerial: string;
  mechanisms: string[];
  mechanismsText: string;
}

export interface LogState {
  key: string;
  when: Moment;
  text: string;
}

export const FLAG_IDS = ['life', 'equipment', 'crime', 'disaster'] as const;
export type FlagId = (typeof FLAG_IDS)[number];
export interface FlagState {
  on: boolean;
  toldWhom: string;
  toldAt: Moment;
}

export interface FileState {
  id: string;
  name: string;
  size: number;
}

export interface FormState {
  /** Version of this shape; a draft of an unknown one is not touched. */
  v: 1;
  channel: Channel;
  /** When the reporter told it, if the desk keys it in later. */
  toldAt: Moment;
  suspected: boolean;
  lateReason: string;
  agencyEmail: string;
  contactName: string;
  contactPhone: string;
  contactFax: string;
  occurred: Moment;
  aware: Moment;
  resolvedAt: Moment;
  hosts: HostState[];
  securityGrade: string;
  impactLevel: string;
  description: string;
  scope: string;
  measures: string;
  measuresLog: LogState[];
  affectedServices: string[];
  affectedSectors: string[];
  publicEffect: string;
  supportItems: string[];
  supportText: string;
  flags: Record<FlagId, FlagState>;
  cause: string;
  solution: string;
  attachments: FileState[];
  /** Fields answered with "not yet known". */
  unknown: ReportField[];
}

/** What a draft is about; it never changes while the draft lives, save the body on whose behalf it is written. */
export interface DraftAbout {
  organisationId: string;
  caseId: string | null;
  kind: ReportKind;
}

/** An empty form. */
export function emptyForm(): FormState {
  const flag = (): FlagState => ({ on: false, toldWhom: '', toldAt: NO_MOMENT });
  return {
    v: 1,
    channel: 'web',
    toldAt: NO_MOMENT,
    suspected: false,
    lateReason: '',
    agencyEmail: '',
    contactName: '',
    contactPhone: '',
    contactFax: '',
    occurred: NO_MOMENT,
    aware: NO_MOMENT,
    resolvedAt: NO_MOMENT,
    hosts: [],
    securityGrade: '',
    impactLevel: '',
    description: '',
    scope: '',
    measures: '',
    measuresLog: [],
    affectedServices: [],
    affectedSectors: [],
    publicEffect: '',
    supportItems: [],
    supportText: '',
    flags: { life: flag(), equipment: flag(), crime: flag(), disaster: flag() },
    cause: '',
    solution: '',
    attachments: [],
    unknown: [],
  };
}

/** One more host with nothing in it. */
export function emptyHost(key: string): HostState {
  return {
    key,
    systemId: null,
    name: '',
    addresses: '',
    makeModel: '',
    osName: '',
    osVersion: '',
    osSerial: '',
    mechanisms: [],
    mechanismsText: '',
  };
}

/**
 * A stored draft as a form: parts it lacks (an older version of the product, another client) are filled in, parts
 * of the wrong kind are dropped. Null when it is no form of ours at all.
 */
export function readForm(stored: Readonly<Record<string, unknown>>): FormState | null {
  if (stored['v'] !== 1) return null;
  const empty = emptyForm();
  const entries = Object.entries(empty).map(([key, start]) => {
    const kept = stored[key];
    return [key, sameKind(kept, start) ? kept : start];
  });
  return Object.fromEntries(entries) as unknown as FormState;
}

function sameKind(kept: unknown, start: unknown): boolean {
  if (Array.isArray(start)) return Array.isArray(kept);
  if (typeof start === 'object' && start !== null) {
    return (
      typeof kept === 'object' &&
      kept !== null &&
      !Array.isArray(kept) &&
      Object.entries(start).every(([key, value]) => sameKind((kept as Record<string, unknown>)[key], value))
    );
  }
  // A moment's `at` is a text or nothing.
  if (start === null) return kept === null || typeof kept === 'string';
  return typeof kept === typeof start;
}
