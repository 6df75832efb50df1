/** A ministry's own sign-in: /api/v1/session/oidc, /me/oidc and /enrolment/oidc. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { activePack } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { read } from '../platform/transaction.ts';
import * as contract from './contract.ts';
import { callerOf, type Door, ownToken } from './door.ts';
import { lookAtLink } from './enrolment.ts';
import { arrive, type Departure, depart } from './oidc.ts';
import {
  actorOf,
  cookieName,
  findActor,
  hashOf,
  newToken,
  resolveActor,
  setSessionCookie,
  signedIn,
  tokenOf,
} from './sessions.ts';
import { requireStepUp } from './step-up.ts';

/** In seconds; as long as a journey may take. */
const COOKIE_S = 600;

const byProvider = z.strictObject({ provider: z.string().regex(/^[1-9]$/) });
type Start = FastifyRequest<{
  Params: { provider: string };
  Body: z.output<typeof contract.oidcStart>;
}>;

/** The cookie that binds a journey to its browser: `__Host-` as the session's. */
const journeyCookie = (ctx: AppContext) => `${cookieName(ctx)}-oidc`;

/** The browser's secret of its journeys; made at the first. It must come back from another site, hence `lax`. */
function browserOf(ctx: AppContext, request: FastifyRequest): string | undefined {
  const value = request.cookies[journeyCookie(ctx)];
  return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
}

export function oidcRoutes({ ctx }: Door): FastifyPluginAsyncZod {
  const secure = ctx.config.publicUrl.startsWith('https:');
  const go = async (
    request: FastifyRequest,
    reply: FastifyReply,
    provider: string,
    departure: Omit<Departure, 'browser'>,
  ) => {
    const browser = browserOf(ctx, request) ?? newToken();
    const location = await depart(ctx, provider, { ...departure, browser });
    reply.setCookie(journeyCookie(ctx), browser, {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure,
      maxAge: COOKIE_S,
    });
    return { location };
  };

  return async (app) => {
    app.get(
      '/api/v1/session/providers',
      {
        schema: {
          ...about('identity', '可用的機關登入', "Ministries' own sign-ins"),
          response: { 200: contract.providers },
        },
      },
      async () => {
        const { pack } = await read(ctx.database, SYSTEM, ctx.clock, (tx) => activePack(ctx, tx));
        const { name, phone } = pack.desk;
        return {
          items: ctx.config.oidc.map(({ id, name: called }) => ({ id, name: called })),
          desk: { name, phone },
        };
      },
    );
    app.post(
      '/api/v1/session/oidc/:provider',
      {
        schema: {
          ...about('identity', '前往機關登入', "Go to a ministry's own sign-in"),
          params: byProvider,
          body: contract.oidcStart,
          response: { 200: contract.oidcRedirect },
        },
      },
      async (request: Start, reply: FastifyReply) => {
        const { purpose, next } = request.body;
        const { provider } = request.params;
        if (purpose === 'sign-in') return go(request, reply, provider, { purpose, next });
        const { personId } = await resolveActor(ctx, request);
        const boundTo = hashOf(ownToken(ctx, request));
        return go(request, reply, provider, { purpose, next, personId, boundTo });
      },
    );
    app.get(
      '/api/v1/session/oidc/:provider/callback',
      {
        config: { raw: true },
        schema: {
          ...about('identity', '自機關登入返回', "Back from a ministry's own sign-in"),
          params: byProvider,
        },
      },
      async (request: FastifyRequest, reply: FastifyReply) => {
        const { provider } = request.params as { provider: string };
        const [, query = ''] = (request.raw.url ?? '').split(/\?(.*)/s);
        if (query.length > 8_000) refuse('malformed-request');
        const arrival = await arrive(ctx, provider, {
          search: query === '' ? '' : `?${query}`,
          browser: browserOf(ctx, request),
          actor: await findActor(ctx, request),
          token: tokenOf(ctx, request),
          caller: callerOf(ctx, request),
        });
        const token = arrival.session?.token ?? arrival.confirmed?.newToken;
        if (token != null) setSessionCookie(ctx, reply, token);
        return reply.redirect(arrival.page, 303);
      },
    );
    app.post(
      '/api/v1/enrolment/oidc/:provider',
      {
        schema: {
          ...about('identity', '以機關登入完成設定', "Set up with a ministry's own sign-in"),
          params: byProvider,
          body: contract.linkToken,
          response: { 200: contract.oidcRedirect },
        },
      },
      async (
        request: FastifyRequest<{ Params: { provider: string }; Body: z.output<typeof contract.linkToken> }>,
        reply: FastifyReply,
      ) => {
        const { token } = request.body;
        await lookAtLink(ctx, token);
        const departure = { purpose: 'enrol', next: '/', boundTo: hashOf(token) } as const;
        return go(request, reply, request.params.provider, departure);
      },
    );

    await app.register(async (known) => {
      known.addHook('onRequest', signedIn(ctx));
      known.post(
        '/api/v1/me/oidc/:provider',
        {
          preHandler: (request) => requireStepUp(ctx, request),
          schema: {
            ...about('identity', '連結機關登入', "Link a ministry's own sign-in"),
            params: byProvider,
            body: contract.oidcStart,
            response: { 200: contract.oidcRedirect },
          },
        },
        async (request: Start, reply: FastifyReply) => {
          const { personId } = actorOf(request);
          const departure = { purpose: 'link', next: '/security', personId } as const;
          const boundTo = hashOf(ownToken(ctx, request));
          return go(request, reply, request.params.provider, { ...departure, boundTo });
        },
      );
    });
  };
}
