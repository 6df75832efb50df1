/**
 * Who must be told by a fact: the pack's routes resolved against the directory. Pure.
 *
 * Receipts to the centre, the competent authority and the subgroup's convening body are three unless two of them are the
 * same body (DEC-21). One act makes at most one notice per post: where several routes meet, the gravest leads and the
 * capacities are joined.
 */
import type { DirectorySnapshot, SnapshotPost } from '../directory/index.ts';
import {
  ladderOf,
  type MatchContext,
  type Pack,
  type Procedures,
  type Route,
  routesFor,
  templateFor,
} from '../mechanism/index.ts';
import type { Capacity, Expectation, NoticeChannel, Selector } from '../mechanism/vocabulary.ts';
import { groupsCalledIn } from './affairs.ts';
import { type CaseState, seenBy } from './evolve.ts';
import type { FactKind, HeldNews } from './facts.ts';
import { mayAct } from './rights.ts';

/** What the rules may look at: the mechanism, the directory, and the moment. */
export interface World {
  readonly pack: Pack;
  /** What was changed in the mechanism's response procedures since (S7.11.0d); absent: nothing. */
  readonly procedures?: Procedures;
  readonly directory: DirectorySnapshot;
  readonly now: Date;
}

/** A notice before it is stored. */
export interface Recipient {
  readonly post: SnapshotPost;
  readonly route: string;
  readonly capacity: Capacity;
  readonly capacities: readonly Capacity[];
  readonly expects: Expectation;
  /** ISO duration, or null. */
  readonly within: string | null;
  readonly urgent: boolean;
  readonly template: string;
  /** May see the case; outside a compartment's walls only content-free notices go (DEC-19). */
  readonly inside: boolean;
  /** Told as one of a group that sees the case only while it is asked to help (S8.5.2). */
  readonly forNow?: boolean;
  /** What happens when nobody answers it, and the ways it is told by. */
  readonly ladder: string | null;
  readonly channels: readonly NoticeChannel[];
  /** Notices nobody answered, of which this one tells, and the rung of theirs that made it; none and 1 for all others. */
  readonly rungOf: readonly string[];
  readonly rung: number;
}

/** The post of a group that is told: of the first of these roles that the group has. */
export function groupPosts(
  world: World,
  group: string,
  roles: readonly SnapshotPost['role'][],
): SnapshotPost[] {
  for (const role of roles) {
    const found = world.directory.postsWithRole(role).filter((post) => post.groupCode === group);
    if (found.length > 0) return found;
  }
  return [];
}

/** Those who work the desk: duty officers at the centre, a compartment's own officers (DEC-19). */
export function deskPosts(world: World, group: string): SnapshotPost[] {
  return groupPosts(world, group, ['duty-officer', 'subgroup-officer']);
}

function officers(world: World, group: string): SnapshotPost[] {
  return groupPosts(world, group, ['subgroup-officer', 'duty-officer']);
}

/**
 * The post that answers for a body: its contact post, else the officer of a subgroup it convenes, else the nearest such
 * post above it. Nothing is un-routable (DEC-10).
 */
export function bodyPosts(world: World, organisationId: string): SnapshotPost[] {
  for (const id of [organisationId, ...world.directory.superiors(organisationId).map((body) => body.id)]) {
    const posts = world.directory.postsOf(id);
    const found =
      posts.find((post) => post.role === 'contact') ?? posts.find((post) => post.role === 'subgroup-officer');
    if (found) return [found];
  }
  return [];
}

/** Who does something, as far as it matters for who is told. */
interface Teller {
  readonly person: string | null;
  readonly post: string | null;
}

/**
 * The posts that may approve what waits: those with somebody else in them than the proposer; when there are none, all of
 * them, so that somebody standing in is looked for (ISO-15, H41).
 */
function approvers(state: CaseState, world: World, proposer: string | null): SnapshotPost[] {
  const { directory, pack, now } = world;
  const roles = new Set(
    pack.rights.filter((right) => right.acts.includes('approve-act')).map((right) => right.role),
  );
  const able = [...roles]
    .flatMap((role) => directory.postsWithRole(role))
    .filter((post) => mayAct('approve-act', post, state, directory, pack) !== null);
  const others = able.filter((post) =>
    directory.holders(post.id, now).some((holder) => holder.personId !== proposer),
  );
  return others.length > 0 ? others : able;
}

/**
 * The posts a selector means for this case, now. `before` is the case before the fact that tells them, `groups` are those the
 * fact is about.
 */
export function resolve(
  selector: Selector,
  state: CaseState,
  world: World,
  by: Teller = { person: null, post: null },
  before: CaseState | null = null,
  groups: readonly string[] = [],
): SnapshotPost[] {
  const { directory, pack } = world;
  const { routing } = state;
  const post = (id: string | null) => (id === null ? undefined : directory.posts.get(id));
  switch (selector) {
    case 'desk':
      return deskPosts(world, routing.desk);
    case 'authority':
      return routing.authority === null ? [] : bodyPosts(world, routing.authority);
    case 'superiors': {
      const direct = routing.superiors[0];
      return direct === undefined || direct === routing.authority ? [] : bodyPosts(world, direct);
    }
    case 'subgroup':
      return officers(world, routing.subgroup);
    case 'affected-subgroups':
      return routing.affected
        .filter((group) => group !== routing.subgroup)
        .flatMap((group) => officers(world, group));
    case 'all-subgroups':
      return pack.groups
        .filter((group) => group.kind === 'subgroup')
        .flatMap((group) => officers(world, group.id));
    case 'coordinating-group':
      return [...new Set(pack.formations.map((formation) => formation.coordinator))].flatMap((group) =>
        groupPosts(world, group, ['group-officer', 'subgroup-officer']),
      );
    case 'service-centre':
      return [...directory.postsWithRole('service-centre')];
    case 'deputy-convenors':
      return [...directory.postsWithRole('deputy-convenor')];
    case 'convenor':
      return [...directory.postsWithRole('convenor')];
    case 'reporter':
      return bodyPosts(world, state.organisation);
    case 'told':
      return state.told.map(post).filter((one) => one !== undefined);
    case 'holder':
      return [post(state.takenPost)].filter((one) => one !== undefined);
    case 'approvers':
      return approvers(state, world, by.person);
    case 'proposer': {
      const waiting = new Set(state.pending.map((one) => one.id));
      const settled = before?.pending.filter((one) => !waiting.has(one.id)) ?? [];
      return settled.map((one) => post(one.post)).filter((one) => one !== undefined);
    }
    case 'addressed-groups':
      return groups.flatMap((group) => groupPosts(world, group, ANSWERING));
    case 'called-in':
      return groupsCalledIn(state).flatMap((group) => groupPosts(world, group, ANSWERING));
  }
}

/** Who reads for a group, whatever its kind. */
const ANSWERING: readonly SnapshotPost['role'][] = [
  'subgroup-officer',
  'service-centre',
  'group-officer',
  'duty-officer',
];

/** True when a post stands within the walls of the case's compartment, or the case has none. */
export function isInside(post: SnapshotPost, state: CaseState, world: World): boolean {
  if (state.compartment === null) return true;
  const own = world.directory.organisations.get(post.organisationId)?.compartment ?? null;
  return own === state.compartment || post.groupCode === state.routing.desk;
}

/** The keys a post sees with, whoever holds it; the person's own are not among them. */
function keysOf(post: SnapshotPost, pack: Pack): string[] {
  const isCommand = post.role === 'convenor' || post.role === 'deputy-convenor';
  const keys = [`post:${post.id}`, ...(isCommand ? ['command'] : [`org:${post.organisationId}`])];
  if (post.groupCode !== null) keys.push(`group:${post.groupCode}`);
  if (post.role === 'duty-officer' && post.groupCode === pack.desk.group) keys.push('desk');
  return keys;
}

/** Whether whoever holds the post sees the case as it stands. */
export function postSees(post: SnapshotPost, state: CaseState, pack: Pack): boolean {
  const keys = keysOf(post, pack);
  return seenBy(state).some((key) => keys.includes(key));
}

/** Whether a person sees the case as it stands, in any of his posts or as who filed it. */
export function personSees(personId: string, state: CaseState, { directory, pack, now }: World): boolean {
  const seen = new Set(seenBy(state));
  return directory
    .postsHeldBy(personId, now)
    .some((post) => postSees(post, state, pack) || seen.has(`filer:${post.organisationId}:${personId}`));
}

/** Under an order of silence only those are told anything who still see the case; of a compartment, its command (H28). */
export function mayHear(recipient: Recipient, state: CaseState, pack: Pack): boolean {
  if (state.hold === null) return true;
  if (postSees(recipient.post, state, pack)) return true;
  return !recipient.inside && ['convenor', 'deputy-convenor'].includes(recipient.post.role);
}

const EXPECTATION_ORDER: readonly Expectation[] = ['none', 'acknowledgement', 'task'];

/** The graver of two ways to tell the same post. */
function graver(a: Recipient, b: Recipient): Recipient {
  if (a.urgent !== b.urgent) return a.urgent ? a : b;
  return EXPECTATION_ORDER.indexOf(b.expects) > EXPECTATION_ORDER.indexOf(a.expects) ? b : a;
}

function join(a: Recipient, b: Recipient): Recipient {
  const lead = graver(a, b);
  return {
    ...lead,
    forNow: Boolean(a.forNow && b.forNow),
    capacities: [...new Set([...a.capacities, ...b.capacities])],
    ladder: lead.ladder ?? a.ladder ?? b.ladder,
    channels: [...new Set([...a.channels, ...b.channels])],
    rungOf: [...new Set([...a.rungOf, ...b.rungOf])],
    rung: Math.max(a.rung, b.rung),
  };
}

/** Receipts that go to one body become one, kept by the subgroup's officer, who is there at night (DEC-21). */
function mergeReceipts(recipients: Recipient[], pack: Pack): Recipient[] {
  const kept: Recipient[] = [];
  for (const recipient of recipients) {
    const mergeable = pack.mergeReceipts.includes(recipient.capacity);
    const same = mergeable
      ? kept.findIndex(
          (other) =>
            other.route !== recipient.route &&
            pack.mergeReceipts.includes(other.capacity) &&
            other.post.organisationId === recipient.post.organisationId,
        )
      : -1;
    if (same === -1) {
      kept.push(recipient);
      continue;
    }
    const other = kept[same] as Recipient;
    const keeper = other.post.role === 'contact' ? recipient : other;
    kept[same] = { ...join(other, recipient), post: keeper.post, capacity: keeper.capacity };
  }
  return kept;
}

function recipientsOf(
  route: Route,
  state: CaseState,
  world: World,
  by: Teller,
  before: CaseState | null,
  groups: readonly string[],
): Recipient[] {
  return route.to.flatMap((selector) =>
    resolve(selector, state, world, by, before, groups).map((post) => ({
      post,
      route: route.id,
      capacity: route.capacity,
      capacities: [route.capacity],
      expects: route.expects,
      within: route.within ?? null,
      urgent: route.urgent,
      template: route.template,
      inside: isInside(post, state, world),
      // A step of the procedure is given for as long as the case lasts.
      forNow:
        selector === 'called-in' || (selector === 'addressed-groups' && route.on !== 'checklist-opened'),
      ladder: route.ladder ?? null,
      channels: ladderOf(world.pack, route.ladder)?.rungs[0]?.channels ?? ['mail'],
      rungOf: [],
      rung: 1,
    })),
  );
}

/**
 * Everyone a fact tells. `state` is the case after the fact, `before` before it; who acts himself is told nothing that asks
 * nothing of him.
 */
export function recipients(
  kind: FactKind,
  context: MatchContext,
  state: CaseState,
  world: World,
  by: Teller,
  before: CaseState | null,
): Recipient[] {
  const found = routesFor(world.pack, kind, context).flatMap((route) =>
    recipientsOf(route, state, world, by, before, context.groups ?? []),
  );
  // Outside the walls only what the pack words without content is said.
  const allowed = found.flatMap((recipient) => {
    if (!mayHear(recipient, state, world.pack)) return [];
    // Whoever follows the case finds his steps there; only those it is new to are told of it.
    if (kind === 'checklist-opened' && before && postSees(recipient.post, before, world.pack)) return [];
    const template = templateFor(world.pack, recipient.template, recipient.inside);
    return template === null ? [] : [{ ...recipient, template: template.id }];
  });
  return byPost(mergeReceipts(allowed, world.pack)).filter(
    (recipient) =>
      recipient.post.id !== by.post || recipient.expects !== 'none' || recipient.capacity === 'reporter',
  );
}

/**
 * Whom an order of silence kept from hearing of the level in force, told once it is lifted and as it is by then (H28). Who
 * is called in because of it (the centre forms up late) hears it by that.
 */
export function keptFrom(
  news: HeldNews | undefined,
  state: CaseState,
  world: World,
  by: Teller,
  before: CaseState | null,
): Recipient[] {
  if (!news || !before || !state.open) return [];
  const { level, suspected } = state;
  const isReached = Object.values(state.thresholds).some((one) => one.inside);
  const summons = isReached && world.pack.formations.length > 0 ? routesFor(world.pack, 'summoned', {}) : [];
  const called = new Set(
    summons.flatMap((route) => recipientsOf(route, state, world, by, before, [])).map((one) => one.post.id),
  );
  return recipients(news.on, { level, suspected, changed: news.changed }, state, world, by, before).filter(
    (one) => !mayHear(one, before, world.pack) && !called.has(one.post.id),
  );
}

/** One recipient per post: the gravest way to tell him, in all his capacities. */
export function byPost(all: readonly Recipient[]): Recipient[] {
  const posts = new Map<string, Recipient>();
  for (const recipient of all) {
    const other = posts.get(recipient.post.id);
    posts.set(recipient.post.id, other ? join(other, recipient) : recipient);
  }
  return [...posts.values()];
}
