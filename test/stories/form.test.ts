/** 附表三 line by line: what is filled in is kept, shown, printed; what cannot be so is refused by its field's name. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ZodError } from 'zod';
import type { CaseView, FileReportInput } from '../../src/cases/contract.ts';
import { pack } from '../../src/directory/test-world.ts';
import { paperOf } from '../../src/paper/rules.ts';
import { openStory, refusalOf, type Story } from './harness.ts';

type Content = FileReportInput['content'];

const FULL: Content = {
  agencyEmail: 'it@school.example',
  contactName: '莊組長',
  contactPhone: '02-0000-1234 轉 12',
  contactFax: '02-0000-1235',
  occurred: { at: '2026-03-04T08:30:00+08:00', precision: 'minute', estimated: true },
  aware: { at: '2026-03-04T09:10:00+08:00', precision: 'minute', estimated: false },
  hosts: [
    {
      name: '校園網站',
      ips: ['192.0.2.10', '2001:db8::10'],
      domains: ['學校.example'],
      urls: ['https://www.school.example/news'],
      makeModel: '測試機型 R740',
      osName: 'Linux',
      osVersion: '9.4',
      osSerial: 'SN-0001',
      mechanisms: ['firewall'],
      mechanismsText: '網段隔離',
    },
    { ips: ['192.0.2.11'] },
  ],
  securityGrade: 'C',
  impactLevel: 'B',
  description: '首頁遭置換。',
  scope: '僅首頁，估計損失兩萬元。',
  measures: '已下線。',
  measuresLog: [{ at: '2026-03-04T09:15:00+08:00', text: '拔除網路線' }],
  supportItems: ['forensics'],
  supportText: '請派員保全證據。',
  cause: '密碼過弱。',
  solution: '更換密碼。',
  resolvedAt: '2026-03-04T09:30:00+08:00',
};

/** Row of the plan, what its printed line must contain, a change that must be refused, and by what word. */
const LINES: readonly (readonly [string, string, object | null, string])[] = [
  ['S8.F3.0', '光明國中　資通安全事件通報單', null, ''],
  ['S8.F3.1', '02-0000-1100', null, ''],
  ['S8.F3.2', '02-0000-1101', null, ''],
  ['S8.F3.3', 'desk@centre.example', null, ''],
  ['S8.F3.4', '台北市廣州街二號', null, ''],
  ['S8.F3.5', '民國 115 年 3 月 4 日 10 時 00 分（2026-03-04 10:00）', null, ''],
  ['S8.F3.6', '115-0001', null, ''],
  ['S8.F3.7', '光明國中', null, ''],
  ['S8.F3.8', 'it@school.example', { agencyEmail: 'nobody' }, 'content.agencyEmail:bad-email'],
  ['S8.F3.9', '莊組長', { contactName: 'x'.repeat(101) }, 'content.contactName:too-long'],
  ['S8.F3.10', '02-0000-1234 轉 12', { contactPhone: '請打總機' }, 'content.contactPhone:bad-phone'],
  ['S8.F3.11', '02-0000-1235', { contactFax: '無' }, 'content.contactFax:bad-phone'],
  [
    'S8.F3.12',
    '約 民國 115 年 3 月 4 日 08 時 30 分（2026-03-04 08:30）',
    { occurred: { at: '2026-03-05T08:30:00+08:00', precision: 'minute', estimated: false } },
    'content.occurred.at:in-the-future',
  ],
  [
    'S8.F3.13',
    '192.0.2.10、2001:db8::10',
    { hosts: [{ ips: ['300.1.1.1'] }] },
    'content.hosts.0.ips.0:bad-ip',
  ],
  ['S8.F3.14', '學校.example', { hosts: [{ domains: ['a b'] }] }, 'content.hosts.0.domains.0:bad-domain'],
  [
    'S8.F3.15',
    '測試機型 R740',
    { hosts: [{ makeModel: 'x'.repeat(201) }] },
    'content.hosts.0.makeModel:too-long',
  ],
  [
    'S8.F3.16',
    'Linux、9.4、序號 SN-0001',
    { hosts: [{ osSerial: 'x'.repeat(201) }] },
    'content.hosts.0.osSerial:too-long',
  ],
  [
    'S8.F3.17',
    'https://www.school.example/news',
    { hosts: [{ urls: ['javascript:1'] }] },
    'content.hosts.0.urls.0:bad-url',
  ],
  ['S8.F3.18', '防火牆', { hosts: [{ mechanisms: ['magic'] }] }, 'content.hosts.0.mechanisms.0:bad-choice'],
  ['S8.F3.19', '■『 C 』', { securityGrade: 'Z' }, 'content.securityGrade:bad-choice'],
  ['S8.F3.20', '■『 B 』', { impactLevel: '' }, 'content.impactLevel:required'],
  ['S8.F3.21', '首頁遭置換。', { description: '' }, 'content.description:required'],
  ['S8.F3.22', '僅首頁，估計損失兩萬元。', { scope: '' }, 'content.scope:required'],
  ['S8.F3.23', '已下線。', { measures: '' }, 'content.measures:required'],
  ['S8.F3.24', '請派員保全證據。', { supportItems: ['magic'] }, 'content.supportItems.0:bad-choice'],
  ['S8.F3.25', '更換密碼。', { solution: 'x'.repeat(20_001) }, 'content.solution:too-long'],
  [
    'S8.F3.26',
    '民國 115 年 3 月 4 日 09 時 30 分（2026-03-04 09:30）',
    {
      occurred: { at: '2026-03-04T09:40:00+08:00', precision: 'minute', estimated: false },
    },
    'content.resolvedAt:before-occurrence',
  ],
];

describe('the form, line by line', () => {
  let story: Story;
  let view: CaseView;
  beforeAll(async () => {
    story = await openStory('2026-03-04T10:00:00+08:00');
    const { caseId } = await story.files('teacher', 'school', FULL);
    view = await story.sees('officer', caseId);
  });
  afterAll(() => story.close());

  /** What a filing with these answers is refused with, by field. */
  async function faultsOf(change: object, options: object = {}): Promise<string> {
    try {
      return await refusalOf(story.files('teacher', 'school', { ...FULL, ...change }, options));
    } catch (error) {
      if (!(error instanceof ZodError)) throw error;
      return error.issues
        .map((issue) => {
          const params = (issue as { params?: { code?: string } }).params;
          const code = params?.code ?? (issue.code === 'too_big' ? 'too-long' : issue.code);
          return `${issue.path.join('.')}:${code}`;
        })
        .join(' ');
    }
  }

  test.each(LINES)(
    '%s is kept and printed as “%s”, and refused where it cannot be so',
    async (source, printed, bad, word) => {
      const report = view.reports[0];
      if (!report) throw new Error('no report');
      const form = paperOf({ pack, view, report, printedAt: new Date() }, 'zh-Hant');
      const lines = [...form.body, ...form.appendix].flatMap((block) =>
        block.kind === 'row'
          ? block.cells.map((cell) => ({ source: cell.source, text: cell.value }))
          : block.kind === 'text'
            ? [{ source: block.source, text: block.text }]
            : block.kind === 'ticks'
              ? [
                  {
                    source: block.source,
                    text:
                      block.options.map((one) => (one.ticked ? '■' : '□') + one.text).join(' ') + block.note,
                  },
                ]
              : [],
      );
      const text =
        source === 'S8.F3.0'
          ? form.title
          : lines
              .filter((line) => line.source === source)
              .map((line) => line.text)
              .join('\n');
      expect(text.replaceAll('『', '『 ').replaceAll('』', ' 』').replaceAll(/ +/g, ' ')).toContain(
        printed.replaceAll(/ +/g, ' '),
      );
      if (bad !== null) expect(await faultsOf(bad)).toContain(word);
    },
  );

  test('S8.3.1 S8.3.2 S8.3.3: facts, scope and measures are asked now; “not yet known” is an answer, silence is not', async () => {
    for (const field of ['description', 'scope', 'measures'] as const) {
      expect(await faultsOf({ [field]: '' })).toContain(`content.${field}:required`);
      const answer = await story.files('teacher', 'school', { ...FULL, [field]: '', unknown: [field] });
      expect(answer.state).toBe('reported');
    }
    // Everything beside agency and level may be unknown.
    const bare = await story.files('teacher', 'school', {
      impactLevel: 'D',
      description: '',
      scope: '',
      measures: '',
      contactPhone: '',
      unknown: ['description', 'scope', 'measures', 'contactPhone'],
    });
    expect(bare.number).toMatch(/^115-\d{4}$/);
    expect(await faultsOf({ impactLevel: '', unknown: ['impactLevel'] })).toContain(
      'content.impactLevel:required',
    );
  });

  test('S7.13.2.3 S7.13.2.4 SI.3: scope, loss and the log of measures grow from report to report, and differences are shown', async () => {
    const { caseId } = await story.files('teacher', 'school', FULL);
    await story.files(
      'teacher',
      'school',
      {
        ...FULL,
        scope: '首頁及公告系統，估計損失五萬元。',
        measuresLog: [...(FULL.measuresLog ?? []), { at: '2026-03-04T09:50:00+08:00', text: '還原備份' }],
      },
      { kind: 'follow-up', caseId },
    );
    const { reports } = await story.sees('officer', caseId);
    expect(reports[1]?.changed.sort()).toEqual(['measuresLog', 'scope']);
    expect(reports[0]?.content.scope).toBe('僅首頁，估計損失兩萬元。');
    expect(reports[1]?.content.measuresLog.map((entry) => entry.text)).toEqual(['拔除網路線', '還原備份']);
  });

  test('H3: a time may be estimated, by the hour or the day, or unknown; an estimate contradicts nothing', async () => {
    for (const precision of ['minute', 'hour', 'day'] as const) {
      const answer = await story.files('teacher', 'school', {
        ...FULL,
        occurred: { at: '2026-03-04T09:40:00+08:00', precision, estimated: true },
      });
      expect(answer.state).toBe('reported');
    }
    const unknown = await story.files('teacher', 'school', {
      ...FULL,
      occurred: { at: null, precision: 'unknown', estimated: false },
    });
    expect((await story.sees('officer', unknown.caseId)).case.occurredAt).toBeNull();
  });

  test('H21: 民國 99 and 100, 29 February and the last minute of a day are times; 民國前 is not', async () => {
    for (const at of [
      '2010-12-31T23:59:00+08:00',
      '2011-01-01T00:00:00+08:00',
      '2024-02-29T12:00:00+08:00',
    ]) {
      const answer = await story.files('teacher', 'school', {
        ...FULL,
        occurred: { at, precision: 'minute', estimated: false },
      });
      expect((await story.sees('officer', answer.caseId)).case.occurredAt).toBe(new Date(at).toISOString());
    }
    const before = { occurred: { at: '1911-12-31T23:59:00+08:00', precision: 'minute', estimated: false } };
    expect(await faultsOf(before)).toContain('content.occurred.at:bad-date');
    const never = { occurred: { at: '2026-02-29T12:00:00+08:00', precision: 'minute', estimated: false } };
    expect(await faultsOf(never)).toContain('content.occurred.at');
  });

  test('S5.6 H51: what names or reaches a person is stored apart from what is kept for ever', async () => {
    const { rows } = await story.world.owner.query('select content::text as text from reports');
    for (const { text } of rows) {
      for (const word of ['莊組長', '02-0000-1234', 'it@school.example']) expect(text).not.toContain(word);
    }
  });

  test('DEC-2 DEC-18: impact and grade are separate answers, and the time of awareness has a field of its own', () => {
    expect(view.reports[0]?.content).toMatchObject({ impactLevel: 'B', securityGrade: 'C' });
    expect(view.case).toMatchObject({ level: 'B', awareAt: '2026-03-04T01:10:00.000Z' });
  });

  test.each([
    ['DEC-7', 'telephone'],
    ['S8.3.5', 'fax'],
    ['S8.F3.4', 'post'],
    ['S8.3.5', 'email'],
  ] as const)(
    '%s: a report that came by %s is keyed in by the desk, channel and receipt kept',
    async (_id, channel) => {
      const answer = await story.files('officer', 'school', FULL, {
        channel,
        toldAt: '2026-03-04T09:58:00+08:00',
      });
      const [report] = (await story.sees('teacher', answer.caseId)).reports;
      expect(report).toMatchObject({ channel, onBehalf: true, toldAt: '2026-03-04T01:58:00.000Z' });
    },
  );
});
