/** A database of its own for a test file: a copy of the migrated template, made in some 30 ms. */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { DatabaseUrls } from './database-service.ts';

/** A test file's database; `drop` it in `afterAll`, after the pools on it are closed. */
export interface TestDatabase extends DatabaseUrls {
  drop(): Promise<void>;
}

async function order<T>(message: object): Promise<T> {
  const socketPath = process.env['TOCSIN_TEST_DATABASES'];
  if (!socketPath) throw new Error('no database service: run the tests by Vitest, with its configuration');
  const socket = connect(socketPath);
  socket.write(`${JSON.stringify(message)}\n`);
  const answer = JSON.parse(await text(socket)) as { value: T; error?: string };
  if (answer.error) throw new Error(answer.error);
  return answer.value;
}

/**
 * Makes a migrated, empty database. With `isEmpty` not even the schema is there (for tests of the migrations).
 */
export async function createTestDatabase(options: { isEmpty?: boolean } = {}): Promise<TestDatabase> {
  const urls = await order<DatabaseUrls>({ op: 'create', ...options });
  return { ...urls, drop: () => order<void>({ op: 'drop', name: urls.name }) };
}
