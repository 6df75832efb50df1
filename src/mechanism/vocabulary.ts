/**
 * The words the engine itself knows. A pack combines them; it cannot invent new ones, so that
 * a mechanism written by a lawyer can be checked word by word (`pack check`).
 *
 * Pure data: imported by rules, by the API's schemas and by the web.
 */

/** Acts about a case's procedure, support and referrals; each stands beside what it is about. */
export const AFFAIR_ACTS = [
  /** a step of the level's response procedure is done, left out with a reason, or taken up again (S7.9.7.3, S8.2.2) */
  'tick-item',
  'skip-item',
  'reopen-item',
  /** support: asked for, offered to a group, answered, done, judged by the agency, or no longer wanted (S8.5.1, S8.5.2) */
  'request-support',
  'assign-support',
  'accept-support',
  'decline-support',
  'recall-support',
  'support-progress',
  'support-done',
  'cancel-support',
  'support-feedback',
  /** referral to prosecutors and to the disaster system (S8.4.1, S8.4.2) */
  'open-referral',
  'send-referral',
  'record-referral-receipt',
  'record-referral-reply',
  'close-referral',
] as const;
export type AffairAct = (typeof AFFAIR_ACTS)[number];

/** What a person may do with a case. Each act is one command of the write path and one row of the rights table. */
export const ACTS = [
  'file-initial',
  'file-follow-up',
  'file-recovery',
  'take',
  'hand-over',
  'register',
  'ask-back',
  'confirm-level',
  'change-level',
  'promote',
  'send-back',
  'release',
  'dismiss',
  'request-withdrawal',
  'approve-withdrawal',
  'refuse-withdrawal',
  'merge',
  'unmerge',
  /** cases that tell of one event in the world stand under one incident; each stays a case of its own (H22, H47) */
  'link-case',
  'unlink-case',
  'reopen',
  'message',
  'correct-awareness',
  'report-convenor-told',
  'acknowledge',
  'record-acknowledgement',
  'read',
  /** four eyes (ISO-15): agree to, or refuse, what somebody else proposed; take one's own proposal back */
  'approve-act',
  'decline-act',
  'withdraw-act',
  /** a prosecutor's order of silence, recorded and lifted (H28) */
  'hold',
  'lift-hold',
  /** take the case's whole history away as one file */
  'export',
  ...AFFAIR_ACTS,
  /** what a deputy convenor may choose below the gravest level, and nobody below him (S7.10.4a to S7.10.4c) */
  'leave-to-agency',
  'call-meeting',
  'order-stationing',
] as const;
export type Act = (typeof ACTS)[number];

/** How a post stands to a case. One post may stand in several relations to the same case. */
export const RELATIONS = [
  /** the post belongs to the reporting organisation */
  'own',
  /** the post belongs to the desk that controls the case: the crisis subgroup, or the compartment's own subgroup */
  'desk',
  /** the post belongs to the competent authority */
  'authority',
  /** the post belongs to a body above the reporting organisation */
  'superior',
  /** the post belongs to the convening body of the case's subgroup */
  'subgroup',
  /** the post belongs to the convening body of an affected sector's subgroup */
  'affected',
  /** convenor or deputy convenor of the centre */
  'command',
  /** the post belongs to a group that is asked to help with this case, or helps (S8.5.2) */
  'called-in',
  /** the post belongs to a group that coordinates support (S8.5.2) */
  'coordinator',
  /** the post has been sent a notice about this case */
  'told',
  /** no relation needed (watching posts such as the auditor) */
  'any',
] as const;
export type Relation = (typeof RELATIONS)[number];

/** Facts of a case's stream; clocks and routes are triggered by them. */
export const CASE_FACTS = [
  'opened',
  'filed',
  'taken',
  'handed-over',
  'registered',
  'asked-back',
  'level-proposed',
  'graded',
  'threshold-reached',
  'threshold-left',
  'promoted',
  'sent-back',
  'released',
  'dismissed',
  'withdrawal-requested',
  'withdrawal-refused',
  'withdrawn',
  'merged',
  'absorbed',
  'unmerged',
  'let-go',
  'linked',
  'unlinked',
  'reopened',
  'message-sent',
  'awareness-corrected',
  'convenor-told',
  'acknowledged',
  'clock-warned',
  'clock-overdue',
  /** nobody answered a notice in time, and the next ones of its ladder were told (H40) */
  'rung-reached',
  'act-proposed',
  'act-approved',
  'act-declined',
  'act-withdrawn',
  'act-lapsed',
  'held',
  'hold-lifted',
  'left-to-agency',
  'meeting-called',
  'stationing-ordered',
  'summoned',
  'stood-down',
  'checklist-opened',
  'checklist-item-done',
  'checklist-item-skipped',
  'checklist-item-reopened',
  'support-requested',
  'support-assigned',
  'support-accepted',
  'support-declined',
  'support-recalled',
  'support-progressed',
  'support-finished',
  'support-cancelled',
  'support-rated',
  'referral-opened',
  'referral-sent',
  'referral-received',
  'referral-answered',
  'referral-closed',
] as const;
export type CaseFactKind = (typeof CASE_FACTS)[number];

/** Whom a route addresses; resolved to posts against the directory at the moment of the act and again when sending. */
export const SELECTORS = [
  'desk',
  'authority',
  'superiors',
  'subgroup',
  'affected-subgroups',
  'all-subgroups',
  'service-centre',
  'deputy-convenors',
  'convenor',
  'reporter',
  'told',
  'holder',
  /** the posts that may approve what waits for a second person; never only the proposer himself */
  'approvers',
  /** the post in which the act was proposed */
  'proposer',
  /** the working group that runs the centre in an emergency (S7.10.3b) */
  'coordinating-group',
  /** the groups a fact is about: asked to help, given a step of the procedure, or written to */
  'addressed-groups',
  /** every group that is asked to help, or helps */
  'called-in',
] as const;
export type Selector = (typeof SELECTORS)[number];

/** In which capacity somebody is told: the rows of "who knows". */
export const CAPACITIES = [
  'centre',
  'authority',
  'subgroup',
  'superior',
  'affected',
  'deputy-convenor',
  'convenor',
  'summoned',
  'reporter',
  'informed',
] as const;
export type Capacity = (typeof CAPACITIES)[number];

/** What may be done with the centre while it is formed up; each is one row of the pack's `centreRights`. */
export const CENTRE_ACTS = [
  'answer-summons',
  'check-in',
  'check-out',
  'log',
  'draft-situation-report',
  'approve-situation-report',
  'hand-over-shift',
  /** plan stationing, record for others what they said on the telephone */
  'run-centre',
  'switch-mode',
  'stand-down',
  /** attendance, minutes, decisions and actions of an emergency meeting */
  'run-meeting',
] as const;
export type CentreAct = (typeof CENTRE_ACTS)[number];

/** What groups do apart from any one case; each is one row of the pack's `groupRights` (S7.11.0d, S7.11.0e, S7.9.7.5). */
export const GROUP_ACTS = [
  /** see the response procedures with their history, and what waits to be agreed to */
  'read-procedures',
  'propose-procedure',
  /** agree to somebody else's proposal, or not */
  'decide-procedure',
  /** call what comes before an incident: notices and tasks of the phase 事前 */
  'call-preparedness',
  /** every call for preparedness, and how far everybody is */
  'read-preparedness',
  /** say for one's own body, or one's own group, that a call has arrived and what was done */
  'answer-preparedness',
  /** write the analysis reports of one's own group */
  'write-analysis',
  /** the notifications and analysis reports of all groups side by side */
  'read-analyses',
] as const;
export type GroupAct = (typeof GROUP_ACTS)[number];

/** What kind of post it is; rights rows and selectors name roles, the directory names posts. */
export const ROLES = [
  'contact',
  'duty-officer',
  'subgroup-officer',
  'deputy-convenor',
  'convenor',
  'service-centre',
  'group-officer',
  'administrator',
  'auditor',
  'observer',
  /** whoever belongs to his body's handling team: held by membership, never by appointment (S7.13.2.5) */
  'team-member',
] as const;
export type Role = (typeof ROLES)[number];
/** Roles a post of the mechanism or the directory may have. */
export const POST_ROLES = ROLES.filter(
  (role): role is Exclude<Role, 'team-member'> => role !== 'team-member',
);

/** What is asked of whoever is told. `none`: for information only. */
export const EXPECTATIONS = ['acknowledgement', 'task', 'none'] as const;
export type Expectation = (typeof EXPECTATIONS)[number];

/** Ways a report can reach the centre (S8.3.5, DEC-7). */
export const CHANNELS = ['web', 'telephone', 'fax', 'email', 'post'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Ways by which a notice goes to a person. */
export const NOTICE_CHANNELS = ['mail', 'push', 'sms', 'webhook', 'fax'] as const;
export type NoticeChannel = (typeof NOTICE_CHANNELS)[number];

/** The three uses of the one form. */
export const REPORT_KINDS = ['initial', 'follow-up', 'recovery'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

/** Fields of the incident form (附表三 and what the plan's silence implies); a pack labels, asks or hides them. */
export const REPORT_FIELDS = [
  'agencyName',
  'agencyEmail',
  'contactName',
  'contactPhone',
  'contactFax',
  'occurred',
  'aware',
  'hosts',
  'securityGrade',
  'impactLevel',
  'description',
  'scope',
  'measures',
  'measuresLog',
  'affectedServices',
  'affectedSectors',
  'publicEffect',
  'support',
  'flags',
  'cause',
  'solution',
  'resolvedAt',
  'attachments',
] as const;
export type ReportField = (typeof REPORT_FIELDS)[number];

/** Conditions an act must meet besides state and right. */
export const GUARDS = [
  'reason',
  'solution',
  'resolved-time',
  'level-confirmed',
  'recovery-report',
  'other-level',
  'target-case',
  'person',
  'text',
  'cause',
] as const;
export type Guard = (typeof GUARDS)[number];

/** Lines of one host on the paper form (S8.F3.13 to 18); `os` stands for name, version and serial number. */
export const HOST_PARTS = ['ip', 'domain', 'model', 'os', 'url', 'mechanisms'] as const;
export type HostPart = (typeof HOST_PARTS)[number];

/** Lines above the sections of the paper form (S8.F3.1 to 6). */
export const HEADER_LINES = ['enquiryPhone', 'fax', 'email', 'address', 'filedAt', 'number'] as const;

/**
 * Whom a rung of a ladder tells when nobody has answered (H40, H41). The first four are persons of the notified post and its
 * body, who get the same notice; the others are posts of their own, who are told that nobody there answers.
 */
export const LADDER_TARGETS = [
  /** who holds the post: on duty first, where a roster is kept */
  'holder',
  /** the others who hold it or stand in for it, then the body's other contacts */
  'deputy',
  /** those standing in for the holders */
  'acting',
  /** the body's handling team */
  'team',
  /** the post that answers for the body above */
  'superior',
  'desk',
  /** the officers of the post's group */
  'group-officer',
  'deputy-convenors',
  'convenor',
] as const;
export type LadderTarget = (typeof LADDER_TARGETS)[number];

/**
 * What a notice template may have filled in, written in braces. No narrative and no person's data among them. `party` is the
 * post that does not answer, `since` when it was told.
 */
export const PLACEHOLDERS = [
  'number',
  'level',
  'organisation',
  'state',
  'asked',
  'due',
  'phone',
  'party',
  'since',
] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** Phases of a response procedure: before, during and after (S7.9.7.5). */
export const PLAYBOOK_PHASES = ['before', 'during', 'after'] as const;
export type PlaybookPhase = (typeof PLAYBOOK_PHASES)[number];

/** Parties a step of a procedure may belong to besides a named group. */
export const STEP_OWNERS = ['agency', 'desk', 'authority', 'subgroup', 'command'] as const;

/** Ways a referral may be handed over. */
export const REFERRAL_CHANNELS = ['telephone', 'fax', 'email', 'post', 'in-person'] as const;
export type ReferralChannel = (typeof REFERRAL_CHANNELS)[number];

/** What a body answers to a referral. */
export const REFERRAL_OUTCOMES = ['taken-up', 'asks-more', 'not-taken-up', 'concluded'] as const;
export type ReferralOutcome = (typeof REFERRAL_OUTCOMES)[number];

/** Whether support helped, as the agency says. */
export const SUPPORT_VERDICTS = ['yes', 'partly', 'no'] as const;
export type SupportVerdict = (typeof SUPPORT_VERDICTS)[number];
