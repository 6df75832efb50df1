/** 告知帳號發生何事的信件。 */
export const accountMail = {
  'recovery-asked': {
    subject: '有人為您申請帳號復原',
    body: '貴機關或中心的管理員為您的帳號申請「復原」，須再由另一位管理員核准。核准後，您原有的通行金鑰與密碼都會失效。',
  },
  'recovery-approved': {
    subject: '您的帳號已重新設定',
    body: '您的帳號復原已核准：原有的通行金鑰、驗證碼與密碼都已失效，所有登入都已結束。核准的管理員會親自交給您一個 15 分鐘內有效的連結，信件不會附上連結。',
  },
  doubt: (phone: string): string => `如果您沒有要求這件事，請立即致電值勤台：${phone}`,
  footer: '本信由系統寄出，請勿回覆。',
};
