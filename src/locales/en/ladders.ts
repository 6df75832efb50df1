/** Rehearsing ladders: who would be told, in which order, if nobody answered. */
import type { ladders as zh } from '../zh-Hant/ladders.ts';

export const ladders = {
  title: 'Rehearse the ladders',
  lead: 'If this body reported this level now and nobody answered: whom the system would tell, in which order, when, and by which ways. Only a rehearsal: nothing is sent and nothing is recorded.',
  open: 'Rehearse the ladders',
  organisation: 'Body that reports',
  level: 'Impact level',
  choose: 'Choose a body and a level',
  chooseHelp: 'You then see the people who hold each post at this moment.',
  forbidden: 'Only the desk, the officers of the subgroup and administrators can rehearse for this body.',
  stages: {
    filed: 'When the report arrives',
    confirmed: 'When the desk confirms the level',
    unconfirmed: 'When nobody confirms the level in time',
  },
  confirmedHelp: 'Counted from the confirmation; shown here as if it were now.',
  nobodyTold: 'Nobody has to confirm anything at this point.',
  rung: (n: number): string => `Rung ${n}`,
  after: (minutes: number): string => (minutes === 0 ? 'at once' : `after ${minutes} min`),
  noLadder: 'No ladder; when nobody confirms, the case rises to the top of the desk’s queue.',
  toPosts: 'A notice of their own',
  channels: { mail: 'mail', push: 'push', sms: 'SMS', webhook: 'voice or chat', fax: 'fax' },
  duty: { first: 'on duty', second: 'second on duty' },
  acting: 'acting',
  standsIn: 'Nobody holds the post; acts in its place',
  nameless: '(person inside a compartment)',
  gaps: {
    title: 'What is missing',
    none: 'Every post has somebody, and everybody can be reached by mail.',
    vacant: (n: number): string => (n === 1 ? 'Nobody holds one post' : `Nobody holds ${n} posts`),
    unreachable: (n: number): string =>
      n === 1
        ? 'One person or post cannot be reached at all'
        : `${n} persons or posts cannot be reached at all`,
    nobody: 'Nobody holds this post, and nobody stands in',
    post: 'Nobody holds this post',
    empty: 'There is nobody else on this rung',
    noAddress: {
      mail: 'no mail address',
      push: 'no device registered',
      sms: 'no mobile number',
      webhook: 'no way to be reached',
      fax: 'no fax number',
    },
    notSetUp: (channel: string): string => `${channel} not set up`,
  },
  asOf: 'As of now',
} satisfies typeof zh;
