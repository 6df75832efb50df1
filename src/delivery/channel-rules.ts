/** The ways to a person besides mail: which lane, which address, what comes next. Pure. */
import type { NoticeChannel } from '../mechanism/vocabulary.ts';

/** The lanes that are not mail relays. A webhook's lane ends in its receiver's id. */
export const PUSH_LANE = 'push';
export const SMS_LANE = 'sms:gateway';
export const FAX_LANE = 'fax';
export const webhookLane = (id: string): string => `webhook:${id}`;

/** The channel a lane belongs to; whatever names none is a mail relay. */
export function channelOfLane(lane: string): NoticeChannel {
  if (lane === PUSH_LANE || lane === FAX_LANE) return lane;
  if (lane.startsWith('sms:')) return 'sms';
  return lane.startsWith('webhook:') ? 'webhook' : 'mail';
}

/** What is tried after the other when an A cannot be brought (FLT-7). */
export const FALLBACKS: readonly NoticeChannel[] = ['mail', 'push', 'sms', 'webhook', 'fax'];

/** Reads full-width digits as digits; anything else stays. */
const narrow = (text: string): string => text.normalize('NFKC');

/**
 * A telephone number as gateways take it: digits with the country in front, without `+`; null when it is no such number
 * (extensions, words, too short). `0912-345-678` under 886 is `886912345678`.
 */
export function internationalNumber(given: string, country: string): string | null {
  const text = narrow(given).trim();
  if (!/^\+?[\d\s().-]+$/.test(text)) return null;
  const digits = text.replace(/\D/g, '');
  const whole = text.startsWith('+')
    ? digits
    : digits.startsWith('00')
      ? digits.slice(2)
      : digits.startsWith('0')
        ? country + digits.slice(1)
        : digits;
  return /^[1-9]\d{7,14}$/.test(whole) ? whole : null;
}
