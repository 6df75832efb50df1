/** The mails that tell somebody what happened to his account. */
import type { accountMail as source } from '../zh-Hant/account-mail.ts';

export const accountMail = {
  'recovery-asked': {
    subject: 'A recovery of your account was asked for',
    body: 'An administrator has asked for the recovery of your account; a second administrator must approve it. Your passkeys and your password then stop working.',
  },
  'recovery-approved': {
    subject: 'Your account was reset',
    body: 'The recovery of your account was approved: your passkeys, codes and password no longer work, and you are signed out everywhere. The administrator hands you a link that is good for 15 minutes; no mail carries it.',
  },
  'address-changed': {
    subject: 'Your mail address was changed',
    body: 'An administrator changed your mail address in the directory. Notices go to the new address from now on, and no longer to this one.',
  },
  alarm: {
    subject: 'The auditor raised an alarm',
    body: 'The auditor found notices, time limits or records that were not as the facts say, or work that was long due. What could be repaired has been repaired. Sign in to see the alarms of the desk, and look at the machine, the database and the log.',
  },
  doubt: (phone: string): string => `If you did not ask for this, ring the duty desk at once: ${phone}`,
  footer: 'This mail was sent by a system; please do not reply to it.',
} satisfies typeof source;
