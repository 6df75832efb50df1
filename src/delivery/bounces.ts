/**
 * Mails that were accepted and came back: a small SMTP listener for the address notices are sent from. A bounce makes the
 * delivery it names a failed one, so that the desk sees it and what cannot wait goes another way. Whoever forges one
 * makes us tell somebody twice, nothing else.
 */
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { directorySnapshot } from '../directory/index.ts';
import { packByHash } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { write } from '../platform/transaction.ts';
import { FALLBACKS } from './channel-rules.ts';
import { channelsOf } from './channels.ts';
import { senderOf } from './mail.ts';
import { failBounced } from './store.ts';

/** No report of a failed delivery is longer. */
const MOST_BYTES = 1_000_000;
const OWN_ID = /<([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@/gi;

/**
 * The deliveries a mail says have failed for good (RFC 3464): ids of ours in the report's copy of the mail. Empty for
 * anything else: answers of people, "later" (4.x.x), success.
 */
export function bouncedIds(mail: Email): string[] {
  const said = mail.attachments.map(({ mimeType, content }) => ({
    mimeType,
    text: typeof content === 'string' ? content : Buffer.from(content as ArrayBuffer).toString('utf8'),
  }));
  const report = said.find(({ mimeType }) => mimeType === 'message/delivery-status')?.text ?? '';
  if (!/^action:\s*failed\s*$/im.test(report) && !/^status:\s*5\.\d+\.\d+/im.test(report)) return [];
  const original = said
    .filter(({ mimeType }) => ['message/rfc822', 'text/rfc822-headers'].includes(mimeType))
    .map(({ text }) => /^message-id:\s*(<[^>]+>)/im.exec(text)?.[1] ?? '');
  const named = `${original.join(' ')} ${/^original-message-id:\s*(<[^>]+>)/im.exec(report)?.[1] ?? ''}`;
  return [...new Set([...named.matchAll(OWN_ID)].map(([, id = '']) => id.toLowerCase()))];
}

/** Takes one bounce: what it names has failed after all. */
async function take(ctx: AppContext, raw: Buffer): Promise<void> {
  const ids = bouncedIds(await PostalMime.parse(raw, { forceRfc822Attachments: true }));
  for (const id of ids) {
    await write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
      const directory = await directorySnapshot(ctx, tx);
      await failBounced(tx, id, async (row) => {
        const pack = await packByHash(ctx, tx, row.packHash);
        const top = Math.max(...pack.levels.map((level) => level.rank));
        const person = row.personId === null ? undefined : directory.persons.get(row.personId);
        if (!person || !(row.urgent || row.rank >= top)) return [];
        return channelsOf(
          ctx,
          person,
          FALLBACKS.filter((channel) => channel !== 'mail'),
        );
      });
      tx.afterCommit(() => {
        ctx.signals.emit('facts');
        ctx.signals.emit('deliveries');
      });
    });
  }
}

/** Listens for mails that come back. `port` tells where, once `listening` has settled. */
export function startBounces(ctx: AppContext, at: { readonly host: string; readonly port: number }) {
  const own = senderOf(ctx.config.mailFrom, 'en').address.toLowerCase();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    size: MOST_BYTES,
    maxClients: 20,
    socketTimeout: 20_000,
    closeTimeout: 500,
    onRcptTo({ address }, _session, done) {
      if (address.toLowerCase() === own) done();
      else done(Object.assign(new Error('nobody here by that name'), { responseCode: 550 }));
    },
    onData(stream, _session, done) {
      buffer(stream)
        .then((raw) =>
          stream.sizeExceeded
            ? Promise.reject(Object.assign(new Error('too long'), { responseCode: 552 }))
            : take(ctx, raw),
        )
        .then(
          () => done(),
          (error: { responseCode?: number }) => {
            if (error.responseCode === undefined)
              ctx.log.warn({ err: error, room: 'delivery' }, 'a mail that came back could not be taken');
            done(Object.assign(new Error('later, please'), { responseCode: error.responseCode ?? 451 }));
          },
        );
    },
  });
  server.on('error', (error) => ctx.log.warn({ err: error, room: 'delivery' }, 'listening for bounces'));
  const listening = new Promise<number>((resolve) => {
    server.listen(at.port, at.host, () => {
      const address = server.server.address();
      resolve(typeof address === 'object' && address ? address.port : at.port);
    });
  });
  return { listening, stop: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}
