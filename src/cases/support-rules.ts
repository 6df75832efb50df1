/**
 * Support (期望支援項目; S8.5.1, S8.5.2, S8.7): the form's items become requests; they are offered to a working group, a
 * subgroup, the technical service centre or a region's; accepted or declined; done; and the agency says whether it helped.
 * Pure.
 */
import type { DirectorySnapshot, SnapshotPost } from '../directory/index.ts';
import { type Pack, transitionFor } from '../mechanism/index.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import { isLive, type SupportOffer, type SupportRequest } from './affairs.ts';
import type { CaseAct } from './contract.ts';
import type { CaseState } from './evolve.ts';
import type { NewFact } from './facts.ts';
import { partsOf } from './playbook-rules.ts';
import type { World } from './recipients.ts';

/** Longest text of a request taken from a form; the whole stands in the report. */
const TEXT = 2000;

/** Kinds of groups that give support (捌五: 各工作組、分組; 捌七: 技術服務中心). */
const HELPERS = ['working-group', 'subgroup', 'service-centre'];

/** True when the mechanism knows support at all. */
function hasSupport(pack: Pack, state: string): boolean {
  return transitionFor(pack, 'assign-support', state) !== null;
}

/**
 * The requests a filed form opens (S8.5.1): one for each item not asked for yet. The words beside the items go with them;
 * words alone, or new words beside old items, are a request of their own, so that nothing asked for is lost.
 */
export function askedByForm(
  before: readonly SupportRequest[],
  form: { readonly supportItems?: readonly string[]; readonly supportText?: string },
  report: number,
  pack: Pack,
  state: string,
): NewFact[] {
  if (!hasSupport(pack, state)) return [];
  const text = (form.supportText ?? '').trim().slice(0, TEXT);
  const asked = new Set(before.filter((one) => one.cancelled === null).map((one) => one.item));
  const known = new Set(pack.supportItems.map((item) => item.id));
  const items = [...new Set(form.supportItems ?? [])].filter((item) => known.has(item) && !asked.has(item));
  const words = text !== '' && !before.some((one) => one.text === text);
  const wanted: (string | null)[] = items.length > 0 ? items : words ? [null] : [];
  return wanted.map((item, index) => ({
    kind: 'support-requested',
    data: { request: before.length + index + 1, item, text, by: 'form', report },
  }));
}

/** The group that answers for a region; the technical service centre where the pack says nothing else (S8.7). */
export function regionOf(pack: Pack, county: string | null): Pack['regions'][number] | undefined {
  return county === null ? undefined : pack.regions.find((region) => region.counties.includes(county));
}

/** Groups that may be asked, of this case: those with somebody to read it, and inside a compartment nobody else (DEC-19). */
export function askable(state: CaseState, pack: Pack, directory: DirectorySnapshot): string[] {
  if (state.compartment !== null) return [state.routing.desk];
  const staffed = new Set([...directory.posts.values()].map((post) => post.groupCode));
  const walled = new Set(pack.compartments.map((one) => one.group));
  return pack.groups
    .filter((group) => HELPERS.includes(group.kind) && staffed.has(group.id) && !walled.has(group.id))
    .map((group) => group.id);
}

function requestOf(state: CaseState, id: number): SupportRequest {
  const found = state.support?.find((one) => one.id === id);
  if (!found) refuseFields({ path: 'request', code: 'bad-choice' });
  if (found.cancelled) refuse('support-ended');
  return found;
}

/** True when the post may answer for any group asked: the desk and the coordinators record what they are told. */
export function answersForOthers(post: SnapshotPost, state: CaseState, pack: Pack): boolean {
  if (partsOf(post, state).has('desk')) return true;
  return post.groupCode !== null && pack.support.coordinators.includes(post.groupCode);
}

/** The offer an answer is about: of the actor's own group, or of the group he answers for. */
function offerFor(
  request: SupportRequest,
  wanted: string | undefined,
  post: SnapshotPost,
  state: CaseState,
  pack: Pack,
  statuses: readonly SupportOffer['status'][],
): SupportOffer {
  const group = wanted ?? post.groupCode;
  const offer = request.offers.find((one) => one.group === group && isLive(one));
  if (!offer || !statuses.includes(offer.status)) refuse('support-not-asked');
  if (offer.group !== post.groupCode && !answersForOthers(post, state, pack)) refuse('support-not-asked');
  return offer;
}

type SupportAct = Extract<
  CaseAct,
  {
    act:
      | 'request-support'
      | 'assign-support'
      | 'accept-support'
      | 'decline-support'
      | 'recall-support'
      | 'support-progress'
      | 'support-done'
      | 'cancel-support'
      | 'support-feedback';
  }
>;

/** The facts of one act about support. Refuses what was not asked, what is ended, and whom the case is hidden from. */
export function decideSupport(
  state: CaseState,
  command: SupportAct,
  post: SnapshotPost,
  world: World,
): NewFact[] {
  const { pack, directory } = world;
  switch (command.act) {
    case 'request-support': {
      const { item } = command;
      const text = command.text.trim();
      if (item !== null && !pack.supportItems.some((one) => one.id === item))
        refuseFields({ path: 'item', code: 'bad-choice' });
      if (item === null && text === '') refuseFields({ path: 'text', code: 'required' });
      const request = (state.support?.length ?? 0) + 1;
      return [{ kind: 'support-requested', data: { request, item, text, by: 'act', report: null } }];
    }
    case 'assign-support': {
      const request = requestOf(state, command.request);
      // Whoever is asked would learn of a case that an order of silence hides (H28).
      if (state.hold) refuse('case-held');
      const region = pack.regions.find((one) => one.id === command.region) ?? null;
      if (command.region !== null && !region) refuseFields({ path: 'region', code: 'bad-choice' });
      const group = region ? region.group : command.group;
      if (group === null) refuseFields({ path: 'group', code: 'required' });
      if (!askable(state, pack, directory).includes(group))
        refuseFields({ path: region ? 'region' : 'group', code: 'bad-choice' });
      if (request.offers.some((one) => one.group === group && ['offered', 'accepted'].includes(one.status)))
        refuse('already-asked');
      if (command.dueAt !== null && new Date(command.dueAt) <= world.now)
        refuseFields({ path: 'dueAt', code: 'in-the-past' });
      const { note, dueAt } = command;
      return [
        {
          kind: 'support-assigned',
          data: { request: request.id, group, region: region?.id ?? null, note, dueAt },
        },
      ];
    }
    case 'accept-support': {
      const request = requestOf(state, command.request);
      const { group } = offerFor(request, command.group, post, state, pack, ['offered']);
      if (command.dueAt !== null && new Date(command.dueAt) <= world.now)
        refuseFields({ path: 'dueAt', code: 'in-the-past' });
      const { text, dueAt } = command;
      return [{ kind: 'support-accepted', data: { request: request.id, group, text, dueAt } }];
    }
    case 'decline-support': {
      const request = requestOf(state, command.request);
      // Who has accepted and cannot after all says so too: better late than never found out.
      const { group } = offerFor(request, command.group, post, state, pack, ['offered', 'accepted']);
      return [{ kind: 'support-declined', data: { request: request.id, group, reason: command.reason } }];
    }
    case 'recall-support': {
      const request = requestOf(state, command.request);
      const offer = request.offers.find((one) => one.group === command.group);
      if (!offer || !['offered', 'accepted'].includes(offer.status)) refuse('support-not-asked');
      const { group, reason } = command;
      return [{ kind: 'support-recalled', data: { request: request.id, group, reason } }];
    }
    case 'support-progress':
    case 'support-done': {
      const request = requestOf(state, command.request);
      const { group } = offerFor(request, command.group, post, state, pack, ['accepted']);
      const kind = command.act === 'support-done' ? 'support-finished' : 'support-progressed';
      return [{ kind, data: { request: request.id, group, text: command.text } }];
    }
    case 'cancel-support': {
      const request = requestOf(state, command.request);
      return [{ kind: 'support-cancelled', data: { request: request.id, reason: command.reason } }];
    }
    case 'support-feedback': {
      const request = requestOf(state, command.request);
      if (!request.offers.some((one) => one.status === 'done')) refuse('support-not-asked');
      const { helped, text } = command;
      return [{ kind: 'support-rated', data: { request: request.id, helped, text } }];
    }
  }
}

/** Notices that asked about a request and are answered by a fact: the numbers of the facts that made them. */
export function settledBy(fact: NewFact, state: CaseState): readonly number[] {
  switch (fact.kind) {
    // Somebody has been asked: the coordinators have done what they were asked for.
    case 'support-assigned':
      return (state.support ?? []).filter((one) => one.id === fact.data.request).map((one) => one.asked);
    case 'support-accepted':
    case 'support-declined':
    case 'support-recalled': {
      const { request, group } = fact.data;
      return (state.support ?? [])
        .filter((one) => one.id === request)
        .flatMap((one) => one.offers.filter((offer) => offer.group === group).map((offer) => offer.asked));
    }
    case 'support-cancelled': {
      const request = state.support?.find((one) => one.id === fact.data.request);
      return request ? [request.asked, ...request.offers.map((offer) => offer.asked)] : [];
    }
    default:
      return [];
  }
}
