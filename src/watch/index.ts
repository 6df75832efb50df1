/** What other rooms may use of the watch. */
export { auditPass, raiseJump, raiseStuck, startAuditor } from './auditor.ts';
export { startHeartbeat } from './heartbeat.ts';
export { watchRoutes } from './routes.ts';
