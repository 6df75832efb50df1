/** What other rooms may use of the mechanism: the pack's shape, its words, and the pure rules that read it. */
export { addDuration, isWorkingDay, parseDuration } from './calendars.ts';
export { calendarOf, clockAfterRegrade, clockDue, clockLength, clockMetBy, type Regraded } from './clocks.ts';
export { centreFigure, type Figure, flowFigure, organisationFigure } from './figures.ts';
export { ladderOf, rungAfter, rungApplies, tellsPosts } from './ladders.ts';
export { isAtLeast, levelOf, rankOf, thresholdsReached } from './levels.ts';
export { canonicalJson, hashPack, type LoadedPack, loadPack } from './load.ts';
export { formatNumber, OPEN_SERIES, seriesFor } from './numbers.ts';
export * from './pack.ts';
export {
  type ApprovedStep,
  editionOf,
  type ProcedureStep,
  type Procedures,
  type StepContent,
  stepsAt,
} from './procedures.ts';
export {
  type GroupPost,
  groupKeys,
  groupMay,
  type RightsQuestion,
  rightsAllow,
  type Standing,
  transitionFor,
} from './rights.ts';
export { mechanismRoutes } from './routes.ts';
export {
  type MatchContext,
  matchesCondition,
  routesFor,
  type SectorRouting,
  sectorRouting,
} from './routing.ts';
export { activatePack, activePack, activePackHash, packByHash, storedPacks, storePack } from './store.ts';
export {
  CLOSED_SUFFIX,
  fillTemplate,
  type NoticeText,
  RUNG_TEMPLATE,
  type TemplateValues,
  templateFor,
} from './templates.ts';
export * from './vocabulary.ts';
