/** The duty desk. */
import type { desk as source } from '../zh-Hant/desk.ts';

export const desk = {
  title: 'Duty desk',
  queue: 'Queue',
  counts: {
    all: 'To do',
    unacknowledged: 'Unconfirmed',
    unconfirmed: 'Level open',
    late: 'Overdue',
    recovered: 'To release',
  },
  filter: 'Filter the queue',
  reasons: {
    'notice-failed': 'Notice failed',
    'notice-late': 'Not confirmed in time',
    'clock-overdue': 'Overdue',
    new: 'New report',
    'level-unconfirmed': 'Level open',
    'approval-waits': 'Waits for a second person',
    'withdrawal-requested': 'Withdrawal asked',
    'support-waits': 'Support: no answer yet',
    'referral-waits': 'Referral: no answer yet',
    recovered: 'Recovery to check',
    returned: 'Waiting for details',
    handling: 'Being handled',
  },
  callNow: 'Call now',
  callWhy: {
    failed: 'Mail could not be delivered',
    late: 'Not confirmed in time',
    nobody: 'Nobody holds this post',
  },
  callsMore: (n: number): string => `Show ${n} more`,
  callsLess: 'Show fewer',
  record: 'Record confirmation',
  empty: 'Nothing waits for you',
  emptyHelp: 'New reports appear here at once. You can also enter reports told by telephone or fax.',
  emptyFiltered: 'Nothing in the queue fits this filter',
  campaigns: 'Campaigns',
  onBehalf: 'Enter a report on behalf',
  stubs: 'Defence',
  stubsHelp: 'Handled by the Ministry of National Defence; the centre sees only this much.',
  stubCall: (phone: string): string => `Call ${phone}`,
  choose: 'Choose a case',
  chooseHelp: 'Move with j and k; Enter opens the whole case.',
  openFull: 'Whole case',
  backToQueue: 'Back to the queue',
  arrived: (n: number): string => (n === 1 ? 'One new report' : `${n} new reports`),
  takenByYou: 'taken by you',
  together: {
    label: 'Keep cases of one campaign together',
    rest: (n: number): string => `${n} more of this campaign`,
    late: (n: number): string => `${n} overdue`,
    fresh: (n: number): string => `${n} new`,
  },
  cut: (shown: number, all: number): string => `The ${shown} most pressing are listed, of ${all} that wait.`,
  cutAll: 'See all open cases',
  keys: {
    next: 'Next case',
    previous: 'Previous case',
    open: 'Open the whole case',
  },
  alarms: {
    label: 'Alarms of the auditor',
    kinds: {
      'case-differs': (number) =>
        number
          ? `What is stored of ${number} is not as its facts say`
          : 'What is stored of a case is not as its facts say',
      'clocks-late': () => 'Time limits or ladders are long due and nothing moves',
      'deliveries-late': () => 'Notices are long due and nobody sends them',
      'case-stuck': (number) =>
        number
          ? `Something of ${number} fails at every try: see to it by telephone`
          : 'Something of a case fails at every try',
      'clock-jump': () => 'The clock of the database has been set',
    },
    repaired: 'repaired',
    notRepaired: 'could not be repaired: tell the administrator of the system',
    times: (n) => `seen ${n} times`,
    settle: 'Seen to',
  },
} satisfies typeof source;
