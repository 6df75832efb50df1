import { contactPostOf } from '../nation/posts.ts';
import { systemOf } from '../nation/systems.ts';
import type { Random } from '../random.ts';
import { storyBuilder } from './builder.ts';
import { hostOf } from './compose.ts';
import { taipeiTime } from './times.ts';
import type { ReportPayload, Story } from './types.ts';

const noFlags: ReportPayload['flags'] = { life: null, equipment: null, crime: null, disaster: null };

/** Worked example 1, minute by minute: a D case, a school's web page (nine days before `now`). */
export function schoolPage(random: Random, now: Date): Story {
  const at = (hour: number, minute: number): Date => taipeiTime(now, 9, hour, minute);
  const story = storyBuilder(
    {
      key: 'worked-school',
      family: 'worked-school',
      kind: 'web',
      organisation: 'school-guangming',
      system: 'school-guangming-www',
    },
    random,
    now,
  );
  const initial: ReportPayload = {
    description:
      '本校資訊組於上午9時10分接獲導師反映，學校網站首頁遭置換，顯示外文標語及黑底圖片，原公告內容無法瀏覽。',
    scope: '僅學校網站首頁，校務行政系統與學生資料不在同一主機，未受影響；業務短暫停頓，可立即修復。',
    measures: '已將網站下線並改掛維護公告，保留遭竄改頁面截圖及存取紀錄，電話報告校長及縣府教育處。',
    occurred: { at: at(8, 30), precision: 'hour', estimated: true },
    awareAt: at(9, 10),
    impactLevel: 'D',
    hosts: [],
    supportItems: [],
    flags: noFlags,
    affectedServices: [],
    affectedSectors: [],
    unknown: ['cause', 'hosts', 'securityGrade'],
  };
  const host = hostOf(systemOf('school-guangming-www'), '縣網中心共用防火牆');
  const cause = '網站內容管理系統之管理密碼強度不足（學校代碼加年度），遭猜中後登入後台置換首頁。';
  const followUp: ReportPayload = {
    ...initial,
    description: `${initial.description}\n【續報】調閱後台登入紀錄，當日上午8時17分起有境外位址198.51.100.233嘗試登入36次，8時28分以管理帳號登入成功，僅更動首頁樣板一支，未見其他檔案異動。`,
    securityGrade: 'D',
    hosts: [host],
    cause,
    unknown: [],
  };
  const recovery: ReportPayload = {
    ...followUp,
    solution:
      '以前一日備份還原首頁，內容管理系統更新至最新版，管理密碼改為16碼並限校內位址登入後台，另請縣網中心協助弱點掃描無高風險項目。',
    resolvedAt: at(14, 30),
  };
  story.file(initial, 'web', at(9, 20));
  story.desk({ act: 'take' }, at(9, 23));
  story.desk({ act: 'register' }, at(9, 24));
  story.post('subgroup-academia', { act: 'acknowledge-all' }, at(9, 26), 'lai-meng-chu');
  story.desk(
    {
      act: 'confirm-level',
      level: 'D',
      reason: '僅單一學校網頁遭竄改，業務短暫停頓，可立即修復，同意擬報等級。',
    },
    at(9, 31),
  );
  story.post('deputy-convenor-edpc', { act: 'acknowledge-all' }, at(9, 48));
  story.desk(
    {
      act: 'acknowledge',
      forPost: contactPostOf('qingshan-edu'),
      byTelephone: { who: '王蕙君', at: at(9, 57) },
    },
    at(9, 58),
  );
  story.agency({ act: 'file-follow-up', report: followUp }, at(11, 40));
  story.agency({ act: 'file-recovery', report: recovery }, at(15, 0));
  story.desk({ act: 'release', note: '網頁已復原，原因查明且後台已限制來源，解除列管。' }, at(15, 20));
  story.post('contact-qingshan-edu', { act: 'acknowledge-all' }, at(15, 41), 'wang-hui-chun');
  return story.finish('D', 'released');
}

/** Worked example 2: an A case told by telephone, lowered and raised again (five days before `now`). */
export function dispatchCentre(random: Random, now: Date): Story {
  const at = (hour: number, minute: number): Date => taipeiTime(now, 5, hour, minute);
  const story = storyBuilder(
    {
      key: 'worked-dispatch',
      family: 'worked-dispatch',
      kind: 'equipment',
      organisation: 'power-dispatch',
      system: 'power-dispatch-scada',
    },
    random,
    now,
  );
  const initial: ReportPayload = {
    description:
      '值班工程師電話通報：凌晨2時31分區域調度監控系統主備主機同時停止，畫面凍結，無法遙控轄區變電所，原因不明，已派員赴各所人工監看。',
    scope:
      '轄區變電所十四所無法遙控，供電尚維持，惟無法即時調節；鐵道號誌及金融機房已啟用備援電力待命，影響公共安全、社會秩序之虞。',
    measures: '改以專線電話人工調度，派員進駐主要變電所，通知設備商到場，保存主機紀錄。',
    occurred: { at: at(2, 31), precision: 'minute', estimated: false },
    awareAt: at(2, 36),
    sentAt: at(2, 40),
    impactLevel: 'A',
    securityGrade: 'A',
    hosts: [],
    supportItems: ['on-site-staff', 'recovery-advice'],
    supportText: '請派員協助確認是否為惡意攻擊。',
    flags: noFlags,
    affectedServices: ['electricity', 'transport', 'finance'],
    affectedSectors: ['transport', 'finance'],
    unknown: ['cause', 'hosts'],
  };
  const host = hostOf(systemOf('power-dispatch-scada'), '控制網路與行政網路實體隔離');
  const thin: ReportPayload = {
    ...initial,
    description: `${initial.description}\n【結報】清晨5時40分主機重新啟動後穩定，遙控功能逐所測試正常，6時30分恢復自動調度。`,
    hosts: [host],
    cause: '主備主機時間同步異常。',
    solution: '系統已重新啟動，恢復正常。',
    resolvedAt: at(6, 30),
    unknown: [],
  };
  const full: ReportPayload = {
    ...thin,
    cause:
      '時間伺服器更換後回傳錯誤日期，主備主機同步校時致授權檢核失敗，兩機同時停止服務；經比對無入侵跡象。',
    solution:
      '隔離故障時間伺服器，主備機改採不同時間來源並設偏差上限；重新載入授權後逐所測試遙控十四所均正常，設備商留駐觀察48小時。',
  };
  story.file(initial, 'telephone', at(2, 44));
  story.desk({ act: 'take' }, at(2, 45));
  story.desk({ act: 'register' }, at(2, 46));
  story.desk({ act: 'confirm-level', level: 'A', reason: '影響公共安全、社會秩序，確認A級。' }, at(2, 47));
  story.post('subgroup-enterprise-1', { act: 'acknowledge-all' }, at(2, 49), 'ko-cheng-tao');
  story.post('deputy-convenor-edpc', { act: 'acknowledge-all' }, at(2, 51));
  story.post(
    'deputy-convenor-edpc',
    { act: 'tell-convenor', toldAt: at(2, 51), how: 'telephone' },
    at(2, 52),
  );
  story.post('convenor', { act: 'acknowledge-all' }, at(2, 53));
  story.post('deputy-convenor-stag', { act: 'acknowledge-all' }, at(2, 55));
  story.post('subgroup-enterprise-2', { act: 'acknowledge-all' }, at(2, 56), 'weng-shih-kai');
  story.post('deputy-convenor-natsec', { act: 'acknowledge-all' }, at(2, 58));
  story.post('subgroup-enterprise-3', { act: 'acknowledge-all' }, at(2, 59), 'hu-ching-tang');
  story.post('subgroup-administration', { act: 'acknowledge-all' }, at(3, 1), 'yu-hsin-ping');
  story.post('subgroup-enterprise-4', { act: 'acknowledge-all' }, at(3, 3), 'lo-pei-chi');
  story.post('subgroup-crisis', { act: 'acknowledge-all' }, at(3, 4), 'tseng-yi-lan');
  story.post('subgroup-defence', { act: 'acknowledge-all' }, at(3, 6), 'maj-ting');
  story.post('subgroup-academia', { act: 'acknowledge-all' }, at(3, 9), 'tai-hsiang-yu');
  story.desk(
    { act: 'change-level', level: 'B', reason: '區域已以人工調度恢復，供電穩定，調降為B級。' },
    at(3, 27),
  );
  story.desk(
    { act: 'change-level', level: 'A', reason: '兩所變電所人工監看通訊中斷，供電調節再度受阻，調升為A級。' },
    at(4, 10),
  );
  story.post(
    'deputy-convenor-natsec',
    { act: 'tell-convenor', toldAt: at(4, 13), how: 'telephone' },
    at(4, 14),
  );
  story.post('convenor', { act: 'acknowledge-all' }, at(4, 16));
  story.post('deputy-convenor-edpc', { act: 'acknowledge-all' }, at(4, 17));
  story.post('deputy-convenor-stag', { act: 'acknowledge-all' }, at(4, 20));
  story.desk({ act: 'message', text: '技術服務中心工程師5時20分可抵達貴中心，請協助進場。' }, at(4, 42));
  story.agency({ act: 'message', text: '已安排門禁，主機於5時40分重啟中。' }, at(5, 36));
  story.agency({ act: 'file-recovery', report: thin }, at(6, 50));
  story.desk(
    { act: 'send-back', reason: '解決辦法僅敘明重新啟動，未說明根因與是否可能再發，請補正。' },
    at(7, 15),
  );
  story.agency({ act: 'file-recovery', report: full }, at(7, 40));
  story.desk({ act: 'release', note: '根因已查明，主備時間來源分離，遙控測試正常，解除列管。' }, at(7, 47));
  return story.finish('A', 'released');
}
