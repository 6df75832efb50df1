/** The centre as the situation room shows it: read under the reader's own rights, so a compartment's is seen behind its wall only. */
import { directorySnapshot } from '../directory/index.ts';
import type { AppContext } from '../platform/context.ts';
import type { Tx } from '../platform/transaction.ts';
import type { CentreState } from './evolve.ts';

/** Who is stationed in the activation the reader may see, by group; null while none stands. */
export async function centreNow(ctx: AppContext, tx: Tx, mode: 'live' | 'exercise') {
  const row = await tx.db
    .selectFrom('activations')
    .select(['detail'])
    .where('active', '=', true)
    .where('mode', '=', mode)
    .orderBy('opened_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) return null;
  const state = row.detail as unknown as CentreState;
  const directory = await directorySnapshot(ctx, tx);
  return {
    since: state.openedAt,
    emergency: state.coordination === 'emergency',
    level: state.level,
    groups: state.subgroups.map((code) => {
      const group = directory.groups.get(code);
      const asked = state.summons.filter((one) => one.group === code);
      return {
        code,
        name: { zh: group?.nameZh ?? code, en: group?.nameEn ?? code },
        answer: asked.find((one) => one.answer !== null)?.answer?.answer ?? null,
        present: state.presence.filter((one) => one.out === null && one.group === code).length,
      };
    }),
  };
}
