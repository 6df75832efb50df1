/** What other rooms may use of the centre. */

export { followCase } from './consequence.ts';
export { centreRoutes } from './routes.ts';
export { verifyCentre } from './verify.ts';
