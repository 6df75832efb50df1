/** What the API speaks about sign-in and who one is. */
import { z } from 'zod';
import { ROLES } from '../mechanism/vocabulary.ts';

const bilingual = z.strictObject({ zh: z.string(), en: z.string() });

/** POST /session */
export const signIn = z.strictObject({ login: z.string().min(1).max(200), password: z.string().min(1).max(500) });

/** GET /session: the signed-in person with the posts he holds now. */
export const sessionView = z.strictObject({
  person: z.strictObject({ id: z.uuid(), name: bilingual, title: z.string(), email: z.string(), phone: z.string(), fax: z.string() }),
  organisation: z.strictObject({ id: z.uuid(), name: bilingual, sectors: z.array(z.string()), phone: z.string(), fax: z.string(), email: z.string() }),
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
  screens: z.array(z.enum(['home', 'report', 'desk', 'cases', 'inbox', 'directory', 'mechanism', 'administration'])),
  /** The desk's numbers, for everybody at any time. */
  desk: z.strictObject({ name: bilingual, phone: z.string(), fax: z.string(), email: z.string(), address: bilingual }),
  waitingNotices: z.int(),
  demonstration: z.boolean(),
  expiresAt: z.iso.datetime(),
});
export type SessionView = z.infer<typeof sessionView>;

/** POST /setup — the one-time link of a new installation makes its first account. */
export const setUp = z.strictObject({
  token: z.string().min(20).max(200),
  organisationNameZh: z.string().min(1).max(200),
  name: z.string().min(1).max(100),
  email: z.email().max(200),
  password: z.string().min(12).max(500),
});

/** GET /demo — 404 unless this is the demonstration nation. */
export const demoView = z.strictObject({
  personas: z.array(
    z.strictObject({ login: z.string(), password: z.string(), name: bilingual, post: bilingual, organisation: bilingual, sentence: bilingual }),
  ),
});
