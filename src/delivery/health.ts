/** How each lane fares, as far as this process knows, and what of it is news to the database. */
import type { Tx } from '../platform/transaction.ts';
import { channelOfLane } from './channel-rules.ts';
import type { Reason } from './rules.ts';

interface Known {
  readonly okAt: Date | null;
  readonly failingSince: Date | null;
  readonly faultAt: Date | null;
  readonly reason: Reason | null;
}

/** A lane that goes well says so at most this often, in ms. */
const SAYS_EVERY = 5_000;

const SAVE = `
  insert into lane_health (lane, channel, ok_at, failing_since, fault_at, reason)
  select l.lane, l.channel, l.ok_at, l.failing_since, l.fault_at, l.reason from jsonb_to_recordset($1::jsonb)
    as l(lane text, channel text, ok_at timestamptz, failing_since timestamptz, fault_at timestamptz, reason text)
  order by l.lane
  on conflict (lane) do update set
    channel = excluded.channel,
    ok_at = greatest(lane_health.ok_at, excluded.ok_at),
    -- It has been failing since the first of those who say so, until somebody says that it does not.
    failing_since = case when excluded.failing_since is null then null
      else least(lane_health.failing_since, excluded.failing_since) end,
    fault_at = greatest(lane_health.fault_at, excluded.fault_at),
    reason = case when excluded.failing_since is null then null else excluded.reason end`;

/** What is to be written now; nothing is lost when the transaction fails. */
export interface HealthNews {
  write(tx: Tx): Promise<void>;
  written(): void;
}

/** Keeps what happens on each lane until it is written. */
export class LaneHealth {
  readonly #lanes = new Map<string, Known>();
  readonly #fresh = new Set<string>();
  readonly #said = new Map<string, number>();

  /** The lane took something, or refused it as one who is there. */
  took(lane: string, at: Date): void {
    const before = this.#lanes.get(lane);
    const wasFailing = before === undefined || before.failingSince !== null;
    this.#lanes.set(lane, { okAt: at, failingSince: null, faultAt: before?.faultAt ?? null, reason: null });
    if (wasFailing || performance.now() - (this.#said.get(lane) ?? 0) > SAYS_EVERY) this.#fresh.add(lane);
  }

  /** The lane is in trouble. */
  failed(lane: string, reason: Reason, at: Date): void {
    const before = this.#lanes.get(lane);
    const failingSince = before?.failingSince ?? at;
    this.#lanes.set(lane, { okAt: before?.okAt ?? null, failingSince, faultAt: at, reason });
    this.#fresh.add(lane);
  }

  /** What the database does not know yet. */
  news(): HealthNews {
    const lanes = [...this.#fresh].sort();
    return {
      write: async (tx) => {
        if (lanes.length === 0) return;
        const rows = lanes.map((lane) => {
          const known = this.#lanes.get(lane);
          return {
            lane,
            channel: channelOfLane(lane),
            ok_at: known?.okAt ?? null,
            failing_since: known?.failingSince ?? null,
            fault_at: known?.faultAt ?? null,
            reason: known?.reason ?? null,
          };
        });
        await tx.prepared('lane-health-save', SAVE, [JSON.stringify(rows)]);
      },
      written: () => {
        for (const lane of lanes) {
          this.#fresh.delete(lane);
          this.#said.set(lane, performance.now());
        }
      },
    };
  }
}

/** How a lane fares. */
export interface LaneState {
  readonly lane: string;
  readonly okAt: Date | null;
  readonly failingSince: Date | null;
  readonly faultAt: Date | null;
  readonly reason: string | null;
  /** Waiting now, and since when the oldest of it that is due. */
  readonly queued: number;
  readonly oldestDue: Date | null;
}

/** Every lane that was ever used or has something waiting. */
export function laneStates(tx: Tx): Promise<LaneState[]> {
  return tx.prepared<LaneState & Record<string, unknown>>(
    'lane-states',
    `select coalesce(h.lane, q.relay) as lane, h.ok_at as "okAt", h.failing_since as "failingSince",
            h.fault_at as "faultAt", h.reason, coalesce(q.queued, 0)::int as queued, q.oldest as "oldestDue"
     from lane_health h full join (
       select relay, count(*) as queued, min(next_at) filter (where next_at <= $1) as oldest
       from deliveries where state = 'queued' group by relay) q on q.relay = h.lane
     order by 1`,
    [tx.now],
  );
}
