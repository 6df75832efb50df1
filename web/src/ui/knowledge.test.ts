import { describe, expect, it } from 'vitest';
import type { KnowsRow } from '../../../src/cases/contract.ts';
import { groupOf, knowers, stateOf } from './knowledge.ts';

const now = Date.parse('2026-11-22T02:00:00Z');

function row(postId: string, status: KnowsRow['status'], more: Partial<KnowsRow> = {}): KnowsRow {
  const text = { zh: '', en: '' };
  return {
    party: {
      postId,
      postName: text,
      organisationId: postId,
      organisationName: text,
      capacities: ['authority'],
      expects: 'acknowledgement',
      vacant: false,
    },
    noticeId: `${postId}-${status}`,
    toldAt: '2026-11-22T01:30:00Z',
    urgent: false,
    asked: text,
    confirmBy: '2026-11-22T02:30:00Z',
    status,
    late: false,
    acknowledged: null,
    deliveries: [],
    call: null,
    ladder: null,
    rungOf: [],
    ...more,
  };
}

describe('who knows', () => {
  it('what waits beyond its time is overdue at that very moment, without asking the server again', () => {
    const waiting = row('a', 'handed-over');
    expect(stateOf(waiting, now)).toBe('delivered');
    expect(stateOf(waiting, Date.parse('2026-11-22T02:30:01Z'))).toBe('overdue');
    expect(stateOf(row('a', 'opened', { late: true }), now)).toBe('overdue');
  });

  it('a confirmation is never overdue, and a failure stays a failure', () => {
    expect(stateOf(row('a', 'acknowledged', { late: true }), now)).toBe('confirmed');
    expect(stateOf(row('a', 'failed', { late: true }), now)).toBe('failed');
    expect(stateOf(row('a', 'nobody'), now)).toBe('failed');
  });

  it('a post told several times is one line: what still waits leads, capacities are joined', () => {
    const list = knowers(
      [
        row('a', 'acknowledged'),
        row('a', 'handed-over', { party: { ...row('a', 'failed').party, capacities: ['subgroup'] } }),
        row('b', 'acknowledged'),
        row('b', 'not-asked'),
      ],
      now,
    );
    expect(list.map((one) => [one.row.party.postId, one.state, one.notices])).toEqual([
      ['a', 'delivered', 2],
      ['b', 'confirmed', 2],
    ]);
    expect(list[0]?.capacities).toEqual(['authority', 'subgroup']);
  });

  it('stands under the first group that has one of its capacities', () => {
    expect(groupOf(['informed', 'convenor'])).toBe('command');
    expect(groupOf(['summoned'])).toBe('groups');
    expect(groupOf(['affected', 'authority'])).toBe('told');
    expect(groupOf(['reporter'])).toBe('others');
  });
});
