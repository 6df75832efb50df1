/**
 * What a printed form is made of: a list of lines in the order of the paper, each naming the field and the row of
 * the plan it stands for. Layout is decided here, before any PDF exists, so that it can be checked as data (S8.F3.*).
 */
import { z } from 'zod';
import type { CaseView, ReportView } from '../cases/contract.ts';
import type { Lang } from '../locales/index.ts';
import type { Pack } from '../mechanism/pack.ts';

/** What printing needs of a mechanism. */
export type PaperPack = Pick<
  Pack,
  | 'forms'
  | 'levels'
  | 'securityGrades'
  | 'desk'
  | 'flags'
  | 'supportItems'
  | 'securityMechanisms'
  | 'sectors'
  | 'essentialServices'
  | 'channels'
  | 'timeZone'
  | 'calendarEra'
  | 'shortTitle'
  | 'version'
>;

/** One filed report with the case it belongs to, as its reader may see them, and the mechanism it was filed under. */
export interface PaperSource {
  pack: PaperPack;
  view: Pick<CaseView, 'case' | 'gradings' | 'attachments' | 'outcome'>;
  report: ReportView;
  printedAt: Date;
}

/** One label with its value on a ruled line. `share` is its part of the row's width. */
export interface PaperCell {
  field: string;
  /** Row of the plan, e.g. `S8.F3.13`; empty for lines of our own. */
  source: string;
  label: string;
  value: string;
  share: number;
}

export interface PaperTick {
  id: string;
  text: string;
  ticked: boolean;
}

/** One line, or one flowing text, of the form. */
export type PaperBlock =
  | { kind: 'row'; cells: PaperCell[]; strong?: boolean }
  | { kind: 'heading'; text: string }
  | { kind: 'item'; text: string }
  | {
      kind: 'ticks';
      field: string;
      source: string;
      label: string;
      options: PaperTick[];
      /** One option per line, because each carries a sentence. */
      stacked: boolean;
      note: string;
    }
  | {
      kind: 'text';
      field: string;
      source: string;
      label: string;
      text: string;
      /** Empty ruled lines on a blank form. */
      lines: number;
    };

/** A whole form, ready to be put on pages. */
export interface PaperForm {
  lang: Lang;
  /** Agency and form, e.g. 「市立聯合醫院　資通安全事件通報單」 (S8.F3.0). */
  title: string;
  agency: string;
  /** The number as the running head shows it. */
  running: string;
  exercise: boolean;
  body: PaperBlock[];
  appendix: PaperBlock[];
  /** Lines at the foot of every page: content hash, time printed. */
  foot: string[];
  printedAt: Date;
}

/** GET /cases/:id/reports/:ordinal/paper.pdf and GET /forms/incident.pdf */
export const paperQuery = z.strictObject({ lang: z.enum(['zh-Hant', 'en']).optional() });
export const paperParams = z.strictObject({
  id: z.uuid(),
  ordinal: z.coerce.number().int().min(1).max(10_000),
});
