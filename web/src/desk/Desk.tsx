import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { QueueRow, QueueView } from '../../../src/cases/contract.ts';
import { sessionQuery } from '../api/queries.ts';
import { DrillBand } from '../app/DrillBand.tsx';
import { usePageTitle } from '../app/title.ts';
import { ActBar } from '../cases/ActBar.tsx';
import { CaseHead, TimeStrip } from '../cases/CaseHead.tsx';
import { CaseTabs } from '../cases/CaseTabs.tsx';
import { CaseWho } from '../cases/CaseWho.tsx';
import { LinkedCases } from '../cases/Links.tsx';
import { caseQuery, queueQuery } from '../cases/queries.ts';
import { Standing } from '../cases/Standing.tsx';
import { ChannelsDown } from '../delivery/Channels.tsx';
import { OnDutyNow } from '../roster/MyDuty.tsx';
import { ButtonLink, KeyHint } from '../ui/Button.tsx';
import { useKeys } from '../ui/keys.tsx';
import { useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { Alarms } from './Alarms.tsx';
import { Calls } from './Calls.tsx';
import { type Bundle, bundles, shownRows } from './grouping.ts';
import { QueueList, useTogether } from './QueueList.tsx';
import { Stubs } from './Stubs.tsx';
import { deskText } from './texts.ts';
import './desk.css';

type Filter = keyof QueueView['counts'];
const FILTERS: readonly Filter[] = ['all', 'unacknowledged', 'unconfirmed', 'late', 'recovered'];

const FITS: Record<Filter, (row: QueueRow) => boolean> = {
  all: () => true,
  unacknowledged: (row) => row.reasons.includes('new') || row.case.takenBy === null,
  unconfirmed: (row) => row.case.levelStatus === 'proposed',
  late: (row) =>
    row.reasons.some(
      (reason) => reason === 'clock-overdue' || reason === 'notice-late' || reason === 'notice-failed',
    ),
  recovered: (row) => row.reasons.includes('recovered'),
};

/** The cockpit: what waits, the case, and who knows; by keyboard from end to end, the filter in the address. */
export function Desk() {
  const t = useText(deskText);
  const navigate = useNavigate();
  const search: { f?: string; case?: string; tab?: string } = useSearch({ strict: false });
  const { data: session } = useQuery(sessionQuery);
  const { data: queue, error, refetch } = useQuery(queueQuery);
  const filter = FILTERS.find((one) => one === search.f) ?? 'all';
  const filtered = queue?.items.filter(FITS[filter]) ?? [];
  const [together, setTogether] = useTogether();
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const list = bundles(filtered, together);
  const wide = typeof window === 'undefined' || window.matchMedia('(min-width: 46.001rem)').matches;
  // The case in hand stays in hand: neither an act nor a new report may put another one under the officer's eyes.
  const [held, setHeld] = useState<string>();
  const selectedId = search.case ?? held ?? (wide ? filtered[0]?.case.id : undefined);
  // The case in hand stays in sight.
  const isOpen = ({ lead, rest }: Bundle): boolean =>
    opened.has(lead.incident ?? '') || rest.some((row) => row.case.id === selectedId);
  const rows = shownRows(list, isOpen);
  useEffect(() => {
    if (wide && !held && selectedId) setHeld(selectedId);
  }, [wide, held, selectedId]);
  const fresh = useArrivals(queue);
  usePageTitle(t.title, queue?.counts.unacknowledged ?? 0);

  const choose = (id: string | undefined): void => {
    if (!id) return;
    if (wide) setHeld(id);
    navigate({ to: '/desk', search: { ...search, case: id, tab: search.tab }, replace: true });
  };
  const step = (by: number): void => {
    const at = rows.findIndex((row) => row.case.id === selectedId);
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.case.id;
    choose(next);
    document.getElementById(`queue-${next}`)?.scrollIntoView({ block: 'nearest' });
  };
  useKeys([
    { key: 'j', label: t.keys.next, run: () => step(1), off: rows.length === 0 },
    { key: 'k', label: t.keys.previous, run: () => step(-1), off: rows.length === 0 },
    {
      key: 'Enter',
      label: t.keys.open,
      off: !selectedId,
      run: () => selectedId && navigate({ to: '/cases/$caseId', params: { caseId: selectedId } }),
    },
  ]);

  return (
    <main className="desk" id="main" tabIndex={-1} data-density="desk">
      <h1 className="visually-hidden">{t.title}</h1>
      <section className="desk-queue" aria-label={t.queue}>
        <nav className="desk-filters" aria-label={t.filter}>
          {FILTERS.map((one) => (
            <Link
              key={one}
              to="/desk"
              search={one === 'all' ? {} : { f: one }}
              replace
              className={`${one === filter ? 'on' : ''}${one === 'late' && (queue?.counts.late ?? 0) > 0 ? ' late' : ''}`}
              aria-current={one === filter ? 'true' : undefined}
            >
              {t.counts[one]} <b>{queue?.counts[one] ?? '–'}</b>
            </Link>
          ))}
        </nav>
        <OnDutyNow />
        <Alarms />
        <ChannelsDown />
        {queue && <Calls rows={queue.items} />}
        {error && !queue ? (
          <ProblemMessage error={error} onRetry={() => refetch()} />
        ) : !queue ? (
          <Skeleton lines={8} tall />
        ) : rows.length === 0 ? (
          <EmptyState
            title={filter === 'all' ? t.empty : t.emptyFiltered}
            action={
              session?.screens.includes('report') && <ButtonLink to="/report/new">{t.onBehalf}</ButtonLink>
            }
          >
            {filter === 'all' && t.emptyHelp}
          </EmptyState>
        ) : (
          <>
            {filtered.some((row) => row.incident !== null) && (
              <label className="queue-together">
                <input
                  type="checkbox"
                  checked={together}
                  onChange={(event) => setTogether(event.target.checked)}
                />{' '}
                {t.together.label}
              </label>
            )}
            <QueueList
              list={list}
              isOpen={isOpen}
              onOpen={(bundle, open) => {
                const next = new Set(opened);
                if (open) next.add(bundle.lead.incident ?? '');
                else next.delete(bundle.lead.incident ?? '');
                setOpened(next);
                // What is folded away is not left in hand unseen.
                if (!open && bundle.rest.some((row) => row.case.id === selectedId))
                  choose(bundle.lead.case.id);
              }}
              selectedId={selectedId}
              arrived={fresh}
              me={session?.person.id}
              onChoose={choose}
            />
          </>
        )}
        {queue && queue.counts.all > queue.items.length && (
          <p className="queue-cut small">
            {t.cut(queue.items.length, queue.counts.all)}{' '}
            <Link to="/cases" search={{ open: 'yes', order: 'gravest' }}>
              {t.cutAll}
            </Link>
          </p>
        )}
        {queue && <Stubs stubs={queue.stubs} />}
        <p className="desk-tools">
          <ButtonLink to="/report/new">{t.onBehalf}</ButtonLink>{' '}
          <ButtonLink to="/campaigns">{t.campaigns}</ButtonLink>
        </p>
      </section>
      {selectedId ? (
        <DeskCase
          key={selectedId}
          id={selectedId}
          tab={search.tab ?? 'events'}
          onTab={(tab) =>
            navigate({ to: '/desk', search: { ...search, case: selectedId, tab }, replace: true })
          }
        />
      ) : (
        queue && (
          <section className="desk-case">
            <EmptyState title={t.choose}>{t.chooseHelp}</EmptyState>
          </section>
        )
      )}
    </main>
  );
}

interface DeskCaseProps {
  id: string;
  tab: string;
  onTab: (tab: string) => void;
}

function DeskCase({ id, tab, onTab }: DeskCaseProps) {
  const t = useText(deskText);
  const c = useText(commonText);
  const { data: view, error, refetch } = useQuery(caseQuery(id));
  if (!view) {
    return (
      <section className="desk-case">
        {error ? <ProblemMessage error={error} onRetry={() => refetch()} /> : <Skeleton lines={9} tall />}
      </section>
    );
  }
  return (
    <>
      <section className="desk-case" aria-label={view.case.number}>
        <DrillBand mode={view.case.mode} />
        <div className="desk-case-scroll">
          <p className="desk-case-tools no-print">
            <Link to="/desk" search={{}} className="desk-back">
              ← {t.backToQueue}
            </Link>
            <Link to="/cases/$caseId" params={{ caseId: id }} className="push">
              {t.openFull} <KeyHint>↵</KeyHint>
            </Link>
          </p>
          <CaseHead view={view} heading="h2" />
          <Standing view={view} />
          <TimeStrip view={view} />
          <LinkedCases view={view} />
          <CaseTabs view={view} tab={tab} onTab={onTab} />
        </div>
        <ActBar view={view} />
      </section>
      {/* It scrolls by itself, so the keyboard must be able to reach it even when nothing in it can be pressed. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <aside className="desk-who" tabIndex={0} aria-label={c.whoKnows.title}>
        <CaseWho view={view} />
      </aside>
    </>
  );
}

/** Cases that came in while the desk was open: marked for a moment and read out. */
function useArrivals(queue: QueueView | undefined): ReadonlySet<string> {
  const t = useText(deskText);
  const { whisper } = useAnnouncer();
  const known = useRef<Set<string> | null>(null);
  const fresh = useRef(new Set<string>());
  const ids = queue?.items.map((row) => row.case.id);
  if (ids && known.current) {
    for (const id of ids) if (!known.current.has(id)) fresh.current.add(id);
  }
  const arrived = ids && known.current ? ids.filter((id) => !known.current?.has(id)).length : 0;
  useEffect(() => {
    if (ids) known.current = new Set(ids);
    if (arrived > 0) whisper(t.arrived(arrived));
  }, [ids, arrived, whisper, t]);
  return fresh.current;
}
