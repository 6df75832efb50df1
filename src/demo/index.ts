/** What other rooms may use of the demonstration. */
export { demoRoutes } from './routes.ts';
