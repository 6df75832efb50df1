/**
 * A rehearsal of the ladders: who would be told if this body reported this level now and nobody answered, by name, in order,
 * with times and ways. Nothing is sent, nothing is written (H40, H41).
 */
import { v7 as uuid } from 'uuid';
import { channelsOf, plainAddress } from '../delivery/index.ts';
import {
  circleOf,
  type DirectorySnapshot,
  mayAdminister,
  onDuty,
  routeOf,
  type SnapshotPost,
  standIns,
} from '../directory/index.ts';
import { addDuration, ladderOf, rungAfter, rungApplies } from '../mechanism/index.ts';
import type { NoticeChannel } from '../mechanism/vocabulary.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import { read, type Tx } from '../platform/transaction.ts';
import { proceduresNow } from '../procedures/index.ts';
import { postsHeld } from './asking.ts';
import { applyFacts, type NewNotice } from './consequences.ts';
import type { CaseState } from './evolve.ts';
import type { CaseFact } from './facts.ts';
import { rungPeople, rungRecipients } from './ladder-rules.ts';
import { byPost, type World } from './recipients.ts';
import type { RehearsalParty, RehearsalPerson, RehearsalPost, RehearsalView } from './rehearsal-contract.ts';
import { decide, reachUnconfirmed } from './rules.ts';
import { seesOrganisation } from './store.ts';
import { supposeFiled } from './supposing.ts';
import { worldInForce } from './write.ts';

/**
 * True for the desk that would control the body's case, the officers of its subgroup, and its administrators; behind walls
 * for those of the walls only (DEC-19).
 */
export function mayRehearse(
  posts: readonly SnapshotPost[],
  organisationId: string,
  { directory, pack, now }: World,
): boolean {
  const route = routeOf(directory, pack, organisationId, now);
  const officers = route.compartment === null ? ['duty-officer'] : ['duty-officer', 'subgroup-officer'];
  return (
    mayAdminister(directory, pack, posts, organisationId) ||
    posts.some(
      ({ role, groupCode }) =>
        (officers.includes(role) && groupCode === route.deskGroup) ||
        (role === 'subgroup-officer' && groupCode === route.subgroup),
    )
  );
}

/** What is needed to name people to this reader. */
interface Naming {
  readonly ctx: AppContext;
  readonly world: World;
  /** People of compartments whom the reader may know of. */
  readonly known: ReadonlySet<string>;
}

/**
 * GET /ladders/rehearsal.
 * @throws Refusal not-found for a body the reader may not know of, forbidden-act for another's, invalid-input for a level the
 *   mechanism does not have
 */
export async function rehearse(
  ctx: AppContext,
  actor: Actor,
  query: { organisationId: string; level: string; route?: string | undefined },
): Promise<RehearsalView> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const { packHash, world: inForce } = await worldInForce(ctx, tx);
    const world: World = { ...inForce, procedures: await proceduresNow(tx) };
    const organisation = world.directory.organisations.get(query.organisationId);
    if (!organisation || !(await seesOrganisation(tx, organisation.id))) refuse('not-found');
    if (!mayRehearse(postsHeld(actor, world), organisation.id, world)) refuse('forbidden-act');
    if (!world.pack.levels.some((level) => level.id === query.level))
      refuseFields({ path: 'level', code: 'bad-choice' });
    const { before, filed } = supposeFiled(world, packHash, organisation, { impactLevel: query.level });
    const stages = stagesOf(filed.state, filed.notices, before.id, world);
    const all = stages.flatMap((stage) =>
      stage.notices
        .filter((notice) => query.route === undefined || notice.route === query.route)
        .map((notice) => ({ stage, notice })),
    );
    const naming: Naming = { ctx, world, known: await knownPeople(tx) };
    const vacant = new Set<string>();
    const views = all.map(({ stage, notice }) => ({
      stage,
      party: partyOf(notice, stage.state, { ...world, now: stage.at }, naming, vacant),
    }));
    return {
      organisation: { id: organisation.id, name: { zh: organisation.nameZh, en: organisation.nameEn } },
      level: query.level,
      now: tx.now.toISOString(),
      stages: stages.map((stage) => ({
        event: stage.event,
        at: stage.at.toISOString(),
        parties: views.filter((one) => one.stage === stage).map((one) => one.party),
      })),
      gaps: { vacant: vacant.size, unreachable: unreachable(views.map((one) => one.party)) },
    };
  });
}

interface Stage {
  readonly event: RehearsalView['stages'][number]['event'];
  readonly at: Date;
  readonly state: CaseState;
  readonly notices: readonly NewNotice[];
}

/** What happens one after the other: filed, then confirmed, or, where the pack says so, taken as reached unconfirmed. */
function stagesOf(state: CaseState, notices: readonly NewNotice[], caseId: string, world: World): Stage[] {
  const { pack, now } = world;
  const asked = (list: readonly NewNotice[]) => list.filter((notice) => notice.expects !== 'none');
  const stages: Stage[] = [{ event: 'filed', at: now, state, notices: asked(notices) }];
  const before = { id: caseId, state, clocks: [], openNotices: [] };
  const nobody = { person: null, post: null };
  const desk = byPost(notices)[0];
  if (desk) {
    const command = {
      act: 'confirm-level',
      revision: state.revision,
      level: state.level,
      reason: '',
    } as const;
    const facts = decide(state, command, { personId: '', post: desk.post }, world, {});
    const after = applyFacts(before, facts, nobody, world, uuid);
    stages.push({ event: 'confirmed', at: now, state: after.state, notices: asked(after.notices) });
  }
  const waits = pack.clocks.find((clock) => clock.onDue === 'reach-threshold' && clock.start !== 'promoted');
  const reached = reachUnconfirmed(state, pack);
  if (waits && reached.length > 0) {
    const length = waits.length.byLevel[state.level] ?? waits.length.default;
    const at = addDuration(now, length, 'elapsed', pack.timeZone);
    const after = applyFacts(before, reached, nobody, { ...world, now: at }, uuid);
    stages.push({ event: 'unconfirmed', at, state: after.state, notices: asked(after.notices) });
  }
  return stages;
}

/** Persons whose details the reader may see: of compartments' people only these are named to him (DEC-19). */
async function knownPeople(tx: Tx): Promise<ReadonlySet<string>> {
  const rows = await tx.prepared<{ id: string }>(
    'rehearsal-known',
    `select d.person_id as id from person_details d join persons p on p.id = d.person_id
      join organisations o on o.id = p.organisation_id where o.compartment is not null`,
    [],
  );
  return new Set(rows.map((row) => row.id));
}

function partyOf(
  notice: NewNotice,
  state: CaseState,
  world: World,
  naming: Naming,
  vacant: Set<string>,
): RehearsalParty {
  const { pack } = world;
  const ladder = ladderOf(pack, notice.ladder);
  const reached = new Set(firstOf(notice.post.id, ladder !== null, world).map((one) => one));
  const open = { ...notice, postId: notice.post.id, expects: 'acknowledgement' as const };
  const rungs = (ladder?.rungs ?? []).flatMap((rung, index): RehearsalParty['rungs'] => {
    if (index === 0 || !rungApplies(rung, state.level)) return [];
    const after = rungAfter(rung, state.level);
    const at = new Date(world.now.getTime() + after);
    const then = { ...world, now: at };
    const people = rungPeople(circleOf, rung, open, reached, state, then);
    for (const person of people) reached.add(person);
    const data = { notice: notice.id, post: open.postId, ladder: ladder?.id, rung: index + 1, people };
    const fact = { kind: 'rung-reached', data, seq: 0, at } as unknown as CaseFact & { kind: 'rung-reached' };
    const posts = rungRecipients(fact, open, state, then).map((one) =>
      postOf(one.post, rung.channels, false, then, naming, vacant),
    );
    return [
      {
        rung: index + 1,
        at: at.toISOString(),
        after: Math.round(after / 1000),
        to: [...rung.to],
        channels: [...rung.channels],
        people: people.map((person) => personOf(person, notice.post, rung.channels, then, naming)),
        posts,
      },
    ];
  });
  return {
    told: postOf(notice.post, notice.channels, ladder !== null, world, naming, vacant),
    route: notice.route,
    capacities: [...notice.capacities],
    expects: notice.expects,
    urgent: notice.urgent,
    ladder: ladder && { id: ladder.id, name: ladder.name, note: ladder.note ?? null },
    channels: [...notice.channels],
    rungs,
  };
}

/** Who is told at once: with a ladder those on duty, else all who hold the post; whoever stands in when nobody does (H41). */
function firstOf(postId: string, hasLadder: boolean, { directory, now }: World): string[] {
  const held = hasLadder
    ? circleOf(directory, postId, 'holder', now)
    : directory.holders(postId, now).map((one) => one.personId);
  return held.length > 0 ? held : standIns(directory, postId, now).people.map((one) => one.personId);
}

function postOf(
  post: SnapshotPost,
  channels: readonly NoticeChannel[],
  hasLadder: boolean,
  world: World,
  naming: Naming,
  vacant: Set<string>,
): RehearsalPost {
  const { directory, now } = world;
  const body = directory.organisations.get(post.organisationId);
  const isVacant = directory.holders(post.id, now).length === 0;
  if (isVacant) vacant.add(post.id);
  return {
    post: {
      id: post.id,
      name: { zh: post.nameZh, en: post.nameEn || post.nameZh },
      organisation: {
        id: post.organisationId,
        name: { zh: body?.nameZh ?? '', en: body?.nameEn || (body?.nameZh ?? '') },
      },
    },
    people: firstOf(post.id, hasLadder, world).map((person) =>
      personOf(person, post, channels, world, naming),
    ),
    vacant: isVacant,
  };
}

function personOf(
  personId: string,
  post: SnapshotPost,
  channels: readonly NoticeChannel[],
  { directory, now }: World,
  { ctx, known }: Naming,
): RehearsalPerson {
  const person = directory.persons.get(personId);
  const walls = isWalled(directory, post.organisationId) || isWalled(directory, person?.organisationId ?? '');
  const mayName = person !== undefined && (!walls || known.has(personId));
  const holding = directory.holders(post.id, now).find((one) => one.personId === personId);
  return {
    name: mayName ? { zh: person.nameZh, en: person.nameEn || person.nameZh } : null,
    acting: holding?.acting ?? false,
    duty: onDuty(directory, post.id, now).find((one) => one.personId === personId)?.place ?? null,
    ways: channels.map((channel) => ({ channel, state: wayOf(ctx, person, channel) })),
  };
}

function isWalled(directory: DirectorySnapshot, organisationId: string): boolean {
  return (directory.organisations.get(organisationId)?.compartment ?? null) !== null;
}

function wayOf(
  ctx: AppContext,
  person: { id: string; email: string; phone: string; mobile: string; fax: string } | undefined,
  channel: NoticeChannel,
): RehearsalPerson['ways'][number]['state'] {
  if (!person) return 'no-address';
  const { smpp, webhooks, faxDomain } = ctx.config.channels;
  if (channel === 'mail') return plainAddress(person.email.trim()) === null ? 'no-address' : 'ready';
  // What is missing in the directory is missing whether or not this installation could use it.
  if (channel === 'sms' && person.mobile.trim() === '') return 'no-address';
  if (channel === 'fax' && person.fax.trim() === '') return 'no-address';
  if (channel === 'sms' && !smpp) return 'not-set-up';
  if (channel === 'webhook' && webhooks.length === 0) return 'not-set-up';
  if (channel === 'fax' && faxDomain === undefined) return 'not-set-up';
  return channelsOf(ctx, person, [channel]).length > 0 ? 'ready' : 'no-address';
}

/** Persons without a way that works, and posts that reach nobody, counted once each. */
function unreachable(parties: readonly RehearsalParty[]): number {
  const lost = new Set<string>();
  const look = (postId: string, people: readonly RehearsalPerson[]) => {
    if (people.length === 0) lost.add(postId);
    people.forEach((person, index) => {
      if (!person.ways.some((way) => way.state === 'ready'))
        lost.add(person.name ? `${person.name.zh} ${person.name.en}` : `${postId} ${index}`);
    });
  };
  for (const party of parties) {
    look(party.told.post.id, party.told.people);
    for (const rung of party.rungs) for (const one of rung.posts) look(one.post.id, one.people);
  }
  return lost.size;
}
