/**
 * What is done about a case besides grading it: the response procedure (應變程序), support (支援) and referrals (移送), as they
 * follow from its facts. Parts of the case's state; absent until there is something in them, so that a case of an earlier
 * release reads as it did. Pure.
 */
import type { PlaybookPhase, ReferralOutcome, SupportVerdict } from '../mechanism/vocabulary.ts';
import type { StepText } from './affairs-facts.ts';
import type { CaseFact, NewFact } from './facts.ts';

/**
 * Whose part something is: `agency`, `authority`, `desk`, `command`, or the code of a group. Decided when it is opened and
 * kept, as the case's routing is.
 */
export type Party = string;

export interface ChecklistItem {
  readonly id: string;
  readonly party: Party;
  readonly phase: PlaybookPhase;
  /** What it says, when it is not what the case's mechanism says (S7.11.0d). */
  readonly said?: StepText;
  /** ISO duration from `since`; of what comes afterwards (事後), from the recovery. */
  readonly within: string | null;
  /** From when its time counts. */
  readonly since: string;
  /** `set-aside`: the level it belonged to was left before it was done. */
  readonly status: 'open' | 'done' | 'skipped' | 'set-aside';
  readonly at: string | null;
  readonly person: string | null;
  readonly post: string | null;
  /** What was noted, or why it was skipped. */
  readonly note: string;
  /** The desk ticked it for those whose part it is, who said so by telephone. */
  readonly onBehalf: boolean;
}

/** One group asked for one thing. */
export interface SupportOffer {
  readonly group: string;
  /** The region it was asked for (區域聯防), when it was. */
  readonly region: string | null;
  readonly status: 'offered' | 'accepted' | 'declined' | 'recalled' | 'done';
  /** Number of the fact that asked. */
  readonly asked: number;
  readonly askedAt: string;
  readonly askedBy: string | null;
  readonly note: string;
  /** Until when it is needed, or promised. */
  readonly dueAt: string | null;
  readonly answeredAt: string | null;
  readonly person: string | null;
  /** What was said when it was accepted, declined, recalled or done. */
  readonly answer: string;
  readonly log: readonly { readonly at: string; readonly person: string | null; readonly text: string }[];
}

/** One thing the agency needs (期望支援項目). */
export interface SupportRequest {
  /** Counts from 1 within the case. */
  readonly id: number;
  /** One of the pack's items; null for what is only described. */
  readonly item: string | null;
  readonly text: string;
  readonly by: 'form' | 'act';
  /** Number of the fact that asked. */
  readonly asked: number;
  readonly at: string;
  readonly person: string | null;
  readonly post: string | null;
  readonly offers: readonly SupportOffer[];
  readonly cancelled: { readonly at: string; readonly person: string | null; readonly reason: string } | null;
  readonly feedback: {
    readonly at: string;
    readonly person: string | null;
    readonly helped: SupportVerdict;
    readonly text: string;
  } | null;
}

/** How far one handing-over got. */
export interface Referral {
  /** One of the pack's targets. */
  readonly target: string;
  /** Boxes of the form that opened it. */
  readonly flags: readonly string[];
  readonly by: 'form' | 'act';
  readonly reason: string;
  readonly openedAt: string;
  readonly status: 'open' | 'sent' | 'received' | 'answered' | 'closed';
  readonly sends: readonly {
    readonly office: string | null;
    readonly to: { readonly zh: string; readonly en: string };
    readonly channel: string;
    readonly at: string;
    readonly recordedAt: string;
    readonly person: string | null;
    readonly package: string | null;
    readonly sha256: string | null;
  }[];
  /** Ids of what stands apart: who received it under which number, and what was answered. */
  readonly receipts: readonly {
    readonly note: string;
    readonly at: string;
    readonly person: string | null;
  }[];
  readonly replies: readonly {
    readonly note: string;
    readonly at: string;
    readonly outcome: ReferralOutcome;
    readonly person: string | null;
  }[];
  readonly closedAt: string | null;
  readonly closedWhy: string;
}

/** The parts of a case's state that this file folds. */
export interface Affairs {
  readonly checklist?: {
    readonly level: string;
    /** Which edition of the procedures the case was given; absent = the mechanism's own. */
    readonly edition?: number;
    readonly items: readonly ChecklistItem[];
  };
  readonly support?: readonly SupportRequest[];
  readonly referrals?: readonly Referral[];
}

/** Facts of this file: they work beside each other, so that one does not make another's view of the case stale. */
export const AFFAIRS = [
  'checklist-opened',
  'checklist-item-done',
  'checklist-item-skipped',
  'checklist-item-reopened',
  'support-requested',
  'support-assigned',
  'support-accepted',
  'support-declined',
  'support-recalled',
  'support-progressed',
  'support-finished',
  'support-cancelled',
  'support-rated',
  'referral-opened',
  'referral-sent',
  'referral-received',
  'referral-answered',
  'referral-closed',
] as const satisfies readonly NewFact['kind'][];

/** Groups that are asked to help, or are helping, or have helped: they see this one case (S8.5.2, S8.2.2). */
export function groupsCalledIn(state: Affairs): string[] {
  const live = (state.support ?? []).flatMap((request) => request.offers.filter(isLive));
  return [...new Set(live.map((offer) => offer.group))];
}

/** Asked and not declined or recalled. */
export function isLive(offer: SupportOffer): boolean {
  return offer.status === 'offered' || offer.status === 'accepted' || offer.status === 'done';
}

/** Where a request stands as a whole. */
export function requestStatus(
  request: SupportRequest,
): 'open' | 'offered' | 'accepted' | 'done' | 'cancelled' {
  if (request.cancelled) return 'cancelled';
  const has = (status: SupportOffer['status']) => request.offers.some((offer) => offer.status === status);
  if (has('accepted')) return 'accepted';
  if (has('offered')) return 'offered';
  return has('done') ? 'done' : 'open';
}

/** Something is still to be done about a request. */
export function isSupportLive(state: Affairs): boolean {
  return (state.support ?? []).some((request) => {
    const status = requestStatus(request);
    return status !== 'done' && status !== 'cancelled';
  });
}

/** Somebody must be asked to help, or was asked and has not answered (S8.5.2). */
export function supportWaits({ support }: Affairs): boolean {
  return (support ?? []).some((request) => ['open', 'offered'].includes(requestStatus(request)));
}

/** Something must be handed over, or was and nobody has said that he received it (S8.4). */
export function referralWaits({ referrals }: Affairs): boolean {
  return (referrals ?? []).some((one) => one.status === 'open' || one.status === 'sent');
}

/** What a fact of this file adds to the state; nothing for any other. */
export function changeAffairs(state: Affairs, fact: CaseFact): Affairs {
  const at = fact.at.toISOString();
  const { person, post } = fact;
  switch (fact.kind) {
    case 'checklist-opened':
      return { checklist: opened(state, fact.data, at) };
    case 'checklist-item-done': {
      const { item, note, onBehalf } = fact.data;
      return withItem(state, item, { status: 'done', at: fact.data.at, person, post, note, onBehalf });
    }
    case 'checklist-item-skipped': {
      const { item, reason, onBehalf } = fact.data;
      return withItem(state, item, { status: 'skipped', at, person, post, note: reason, onBehalf });
    }
    case 'checklist-item-reopened': {
      const none = { at: null, person: null, post: null, note: fact.data.reason, onBehalf: false };
      return withItem(state, fact.data.item, { status: 'open', ...none });
    }
    case 'support-requested': {
      const { request, item, text, by } = fact.data;
      const made: SupportRequest = {
        ...{ id: request, item, text, by, asked: fact.seq, at, person, post },
        ...{ offers: [], cancelled: null, feedback: null },
      };
      return { support: [...(state.support ?? []), made] };
    }
    case 'support-assigned': {
      const { request, group, region, note, dueAt } = fact.data;
      const offer: SupportOffer = {
        ...{ group, region, status: 'offered', asked: fact.seq, askedAt: at, askedBy: person, note, dueAt },
        ...{ answeredAt: null, person: null, answer: '', log: [] },
      };
      return withRequest(state, request, (one) => ({
        ...one,
        // A group asked once more answers once more.
        offers: [...one.offers.filter((before) => before.group !== group), offer],
        // What did not help is looked for anew.
        feedback: null,
      }));
    }
    case 'support-accepted': {
      const { request, group, text, dueAt } = fact.data;
      return withOffer(state, request, group, (one) => ({
        ...{ status: 'accepted', answeredAt: at, person, answer: text, dueAt: dueAt ?? one.dueAt },
      }));
    }
    case 'support-declined':
    case 'support-recalled': {
      const { request, group, reason } = fact.data;
      const status = fact.kind === 'support-declined' ? 'declined' : 'recalled';
      return withOffer(state, request, group, () => ({ status, answeredAt: at, person, answer: reason }));
    }
    case 'support-progressed': {
      const { request, group, text } = fact.data;
      return withOffer(state, request, group, (one) => ({ log: [...one.log, { at, person, text }] }));
    }
    case 'support-finished': {
      const { request, group, text } = fact.data;
      return withOffer(state, request, group, (one) => ({
        status: 'done',
        answeredAt: at,
        log: text === '' ? one.log : [...one.log, { at, person, text }],
      }));
    }
    case 'support-cancelled': {
      const { request, reason } = fact.data;
      return withRequest(state, request, (one) => ({
        ...one,
        cancelled: { at, person, reason },
        offers: one.offers.map((offer) =>
          offer.status === 'offered' || offer.status === 'accepted'
            ? { ...offer, status: 'recalled', answeredAt: at, answer: reason }
            : offer,
        ),
      }));
    }
    case 'support-rated': {
      const { request, helped, text } = fact.data;
      return withRequest(state, request, (one) => ({ ...one, feedback: { at, person, helped, text } }));
    }
    case 'referral-opened':
      return { referrals: reopened(state, fact.data, at) };
    case 'referral-sent': {
      const { office, to, channel, at: sentAt, package: file, sha256 } = fact.data;
      return withReferral(state, fact.data.target, (one) => ({
        status: 'sent',
        sends: [
          ...one.sends,
          { office, to, channel, at: sentAt, recordedAt: at, person, package: file, sha256 },
        ],
      }));
    }
    case 'referral-received':
      return withReferral(state, fact.data.target, (one) => ({
        status: one.status === 'answered' ? 'answered' : 'received',
        receipts: [...one.receipts, { note: fact.data.note, at: fact.data.at, person }],
      }));
    case 'referral-answered': {
      const { note, outcome, at: repliedAt } = fact.data;
      return withReferral(state, fact.data.target, (one) => ({
        status: 'answered',
        replies: [...one.replies, { note, at: repliedAt, outcome, person }],
      }));
    }
    case 'referral-closed':
      return withReferral(state, fact.data.target, () => ({
        status: 'closed',
        closedAt: at,
        closedWhy: fact.data.reason,
      }));
    default:
      return {};
  }
}

/** What is new stands open, what is done stays done; what belongs to the new level no more is set aside, and comes back. */
function opened(
  state: Affairs,
  data: (CaseFact & { kind: 'checklist-opened' })['data'],
  at: string,
): NonNullable<Affairs['checklist']> {
  const before = state.checklist?.items ?? [];
  const listed = new Map(data.items.map((item) => [item.id, item]));
  const kept = before.map((item): ChecklistItem => {
    const now = listed.get(item.id);
    if (item.status === 'done' || item.status === 'skipped') return item;
    if (!now) return { ...item, status: 'set-aside' };
    // Another level asks for it in another time, which counts from the grading that asks (H5).
    const same = now.within === item.within && item.status === 'open';
    return { ...item, status: 'open', within: now.within, since: same ? item.since : at };
  });
  const known = new Set(before.map((item) => item.id));
  const added = data.items
    .filter((item) => !known.has(item.id))
    .map(
      (item): ChecklistItem => ({
        ...{ id: item.id, party: item.party, phase: item.phase, within: item.within, since: at },
        ...{ status: 'open', at: null, person: null, post: null, note: '', onBehalf: false },
        ...(item.said ? { said: item.said } : {}),
      }),
    );
  // The edition is the first one's for good: a running case keeps its procedure.
  const edition = state.checklist ? state.checklist.edition : data.edition;
  return { level: data.level, ...(edition === undefined ? {} : { edition }), items: [...kept, ...added] };
}

/** A second ground for the same target joins what is open already; what was closed is taken up again. */
function reopened(
  state: Affairs,
  data: (CaseFact & { kind: 'referral-opened' })['data'],
  at: string,
): readonly Referral[] {
  const { target, flags, by, reason } = data;
  const before = state.referrals ?? [];
  const one = before.find((referral) => referral.target === target);
  if (!one) {
    const fresh: Referral = {
      ...{ target, flags, by, reason, openedAt: at, status: 'open' },
      ...{ sends: [], receipts: [], replies: [], closedAt: null, closedWhy: '' },
    };
    return [...before, fresh];
  }
  const again: Referral = {
    ...one,
    flags: [...new Set([...one.flags, ...flags])],
    reason: reason || one.reason,
    ...(one.status === 'closed' ? { status: 'open', openedAt: at, closedAt: null, closedWhy: '' } : {}),
  };
  return before.map((referral) => (referral === one ? again : referral));
}

function withItem(state: Affairs, id: string, part: Partial<ChecklistItem>): Affairs {
  if (!state.checklist) return {};
  const items = state.checklist.items.map((item) => (item.id === id ? { ...item, ...part } : item));
  return { checklist: { ...state.checklist, items } };
}

function withRequest(
  state: Affairs,
  id: number,
  change: (request: SupportRequest) => SupportRequest,
): Affairs {
  return { support: (state.support ?? []).map((one) => (one.id === id ? change(one) : one)) };
}

function withOffer(
  state: Affairs,
  id: number,
  group: string,
  part: (offer: SupportOffer) => Partial<SupportOffer>,
): Affairs {
  return withRequest(state, id, (request) => ({
    ...request,
    offers: request.offers.map((offer) =>
      offer.group === group && isLive(offer) ? { ...offer, ...part(offer) } : offer,
    ),
  }));
}

function withReferral(
  state: Affairs,
  target: string,
  part: (referral: Referral) => Partial<Referral>,
): Affairs {
  return {
    referrals: (state.referrals ?? []).map((one) => (one.target === target ? { ...one, ...part(one) } : one)),
  };
}
