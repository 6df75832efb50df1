/** The situation over HTTP. */
import { actorOf, signedIn } from '../identity/index.ts';
import type { AppContext } from '../platform/context.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { situationQuery, situationView } from './contract.ts';
import { type CentreNow, createSituation } from './situation.ts';

/** `GET /situation`. Who may know little is shown little; nobody signed in is refused. */
export function insightRoutes(ctx: AppContext, centreNow?: CentreNow): FastifyPluginAsyncZod {
  const situation = createSituation(ctx, centreNow);
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
  };
}
