/** The inbox of a person's posts over HTTP. Confirming a notice is the cases' own act. */
import { z } from 'zod';
import { actorOf, signedIn } from '../identity/index.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import {
  type CursorScope,
  cursorInt,
  cursorTime,
  decodeCursor,
  encodeCursor,
} from '../platform/http/cursor.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { read, write } from '../platform/transaction.ts';
import { inboxQuery, inboxView, noticeView } from './contract.ts';
import {
  countOpen,
  findShown,
  type InboxKeys,
  type InboxRow,
  inboxRows,
  markOpened,
} from './notice-store.ts';
import { noticeViews, readerOf, withReached } from './notices.ts';

const flag = z.union([z.literal(0), z.literal(1)]);
const cursorKeys = z.tuple([cursorTime, flag, flag, cursorInt, z.int(), cursorTime, z.uuid()]);

function keysOf([asOf, waits, overdue, gravity, near, madeAt, id]: z.output<typeof cursorKeys>): InboxKeys {
  return { asOf, waits, overdue, gravity, near, madeAt, id };
}

function cursorOf(row: InboxRow, asOf: string): z.output<typeof cursorKeys> {
  const { waits, overdue, gravity, near, madeAt, id } = row;
  return [asOf, waits as 0 | 1, overdue as 0 | 1, gravity, near, madeAt.toISOString(), id];
}

/** `GET /inbox`, `POST /notices/:id/opened` (S8.3.6, DEC-9, INV-6). */
export function deliveryRoutes(ctx: AppContext): FastifyPluginAsyncZod {
  return async (app) => {
    app.addHook('onRequest', signedIn(ctx));

    app.get(
      '/api/v1/inbox',
      {
        schema: {
          ...about(
            'delivery',
            '我各職位與代為受通知的通知；待簽收者在前，依逾時、等級、時限排列',
            'Notices to my posts, and those I am told of in another’s place; those that wait first: overdue, then gravest, then nearest due',
          ),
          querystring: inboxQuery,
          response: { 200: inboxView },
        },
      },
      async (request) => {
        const actor = actorOf(request);
        const { waiting, cursor, limit } = request.query;
        const posts = actor.posts.map((post) => post.id);
        const scope: CursorScope = ['inbox', waiting ?? null];
        const keys = decodeCursor(scope, cursorKeys, cursor);
        const after = keys ? keysOf(keys) : null;
        return read(ctx.database, actor, ctx.clock, async (tx) => {
          const wanted = waiting === undefined ? null : waiting === 'yes';
          const { rows, open } = await withReached(ctx, tx, actor, async (reached) => ({
            rows: await inboxRows(tx, posts, reached, { waiting: wanted, after, limit }),
            open: await countOpen(tx, posts, reached),
          }));
          const page = rows.slice(0, limit);
          const last = page.at(-1);
          return {
            items: await noticeViews(ctx, tx, page),
            waiting: open,
            nextCursor:
              last && rows.length > limit
                ? encodeCursor(scope, cursorOf(last, after?.asOf ?? tx.now.toISOString()))
                : null,
          };
        });
      },
    );

    app.post(
      '/api/v1/notices/:id/opened',
      {
        schema: {
          ...about(
            'delivery',
            '通知已顯示給登入的任職者；不等於簽收',
            'A notice was shown to a signed-in holder; this acknowledges nothing',
          ),
          params: z.strictObject({ id: z.uuid() }),
          response: { 200: z.strictObject({ notice: noticeView }) },
        },
      },
      async (request) => {
        const actor = actorOf(request);
        // A notice of another post may be seen by whoever sees its case; only its own post, or a stand-in, opens it.
        const reader = await readerOf(ctx, actor, request.params.id);
        const opened = await write(ctx.database, reader, ctx.clock, async (tx) => {
          const notice = (await findShown(tx, request.params.id)) ?? refuse('not-found');
          const isFirst = await markOpened(tx, notice.id, actor.personId);
          if (isFirst) tx.afterCommit(() => ctx.signals.emit('facts'));
          return isFirst ? { ...notice, openedAt: tx.now, openedBy: actor.personId } : notice;
        });
        const [view] = await read(ctx.database, actor, ctx.clock, (tx) => noticeViews(ctx, tx, [opened]));
        return view ? { notice: view } : refuse('not-found');
      },
    );
  };
}
