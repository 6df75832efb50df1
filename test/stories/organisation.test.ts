/** The bodies and posts of the centre as the product runs them: who convenes, who commands, who looks after whom. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detailsSeenBy, saveTeamMember } from '../../src/directory/index.ts';
import { pack } from '../../src/directory/test-world.ts';
import { openStory, refusalOf, type Story } from './harness.ts';

describe('the centre’s organisation at work', () => {
  let story: Story;
  beforeAll(async () => {
    story = await openStory('2026-03-04T10:00:00+08:00');
  });
  afterAll(() => story.close());

  test.each([
    ['S7.10.3.1', 'sg-crisis', 'dgbas', 'crisis-officer'],
    ['S7.10.3.2', 'sg-defence', 'mnd', 'mnd-officer'],
    ['S7.10.3.3', 'sg-administration', 'rdec', 'rdec-officer'],
    ['S7.10.3.4', 'sg-academia', 'moe', 'moe-officer'],
    ['S7.10.3.5', 'sg-enterprise-1', 'moea', 'moea-officer'],
    ['S7.10.3.6', 'sg-enterprise-2', 'motc', 'motc-officer'],
    ['S7.10.3.7', 'sg-enterprise-3', 'mof', 'mof-officer'],
    ['S7.10.3.8', 'sg-enterprise-4', 'doh', 'doh-officer'],
  ])('%s: %s is convened by %s, whose officer works for it', async (_id, group, body, person) => {
    const directory = await story.world.snapshot();
    const convening = directory.groups.get(group)?.conveningBody ?? '';
    expect(directory.organisations.get(convening)?.code).toBe(body);
    const keys = (await story.person(person)).keys;
    expect(keys).toEqual(expect.arrayContaining([`group:${group}`, `org:${convening}`]));
  });

  test('S7.10.5b S7.10.3d S7.11.4: a subgroup watches over the cases of its own system, and no others', async () => {
    const school = await story.files('teacher', 'school', { impactLevel: 'D' });
    const hospital = await story.files('nurse', 'hospital', { impactLevel: 'D' });
    const own = (await story.list('moe-officer')).items.map((one) => one.id);
    expect(own).toContain(school.caseId);
    expect(own).not.toContain(hospital.caseId);
    expect((await story.list('doh-officer')).items.map((one) => one.id)).toContain(hospital.caseId);
  });

  test('S3.4 S7.10.3a S7.10.1d S7.10.1e: a chain of command that can be addressed: desk, three deputies, one convenor', async () => {
    const directory = await story.world.snapshot();
    expect(directory.postsWithRole('deputy-convenor')).toHaveLength(3);
    expect(directory.postsWithRole('convenor')).toHaveLength(1);
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'D' });
    // In peacetime the line of bodies is told; command only when the level is confirmed.
    expect((await story.notices(caseId)).map((notice) => notice.post)).not.toContain('deputy-convenor-stag');
    await story.does('officer', caseId, { act: 'confirm-level', level: 'D', reason: '' });
    expect(await story.told(caseId, 'graded-deputies')).toHaveLength(3);
  });

  test('S7.10.4a S7.10.4d DEC-23: whoever commands the centre sees what he is told of, whichever body lends him', async () => {
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'C' });
    const seen = async (code: string) =>
      (await story.list(code)).items.some((one) => one.id === caseId) ? 'seen' : 'unseen';
    expect([await seen('convenor'), await seen('deputy-edpc')]).toEqual(['unseen', 'unseen']);
    await expect(story.sees('convenor', caseId)).rejects.toMatchObject({ code: 'not-found' });
    await story.does('officer', caseId, { act: 'confirm-level', level: 'C', reason: '' });
    expect([await seen('convenor'), await seen('deputy-edpc')]).toEqual(['unseen', 'seen']);
    await story.does('officer', caseId, { act: 'change-level', level: 'A', reason: '擴大' });
    expect(await seen('convenor')).toBe('seen');
  });

  test('DEC-3 S7.10.2 S7.10.4a: B, C and D tell the deputies, A takes its own branch', async () => {
    for (const level of ['B', 'C', 'D', 'A']) {
      const { caseId } = await story.files('teacher', 'school', { impactLevel: level });
      await story.does('officer', caseId, { act: 'confirm-level', level, reason: '' });
      expect((await story.told(caseId, 'graded-deputies')).length, level).toBe(level === 'A' ? 0 : 3);
      expect((await story.told(caseId, 'top-convenor')).length, level).toBe(level === 'A' ? 1 : 0);
    }
  });

  test('DEC-11: an operator’s details are kept by its subgroup’s convening body and by nobody beside it', async () => {
    const directory = await story.world.snapshot();
    const power = directory.organisationByCode('power')?.id ?? '';
    const seen = detailsSeenBy(directory, pack, power, story.clock.now());
    const moea = directory.organisationByCode('moea')?.id;
    expect(seen).toEqual(expect.arrayContaining([`org:${moea}`, 'group:sg-enterprise-1']));
    expect(seen.filter((key) => key.startsWith('group:'))).toEqual(['group:sg-enterprise-1']);
  });

  test('DEC-12 DEC-13: the audit group is led by a unit of the body named elsewhere; one chair is the general convenor’s', async () => {
    const directory = await story.world.snapshot();
    const lead = directory.groups.get('wg-audit')?.conveningBody ?? '';
    expect(directory.superiors(lead)[0]?.code).toBe('dgbas');
    expect(
      pack.seats.filter((seat) => seat.remark.zh === '總召集人' || seat.office.zh === '總召集人').length,
    ).toBeLessThanOrEqual(1);
    expect(pack.seats.filter((seat) => /(?<!副)總召集人/.test(seat.remark.zh + seat.office.zh))).toHaveLength(
      1,
    );
  });

  test('S7.13.2.1 S7.9.7.1: the procedure an agency’s team follows is written down, step by step, and leads somewhere', () => {
    const steps = pack.flow.filter((step) => step.actor.zh.includes('機關'));
    expect(steps.map((step) => step.step)).toEqual(
      expect.arrayContaining(['1', '2', '3', '4', '10', '13', '14']),
    );
    const known = new Set(pack.flow.map((step) => step.step));
    for (const step of pack.flow) for (const next of step.next) expect(known).toContain(next);
  });

  test('S7.13.2.5 S3.1: agencies and private operators alike file by their own contacts', async () => {
    expect((await story.files('engineer', 'power', { impactLevel: 'C' })).state).toBe('reported');
    expect((await story.files('teacher', 'school', { impactLevel: 'C' })).state).toBe('reported');
  });

  test('S7.13.2.5 S7.13.2.2 S7.12.2: whoever belongs to a body’s handling team files for it without a post of his own, while he belongs to it', async () => {
    const filed = await story.files('teammate', 'school', { impactLevel: 'C' });
    const { caseId } = filed;
    expect(filed.state).toBe('reported');
    const file = (kind: 'follow-up' | 'recovery', content: object = {}) =>
      story.files('teammate', 'school', { impactLevel: 'C', ...content }, { kind, caseId });
    expect((await file('follow-up', { cause: '後台密碼過弱。' })).state).toBe('reported');
    // What may be done is said with the case, and in which capacity.
    const view = await story.sees('teammate', caseId);
    expect(view.may.map((one) => one.act).sort()).toEqual(
      ['file-follow-up', 'file-recovery', 'message', 'read', 'request-support'].sort(),
    );
    expect(view.reports[0]).toMatchObject({
      onBehalf: false,
      filedBy: { name: { zh: '葉組員' } },
      filedPost: {
        name: { zh: '資通安全處理小組成員' },
        organisation: { name: { zh: view.case.organisation.name.zh } },
      },
    });
    // The body's contact is told that it is filed, and signs for what is asked back (DEC-9).
    expect(await story.told(caseId, 'initial-reporter')).toEqual(['contact-school']);
    expect(await refusalOf(story.files('teammate', 'school2', { impactLevel: 'C' }))).toBe('forbidden-act');
    expect(await story.refuses('teammate', caseId, { act: 'request-withdrawal', reason: '？' })).toBe(
      'forbidden-act',
    );
    expect(await story.refuses('teammate', caseId, { act: 'register' })).toBe('forbidden-act');
    await story.change((tx) =>
      saveTeamMember(story.ctx, tx, pack, {
        organisation: 'school',
        person: 'teammate',
        function: 'crisis',
        to: story.clock.now().toISOString(),
      }),
    );
    expect(await refusalOf(story.files('teammate', 'school', { impactLevel: 'C' }))).toBe('forbidden-act');
    await expect(story.sees('teammate', caseId)).rejects.toMatchObject({ code: 'not-found' });
    // The record goes on to say in which capacity she filed.
    expect((await story.sees('teacher', caseId)).reports[0]?.filedPost.name.en).toBe(
      'Member of the security handling team',
    );
  });

  test('S3.7 S7.10.4f S7.13.2.6: D raised to A fires the A branch once; A to B keeps its history', async () => {
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'D' });
    await story.does('officer', caseId, { act: 'confirm-level', level: 'D', reason: '' });
    await story.does('officer', caseId, { act: 'change-level', level: 'A', reason: '擴大' });
    expect(await story.told(caseId, 'top-convenor')).toEqual(['convenor']);
    await story.does('officer', caseId, { act: 'change-level', level: 'B', reason: '緩和' });
    await story.approves('deputy', caseId);
    expect((await story.sees('officer', caseId)).gradings.map((one) => one.level)).toEqual([
      'D',
      'D',
      'A',
      'B',
    ]);
    expect(await story.told(caseId, 'top-convenor')).toEqual(['convenor']);
  });
});
