/** Analysis reports over HTTP (S7.11.0e). */
import { z } from 'zod';
import { actorOf, signedIn } from '../identity/index.ts';
import type { AppContext } from '../platform/context.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { keepAnalysisDraft, sendAnalysis } from './commands.ts';
import {
  analysesQuery,
  analysesView as analysesSchema,
  analysisDraft,
  analysisView as analysisSchema,
  exportQuery,
  saveAnalysisDraft,
  sendAnalysis as sendSchema,
} from './contract.ts';
import { analysesFile, analysesView, analysisView } from './views.ts';

const byId = z.strictObject({ id: z.guid().toLowerCase() });

/** The subgroups side by side, one report, drafts, sending, and the table as a file. */
export function analysisRoutes(ctx: AppContext): FastifyPluginAsyncZod {
  return async (app) => {
    app.addHook('onRequest', signedIn(ctx));
    app.get(
      '/api/v1/analyses',
      {
        schema: {
          ...about('analysis', '各分組的通報與分析報告', 'Notifications and analyses of all subgroups'),
          querystring: analysesQuery,
          response: { 200: analysesSchema },
        },
      },
      (request) => analysesView(ctx, actorOf(request), request.query),
    );
    app.get(
      '/api/v1/analyses/table.csv',
      {
        config: { raw: true },
        schema: {
          ...about('analysis', '各分組彙整表（CSV）', 'The table of all subgroups (CSV)'),
          querystring: exportQuery,
        },
      },
      async (request, reply) => {
        const { lang, ...query } = request.query;
        const file = await analysesFile(ctx, actorOf(request), query, lang ?? request.lang);
        return reply
          .header('content-type', 'text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`)
          .header('cache-control', 'no-store')
          .send(file.text);
      },
    );
    app.get(
      '/api/v1/analyses/:id',
      {
        schema: {
          ...about('analysis', '一份分析報告', 'One analysis report'),
          params: byId,
          response: { 200: analysisSchema },
        },
      },
      (request) => analysisView(ctx, actorOf(request), request.params.id),
    );
    app.put(
      '/api/v1/analyses/drafts/:id',
      {
        schema: {
          ...about('analysis', '儲存分析報告草稿', 'Save the draft of an analysis'),
          params: byId,
          body: saveAnalysisDraft,
          response: { 200: analysisDraft },
        },
      },
      (request) => keepAnalysisDraft(ctx, actorOf(request), request.params.id, request.body),
    );
    app.post(
      '/api/v1/analyses',
      {
        schema: {
          ...about('analysis', '提送分析報告', 'Send an analysis report'),
          body: sendSchema,
          response: { 201: analysisSchema },
        },
      },
      async (request, reply) => {
        const id = await sendAnalysis(ctx, actorOf(request), request.body);
        return reply.code(201).send(await analysisView(ctx, actorOf(request), id));
      },
    );
  };
}
