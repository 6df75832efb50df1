/** The demonstration's own mail relay: a real SMTP server on loopback whose mails can be read on a page. */
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { cursorTime, decodeCursor, encodeCursor } from '../platform/http/cursor.ts';
import { read, write } from '../platform/transaction.ts';
import type { MailView, mailList } from './contract.ts';

/** A mail as kept. */
export interface KeptMail {
  readonly recipient: string;
  readonly sender: string;
  readonly subject: string;
  readonly body: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly messageId: string;
  readonly at: Date;
}

/** Keeps a mail for the page. */
export async function keepMail(ctx: AppContext, mail: KeptMail): Promise<void> {
  const { messageId, ...rest } = mail;
  await write(ctx.database, SYSTEM, ctx.clock, (tx) =>
    tx.insert({ demo_mails: [{ id: uuid(), message_id: messageId, ...rest }] }),
  );
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Starts the relay; mails that come before `attach` wait for it. */
export async function startRelay(): Promise<{
  url: string;
  attach(ctx: AppContext): void;
  stop(): Promise<void>;
}> {
  let attached: (ctx: AppContext) => void = () => undefined;
  const context = new Promise<AppContext>((resolve) => {
    attached = resolve;
  });
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onData(stream, session, callback) {
      (async () => {
        const mail = await PostalMime.parse(await bytesOf(stream));
        const ctx = await context;
        for (const { address } of session.envelope.rcptTo) {
          await keepMail(ctx, {
            recipient: address,
            sender: mail.from?.address ?? '',
            subject: mail.subject ?? '',
            body: mail.text ?? '',
            headers: mail.headers.map(({ key, value }) => ({ name: key, value })),
            messageId: mail.messageId ?? '',
            at: new Date(),
          });
        }
      })().then(
        () => callback(),
        (error: Error) => callback(error),
      );
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.server.address() as { port: number };
  return {
    url: `smtp://127.0.0.1:${port}`,
    attach: attached,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A page of the mailbox, newest first. */
export async function listMails(
  ctx: AppContext,
  query: { q?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<z.infer<typeof mailList>> {
  const scope = ['demo-mails', query.q ?? ''] as const;
  const after = decodeCursor(scope, z.tuple([cursorTime, z.guid()]), query.cursor);
  const rows = await read(ctx.database, SYSTEM, ctx.clock, (tx) => {
    let found = tx.db
      .selectFrom('demo_mails')
      .selectAll()
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit + 1);
    const q = query.q?.trim();
    if (q) {
      const like = `%${q.replaceAll(/[\\%_]/g, '\\$&')}%`;
      found = found.where((either) =>
        either.or([either('recipient', 'ilike', like), either('subject', 'ilike', like)]),
      );
    }
    if (after) {
      found = found.where((where) =>
        where(where.refTuple('at', 'id'), '<', where.tuple(new Date(after[0]), after[1])),
      );
    }
    return found.execute();
  });
  const items = rows.slice(0, query.limit).map(
    (row): MailView => ({
      id: row.id,
      to: row.recipient,
      from: row.sender,
      subject: row.subject,
      text: row.body,
      headers: row.headers as MailView['headers'],
      messageId: row.message_id,
      at: row.at.toISOString(),
    }),
  );
  const last = items.at(-1);
  return {
    items,
    nextCursor: rows.length > query.limit && last ? encodeCursor(scope, [last.at, last.id]) : null,
  };
}
