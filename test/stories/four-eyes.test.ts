/** Acts that one person alone cannot do (ISO-15): proposed by one, decided by another, and nothing happens by waiting. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { verifyCases } from '../../src/cases/index.ts';
import { loadDirectory } from '../../src/directory/index.ts';
import { pack } from '../../src/directory/test-world.ts';
import { type Doing, openStory, type Story } from './harness.ts';

const RECOVERY = { cause: '原因。', solution: '辦法。', resolvedAt: '2026-03-05T08:00:00+08:00' };
const LOWER = { act: 'change-level', level: 'B', reason: '區域已恢復' } as const;

describe('what needs a second person', () => {
  let story: Story;
  let id: string;
  beforeAll(async () => {
    story = await openStory('2026-03-05T08:30:00+08:00');
  });
  afterAll(async () => {
    expect((await verifyCases(story.ctx)).faults).toEqual([]);
    await story.close();
  });
  /** An A case that somebody has confirmed. */
  const confirmed = async (level = 'A', body = 'power', by = 'engineer', desk = 'officer') => {
    const { caseId } = await story.files(by, body, { impactLevel: level });
    await story.does(desk, caseId, { act: 'confirm-level', level, reason: '' });
    return caseId;
  };
  beforeEach(async () => {
    id = await confirmed();
  });

  test('ISO-15: a lowering from A is proposed; the case stays A, and who may approve is asked', async () => {
    const before = await story.sees('officer', id);
    const answer = await story.does('officer', id, LOWER);
    expect(answer).toMatchObject({ proposed: true, level: 'A', state: 'handling' });
    expect(answer.toldParties.map((party) => party.postName.zh).sort()).toEqual(
      [
        '危機通報分組值勤員',
        '副召集人（科技顧問組執行秘書兼）',
        '副召集人（主計處電子中心主任兼）',
        '副召集人（國家安全會議派員兼）',
      ].sort(),
    );
    const view = await story.sees('officer2', id);
    expect(view.case).toMatchObject({ level: 'A', levelStatus: 'confirmed' });
    expect(view.crossings).toBe(1);
    expect(view.gradings).toEqual(before.gradings);
    // Exactly what would happen, and who would be told, before anybody agrees.
    expect(view.pending).toMatchObject([
      {
        act: 'change-level',
        level: 'B',
        reason: LOWER.reason,
        person: { name: { zh: '林值勤' } },
        nextState: 'handling',
        mine: false,
      },
    ]);
    expect(view.pending[0]?.toldParties.length).toBeGreaterThan(8);
    expect((await story.sees('officer', id)).pending[0]?.mine).toBe(true);
    // In the queue of the desk, and as a task in the inbox, also of the post that proposed it.
    expect((await story.queue('officer2')).items.find((row) => row.case.id === id)?.reasons).toContain(
      'approval-waits',
    );
    const asked = (await story.notices(id)).filter((notice) => notice.route === 'act-proposed');
    expect(asked.map((notice) => [notice.post, notice.expects, notice.acknowledgedAt])).toEqual(
      expect.arrayContaining([
        ['duty-officer', 'task', null],
        ['deputy-convenor-stag', 'task', null],
      ]),
    );
    await story.settle();
    await story.sink.waitForMail(
      (mail) => mail.to.includes('officer2@dgbas-edpc.example') && mail.subject.includes('等候您同意'),
    );
    expect(story.sink.mailTo('officer@dgbas-edpc.example').map((mail) => mail.subject)).not.toContainEqual(
      expect.stringContaining('等候您同意'),
    );
  });

  test('ISO-15: whoever proposed it can neither approve nor decline it; another can, once', async () => {
    await story.does('officer', id, LOWER);
    const proposal = await story.proposal(id);
    expect(await story.refuses('officer', id, { act: 'approve-act', proposal })).toBe('second-person-needed');
    expect(await story.refuses('officer', id, { act: 'decline-act', proposal, reason: '不' })).toBe(
      'second-person-needed',
    );
    expect((await story.sees('officer', id)).may.map((one) => one.act)).not.toContain('approve-act');
    expect(await story.refuses('officer2', id, { act: 'withdraw-act', proposal, reason: '' })).toBe(
      'not-your-proposal',
    );
    for (const code of ['engineer', 'moea-officer', 'convenor'])
      expect(await story.refuses(code, id, { act: 'approve-act', proposal }), code).toBe('forbidden-act');
    for (const code of ['teacher2', 'admin'])
      expect(await story.refuses(code, id, { act: 'approve-act', proposal }), code).toBe('not-found');
    expect((await story.sees('officer', id)).case.level).toBe('A');
    const answer = await story.does('deputy', id, { act: 'approve-act', proposal });
    expect(answer).toMatchObject({ level: 'B', state: 'handling' });
    expect(answer.toldParties.length).toBeGreaterThan(8);
    expect(await story.refuses('officer2', id, { act: 'approve-act', proposal })).toBe('nothing-proposed');
    const view = await story.sees('officer', id);
    expect(view.pending).toEqual([]);
    expect(view.facts.filter((fact) => fact.kind === 'graded')).toHaveLength(2);
    expect(view.facts.find((fact) => fact.kind === 'act-approved')).toMatchObject({
      person: { name: { zh: '杜副召' } },
      post: { name: { zh: '副召集人（科技顧問組執行秘書兼）' } },
    });
    const asked = (await story.notices(id)).filter((notice) => notice.route === 'act-proposed');
    expect(asked.every((notice) => notice.closedAt !== null || notice.acknowledgedAt !== null)).toBe(true);
  });

  test('ISO-15 H41: two posts are not two persons, and acting for somebody is not being him', async () => {
    await story.change((tx) =>
      loadDirectory(story.ctx, tx, pack, {
        holdings: [{ post: 'deputy-convenor-natsec', person: 'officer', acting: true }],
      }),
    );
    await story.does('officer', id, LOWER);
    const proposal = await story.proposal(id);
    const deputyPost = [...(await story.world.snapshot()).posts.values()].find(
      (post) => post.code === 'deputy-convenor-natsec',
    );
    expect(
      await story.refuses('officer', id, { act: 'approve-act', proposal, as: deputyPost?.id ?? '' } as Doing),
    ).toBe('second-person-needed');
    expect((await story.sees('officer2', id)).case.level).toBe('A');
  });

  test('ISO-15: two approve at the same instant: one effect', async () => {
    await story.does('officer', id, LOWER);
    const proposal = await story.proposal(id);
    const { revision } = (await story.sees('officer2', id)).case;
    const outcomes = await Promise.all(
      ['officer2', 'deputy', 'deputy-edpc', 'deputy-natsec'].map((code) =>
        story.does(code, id, { act: 'approve-act', proposal, revision }).then(
          () => 'done',
          (error: { code?: string }) => error.code,
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
    expect(
      outcomes
        .filter((outcome) => outcome !== 'done')
        .every((one) => one === 'case-changed' || one === 'nothing-proposed'),
    ).toBe(true);
    const view = await story.sees('officer', id);
    expect(view.facts.filter((fact) => fact.kind === 'graded' && fact.data['level'] === 'B')).toHaveLength(1);
    expect(view.facts.filter((fact) => fact.kind === 'act-approved')).toHaveLength(1);
    expect(view.facts.filter((fact) => fact.kind === 'threshold-left')).toHaveLength(1);
  });

  test('ISO-15: declined with a reason, or taken back: the case stands as it did', async () => {
    await story.does('officer', id, LOWER);
    expect(await story.refuses('officer', id, { ...LOWER, level: 'C' })).toBe('already-proposed');
    await story.does('officer2', id, {
      act: 'decline-act',
      proposal: await story.proposal(id),
      reason: '備援未驗證',
    });
    await story.does('officer', id, { ...LOWER, level: 'C' });
    await story.does('officer', id, { act: 'withdraw-act', proposal: await story.proposal(id), reason: '' });
    const view = await story.sees('officer', id);
    expect(view.pending).toEqual([]);
    expect(view.case.level).toBe('A');
    expect(view.gradings.filter((one) => one.status === 'confirmed')).toHaveLength(1);
    expect(view.facts.find((fact) => fact.kind === 'act-declined')?.data).toMatchObject({
      reason: '備援未驗證',
    });
  });

  test('ISO-15: nothing is done, undone or agreed to by waiting', async () => {
    await story.does('officer', id, LOWER);
    story.clock.advance(40 * 60_000);
    await story.settle();
    const view = await story.sees('officer2', id);
    expect(view.case.level).toBe('A');
    expect(view.pending).toHaveLength(1);
    // Whom to ring up about it is said.
    expect(view.knows.filter((row) => row.late && row.call !== null).length).toBeGreaterThan(0);
    await story.approves('officer2', id);
    expect((await story.sees('officer', id)).case.level).toBe('B');
  });

  test('ISO-15: raising to A, confirming A and reopening wait for nobody', async () => {
    const c = await confirmed('C');
    expect(await story.does('officer', c, { act: 'change-level', level: 'A', reason: '擴大' })).toMatchObject(
      {
        level: 'A',
      },
    );
    expect(await story.told(c, 'top-convenor')).toEqual(['convenor']);
    const fresh = (await story.files('engineer', 'power', { impactLevel: 'A' })).caseId;
    expect(
      (await story.does('officer', fresh, { act: 'confirm-level', level: 'A', reason: '' })).proposed,
    ).toBeUndefined();
    // A mis-clicked A that nobody has confirmed is answered by one.
    const slip = (await story.files('teacher', 'school', { impactLevel: 'A' })).caseId;
    expect(
      await story.does('officer', slip, { act: 'confirm-level', level: 'D', reason: '誤選' }),
    ).toMatchObject({ level: 'D' });
    await story.does('officer', slip, { act: 'dismiss', reason: '誤報' });
    expect(await story.does('officer', slip, { act: 'reopen', reason: '新事證' })).toMatchObject({
      state: 'handling',
    });
  });

  test.each(['dismiss', 'merge', 'approve-withdrawal', 'release'] as const)(
    'ISO-15: %s of an A case needs a second person too, of a C case it does not',
    async (act) => {
      const target = await confirmed('C');
      const prepare = async (caseId: string, level: string): Promise<Doing> => {
        if (act === 'approve-withdrawal')
          await story.does('engineer', caseId, { act: 'request-withdrawal', reason: '重複' });
        if (act === 'release')
          await story.files(
            'engineer',
            'power',
            { impactLevel: level, ...RECOVERY },
            { kind: 'recovery', caseId },
          );
        return (
          act === 'merge' ? { act, intoCase: target, reason: '同一事件' } : { act, reason: '理由' }
        ) as Doing;
      };
      const c = await confirmed('C');
      expect((await story.does('officer', c, await prepare(c, 'C'))).proposed).toBeUndefined();
      expect((await story.sees('officer', c)).case.open).toBe(false);
      const proposed = await story.does('officer', id, await prepare(id, 'A'));
      expect(proposed.proposed).toBe(true);
      expect((await story.sees('officer', id)).case.open).toBe(true);
      await story.approves('officer2', id);
      expect((await story.sees('officer', id)).case.open).toBe(false);
      if (act === 'merge') expect((await story.sees('officer', target)).aliases).toHaveLength(2);
    },
  );

  test('ISO-15: the detour by a new proposal of the body is closed: keeping less than A needs two as well', async () => {
    await story.files('engineer', 'power', { impactLevel: 'B' }, { kind: 'follow-up', caseId: id });
    const answer = await story.does('officer', id, { act: 'confirm-level', level: 'B', reason: '' });
    expect(answer).toMatchObject({ proposed: true, level: 'A' });
    expect((await story.sees('officer', id)).case.level).toBe('A');
  });

  test('ISO-15: a proposal that no longer fits lapses, and says why', async () => {
    await story.files(
      'engineer',
      'power',
      { impactLevel: 'A', ...RECOVERY },
      { kind: 'recovery', caseId: id },
    );
    await story.does('officer', id, { act: 'release', reason: '' });
    const stale = await story.proposal(id);
    await story.files(
      'engineer',
      'power',
      { impactLevel: 'A', ...RECOVERY, solution: '另一辦法。' },
      { kind: 'recovery', caseId: id },
    );
    const lapsed = async () =>
      (await story.sees('officer', id)).facts
        .filter((fact) => fact.kind === 'act-lapsed')
        .map((fact) => [fact.data['act'], fact.data['why'], fact.person]);
    expect(await lapsed()).toEqual([['release', 'report-renewed', null]]);
    expect(await story.refuses('officer2', id, { act: 'approve-act', proposal: stale })).toBe(
      'nothing-proposed',
    );
    await story.does('officer', id, { act: 'release', reason: '' });
    await story.does('officer', id, LOWER);
    await story.does('officer2', id, { act: 'send-back', reason: '不足' });
    await story.approves('officer2', id);
    expect(await lapsed()).toEqual([
      ['release', 'report-renewed', null],
      ['release', 'case-moved', null],
    ]);
    expect((await story.sees('officer', id)).case).toMatchObject({ level: 'B', state: 'handling' });
  });

  test('ISO-15 DEC-19: in the defence compartment another of its officers; nobody outside, and the stub still says A', async () => {
    const d = await confirmed('A', 'brigade', 'captain', 'mnd-officer');
    await story.does('mnd-officer', d, LOWER);
    const proposal = await story.proposal(d);
    expect(await story.told(d, 'act-proposed')).toEqual(['subgroup-defence']);
    for (const code of ['officer2', 'deputy'])
      expect(await story.refuses(code, d, { act: 'approve-act', proposal })).toBe('not-found');
    expect(await story.refuses('mnd-officer', d, { act: 'approve-act', proposal })).toBe(
      'second-person-needed',
    );
    expect((await story.queue('officer')).stubs.map((stub) => stub.level)).toContain('A');
    await story.approves('mnd-officer2', d);
    expect((await story.sees('captain', d)).case.level).toBe('B');
  });

  test('ISO-15 DEC-23: of the house’s own A case, deputies of other bodies are the second person, never its own people', async () => {
    const h = await confirmed('A', 'dgbas', 'dgbas-contact');
    await story.does('officer', h, LOWER);
    const proposal = await story.proposal(h);
    for (const code of ['officer2', 'deputy-edpc'])
      expect(await story.refuses(code, h, { act: 'approve-act', proposal })).toBe('forbidden-act');
    expect(await story.told(h, 'act-proposed')).toEqual(['deputy-convenor-natsec', 'deputy-convenor-stag']);
    await story.approves('deputy', h);
    expect((await story.sees('officer', h)).case.level).toBe('B');
  });

  test('ISO-15 ISO-10: who lost the post meanwhile lends his proposal no right', async () => {
    await story.does('officer2', id, LOWER);
    const at = story.clock.now();
    await story.change((tx) =>
      tx.query(
        `update holdings set held_to = $1 where person_id = (select id from persons where code = 'officer2')`,
        [at],
      ),
    );
    expect(
      await story.refuses('officer', id, { act: 'approve-act', proposal: await story.proposal(id) }),
    ).toBe('proposer-gone');
    await story.does('officer', id, {
      act: 'decline-act',
      proposal: await story.proposal(id),
      reason: '已離任',
    });
    await story.change((tx) =>
      tx.query(
        `update holdings set held_to = null where person_id = (select id from persons where code = 'officer2')`,
        [],
      ),
    );
  });

  test('face: what an act would come to is shown before it is proposed, and before it is approved', async () => {
    const { previewAct } = await import('../../src/cases/act-commands.ts');
    const { revision } = (await story.sees('officer', id)).case;
    const shown = await previewAct(story.ctx, await story.person('officer'), id, { ...LOWER, revision });
    expect(shown.approvers?.length).toBe(4);
    expect(shown.toldParties.length).toBeGreaterThan(8);
    await story.does('officer', id, LOWER);
    const then = await previewAct(story.ctx, await story.person('deputy'), id, {
      act: 'approve-act',
      proposal: await story.proposal(id),
      revision: revision + 1,
    });
    expect(then.approvers).toBeNull();
    expect(then.toldParties.length).toBeGreaterThan(8);
  });
});
