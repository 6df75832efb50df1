/** Once per run of Vitest, in its main process. */
import { startDatabaseService } from './database-service.ts';

export default async function setup(): Promise<() => Promise<void>> {
  const service = await startDatabaseService();
  process.env['TOCSIN_TEST_DATABASES'] = service.socketPath;
  return service.stop;
}
