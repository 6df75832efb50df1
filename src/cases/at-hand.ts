/** The cases a roster's hand-over names, as whoever asks may see them. */
import { directorySnapshot } from '../directory/index.ts';
import type { AppContext } from '../platform/context.ts';
import type { Tx } from '../platform/transaction.ts';
import { personRef } from './lists.ts';

interface AtHand extends Record<string, unknown> {
  readonly id: string;
  readonly number: string;
  readonly mode: 'live' | 'exercise';
  readonly level: string;
  readonly level_status: 'proposed' | 'confirmed';
  readonly state: string;
  readonly open: boolean;
  readonly organisation_id: string;
  readonly opened_at: Date;
  readonly taken_by: string | null;
  readonly next_due: Date | null;
  readonly waiting: number;
}

const COLUMNS = `c.id, c.number, c.mode, c.level, c.level_status, c.state, c.open, c.organisation_id, c.opened_at, c.taken_by,
  (select min(due_at) from clocks k where k.case_id = c.id and k.state = 'running') as next_due,
  (select count(*)::int from notices n where n.case_id = c.id and n.expects <> 'none' and n.acknowledged_at is null
     and n.closed_at is null) as waiting`;
/** A note that lists more than this is not read. */
const MOST = 100;

/** Both read under the transaction's own keys: a case he may not see is not there. */
export function casesAtHand(ctx: AppContext) {
  const view = async (tx: Tx, rows: readonly AtHand[]) => {
    const directory = await directorySnapshot(ctx, tx);
    return rows.map((row) => {
      const body = directory.organisations.get(row.organisation_id);
      return {
        id: row.id,
        number: row.number,
        mode: row.mode,
        level: row.level,
        levelStatus: row.level_status,
        state: row.state,
        open: row.open,
        organisation: { zh: body?.nameZh ?? '', en: body?.nameEn ?? '' },
        openedAt: row.opened_at.toISOString(),
        takenBy: row.taken_by === null ? null : personRef(directory, row.taken_by).name,
        nextDue: row.next_due?.toISOString() ?? null,
        waiting: row.waiting,
      };
    });
  };
  return {
    /** Open cases that meet these keys, live before exercises, the gravest first. */
    open: async (tx: Tx, keys: readonly string[]) =>
      view(
        tx,
        await tx.prepared<AtHand>(
          'cases-at-hand',
          `select ${COLUMNS} from cases c where c.open and c.seen_by && $1::text[]
           order by c.mode = 'exercise', c.rank desc, c.opened_at, c.id limit ${MOST}`,
          [keys],
        ),
      ),
    byId: async (tx: Tx, ids: readonly string[]) =>
      view(
        tx,
        ids.length === 0
          ? []
          : await tx.prepared<AtHand>(
              'cases-at-hand-named',
              `select ${COLUMNS} from cases c where c.id = any ($1) order by c.mode = 'exercise', c.rank desc, c.opened_at, c.id`,
              [ids],
            ),
      ),
  };
}
