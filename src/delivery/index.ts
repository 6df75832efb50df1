/** What other rooms may use of delivery. */
export { channelRoutes } from './channel-routes.ts';
export { channelsOf, relayFor, type Way } from './channels.ts';
export { type PrepareLetter, writeDutyLetters } from './duty-letters.ts';
export { type LetterKind, sendLetter } from './letter.ts';
export { sayReason } from './mail.ts';
export {
  type CaseNotice,
  type DeliveryRow,
  findNotice,
  type NoticeRow,
  noticesOfCase,
} from './notice-store.ts';
export { countWaiting, noticeViews, readerOf } from './notices.ts';
export { deliveryRoutes } from './routes.ts';
export { type NoticeStatus, noticeStatus, plainAddress } from './rules.ts';
export { startDeliveries, startDevices } from './service.ts';
export { isWorked, refreshFailedNotices } from './store.ts';
export { type DeliveryWorker, deliverDue, startDeliveryWorker } from './worker.ts';
