/**
 * Every planted fault, leak and mistake can still be planted: its place stands exactly once in its file, and its tests
 * exist.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LEAKS } from '../isolation/planted.ts';
import { MISTAKES } from '../simulate/planted.ts';
import { FAULTS } from './faults.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What is planted, each kind by the command that looks for it. */
const PLANTED = {
  'test:planted': FAULTS,
  'test:isolation': LEAKS,
  simulate: MISTAKES.map((mistake) => ({ ...mistake, tests: [] })),
};

test.each(Object.entries(PLANTED))(
  '%s: every planted fault has its one place and its tests',
  (_, planted) => {
    const lost = planted.flatMap(({ what, file, find, replace, tests }) => {
      const places = readFileSync(path.join(ROOT, file), 'utf8').split(find).length - 1;
      const missing = tests.filter((one) => !existsSync(path.join(ROOT, one)));
      if (places === 1 && missing.length === 0 && find !== replace) return [];
      return [`${what}: ${places} places in ${file}${missing.map((one) => `, no ${one}`).join('')}`];
    });
    expect(lost).toEqual([]);
    expect(new Set(planted.map((fault) => fault.what)).size).toBe(planted.length);
  },
);
