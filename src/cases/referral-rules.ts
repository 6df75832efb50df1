/**
 * Referral (移送; S8.4.1, S8.4.2): the form's boxes open one to prosecutors and investigators and, at the same time, one to
 * the disaster system; what was handed over, to whom, by which channel, and what came back. Pure. A right of the desk: the
 * agency sees that it was made; who received it, and what was answered, stands apart.
 */
import type { Pack } from '../mechanism/index.ts';
import { transitionFor } from '../mechanism/index.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import type { Referral } from './affairs.ts';
import type { CaseAct } from './contract.ts';
import type { CaseState } from './evolve.ts';
import type { NewFact } from './facts.ts';
import type { World } from './recipients.ts';

type Target = Pack['referralTargets'][number];
export type Office = Target['offices'][number];

/**
 * The referrals a filed form opens: one for each target whose boxes are ticked, in the same transaction and beside each
 * other (S8.4.2). A box ticked before opens nothing again, also when the desk has closed what it opened.
 */
export function openedByForm(
  before: readonly Referral[],
  flags: readonly string[],
  pack: Pack,
  state: string,
): NewFact[] {
  if (transitionFor(pack, 'send-referral', state) === null) return [];
  return pack.referralTargets.flatMap((target): NewFact[] => {
    const grounds = new Set(pack.flags.filter((flag) => flag.target === target.id).map((flag) => flag.id));
    const known = new Set(before.find((one) => one.target === target.id)?.flags);
    const fresh = flags.filter((flag) => grounds.has(flag as never) && !known.has(flag));
    if (fresh.length === 0) return [];
    return [{ kind: 'referral-opened', data: { target: target.id, flags: fresh, by: 'form', reason: '' } }];
  });
}

/** The offices of a target that answer for a county, the nearest first: those of the county, then those of the nation. */
export function officesFor(target: Target, county: string | null): Office[] {
  const local = target.offices.filter((one) => county !== null && one.counties.includes(county));
  const national = target.offices.filter((one) => one.counties.length === 0);
  return [...local, ...national];
}

/** Who may read what came back: the desk, the command and those who watch; in a compartment its own group (H28, DEC-19). */
export function notesSeenBy(state: CaseState): string[] {
  const keys = ['system', `group:${state.routing.desk}`];
  return state.compartment === null ? [...keys, 'command', 'desk', 'watch'] : keys;
}

type ReferralAct = Extract<
  CaseAct,
  {
    act:
      | 'open-referral'
      | 'send-referral'
      | 'record-referral-receipt'
      | 'record-referral-reply'
      | 'close-referral';
  }
>;

/** What the shell knows beside the act: the package that was made, and the row in which what came back will stand. */
export interface ReferralInput {
  /** The package named by the act, when it is one of this case; null when it is not. */
  readonly package?: { readonly id: string; readonly sha256: string } | null;
  readonly note?: { readonly id: string; readonly hash: string };
}

function referralTo(state: CaseState, target: string): Referral {
  const found = state.referrals?.find((one) => one.target === target);
  if (!found || found.status === 'closed') refuse('referral-not-open');
  return found;
}

function notLater(at: string, world: World): void {
  if (new Date(at) > world.now) refuseFields({ path: 'at', code: 'in-the-future' });
}

/** The facts of one act about a referral. */
export function decideReferral(
  state: CaseState,
  command: ReferralAct,
  world: World,
  input: ReferralInput,
): NewFact[] {
  const { pack } = world;
  const target = pack.referralTargets.find((one) => one.id === command.target);
  if (!target) refuseFields({ path: 'target', code: 'bad-choice' });
  switch (command.act) {
    case 'open-referral': {
      const standing = state.referrals?.find((one) => one.target === target.id);
      if (standing && standing.status !== 'closed') refuse('conflict');
      const { reason } = command;
      return [{ kind: 'referral-opened', data: { target: target.id, flags: [], by: 'act', reason } }];
    }
    case 'send-referral': {
      referralTo(state, target.id);
      notLater(command.at, world);
      const office = target.offices.find((one) => one.id === command.office);
      if (command.office !== null && !office) refuseFields({ path: 'office', code: 'bad-choice' });
      const named = command.to.trim();
      if (!office && named === '') refuseFields({ path: 'to', code: 'required' });
      if (command.package !== null && !input.package) refuseFields({ path: 'package', code: 'bad-choice' });
      return [
        {
          kind: 'referral-sent',
          data: {
            target: target.id,
            office: office?.id ?? null,
            to: office ? office.name : { zh: named, en: named },
            channel: command.channel,
            at: command.at,
            package: input.package?.id ?? null,
            sha256: input.package?.sha256 ?? null,
          },
        },
      ];
    }
    case 'record-referral-receipt':
    case 'record-referral-reply': {
      const referral = referralTo(state, target.id);
      const first = referral.sends[0];
      if (!first) refuse('referral-not-open');
      notLater(command.at, world);
      const { id: note, hash } = input.note ?? { id: '', hash: '' };
      if (command.act === 'record-referral-receipt')
        return [{ kind: 'referral-received', data: { target: target.id, at: command.at, note, hash } }];
      const { outcome, at } = command;
      return [{ kind: 'referral-answered', data: { target: target.id, at, outcome, note, hash } }];
    }
    case 'close-referral':
      referralTo(state, target.id);
      return [{ kind: 'referral-closed', data: { target: target.id, reason: command.reason } }];
  }
}
