/** What comes in by SMS: answers with a code, which confirm a notice, and receipts. */
import { directorySnapshot } from '../directory/index.ts';
import { channels as en } from '../locales/en/channels.ts';
import { isLang } from '../locales/index.ts';
import { channels as zh } from '../locales/zh-Hant/channels.ts';
import { packByHash } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import type { Delivered } from '../platform/smpp-pdu.ts';
import { read, write } from '../platform/transaction.ts';
import { FALLBACKS, internationalNumber, SMS_LANE } from './channel-rules.ts';
import { channelsOf } from './channels.ts';
import { matchCode, spendCode } from './sms-codes.ts';
import { failReceived, noteReceived } from './store.ts';

const WORDS = { 'zh-Hant': zh, en } as const;

export interface SmsIntakeOptions {
  /** Confirms a notice for a person; false when he may not (any more). Safe to repeat. */
  readonly acknowledge: (personId: string, noticeId: string) => Promise<boolean>;
  /** Sends a short answer back; may fail. */
  readonly reply: (to: string, text: string) => Promise<void>;
}

/** States after which a message will not arrive any more. */
const LOST = new Set(['UNDELIV', 'EXPIRED', 'DELETED', 'REJECTD']);

/**
 * Takes what the gateway brings. An answer confirms only with the code that went to its sender's own number, only while
 * the person holds the post, once; a wrong one is counted and never answered. Rejects when it could not be written, so
 * that the gateway brings it again.
 */
export function smsIntake(ctx: AppContext, options: SmsIntakeOptions): (one: Delivered) => Promise<void> {
  return async (one) => {
    if (one.receipt) return takeReceipt(ctx, one.receipt);
    // Gateways leave the + out, and some the country: both are the same telephone.
    const { smsCountry } = ctx.config.channels;
    const from = internationalNumber(one.from, smsCountry);
    if (from === null) return;
    const answer = await write(ctx.database, SYSTEM, ctx.clock, (tx) => matchCode(tx, from, one.text));
    // Neither number nor text in the log: both are personal.
    if (answer.means !== 'confirmed') {
      if (answer.means === 'guessing') ctx.log.warn({ room: 'delivery' }, 'codes by SMS are being guessed');
      return;
    }
    const isConfirmed = await options.acknowledge(answer.personId, answer.noticeId);
    await write(ctx.database, SYSTEM, ctx.clock, (tx) => spendCode(tx, answer.deliveryId));
    const lang = await read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
      const language = (await directorySnapshot(ctx, tx)).persons.get(answer.personId)?.language ?? '';
      return isLang(language) ? language : 'zh-Hant';
    });
    const t = WORDS[lang].sms;
    await options.reply(from, isConfirmed ? t.confirmed : t.notConfirmed).catch(() => undefined);
  };
}

/** A receipt: it arrived, or it never will; then it has failed after all, and what cannot wait goes another way. */
async function takeReceipt(
  ctx: AppContext,
  { messageId, state }: { readonly messageId: string; readonly state: string },
): Promise<void> {
  const take = () =>
    write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
      if (state === 'DELIVRD') return noteReceived(tx, SMS_LANE, messageId);
      if (!LOST.has(state)) return true;
      const directory = await directorySnapshot(ctx, tx);
      const isKnown = await failReceived(tx, SMS_LANE, messageId, async (row) => {
        const pack = await packByHash(ctx, tx, row.packHash);
        const top = Math.max(...pack.levels.map((level) => level.rank));
        const person = row.personId === null ? undefined : directory.persons.get(row.personId);
        if (!person || !(row.urgent || row.rank >= top)) return [];
        return channelsOf(ctx, person, FALLBACKS).filter((way) => way.channel !== 'sms');
      });
      if (isKnown) {
        tx.afterCommit(() => {
          ctx.signals.emit('facts');
          ctx.signals.emit('deliveries');
        });
      }
      return isKnown;
    });
  // A quick gateway's receipt may be here before its answer to the message is written.
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    if (await take()) return;
    await new Promise((resolve) => setTimeout(resolve, 250 * attempt));
  }
}
