import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { CoverageGap, OrganisationRow } from '../../../src/directory/contract.ts';
import { usePageTitle } from '../app/title.ts';
import { useWords } from '../mechanism/words.ts';
import { TextField } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { Tabs } from '../ui/Tabs.tsx';
import { commonText } from '../ui/texts.ts';
import { GroupsPanel } from './GroupsPanel.tsx';
import { childrenQuery, coverageQuery, foundQuery } from './queries.ts';
import { directoryText } from './texts.ts';
import './directory.css';

/** The notification network: bodies as a tree, groups, and what would not reach anybody. */
export function Directory() {
  const t = useText(directoryText);
  const navigate = useNavigate();
  const search: { tab?: string; q?: string } = useSearch({ strict: false });
  usePageTitle(t.title);
  return (
    <main className="page" id="main" tabIndex={-1} data-density="desk">
      <div className="page-head">
        <h1>{t.title}</h1>
        <p>{t.lead}</p>
      </div>
      <Tabs
        label={t.tabs.label}
        selected={search.tab ?? 'tree'}
        onSelect={(tab) =>
          navigate({ to: '/directory', search: tab === 'tree' ? {} : { tab }, replace: true })
        }
        tabs={[
          { id: 'tree', label: t.tabs.tree, content: () => <TreePanel q={search.q ?? ''} /> },
          { id: 'groups', label: t.tabs.groups, content: () => <GroupsPanel /> },
          { id: 'coverage', label: t.tabs.coverage, content: () => <CoveragePanel /> },
        ]}
      />
    </main>
  );
}

function TreePanel({ q }: { q: string }) {
  const t = useText(directoryText);
  const navigate = useNavigate();
  const [text, setText] = useState(q);
  const roots = useQuery(childrenQuery(null));
  const found = useQuery(foundQuery(q));
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a change of the text starts the wait
  useEffect(() => {
    if (text === q) return;
    const wait = setTimeout(
      () => navigate({ to: '/directory', search: text.trim() ? { q: text.trim() } : {}, replace: true }),
      250,
    );
    return () => clearTimeout(wait);
  }, [text]);
  const list = q ? found : roots;
  return (
    <>
      <div className="directory-search">
        <TextField label={t.search} type="search" value={text} onValue={setText} maxLength={100} />
      </div>
      {list.isError ? (
        <ProblemMessage error={list.error} onRetry={() => list.refetch()} />
      ) : !list.data ? (
        <Skeleton lines={8} />
      ) : list.data.items.length === 0 ? (
        <EmptyState title={q ? t.none : t.noneAtAll}>{!q && t.noneAtAllHelp}</EmptyState>
      ) : (
        <>
          {q && (
            <p className="muted" aria-live="polite">
              {t.found(list.data.items.length)}
            </p>
          )}
          <ul className="tree" aria-label={t.tree}>
            {list.data.items.map((row) => (
              <Branch key={row.id} row={row} open={!q && list.data.items.length <= 3} flat={q !== ''} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}

interface BranchProps {
  row: OrganisationRow;
  open?: boolean;
  flat?: boolean;
}

/** One body; those below it are read when it is opened. */
function Branch({ row, open = false, flat = false }: BranchProps) {
  const t = useText(directoryText);
  const pick = usePick();
  const [isOpen, setOpen] = useState(open);
  const below = useQuery({ ...childrenQuery(row.id), enabled: isOpen && !flat });
  const empty = below.data?.items.length === 0;
  return (
    <li>
      <div className="branch">
        {!flat && (
          <button
            type="button"
            className="branch-toggle"
            aria-expanded={isOpen}
            aria-label={t.expand(pick(row.name))}
            disabled={empty}
            onClick={() => setOpen(!isOpen)}
          >
            {empty ? '·' : isOpen ? '▾' : '▸'}
          </button>
        )}
        <OrganisationLine row={row} />
      </div>
      {isOpen && !flat && (
        <ul className="tree">
          {below.data?.items.map((child) => (
            <Branch key={child.id} row={child} />
          ))}
          {below.isPending && (
            <li>
              <Skeleton lines={2} />
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

function OrganisationLine({ row }: { row: OrganisationRow }) {
  const t = useText(directoryText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  return (
    <div className="branch-line">
      <Link to="/directory/$organisationId" params={{ organisationId: row.id }}>
        {pick(row.name)}
      </Link>
      <span className="muted small">
        {words.group(row.subgroup)}
        {row.sectors.length > 0 && `${c.separator}${c.list(row.sectors.map(words.sector))}`}
        {row.ended && `${c.separator}${t.ended}`}
      </span>
      <Gaps gaps={row.gaps} />
    </div>
  );
}

/** What is missing, in words; nothing when nothing is. */
export function Gaps({ gaps }: { gaps: readonly CoverageGap[] }) {
  const t = useText(directoryText);
  const c = useText(commonText);
  return gaps.length > 0 ? <span className="gaps">{c.list(gaps.map((gap) => t.gaps[gap]))}</span> : null;
}

function CoveragePanel() {
  const t = useText(directoryText);
  const pick = usePick();
  const { data, error, refetch } = useQuery(coverageQuery);
  if (error) return <ProblemMessage error={error} onRetry={() => refetch()} />;
  if (!data) return <Skeleton lines={6} />;
  if (data.rows.length === 0 && data.vacantPosts.length === 0) {
    return <EmptyState title={t.coverage.allWell}>{t.coverage.allWellHelp}</EmptyState>;
  }
  return (
    <>
      <p className="prose muted">{t.coverage.lead}</p>
      <p className="strong">{t.coverage.total(data.rows.length, data.total)}</p>
      <ul className="tree">
        {data.rows.map((row) => (
          <li key={row.organisation.id}>
            <OrganisationLine row={row.organisation} />
          </li>
        ))}
      </ul>
      {data.vacantPosts.length > 0 && (
        <section>
          <h2>{t.coverage.vacant}</h2>
          <ul className="tree">
            {data.vacantPosts.map((post) => (
              <li key={post.id} className="branch-line">
                <span>{pick(post.name)}</span>
                <Link to="/directory/$organisationId" params={{ organisationId: post.organisation.id }}>
                  {pick(post.organisation.name)}
                </Link>
                <span className={post.standIn ? 'muted small' : 'gaps'}>
                  {post.standIn ? t.coverage.standIn(pick(post.standIn)) : t.coverage.noStandIn}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
