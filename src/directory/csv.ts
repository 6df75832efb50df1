/** CSV as offices write it: UTF-8 with or without a mark, UTF-16 or Big5; commas, semicolons or tabs. Pure. */
import { CsvError, parse } from 'csv-parse/sync';

/** One cell's place: its line in the file and its column, both from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Why bytes are not a table; `line` where it is known. */
export interface CsvFault {
  readonly reason: 'encoding' | 'csv' | 'empty';
  readonly line: number;
  readonly detail: string;
}

/** The text of a file; undefined when it is in none of the encodings we know. A byte order mark is no part of it. */
export function decodeText(bytes: Uint8Array): string | undefined {
  const encodings = bytes[0] === 0xff && bytes[1] === 0xfe ? ['utf-16le'] : ['utf-8', 'big5'];
  for (const encoding of encodings) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      // Binary files decode as something, but no table holds a NUL, or the private characters Big5 has for bytes
      // that mean nothing in it.
      if (!/[\u0000\u0080\uf8f0-\uf8ff\ufffd]/.test(text)) return text;
    } catch {
      // The next one.
    }
  }
  return undefined;
}

/** The delimiter of the first line: whichever of comma, semicolon and tab it has most of. */
function delimiterOf(text: string): string {
  const line = text.split(/\r?\n/, 1)[0] ?? '';
  const count = (one: string) => line.split(one).length;
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best));
}

/**
 * The records of a file, header first, cells trimmed. Cells are text and nothing else: what begins with `=` stays what
 * it is (WEB-3). Empty lines are left out; lines keep the number they have in the file.
 */
export function readCsv(bytes: Uint8Array): { records: readonly CsvRecord[] } | { fault: CsvFault } {
  const text = decodeText(bytes);
  if (text === undefined) return { fault: { reason: 'encoding', line: 1, detail: '' } };
  try {
    const parsed = parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as { info: { lines: number }; record: string[] }[];
    const records = parsed.map(({ info, record }) => {
      // The parser tells the line on which a record ends.
      const inner = record.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
      return { line: info.lines - inner, cells: record.map((cell) => cell.trim()) };
    });
    const filled = records.filter((record) => record.cells.some((cell) => cell !== ''));
    if (filled.length === 0) return { fault: { reason: 'empty', line: 1, detail: '' } };
    return { records: filled };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { fault: { reason: 'csv', line: Number(error['lines'] ?? 1), detail: error.code } };
  }
}
