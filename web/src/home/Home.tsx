import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { CaseRow } from '../../../src/cases/contract.ts';
import type { SessionView } from '../../../src/identity/contract.ts';
import { api } from '../api/client.ts';
import { sessionQuery } from '../api/queries.ts';
import { usePageTitle } from '../app/title.ts';
import type { CaseList } from '../cases/queries.ts';
import { caseText } from '../cases/texts.ts';
import { useWords } from '../mechanism/words.ts';
import { Asked } from '../preparedness/Asked.tsx';
import { MyDuty } from '../roster/MyDuty.tsx';
import { ButtonLink } from '../ui/Button.tsx';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { ModeBadge, StateBadge } from '../ui/StateBadge.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { Countdown, Elapsed } from '../ui/time.tsx';
import { Drafts } from './Drafts.tsx';
import { homeText } from './texts.ts';
import './home.css';

/** The first page of whoever reports: one large button, what is unfinished, and what happens with what was filed. */
export function Home() {
  const t = useText(homeText);
  const { data: session } = useQuery(sessionQuery);
  usePageTitle(t.title, session?.waitingNotices ?? 0);
  if (!session) return null;
  const reports = session.screens.includes('report');
  return (
    <main className="page home" id="main" tabIndex={-1} data-density="visit">
      <div className="home-main">
        <h1 className="visually-hidden">{t.title}</h1>
        {session.waitingNotices > 0 && (
          <p className="home-waiting">
            <Link to="/inbox">
              {t.waiting} <b>{session.waitingNotices}</b>
            </Link>
          </p>
        )}
        {session.screens.includes('preparedness') && <Asked />}
        {reports && (
          <section className="home-report">
            <Link to="/report/new" className="btn btn-primary home-button">
              {t.report}
            </Link>
            <p className="muted">{t.reportHelp}</p>
          </section>
        )}
        <MyDuty />
        {reports && <Drafts />}
        <Open session={session} />
      </div>
      <OffLine session={session} />
    </main>
  );
}

function Open({ session }: { session: SessionView }) {
  const t = useText(homeText);
  const open = useQuery({
    queryKey: ['cases', 'home', 'open'],
    queryFn: () => api.get<CaseList>('/cases', { open: 'yes', limit: 20 }),
    enabled: session.screens.includes('cases'),
  });
  return (
    <section>
      <h2>{t.open}</h2>
      {open.isError ? (
        <ProblemMessage error={open.error} onRetry={() => open.refetch()} />
      ) : !open.data ? (
        <Skeleton lines={3} tall />
      ) : open.data.items.length === 0 ? (
        <EmptyState title={t.openEmpty}>{t.openEmptyHelp}</EmptyState>
      ) : (
        <ul className="home-cases">
          {open.data.items.map((row) => (
            <OpenCase key={row.id} row={row} />
          ))}
        </ul>
      )}
      <p>
        <Link to="/cases">{t.all}</Link>
      </p>
    </section>
  );
}

function OpenCase({ row }: { row: CaseRow }) {
  const t = useText(homeText);
  const c = useText(caseText);
  const pick = usePick();
  const words = useWords();
  const asked = row.notices.acknowledged + row.notices.waiting;
  return (
    <li>
      <LevelMark level={row.level} mark={words.mark(row.level)} proposed={row.levelStatus === 'proposed'} />
      <div>
        <p className="home-case-name">
          <Link to="/cases/$caseId" params={{ caseId: row.id }}>
            {row.number}　{pick(row.organisation.name)}
          </Link>
          <StateBadge name={words.state(row.state)} open={row.open} />
          <ModeBadge mode={row.mode} />
        </p>
        <p className="muted">{row.summary}</p>
        <p className="home-next">
          <strong>{t.next}</strong>　{c.next[row.state as keyof typeof c.next] ?? words.stateHelp(row.state)}
        </p>
        <p className="small muted">
          <Elapsed since={row.openedAt} />
          {asked > 0 && `　${t.knows(row.notices.acknowledged, asked)}`}
          {row.nextClock && (
            <>
              {'　'}
              {words.clock(row.nextClock.definition)} <Countdown due={row.nextClock.dueAt} />
            </>
          )}
        </p>
      </div>
    </li>
  );
}

function OffLine({ session }: { session: SessionView }) {
  const t = useText(homeText);
  const pick = usePick();
  const desk = session.desk;
  return (
    <aside className="home-side">
      <h2>{t.offline}</h2>
      <p className="muted small">{t.offlineHelp}</p>
      <dl>
        <dt>{t.phone}</dt>
        <dd>
          <a href={`tel:${desk.phone.replaceAll(/[^\d+]/g, '')}`}>{desk.phone}</a>
        </dd>
        <dt>{t.fax}</dt>
        <dd>{desk.fax}</dd>
        <dt>{t.email}</dt>
        <dd>{desk.email}</dd>
        <dt>{t.address}</dt>
        <dd>{pick(desk.address)}</dd>
      </dl>
      {session.screens.includes('report') && <ButtonLink to="/report/blank">{t.blank}</ButtonLink>}
    </aside>
  );
}
