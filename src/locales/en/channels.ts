/** Words of short messages, push, digests and faxes, and of the page on which the ways to people are looked after. */
import type { channels as source } from '../zh-Hant/channels.ts';

export const channels = {
  name: { mail: 'E-mail', push: 'App notification', sms: 'Short message', webhook: 'Gateway', fax: 'Fax' },
  kind: { voice: 'Voice gateway', chat: 'Chat gateway' },
  exercise: '[EXERCISE] ',
  sms: {
    brand: 'Tocsin',
    level: (label: string): string => label,
    answer: (code: string): string => `Reply ${code} to acknowledge`,
    signIn: 'Sign in to read it',
    call: (phone: string): string => `or call ${phone}`,
    confirmed: 'Tocsin: acknowledged.',
    notConfirmed: 'Tocsin: this notice no longer asks you; sign in or call.',
    walled: 'You have a notice',
    due: (time: string): string => `by ${time}`,
  },
  push: {
    walledTitle: 'Tocsin',
    walledBody: 'You have a notice. Sign in to read it.',
  },
  digest: {
    subject: (count: number): string => `${count} notices`,
    intro: (count: number): string =>
      `These ${count} notices arose within a short time and are sent as one mail; each of them still wants its own answer.`,
    line: (subject: string, due: string): string => (due === '' ? subject : `${subject} (due ${due})`),
    asked: 'What is asked of you',
    link: 'Sign in to read and acknowledge each:',
  },
  fax: {
    title: 'Notice',
    opening:
      'A fax acknowledges nothing; sign in and press “Acknowledge”, or answer the duty desk by telephone.',
    mailSubject: (number: string): string => `Fax: ${number}`,
    mailText: 'The attached notice is to be faxed.',
  },
  test: {
    subject: 'Test notice',
    body: 'This is a test that you sent yourself from “Administration”. Nothing has happened and no answer is needed.',
  },
} satisfies typeof source;
