/** What the API speaks about bodies, posts and the contact network. */
import { z } from 'zod';
import { POST_ROLES, ROLES } from '../mechanism/vocabulary.ts';
import {
  day,
  emailAddress,
  hostName,
  instant,
  ipAddress,
  phoneNumber,
  webAddress,
} from '../platform/fields.ts';
import { line, optionalText } from '../platform/http/contract.ts';

const uuid = z.uuid();
const bilingual = z.strictObject({ zh: z.string(), en: z.string() });
const ref = z.strictObject({ id: uuid, code: z.string(), name: bilingual });

/** Why a body's report would not reach somebody as it should (DEC-10, DEC-22). */
export const COVERAGE_GAPS = [
  'no-contact',
  'no-authority',
  'sector-unassigned',
  'post-vacant',
  'no-address',
  'no-team',
  'superior-ended',
] as const;

export type CoverageGap = (typeof COVERAGE_GAPS)[number];

export const organisationRow = z.strictObject({
  id: uuid,
  code: z.string(),
  name: bilingual,
  kind: z.string(),
  superiorId: uuid.nullable(),
  sectors: z.array(z.string()),
  subgroup: z.string(),
  county: z.string().nullable(),
  ended: z.boolean(),
  gaps: z.array(z.enum(COVERAGE_GAPS)),
});
export type OrganisationRow = z.infer<typeof organisationRow>;

/** GET /organisations?q&superior&sector&gaps&cursor&limit */
export const organisationQuery = z.strictObject({
  q: z.string().max(100).optional(),
  superiorId: uuid.optional(),
  roots: z.enum(['yes']).optional(),
  sector: z.string().max(60).optional(),
  gaps: z.enum(['yes']).optional(),
  /** Only bodies that may order silence (H28). */
  silence: z.enum(['yes']).optional(),
  cursor: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export const organisationList = z.strictObject({
  items: z.array(organisationRow),
  nextCursor: z.string().nullable(),
});

const holder = z.strictObject({
  personId: uuid,
  name: bilingual,
  title: z.string(),
  acting: z.boolean(),
  /** null when the viewer may not see it. */
  email: z.string().nullable(),
  phone: z.string().nullable(),
  mobile: z.string().nullable(),
});
export const postView = z.strictObject({
  id: uuid,
  code: z.string(),
  name: bilingual,
  role: z.enum(ROLES),
  groupCode: z.string().nullable(),
  organisation: ref,
  press: z.boolean(),
  max: z.int(),
  holders: z.array(holder),
});
export type PostView = z.infer<typeof postView>;

export const organisationView = z.strictObject({
  organisation: organisationRow,
  superior: ref.nullable(),
  authority: ref.nullable(),
  chain: z.array(ref),
  subordinates: z.array(ref),
  phone: z.string(),
  fax: z.string(),
  email: z.string(),
  address: z.string(),
  note: z.string(),
  validFrom: z.string(),
  validTo: z.string().nullable(),
  successor: ref.nullable(),
  posts: z.array(postView),
  contacts: z.array(
    z.strictObject({
      personId: uuid,
      name: bilingual,
      title: z.string(),
      phone: z.string().nullable(),
      fax: z.string().nullable(),
      mobile: z.string().nullable(),
      email: z.string().nullable(),
      confirmedAt: z.string().nullable(),
    }),
  ),
  team: z.array(
    z.strictObject({
      personId: uuid,
      name: bilingual,
      title: z.string(),
      function: z.enum(['head', 'prevention', 'crisis', 'both']),
      phone: z.string().nullable(),
    }),
  ),
  systems: z.array(
    z.strictObject({
      id: uuid,
      name: bilingual,
      securityGrade: z.string(),
      makeModel: z.string(),
      osName: z.string(),
      osVersion: z.string(),
      osSerial: z.string(),
      ips: z.array(z.string()),
      domains: z.array(z.string()),
      urls: z.array(z.string()),
      mechanisms: z.array(z.string()),
    }),
  ),
  /** To whom a report of this body would go, now. */
  route: z.strictObject({
    desk: bilingual,
    authority: ref.nullable(),
    subgroup: z.strictObject({ code: z.string(), name: bilingual, convenedBy: ref.nullable() }),
  }),
});
export type OrganisationView = z.infer<typeof organisationView>;

export const groupView = z.strictObject({
  code: z.string(),
  kind: z.string(),
  name: bilingual,
  partOf: z.string().nullable(),
  convenedBy: ref.nullable(),
  supportedBy: z.array(ref),
  posts: z.array(postView),
});

/** GET /groups */
export const groupList = z.strictObject({ items: z.array(groupView) });

/** GET /coverage: what would be un-routable, and bodies without contact or team. */
export const coverageView = z.strictObject({
  total: z.int(),
  rows: z.array(z.strictObject({ organisation: organisationRow, gaps: z.array(z.enum(COVERAGE_GAPS)) })),
  vacantPosts: z.array(
    z.strictObject({
      id: uuid,
      name: bilingual,
      role: z.string(),
      organisation: ref,
      standIn: bilingual.nullable(),
    }),
  ),
});

// ── what is written: by import, set-up, the demonstration nation and administrators ─────────────────────────────
// Bodies, groups, posts and persons are named by their codes, which never change; ids are the database's own.

export const ORGANISATION_KINDS = [
  'agency',
  'operator',
  'school',
  'hospital',
  'military',
  'research',
  'other',
] as const;
export type OrganisationKind = (typeof ORGANISATION_KINDS)[number];
export const TEAM_FUNCTIONS = ['head', 'prevention', 'crisis', 'both'] as const;

const code = z
  .string()
  .max(100)
  .regex(/^[\p{L}\p{N}]([\p{L}\p{N}._-]*[\p{L}\p{N}])?$/u);

/** A field that may be empty, else keeps its own rule; what the rule tidies (full-width digits) is kept tidy. */
function orEmpty(schema: z.ZodType<string>, badCode: string) {
  return z
    .string()
    .max(300)
    .overwrite((value) => (value === '' ? value : (z.safeParse(schema, value).data ?? value.trim())))
    .refine((value) => value === '' || z.safeParse(schema, value).success, { params: { code: badCode } })
    .default('');
}
const email = orEmpty(emailAddress, 'bad-email');
const phone = orEmpty(phoneNumber, 'bad-phone');

export const organisationInput = z.strictObject({
  code,
  nameZh: line(200),
  /** Empty: the Chinese name stands in. */
  nameEn: line(200, 0).default(''),
  kind: z.enum(ORGANISATION_KINDS).default('agency'),
  superior: code.nullable().default(null),
  /** Competent authority (主管機關) where it is not the superior. */
  authority: code.nullable().default(null),
  /** The body it was merged into; needs `validTo`. */
  successor: code.nullable().default(null),
  /** Sectors of the pack, its own primary one first. */
  sectors: z.array(z.string().max(60)).min(1).max(20),
  county: line(60).nullable().default(null),
  phone,
  fax: phone,
  email,
  address: line(300, 0).default(''),
  note: optionalText(2000).default(''),
  /** First and last day; absent: today, and no end. */
  validFrom: day.optional(),
  validTo: day.nullable().default(null),
});
export const groupInput = z.strictObject({
  code,
  kind: z.string().max(40),
  nameZh: line(200),
  nameEn: line(200, 0).default(''),
  partOf: code.nullable().default(null),
  convenedBy: code.nullable().default(null),
  supportedBy: z.array(code).max(100).default([]),
});
export const postInput = z.strictObject({
  code,
  nameZh: line(200),
  nameEn: line(200, 0).default(''),
  role: z.enum(POST_ROLES),
  organisation: code,
  group: code.nullable().default(null),
  /** How many may hold it at once, acting holders apart; absent: as before, or as many as are given. */
  max: z.int().min(1).max(1000).optional(),
  press: z.boolean().default(false),
  validFrom: day.optional(),
  validTo: day.nullable().default(null),
});
export const personInput = z.strictObject({
  code,
  organisation: code,
  nameZh: line(100),
  nameEn: line(100, 0).default(''),
  title: line(100, 0).default(''),
  language: z.enum(['zh-Hant', 'en']).default('zh-Hant'),
  email,
  phone,
  mobile: phone,
  fax: phone,
});
export const holdingInput = z.strictObject({
  post: code,
  person: code,
  acting: z.boolean().default(false),
  /** Absent: as before, or now. */
  from: instant.optional(),
  to: instant.nullable().default(null),
});
export const contactInput = z.strictObject({
  organisation: code,
  person: code,
  /** Place in the body's list; absent: as before, or last. */
  ordinal: z.int().min(1).max(1000).optional(),
  confirmedAt: instant.nullable().default(null),
  from: instant.optional(),
  to: instant.nullable().default(null),
});
export const teamMemberInput = z.strictObject({
  organisation: code,
  person: code,
  function: z.enum(TEAM_FUNCTIONS),
  from: instant.optional(),
  to: instant.nullable().default(null),
});
export const systemInput = z.strictObject({
  organisation: code,
  /** Names the system within its body. */
  nameZh: line(200),
  nameEn: line(200, 0).default(''),
  securityGrade: z.string().max(20),
  makeModel: line(200, 0).default(''),
  osName: line(200, 0).default(''),
  osVersion: line(200, 0).default(''),
  osSerial: line(200, 0).default(''),
  ips: z.array(ipAddress).max(100).default([]),
  domains: z.array(hostName).max(100).default([]),
  urls: z.array(webAddress).max(100).default([]),
  mechanisms: z.array(z.string().max(60)).max(50).default([]),
});

export type OrganisationInput = z.input<typeof organisationInput>;
export type GroupInput = z.input<typeof groupInput>;
export type PostInput = z.input<typeof postInput>;
export type PersonInput = z.input<typeof personInput>;
export type HoldingInput = z.input<typeof holdingInput>;
export type ContactInput = z.input<typeof contactInput>;
export type TeamMemberInput = z.input<typeof teamMemberInput>;
export type SystemInput = z.input<typeof systemInput>;

// ── what administrators send; bodies and groups by code, posts and persons by id ────────────────────────────────

export const made = z.strictObject({ id: uuid });

/** The same fields, each of them optional and none with a default: what is not said stays as it is. */
function patchOf<T extends z.ZodObject>(schema: T) {
  const fields = Object.entries(schema.shape).map(([name, field]) => {
    const bare = field instanceof z.ZodDefault ? (field.unwrap() as z.ZodType) : (field as z.ZodType);
    return [name, bare.optional()] as const;
  });
  return z.strictObject(Object.fromEntries(fields)) as unknown as z.ZodType<Partial<z.output<T>>>;
}
export const organisationPatch = patchOf(organisationInput.omit({ code: true }));
export const postPatch = patchOf(postInput.omit({ code: true, organisation: true, role: true, group: true }));
export const newPerson = personInput.omit({ organisation: true });
export const personPatch = patchOf(personInput.omit({ organisation: true, code: true }));
const period = { from: instant.optional(), to: instant.nullable().default(null) };
export const newHolder = z.strictObject({ personId: uuid, acting: z.boolean().default(false), ...period });
export const newContact = contactInput.omit({ organisation: true, person: true }).extend({ personId: uuid });
export const newTeamMember = teamMemberInput
  .omit({ organisation: true, person: true })
  .extend({ personId: uuid });
export const newSystem = systemInput.omit({ organisation: true });
export const newPost = postInput.omit({ organisation: true });
