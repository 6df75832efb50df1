/**
 * Tables for spreadsheets, written so that nothing in them is ever taken for a formula (WEB-3). Pure.
 *
 * A spreadsheet runs what begins with `=`, `+`, `-` or `@`. Whoever files a report chooses its words, and another
 * person opens the list: so such a beginning gets an apostrophe before it, which spreadsheets read as "this is text".
 */

/** UTF-8's mark: without it spreadsheets take Chinese for something else. It stands once, before the first row. */
export const CSV_MARK = '\ufeff';

/** What a cell may be. Text is always quoted; a number is written bare, `null` is an empty cell. */
export type CsvCell = string | number | null;

/** What may stand before a sign without taking its force: blanks, marks and joiners of no width, quotes. */
const UNSEEN = '(?:(?![\\t\\r\\n])[\\s\\p{Cc}\\p{Cf}\\ufeff"])*';
/** What begins a formula, in every width: the letters that NFKC makes `= + - @`, and the minus sign itself. */
const SIGN = '[=+\\-@＝＋－＠﹢﹣﹦﹫−⁺₊⁻₋⁼₌]';
/**
 * Every place at which some reader could see the beginning of a cell: that of the text, and after whatever somebody's
 * spreadsheet takes for the end of a cell or a row (offices in half the world part cells by semicolons).
 */
const BEGINNING = new RegExp(`(?<=^|[;|\\t\\r\\n])(?=${UNSEEN}${SIGN})`, 'gu');
/** Texts that begin so are prefixed whatever follows: importers drop these letters and look at the next (WEB-3). */
const DROPPED = /^[\t\r\n\0\ufeff]/;

/** A text as it stands in an export: the same, unless a spreadsheet could run something in it. */
export function withoutFormula(text: string): string {
  const safe = text.replace(BEGINNING, "'");
  return DROPPED.test(safe) ? `'${safe}` : safe;
}

function cellText(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return `"${withoutFormula(cell).replaceAll('"', '""')}"`;
  if (!Number.isFinite(cell) || cell < 0) throw new RangeError(`${cell} is no number for a table`);
  return String(cell);
}

/**
 * One row with its end (RFC 4180: commas, CRLF, quotes doubled). What is read back from it is what was given, but for
 * texts that hold the beginning of a formula. Throws `RangeError` for a number that is negative or not finite: nothing
 * we count is, and it would begin with a minus.
 */
export function csvRow(cells: readonly CsvCell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}
