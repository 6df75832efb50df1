/**
 * The shape of a pack: one national (or sectoral) mechanism as data.
 *
 * A pack is written as YAML by people who know the law, checked by `tocsin pack check`, stored by the hash of
 * its content, and never changed: a case stays on the version it was opened under (S1.7, H43).
 * A pack names bodies and posts to begin with; afterwards the directory in the database owns them.
 */
import { z } from 'zod';
import {
  ACTS,
  CAPACITIES,
  CASE_FACTS,
  CENTRE_ACTS,
  CHANNELS,
  EXPECTATIONS,
  GROUP_ACTS,
  GUARDS,
  HEADER_LINES,
  HOST_PARTS,
  LADDER_TARGETS,
  NOTICE_CHANNELS,
  PLAYBOOK_PHASES,
  POST_ROLES,
  RELATIONS,
  REPORT_FIELDS,
  REPORT_KINDS,
  ROLES,
  SELECTORS,
} from './vocabulary.ts';

const id = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$|^[A-Z]$|^[0-9]$/, 'an id: lower-case words joined by hyphens');
/** A text in both languages; zh is the authoritative one. */
export const bilingual = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });
export type Bilingual = z.infer<typeof bilingual>;
/** ISO 8601 duration; days and months are counted in the clock's calendar (H16). */
const duration = z
  .string()
  .regex(
    /^P(?=.)(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/,
    'an ISO 8601 duration such as PT30M or P1M',
  );
const date = z.iso.date();

const level = z.strictObject({
  id,
  /** Larger is worse. "B and below" means rank ≤ rank(B) (DEC-3). */
  rank: z.int().min(1),
  label: bilingual,
  definition: bilingual,
  /** Which of the four reserved marks and colours draws it, worst first. */
  mark: z.enum(['filled', 'three-quarter', 'half', 'outline']),
});

const sector = z.strictObject({
  id,
  name: bilingual,
  /** Subgroup that handles the sector; absent = the pack's `unassignedSubgroup` (DEC-10). */
  subgroup: id.optional(),
  /** Decides which of several sectors leads: smaller wins (DEC-22). */
  precedence: z.int(),
  /** The vital system (肆 一–六) and the essential service (肆) it keeps running. */
  vital: id.optional(),
  service: id.optional(),
});

const body = z.strictObject({
  id,
  name: bilingual,
  superior: id.optional(),
  sectors: z.array(id).default([]),
});

const group = z.strictObject({
  id,
  kind: z.enum(['council', 'working-group', 'service-centre', 'centre', 'subgroup', 'committee']),
  name: bilingual,
  partOf: id.optional(),
  convenedBy: id.optional(),
  supportedBy: z.array(id).default([]),
  duties: z.array(bilingual).default([]),
  /** Runs or staffs the centre without being part of it (柒十一); drawn beside it in figure 3. */
  besideCentre: z.boolean().default(false),
  source: z.string(),
});

const post = z.strictObject({
  id,
  name: bilingual,
  role: z.enum(POST_ROLES),
  body: id,
  group: id.optional(),
  /** How many may hold it at once. */
  max: z.int().min(1).default(1),
  source: z.string().optional(),
  /** Rights that hang on this very post, such as speaking to the press (DEC-8). */
  press: z.boolean().default(false),
});

/** One chair of the Council (附表一); held ex officio by whoever holds the office. */
const seat = z.strictObject({
  body: id,
  office: bilingual,
  remark: bilingual,
});

const transition = z.strictObject({
  act: z.enum(ACTS),
  from: z.array(id).min(1),
  /** A state, `same`, or `previous` (the state before the last ask-back, merge or final act). */
  to: z.string(),
  guards: z.array(z.enum(GUARDS)).default([]),
});

const state = z.strictObject({
  id,
  name: bilingual,
  help: bilingual,
  /** `open` counts as under control (列管); `final` ends it. */
  kind: z.enum(['open', 'final']),
  /** Counted in statistics when a case ends here. */
  counted: z.boolean().default(true),
});

const right = z.strictObject({
  role: z.enum(ROLES),
  relation: z.enum(RELATIONS),
  acts: z.array(z.enum(ACTS)).min(1),
  states: z.union([z.literal('any'), z.array(id).min(1)]),
  /** Narrows the row to cases reported by the desk's own body, or to all others (DEC-23). */
  when: z.enum(['desk-reports', 'desk-does-not-report']).optional(),
  /** true: only cases inside a compartment; false: only cases outside (DEC-19). Absent: both. */
  compartment: z.boolean().optional(),
  source: z.string().optional(),
});

/** Acts that one person alone cannot do (ISO-15): he proposes, another who has the right `approve-act` agrees. */
const fourEyes = z.strictObject({
  id,
  name: bilingual,
  acts: z.array(z.enum(ACTS)).min(1),
  /** Only while a confirmed level reaches this threshold. */
  within: id.optional(),
  /** Only when a confirmed level that reaches this threshold would no longer do so. */
  leaves: id.optional(),
  source: z.string(),
});

/** Who may do what with the centre; `coordinating` narrows to whoever coordinates at the moment (S7.10.3a, S7.10.3b). */
const centreRight = z.strictObject({
  role: z.enum(ROLES),
  acts: z.array(z.enum(CENTRE_ACTS)).min(1),
  /** Only posts of the group that coordinates now: the desk's in normal mode, the formation's in emergency mode. */
  coordinating: z.boolean().default(false),
  /** true: only once a case in it has reached the gravest threshold; false: only while none has (DEC-15). */
  top: z.boolean().optional(),
  /** true: only inside a compartment's own activation; false: only outside. Absent: both. */
  compartment: z.boolean().optional(),
  source: z.string(),
});

/** Who may do what apart from any one case; a row without a group means every post of the role. */
const groupRight = z.strictObject({
  role: z.enum(POST_ROLES),
  group: id.optional(),
  acts: z.array(z.enum(GROUP_ACTS)).min(1),
  source: z.string(),
});

/** How the centre forms up for a level (S8.2.1). */
const formation = z.strictObject({
  level: id,
  /** The group that coordinates in emergency mode (S7.10.3b), and the one that does the staff work (S7.11.0b). */
  coordinator: id,
  staff: id,
  /** Who is to be at the centre, how many at least, and for how long at a stretch. */
  stations: z
    .array(z.strictObject({ group: id, atLeast: z.int().min(1).default(1), shift: duration }))
    .default([]),
  /** A summons is to be answered within this time. */
  answerWithin: duration,
  /** An emergency meeting is opened at once, to begin within this time (S7.10.4e); absent: only when called (S7.10.4b). */
  meetingWithin: duration.optional(),
  source: z.string(),
});

const condition = z.strictObject({
  report: z.array(z.enum(REPORT_KINDS)).optional(),
  /** Effective level is one of these. */
  levels: z.array(id).optional(),
  threshold: id.optional(),
  confirmed: z.boolean().optional(),
  clock: id.optional(),
  suspected: z.boolean().optional(),
  /** Only when the level really changed. */
  changed: z.boolean().optional(),
  direction: z.enum(['to-agency', 'to-desk', 'to-group']).optional(),
  /** The target of a referral. */
  target: id.optional(),
  flag: z.enum(['life', 'equipment', 'crime', 'disaster']).optional(),
});

const route = z.strictObject({
  id,
  on: z.enum(CASE_FACTS),
  when: condition.default({}),
  to: z.array(z.enum(SELECTORS)).min(1),
  capacity: z.enum(CAPACITIES),
  expects: z.enum(EXPECTATIONS),
  /** Confirm within this time, or the case rises in the desk's queue. Only with an expectation. */
  within: duration.optional(),
  /** Urgent notices go first in a storm. */
  urgent: z.boolean().default(false),
  /** Who is told next when nobody answers. Only with an expectation. */
  ladder: id.optional(),
  template: id,
  source: z.string(),
});

const rung = z.strictObject({
  /** Counted from when the notice was made. */
  after: z.strictObject({ default: duration, byLevel: z.record(z.string(), duration).default({}) }),
  /** Only while the case's level is one of these. */
  levels: z.array(id).min(1).optional(),
  to: z.array(z.enum(LADDER_TARGETS)).min(1),
  /** Every one of them that reaches the person. */
  channels: z.array(z.enum(NOTICE_CHANNELS)).min(1),
});

/** Who is told, in which order and how, until somebody answers (H40, H41). The first rung is the notice itself. */
const ladder = z.strictObject({
  id,
  name: bilingual,
  /** `any`: of all the posts told by one route, one answer is enough to stop the ladders of the others (DEC-20). */
  answer: z.enum(['each', 'any']).default('each'),
  rungs: z.array(rung).min(1),
  /** Said beside it, e.g. "not in the plan" (DEC-6). */
  note: bilingual.optional(),
  source: z.string(),
});

const clock = z.strictObject({
  id,
  name: bilingual,
  /** The fact that starts it, or a time stated in the report. */
  start: z.union([z.enum(CASE_FACTS), z.enum(['aware', 'occurred'])]),
  when: condition.default({}),
  length: z.strictObject({ default: duration, byLevel: z.record(z.string(), duration).default({}) }),
  calendar: z.string().default('elapsed'),
  satisfiedBy: z.array(z.enum(CASE_FACTS)).min(1),
  /** `satisfiedBy: acknowledged` counts only acknowledgements in this capacity. */
  byCapacity: z.enum(CAPACITIES).optional(),
  /** Further condition on the fact that meets it, such as `report: [recovery]` for `satisfiedBy: filed`. */
  satisfiedWhen: condition.default({}),
  voidedBy: z.array(z.enum(CASE_FACTS)).default([]),
  force: z.enum(['mandatory', 'advisory']),
  /** Said beside an advisory clock, e.g. "not in the plan" (DEC-6). */
  note: bilingual.optional(),
  warnBefore: duration.optional(),
  /** `recompute` from the original start (H6), `not-before-regrade` (H5), or `keep`. */
  onRegrade: z.enum(['keep', 'recompute', 'not-before-regrade']).default('recompute'),
  /** What the engine does by itself when it runs out. */
  onDue: z.enum(['nothing', 'reach-threshold']).default('nothing'),
  /** One clock per start fact instead of one per case. */
  repeats: z.boolean().default(false),
  source: z.string(),
});

const calendar = z.strictObject({
  id,
  name: bilingual,
  workingDays: z.array(z.int().min(1).max(7)).min(1),
  holidays: z.array(date).default([]),
  extraWorkingDays: z.array(date).default([]),
});

/** A line of the paper form that is part of a field (the host's IP address) or of the printed header (編號). */
const formLine = z.strictObject({ label: bilingual, help: bilingual.optional(), source: z.string() });

const field = z.strictObject({
  id: z.enum(REPORT_FIELDS),
  label: bilingual,
  help: bilingual.optional(),
  /** now: needed to file; later: asked, may follow; hidden: not asked. Per use of the form. */
  asks: z.strictObject({
    initial: z.enum(['now', 'later', 'hidden']),
    'follow-up': z.enum(['now', 'later', 'hidden']),
    recovery: z.enum(['now', 'later', 'hidden']),
  }),
  /** May "not yet known" stand as the answer. */
  mayBeUnknown: z.boolean().default(true),
  /** The words for it, e.g. 「尚未採取」. */
  unknownLabel: bilingual.optional(),
  personal: z.boolean().default(false),
  /** The paper's own lines inside one field; `hosts` has six (S8.F3.13–18). */
  parts: z.array(formLine.extend({ id: z.enum(HOST_PARTS) })).default([]),
  source: z.string(),
});

const option = z.strictObject({ id, name: bilingual });

const template = z.strictObject({
  id,
  /**
   * The words of PLACEHOLDERS in braces are filled in. A template whose id ends in `-closed` is what readers
   * outside a compartment get instead of the one without the suffix; where there is none, they get nothing (DEC-19).
   */
  subject: bilingual,
  body: bilingual,
  /** What is asked of the reader, in one sentence. */
  asked: bilingual,
});

export const packSchema = z.strictObject({
  id,
  version: z.string(),
  title: bilingual,
  shortTitle: bilingual,
  status: z.enum(['in-force', 'proposed', 'historical', 'test']),
  /** Where the words come from and under which licence. */
  provenance: bilingual,
  bases: z.array(z.strictObject({ date: date.nullable(), text: bilingual })).min(1),
  approvals: z.array(z.strictObject({ date, by: bilingual, text: bilingual })).min(1),
  effectiveFrom: date,
  timeZone: z.string(),
  calendarEra: z.enum(['roc', 'iso']),
  levels: z.array(level).min(2),
  securityGrades: z.array(z.strictObject({ id, label: bilingual })).min(1),
  thresholds: z.array(z.strictObject({ id, atLeast: id, name: bilingual })).default([]),
  vitalSystems: z.array(option),
  essentialServices: z.array(option),
  protectionTopics: z.array(option).default([]),
  sectors: z.array(sector).min(1),
  unassignedSubgroup: id,
  bodies: z.array(body),
  groups: z.array(group),
  posts: z.array(post),
  seats: z.array(seat).default([]),
  desk: z.strictObject({
    group: id,
    phone: z.string(),
    fax: z.string(),
    email: z.string(),
    address: bilingual,
    name: bilingual,
  }),
  compartments: z
    .array(
      z.strictObject({
        id,
        name: bilingual,
        /** Organisations whose primary sector this is live in the compartment. */
        sector: id,
        /** The compartment's own desk (DEC-19). */
        group: id,
        /** What the centre may see of such a case; empty = nothing. */
        stub: z.array(z.enum(['number', 'level', 'state'])),
        seriesPrefix: z.string(),
        /** Whom outsiders call; the `{phone}` of a `-closed` template. */
        phone: z.string(),
      }),
    )
    .default([]),
  /** Bodies that may order silence (H28), with those below them: named in an order, they go on seeing the case. */
  holdAuthorities: z.array(id).default([]),
  states: z.array(state).min(2),
  initialState: id,
  suspectedState: id.optional(),
  transitions: z.array(transition).min(1),
  rights: z.array(right).min(1),
  /** What needs a second person; a mechanism without such acts has none. */
  fourEyes: z.array(fourEyes).default([]),
  /** Who may do what with the centre once it is formed up. */
  centreRights: z.array(centreRight).default([]),
  /** Who keeps the response procedures, and who writes and reads analysis reports (S7.11.0d, S7.11.0e). */
  groupRights: z.array(groupRight).default([]),
  /** How a case that is released came out (S8.2.3), the commonest first; a mechanism that does not ask has none. */
  outcomes: z.array(option.extend({ help: bilingual.optional(), source: z.string() })).default([]),
  /** How the centre forms up for each level; a mechanism without a centre has none. */
  formations: z.array(formation).default([]),
  routes: z.array(route).min(1),
  /** What happens to a notice that nobody answers. */
  ladders: z.array(ladder).default([]),
  /** Receipts in these capacities merge when they go to the same body (DEC-21). */
  mergeReceipts: z.array(z.enum(CAPACITIES)),
  clocks: z.array(clock),
  calendars: z.array(calendar).default([]),
  channels: z.array(z.strictObject({ id: z.enum(CHANNELS), name: bilingual, operator: z.boolean() })),
  forms: z.strictObject({
    incident: z.strictObject({
      title: bilingual,
      /** What stands above the sections on paper; filled in by the system, never asked. */
      header: z.array(formLine.extend({ id: z.enum(HEADER_LINES) })).default([]),
      sections: z.array(z.strictObject({ id, title: bilingual, fields: z.array(field).min(1) })).min(1),
    }),
    contact: z.strictObject({
      title: bilingual,
      fields: z.array(z.strictObject({ id, label: bilingual, source: z.string() })),
    }),
  }),
  securityMechanisms: z.array(option),
  /** What may be asked for (期望支援項目), and the groups that usually give it, the likeliest first. */
  supportItems: z.array(option.extend({ suggest: z.array(id).default([]) })),
  support: z
    .strictObject({
      /** Groups that look for somebody to help (捌五). */
      coordinators: z.array(id).default([]),
      /** Somebody should be asked, and should answer, within this time; shown, never enforced. */
      askWithin: duration.optional(),
      answerWithin: duration.optional(),
    })
    .default({ coordinators: [] }),
  /** Regional joint defence (區域聯防; 捌七): which counties stand by each other, and who answers for them. */
  regions: z
    .array(
      z.strictObject({
        id,
        name: bilingual,
        counties: z.array(z.string()).min(1),
        group: id,
        source: z.string(),
      }),
    )
    .default([]),
  /** Steps of the response procedures (應變程序; S7.9.7.3): one list, each step with the levels that ask for it. */
  playbooks: z
    .array(
      z.strictObject({
        id,
        /** Levels whose cases are given the step; none = it comes only with a call for preparedness (S7.9.7.5). */
        levels: z.array(id),
        phase: z.enum(PLAYBOOK_PHASES),
        /** `agency`, `desk`, `authority`, `subgroup` (of the case), `command`, or a group. */
        owner: z.string(),
        title: bilingual,
        help: bilingual.optional(),
        within: duration.optional(),
        withinByLevel: z.record(z.string(), duration).default({}),
        source: z.string(),
      }),
    )
    .default([]),
  flags: z.array(
    z.strictObject({
      id: z.enum(['life', 'equipment', 'crime', 'disaster']),
      name: bilingual,
      help: bilingual,
      target: id,
    }),
  ),
  referralTargets: z.array(
    z.strictObject({
      id,
      name: bilingual,
      kind: z.enum(['prosecutors', 'disaster']),
      /** Who takes it: offices of some counties, or, without any, of the whole nation. */
      offices: z
        .array(
          z.strictObject({
            id,
            name: bilingual,
            counties: z.array(z.string()).default([]),
            phone: z.string().default(''),
            fax: z.string().default(''),
            email: z.string().default(''),
            address: bilingual.optional(),
          }),
        )
        .default([]),
    }),
  ),
  templates: z.array(template).min(1),
  numbering: z.strictObject({
    /** `{year}` = year of the pack's era (3 digits for ROC), `{seq}` = padded sequence. */
    pattern: z.string(),
    digits: z.int().min(3).max(8),
  }),
  /** Steps of the flow, for the drawn chart (figure 5) and for reading. */
  flow: z.array(
    z.strictObject({
      step: z.string(),
      actor: bilingual,
      what: bilingual,
      condition: bilingual.optional(),
      next: z.array(z.string()),
      acts: z.array(z.enum(ACTS)).default([]),
      trust: z.enum(['stated', 'inferred', 'later-law']),
      source: z.string(),
    }),
  ),
});

/** A checked mechanism. */
export type Pack = z.infer<typeof packSchema>;
export type Level = Pack['levels'][number];
export type Sector = Pack['sectors'][number];
export type Route = Pack['routes'][number];
export type Ladder = Pack['ladders'][number];
export type Rung = Ladder['rungs'][number];
export type ClockDefinition = Pack['clocks'][number];
export type Right = Pack['rights'][number];
export type Formation = Pack['formations'][number];
export type FourEyes = Pack['fourEyes'][number];
export type Transition = Pack['transitions'][number];
export type Condition = z.infer<typeof condition>;
export type Calendar = Pack['calendars'][number];
export type Template = Pack['templates'][number];
export type FormField = Pack['forms']['incident']['sections'][number]['fields'][number];
