/**
 * Whom a notice to a post can reach besides those it was made for: the others in the post, those standing in, the body's
 * other contacts, its handling team (H40, H41). Pure. Nobody of another house is among them, and nobody from outside a
 * compartment's walls (DEC-19).
 */
import { onDuty } from './roster-rules.ts';
import type { DirectorySnapshot, SnapshotPost } from './snapshot.ts';

/** Persons of the notified post and its body, as a ladder names them. */
export type Circle = 'holder' | 'deputy' | 'acting' | 'team';

/** Posts that answer for their body, so that its other contacts may answer in their place. */
const ANSWERS_FOR_BODY: ReadonlySet<SnapshotPost['role']> = new Set(['contact', 'subgroup-officer']);
/** Whoever commands the centre does so for the centre: the body that lends him is not told in his place (DEC-9). */
const COMMANDS: ReadonlySet<SnapshotPost['role']> = new Set(['convenor', 'deputy-convenor']);

/**
 * The persons of a circle at `at`, in the order they should be told, without those in `reached`.
 *
 * - `holder`: those on duty, the first of them where a roster says so; else all who hold the post, and those standing in
 *   when nobody does.
 * - `deputy`: the second on duty; once he has been told, everybody else in the post and the body's other contacts. Who is
 *   away comes only when nobody else is left.
 * - `acting`: those standing in for the holders.
 * - `team`: the handling team, those who handle crises before those who only prevent them.
 *
 * Empty for a post the directory does not have.
 */
export function circleOf(
  snapshot: DirectorySnapshot,
  postId: string,
  circle: Circle,
  at: Date,
  reached: ReadonlySet<string> = new Set(),
): string[] {
  const post = snapshot.posts.get(postId);
  if (!post) return [];
  const tiers = tiersOf(snapshot, post, circle, at).map((tier) =>
    [...new Set(tier)].filter((id) => !reached.has(id) && isWithin(snapshot, post, id)),
  );
  return tiers.find((tier) => tier.length > 0) ?? [];
}

/** Everybody whom some rung of a ladder may reach for this post at `at`. */
export function everyoneOf(snapshot: DirectorySnapshot, postId: string, at: Date): ReadonlySet<string> {
  const post = snapshot.posts.get(postId);
  if (!post) return new Set();
  const circles: readonly Circle[] = ['holder', 'deputy', 'acting', 'team'];
  const all = circles.flatMap((circle) => tiersOf(snapshot, post, circle, at).flat());
  return new Set(all.filter((id) => isWithin(snapshot, post, id)));
}

function tiersOf(snapshot: DirectorySnapshot, post: SnapshotPost, circle: Circle, at: Date): string[][] {
  const held = snapshot.holders(post.id, at);
  const regular = held.filter((one) => !one.acting).map((one) => one.personId);
  const acting = held.filter((one) => one.acting).map((one) => one.personId);
  const duty = onDuty(snapshot, post.id, at);
  const first = duty.filter((one) => one.place === duty[0]?.place).map((one) => one.personId);
  switch (circle) {
    case 'holder':
      return [first, regular, acting];
    case 'acting':
      return [acting];
    case 'deputy': {
      const away = new Set(
        snapshot
          .absencesOf(post.id)
          .filter((one) => one.from <= at && one.to > at)
          .map((one) => one.personId),
      );
      const others = [...regular, ...acting, ...otherContacts(snapshot, post, at)];
      return [duty.map((one) => one.personId), others.filter((id) => !away.has(id)), others];
    }
    case 'team': {
      if (COMMANDS.has(post.role)) return [];
      const team = snapshot.teamOf(post.organisationId, at);
      const crisis = team.filter((member) => member.function !== 'prevention');
      return [crisis, team].map((members) => members.map((member) => member.personId));
    }
  }
}

/** Who else answers for the body: holders of its other contact posts, then its entries in the contact network (S8.1.2). */
function otherContacts(snapshot: DirectorySnapshot, post: SnapshotPost, at: Date): string[] {
  if (!ANSWERS_FOR_BODY.has(post.role)) return [];
  const posts = snapshot
    .postsOf(post.organisationId)
    .filter((one) => one.role === 'contact' && one.id !== post.id);
  return [
    ...posts.flatMap((one) => snapshot.holders(one.id, at).map((holding) => holding.personId)),
    ...snapshot.contactsOf(post.organisationId, at).map((contact) => contact.personId),
  ];
}

/** Whoever holds the post may be told what is told to it; others only when they are of the same walls as its body. */
function isWithin(snapshot: DirectorySnapshot, post: SnapshotPost, personId: string): boolean {
  const walls = snapshot.organisations.get(post.organisationId)?.compartment ?? null;
  if (walls === null) return true;
  if (snapshot.holdingsOf(post.id).some((holding) => holding.personId === personId)) return true;
  const own = snapshot.persons.get(personId)?.organisationId ?? '';
  return snapshot.organisations.get(own)?.compartment === walls;
}
