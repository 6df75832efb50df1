import type { SessionView } from '../../../src/identity/contract.ts';

export interface Destination {
  screen:
    | 'home'
    | 'report'
    | 'desk'
    | 'situation'
    | 'centre'
    | 'cases'
    | 'support'
    | 'preparedness'
    | 'procedures'
    | 'analyses'
    | 'inbox'
    | 'roster'
    | 'directory'
    | 'mechanism'
    | 'administration'
    | 'mailbox';
  path: string;
}

const ORDER: readonly Destination[] = [
  { screen: 'desk', path: '/desk' },
  { screen: 'situation', path: '/situation' },
  { screen: 'centre', path: '/centre' },
  { screen: 'home', path: '/' },
  { screen: 'report', path: '/report/new' },
  { screen: 'cases', path: '/cases' },
  { screen: 'support', path: '/support' },
  { screen: 'preparedness', path: '/preparedness' },
  { screen: 'procedures', path: '/procedures' },
  { screen: 'analyses', path: '/analyses' },
  { screen: 'inbox', path: '/inbox' },
  { screen: 'roster', path: '/roster' },
  { screen: 'directory', path: '/directory' },
  { screen: 'mechanism', path: '/mechanism' },
  { screen: 'administration', path: '/administration' },
];

/** Where this person's posts let him go, in the order of the menu. */
export function destinations(session: SessionView): Destination[] {
  const allowed = ORDER.filter(
    (to) => to.screen !== 'mailbox' && (session.screens as readonly string[]).includes(to.screen),
  );
  return session.demonstration ? [...allowed, { screen: 'mailbox', path: '/mailbox' }] : allowed;
}
