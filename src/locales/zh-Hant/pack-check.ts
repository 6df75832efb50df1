/** 機制設定檢查（tocsin pack check）的用語：指出哪裡錯、錯在何處、怎麼改。 */

/** 參照的種類。 */
const kinds = {
  level: '影響等級',
  'security-grade': '安全等級',
  threshold: '門檻',
  vital: '維生體系',
  service: '重要服務',
  topic: '保護議題',
  sector: '領域',
  body: '機關',
  group: '組別',
  post: '職位',
  compartment: '隔離區',
  state: '狀態',
  'four-eyes': '雙人規定',
  route: '通知路線',
  ladder: '通報階梯',
  clock: '時限',
  calendar: '行事曆',
  channel: '通報方式',
  section: '表單段落',
  field: '表單欄位',
  part: '主機欄位',
  header: '表頭欄位',
  mechanism: '安全機制選項',
  support: '支援項目選項',
  flag: '轉報情形',
  target: '轉報對象',
  template: '通知範本',
  step: '流程步驟',
  region: '聯防區域',
  outcome: '處理結果',
  'step-of-procedure': '應變步驟',
  office: '受移送單位',
};

type Kind = { kind: keyof typeof kinds };

export const packCheck = {
  kinds,
  cli: {
    usage: '用法：tocsin pack check [資料夾…]',
    fine: (p: { title: string; version: string; hash: string }) =>
      `✓ ${p.title}（${p.version}）沒有問題。內容雜湊 ${p.hash}`,
    bad: (p: { dir: string; count: number }) => `✗ ${p.dir}：${p.count} 個問題。`,
  },
  problems: {
    'no-files': (p: { dir: string }) => `資料夾 ${p.dir} 裡沒有任何 .yaml 檔。`,
    yaml: (p: { detail: string }) => `檔案不是正確的 YAML：${p.detail}`,
    'not-a-mapping': () => '檔案最外層必須是「名稱: 內容」的形式。',
    'part-twice': (p: { key: string; file: string }) =>
      `「${p.key}」已寫在 ${p.file}，同一部分只能寫在一個檔案。`,
    missing: (p: { key: string }) => `缺少「${p.key}」。`,
    'unknown-key': (p: { key: string }) => `不認得「${p.key}」；請檢查拼字。`,
    'wrong-type': (p: { expected: string }) => `這裡應為${p.expected}。`,
    'not-one-of': (p: { allowed: string }) => `只能是下列之一：${p.allowed}。`,
    'too-few': (p: { minimum: string }) => `至少需要 ${p.minimum}。`,
    'too-many': (p: { maximum: string }) => `不得超過 ${p.maximum}。`,
    'bad-form': (p: { expected: string }) => `寫法不符：應為${p.expected}。`,
    invalid: (p: { detail: string }) => `內容不正確：${p.detail}`,
    'duplicate-id': (p: Kind & { id: string }) => `${kinds[p.kind]}「${p.id}」重複。`,
    'unknown-reference': (p: Kind & { id: string }) => `找不到${kinds[p.kind]}「${p.id}」。`,
    'rank-twice': (p: { rank: number; other: string }) =>
      `等級序 ${p.rank} 與「${p.other}」相同；每一等級的 rank 必須不同。`,
    'mark-twice': (p: { other: string }) => `圖形標記與「${p.other}」相同；每一等級須能以圖形分辨。`,
    loop: (p: Kind & { id: string }) => `${kinds[p.kind]}「${p.id}」的上級繞了一圈又回到自己。`,
    'no-convening-body': (p: { id: string }) => `組別「${p.id}」沒有召集（主責）單位。`,
    'not-a-subgroup': (p: { id: string }) => `「${p.id}」不是分組（kind: subgroup）。`,
    'start-is-final': (p: { id: string }) => `案件不能一開始就是已結束的狀態「${p.id}」。`,
    'unreachable-state': (p: { id: string }) => `沒有任何行為能到達狀態「${p.id}」。`,
    'dead-end-state': (p: { id: string }) => `案件進入狀態「${p.id}」後永遠無法結束。`,
    'transition-ambiguous': (p: { act: string; state: string }) =>
      `在狀態「${p.state}」做「${p.act}」有兩種去向。`,
    'previous-without-past': (p: { act: string; state: string }) =>
      `「${p.act}」要回到前一狀態，但案件可能一開始就是「${p.state}」，沒有前一狀態。`,
    'act-without-right': (p: { act: string; state: string }) =>
      `沒有任何人有權在狀態「${p.state}」做「${p.act}」。`,
    'right-without-transition': (p: { act: string; state: string }) =>
      `給了權限，但在狀態「${p.state}」沒有「${p.act}」這個轉換。`,
    'second-person-for-what': (p: { act: string }) =>
      `「${p.act}」不能等第二人同意；只有對案件的決定才可以。`,
    'nobody-decides': (p: { act: string; missing: string; state: string }) =>
      `「${p.act}」須第二人同意，但在狀態「${p.state}」沒有人有權「${p.missing}」。`,
    'nobody-files': () => '沒有任何職位有權提出初報（file-initial）。',
    'unknown-placeholder': (p: { slot: string; allowed: string }) =>
      `不認得 {${p.slot}}；可用的有：${p.allowed}。`,
    'languages-differ': (p: { slots: string }) => `中文與英文用到的填入欄位不同：${p.slots}。`,
    'closed-template-leaks': (p: { slot: string }) => `給隔離區外的範本不得出現 {${p.slot}}。`,
    'closed-template-alone': (p: { id: string }) => `找不到對應的區內範本「${p.id}」。`,
    'template-unused': (p: { id: string }) => `沒有任何通知路線使用範本「${p.id}」。`,
    'clock-never-starts': (p: { fact: string }) => `這個機制中不會發生「${p.fact}」，此時限永遠不會起算。`,
    'clock-never-satisfied': (p: { facts: string }) =>
      `這個機制中不會發生「${p.facts}」，此時限永遠無法達成。`,
    'capacity-without-acknowledgement': () => 'byCapacity 只在 satisfiedBy 含 acknowledged 時有意義。',
    'reach-without-threshold': () => '時限到期要視為達到門檻，但本機制沒有任何門檻（thresholds）。',
    'route-never-taken': (p: { fact: string }) => `這個機制中不會發生「${p.fact}」，此路線永遠不會用到。`,
    'within-without-expectation': () => '只有要求簽收或任務的通知才能定期限（within）。',
    'selector-without-post': (p: { selector: string }) => `路線要通知「${p.selector}」，但沒有這種職位。`,
    'ladder-unused': (p: { id: string }) => `沒有任何通知路線使用通報階梯「${p.id}」。`,
    'ladder-without-expectation': () => '只有要求簽收或任務的通知才能有通報階梯（ladder）。',
    'ladder-first-rung': () =>
      '第一階就是通知本身：after.default 須為 PT0M、適用所有等級，to 須為 [holder]。',
    'ladder-not-rising': (p: { level: string }) => `等級「${p.level}」時，這一階沒有比前一階晚。`,
    'ladder-without-mail': () => '每一階的管道都必須含 mail：這是人人都有的一種。',
    'ladder-without-words': (p: { id: string }) =>
      `這一階通知其他職位，但沒有說明無人回應的通知範本「${p.id}」。`,
    'ladder-without-post': (p: { target: string }) => `通報階梯要通知「${p.target}」，但沒有這種職位。`,
    'ladder-wakes-early': (p: { route: string; level: string }) =>
      `路線「${p.route}」在等級「${p.level}」未經確認時，會早於待確認的時限就通知召集人。`,
    'group-without-post': (p: { id: string }) => `組別「${p.id}」沒有承辦或值勤職位，通知無人可收。`,
    'press-twice': (p: { other: string }) => `已有「${p.other}」可對媒體發布；只能有一個職位。`,
    'field-missing': (p: Kind & { id: string }) =>
      `表單缺少${kinds[p.kind]}「${p.id}」；不問的欄位請設為 hidden。`,
    'level-must-be-asked': () => '初報必須詢問影響等級（asks.initial: now，mayBeUnknown: false）。',
    'guard-field-hidden': (p: { act: string; field: string }) =>
      `「${p.act}」需要「${p.field}」，但結報表單不問這一欄。`,
    'number-pattern': () => '編號格式必須恰有一個 {year} 與一個 {seq}。',
    'bad-time-zone': (p: { zone: string }) => `不認得時區「${p.zone}」。`,
    'holiday-and-working-day': (p: { date: string }) => `${p.date} 同時列為假日與補行上班日。`,
  },
};
