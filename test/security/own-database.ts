/** A PostgreSQL server of a test's own, which the test may stop and start again while the product runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';

const quiet = { info: () => undefined, warn: () => undefined };

export interface OwnDatabase {
  /** What the product is told, `DATABASE_URL` and `DATABASE_OWNER_URL`; the same after every start. */
  readonly env: Readonly<Record<string, string>>;
  readonly ownerUrl: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends it for good and removes its folder. */
  drop(): Promise<void>;
}

export async function openOwnDatabase(): Promise<OwnDatabase> {
  const dataDir = mkdtempSync(path.join(tmpdir(), `tocsin-test-${process.pid}-o-`));
  const begin = (): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({ dataDir, unsafeNoSync: true, log: quiet });
  let server: EmbeddedPostgres | undefined = await begin();
  const { appUrl, ownerUrl } = server;
  const stop = async () => {
    const running = server;
    server = undefined;
    await running?.stop();
  };
  return {
    env: { DATABASE_URL: appUrl, DATABASE_OWNER_URL: ownerUrl },
    ownerUrl,
    stop,
    async start() {
      server = await begin();
    },
    async drop() {
      await stop();
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    },
  };
}
