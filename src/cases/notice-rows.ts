/** From who is told to rows: what a notice carries, and by which ways it goes to which persons. */
import { v7 as uuid } from 'uuid';
import { channelsOf, relayFor } from '../delivery/index.ts';
import { circleOf } from '../directory/index.ts';
import type { Bilingual } from '../mechanism/index.ts';
import type { AppContext } from '../platform/context.ts';
import type { Doer, Effects, NewNotice, OpenNotice } from './consequences.ts';
import type { CaseState } from './evolve.ts';
import type { Recipient, World } from './recipients.ts';

/** What a notice carries: never narrative, never a person; outside the walls only the level and whom to ring (DEC-19). */
function noticeData(
  state: CaseState,
  notice: Recipient,
  world: World,
  fact: { clock?: string; party?: Bilingual; since?: string },
): Record<string, unknown> {
  const { pack, directory } = world;
  const compartment = pack.compartments.find((one) => one.id === state.compartment);
  const phone = (compartment ?? pack.desk).phone;
  if (!notice.inside)
    return {
      level: state.level,
      levelStatus: state.levelStatus,
      phone,
      organisation: compartment?.name,
      closed: true,
    };
  const organisation = directory.organisations.get(state.organisation);
  return {
    number: state.number,
    level: state.level,
    levelStatus: state.levelStatus,
    state: state.state,
    organisation: { zh: organisation?.nameZh ?? '', en: organisation?.nameEn ?? '' },
    phone,
    ...fact,
  };
}

/** Rows of the notices that follow from facts, and of their deliveries to persons. */
export function noticeRows(
  ctx: AppContext,
  state: CaseState,
  effects: Effects,
  world: World,
  doer: Doer,
  open: readonly OpenNotice[],
): { notices: Record<string, unknown>[]; deliveries: Record<string, unknown>[] } {
  const { pack, now } = world;
  const overdue = effects.facts.find((fact) => fact.kind === 'clock-overdue');
  const rank = pack.levels.find((level) => level.id === state.level)?.rank ?? 0;
  const notices: Record<string, unknown>[] = [];
  const deliveries: Record<string, unknown>[] = [];
  for (const notice of effects.notices) {
    const asks = notice.expects !== 'none';
    const known = notice.known && asks;
    notices.push({
      id: notice.id,
      case_id: state.id,
      fact_seq: notice.factSeq,
      route: notice.route,
      post_id: notice.post.id,
      organisation_id: notice.post.organisationId,
      capacity: notice.capacity,
      capacities: notice.capacities,
      expects: notice.expects,
      template: notice.template,
      urgent: notice.urgent,
      rank,
      data: noticeData(state, notice, world, {
        ...(overdue ? { clock: overdue.data.definition } : {}),
        ...silenceOf(notice, open, world),
      }),
      made_at: now,
      confirm_by: notice.confirmBy,
      acknowledged_at: known ? now : null,
      acknowledged_by: known ? doer.person : null,
      acknowledged_how: known ? 'act' : null,
      opened_at: known ? now : null,
      mode: state.mode,
      compartment: state.compartment,
      ladder: notice.ladder,
      rung: notice.ladder !== null || notice.rungOf.length > 0 ? notice.rung : null,
      next_rung_at: known ? null : notice.nextRungAt,
      ladder_stopped_at: null,
      rung_of: notice.rungOf.length > 0 ? notice.rungOf : null,
    });
    deliveries.push(...deliveryRows(ctx, state, notice, world, doer, rank));
  }
  for (const { notice, people, channels, rung } of effects.reached) {
    const { id, urgent } = notice;
    for (const person of people)
      deliveries.push(...waysTo(ctx, state, { id, urgent, channels, rung }, person, world, rank));
  }
  return { notices, deliveries };
}

/** Who does not answer, and since when: what a rung's notice to another post tells. */
function silenceOf(
  notice: NewNotice,
  open: readonly OpenNotice[],
  { directory }: World,
): { party?: Bilingual; since?: string } {
  const silent = open.filter((one) => notice.rungOf.includes(one.id));
  const posts = silent.flatMap((one) => directory.posts.get(one.postId) ?? []);
  const first = silent.map((one) => one.madeAt.getTime());
  if (posts.length === 0) return {};
  return {
    party: {
      zh: posts.map((post) => post.nameZh).join('、'),
      en: posts.map((post) => post.nameEn || post.nameZh).join(', '),
    },
    since: new Date(Math.min(...first)).toISOString(),
  };
}

/** Rows of the deliveries of one notice, to whoever is told first. */
export function deliveryRows(
  ctx: AppContext,
  state: CaseState,
  notice: NewNotice,
  world: World,
  doer: Doer,
  rank: number,
): Record<string, unknown>[] {
  const { directory, now } = world;
  const { id } = notice.post;
  // With a ladder those on duty are told first, and the others by its next rungs (H40).
  const people =
    notice.ladder === null
      ? directory.holders(id, now).map((holder) => holder.personId)
      : circleOf(directory, id, 'holder', now);
  // Nobody holds the post: the worker looks for a stand-in, and raises an alarm when there is none (H41, rule 8).
  const told = { ...notice, rung: 1 };
  if (people.length === 0) return waysTo(ctx, state, told, null, world, rank);
  return people
    .filter((person) => person !== doer.person || notice.capacity === 'reporter')
    .flatMap((person) => waysTo(ctx, state, told, person, world, rank));
}

/** One delivery for each way by which the person can be reached; null is whoever stands in. */
function waysTo(
  ctx: AppContext,
  state: CaseState,
  notice: Pick<NewNotice, 'id' | 'urgent' | 'channels' | 'rung'>,
  personId: string | null,
  { directory, now }: World,
  rank: number,
): Record<string, unknown>[] {
  const person = personId === null ? undefined : directory.persons.get(personId);
  const ways = person
    ? channelsOf(ctx, person, notice.channels)
    : [{ channel: 'mail', lane: relayFor(ctx.config, '') }];
  return ways.map(({ channel, lane }) => ({
    id: uuid(),
    notice_id: notice.id,
    case_id: state.id,
    channel,
    person_id: personId,
    relay: lane,
    state: 'queued',
    urgent: notice.urgent,
    rank,
    made_at: now,
    next_at: now,
    attempts: 0,
    fence: 0,
    rung: notice.rung,
  }));
}
