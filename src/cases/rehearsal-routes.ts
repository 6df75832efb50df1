/** Rehearsing the ladders over HTTP. */
import { actorOf, signedIn } from '../identity/index.ts';
import type { AppContext } from '../platform/context.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { rehearse } from './rehearsal.ts';
import { rehearsalQuery, rehearsalView } from './rehearsal-contract.ts';

/** `GET /ladders/rehearsal`: who would be told if nobody answered; nothing is sent (H40, H41). */
export function rehearsalRoutes(ctx: AppContext): FastifyPluginAsyncZod {
  return async (app) => {
    app.addHook('onRequest', signedIn(ctx));
    app.get(
      '/api/v1/ladders/rehearsal',
      {
        schema: {
          ...about(
            'cases',
            '通報階梯演練：若無人回應，將依序通知哪些人',
            'Who would be told if nobody answered',
          ),
          querystring: rehearsalQuery,
          response: { 200: rehearsalView },
        },
      },
      (request) => rehearse(ctx, actorOf(request), request.query),
    );
  };
}
