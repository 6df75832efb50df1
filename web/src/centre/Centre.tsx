import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ActivationRow, CentreView } from '../../../src/centre/contract.ts';
import { usePageTitle } from '../app/title.ts';
import { useWords } from '../mechanism/words.ts';
import { ButtonLink } from '../ui/Button.tsx';
import { LevelMark } from '../ui/LevelMark.tsx';
import { useText } from '../ui/lang.tsx';
import { ModeBadge } from '../ui/StateBadge.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime, Elapsed } from '../ui/time.tsx';
import { centreQuery } from './queries.ts';
import { centreText } from './texts.ts';
import './centre.css';

/** Whether the centre is formed up now, what it was called out for before, and its meetings. */
export function Centre() {
  const t = useText(centreText);
  const { data, error, isPending, refetch } = useQuery(centreQuery);
  usePageTitle(t.title);
  const now = data?.activations.filter((one) => one.active) ?? [];
  const past = data?.activations.filter((one) => !one.active) ?? [];
  return (
    <main className="page page-narrow" id="main" tabIndex={-1} data-density="visit">
      <div className="page-head">
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
      </div>
      {isPending ? (
        <Skeleton lines={4} tall />
      ) : error && !data ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : (
        <>
          {now.length === 0 ? (
            <EmptyState title={t.quiet}>{t.quietHelp}</EmptyState>
          ) : (
            now.map((one) => <Active key={one.id} row={one} />)
          )}
          <section aria-labelledby="meetings">
            <h2 id="meetings">{t.meetings.title}</h2>
            <MeetingList meetings={data?.meetings ?? []} />
          </section>
          <section aria-labelledby="past">
            <h2 id="past">{t.past}</h2>
            {past.length === 0 ? (
              <p className="centre-none">{t.noPast}</p>
            ) : (
              <ul className="centre-list">
                {past.map((one) => (
                  <Past key={one.id} row={one} />
                ))}
              </ul>
            )}
          </section>
        </>
      )}
    </main>
  );
}

function Active({ row }: { row: ActivationRow }) {
  const t = useText(centreText);
  const words = useWords();
  return (
    <section className="centre-active" aria-labelledby={`a-${row.id}`}>
      <LevelMark level={row.level} mark={words.mark(row.level)} size="l" />
      <div>
        <h2 id={`a-${row.id}`}>
          {t.active} <ModeBadge mode={row.mode} /> {row.compartment ? t.compartment : ''}
        </h2>
        <p>
          {t.since} <DateTime at={row.openedAt} /> <Elapsed since={row.openedAt} form="lasting" />
        </p>
        <p className={row.unanswered > 0 ? 'centre-late' : ''}>
          {row.unanswered > 0 ? t.unanswered(row.unanswered) : t.allAnswered}　{t.presentCount(row.present)}
        </p>
        <p>{row.cases.map((one) => one.number).join('　')}</p>
      </div>
      <ButtonLink to={`/centre/${row.id}`} kind="primary">
        {t.open}
      </ButtonLink>
    </section>
  );
}

function Past({ row }: { row: ActivationRow }) {
  const t = useText(centreText);
  const words = useWords();
  return (
    <li>
      <LevelMark level={row.level} mark={words.mark(row.level)} size="s" />
      <Link to="/centre/$activationId" params={{ activationId: row.id }}>
        <DateTime at={row.openedAt} /> – {row.closedAt && <DateTime at={row.closedAt} />}
      </Link>
      <ModeBadge mode={row.mode} /> {row.compartment ? t.compartment : ''}{' '}
      {row.cases.map((one) => one.number).join('　')}
    </li>
  );
}

/** Meetings, each with its time, place and what is still to be done. */
export function MeetingList({ meetings }: { meetings: CentreView['meetings'] }) {
  const t = useText(centreText);
  const c = useText(commonText);
  if (meetings.length === 0) return <p className="centre-none">{t.meetings.none}</p>;
  return (
    <ul className="centre-list">
      {meetings.map((one) => (
        <li key={one.id}>
          <Link to="/centre/meetings/$meetingId" params={{ meetingId: one.id }}>
            <DateTime at={one.startsAt} />
          </Link>
          <span>
            {t.meetings.states[one.state]}
            {one.place && `${c.separator}${one.place}`}
          </span>
          {one.openActions > 0 && (
            <span className="centre-late">{t.meetings.openActions(one.openActions)}</span>
          )}
          <ModeBadge mode={one.mode} />
        </li>
      ))}
    </ul>
  );
}
