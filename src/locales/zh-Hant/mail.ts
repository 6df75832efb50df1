/** Words of the mails the system sends, and of how a delivery stands. */

export const mail = {
  sender: '警鐘',
  exercise: {
    prefix: '【演練】',
    band: '＝＝＝　演練　本信為演練通知，並非真實事件　＝＝＝',
  },
  asked: (what: string): string => `請您：${what}`,
  due: (roc: string, iso: string): string => `期限：${roc}（${iso}）`,
  phone: (phone: string): string => `值勤台電話：${phone}`,
  closedPhone: (phone: string): string => `請電洽：${phone}`,
  link: {
    acknowledge: '登入後簽收：',
    read: '登入後檢視：',
  },
  opening: '開啟連結不等於簽收；請登入後按「簽收」。無法登入時，請改以電話回覆。',
  standIn: '本通知原應送達之職位目前無人擔任，故改送台端代為處理。',
  footer: '本信由系統自動寄出，請勿直接回覆。',
  reason: {
    refused: '對方郵件伺服器拒收',
    deferred: '對方郵件伺服器請稍後再送，將自動重試',
    'relay-refuses': '郵件轉送主機拒絕本系統寄信，將自動重試',
    'relay-unreachable': '連不上郵件轉送主機，將自動重試',
    'relay-silent': '郵件轉送主機沒有回應，將自動重試',
    'cut-off': '傳送中斷，無法確定是否送達，將以同一封信重送',
    'bad-address': '電子郵件地址不正確',
    'no-address': '沒有登錄電子郵件地址',
    nobody: '職位無人擔任，也沒有可代理的人',
    expired: '一直無法送達，已停止重試',
    'not-holder': '已不擔任此職位，改通知現任者',
    'shut-out': '帳號已停用；改通知目前的任職者',
    'no-right': '已無權知悉此案，不再寄送',
    closed: '通知已結束，不再寄送',
  },
  reasonWithCode: (words: string, code: string): string => `${words}（代碼 ${code}）`,
};
