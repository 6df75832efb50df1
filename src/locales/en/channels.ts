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
    more: (count: number): string =>
      `${count} more are not listed here, none of them graver than those above; they wait for you in your inbox.`,
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
  devices: {
    title: 'Notifications on devices',
    lead: 'Switched on, this device tells at once when there is a notice; a tap opens it, and signing in is needed to acknowledge.',
    on: 'Switch on for this device',
    off: 'Switch off',
    here: 'This device',
    since: 'Since',
    used: 'Last reached',
    never: 'Never yet',
    failing: 'Cannot be reached since',
    none: 'No device has notifications switched on',
    unsupported:
      'This browser has no push. On a telephone, add the application to the home screen first and open it from there.',
    blocked: 'The browser blocks notifications of this site; allow them in its settings and try again.',
    failed: 'Not switched on: the push service did not answer. Try again later.',
    doneOn: 'Notifications are on for this device',
    doneOff: 'Notifications are off',
    unnamed: 'Browser',
  },
  health: {
    title: 'Ways to people',
    lead: 'Each way stands alone: trouble in one delays none of the others. A test goes to yourself only.',
    heads: { name: 'Way', state: 'State', queue: 'Waiting', test: 'Test' },
    state: { up: 'Working', down: 'Takes nothing', unused: 'Not used yet' },
    okAt: 'Last sent',
    since: 'Since',
    oldest: 'oldest since',
    send: 'Send me a test',
    sent: 'The test is on its way',
    testing: 'Testing',
    testOk: 'Test sent',
    testFailed: 'Test failed',
    soon: 'Tested a moment ago; wait a little.',
  },
  desk: {
    label: 'Ways to people in trouble',
    down: (name: string): string => `${name} takes nothing`,
    since: 'since',
    waiting: (count: number): string => `${count} waiting; level A goes another way`,
  },
} satisfies typeof source;
