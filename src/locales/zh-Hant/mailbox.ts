/** The demonstration's mailbox: what was mailed, to be read without a mail program. */
export const mailbox = {
  title: '展示信箱',
  lead: '展示國家寄出的每一封信，依真正的 SMTP 送達後列在這裡；沒有一封離開這台機器。',
  empty: '還沒有信件',
  emptyHelp: '送出通報或對案件採取行動後，通知信會在幾秒內出現。',
  to: '收件者',
  from: '寄件者',
  subject: '主旨',
  received: '收到',
  choose: '選一封信來讀',
  search: '收件者或主旨',
  headers: '信件標頭',
  back: '回清單',
};
