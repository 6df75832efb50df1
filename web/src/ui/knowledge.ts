import type { KnowsRow } from '../../../src/cases/contract.ts';
import type { Capacity } from '../../../src/mechanism/vocabulary.ts';

/** How far the knowledge has come, from "confirmed by a person" to "could not be told". */
export type KnowState =
  | 'confirmed'
  | 'opened'
  | 'delivered'
  | 'sending'
  | 'failed'
  | 'overdue'
  | 'withheld'
  | 'informed';

const STATES: Record<KnowsRow['status'], KnowState> = {
  acknowledged: 'confirmed',
  opened: 'opened',
  'handed-over': 'delivered',
  queued: 'sending',
  failed: 'failed',
  nobody: 'failed',
  'not-asked': 'informed',
  closed: 'withheld',
};

/** Order of the strip: what is known first, what is wrong last, at the end where the eye stops. */
export const ORDER: readonly KnowState[] = [
  'confirmed',
  'opened',
  'delivered',
  'sending',
  'overdue',
  'failed',
];

export const GROUPS: readonly {
  id: 'told' | 'command' | 'groups' | 'others';
  capacities: readonly Capacity[];
}[] = [
  { id: 'told', capacities: ['centre', 'authority', 'subgroup', 'superior'] },
  { id: 'command', capacities: ['convenor', 'deputy-convenor'] },
  { id: 'groups', capacities: ['affected', 'summoned'] },
  { id: 'others', capacities: ['reporter', 'informed'] },
];

/** The state of one notice at a moment; what waits beyond its time is overdue, whatever the server last said. */
export function stateOf(row: KnowsRow, now: number): KnowState {
  const state = STATES[row.status];
  const waiting = state === 'opened' || state === 'delivered' || state === 'sending';
  const late = row.late || (row.confirmBy !== null && new Date(row.confirmBy).getTime() < now);
  return waiting && late ? 'overdue' : state;
}

/** One post and all it was told about the case: the notice that still waits leads, else the latest confirmation. */
export interface Knower {
  row: KnowsRow;
  state: KnowState;
  capacities: readonly Capacity[];
  notices: number;
}

/** What weighs most when one post has several notices. */
const WEIGHT: readonly KnowState[] = [
  'failed',
  'overdue',
  'sending',
  'delivered',
  'opened',
  'confirmed',
  'informed',
  'withheld',
];

/** One line per post, however often it was told. */
export function knowers(rows: readonly KnowsRow[], now: number): Knower[] {
  const byPost = new Map<string, Knower>();
  for (const row of rows) {
    const state = stateOf(row, now);
    const known = byPost.get(row.party.postId);
    if (!known) {
      byPost.set(row.party.postId, { row, state, capacities: row.party.capacities, notices: 1 });
      continue;
    }
    const heavier = WEIGHT.indexOf(state) - WEIGHT.indexOf(known.state);
    const leads = heavier < 0 || (heavier === 0 && row.toldAt > known.row.toldAt);
    byPost.set(row.party.postId, {
      row: leads ? row : known.row,
      state: leads ? state : known.state,
      capacities: [...new Set([...known.capacities, ...row.party.capacities])],
      notices: known.notices + 1,
    });
  }
  return [...byPost.values()];
}

/** A post told in several capacities stands under the first group that has one of them. */
export function groupOf(capacities: readonly Capacity[]): (typeof GROUPS)[number]['id'] {
  return GROUPS.find((group) => group.capacities.some((one) => capacities.includes(one)))?.id ?? 'others';
}
