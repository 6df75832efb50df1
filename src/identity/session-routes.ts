/** /api/v1/session and /setup: signing in and out, confirming, the first account. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import * as commands from './commands.ts';
import * as contract from './contract.ts';
import { callerOf, type Door, ownToken } from './door.ts';
import { signOut } from './opening.ts';
import { actorOf, clearSessionCookie, setSessionCookie, signedIn, tokenOf } from './sessions.ts';
import { stepUpBy, stepUpOptions } from './step-up.ts';

/** WebAuthn options as the contract carries them. */
export const asOptions = (options: object) => ({ options: { ...options } });

const nothing = z.strictObject({}).nullish();

/** A body already checked by its schema. */
type Body<T extends z.ZodType> = FastifyRequest<{ Body: z.output<T> }>;

export function sessionRoutes({ ctx, view, welcome }: Door): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/v1/session',
      {
        schema: {
          ...about('identity', '以密碼登入', 'Sign in by a password'),
          body: contract.signIn,
          response: { 200: contract.sessionView, 202: contract.codeWanted },
        },
      },
      async (request: Body<typeof contract.signIn>, reply: FastifyReply) => {
        const answer = await commands.signIn(ctx, request.body, callerOf(ctx, request));
        if (answer.kind === 'session') return welcome(reply, answer.session);
        const { ticket, expiresAt } = answer;
        return reply.status(202).send({ ticket, expiresAt: expiresAt.toISOString() });
      },
    );
    app.post(
      '/api/v1/session/code',
      {
        schema: {
          ...about('identity', '輸入驗證碼', 'Enter the one-time code'),
          body: contract.signInCode,
          response: { 200: contract.sessionView },
        },
      },
      async (request: Body<typeof contract.signInCode>, reply: FastifyReply) =>
        welcome(reply, await commands.signInByCode(ctx, request.body, callerOf(ctx, request))),
    );
    app.post(
      '/api/v1/session/passkey/options',
      {
        schema: {
          ...about('identity', '準備以通行金鑰登入', 'Prepare to sign in by a passkey'),
          body: nothing,
          response: { 200: contract.passkeyRequest },
        },
      },
      async (request: FastifyRequest) =>
        asOptions(await commands.passkeySignInOptions(ctx, callerOf(ctx, request).address)),
    );
    app.post(
      '/api/v1/session/passkey',
      {
        schema: {
          ...about('identity', '以通行金鑰登入', 'Sign in by a passkey'),
          body: contract.passkeyAnswer,
          response: { 200: contract.sessionView },
        },
      },
      async (request: Body<typeof contract.passkeyAnswer>, reply: FastifyReply) =>
        welcome(reply, await commands.signInByPasskey(ctx, request.body.response, callerOf(ctx, request))),
    );
    app.delete(
      '/api/v1/session',
      { schema: { ...about('identity', '登出', 'Sign out'), response: { 204: z.null() } } },
      async (request, reply) => {
        const token = tokenOf(ctx, request);
        if (token !== undefined) await signOut(ctx, token);
        clearSessionCookie(ctx, reply);
        return reply.status(204).header('clear-site-data', '"cache"').send(null);
      },
    );
    app.post(
      '/api/v1/setup',
      {
        schema: {
          ...about('identity', '建立新系統的第一個帳號', 'Make the first account of a new installation'),
          body: contract.setUp,
          response: { 201: contract.setUpDone },
        },
      },
      async (request, reply) => reply.status(201).send(await commands.setUp(ctx, request.body)),
    );

    await app.register(async (known) => {
      known.addHook('onRequest', signedIn(ctx));
      known.get(
        '/api/v1/session',
        {
          schema: {
            ...about('identity', '目前登入者', 'Who is signed in'),
            response: { 200: contract.sessionView },
          },
        },
        async (request: FastifyRequest) => view(actorOf(request)),
      );
      known.post(
        '/api/v1/session/step-up/options',
        {
          schema: {
            ...about('identity', '準備以通行金鑰確認', 'Prepare to confirm by a passkey'),
            body: nothing,
            response: { 200: contract.passkeyRequest },
          },
        },
        async (request: FastifyRequest) =>
          asOptions(await stepUpOptions(ctx, actorOf(request), ownToken(ctx, request))),
      );
      known.post(
        '/api/v1/session/step-up',
        {
          schema: {
            ...about('identity', '再確認是本人', 'Confirm that it is you'),
            body: contract.stepUp,
            response: { 200: contract.steppedUp },
          },
        },
        async (request: Body<typeof contract.stepUp>, reply: FastifyReply) => {
          const token = ownToken(ctx, request);
          const done = await stepUpBy(ctx, actorOf(request), token, request.body, callerOf(ctx, request));
          if (done.newToken !== null) setSessionCookie(ctx, reply, done.newToken);
          return { until: done.until.toISOString() };
        },
      );
    });
  };
}
