/** The centre and its emergency meetings over HTTP. */
import { z } from 'zod';
import { actorOf, signedIn } from '../identity/index.ts';
import type { AppContext } from '../platform/context.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { actInCentre, actInMeeting } from './commands.ts';
import {
  activationView as activationSchema,
  centreAct,
  centreView as centreSchema,
  situationDraft as draftSchema,
  meetingAct,
  meetingView as meetingSchema,
  reviewView,
} from './contract.ts';
import { activationView, centreView, invitationOf, meetingView, reviewOf, situationDraft } from './views.ts';

const byId = z.strictObject({ id: z.guid().toLowerCase() });
const inLang = z.strictObject({ lang: z.enum(['zh-Hant', 'en']).optional() });

/** Routes of the centre: whether it is formed up, its summons, stationing, reports and meetings. */
export function centreRoutes(ctx: AppContext): FastifyPluginAsyncZod {
  return async (app) => {
    app.addHook('onRequest', signedIn(ctx));
    app.get(
      '/api/v1/centre',
      { schema: { ...about('centre', '應變中心', 'The response centre'), response: { 200: centreSchema } } },
      (request) => centreView(ctx, actorOf(request)),
    );
    app.get(
      '/api/v1/activations/:id',
      {
        schema: {
          ...about('centre', '一次編成', 'One activation of the centre'),
          params: byId,
          response: { 200: activationSchema },
        },
      },
      (request) => activationView(ctx, actorOf(request), request.params.id),
    );
    app.post(
      '/api/v1/activations/:id/acts',
      {
        schema: {
          ...about('centre', '對應變中心採取作為', 'Act in the centre'),
          params: byId,
          body: centreAct,
          response: { 200: activationSchema },
        },
      },
      async (request) => {
        await actInCentre(ctx, actorOf(request), request.params.id, request.body);
        return activationView(ctx, actorOf(request), request.params.id);
      },
    );
    app.get(
      '/api/v1/activations/:id/draft',
      {
        schema: {
          ...about('centre', '依紀錄擬狀況報告', 'A situation report drafted from the record'),
          params: byId,
          querystring: inLang,
          response: { 200: draftSchema },
        },
      },
      (request) =>
        situationDraft(ctx, actorOf(request), request.params.id, request.query.lang ?? request.lang),
    );
    app.get(
      '/api/v1/activations/:id/review',
      {
        schema: {
          ...about('centre', '檢討報告', 'The after-action report'),
          params: byId,
          response: { 200: reviewView },
        },
      },
      (request) => reviewOf(ctx, actorOf(request), request.params.id),
    );
    app.get(
      '/api/v1/meetings/:id',
      {
        schema: {
          ...about('centre', '緊急應變會議', 'An emergency meeting'),
          params: byId,
          response: { 200: meetingSchema },
        },
      },
      (request) => meetingView(ctx, actorOf(request), request.params.id),
    );
    app.post(
      '/api/v1/meetings/:id/acts',
      {
        schema: {
          ...about('centre', '對會議採取作為', 'Act in a meeting'),
          params: byId,
          body: meetingAct,
          response: { 200: meetingSchema },
        },
      },
      async (request) => {
        await actInMeeting(ctx, actorOf(request), request.params.id, request.body);
        return meetingView(ctx, actorOf(request), request.params.id);
      },
    );
    app.get(
      '/api/v1/meetings/:id/invitation.ics',
      {
        config: { raw: true },
        schema: {
          ...about('centre', '會議邀請（iCalendar）', 'The invitation for calendars (iCalendar)'),
          params: byId,
          querystring: inLang,
        },
      },
      async (request, reply) => {
        const lang = request.query.lang ?? request.lang;
        const file = await invitationOf(ctx, actorOf(request), request.params.id, lang);
        return reply
          .header('content-type', 'text/calendar; charset=utf-8')
          .header('content-security-policy', "sandbox; default-src 'none'")
          .header('content-disposition', 'attachment; filename="meeting.ics"')
          .send(file);
      },
    );
  };
}
