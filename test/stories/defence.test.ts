/** A defence case: its own numbers, its own desk, invisible to everybody else; and the centre's own body as reporter. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStory, readOf, type Story } from './harness.ts';

const OUTSIDERS = [
  'officer',
  'officer2',
  'auditor',
  'observer',
  'deputy',
  'deputy-edpc',
  'deputy-natsec',
  'convenor',
  'crisis-officer',
  'rdec-officer',
  'moe-officer',
  'moea-officer',
  'teacher',
  'admin',
  'county-contact',
  'dgbas-contact',
];
const SECRET = '衛星鏈路遭干擾';

describe('a defence case', () => {
  let story: Story;
  let id: string;
  let before: string;
  beforeAll(async () => {
    story = await openStory('2026-03-05T02:31:00+08:00');
    await story.at('02:35');
    await story.files('teacher', 'school', { impactLevel: 'D' });
    before = JSON.stringify(await visible());
    await story.at('02:44');
    const answer = await story.files('captain', 'brigade', {
      impactLevel: 'A',
      description: `${SECRET}。`,
      scope: '北部通信。',
      measures: '改用備援。',
      affectedSectors: ['telecom'],
    });
    id = answer.caseId;
  });
  afterAll(() => story.close());

  /** What each outsider is shown of cases, without the moment of looking. */
  async function visible() {
    return Promise.all(
      OUTSIDERS.map(async (code) => {
        const { items } = await story.list(code);
        const { counts, items: queued } = await story.queue(code);
        return {
          code,
          numbers: items.map((one) => one.number),
          counts,
          queued: queued.map((one) => one.case.number),
        };
      }),
    );
  }

  test('S7.11.2 DEC-19 H27: number, receipt and desk are the compartment’s own', async () => {
    const view = await story.sees('mnd-officer', id);
    expect(view.case).toMatchObject({
      number: 'DEF-115-0001',
      compartment: 'defence',
      subgroup: 'sg-defence',
    });
    const receipt = (await story.notices(id)).find((notice) => notice.post === 'subgroup-defence');
    expect(receipt?.capacities).toEqual(expect.arrayContaining(['centre', 'subgroup']));
    expect(view.superiors.map((body) => body.name.zh)).toEqual(['國防部']);
    expect(view.affectedSubgroups).toEqual([]);
  });

  test('DEC-19 S7.11.2 ISO-2: the case does not exist for anybody else, and nothing of theirs has changed', async () => {
    for (const code of OUTSIDERS) {
      await expect(story.sees(code, id), code).rejects.toMatchObject({ code: 'not-found' });
      for (const act of ['take', 'register'] as const) {
        expect(await story.refuses(code, id, { act }), code).toBe('not-found');
      }
    }
    expect(JSON.stringify(await visible())).toBe(before);
    // The numbers of the open series go on as if nothing had happened (H52).
    const next = await story.files('teacher2', 'school2', { impactLevel: 'D' });
    expect(next.number).toBe('115-0002');
  });

  test('DEC-19 ISO-3: not one row of the case is readable with an outsider’s keys', async () => {
    for (const code of OUTSIDERS) {
      const rows = await readOf(story, code, id);
      expect(rows, code).toEqual({
        cases: 0,
        facts: 0,
        reports: 0,
        report_persons: 0,
        clocks: 0,
        messages: 0,
        deliveries: 0,
        foreignNotices: 0,
      });
    }
  });

  test('DEC-19: the duty officer sees at most “defence, A, reported” and whom to call', async () => {
    const { stubs } = await story.queue('officer');
    expect(stubs).toEqual([
      {
        compartment: 'defence',
        number: 'DEF-115-0001',
        level: 'A',
        state: 'reported',
        registeredAt: null,
        phone: '02-0000-1200',
      },
    ]);
    for (const code of OUTSIDERS.filter((one) => !one.startsWith('officer'))) {
      expect((await story.queue(code)).stubs, code).toEqual([]);
    }
  });

  test('DEC-19 DEC-4: deputies are told “A, defence, call” and nothing else; they may confirm without seeing the case', async () => {
    await story.settle();
    const mail = await story.sink.waitForMail((one) => one.to.includes('deputy@stag.example'));
    expect(mail.subject).toContain('國防體系 A 級（擬報，尚未確認）');
    expect(mail.text).toContain('02-0000-1200');
    const all = mail.subject + mail.raw.toString('utf8') + mail.text;
    for (const word of ['DEF-115', '通信大隊', SECRET, '鏈路', 'Signals']) expect(all).not.toContain(word);
    const notices = await story.notices(id);
    const outside = notices.filter((notice) => notice.post.startsWith('deputy'));
    for (const notice of outside) {
      expect(Object.keys(notice.data).sort()).toEqual([
        'closed',
        'level',
        'levelStatus',
        'organisation',
        'phone',
      ]);
    }
    await story.acknowledges('deputy', id);
    const after = await story.notices(id);
    expect(after.find((notice) => notice.post === 'deputy-convenor-stag')?.status).toBe('acknowledged');
    await expect(story.sees('deputy', id)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('DEC-19 S7.10.3.2: the ministry’s subgroup registers, confirms and releases; the centre’s posts hear only of A', async () => {
    await story.at('02:47');
    await story.does('mnd-officer', id, { act: 'register' });
    await story.does('mnd-officer', id, { act: 'confirm-level', level: 'A', reason: '影響防空通信' });
    expect(await story.told(id, 'top-convenor')).toEqual(['convenor']);
    await story.settle();
    const mail = await story.sink.waitForMail((one) => one.to.includes('convenor@ey.example'));
    expect(mail.subject).toContain('國防體系 A 級');
    expect(mail.text).not.toContain('通信');
    await story.acknowledges('convenor', id);
    const clocks = (await story.sees('mnd-officer', id)).clocks;
    expect(clocks.find((clock) => clock.definition === 'convenor-told')?.state).toBe('met');
    expect((await story.queue('officer')).stubs[0]).toMatchObject({ level: 'A', state: 'handling' });
    await story.at('05:00');
    await story.files(
      'captain',
      'brigade',
      {
        impactLevel: 'A',
        cause: '干擾源。',
        solution: '更換頻段。',
        resolvedAt: '2026-03-05T04:30:00+08:00',
      },
      { kind: 'recovery', caseId: id },
    );
    await story.does('mnd-officer', id, { act: 'release', reason: '' });
    const released = await story.approves('mnd-officer2', id);
    expect(released.state).toBe('released');
    expect((await story.queue('officer')).stubs).toEqual([]);
    // Outside the walls nothing is said that has no wording without content.
    const outside = (await story.notices(id)).filter((notice) => notice.data.closed === true);
    expect(outside.every((notice) => notice.template.endsWith('-closed'))).toBe(true);
  });

  test('DEC-19: a duty officer cannot file for the brigade’s case, merge with it or find it by its words', async () => {
    const own = (await story.list('officer')).items[0];
    expect(await story.refuses('officer', own?.id ?? '', { act: 'merge', intoCase: id, reason: '' })).toBe(
      'nothing-to-merge',
    );
    for (const q of ['DEF', SECRET, '通信大隊']) {
      expect((await story.list('officer', { q })).items).toEqual([]);
    }
    expect((await story.list('mnd-officer', { q: 'DEF' })).items).toHaveLength(1);
  });
});

describe('the centre’s own body reports', () => {
  let story: Story;
  let id: string;
  beforeAll(async () => {
    story = await openStory('2026-03-09T09:00:00+08:00');
    id = (await story.files('dgbas-contact', 'dgbas', { impactLevel: 'C' })).caseId;
    await story.does('officer', id, { act: 'confirm-level', level: 'C', reason: '' });
    await story.files(
      'dgbas-contact',
      'dgbas',
      {
        impactLevel: 'C',
        cause: '磁碟故障。',
        solution: '更換。',
        resolvedAt: '2026-03-09T08:59:00+08:00',
        occurred: { at: null, precision: 'unknown', estimated: false },
      },
      { kind: 'recovery', caseId: id },
    );
  });
  afterAll(() => story.close());

  test('DEC-23: neither its duty officer nor its own deputy convenor may release it or call it a false alarm', async () => {
    for (const code of ['officer', 'officer2', 'deputy-edpc']) {
      expect(await story.refuses(code, id, { act: 'release', reason: '' }), code).toBe('forbidden-act');
      expect(await story.refuses(code, id, { act: 'dismiss', reason: '誤報' }), code).toBe('forbidden-act');
    }
    const may = (await story.sees('deputy-edpc', id)).may.map((one) => one.act);
    expect(may).not.toContain('release');
  });

  test('DEC-23: a deputy convenor from another body sends it back or releases it', async () => {
    expect((await story.sees('deputy', id)).may.map((one) => one.act)).toEqual(
      expect.arrayContaining(['release', 'send-back']),
    );
    const answer = await story.does('deputy', id, { act: 'release', reason: '' });
    expect(answer.state).toBe('released');
    expect(
      (await story.sees('dgbas-contact', id)).facts.find((fact) => fact.kind === 'released')?.post,
    ).toMatchObject({
      organisation: { name: { zh: '行政院科技顧問組' } },
    });
  });
});
