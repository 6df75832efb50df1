import type { Mechanism, Sector, SecurityGrade } from '../nation/types.ts';

/** Impact level of an incident (影響等級): A is the gravest (DEC-2, DEC-3). */
export type ImpactLevel = 'A' | 'B' | 'C' | 'D';

/** How a report reached the centre (S8.3.5, DEC-7). */
export type Channel = 'web' | 'telephone' | 'fax' | 'email' | 'post';

/** What kind of incident a story tells; used for the spread only, never filed. */
export type IncidentKind = 'unauthorised' | 'equipment' | 'dos' | 'web' | 'other';

/** 期望支援項目. */
export type SupportItem =
  | 'forensics'
  | 'malware-analysis'
  | 'traffic-filtering'
  | 'spare-equipment'
  | 'on-site-staff'
  | 'recovery-advice'
  | 'law-enforcement-liaison';

/** Field of a report that the reporter may answer with "not yet known". */
export type UnknownField =
  | 'scope'
  | 'measures'
  | 'cause'
  | 'hosts'
  | 'occurred'
  | 'securityGrade'
  | 'solution'
  | 'resolvedAt';

/** Essential services of 肆, by the ids the pack uses. */
export type EssentialService =
  | 'finance'
  | 'commerce'
  | 'government-services'
  | 'water'
  | 'electricity'
  | 'oil'
  | 'gas'
  | 'emergency-rescue'
  | 'transport'
  | 'telecommunications';

/** One host row of the form (附表三 二、2). */
export interface HostPayload {
  readonly ips: readonly string[];
  readonly domains: readonly string[];
  readonly urls: readonly string[];
  readonly makeModel: string;
  readonly osName: string;
  readonly osVersion: string;
  readonly osSerial: string;
  readonly mechanisms: readonly Mechanism[];
  readonly mechanismsText: string;
}

/** Whom a flag of 捌四 was told to, and when; null where the flag is not set. */
export type FlagPayload = null | { readonly toldWhom: string; readonly toldAt: Date };

/** What one report says: initial, follow-up and recovery reports carry the whole form each (SI.3). */
export interface ReportPayload {
  /** A suspected incident or anomaly, not yet known to be one (S4.7). */
  readonly suspected?: boolean;
  readonly description: string;
  readonly scope: string;
  /** Measures taken; empty with 'measures' in `unknown` for "none yet". */
  readonly measures: string;
  readonly cause?: string;
  readonly solution?: string;
  readonly resolvedAt?: Date;
  /** `at` is null only with precision 'unknown' (H3). */
  readonly occurred: {
    readonly at: Date | null;
    readonly precision: 'minute' | 'hour' | 'day' | 'unknown';
    readonly estimated: boolean;
  };
  /** When the body became aware (DEC-18). */
  readonly awareAt: Date;
  /** When it was sent or told, where that differs from the time of entry (SI.4, SI.13). */
  readonly sentAt?: Date;
  /** Why it is late or back-dated, where it is (SI.5, H14). */
  readonly lateReason?: string;
  readonly impactLevel: ImpactLevel;
  readonly securityGrade?: SecurityGrade;
  readonly hosts: readonly HostPayload[];
  readonly supportItems: readonly SupportItem[];
  readonly supportText?: string;
  readonly flags: {
    readonly life: FlagPayload;
    readonly equipment: FlagPayload;
    readonly crime: FlagPayload;
    readonly disaster: FlagPayload;
  };
  /** 應予保護的服務 (肆), by the pack's ids. */
  readonly affectedServices: readonly EssentialService[];
  readonly affectedSectors: readonly Sector[];
  readonly unknown: readonly UnknownField[];
}

/** What a step does. `post` names the post the person acts in where it is not the only possible one. */
export type StoryAct =
  | {
      readonly act: 'file-initial';
      readonly report: ReportPayload;
      readonly channel: Channel;
      readonly onBehalf: boolean;
    }
  | { readonly act: 'take' }
  | { readonly act: 'register' }
  | { readonly act: 'ask-back'; readonly question: string }
  | { readonly act: 'confirm-level'; readonly level: ImpactLevel; readonly reason: string }
  | { readonly act: 'change-level'; readonly level: ImpactLevel; readonly reason: string }
  | { readonly act: 'file-follow-up'; readonly report: ReportPayload; readonly channel?: Channel }
  | { readonly act: 'file-recovery'; readonly report: ReportPayload; readonly channel?: Channel }
  | { readonly act: 'send-back'; readonly reason: string }
  | { readonly act: 'release'; readonly note: string }
  | { readonly act: 'dismiss'; readonly as: 'not-an-incident' | 'false-alarm'; readonly reason: string }
  | { readonly act: 'promote'; readonly reason: string }
  | { readonly act: 'request-withdrawal'; readonly reason: string }
  | { readonly act: 'approve-withdrawal'; readonly reason: string }
  | { readonly act: 'merge'; readonly into: string; readonly reason: string }
  | { readonly act: 'message'; readonly text: string }
  /** The second person agrees to what the desk proposed (ISO-15). */
  | { readonly act: 'approve' }
  /** The person confirms every notice of this case that is open for his posts. */
  | { readonly act: 'acknowledge-all' }
  /** One post's notices are confirmed; by telephone when somebody of the desk records it. */
  | {
      readonly act: 'acknowledge';
      readonly forPost: string;
      readonly byTelephone?: { readonly who: string; readonly at: Date };
    }
  /** A deputy reports that the convenor has been told (DEC-20). */
  | { readonly act: 'tell-convenor'; readonly toldAt: Date; readonly how: 'telephone' | 'in-person' }
  | { readonly act: 'hand-over'; readonly to: string; readonly note: string };

/** One step: when, by whom, in which post (a post code of the nation). */
export type StoryStep = StoryAct & { readonly at: Date; readonly by: string; readonly post: string };

/** How a story stands after its last step. */
export type StoryEnd =
  | 'suspected'
  | 'reported'
  | 'returned'
  | 'registered'
  | 'handling'
  | 'recovered'
  | 'released'
  | 'dismissed'
  | 'withdrawn'
  | 'merged';

/** One case from its first report to its last step. */
export interface Story {
  /** Stable within one generation; `merge` and `incident` refer to it. */
  readonly key: string;
  readonly family: string;
  readonly kind: IncidentKind;
  readonly organisation: string;
  readonly system: string;
  /** Whose report it is; the desk officer types it when it came by another channel. */
  readonly filedBy: string;
  readonly channel: Channel;
  /** The defence compartment has its own series (DEC-19). */
  readonly compartment: 'open' | 'defence';
  /** Cases with the same value are one incident (H22, H47). */
  readonly incident: string | null;
  /** The level that stood at the end: confirmed, or proposed where nobody has confirmed yet. */
  readonly level: ImpactLevel;
  readonly end: StoryEnd;
  readonly steps: readonly StoryStep[];
}
