import type { Persona } from './types.ts';

/** Who may be tried on the demonstration's sign-in page, each with what to look for. */
export const personas: readonly Persona[] = [
  {
    person: 'lin-tsai-wei',
    post: 'duty-officer',
    sentenceZh: '應變中心值勤員：簽收、確認等級、解除列管，現在有幾件正等著她。',
    sentenceEn:
      'Duty officer of the centre: takes, grades and releases cases; several are waiting for her now.',
  },
  {
    person: 'chuang-chih-cheng',
    post: 'contact-school-guangming',
    sentenceZh: '國中資訊組長：全校只有他懂電腦，發現網頁被改，要通報。',
    sentenceEn: 'A school’s only IT person: the web page was changed, and he has to report it.',
  },
  {
    person: 'liao-chia-ming',
    post: 'contact-power-dispatch',
    sentenceZh: '電力調度中心值班工程師：系統停了先打電話，事後上網補結報。',
    sentenceEn:
      'Duty engineer of a power dispatch centre: telephones first, files the recovery report on the web.',
  },
  {
    person: 'wang-hui-chun',
    post: 'contact-qingshan-edu',
    sentenceZh: '縣教育處承辦人：所屬學校的主管機關，每件通報都要簽收。',
    sentenceEn: 'County education officer: the schools’ competent authority, who confirms each report.',
  },
  {
    person: 'lai-meng-chu',
    post: 'subgroup-academia',
    sentenceZh: '教育部承辦人：學術機構分組，看得到所有學校與研究機構的案件。',
    sentenceEn: 'Officer at the Ministry of Education: sees the cases of all schools and institutes.',
  },
  {
    person: 'yeh-szu-chi',
    post: 'contact-hosp-renyuan',
    sentenceZh: '醫院資訊室主任：掛號系統出狀況，一面搶修一面通報。',
    sentenceEn: 'Head of IT of a hospital: repairs and reports at the same time.',
  },
  {
    person: 'tu-ming-yuan',
    post: 'deputy-convenor-stag',
    sentenceZh: '副召集人（科技顧問組執行秘書）：收 B 級以下通報，A 級須立即報告召集人。',
    sentenceEn: 'Deputy convenor (STAG): told of B and below; at A he must tell the convenor at once.',
  },
  {
    person: 'liang-hsiu-chin',
    post: 'deputy-convenor-edpc',
    sentenceZh: '副召集人（主計處電子中心主任）：唯一可對媒體發布訊息的人。',
    sentenceEn: 'Deputy convenor (director of the data centre): the only one who may speak to the media.',
  },
  {
    person: 'shen-kuo-wei',
    post: 'deputy-convenor-natsec',
    sentenceZh: '副召集人（國家安全會議派員）：一人兼任會報副執行長。',
    sentenceEn: 'Deputy convenor (National Security Council): one person in two posts.',
  },
  {
    person: 'fang-cheng-hsien',
    post: 'convenor',
    sentenceZh: '召集人：只在 A 級時被叫醒，手機上兩個按鍵。',
    sentenceEn: 'The convenor: woken only at level A, with two buttons on a phone.',
  },
  {
    person: 'col-hsueh',
    post: 'subgroup-defence',
    sentenceZh: '國防部承辦人：國防體系案件只有他看得到內容。',
    sentenceEn: 'Officer at the Ministry of National Defence: alone sees the content of defence cases.',
  },
];
