/**
 * From decided facts to everything that follows: the new state, who is told, which clocks move, which notices end. Pure.
 * The shell (commands.ts) stores the result in one transaction.
 */
import { addDuration, ladderOf, type MatchContext, type Pack } from '../mechanism/index.ts';
import type { NoticeChannel } from '../mechanism/vocabulary.ts';
import { isLive } from './affairs.ts';
import { type ClockRow, clocksAfter, stopping } from './clock-rules.ts';
import { type CaseState, evolve } from './evolve.ts';
import type { CaseFact, NewFact } from './facts.ts';
import { idleRungs, laddersAfter, nextRungAt, type OpenNotice, rungRecipients } from './ladder-rules.ts';
import { ownersOf } from './playbook-rules.ts';
import { lapses } from './proposals.ts';
import { byPost, keptFrom, postSees, type Recipient, recipients, type World } from './recipients.ts';
import { settledBy } from './support-rules.ts';

export type { OpenNotice } from './ladder-rules.ts';

/** Who did it; null for the mechanism itself (a clock that ran out). */
export interface Doer {
  readonly person: string | null;
  readonly post: string | null;
}

/** A notice to be made. */
export interface NewNotice extends Recipient {
  readonly id: string;
  readonly factSeq: number;
  readonly madeAt: Date;
  readonly confirmBy: Date | null;
  readonly nextRungAt: Date | null;
  readonly stopped: false;
  /** The doer holds the post: he knows already. */
  readonly known: boolean;
}

/** Persons whom a rung tells of a notice made before. */
export interface Reached {
  readonly notice: OpenNotice;
  readonly rung: number;
  readonly people: readonly string[];
  readonly channels: readonly NoticeChannel[];
}

export interface Effects {
  readonly state: CaseState;
  readonly facts: readonly CaseFact[];
  readonly notices: readonly NewNotice[];
  readonly newClocks: readonly ClockRow[];
  readonly changedClocks: readonly ClockRow[];
  /** Notices confirmed by these facts. */
  readonly confirmed: readonly (CaseFact & { kind: 'acknowledged' })['data'][];
  readonly closed: readonly { readonly ids: readonly string[]; readonly why: string }[];
  /** Notices of before that are still open and whose ladder has moved or stopped. */
  readonly ladders: readonly OpenNotice[];
  readonly reached: readonly Reached[];
  /** When the case rises in the desk's queue; null = never by itself. */
  readonly attention: Date | null;
}

/** Where a case stands before the facts; all empty for a new one. */
export interface Before {
  readonly id: string;
  readonly state: CaseState | null;
  readonly clocks: readonly ClockRow[];
  readonly openNotices: readonly OpenNotice[];
}

/** What the pack's conditions may ask about a fact. */
export function contextOf(fact: CaseFact, before: CaseState | null, state: CaseState): MatchContext {
  const context: MatchContext = { level: state.level, suspected: state.suspected };
  switch (fact.kind) {
    case 'filed':
      return { ...context, report: fact.data.kind, flags: fact.data.flags };
    case 'level-proposed':
      return { ...context, level: fact.data.level };
    case 'graded': {
      // What had been reached unconfirmed is now confirmed: that is news to those who were told.
      const settled = Object.values(before?.thresholds ?? {}).some((one) => one.inside && !one.confirmed);
      return { ...context, changed: fact.data.changed || settled };
    }
    case 'threshold-reached':
      return { ...context, threshold: fact.data.threshold, confirmed: fact.data.confirmed };
    case 'threshold-left':
      return { ...context, threshold: fact.data.threshold };
    case 'message-sent':
      return {
        ...context,
        direction: fact.data.direction,
        groups: fact.data.group === undefined ? [] : [fact.data.group],
      };
    case 'checklist-opened':
      return { ...context, groups: ownersOf(fact.data, before) };
    case 'support-assigned':
    case 'support-accepted':
    case 'support-declined':
    case 'support-recalled':
    case 'support-progressed':
    case 'support-finished':
      return { ...context, groups: [fact.data.group] };
    case 'support-cancelled':
    case 'support-rated': {
      const request = (before ?? state).support?.find((one) => one.id === fact.data.request);
      const asked = request?.offers.filter((one) => isLive(one)) ?? [];
      return { ...context, groups: asked.map((one) => one.group) };
    }
    case 'referral-opened':
      return { ...context, target: fact.data.target, flags: fact.data.flags };
    case 'referral-sent':
    case 'referral-received':
    case 'referral-answered':
    case 'referral-closed':
      return { ...context, target: fact.data.target };
    case 'clock-warned':
    case 'clock-overdue':
      return { ...context, clock: fact.data.definition };
    default:
      return context;
  }
}

/** Open notices that a fact makes pointless, and the words shown to whoever had them. */
function closedBy(
  fact: CaseFact,
  state: CaseState,
  open: readonly OpenNotice[],
  pack: Pack,
  maySee: (postId: string) => boolean,
): { ids: string[]; why: string } | null {
  const pick = (why: string, test: (notice: OpenNotice) => boolean) => {
    const ids = open.filter(test).map((notice) => notice.id);
    return ids.length > 0 ? { ids, why } : null;
  };
  const routesOn = (kind: string) =>
    new Set(pack.routes.filter((route) => route.on === kind).map((route) => route.id));
  const proposing = routesOn('act-proposed');
  const ofSupport = new Set([...routesOn('support-requested'), ...routesOn('support-assigned')]);
  if (fact.kind === 'act-proposed') return null;
  if ('proposal' in fact.data) {
    const { proposal } = fact.data;
    return pick('proposal-settled', (notice) => proposing.has(notice.route) && notice.factSeq === proposal);
  }
  // Whoever no longer sees the case is asked for nothing more, and learns nothing more of it (H28): the reason is one that
  // is given as well when a case ends or a question is answered.
  if (fact.kind === 'held') return pick('no-longer-asked', (notice) => !maySee(notice.postId));
  const waits = new Set(state.pending.map((one) => one.id));
  if (!state.open)
    return pick('no-longer-asked', (notice) => !(proposing.has(notice.route) && waits.has(notice.factSeq)));
  switch (fact.kind) {
    case 'graded': {
      const routes = routesOn('level-proposed');
      return pick('level-decided', (notice) => routes.has(notice.route));
    }
    case 'convenor-told':
      return pick('convenor-told', (notice) => notice.expects === 'task');
    case 'acknowledged':
      return fact.data.capacities.includes('convenor')
        ? pick('convenor-knows', (notice) => notice.expects === 'task')
        : null;
    case 'filed': {
      const routes = routesOn('asked-back');
      return pick('no-longer-asked', (notice) => routes.has(notice.route));
    }
    default: {
      const answered = new Set(settledBy(fact, state));
      return pick('no-longer-asked', (notice) => answered.has(notice.factSeq) && ofSupport.has(notice.route));
    }
  }
}

/** What happens of itself. */
export const MECHANISM: Doer = { person: null, post: null };

/** Applies facts one after another. `newId` mints ids of notices and clocks. */
export function applyFacts(
  before: Before,
  drafts: readonly NewFact[],
  doer: Doer,
  world: World,
  newId: () => string,
): Effects {
  let state = before.state;
  let clocks = [...before.clocks];
  let open = [...before.openNotices];
  const facts: CaseFact[] = [];
  const found: (Recipient & { factSeq: number })[] = [];
  const closed: { ids: string[]; why: string }[] = [];
  const confirmed: Effects['confirmed'][number][] = [];
  const reached: Reached[] = [];
  const apply = (draft: NewFact, by: Doer): void => {
    const was = state;
    const bare = {
      ...stopping(draft, clocks),
      seq: (state?.revision ?? 0) + 1,
      at: world.now,
      person: by.person,
      post: by.post,
    } as CaseFact;
    const after = evolve(before.id, state, bare);
    const context = contextOf(bare, state, after);
    // A threshold reached a second time in one crossing fires nothing (H7).
    const silent = bare.kind === 'threshold-reached' && bare.data.again;
    const told = silent ? [] : recipients(bare.kind, context, after, world, by, state);
    if (bare.kind === 'hold-lifted') told.push(...keptFrom(bare.data.news, after, world, by, state));
    if (bare.kind === 'rung-reached') {
      const notice = open.find((one) => one.id === bare.data.notice);
      told.push(...rungRecipients(bare, notice, after, world));
      const rung = ladderOf(world.pack, bare.data.ladder)?.rungs[bare.data.rung - 1];
      if (notice && rung && bare.data.people.length > 0)
        reached.push({ notice, rung: bare.data.rung, people: bare.data.people, channels: rung.channels });
    }
    const fact = (
      told.length === 0
        ? bare
        : {
            ...bare,
            data: {
              ...bare.data,
              told: told.map((one) => ({
                post: one.post.id,
                route: one.route,
                inside: one.inside,
                ...(one.forNow ? { forNow: true as const } : {}),
              })),
            },
          }
    ) as CaseFact;
    const next = evolve(before.id, was, fact);
    clocks = clocksAfter(clocks, fact, was, next, context, world.pack, newId);
    const ended = closedBy(fact, next, open, world.pack, (postId) => {
      const post = world.directory.posts.get(postId);
      return post !== undefined && postSees(post, next, world.pack);
    });
    const asked = open;
    if (ended) {
      closed.push(ended);
      open = open.filter((notice) => !ended.ids.includes(notice.id));
    }
    let answered: OpenNotice | undefined;
    if (fact.kind === 'acknowledged') {
      const { notice } = fact.data;
      confirmed.push(fact.data);
      answered = open.find((one) => one.id === notice);
      open = open.filter((one) => one !== answered);
    }
    open = laddersAfter(open, fact, answered, was, next, world);
    // Nobody is asked any longer to look after somebody who has answered, or need not.
    const going = new Set(open.filter((one) => !one.stopped).map((one) => one.id));
    const idle = idleRungs(open, new Set(asked.map((one) => one.id).filter((id) => !going.has(id))));
    if (idle.length > 0) {
      closed.push({ ids: idle, why: 'no-longer-asked' });
      open = open.filter((notice) => !idle.includes(notice.id));
    }
    found.push(...told.map((one) => ({ ...one, factSeq: fact.seq })));
    facts.push(fact);
    state = next;
  };
  for (const draft of drafts) {
    apply(draft, doer);
    // What was proposed on another ground than now is not kept for somebody to agree to by mistake (ISO-15).
    for (const lapsed of lapses(state as unknown as CaseState, world.pack)) apply(lapsed, MECHANISM);
  }
  if (state === null) throw new Error('no facts: nothing to apply');
  const approving = new Set(
    world.pack.routes.filter((route) => route.on === 'act-proposed').map((route) => route.id),
  );
  const seqOf = new Map(found.map((one) => [one.post.id, one.factSeq]));
  const notices = byPost(found).map((recipient): NewNotice => {
    const decides = approving.has(recipient.route);
    const asks = recipient.expects !== 'none' && ((state as unknown as CaseState).open || decides);
    return {
      ...recipient,
      expects: asks ? recipient.expects : 'none',
      id: newId(),
      factSeq: seqOf.get(recipient.post.id) ?? facts.length,
      madeAt: world.now,
      stopped: false,
      nextRungAt: asks ? firstRungAt(recipient, state as unknown as CaseState, world) : null,
      confirmBy:
        asks && recipient.within
          ? addDuration(world.now, recipient.within, 'elapsed', world.pack.timeZone)
          : null,
      // Who proposes something does not thereby know it for those who are to agree to it.
      known: recipient.post.id === doer.post && !decides,
    };
  });
  const waiting = [
    ...open.map((notice) => notice.confirmBy),
    ...notices.filter((notice) => !notice.known).map((notice) => notice.confirmBy),
    ...clocks.filter((clock) => clock.state === 'running').map((clock) => clock.dueAt),
  ].filter((at) => at !== null);
  const known = new Map(before.clocks.map((clock) => [clock.id, clock]));
  return {
    state,
    facts,
    notices,
    newClocks: clocks.filter((clock) => !known.has(clock.id)),
    changedClocks: clocks.filter((clock) => known.has(clock.id) && known.get(clock.id) !== clock),
    confirmed,
    closed,
    ladders: open.filter((notice) => !before.openNotices.includes(notice)),
    reached,
    attention:
      state.open && waiting.length > 0 ? new Date(Math.min(...waiting.map((at) => at.getTime()))) : null,
  };
}

/** When nobody has answered a new notice, its second rung is due. */
export function firstRungAt(recipient: Recipient, state: CaseState, { pack, now }: World): Date | null {
  const ladder = ladderOf(pack, recipient.ladder);
  return ladder && nextRungAt(ladder, 1, state.level, now);
}
