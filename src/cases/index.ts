/** What other rooms may use of cases. */

export { act } from './act-commands.ts';
export { affairsRoutes } from './affairs-routes.ts';
export { casesAtHand } from './at-hand.ts';
export { auditCase, type CaseAudit, casesToAudit } from './audit-commands.ts';
export { exportCase } from './case-file.ts';
export { fireDueClocks, startClockWorker } from './clock-worker.ts';
export type { Doer, Effects } from './consequences.ts';
export type { CaseAct, CaseView, DraftView, FiledAnswer, FileReport, ReportView } from './contract.ts';
export { keepDraft } from './drafts.ts';
export { createHub, type Hub } from './events.ts';
export { file } from './filing-commands.ts';
export { linkCases, unlinkCases } from './link-commands.ts';
export { acknowledge, acknowledgeBySms, confirm, recordTelephone } from './notice-commands.ts';
export type { World } from './recipients.ts';
export { rehearsalRoutes } from './rehearsal-routes.ts';
export { reportContent } from './report-content.ts';
export { caseRoutes, loadReport } from './routes.ts';
export { layOutNumbers } from './store.ts';
export { startSweeper } from './sweeper.ts';
export { verifyCases } from './verify.ts';
export { caseView } from './views.ts';
export { type CaseConsequence, followCases, openForWriting, store } from './write.ts';
