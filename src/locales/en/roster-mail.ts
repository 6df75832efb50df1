/** Mails and pushes about swaps and the roster. No names; behind walls neither the post nor the time. */
import type { rosterMail as source } from '../zh-Hant/roster-mail.ts';

export const rosterMail = {
  'swap-asked': {
    subject: 'You are asked to take a turn of duty',
    body: (post, span) =>
      `Somebody who holds the same post asks you to take this turn:\n\n${post}, ${span}\n\nThe roster does not change until you agree. Sign in to agree or to decline.`,
    walled:
      'Somebody who holds the same post asks you to take a turn of duty. The roster does not change until you agree. Sign in to agree or to decline.',
  },
  'swap-agreed': {
    subject: 'Your swap was agreed to',
    body: (post, span) =>
      `The swap you asked for was agreed to, and the roster has changed:\n\n${post}, ${span}`,
    walled: 'The swap you asked for was agreed to, and the roster has changed.',
  },
  'swap-refused': {
    subject: 'Your swap was declined: the turn is still yours',
    body: (post, span) =>
      `The swap you asked for was declined. This turn of duty is still yours:\n\n${post}, ${span}`,
    walled: 'The swap you asked for was declined. The turn of duty is still yours.',
  },
  'swap-withdrawn': {
    subject: 'A swap asked of you was taken back',
    body: (post, span) =>
      `Whoever asked you to take this turn has taken the request back; there is nothing for you to do:\n\n${post}, ${span}`,
    walled: 'Whoever asked you to take a turn has taken the request back; there is nothing for you to do.',
  },
  'shift-given': {
    subject: 'Your roster has changed',
    body: (post, span) =>
      `Whoever plans the roster ordered a swap, and your turns have changed. The turn in question:\n\n${post}, ${span}\n\nSign in to check your roster.`,
    walled:
      'Whoever plans the roster ordered a swap, and your turns have changed. Sign in to check your roster.',
  },
  footer: 'This mail was sent by a system; please do not reply to it.',
} satisfies typeof source;
