import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { newKey } from '../api/client.ts';
import { usePageTitle } from '../app/title.ts';
import { useWords } from '../mechanism/words.ts';
import { Button } from '../ui/Button.tsx';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { ModeBadge } from '../ui/StateBadge.tsx';
import { Note, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { DateTime } from '../ui/time.tsx';
import { analysisQuery } from './queries.ts';
import { analysisText } from './texts.ts';
import './analysis.css';

/** One analysis report, as it was sent. */
export function Analysis() {
  const t = useText(analysisText);
  const pick = usePick();
  const words = useWords();
  const { analysisId = '' } = useParams({ strict: false });
  const { data, error, refetch } = useQuery(analysisQuery(analysisId));
  const [fresh] = useState(newKey);
  usePageTitle(data?.title ?? t.reports);
  if (error && !data)
    return (
      <main className="page page-narrow" id="main" tabIndex={-1}>
        <ProblemMessage error={error} onRetry={() => refetch()} />
      </main>
    );
  if (!data)
    return (
      <main className="page page-narrow" id="main" tabIndex={-1}>
        <Skeleton lines={6} tall />
      </main>
    );
  const parts = [
    [t.form.findings, data.findings],
    [t.form.indicators, data.indicators],
    [t.form.recommendations, data.recommendations],
  ] as const;
  return (
    <main className="page page-narrow analyses" id="main" tabIndex={-1} data-density="visit">
      <p className="no-print">
        <Link to="/analyses">{t.back}</Link>
      </p>
      <div className="page-head">
        <h1>{data.title}</h1>
        <p>
          {pick(data.group.name)}　{t.kinds[data.kind]}　{data.from} – {data.to}{' '}
          <ModeBadge mode={data.mode} />
          {data.inside && <span className="analyses-badge">{t.inside}</span>}
        </p>
        <p className="muted small">
          {t.sentBy} {pick(data.person.name)} <DateTime at={data.sentAt} />
        </p>
      </div>
      {data.replacedBy && (
        <Note>
          {t.replaced}　
          <Link to="/analyses/$analysisId" params={{ analysisId: data.replacedBy }}>
            {t.readNewer}
          </Link>
        </Note>
      )}
      {data.cases.length > 0 && (
        <ul className="analyses-list">
          {data.cases.map((one) => (
            <li key={one.id}>
              <LevelMark level={one.level} mark={words.mark(one.level)} size="s" />
              <Link to="/cases/$caseId" params={{ caseId: one.id }}>
                {one.number}
              </Link>
              <span>{pick(one.organisation)}</span>
            </li>
          ))}
        </ul>
      )}
      {parts.map(([label, text]) => (
        <section key={label}>
          <h2>{label}</h2>
          <p className="analyses-text">{text || t.none}</p>
        </section>
      ))}
      <p className="analyses-acts no-print">
        {data.mayCorrect && (
          <Link
            className="btn btn-plain"
            to="/analyses/write/$draftId"
            params={{ draftId: fresh }}
            search={{ replaces: data.id }}
          >
            <span>{t.correct}</span>
          </Link>
        )}
        <Button kind="quiet" onClick={() => window.print()}>
          {t.print}
        </Button>
      </p>
    </main>
  );
}
