/** `tocsin demo`: files the demonstration nation into the configured, empty database. */
import type { CliCommand } from '../platform/cli-context.ts';
import { createSignals } from '../platform/signals.ts';
import { productionClock } from '../platform/time.ts';
import { loadNation } from './load.ts';

/** Prints what was filed; non-zero when a step was refused. */
export const run: CliCommand = async (_args, context) => {
  const ctx = {
    config: context.config(),
    log: context.log,
    database: await context.database(),
    clock: productionClock,
    signals: createSignals(),
    demonstration: true,
  };
  const { ownerUrl } = await context.opened();
  const played = await loadNation(ctx, ownerUrl);
  if (played === null) {
    context.print('示範國家已在資料庫中。 The demonstration nation is there already.');
    return 0;
  }
  context.print(
    `已填報 ${played.cases} 件、${played.steps} 步。 Filed ${played.cases} cases in ${played.steps} steps.`,
  );
  for (const refusal of played.refused) context.print(refusal);
  return played.refused.length === 0 ? 0 : 1;
};
