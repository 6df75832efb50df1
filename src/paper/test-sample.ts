/** A report with every field filled in, for the tests of this room. Invented people and addresses. */
import { type ReportContentInput, reportContent } from '../cases/report-content.ts';
import type { PaperPack, PaperSource } from './contract.ts';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const both = (zh: string, en: string) => ({ zh, en });

const full: ReportContentInput = {
  agencyEmail: 'it@hospital.example',
  contactName: '許文彬',
  contactPhone: '02-0000-1234 轉 12',
  contactFax: '02-0000-1235',
  occurred: { at: '2026-11-22T01:00:00.000Z', precision: 'minute', estimated: true },
  aware: { at: '2026-11-22T01:12:00.000Z', precision: 'minute', estimated: false },
  hosts: [
    {
      name: '掛號系統主機',
      ips: ['192.0.2.10', '2001:db8::10'],
      domains: ['his.hospital.example'],
      urls: ['https://his.hospital.example/register'],
      makeModel: '○○ R740',
      osName: 'Windows Server',
      osVersion: '2022',
      osSerial: 'WS22-0001',
      mechanisms: ['firewall'],
      mechanismsText: '網段隔離',
    },
    { name: '醫令資料庫', ips: ['192.0.2.11'], makeModel: '○○ R750', osName: 'Linux', osVersion: '9' },
  ],
  securityGrade: 'B',
  impactLevel: 'B',
  description: '上午 9 時起掛號與醫令系統無法登入，批價改人工。部分伺服器檔案副檔名遭更改，疑似勒索軟體。',
  scope: '門診掛號、急診醫令；約 40 台工作站。',
  measures: '已中斷受影響網段，啟用紙本作業。',
  measuresLog: [{ at: '2026-11-22T01:20:00.000Z', text: '拔除受影響網段上行線路' }],
  affectedSectors: [],
  publicEffect: '門診等候時間延長。',
  supportText: '請派員協助保全證據。',
  flags: {
    life: null,
    equipment: null,
    crime: { toldWhom: '○○調查站', toldAt: '2026-11-22T01:40:00.000Z' },
    disaster: null,
  },
  cause: '遠端桌面弱密碼。',
  solution: '自備援還原，更換密碼並停用遠端桌面。',
  resolvedAt: '2026-11-22T06:30:00.000Z',
  attachments: [id(90)],
};

/** Choices exist in the mechanism's own lists only. */
function chosenFrom(pack: PaperPack): Pick<ReportContentInput, 'supportItems' | 'affectedServices'> {
  return {
    supportItems: pack.supportItems.slice(0, 2).map((item) => item.id),
    affectedServices: pack.essentialServices.slice(0, 1).map((service) => service.id),
  };
}

/** One filed report under `pack`; `changes` replaces fields of its content. */
export function sampleSource(pack: PaperPack, changes: Partial<ReportContentInput> = {}): PaperSource {
  const organisation = { id: id(1), name: both('市立聯合醫院', 'Municipal United Hospital') };
  const person = { id: id(2), name: both('許文彬', 'Hsu Wen-pin') };
  const post = { id: id(3), name: both('資訊室聯絡人', 'Contact of the IT office'), organisation };
  const at = '2026-11-22T01:31:00.000Z';
  return {
    pack,
    printedAt: new Date('2026-11-22T08:00:00.000Z'),
    report: {
      id: id(4),
      ordinal: 1,
      kind: 'initial',
      suspected: false,
      channel: 'web',
      toldAt: at,
      receivedAt: at,
      lateReason: null,
      filedBy: person,
      filedPost: post,
      onBehalf: false,
      contentHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      content: reportContent.parse({ ...full, ...chosenFrom(pack), ...changes }),
      changed: [],
    },
    view: {
      outcome: null,
      case: {
        id: id(5),
        number: '115-000421',
        mode: 'live',
        compartment: null,
        organisation,
        authority: null,
        subgroup: 'enterprise-4',
        sectors: [],
        state: 'handling',
        open: true,
        level: 'B',
        rank: 3,
        levelStatus: 'confirmed',
        suspected: false,
        summary: '',
        takenBy: null,
        occurredAt: null,
        awareAt: null,
        openedAt: at,
        closedAt: null,
        changedAt: at,
        revision: 3,
        nextClock: null,
        notices: { told: 3, acknowledged: 1, waiting: 2, late: 0, failed: 0 },
      },
      gradings: [
        { level: 'B', status: 'proposed', at, person, post, reason: '' },
        { level: 'B', status: 'confirmed', at: '2026-11-22T01:45:00.000Z', person, post, reason: '系統停頓' },
      ],
      attachments: [
        {
          id: id(90),
          name: '登入畫面.png',
          mediaType: 'image/png',
          size: 240_000,
          sha256: 'a',
          at,
          reportOrdinal: 1,
        },
      ],
    },
  };
}
