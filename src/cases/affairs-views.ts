/** A case's procedure, support and referrals as one viewer is shown them, with what he may do about each. */
import type { DirectorySnapshot, SnapshotPost } from '../directory/index.ts';
import { cases as en } from '../locales/en/case.ts';
import type { Bilingual } from '../locales/index.ts';
import { cases as zh } from '../locales/zh-Hant/case.ts';
import { addDuration, type Pack } from '../mechanism/index.ts';
import type { AffairAct } from '../mechanism/vocabulary.ts';
import { type Referral, requestStatus, type SupportOffer, type SupportRequest } from './affairs.ts';
import type {
  ChecklistView,
  OfferView,
  ReferralsView,
  ReferralView,
  SupportActName,
  SupportRequestView,
  SupportView,
} from './affairs-contract.ts';
import { affairPossible } from './affairs-rules.ts';
import type { CaseState } from './evolve.ts';
import { personRef } from './lists.ts';
import { dueOf, partsOf } from './playbook-rules.ts';
import { officesFor } from './referral-rules.ts';
import type { StoredNote, StoredPackage } from './referral-store.ts';
import type { ReportContent } from './report-content.ts';
import { mayAct } from './rights.ts';
import { answersForOthers, askable, regionOf } from './support-rules.ts';

/** Who looks, and with what. */
export interface Looking {
  readonly directory: DirectorySnapshot;
  readonly pack: Pack;
  readonly now: Date;
  readonly posts: readonly SnapshotPost[];
}

function named(
  list: readonly { id: string; name: Bilingual }[],
  id: string,
): { id: string; name: Bilingual } {
  return { id, name: list.find((one) => one.id === id)?.name ?? { zh: id, en: id } };
}

function groupRef(code: string, { pack, directory }: Looking): { id: string; name: Bilingual } {
  const group = directory.groups.get(code);
  return group ? { id: code, name: { zh: group.nameZh, en: group.nameEn } } : named(pack.groups, code);
}

function inBoth(pick: (words: typeof zh) => string): Bilingual {
  return { zh: pick(zh), en: pick(en) };
}

function partyRef(party: string, looking: Looking): { id: string; name: Bilingual } {
  if (!(party in zh.parties)) return groupRef(party, looking);
  return { id: party, name: inBoth((words) => words.parties[party as keyof typeof zh.parties]) };
}

function who(directory: DirectorySnapshot, id: string | null) {
  return id === null ? null : personRef(directory, id);
}

/** The posts in which the viewer may do the act now. */
function able(act: AffairAct, state: CaseState, looking: Looking): SnapshotPost[] {
  const { pack, directory, posts } = looking;
  if (!pack.transitions.some((one) => one.act === act && one.from.includes(state.state))) return [];
  return posts.filter((post) => mayAct(act, post, state, directory, pack) !== null);
}

/** The response procedure, with whose part each step is (S7.9.7.3, S8.2.2). */
export function checklistOf(state: CaseState, looking: Looking): ChecklistView | null {
  const { checklist } = state;
  if (!checklist) return null;
  const { pack, directory, now, posts } = looking;
  const own = new Set(posts.flatMap((post) => [...partsOf(post, state)]));
  const settlers = able('tick-item', state, looking);
  const items = checklist.items.map((item) => {
    const step = pack.playbooks.find((one) => one.id === item.id);
    const due = dueOf(item, state, pack);
    const maySettle = settlers.some((post) => {
      const parts = partsOf(post, state);
      return parts.has(item.party) || parts.has('desk');
    });
    return {
      id: item.id,
      title: item.said?.title ?? step?.title ?? { zh: item.id, en: item.id },
      help: item.said ? item.said.help : (step?.help ?? null),
      party: partyRef(item.party, looking),
      mine: own.has(item.party),
      phase: item.phase,
      status: item.status,
      dueAt: due?.toISOString() ?? null,
      overdue: item.status === 'open' && due !== null && due < now,
      at: item.at,
      person: who(directory, item.person),
      note: item.note,
      onBehalf: item.onBehalf,
      maySettle: maySettle && item.status !== 'set-aside',
    };
  });
  return { level: checklist.level, edition: checklist.edition ?? 0, items };
}

function late(at: string, within: string | undefined, { now, pack }: Looking): boolean {
  return within !== undefined && addDuration(new Date(at), within, 'elapsed', pack.timeZone) < now;
}

function isOfferLate(offer: SupportOffer, looking: Looking): boolean {
  const passed = offer.dueAt !== null && new Date(offer.dueAt) < looking.now;
  if (offer.status === 'accepted') return passed;
  return (
    offer.status === 'offered' && (passed || late(offer.askedAt, looking.pack.support.answerWithin, looking))
  );
}

function offerView(
  request: SupportRequest,
  offer: SupportOffer,
  state: CaseState,
  looking: Looking,
): OfferView {
  const { pack, directory, posts } = looking;
  const mine = posts.some((post) => post.groupCode === offer.group);
  const forAnyone = (post: SnapshotPost) =>
    post.groupCode === offer.group || answersForOthers(post, state, pack);
  const may = (act: SupportActName, statuses: readonly SupportOffer['status'][]) =>
    request.cancelled === null &&
    statuses.includes(offer.status) &&
    able(act, state, looking).some((post) => act === 'recall-support' || forAnyone(post))
      ? [act]
      : [];
  return {
    group: groupRef(offer.group, looking),
    region: offer.region === null ? null : named(pack.regions, offer.region),
    status: offer.status,
    mine,
    askedAt: offer.askedAt,
    askedBy: who(directory, offer.askedBy),
    note: offer.note,
    dueAt: offer.dueAt,
    overdue: isOfferLate(offer, looking),
    answeredAt: offer.answeredAt,
    answeredBy: who(directory, offer.person),
    answer: offer.answer,
    log: offer.log.map((one) => ({ ...one, person: who(directory, one.person) })),
    may: [
      ...may('accept-support', ['offered']),
      ...may('decline-support', ['offered', 'accepted']),
      ...may('support-progress', ['accepted']),
      ...may('support-done', ['accepted']),
      ...may('recall-support', ['offered', 'accepted']),
    ],
  };
}

/** One request as it is shown in the case and in the workload. */
export function requestView(request: SupportRequest, state: CaseState, looking: Looking): SupportRequestView {
  const { pack, directory } = looking;
  const item = pack.supportItems.find((one) => one.id === request.item);
  const status = requestStatus(request);
  const open = request.cancelled === null;
  const offers = request.offers.map((offer) => offerView(request, offer, state, looking));
  const may = (act: SupportActName, when: boolean) =>
    when && able(act, state, looking).length > 0 ? [act] : [];
  const county = directory.organisations.get(state.organisation)?.county ?? null;
  const region = regionOf(pack, county);
  return {
    id: request.id,
    item: request.item,
    name: item?.name ?? inBoth((words) => words.otherSupport),
    text: request.text,
    by: request.by,
    at: request.at,
    person: who(directory, request.person),
    status,
    overdue:
      offers.some((offer) => offer.overdue) ||
      (status === 'open' && late(request.at, pack.support.askWithin, looking)),
    offers,
    suggested: [...(item?.suggest ?? []), ...(region ? [region.id] : [])],
    cancelled: request.cancelled && {
      ...request.cancelled,
      person: who(directory, request.cancelled.person),
    },
    feedback: request.feedback && { ...request.feedback, person: who(directory, request.feedback.person) },
    may: [
      ...may('assign-support', open && state.hold === null),
      ...may('support-feedback', open && request.offers.some((one) => one.status === 'done')),
      ...may('cancel-support', open && status !== 'done'),
    ],
  };
}

/** Support in one case (S8.5.1, S8.5.2). */
export function supportOf(state: CaseState, looking: Looking): SupportView {
  const { pack, directory } = looking;
  const coordinates = state.hold === null && able('assign-support', state, looking).length > 0;
  const county = directory.organisations.get(state.organisation)?.county ?? null;
  const own = regionOf(pack, county)?.id;
  const groups = coordinates ? askable(state, pack, directory) : [];
  return {
    requests: (state.support ?? []).map((request) => requestView(request, state, looking)),
    groups: groups.map((group) => groupRef(group, looking)),
    regions: coordinates
      ? pack.regions
          .filter((region) => groups.includes(region.group))
          .map((region) => ({
            id: region.id,
            name: region.name,
            group: region.group,
            own: region.id === own,
          }))
      : [],
    mayRequest: able('request-support', state, looking).length > 0,
  };
}

/** Where the agency itself has told somebody already, from the last form that says so (捌四: 各機關應及時通報). */
function toldByAgency(flags: readonly string[], content: ReportContent | undefined) {
  return flags.flatMap((flag) => {
    const told = content?.flags[flag as keyof ReportContent['flags']];
    if (!told || (told.toldWhom === '' && told.toldAt === null)) return [];
    return [{ flag, toldWhom: told.toldWhom, toldAt: told.toldAt }];
  });
}

function referralView(referral: Referral, state: CaseState, looking: Looking, apart: Apart): ReferralView {
  const { pack, directory } = looking;
  const target = pack.referralTargets.find((one) => one.id === referral.target);
  const county = directory.organisations.get(state.organisation)?.county ?? null;
  const notes = new Map(apart.notes.map((note) => [note.id, note.data]));
  const inFull = apart.mayRead;
  const active = referral.status !== 'closed';
  const may = (act: AffairAct, when: boolean) =>
    when && able(act, state, looking).length > 0 ? [act as ReferralView['may'][number]] : [];
  const sends = may('send-referral', active);
  return {
    target: referral.target,
    name: target?.name ?? { zh: referral.target, en: referral.target },
    kind: target?.kind ?? 'prosecutors',
    status: referral.status,
    flags: [...referral.flags],
    by: referral.by,
    reason: referral.reason,
    openedAt: referral.openedAt,
    closedAt: referral.closedAt,
    closedWhy: referral.closedWhy,
    sends: referral.sends.map((send) => ({
      to: send.to,
      channel: send.channel as ReferralView['sends'][number]['channel'],
      at: send.at,
      recordedAt: send.recordedAt,
      person: who(directory, send.person),
      package: inFull ? send.package : null,
      sha256: inFull ? send.sha256 : null,
    })),
    receipts: inFull
      ? referral.receipts.map((one) => {
          const note = notes.get(one.note) ?? {};
          return {
            at: one.at,
            officer: note.officer ?? '',
            number: note.number ?? '',
            phone: note.phone ?? '',
            note: note.note ?? '',
            person: who(directory, one.person),
          };
        })
      : null,
    replies: inFull
      ? referral.replies.map((one) => {
          const note = notes.get(one.note) ?? {};
          return {
            at: one.at,
            outcome: one.outcome,
            text: note.text ?? '',
            number: note.number ?? '',
            person: who(directory, one.person),
          };
        })
      : null,
    agencyTold: toldByAgency(referral.flags, apart.lastReport),
    offices:
      target && sends.length > 0
        ? officesFor(target, county).map((office) => ({
            id: office.id,
            name: office.name,
            near: county !== null && office.counties.includes(county),
            phone: office.phone,
            fax: office.fax,
            email: office.email,
            address: office.address ?? null,
          }))
        : [],
    may: [
      ...sends,
      ...may('record-referral-receipt', active && referral.sends.length > 0),
      ...may('record-referral-reply', active && referral.sends.length > 0),
      ...may('close-referral', active),
    ],
  };
}

/** What stands apart of the facts, as far as the viewer may read it. */
export interface Apart {
  readonly mayRead: boolean;
  readonly notes: readonly StoredNote[];
  readonly packages: readonly StoredPackage[];
  readonly lastReport: ReportContent | undefined;
}

/** Referrals of one case (S8.4.1, S8.4.2). */
export function referralsOf(state: CaseState, looking: Looking, apart: Apart): ReferralsView {
  const { pack, directory } = looking;
  const opens =
    affairPossible('open-referral', state, pack) && able('open-referral', state, looking).length > 0;
  const active = new Set(
    (state.referrals ?? []).filter((one) => one.status !== 'closed').map((one) => one.target),
  );
  return {
    items: (state.referrals ?? []).map((one) => referralView(one, state, looking, apart)),
    mayOpen: opens
      ? pack.referralTargets
          .filter((target) => !active.has(target.id))
          .map((target) => ({ id: target.id, name: target.name }))
      : [],
    packages: apart.packages.map((one) => ({
      id: one.id,
      target: one.target,
      name: one.name,
      sha256: one.sha256,
      size: one.size,
      at: one.at.toISOString(),
      person: who(directory, one.personId),
    })),
  };
}
