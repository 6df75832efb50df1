import type { BodyKind } from '../nation/types.ts';
import type { Random } from '../random.ts';
import { rocClock } from './times.ts';

/** Values that the templates' slots take; one set per story, so that its reports agree with each other. */
export type Slots = Readonly<Record<string, string>>;

const units: Readonly<Record<BodyKind, readonly string[]>> = {
  agency: [
    '人事室',
    '主計室',
    '秘書室',
    '總務科',
    '企劃科',
    '業務科',
    '政風室',
    '研考科',
    '採購科',
    '服務櫃檯',
    '檔案室',
    '第二科',
    '工務科',
    '推廣科',
  ],
  operator: [
    '財務部',
    '人資部',
    '業務部',
    '客服中心',
    '採購部',
    '工程部',
    '企劃部',
    '營運課',
    '行政課',
    '稽核室',
  ],
  school: ['教務處', '總務處', '學務處', '輔導室', '人事室', '會計室', '圖書館', '註冊組', '事務組'],
  hospital: ['護理部', '醫事室', '總務室', '藥劑科', '檢驗科', '人事室', '會計室', '企劃室', '健康檢查中心'],
  military: ['人事科', '後勤科', '作戰科', '主計科', '文書室', '訓練科'],
  research: ['行政室', '人事室', '主計室', '第一研究組', '資料組', '圖書室', '推廣組'],
};
const vendors = [
  '睿鋒資訊',
  '辰揚科技',
  '凱陽系統',
  '宇盛軟體',
  '聯岳網路',
  '鼎暉數位',
  '沛然資訊',
  '群展科技',
  '立衡系統整合',
  '和楓軟體',
];
const accounts = [
  'adm_sup',
  'svc_print',
  'wlchen07',
  'test01',
  'maint_02',
  'ylin33',
  'hr_share',
  'webmaster2',
  'backup_op',
  'tmpuser9',
  'sysop5',
  'yclo_2',
];
const subjects = [
  '信箱容量即將額滿',
  '薪資調整通知',
  '請確認您的包裹',
  '公文退回補正',
  '帳號安全性驗證',
  '年度健檢報名',
  '發票中獎通知',
  '會議資料更新',
];
const files = [
  'svch0st.exe',
  'img_up.php',
  'readme_restore.txt',
  '會議紀錄.lnk',
  'update_kb.dll',
  'cache.jsp',
  '報價單.iso',
  'winupd.vbs',
  'thumbs.aspx',
  '差旅費.xlsm',
];
const extensions = ['.lokd', '.enc7', '.qzip', '.crypta', '.9vault', '.hold'];
const gangs = ['NightFerry', 'PaperWasp', 'GrayTide', 'ColdHarbor7', 'BlackKoi', 'MoonRats'];
const badDomains = [
  'update-cdn.example',
  'login-verify.example',
  'statics-lib.example',
  'mail-quota.example',
  'sync-node.example',
  'gift-center.example',
];
const events = [
  '志工研習',
  '補助款申請',
  '暑期營隊',
  '表揚大會',
  '防災講習',
  '獎助學金',
  '社區大學課程',
  '健康檢查',
  '停車月票抽籤',
  '新生入學',
];
const roads = ['復興路三段', '成功路口', '工業二路', '環河路', '學府路'];

const networks = ['192.0.2', '198.51.100', '203.0.113'];

/** Draws one set of values. `knownAt` is written out in the ROC calendar as people say it. */
export function drawSlots(
  random: Random,
  place: { kind: BodyKind; org: string; sys: string; knownAt: Date },
): Slots {
  const thousands = random.int(3, 96) * 100 + random.int(1, 99);
  return {
    org: place.org,
    sys: place.sys,
    t: rocClock(place.knownAt),
    unit: random.pick(units[place.kind]),
    v: random.pick(vendors),
    acct: random.pick(accounts),
    subject: random.pick(subjects),
    f: random.pick(files),
    ext: random.pick(extensions),
    gang: random.pick(gangs),
    dom: random.pick(badDomains),
    event: random.pick(events),
    road: random.pick(roads),
    ip: `${random.pick(networks)}.${random.int(130, 250)}`,
    n: String(random.int(11, 48)),
    k: String(random.int(2, 9)),
    N: thousands.toLocaleString('en-US'),
    n2: String(random.int(11, 48)),
    N2: (random.int(3, 88) * 100 + random.int(1, 99)).toLocaleString('en-US'),
    m2: String(random.int(12, 58)),
    h2: String(random.int(2, 6)),
    pct2: String(random.int(12, 70)),
    m: String(random.int(12, 58)),
    h: String(random.int(2, 9)),
    d: String(random.int(3, 26)),
    gb: String(random.int(2, 38)),
    pct: String(random.int(55, 97)),
    temp: String(random.int(36, 43)),
    ver: `${random.int(2, 9)}.${random.int(0, 12)}.${random.int(1, 9)}`,
  };
}

/** Fills a template: chooses one wording in each `[[a|b]]`, then puts the values in. Throws on an unknown slot. */
export function fill(template: string, slots: Slots, random: Random): string {
  const chosen = template.replace(/\[\[([^\]]*)\]\]/g, (_, list: string) => random.pick(list.split('|')));
  return chosen.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = slots[name];
    if (value === undefined) throw new Error(`no slot "${name}" for: ${template}`);
    return value;
  });
}
