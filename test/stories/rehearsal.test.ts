/** Who would be told if nobody answered: rehearsed before it is needed (H40, H41, DEC-19). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rehearse } from '../../src/cases/rehearsal.ts';
import { openStory, refusalOf, type Story } from './harness.ts';

describe('a rehearsal of the ladders', () => {
  let story: Story;
  const run = async (code: string, body: string, level: string, route?: string) =>
    rehearse(story.ctx, await story.person(code), {
      organisationId: await story.organisation(body),
      level,
      route,
    });
  const counts = () =>
    story.change((tx) =>
      tx.query(
        `select (select count(*) from facts where stream = 'case') as facts, (select count(*) from notices) as notices,
                (select count(*) from deliveries) as deliveries, (select count(*) from case_numbers where case_id is not null) as numbers`,
        [],
      ),
    );
  beforeAll(async () => {
    story = await openStory('2026-03-05T02:40:00+08:00');
  });
  afterAll(() => story.close());

  test('H40: by name, in order, with times and ways; nothing is written or sent', async () => {
    const before = await counts();
    const view = await run('officer', 'school', 'A');
    expect(view.stages.map((stage) => stage.event)).toEqual(['filed', 'confirmed', 'unconfirmed']);
    const filed = view.stages[0]?.parties ?? [];
    const authority = filed.find((party) => party.capacities.includes('authority'));
    expect(authority?.ladder?.id).toBe('contact');
    expect(authority?.told.people.map((one) => one.name?.zh)).toEqual(['王督學']);
    expect(authority?.rungs.map((rung) => [rung.rung, rung.after, rung.posts.length])).toEqual([
      [2, 180, 0],
      [3, 360, 0],
      [4, 600, 1],
    ]);
    expect(authority?.rungs[2]?.posts[0]).toMatchObject({
      post: { organisation: { name: { zh: '青山縣政府' } } },
      people: [{ name: { zh: '宋聯絡' } }],
      vacant: false,
    });
    // DEC-4: the convenor is in no rung of what is only proposed, and is told ten minutes later.
    const names = JSON.stringify(view.stages[0]);
    expect(names).not.toContain('何召集');
    const unconfirmed = view.stages[2];
    expect(Date.parse(unconfirmed?.at ?? '') - Date.parse(view.now)).toBe(600_000);
    expect(
      unconfirmed?.parties.find((party) => party.capacities.includes('convenor'))?.told.people,
    ).toMatchObject([
      {
        name: { zh: '何召集' },
        ways: [{ channel: 'mail', state: 'ready' }, { channel: 'push' }, { channel: 'sms' }],
      },
    ]);
    expect(await counts()).toEqual(before);
    await story.settle();
    expect(story.sink.mailTo('inspector@county-edu.example')).toEqual([]);
  });

  test('H41: what is missing is said: nobody in the post, no mobile number', async () => {
    const first = await run('officer', 'school', 'A');
    const convenor = first.stages[2]?.parties.find((party) => party.capacities.includes('convenor'));
    expect(convenor?.told.people[0]?.ways.find((way) => way.channel === 'sms')?.state).toBe('no-address');
    const { personId } = await story.person('convenor');
    await story.change((tx) =>
      tx.query('update holdings set held_to = $2 where person_id = $1', [personId, story.clock.now()]),
    );
    const then = await run('officer', 'school', 'A');
    const vacant = then.stages[2]?.parties.find((party) => party.capacities.includes('convenor'));
    expect(vacant?.told.vacant).toBe(true);
    expect(then.gaps.vacant).toBe(first.gaps.vacant + 1);
  });

  test('it is what then happens', async () => {
    const view = await run('officer', 'school', 'C');
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'C' });
    const rehearsed = view.stages[0]?.parties.map((party) => `${party.told.post.id} ${party.route}`).sort();
    const told = (await story.notices(caseId))
      .filter((notice) => notice.expects !== 'none')
      .map((notice) => `${notice.postId} ${notice.route}`)
      .sort();
    expect(rehearsed).toEqual(told);
  });

  test('one route alone, and another level', async () => {
    const view = await run('officer', 'school', 'B', 'graded-deputies');
    expect(view.stages.map((stage) => stage.parties.length)).toEqual([0, 3]);
    expect(view.stages[1]?.parties[0]?.rungs.map((rung) => rung.to)).toEqual([['acting'], ['convenor']]);
    expect(await refusalOf(run('officer', 'school', 'Z'))).toBe('invalid-input level:bad-choice');
  });

  test('DEC-19 ISO-1: the desk, the subgroup’s officers for their bodies, administrators; behind walls those of the walls', async () => {
    for (const code of ['officer', 'moe-officer', 'county-admin', 'admin'])
      expect((await run(code, 'school', 'D')).level, code).toBe('D');
    for (const code of ['teacher', 'engineer', 'moea-officer', 'auditor', 'deputy'])
      expect(await refusalOf(run(code, 'school', 'D')), code).toBe('forbidden-act');
    expect((await run('mnd-officer', 'brigade', 'A')).level).toBe('A');
    for (const code of ['officer', 'admin', 'moe-officer', 'teacher'])
      expect(await refusalOf(run(code, 'brigade', 'A')), code).toBe('not-found');
    const unknown = { organisationId: '01a00000-0000-7000-8000-000000000000', level: 'A' };
    expect(await refusalOf(rehearse(story.ctx, await story.person('officer'), unknown))).toBe('not-found');
    // Who serves behind the walls is named to those who may reach him: the desk, but not a county's administrator.
    const defence = async (code: string) =>
      (await run(code, 'school', 'A')).stages[1]?.parties.find(
        (party) => party.told.post.organisation.name.zh === '國防部',
      )?.told.people[0];
    expect((await defence('officer'))?.name?.zh).toBe('薛承辦');
    expect((await defence('county-admin'))?.name).toBeNull();
  });
});
