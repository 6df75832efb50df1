/** Alarms over HTTP: what stands, and that somebody has seen to it. */
import { z } from 'zod';
import { actorOf, signedIn } from '../identity/index.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { read, write } from '../platform/transaction.ts';
import { alarmList } from './contract.ts';
import { settleBy, standing } from './store.ts';

/** `GET /alarms`, `POST /alarms/:id/settle`: for the desk whose they are; anybody else sees none. */
export function watchRoutes(ctx: AppContext): FastifyPluginAsyncZod {
  return async (app) => {
    app.addHook('onRequest', signedIn(ctx));

    app.get(
      '/api/v1/alarms',
      {
        schema: {
          ...about(
            'delivery',
            '稽核程式發出且尚未處理的警報',
            'Alarms of the auditor that nobody has seen to',
          ),
          response: { 200: alarmList },
        },
      },
      async (request) =>
        read(ctx.database, actorOf(request), ctx.clock, async (tx) => ({
          items: (await standing(tx)).map((row) => ({
            id: row.id,
            kind: row.kind,
            caseId: row.caseId,
            number: row.detail.number ?? null,
            findings: row.detail.findings ?? [],
            count: row.detail.count ?? 1,
            raisedAt: row.raisedAt.toISOString(),
            seenAt: row.seenAt.toISOString(),
            times: row.times,
            repairedAt: row.repairedAt?.toISOString() ?? null,
          })),
        })),
    );

    app.post(
      '/api/v1/alarms/:id/settle',
      {
        schema: {
          ...about('delivery', '註記警報已處理', 'Says that an alarm has been seen to'),
          params: z.strictObject({ id: z.uuid() }),
          response: { 204: z.undefined() },
        },
      },
      async (request, reply) => {
        const actor = actorOf(request);
        const done = await write(ctx.database, actor, ctx.clock, (tx) =>
          settleBy(tx, request.params.id, actor.personId),
        );
        if (!done) refuse('not-found');
        return reply.code(204).send();
      },
    );
  };
}
