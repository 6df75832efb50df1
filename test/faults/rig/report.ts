/** Reports as agencies send them: every field said, some nine hundred characters of narrative, two hosts. */
import { createHash } from 'node:crypto';

const STORIES = [
  '上午巡檢時發現對外網站首頁遭置換，內容為不明外文訊息。經查係後台管理帳號密碼過於簡單遭猜中，攻擊者上傳檔案後竄改首頁。已立即將網站下線，保留現場紀錄並以備份還原，同時變更所有管理帳號密碼。',
  '防毒主機通報多部行政電腦感染蠕蟲，區域網路流量異常升高，郵件收發遲緩。已將受感染之電腦離線，更新病毒碼並逐台清除，目前業務以紙本辦理，預計明日上午恢復。',
  '資料庫伺服器磁碟陣列故障，掛號與查詢服務中斷。已切換備援主機，資料比對中，尚未發現遺失。現場改以人工掛號，民眾等候時間約增加二十分鐘。',
] as const;

/** The content of the n-th report; unlike any other by its number. */
export function reportContent(n: number, now: number): Record<string, unknown> {
  const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
  const story = STORIES[n % STORIES.length] as string;
  return {
    agencyEmail: 'it@agency.example',
    contactName: '莊組長',
    contactPhone: '02-0000-1234',
    contactFax: '02-0000-1235',
    occurred: { at: minutesAgo(40), precision: 'minute', estimated: false },
    aware: { at: minutesAgo(20), precision: 'minute', estimated: false },
    hosts: [0, 1].map((index) => ({
      systemId: null,
      name: index === 0 ? '對外網站' : '郵件伺服器',
      ips: [`192.0.2.${(n + index) % 250}`, '2001:db8::10'],
      domains: ['www.agency.example'],
      urls: ['http://www.agency.example/index.html'],
      makeModel: 'Model 7',
      osName: 'Linux',
      osVersion: '2.4.18',
      osSerial: '',
      mechanisms: [],
      mechanismsText: '防火牆、防毒軟體',
    })),
    securityGrade: 'C',
    impactLevel: n % 10 === 0 ? 'C' : 'D',
    description: `（第 ${n} 件）${story}${story}`,
    scope: '影響範圍限於對外網站與內部郵件；核心業務系統另網運作，未受影響；無個人資料外洩之跡象。',
    measures: `已下線處理並保全紀錄。${story}`,
    measuresLog: [{ at: minutesAgo(15), text: '將主機離線並保全紀錄。' }],
    affectedServices: [],
    affectedSectors: [],
    publicEffect: '民眾暫時無法瀏覽網站。',
    supportItems: [],
    supportText: '',
    flags: { life: null, equipment: null, crime: null, disaster: null },
    cause: '',
    solution: '',
    resolvedAt: null,
    attachments: [],
    unknown: [],
  };
}

/** JSON with sorted keys: one text for one content. */
export function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${sortedJson(one)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Fingerprint of a content, worked out here and not by the product. */
export function fingerprint(content: unknown): string {
  return createHash('sha256').update(sortedJson(content)).digest('hex');
}

/** The request that files it. `caseId` makes it a follow-up. */
export function reportRequest(
  organisationId: string,
  content: Record<string, unknown>,
  caseId: string | null = null,
): string {
  return JSON.stringify({ kind: caseId === null ? 'initial' : 'follow-up', caseId, organisationId, content });
}
