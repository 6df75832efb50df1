/** The acts about procedure, support and referral: which of them a case offers, and what each decides. Pure. */
import type { SnapshotPost } from '../directory/index.ts';
import type { Pack } from '../mechanism/index.ts';
import { type Act, AFFAIR_ACTS, type AffairAct } from '../mechanism/vocabulary.ts';
import { refuseFields } from '../platform/errors.ts';
import type { ChecklistItem } from './affairs.ts';
import { requestStatus, type SupportOffer } from './affairs.ts';
import type { CaseAct } from './contract.ts';
import type { CaseState } from './evolve.ts';
import type { NewFact } from './facts.ts';
import { requireItem, requireOpen, requireSettled } from './playbook-rules.ts';
import type { World } from './recipients.ts';
import { decideReferral, type ReferralInput } from './referral-rules.ts';
import { decideSupport } from './support-rules.ts';

/** True for acts about procedure, support and referrals. */
export function isAffair(act: Act): act is AffairAct {
  return (AFFAIR_ACTS as readonly Act[]).includes(act);
}

/** The case has something the act could be about. Whose it is, is asked when it is done. */
export function affairPossible(act: AffairAct, state: CaseState, pack: Pack): boolean {
  const items = state.checklist?.items ?? [];
  const requests = (state.support ?? []).filter((one) => one.cancelled === null);
  const referrals = (state.referrals ?? []).filter((one) => one.status !== 'closed');
  const offers = (...statuses: SupportOffer['status'][]) =>
    requests.some((one) => one.offers.some((offer) => statuses.includes(offer.status)));
  switch (act) {
    case 'tick-item':
    case 'skip-item':
      return items.some((item) => item.status === 'open');
    case 'reopen-item':
      return items.some((item) => item.status === 'done' || item.status === 'skipped');
    case 'request-support':
      return true;
    case 'assign-support':
      return requests.length > 0 && state.hold === null;
    case 'cancel-support':
      return requests.some((one) => requestStatus(one) !== 'done');
    case 'accept-support':
      return offers('offered');
    case 'decline-support':
    case 'recall-support':
      return offers('offered', 'accepted');
    case 'support-progress':
    case 'support-done':
      return offers('accepted');
    case 'support-feedback':
      return offers('done');
    case 'open-referral':
      return pack.referralTargets.some((target) => !referrals.some((one) => one.target === target.id));
    case 'send-referral':
    case 'close-referral':
      return referrals.length > 0;
    case 'record-referral-receipt':
    case 'record-referral-reply':
      return referrals.some((one) => one.sends.length > 0);
  }
}

/** Which step, with its title when the case's mechanism does not know it by that. */
function named({ id, party, said }: ChecklistItem) {
  return { item: id, party, ...(said ? { title: said.title } : {}) };
}

/** The facts of one of these acts. */
export function decideAffair(
  state: CaseState,
  command: Extract<CaseAct, { act: AffairAct }>,
  post: SnapshotPost,
  world: World,
  input: ReferralInput,
): NewFact[] {
  switch (command.act) {
    case 'tick-item': {
      const { item, onBehalf } = requireItem(state, command.item, post);
      requireOpen(item);
      const at = command.at ?? world.now.toISOString();
      if (new Date(at) > world.now) refuseFields({ path: 'at', code: 'in-the-future' });
      return [
        {
          kind: 'checklist-item-done',
          data: { ...named(item), at, note: command.note, onBehalf },
        },
      ];
    }
    case 'skip-item': {
      const { item, onBehalf } = requireItem(state, command.item, post);
      requireOpen(item);
      return [
        {
          kind: 'checklist-item-skipped',
          data: { ...named(item), reason: command.reason, onBehalf },
        },
      ];
    }
    case 'reopen-item': {
      const { item } = requireItem(state, command.item, post);
      requireSettled(item);
      return [
        {
          kind: 'checklist-item-reopened',
          data: { ...named(item), reason: command.reason },
        },
      ];
    }
    case 'open-referral':
    case 'send-referral':
    case 'record-referral-receipt':
    case 'record-referral-reply':
    case 'close-referral':
      return decideReferral(state, command, world, input);
    default:
      return decideSupport(state, command, post, world);
  }
}
