import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { linkTo } from '../../api/client.ts';
import { DrillBand } from '../../app/DrillBand.tsx';
import { usePageTitle } from '../../app/title.ts';
import { ButtonLink } from '../../ui/Button.tsx';
import { useLang, useText } from '../../ui/lang.tsx';
import { Note, ProblemMessage, Skeleton } from '../../ui/states.tsx';
import { DateTime } from '../../ui/time.tsx';
import { CaseWho } from '../CaseWho.tsx';
import { caseQuery } from '../queries.ts';
import { answers } from './shelf.ts';
import { useToldNames } from './Told.tsx';
import { formText } from './texts.ts';
import { useSession } from './useSession.ts';
import './form.css';

/** After filing: it has arrived, its number and time, who has been told, and what happens next (SI.1). */
export function FiledPage() {
  const { caseId = '' } = useParams({ strict: false });
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const t = useText(formText);
  const { lang } = useLang();
  const session = useSession();
  const names = useToldNames();
  const theCase = useQuery(caseQuery(caseId));
  usePageTitle(t.filed.title);
  const kept = session
    ? answers(session.person.id).find((one) =>
        search['draft'] ? one.draftId === search['draft'] : one.answer.caseId === caseId,
      )?.answer
    : undefined;
  const view = theCase.data;
  const report = view?.reports.toSorted((a, b) => b.ordinal - a.ordinal)[0];
  const number = kept?.number ?? view?.case.number;
  const receivedAt = kept?.receivedAt ?? report?.receivedAt;
  const kind = kept?.kind ?? report?.kind ?? 'initial';
  if (!number || !receivedAt) {
    return (
      <main className="page page-narrow" id="main" tabIndex={-1} data-density="visit">
        {theCase.isError ? (
          <ProblemMessage error={theCase.error} onRetry={() => theCase.refetch()} />
        ) : (
          <Skeleton lines={8} />
        )}
      </main>
    );
  }
  const ordinal = report?.ordinal ?? 1;
  const mayFollow = view?.may.some((one) => one.act === 'file-follow-up') ?? false;
  const mayRecover = view?.may.some((one) => one.act === 'file-recovery') ?? false;
  return (
    <main className="page filed-page" id="main" tabIndex={-1} data-density="visit">
      {view && <DrillBand mode={view.case.mode} />}
      <div className="filed-main">
        <h1>{t.filed.kinds[kind]}</h1>
        <dl className="filed-facts">
          <div>
            <dt>{t.filed.number}</dt>
            <dd className="filed-number">{number}</dd>
          </div>
          <div>
            <dt>{t.filed.received}</dt>
            <dd>
              <DateTime at={receivedAt} iso />
            </dd>
          </div>
        </dl>
        {kept && kept.toldParties.length > 0 && <p>{t.filed.sentence(names(kept.toldParties))}</p>}
        {kept && <p>{t.filed.mail}</p>}
        {kept && kept.kind === 'initial' && kept.minutesFromAwareness !== null && (
          <p className="muted">{t.filed.aware(Math.round(kept.minutesFromAwareness))}</p>
        )}
        {kept?.late && <Note kind="late">{t.filed.late}</Note>}
        <h2>{t.filed.next}</h2>
        <ol className="filed-next">
          {kind === 'recovery' ? (
            <li>{t.filed.steps.wait}</li>
          ) : (
            <>
              <li>{t.filed.steps.call(session?.desk.phone ?? '')}</li>
              <li>{t.filed.steps.add}</li>
              <li>{t.filed.steps.recover}</li>
            </>
          )}
        </ol>
        <div className="row no-print">
          <a
            className="btn btn-primary"
            href={linkTo(`/cases/${caseId}/reports/${ordinal}/paper.pdf`, { lang })}
            target="_blank"
            rel="noreferrer"
          >
            {t.filed.pdf}
          </a>
          {mayFollow && (
            <Link className="btn" to="/report/new" search={{ case: caseId, kind: 'follow-up' }}>
              {t.filed.followUp}
            </Link>
          )}
          {mayRecover && kind !== 'recovery' && (
            <Link className="btn" to="/report/new" search={{ case: caseId, kind: 'recovery' }}>
              {t.filed.recovery}
            </Link>
          )}
          <ButtonLink to={`/cases/${caseId}`}>{t.filed.open}</ButtonLink>
        </div>
      </div>
      <aside className="filed-who">
        {view ? <CaseWho view={view} /> : <p className="muted">{t.filed.notYet}</p>}
      </aside>
    </main>
  );
}
