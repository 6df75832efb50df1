/** The subgroups' analysis reports, and all subgroups side by side for the crisis subgroup (S7.11.0e). */
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepAnalysisDraft, sendAnalysis } from '../../src/analysis/commands.ts';
import { analysesQuery, type SendAnalysis, sendAnalysis as sendSchema } from '../../src/analysis/contract.ts';
import { analysesFile, analysesView, analysisView } from '../../src/analysis/views.ts';
import { listDrafts } from '../../src/cases/drafts.ts';
import { pack } from '../../src/directory/test-world.ts';
import { SYSTEM } from '../../src/platform/actor.ts';
import { read } from '../../src/platform/transaction.ts';
import { openStory, refusalOf, type Story } from './harness.ts';

let story: Story;
beforeAll(async () => {
  story = await openStory('2026-02-16T09:00:00+08:00');
});
afterAll(async () => {
  await story.close();
});

const table = async (who: string, query: object = { months: 2 }) =>
  analysesView(story.ctx, await story.person(who), analysesQuery.parse(query));
const line = async (who: string, group: string) =>
  (await table(who)).rows.find((row) => row.group.id === group)?.cells ?? [];
const about = { from: '2026-02-01', to: '2026-02-28', title: '二月份分析', findings: '多為弱密碼。' };
async function sends(who: string, what: Partial<SendAnalysis> = {}): Promise<string> {
  const input = sendSchema.parse({ id: uuid(), ...about, ...what });
  return sendAnalysis(story.ctx, await story.person(who), input);
}
const opens = async (who: string, id: string) => analysisView(story.ctx, await story.person(who), id);

describe('analysis reports of the subgroups', () => {
  let school: string;
  let power: string;
  let defence: string;
  let periodic: string;
  let onCase: string;
  const FORMULA = '=HYPERLINK("http://evil.example","二月")';

  test('S7.11.0e: notifications of all subgroups stand side by side, by month and level', async () => {
    school = (await story.files('teacher', 'school', { impactLevel: 'C' })).caseId;
    await story.files('teacher', 'school', { impactLevel: 'D' });
    power = (await story.files('engineer', 'power', { impactLevel: 'B' })).caseId;
    await story.on('2026-03-02', '10:00');
    await story.files('teacher', 'school', { impactLevel: 'C' });
    const seen = await table('officer');
    expect(seen.months).toEqual(['2026-02', '2026-03']);
    expect(seen.rows.map((row) => row.group.id)).toEqual(
      pack.groups.filter((group) => group.kind === 'subgroup').map((group) => group.id),
    );
    const [february, march] = await line('officer', 'sg-academia');
    expect(february).toMatchObject({ byLevel: { C: 1, D: 1 }, cases: 2, status: 'missing' });
    expect(march).toMatchObject({ byLevel: { C: 1 }, cases: 1, status: 'open' });
    for (const who of ['crisis-officer', 'auditor'])
      expect(await table(who)).toMatchObject({ readsAll: true });
    for (const who of ['teacher', 'deputy', 'convenor', 'tsc-engineer', 'admin'])
      expect([who, await refusalOf(table(who))]).toEqual([who, 'forbidden-act']);
  });

  test('S7.11.0e: a subgroup’s draft survives the closed laptop, is its author’s alone, and is gone once sent', async () => {
    const id = uuid();
    const author = await story.person('moe-officer');
    const saved = await keepAnalysisDraft(story.ctx, author, id, { content: { title: '二月' }, revision: 0 });
    expect(saved.revision).toBe(1);
    expect((await table('moe-officer')).drafts).toMatchObject([{ id, content: { title: '二月' } }]);
    expect((await table('moea-officer')).drafts).toEqual([]);
    // No draft of a report of a case: the form's list does not show it.
    expect(await listDrafts(story.ctx, author)).toEqual([]);
    const stale = keepAnalysisDraft(story.ctx, author, id, { content: {}, revision: 0 });
    expect(await refusalOf(stale)).toBe('draft-changed');
    periodic = await sends('moe-officer', { id, title: FORMULA });
    expect((await table('moe-officer')).drafts).toEqual([]);
    expect(await sends('moe-officer', { id })).toBe(id);
    expect(await refusalOf(sends('moea-officer', { id }))).toBe('conflict');
    const late = keepAnalysisDraft(story.ctx, author, id, { content: {}, revision: 1 });
    expect(await refusalOf(late)).toBe('draft-changed');
  });

  test('S7.11.0e: the crisis subgroup sees who has sent, and who has not', async () => {
    expect((await line('officer', 'sg-academia'))[0]).toMatchObject({ status: 'sent', aboutPeriod: 1 });
    expect((await line('officer', 'sg-enterprise-1'))[0]).toMatchObject({
      status: 'missing',
      aboutPeriod: 0,
    });
    const { reports } = await table('crisis-officer');
    expect(reports).toMatchObject([{ id: periodic, kind: 'period', person: { name: { zh: '賴承辦' } } }]);
    // Whoever writes sees his own group's line and reports only.
    expect(await table('moea-officer')).toMatchObject({ readsAll: false, reports: [] });
    expect((await table('moea-officer')).rows.map((row) => row.group.id)).toEqual(['sg-enterprise-1']);
    expect(await refusalOf(opens('moea-officer', periodic))).toBe('not-found');
    expect(await refusalOf(opens('teacher', periodic))).toBe('not-found');
  });

  test('S7.11.0e ISO-2: a report is about cases its author sees; another group’s case or group is refused by its field', async () => {
    onCase = await sends('moe-officer', { cases: [school], title: '首頁置換', indicators: '192.0.2.66' });
    expect(await opens('officer', onCase)).toMatchObject({
      kind: 'cases',
      indicators: '192.0.2.66',
      cases: [{ id: school, level: 'C' }],
    });
    expect(await refusalOf(sends('moe-officer', { cases: [school, power] }))).toContain('cases.1:bad-choice');
    expect(await refusalOf(sends('moe-officer', { cases: [school, uuid()] }))).toContain(
      'cases.1:bad-choice',
    );
    expect(await refusalOf(sends('moe-officer', { cases: [school], mode: 'exercise' }))).toContain(
      'cases.0:bad-choice',
    );
    expect(await refusalOf(sends('moe-officer', { group: 'sg-crisis' }))).toContain('group:bad-choice');
    expect(await refusalOf(sends('moe-officer', { inside: true }))).toContain('inside:bad-choice');
    expect(await refusalOf(sends('moe-officer', { to: '2026-01-31' }))).toContain('to:too-small');
    expect(await refusalOf(sends('officer'))).toBe('forbidden-act');
    // An analysis of a case does not stand for that of the month.
    expect((await line('officer', 'sg-academia'))[0]).toMatchObject({ aboutCases: 1, aboutPeriod: 1 });
  });

  test('S7.11.0e: what was sent is corrected by another report of the same group, and counted once', async () => {
    const corrected = await sends('moe-officer', { replaces: periodic });
    expect(await opens('officer', periodic)).toMatchObject({ replacedBy: corrected });
    expect((await line('officer', 'sg-academia'))[0]).toMatchObject({ aboutPeriod: 1 });
    expect(await refusalOf(sends('moea-officer', { replaces: periodic }))).toContain('replaces:bad-choice');
  });

  test('S7.11.0e ISO-7 DEC-19: what is said of a defence case stays inside; outside nothing changes, count or list or file', async () => {
    const outside = async () => {
      const views = await Promise.all(
        ['officer', 'crisis-officer', 'auditor', 'moe-officer'].map((who) => table(who)),
      );
      const file = await analysesFile(
        story.ctx,
        await story.person('officer'),
        analysesQuery.parse({}),
        'zh-Hant',
      );
      return JSON.stringify([views.map(({ now: _, ...view }) => view), file.text]);
    };
    await story.on('2026-03-03', '09:00');
    const before = await outside();
    defence = (await story.files('captain', 'brigade', { impactLevel: 'B' })).caseId;
    const hidden = await sends('mnd-officer', { cases: [defence], from: '2026-03-01', to: '2026-03-03' });
    const monthly = await sends('mnd-officer', { inside: true });
    expect(await outside()).toBe(before);
    for (const id of [hidden, monthly])
      for (const who of ['officer', 'crisis-officer', 'auditor', 'deputy', 'moe-officer'])
        expect(await refusalOf(opens(who, id))).toBe('not-found');
    const rows = async (who: string, sql: string) =>
      read(
        story.ctx.database,
        await story.person(who),
        story.ctx.clock,
        async (tx) => (await tx.query(sql, [])).length,
      );
    const facts = `select 1 from facts where stream = 'analysis' and compartment is not null`;
    expect([await rows('officer', facts), await rows('mnd-officer2', facts)]).toEqual([0, 2]);
    // Inside they are read, counted and due like anybody's.
    expect(await opens('mnd-officer2', hidden)).toMatchObject({ inside: true, cases: [{ id: defence }] });
    const [february, march] = await line('mnd-officer2', 'sg-defence');
    expect(february).toMatchObject({ status: 'sent' });
    expect(march).toMatchObject({ byLevel: { B: 1 }, aboutCases: 1 });
    // Whoever stands outside is never told that something of theirs is missing.
    expect((await line('officer', 'sg-defence'))[0]).toMatchObject({ status: 'walled', cases: 0 });
    // What they say of the open is told to all who gather.
    const open = await sends('mnd-officer', { title: '可公開的部分' });
    expect(await opens('officer', open)).toMatchObject({ inside: false });
  });

  test('S7.11.0e H28: under an order of silence the report goes with its case', async () => {
    const order = {
      authority: '北望地方法院檢察署',
      reference: '115他字第1號',
      organisationId: null,
      until: null,
    };
    await story.does('officer', school, { act: 'hold', reason: '偵查不公開。', ...order });
    expect(await refusalOf(opens('moe-officer', onCase))).toBe('not-found');
    expect((await line('moe-officer', 'sg-academia'))[0]).toMatchObject({ aboutCases: 0 });
    expect(await opens('officer', onCase)).toMatchObject({ id: onCase });
  });

  test('S7.11.0e WEB-3: the table as a file: a row for each subgroup and month, nothing in it a formula', async () => {
    const { text, name } = await analysesFile(
      story.ctx,
      await story.person('crisis-officer'),
      analysesQuery.parse({ months: 2 }),
      'zh-Hant',
    );
    const lines = text.split('\r\n');
    expect(lines).toHaveLength(1 + 8 * 2 + 1);
    expect(lines[0]).toContain(
      '"月份","分組","A","B","C","D","通報件數","期間報告","個案報告","提送情形","分析報告"',
    );
    expect(text).toContain('"2026-02","學術機構分組",0,0,');
    expect(text).toContain(`' =HYPERLINK`);
    expect(text).not.toMatch(/"=/);
    expect(name).toMatch(/\.csv$/);
  });

  test('S7.11.0e: every report is a fact, what it says bound by its hash and kept apart', async () => {
    const facts = await read(story.ctx.database, SYSTEM, story.ctx.clock, (tx) =>
      tx.query<{ data: Record<string, unknown> }>(`select data from facts where stream = 'analysis'`, []),
    );
    expect(facts).toHaveLength(6);
    for (const { data } of facts) {
      expect(data['hash']).toMatch(/^[0-9a-f]{64}$/);
      expect(JSON.stringify(data)).not.toContain('弱密碼');
    }
  });
});
