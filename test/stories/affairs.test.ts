/**
 * What is done for a case besides grading it: the response procedure of its level, the support it asks for, and its referral
 * to prosecutors and to the disaster system (捌二, 捌四, 捌五, 捌七).
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyCases } from '../../src/cases/index.ts';
import { makePackage, openPackage } from '../../src/cases/referral-package.ts';
import { workload } from '../../src/cases/support-list.ts';
import { loadDirectory } from '../../src/directory/index.ts';
import { pack } from '../../src/directory/test-world.ts';
import { openStory, refusalOf, type Story } from './harness.ts';
import { morePeople } from './nation.ts';

/** The story's nation with the convenor of the crisis working group, and with the school's county. */
const nation = {
  ...morePeople,
  persons: [
    ...(morePeople.persons ?? []),
    ...[
      ['crisis-convenor', 'dgbas-edpc', '柯召集', 'Convenor Ko'],
      ['info-convenor', 'natsci', '邵召集', 'Convenor Shao'],
    ].map(([code, organisation, nameZh, nameEn]) => ({
      code: code ?? '',
      organisation: organisation ?? '',
      nameZh: nameZh ?? '',
      nameEn: nameEn ?? '',
      email: `${code}@${organisation}.example`,
    })),
  ],
  holdings: [
    ...(morePeople.holdings ?? []),
    { post: 'wg-crisis', person: 'crisis-convenor' },
    { post: 'wg-information', person: 'info-convenor' },
  ],
};

/** Times of the story are to the minute. */
const minute = (at: string | null | undefined) => at?.slice(0, 16);
const notFound = (promise: Promise<unknown>) => expect(refusalOf(promise)).resolves.toBe('not-found');

let story: Story;
beforeAll(async () => {
  story = await openStory('2026-03-16T09:00:00+08:00', nation);
});
afterAll(async () => {
  expect((await verifyCases(story.ctx)).faults).toEqual([]);
  await story.close();
});

describe('the response procedure', () => {
  let id: string;
  const items = async (who: string) => (await story.sees(who, id)).checklist?.items ?? [];
  const item = async (who: string, step: string) => (await items(who)).find((one) => one.id === step);

  test('S7.9.7.3: it opens when the level is confirmed, and not before', async () => {
    id = (await story.files('teacher', 'school', { impactLevel: 'C' })).caseId;
    expect((await story.sees('officer', id)).checklist).toBeNull();
    await story.at('09:10');
    await story.does('officer', id, { act: 'confirm-level', level: 'C', reason: '' });
    const view = await story.sees('officer', id);
    const expected = pack.playbooks.filter((step) => step.levels.includes('C')).map((step) => step.id);
    expect(view.checklist?.level).toBe('C');
    expect(view.checklist?.items.map((one) => one.id)).toEqual(expected);
    expect(view.facts.filter((fact) => fact.kind === 'checklist-opened')).toHaveLength(1);
  });

  test('S7.9.7.5: before, during and after; what comes after has no time until the recovery', async () => {
    expect(new Set((await items('officer')).map((one) => one.phase))).toEqual(
      new Set(['before', 'during', 'after']),
    );
    expect(minute((await item('officer', 'contain'))?.dueAt)).toBe('2026-03-16T03:10');
    expect((await item('officer', 'change-secrets'))?.dueAt).toBeNull();
  });

  test('S8.2.2: each sees which part is his, settles his own and nobody else’s', async () => {
    const mine = async (who: string) =>
      (await items(who)).filter((one) => one.mine).map((one) => one.party.id);
    expect(new Set(await mine('teacher'))).toEqual(new Set(['agency']));
    expect(new Set(await mine('teammate'))).toEqual(new Set(['agency']));
    expect(new Set(await mine('moe-officer'))).toEqual(new Set(['sg-academia']));
    expect(new Set(await mine('officer'))).toEqual(new Set(['desk']));
    await story.at('09:30');
    await story.does('teammate', id, { act: 'tick-item', item: 'contain', note: '主機已離線。', at: null });
    const done = await item('officer', 'contain');
    expect(done).toMatchObject({ status: 'done', note: '主機已離線。', onBehalf: false });
    expect(done?.person?.name.zh).toBe('葉組員');
    expect(minute(done?.at)).toBe('2026-03-16T01:30');
    const tick = (step: string) => ({ act: 'tick-item', item: step, note: '', at: null }) as const;
    expect(await story.refuses('moe-officer', id, tick('scope'))).toBe('not-your-part');
    expect(await story.refuses('teacher', id, tick('call-back'))).toBe('not-your-part');
    expect(await story.refuses('teacher', id, tick('contain'))).toBe('step-settled');
    expect(await story.refuses('teacher', id, tick('no-such'))).toContain('no-such-step');
    expect(await story.refuses('observer', id, tick('scope'))).toBe('forbidden-act');
  });

  test('S8.2.2: the desk records what it is told by telephone, and says so; skipping needs a reason', async () => {
    await story.does('officer', id, {
      act: 'tick-item',
      item: 'scope',
      note: '電話確認',
      at: '2026-03-16T09:20:00+08:00',
    });
    expect(await item('teacher', 'scope')).toMatchObject({
      status: 'done',
      onBehalf: true,
      at: '2026-03-16T01:20:00.000Z',
    });
    await story.does('teacher', id, { act: 'skip-item', item: 'backups-safe', reason: '本校沒有備份系統。' });
    expect(await item('officer', 'backups-safe')).toMatchObject({
      status: 'skipped',
      note: '本校沒有備份系統。',
    });
    await expect(
      story.does('teacher', id, { act: 'skip-item', item: 'cause', reason: '' }),
    ).rejects.toThrow();
    await story.does('teacher', id, { act: 'reopen-item', item: 'backups-safe', reason: '縣網有備份。' });
    expect(await item('officer', 'backups-safe')).toMatchObject({ status: 'open', note: '縣網有備份。' });
  });

  test('S7.9.7.3: re-grading opens what is new, keeps what is done, and asks for the rest in its new time', async () => {
    await story.at('10:00');
    await story.does('officer', id, { act: 'change-level', level: 'B', reason: '擴及縣網。' });
    expect((await item('officer', 'contain'))?.status).toBe('done');
    expect(await item('officer', 'indicators')).toMatchObject({
      status: 'open',
      dueAt: expect.stringMatching(/^2026-03-16T14:00/),
      party: { id: 'service-centre' },
    });
    // Due within twelve hours of the first grading before, within a day of this one now.
    expect(minute((await item('officer', 'cause'))?.dueAt)).toBe('2026-03-17T02:00');
    // Groups to whom the case is new are told; those who follow it are not.
    expect(await story.told(id, 'checklist-opened')).toEqual([
      'service-centre',
      'wg-crisis',
      'wg-information',
    ]);
    expect((await item('tsc-engineer', 'indicators'))?.mine).toBe(true);
    await story.does('tsc-engineer', id, { act: 'tick-item', item: 'technical-lead', note: '', at: null });
  });

  test('S7.9.7.3: what the lower level asks no more is set aside, and comes back with the higher', async () => {
    await story.does('officer', id, { act: 'change-level', level: 'D', reason: '僅首頁。' });
    expect((await item('officer', 'indicators'))?.status).toBe('set-aside');
    expect((await item('officer', 'technical-lead'))?.status).toBe('done');
    expect(
      await story.refuses('tsc-engineer', id, { act: 'tick-item', item: 'indicators', note: '', at: null }),
    ).toBe('step-settled');
    await story.does('officer', id, { act: 'change-level', level: 'B', reason: '再度擴散。' });
    expect((await item('officer', 'indicators'))?.status).toBe('open');
  });

  test('S7.9.7.5: what comes after counts from the recovery, and may be ticked after release', async () => {
    await story.at('15:00');
    await story.files(
      'teacher',
      'school',
      { impactLevel: 'B', cause: '弱點。', solution: '已修補。', resolvedAt: '2026-03-16T14:00:00+08:00' },
      { kind: 'recovery', caseId: id },
    );
    expect((await item('officer', 'change-secrets'))?.dueAt).toBe('2026-03-17T06:00:00.000Z');
    await story.does('officer', id, { act: 'release', reason: '' });
    await story.does('teacher', id, { act: 'tick-item', item: 'change-secrets', note: '', at: null });
    expect((await item('officer', 'change-secrets'))?.status).toBe('done');
  });

  test('DEC-19: inside the defence compartment nobody outside is given a step', async () => {
    const { caseId } = await story.files('captain', 'brigade', { impactLevel: 'B' });
    await story.does('mnd-officer', caseId, { act: 'confirm-level', level: 'B', reason: '' });
    const view = await story.sees('mnd-officer', caseId);
    expect(new Set(view.checklist?.items.map((one) => one.party.id))).toEqual(
      new Set(
        ['agency', 'authority', 'desk'].filter((party) =>
          view.checklist?.items.some((one) => one.party.id === party),
        ),
      ),
    );
    for (const who of ['officer', 'tsc-engineer', 'crisis-convenor', 'auditor'])
      await notFound(story.sees(who, caseId));
  });
});

/** Why the case stands in the desk's queue. */
const waitsFor = async (id: string) =>
  (await story.queue('officer')).items.find((row) => row.case.id === id)?.reasons ?? [];

describe('support', () => {
  let id: string;
  const request = async (who: string, n = 1) => {
    const view = await story.sees(who, id);
    return view.support.requests.find((one) => one.id === n);
  };

  test('S8.5.1: the items of the form become requests in the same transaction, and their coordinators are told', async () => {
    await story.on('2026-03-17', '09:00');
    const filed = await story.files('teacher', 'school', {
      impactLevel: 'C',
      supportItems: ['forensics', 'traffic-filtering'],
      supportText: '兩台主機需鑑識。',
    });
    id = filed.caseId;
    const view = await story.sees('officer', id);
    expect(view.support.requests.map((one) => [one.id, one.item, one.text, one.status])).toEqual([
      [1, 'forensics', '兩台主機需鑑識。', 'open'],
      [2, 'traffic-filtering', '兩台主機需鑑識。', 'open'],
    ]);
    expect(await story.told(id, 'support-requested')).toEqual(['service-centre', 'wg-crisis']);
    expect((await story.sees('crisis-convenor', id)).support.groups.map((one) => one.id)).toContain(
      'wg-crime',
    );
    expect((await story.sees('teacher', id)).support.groups).toEqual([]);
    expect(await waitsFor(id)).toContain('support-waits');
  });

  test('S8.5.1: a follow-up asks only for what is new, and nothing asked for is lost', async () => {
    const same = { impactLevel: 'C', supportItems: ['forensics'], supportText: '兩台主機需鑑識。' };
    const follow = (content: object) =>
      story.files('teacher', 'school', { ...same, ...content }, { kind: 'follow-up', caseId: id });
    await follow({});
    expect((await story.sees('officer', id)).support.requests).toHaveLength(2);
    await follow({ supportText: '另需備用交換器一台。' });
    expect(await request('officer', 3)).toMatchObject({
      item: null,
      text: '另需備用交換器一台。',
      by: 'form',
    });
  });

  test('S8.5.2: a group that is asked sees this one case, and no longer after declining', async () => {
    await notFound(story.sees('crime-officer', id));
    const assign = {
      act: 'assign-support',
      request: 1,
      region: null,
      note: '請派員鑑識。',
      dueAt: null,
    } as const;
    expect(await story.refuses('teacher', id, { ...assign, group: 'wg-crime' })).toBe('forbidden-act');
    expect(await story.refuses('crisis-convenor', id, { ...assign, group: 'council' })).toContain(
      'group:bad-choice',
    );
    expect(await story.refuses('crisis-convenor', id, { ...assign, group: 'sg-defence' })).toContain(
      'group:bad-choice',
    );
    await story.does('crisis-convenor', id, { ...assign, group: 'wg-crime' });
    expect(await story.told(id, 'support-asked')).toEqual(['wg-crime']);
    expect((await request('crime-officer'))?.offers[0]).toMatchObject({
      mine: true,
      status: 'offered',
      may: ['accept-support', 'decline-support'],
    });
    expect(await story.refuses('crisis-convenor', id, { ...assign, group: 'wg-crime' })).toBe(
      'already-asked',
    );
    expect(
      await story.refuses('moe-officer', id, { act: 'accept-support', request: 1, text: '', dueAt: null }),
    ).toBe('forbidden-act');
    await story.does('crime-officer', id, { act: 'decline-support', request: 1, reason: '人力已全數派出。' });
    await notFound(story.sees('crime-officer', id));
    expect((await story.list('crime-officer')).items).toEqual([]);
    expect(await story.told(id, 'support-declined')).toEqual(['service-centre', 'wg-crisis']);
    expect((await request('teacher'))?.offers[0]).toMatchObject({
      status: 'declined',
      answer: '人力已全數派出。',
    });
    const asked = (await story.notices(id)).find((notice) => notice.route === 'support-asked');
    expect(asked?.status).not.toBe('handed-over');
  });

  test('S7.9.7.4 S8.7: it is offered to a region, which its county decides; accepted, on its way, done, and judged', async () => {
    await story.change((tx) =>
      loadDirectory(story.ctx, tx, pack, {
        organisations: [
          {
            code: 'school',
            nameZh: '光明國中',
            nameEn: 'Guangming School',
            kind: 'school',
            superior: 'county-edu',
            sectors: ['academia'],
            county: '青山縣',
            validFrom: '2001-01-01',
          },
        ],
      }),
    );
    expect((await request('officer'))?.suggested).toEqual(['service-centre', 'wg-crime', 'north']);
    await story.does('officer', id, {
      act: 'assign-support',
      request: 1,
      group: null,
      region: 'north',
      note: '',
      dueAt: '2026-03-17T18:00:00+08:00',
    });
    await story.at('10:00');
    await story.does('tsc-engineer', id, {
      act: 'accept-support',
      request: 1,
      text: '11 時到場。',
      dueAt: '2026-03-17T11:00:00+08:00',
    });
    expect(await story.told(id, 'support-accepted-reporter')).toEqual(['contact-school']);
    expect((await request('teacher'))?.offers.at(-1)).toMatchObject({
      status: 'accepted',
      region: { id: 'north' },
      dueAt: '2026-03-17T03:00:00.000Z',
      overdue: false,
    });
    await story.at('11:30');
    expect((await request('officer'))?.overdue).toBe(true);
    await story.does('tsc-engineer', id, { act: 'support-progress', request: 1, text: '已到場，取證中。' });
    const feedback = { act: 'support-feedback', request: 1, helped: 'partly', text: '尚缺一台。' } as const;
    expect(await story.refuses('teacher', id, feedback)).toBe('support-not-asked');
    await story.does('tsc-engineer', id, { act: 'support-done', request: 1, text: '映像檔已交付。' });
    expect(await request('teacher')).toMatchObject({ status: 'done', may: ['support-feedback'] });
    await story.does('teacher', id, feedback);
    expect((await request('tsc-engineer'))?.feedback).toMatchObject({ helped: 'partly', text: '尚缺一台。' });
    // What did not help enough is offered once more, to somebody else.
    await story.does('officer', id, {
      act: 'assign-support',
      request: 1,
      group: 'sg-enterprise-2',
      region: null,
      note: '',
      dueAt: null,
    });
    expect(await request('motc-officer')).toMatchObject({ status: 'offered', feedback: null });
  });

  test('S8.5.2: the desk records an answer given by telephone; taken back or cancelled, nobody goes on seeing it', async () => {
    await story.does('officer', id, {
      act: 'accept-support',
      request: 1,
      group: 'sg-enterprise-2',
      text: '電話同意',
      dueAt: null,
    });
    expect((await request('motc-officer'))?.offers.at(-1)?.answeredBy?.name.zh).toBe('林值勤');
    await story.does('officer', id, {
      act: 'recall-support',
      request: 1,
      group: 'sg-enterprise-2',
      reason: '已自行處理。',
    });
    await notFound(story.sees('motc-officer', id));
    await story.does('officer', id, {
      act: 'assign-support',
      request: 2,
      group: 'sg-enterprise-2',
      region: null,
      note: '',
      dueAt: null,
    });
    await story.does('teacher', id, { act: 'cancel-support', request: 2, reason: '流量已恢復。' });
    await notFound(story.sees('motc-officer', id));
    expect(
      await story.refuses('officer', id, {
        act: 'assign-support',
        request: 2,
        group: 'wg-crime',
        region: null,
        note: '',
        dueAt: null,
      }),
    ).toBe('support-ended');
  });

  test('S8.7: the workload shows what waits, with whom, since when and what is late, to each what he sees', async () => {
    const load = async (who: string, query: object = {}) =>
      workload(story.ctx, await story.person(who), { status: 'live', ...query });
    const seen = await load('tsc-engineer');
    expect(seen.items.map((row) => [row.number, row.request.id, row.request.status])).toContainEqual([
      (await story.sees('officer', id)).case.number,
      3,
      'open',
    ]);
    // Nobody has been asked for more than an hour.
    expect(seen.items.find((row) => row.caseId === id && row.request.id === 3)?.request.overdue).toBe(true);
    expect(seen.unassigned).toBeGreaterThan(0);
    expect((await load('motc-officer')).items).toEqual([]);
    expect((await load('captain')).items).toEqual([]);
    await story.does('officer', id, {
      act: 'assign-support',
      request: 3,
      group: 'sg-enterprise-2',
      region: null,
      note: '',
      dueAt: null,
    });
    const theirs = await load('motc-officer');
    expect(theirs.groups).toEqual([
      {
        group: { id: 'sg-enterprise-2', name: { zh: '事業機構分組（二）', en: 'Enterprise Subgroup 2' } },
        offered: 1,
        accepted: 0,
        overdue: 0,
        mine: true,
      },
    ]);
    expect((await load('tsc-engineer', { group: 'sg-enterprise-2' })).items).toHaveLength(1);
    expect((await load('tsc-engineer', { region: 'south' })).items).toEqual([]);
    expect((await load('tsc-engineer', { status: 'done' })).items.map((row) => row.request.id)).toEqual([1]);
    expect((await load('tsc-engineer', { status: 'cancelled' })).items.map((row) => row.request.id)).toEqual([
      2,
    ]);
  });

  test('S8.2.2: messages go to the agency, to the desk, or to a group that works on the case, and to no other', async () => {
    const say = (text: string, to: string) => ({ act: 'message', text, to }) as const;
    await story.does('officer', id, say('請問交換器型號？', 'sg-enterprise-2'));
    expect(await story.told(id, 'message-group')).toEqual(['subgroup-enterprise-2']);
    await story.does('motc-officer', id, say('同型號兩台可借。', 'agency'));
    await story.does('motc-officer', id, say('請值勤台協助運送。', 'desk'));
    expect((await story.sees('teacher', id)).messages.map((one) => [one.direction, one.group])).toEqual([
      ['to-group', 'sg-enterprise-2'],
      ['to-agency', null],
      ['to-desk', null],
    ]);
    expect(await story.refuses('officer', id, say('請協助。', 'wg-crime'))).toContain('to:bad-choice');
    expect((await story.sees('officer', id)).addressees).toEqual(
      ['service-centre', 'sg-academia', 'sg-enterprise-2', 'wg-crisis'].sort(
        (a, b) => pack.groups.findIndex((g) => g.id === a) - pack.groups.findIndex((g) => g.id === b),
      ),
    );
    // Being written to makes nobody a reader for ever.
    await story.does('officer', id, {
      act: 'recall-support',
      request: 3,
      group: 'sg-enterprise-2',
      reason: '已借到。',
    });
    await notFound(story.sees('motc-officer', id));
  });

  test('DEC-19: inside the compartment its own desk coordinates, and nobody outside may be asked', async () => {
    const { caseId } = await story.files('captain', 'brigade', {
      impactLevel: 'C',
      supportItems: ['forensics'],
    });
    const view = await story.sees('mnd-officer', caseId);
    expect(view.support.groups.map((one) => one.id)).toEqual(['sg-defence']);
    expect(await story.told(caseId, 'support-requested')).toEqual([]);
    expect(
      await story.refuses('mnd-officer', caseId, {
        act: 'assign-support',
        request: 1,
        group: 'service-centre',
        region: null,
        note: '',
        dueAt: null,
      }),
    ).toContain('group:bad-choice');
    const seen = await workload(story.ctx, await story.person('tsc-engineer'), { status: 'live' });
    expect(seen.items.some((row) => row.caseId === caseId)).toBe(false);
  });
});

describe('referral', () => {
  let id: string;
  const referral = async (who: string, target: string) =>
    (await story.sees(who, id)).referrals.items.find((one) => one.target === target);

  test('S8.4.1 S8.4.2: the boxes of the form open both referrals at once, with their clocks, and the desk is told urgently', async () => {
    await story.on('2026-03-18', '09:00');
    const told = { toldWhom: '青山分局', toldAt: '2026-03-18T08:50:00+08:00' };
    id = (
      await story.files('teacher', 'school', {
        impactLevel: 'B',
        flags: {
          life: told,
          equipment: null,
          crime: { toldWhom: '', toldAt: null },
          disaster: { toldWhom: '', toldAt: null },
        },
      })
    ).caseId;
    const view = await story.sees('officer', id);
    expect(view.referrals.items.map((one) => [one.target, one.status, one.flags])).toEqual([
      ['prosecutors', 'open', ['life', 'crime']],
      ['disaster-system', 'open', ['disaster']],
    ]);
    const seqs = view.facts.filter((fact) => fact.kind === 'referral-opened' || fact.kind === 'filed');
    expect(new Set(seqs.map((fact) => fact.at)).size).toBe(1);
    expect(
      view.clocks.filter((clock) => clock.definition.startsWith('refer-')).map((clock) => clock.state),
    ).toEqual(['running', 'running']);
    expect((await story.notices(id)).find((one) => one.post === 'duty-officer')?.urgent).toBe(true);
    expect(await waitsFor(id)).toContain('referral-waits');
    expect(view.referrals.items[0]?.agencyTold).toEqual([
      { flag: 'life', toldWhom: '青山分局', toldAt: '2026-03-18T00:50:00.000Z' },
    ]);
    expect(view.referrals.items[0]?.offices.filter((one) => one.near).map((one) => one.id)).toEqual([
      'prosecutors-qingshan',
    ]);
    expect(view.referrals.items[1]?.offices.map((one) => one.id)).toEqual([
      'disaster-qingshan',
      'disaster-central',
    ]);
  });

  test('S8.4.1: the package is the case with its list of evidence, and its hash goes into the record', async () => {
    const officer = await story.person('officer');
    const made = await makePackage(story.ctx, officer, id, 'prosecutors', 'zh-Hant');
    const { bytes, name } = await openPackage(story.ctx, officer, id, made.id);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(made.sha256);
    expect(name).toMatch(/移送書-115-\d+-檢調單位\.html/);
    const html = bytes.toString('utf8');
    const [report] = (await story.sees('officer', id)).reports;
    expect(html).toContain('證據清單');
    expect(html).toContain(report?.contentHash);
    expect(html).toContain('危及人員生命');
    await story.at('09:20');
    const send = {
      act: 'send-referral',
      target: 'prosecutors',
      to: '',
      channel: 'in-person',
      at: '2026-03-18T09:15:00+08:00',
    } as const;
    const other = await makePackage(story.ctx, officer, id, 'disaster-system', 'en');
    expect(
      await story.refuses('officer', id, { ...send, office: 'prosecutors-qingshan', package: other.id }),
    ).toContain('package:bad-choice');
    expect(await story.refuses('officer', id, { ...send, office: 'nowhere', package: made.id })).toContain(
      'office:bad-choice',
    );
    expect(await story.refuses('officer', id, { ...send, office: null, package: made.id })).toContain(
      'to:required',
    );
    expect(
      await story.refuses('teacher', id, { ...send, office: 'prosecutors-qingshan', package: made.id }),
    ).toBe('forbidden-act');
    await story.does('officer', id, { ...send, office: 'prosecutors-qingshan', package: made.id });
    expect(await referral('officer', 'prosecutors')).toMatchObject({
      status: 'sent',
      sends: [
        { to: { zh: '青山地方法院檢察署' }, channel: 'in-person', package: made.id, sha256: made.sha256 },
      ],
    });
    const fact = (await story.sees('officer', id)).facts.find((one) => one.kind === 'referral-sent');
    expect(fact?.data.sha256).toBe(made.sha256);
    const clocks = (await story.sees('officer', id)).clocks;
    expect(clocks.find((clock) => clock.definition === 'refer-prosecutors')?.state).toBe('met');
    expect(clocks.find((clock) => clock.definition === 'refer-disaster')?.state).toBe('running');
    expect(await story.told(id, 'referral-sent')).toEqual(['contact-school']);
  });

  test('S8.4.1: who received it, under which number, and what was answered, is the desk’s; the agency sees that it was made', async () => {
    const at = '2026-03-18T09:18:00+08:00';
    const receipt = {
      act: 'record-referral-receipt',
      target: 'prosecutors',
      at,
      officer: '歐陽檢察事務官',
      number: '青檢115他字第77號',
      phone: '',
      note: '',
    } as const;
    expect(await story.refuses('officer', id, { ...receipt, target: 'disaster-system' })).toBe(
      'referral-not-open',
    );
    await story.does('officer', id, receipt);
    await story.does('officer', id, {
      act: 'record-referral-reply',
      target: 'prosecutors',
      at,
      outcome: 'taken-up',
      text: '已分案偵辦。',
      number: '',
    });
    expect(await referral('officer', 'prosecutors')).toMatchObject({
      status: 'answered',
      receipts: [{ officer: '歐陽檢察事務官', number: '青檢115他字第77號' }],
      replies: [{ outcome: 'taken-up', text: '已分案偵辦。' }],
    });
    expect((await referral('auditor', 'prosecutors'))?.receipts).toHaveLength(1);
    for (const who of ['teacher', 'moe-officer', 'inspector']) {
      const seen = await story.sees(who, id);
      expect(seen.referrals.items[0]).toMatchObject({ status: 'answered', receipts: null, replies: null });
      expect(seen.referrals.packages).toEqual([]);
      expect(JSON.stringify(seen)).not.toMatch(/歐陽|他字第77號|已分案偵辦/);
      await notFound(
        openPackage(
          story.ctx,
          await story.person(who),
          id,
          (await story.sees('officer', id)).referrals.packages[0]?.id ?? '',
        ),
      );
    }
  });

  test('S8.4.2: a second referral runs on by itself; without a form the desk opens one, and closes it with its reason', async () => {
    await story.does('officer', id, {
      act: 'close-referral',
      target: 'disaster-system',
      reason: '災防中心電話告知無須提報。',
    });
    expect(await referral('teacher', 'disaster-system')).toMatchObject({
      status: 'closed',
      closedWhy: '災防中心電話告知無須提報。',
    });
    // One answered, the other closed: the desk waits for nobody.
    expect(await waitsFor(id)).not.toContain('referral-waits');
    // The same boxes in a follow-up open nothing the desk has closed.
    const again = { toldWhom: '', toldAt: null };
    await story.files(
      'teacher',
      'school',
      { impactLevel: 'B', flags: { life: again, equipment: null, crime: null, disaster: again } },
      { kind: 'follow-up', caseId: id },
    );
    expect((await referral('officer', 'disaster-system'))?.status).toBe('closed');
    await story.does('officer', id, {
      act: 'open-referral',
      target: 'disaster-system',
      reason: '災情擴大。',
    });
    expect(await referral('officer', 'disaster-system')).toMatchObject({
      status: 'open',
      reason: '災情擴大。',
    });
  });

  test('H28: under an order of silence the agency’s colleagues see nothing, and nobody new is asked or written to', async () => {
    const organisationId = await story.organisation('moj');
    await story.does('officer', id, {
      act: 'hold',
      authority: '青山地方法院檢察署',
      organisationId,
      reference: '青檢115偵字第9號',
      until: null,
      reason: '',
    });
    await notFound(story.sees('inspector', id));
    await notFound(story.sees('auditor', id));
    await story.does('officer', id, { act: 'request-support', item: 'forensics', text: '' });
    expect(await story.told(id, 'support-requested')).toEqual([]);
    expect(
      await story.refuses('officer', id, {
        act: 'assign-support',
        request: 1,
        group: 'wg-crime',
        region: null,
        note: '',
        dueAt: null,
      }),
    ).toBe('case-held');
    expect(await story.refuses('officer', id, { act: 'message', text: '…', to: 'sg-academia' })).toBe(
      'case-held',
    );
    await story.does('officer', id, { act: 'confirm-level', level: 'B', reason: '' });
    const parties = (await story.sees('officer', id)).checklist?.items.map((one) => one.party.id);
    expect(new Set(parties)).toEqual(new Set(['agency', 'desk', 'command']));
    // The one who filed still sees that it was referred.
    expect((await referral('teacher', 'prosecutors'))?.status).toBe('answered');
    // The order did not stop the desk from handing the case over.
    await story.does('officer', id, {
      act: 'send-referral',
      target: 'disaster-system',
      office: null,
      to: '中央災害應變中心',
      channel: 'telephone',
      at: '2026-03-18T09:19:00+08:00',
      package: null,
    });
    expect(await story.told(id, 'referral-sent')).toEqual(['contact-school']);
  });
});
