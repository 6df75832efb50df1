/** What other rooms may use of identity: who is asking, and how accounts are made. */
export {
  createAccount,
  disableAccount,
  ensureSetupLink,
  hashPassword,
  makeAccount,
  setUp,
  signIn,
  signOut,
  usePasswordLink,
} from './commands.ts';
export { type IdentityOptions, identityRoutes } from './routes.ts';
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
