/** What other rooms may use of the analysis reports. */
export { analysisRoutes } from './routes.ts';
