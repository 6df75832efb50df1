import { bodyOf } from '../nation/bodies.ts';
import type { Random } from '../random.ts';
import { type StoryBuilder, storyBuilder } from './builder.ts';
import { followUpReport, initialReport, recoveryReport, type Telling, tell } from './compose.ts';
import { families } from './families/index.ts';
import type { Family } from './families/types.ts';
import { after } from './times.ts';
import type { Channel, ImpactLevel, ReportPayload, Story, StoryEnd } from './types.ts';

function familyOf(code: string): Family {
  const family = families.find((candidate) => candidate.code === code);
  if (family === undefined) throw new Error(`no narrative family "${code}"`);
  return family;
}

/** The cases that stand open at `now`, each in another state, so that the desk has something to do. */
export function openCases(random: Random, now: Date): readonly Story[] {
  /** Minutes before `now`, cut to the second. */
  const ago = (minutes: number): Date => after(new Date(Math.floor(now.getTime() / 1000) * 1000), -minutes);
  let count = 0;
  const play = (
    family: string,
    organisation: string,
    system: string,
    level: ImpactLevel,
    aware: number,
    end: StoryEnd,
    script: (
      story: StoryBuilder,
      telling: Telling,
      file: (minutes: number, channel?: Channel, more?: Partial<ReportPayload>) => void,
    ) => void,
  ): Story => {
    count += 1;
    const chosen = familyOf(family);
    const story = storyBuilder(
      { key: `open-${String(count).padStart(2, '0')}`, family, kind: chosen.kind, organisation, system },
      random,
      now,
    );
    const telling = tell(chosen, bodyOf(organisation), system, level, ago(aware), random);
    script(story, telling, (minutes, channel = 'web', more = {}) => {
      story.file(initialReport(telling, level, random, more), channel, ago(minutes));
    });
    return story.finish(level, end);
  };
  const graded = (story: StoryBuilder, level: ImpactLevel, taken: number, reason: string): void => {
    story.desk({ act: 'take' }, ago(taken));
    story.desk({ act: 'register' }, ago(taken - 2));
    story.desk({ act: 'confirm-level', level, reason }, ago(taken - 7));
  };
  return [
    play(
      'ransomware-hospital',
      'hosp-renyuan',
      'hosp-renyuan-his',
      'A',
      31,
      'reported',
      (_story, _telling, file) => {
        file(14);
      },
    ),
    play('db-fault', 'railway', 'railway-ticket', 'B', 64, 'registered', (story, _telling, file) => {
      file(38);
      story.desk({ act: 'take' }, ago(35));
      story.desk({ act: 'register' }, ago(33));
      story.post('subgroup-enterprise-2', { act: 'acknowledge-all' }, ago(29), 'weng-shih-kai');
      story.desk(
        { act: 'message', text: '請確認臨櫃與網路訂票是否均停止，並告知預估恢復時間，以利確認等級。' },
        ago(12),
      );
    }),
    play(
      'ddos-volumetric',
      'haicheng-tax',
      'haicheng-tax-www',
      'C',
      500,
      'recovered',
      (story, telling, file) => {
        file(455);
        graded(story, 'C', 450, '線上查繳稅中斷，臨櫃可辦理，影響系統效率，確認C級。');
        story.post('contact-haicheng', { act: 'acknowledge-all' }, ago(432));
        story.post('subgroup-administration', { act: 'acknowledge-all' }, ago(428), 'chan-chia-wen');
        story.agency({ act: 'file-follow-up', report: followUpReport(telling, 'C') }, ago(290));
        story.agency({ act: 'file-recovery', report: recoveryReport(telling, 'C', ago(70), true) }, ago(22));
      },
    ),
    play('defacement', 'school-yucai', 'school-yucai-www', 'D', 121, 'returned', (story, _telling, file) => {
      file(95, 'web', { hosts: [] });
      story.desk({ act: 'take' }, ago(90));
      story.desk(
        { act: 'ask-back', question: '請補充遭竄改頁面網址及主機是否代管，並說明管理帳號是否已變更。' },
        ago(84),
      );
      story.post('subgroup-academia', { act: 'acknowledge-all' }, ago(80), 'tai-hsiang-yu');
    }),
    play(
      'mail-account-spam',
      'univ-minghu',
      'univ-minghu-mail',
      'D',
      330,
      'handling',
      (story, telling, file) => {
        file(301);
        graded(story, 'D', 297, '單一帳號遭盜用，已停用，影響輕微，確認D級。');
        story.post('subgroup-academia', { act: 'acknowledge-all' }, ago(280), 'lai-meng-chu');
        story.post('deputy-convenor-stag', { act: 'acknowledge-all' }, ago(275));
        story.agency({ act: 'file-follow-up', report: followUpReport(telling, 'D') }, ago(118));
      },
    ),
    play(
      'botnet-beacon',
      'moea-metrology',
      'moea-metrology-pc',
      'D',
      44,
      'suspected',
      (story, _telling, file) => {
        file(26, 'web', { suspected: true });
        story.desk({ act: 'take' }, ago(20));
      },
    ),
    play(
      'webshell-upload',
      'motc-tourism',
      'motc-tourism-www',
      'C',
      205,
      'handling',
      (story, _telling, file) => {
        file(172);
        graded(story, 'C', 168, '網站已下線，資料外洩情形待查，影響系統效率，確認C級。');
        story.agency(
          {
            act: 'request-withdrawal',
            reason: '經查該檔案為委外廠商上線測試所留，非入侵行為，檢附廠商說明，申請撤回。',
          },
          ago(41),
        );
      },
    ),
    play(
      'db-fault',
      'mil-logistics',
      'mil-logistics-stock',
      'B',
      152,
      'handling',
      (story, _telling, file) => {
        file(131);
        graded(story, 'B', 127, '補給作業停頓，改人工調撥，確認B級。');
      },
    ),
    play(
      'ransomware-file',
      'nanbin-social',
      'nanbin-social-file',
      'C',
      188,
      'handling',
      (story, _telling, file) => {
        file(151);
        graded(story, 'C', 147, '單一單位檔案遭加密，備份完整，業務可人工辦理，確認C級。');
        story.post('subgroup-administration', { act: 'acknowledge-all' }, ago(130), 'yu-hsin-ping');
        story.post('deputy-convenor-edpc', { act: 'acknowledge-all' }, ago(122));
        story.desk({ act: 'message', text: '請保全加密程式樣本，技術服務中心可協助比對解密工具。' }, ago(96));
      },
    ),
    play(
      'credential-stuffing',
      'bank-coop',
      'bank-coop-ebank',
      'C',
      640,
      'handling',
      (story, telling, file) => {
        file(575);
        graded(story, 'C', 571, '部分帳號遭登入，交易未受影響，確認C級。');
        story.post('subgroup-enterprise-3', { act: 'acknowledge-all' }, ago(552), 'chu-yun-ju');
        story.agency(
          {
            act: 'file-recovery',
            report: recoveryReport(telling, 'C', ago(160), false, { solution: '已加強防護，恢復正常。' }),
          },
          ago(102),
        );
        story.desk(
          { act: 'send-back', reason: '未說明遭登入帳號是否全數變更密碼及後續防護措施，請補正後再報。' },
          ago(55),
        );
      },
    ),
    play(
      'printer-abuse',
      'school-haiguang',
      'school-haiguang-print',
      'D',
      19,
      'reported',
      (_story, _telling, file) => {
        file(6);
      },
    ),
    play(
      'fibre-cut',
      'qingshan-town',
      'qingshan-town-www',
      'D',
      70,
      'registered',
      (story, _telling, file) => {
        file(21, 'fax', {
          sentAt: ago(47),
          measures: '對外網路中斷無法上網填報，改以傳真通報，並以行動電話聯繫業者搶修。',
        });
        story.desk({ act: 'take' }, ago(20));
        story.desk({ act: 'register' }, ago(18));
      },
    ),
    play(
      'firmware-upgrade',
      'yunhu-police',
      'yunhu-police-cctv',
      'C',
      1_530,
      'handling',
      (story, telling, file) => {
        file(1_440);
        graded(story, 'C', 1_437, '路口監視系統部分中斷，勤務以巡邏替代，確認C級。');
        story.post('contact-yunhu', { act: 'acknowledge-all' }, ago(1_420));
        story.post('subgroup-administration', { act: 'acknowledge-all' }, ago(1_411), 'chan-chia-wen');
        story.agency({ act: 'file-follow-up', report: followUpReport(telling, 'C') }, ago(610));
        story.desk({ act: 'message', text: '已逾一日，請補報復原進度及備品到貨時間。' }, ago(75));
      },
    ),
  ];
}
