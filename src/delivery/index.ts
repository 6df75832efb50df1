/** What other rooms may use of delivery. */
import { type MailSettings, relaysOf } from '../platform/mail.ts';
import { relayOf } from './rules.ts';

export { type LetterKind, sendLetter } from './letter.ts';
export { sayReason } from './mail.ts';
export {
  type CaseNotice,
  countWaiting,
  type DeliveryRow,
  findNotice,
  type NoticeRow,
  noticesOfCase,
} from './notice-store.ts';
export { noticeViews, readerOf } from './notices.ts';
export { deliveryRoutes } from './routes.ts';
export { type NoticeStatus, noticeStatus, plainAddress } from './rules.ts';
export { isWorked, refreshFailedNotices } from './store.ts';
export { type DeliveryWorker, deliverDue, startDeliveryWorker } from './worker.ts';

const routesOf = new WeakMap<MailSettings, ReadonlyMap<string, string>>();

/** The relay a mail to this address goes by; stored with the delivery. */
export function relayFor(config: MailSettings, address: string): string {
  const routes = routesOf.get(config) ?? relaysOf(config).byDomain;
  routesOf.set(config, routes);
  return relayOf(routes, address);
}
