/**
 * The shapes of the demonstration nation (DEC-24): the bodies and posts of the plan of 2002 with an
 * invented, present-day network below. Pure data types; the loader turns them into directory commands.
 */

/** The kind of a body. Decides the wording of titles and which systems it runs. */
export type BodyKind = 'agency' | 'operator' | 'school' | 'hospital' | 'military' | 'research';

/** Sector of activity. The first one of a body is its primary sector and decides its subgroup (DEC-22). */
export type Sector =
  | 'government'
  | 'local-government'
  | 'defence'
  | 'academia'
  | 'electricity'
  | 'petroleum'
  | 'water'
  | 'gas'
  | 'telecom'
  | 'air-traffic'
  | 'transport'
  | 'finance'
  | 'securities'
  | 'customs'
  | 'health'
  | 'food'
  | 'emergency-rescue'
  | 'justice'
  | 'foreign-affairs';

/** Security grade of a system, 安全等級 (DEC-2): A is the gravest. */
export type SecurityGrade = 'A' | 'B' | 'C' | 'D';

/** A body (機關、機構) of the demonstration nation. Dates are ISO calendar dates in Asia/Taipei. */
export interface Body {
  readonly code: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly kind: BodyKind;
  /** Code of the superior body (上級機關), or null at the top. */
  readonly superior: string | null;
  /** Code of the competent authority (主管機關) where it is not the superior body, else null. */
  readonly authority: string | null;
  readonly sectors: readonly [Sector, ...Sector[]];
  /** 'central' for bodies below the Executive Yuan and its ministries, 'local' below a county or city. */
  readonly tier: 'central' | 'local';
  readonly county: string;
  readonly phone: string;
  readonly fax: string;
  readonly email: string;
  readonly domain: string;
  readonly address: string;
  readonly validFrom: string;
  readonly validTo: string | null;
  /** The body that took over its work, when it was merged into another. */
  readonly mergedInto: string | null;
  readonly note: string;
}

/** An invented person. Personal data of the demonstration only; every address ends in `.example`. */
export interface Person {
  readonly code: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly title: string;
  readonly titleEn: string;
  readonly phone: string;
  readonly mobile: string;
  readonly fax: string;
  readonly email: string;
  readonly organisation: string;
}

/** Function inside a body's 資通安全處理小組 (S7.12.1, S7.13). */
export type TeamFunction = 'head' | 'prevention' | 'crisis';

/** The standing handling team of one body. */
export interface HandlingTeam {
  readonly organisation: string;
  readonly members: readonly { readonly person: string; readonly function: TeamFunction }[];
}

/** Groups of the plan: the Council's working groups and the centre's eight subgroups (two lists, DEC-9). */
export type GroupCode =
  | 'council'
  | 'centre'
  | 'wg-general'
  | 'wg-standards'
  | 'wg-audit'
  | 'wg-information'
  | 'wg-crime'
  | 'wg-crisis'
  | 'service-centre'
  | 'sg-crisis'
  | 'sg-defence'
  | 'sg-administration'
  | 'sg-academia'
  | 'sg-enterprise-1'
  | 'sg-enterprise-2'
  | 'sg-enterprise-3'
  | 'sg-enterprise-4';

/** What a post is for; rights and notices hang on it, never on a person. */
export type PostRole =
  | 'contact'
  | 'duty-officer'
  | 'subgroup-officer'
  | 'deputy-convenor'
  | 'convenor'
  | 'service-centre'
  | 'group-officer'
  | 'administrator'
  | 'auditor'
  | 'observer';

/** A post with its holders; no holder at all means that it is vacant (H41). */
export interface Post {
  readonly code: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly organisation: string;
  readonly group?: GroupCode;
  readonly role: PostRole;
  readonly holders: readonly { readonly person: string; readonly acting?: boolean }[];
}

/** A person offered on the demonstration's sign-in page. */
export interface Persona {
  readonly person: string;
  readonly post: string;
  readonly sentenceZh: string;
  readonly sentenceEn: string;
}

/** What a system is, so that a story can happen to a fitting one. */
export type SystemType =
  | 'web'
  | 'mail'
  | 'core'
  | 'file'
  | 'pc'
  | 'network'
  | 'control'
  | 'clinical'
  | 'payment'
  | 'teaching'
  | 'iot'
  | 'facility';

/** Installed safeguard (已裝置之安全機制). */
export type Mechanism =
  | 'firewall'
  | 'intrusion-detection'
  | 'web-application-firewall'
  | 'antivirus'
  | 'endpoint-detection'
  | 'vulnerability-scanning'
  | 'backup'
  | 'log-collection'
  | 'multi-factor'
  | 'network-segmentation'
  | 'mail-filter'
  | 'ddos-protection';

/** One information system in a body's register (S7.13.1.3), the source of the form's host rows. */
export interface InformationSystem {
  readonly code: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly organisation: string;
  readonly type: SystemType;
  readonly grade: SecurityGrade;
  readonly makeModel: string;
  readonly osName: string;
  readonly osVersion: string;
  readonly osSerial: string;
  readonly domains: readonly string[];
  readonly urls: readonly string[];
  readonly ips: readonly string[];
  readonly mechanisms: readonly Mechanism[];
}
