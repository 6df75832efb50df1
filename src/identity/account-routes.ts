/** /api/v1/accounts and /recoveries: what administrators do with other people's accounts. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { id } from '../platform/http/contract.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import * as accounts from './accounts.ts';
import * as contract from './contract.ts';
import type { Door } from './door.ts';
import { actorOf, signedIn } from './sessions.ts';
import { requireStepUp } from './step-up.ts';

const byPerson = z.strictObject({ personId: id });
const byId = z.strictObject({ id });
const nothing = z.strictObject({}).nullish();

type OfPerson = FastifyRequest<{ Params: { personId: string } }>;
type ById = FastifyRequest<{ Params: { id: string } }>;

export function accountRoutes({ ctx, tell }: Door): FastifyPluginAsyncZod {
  return async (app) => {
    app.addHook('onRequest', signedIn(ctx));
    const confirmed = { preHandler: (request: FastifyRequest) => requireStepUp(ctx, request) };

    app.post(
      '/api/v1/accounts',
      {
        ...confirmed,
        schema: {
          ...about('identity', '為人員建立帳號', 'Give a person an account'),
          body: contract.accountInput,
          response: { 201: contract.accountLink },
        },
      },
      async (
        request: FastifyRequest<{ Body: z.output<typeof contract.accountInput> }>,
        reply: FastifyReply,
      ) => reply.status(201).send(await accounts.invite(ctx, actorOf(request), request.body)),
    );
    app.get(
      '/api/v1/accounts/:personId',
      {
        schema: {
          ...about('identity', '人員的帳號狀態', "How a person's account stands"),
          params: byPerson,
          response: { 200: contract.accountView },
        },
      },
      (request) => accounts.accountView(ctx, actorOf(request), request.params.personId),
    );
    app.delete(
      '/api/v1/accounts/:personId',
      {
        ...confirmed,
        schema: {
          ...about('identity', '停用帳號', 'Shut an account'),
          params: byPerson,
          response: { 204: z.null() },
        },
      },
      async (request: OfPerson, reply: FastifyReply) => {
        await accounts.disableAccount(ctx, actorOf(request), request.params.personId);
        return reply.status(204).send(null);
      },
    );
    app.delete(
      '/api/v1/accounts/:personId/sessions',
      {
        ...confirmed,
        schema: {
          ...about('identity', '結束某人的所有登入', "End a person's sessions"),
          params: byPerson,
          response: { 200: contract.sessionsEnded },
        },
      },
      async (request: OfPerson) => ({
        ended: await accounts.endSessionsOf(ctx, actorOf(request), request.params.personId),
      }),
    );
    app.post(
      '/api/v1/accounts/:personId/recovery',
      {
        ...confirmed,
        schema: {
          ...about('identity', '發起帳號復原', 'Start the recovery of an account'),
          params: byPerson,
          body: contract.recoveryInput,
          response: { 201: contract.accountLink, 202: contract.recoveryView },
        },
      },
      async (
        request: FastifyRequest<{
          Params: { personId: string };
          Body: z.output<typeof contract.recoveryInput>;
        }>,
        reply: FastifyReply,
      ) => {
        const { personId } = request.params;
        const answer = await accounts.askRecovery(ctx, actorOf(request), personId, request.body.reason, tell);
        return answer.kind === 'link'
          ? reply.status(201).send(answer.link)
          : reply.status(202).send(answer.recovery);
      },
    );
    app.get(
      '/api/v1/recoveries',
      {
        schema: {
          ...about('identity', '待第二人核准的帳號復原', 'Recoveries that wait for a second administrator'),
          response: { 200: contract.recoveries },
        },
      },
      (request) => accounts.listRecoveries(ctx, actorOf(request)),
    );
    app.post(
      '/api/v1/recoveries/:id/approve',
      {
        ...confirmed,
        schema: {
          ...about('identity', '核准帳號復原', 'Approve a recovery'),
          params: byId,
          body: nothing,
          response: { 201: contract.accountLink },
        },
      },
      async (request: ById, reply: FastifyReply) =>
        reply
          .status(201)
          .send(await accounts.approveRecovery(ctx, actorOf(request), request.params.id, tell)),
    );
    app.post(
      '/api/v1/recoveries/:id/refuse',
      {
        ...confirmed,
        schema: {
          ...about('identity', '拒絕帳號復原', 'Refuse a recovery'),
          params: byId,
          body: nothing,
          response: { 204: z.null() },
        },
      },
      async (request: ById, reply: FastifyReply) => {
        await accounts.refuseRecovery(ctx, actorOf(request), request.params.id);
        return reply.status(204).send(null);
      },
    );
  };
}
