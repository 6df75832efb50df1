import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ACCEPTANCE } from './ids.ts';
import { acceptanceDocument, DOCUMENT, testsById, uncovered } from './matrix.ts';

test('every row that is claimed is named by a test', () => {
  expect(uncovered()).toEqual([]);
});

test('ids are unique, and no test names one that does not exist', () => {
  const ids = ACCEPTANCE.map(([id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  // A chapter (S7.10) stands for its rows.
  const known = (id: string) =>
    ids.some((one) => one === id || one.startsWith(`${id}.`) || one.startsWith(id));
  expect([...testsById().keys()].filter((id) => !known(id))).toEqual([]);
});

test('docs/acceptance.md is what the tests say (write it anew: node test/acceptance/write.ts)', () => {
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(acceptanceDocument());
});
