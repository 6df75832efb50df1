/** What other rooms may use of the directory. */

export {
  endHolding,
  endOrganisation,
  foundDirectory,
  hold,
  packRows,
  saveContact,
  saveOrganisation,
  savePerson,
  savePost,
  saveSystem,
  saveTeamMember,
} from './commands.ts';
export { type LoadOptions, type LoadResult, loadDirectory, refreshReaders } from './load.ts';
export { appendFacts, type NewFact } from './load-store.ts';
export type { Change, DirectoryRows } from './plan.ts';
export { type Circle, circleOf, everyoneOf } from './reach.ts';
export { askSwap, planRoster, type RosterLetter } from './roster-commands.ts';
export type { RosterActor } from './roster-desk.ts';
export { writeHandover } from './roster-handover.ts';
export { type OnDuty, onDuty } from './roster-rules.ts';
export { type DirectoryDoor, directoryRoutes } from './routes.ts';
export {
  bodyOn,
  coverageGaps,
  coverageOn,
  type DirectoryRoute,
  dayAt,
  detailsSeenBy,
  existsOn,
  isCentrePost,
  mayActFor,
  mayAdminister,
  type Reach,
  type ReachedBy,
  routeOf,
  standIns,
  superiorsOn,
} from './rules.ts';
export {
  DirectorySnapshot,
  isRunning,
  type SnapshotContact,
  type SnapshotGroup,
  type SnapshotHolding,
  type SnapshotOrganisation,
  type SnapshotPerson,
  type SnapshotPost,
  type SnapshotRows,
  type SnapshotTeamMember,
} from './snapshot.ts';
export { currentVersion, directorySnapshot } from './store.ts';
