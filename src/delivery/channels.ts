/** By which ways a person can be reached now, and on which lane each of them is sent. */
import type { SnapshotPerson } from '../directory/index.ts';
import type { NoticeChannel } from '../mechanism/vocabulary.ts';
import type { AppContext } from '../platform/context.ts';
import { type MailSettings, relaysOf } from '../platform/mail.ts';
import { FAX_LANE, internationalNumber, PUSH_LANE, SMS_LANE, webhookLane } from './channel-rules.ts';
import { hasDevice } from './devices.ts';
import { relayOf } from './rules.ts';

/** One way to a person. */
export interface Way {
  readonly channel: NoticeChannel;
  /** Stored as `deliveries.relay`. */
  readonly lane: string;
}

const routesOf = new WeakMap<MailSettings, ReadonlyMap<string, string>>();

/** The relay a mail to this address goes by; stored with the delivery. */
export function relayFor(config: MailSettings, address: string): string {
  const routes = routesOf.get(config) ?? relaysOf(config).byDomain;
  routesOf.set(config, routes);
  return relayOf(routes, address);
}

/** The addresses a person has, as the directory's copy holds them. */
export type Reachable = Pick<SnapshotPerson, 'id' | 'email' | 'phone' | 'mobile' | 'fax'>;

/**
 * Which of the asked channels can reach this person now, in the order asked, and by which lanes: a webhook by every
 * receiver that has an address of his, anything else by one. Mail is always there, so that a person without an address
 * becomes a failure somebody sees. What is not set up, or has no address, is left out. Cheap: asks no database.
 */
export function channelsOf(ctx: AppContext, person: Reachable, channels: readonly NoticeChannel[]): Way[] {
  return channels.flatMap((channel) => lanesOf(ctx, person, channel).map((lane) => ({ channel, lane })));
}

function lanesOf(ctx: AppContext, person: Reachable, channel: NoticeChannel): string[] {
  const { smpp, smsCountry, webhooks, faxDomain } = ctx.config.channels;
  const isNumber = (text: string) => internationalNumber(text, smsCountry) !== null;
  switch (channel) {
    case 'mail':
      return [relayFor(ctx.config, person.email)];
    case 'push':
      return hasDevice(ctx, person.id) ? [PUSH_LANE] : [];
    case 'sms':
      return smpp && isNumber(person.mobile) ? [SMS_LANE] : [];
    case 'fax':
      return faxDomain !== undefined && isNumber(person.fax) ? [FAX_LANE] : [];
    case 'webhook':
      return webhooks
        .filter(({ kind }) =>
          kind === 'voice' ? isNumber(person.mobile) || isNumber(person.phone) : person.email !== '',
        )
        .map(({ id }) => webhookLane(id));
  }
}
