/** What a command of the command line is given by `src/cli.ts`, whichever room it belongs to. */
import type { Config } from './config.ts';
import type { Database } from './database.ts';
import type { Log } from './log.ts';
import type { OpenedDatabase } from './open-database.ts';

export interface CliContext {
  readonly log: Log;
  /** Reads the configuration when first asked; throws ConfigError. */
  config(): Config;
  /** Opens the database when first asked; closed by the command line at the end. */
  opened(): Promise<OpenedDatabase>;
  /** The application's connection to it, migrated and checked. */
  database(): Promise<Database>;
  /** One line to standard output. */
  print(line: string): void;
  /** One line to standard error. */
  complain(line: string): void;
}

/**
 * A room's command: `export const run: CliCommand` in `src/<room>/cli.ts`.
 * @param args what follows the command's name
 * @returns the exit code: 0 done, 1 failed, 2 wrongly called
 */
export type CliCommand = (args: readonly string[], context: CliContext) => Promise<number>;
