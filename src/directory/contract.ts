/** What the API speaks about bodies, posts and the contact network. */
import { z } from 'zod';
import { ROLES } from '../mechanism/vocabulary.ts';

const uuid = z.uuid();
const bilingual = z.strictObject({ zh: z.string(), en: z.string() });
const ref = z.strictObject({ id: uuid, code: z.string(), name: bilingual });

/** Why a body's report would not reach somebody as it should (DEC-10, DEC-22). */
export const COVERAGE_GAPS = ['no-contact', 'no-authority', 'sector-unassigned', 'post-vacant', 'no-address', 'no-team', 'superior-ended'] as const;

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
  cursor: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export const organisationList = z.strictObject({ items: z.array(organisationRow), nextCursor: z.string().nullable() });

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

/** GET /coverage: what would be un-routable, and bodies without contact or team. */
export const coverageView = z.strictObject({
  total: z.int(),
  rows: z.array(z.strictObject({ organisation: organisationRow, gaps: z.array(z.enum(COVERAGE_GAPS)) })),
  vacantPosts: z.array(z.strictObject({ id: uuid, name: bilingual, role: z.string(), organisation: ref, standIn: bilingual.nullable() })),
});
