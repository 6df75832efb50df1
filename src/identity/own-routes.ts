/** /api/v1/me: one's own keys, codes, links, password and sessions. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { id } from '../platform/http/contract.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import * as contract from './contract.ts';
import { callerOf, type Door, ownToken } from './door.ts';
import * as own from './own.ts';
import { asOptions } from './session-routes.ts';
import { actorOf, clearSessionCookie, setSessionCookie, signedIn } from './sessions.ts';
import { type Confirmed, requireStepUp } from './step-up.ts';

const nothing = z.strictObject({}).nullish();
const byId = z.strictObject({ id });
const done = { 204: z.null() };

type Body<T extends z.ZodType> = FastifyRequest<{ Body: z.output<T> }>;
type ById = FastifyRequest<{ Params: { id: string } }>;

export function ownRoutes({ ctx }: Door): FastifyPluginAsyncZod {
  /** A limited session that became full goes on under another secret. */
  const goOn = (reply: FastifyReply, { newToken }: Confirmed) => {
    if (newToken !== null) setSessionCookie(ctx, reply, newToken);
  };
  return async (app) => {
    app.addHook('onRequest', signedIn(ctx));
    const confirmed = { preHandler: (request: FastifyRequest) => requireStepUp(ctx, request) };

    app.get(
      '/api/v1/me/security',
      {
        schema: {
          ...about('identity', '我的登入安全', 'My own keys, sessions and log'),
          response: { 200: contract.securityView },
        },
      },
      (request) => own.securityOf(ctx, actorOf(request)),
    );
    app.post(
      '/api/v1/me/passkeys/options',
      {
        ...confirmed,
        schema: {
          ...about('identity', '準備新增通行金鑰', 'Prepare to add a passkey'),
          body: nothing,
          response: { 200: contract.passkeyCreation },
        },
      },
      async (request: FastifyRequest) =>
        asOptions(await own.ownPasskeyOptions(ctx, actorOf(request), ownToken(ctx, request))),
    );
    app.post(
      '/api/v1/me/passkeys',
      {
        ...confirmed,
        schema: {
          ...about('identity', '新增通行金鑰', 'Add a passkey'),
          body: contract.newPasskey,
          response: { 201: contract.passkeyView },
        },
      },
      async (request: Body<typeof contract.newPasskey>, reply: FastifyReply) => {
        const made = await own.addPasskey(ctx, actorOf(request), ownToken(ctx, request), request.body);
        goOn(reply, made.confirmed);
        return reply.status(201).send(made.view);
      },
    );
    app.patch(
      '/api/v1/me/passkeys/:id',
      {
        schema: {
          ...about('identity', '為通行金鑰命名', 'Name a passkey'),
          params: byId,
          body: contract.passkeyName,
          response: { 200: contract.passkeyView },
        },
      },
      (request) => own.namePasskey(ctx, actorOf(request), request.params.id, request.body.name),
    );
    app.delete(
      '/api/v1/me/passkeys/:id',
      {
        ...confirmed,
        schema: { ...about('identity', '移除通行金鑰', 'Remove a passkey'), params: byId, response: done },
      },
      async (request: ById, reply: FastifyReply) => {
        await own.removePasskey(ctx, actorOf(request), request.params.id);
        return reply.status(204).send(null);
      },
    );
    app.post(
      '/api/v1/me/totp',
      {
        ...confirmed,
        schema: {
          ...about('identity', '準備設定驗證碼', 'Prepare one-time codes'),
          body: nothing,
          response: { 200: contract.totpSecret },
        },
      },
      (request: FastifyRequest) => own.ownTotp(ctx, actorOf(request)),
    );
    app.post(
      '/api/v1/me/totp/confirm',
      {
        ...confirmed,
        schema: {
          ...about('identity', '啟用驗證碼', 'Put one-time codes in force'),
          body: contract.totpCode,
          response: done,
        },
      },
      async (request: Body<typeof contract.totpCode>, reply: FastifyReply) => {
        const token = ownToken(ctx, request);
        goOn(reply, await own.confirmOwnTotp(ctx, actorOf(request), token, request.body.code));
        return reply.status(204).send(null);
      },
    );
    app.delete(
      '/api/v1/me/totp',
      {
        ...confirmed,
        schema: { ...about('identity', '停用驗證碼', 'Switch one-time codes off'), response: done },
      },
      async (request: FastifyRequest, reply: FastifyReply) => {
        await own.removeTotp(ctx, actorOf(request));
        return reply.status(204).send(null);
      },
    );
    app.put(
      '/api/v1/me/password',
      {
        ...confirmed,
        schema: {
          ...about('identity', '變更密碼', 'Change the password'),
          body: contract.ownPassword,
          response: done,
        },
      },
      async (request: Body<typeof contract.ownPassword>, reply: FastifyReply) => {
        await own.changePassword(ctx, actorOf(request), request.body, callerOf(ctx, request));
        return reply.status(204).send(null);
      },
    );
    app.delete(
      '/api/v1/me/oidc/:id',
      {
        ...confirmed,
        schema: { ...about('identity', '解除連結', 'Remove a link'), params: byId, response: done },
      },
      async (request: ById, reply: FastifyReply) => {
        await own.removeOidcLink(ctx, actorOf(request), request.params.id);
        return reply.status(204).send(null);
      },
    );
    app.delete(
      '/api/v1/me/sessions/:id',
      { schema: { ...about('identity', '結束一個登入', 'End a session'), params: byId, response: done } },
      async (request, reply) => {
        const actor = actorOf(request);
        await own.endOwnSession(ctx, actor, request.params.id);
        if (request.params.id === actor.session?.id) clearSessionCookie(ctx, reply);
        return reply.status(204).send(null);
      },
    );
    app.delete(
      '/api/v1/me/sessions',
      {
        schema: {
          ...about('identity', '結束其他所有登入', 'End all other sessions'),
          response: { 200: contract.sessionsEnded },
        },
      },
      async (request) => ({ ended: await own.endOtherSessions(ctx, actorOf(request)) }),
    );
  };
}
