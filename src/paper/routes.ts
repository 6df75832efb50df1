/** The printed form over HTTP: one filed report, and the blank form for fax and hand delivery. */
import type { FastifyRequest } from 'fastify';
import type { ReportView } from '../cases/contract.ts';
import type { Lang } from '../locales/index.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { type PaperPack, type PaperSource, paperParams, paperQuery } from './contract.ts';
import { renderPdf } from './render.ts';
import { blankPaper, paperOf } from './rules.ts';

/** A report with its case, as the one who asks may see them, and the mechanism it was filed under. */
export interface LoadedReport {
  pack: PaperPack;
  view: PaperSource['view'];
  report: ReportView;
}

export interface PaperDependencies {
  /** Identity's `requireStepUp(ctx, …)`: whoever takes a report along, with the people in it, says once more who he is (AUTH-6). */
  confirmed: (request: FastifyRequest) => Promise<void>;
  /** Reads one report under the caller's own rights; refuses `not-found` for what he may not see. */
  loadReport: (request: FastifyRequest, caseId: string, ordinal: number) => Promise<LoadedReport>;
  /** The mechanism in force now, whose form is printed blank; the same object while it is the same mechanism. */
  packInForce: () => PaperPack | Promise<PaperPack>;
  now: () => Date;
}

/**
 * The blank form of the mechanism in force, rendered once for each language: strangers may ask for it, and rendering is
 * the dearest thing a stranger could ask for. While the database is away the last one rendered is given out, because
 * that is when paper is needed.
 */
function blankForms({ packInForce, now }: PaperDependencies): (lang: Lang) => Promise<Buffer> {
  const rendered = new WeakMap<PaperPack, Map<Lang, Promise<Buffer>>>();
  let last: PaperPack | undefined;
  return async (lang) => {
    let pack: PaperPack;
    try {
      pack = await packInForce();
      last = pack;
    } catch (error) {
      if (!last) throw error;
      pack = last;
    }
    const forms = rendered.get(pack) ?? new Map<Lang, Promise<Buffer>>();
    rendered.set(pack, forms);
    let form = forms.get(lang);
    if (!form) {
      form = renderPdf(blankPaper(pack, lang, now()));
      form.catch(() => forms.delete(lang));
      forms.set(lang, form);
    }
    return form;
  };
}

/**
 * `GET /api/v1/cases/:id/reports/:ordinal/paper.pdf?lang=` and `GET /api/v1/forms/incident.pdf?lang=`.
 * A filed report asks for a fresh proof (`step-up-needed`), as every export does. The blank form needs no session: whoever cannot sign in must still be able to report (S8.3.5).
 */
export function paperRoutes(dependencies: PaperDependencies): FastifyPluginAsyncZod {
  const blankForm = blankForms(dependencies);
  return async (app) => {
    app.get(
      '/api/v1/cases/:id/reports/:ordinal/paper.pdf',
      {
        config: { raw: true },
        // A found open screen must not be enough to carry it away, as with the whole case (AUTH-6).
        preHandler: dependencies.confirmed,
        schema: {
          ...about('paper', '一份通報單的列印本（PDF）', 'One filed report in the official layout, as PDF'),
          params: paperParams,
          querystring: paperQuery,
        },
      },
      async (request, reply) => {
        const { id, ordinal } = request.params;
        const lang = request.query.lang ?? request.lang;
        const { pack, view, report } = await dependencies.loadReport(request, id, ordinal);
        const pdf = await renderPdf(paperOf({ pack, view, report, printedAt: dependencies.now() }, lang));
        return reply
          .header('content-type', 'application/pdf')
          .header('content-disposition', `attachment; filename="${fileName(view.case.number, ordinal)}"`)
          .header('cache-control', 'private, no-store')
          .send(pdf);
      },
    );
    app.get(
      '/api/v1/forms/incident.pdf',
      {
        config: { raw: true },
        schema: { ...about('paper', '空白通報單（PDF）', 'The blank form, as PDF'), querystring: paperQuery },
      },
      async (request, reply) => {
        const lang = request.query.lang ?? request.lang;
        const pdf = await blankForm(lang);
        return reply
          .header('content-type', 'application/pdf')
          .header('content-disposition', `inline; filename="incident-form-${lang}.pdf"`)
          .header('cache-control', 'no-cache')
          .send(pdf);
      },
    );
  };
}

/** A name every file system takes: the number without anything that could be a path. */
function fileName(number: string, ordinal: number): string {
  return `${number.replace(/[^A-Za-z0-9-]+/g, '-').slice(0, 60)}-${ordinal}.pdf`;
}
