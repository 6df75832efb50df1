/** The response procedures over HTTP (S7.11.0d). */
import { z } from 'zod';
import { actorOf, signedIn } from '../identity/index.ts';
import type { AppContext } from '../platform/context.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { decideProcedure, proposeProcedure } from './commands.ts';
import { decideStep, proceduresView as proceduresSchema, proposeStep } from './contract.ts';
import { proceduresView } from './views.ts';

const byId = z.strictObject({ id: z.guid().toLowerCase() });

/** What stands, proposals, and decisions about them; each answers with everything as it stands then. */
export function procedureRoutes(ctx: AppContext): FastifyPluginAsyncZod {
  return async (app) => {
    app.addHook('onRequest', signedIn(ctx));
    app.get(
      '/api/v1/procedures',
      {
        schema: {
          ...about('procedures', '應變程序與其版本', 'The response procedures with their history'),
          response: { 200: proceduresSchema },
        },
      },
      (request) => proceduresView(ctx, actorOf(request)),
    );
    app.post(
      '/api/v1/procedures/proposals',
      {
        schema: {
          ...about('procedures', '提出應變程序的變更', 'Propose a change of the response procedures'),
          body: proposeStep,
          response: { 200: proceduresSchema },
        },
      },
      async (request) => {
        await proposeProcedure(ctx, actorOf(request), request.body);
        return proceduresView(ctx, actorOf(request));
      },
    );
    app.post(
      '/api/v1/procedures/proposals/:id/decision',
      {
        schema: {
          ...about(
            'procedures',
            '同意、不同意或收回變更',
            'Agree to a proposed change, or not, or take it back',
          ),
          params: byId,
          body: decideStep,
          response: { 200: proceduresSchema },
        },
      },
      async (request) => {
        await decideProcedure(ctx, actorOf(request), request.params.id, request.body);
        return proceduresView(ctx, actorOf(request));
      },
    );
  };
}
