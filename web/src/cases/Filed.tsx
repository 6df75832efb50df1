import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { FiledAnswer } from '../../../src/cases/contract.ts';
import { usePageTitle } from '../app/title.ts';
import { useWords } from '../mechanism/words.ts';
import { ButtonLink } from '../ui/Button.tsx';
import { LevelName } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime } from '../ui/time.tsx';
import { KnowMark } from '../ui/WhoKnows.tsx';
import { caseQuery } from './queries.ts';
import { caseText } from './texts.ts';
import './case.css';

const filedKey = (caseId: string): string[] => ['filed', caseId];

/**
 * After filing: keeps the answer for the page that shows it, also over a reload, and says where that page is.
 * `navigate({ to: '/cases/$caseId/filed', params: { caseId: answer.caseId } })`
 */
export function keepFiled(client: ReturnType<typeof useQueryClient>, answer: FiledAnswer): void {
  client.setQueryData(filedKey(answer.caseId), answer);
  try {
    sessionStorage.setItem(`tocsin.filed.${answer.caseId}`, JSON.stringify(answer));
  } catch {
    // Without storage a reload of the confirmation leads to the case itself.
  }
}

function kept(caseId: string): FiledAnswer | null {
  try {
    const text = sessionStorage.getItem(`tocsin.filed.${caseId}`);
    return text ? (JSON.parse(text) as FiledAnswer) : null;
  } catch {
    return null;
  }
}

/** The report has arrived: its number, who was told at the same moment, and what happens now. */
export function Filed() {
  const t = useText(caseText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { caseId } = useParams({ from: '/inside/cases/$caseId/filed' });
  const search: { ordinal?: string } = useSearch({ strict: false });
  const answer = client.getQueryData<FiledAnswer>(filedKey(caseId)) ?? kept(caseId);
  const { data: view } = useQuery(caseQuery(caseId));
  usePageTitle(t.filed.title);
  useEffect(() => {
    if (!answer) navigate({ to: '/cases/$caseId', params: { caseId }, replace: true });
  }, [answer, caseId, navigate]);
  if (!answer) return <main className="page" id="main" tabIndex={-1} />;
  const report = view?.reports.find((one) => one.id === answer.reportId);
  const ordinal = search.ordinal ?? report?.ordinal;
  // The reporter knows; the list says who else does.
  const told = answer.toldParties.filter((party) => party.capacities.some((one) => one !== 'reporter'));
  /** Who has confirmed since: the list is live. */
  const confirmed = new Set(
    (view?.knows ?? []).filter((row) => row.acknowledged).map((row) => row.party.postId),
  );
  return (
    <main className="page page-narrow" id="main" tabIndex={-1} data-density="visit">
      <div className="page-head" role="status">
        <h1>{t.filed.kinds[answer.kind]}</h1>
        <p className="filed-number">{answer.number}</p>
        <p>
          {t.filed.receivedAt} <DateTime at={answer.receivedAt} iso />
        </p>
      </div>
      <p className="row">
        <span>{t.filed.level}</span>
        <LevelName level={answer.level} mark={words.mark(answer.level)} />
        <span className="muted">
          {answer.late
            ? t.filed.late
            : answer.minutesFromAwareness !== null && t.filed.inTime(Math.round(answer.minutesFromAwareness))}
        </span>
      </p>
      {told.length > 0 && (
        <section>
          <h2>{t.filed.toldTitle}</h2>
          <ul className="filed-told">
            {told.map((party) => (
              <li key={party.postId}>
                <KnowMark
                  state={confirmed.has(party.postId) ? 'confirmed' : 'delivered'}
                  label={confirmed.has(party.postId) ? c.whoKnows.confirmed : c.whoKnows.state.delivered}
                />
                <strong>{pick(party.organisationName)}</strong>
                <span>{pick(party.postName)}</span>
                <span className="muted small">
                  {c.list(party.capacities.map((capacity) => t.capacities[capacity]))}
                </span>
                {party.vacant && <span className="late small">{t.reached.nobody}</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2>{t.filed.nextTitle}</h2>
        <ol>
          {t.filed.next[answer.kind].map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ol>
        <p className="muted">{t.filed.mail}</p>
      </section>
      <p className="row no-print">
        <ButtonLink kind="primary" to={`/cases/${caseId}`}>
          {t.filed.open}
        </ButtonLink>
        {ordinal !== undefined && (
          <ButtonLink to={`/cases/${caseId}/reports/${ordinal}`}>{t.filed.print}</ButtonLink>
        )}
        <ButtonLink to="/" kind="quiet">
          {t.filed.home}
        </ButtonLink>
      </p>
    </main>
  );
}
