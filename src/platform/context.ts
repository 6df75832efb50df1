/** What every room is given to work with; made once in src/app.ts. */
import type { Config } from './config.ts';
import type { Database } from './database.ts';
import type { Log } from './log.ts';
import type { Signals } from './signals.ts';
import type { Clock } from './time.ts';

export interface AppContext {
  readonly config: Config;
  readonly log: Log;
  /** Connected as the application role: sees only what a transaction's actor may see. */
  readonly database: Database;
  readonly clock: Clock;
  readonly signals: Signals;
  /** The demonstration nation shows its accounts and its mailbox; `serve` never does. */
  readonly demonstration: boolean;
}
