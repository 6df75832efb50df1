/** Words of the mails the system sends, and of how a delivery stands. */
import type { mail as source } from '../zh-Hant/mail.ts';

export const mail = {
  sender: 'Tocsin',
  exercise: {
    prefix: '[EXERCISE] ',
    band: '=== EXERCISE. This notice is part of a drill; nothing has really happened. ===',
  },
  asked: (what: string): string => `What is asked of you: ${what}`,
  due: (roc: string, iso: string): string => `Due: ${iso} (${roc})`,
  phone: (phone: string): string => `Duty desk: ${phone}`,
  closedPhone: (phone: string): string => `Please call: ${phone}`,
  link: {
    acknowledge: 'Sign in to acknowledge:',
    read: 'Sign in to read:',
  },
  opening:
    'Opening the link acknowledges nothing; sign in and press “Acknowledge”. If you cannot sign in, answer by telephone.',
  standIn: 'Nobody holds the post this notice is meant for; it is sent to you to act in its place.',
  footer: 'This mail was sent by a system; please do not reply to it.',
  reason: {
    refused: 'Refused by the recipient’s mail server',
    deferred: 'The recipient’s mail server asks to try later; it is tried again by itself',
    'relay-refuses': 'The mail relay refuses this system; it is tried again by itself',
    'relay-unreachable': 'The mail relay cannot be reached; it is tried again by itself',
    'relay-silent': 'The mail relay does not answer; it is tried again by itself',
    'cut-off': 'The line broke, nobody knows whether it arrived; the same mail is sent again',
    'bad-address': 'The e-mail address is not valid',
    'no-address': 'No e-mail address is on record',
    nobody: 'Nobody holds the post and nobody stands in',
    expired: 'It could not be handed over for too long; no more tries are made',
    'not-holder': 'No longer holds the post; today’s holder is told instead',
    'shut-out': 'The account was shut; today’s holder is told instead',
    'no-right': 'May no longer know of this case; not sent',
    closed: 'The notice has ended; not sent',
  },
  reasonWithCode: (words: string, code: string): string => `${words} (code ${code})`,
} satisfies typeof source;
