/** 換班與班表異動的信件與推播。不載人名；國防體系者連職位與時間都不載。 */
export const rosterMail = {
  'swap-asked': {
    subject: '有人請您接班',
    body: (post: string, span: string): string =>
      `同一職位的同仁請您接下這一班：\n\n${post}　${span}\n\n在您同意之前，班表不會改變。請登入後同意或婉拒。`,
    walled: '同一職位的同仁請您接一班。在您同意之前，班表不會改變。請登入後同意或婉拒。',
  },
  'swap-agreed': {
    subject: '換班已獲同意',
    body: (post: string, span: string): string => `您提出的換班已獲同意，班表已更改：\n\n${post}　${span}`,
    walled: '您提出的換班已獲同意，班表已更改。',
  },
  'swap-refused': {
    subject: '換班被婉拒，仍由您值勤',
    body: (post: string, span: string): string =>
      `您提出的換班被婉拒，這一班仍由您值勤：\n\n${post}　${span}`,
    walled: '您提出的換班被婉拒，這一班仍由您值勤。',
  },
  'swap-withdrawn': {
    subject: '換班的請求已收回',
    body: (post: string, span: string): string =>
      `請您接班的同仁已收回請求，您不必處理：\n\n${post}　${span}`,
    walled: '請您接班的同仁已收回請求，您不必處理。',
  },
  'shift-given': {
    subject: '您的班表已改動',
    body: (post: string, span: string): string =>
      `排班者指定換班，您的班表已改動。有關的一班：\n\n${post}　${span}\n\n請登入核對您的班表。`,
    walled: '排班者指定換班，您的班表已改動。請登入核對。',
  },
  footer: '本信由系統寄出，請勿回覆。',
};
