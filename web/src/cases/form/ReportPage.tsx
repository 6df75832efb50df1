import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { api } from '../../api/client.ts';
import { Problem } from '../../api/problem.ts';
import { packQuery } from '../../api/queries.ts';
import { DrillBand } from '../../app/DrillBand.tsx';
import { usePageTitle } from '../../app/title.ts';
import { Button } from '../../ui/Button.tsx';
import { keepFile } from '../../ui/keep.ts';
import { useLang, usePick, useText } from '../../ui/lang.tsx';
import { Note, NotForYou, ProblemMessage, Skeleton } from '../../ui/states.tsx';
import { DateTime } from '../../ui/time.tsx';
import { caseQuery } from '../queries.ts';
import { ReadOut } from './ReadOut.tsx';
import { changedIn } from './request.ts';
import { formText } from './texts.ts';
import './form.css';

/** The report in the official layout, kept by the browser; asked for here, so that a proof can be asked first. */
function PaperButton({ caseId, number, ordinal }: { caseId: string; number: string; ordinal: number }) {
  const t = useText(formText);
  const { lang } = useLang();
  const take = useMutation({
    mutationFn: () => api.get<Blob>(`/cases/${caseId}/reports/${ordinal}/paper.pdf`, { lang }),
    onSuccess: (pdf) => keepFile(pdf, `${number}-${ordinal}.pdf`),
  });
  return (
    <>
      <Button kind="primary" busy={take.isPending} onClick={() => take.mutate()}>
        {t.read.pdf}
      </Button>
      {take.isError && <ProblemMessage error={take.error} onRetry={() => take.mutate()} />}
    </>
  );
}

/** One filed report as it reads, never to be changed; printable, and as PDF in the official layout. */
export function ReportPage() {
  const { caseId = '', ordinal = '' } = useParams({ strict: false });
  const t = useText(formText);
  const pick = usePick();
  const theCase = useQuery(caseQuery(caseId));
  const pack = useQuery(packQuery);
  const view = theCase.data;
  const report = view?.reports.find((one) => String(one.ordinal) === ordinal);
  usePageTitle(
    report && view
      ? t.read.title(view.case.number, t.read.kinds[report.kind], report.ordinal)
      : t.title.initial,
  );
  if (!view || !pack.data || !report) {
    return (
      <main className="page page-narrow" id="main" tabIndex={-1} data-density="visit">
        {theCase.error instanceof Problem && theCase.error.status === 404 ? (
          <NotForYou />
        ) : theCase.isError ? (
          <ProblemMessage error={theCase.error} onRetry={() => theCase.refetch()} />
        ) : view && pack.data ? (
          <p>{t.start.noReport}</p>
        ) : (
          <Skeleton lines={10} />
        )}
      </main>
    );
  }
  const filer = `${pick(report.filedPost.organisation.name)}　${pick(report.filedPost.name)}　${pick(report.filedBy.name)}`;
  const before = view.reports.find((one) => one.ordinal === report.ordinal - 1);
  const changed = before ? changedIn(before.content, report.content) : new Set<string>();
  const files = view.attachments.map((file) => ({ ...file, filed: true }));
  return (
    <main className="page page-narrow report-page" id="main" tabIndex={-1} data-density="visit">
      <DrillBand mode={view.case.mode} />
      <header className="page-head">
        <h1>
          {pick(view.case.organisation.name)}　{pick(pack.data.forms.incident.title)}
        </h1>
        <p>{t.read.title(view.case.number, t.read.kinds[report.kind], report.ordinal)}</p>
      </header>
      <div className="row no-print">
        <PaperButton caseId={caseId} number={view.case.number} ordinal={report.ordinal} />
        <Button onClick={() => window.print()}>{t.read.print}</Button>
        <Link className="btn btn-quiet" to="/cases/$caseId" params={{ caseId }}>
          {t.read.back}
        </Link>
      </div>
      {report.suspected && <Note>{t.read.suspected}</Note>}
      <ReadOut
        pack={pack.data}
        content={report.content}
        organisation={pick(view.case.organisation.name)}
        files={files}
        changed={changed}
      />
      <section className="read-out">
        <h2>{t.read.header}</h2>
        <dl>
          <div>
            <dt>{t.read.toldAt}</dt>
            <dd>
              <DateTime at={report.toldAt} iso />
            </dd>
          </div>
          <div>
            <dt>{t.read.receivedAt}</dt>
            <dd>
              <DateTime at={report.receivedAt} iso />
            </dd>
          </div>
          <div>
            <dt>{t.read.channel}</dt>
            <dd>{pick(pack.data.channels.find((one) => one.id === report.channel)?.name)}</dd>
          </div>
          <div>
            <dt>{t.read.filedBy}</dt>
            <dd>
              {filer}
              {report.onBehalf && `（${t.read.onBehalf}）`}
            </dd>
          </div>
          {report.lateReason && (
            <div>
              <dt>{t.read.late}</dt>
              <dd className="pre">{report.lateReason}</dd>
            </div>
          )}
          <div>
            <dt>{t.read.hash}</dt>
            <dd className="read-hash">{report.contentHash}</dd>
          </div>
        </dl>
      </section>
    </main>
  );
}
