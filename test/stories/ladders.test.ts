/** Nobody answers: who is told next, when, and what stops it (H40, H41, DEC-4, DEC-20). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fireRungs } from '../../src/cases/ladder-commands.ts';
import type { DirectoryRows } from '../../src/directory/index.ts';
import { SYSTEM } from '../../src/platform/actor.ts';
import { openStory, type Story } from './harness.ts';
import { morePeople } from './nation.ts';

/** Person's code, body, name and the posts he stands in for. */
const MORE: readonly (readonly [string, string, string, readonly string[]])[] = [
  ['inspector2', 'county-edu', '紀督學', []],
  ['edu-team', 'county-edu', '麥組員', []],
  ['stag-acting', 'stag', '岑代理', ['deputy-convenor-stag']],
  ['ey-acting', 'ey', '甘代理', ['convenor']],
];
const nightNation: DirectoryRows = {
  ...morePeople,
  persons: [
    ...(morePeople.persons ?? []),
    ...MORE.map(([code, organisation, nameZh], index) => ({
      code,
      organisation,
      nameZh,
      nameEn: code,
      email: `${code}@${organisation}.example`,
      phone: `02-0000-${4000 + index}`,
    })),
  ],
  contacts: [
    { organisation: 'county-edu', person: 'inspector' },
    { organisation: 'county-edu', person: 'inspector2' },
  ],
  teamMembers: [
    ...(morePeople.teamMembers ?? []),
    { organisation: 'county-edu', person: 'edu-team', function: 'crisis' },
  ],
  holdings: [
    ...(morePeople.holdings ?? []),
    ...MORE.flatMap(([person, , , posts]) => posts.map((post) => ({ post, person, acting: true }))),
  ],
};
const DEPUTIES = ['deputy-convenor-edpc', 'deputy-convenor-natsec', 'deputy-convenor-stag'];

/** Rungs reached, as the facts say: post, rung, the people told (their codes), and the posts told by notices of their own. */
async function climbed(story: Story, id: string) {
  const directory = await story.world.snapshot();
  const codeOf = (person: string) => directory.persons.get(person)?.email.split('@')[0] ?? '?';
  const rows = await story.change((tx) =>
    tx.query<{ at: Date; data: Record<string, never> }>(
      `select at, data from facts where stream_id = $1 and kind = 'rung-reached' order by seq`,
      [id],
    ),
  );
  return rows.map(({ at, data }) => {
    const fact = data as unknown as {
      post: string;
      rung: number;
      people: string[];
      late: boolean;
      skipped: number[];
      notice: string;
      told?: { post: string }[];
    };
    return {
      at: new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(11, 16),
      post: directory.posts.get(fact.post)?.code ?? '?',
      rung: fact.rung,
      people: fact.people.map(codeOf).sort(),
      posts: (fact.told ?? []).map((one) => directory.posts.get(one.post)?.code ?? '?').sort(),
      late: fact.late,
      skipped: fact.skipped,
      notice: fact.notice,
    };
  });
}

/** What still climbs: the posts whose notices of the case have a next rung. */
async function climbing(story: Story, id: string): Promise<string[]> {
  const directory = await story.world.snapshot();
  const rows = await story.change((tx) =>
    tx.query<{ post: string }>(
      'select post_id as post from notices where case_id = $1 and next_rung_at is not null',
      [id],
    ),
  );
  return rows.map((row) => directory.posts.get(row.post)?.code ?? '?').sort();
}

/** Twice a minute from one to the other what was due happens. */
async function pass(story: Story, day: string, hour: string, from: number, to: number): Promise<void> {
  for (let minute = from; minute <= to; minute += 1) {
    for (const second of [20, 50]) {
      story.clock.set(new Date(`${day}T${hour}:${String(minute).padStart(2, '0')}:${second}+08:00`));
      await story.settle();
    }
  }
}

describe('an A case at 02:40, and nobody answers', () => {
  let story: Story;
  let id: string;
  const of = async (post: string) => (await climbed(story, id)).filter((one) => one.post === post);
  const until = (from: number, to: number) => pass(story, '2026-03-05', '02', from, to);
  beforeAll(async () => {
    story = await openStory('2026-03-05T02:30:00+08:00', nightNation);
    await story.at('02:40');
    id = (await story.files('teacher', 'school', { impactLevel: 'A' })).caseId;
    await story.settle();
  });
  afterAll(() => story.close());

  test('H40: contact → second contact → handling team → body above, each at its time and not before', async () => {
    await until(41, 42);
    expect(await of('contact-county-edu')).toEqual([]);
    expect(story.sink.mailTo('inspector2@county-edu.example')).toEqual([]);
    // He would be the next to be told; until then it is not his.
    const own = (await story.notices(id)).find(
      (one) => one.post === 'contact-county-edu' && one.expects !== 'none',
    );
    await expect(story.acknowledgesNotice('inspector2', own?.id ?? '')).rejects.toMatchObject({
      code: 'not-found',
    });
    await until(43, 49);
    const rung = { post: 'contact-county-edu', people: [], posts: [], late: false, skipped: [] };
    expect(await of('contact-county-edu')).toMatchObject([
      { ...rung, at: '02:43', rung: 2, people: ['inspector2'] },
      { ...rung, at: '02:46', rung: 3, people: ['edu-team'] },
    ]);
    const mail = await story.sink.waitForMail((one) => one.to.includes('inspector2@county-edu.example'));
    expect(mail.text).toContain('依通報階梯送達台端');
    expect(mail.text).not.toContain('首頁');
    expect(story.sink.mailTo('county-contact@county.example').map((one) => one.subject)).not.toContain(
      expect.stringContaining('未回應'),
    );
  });

  test('S7.11.0d: the duty officers are all asleep, so the officer of their subgroup is told to look after them', async () => {
    expect(await of('duty-officer')).toMatchObject([
      { at: '02:42', rung: 2, people: [], posts: [] },
      { at: '02:45', rung: 3, people: [], posts: ['subgroup-crisis'] },
    ]);
    const mail = await story.sink.waitForMail(
      (one) => one.to.includes('crisis-officer@dgbas.example') && one.subject.includes('未回應'),
    );
    expect(mail.text).toContain('危機通報分組值勤員');
  });

  test('DEC-4 H41: the deputies sleep: whoever stands in for one is told, the convenor is not before ten minutes', async () => {
    expect(await of('deputy-convenor-stag')).toMatchObject([
      { at: '02:44', rung: 2, people: ['stag-acting'] },
    ]);
    expect((await story.notices(id)).map((notice) => notice.post)).not.toContain('convenor');
    expect(story.sink.mailTo('convenor@ey.example')).toEqual([]);
  });

  test('DEC-4 DEC-20: at ten minutes the convenor is told; six minutes later, by a second notice, that no deputy answers', async () => {
    await until(50, 55);
    expect(await of('contact-county-edu')).toContainEqual(
      expect.objectContaining({ at: '02:50', rung: 4, posts: ['contact-county'] }),
    );
    expect(await story.told(id, 'top-unconfirmed-convenor')).toEqual(['convenor']);
    expect(await story.told(id, 'top-unconfirmed-deputies/3')).toEqual([]);
    await until(56, 57);
    // Three deputies are silent, and the convenor hears of it once.
    expect(await story.told(id, 'top-unconfirmed-deputies/3')).toEqual(['convenor']);
    const rung = (await story.notices(id)).find((notice) => notice.route === 'top-unconfirmed-deputies/3');
    expect(rung?.data.party?.zh.split('、')).toHaveLength(3);
    expect(await of('convenor')).toMatchObject([
      { at: '02:53', rung: 2, people: ['ey-acting'] },
      { at: '02:56', rung: 3, posts: [...DEPUTIES, 'duty-officer'] },
    ]);
  });

  test('H41: whoever was reached opens and confirms the notice, and nobody else of the house does', async () => {
    const notice = (await story.notices(id)).find((one) => one.route === 'top-unconfirmed-convenor');
    await expect(story.acknowledgesNotice('inspector2', notice?.id ?? '')).rejects.toMatchObject({
      code: 'not-found',
    });
    await story.acknowledgesNotice('ey-acting', notice?.id ?? '');
    const after = await story.notices(id);
    expect(after.find((one) => one.id === notice?.id)?.status).toBe('acknowledged');
    // What asked others to look after him, and the tasks to tell him, are asked no more.
    for (const one of after.filter((other) => other.route === 'top-unconfirmed-convenor/3'))
      expect(one.closedAt, one.post).not.toBeNull();
    for (const one of after.filter((other) => other.route === 'top-unconfirmed-deputies'))
      expect(one, one.post).toMatchObject({ status: 'closed', closedWhy: 'convenor-knows' });
    expect(after.find((one) => one.route === 'top-unconfirmed-deputies/3')?.closedAt).not.toBeNull();
    expect(await climbing(story, id)).not.toContain('convenor');
  });

  test('INV-4: two workers, and one before its time, tell a rung once', async () => {
    const before = (await climbed(story, id)).length;
    await Promise.all([fireRungs(story.ctx, SYSTEM, id), fireRungs(story.ctx, SYSTEM, id)]);
    expect(await climbed(story, id)).toHaveLength(before);
    story.clock.set(new Date('2026-03-05T03:00:50+08:00'));
    await Promise.all([fireRungs(story.ctx, SYSTEM, id), fireRungs(story.ctx, SYSTEM, id)]);
    const keys = (await climbed(story, id)).map((one) => `${one.notice} ${one.rung}`);
    expect(keys.length).toBeGreaterThan(before);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('S8.3.8: the case ends: nothing climbs any further, and those reached on the way are told', async () => {
    await story.does('officer', id, { act: 'dismiss', reason: '演練通知誤報' });
    expect(await climbing(story, id)).toEqual([]);
    expect(await story.told(id, 'dismissed')).toEqual(
      expect.arrayContaining(['contact-county', 'contact-county-edu', 'convenor', 'subgroup-crisis']),
    );
    const count = (await climbed(story, id)).length;
    await pass(story, '2026-03-05', '04', 0, 2);
    expect(await climbed(story, id)).toHaveLength(count);
  });
});

describe('what stops a ladder, and what moves it', () => {
  let story: Story;
  beforeAll(async () => {
    story = await openStory('2026-03-05T02:59:00+08:00', nightNation);
  });
  afterAll(() => story.close());
  const opens = async (impactLevel: string, code = 'teacher', body = 'school') => {
    const { caseId } = await story.files(code, body, { impactLevel });
    await story.settle();
    return caseId;
  };
  const on = async (id: string, post: string) =>
    (await climbed(story, id)).filter((one) => one.post === post);
  const noticeOf = async (id: string, post: string) =>
    (await story.notices(id)).find((one) => one.post === post && one.expects !== 'none')?.id ?? '';

  test('H40: confirmed on the second rung, by whoever was reached: the third never comes', async () => {
    await story.at('03:00');
    const id = await opens('A');
    await pass(story, '2026-03-05', '03', 3, 4);
    expect(await on(id, 'contact-county-edu')).toHaveLength(1);
    await story.acknowledgesNotice('inspector2', await noticeOf(id, 'contact-county-edu'));
    await pass(story, '2026-03-05', '03', 5, 12);
    expect(await on(id, 'contact-county-edu')).toHaveLength(1);
    expect(story.sink.mailTo('edu-team@county-edu.example')).toEqual([]);
    const view = await story.sees('officer', id);
    const row = view.knows.find((one) => one.party.postName.zh.startsWith('county-edu'));
    expect(row).toMatchObject({ status: 'acknowledged', acknowledged: { by: { name: { zh: '紀督學' } } } });
    await story.does('officer', id, { act: 'dismiss', reason: '測試' });
  });

  test('DEC-20: of three deputies one answer is enough: nobody goes on to the convenor', async () => {
    await story.at('03:20');
    const id = await opens('B');
    await story.does('officer', id, { act: 'confirm-level', level: 'B', reason: '' });
    expect((await climbing(story, id)).filter((post) => DEPUTIES.includes(post))).toEqual(DEPUTIES);
    await story.acknowledgesNotice('deputy-natsec', await noticeOf(id, 'deputy-convenor-natsec'));
    expect((await climbing(story, id)).filter((post) => DEPUTIES.includes(post))).toEqual([]);
    // The others' own receipts stay open all the same.
    expect((await story.knows(id))['deputy-convenor-stag/graded-deputies']).not.toBe('acknowledged');
    await story.does('officer', id, { act: 'dismiss', reason: '測試' });
  });

  test('H5 H6: raised to A, the next rung comes at once and the others at their distance; lowered, they have the old time again', async () => {
    await story.at('04:00');
    const id = await opens('D');
    await story.does('officer', id, { act: 'confirm-level', level: 'D', reason: '' });
    await pass(story, '2026-03-05', '04', 20, 20);
    expect(await on(id, 'contact-county-edu')).toEqual([]);
    await story.does('officer', id, { act: 'change-level', level: 'A', reason: '擴大' });
    await pass(story, '2026-03-05', '04', 21, 23);
    expect(await on(id, 'contact-county-edu')).toMatchObject([{ at: '04:21', rung: 2, skipped: [] }]);
    await pass(story, '2026-03-05', '04', 24, 24);
    expect(await on(id, 'contact-county-edu')).toContainEqual(
      expect.objectContaining({ at: '04:24', rung: 3, people: ['edu-team'] }),
    );
    // Lowered by two: what was asked because of A climbs no further, and those told of A hear of it.
    expect(await climbing(story, id)).toEqual(expect.arrayContaining(['convenor', 'subgroup-enterprise-1']));
    await story.does('officer', id, { act: 'change-level', level: 'D', reason: '已控制' });
    await story.approves('deputy', id);
    expect(await climbing(story, id)).toEqual(expect.arrayContaining(['contact-county-edu']));
    expect(await climbing(story, id)).not.toContain('convenor');
    expect(await climbing(story, id)).not.toContain('subgroup-enterprise-1');
    expect(await story.told(id, 'regraded')).toEqual(
      expect.arrayContaining(['convenor', 'subgroup-enterprise-1']),
    );
    const before = (await on(id, 'contact-county-edu')).length;
    await pass(story, '2026-03-05', '04', 25, 50);
    expect(await on(id, 'contact-county-edu')).toHaveLength(before);
    await story.does('officer', id, { act: 'dismiss', reason: '測試' });
  });

  test('FLT-15: after six hours in which nothing ran only the rung now due is told, marked late', async () => {
    await story.at('05:00');
    const id = await opens('C');
    await pass(story, '2026-03-05', '11', 0, 0);
    expect(await on(id, 'contact-county-edu')).toMatchObject([
      { rung: 4, late: true, skipped: [2, 3], people: [], posts: ['contact-county'] },
    ]);
    await pass(story, '2026-03-05', '12', 0, 0);
    expect(await on(id, 'contact-county-edu')).toHaveLength(1);
    await story.does('officer', id, { act: 'dismiss', reason: '測試' });
  });

  test('DEC-19 INV-9: behind walls a ladder stays behind them', async () => {
    await story.at('13:00');
    const id = await opens('A', 'captain', 'brigade');
    await pass(story, '2026-03-05', '13', 1, 25);
    const directory = await story.world.snapshot();
    const all = await climbed(story, id);
    expect(all.length).toBeGreaterThan(3);
    const wallsOf = (code: string) => {
      const person = [...directory.persons.values()].find((one) => one.email.startsWith(`${code}@`));
      return directory.organisations.get(person?.organisationId ?? '')?.compartment ?? null;
    };
    const postWalls = (code: string) =>
      directory.organisations.get(directory.postByCode(code)?.organisationId ?? '')?.compartment ?? null;
    expect(all.some((rung) => postWalls(rung.post) === 'defence')).toBe(true);
    for (const rung of all) {
      // Each side tells its own: what stands outside had been told nothing but that there is something.
      const walls = postWalls(rung.post);
      expect(
        rung.people.filter((code) => wallsOf(code) !== walls),
        rung.post,
      ).toEqual([]);
      // A notice of its own goes to nobody outside but from one who commands to another.
      if (walls === null)
        expect(rung.posts.filter((post) => !['convenor', ...DEPUTIES].includes(post))).toEqual([]);
      else expect(rung.posts.filter((post) => postWalls(post) !== walls)).toEqual([]);
    }
    for (const notice of (await story.notices(id)).filter((one) => one.route.includes('/'))) {
      expect(notice.template).toBe('rung-closed');
      expect(notice.data).not.toHaveProperty('number');
    }
  });

  test('H28: under an order of silence only those who see the case are reached', async () => {
    await story.at('15:00');
    const id = await opens('A');
    await story.does('officer2', id, {
      act: 'hold',
      authority: '某地方檢察署',
      organisationId: null,
      reference: '115偵1',
      until: null,
      reason: '',
    });
    await pass(story, '2026-03-05', '15', 1, 8);
    const posts = (await climbed(story, id)).map((one) => one.post);
    expect(posts).not.toContain('contact-county-edu');
    expect(posts).not.toContain('subgroup-academia');
    expect((await climbed(story, id)).flatMap((one) => one.people)).not.toContain('edu-team');
  });
});

describe('who is on duty is told first', () => {
  let story: Story;
  beforeAll(async () => {
    story = await openStory('2026-03-05T02:00:00+08:00', nightNation);
  });
  afterAll(() => story.close());

  test('H40: the first on duty, then the second, then the officer of the subgroup; a holder who is off sleeps on', async () => {
    const directory = await story.world.snapshot();
    const post = directory.postByCode('duty-officer')?.id ?? '';
    const [first, second] = [await story.person('officer'), await story.person('officer2')];
    await story.change(async (tx) => {
      await tx.query(
        `insert into rosters (id, post_id, kept_from, seen_by, notes_seen_by) values (gen_random_uuid(), $1, $2, '{system}', '{system}')`,
        [post, tx.now],
      );
      for (const [person, place] of [
        [second.personId, 'first'],
        [first.personId, 'second'],
      ])
        await tx.query(
          `insert into shifts (id, post_id, person_id, place, starts_at, ends_at, made_at)
           values (gen_random_uuid(), $1, $2, $3, $4::timestamptz - interval '1 hour', $4::timestamptz + interval '7 hours', $4)`,
          [post, person, place, tx.now],
        );
    });
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'A' });
    await story.settle();
    expect(story.sink.mailTo('officer2@dgbas-edpc.example')).toHaveLength(1);
    expect(story.sink.mailTo('officer@dgbas-edpc.example')).toEqual([]);
    await pass(story, '2026-03-05', '02', 1, 2);
    expect(story.sink.mailTo('officer@dgbas-edpc.example')).toHaveLength(1);
    await pass(story, '2026-03-05', '02', 3, 6);
    expect((await climbed(story, caseId)).filter((one) => one.post === 'duty-officer')).toMatchObject([
      { rung: 2, people: ['officer'] },
      { rung: 3, posts: ['subgroup-crisis'] },
    ]);
  });
});

describe('a storm', () => {
  let story: Story;
  beforeAll(async () => {
    story = await openStory('2026-03-05T02:00:00+08:00', nightNation);
  });
  afterAll(() => story.close());

  test('LOAD-4 FLT-15: among 200 silent cases the A is looked after first, and none of them is forgotten', async () => {
    for (let number = 0; number < 200; number += 1)
      await story.files('teacher2', 'school2', {
        impactLevel: 'D',
        description: `第 ${number} 台主機中毒。`,
      });
    const grave = (await story.files('teacher', 'school', { impactLevel: 'A' })).caseId;
    story.clock.set(new Date('2026-03-05T02:09:30+08:00'));
    await story.settleClocks();
    story.clock.set(new Date('2026-03-05T03:05:00+08:00'));
    await story.settleClocks();
    const rows = await story.change((tx) =>
      tx.query<{ id: string }>(
        `select stream_id as id from facts where kind = 'rung-reached' order by position`,
        [],
      ),
    );
    expect(rows.slice(0, 5).map((row) => row.id)).toContain(grave);
    // Of each of the 200 the desk, the authority and the subgroup have been looked after, and once only.
    const counted = await story.change((tx) =>
      tx.query<{ cases: number; rungs: number }>(
        `select count(distinct stream_id)::int as cases, count(*)::int as rungs from facts
          where kind = 'rung-reached' and stream_id <> $1`,
        [grave],
      ),
    );
    expect(counted).toEqual([{ cases: 200, rungs: 600 }]);
    const left = await story.change((tx) =>
      tx.query('select 1 from notices where next_rung_at <= $1', [story.clock.now()]),
    );
    expect(left).toEqual([]);
  }, 180_000);
});
