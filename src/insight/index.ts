/** What other rooms may use of insight: its routes. */
export { insightRoutes } from './routes.ts';
export type { CentreNow } from './situation.ts';
