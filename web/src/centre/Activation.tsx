import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ActivationView } from '../../../src/centre/contract.ts';
import { Problem } from '../api/problem.ts';
import { usePageTitle } from '../app/title.ts';
import { useWords } from '../mechanism/words.ts';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { ModeBadge, StateBadge } from '../ui/StateBadge.tsx';
import { NotForYou, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime, Elapsed } from '../ui/time.tsx';
import { MeetingList } from './Centre.tsx';
import { Events, Log } from './Log.tsx';
import { Mine } from './Mine.tsx';
import { may } from './may.ts';
import { activationQuery, useCentreAct } from './queries.ts';
import { Reports } from './Reports.tsx';
import { Stations } from './Stations.tsx';
import { SummonsList } from './Summons.tsx';
import { centreText } from './texts.ts';
import { WithReason } from './WithReason.tsx';
import './centre.css';

/** The centre while it is formed up: what is asked of me first, then who has not answered, then everything else. */
export function Activation() {
  const { activationId } = useParams({ strict: false });
  const t = useText(centreText);
  const { data: view, error, isPending, refetch } = useQuery(activationQuery(activationId ?? ''));
  usePageTitle(t.title);
  if (error instanceof Problem && error.status === 404)
    return (
      <main className="page" id="main" tabIndex={-1}>
        <NotForYou />
      </main>
    );
  return (
    <main className="page centre-page" id="main" tabIndex={-1} data-density="visit">
      {isPending ? (
        <Skeleton lines={6} tall />
      ) : !view ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : (
        <Whole view={view} />
      )}
    </main>
  );
}

function Whole({ view }: { view: ActivationView }) {
  const t = useText(centreText);
  return (
    <>
      <Head view={view} />
      <Mine view={view} />
      <div className="centre-columns">
        <div>
          <SummonsList view={view} />
          <Stations view={view} />
        </div>
        <div>
          <Cases view={view} />
          <Reports view={view} />
          <section aria-labelledby="meetings">
            <h2 id="meetings">{t.meetings.title}</h2>
            <MeetingList meetings={view.meetings} />
          </section>
          <Log view={view} />
          <Events view={view} />
        </div>
      </div>
    </>
  );
}

function Head({ view }: { view: ActivationView }) {
  const t = useText(centreText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  const act = useCentreAct(view.id);
  const other = view.coordination === 'emergency' ? 'normal' : 'emergency';
  return (
    <header className="centre-head">
      <LevelMark level={view.level} mark={words.mark(view.level)} size="l" />
      <div>
        <h1>
          {t.title} <ModeBadge mode={view.mode} />{' '}
          {view.compartment ? <span className="badge">{t.compartment}</span> : null}
        </h1>
        <p>
          {view.active ? t.active : t.standDown.done}　<DateTime at={view.openedAt} />{' '}
          {view.closedAt ? (
            <>
              – <DateTime at={view.closedAt} />
            </>
          ) : (
            <Elapsed since={view.openedAt} form="lasting" />
          )}
        </p>
        {view.active && (
          <p>
            {t.coordination[view.coordination]}
            {c.colon}
            <strong>{pick(view.coordinator.name)}</strong>
          </p>
        )}
        {view.standDown && (
          <p>
            {t.standDown.by}　{view.standDown.person && pick(view.standDown.person.name)}　
            {view.standDown.note}
          </p>
        )}
      </div>
      <div className="centre-head-acts">
        {may(view, 'switch-mode') && (
          <WithReason
            label={other === 'normal' ? t.coordination.toNormal : t.coordination.toEmergency}
            busy={act.isPending}
            error={act.error}
            onSend={(reason) => act.mutateAsync({ act: 'switch-mode', to: other, reason })}
          />
        )}
        {may(view, 'stand-down') && (
          <WithReason
            label={t.standDown.act}
            help={t.standDown.help}
            grave
            busy={act.isPending}
            error={act.error}
            onSend={(reason) => act.mutateAsync({ act: 'stand-down', reason })}
          />
        )}
        <Link to="/centre/$activationId/review" params={{ activationId: view.id }}>
          {t.review.title}
        </Link>
      </div>
    </header>
  );
}

function Cases({ view }: { view: ActivationView }) {
  const t = useText(centreText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  return (
    <section aria-labelledby="cases">
      <h2 id="cases">{t.cases}</h2>
      {view.cases.length === 0 && <p className="centre-none">{t.noCases}</p>}
      <ul className="centre-list">
        {view.cases.map((one) => (
          <li key={one.id}>
            <LevelMark
              level={one.level}
              mark={words.mark(one.level)}
              size="s"
              proposed={one.levelStatus === 'proposed'}
            />
            <Link to="/cases/$caseId" params={{ caseId: one.id }}>
              {one.number}　{pick(one.organisation)}
            </Link>
            <StateBadge name={words.state(one.state)} open={one.open} />
            <span className="centre-quiet">
              {t.causes[one.cause]}
              {c.separator}
              {one.summary}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
