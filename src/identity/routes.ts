/** The routes of identity put together; their table is in contract.ts. */
import type { AppContext } from '../platform/context.ts';
import type { FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { accountRoutes } from './account-routes.ts';
import { type IdentityOptions, openDoor } from './door.ts';
import { enrolmentRoutes } from './enrolment-routes.ts';
import { oidcRoutes } from './oidc-routes.ts';
import { ownRoutes } from './own-routes.ts';
import { sessionRoutes } from './session-routes.ts';

/** Sign-in, one's own keys and sessions, enrolment, and other people's accounts. */
export function identityRoutes(ctx: AppContext, options: IdentityOptions = {}): FastifyPluginAsyncZod {
  const door = openDoor(ctx, options);
  return async (app) => {
    await app.register(sessionRoutes(door));
    await app.register(ownRoutes(door));
    await app.register(enrolmentRoutes(door));
    await app.register(accountRoutes(door));
    await app.register(oidcRoutes(door));
  };
}
