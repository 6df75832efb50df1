/** `tocsin import`：自 CSV 匯入機關、職位與聯絡人員。 */
import type { TextParams } from '../../platform/i18n.ts';

const place = ({ file, line, column, header }: TextParams) =>
  `${file} 第 ${line} 列${column ? `第 ${column} 欄` : ''}${header ? `（${header}）` : ''}`;

export const directoryImport = {
  usage: '用法：tocsin import [organisations|posts|contacts] 檔案.csv… [--dry-run]',
  place,
  noFile: ({ file }: TextParams) => `讀不到檔案 ${file}。`,
  fault: ({ where, why }: TextParams) => `${where}：${why}`,
  more: ({ count }: TextParams) => `另有 ${count} 項錯誤未列出。`,
  refused: ({ count }: TextParams) => `共 ${count} 項錯誤，資料庫未有任何變更。`,
  created: ({ kind, label }: TextParams) => `新增 ${kind} ${label}`,
  changed: ({ kind, label, fields }: TextParams) => `變更 ${kind} ${label}：${fields}`,
  moreChanges: ({ count }: TextParams) => `另有 ${count} 項變更未列出。`,
  nothing: '檔案內容與現有資料相同，無須變更。',
  dryRun: ({ created, changed }: TextParams) =>
    `試行：將新增 ${created} 筆、變更 ${changed} 筆；資料庫未變更。`,
  done: ({ created, changed }: TextParams) => `已匯入：新增 ${created} 筆、變更 ${changed} 筆。`,
  kinds: {
    organisations: '機關',
    groups: '分組',
    posts: '職位',
    persons: '人員',
    holdings: '任職',
    contacts: '聯絡人員',
    team_members: '處理小組成員',
    systems: '系統',
  },
  reasons: {
    encoding: '不是 UTF-8、UTF-16 或 Big5 編碼的文字檔。',
    csv: ({ detail }: TextParams) => `不是完整的 CSV：${detail}`,
    empty: '檔案沒有標題列。',
    'unknown-kind': '標題列看不出是機關、職位還是聯絡人員；請在檔名前指明。',
    'unknown-column': ({ given }: TextParams) => `不認得的欄位「${given}」。`,
    'duplicate-column': ({ given }: TextParams) => `欄位「${given}」重複。`,
    'missing-column': ({ given }: TextParams) => `缺少欄位「${given}」。`,
    'too-many-cells': '這一列的格數多於標題列。',
    loop: '上級（或併入）關係繞回機關自己。',
    itself: '機關不能是自己的主管機關。',
    unknown: ({ given }: TextParams) => `查無「${given}」。`,
    'holder-email': '擔任職位的人員須有電子信箱，才收得到通知。',
  },
};
export type DirectoryImportTexts = typeof directoryImport;
