/** What the API speaks about the demonstration: its people and its mailbox. Never served in production. */
import { z } from 'zod';

const bilingual = z.strictObject({ zh: z.string(), en: z.string() });

/** GET /demo */
export const demoView = z.strictObject({
  personas: z.array(
    z.strictObject({
      login: z.string(),
      password: z.string(),
      name: bilingual,
      post: bilingual,
      organisation: bilingual,
      sentence: bilingual,
    }),
  ),
});

/** GET /demo/mails?q&cursor&limit: what the demonstration's relay took, newest first. */
export const mailQuery = z.strictObject({
  q: z.string().max(100).optional(),
  cursor: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export const mailView = z.strictObject({
  id: z.uuid(),
  to: z.string(),
  from: z.string(),
  subject: z.string(),
  text: z.string(),
  headers: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  messageId: z.string(),
  at: z.iso.datetime(),
});
export type MailView = z.infer<typeof mailView>;
export const mailList = z.strictObject({ items: z.array(mailView), nextCursor: z.string().nullable() });
