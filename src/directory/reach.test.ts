/** Whom a notice to a post can reach besides its holders (H40, H41, DEC-9, DEC-19). */
import { describe, expect, test } from 'vitest';
import { type Circle, circleOf, everyoneOf } from './reach.ts';
import { DirectorySnapshot, type SnapshotPost } from './snapshot.ts';

const NOW = new Date('2026-03-05T02:40:00+08:00');
const since = { from: new Date(0), to: null };
const body = (id: string, compartment: string | null) => ({
  ...{
    id,
    code: id,
    nameZh: id,
    nameEn: id,
    kind: 'agency',
    superiorId: null,
    authorityId: null,
    successorId: null,
  },
  ...{
    sectors: [],
    compartment,
    county: null,
    phone: '',
    fax: '',
    email: '',
    validFrom: '2000-01-01',
    validTo: null,
  },
});
const post = (id: string, role: SnapshotPost['role'], organisationId: string): SnapshotPost => ({
  ...{ id, code: id, nameZh: id, nameEn: id, role, organisationId, groupCode: null, press: false, max: 9 },
});
const person = (id: string, organisationId: string) => ({
  ...{
    id,
    nameZh: id,
    nameEn: id,
    title: '',
    organisationId,
    email: '',
    phone: '',
    mobile: '',
    fax: '',
    language: '',
  },
});
const held = (postId: string, personId: string, acting = false) => ({ postId, personId, acting, ...since });
const shift = (personId: string, place: 'first' | 'second') => ({
  ...{ id: `s-${personId}`, postId: 'duty', personId, place },
  from: new Date(NOW.getTime() - 1),
  to: new Date(NOW.getTime() + 1),
});

const snapshot = new DirectorySnapshot({
  version: 1,
  organisations: [body('edu', null), body('edpc', null), body('ey', null), body('brigade', 'defence')],
  groups: [],
  posts: [
    post('contact', 'contact', 'edu'),
    post('contact-2', 'contact', 'edu'),
    post('duty', 'duty-officer', 'edpc'),
    post('convenor', 'convenor', 'ey'),
    post('captain', 'contact', 'brigade'),
    post('empty', 'contact', 'ey'),
  ],
  holdings: [
    ...[held('contact', 'anna'), held('contact', 'ben', true), held('contact-2', 'carl')],
    ...[held('duty', 'dora'), held('duty', 'emil'), held('duty', 'finn'), held('duty', 'gina')],
    ...[
      held('convenor', 'hugo'),
      held('convenor', 'ida', true),
      held('captain', 'jan'),
      held('captain', 'kay', true),
    ],
  ],
  persons: [person('kay', 'edu'), person('leo', 'brigade'), person('mia', 'edu')],
  teamMembers: [
    { organisationId: 'edu', personId: 'nora', function: 'prevention', ...since },
    { organisationId: 'edu', personId: 'otto', function: 'both', ...since },
    { organisationId: 'ey', personId: 'paul', function: 'head', ...since },
    { organisationId: 'brigade', personId: 'leo', function: 'crisis', ...since },
    { organisationId: 'brigade', personId: 'mia', function: 'crisis', ...since },
  ],
  contacts: [
    { organisationId: 'edu', personId: 'anna', ordinal: 1, ...since },
    { organisationId: 'edu', personId: 'quin', ordinal: 2, ...since },
    { organisationId: 'edpc', personId: 'rosa', ordinal: 1, ...since },
  ],
  rosters: {
    version: 1,
    shifts: [shift('emil', 'first'), shift('dora', 'second')],
    absences: [{ postId: 'duty', personId: 'gina', from: new Date(0), to: new Date(NOW.getTime() + 1) }],
  },
});
const reach = (postId: string, circle: Circle, reached: string[] = []) =>
  circleOf(snapshot, postId, circle, NOW, new Set(reached));

describe('circles of a post', () => {
  test.each<[string, string, Circle, string[], string[]]>([
    ['holders without a roster', 'contact', 'holder', [], ['anna']],
    ['H41 those standing in', 'contact', 'acting', [], ['ben']],
    ['H40 everybody else who answers for the body', 'contact', 'deputy', ['anna'], ['ben', 'carl', 'quin']],
    ['the team, those who handle crises', 'contact', 'team', ['anna'], ['otto']],
    ['when all of those know, the others of the team', 'contact', 'team', ['otto'], ['nora']],
    ['H40 the first on duty', 'duty', 'holder', [], ['emil']],
    ['then the second', 'duty', 'deputy', ['emil'], ['dora']],
    ['then who is off duty, and not the body’s own contacts', 'duty', 'deputy', ['emil', 'dora'], ['finn']],
    ['who is away comes last', 'duty', 'deputy', ['emil', 'dora', 'finn'], ['gina']],
    ['nobody is left', 'duty', 'deputy', ['emil', 'dora', 'finn', 'gina'], []],
    ['DEC-9 the body that lends the convenor is not told in his place', 'convenor', 'team', [], []],
    ['H41 but whoever stands in for him is', 'convenor', 'acting', [], ['ida']],
    ['DEC-19 the team behind the walls, without who is not of them', 'captain', 'team', [], ['leo']],
    ['DEC-19 who holds a post behind the walls is told what it is told', 'captain', 'acting', [], ['kay']],
    ['a post nobody holds', 'empty', 'holder', [], []],
    ['no such post', 'nowhere', 'holder', [], []],
  ])('%s', (_name, postId, circle, reached, expected) => {
    expect(reach(postId, circle, reached)).toEqual(expected);
  });

  test('everyone a ladder may reach is in one of its circles, and nobody else', () => {
    expect([...everyoneOf(snapshot, 'contact', NOW)].sort()).toEqual([
      'anna',
      'ben',
      'carl',
      'nora',
      'otto',
      'quin',
    ]);
    expect([...everyoneOf(snapshot, 'captain', NOW)].sort()).toEqual(['jan', 'kay', 'leo']);
    expect([...everyoneOf(snapshot, 'nowhere', NOW)]).toEqual([]);
  });
});
