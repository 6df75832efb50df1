/** People and bodies move while cases go on: vacant posts, several posts, mergers, a new version of the mechanism. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endHolding, endOrganisation, hold } from '../../src/directory/index.ts';
import { pack } from '../../src/directory/test-world.ts';
import { activatePack, hashPack, type Pack, storePack } from '../../src/mechanism/index.ts';
import { openStory, type Story } from './harness.ts';

describe('people and bodies move while cases go on', () => {
  let story: Story;
  beforeAll(async () => {
    story = await openStory('2026-03-04T10:00:00+08:00');
  });
  afterAll(() => story.close());

  test('H41 DEC-9: a vacant post is said before anything is sent, and a stand-in reads the mail', async () => {
    await story.change((tx) =>
      endHolding(story.ctx, tx, pack, { post: 'contact-county-edu', person: 'inspector' }),
    );
    await story.at('10:05');
    const answer = await story.files('teacher', 'school', { impactLevel: 'D' });
    const authority = answer.toldParties.find((party) => party.capacities.includes('authority'));
    expect(authority).toMatchObject({ vacant: true });
    await story.settle();
    const notice = (await story.notices(answer.caseId)).find((one) => one.capacities.includes('authority'));
    expect(notice?.deliveries.some((delivery) => delivery.state === 'handed-over')).toBe(true);
    // 教育處 has nobody left: the contact of the county above stands in.
    const mail = story.sink
      .mailTo('county-contact@county.example')
      .find((one) => one.subject.includes(answer.number));
    expect(mail).toBeTruthy();
    await story.change((tx) =>
      hold(story.ctx, tx, pack, { post: 'contact-county-edu', person: 'inspector' }),
    );
  });

  test('H41 SI.7: an acting holder acts with the post’s rights from the moment he holds it, and not after', async () => {
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'D' });
    expect(await story.refuses('rdec-officer', caseId, { act: 'register' })).toBe('not-found');
    await story.change((tx) =>
      hold(story.ctx, tx, pack, { post: 'duty-officer', person: 'rdec-officer', acting: true }),
    );
    await story.does('rdec-officer', caseId, { act: 'register' });
    await story.change((tx) =>
      endHolding(story.ctx, tx, pack, { post: 'duty-officer', person: 'rdec-officer' }),
    );
    expect(await story.refuses('rdec-officer', caseId, { act: 'message', text: '再見' })).toBe('not-found');
  });

  test('H41 DEC-9 S7.10.1d S7.10.1e: one person in two posts has both obligations; the post is told, not the person', async () => {
    await story.change((tx) =>
      hold(story.ctx, tx, pack, { post: 'convenor', person: 'deputy', acting: true }),
    );
    const { caseId } = await story.files('engineer', 'power', { impactLevel: 'A' });
    await story.does('officer', caseId, { act: 'confirm-level', level: 'A', reason: '' });
    const notices = (await story.notices(caseId)).filter((notice) => notice.route.startsWith('top-'));
    expect(
      notices.filter((notice) => ['convenor', 'deputy-convenor-stag'].includes(notice.post)),
    ).toHaveLength(2);
    // The deputy's task first: once the convenor knows, nobody is asked to tell him any more.
    for (const post of ['deputy-convenor-stag', 'convenor'])
      await story.acknowledgesNotice('deputy', notices.find((notice) => notice.post === post)?.id ?? '');
    const after = (await story.notices(caseId)).filter((notice) => notice.route.startsWith('top-'));
    for (const post of ['convenor', 'deputy-convenor-stag']) {
      expect(after.find((notice) => notice.post === post)?.acknowledgedBy, post).toBe(
        (await story.person('deputy')).personId,
      );
    }
    await story.change((tx) => endHolding(story.ctx, tx, pack, { post: 'convenor', person: 'deputy' }));
  });

  test('H42: a case keeps its line when a body is merged; a new report goes by the successor’s from the day after', async () => {
    const old = await story.files('teacher', 'school', { impactLevel: 'D' });
    await story.change((tx) =>
      endOrganisation(story.ctx, tx, pack, {
        code: 'county-edu',
        lastDay: '2026-03-04',
        mergedInto: 'county',
      }),
    );
    const sameDay = await story.files('teacher', 'school', { impactLevel: 'D' });
    expect((await story.sees('teacher', sameDay.caseId)).case.authority?.name.zh).toBe('青山縣政府教育處');
    await story.on('2026-03-05', '09:00');
    const later = await story.files('teacher', 'school', { impactLevel: 'D' });
    expect((await story.sees('teacher', later.caseId)).case.authority?.name.zh).toBe('青山縣政府');
    expect(await story.told(later.caseId, 'initial-authority')).toEqual(['contact-county']);
    expect((await story.sees('teacher', old.caseId)).case.authority?.name.zh).toBe('青山縣政府教育處');
    const followed = await story.files(
      'teacher',
      'school',
      { impactLevel: 'D' },
      { kind: 'follow-up', caseId: old.caseId },
    );
    expect(followed.toldParties.map((party) => party.organisationName.zh)).toContain('青山縣政府教育處');
  });

  test('H43 S1.7 S7.9.7.1: the mechanism changes while a case is open: the case stays under its own version', async () => {
    const before = await story.files('teacher', 'school', { impactLevel: 'C' });
    const stricter: Pack = {
      ...pack,
      version: '2026-03-05',
      clocks: pack.clocks.map((clock) =>
        clock.id === 'confirm-level' ? { ...clock, length: { default: 'PT5M', byLevel: {} } } : clock,
      ),
    };
    const hash = hashPack(stricter);
    await story.change(async (tx) => {
      await storePack(story.ctx, tx, { pack: stricter, hash });
      await activatePack(story.ctx, tx, hash);
    });
    const after = await story.files('teacher', 'school', { impactLevel: 'C' });
    await story.does('officer', before.caseId, { act: 'register' });
    const [old, fresh] = [
      await story.sees('officer', before.caseId),
      await story.sees('officer', after.caseId),
    ];
    expect(old.packVersion.version).toBe('2002-06-06');
    expect(fresh.packVersion).toMatchObject({ version: '2026-03-05', hash });
    const minutes = (view: typeof old) => {
      const clock = view.clocks.find((one) => one.definition === 'confirm-level');
      return clock ? (Date.parse(clock.dueAt) - Date.parse(clock.startAt)) / 60_000 : null;
    };
    expect([minutes(old), minutes(fresh)]).toEqual([30, 5]);
  });

  test('S2.1 SI.4: a body above may file for the one below it, and sees it; one beside it may not', async () => {
    const answer = await story.files(
      'county-contact',
      'school2',
      { impactLevel: 'D' },
      { channel: 'telephone' },
    );
    const view = await story.sees('teacher2', answer.caseId);
    expect(view.reports[0]).toMatchObject({ onBehalf: true, filedBy: { name: { zh: '宋聯絡' } } });
    expect(view.superiors.map((body) => body.name.zh)).toEqual(
      expect.arrayContaining(['青山縣政府', '行政院']),
    );
  });
});
