/**
 * Who is called for preparedness, and whose part each step is (S7.9.7.5). Pure.
 *
 * Bodies behind a compartment's walls are never called from outside them, and no group of a compartment is given a part:
 * who is in there would be known by the list (DEC-19). Their own subgroup prepares them.
 */
import {
  type DirectoryRoute,
  type DirectorySnapshot,
  dayAt,
  existsOn,
  routeOf,
  type SnapshotOrganisation,
  type SnapshotPost,
  standIns,
} from '../directory/index.ts';
import type { Pack, ProcedureStep } from '../mechanism/index.ts';
import { refuseFields } from '../platform/errors.ts';
import type { Audience } from './contract.ts';
import { callableSubgroups, isWalledGroup, type Party, systemsOf } from './rules.ts';

/** What there is to read for the rules: the mechanism, the directory, and the moment. */
export interface Nation {
  readonly pack: Pack;
  readonly directory: DirectorySnapshot;
  readonly now: Date;
}

/** A party with its steps, who is told, and who sees it. */
export interface Part extends Party {
  readonly steps: readonly string[];
  readonly tell: readonly { readonly personId: string; readonly postId: string }[];
  readonly seenBy: readonly string[];
}

/** Every body a call may go to, with its subgroup and authority; ended ones and those behind walls left out. */
export function openBodies({ pack, directory, now }: Nation): SnapshotOrganisation[] {
  const day = dayAt(pack, now);
  // Whoever has no contact, by mistake or not yet, is called all the same: the caller sees that nobody was reached.
  return [...directory.organisations.values()].filter(
    (body) => body.compartment === null && existsOn(body, day),
  );
}

/**
 * The bodies an audience means now.
 * @throws Refusal invalid-input for a subgroup, a system or a body that cannot be called, naming the field
 */
export function bodiesOf(audience: Audience, nation: Nation): SnapshotOrganisation[] {
  const { pack } = nation;
  const bodies = openBodies(nation);
  if (audience.kind === 'all') return bodies;
  if (audience.kind === 'named') {
    const open = new Map(bodies.map((body) => [body.id, body]));
    return [...new Set(audience.bodies)].map(
      (id, index) => open.get(id) ?? refuseFields({ path: `audience.bodies.${index}`, code: 'bad-choice' }),
    );
  }
  if (audience.kind === 'system') {
    if (!pack.vitalSystems.some((one) => one.id === audience.of))
      refuseFields({ path: 'audience.of', code: 'bad-choice' });
    return bodies.filter((body) => systemsOf(pack, body).has(audience.of));
  }
  if (!callableSubgroups(pack).includes(audience.of))
    refuseFields({ path: 'audience.of', code: 'bad-choice' });
  return bodies.filter((body) => routeFor(body.id, nation).subgroup === audience.of);
}

/** Where bodies' reports go at this moment, each looked up once for all its steps. */
const routes = new WeakMap<Nation, Map<string, DirectoryRoute>>();

function routeFor(organisationId: string, nation: Nation): DirectoryRoute {
  const known = routes.get(nation) ?? new Map<string, DirectoryRoute>();
  routes.set(nation, known);
  const found =
    known.get(organisationId) ?? routeOf(nation.directory, nation.pack, organisationId, nation.now);
  known.set(organisationId, found);
  return found;
}

/** Whose part a step is for one of the called bodies; null when nobody's. */
function partyOf(owner: string, body: SnapshotOrganisation, nation: Nation): Party | null {
  const { pack, directory } = nation;
  if (owner === 'agency') return { organisationId: body.id, group: null };
  const { authority, subgroup } = routeFor(body.id, nation);
  if (owner === 'authority')
    return authority && authority.compartment === null
      ? { organisationId: authority.id, group: null }
      : partyOf('subgroup', body, nation);
  const group = owner === 'subgroup' ? subgroup : owner === 'desk' ? pack.desk.group : owner;
  const home = groupHome(group, directory);
  return home === null || isWalledGroup(pack, group) ? null : { organisationId: home, group };
}

/** The body at which a group's part stands: whoever convenes it, else the body of its first post. */
function groupHome(group: string, directory: DirectorySnapshot): string | null {
  const convening = directory.groups.get(group)?.conveningBody ?? null;
  if (convening !== null && directory.organisations.has(convening)) return convening;
  return officersOf(group, directory)[0]?.organisationId ?? null;
}

const WORKS: ReadonlySet<string> = new Set([
  'duty-officer',
  'subgroup-officer',
  'group-officer',
  'service-centre',
]);

/** Looked up for every body of the nation, so sorted out once for each copy of the directory. */
const officers = new WeakMap<DirectorySnapshot, Map<string | null, SnapshotPost[]>>();

function officersOf(group: string, directory: DirectorySnapshot): SnapshotPost[] {
  let found = officers.get(directory);
  if (!found) {
    const working = [...directory.posts.values()].filter((post) => WORKS.has(post.role));
    found = Map.groupBy(working, (post) => post.groupCode);
    officers.set(directory, found);
  }
  return found.get(group) ?? [];
}

/** The posts that answer for a party. */
function postsFor({ organisationId, group }: Party, directory: DirectorySnapshot): SnapshotPost[] {
  if (group !== null) return officersOf(group, directory);
  return directory.postsOf(organisationId).filter((post) => post.role === 'contact');
}

/** The persons to tell for these posts, each once, by the first post that reaches him. */
export function reachedBy(
  posts: readonly SnapshotPost[],
  { directory, now }: Nation,
): { personId: string; postId: string }[] {
  const found = new Map<string, string>();
  for (const post of posts)
    for (const { personId } of standIns(directory, post.id, now).people)
      if (!found.has(personId)) found.set(personId, post.id);
  return [...found].map(([personId, postId]) => ({ personId, postId }));
}

/** Whom a party's letters go to now. */
export function toTell(party: Party, nation: Nation): { personId: string; postId: string }[] {
  return reachedBy(postsFor(party, nation.directory), nation);
}

/**
 * The parts of a call: every party with the steps that are its own, in the order of the steps. What a body does is seen by
 * itself, its authority, its subgroup and `centre`; what a group does, by the group and `centre`.
 * @throws Refusal invalid-input when not a single body has a part in it
 */
export function partsOf(
  steps: readonly ProcedureStep[],
  bodies: readonly SnapshotOrganisation[],
  centre: readonly string[],
  nation: Nation,
): Part[] {
  const parties = new Map<string, { party: Party; steps: string[] }>();
  for (const body of bodies)
    for (const step of steps) {
      const party = partyOf(step.owner, body, nation);
      if (!party) continue;
      const key = `${party.group ?? ''} ${party.organisationId}`;
      const known = parties.get(key) ?? { party, steps: [] };
      if (!known.steps.includes(step.id)) known.steps.push(step.id);
      parties.set(key, known);
    }
  if (parties.size === 0) refuseFields({ path: 'audience', code: 'too-few', params: { min: 1 } });
  return [...parties.values()].map(({ party, steps: own }) => ({
    ...party,
    steps: own,
    tell: toTell(party, nation),
    seenBy: seenByOf(party, centre, nation),
  }));
}

function seenByOf({ organisationId, group }: Party, centre: readonly string[], nation: Nation): string[] {
  if (group !== null) return [...new Set([`group:${group}`, ...centre])];
  const { authority, subgroup } = routeFor(organisationId, nation);
  const above = authority && authority.compartment === null ? [`org:${authority.id}`] : [];
  const convening = isWalledGroup(nation.pack, subgroup) ? [] : [`group:${subgroup}`];
  return [...new Set([`org:${organisationId}`, ...above, ...convening, ...centre])];
}

/** Contacts of the authorities of called bodies, to be told for information; those with a part of their own are not told twice. */
export function authoritiesOf(
  parts: readonly Part[],
  nation: Nation,
): { personId: string; postId: string }[] {
  const told = new Set(parts.flatMap((part) => part.tell.map((one) => one.personId)));
  const own = new Set(parts.filter((part) => part.group === null).map((part) => part.organisationId));
  const above = new Set<string>();
  for (const id of own) {
    const { authority } = routeFor(id, nation);
    if (authority && authority.compartment === null && !own.has(authority.id)) above.add(authority.id);
  }
  const posts = [...above].flatMap((id) => postsFor({ organisationId: id, group: null }, nation.directory));
  return reachedBy(posts, nation).filter((one) => !told.has(one.personId));
}
