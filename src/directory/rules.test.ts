/** Who is told, who stands in, who sees: the directory's rules, without a database. */
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadPack } from '../mechanism/index.ts';
import type { Role } from '../mechanism/vocabulary.ts';
import {
  coverageGaps,
  detailsSeenBy,
  mayAdminister,
  mayAppoint,
  organisationSeenBy,
  personSeenBy,
  postSeenBy,
  routeOf,
  standIns,
  superiorsOn,
} from './rules.ts';
import { DirectorySnapshot, type SnapshotOrganisation, type SnapshotRows } from './snapshot.ts';

const { pack } = loadPack(fileURLToPath(new URL('../../packs/tw-2002', import.meta.url)));
const AT = new Date('2026-11-22T01:00:00Z');
const FROM = new Date('2020-01-01T00:00:00Z');

type Part = Partial<SnapshotOrganisation> & { id: string };

function body(part: Part): SnapshotOrganisation {
  return {
    code: part.id,
    nameZh: part.id,
    nameEn: part.id,
    kind: 'agency',
    superiorId: null,
    authorityId: null,
    successorId: null,
    sectors: ['government'],
    compartment: part.sectors?.includes('defence') ? 'defence' : null,
    county: null,
    phone: '',
    fax: '',
    email: '',
    validFrom: '2001-01-01',
    validTo: null,
    ...part,
  };
}

const BODIES: readonly Part[] = [
  { id: 'ey' },
  { id: 'dgbas', superiorId: 'ey' },
  { id: 'dgbas-edpc', superiorId: 'dgbas' },
  { id: 'rdec', superiorId: 'ey' },
  { id: 'moe', superiorId: 'ey' },
  { id: 'mnd', superiorId: 'ey', sectors: ['defence'] },
  { id: 'moea', superiorId: 'ey' },
  { id: 'motc', superiorId: 'ey' },
  { id: 'mof', superiorId: 'ey' },
  { id: 'doh', superiorId: 'ey' },
  { id: 'county', superiorId: 'ey', sectors: ['local-government'] },
  { id: 'county-edu', superiorId: 'county', sectors: ['local-government'] },
  { id: 'school', superiorId: 'county-edu', sectors: ['academia'] },
];
const GROUPS = pack.groups.map((group) => ({
  code: group.id,
  kind: group.kind,
  nameZh: group.name.zh,
  nameEn: group.name.en,
  conveningBody: group.convenedBy ?? null,
}));

interface World extends Partial<Omit<SnapshotRows, 'organisations' | 'persons'>> {
  readonly bodies?: readonly Part[];
  readonly people?: readonly { id: string; organisationId?: string; email?: string }[];
}

function snapshot({ bodies = [], people = [], ...rows }: World = {}): DirectorySnapshot {
  const all = new Map([...BODIES, ...bodies].map((part) => [part.id, body(part)]));
  return new DirectorySnapshot({
    version: 1,
    organisations: [...all.values()],
    groups: GROUPS,
    posts: [],
    holdings: [],
    persons: people.map((one) => ({
      nameZh: one.id,
      nameEn: one.id,
      title: '',
      organisationId: 'ey',
      email: `${one.id}@people.example`,
      phone: '',
      mobile: '',
      fax: '',
      language: 'zh-Hant',
      ...one,
    })),
    ...rows,
  });
}

const post = (
  id: string,
  organisationId: string,
  role: Role = 'contact',
  groupCode: string | null = null,
) => ({
  id,
  code: id,
  nameZh: id,
  nameEn: id,
  role,
  organisationId,
  groupCode,
  press: false,
  max: 1,
});
const held = (postId: string, personId: string, acting = false) => ({
  postId,
  personId,
  acting,
  from: FROM,
  to: null,
});

describe('where a report goes', () => {
  it.each([
    ['S7.11.2 defence', { sectors: ['defence'], superiorId: 'mnd' }, 'sg-defence', 'mnd', 'mnd'],
    [
      'S7.11.2 a military academy',
      { sectors: ['academia', 'defence'], superiorId: 'mnd' },
      'sg-defence',
      'mnd',
      'mnd',
    ],
    [
      'S7.11.3 a central agency',
      { sectors: ['government'], superiorId: 'ey' },
      'sg-administration',
      'ey',
      'rdec',
    ],
    [
      'S7.11.3 a local agency',
      { sectors: ['local-government'], superiorId: 'county' },
      'sg-administration',
      'county',
      'rdec',
    ],
    [
      'S7.11.4 a school',
      { sectors: ['academia'], superiorId: 'county-edu' },
      'sg-academia',
      'county-edu',
      'moe',
    ],
    [
      'S7.11.5 electricity',
      { sectors: ['electricity'], authorityId: 'moea' },
      'sg-enterprise-1',
      'moea',
      'moea',
    ],
    ['S7.11.5 petroleum', { sectors: ['petroleum'], authorityId: 'moea' }, 'sg-enterprise-1', 'moea', 'moea'],
    ['S7.11.5 water', { sectors: ['water'], authorityId: 'moea' }, 'sg-enterprise-1', 'moea', 'moea'],
    ['S7.11.5 gas', { sectors: ['gas'], authorityId: 'moea' }, 'sg-enterprise-1', 'moea', 'moea'],
    [
      'S7.11.6 network communications',
      { sectors: ['telecom'], authorityId: 'motc' },
      'sg-enterprise-2',
      'motc',
      'motc',
    ],
    [
      'S7.11.6 air traffic',
      { sectors: ['air-traffic'], authorityId: 'motc' },
      'sg-enterprise-2',
      'motc',
      'motc',
    ],
    ['S7.11.6 transport', { sectors: ['transport'], authorityId: 'motc' }, 'sg-enterprise-2', 'motc', 'motc'],
    ['S7.11.7 finance', { sectors: ['finance'], authorityId: 'mof' }, 'sg-enterprise-3', 'mof', 'mof'],
    ['S7.11.7 securities', { sectors: ['securities'], authorityId: 'mof' }, 'sg-enterprise-3', 'mof', 'mof'],
    ['S7.11.7 customs', { sectors: ['customs'], authorityId: 'mof' }, 'sg-enterprise-3', 'mof', 'mof'],
    ['S7.11.8 health', { sectors: ['health'], authorityId: 'doh' }, 'sg-enterprise-4', 'doh', 'doh'],
    [
      'DEC-21 a county hospital: authority and convening body differ',
      { sectors: ['health', 'local-government'], authorityId: 'county' },
      'sg-enterprise-4',
      'county',
      'doh',
    ],
    [
      'DEC-22 a state bank’s branch goes by its enterprise sector',
      { sectors: ['government', 'finance'], authorityId: 'mof' },
      'sg-enterprise-3',
      'mof',
      'mof',
    ],
    [
      'DEC-10 food has no subgroup',
      { sectors: ['food'], superiorId: 'doh' },
      pack.unassignedSubgroup,
      'doh',
      'rdec',
    ],
    [
      'DEC-10 nobody above: whoever convenes the subgroup',
      { sectors: ['government'] },
      'sg-administration',
      'rdec',
      'rdec',
    ],
    [
      'S2.1 the stated authority before the superior',
      { superiorId: 'county', authorityId: 'moe', sectors: ['academia'] },
      'sg-academia',
      'moe',
      'moe',
    ],
  ] as const)('%s', (_name, part, subgroup, authority, convening) => {
    const route = routeOf(snapshot({ bodies: [{ id: 'x', ...part }] }), pack, 'x', AT);
    expect([route.subgroup, route.authority?.id, route.conveningBody?.id]).toEqual([
      subgroup,
      authority,
      convening,
    ]);
  });

  it('S3.6 tells the subgroups of a body’s other sectors, and none from inside a compartment (DEC-22, H26)', () => {
    const here = snapshot({
      bodies: [
        { id: 'power', sectors: ['electricity', 'transport', 'finance'] },
        { id: 'arsenal', sectors: ['defence', 'electricity'] },
      ],
    });
    expect(routeOf(here, pack, 'power', AT).affectedSubgroups).toEqual([
      'sg-enterprise-2',
      'sg-enterprise-3',
    ]);
    expect(routeOf(here, pack, 'arsenal', AT).affectedSubgroups).toEqual([]);
  });

  it('DEC-19 gives a compartment’s case to its own desk, every other to the centre’s', () => {
    const here = snapshot({ bodies: [{ id: 'brigade', sectors: ['defence'], superiorId: 'mnd' }] });
    expect(routeOf(here, pack, 'brigade', AT)).toMatchObject({
      compartment: 'defence',
      deskGroup: 'sg-defence',
    });
    expect(routeOf(here, pack, 'school', AT)).toMatchObject({
      compartment: null,
      deskGroup: pack.desk.group,
    });
  });

  it('H42 goes by the dates: a merged authority’s successor from the day after, in the mechanism’s time zone', () => {
    const here = snapshot({
      bodies: [
        { id: 'old', superiorId: 'ey', validTo: '2026-10-31', successorId: 'new' },
        { id: 'new', superiorId: 'ey', validFrom: '2026-11-01' },
        { id: 'x', superiorId: 'county', authorityId: 'old' },
      ],
    });
    const authority = (at: string) => routeOf(here, pack, 'x', new Date(at)).authority?.id;
    expect(authority('2026-10-31T15:59:59Z')).toBe('old');
    expect(authority('2026-10-31T16:00:00Z')).toBe('new');
  });

  it('H42 sends what an ended body reports along its successor’s line', () => {
    const here = snapshot({
      bodies: [{ id: 'old', superiorId: 'moea', validTo: '2026-10-31', successorId: 'school' }],
    });
    const route = routeOf(here, pack, 'old', AT);
    expect([route.body.id, route.authority?.id, route.subgroup]).toEqual([
      'school',
      'county-edu',
      'sg-academia',
    ]);
  });

  it('S2.1 leaves an ended superior without successor out of the line, and survives loops', () => {
    const here = snapshot({
      bodies: [
        { id: 'gone', superiorId: 'moea', validTo: '2026-01-01' },
        { id: 'x', superiorId: 'gone' },
        { id: 'a', superiorId: 'b' },
        { id: 'b', superiorId: 'a', validTo: '2020-01-01', successorId: 'a' },
      ],
    });
    expect(superiorsOn(here, 'x', '2026-11-22').map((one) => one.id)).toEqual(['moea', 'ey']);
    expect(routeOf(here, pack, 'a', AT).authority?.id).toBe('rdec');
  });

  it('DEC-10 property: in any directory, every body has a desk, a subgroup, and an authority or none but itself', () => {
    const sectors = [...pack.sectors.map((sector) => sector.id), 'unheard-of'];
    const name = fc.integer({ min: 0, max: 9 }).map((n) => `o${n}`);
    const day = fc.constantFrom('2001-01-01', '2026-11-21', '2026-11-22', '2030-01-01');
    const link = fc.option(fc.oneof(name, fc.constantFrom('ey', 'moe', 'nowhere')), { nil: null });
    const bodies = fc.uniqueArray(
      fc.record({
        id: name,
        superiorId: link,
        authorityId: link,
        successorId: link,
        sectors: fc.uniqueArray(fc.constantFrom(...sectors), { maxLength: 4 }),
        validFrom: day,
        validTo: fc.option(day, { nil: null }),
      }),
      { selector: (one) => one.id, maxLength: 10 },
    );
    fc.assert(
      fc.property(bodies, (parts) => {
        const here = snapshot({ bodies: parts });
        for (const id of here.organisations.keys()) {
          const route = routeOf(here, pack, id, AT);
          expect(pack.groups.some((group) => group.id === route.deskGroup)).toBe(true);
          expect(pack.groups.some((group) => group.id === route.subgroup)).toBe(true);
          expect(route.conveningBody).not.toBeNull();
          expect(route.authority !== null || route.conveningBody?.id === route.body.id).toBe(true);
          expect(route.authority?.id).not.toBe(route.body.id);
          expect(route.affectedSubgroups).not.toContain(route.subgroup);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('who is reached for a post (H41, DEC-9)', () => {
  const posts = [
    post('contact', 'school'),
    post('second', 'school'),
    post('above', 'county-edu'),
    post('two-up', 'county'),
  ];
  const people = ['holder', 'acting', 'colleague', 'head', 'superior', 'grand'].map((id) => ({ id }));
  const everything = [
    held('contact', 'acting', true),
    held('second', 'colleague'),
    held('above', 'superior'),
    held('two-up', 'grand'),
  ];
  const team = [
    { organisationId: 'school', personId: 'head', function: 'head' as const, from: FROM, to: null },
  ];
  it.each([
    ['its holder', [held('contact', 'holder'), ...everything], team, 'holder', ['holder']],
    ['whoever acts for him', everything, team, 'acting', ['acting']],
    ['another contact of the body', everything.slice(1), team, 'other-contact', ['colleague']],
    ['the head of the handling team', everything.slice(2), team, 'team-head', ['head']],
    ['the contact of the body above', everything.slice(2), [], 'superior', ['superior']],
    ['the contact of the next body above that has one', everything.slice(3), [], 'superior', ['grand']],
    ['nobody, when there is nobody', [], [], 'nobody', []],
  ] as const)('%s', (_name, holdings, teamMembers, by, persons) => {
    const reach = standIns(snapshot({ posts, people, holdings, teamMembers }), 'contact', AT);
    expect([reach.by, reach.people.map((one) => one.personId)]).toEqual([by, persons]);
  });

  it('is nobody from outside a compartment (DEC-19)', () => {
    const here = snapshot({
      bodies: [{ id: 'brigade', sectors: ['defence'], superiorId: 'mnd' }],
      posts: [post('contact', 'brigade'), post('ministry', 'mnd'), post('cabinet', 'ey')],
      people: [{ id: 'minister' }, { id: 'premier' }],
      holdings: [held('cabinet', 'premier')],
    });
    expect(standIns(here, 'contact', AT).by).toBe('nobody');
  });

  it('one person in several posts holds each of them (DEC-9)', () => {
    const here = snapshot({
      posts: [post('convenor', 'ey', 'convenor', 'centre'), post('chief', 'ey', 'group-officer', 'council')],
      people: [{ id: 'minister' }],
      holdings: [held('convenor', 'minister'), held('chief', 'minister')],
    });
    expect(here.postsHeldBy('minister', AT).map((one) => one.id)).toEqual(['convenor', 'chief']);
  });

  it('S7.13.2.5: whoever belongs to a body’s handling team serves in its post, after the posts he was given', () => {
    const to = new Date(AT.getTime() + 60_000);
    const here = snapshot({
      posts: [post('chief', 'ey', 'group-officer', 'council')],
      people: [{ id: 'minister' }],
      holdings: [held('chief', 'minister')],
      teamMembers: [
        { organisationId: 'mnd', personId: 'minister', function: 'both', from: AT, to },
        { organisationId: 'mnd', personId: 'minister', function: 'head', from: AT, to },
      ],
    });
    expect(here.postsHeldBy('minister', AT).map((one) => [one.role, one.organisationId])).toEqual([
      ['group-officer', 'ey'],
      ['team-member', 'mnd'],
    ]);
    expect(here.postsHeldBy('minister', to)).toHaveLength(1);
    const team = here.postsHeldBy('minister', AT)[1]?.id ?? '';
    expect(here.postById(team)?.role).toBe('team-member');
    // It is nobody's to fill, and no notice goes to it.
    expect(here.posts.has(team)).toBe(false);
    expect(here.postsOf('mnd').map((one) => one.role)).not.toContain('team-member');
  });

  it('begins and ends with the holding, to the moment', () => {
    const to = new Date('2026-11-22T01:00:00Z');
    const here = snapshot({ posts, people, holdings: [{ ...held('contact', 'holder'), to }] });
    expect(here.holders('contact', new Date(to.getTime() - 1))).toHaveLength(1);
    expect(here.holders('contact', to)).toHaveLength(0);
    expect(here.holders('contact', new Date(FROM.getTime() - 1))).toHaveLength(0);
  });
});

describe('what would keep a report from arriving (S8.1.2, S7.12.1, DEC-10)', () => {
  const posts = [post('contact', 'school')];
  const people = [{ id: 'teacher' }, { id: 'silent', email: '' }];
  const team = [
    { organisationId: 'school', personId: 'teacher', function: 'both' as const, from: FROM, to: null },
  ];
  const good = { posts, people, holdings: [held('contact', 'teacher')], teamMembers: team };
  it.each([
    ['nothing', good, 'school', []],
    ['no contact, post vacant', { ...good, holdings: [] }, 'school', ['no-contact', 'post-vacant']],
    ['no address', { ...good, holdings: [held('contact', 'silent')] }, 'school', ['no-address']],
    ['no handling team', { ...good, teamMembers: [] }, 'school', ['no-team']],
    [
      'no authority',
      { ...good, bodies: [{ id: 'alone', superiorId: null }] },
      'alone',
      ['no-contact', 'no-authority', 'no-team'],
    ],
    ['no authority above the head of all others, by its nature', good, 'ey', ['no-contact', 'no-team']],
    [
      'a sector nobody has',
      { ...good, bodies: [{ id: 'school', superiorId: 'ey', sectors: ['food'] }] },
      'school',
      ['sector-unassigned'],
    ],
    [
      'an ended superior',
      { ...good, bodies: [{ id: 'county-edu', superiorId: 'county', validTo: '2026-01-01' }] },
      'school',
      ['superior-ended'],
    ],
    [
      'nothing for an ended body',
      { ...good, bodies: [{ id: 'school', validTo: '2026-01-01' }] },
      'school',
      [],
    ],
  ] as const)('%s', (_name, world, id, gaps) => {
    expect(coverageGaps(snapshot(world as World), pack, id, AT)).toEqual(gaps);
  });
});

describe('who sees whom', () => {
  const here = snapshot({
    bodies: [
      { id: 'brigade', sectors: ['defence'], superiorId: 'mnd' },
      { id: 'power', sectors: ['electricity'], authorityId: 'moea' },
    ],
    posts: [
      post('contact-brigade', 'brigade'),
      post('subgroup-defence', 'mnd', 'subgroup-officer', 'sg-defence'),
      post('deputy', 'moe', 'deputy-convenor', 'centre'),
    ],
    people: [
      { id: 'captain', organisationId: 'brigade' },
      { id: 'colonel', organisationId: 'mnd' },
      { id: 'teacher', organisationId: 'school' },
    ],
    holdings: [
      held('contact-brigade', 'captain'),
      held('subgroup-defence', 'colonel'),
      held('deputy', 'teacher'),
    ],
  });
  const details = (id: string) => detailsSeenBy(here, pack, id, AT).sort();
  const ofPerson = (id: string) => personSeenBy(here, pack, here.persons.get(id)!, AT, details).sort();

  it('opens a body’s addresses to itself, those above, its authority, its subgroup, desk, command and watch', () => {
    expect(details('school')).toEqual([
      'command',
      'desk',
      'group:sg-academia',
      'org:county',
      'org:county-edu',
      'org:ey',
      'org:school',
      'system',
      'watch',
    ]);
    expect(details('power')).toEqual([
      'command',
      'desk',
      'group:sg-enterprise-1',
      'org:moea',
      'org:power',
      'system',
      'watch',
    ]);
  });

  it('keeps a compartment’s addresses inside it, even from bodies above (DEC-19)', () => {
    expect(details('brigade')).toEqual(['group:sg-defence', 'org:brigade', 'org:mnd', 'system']);
    expect(ofPerson('captain')).toEqual([
      'group:sg-defence',
      'org:brigade',
      'org:mnd',
      'person:captain',
      'system',
    ]);
  });

  it('but lets desk and command call the compartment’s officers', () => {
    expect(ofPerson('colonel')).toEqual([
      'command',
      'desk',
      'group:sg-defence',
      'org:mnd',
      'person:colonel',
      'system',
    ]);
  });

  it('opens a person’s addresses also where he holds a post', () => {
    expect(ofPerson('teacher')).toEqual(expect.arrayContaining(['org:school', 'org:moe', 'person:teacher']));
  });

  it.each([
    ['school', ['signed-in', 'system']],
    ['mnd', ['signed-in', 'system']],
    ['brigade', ['group:sg-defence', 'org:brigade', 'system']],
  ])('says who may know of %s', (id, keys) => {
    expect(organisationSeenBy(pack, here.organisations.get(id)!).sort()).toEqual(keys);
  });

  it.each([
    ['school', 'contact-school', true],
    ['mnd', 'subgroup-defence', true],
    ['mnd', 'contact-mnd', false],
    ['brigade', 'contact-brigade', false],
  ])('a post of %s called %s is known to all: %s', (id, code, known) => {
    expect(postSeenBy(pack, here.organisations.get(id)!, { code }).includes('signed-in')).toBe(known);
  });
});

describe('who may change the directory', () => {
  const here = snapshot({
    bodies: [
      { id: 'brigade', sectors: ['defence'], superiorId: 'mnd' },
      { id: 'power', sectors: ['electricity'] },
    ],
  });
  const centre = [post('a', 'dgbas-edpc', 'administrator', 'centre')];
  const county = [post('b', 'county', 'administrator')];
  const defence = [post('c', 'mnd', 'administrator')];
  const cabinet = [post('d', 'ey', 'administrator')];
  const officer = [post('e', 'county', 'duty-officer', 'sg-crisis')];
  it.each([
    ['the centre', centre, ['school', 'power', 'ey'], ['brigade', 'mnd']],
    ['a county', county, ['county', 'county-edu', 'school'], ['power', 'ey', 'brigade']],
    ['a compartment’s ministry', defence, ['mnd', 'brigade'], ['ey', 'school']],
    ['the cabinet', cabinet, ['ey', 'school', 'moea'], ['power', 'brigade', 'mnd']],
    ['no administrator', officer, [], ['county', 'school']],
  ])('%s', (_name, posts, may, mayNot) => {
    for (const id of may) expect([id, mayAdminister(here, pack, posts, id)]).toEqual([id, true]);
    for (const id of mayNot) expect([id, mayAdminister(here, pack, posts, id)]).toEqual([id, false]);
  });

  it.each([
    [
      'the centre',
      centre,
      { role: 'duty-officer', groupCode: 'sg-crisis', organisationId: 'dgbas-edpc' },
      true,
    ],
    ['a county its contact', county, { role: 'contact', groupCode: null, organisationId: 'school' }, true],
    ['a county no auditor', county, { role: 'auditor', groupCode: null, organisationId: 'county' }, false],
    [
      'the cabinet no convenor',
      cabinet,
      { role: 'convenor', groupCode: 'centre', organisationId: 'ey' },
      false,
    ],
    [
      'the ministry its subgroup’s officer',
      defence,
      { role: 'subgroup-officer', groupCode: 'sg-defence', organisationId: 'mnd' },
      true,
    ],
    [
      'the ministry no observer',
      defence,
      { role: 'observer', groupCode: null, organisationId: 'mnd' },
      false,
    ],
    [
      'the centre nobody inside a compartment',
      centre,
      { role: 'contact', groupCode: null, organisationId: 'brigade' },
      false,
    ],
  ] as const)('%s may appoint: %s', (_name, posts, target, may) => {
    expect(mayAppoint(here, pack, posts, target)).toBe(may);
  });
});
