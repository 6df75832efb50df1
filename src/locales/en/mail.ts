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
  reached:
    'This notice has gone to those it was meant for and nobody has confirmed it, so it is now sent to you as well. One confirmation is enough.',
  footer: 'This mail was sent by a system; please do not reply to it.',
  reason: {
    refused: 'Refused by the far side',
    deferred: 'The far side asks to try later; it is tried again by itself',
    'relay-refuses': 'The relay refuses this system; it is tried again by itself',
    'relay-unreachable': 'The relay cannot be reached; it is tried again by itself',
    'relay-silent': 'The relay does not answer; it is tried again by itself',
    'cut-off': 'The line broke, nobody knows whether it arrived; it is sent again under the same id',
    broken: 'This system itself cannot put the notice together',
    'bad-address': 'The e-mail address is not valid',
    'no-address': 'No usable address or number is on record',
    nobody: 'Nobody holds the post and nobody stands in',
    expired: 'It could not be handed over for too long; no more tries are made',
    bounced: 'Accepted, and then sent back',
    'not-holder': 'No longer holds the post; today’s holder is told instead',
    'shut-out': 'The account was shut; today’s holder is told instead',
    'no-right': 'May no longer know of this case; not sent',
    closed: 'The notice has ended; not sent',
    'no-device': 'No device has notifications switched on',
    'no-lane': 'This way is set up no more',
    undelivered: 'The gateway reports that it did not arrive',
  },
  reasonWithCode: (words: string, code: string): string => `${words} (code ${code})`,
} satisfies typeof source;
