/** What other rooms may use of the centre. */

export { actInCentre } from './commands.ts';
export { followCase } from './consequence.ts';
export type { CentreState } from './evolve.ts';
export { centreNow } from './now.ts';
export { centreRoutes } from './routes.ts';
export { verifyCentre } from './verify.ts';
export { activationsNow, situationDraft } from './views.ts';
