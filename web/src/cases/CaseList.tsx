import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { CaseRow } from '../../../src/cases/contract.ts';
import { api } from '../api/client.ts';
import { usePageTitle } from '../app/title.ts';
import { useWords } from '../mechanism/words.ts';
import { Button } from '../ui/Button.tsx';
import { DataTable } from '../ui/DataTable.tsx';
import { Select, TextField } from '../ui/fields.tsx';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { ModeBadge, StateBadge } from '../ui/StateBadge.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { Countdown, DateTime } from '../ui/time.tsx';
import { ExportButton } from './ExportButton.tsx';
import type { CaseList as Page } from './queries.ts';
import { caseText } from './texts.ts';
import './list.css';

const FILTERS = ['q', 'level', 'state', 'open', 'subgroup', 'mode', 'order', 'organisationId'] as const;
type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

/** Every case the reader may see; what is filtered stands in the address. */
export function CaseList() {
  const t = useText(caseText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  const navigate = useNavigate();
  const search: Filters = useSearch({ strict: false });
  const filters = Object.fromEntries(
    FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : [])),
  ) as Filters;
  const pages = useInfiniteQuery({
    queryKey: ['cases', filters],
    queryFn: ({ pageParam }) => api.get<Page>('/cases', { ...filters, limit: 50, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: (before) => before,
  });
  usePageTitle(t.list.title);
  const set = (name: keyof Filters, value: string): void => {
    const next: Filters = { ...filters };
    if (value) next[name] = value;
    else delete next[name];
    navigate({ to: '/cases', search: next, replace: true });
  };
  const rows = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const wide = window.matchMedia('(min-width: 64.001rem)').matches;
  const filtered = Object.keys(filters).length > 0;
  const options = (list: readonly { id: string; name: { zh: string; en: string } }[] | undefined) =>
    (list ?? []).map((one) => ({ value: one.id, label: pick(one.name) }));
  return (
    <main className="page list-page" id="main" tabIndex={-1} data-density="desk">
      <div className="page-head">
        <h1>{t.list.title}</h1>
        <p>{t.list.lead}</p>
      </div>
      <search className="filters no-print" aria-label={t.list.filters}>
        <SearchField value={filters.q ?? ''} onValue={(value) => set('q', value)} />
        <details className="filters-more" open={wide || filtered}>
          <summary>{t.list.filters}</summary>
          <div>
            {' '}
            <Select
              label={t.list.level}
              empty={t.list.any}
              value={filters.level ?? ''}
              onValue={(value) => set('level', value)}
              options={(words.pack?.levels ?? []).map((level) => ({
                value: level.id,
                label: pick(level.label),
              }))}
            />
            <Select
              label={t.list.open.label}
              empty={t.list.any}
              value={filters.open ?? ''}
              onValue={(value) => set('open', value)}
              options={[
                { value: 'yes', label: t.list.open.yes },
                { value: 'no', label: t.list.open.no },
              ]}
            />
            <Select
              label={t.list.state}
              empty={t.list.any}
              value={filters.state ?? ''}
              onValue={(value) => set('state', value)}
              options={options(words.pack?.states)}
            />
            <Select
              label={t.list.subgroup}
              empty={t.list.any}
              value={filters.subgroup ?? ''}
              onValue={(value) => set('subgroup', value)}
              options={options(words.pack?.groups.filter((group) => group.kind === 'subgroup'))}
            />
            <Select
              label={t.list.order.label}
              value={filters.order ?? 'newest'}
              onValue={(value) => set('order', value === 'newest' ? '' : value)}
              options={(['newest', 'oldest', 'gravest'] as const).map((value) => ({
                value,
                label: t.list.order[value],
              }))}
            />
          </div>
        </details>
        {filtered && (
          <Button kind="quiet" onClick={() => navigate({ to: '/cases', search: {}, replace: true })}>
            {t.list.clear}
          </Button>
        )}
      </search>
      {pages.isError && !pages.data ? (
        <ProblemMessage error={pages.error} onRetry={() => pages.refetch()} />
      ) : pages.isPending ? (
        <Skeleton lines={10} tall />
      ) : (
        <>
          <DataTable<CaseRow>
            caption={t.list.title}
            rows={rows}
            rowKey={(row) => row.id}
            rowClass={(row) => (row.open ? '' : 'ended')}
            empty={
              <EmptyState title={filtered ? t.list.empty : t.list.none}>
                {filtered ? t.list.emptyHelp : t.list.noneHelp}
              </EmptyState>
            }
            columns={[
              {
                id: 'organisation',
                head: t.list.heads.organisation,
                rowHead: true,
                cell: (row) => (
                  <div className="list-name">
                    <LevelMark
                      level={row.level}
                      mark={words.mark(row.level)}
                      proposed={row.levelStatus === 'proposed'}
                    />
                    <div>
                      <Link to="/cases/$caseId" params={{ caseId: row.id }}>
                        {pick(row.organisation.name)}
                      </Link>{' '}
                      <ModeBadge mode={row.mode} />
                      <p className="list-summary">{row.summary}</p>
                    </div>
                  </div>
                ),
              },
              {
                id: 'number',
                head: t.list.heads.number,
                cell: (row) => <span className="nowrap">{row.number}</span>,
              },
              {
                id: 'state',
                head: t.list.heads.state,
                cell: (row) => <StateBadge name={words.state(row.state)} open={row.open} />,
              },
              {
                id: 'opened',
                head: t.list.heads.opened,
                cell: (row) => <DateTime at={row.openedAt} form="short" />,
              },
              {
                id: 'clock',
                head: t.list.heads.clock,
                cell: (row) => (row.nextClock ? <Countdown due={row.nextClock.dueAt} short /> : '—'),
              },
              {
                id: 'knows',
                head: t.list.heads.knows,
                figure: true,
                cell: (row) => (
                  <span className={row.notices.late + row.notices.failed > 0 ? 'late strong' : ''}>
                    {row.notices.acknowledged}／{row.notices.acknowledged + row.notices.waiting}
                  </span>
                ),
              },
            ]}
          />
          <p className="row muted" aria-live="polite">
            {rows.length > 0 && t.list.found(rows.length, pages.hasNextPage)}
            {pages.hasNextPage && (
              <Button busy={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
                {c.more}
              </Button>
            )}
          </p>
          {rows.length > 0 && words.pack && <ExportButton filters={filters} timeZone={words.pack.timeZone} />}
        </>
      )}
    </main>
  );
}

/** Types freely; the address follows when the typing pauses. */
function SearchField({ value, onValue }: { value: string; onValue: (value: string) => void }) {
  const t = useText(caseText);
  const c = useText(commonText);
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a change of the text starts the wait
  useEffect(() => {
    if (text === value) return;
    const wait = setTimeout(() => onValue(text), 300);
    return () => clearTimeout(wait);
  }, [text]);
  return (
    <TextField
      label={c.search}
      type="search"
      placeholder={t.list.q}
      value={text}
      onValue={setText}
      maxLength={100}
    />
  );
}
