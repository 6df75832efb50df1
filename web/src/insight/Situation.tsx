import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { SituationView } from '../../../src/insight/contract.ts';
import { live, onChange } from '../api/events.ts';
import { sessionQuery } from '../api/queries.ts';
import { DrillBand } from '../app/DrillBand.tsx';
import { useTheme } from '../app/settings.ts';
import { usePageTitle } from '../app/title.ts';
import { useWords } from '../mechanism/words.ts';
import { Button } from '../ui/Button.tsx';
import { useKeys } from '../ui/keys.tsx';
import { LevelMark } from '../ui/LevelMark.tsx';
import { useText } from '../ui/lang.tsx';
import { ProblemMessage, Skeleton } from '../ui/states.tsx';
import { DateTime, useNow, useSpan } from '../ui/time.tsx';
import { Centre, Clocks, Feed, Ladders } from './Moving.tsx';
import { CountyMap, History } from './Pictures.tsx';
import { situationQuery } from './queries.ts';
import { Subgroups, VitalSystems } from './Standings.tsx';
import { situationText } from './texts.ts';
import './situation.css';

/** The stream may say a hundred times a second that something changed; the wall reads again at most so often, in ms. */
const READ_GAP = 4_000;
/** What is older than this is said to be old, in ms. */
const STALE_AFTER = 75_000;

/** The whole nation at a glance, for the wall of the centre and for a deputy convenor's telephone. */
export function Situation() {
  const t = useText(situationText);
  const search: { mode?: string; wall?: string } = useSearch({ strict: false });
  const mode = search.mode === 'exercise' ? 'exercise' : 'live';
  const { data: view, error, refetch } = useQuery(situationQuery(mode));
  const room = useRef<HTMLElement>(null);
  const full = useFullScreen();
  const [theme] = useTheme();
  useReadingAgain();
  usePageTitle(mode === 'exercise' ? t.exerciseTitle : t.title, view?.open.levels['A'] ?? 0);
  const toggle = (): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void room.current?.requestFullscreen?.().catch(() => undefined);
  };
  useKeys([{ key: 'f', label: t.fullScreen, run: toggle }]);
  const wall = full || search.wall !== undefined;
  return (
    <main
      className="situation"
      id="main"
      tabIndex={-1}
      ref={room}
      data-wall={wall || undefined}
      // A wall is dark unless somebody wants it light.
      data-night={wall && theme !== 'light' ? true : undefined}
    >
      <DrillBand mode={mode} />
      {view ? (
        <>
          <Head view={view} full={full} onFull={toggle} failed={error !== null} />
          <div className="situation-grid">
            <div className="situation-column">
              <VitalSystems view={view} />
              <Subgroups view={view} />
            </div>
            <div className="situation-column situation-middle">
              <CountyMap view={view} />
              <History view={view} />
            </div>
            <div className="situation-column">
              <Clocks view={view} />
              <Ladders view={view} />
              <Centre view={view} />
              <Feed view={view} />
            </div>
          </div>
        </>
      ) : error ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : (
        <Skeleton lines={9} tall />
      )}
    </main>
  );
}

interface HeadProps {
  view: SituationView;
  full: boolean;
  failed: boolean;
  onFull: () => void;
}

function Head({ view, full, failed, onFull }: HeadProps) {
  const t = useText(situationText);
  const words = useWords();
  const { data: session } = useQuery(sessionQuery);
  const levels = [...(words.pack?.levels ?? [])].sort((a, b) => b.rank - a.rank);
  return (
    <header className="situation-head">
      <h1>{view.mode === 'exercise' ? t.exerciseTitle : t.title}</h1>
      <ul className="situation-totals" aria-label={t.total(view.open.total)}>
        {levels.map((level) => (
          <li key={level.id} className={view.open.levels[level.id] ? '' : 'none'}>
            <LevelMark level={level.id} mark={level.mark} />
            <b>{view.open.levels[level.id] ?? 0}</b>
          </li>
        ))}
      </ul>
      <p className="situation-beside">
        {view.open.unconfirmed > 0 && <span>{t.unconfirmed(view.open.unconfirmed)}</span>}
        {view.open.suspected > 0 && <span>{t.suspected(view.open.suspected)}</span>}
        {session?.demonstration && <span>{t.demo}</span>}
      </p>
      <Freshness view={view} failed={failed} />
      <p className="situation-tools no-print">
        <Link to="/situation" search={view.mode === 'live' ? { mode: 'exercise' } : {}}>
          {view.mode === 'live' ? t.drill : t.real}
        </Link>
        <Button kind="quiet" hint="f" onClick={onFull}>
          {full ? t.leaveFullScreen : t.fullScreen}
        </Button>
      </p>
      <p className="situation-clock">
        <DateTime at={Date.now()} form="day" />
        <TimeNow />
      </p>
    </header>
  );
}

/** The time on the wall. */
function TimeNow() {
  const now = useNow('minute');
  return (
    <b>
      <DateTime at={now} form="clock" />
    </b>
  );
}

/** Says at once when what is shown may no longer be so. */
function Freshness({ view, failed }: { view: SituationView; failed: boolean }) {
  const t = useText(situationText);
  const state = useSyncExternalStore(live.subscribe, live.state);
  const now = useNow('second');
  const span = useSpan();
  const age = now - new Date(view.now).getTime();
  const stale = age > STALE_AFTER || ((failed || state === 'lost') && age > 5_000);
  return (
    <p className={stale ? 'situation-stale' : 'situation-fresh'} role="status">
      {stale ? (
        <strong>
          {t.stale(span(age))} <DateTime at={view.now} form="clock" />
        </strong>
      ) : (
        <span>{t.live}</span>
      )}
    </p>
  );
}

/** Reads again when the stream says that something changed, but never more often than anybody could look. */
function useReadingAgain(): void {
  const client = useQueryClient();
  useEffect(() => {
    let last = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = (): void => {
      timer = undefined;
      last = Date.now();
      void client.refetchQueries({ queryKey: ['situation'], type: 'active' }, { cancelRefetch: false });
    };
    const stop = onChange(() => {
      timer ??= setTimeout(read, Math.max(0, last + READ_GAP - Date.now()));
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [client]);
}

function useFullScreen(): boolean {
  const [full, setFull] = useState(false);
  useEffect(() => {
    const look = (): void => setFull(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', look);
    return () => document.removeEventListener('fullscreenchange', look);
  }, []);
  return full;
}
