/** The situation and campaigns over HTTP. */
import { linkCases, unlinkCases } from '../cases/index.ts';
import { actorOf, signedIn } from '../identity/index.ts';
import type { AppContext } from '../platform/context.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { createCampaigns } from './campaigns.ts';
import {
  campaignQuery,
  campaignsView,
  linkedAnswer,
  linkMany,
  situationQuery,
  situationView,
  unlinkMany,
} from './contract.ts';
import { type CentreNow, createSituation } from './situation.ts';

/** `GET /situation`, `GET /campaigns`, and linking. Who may know little is shown little; nobody signed in is refused. */
export function insightRoutes(ctx: AppContext, centreNow?: CentreNow): FastifyPluginAsyncZod {
  const situation = createSituation(ctx, centreNow);
  const campaigns = createCampaigns(ctx);
  return async (app) => {
    app.addHook('onRequest', signedIn(ctx));
    app.get(
      '/api/v1/situation',
      {
        schema: {
          ...about(
            'insight',
            '全國現況',
            'The situation: what stands open, what runs out, who has not answered',
          ),
          querystring: situationQuery,
          response: { 200: situationView },
        },
      },
      (request) => situation(actorOf(request), request.query.mode),
    );
    app.get(
      '/api/v1/campaigns',
      {
        schema: {
          ...about('insight', '同源事件（系統建議）', 'What looks like one campaign'),
          querystring: campaignQuery,
          response: { 200: campaignsView },
        },
      },
      (request) => campaigns(actorOf(request), request.query.hours),
    );
    app.post(
      '/api/v1/campaigns/links',
      {
        schema: {
          ...about('insight', '把多案列為同源事件', 'Put cases under one incident'),
          body: linkMany,
          response: { 200: linkedAnswer },
        },
      },
      async (request) => {
        const { into, cases, reason } = request.body;
        const { done, skipped } = await linkCases(ctx, actorOf(request), into, cases, reason);
        return { done: [...done], skipped: [...skipped] };
      },
    );
    app.post(
      '/api/v1/campaigns/unlinks',
      {
        schema: {
          ...about('insight', '取消多案同源', 'Part cases from their incident'),
          body: unlinkMany,
          response: { 200: linkedAnswer },
        },
      },
      async (request) => {
        const { cases, reason } = request.body;
        const { done, skipped } = await unlinkCases(ctx, actorOf(request), cases, reason);
        return { done: [...done], skipped: [...skipped] };
      },
    );
  };
}
