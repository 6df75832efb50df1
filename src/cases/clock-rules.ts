/**
 * Which clocks a fact starts, meets, moves or voids (DEC-6, H4–H7, INV-4). Pure: rows in, rows out.
 *
 * A clock is a record, not a queue entry: it is shown, explained years later, and recomputed when the level changes.
 */
import {
  addDuration,
  type ClockDefinition,
  clockAfterRegrade,
  clockDue,
  clockMetBy,
  type MatchContext,
  matchesCondition,
  type Pack,
  rankOf,
} from '../mechanism/index.ts';
import type { CaseState } from './evolve.ts';
import type { CaseFact, NewFact } from './facts.ts';

export interface ClockRow {
  readonly id: string;
  readonly definition: string;
  readonly ordinal: number;
  readonly state: 'running' | 'met' | 'voided';
  readonly force: 'mandatory' | 'advisory';
  readonly rank: number;
  readonly startAt: Date;
  readonly dueAt: Date;
  readonly warnAt: Date | null;
  /** The next moment somebody must look at it; null when nothing is left to do. */
  readonly nextAt: Date | null;
  readonly metAt: Date | null;
  readonly warnedAt: Date | null;
  readonly overdueAt: Date | null;
  readonly lateByRegrading: boolean;
  readonly history: readonly { readonly dueAt: string; readonly level: string; readonly at: string }[];
}

function warnTime(definition: ClockDefinition, due: Date): Date | null {
  if (!definition.warnBefore) return null;
  const length = addDuration(new Date(0), definition.warnBefore, 'elapsed', 'UTC').getTime();
  return new Date(due.getTime() - length);
}

/** The next moment to look at a running clock: the warning if it is still to come, else the due time, else never. */
export function nextLook(
  clock: Pick<ClockRow, 'state' | 'warnAt' | 'warnedAt' | 'dueAt' | 'overdueAt'>,
): Date | null {
  if (clock.state !== 'running' || clock.overdueAt !== null) return null;
  if (clock.warnAt !== null && clock.warnedAt === null && clock.warnAt < clock.dueAt) return clock.warnAt;
  return clock.dueAt;
}

function withNext(clock: ClockRow): ClockRow {
  return { ...clock, nextAt: nextLook(clock) };
}

/** When the thing a clock waits for really happened: a report told by telephone counts from when it was told (H45). */
function momentOf(fact: CaseFact): Date {
  if (fact.kind === 'filed') return new Date(fact.data.toldAt);
  if (fact.kind === 'acknowledged' || fact.kind === 'convenor-told') return new Date(fact.data.at);
  return fact.at;
}

function starts(
  definition: ClockDefinition,
  fact: CaseFact,
  before: CaseState | null,
  state: CaseState,
): Date | null {
  // A threshold said once more in the same crossing starts nothing a second time (H7).
  if (fact.kind === 'threshold-reached' && fact.data.again) return null;
  if (definition.start === 'aware' || definition.start === 'occurred') {
    const field = definition.start === 'aware' ? 'awareAt' : 'occurredAt';
    const at = state[field];
    // With the report that first says it, the first one or a later one, or with the desk's correction (H2).
    return at === null || (before !== null && before[field] !== null) ? null : new Date(at);
  }
  return definition.start === fact.kind ? momentOf(fact) : null;
}

/**
 * When a clock whose start becomes known only now had been met already: an agency that reported in time and says later
 * since when it knew is not late for that (H14). Null when it is still to be met.
 */
function metBefore(definition: ClockDefinition, before: CaseState | null): Date | null {
  if (before === null || before.reports === 0) return null;
  const { suspected } = before;
  const done: readonly (readonly [CaseFact['kind'], MatchContext, string | null])[] = [
    ['filed', { suspected, report: 'initial' }, before.firstToldAt ?? before.openedAt],
    ['filed', { suspected, report: 'recovery' }, before.recoveredAt],
    ['registered', { suspected }, before.registeredAt],
    ['graded', { suspected }, before.gradedAt],
  ];
  const met = done.find(([kind, context, at]) => at !== null && clockMetBy(definition, { kind }, context));
  return met?.[2] ? new Date(met[2]) : null;
}

function satisfies(definition: ClockDefinition, fact: CaseFact, context: MatchContext): boolean {
  const capacities = fact.kind === 'acknowledged' ? { capacities: fact.data.capacities } : {};
  return clockMetBy(definition, { kind: fact.kind, ...capacities }, context);
}

/** A merge says which clocks it stops, so that they can run on if the cases are taken apart again (H32). */
export function stopping(fact: NewFact, clocks: readonly ClockRow[]): NewFact {
  if (fact.kind !== 'merged') return fact;
  const running = clocks.filter((clock) => clock.state === 'running').map((clock) => clock.id);
  return { ...fact, data: { ...fact.data, clocks: running } };
}

/** All clocks of the case after the fact. New ones get ids from `newId`; untouched ones are the same objects. */
export function clocksAfter(
  clocks: readonly ClockRow[],
  fact: CaseFact,
  before: CaseState | null,
  state: CaseState,
  context: MatchContext,
  pack: Pack,
  newId: () => string,
): ClockRow[] {
  let result = [...clocks];
  for (const definition of pack.clocks) {
    const start = starts(definition, fact, before, state);
    if (start === null || !matchesCondition(definition.when, context)) continue;
    const same = result.filter((clock) => clock.definition === definition.id);
    if (!definition.repeats && same.some((clock) => clock.state !== 'voided')) continue;
    const due = clockDue(definition, { start, level: state.level }, pack);
    const isOfTheCase = definition.start === 'aware' || definition.start === 'occurred';
    const metAt = isOfTheCase ? metBefore(definition, before) : null;
    result.push(
      withNext({
        id: newId(),
        definition: definition.id,
        ordinal: same.length + 1,
        state: metAt === null ? 'running' : 'met',
        force: definition.force,
        rank: state.level === '' ? 0 : rankOf(pack, state.level),
        startAt: start,
        dueAt: due,
        warnAt: warnTime(definition, due),
        nextAt: null,
        metAt,
        warnedAt: null,
        overdueAt: null,
        lateByRegrading: false,
        history: [],
      }),
    );
  }
  result = result.map((clock) => {
    const definition = pack.clocks.find((one) => one.id === clock.definition);
    return definition ? settle(clock, definition, fact, before, state, context, pack) : clock;
  });
  return result;
}

function settle(
  clock: ClockRow,
  definition: ClockDefinition,
  fact: CaseFact,
  before: CaseState | null,
  state: CaseState,
  context: MatchContext,
  pack: Pack,
): ClockRow {
  if (fact.kind === 'awareness-corrected' && definition.start === 'aware' && clock.state !== 'voided') {
    // Awareness is an assertion that may be corrected; the clock is counted anew, the old due time is kept (H2).
    const startAt = new Date(fact.data.at);
    if (startAt.getTime() === clock.startAt.getTime()) return clock;
    const due = clockDue(definition, { start: startAt, level: state.level }, pack);
    return withNext({ ...moved(clock, due, definition, state, fact.at), startAt });
  }
  const isStopped = clock.state === 'voided' && (before?.stoppedClocks?.includes(clock.id) ?? false);
  // As if there had been no merge: with its first start and its first due time, met by what met it meanwhile (H32).
  if (isStopped && fact.kind === 'unmerged') return withNext({ ...clock, state: 'running' });
  if (clock.state !== 'running' && !isStopped) return clock;
  if (satisfies(definition, fact, context))
    return withNext({ ...clock, state: 'met', metAt: momentOf(fact) });
  if (isStopped) return clock;
  if (definition.voidedBy.includes(fact.kind as ClockDefinition['voidedBy'][number]) || !state.open) {
    return withNext({ ...clock, state: 'voided' });
  }
  if (before !== null && before.level !== state.level) {
    const { due, lateByRegrading } = clockAfterRegrade(
      definition,
      { start: clock.startAt, due: clock.dueAt, level: state.level, regradedAt: fact.at },
      pack,
    );
    const rank = rankOf(pack, state.level);
    if (due.getTime() === clock.dueAt.getTime()) return rank === clock.rank ? clock : { ...clock, rank };
    return withNext({ ...moved(clock, due, definition, before, fact.at), rank, lateByRegrading });
  }
  return clock;
}

function moved(
  clock: ClockRow,
  due: Date,
  definition: ClockDefinition,
  under: CaseState,
  at: Date,
): ClockRow {
  return {
    ...clock,
    dueAt: due,
    warnAt: warnTime(definition, due),
    // What had run out under the old due time runs again until the new one (H6); each due time fires once (INV-4).
    ...(due > at ? { overdueAt: null, warnedAt: null } : {}),
    history: [
      ...clock.history,
      { dueAt: clock.dueAt.toISOString(), level: under.level, at: at.toISOString() },
    ],
  };
}

/** A clock met after its due time, or running past it. */
export function isOverdue(clock: Pick<ClockRow, 'state' | 'dueAt' | 'metAt'>, now: Date): boolean {
  if (clock.state === 'voided') return false;
  return (clock.metAt ?? now) > clock.dueAt;
}
