/** The room of paper: the plan's form in its official layout, filled in or blank, as PDF. */
import type { Lang } from '../locales/index.ts';
import type { PaperPack, PaperSource } from './contract.ts';
import { renderPdf } from './render.ts';
import { blankPaper, paperOf } from './rules.ts';

export type { PaperPack, PaperSource } from './contract.ts';
export { renderNoticePdf } from './notice.ts';
export type { LoadedReport, PaperDependencies } from './routes.ts';
export { paperRoutes } from './routes.ts';

/** One filed report as a PDF in the layout of 附表三 (S8.F3.0). */
export function renderReportPdf(source: PaperSource, lang: Lang = 'zh-Hant'): Promise<Buffer> {
  return renderPdf(paperOf(source, lang));
}

/** The blank form as a PDF, to be filled in by hand (S8.F3.0). */
export function renderBlankPdf(pack: PaperPack, printedAt: Date, lang: Lang = 'zh-Hant'): Promise<Buffer> {
  return renderPdf(blankPaper(pack, lang, printedAt));
}
