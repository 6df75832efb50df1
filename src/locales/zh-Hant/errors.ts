/** 錯誤訊息：每一則說明發生什麼、為什麼、怎麼補救。 */
import type { ErrorCode, FieldErrorCode } from '../../platform/errors.ts';
import { type Text, type TextParams, word } from '../../platform/i18n.ts';

/** Words of one refusal: what, why, and what to do now. */
export interface ProblemText {
  readonly title: string;
  readonly detail: Text;
  readonly repair: Text;
}

const type = (p: TextParams) =>
  ({ string: '文字', number: '數字', boolean: '是或否', array: '清單', object: '一組欄位', date: '日期' })[
    word(p['expected'])
  ] ?? '其他型別';

export const errors = {
  problems: {
    'malformed-json': {
      title: '資料格式無法讀取',
      detail: '送來的內容不是正確的 JSON。',
      repair: '請修正所指的位置後重送。',
    },
    'malformed-request': {
      title: '要求無法讀取',
      detail: '網址或標頭的格式不正確。',
      repair: '請檢查網址後再試。',
    },
    'invalid-input': {
      title: '有欄位需要修正',
      detail: '部分欄位未符合規定，尚未儲存任何內容。',
      repair: '請依各欄位旁的說明修正後重送。',
    },
    'bad-cursor': {
      title: '分頁位置無效',
      detail: '這個分頁位置不是本清單給的，或篩選條件已經改變。',
      repair: '請從清單第一頁重新開始。',
    },
    'payload-too-large': {
      title: '內容過大',
      detail: '送來的內容超過此處可接受的大小。',
      repair: '請縮減內容，或改以附件分次上傳。',
    },
    'unsupported-media-type': {
      title: '不接受的內容類型',
      detail: '此處只接受 UTF-8 的 application/json。',
      repair: '請將 Content-Type 設為 application/json 後重送。',
    },
    'headers-too-large': {
      title: '標頭過長',
      detail: '要求的標頭超過可接受的長度。',
      repair: '請清除本網站的 Cookie 後再試。',
    },
    'request-timeout': {
      title: '傳送逾時',
      detail: '要求未在時限內完整送達。',
      repair: '請確認網路連線後重送；已填內容仍會保留。',
    },
    'cross-site': {
      title: '來源不明的操作',
      detail: '這項操作並非由本系統的頁面發出，因此沒有執行。',
      repair: '請由本系統的頁面重新操作。',
    },
    'idempotency-key-missing': {
      title: '缺少防重送識別碼',
      detail: '這項操作不可重複執行，須附 Idempotency-Key 標頭。',
      repair: '請附上一組 UUID；重送時使用同一個。',
    },
    'idempotency-key-reused': {
      title: '防重送識別碼已用於其他內容',
      detail: '這個識別碼先前已用於不同的內容，先前的結果仍然有效。',
      repair: '請先確認先前的結果；若為另一件事，請改用新的識別碼。',
    },
    'not-signed-in': {
      title: '尚未登入',
      detail: '您尚未登入，或登入已經結束。',
      repair: '請重新登入；未送出的草稿仍會保留。',
    },
    'wrong-credentials': {
      title: '無法登入',
      detail: '帳號或密碼不正確。',
      repair: '請確認後再試；忘記密碼請洽貴機關的管理人員。',
    },
    'too-many-attempts': {
      title: '嘗試次數過多',
      detail: (p) =>
        p['seconds'] ? `短時間內嘗試過多，請於 ${word(p['seconds'])} 秒後再試。` : '短時間內嘗試過多。',
      repair: '請稍候再試；緊急通報請改用電話。',
    },
    'code-refused': {
      title: '驗證碼未獲接受',
      detail: '驗證碼錯誤或已使用過。連續五次錯誤後，15 分鐘內不接受驗證碼。',
      repair: '請等下一組驗證碼再輸入；通行金鑰隨時可用。',
    },
    'passkey-refused': {
      title: '無法辨識這把通行金鑰',
      detail: '此處無法辨識這把金鑰，或等候過久。',
      repair: '請再試一次，或改用其他方式登入；金鑰遺失時，請洽貴機關的管理員。',
    },
    'oidc-unavailable': {
      title: '該登入服務沒有回應',
      detail: '目前無法連上對方機關的登入服務。',
      repair: '請改用其他方式登入，或過幾分鐘再試；緊急時請以電話通報。',
    },
    'second-factor-needed': {
      title: '還需要第二道驗證',
      detail: '您目前只以密碼登入，可以通報；其他事項須有通行金鑰或驗證碼。',
      repair: '請設定通行金鑰或驗證碼，或以已有的方式確認。',
    },
    'step-up-needed': {
      title: '請再確認是您本人',
      detail: '這項作為需要五分鐘內的本人確認。',
      repair: '請以通行金鑰、驗證碼或密碼確認後，再做一次。',
    },
    'account-enrolled': {
      title: '帳號已在使用中',
      detail: '此人已完成帳號設定。',
      repair: '若是金鑰遺失，請改為發起「帳號復原」。',
    },
    'last-factor': {
      title: '這一項必須保留',
      detail: '移除後您將無法登入。',
      repair: '請先設定另一種方式，再移除這一項。',
    },
    'recovery-settled': {
      title: '已處理過',
      detail: '這件帳號復原已核准、已拒絕或已逾時。',
      repair: '請重新載入清單；仍有需要時請重新申請。',
    },
    'setup-link-used': {
      title: '設定連結已失效',
      detail: '這個一次性設定連結已使用過或已逾期。',
      repair: '請由系統管理人員重新產生連結。',
    },
    'forbidden-act': {
      title: '不可執行這項操作',
      detail: '以您的職位或本案目前的狀態，不能執行這項操作。',
      repair: '請重新整理頁面，依所列可執行的項目操作；如有疑義請洽應變中心值勤台。',
    },
    'not-found': {
      title: '查無資料',
      detail: '沒有這項資料，或您無權檢視。',
      repair: '請回到清單重新選取，並確認目前登入的職位。',
    },
    'case-changed': {
      title: '案件已被更新',
      detail: (p) =>
        p['who']
          ? `您操作的同時，${word(p['who'])}已更新本案${p['what'] ? `（${word(p['what'])}）` : ''}。您的操作尚未執行。`
          : '您操作的同時，本案已被更新。您的操作尚未執行。',
      repair: '您輸入的文字仍然保留；請看過最新內容後再決定是否送出。',
    },
    'draft-changed': {
      title: '草稿已在別處更新',
      detail: '這份草稿已在另一個視窗或裝置儲存過，沒有被覆蓋。',
      repair: '請比對兩份內容，選擇要保留的一份。',
    },
    conflict: {
      title: '與現有資料牴觸',
      detail: '這項操作與已儲存的資料牴觸，沒有執行。',
      repair: '請重新整理後確認目前的內容。',
    },
    'level-same': {
      title: '等級未變',
      detail: (p) => (p['level'] ? `本案目前已是 ${word(p['level'])} 級。` : '所選等級與目前等級相同。'),
      repair: '如要維持等級，請使用「確認等級」；如要變更，請選擇其他等級。',
    },
    'reason-required': {
      title: '請填寫理由',
      detail: '這項操作必須載明理由。',
      repair: '請以一句話說明理由後重送。',
    },
    'release-needs-solution': {
      title: '尚未填寫解決辦法',
      detail: '結報未載明解決辦法，不能解除列管。',
      repair: '請通報機關補填解決辦法，或退回結報並說明所缺。',
    },
    'release-needs-resolved-time': {
      title: '尚未填寫解決時間',
      detail: '結報未載明解決時間，不能解除列管。',
      repair: '請通報機關補填解決時間，或退回結報並說明所缺。',
    },
    'level-unconfirmed': {
      title: '等級尚未確認',
      detail: '本案的影響等級尚未經確認，不能解除列管。',
      repair: '請先確認影響等級。',
    },
    'not-recovered': {
      title: '尚無結報',
      detail: '本案尚無經接受的結報，不能解除列管。',
      repair: '請通報機關於復原後提出結報。',
    },
    'already-final': {
      title: '本案已結束',
      detail: '本案已結束列管，不能再執行這項操作。',
      repair: '如有新事證，請重新開啟本案或另行通報。',
    },
    'second-person-needed': {
      title: '須由另一人決定',
      detail: '這是您自己提出的作為；不論以哪個職位，都須由另一人同意。',
      repair: '請聯絡另一位有權同意的人，或收回您的提案。',
    },
    'not-independent': {
      title: '須由互不相干的兩人同意',
      detail:
        '提出者與同意者須是互不相干的兩個人。就任未滿七天、職位由提出者給予，或兩人的帳號在三十日內由其中一人或同一人建立或重設的，都不算。',
      repair: '請另一位管理人員同意；沒有其他人時，請機房以指令重設。',
    },
    'not-your-proposal': {
      title: '不是您的提案',
      detail: '只有提出者可以收回。',
      repair: '如不贊成，請選擇不同意並寫明理由。',
    },
    'already-proposed': {
      title: '已有相同的提案',
      detail: '同一類作為已在等候第二人同意。',
      repair: '請先決定或收回原提案。',
    },
    'nothing-proposed': {
      title: '提案已不在等候',
      detail: '這個提案已經決定、收回，或因案件變動而失效。',
      repair: '請重新檢視案件，如仍需要，請再提出。',
    },
    'proposer-gone': {
      title: '提出者已無此職權',
      detail: '提出這個作為的人已不再任該職位，或該職位已無此權限。',
      repair: '請選擇不同意，再由現任者重新提出。',
    },
    'already-held': {
      title: '已有保密命令',
      detail: '本案已登載偵查保密。',
      repair: '如命令有變動，請先解除，再重新登載。',
    },
    'stationing-stands': {
      title: '應變中心已因本案編成',
      detail: '本案已達 A 級或已下令進駐；在解除編成的決定之前，不能改由機關自行處理，也不必再次下令。',
      repair: '如情勢已緩和，請在應變中心頁面由有權者決定解除編成。',
    },
    'centre-stood-down': {
      title: '已經結束',
      detail: '應變中心已解除編成，或會議已經結束；紀錄不再增加。',
      repair: '請看最新的畫面；如須再次編成，由副召集人下令進駐。',
    },
    'not-held': {
      title: '沒有保密命令',
      detail: '本案目前沒有偵查保密。',
      repair: '請重新檢視案件。',
    },
    'case-held': {
      title: '偵查保密中，不能併案或列為同源',
      detail: '這樣會讓他人得知本案。',
      repair: '請於解除保密後再辦理。',
    },
    'no-such-step': {
      title: '沒有這一步',
      detail: '這個案件的應變程序沒有這一步。',
      repair: '請重新整理案件頁面。',
    },
    'not-your-part': {
      title: '這一步由他人負責',
      detail: '這一步是其他單位的部分；值勤台可以代為登載。',
      repair: '請洽負責單位或值勤台。',
    },
    'step-settled': {
      title: '這一步已有紀錄',
      detail: '這一步已完成、已略過或不再適用；或本來就是待辦。',
      repair: '請重新整理頁面，看是誰何時登載。',
    },
    'preparedness-ended': {
      title: '這次整備已經結束',
      detail: '發動的單位已結束這次事前整備，紀錄不再更動。',
      repair: '請看最新的畫面；仍須整備者，由危機通報分組另行發動。',
    },
    'procedure-same': {
      title: '與現行程序相同',
      detail: '提出的內容與現行的步驟完全一樣。',
      repair: '請修改內容後再送出；若他人剛改過，請先看版本紀錄。',
    },
    'support-not-asked': {
      title: '沒有等候您答覆的洽請',
      detail: '該組未被洽請這項支援，或已答覆過。',
      repair: '請重新整理案件頁面；需要時請協調者重新洽請。',
    },
    'already-asked': {
      title: '已經洽請過',
      detail: '這個組別已被洽請這項支援，尚未結束。',
      repair: '請等候答覆，或先收回洽請。',
    },
    'support-ended': {
      title: '不再需要',
      detail: '這項支援已經取消。',
      repair: '需要時請另提請求。',
    },
    'referral-not-open': {
      title: '沒有進行中的移送',
      detail: '沒有這項移送、已結束，或尚未送出。',
      repair: '請先開立並登載移送。',
    },
    'nothing-to-merge': {
      title: '沒有可併案的案件',
      detail: '所選案件中沒有可以併入的案件。',
      repair: '請選擇至少一件仍在列管中的案件。',
    },
    'nothing-to-link': {
      title: '不能列為同源',
      detail:
        '兩案須同為正式或同為演練、在同一體系內，且對方未認定為非資安事件、未撤回、未併案；取消同源則須原已列為同源。',
      repair: '請選擇另一件案件。',
    },
    'merge-into-itself': {
      title: '不能併入自己',
      detail: '併案的兩邊是同一件案件。',
      repair: '請選擇另一件案件。',
    },
    'swap-settled': {
      title: '這項換班已有結果',
      detail: '換班已同意、已婉拒或已收回，或其中的班次後來有變動。',
      repair: '請重新讀取值勤表，必要時另提換班。',
    },
    'not-on-duty': {
      title: '您目前不在值勤',
      detail: '交接紀錄由正在值勤或剛下班的人填寫。',
      repair: '請由值勤的人填寫；如值勤表有誤，請先更正值勤表。',
    },
    'no-holder': {
      title: '職位無人任職',
      detail: (p) =>
        p['post']
          ? `「${word(p['post'])}」目前無人任職或代理。`
          : '應處理或應受通知的職位目前無人任職或代理。',
      repair: '請先於通訊錄指派任職或代理人員，並以電話聯繫。',
    },
    'attachments-full': {
      title: '待附加檔案已滿',
      detail: (p) =>
        p['max'] ? `尚未隨通報送出的附件合計不得超過 ${word(p['max'])}。` : '尚未隨通報送出的附件已達上限。',
      repair: '請先移除不需要的附件，或直接送出通報；附件不影響通報送出，可於後續通報補上。',
    },
    'too-many-drafts': {
      title: '草稿已達上限',
      detail: (p) => (p['max'] ? `每人最多保留 ${word(p['max'])} 份草稿。` : '草稿已達上限。'),
      repair: '內容仍保留在這台裝置，可照常送出通報；請至首頁捨棄不需要的草稿。',
    },
    'too-many-requests': {
      title: '請求過於頻繁',
      detail: '來自您所在網路、未登入的請求過多，暫時放慢。',
      repair: '請稍候再試；已登入者的通報不受影響。緊急通報請改用電話。',
    },
    'attachment-too-large': {
      title: '附件過大',
      detail: (p) => (p['max'] ? `單一附件不得超過 ${word(p['max'])}。` : '附件超過大小上限。'),
      repair: '請壓縮或分割檔案後再上傳；附件不影響通報先行送出。',
    },
    unavailable: {
      title: '系統暫時無法服務',
      detail: '系統暫時無法回應；這項操作是否完成尚不確定。',
      repair: '請稍候重送，系統會以同一識別碼辨認，不會重複受理；緊急情形請改用電話通報。',
    },
    internal: {
      title: '系統發生錯誤',
      detail: '系統發生非預期的錯誤，已留下紀錄。',
      repair: '請稍後再試；若仍發生，請將要求編號告知系統管理人員。緊急情形請改用電話通報。',
    },
  },
  fields: {
    required: '此欄必填。',
    'unknown-field': (p) => `沒有「${word(p['key'])}」這個欄位。`,
    'wrong-type': (p) => `此欄須為${type(p)}。`,
    'bad-choice': (p) =>
      p['choices'] ? `請選擇下列其中一項：${word(p['choices'])}。` : '請選擇所列的其中一項。',
    'too-long': (p) => `此欄最多 ${word(p['max'])} 個字元。`,
    'too-short': (p) => `此欄至少 ${word(p['min'])} 個字元。`,
    'too-many': (p) => `最多 ${word(p['max'])} 項。`,
    'too-few': (p) => `至少 ${word(p['min'])} 項。`,
    'too-large': (p) => `不得大於 ${word(p['max'])}。`,
    'too-small': (p) => `不得小於 ${word(p['min'])}。`,
    'not-whole-number': '請填整數。',
    'not-text': '含有無法顯示的控制字元，請刪除後重填（可改以純文字貼上）。',
    'bad-format': '格式不正確。',
    'bad-id': '識別碼格式不正確。',
    'bad-date': '不是存在的日期或時間，例如 115/11/22 09:42。',
    'bad-ip': '不是正確的 IP 位址，例如 192.0.2.10 或 2001:db8::10。',
    'bad-domain': '不是正確的網域名稱，例如 www.agency.example。',
    'bad-url': '網址須以 http:// 或 https:// 開頭。',
    'bad-email': '不是正確的電子郵件信箱，例如 name@agency.example。',
    'bad-phone': '不是正確的電話號碼，例如 02-0000-1234 轉 12。',
    'in-the-future': '時間不得晚於現在。',
    'in-the-past': '時間已經過去。',
    'before-occurrence': '時間不得早於發生時間。',
    'before-awareness': '時間早於知悉時間。請檢查兩者之一，或把知悉時間標為「約」或「尚不清楚」，即可送出。',
    'before-notice': '時間不得早於通知發出的時間。',
    'no-authority': '只有機制所列的檢察、調查與警政機關可因此查看本案；其他機關請寫在命令機關欄，此欄留空。',
    'not-a-holder': '此人在這段班次期間並未全程擔任此職位。',
    'serves-already': '此人在同一時間已排有另一班。',
    duplicate: '內容重複。',
    invalid: '內容不符規定。',
    'duplicate-key': (p) => `「${word(p['key'])}」重複出現。`,
    'forbidden-key': (p) => `不接受「${word(p['key'])}」這個名稱。`,
    'lone-surrogate': '含有不完整的字元。',
    'bad-utf8': '內容不是 UTF-8 編碼。',
    'bad-syntax': (p) => `第 ${word(p['line'])} 行第 ${word(p['column'])} 字起不是正確的 JSON。`,
    'trailing-text': (p) => `第 ${word(p['line'])} 行第 ${word(p['column'])} 字起有多餘的內容。`,
    'bad-number': '數字超出可表示的範圍。',
    'too-deep': (p) => `層次不得超過 ${word(p['max'])} 層。`,
    'too-many-keys': (p) => `欄位與項目合計不得超過 ${word(p['max'])} 個。`,
  },
} satisfies {
  problems: Record<ErrorCode, ProblemText>;
  fields: Record<FieldErrorCode, Text>;
};
