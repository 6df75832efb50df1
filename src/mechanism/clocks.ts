/** When a clock of the pack is due, and what a change of level does to it (H4, H5, H6). Pure. */
import { addDuration } from './calendars.ts';
import type { Calendar, ClockDefinition, Pack } from './pack.ts';
import { type MatchContext, matchesCondition } from './routing.ts';
import type { Capacity, CaseFactKind } from './vocabulary.ts';

/** The calendar a clock counts in. @throws RangeError for one the pack does not have */
export function calendarOf(pack: Pack, id: string): Calendar | 'elapsed' {
  if (id === 'elapsed') return 'elapsed';
  const found = pack.calendars.find((one) => one.id === id);
  if (found === undefined) throw new RangeError(`pack ${pack.id} has no calendar ${id}`);
  return found;
}

/** The length that applies at a level: the level's own, or the clock's default (H4: a proposed level counts). */
export function clockLength(definition: ClockDefinition, level: string | null): string {
  return (level === null ? undefined : definition.length.byLevel[level]) ?? definition.length.default;
}

/** When a clock that began at `start` is due under `level` (null: no level yet). */
export function clockDue(
  definition: ClockDefinition,
  { start, level }: { start: Date; level: string | null },
  pack: Pack,
): Date {
  const calendar = calendarOf(pack, definition.calendar);
  return addDuration(start, clockLength(definition, level), calendar, pack.timeZone);
}

/**
 * Whether a fact meets a clock: it is one of those named, under the clock's own condition, and, when the clock asks
 * for an acknowledgement in a capacity, given in it.
 */
export function clockMetBy(
  definition: ClockDefinition,
  fact: { kind: CaseFactKind; capacities?: readonly Capacity[] },
  context: MatchContext,
): boolean {
  if (!definition.satisfiedBy.includes(fact.kind)) return false;
  if (!matchesCondition(definition.satisfiedWhen, context)) return false;
  if (fact.kind !== 'acknowledged' || definition.byCapacity === undefined) return true;
  return fact.capacities?.includes(definition.byCapacity) ?? false;
}

/** A clock after a change of level. */
export type Regraded = {
  due: Date;
  /** It ran out only because of the change: no fault of whoever had the duty (H5). */
  lateByRegrading: boolean;
};

/**
 * Where a running clock stands after the level became `level` at `regradedAt`.
 *
 * `keep`: the due stays. `recompute`: counted anew from the original start (H6). `not-before-regrade`: the same, but
 * a change may not make it due in the past (H5): it is due at the change, unless it was overdue before it.
 * The caller keeps the former due beside the new one and asks only for clocks that still run.
 */
export function clockAfterRegrade(
  definition: ClockDefinition,
  { start, due, level, regradedAt }: { start: Date; due: Date; level: string; regradedAt: Date },
  pack: Pack,
): Regraded {
  if (definition.onRegrade === 'keep') return { due, lateByRegrading: false };
  const counted = clockDue(definition, { start, level }, pack);
  if (counted >= regradedAt) return { due: counted, lateByRegrading: false };
  const wasLate = due <= regradedAt;
  if (definition.onRegrade === 'recompute') return { due: counted, lateByRegrading: !wasLate };
  if (wasLate) return { due: counted > due ? counted : due, lateByRegrading: false };
  return { due: regradedAt, lateByRegrading: true };
}
