/** Trying a way out: asked for by a person, to himself, worked off by whoever sends. Each trial is kept. */
import { v7 as uuid } from 'uuid';
import { directorySnapshot } from '../directory/index.ts';
import { channels as en } from '../locales/en/channels.ts';
import { isLang, type Lang } from '../locales/index.ts';
import { channels as zh } from '../locales/zh-Hant/channels.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { MailFault, type MailTransport } from '../platform/mail.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import { channelOfLane, internationalNumber, webhookLane } from './channel-rules.ts';
import { channelsOf, relayFor } from './channels.ts';
import { devicesOf } from './devices.ts';
import { messageIdOf, senderOf } from './mail.ts';
import type { Parcel } from './parcels.ts';
import { classify, plainAddress } from './rules.ts';
import { WayFault, type Ways } from './ways.ts';

const WORDS = { 'zh-Hant': zh, en } as const;
/** Nobody tries more often than so, per lane, in ms. */
const AGAIN_AFTER = 10_000;

/** One trial as it stands. */
export interface ChannelTest {
  readonly lane: string;
  readonly askedAt: Date;
  readonly doneAt: Date | null;
  readonly ok: boolean | null;
  readonly reason: string | null;
}

/** Asks for a trial; false when one was asked for a moment ago. */
export async function askTest(tx: Tx, personId: string, lane: string): Promise<boolean> {
  await tx.prepared('channel-test-lock', 'select pg_advisory_xact_lock(hashtextextended($1, 17))', [
    `${personId} ${lane}`,
  ]);
  const rows = await tx.prepared(
    'channel-test-ask',
    `insert into channel_tests (id, person_id, lane, asked_at) select $1, $2, $3, $4
     where not exists (select 1 from channel_tests where person_id = $2 and lane = $3 and asked_at > $5) returning id`,
    [uuid(), personId, lane, tx.now, new Date(tx.now.getTime() - AGAIN_AFTER)],
  );
  return rows.length > 0;
}

/** The last trial of each lane by this person. */
export function ownTests(tx: Tx, personId: string): Promise<ChannelTest[]> {
  return tx.prepared<ChannelTest & Record<string, unknown>>(
    'channel-tests',
    `select distinct on (lane) lane, asked_at as "askedAt", done_at as "doneAt", ok, reason
     from channel_tests where person_id = $1 order by lane, asked_at desc`,
    [personId],
  );
}

interface Waiting extends Record<string, unknown> {
  readonly id: string;
  readonly personId: string;
  readonly lane: string;
}

/** Works off what was asked for. Returns how many. */
export async function runTests(ctx: AppContext, transport: MailTransport, ways: Ways): Promise<number> {
  const waiting = await write(ctx.database, SYSTEM, ctx.clock, (tx) =>
    tx.prepared<Waiting>(
      'channel-test-take',
      `update channel_tests set taken_at = $1 where id in (
         select id from channel_tests where taken_at is null order by asked_at limit 5 for update skip locked)
       returning id, person_id as "personId", lane`,
      [tx.now],
    ),
  );
  await Promise.all(
    waiting.map(async (test) => {
      const reason = await tryOut(ctx, transport, ways, test).catch((error: unknown) => {
        if (error instanceof WayFault) return error.verdict.reason;
        if (error instanceof MailFault) return classify(error).reason;
        ctx.log.error({ err: error }, 'a trial of a way failed');
        return 'relay-unreachable';
      });
      await write(ctx.database, SYSTEM, ctx.clock, (tx) =>
        tx.prepared(
          'channel-test-done',
          'update channel_tests set done_at = $2, ok = $3, reason = $4 where id = $1',
          [test.id, tx.now, reason === null, reason],
        ),
      );
    }),
  );
  return waiting.length;
}

/** Sends the trial; null when it was taken, else why not. */
async function tryOut(
  ctx: AppContext,
  transport: MailTransport,
  ways: Ways,
  { id, personId, lane }: Waiting,
): Promise<string | null> {
  const { channels, mailFrom, publicUrl } = ctx.config;
  const channel = channelOfLane(lane);
  const { person, devices, now } = await read(ctx.database, SYSTEM, ctx.clock, async (tx) => ({
    person: (await directorySnapshot(ctx, tx)).persons.get(personId),
    devices: (await devicesOf(tx, [personId])).get(personId) ?? [],
    now: tx.now,
  }));
  if (!person) return 'no-address';
  const lang: Lang = isLang(person.language) ? person.language : 'zh-Hant';
  const t = WORDS[lang].test;
  const mail = (to: string) => ({
    from: senderOf(mailFrom, lang),
    to,
    subject: t.subject,
    text: `${t.body}\n`,
    messageId: messageIdOf(id, publicUrl),
    date: now,
    headers: { 'Auto-Submitted': 'auto-generated' },
  });
  if (channel === 'mail') {
    const to = plainAddress(person.email.trim());
    if (to === null) return 'no-address';
    await transport.send(lane, mail(to));
    return null;
  }
  if (channel === 'push' && devices.length === 0) return 'no-device';
  // The devices were just read; what this process remembers of them may be older.
  if (channel !== 'push' && !channelsOf(ctx, person, [channel]).some((way) => way.lane === lane))
    return 'no-address';
  const number = (given: string) => internationalNumber(given, channels.smsCountry);
  const parcel = ((): Exclude<Parcel, { kind: 'mail' }> | null => {
    switch (channel) {
      case 'push':
        return {
          kind: 'push',
          devices,
          payload: JSON.stringify({ title: t.subject, body: t.body, lang, path: '/security', urgent: false }),
          topic: id.replaceAll('-', ''),
          urgent: false,
        };
      case 'sms': {
        const to = number(person.mobile);
        return to === null ? null : { kind: 'sms', to, text: `${WORDS[lang].sms.brand} ${t.body}` };
      }
      case 'webhook': {
        const receiver = channels.webhooks.find((one) => webhookLane(one.id) === lane);
        const digits = number(person.mobile) ?? number(person.phone);
        if (!receiver) return null;
        const to = receiver.kind === 'voice' ? { phone: digits && `+${digits}` } : { mail: person.email };
        const data = { kind: receiver.kind, to, language: lang, text: t.body };
        return {
          kind: 'webhook',
          receiver,
          id,
          body: JSON.stringify({ type: 'test', timestamp: now.toISOString(), data }),
        };
      }
      default: {
        const to = number(person.fax);
        if (to === null || channels.faxDomain === undefined) return null;
        const address = `${to}@${channels.faxDomain}`;
        return {
          kind: 'fax',
          relay: relayFor(ctx.config, address),
          mail: mail(address),
          sheet: { lang, title: t.subject, number: '', exercise: false, lines: [t.body], at: now },
        };
      }
    }
  })();
  if (!parcel) return 'no-address';
  await ways.send(parcel);
  return null;
}
