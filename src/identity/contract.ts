/** What the API speaks about sign-in and who one is. */
import { z } from 'zod';
import { ROLES } from '../mechanism/vocabulary.ts';
import { emailAddress } from '../platform/fields.ts';
import { id, line } from '../platform/http/contract.ts';

const bilingual = z.strictObject({ zh: z.string(), en: z.string() });

/** POST /session. An empty name or password is simply wrong, like any other (AUTH-2). */
export const signIn = z.strictObject({ login: z.string().max(200), password: z.string().max(500) });

/** A password somebody chooses: long rather than odd. */
const newPassword = z.string().min(12).max(500);

/** GET /session: the signed-in person with the posts he holds now. */
export const sessionView = z.strictObject({
  person: z.strictObject({
    id: z.uuid(),
    name: bilingual,
    title: z.string(),
    email: z.string(),
    phone: z.string(),
    fax: z.string(),
  }),
  organisation: z.strictObject({
    id: z.uuid(),
    name: bilingual,
    sectors: z.array(z.string()),
    phone: z.string(),
    fax: z.string(),
    email: z.string(),
  }),
  posts: z.array(
    z.strictObject({
      id: z.uuid(),
      name: bilingual,
      role: z.enum(ROLES),
      acting: z.boolean(),
      groupCode: z.string().nullable(),
      organisation: z.strictObject({ id: z.uuid(), name: bilingual }),
    }),
  ),
  /** Which screens make sense for these posts. */
  screens: z.array(
    z.enum(['home', 'report', 'desk', 'cases', 'inbox', 'directory', 'mechanism', 'administration']),
  ),
  /** The desk's numbers, for everybody at any time. */
  desk: z.strictObject({
    name: bilingual,
    phone: z.string(),
    fax: z.string(),
    email: z.string(),
    address: bilingual,
  }),
  waitingNotices: z.int(),
  demonstration: z.boolean(),
  expiresAt: z.iso.datetime(),
});
export type SessionView = z.infer<typeof sessionView>;

/** POST /setup — the one-time link of a new installation makes its first account; its name is the e-mail address. */
export const setUp = z.strictObject({
  token: z.string().min(20).max(200),
  organisationNameZh: line(200),
  name: line(100),
  email: emailAddress,
  password: newPassword,
});
export const setUpDone = z.strictObject({ login: z.string() });

/** POST /accounts — an administrator gives a person an account; the answer is a one-time link to set the password. */
export const accountInput = z.strictObject({ personId: id, login: line(200, 3) });
export const accountLink = z.strictObject({ link: z.string(), expiresAt: z.iso.datetime() });

/** POST /password — the link's holder sets his password. */
export const passwordInput = z.strictObject({ token: z.string().min(20).max(200), password: newPassword });
