import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { CallRow } from '../../../src/preparedness/contract.ts';
import { usePageTitle } from '../app/title.ts';
import { Button, ButtonLink } from '../ui/Button.tsx';
import { useText } from '../ui/lang.tsx';
import { ModeBadge } from '../ui/StateBadge.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { Countdown, DateTime } from '../ui/time.tsx';
import { Progress } from './Progress.tsx';
import { callsQuery } from './queries.ts';
import { preparednessText } from './texts.ts';
import { useAudience } from './words.ts';
import './preparedness.css';

/** Calls for preparedness: what is asked of me, and how far everybody is (S7.9.7.5). */
export function Calls() {
  const t = useText(preparednessText);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useInfiniteQuery(callsQuery);
  usePageTitle(t.title);
  const rows = data?.pages.flatMap((page) => page.items) ?? [];
  const mayCall = data?.pages[0]?.may.call ?? false;
  const callButton = mayCall && (
    <ButtonLink to="/preparedness/new" kind="primary">
      {t.call}
    </ButtonLink>
  );
  return (
    <main className="page page-narrow preparedness" id="main" tabIndex={-1} data-density="visit">
      <div className="page-head">
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
      </div>
      {error && !data ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : !data ? (
        <Skeleton lines={4} tall />
      ) : rows.length === 0 ? (
        <EmptyState title={t.empty} action={callButton}>
          {mayCall ? t.emptyCallHelp : t.emptyHelp}
        </EmptyState>
      ) : (
        <>
          {callButton && <p className="no-print">{callButton}</p>}
          <ul className="prep-list">
            {rows.map((row) => (
              <Row key={row.id} row={row} />
            ))}
          </ul>
          {hasNextPage && (
            <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {t.more}
            </Button>
          )}
        </>
      )}
    </main>
  );
}

function Row({ row }: { row: CallRow }) {
  const t = useText(preparednessText);
  const c = useText(commonText);
  const audience = useAudience();
  return (
    <li>
      <div className="prep-row-head">
        <Link to="/preparedness/$callId" params={{ callId: row.id }}>
          {row.reason}
        </Link>
        <ModeBadge mode={row.mode} />
      </div>
      <p className="small muted">
        <DateTime at={row.calledAt} form="short" />
        {c.separator}
        {audience(row.audience)}
        {c.separator}
        {t.steps(row.steps)}
        {c.separator}
        {row.endedAt ? t.ended : <Countdown due={row.dueAt} />}
      </p>
      {row.asksMe > 0 && <p className="prep-asks">{t.asksMe(row.asksMe)}</p>}
      {row.progress.parts > 1 && <Progress progress={row.progress} />}
    </li>
  );
}
