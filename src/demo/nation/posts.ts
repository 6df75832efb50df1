import { bodies } from './bodies.ts';
import { officePosts } from './officers.ts';
import { contactsOf } from './people.ts';
import type { Post } from './types.ts';

/** Body whose contact is away and replaced by an acting one. */
export const bodyWithActingContact = 'qingshan-fire';

/** Code of the post that every body's notices go to. */
export function contactPostOf(organisation: string): string {
  return `contact-${organisation}`;
}

const contactPosts: readonly Post[] = bodies.map((body) => ({
  code: contactPostOf(body.code),
  nameZh: `${body.nameZh}資通安全聯絡人`,
  nameEn: `Contact of ${body.nameEn}`,
  organisation: body.code,
  role: 'contact',
  holders: contactsOf(body.code).map((person) =>
    body.code === bodyWithActingContact ? { person, acting: true } : { person },
  ),
}));

/**
 * Every post of the demonstration nation: those of the plan, then one contact post per body. Vacant: the
 * contact of the body without one, and the information working group's; acting: see H41.
 */
export const posts: readonly Post[] = [
  ...officePosts.map(
    ([code, nameZh, nameEn, organisation, group, role, holders]): Post => ({
      code,
      nameZh,
      nameEn,
      organisation,
      group,
      role,
      holders: holders.map((h) => (typeof h === 'string' ? { person: h } : { person: h[0], acting: true })),
    }),
  ),
  ...contactPosts,
];

const byCode = new Map(posts.map((post) => [post.code, post]));

/** The post with this code; throws when the demonstration data names one that does not exist. */
export function postOf(code: string): Post {
  const post = byCode.get(code);
  if (post === undefined) throw new Error(`demonstration nation: no post "${code}"`);
  return post;
}
