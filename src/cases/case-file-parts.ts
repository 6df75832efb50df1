/** The pieces a case's file is made of: text inside a page, a table, a moment. Pure. */
import type { Lang } from '../locales/index.ts';
import type { Pack } from '../mechanism/index.ts';
import { civilAt, formatIso, formatRocDate, formatTime } from '../mechanism/roc-date.ts';
import { withoutFormula } from '../platform/csv.ts';

export interface Shown {
  readonly lang: Lang;
  readonly pack: Pack;
}

/** Text inside a page. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Text in a cell: a page saved as a table is opened by spreadsheets as well. */
function cell(text: string): string {
  return escaped(withoutFormula(text)).replaceAll('\n', '<br>');
}

export function table(heads: readonly string[], rows: readonly (readonly string[])[], none: string): string {
  if (rows.length === 0) return `<p>${escaped(none)}</p>`;
  const head = heads.map((one) => `<th scope="col">${escaped(one)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((one) => `<td>${cell(one)}</td>`).join('')}</tr>`).join('\n');
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

/** A moment in the pack's zone, in both eras. */
export function moment(at: string | null, { lang, pack }: Shown): string {
  if (at === null) return '—';
  const civil = civilAt(new Date(at), pack.timeZone);
  return `${formatRocDate(civil, lang)} ${formatTime(civil)} (${formatIso(civil)})`;
}
