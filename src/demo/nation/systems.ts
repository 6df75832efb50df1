import { randomFrom } from '../random.ts';
import { bodies } from './bodies.ts';
import type { Body, InformationSystem, Mechanism, SecurityGrade, SystemType } from './types.ts';

/** One system a body may run: slug, names, type, grade. */
type Plan = readonly [slug: string, nameZh: string, nameEn: string, type: SystemType, grade: SecurityGrade];

/** Systems of particular bodies, where the general tables would not say enough. */
const ownSystems: Record<string, readonly Plan[]> = {
  'power-dispatch': [
    ['scada', '區域調度監控系統', 'Regional dispatch control system', 'control', 'A'],
    ['hist', '調度歷史資料庫', 'Dispatch history database', 'core', 'B'],
  ],
  'power-plant': [
    ['dcs', '機組分散控制系統', 'Unit distributed control system', 'control', 'A'],
    ['pc', '行政辦公電腦群', 'Office computers', 'pc', 'D'],
  ],
  power: [
    ['www', '用戶服務網站', 'Customer web site', 'web', 'B'],
    ['billing', '電費帳務系統', 'Billing system', 'core', 'B'],
    ['mail', '電子郵件系統', 'Mail system', 'mail', 'C'],
  ],
  oil: [
    ['fleet', '油品配送排程系統', 'Fuel delivery scheduling', 'core', 'B'],
    ['card', '加油站刷卡閘道', 'Filling station card gateway', 'payment', 'B'],
  ],
  'oil-terminal': [['tank', '油槽液位監控系統', 'Tank level monitoring', 'control', 'A']],
  water: [
    ['billing', '水費計收系統', 'Water billing system', 'core', 'B'],
    ['www', '用水服務網站', 'Customer web site', 'web', 'C'],
  ],
  'water-plant': [
    ['scada', '淨水程序監控系統', 'Treatment process control', 'control', 'A'],
    ['cam', '場區監視錄影系統', 'Site camera system', 'iot', 'C'],
  ],
  'gas-north': [
    ['scada', '輸氣壓力監控系統', 'Pipeline pressure control', 'control', 'A'],
    ['billing', '瓦斯費帳務系統', 'Gas billing system', 'core', 'C'],
  ],
  'gas-sea': [['meter', '遠端抄表系統', 'Remote metering system', 'iot', 'B']],
  solar: [['inv', '案場變流器監控平台', 'Inverter monitoring platform', 'iot', 'B']],
  telecom: [
    ['dns', '公眾網域名稱服務', 'Public name service', 'network', 'A'],
    ['core', '固網用戶管理系統', 'Fixed-line subscriber system', 'core', 'B'],
  ],
  mobile: [
    ['hlr', '行動用戶資料庫', 'Mobile subscriber database', 'core', 'A'],
    ['app', '行動客服應用程式', 'Customer service app', 'web', 'C'],
  ],
  cable: [['cmts', '寬頻頭端設備', 'Broadband head-end', 'network', 'B']],
  submarine: [['line', '海纜線路監測系統', 'Cable line monitoring', 'network', 'A']],
  datacentre: [
    ['dcim', '機房環境監控系統', 'Machine-room monitoring', 'facility', 'B'],
    ['vm', '代管虛擬主機平台', 'Hosted virtual machine platform', 'core', 'B'],
  ],
  atc: [
    ['fdp', '飛航資料處理系統', 'Flight data processing', 'control', 'A'],
    ['met', '航空氣象顯示系統', 'Aviation weather display', 'core', 'B'],
  ],
  airport: [
    ['fids', '航班資訊顯示系統', 'Flight information display', 'core', 'B'],
    ['bhs', '行李輸送控制系統', 'Baggage handling control', 'control', 'B'],
  ],
  railway: [
    ['ticket', '訂票系統', 'Ticket booking system', 'core', 'B'],
    ['ctc', '中央行車控制系統', 'Centralised traffic control', 'control', 'A'],
    ['board', '月台資訊看板', 'Platform displays', 'iot', 'C'],
  ],
  highway: [
    ['cms', '可變資訊標誌系統', 'Variable message signs', 'iot', 'B'],
    ['its', '交通控制系統', 'Traffic control system', 'control', 'A'],
  ],
  harbour: [
    ['tos', '貨櫃碼頭作業系統', 'Container terminal system', 'core', 'B'],
    ['gate', '門哨車號辨識系統', 'Gate plate recognition', 'iot', 'C'],
  ],
  metro: [
    ['afc', '自動收費系統', 'Automatic fare collection', 'payment', 'B'],
    ['pis', '旅客資訊系統', 'Passenger information', 'iot', 'C'],
  ],
  bus: [['gps', '公車動態系統', 'Bus tracking system', 'iot', 'C']],
  'bank-state': [
    ['ebank', '網路銀行系統', 'Internet banking', 'payment', 'A'],
    ['core', '存匯核心系統', 'Core banking', 'core', 'A'],
  ],
  'bank-branch': [
    ['teller', '臨櫃作業系統', 'Teller system', 'core', 'B'],
    ['atm', '自動櫃員機', 'Cash machines', 'payment', 'B'],
  ],
  'bank-coop': [['ebank', '網路轉帳系統', 'Online transfer system', 'payment', 'B']],
  'bank-east': [['swift', '跨境匯款作業系統', 'Cross-border remittance system', 'payment', 'A']],
  clearing: [['clear', '票據交換主機', 'Cheque clearing host', 'payment', 'A']],
  securities: [['order', '網路下單系統', 'Online order system', 'payment', 'B']],
  exchange: [
    ['match', '撮合交易系統', 'Order matching system', 'core', 'A'],
    ['feed', '行情傳輸系統', 'Market data feed', 'network', 'A'],
  ],
  insurance: [
    ['policy', '保單行政系統', 'Policy administration', 'core', 'B'],
    ['www', '保戶服務網站', 'Policyholder web site', 'web', 'C'],
  ],
  'customs-net': [['edi', '通關報文交換平台', 'Clearance message exchange', 'core', 'A']],
  'mof-customs': [
    ['clear', '貨物通關系統', 'Cargo clearance system', 'core', 'A'],
    ['scan', '貨櫃影像查驗系統', 'Container imaging', 'iot', 'C'],
  ],
  'food-market': [
    ['auction', '果菜拍賣系統', 'Produce auction system', 'core', 'C'],
    ['www', '行情查詢網站', 'Price look-up web site', 'web', 'D'],
  ],
  'nfa-dispatch': [['cad', '救災派遣系統', 'Rescue dispatch system', 'control', 'A']],
  'mofa-consular': [
    ['visa', '線上簽證申請系統', 'Online visa application', 'core', 'B'],
    ['reg', '出國登錄網站', 'Travel registration site', 'web', 'C'],
  ],
  'rdec-portal': [
    ['www', '政府服務入口網站', 'Government service portal', 'web', 'B'],
    ['sso', '單一登入服務', 'Single sign-on', 'core', 'A'],
  ],
  'rdec-document': [['exchange', '公文電子交換系統', 'Document exchange system', 'core', 'A']],
  'moe-net': [
    ['tanet', '校園骨幹網路', 'Campus backbone', 'network', 'B'],
    ['sso', '教育雲端帳號系統', 'Education account system', 'core', 'B'],
  ],
  'mof-tax': [
    ['file', '網路報稅系統', 'Online tax filing', 'core', 'A'],
    ['www', '稅務服務網站', 'Tax service web site', 'web', 'C'],
  ],
  'moi-household': [['reg', '戶役政資料查詢系統', 'Household data look-up', 'core', 'A']],
  'motc-vehicle': [
    ['reg', '公路監理系統', 'Vehicle licensing system', 'core', 'B'],
    ['www', '監理線上申辦網站', 'Licensing web site', 'web', 'C'],
  ],
  'motc-vehicle-south': [['print', '證照列印系統', 'Licence printing system', 'core', 'C']],
  blood: [['lims', '血品管理系統', 'Blood product management', 'clinical', 'A']],
  'res-compute': [['hpc', '高速計算叢集', 'Computing cluster', 'core', 'C']],
  'school-yucai': [
    ['www', '學校網站', 'School web site', 'web', 'D'],
    ['nas', '行政檔案伺服器', 'Administrative file server', 'file', 'D'],
  ],
  'school-haiguang': [
    ['print', '網路印表機', 'Network printers', 'iot', 'D'],
    ['www', '學校網站', 'School web site', 'web', 'D'],
  ],
  'hosp-renyuan': [
    ['his', '醫療資訊系統', 'Hospital information system', 'clinical', 'A'],
    ['reg', '門診掛號系統', 'Outpatient registration', 'clinical', 'B'],
    ['pacs', '醫療影像系統', 'Medical imaging system', 'clinical', 'B'],
  ],
  'moea-metrology': [
    ['pc', '檢驗室電腦群', 'Laboratory computers', 'pc', 'D'],
    ['www', '檢驗申請網站', 'Inspection application site', 'web', 'C'],
  ],
  'motc-tourism': [
    ['www', '觀光資訊網站', 'Tourism web site', 'web', 'C'],
    ['iot', '遊客中心導覽機', 'Visitor centre kiosks', 'iot', 'D'],
  ],
  'nanbin-social': [
    ['file', '社福業務檔案伺服器', 'Social affairs file server', 'file', 'C'],
    ['core', '社福補助系統', 'Welfare payment system', 'core', 'B'],
  ],
  dgbas: [['doc', '公文管理系統', 'Document management', 'core', 'C']],
  'school-guangming': [['www', '學校網站', 'School web site', 'web', 'D']],
  'dgbas-edpc': [
    ['print', '報表列印服務', 'Report printing service', 'file', 'D'],
    ['room', '第二機房設施', 'Second machine room', 'facility', 'B'],
  ],
  'mil-signal': [['net', '營區區域網路', 'Barracks network', 'network', 'B']],
  'mil-logistics': [['stock', '補給庫存系統', 'Stock system', 'core', 'B']],
  'mil-academy': [
    ['teach', '教務資訊系統', 'Academic affairs system', 'teaching', 'C'],
    ['www', '學院招生網站', 'Admissions web site', 'web', 'D'],
  ],
  'mil-hospital': [['his', '門診資訊系統', 'Outpatient system', 'clinical', 'A']],
  'mil-reserve': [['mob', '動員召集作業系統', 'Mobilisation system', 'core', 'B']],
};

const departmental: readonly Plan[] = [
  ['www', '全球資訊網', 'Public web site', 'web', 'C'],
  ['doc', '公文管理系統', 'Document management', 'core', 'C'],
  ['mail', '電子郵件系統', 'Mail system', 'mail', 'C'],
  ['file', '檔案伺服器', 'File server', 'file', 'C'],
  ['pc', '辦公室個人電腦群', 'Office computers', 'pc', 'D'],
];

const bySuffix: readonly (readonly [RegExp, readonly Plan[]])[] = [
  [
    /-edu$/,
    [
      ['net', '縣網中心', 'County network centre', 'network', 'C'],
      ['mail', '教師電子郵件系統', 'Teachers’ mail', 'mail', 'C'],
    ],
  ],
  [/-health$/, [['vacc', '預防接種管理系統', 'Vaccination system', 'core', 'B']]],
  [
    /-police$/,
    [
      ['case', '受理報案系統', 'Police reporting system', 'core', 'A'],
      ['cctv', '路口監視錄影系統', 'Street cameras', 'iot', 'B'],
    ],
  ],
  [/-fire$/, [['119', '一一九派遣系統', 'Emergency dispatch system', 'control', 'A']]],
  [
    /-tax$/,
    [
      ['tax', '地方稅務系統', 'Local tax system', 'core', 'B'],
      ['www', '線上查繳稅網站', 'Online tax site', 'web', 'C'],
    ],
  ],
  [/-land$/, [['land', '地政資訊系統', 'Land registry system', 'core', 'B']]],
  [/-household$/, [['pc', '櫃檯作業電腦', 'Counter computers', 'pc', 'C']]],
  [
    /-town$/,
    [
      ['www', '公所網站', 'Township web site', 'web', 'D'],
      ['nas', '網路儲存設備', 'Network storage', 'file', 'D'],
    ],
  ],
  [/-env$/, [['air', '空氣品質監測網', 'Air quality monitoring', 'iot', 'C']]],
  [
    /library|archive|culture/,
    [
      ['www', '館藏查詢網站', 'Catalogue web site', 'web', 'D'],
      ['file', '數位典藏儲存系統', 'Digital archive storage', 'file', 'C'],
    ],
  ],
];

const school: readonly Plan[] = [
  ['www', '學校網站', 'School web site', 'web', 'D'],
  ['nas', '行政檔案伺服器', 'Administrative file server', 'file', 'D'],
  ['class', '電腦教室電腦群', 'Classroom computers', 'pc', 'D'],
  ['print', '網路印表機', 'Network printers', 'iot', 'D'],
];
const university: readonly Plan[] = [
  ['portal', '校務資訊系統', 'University information system', 'teaching', 'B'],
  ['lms', '數位學習平台', 'Learning platform', 'teaching', 'C'],
  ['mail', '師生電子郵件系統', 'University mail', 'mail', 'C'],
  ['lab', '研究室運算主機', 'Laboratory hosts', 'core', 'D'],
];
const hospital: readonly Plan[] = [
  ['his', '醫療資訊系統', 'Hospital information system', 'clinical', 'A'],
  ['reg', '門診掛號系統', 'Outpatient registration', 'clinical', 'B'],
  ['pacs', '醫療影像系統', 'Medical imaging system', 'clinical', 'B'],
];
const research: readonly Plan[] = [
  ['www', '研究成果網站', 'Research web site', 'web', 'D'],
  ['data', '研究資料伺服器', 'Research data server', 'file', 'C'],
];

const models = [
  '宏川 HC-R740',
  '宏川 HC-R620',
  '北辰 BX-2200',
  '北辰 BX-4100',
  '聯岳 LY-S3',
  '磐石 PS-880',
  '磐石 PS-1200',
  '晨光 CG-T150',
];
const deviceModels = ['遠景 YJ-300', '佳訊 JS-48G', '台衡 TH-PLC7', '遠景 YJ-520', '佳訊 JS-F600'];
type OsChoice = readonly [name: string, version: string];

const serverSystems: readonly OsChoice[] = [
  ['Windows Server', '2019'],
  ['Windows Server', '2022'],
  ['Debian GNU/Linux', '12'],
  ['Linux（企業版）', '8.9'],
  ['Linux（企業版）', '9.4'],
  ['FreeBSD', '14.1'],
];
const pcSystems: readonly OsChoice[] = [
  ['Windows 10 專業版', '22H2'],
  ['Windows 11 專業版', '24H2'],
];
const deviceSystems: readonly OsChoice[] = [
  ['嵌入式韌體', '3.2.1'],
  ['嵌入式韌體', '5.0.4'],
  ['即時作業系統', '6.9'],
];

const extraMechanisms: Record<SystemType, readonly Mechanism[]> = {
  web: ['web-application-firewall', 'vulnerability-scanning'],
  mail: ['mail-filter', 'antivirus'],
  core: ['intrusion-detection', 'backup', 'log-collection'],
  file: ['antivirus', 'backup'],
  pc: ['antivirus', 'endpoint-detection'],
  network: ['intrusion-detection', 'ddos-protection'],
  control: ['network-segmentation', 'intrusion-detection', 'backup'],
  clinical: ['network-segmentation', 'endpoint-detection', 'backup'],
  payment: ['multi-factor', 'intrusion-detection', 'log-collection'],
  teaching: ['vulnerability-scanning', 'backup'],
  iot: ['network-segmentation'],
  facility: ['log-collection'],
};

function plansOf(body: Body, index: number): readonly Plan[] {
  const own = ownSystems[body.code];
  if (own !== undefined) return own;
  const suffix = bySuffix.find(([pattern]) => pattern.test(body.code));
  if (suffix !== undefined) return suffix[1];
  if (body.kind === 'hospital') return index % 2 === 0 ? hospital : hospital.slice(0, 2);
  if (body.kind === 'research') return research;
  if (body.kind === 'school') {
    if (body.code.startsWith('univ')) return university;
    const first = index % school.length;
    return [school[first] as Plan, school[(first + 1) % school.length] as Plan];
  }
  const first = index % departmental.length;
  const one = departmental[first] as Plan;
  return body.tier === 'central' && body.superior === 'ey'
    ? [one]
    : [one, departmental[(first + 2) % departmental.length] as Plan];
}

function build(): readonly InformationSystem[] {
  const random = randomFrom(2_002);
  const networks = ['192.0.2', '198.51.100', '203.0.113'];
  const made: InformationSystem[] = [];
  for (const [bodyIndex, body] of bodies.entries()) {
    for (const [slug, nameZh, nameEn, type, grade] of plansOf(body, bodyIndex)) {
      const index = made.length;
      const device = type === 'iot' || type === 'network' || type === 'control';
      const [osName, osVersion] = random.pick(
        type === 'pc' ? pcSystems : device ? deviceSystems : serverSystems,
      );
      const network = networks[index % networks.length] as string;
      const ips = [`${network}.${Math.floor(index / networks.length) + 5}`];
      if (index % 7 === 0) ips.push(`2001:db8:${(100 + index).toString(16)}::10`);
      const domain = `${slug}.${body.domain}`;
      const named = type !== 'pc' && type !== 'control' && type !== 'facility';
      made.push({
        code: `${body.code}-${slug}`,
        nameZh,
        nameEn,
        organisation: body.code,
        type,
        grade,
        makeModel: random.pick(device ? deviceModels : models),
        osName,
        osVersion,
        osSerial: `DEMO-${String(20_000 + index * 37).slice(0, 5)}-${String(100 + ((index * 53) % 900))}`,
        domains: named ? [domain] : [],
        urls: type === 'web' || type === 'teaching' || type === 'payment' ? [`https://${domain}/`] : [],
        ips,
        mechanisms: [...new Set<Mechanism>(['firewall', ...extraMechanisms[type]])],
      });
    }
  }
  return made;
}

/** The register of information systems with their security grades (S7.13.1.3, DEC-2). */
export const systems: readonly InformationSystem[] = build();

const byCode = new Map(systems.map((system) => [system.code, system]));

/** The system with this code; throws when the demonstration data names one that does not exist. */
export function systemOf(code: string): InformationSystem {
  const system = byCode.get(code);
  if (system === undefined) throw new Error(`demonstration nation: no system "${code}"`);
  return system;
}
