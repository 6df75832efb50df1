/** A notice on one sheet of paper, as it goes out by fax. */
import type { Lang } from '../locales/index.ts';
import { renderPdf } from './render.ts';

/** What stands on the sheet; every line as it is to be read. */
export interface NoticeSheet {
  readonly lang: Lang;
  readonly title: string;
  /** The case's number for the head of the page; empty where it must not be told. */
  readonly number: string;
  readonly exercise: boolean;
  readonly lines: readonly string[];
  readonly at: Date;
}

/** A notice as PDF (A4, our own fonts, a drill marked on every page). */
export function renderNoticePdf(sheet: NoticeSheet): Promise<Buffer> {
  return renderPdf({
    lang: sheet.lang,
    title: sheet.title,
    agency: sheet.title,
    running: sheet.number,
    exercise: sheet.exercise,
    body: sheet.lines.map((line) => ({
      kind: 'text',
      field: '',
      source: '',
      label: '',
      text: line,
      lines: 0,
    })),
    appendix: [],
    foot: [],
    printedAt: sheet.at,
  });
}
