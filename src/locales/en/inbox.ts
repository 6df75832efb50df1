/** Notices to a person's posts. */
import type { inbox as source } from '../zh-Hant/inbox.ts';

export const inbox = {
  title: 'Notices',
  lead: 'What your posts are told. Opening is not confirming: press “I know of it”.',
  waiting: (n: number): string =>
    n === 0 ? 'Nothing to confirm' : n === 1 ? '1 notice to confirm' : `${n} notices to confirm`,
  filterWaiting: 'To confirm',
  filterAll: 'All',
  empty: 'Nothing to confirm',
  emptyHelp: 'Whatever you must know appears here at once and is mailed to you.',
  emptyAll: 'No notices yet',
  acknowledge: 'I know of it',
  acknowledged: 'Confirmed',
  acknowledgedBy: (name: string): string => `Confirmed by ${name}`,
  open: 'See the case',
  asked: 'Please',
  to: 'Told to',
  informed: 'For information',
  due: 'Confirm before',
  closed: 'Nothing left to do',
  noCase: 'Handled by the Ministry of National Defence; call the number shown.',
  instead: 'Whoever was told first has not confirmed; the ladder asks you instead.',
  insteadNoCase: 'Your rights do not show you this case; once you know of it, ring the duty desk.',
  done: (n: number): string => (n === 1 ? 'Confirmed.' : `${n} notices confirmed.`),
  doneNext: 'the duty desk sees your confirmation; open the case if you have something to report.',
  call: (phone: string): string => `Call the duty desk ${phone}`,
} satisfies typeof source;
