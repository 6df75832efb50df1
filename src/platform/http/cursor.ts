/**
 * Cursors of lists: where the next page begins, as an opaque word. It names the keys of the last row shown
 * (keyset pagination), so pages stay right while rows arrive, and it is bound to its list and filters.
 * It grants nothing: the next page is read under the reader's own rights.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { refuse } from '../errors.ts';

/** What a list is bound to: its name and the filters in force, in any JSON form. */
export type CursorScope = readonly [list: string, ...filters: unknown[]];

/** A time in a cursor: one that we could have written and the database can read. */
export const cursorTime = z.iso.datetime().regex(/^[1-9]/);

/** A whole number in a cursor that the database's `int` holds. */
export const cursorInt = z.int32();

function stamp(scope: CursorScope): string {
  return createHash('sha256').update(JSON.stringify(scope)).digest('base64url').slice(0, 12);
}

/** The cursor after the row with these sort keys. */
export function encodeCursor(scope: CursorScope, keys: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify([stamp(scope), ...keys])).toString('base64url');
}

/**
 * The sort keys a cursor names, checked against `keys` (a zod tuple). Throws `bad-cursor` for anything
 * this list under these filters did not hand out. No cursor, no keys: `undefined` is the first page.
 */
export function decodeCursor<T extends z.ZodType>(
  scope: CursorScope,
  keys: T,
  cursor: string | undefined,
): z.output<T> | undefined {
  if (cursor === undefined) return undefined;
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    refuse('bad-cursor');
  }
  if (!Array.isArray(read) || read[0] !== stamp(scope)) refuse('bad-cursor');
  const checked = z.safeParse(keys, read.slice(1));
  return checked.success ? checked.data : refuse('bad-cursor');
}

/**
 * One page from rows read with `limit + 1`: the rows to show, and the cursor when there are more.
 * `keysOf` gives a row's sort keys in the order the query sorts by.
 */
export function pageOfRows<T>(
  rows: readonly T[],
  limit: number,
  scope: CursorScope,
  keysOf: (row: T) => readonly (string | number | null)[],
): { items: T[]; next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    next: rows.length > limit && last !== undefined ? encodeCursor(scope, keysOf(last)) : null,
  };
}
