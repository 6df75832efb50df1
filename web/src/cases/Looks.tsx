import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { LooksView } from '../../../src/cases/contract.ts';
import { api } from '../api/client.ts';
import { Button } from '../ui/Button.tsx';
import { DataTable } from '../ui/DataTable.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { DateTime } from '../ui/time.tsx';
import { caseText } from './texts.ts';

/** Which read-only posts looked at this case, or at any; reading it is recorded too. */
export function Looks({ caseId }: { caseId?: string }) {
  const t = useText(caseText);
  const pick = usePick();
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['looks', caseId ?? 'all'],
    queryFn: ({ pageParam }) =>
      api.get<LooksView>('/looks', { ...(caseId ? { caseId } : {}), cursor: pageParam }),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    // Every reading leaves a line of its own, so none happens by itself.
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const rows = (data?.pages ?? []).flatMap((page) => page.items);
  if (error) return <ProblemMessage error={error} onRetry={() => refetch()} />;
  if (!data) return <Skeleton lines={5} />;
  return (
    <>
      <p className="small muted">{t.looks.lead}</p>
      <DataTable
        caption={t.looks.title}
        rows={rows}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t.looks.none}>{t.looks.noneHelp}</EmptyState>}
        columns={[
          { id: 'at', head: t.looks.heads.at, cell: (row) => <DateTime at={row.at} form="short" /> },
          { id: 'who', head: t.looks.heads.who, rowHead: true, cell: (row) => pick(row.person.name) },
          { id: 'post', head: t.looks.heads.post, cell: (row) => pick(row.postName) },
          ...(caseId ? [] : [{ id: 'number', head: t.looks.heads.number, cell: (row: Row) => row.number }]),
          {
            id: 'what',
            head: t.looks.heads.what,
            cell: (row) => (
              <>
                {row.what === 'exported' && row.number === '' ? t.looks.list : t.looks.what[row.what]}{' '}
                <span className="muted">{row.what === 'attachment' ? '' : row.detail}</span>
              </>
            ),
          },
        ]}
      />
      {hasNextPage && (
        <Button busy={isFetchingNextPage} onClick={() => fetchNextPage()}>
          {t.looks.more}
        </Button>
      )}
    </>
  );
}

/** Who looked at anything at all, for administrators: opened by a button, because reading it is recorded. */
export function LooksPanel() {
  const t = useText(caseText);
  const [open, setOpen] = useState(false);
  return (
    <section className="looks-panel" aria-labelledby="looks-title">
      <h2 id="looks-title">{t.looks.title}</h2>
      {open ? (
        <Looks />
      ) : (
        <>
          <p className="small muted">{t.looks.lead}</p>
          <Button onClick={() => setOpen(true)}>{t.looks.show}</Button>
        </>
      )}
    </section>
  );
}

type Row = LooksView['items'][number];
