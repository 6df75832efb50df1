/** What may be called for, by when, whom, and what becomes of a step (S7.9.7.5). Pure. */
import type { SnapshotOrganisation, SnapshotPost } from '../directory/snapshot.ts';
import type { Pack } from '../mechanism/pack.ts';
import type { ProcedureStep } from '../mechanism/procedures.ts';
import { groupMay } from '../mechanism/rights.ts';
import { refuse, refuseFields } from '../platform/errors.ts';

/** A party of a call: a body, or a group that is convened by one. */
export interface Party {
  readonly organisationId: string;
  readonly group: string | null;
}

/** Nothing is called for that lies further ahead, in ms. */
const LATEST = 90 * 86_400_000;
/** Whoever was reminded is left alone for so long, in ms: a button pressed twice is one reminder. */
export const REMIND_AGAIN = 10 * 60_000;

/** The steps a call may name: those of the phase before; the commander's own are nothing to be called for. */
export function callableSteps(steps: readonly ProcedureStep[]): ProcedureStep[] {
  return steps.filter((step) => step.phase === 'before' && step.owner !== 'command');
}

/** Refuses a time that has passed or is too far away, naming the field. */
export function checkDue(dueAt: Date, now: Date): void {
  const left = dueAt.getTime() - now.getTime();
  if (left <= 0) refuseFields({ path: 'dueAt', code: 'in-the-past' });
  if (left > LATEST) refuseFields({ path: 'dueAt', code: 'bad-date' });
}

/** The vital systems a body keeps running, by its sectors (S4.5). */
export function systemsOf(pack: Pack, body: SnapshotOrganisation): Set<string> {
  const vital = new Map(pack.sectors.map((sector) => [sector.id, sector.vital]));
  return new Set(body.sectors.map((sector) => vital.get(sector)).filter((one) => one !== undefined));
}

/** Subgroups whose bodies may be called: all but those of compartments. */
export function callableSubgroups(pack: Pack): string[] {
  return pack.groups
    .filter((group) => group.kind === 'subgroup' && !isWalledGroup(pack, group.id))
    .map((group) => group.id);
}

/** True for the group of a compartment. */
export function isWalledGroup(pack: Pack, group: string): boolean {
  return pack.compartments.some((one) => one.group === group);
}

/** The post in which somebody may answer for a party; undefined when in none. */
export function answeringPost(
  party: Party,
  posts: readonly SnapshotPost[],
  pack: Pack,
): SnapshotPost | undefined {
  return posts.find(
    (post) =>
      groupMay(pack, 'answer-preparedness', post) &&
      (party.group === null
        ? post.organisationId === party.organisationId && post.groupCode === null
        : post.groupCode === party.group),
  );
}

export type TaskState = 'open' | 'done' | 'skipped';

/**
 * The state of a task after an act.
 * @throws Refusal step-settled when it is settled already, or open already; reason-required for a step left out without one
 */
export function settled(state: TaskState, act: 'done' | 'skip' | 'reopen', note: string): TaskState {
  if ((state === 'open') === (act === 'reopen')) refuse('step-settled');
  if (act === 'reopen') return 'open';
  if (act === 'skip' && note === '')
    refuse('reason-required', { fields: [{ path: 'note', code: 'required' }] });
  return act === 'done' ? 'done' : 'skipped';
}
