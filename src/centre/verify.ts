/** Every activation and meeting rebuilt from its facts in this process and compared with what is stored (rule 3, INV-2). */
import { canonicalJson } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read } from '../platform/transaction.ts';
import { rebuild } from './evolve.ts';
import { type CentreFact, type FactRow, upcast, type Written } from './facts.ts';
import { type MeetingFact, rebuildMeeting } from './meeting-rules.ts';
import { activationColumns, everything, meetingColumns, textHash } from './store.ts';

/** One thing that does not agree. */
export interface CentreFault {
  readonly number: string;
  readonly what: string;
}
export interface CentreVerdict {
  readonly activations: number;
  readonly meetings: number;
  readonly facts: number;
  readonly faults: readonly CentreFault[];
}

function plain(value: unknown): string {
  const text = value instanceof Date ? value.toISOString() : value;
  return typeof text === 'string' ? text : canonicalJson(text ?? null);
}

function differences(row: Record<string, unknown>, columns: () => Record<string, unknown> | null): string[] {
  try {
    const expected = columns();
    if (expected === null) return ['has no facts'];
    return Object.entries(expected).flatMap(([name, value]) =>
      plain(row[name]) === plain(value)
        ? []
        : [`${name} is ${plain(row[name])}, its facts say ${plain(value)}`],
    );
  } catch (error) {
    return [(error as Error).message];
  }
}

/** Everything a fact says was written. */
function writtenIn(value: unknown): Written[] {
  if (Array.isArray(value)) return value.flatMap(writtenIn);
  if (value === null || typeof value !== 'object') return [];
  const { id, hash } = value as Partial<Written>;
  if (typeof id === 'string' && typeof hash === 'string') return [{ id, hash }];
  return Object.values(value).flatMap(writtenIn);
}

/** Rebuilds every activation and meeting; there are few. */
export async function verifyCentre(ctx: AppContext): Promise<CentreVerdict> {
  const { activations, meetings, facts, texts } = await read(ctx.database, SYSTEM, ctx.clock, everything);
  const streams = Map.groupBy(facts, (fact) => fact.stream_id);
  const bodies = new Map(texts.map((text) => [text.id, text]));
  const stream = <F>(id: string): F[] =>
    (streams.get(id) ?? []).map((row: FactRow & { stream_id: string }) => upcast<F>(row));
  const faults: CentreFault[] = [];
  const check = (row: Record<string, unknown> & { id: string }, found: readonly string[]) => {
    for (const what of found) faults.push({ number: row.id, what });
    for (const one of (streams.get(row.id) ?? []).flatMap((fact) => writtenIn(fact.data))) {
      const text = bodies.get(one.id);
      if (!text) faults.push({ number: row.id, what: `text ${one.id} is gone` });
      else if (textHash(text.body, text.case_ids) !== one.hash)
        faults.push({ number: row.id, what: `text ${one.id} was changed after it was written` });
    }
  };
  for (const row of activations)
    check(
      row,
      differences(row, () => {
        const state = rebuild(row.id, stream<CentreFact>(row.id));
        return state && activationColumns(state);
      }),
    );
  for (const row of meetings)
    check(
      row,
      differences(row, () => {
        const state = rebuildMeeting(row.id, stream<MeetingFact>(row.id));
        return state && meetingColumns(state);
      }),
    );
  return { activations: activations.length, meetings: meetings.length, facts: facts.length, faults };
}
