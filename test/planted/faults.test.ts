/** Every planted fault can still be planted: its place stands exactly once in its file, and its tests exist. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FAULTS } from './faults.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('every planted fault has its one place and its tests', () => {
  const lost = FAULTS.flatMap(({ what, file, find, replace, tests }) => {
    const places = readFileSync(path.join(ROOT, file), 'utf8').split(find).length - 1;
    const missing = tests.filter((one) => !existsSync(path.join(ROOT, one)));
    if (places === 1 && missing.length === 0 && find !== replace) return [];
    return [`${what}: ${places} places in ${file}${missing.map((one) => `, no ${one}`).join('')}`];
  });
  expect(lost).toEqual([]);
  expect(new Set(FAULTS.map((fault) => fault.what)).size).toBe(FAULTS.length);
});
