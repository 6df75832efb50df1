/**
 * Every table of the database with the rule that guards its rows, looked over by a person. A migration that brings a table
 * which is not here, or has no forced row-level security, or no rule for reading, fails the build.
 */

/** Who reads a row. */
export type Rule =
  /** the mechanism itself, by its own key */
  | 'system'
  /** the keys written on the row */
  | 'seen-by'
  /** whoever sees the case it belongs to */
  | 'case'
  /** the person it belongs to */
  | 'own'
  /** whoever sees the bodies and persons it names */
  | 'directory'
  /** whoever sees the roster it belongs to; what is handed over, whoever holds the post and its group's officers */
  | 'roster'
  /** everybody signed in: it says nothing of anybody */
  | 'open'
  /** only a transaction of the write path */
  | 'writing';

export const TABLES: Readonly<Record<string, Rule>> = {
  packs: 'open',
  active_pack: 'open',
  directory_version: 'open',
  // Of the open log only: its heads are worth something because everybody may keep them.
  ledger_heads: 'open',
  organisations: 'seen-by',
  posts: 'seen-by',
  person_details: 'seen-by',
  systems: 'seen-by',
  cases: 'seen-by',
  case_stubs: 'seen-by',
  looks: 'seen-by',
  alarms: 'seen-by',
  activations: 'seen-by',
  meetings: 'seen-by',
  rosters: 'seen-by',
  // What is in force is read by everybody, as the mechanism is.
  procedure_versions: 'seen-by',
  // Its own keys, and of those only who sees every case it is about as well.
  analysis_reports: 'seen-by',
  // Its own keys, or a part of it that is seen.
  preparedness_calls: 'seen-by',
  preparedness_parts: 'seen-by',
  preparedness_tasks: 'seen-by',
  // Its own keys, and of those only who sees the case as well.
  referral_packages: 'seen-by',
  referral_notes: 'seen-by',
  groups: 'directory',
  persons: 'directory',
  holdings: 'directory',
  contacts: 'directory',
  team_members: 'directory',
  shifts: 'roster',
  shift_swaps: 'roster',
  absences: 'roster',
  handovers: 'roster',
  reports: 'case',
  report_persons: 'case',
  facts: 'case',
  clocks: 'case',
  messages: 'case',
  attachments: 'case',
  notices: 'case',
  deliveries: 'case',
  activation_cases: 'case',
  centre_texts: 'case',
  drafts: 'own',
  idempotency_keys: 'own',
  sign_in_events: 'own',
  case_numbers: 'writing',
  accounts: 'system',
  sessions: 'system',
  sign_in_attempts: 'system',
  setup_links: 'system',
  workers: 'system',
  passkeys: 'system',
  totp_factors: 'system',
  oidc_links: 'system',
  oidc_flows: 'system',
  passkey_challenges: 'system',
  sign_in_tickets: 'system',
  enrolment_links: 'system',
  recoveries: 'system',
  installation_secrets: 'system',
  push_subscriptions: 'system',
  sms_codes: 'system',
  sms_guesses: 'system',
  sms_parts: 'system',
  mail_paces: 'system',
  lane_health: 'system',
  watch_state: 'system',
  channel_tests: 'system',
  duty_letters: 'system',
  ledger_leaves: 'system',
  demo_loads: 'system',
  demo_mails: 'system',
};

/** Tables that belong to the migrations themselves. */
export const NOT_OURS = /^schema_migrations/;
