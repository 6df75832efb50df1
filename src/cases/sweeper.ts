/** Sweeps away what nobody came back for: old drafts, and files that no report ever took. Reports are never touched. */
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { type Tx, write } from '../platform/transaction.ts';

/** A draft nobody touched for this long is gone, in days. */
export const DRAFT_DAYS = 90;
/** A file is kept this long for a report to take it, in days; longer while a draft still names it. */
export const UNFILED_DAYS = 7;

const DAY = 86_400_000;
const EVERY = 3_600_000;
/** Rows of one transaction, so that nobody waits for the broom. */
const BATCH = 200;

const before = (tx: Tx, days: number): Date => new Date(tx.now.getTime() - days * DAY);

/** Deletes one batch; returns how many of each kind. */
function sweepOnce(ctx: AppContext): Promise<{ drafts: number; files: number }> {
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const drafts = await tx.prepared(
      'sweep-drafts',
      `delete from drafts where id in (select id from drafts where updated_at < $1::timestamptz limit ${BATCH}) returning id`,
      [before(tx, DRAFT_DAYS)],
    );
    const files = await tx.prepared(
      'sweep-files',
      // A draft keeps its files as long as itself: what was attached last week is still there when it is filed.
      `delete from attachments where report_id is null and id in (
         select a.id from attachments a where a.report_id is null and a.at < $1::timestamptz and not exists (
           select 1 from drafts d where d.person_id = a.person_id and position(a.id::text in d.content::text) > 0)
         limit ${BATCH}) returning id`,
      [before(tx, UNFILED_DAYS)],
    );
    return { drafts: drafts.length, files: files.length };
  });
}

/** Sweeps until nothing is left to sweep; returns what went. */
export async function sweep(ctx: AppContext): Promise<{ drafts: number; files: number }> {
  const gone = { drafts: 0, files: 0 };
  for (;;) {
    const { drafts, files } = await sweepOnce(ctx);
    gone.drafts += drafts;
    gone.files += files;
    if (drafts < BATCH && files < BATCH) return gone;
  }
}

/** Starts the broom: at the start and every hour. */
export function startSweeper(ctx: AppContext): { stop(): Promise<void> } {
  const run = async () => {
    try {
      await sweep(ctx);
    } catch (error) {
      ctx.log.error({ err: error }, 'old drafts and files could not be swept away, going on');
    }
  };
  let running = run();
  const timer = setInterval(() => {
    running = run();
  }, EVERY);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
