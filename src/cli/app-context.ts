/** The rooms' context for a command. */
import type { CliContext } from '../platform/cli-context.ts';
import type { AppContext } from '../platform/context.ts';
import { createSignals } from '../platform/signals.ts';
import { productionClock } from '../platform/time.ts';

/** Opens the database and gives the rooms what they work with. */
export async function appContext(context: CliContext): Promise<AppContext> {
  return {
    config: context.config(),
    log: context.log,
    database: await context.database(),
    clock: productionClock,
    signals: createSignals(),
    demonstration: false,
  };
}
