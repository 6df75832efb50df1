/** /api/v1/enrolment: setting an account up by a one-time link. Everything is a POST: the link's secret is in no address. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import * as contract from './contract.ts';
import { callerOf, type Door } from './door.ts';
import * as enrolment from './enrolment.ts';
import { asOptions } from './session-routes.ts';

type Body<T extends z.ZodType> = FastifyRequest<{ Body: z.output<T> }>;

export function enrolmentRoutes({ ctx, welcome }: Door): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/v1/enrolment',
      {
        schema: {
          ...about('identity', '一次性連結給誰', 'For whom a one-time link is'),
          body: contract.linkToken,
          response: { 200: contract.enrolmentView },
        },
      },
      (request) => enrolment.lookAtLink(ctx, request.body.token),
    );
    app.post(
      '/api/v1/enrolment/passkey/options',
      {
        schema: {
          ...about('identity', '以連結準備通行金鑰', 'Prepare a passkey by a link'),
          body: contract.linkToken,
          response: { 200: contract.passkeyCreation },
        },
      },
      async (request) => asOptions(await enrolment.linkPasskeyOptions(ctx, request.body.token)),
    );
    app.post(
      '/api/v1/enrolment/passkey',
      {
        schema: {
          ...about('identity', '以通行金鑰完成設定', 'Set up with a passkey'),
          body: contract.enrolPasskey,
          response: { 200: contract.sessionView },
        },
      },
      async (request: Body<typeof contract.enrolPasskey>, reply: FastifyReply) =>
        welcome(reply, await enrolment.enrolByPasskey(ctx, request.body, callerOf(ctx, request))),
    );
    app.post(
      '/api/v1/enrolment/totp',
      {
        schema: {
          ...about('identity', '以連結準備驗證碼', 'Prepare one-time codes by a link'),
          body: contract.linkToken,
          response: { 200: contract.totpSecret },
        },
      },
      (request) => enrolment.linkTotp(ctx, request.body.token),
    );
    app.post(
      '/api/v1/enrolment/password',
      {
        schema: {
          ...about('identity', '以密碼與驗證碼完成設定', 'Set up with a password and codes'),
          body: contract.enrolPassword,
          response: { 200: contract.sessionView },
        },
      },
      async (request: Body<typeof contract.enrolPassword>, reply: FastifyReply) =>
        welcome(reply, await enrolment.enrolByPassword(ctx, request.body, callerOf(ctx, request))),
    );
  };
}
