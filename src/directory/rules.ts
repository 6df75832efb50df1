/**
 * Who a body's report goes to, who stands in for an empty post, who may see whose telephone number, and what would
 * keep a report from arriving. Pure.
 */
import { type Pack, sectorRouting } from '../mechanism/index.ts';
import { civilAt } from '../mechanism/roc-date.ts';
import type { CoverageGap } from './contract.ts';
import type { DirectorySnapshot, SnapshotOrganisation, SnapshotPost } from './snapshot.ts';

/** The calendar day (ISO) at a moment in the mechanism's own time zone; bodies begin and end by the day. */
export function dayAt(pack: Pack, at: Date): string {
  const { year, month, day } = civilAt(at, pack.timeZone);
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** True while the body exists; its first and last day count. */
export function existsOn(organisation: SnapshotOrganisation, day: string): boolean {
  return organisation.validFrom <= day && (organisation.validTo === null || organisation.validTo >= day);
}

/** True for a body that may order silence (H28): one the mechanism names, or one below it, that still exists on `day`. */
export function ordersSilence(
  snapshot: DirectorySnapshot,
  organisation: SnapshotOrganisation,
  pack: Pack,
  day: string,
): boolean {
  if (organisation.validTo !== null && organisation.validTo < day) return false;
  return [organisation, ...snapshot.superiors(organisation.id)].some((one) =>
    pack.holdAuthorities.includes(one.code),
  );
}

/**
 * The body that stands where `organisationId` stood on `day`: itself, or, once it has ended, the body it was merged
 * into (and that one's successor in turn). Null when it has ended, or not begun, and nobody took over.
 */
export function bodyOn(
  snapshot: DirectorySnapshot,
  organisationId: string | null,
  day: string,
): SnapshotOrganisation | null {
  const seen = new Set<string>();
  for (let id = organisationId; id !== null && !seen.has(id); ) {
    seen.add(id);
    const body = snapshot.organisations.get(id);
    if (!body) return null;
    if (existsOn(body, day)) return body;
    // A body still to come has no successor to go to.
    id = body.validFrom > day ? null : body.successorId;
  }
  return null;
}

/** Bodies above on `day`, nearest first: an ended one is replaced by its successor, or else left out (S2.1, H42). */
export function superiorsOn(
  snapshot: DirectorySnapshot,
  organisationId: string,
  day: string,
): SnapshotOrganisation[] {
  const chain: SnapshotOrganisation[] = [];
  const seen = new Set([organisationId]);
  let above = snapshot.organisations.get(organisationId)?.superiorId ?? null;
  while (above !== null && !seen.has(above)) {
    seen.add(above);
    const body = bodyOn(snapshot, above, day);
    if (body && body.id !== above) {
      if (seen.has(body.id)) break;
      seen.add(body.id);
    }
    if (body && body.id !== organisationId) chain.push(body);
    above = (body ?? snapshot.organisations.get(above))?.superiorId ?? null;
  }
  return chain;
}

/** Where a body's report goes. */
export interface DirectoryRoute {
  /** The body whose line is used: itself, or its successor once it has ended (H42). */
  readonly body: SnapshotOrganisation;
  /** Competent authority; null only when nobody but the body itself could be one. */
  readonly authority: SnapshotOrganisation | null;
  /** How the authority was found: stated, the nearest superior, or the subgroup's convening body (DEC-10). */
  readonly authorityBy: 'stated' | 'superior' | 'convening-body' | null;
  /** Bodies above, nearest first. */
  readonly superiors: readonly SnapshotOrganisation[];
  readonly subgroup: string;
  /** Who convenes the subgroup; null when the directory names nobody. */
  readonly conveningBody: SnapshotOrganisation | null;
  /** Subgroups of the body's other sectors. */
  readonly affectedSubgroups: readonly string[];
  readonly compartment: string | null;
  /** The group that controls the case: the compartment's own, else the centre's desk (DEC-19). */
  readonly deskGroup: string;
}

/**
 * To whom a report of this body goes at `at`. Always an answer for a body of the directory (DEC-10): the authority is
 * the stated one while it exists, else the nearest body above, else whoever convenes the subgroup; the subgroup
 * follows the leading sector, and the pack's default takes what no subgroup covers.
 * Answers S2.1, S3.1, S3.6, S7.11.2–8, DEC-10, DEC-21, DEC-22, H42.
 * @throws Error for an organisation the directory does not have
 */
export function routeOf(
  snapshot: DirectorySnapshot,
  pack: Pack,
  organisationId: string,
  at: Date,
): DirectoryRoute {
  return routeOn(snapshot, pack, organisationId, dayAt(pack, at));
}

function routeOn(
  snapshot: DirectorySnapshot,
  pack: Pack,
  organisationId: string,
  day: string,
): DirectoryRoute {
  const stated = snapshot.organisations.get(organisationId);
  if (!stated) throw new Error(`no such organisation: ${organisationId}`);
  const body = bodyOn(snapshot, organisationId, day) ?? stated;
  const { subgroup, affectedSubgroups, compartment } = sectorRouting(pack, body.sectors);
  const superiors = superiorsOn(snapshot, body.id, day);
  const conveningBody = bodyOn(snapshot, snapshot.groups.get(subgroup)?.conveningBody ?? null, day);
  const choices = [
    ['stated', bodyOn(snapshot, body.authorityId, day)],
    ['superior', superiors[0] ?? null],
    ['convening-body', conveningBody],
  ] as const;
  // Nobody is his own authority.
  const found = choices.find(([, choice]) => choice !== null && choice.id !== body.id);
  return {
    body,
    authority: found?.[1] ?? null,
    authorityBy: found?.[0] ?? null,
    superiors,
    subgroup,
    conveningBody,
    affectedSubgroups,
    compartment,
    deskGroup: pack.compartments.find((one) => one.id === compartment)?.group ?? pack.desk.group,
  };
}

/** How somebody was found for a post. */
export type ReachedBy = 'holder' | 'acting' | 'other-contact' | 'team-head' | 'superior' | 'nobody';

export interface Reach {
  readonly by: ReachedBy;
  /** `postId` is the post by which the person is reached; null for the head of a handling team. */
  readonly people: readonly { readonly personId: string; readonly postId: string | null }[];
}

/**
 * Who is reached for a post at `at`: its holders; when there is none, those acting for them; else the body's other
 * contact posts; else the head of its handling team; else the contact of the nearest body above. A post inside a
 * compartment is never stood in for from outside it (DEC-19). Answers DEC-9, H41.
 */
export function standIns(snapshot: DirectorySnapshot, postId: string, at: Date): Reach {
  const post = snapshot.posts.get(postId);
  const body = post && snapshot.organisations.get(post.organisationId);
  if (!post || !body) return { by: 'nobody', people: [] };
  const own = snapshot.holders(postId, at);
  const regular = own.filter((holding) => !holding.acting);
  const people = (posts: readonly SnapshotPost[]) => {
    const found = posts.flatMap((one) => snapshot.holders(one.id, at));
    return [
      ...new Map(found.map(({ personId, postId: by }) => [personId, { personId, postId: by }])).values(),
    ];
  };
  const contactsOf = (organisationId: string) =>
    people(snapshot.postsOf(organisationId).filter((one) => one.role === 'contact' && one.id !== postId));
  const steps: readonly [ReachedBy, () => Reach['people']][] = [
    ['holder', () => regular.map(({ personId }) => ({ personId, postId }))],
    ['acting', () => own.map(({ personId }) => ({ personId, postId }))],
    ['other-contact', () => contactsOf(body.id)],
    [
      'team-head',
      () =>
        snapshot
          .teamOf(body.id, at)
          .filter((member) => member.function === 'head')
          .map(({ personId }) => ({ personId, postId: null })),
    ],
    [
      'superior',
      () =>
        snapshot
          .superiors(body.id)
          .filter((above) => above.compartment === body.compartment)
          .map((above) => contactsOf(above.id))
          .find((found) => found.length > 0) ?? [],
    ],
  ];
  for (const [by, find] of steps) {
    const found = find();
    if (found.length > 0) return { by, people: found };
  }
  return { by: 'nobody', people: [] };
}

/**
 * What would keep a report of this body, or a notice to it, from arriving as it should at `at`; empty is good, and an
 * ended body has no gaps. Answers S8.1.2, S7.12.1, DEC-10, H41.
 */
export function coverageGaps(
  snapshot: DirectorySnapshot,
  pack: Pack,
  organisationId: string,
  at: Date,
): CoverageGap[] {
  return coverageOn(snapshot, pack, dayAt(pack, at), at)(organisationId);
}

/** As {@link coverageGaps} for many bodies at one moment. */
export function coverageOn(snapshot: DirectorySnapshot, pack: Pack, day: string, at: Date) {
  const subgroupOf = new Map(pack.sectors.map((sector) => [sector.id, sector.subgroup]));
  const isTop = (body: SnapshotOrganisation) =>
    body.superiorId === null && snapshot.subordinates(body.id).length > 0;
  return (organisationId: string): CoverageGap[] => {
    const body = snapshot.organisations.get(organisationId);
    if (!body || !existsOn(body, day)) return [];
    const contactPosts = snapshot.postsOf(body.id).filter((post) => post.role === 'contact');
    const holders = contactPosts.map((post) => snapshot.holders(post.id, at));
    const contacts = [
      ...holders.flat().map((holding) => holding.personId),
      ...snapshot.contactsOf(body.id, at).map((contact) => contact.personId),
    ];
    const superior = body.superiorId === null ? null : snapshot.organisations.get(body.superiorId);
    const { authorityBy } = routeOn(snapshot, pack, body.id, day);
    const gaps: readonly [CoverageGap, boolean][] = [
      ['no-contact', contacts.length === 0],
      // What stands at the head of others answers to nobody, by its nature.
      ['no-authority', !isTop(body) && authorityBy !== 'stated' && authorityBy !== 'superior'],
      ['sector-unassigned', !body.sectors.some((sector) => subgroupOf.get(sector) !== undefined)],
      ['post-vacant', holders.some((held) => held.length === 0)],
      ['no-address', contacts.length > 0 && !contacts.some((id) => snapshot.persons.get(id)?.email)],
      ['no-team', snapshot.teamOf(body.id, at).length === 0],
      ['superior-ended', superior !== null && (!superior || !existsOn(superior, day))],
    ];
    return gaps.filter(([, isGap]) => isGap).map(([gap]) => gap);
  };
}

/** True for a body the mechanism itself names: known to everybody, whatever it does (its cases and people are not). */
export function isNamedByPack(pack: Pack, code: string): boolean {
  return pack.bodies.some((body) => body.id === code);
}

/** Who sees that a body exists: everybody signed in; inside a compartment itself and the compartment's subgroup. */
export function organisationSeenBy(pack: Pack, organisation: SnapshotOrganisation): string[] {
  const group = compartmentGroup(pack, organisation);
  if (group === null || isNamedByPack(pack, organisation.code)) return ['signed-in', 'system'];
  return [`org:${organisation.id}`, `group:${group}`, 'system'];
}

/** Who sees that a post exists: as its body; inside a compartment only the posts the mechanism names are known. */
export function postSeenBy(pack: Pack, organisation: SnapshotOrganisation, post: { code: string }): string[] {
  const group = compartmentGroup(pack, organisation);
  if (group === null || pack.posts.some((one) => one.id === post.code)) return ['signed-in', 'system'];
  return [`org:${organisation.id}`, `group:${group}`, 'system'];
}

function compartmentGroup(pack: Pack, organisation: SnapshotOrganisation): string | null {
  return pack.compartments.find((one) => one.id === organisation.compartment)?.group ?? null;
}

/**
 * Who sees the addresses and systems of a body: itself, the bodies above it, its competent authority, its subgroup
 * and, outside compartments, the desk, the command of the centre and those who watch. Inside a compartment nobody
 * outside it, not even a body above (DEC-11, DEC-19).
 */
export function detailsSeenBy(
  snapshot: DirectorySnapshot,
  pack: Pack,
  organisationId: string,
  at: Date,
): string[] {
  const { superiors, authority, subgroup } = routeOf(snapshot, pack, organisationId, at);
  const own = snapshot.organisations.get(organisationId)!;
  const within = [...superiors, ...(authority ? [authority] : [])].filter(
    (body) => own.compartment === null || body.compartment === own.compartment,
  );
  const open = own.compartment === null ? ['desk', 'command', 'watch'] : [];
  const group = compartmentGroup(pack, own) ?? subgroup;
  const keys = [own, ...within].map((body) => `org:${body.id}`);
  return [...new Set([...keys, `group:${group}`, ...open, 'system'])];
}

/**
 * Who sees how to reach a person: whoever sees his body's details and those of the bodies whose posts he holds, and
 * himself. Of a compartment's people the desk and the command see only its subgroup's officers, whom they must be
 * able to call. `base` gives {@link detailsSeenBy} of a body.
 */
export function personSeenBy(
  snapshot: DirectorySnapshot,
  pack: Pack,
  person: { readonly id: string; readonly organisationId: string },
  at: Date,
  base: (organisationId: string) => readonly string[],
): string[] {
  const own = snapshot.organisations.get(person.organisationId);
  // A handling team is a list of a body's own; to be on another's shows nobody how to reach one.
  const posts = snapshot.postsHeldBy(person.id, at).filter((post) => post.role !== 'team-member');
  const keys = new Set([`person:${person.id}`, ...base(person.organisationId)]);
  for (const post of posts) {
    const body = snapshot.organisations.get(post.organisationId);
    if (!own?.compartment || body?.compartment === own.compartment) {
      for (const key of base(post.organisationId)) keys.add(key);
    }
    if (pack.compartments.some((one) => one.group === post.groupCode)) {
      keys.add('desk');
      keys.add('command');
    }
  }
  return [...keys];
}

/**
 * True when somebody in these posts may change the directory at this body: administrators of the centre (a post of
 * its desk's or the centre's group) everywhere outside compartments, others for their own body and those below it.
 */
export function mayAdminister(
  snapshot: DirectorySnapshot,
  pack: Pack,
  posts: readonly SnapshotPost[],
  organisationId: string,
): boolean {
  const body = snapshot.organisations.get(organisationId);
  if (!body) return false;
  return posts.some((post) => {
    if (post.role !== 'administrator') return false;
    const own = snapshot.organisations.get(post.organisationId);
    if (own && body.compartment === own.compartment && snapshot.subtree(own.id).has(body.id)) return true;
    return body.compartment === null && isCentrePost(snapshot, pack, post);
  });
}

/** True for a post of the centre itself: its group is the desk's or the centre. */
export function isCentrePost(snapshot: DirectorySnapshot, pack: Pack, post: SnapshotPost): boolean {
  if (post.groupCode === null) return false;
  return post.groupCode === pack.desk.group || snapshot.groups.get(post.groupCode)?.kind === 'centre';
}

/** Roles an administrator of a body may give out there by himself: nothing that sees or acts beyond it. */
const OWN_ROLES = new Set(['contact', 'administrator', 'team-member']);

/**
 * True when somebody in these posts may make, change or fill this post: whoever administers its body may for its
 * contacts and administrators and lists its handling team; posts of the mechanism's groups and posts with wider rights are the centre's to fill,
 * and a compartment's own are its convening body's (DEC-19).
 */
export function mayAppoint(
  snapshot: DirectorySnapshot,
  pack: Pack,
  posts: readonly SnapshotPost[],
  post: Pick<SnapshotPost, 'role' | 'groupCode' | 'organisationId'>,
): boolean {
  if (!mayAdminister(snapshot, pack, posts, post.organisationId)) return false;
  if (OWN_ROLES.has(post.role) && post.groupCode === null) return true;
  const administrators = posts.filter((one) => one.role === 'administrator');
  const compartment = pack.compartments.find((one) => one.group === post.groupCode);
  if (compartment) {
    const convening = snapshot.groups.get(compartment.group)?.conveningBody;
    return post.role === 'subgroup-officer' && administrators.some((one) => one.organisationId === convening);
  }
  return administrators.some((one) => isCentrePost(snapshot, pack, one));
}

/**
 * True when somebody in these posts may change how a person is reached and give him an account: he administers the
 * person's body and might appoint to every post the person holds or has been given for later. Otherwise whoever
 * administers a body could make himself the duty officer below it by taking his account, today or the day before he begins.
 */
export function mayActFor(
  snapshot: DirectorySnapshot,
  pack: Pack,
  posts: readonly SnapshotPost[],
  personId: string,
  at: Date,
): boolean {
  const person = snapshot.persons.get(personId);
  if (!person || !mayAdminister(snapshot, pack, posts, person.organisationId)) return false;
  const theirs = [...snapshot.postsHeldBy(personId, at), ...snapshot.postsToCome(personId, at)];
  return theirs.every((post) => mayAppoint(snapshot, pack, posts, post));
}
