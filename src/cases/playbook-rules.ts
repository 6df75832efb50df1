/**
 * The response procedure of a level (應變程序; S7.9.7.3, S7.9.7.5): which steps open when a level is decided, whose part each
 * is, and by when. Pure. A re-grading opens what is new, keeps what is done, and sets aside what is asked no more.
 */
import type { SnapshotPost } from '../directory/index.ts';
import { addDuration, editionOf, type Pack, type ProcedureStep, stepsAt } from '../mechanism/index.ts';
import { refuse } from '../platform/errors.ts';
import type { ChecklistItem, Party } from './affairs.ts';
import type { CaseState } from './evolve.ts';
import type { NewFact } from './facts.ts';
import type { World } from './recipients.ts';

/**
 * Whose part a step is in this case; null when that party has no part in it: a body the case has not, or one outside the
 * walls of its compartment, which must not learn of the case by being given a task (DEC-19).
 */
function partyFor(owner: string, state: CaseState, world: World): Party | null {
  const { routing, compartment } = state;
  if (owner === 'agency' || owner === 'desk') return owner;
  if (owner === 'command') return compartment === null ? 'command' : null;
  if (owner === 'authority') {
    const { authority } = routing;
    if (authority === null) return partyFor('subgroup', state, world);
    const walls = world.directory.organisations.get(authority)?.compartment ?? null;
    return compartment === null || walls === compartment ? 'authority' : null;
  }
  const group = owner === 'subgroup' ? routing.subgroup : owner;
  if (group === routing.desk) return 'desk';
  return compartment === null ? group : null;
}

/**
 * What a step says is kept with the case when it is not what the case's mechanism says: the case goes on reading as it was
 * told, whatever is changed afterwards (S7.11.0d).
 */
function saidIn({ edition, title, help }: ProcedureStep) {
  return edition === null ? {} : { said: { title, help } };
}

/**
 * The steps a level asks for, in the edition the case has, or is given now. While an order of silence stands only those who go on seeing the case are given any; the rest
 * opens with the next grading (H28).
 */
export function stepsOf(
  level: string,
  state: CaseState,
  world: World,
): (NewFact & { kind: 'checklist-opened' })['data']['items'] {
  const edition = editionOf(state.checklist, world.procedures);
  return stepsAt(world.pack, world.procedures?.approved ?? [], edition).flatMap((step) => {
    if (!step.levels.includes(level)) return [];
    const party = partyFor(step.owner, state, world);
    if (party === null) return [];
    if (state.hold && !['agency', 'desk', 'command'].includes(party)) return [];
    const within = step.withinByLevel[level] ?? null;
    return [{ id: step.id, party, phase: step.phase, within, ...saidIn(step) }];
  });
}

/** The fact that opens the procedure of a level that has just been decided; none when nothing would change. */
export function openedBy(level: string, state: CaseState, world: World): NewFact[] {
  const items = stepsOf(level, state, world);
  const before = state.checklist;
  if (items.length === 0 && !before) return [];
  if (before?.level === level) {
    const standing = new Set(
      before.items.filter((item) => item.status !== 'set-aside').map((item) => item.id),
    );
    if (items.every((item) => standing.has(item.id))) return [];
  }
  const edition = editionOf(before, world.procedures);
  return [{ kind: 'checklist-opened', data: { level, items, ...(edition > 0 ? { edition } : {}) } }];
}

/** Groups to be told that steps of theirs are open: those of the steps that are new by this fact. */
export function ownersOf(
  data: (NewFact & { kind: 'checklist-opened' })['data'],
  before: CaseState | null,
): string[] {
  const known = new Set((before?.checklist?.items ?? []).map((item) => item.id));
  const fresh = data.items.filter((item) => !known.has(item.id)).map((item) => item.party);
  return [...new Set(fresh)].filter((party) => !FIXED.has(party));
}

const FIXED: ReadonlySet<string> = new Set(['agency', 'desk', 'command', 'authority']);

/** The parts of a procedure that are this post's. */
export function partsOf(post: SnapshotPost, state: CaseState): ReadonlySet<Party> {
  const parts = new Set<Party>();
  if (post.role === 'convenor' || post.role === 'deputy-convenor') return parts.add('command');
  if (post.organisationId === state.organisation) parts.add('agency');
  if (post.organisationId === state.routing.authority) parts.add('authority');
  if (post.groupCode !== null) parts.add(post.groupCode);
  if (post.groupCode === state.routing.desk) parts.add('desk');
  return parts;
}

/** By when a step is to be done: what comes afterwards counts from the recovery; null while nothing counts. */
export function dueOf(item: ChecklistItem, state: CaseState, pack: Pack): Date | null {
  if (item.within === null) return null;
  const from = item.phase === 'after' ? laterOf(item.since, state.recoveredAt) : item.since;
  return from === null ? null : addDuration(new Date(from), item.within, 'elapsed', pack.timeZone);
}

/** Steps that were given after the recovery count from then. */
function laterOf(since: string, recoveredAt: string | null): string | null {
  if (recoveredAt === null) return null;
  return Date.parse(since) > Date.parse(recoveredAt) ? since : recoveredAt;
}

/** A step this post may settle: its own part, or anybody's when the desk records what it was told by telephone. */
export function requireItem(
  state: CaseState,
  id: string,
  post: SnapshotPost,
): { readonly item: ChecklistItem; readonly onBehalf: boolean } {
  const item = state.checklist?.items.find((one) => one.id === id);
  if (!item) refuse('no-such-step', { fields: [{ path: 'item', code: 'bad-choice' }] });
  const parts = partsOf(post, state);
  const own = parts.has(item.party);
  if (!own && !parts.has('desk')) refuse('not-your-part');
  return { item, onBehalf: !own };
}

/** Refuses to settle what is settled: whoever was first is on record. */
export function requireOpen(item: ChecklistItem): void {
  if (item.status !== 'open') refuse('step-settled');
}

/** Refuses to take up again what is open, or asked no more. */
export function requireSettled(item: ChecklistItem): void {
  if (item.status !== 'done' && item.status !== 'skipped') refuse('step-settled');
}
