/** What other rooms may use of the response procedures. */
export { decideProcedure, proposeProcedure } from './commands.ts';
export { procedureRoutes } from './routes.ts';
export { proceduresNow } from './store.ts';
export { ownerRef } from './views.ts';
