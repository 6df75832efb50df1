/** Routes about support over all cases, and the files of referrals; what is done in one case is an act (routes.ts). */
import { z } from 'zod';
import { actorOf, requireStepUp, signedIn } from '../identity/index.ts';
import type { AppContext } from '../platform/context.ts';
import { asAttachment } from '../platform/http/attachment.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import {
  makePackage as makePackageBody,
  packageView,
  workloadQuery,
  workloadView,
} from './affairs-contract.ts';
import { exportQuery } from './contract.ts';
import { makePackage, openPackage } from './referral-package.ts';
import { workload } from './support-list.ts';

const byId = z.strictObject({ id: z.uuid() });
const byPackage = z.strictObject({ id: z.uuid(), packageId: z.uuid() });

/** The routes of this file. */
export function affairsRoutes(ctx: AppContext): FastifyPluginAsyncZod {
  return async (app) => {
    app.addHook('onRequest', signedIn(ctx));
    app.get(
      '/api/v1/support',
      {
        schema: {
          ...about('cases', '支援工作量', 'The workload of support'),
          querystring: workloadQuery,
          response: { 200: workloadView },
        },
      },
      (request) => workload(ctx, actorOf(request), request.query),
    );
    app.post(
      '/api/v1/cases/:id/referral-packages',
      {
        // It holds the whole case, as an export does (AUTH-6).
        preHandler: (request) => requireStepUp(ctx, request),
        schema: {
          ...about('cases', '製作移送書', 'Make the file of a referral'),
          params: byId,
          querystring: exportQuery,
          body: makePackageBody,
          response: { 201: packageView },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const lang = request.query.lang ?? request.lang;
        return reply.code(201).send(await makePackage(ctx, actorOf(request), id, request.body.target, lang));
      },
    );
    app.get(
      '/api/v1/cases/:id/referral-packages/:packageId',
      {
        config: { raw: true },
        preHandler: (request) => requireStepUp(ctx, request),
        schema: { ...about('cases', '下載移送書', 'Download the file of a referral'), params: byPackage },
      },
      async (request, reply) => {
        const { id, packageId } = request.params;
        const { name, bytes } = await openPackage(ctx, actorOf(request), id, packageId);
        return reply
          .header('content-type', 'text/html; charset=utf-8')
          .header('content-security-policy', "sandbox; default-src 'none'; style-src 'unsafe-inline'")
          .header('content-disposition', asAttachment('referral.html', name))
          .send(bytes);
      },
    );
  };
}
