/** Words of short messages, push, digests and faxes, and of the page on which the ways to people are looked after. */

export const channels = {
  name: { mail: '電子郵件', push: '應用程式推播', sms: '簡訊', webhook: '閘道', fax: '傳真' },
  kind: { voice: '語音閘道', chat: '訊息閘道' },
  exercise: '【演練】',
  sms: {
    brand: '警鐘',
    level: (label: string): string => label,
    answer: (code: string): string => `回覆 ${code} 即簽收`,
    signIn: '請登入檢視',
    call: (phone: string): string => `或電 ${phone}`,
    confirmed: '警鐘 已簽收。',
    notConfirmed: '警鐘 此通知已不需您簽收，請登入查看或來電。',
    /** Behind walls: not even the number. */
    walled: '您有一則通知',
    due: (time: string): string => `${time}前`,
  },
  push: {
    walledTitle: '警鐘',
    walledBody: '您有一則通知，請登入檢視。',
  },
  digest: {
    subject: (count: number): string => `${count} 則通知`,
    intro: (count: number): string =>
      `以下 ${count} 則通知於短時間內陸續產生，合併為一封寄送；每一則仍須各自處理。`,
    line: (subject: string, due: string): string => (due === '' ? subject : `${subject}（期限 ${due}）`),
    asked: '請您',
    link: '登入後逐則檢視並簽收：',
  },
  fax: {
    title: '通知單',
    opening: '傳真不等於簽收；請登入後按「簽收」，或以電話回覆值勤台。',
    mailSubject: (number: string): string => `傳真：${number}`,
    mailText: '附件為應傳真之通知單。',
  },
  test: {
    subject: '測試通知',
    body: '這是一則測試訊息，由您本人於「行政管理」送出。並無任何事件，不必回覆。',
  },
};
