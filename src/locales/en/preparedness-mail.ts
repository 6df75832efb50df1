/** Mails and pushes of calls for preparedness: what is asked and by when, never why (S7.9.7.5). */
import type { preparednessMail as source } from '../zh-Hant/preparedness-mail.ts';

export const preparednessMail = {
  'prepare-called': {
    subject: (due) => `Preparedness: please act by ${due}`,
    body: (post, due) =>
      `The response centre calls for preparedness. To the ${post}: please confirm that this has arrived, deal with each step by ${due}, and record the outcome after signing in. Where a step cannot be done, say why.`,
  },
  'prepare-informed': {
    subject: () => 'Preparedness: bodies in your charge have been called',
    body: (_post, due) =>
      `The response centre has called on bodies of which you are the competent authority to prepare, by ${due}. This is for information and needs no answer; sign in to see how far they are.`,
  },
  'prepare-reminded': {
    subject: (due) => `Reminder: preparedness still waits for your answer (due ${due})`,
    body: (post, due) =>
      `To the ${post}: part of the preparedness called for has not been confirmed or recorded yet. It is due ${due}. Please sign in and deal with it.`,
  },
  'prepare-extended': {
    subject: (due) => `Preparedness is now due ${due}`,
    body: (_post, due) =>
      `The preparedness called for is now due ${due}. What has been recorded stands; please deal with the rest by then.`,
  },
  'prepare-ended': {
    subject: () => 'Preparedness has ended',
    body: () =>
      'The response centre has ended this call for preparedness; nothing more needs to be recorded. Whether measures you took stay in place is yours to judge.',
  },
  drill: (subject) => `[EXERCISE] ${subject}`,
  drillBody: 'This is an exercise.',
  footer: 'This mail was sent by a system; please do not reply to it.',
} satisfies typeof source;
