import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { z } from 'zod';
import type { inboxView, NoticeView } from '../../../src/delivery/contract.ts';
import { api } from '../api/client.ts';
import { usePageTitle } from '../app/title.ts';
import { useAcknowledge } from '../cases/AlertCase.tsx';
import { SummonsCard } from '../centre/SummonsCard.tsx';
import { useWords } from '../mechanism/words.ts';
import { Button } from '../ui/Button.tsx';
import { useKeys } from '../ui/keys.tsx';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { ModeBadge } from '../ui/StateBadge.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { Countdown, DateTime, Elapsed } from '../ui/time.tsx';
import { inboxText } from './texts.ts';
import './inbox.css';

type Page = z.infer<typeof inboxView>;

/** What the reader's posts were told; one tap to see, one to confirm. */
export function Inbox() {
  const t = useText(inboxText);
  const c = useText(commonText);
  const navigate = useNavigate();
  const search: { all?: string; notice?: string } = useSearch({ strict: false });
  const all = search.all === 'yes';
  const [at, setAt] = useState(0);
  const acknowledge = useAcknowledge();
  const pages = useInfiniteQuery({
    queryKey: ['inbox', all ? 'all' : 'open'],
    queryFn: ({ pageParam }) =>
      api.get<Page>('/inbox', { waiting: all ? undefined : 'yes', limit: 50, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });
  const pinned = usePinned(search.notice);
  const listed = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const items = pinned ? [pinned, ...listed.filter((notice) => notice.id !== pinned.id)] : listed;
  const waiting = pages.data?.pages[0]?.waiting ?? 0;
  usePageTitle(t.title, waiting);
  useShown(items);

  const focus = (index: number): void => {
    const next = Math.min(items.length - 1, Math.max(0, index));
    setAt(next);
    document.getElementById(`notice-${items[next]?.id}`)?.focus();
  };
  const current = items[at];
  useKeys([
    { key: 'j', label: c.keys.next, run: () => focus(at + 1), off: items.length === 0 },
    { key: 'k', label: c.keys.previous, run: () => focus(at - 1), off: items.length === 0 },
    {
      key: 'a',
      label: t.acknowledge,
      off: !current || !waits(current),
      run: () => current && waits(current) && acknowledge.mutate(current.id),
    },
    {
      key: 'Enter',
      label: t.open,
      off: !current?.caseId,
      run: () => current?.caseId && navigate({ to: '/cases/$caseId', params: { caseId: current.caseId } }),
    },
  ]);
  return (
    <main className="page page-narrow" id="main" tabIndex={-1} data-density="visit">
      <div className="page-head">
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
      </div>
      <SummonsCard />
      <nav className="inbox-filter" aria-label={t.title}>
        <Link
          to="/inbox"
          search={{}}
          replace
          className={all ? '' : 'on'}
          aria-current={all ? undefined : 'true'}
        >
          {t.filterWaiting} <b>{waiting}</b>
        </Link>
        <Link
          to="/inbox"
          search={{ all: 'yes' }}
          replace
          className={all ? 'on' : ''}
          aria-current={all ? 'true' : undefined}
        >
          {t.filterAll}
        </Link>
      </nav>
      {acknowledge.isError && <ProblemMessage error={acknowledge.error} />}
      {pages.isError && !pages.data ? (
        <ProblemMessage error={pages.error} onRetry={() => pages.refetch()} />
      ) : pages.isPending ? (
        <Skeleton lines={5} tall />
      ) : items.length === 0 ? (
        <EmptyState title={all ? t.emptyAll : t.empty}>{t.emptyHelp}</EmptyState>
      ) : (
        <ul className="notices">
          {items.map((notice, index) => (
            <Notice
              key={notice.id}
              notice={notice}
              busy={acknowledge.isPending && acknowledge.variables === notice.id}
              onFocus={() => setAt(index)}
              onAcknowledge={() => acknowledge.mutate(notice.id)}
            />
          ))}
        </ul>
      )}
      {pages.hasNextPage && (
        <Button busy={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
          {c.more}
        </Button>
      )}
    </main>
  );
}

/** The notice a mail's link names: first in the list, confirmed or not. Following the link opens it, no more. */
function usePinned(id: string | undefined): NoticeView | undefined {
  const { data } = useQuery({
    queryKey: ['inbox', 'one', id],
    queryFn: async () => (await api.post<{ notice: NoticeView }>(`/notices/${id}/opened`)).notice,
    enabled: id !== undefined,
  });
  return id === undefined ? undefined : data;
}

function waits(notice: NoticeView): boolean {
  return notice.expects !== 'none' && notice.acknowledgedAt === null && notice.closedAt === null;
}

/** Being listed before a signed-in holder's eyes is "opened"; it confirms nothing. */
function useShown(items: readonly NoticeView[]): void {
  const unseen = items
    .filter((notice) => notice.openedAt === null && waits(notice))
    .map((notice) => notice.id);
  const list = unseen.join(' ');
  useEffect(() => {
    for (const id of list.split(' ').filter(Boolean))
      api.post(`/notices/${id}/opened`).catch(() => undefined);
  }, [list]);
}

interface NoticeProps {
  notice: NoticeView;
  busy: boolean;
  onFocus: () => void;
  onAcknowledge: () => void;
}

function Notice({ notice, busy, onFocus, onAcknowledge }: NoticeProps) {
  const t = useText(inboxText);
  const pick = usePick();
  const words = useWords();
  const open = waits(notice);
  return (
    <li
      id={`notice-${notice.id}`}
      tabIndex={-1}
      className={`notice${open ? '' : ' notice-done'}${notice.late && open ? ' notice-late' : ''}`}
      onFocus={onFocus}
    >
      {notice.level && <LevelMark level={notice.level} mark={words.mark(notice.level)} />}
      <div className="notice-body">
        <h2>
          {notice.caseId ? (
            <Link to="/cases/$caseId" params={{ caseId: notice.caseId }}>
              {pick(notice.subject)}
            </Link>
          ) : (
            pick(notice.subject)
          )}{' '}
          <ModeBadge mode={notice.mode} />
        </h2>
        <p className="small muted">
          {notice.number && (
            <span className="nowrap">
              {notice.number}
              {'　'}
            </span>
          )}
          <Elapsed since={notice.madeAt} form="ago" />　{pick(notice.post.organisationName)}{' '}
          {pick(notice.post.name)}
        </p>
        {open ? (
          <p>
            <strong>{pick(notice.asked)}</strong> {notice.confirmBy && <Countdown due={notice.confirmBy} />}
          </p>
        ) : (
          <p className="small muted">
            {notice.acknowledgedAt ? (
              <>
                {notice.acknowledgedBy ? t.acknowledgedBy(pick(notice.acknowledgedBy)) : t.acknowledged}
                {'　'}
                <DateTime at={notice.acknowledgedAt} form="time" />
              </>
            ) : notice.closedAt ? (
              t.closed
            ) : (
              t.informed
            )}
          </p>
        )}
        {notice.instead && open && <p className="small">{t.instead}</p>}
        {!notice.caseId && <p className="small muted">{notice.instead ? t.insteadNoCase : t.noCase}</p>}
      </div>
      {open && (
        <div className="notice-acts">
          <Button kind="primary" busy={busy} onClick={onAcknowledge}>
            {t.acknowledge}
          </Button>
          <a className="small" href={`tel:${notice.callPhone.replaceAll(/[^\d+]/g, '')}`}>
            {t.call(notice.callPhone)}
          </a>
        </div>
      )}
    </li>
  );
}
