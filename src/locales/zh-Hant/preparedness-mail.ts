/** 事前整備的信件與推播：要做什麼、何時以前，不載發動的理由（S7.9.7.5）。 */
export const preparednessMail = {
  'prepare-called': {
    subject: (due: string): string => `事前整備：請於${due}前辦理`,
    body: (post: string, due: string): string =>
      `應變中心發動事前整備，請${post}先行確認收到，並於${due}前逐項辦理，登入後登載結果；不能辦理者請載明理由。`,
  },
  'prepare-informed': {
    subject: (): string => '事前整備：所轄機關已受通知',
    body: (_post: string, due: string): string =>
      `應變中心已請貴機關主管之機關進行事前整備，期限${due}。此為知會，不必回覆；登入後可查看各機關辦理情形。`,
  },
  'prepare-reminded': {
    subject: (due: string): string => `提醒：事前整備尚待回覆（期限${due}）`,
    body: (post: string, due: string): string =>
      `事前整備尚有事項未經${post}確認或登載，期限${due}。請登入後辦理。`,
  },
  'prepare-extended': {
    subject: (due: string): string => `事前整備的期限改為${due}`,
    body: (_post: string, due: string): string =>
      `事前整備的期限已更改為${due}。已登載的事項不受影響，其餘請於新期限前辦理。`,
  },
  'prepare-ended': {
    subject: (): string => '事前整備已結束',
    body: (): string => '應變中心已結束這次事前整備，不必再登載；已完成的措施請依貴機關判斷維持或恢復。',
  },
  drill: (subject: string): string => `【演練】${subject}`,
  drillBody: '※ 這是演練。',
  footer: '本信由系統寄出，請勿回覆。',
};
