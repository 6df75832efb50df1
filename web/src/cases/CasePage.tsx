import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import type { z } from 'zod';
import type { CaseView } from '../../../src/cases/contract.ts';
import type { inboxView } from '../../../src/delivery/contract.ts';
import { api } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { DrillBand } from '../app/DrillBand.tsx';
import { usePageTitle } from '../app/title.ts';
import { Button } from '../ui/Button.tsx';
import { useLang, usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { NotForYou, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { ActBar } from './ActBar.tsx';
import { AlertCase } from './AlertCase.tsx';
import { CaseHead, TimeStrip } from './CaseHead.tsx';
import { CaseTabs, WholeCase } from './CaseTabs.tsx';
import { CaseWho } from './CaseWho.tsx';
import { LinkedCases } from './Links.tsx';
import { caseQuery } from './queries.ts';
import { Standing } from './Standing.tsx';
import { caseText } from './texts.ts';
import './case.css';

/** One case, whole: on a telephone what is asked comes first, with two buttons. */
export function CasePage() {
  const t = useText(caseText);
  const pick = usePick();
  const navigate = useNavigate();
  const printing = usePrinting();
  const { caseId } = useParams({ from: '/inside/cases/$caseId' });
  const search: { tab?: string } = useSearch({ strict: false });
  const { data: view, error, refetch } = useQuery(caseQuery(caseId));
  const inbox = useQuery({
    queryKey: ['inbox', 'waiting'],
    queryFn: () => api.get<z.infer<typeof inboxView>>('/inbox', { waiting: 'yes', limit: 100 }),
  });
  usePageTitle(view ? `${view.case.number} ${pick(view.case.organisation.name)}` : t.list.title);
  useOpenedNotice(inbox.data?.items.find((notice) => notice.caseId === caseId)?.id);

  if (error && !view) {
    const gone = error instanceof Problem && error.status === 404;
    return (
      <main className="page page-narrow" id="main" tabIndex={-1} data-density="visit">
        {gone ? <NotForYou /> : <ProblemMessage error={error} onRetry={() => refetch()} />}
      </main>
    );
  }
  if (!view) {
    return (
      <main className="page" id="main" tabIndex={-1}>
        <Skeleton lines={8} tall />
      </main>
    );
  }
  const notice = inbox.data?.items.find((one) => one.caseId === caseId && one.expects !== 'none');
  return (
    <>
      <DrillBand mode={view.case.mode} />
      <main className="page case-page" id="main" tabIndex={-1} data-density="desk">
        <div className="case-tools no-print">
          <Link to="/cases">{t.backToList}</Link>
          {view.may.some((one) => one.act === 'export') && <ExportButton view={view} />}
          <Button kind="quiet" className="push" onClick={() => void print(view)}>
            {t.print}
          </Button>
        </div>
        <div className="case-main">
          <CaseHead view={view} />
          {/* What must be decided comes before what must be known. */}
          <Standing view={view} />
          {notice && <AlertCase view={view} notice={notice} />}
          <TimeStrip view={view} />
          <LinkedCases view={view} />
          {printing ? (
            <WholeCase view={view} />
          ) : (
            <CaseTabs
              view={view}
              tab={search.tab ?? 'events'}
              onTab={(tab) => navigate({ to: '.', search: { tab }, replace: true })}
            />
          )}
          <ActBar view={view} />
        </div>
        <aside className="case-side">
          <CaseWho view={view} />
        </aside>
      </main>
    </>
  );
}

/** True while the browser prints: the page then holds the whole case, not one tab of it. */
function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    // The browser takes its picture as soon as the listener returns.
    const begin = (): void => flushSync(() => setPrinting(true));
    const end = (): void => setPrinting(false);
    window.addEventListener('beforeprint', begin);
    window.addEventListener('afterprint', end);
    return () => {
      window.removeEventListener('beforeprint', begin);
      window.removeEventListener('afterprint', end);
    };
  }, []);
  return printing;
}

/** Showing the case to a signed-in holder is what "opened" means; the inbox records it when it lists the notice. */
function useOpenedNotice(noticeId: string | undefined): void {
  useEffect(() => {
    if (noticeId) api.post(`/notices/${noticeId}/opened`).catch(() => undefined);
  }, [noticeId]);
}

/** Prints; of a read-only post the look is recorded first, and without that there is no print (ISO-12). */
async function print(view: CaseView): Promise<void> {
  if (view.looks.recorded) await api.post(`/cases/${view.case.id}/looks`, { what: 'printed' });
  window.print();
}

/** The whole case as one file, kept by the browser. */
function ExportButton({ view }: { view: CaseView }) {
  const t = useText(caseText);
  const { lang } = useLang();
  const { say } = useAnnouncer();
  const take = useMutation({
    mutationFn: () => api.get<string>(`/cases/${view.case.id}/export`, { lang }),
    onSuccess: (html) => {
      const address = URL.createObjectURL(new Blob([html], { type: 'text/html' }));
      const link = document.createElement('a');
      link.href = address;
      link.download = `${view.case.number}.html`;
      link.click();
      URL.revokeObjectURL(address);
      say(t.done.generic(t.acts.export));
    },
  });
  return (
    <>
      <Button kind="quiet" busy={take.isPending} onClick={() => take.mutate()}>
        {t.acts.export}
      </Button>
      {take.isError && <ProblemMessage error={take.error} />}
    </>
  );
}
