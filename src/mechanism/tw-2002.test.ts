/** The 2002 plan as data, held to the plan. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadPack } from './load.ts';
import { REPORT_FIELDS } from './vocabulary.ts';

const { pack } = loadPack(join(import.meta.dirname, '../../packs/tw-2002'));
const group = (id: string) => pack.groups.find((one) => one.id === id)!;
const fields = pack.forms.incident.sections.flatMap((section) => section.fields);

test('S0.1 S1.1 S1.7 seven bases with dates, three approvals, the second revision in force', () => {
  expect(pack.bases.map((basis) => basis.date)).toEqual([
    '2000-08-30',
    '2000-09-15',
    '2000-12-29',
    '2001-01-09',
    '2001-01-17',
    '2001-04-24',
    '2002-06-06',
  ]);
  expect(pack.approvals.map((approval) => approval.date)).toEqual(['2001-01-17', '2001-04-24', '2002-06-06']);
  expect(pack.effectiveFrom).toBe('2002-06-06');
});

test('S3.5 the ministries named in 參, the security bureau and all bodies of the plan take part', () => {
  const ids = pack.bodies.map((body) => body.id);
  for (const id of [
    'moi',
    'mofa',
    'mnd',
    'mof',
    'moe',
    'moj',
    'moea',
    'motc',
    'nsb',
    'natsec',
    'rdec',
    'natsci',
    'doh',
  ]) {
    expect(ids).toContain(id);
  }
});

describe('S7.10.2 four levels, A gravest', () => {
  test('exactly four, ordered A > B > C > D', () => {
    const byRank = pack.levels.toSorted((a, b) => b.rank - a.rank).map((level) => [level.id, level.rank]);
    expect(byRank).toEqual([
      ['A', 4],
      ['B', 3],
      ['C', 2],
      ['D', 1],
    ]);
  });
  test.each([
    ['S7.10.2A', 'A', '影響公共安全、社會秩序、人民生命財產。', 'filled'],
    ['S7.10.2B', 'B', '系統停頓，業務無法運作。', 'three-quarter'],
    ['S7.10.2C', 'C', '業務中斷，影響系統效率。', 'half'],
    ['S7.10.2D', 'D', '業務短暫停頓，可立即修復。', 'outline'],
  ])('%s', (_id, level, words, mark) => {
    const found = pack.levels.find((one) => one.id === level)!;
    expect(found.definition.zh).toBe(words);
    expect(found.mark).toBe(mark);
  });
  test('DEC-2 the security grade is another ladder than the impact level', () => {
    expect(pack.securityGrades.map((grade) => grade.id)).toEqual(['A', 'B', 'C', 'D']);
    expect(fields.find((field) => field.id === 'securityGrade')?.label.zh).toBe('安全等級');
    expect(fields.find((field) => field.id === 'impactLevel')?.label.zh).toBe('影響等級');
  });
});

describe('S7.2 the Council', () => {
  test.each([
    ['S7.2.g1', 'wg-general', 'stag', 4],
    ['S7.2.g2', 'wg-standards', 'moea', 4],
    ['S7.2.g3', 'wg-audit', 'dgbas-edpc', 5],
    ['S7.2.g4', 'wg-information', 'natsci', 3],
    ['S7.2.g5', 'wg-crime', 'moj', 4],
    ['S7.2.g6', 'wg-crisis', 'dgbas-edpc', 7],
    ['S7.2.g7', 'service-centre', 'moea', 10],
  ])('%s %s is led by %s and has its duties', (source, id, lead, duties) => {
    expect(group(id)).toMatchObject({ source, convenedBy: lead, partOf: 'council' });
    expect(group(id).duties).toHaveLength(duties);
  });
  test('S7.3.4 twenty seats: 1 + 1 + 1 + 2 + 15', () => {
    const counts = Map.groupBy(pack.seats, (seat) => seat.remark.zh);
    expect(
      [...counts].map(([remark, seats]) => [remark.replace('國家資通安全會報', ''), seats.length]),
    ).toEqual([
      ['總召集人', 1],
      ['副總召集人', 1],
      ['執行長', 1],
      ['副執行長', 2],
      ['委員', 15],
    ]);
    expect(pack.seats).toHaveLength(20);
  });
  test('S7.9.7.1 the notification procedure is data: states, transitions, rights, routes, clocks', () => {
    expect(
      pack.states.length * pack.transitions.length * pack.rights.length * pack.routes.length,
    ).toBeGreaterThan(0);
    expect(group('wg-crisis').duties[0]?.zh).toBe('建立資通安全事件通報處理程序。');
  });
});

describe('S7.10 the centre', () => {
  test('S7.10.1d SF3.1 one convenor', () => {
    expect(pack.posts.filter((post) => post.role === 'convenor')).toMatchObject([
      { id: 'convenor', max: 1, group: 'centre' },
    ]);
  });
  test('S7.10.1e SF3.2 SF3.3 SF3.4 three deputy convenors from three bodies', () => {
    const deputies = pack.posts.filter((post) => post.role === 'deputy-convenor');
    expect(deputies.map((post) => [post.body, post.max])).toEqual([
      ['stag', 1],
      ['dgbas-edpc', 1],
      ['natsec', 1],
    ]);
  });
  test('DEC-8 SF3.3 only the deputy from the e-centre may speak to the media', () => {
    expect(pack.posts.filter((post) => post.press).map((post) => post.id)).toEqual(['deputy-convenor-edpc']);
  });
  test('DEC-9 the Council’s working group and the centre’s subgroup are two groups', () => {
    expect(group('wg-crisis').partOf).toBe('council');
    expect(group('sg-crisis').partOf).toBe('centre');
    expect(pack.desk.group).toBe('sg-crisis');
  });
  test.each([
    ['S7.10.3.1', 'sg-crisis', 'dgbas', []],
    ['S7.10.3.2 S7.11.2', 'sg-defence', 'mnd', ['defence']],
    ['S7.10.3.3 S7.11.3', 'sg-administration', 'rdec', ['government', 'local-government']],
    ['S7.10.3.4 S7.11.4', 'sg-academia', 'moe', ['academia']],
    ['S7.10.3.5 S7.11.5', 'sg-enterprise-1', 'moea', ['electricity', 'petroleum', 'water', 'gas']],
    ['S7.10.3.6 S7.11.6', 'sg-enterprise-2', 'motc', ['telecom', 'air-traffic', 'transport']],
    ['S7.10.3.7 S7.11.7', 'sg-enterprise-3', 'mof', ['finance', 'securities', 'customs']],
    ['S7.10.3.8 S7.11.8', 'sg-enterprise-4', 'doh', ['health']],
  ])('%s %s convened by %s with its sectors', (_ids, id, body, sectors) => {
    expect(group(id)).toMatchObject({ kind: 'subgroup', convenedBy: body, partOf: 'centre' });
    expect(pack.sectors.filter((sector) => sector.subgroup === id).map((sector) => sector.id)).toEqual(
      sectors,
    );
  });
  test('S7.10.3d eight subgroups, each with an officer', () => {
    const subgroups = pack.groups.filter((one) => one.kind === 'subgroup');
    expect(subgroups).toHaveLength(8);
    for (const { id } of subgroups) {
      expect(pack.posts.some((post) => post.group === id && post.role === 'subgroup-officer')).toBe(true);
    }
  });
  test('DEC-19 S7.11.2 defence is a compartment with its own desk; the centre sees number, level and state', () => {
    expect(pack.compartments).toMatchObject([
      { id: 'defence', group: 'sg-defence', stub: ['number', 'level', 'state'] },
    ]);
  });
});

describe('肆 what is protected', () => {
  test('S4.1 seven topics, S4.5 six vital systems, S4.2 the essential services', () => {
    expect(pack.protectionTopics).toHaveLength(7);
    expect(pack.vitalSystems).toHaveLength(6);
    expect(pack.essentialServices.map((service) => service.name.zh)).toEqual(
      expect.arrayContaining([
        '金融體系',
        '政府服務',
        '水',
        '電',
        '油',
        '瓦斯',
        '緊急救援體系',
        '交通',
        '電信',
      ]),
    );
  });
  test('S3.6 electricity, telecommunications, finance and transport are covered', () => {
    for (const id of ['electricity', 'telecom', 'finance', 'transport']) {
      expect(pack.sectors.find((sector) => sector.id === id)?.subgroup).toBeDefined();
    }
  });
});

describe('S8.F3 the incident form, line by line', () => {
  const header = new Map(pack.forms.incident.header.map((line) => [line.source, line.label.zh]));
  const parts = fields.find((field) => field.id === 'hosts')!.parts;
  const lines = new Map([
    ...header,
    ...fields.map((field) => [field.source, field.label.zh] as const),
    ...parts.map((part) => [part.source, part.label.zh] as const),
  ]);
  test.each([
    ['S8.F3.1', '洽詢電話'],
    ['S8.F3.2', '傳真'],
    ['S8.F3.3', 'e-mail'],
    ['S8.F3.4', '或逕送'],
    ['S8.F3.5', '填報時間'],
    ['S8.F3.6', '編號'],
    ['S8.F3.7', '機關（機構）名稱'],
    ['S8.F3.8', 'E-MAIL'],
    ['S8.F3.9', '聯絡人'],
    ['S8.F3.10', '電話'],
    ['S8.F3.11', '傳真'],
    ['S8.F3.12', '事件發生時間'],
    ['S8.F3.13', 'IP 位址（IP Address）'],
    ['S8.F3.14', '網域名稱（Domain name）'],
    ['S8.F3.15', '主機（伺服器）廠牌、機型'],
    ['S8.F3.16', '作業系統名稱、版本、序號'],
    ['S8.F3.17', '網際網路資訊位址（Web URL）'],
    ['S8.F3.18', '已裝置之安全機制'],
    ['S8.F3.19', '安全等級'],
    ['S8.F3.20', '影響等級'],
    ['S8.F3.21', '事件說明'],
    ['S8.F3.22', '可能影響範圍及損失評估'],
    ['S8.F3.23', '應變措施'],
    ['S8.F3.24', '期望支援項目'],
    ['S8.F3.25', '解決辦法'],
    ['S8.F3.26', '已解決時間'],
  ])('%s %s', (source, label) => {
    expect(lines.get(source)).toBe(label);
  });
  test('S8.F3.0 the title, and S8.F3.4 the address on the paper', () => {
    expect(pack.forms.incident.title.zh).toBe('資通安全事件通報單');
    expect(pack.desk.address.zh).toBe('台北市廣州街二號');
  });
  test('every field the engine knows is on the form', () => {
    expect(fields.map((field) => field.id).sort()).toEqual([...REPORT_FIELDS].sort());
  });
  test('what must be said now is enough to file: five questions beside the agency', () => {
    const now = fields.filter((field) => field.asks.initial === 'now').map((field) => field.id);
    expect(now.sort()).toEqual([
      'agencyName',
      'contactPhone',
      'description',
      'impactLevel',
      'measures',
      'scope',
    ]);
  });
  test('"not yet known" answers everything but the agency and the level', () => {
    expect(fields.filter((field) => !field.mayBeUnknown).map((field) => field.id)).toEqual([
      'agencyName',
      'impactLevel',
    ]);
    expect(fields.find((field) => field.id === 'measures')?.unknownLabel?.zh).toBe('尚未採取');
  });
  test('S8.3.7 S7.13.2.2 the recovery report asks for solution, time and cause', () => {
    const now = fields.filter((field) => field.asks.recovery === 'now').map((field) => field.id);
    expect(now.sort()).toEqual(['agencyName', 'cause', 'resolvedAt', 'solution']);
  });
  test('S8.3.5 DEC-7 five channels', () => {
    expect(pack.channels.map((channel) => channel.id)).toEqual(['web', 'telephone', 'fax', 'email', 'post']);
  });
  test('S8.4.1 S8.4.2 three flags to the prosecutors, one to the disaster system', () => {
    expect(pack.flags.map((flag) => [flag.id, flag.target])).toEqual([
      ['life', 'prosecutors'],
      ['equipment', 'prosecutors'],
      ['crime', 'prosecutors'],
      ['disaster', 'disaster-system'],
    ]);
  });
});

test('S8.F2.0–6 DEC-1 the contact form has exactly its six fields', () => {
  expect(pack.forms.contact.fields.map((field) => [field.source, field.label.zh])).toEqual([
    ['S8.F2.1', '姓名'],
    ['S8.F2.2', '職稱'],
    ['S8.F2.3', '電話'],
    ['S8.F2.4', '傳真電話'],
    ['S8.F2.5', '行動電話'],
    ['S8.F2.6', '電子信箱'],
  ]);
});

test('DEC-6 every clock is advisory and says that the plan names no number', () => {
  for (const clock of pack.clocks) {
    expect(clock.force).toBe('advisory');
    expect(clock.note?.zh).toContain('計畫未定');
  }
  const length = (id: string) => pack.clocks.find((clock) => clock.id === id)?.length;
  expect(length('file')?.default).toBe('PT1H');
  expect(length('register')?.default).toBe('PT30M');
  expect(length('confirm-level')).toEqual({ default: 'PT30M', byLevel: { A: 'PT10M' } });
  expect(length('convenor-told')?.default).toBe('PT10M');
});

test('DEC-4 an unconfirmed A reaches the threshold by itself after ten minutes', () => {
  expect(pack.clocks.find((clock) => clock.id === 'unconfirmed-top')).toMatchObject({
    start: 'level-proposed',
    length: { default: 'PT10M' },
    satisfiedBy: ['graded'],
    onDue: 'reach-threshold',
  });
});

test('H29 H31 H32 false alarms, withdrawals and merged cases are final and not counted', () => {
  const final = pack.states
    .filter((state) => state.kind === 'final')
    .map((state) => [state.id, state.counted]);
  expect(final).toEqual([
    ['released', true],
    ['dismissed', false],
    ['withdrawn', false],
    ['merged', false],
  ]);
});

test('mails carry no narrative and no person’s data: nothing but number, level, body, state and what is asked', () => {
  const used = new Set(JSON.stringify(pack.templates).match(/\{[a-z]+\}/g));
  expect([...used].sort()).toEqual([
    '{asked}',
    '{level}',
    '{number}',
    '{organisation}',
    '{party}',
    '{phone}',
    '{since}',
    '{state}',
  ]);
});

test('SF5 the flow is figure 5: its steps and where they lead', () => {
  expect(pack.flow.map((step) => `${step.step}→${step.next.join(',')}`)).toEqual([
    '0a→1',
    '0b→',
    '0c→',
    '1→2',
    '2→3',
    '3→4,5',
    '4→6',
    '5→12',
    '6→7',
    '7→8,9',
    '8→8a,8b,8c',
    '8a→10',
    '8b→10',
    '8c→10',
    '9→10',
    '10→11,13,14',
    '11→10',
    '12→',
    '13→7',
    '14→15',
    '15→16',
    '16→17',
    '17→0a',
  ]);
  expect(pack.flow.filter((step) => step.trust === 'inferred').map((step) => step.step)).toEqual([
    '7',
    '8a',
    '13',
    '16',
  ]);
});
