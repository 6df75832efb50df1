import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tableTypes } from '../../scripts/types-database.mjs';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('the types of the tables are those of the migrations: run `npm run types:database` when this fails', () => {
  const stored = readFileSync(new URL('./tables.ts', import.meta.url), 'utf8');
  expect(stored).toBe(tableTypes(database.ownerUrl));
}, 30_000);
