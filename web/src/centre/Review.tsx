import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Problem } from '../api/problem.ts';
import { usePageTitle } from '../app/title.ts';
import { Button } from '../ui/Button.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { NotForYou, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { DateTime, useSpan } from '../ui/time.tsx';
import { Events } from './Log.tsx';
import { activationQuery, reviewQuery } from './queries.ts';
import { centreText } from './texts.ts';
import './centre.css';

/** The after-action report: what the record says, in numbers and in order; made to be printed. */
export function Review() {
  const { activationId = '' } = useParams({ strict: false });
  const t = useText(centreText);
  const pick = usePick();
  const span = useSpan();
  const view = useQuery(activationQuery(activationId));
  const review = useQuery(reviewQuery(activationId));
  usePageTitle(t.review.title);
  if (review.error instanceof Problem && review.error.status === 404)
    return (
      <main className="page" id="main" tabIndex={-1}>
        <NotForYou />
      </main>
    );
  const one = review.data;
  const minutes = (n: number | null): string => (n === null ? t.review.never : span(n * 60_000));
  return (
    <main className="page centre-page" id="main" tabIndex={-1} data-density="visit">
      <div className="page-head">
        <h1>{t.review.title}</h1>
        <p>{t.review.lead}</p>
        <Button className="centre-no-print" onClick={() => window.print()}>
          {t.review.print}
        </Button>
      </div>
      {!one || !view.data ? (
        review.error ? (
          <ProblemMessage error={review.error} onRetry={() => review.refetch()} />
        ) : (
          <Skeleton lines={6} />
        )
      ) : (
        <>
          <dl className="centre-figures">
            <dt>{t.review.lasted}</dt>
            <dd>
              {minutes(one.lasted)}　<DateTime at={view.data.openedAt} />
              {view.data.closedAt && (
                <>
                  {' '}
                  – <DateTime at={view.data.closedAt} />
                </>
              )}
            </dd>
            <dt>{t.review.summoned}</dt>
            <dd>{t.review.of(one.answered, one.summoned)}</dd>
            <dt>{t.review.inTime}</dt>
            <dd>{t.review.of(one.inTime, one.summoned)}</dd>
            <dt>{t.review.firstAnswer}</dt>
            <dd>{minutes(one.firstAnswer)}</dd>
            <dt>{t.review.allAnswered}</dt>
            <dd>{minutes(one.allAnswered)}</dd>
            <dt>{t.review.firstArrival}</dt>
            <dd>{minutes(one.firstArrival)}</dd>
            <dt>{t.review.people}</dt>
            <dd>{one.people}</dd>
            <dt>{t.review.hours}</dt>
            <dd>{one.hours}</dd>
            <dt>{t.reports.title}</dt>
            <dd>
              {one.reports}　{t.reports.approved} {one.approved}　{t.review.firstReport}{' '}
              {minutes(one.firstReport)}
            </dd>
            <dt>{t.meetings.title}</dt>
            <dd>{one.meetings}</dd>
            <dt>{t.review.silent}</dt>
            <dd>
              {one.silent.length === 0
                ? t.review.never
                : one.silent.map((post) => pick(post.name)).join('、')}
            </dd>
          </dl>
          {one.actions.length > 0 && (
            <section aria-labelledby="actions">
              <h2 id="actions">{t.review.actions}</h2>
              <ul className="centre-list">
                {one.actions.map((action) => (
                  <li key={action.text}>
                    <span className="centre-grow centre-text">{action.text}</span>
                    <span className="centre-quiet">{pick(action.post.name)}</span>
                    <span className={action.late ? 'centre-late' : 'centre-quiet'}>
                      {action.doneAt ? t.meetings.done : action.late ? t.meetings.late : ''}
                    </span>
                  </li>
                ))}
              </ul>
            </section>
          )}
          <Events view={view.data} all />
        </>
      )}
    </main>
  );
}
