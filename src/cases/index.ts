/** What other rooms may use of cases. */

export { exportCase } from './case-file.ts';
export { fireDueClocks, startClockWorker } from './clock-worker.ts';
export { acknowledge, act, file, recordTelephone } from './commands.ts';
export type { CaseAct, CaseView, FiledAnswer, FileReport, ReportView } from './contract.ts';
export { createHub, type Hub } from './events.ts';
export { reportContent } from './report-content.ts';
export { caseRoutes, loadReport } from './routes.ts';
export { layOutNumbers } from './store.ts';
export { startSweeper } from './sweeper.ts';
export { verifyCases } from './verify.ts';
export { caseView } from './views.ts';
