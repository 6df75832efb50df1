import { describe, expect, test } from 'vitest';
import type { QueueRow } from '../../../src/cases/contract.ts';
import { bundles, lateIn, shownRows } from './grouping.ts';

const row = (id: string, incident: string | null, ...reasons: QueueRow['reasons']): QueueRow =>
  ({ case: { id }, reasons, calls: [], incident }) as unknown as QueueRow;
const ids = (rows: readonly QueueRow[]) => rows.map((one) => one.case.id);
const rows = [
  row('a', 'worm', 'clock-overdue'),
  row('b', null, 'new'),
  row('c', 'worm', 'notice-late'),
  row('d', 'mail', 'new'),
  row('e', 'worm', 'new'),
  row('f', 'mail', 'new'),
];

describe('the queue by campaign (H22, H47)', () => {
  test('each incident stands where its most pressing case stands, and no case is lost', () => {
    const list = bundles(rows, true);
    expect(list.map((one) => [one.lead.case.id, ids(one.rest)])).toEqual([
      ['a', ['c', 'e']],
      ['b', []],
      ['d', ['f']],
    ]);
    expect(list.flatMap((one) => [one.lead, ...one.rest])).toHaveLength(rows.length);
    expect(lateIn(list[0]?.rest ?? [])).toBe(1);
  });

  test('folded, the keyboard passes from incident to incident; opened, from case to case', () => {
    const list = bundles(rows, true);
    expect(ids(shownRows(list, () => false))).toEqual(['a', 'b', 'd']);
    expect(ids(shownRows(list, (one) => one.lead.incident === 'worm'))).toEqual(['a', 'c', 'e', 'b', 'd']);
  });

  test('switched off, the queue is as the server ordered it', () => {
    const list = bundles(rows, false);
    expect(ids(shownRows(list, () => false))).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });
});
