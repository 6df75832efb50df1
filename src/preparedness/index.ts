/** What other rooms may use of preparedness. */
export { preparednessRoutes } from './routes.ts';
