/** What other rooms may use of identity: who is asking, and how accounts are made. */
export { ensureSetupLink, hashPassword, makeAccount, setUp } from './commands.ts';
export type { IdentityOptions } from './door.ts';
export { identityRoutes } from './routes.ts';
export { canonicalLogin, isDeskPost, keysFor, keysOfPosts, screensFor } from './rules.ts';
export {
  actorFor,
  actorOf,
  cookieName,
  findActor,
  liveActors,
  resolveActor,
  type SignedInActor,
  sessionKeyOf,
  signedIn,
} from './sessions.ts';
export { requireStepUp, stepUpRefusal } from './step-up.ts';
export { shutOutOf } from './store.ts';
