import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../errors.ts';
import { parseStrictJson } from './json.ts';

const read = (source: string) => parseStrictJson(Buffer.from(source));

/** Text as people write it: what JSON can hold and we do not refuse. */
const words = fc
  .string({ unit: 'grapheme' })
  .filter((one) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/.test(one));
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    words,
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(
      words.filter((key) => !['__proto__', 'constructor', 'prototype'].includes(key)),
      tie('any'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).any;

describe('strict JSON', () => {
  it('reads what is right exactly as the language does', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (any, space) => {
        const source = JSON.stringify(any, null, space);
        // Minus zero and whole numbers written with an exponent are the two places where it may differ.
        fc.pre(!/(^|[^\d.])-0([^.\d]|$)/.test(source));
        const expected = JSON.parse(source);
        let mine: unknown;
        try {
          mine = read(source);
        } catch (error) {
          expect((error as Refusal).fields[0]?.code).toBe('bad-number');
          return;
        }
        expect(mine).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses with a place, and never fails otherwise, whatever the bytes (WEB-4, WEB-8)', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.string().map((one) => Buffer.from(one)),
          fc.json().map((one) => Buffer.from(`${one}}`)),
        ),
        (bytes) => {
          try {
            parseStrictJson(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal);
            expect((error as Refusal).fields).toHaveLength(1);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a long string', `"${'長'.repeat(300_000)}"`],
    ['a string of escapes', `"${'\\u4e2d'.repeat(150_000)}"`],
    ['a string without end', `"${'a'.repeat(1_000_000)}`],
    ['backslashes without end', `"${'\\\\'.repeat(500_000)}`],
    ['spaces', `${' '.repeat(1_000_000)}1`],
    ['a long number', '1'.repeat(1_000_000)],
    ['line ends before an error', `${'\n'.repeat(1_000_000)}x`],
  ])('takes no longer than a moment for %s (WEB-7)', (_name, source) => {
    const bytes = Buffer.from(source);
    // The processor's time, not the wall's: other tests run beside this one.
    const start = process.cpuUsage();
    try {
      parseStrictJson(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
    }
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(100);
  });
});
