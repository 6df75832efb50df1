/** What may be called for, by when, whom it asks, and what becomes of a step; whose part each is. */
import { describe, expect, test } from 'vitest';
import { DirectorySnapshot, type SnapshotOrganisation, type SnapshotPost } from '../directory/index.ts';
import { pack } from '../directory/test-world.ts';
import { type ProcedureStep, stepsAt } from '../mechanism/index.ts';
import { isRefusal } from '../platform/errors.ts';
import { authoritiesOf, bodiesOf, openBodies, partsOf } from './parts.ts';
import { answeringPost, callableSteps, callableSubgroups, checkDue, settled, systemsOf } from './rules.ts';

const now = new Date('2026-03-16T01:00:00Z');
function refused(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isRefusal(error))
      return [error.code, ...error.fields.map((one) => `${one.path}:${one.code}`)].join(' ');
    throw error;
  }
  return 'done';
}

const body = (id: string, more: Partial<SnapshotOrganisation> = {}): SnapshotOrganisation => ({
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
  ...{ sectors: [], compartment: null, county: null, phone: '', fax: '', email: '', validFrom: '2001-01-01' },
  ...{ validTo: null, ...more },
});
const contact = (organisationId: string): SnapshotPost => ({
  ...{
    id: `contact-${organisationId}`,
    code: `contact-${organisationId}`,
    nameZh: '',
    nameEn: '',
    role: 'contact',
  },
  ...{ organisationId, groupCode: null, press: false, max: 9 },
});
const directory = new DirectorySnapshot({
  version: 1,
  organisations: [
    body('moe', { sectors: ['academia'] }),
    body('school', { sectors: ['academia'], authorityId: 'moe' }),
    body('power', { sectors: ['electricity', 'finance'], authorityId: 'moea' }),
    body('moea'),
    body('closed', { sectors: ['academia'], validTo: '2020-01-01' }),
    body('brigade', { sectors: ['defence'], compartment: 'defence', authorityId: 'moe' }),
  ],
  groups: [
    { code: 'sg-academia', kind: 'subgroup', nameZh: '', nameEn: '', conveningBody: 'moe' },
    { code: 'sg-enterprise-1', kind: 'subgroup', nameZh: '', nameEn: '', conveningBody: 'moea' },
  ],
  posts: [
    ...['moe', 'school', 'power'].map(contact),
    { ...contact('moe'), id: 'officer', role: 'subgroup-officer', groupCode: 'sg-academia' },
  ],
  holdings: [
    ['contact-school', 'teacher'],
    ['contact-moe', 'clerk'],
    ['officer', 'officer'],
  ].map(([postId = '', personId = '']) => ({ postId, personId, acting: false, from: new Date(0), to: null })),
  persons: [],
});
const nation = { pack, directory, now };
const step = (owner: string, phase: 'before' | 'during' = 'before'): ProcedureStep => ({
  ...{
    id: `${owner}-step`,
    source: 'S7.9.7.5',
    edition: null,
    levels: [],
    phase,
    owner,
    help: null,
    withinByLevel: {},
  },
  title: { zh: owner, en: owner },
});

describe('what may be called for', () => {
  test('S7.9.7.5: the steps of the phase before, those that belong to no level among them; never the commander’s own', () => {
    const all = stepsAt(pack, [], 0);
    expect(callableSteps(all).map((one) => one.id)).toEqual([
      ...['warn-peers', 'warn-nation', 'reach-everyone', 'backups-safe'],
      ...['contacts-ready', 'close-holes', 'watch-closely', 'rehearse-fallback'],
    ]);
    expect(callableSteps([step('command'), step('agency', 'during')])).toEqual([]);
    // What no level asks for is given to no case.
    expect(all.filter((one) => one.levels.length === 0).every((one) => one.phase === 'before')).toBe(true);
  });

  test.each([
    ['a moment ago', '2026-03-16T00:59:59Z', 'invalid-input dueAt:in-the-past'],
    ['now', '2026-03-16T01:00:00Z', 'invalid-input dueAt:in-the-past'],
    ['in a minute', '2026-03-16T01:01:00Z', 'done'],
    ['in ninety days', '2026-06-14T01:00:00Z', 'done'],
    ['later than that', '2026-06-14T01:00:01Z', 'invalid-input dueAt:bad-date'],
  ])('S7.9.7.5: due %s', (_, at, outcome) => {
    expect(refused(() => checkDue(new Date(at), now))).toBe(outcome);
  });

  test.each([
    ['open', 'done', '', 'done'],
    ['open', 'skip', 'no such system', 'skipped'],
    ['open', 'skip', '', 'reason-required note:required'],
    ['open', 'reopen', '', 'step-settled'],
    ['done', 'reopen', '', 'open'],
    ['done', 'done', '', 'step-settled'],
    ['done', 'skip', 'x', 'step-settled'],
    ['skipped', 'reopen', '', 'open'],
    ['skipped', 'done', '', 'step-settled'],
  ] as const)('S7.9.7.5: a step that is %s, act %s with "%s": %s', (state, act, note, outcome) => {
    let found = '';
    const refusal = refused(() => {
      found = settled(state, act, note);
    });
    expect(refusal === 'done' ? found : refusal).toBe(outcome);
  });
});

describe('whom a call asks', () => {
  const ids = (bodies: readonly SnapshotOrganisation[]) => bodies.map((one) => one.id).sort();

  test('S7.9.7.5 DEC-19: all bodies are all that exist outside walls; a subgroup’s and a system’s are theirs among them', () => {
    expect(ids(openBodies(nation))).toEqual(['moe', 'moea', 'power', 'school']);
    expect(ids(bodiesOf({ kind: 'all' }, nation))).toEqual(ids(openBodies(nation)));
    expect(ids(bodiesOf({ kind: 'subgroup', of: 'sg-academia' }, nation))).toEqual(['moe', 'school']);
    expect(ids(bodiesOf({ kind: 'system', of: 'finance' }, nation))).toEqual(['power']);
    expect(ids(bodiesOf({ kind: 'system', of: 'daily-necessities' }, nation))).toEqual(['power']);
    expect(ids(bodiesOf({ kind: 'named', bodies: ['school', 'school'] }, nation))).toEqual(['school']);
    expect([...systemsOf(pack, body('x', { sectors: ['academia', 'finance'] }))]).toEqual(['finance']);
    expect(callableSubgroups(pack)).not.toContain('sg-defence');
  });

  test.each([
    [{ kind: 'subgroup', of: 'sg-defence' }, 'audience.of'],
    [{ kind: 'subgroup', of: 'wg-crisis' }, 'audience.of'],
    [{ kind: 'system', of: 'sg-academia' }, 'audience.of'],
    [{ kind: 'named', bodies: ['school', 'brigade'] }, 'audience.bodies.1'],
    [{ kind: 'named', bodies: ['closed'] }, 'audience.bodies.0'],
    [{ kind: 'named', bodies: ['nobody'] }, 'audience.bodies.0'],
  ] as const)('S7.9.7.5 DEC-19 ISO-6: %j cannot be called, whatever the reason', (audience, path) => {
    const asked = 'bodies' in audience ? { ...audience, bodies: [...audience.bodies] } : audience;
    expect(refused(() => bodiesOf(asked, nation))).toBe(`invalid-input ${path}:bad-choice`);
  });

  test('S7.9.7.5: each step goes to the party it belongs to, once; who is told and who sees it follow', () => {
    const steps = ['agency', 'authority', 'subgroup', 'sg-defence', 'wg-nobody'].map((owner) => step(owner));
    const called = bodiesOf({ kind: 'named', bodies: ['school', 'power'] }, nation);
    const parts = partsOf(steps, called, ['command', 'system'], nation);
    const shown = parts.map((part) => [
      ...[part.group ?? part.organisationId, part.steps.join()],
      part.tell.map((one) => one.personId).join(),
    ]);
    expect(shown.sort()).toEqual([
      ['moe', 'authority-step', 'clerk'],
      ['moea', 'authority-step', ''],
      // Nobody holds the utility's post: it is called all the same, and the caller sees that nobody was told.
      ['power', 'agency-step', ''],
      ['school', 'agency-step', 'teacher'],
      ['sg-academia', 'subgroup-step', 'officer'],
      ['sg-enterprise-1', 'subgroup-step', ''],
    ]);
    const seen = (id: string) => parts.find((part) => (part.group ?? part.organisationId) === id)?.seenBy;
    expect(seen('school')).toEqual(['org:school', 'org:moe', 'group:sg-academia', 'command', 'system']);
    expect(seen('sg-academia')).toEqual(['group:sg-academia', 'command', 'system']);
    expect(refused(() => partsOf([step('sg-defence')], called, [], nation))).toBe(
      'invalid-input audience:too-few',
    );
  });

  test('S7.9.7.5: an authority is told for information, but not when it is called itself', () => {
    const parts = (bodies: string[]) =>
      partsOf([step('agency')], bodiesOf({ kind: 'named', bodies }, nation), [], nation);
    expect(authoritiesOf(parts(['school']), nation)).toEqual([{ personId: 'clerk', postId: 'contact-moe' }]);
    expect(authoritiesOf(parts(['school', 'moe']), nation)).toEqual([]);
  });

  test('S7.9.7.5: a contact answers for his body, an officer for his group, nobody for another', () => {
    const [officer, school] = [
      directory.posts.get('officer'),
      directory.posts.get('contact-school'),
    ] as SnapshotPost[];
    const posts = [officer, school].filter((post) => post !== undefined);
    const answers = (organisationId: string, group: string | null) =>
      answeringPost({ organisationId, group }, posts, pack)?.id;
    expect(answers('school', null)).toBe('contact-school');
    expect(answers('moe', 'sg-academia')).toBe('officer');
    expect(answers('moe', null)).toBeUndefined();
    expect(answers('moea', 'sg-enterprise-1')).toBeUndefined();
    expect(
      answeringPost({ organisationId: 'school', group: null }, [{ ...school!, role: 'administrator' }], pack),
    ).toBeUndefined();
  });
});
