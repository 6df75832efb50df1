/** From the configuration to a database: the one it names, or our own in the data folder. */
import type { Config } from './config.ts';
import {
  type EmbeddedPostgres,
  runningPostgres,
  type ServerLog,
  startEmbeddedPostgres,
} from './embedded-postgres.ts';
import { FolderInUse } from './postgres/instance-lock.ts';

/** A reachable database, by its two doors. */
export interface OpenedDatabase {
  readonly appUrl: string;
  readonly ownerUrl: string;
  /** Our own server, when this process runs it. */
  readonly embedded: EmbeddedPostgres | undefined;
  /** Ends what this process started; an external server is left alone. */
  close(): Promise<void>;
}

export interface OpenDatabaseOptions {
  readonly log: ServerLog;
  /** Use the server of another running process of ours when there is one (commands), instead of refusing (services). */
  readonly share?: boolean;
  /** See `EmbeddedPostgresOptions`. */
  readonly allowNamespace?: boolean;
  /** Tests only. */
  readonly unsafeNoSync?: boolean;
}

/**
 * Opens the database of the configuration.
 * @throws FolderInUse when another process uses the data folder and `share` is not set
 */
export async function openDatabase(
  config: Pick<Config, 'databaseUrl' | 'databaseOwnerUrl' | 'dataDir'>,
  options: OpenDatabaseOptions,
): Promise<OpenedDatabase> {
  const { databaseUrl, databaseOwnerUrl, dataDir } = config;
  if (databaseUrl && databaseOwnerUrl) {
    return {
      appUrl: databaseUrl,
      ownerUrl: databaseOwnerUrl,
      embedded: undefined,
      close: async () => undefined,
    };
  }
  try {
    const embedded = await startEmbeddedPostgres({
      dataDir,
      unsafeNoSync: options.unsafeNoSync ?? false,
      allowNamespace: options.allowNamespace ?? false,
      log: options.log,
    });
    return { appUrl: embedded.appUrl, ownerUrl: embedded.ownerUrl, embedded, close: embedded.stop };
  } catch (error) {
    const running = options.share && error instanceof FolderInUse ? runningPostgres(dataDir) : undefined;
    if (!running) throw error;
    return { ...running, embedded: undefined, close: async () => undefined };
  }
}
