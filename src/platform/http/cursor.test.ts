import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { decodeCursor, encodeCursor, pageOfRows } from './cursor.ts';

const keys = z.tuple([z.int(), z.string()]);
const scope = ['cases', { level: 'A' }] as const;

it('gives back the keys it was made of, whatever they are', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.string({ unit: 'grapheme' }), (number, word) => {
      expect(decodeCursor(scope, keys, encodeCursor(scope, [number, word]))).toEqual([number, word]);
    }),
  );
});

it('begins at the first page without a cursor', () => {
  expect(decodeCursor(scope, keys, undefined)).toBeUndefined();
});

it.each([
  ['words', 'next-page-please'],
  ['nothing', ''],
  ['other JSON', Buffer.from('{"a":1}').toString('base64url')],
  ['no stamp', Buffer.from('[1,"x"]').toString('base64url')],
  ['other keys', encodeCursor(scope, ['1', 'x'])],
  ['too many keys', encodeCursor(scope, [1, 'x', 'y'])],
  ['SQL', Buffer.from(`["' or 1=1 --",1,"x"]`).toString('base64url')],
  ['another list', encodeCursor(['notices', { level: 'A' }], [1, 'x'])],
  ['other filters', encodeCursor(['cases', { level: 'B' }], [1, 'x'])],
])('refuses a cursor of %s as bad-cursor (WEB-4)', (_name, cursor) => {
  expect(() => decodeCursor(scope, keys, cursor)).toThrow(expect.objectContaining({ code: 'bad-cursor' }));
});

it('never fails otherwise, whatever is given for a cursor (WEB-4)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (cursor) => {
      expect(() => decodeCursor(scope, keys, cursor)).toThrow(
        expect.objectContaining({ code: 'bad-cursor' }),
      );
    }),
  );
});

it('has a next page only when there is more', () => {
  const rows = [1, 2, 3].map((n) => ({ n, word: `w${n}` }));
  const page = pageOfRows(rows, 2, scope, (row) => [row.n, row.word]);
  expect(page.items).toEqual(rows.slice(0, 2));
  expect(decodeCursor(scope, keys, page.next ?? undefined)).toEqual([2, 'w2']);
  expect(pageOfRows(rows, 3, scope, (row) => [row.n])).toEqual({ items: rows, next: null });
  expect(pageOfRows([], 3, scope, () => [])).toEqual({ items: [], next: null });
});
