/** Filing is a promise: one case per report, whatever the network does; numbers without gaps, whatever fails. */
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyCases } from '../../src/cases/index.ts';
import { SYSTEM } from '../../src/platform/actor.ts';
import { read } from '../../src/platform/transaction.ts';
import { openStory, refusalOf, type Story } from './harness.ts';

describe('filing is a promise', () => {
  let story: Story;
  beforeAll(async () => {
    story = await openStory('2026-03-04T10:00:00+08:00');
  });
  afterAll(() => story.close());

  const rows = (text: string) =>
    read(story.ctx.database, SYSTEM, story.ctx.clock, (tx) => tx.query<Record<string, number>>(text, []));
  const cases = async () => (await rows('select count(*)::int as n from cases'))[0]?.['n'];

  test('H52 S8.F3.6: thirty-two filed at once, some refused half-way: numbers unique, without a gap', async () => {
    const filings = Array.from({ length: 32 }, (_, index) =>
      index % 4 === 3
        ? // Refused after its number was claimed: the attachment is nobody's.
          refusalOf(story.files('teacher', 'school', { impactLevel: 'D', attachments: [uuid()] }))
        : story.files('teacher', 'school', { impactLevel: 'D', description: `第 ${index} 件。` }),
    );
    const answers = await Promise.all(filings);
    const refused = answers.filter((answer) => typeof answer === 'string');
    expect(refused).toEqual(Array(8).fill('invalid-input content.attachments.0:bad-choice'));
    // A number given back by a refused filing goes to the next report.
    for (let more = 0; more < 8; more += 1) await story.files('teacher', 'school', { impactLevel: 'D' });
    const seqs = await rows(`select seq as n from cases where series = 'open' order by seq`);
    expect(seqs.map((row) => row['n'])).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
    const claimed = await story.change((tx) =>
      tx.query(
        'select 1 from case_numbers n where case_id is not null and not exists (select 1 from cases c where c.id = n.case_id)',
        [],
      ),
    );
    expect(claimed).toEqual([]);
  });

  test('INV-1: the same key gives the same answer, another body under it is refused', async () => {
    const key = uuid();
    const first = await story.files('teacher', 'school', { impactLevel: 'C' }, { key });
    const before = await cases();
    expect(await story.files('teacher', 'school', { impactLevel: 'C' }, { key })).toEqual(first);
    expect(await refusalOf(story.files('teacher', 'school', { impactLevel: 'B' }, { key }))).toBe(
      'idempotency-key-reused',
    );
    expect(await cases()).toBe(before);
    // A key is its owner's: another person's equal key is another filing.
    const other = await story.files('teacher2', 'school2', { impactLevel: 'C' }, { key });
    expect(other.caseId).not.toBe(first.caseId);
  });

  test('INV-1: a double click at the same instant is one case, one number, one set of notices', async () => {
    const key = uuid();
    const before = (await cases()) ?? 0;
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => story.files('teacher', 'school', { impactLevel: 'C' }, { key })),
    );
    expect(new Set(answers.map((answer) => answer.number)).size).toBe(1);
    expect(await cases()).toBe(before + 1);
    expect(await story.told(answers[0]?.caseId ?? '', 'initial-centre')).toEqual(['duty-officer']);
  });

  test('a double click on an act does it once and answers the same both times', async () => {
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'C' });
    const key = uuid();
    const revision = (await story.sees('officer', caseId)).case.revision;
    const answers = await Promise.all(
      [1, 2, 3].map(() => story.does('officer', caseId, { act: 'register', revision }, key)),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    const facts = (await story.sees('officer', caseId)).facts.filter((fact) => fact.kind === 'registered');
    expect(facts).toHaveLength(1);
    expect(await refusalOf(story.does('officer', caseId, { act: 'message', text: '別的' }, key))).toBe(
      'idempotency-key-reused',
    );
  });

  test('two officers act at the same instant: one does it, the other is told what happened', async () => {
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'C' });
    const revision = (await story.sees('officer', caseId)).case.revision;
    const outcomes = await Promise.allSettled(
      ['officer', 'officer2'].map((code) =>
        story.does(code, caseId, { act: 'confirm-level', level: 'C', reason: '', revision }),
      ),
    );
    expect(outcomes.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    const gradings = (await story.sees('officer', caseId)).gradings;
    expect(gradings.filter((one) => one.status === 'confirmed')).toHaveLength(1);
  });

  test('two confirmations of one notice at the same instant are one fact, and the first stands', async () => {
    const { caseId } = await story.files('teacher', 'school', { impactLevel: 'C' });
    await Promise.all([story.acknowledges('inspector', caseId), story.acknowledges('inspector', caseId)]);
    const facts = (await story.sees('officer', caseId)).facts.filter((fact) => fact.kind === 'acknowledged');
    expect(facts).toHaveLength(1);
  });

  test('H47: three hundred within the hour: nobody is refused, nobody waits for a notice to be delivered', async () => {
    const before = (await cases()) ?? 0;
    // The relay is dead; intake must not care.
    await story.sink.pause();
    const bodies = [
      ['teacher', 'school'],
      ['teacher2', 'school2'],
      ['nurse', 'hospital'],
    ] as const;
    for (let wave = 0; wave < 10; wave += 1) {
      await Promise.all(
        Array.from({ length: 30 }, (_, index) => {
          const [code, body] = bodies[index % bodies.length] as (typeof bodies)[number];
          return story.files(code, body, { impactLevel: 'C', description: '同一蠕蟲。' });
        }),
      );
    }
    expect(await cases()).toBe(before + 300);
    await story.sink.resume();
    const numbers = await rows(
      `select max(seq)::int as top, count(*)::int as n from cases where series = 'open'`,
    );
    expect(numbers[0]?.['top']).toBe(numbers[0]?.['n']);
  }, 60_000);

  test('S8.3.6 INV-2 INV-3: every case has its three receipts, and every case is rebuilt from its facts without difference', async () => {
    const short = await rows(
      `select c.id from cases c where (select count(distinct one) from notices n, unnest(n.capacities) as one
         where n.case_id = c.id and one in ('centre', 'authority', 'subgroup')) <> 3`,
    );
    expect(short).toEqual([]);
    const verdict = await verifyCases(story.ctx);
    expect(verdict.faults).toEqual([]);
    expect(verdict.cases).toBe(await cases());
  });

  test('tampering is found: a changed report, a changed state and a lost fact are each named', async () => {
    const { caseId, number } = await story.files('teacher', 'school', { impactLevel: 'C' });
    const tamper = async (text: string) => {
      await story.world.owner.query(text, [caseId]);
      const verdict = await verifyCases(story.ctx);
      expect(
        verdict.faults.map((fault) => fault.number),
        text,
      ).toContain(number);
    };
    await tamper(
      `update reports set content = jsonb_set(content, '{scope}', '"別的範圍"') where case_id = $1::uuid`,
    );
    await story.world.owner.query(
      `update reports set content = jsonb_set(content, '{scope}', '"僅首頁，無個人資料外洩。"') where case_id = $1::uuid`,
      [caseId],
    );
    expect((await verifyCases(story.ctx)).faults).toEqual([]);
    await tamper(`update cases set level = 'A' where id = $1::uuid`);
    await story.world.owner.query(`update cases set level = 'C' where id = $1::uuid`, [caseId]);
    await tamper('delete from facts where stream_id = $1::uuid and seq = 2');
  });
});
