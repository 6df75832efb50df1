/** What looks like one campaign, on storms of which it is known what belongs together (H22, H47, LOAD-4). */
import { describe, expect, it } from 'vitest';
import { type Candidate, campaignsOf } from './campaign-rules.ts';
import { indicatorsOf, likeness, marksOf, sketchOf } from './marks-rules.ts';

/** A seeded stream of chance, so that a storm that fails can be looked at again (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Labelled {
  readonly label: string;
  readonly text: string;
}

const HEX = '0123456789abcdef';

/** Texts of a storm: `worm` by far the most, some smaller campaigns, and much that belongs to nothing. */
function storm(seed: number, size: number): (Candidate & { label: string })[] {
  const random = chance(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const some = <T>(list: readonly T[], share: number): T[] => list.filter(() => random() < share);
  const hash = () => Array.from({ length: 64 }, () => pick([...HEX])).join('');
  const ip = () =>
    `${pick([45, 91, 103, 185, 198, 203])}.${[0, 0, 0].map(() => 1 + Math.floor(random() * 250)).join('.')}`;
  const OPENING = ['本機關', '本校', '本公司', '本院', '本所', '我方'];
  const NOISE = [
    '資訊人員已到場。',
    '主機均在機房。',
    '已報告主管。',
    '電話 02-0000-1234。',
    '備援運作中。',
    '內網 192.168.1.20。',
    'DNS 為 168.95.1.1。',
    '參考 www.microsoft.com 說明。',
    '已更新 svchost.exe。',
    '主機 10.1.2.3。',
  ];
  const worm = {
    ips: [ip(), ip(), ip()],
    domains: ['update-check.example', 'cdn-patch.example'],
    hashes: [hash(), hash()],
    files: ['msblastx.exe', 'wormsvc.dll'],
    said: [
      '多部主機突然大量對外連線，網路壅塞，檔案遭加密並出現勒索訊息。',
      '伺服器異常重新開機，檔案副檔名被更改，桌面出現勒索通知，網路速度極慢。',
      '使用者電腦陸續出現勒索畫面，檔案無法開啟，疑為蠕蟲散布，內部網路幾乎癱瘓。',
      '發現惡意程式自行複製至共用資料夾，多部主機檔案遭加密，對外連線異常增加。',
    ],
  };
  const small = ['釣魚', '置換', '阻斷', '帳號', '木馬'].map((kind, n) => ({
    kind,
    ip: ip(),
    domain: `${['mail-login', 'defacer', 'flooder', 'stealer', 'dropper'][n]}-${n}.example`,
    sender: `notice${n}@service-${n}.example`,
    said: [
      '收到偽冒人事通知之電子郵件，部分同仁已點選連結並輸入帳號密碼。',
      '機關首頁遭置換為外文標語與圖片，公告內容無法瀏覽，已下線處理。',
      '對外服務網站遭大量連線請求，回應緩慢甚至無法連線，已請電信業者協助清洗流量。',
      '公務帳號於深夜自境外登入，並寄出大量垃圾信件，已停用帳號並變更密碼。',
      '會議通知附件夾帶後門程式，開啟後主機持續回報至境外中繼站。',
    ][n] as string,
  }));
  const OWN = [
    '機房空調故障，主機過熱當機',
    '資料庫硬碟毀損，服務中斷',
    '光纖遭挖斷，對外網路中斷',
    '系統改版錯誤，查詢功能失效',
    '電力跳脫，不斷電系統未接手',
    '憑證過期，民眾無法登入',
    '防火牆設定錯誤，分機無法收信',
    '磁帶備份失敗，擬更換設備',
    '離職人員帳號未停用，遭查閱文件',
    '隨身碟中毒，單機已隔離',
    '無線基地台遭側錄疑慮',
    '網站留言版遭張貼廣告',
    '印表機列印異常文件',
    '語音系統遭盜打國際電話',
    '監視器畫面中斷',
    '門禁系統資料錯亂',
    '排程工作未執行，報表缺漏',
    '電子公文交換延遲',
    '儲存設備控制器告警',
    '測試環境誤連正式資料庫',
  ];
  const WHERE = [
    '一樓',
    '三樓',
    '分局',
    '總館',
    '北區',
    '南區',
    '第二機房',
    '行政大樓',
    '實驗室',
    '服務台',
    '會計室',
    '人事室',
    '門診',
    '圖書館',
    '收費站',
  ];
  const EFFECT = [
    '櫃台改以紙本作業',
    '民眾須改日再來',
    '預約系統暫停受理',
    '內部公文延後半日',
    '僅影響查詢，不影響收費',
    '三十人無法登入',
    '報表須人工重做',
    '電話無法轉接',
    '由鄰近單位代辦',
    '夜間服務取消',
    '帳務延後一日結算',
    '志工協助引導',
  ];
  const CAUSE = [
    '廠商判斷為韌體缺陷',
    '疑與上週更換線路有關',
    '維護合約已於上月到期',
    '清潔時誤觸開關',
    '設備已逾使用年限',
    '值班人員操作失誤',
    '颱風過後受潮',
    '鄰近工地施工所致',
    '原因仍待原廠說明',
    '容量規劃不足',
    '設定檔未同步',
    '老鼠咬斷線材',
  ];
  const DONE = [
    '已調撥備品',
    '待料兩日',
    '改用行動網路',
    '重新開機後觀察中',
    '已退回前一版本',
    '移往備援機房',
    '請原廠到場',
    '加派人力輪值',
    '擬於假日更換',
    '已換新零件',
    '先關閉該項功能',
    '改走專線',
  ];
  const cases: (Labelled & { at: number })[] = [];
  for (let n = 0; n < size; n += 1) {
    const at = Date.UTC(2026, 10, 22, 18) + Math.floor(random() * 660_000);
    const opening = pick(OPENING);
    const noise = some(NOISE, 0.12).join('');
    if (random() < 0.9) {
      // One in twelve names nothing at all: then only the words tell.
      const named =
        random() < 1 / 12
          ? []
          : [
              ...some(
                worm.ips.map((one) => `連線至 ${random() < 0.5 ? one.replaceAll('.', '[.]') : one}。`),
                0.4,
              ),
              ...some(
                worm.domains.map((one) => `查得 hxxp://${one}/a。`),
                0.4,
              ),
              ...some(
                worm.hashes.map((one) => `SHA-256 ${one}。`),
                0.35,
              ),
              ...some(
                worm.files.map((one) => `檔名 ${one}。`),
                0.5,
              ),
            ];
      cases.push({ label: 'worm', at, text: `${opening}${pick(worm.said)}${named.join('')}${noise}` });
    } else if (random() < 0.5) {
      const one = pick(small);
      const named = [`來源 ${one.ip}。`, `網址 ${one.domain}。`, `寄件人 ${one.sender}。`].filter(
        () => random() < 0.75,
      );
      cases.push({ label: one.kind, at, text: `${opening}${one.said}${named.join('')}${noise}` });
    } else {
      // What belongs to nothing names addresses of its own, and now and then a maker's or a newspaper's page.
      const own = random() < 0.3 ? `來源 ${ip()}。` : '';
      const page = random() < 0.04 ? '參考 daily-news.example 報導。' : '';
      const text = `${opening}${pick(WHERE)}${pick(OWN)}，${pick(WHERE)}${pick(EFFECT)}。${pick(CAUSE)}，${pick(DONE)}。${own}${page}${noise}`;
      cases.push({ label: `alone-${n}`, at, text });
    }
  }
  return cases.map(({ label, at, text }, n) => ({
    id: `case-${String(n).padStart(6, '0')}`,
    body: `body-${Math.floor(random() * 2000)}`,
    at,
    marks: marksOf(text),
    label,
  }));
}

/** Of all pairs put together, the share that belongs together; and of all that belong together, the share put together. */
function judged(items: readonly (Candidate & { label: string })[]) {
  const label = new Map(items.map((one) => [one.id, one.label]));
  const campaigns = campaignsOf(items);
  const pairs = (n: number) => (n * (n - 1)) / 2;
  let together = 0;
  let right = 0;
  for (const { cases } of campaigns) {
    together += pairs(cases.length);
    for (const same of Map.groupBy(cases, (id) => label.get(id)).values()) right += pairs(same.length);
  }
  let belong = 0;
  for (const same of Map.groupBy(items, (one) => one.label).values()) belong += pairs(same.length);
  const worms = items.filter((one) => one.label === 'worm').length;
  const inOne = Math.max(
    0,
    ...campaigns.map(({ cases }) => cases.filter((id) => label.get(id) === 'worm').length),
  );
  // Counted by case as well: pairs of nine thousand would hide a hundred strangers among twenty.
  let strangers = 0;
  let placed = 0;
  for (const { cases } of campaigns) {
    const most = Math.max(
      ...[...Map.groupBy(cases, (id) => label.get(id)).values()].map((same) => same.length),
    );
    strangers += cases.length - most;
    placed += cases.length;
  }
  return {
    campaigns,
    precision: right / together,
    byCase: 1 - strangers / placed,
    recall: right / belong,
    worm: inOne / worms,
  };
}

describe('campaigns', () => {
  it.each([1, 2, 3])(
    'LOAD-4, H47: a storm of 10,000 with a worm in nine of ten is at most 20 campaigns, precise to 0.99 (seed %i)',
    (seed) => {
      const items = storm(seed, 10_000);
      const { campaigns, precision, byCase, recall, worm } = judged(items);
      expect(precision).toBeGreaterThanOrEqual(0.99);
      expect(byCase).toBeGreaterThanOrEqual(0.99);
      expect(campaigns.length).toBeLessThanOrEqual(20);
      expect(campaigns.length).toBeGreaterThanOrEqual(6);
      expect(worm).toBeGreaterThan(0.95);
      expect(recall).toBeGreaterThan(0.9);
    },
    180_000,
  );

  it('H47: no case is in two campaigns, and none is lost: what is in no campaign stays where it was', () => {
    const items = storm(7, 2_000);
    const { campaigns } = judged(items);
    const placed = campaigns.flatMap((one) => one.cases);
    expect(new Set(placed).size).toBe(placed.length);
    for (const id of placed) expect(items.some((one) => one.id === id)).toBe(true);
  });

  it('gives the same answer in whatever order the cases come', () => {
    const items = storm(5, 600);
    expect(campaignsOf(items.toReversed())).toEqual(campaignsOf(items));
  });

  it('one outage at four bodies is one campaign by its words alone; the same words a month later are another (H22)', () => {
    const said = [
      '07:05 起骨幹網路設備故障，機關網站與電子郵件全部無法使用。',
      '骨幹網路設備故障，自 07:05 起機關網站及電子郵件全部無法使用。',
    ];
    const at = Date.UTC(2026, 8, 1);
    const items = [0, 1, 2, 3].map((n) => ({
      id: `c${n}`,
      body: `b${n}`,
      at: at + n * 600_000,
      marks: marksOf(said[n % 2] as string),
    }));
    expect(campaignsOf(items).map((one) => one.cases)).toEqual([['c0', 'c1', 'c2', 'c3']]);
    const later = items.map((one, n) => (n < 2 ? one : { ...one, at: one.at + 40 * 86_400_000 }));
    expect(campaignsOf(later)).toEqual([]);
  });

  it('one case that names two campaigns does not make them one', () => {
    const of = (id: string, body: string, text: string) => ({ id, body, at: 0, marks: marksOf(text) });
    const items = [
      ...[1, 2, 3].map((n) => of(`a${n}`, `b${n}`, '主機連線至 203.0.113.7 與 one.example。')),
      ...[4, 5, 6].map((n) => of(`b${n}`, `b${n}`, '收到 x@two.example 寄來的信，連至 198.51.100.9。')),
      of('both', 'b9', '主機連線至 203.0.113.7；另收到 x@two.example 寄來的信。'),
    ];
    const campaigns = campaignsOf(items);
    expect(campaigns.map((one) => one.cases.filter((id) => id !== 'both'))).toEqual(
      [
        ['a1', 'a2', 'a3'],
        ['b4', 'b5', 'b6'],
      ].toSorted(
        (x, y) =>
          Number(campaigns[0]?.cases.includes(y[0] ?? '')) - Number(campaigns[0]?.cases.includes(x[0] ?? '')),
      ),
    );
  });
});

describe('marks', () => {
  it('reads what was written so that nobody follows it, and leaves out what is local, everybody’s or the reporter’s own', () => {
    const text = `連線 203[.]0[.]113[.]5 及 hxxps://bad(.)example/x；寄件人 Boss[at]evil.example，檔案 INVOICE.EXE、報告.pdf，
      CVE-2026-12345，SHA-256 ${'ab12'.repeat(16)}；內網 192.168.1.5、10.0.0.1、172.20.3.4，DNS 8.8.8.8，
      說明見 www.microsoft.com，本校網站 www.school.example，主機 198.51.100.20，版本 10.2.3.4567，電話 02-0000-1234`;
    expect(indicatorsOf(text, ['school.example', '198.51.100.20']).sort()).toEqual([
      'domain:bad.example',
      `hash:${'ab12'.repeat(16)}`,
      'ip:203.0.113.5',
      'sender:boss@evil.example',
      'words:cve-2026-12345',
      'words:invoice.exe',
    ]);
  });

  it('knows texts that say the same in another order from texts that say something else', () => {
    const a = sketchOf('首頁遭置換為外文標語，公告內容無法瀏覽，已下線處理。');
    expect(likeness(a, sketchOf('公告內容無法瀏覽，首頁遭置換為外文標語，已下線處理。'))).toBeGreaterThan(
      0.6,
    );
    expect(likeness(a, sketchOf('機房空調故障，主機過熱當機，資料庫服務中斷。'))).toBeLessThan(0.2);
    expect(likeness(sketchOf(''), sketchOf(''))).toBe(0);
  });
});
