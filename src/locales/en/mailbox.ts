/** The demonstration's mailbox: what was mailed, to be read without a mail program. */
import type { mailbox as source } from '../zh-Hant/mailbox.ts';

export const mailbox = {
  title: 'Demo mailbox',
  lead: 'Every mail of the demonstration nation, delivered by real SMTP and listed here; none leaves this machine.',
  empty: 'No mail yet',
  emptyHelp: 'File a report or act on a case, and the notices appear within seconds.',
  to: 'To',
  from: 'From',
  subject: 'Subject',
  received: 'Received',
  choose: 'Choose a mail to read',
  search: 'Recipient or subject',
  headers: 'Headers',
  back: 'Back to the list',
} satisfies typeof source;
