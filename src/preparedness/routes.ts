/** Preparedness over HTTP (S7.9.7.5). */
import { z } from 'zod';
import { actorOf, signedIn } from '../identity/index.ts';
import type { AppContext } from '../platform/context.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import {
  acknowledgePart,
  callForPreparedness,
  endCall,
  extendCall,
  remindParts,
  settleTask,
} from './commands.ts';
import {
  callForPreparedness as callSchema,
  callsQuery,
  callsView as callsSchema,
  callView as callViewSchema,
  choicesView as choicesSchema,
  endCall as endSchema,
  extendCall as extendSchema,
  partsQuery,
  partsView as partsSchema,
  progressQuery,
  remind,
  reminded,
  settleTask as settleSchema,
} from './contract.ts';
import { callsView, callView, choicesView, partsView, progressFile } from './views.ts';

const guid = z.guid().toLowerCase();
const byId = z.strictObject({ id: guid });
const byPart = z.strictObject({ id: guid, part: guid });
const byStep = z.strictObject({ id: guid, part: guid, step: z.string().max(80) });

/** Calls, one call, its parts, its table; calling, reminding, another time, the end; and a party's own answers. */
export function preparednessRoutes(ctx: AppContext): FastifyPluginAsyncZod {
  return async (app) => {
    app.addHook('onRequest', signedIn(ctx));
    app.get(
      '/api/v1/preparedness',
      {
        schema: {
          ...about('preparedness', '事前整備', 'Calls for preparedness'),
          querystring: callsQuery,
          response: { 200: callsSchema },
        },
      },
      (request) => callsView(ctx, actorOf(request), request.query),
    );
    app.get(
      '/api/v1/preparedness/choices',
      {
        schema: {
          ...about('preparedness', '發動整備時可選的步驟與對象', 'Steps and bodies one may call for'),
          response: { 200: choicesSchema },
        },
      },
      (request) => choicesView(ctx, actorOf(request)),
    );
    app.post(
      '/api/v1/preparedness',
      {
        schema: {
          ...about('preparedness', '發動事前整備', 'Call for preparedness'),
          body: callSchema,
          response: { 201: callViewSchema },
        },
      },
      async (request, reply) => {
        const id = await callForPreparedness(ctx, actorOf(request), request.body);
        return reply.code(201).send(await callView(ctx, actorOf(request), id));
      },
    );
    app.get(
      '/api/v1/preparedness/:id',
      {
        schema: {
          ...about('preparedness', '一次整備的辦理情形', 'One call and how far it is'),
          params: byId,
          response: { 200: callViewSchema },
        },
      },
      (request) => callView(ctx, actorOf(request), request.params.id),
    );
    app.get(
      '/api/v1/preparedness/:id/parts',
      {
        schema: {
          ...about('preparedness', '各機關、各組別的辦理情形', 'Bodies and groups with their answers'),
          params: byId,
          querystring: partsQuery,
          response: { 200: partsSchema },
        },
      },
      (request) => partsView(ctx, actorOf(request), request.params.id, request.query),
    );
    app.get(
      '/api/v1/preparedness/:id/progress.csv',
      {
        config: { raw: true },
        schema: {
          ...about('preparedness', '辦理情形表（CSV）', 'Progress as a table (CSV)'),
          params: byId,
          querystring: progressQuery,
        },
      },
      async (request, reply) => {
        const lang = request.query.lang ?? request.lang;
        const file = await progressFile(ctx, actorOf(request), request.params.id, lang);
        return reply
          .header('content-type', 'text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`)
          .header('cache-control', 'no-store')
          .send(file.text);
      },
    );
    app.post(
      '/api/v1/preparedness/:id/reminders',
      {
        schema: {
          ...about('preparedness', '提醒尚未回覆者', 'Remind those who have not answered'),
          params: byId,
          body: remind,
          response: { 200: reminded },
        },
      },
      async (request) => ({
        parts: await remindParts(ctx, actorOf(request), request.params.id, request.body.part),
      }),
    );
    app.post(
      '/api/v1/preparedness/:id/due',
      {
        schema: {
          ...about('preparedness', '更改期限', 'Give the call another time'),
          params: byId,
          body: extendSchema,
          response: { 200: callViewSchema },
        },
      },
      async (request) => {
        await extendCall(ctx, actorOf(request), request.params.id, request.body);
        return callView(ctx, actorOf(request), request.params.id);
      },
    );
    app.post(
      '/api/v1/preparedness/:id/end',
      {
        schema: {
          ...about('preparedness', '結束整備', 'End the call'),
          params: byId,
          body: endSchema,
          response: { 200: callViewSchema },
        },
      },
      async (request) => {
        await endCall(ctx, actorOf(request), request.params.id, request.body.reason);
        return callView(ctx, actorOf(request), request.params.id);
      },
    );
    app.post(
      '/api/v1/preparedness/:id/parts/:part/acknowledgement',
      {
        schema: {
          ...about('preparedness', '確認收到', 'Confirm that the call has arrived'),
          params: byPart,
          response: { 200: callViewSchema },
        },
      },
      async (request) => {
        await acknowledgePart(ctx, actorOf(request), request.params.id, request.params.part);
        return callView(ctx, actorOf(request), request.params.id);
      },
    );
    app.post(
      '/api/v1/preparedness/:id/parts/:part/tasks/:step',
      {
        schema: {
          ...about('preparedness', '登載一項的結果', 'Record what became of a step'),
          params: byStep,
          body: settleSchema,
          response: { 200: callViewSchema },
        },
      },
      async (request) => {
        const { id, part, step } = request.params;
        await settleTask(ctx, actorOf(request), id, part, step, request.body);
        return callView(ctx, actorOf(request), id);
      },
    );
  };
}
