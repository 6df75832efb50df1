import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { AnalysesView, AnalysisRow } from '../../../src/analysis/contract.ts';
import { linkTo, newKey } from '../api/client.ts';
import { usePageTitle } from '../app/title.ts';
import { useWords } from '../mechanism/words.ts';
import { ButtonLink } from '../ui/Button.tsx';
import { DataTable } from '../ui/DataTable.tsx';
import { Select } from '../ui/fields.tsx';
import { LevelMark } from '../ui/LevelMark.tsx';
import { useLang, usePick, useText } from '../ui/lang.tsx';
import { ModeBadge } from '../ui/StateBadge.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime } from '../ui/time.tsx';
import { type AnalysesSearch, analysesQuery } from './queries.ts';
import { analysisText } from './texts.ts';
import './analysis.css';

type Line = AnalysesView['rows'][number];

/** Every subgroup's notifications and analyses by month, and who has not sent any (S7.11.0e). */
export function Analyses() {
  const t = useText(analysisText);
  const { lang } = useLang();
  const navigate = useNavigate();
  const search: AnalysesSearch = useSearch({ strict: false });
  const { until, mode } = search;
  const asked = { ...(until ? { until } : {}), ...(mode ? { mode } : {}) };
  const { data, error, refetch } = useQuery(analysesQuery(asked));
  const title = data && !data.readsAll ? t.ownTitle : t.title;
  usePageTitle(title);
  const [fresh] = useState(newKey);
  const month = data?.months.at(-1) ?? '';
  const set = (change: Partial<typeof search>) =>
    navigate({ to: '.', search: { ...search, ...change }, replace: true });
  return (
    <main className="page analyses" id="main" tabIndex={-1} data-density="visit">
      <div className="page-head">
        <h1>{title}</h1>
        <p>{t.lead}</p>
      </div>
      {error && !data ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : !data ? (
        <Skeleton lines={6} tall />
      ) : (
        <>
          {data.writesFor.length > 0 && (
            <ButtonLink to={`/analyses/write/${fresh}`} kind="primary">
              {t.write}
            </ButtonLink>
          )}
          <Drafts view={data} />
          <section aria-labelledby="analyses-table">
            <h2 id="analyses-table">{t.table}</h2>
            <div className="analyses-filters no-print">
              <Select
                label={t.month}
                value={month}
                onValue={(until) => set({ until })}
                options={monthsBefore(data.now).map((one) => ({ value: one, label: one }))}
              />
              <Select
                label={t.mode}
                value={mode ?? 'live'}
                onValue={(value) => set({ mode: value === 'live' ? '' : value })}
                options={(['live', 'exercise'] as const).map((one) => ({ value: one, label: t.modes[one] }))}
              />
              <a className="btn btn-plain" href={linkTo('/analyses/table.csv', { ...asked, lang })} download>
                <span>{t.export}</span>
              </a>
            </div>
            <p className="muted small">{t.latest}</p>
            <Month view={data} month={month} />
          </section>
          <section aria-labelledby="analyses-reports">
            <h2 id="analyses-reports">{t.reports}</h2>
            {data.reports.length === 0 ? (
              <EmptyState title={t.noReports}>{t.noReportsHelp}</EmptyState>
            ) : (
              <ul className="analyses-list">
                {data.reports.map((one) => (
                  <Row key={one.id} row={one} />
                ))}
              </ul>
            )}
            {data.cut && <p className="muted">{t.cut}</p>}
          </section>
        </>
      )}
    </main>
  );
}

/** The last two years, month by month, the present first. */
function monthsBefore(now: string): string[] {
  const present = Number(now.slice(0, 4)) * 12 + Number(now.slice(5, 7)) - 1;
  // On the first hours of a month the zone's month is one ahead of UTC's.
  return Array.from({ length: 25 }, (_, back) => {
    const at = present + 1 - back;
    return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
  });
}

function Drafts({ view }: { view: AnalysesView }) {
  const t = useText(analysisText);
  if (view.drafts.length === 0) return null;
  return (
    <section aria-labelledby="analyses-drafts">
      <h2 id="analyses-drafts">{t.drafts}</h2>
      <ul className="analyses-list">
        {view.drafts.map((draft) => (
          <li key={draft.id}>
            <Link to="/analyses/write/$draftId" params={{ draftId: draft.id }}>
              {String(draft.content['title'] ?? '') || t.untitled}
            </Link>
            <span className="muted small">
              <DateTime at={draft.updatedAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One month of every group: how many at which level, and what was sent. On a phone each line is a block of its own. */
function Month({ view, month }: { view: AnalysesView; month: string }) {
  const t = useText(analysisText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  const at = view.months.indexOf(month);
  const missing = view.rows.filter((row) => row.cells[at]?.status === 'missing').length;
  const isOpen = view.rows.some((row) => row.cells[at]?.status === 'open');
  return (
    <>
      {/* Before the month is over nobody is late, and not everybody has sent. */}
      {(missing > 0 || !isOpen) && (
        <p className={missing > 0 ? 'late' : ''}>
          <strong>{t.missingCount(missing)}</strong>
        </p>
      )}
      <DataTable
        caption={`${t.table} ${month}`}
        rows={view.rows}
        rowKey={(row) => row.group.id}
        columns={[
          { id: 'group', head: t.group, rowHead: true, cell: (row) => pick(row.group.name) },
          ...view.levels.map((level) => ({
            id: level,
            head: <LevelMark level={level} mark={words.mark(level)} size="s" />,
            figure: true,
            cell: (row: Line) => row.cells[at]?.byLevel[level] ?? 0,
          })),
          {
            id: 'cases',
            head: t.notifications,
            figure: true,
            cell: (row) => <strong>{row.cells[at]?.cases ?? 0}</strong>,
          },
          {
            id: 'about',
            head: t.aboutCases,
            figure: true,
            cell: (row) => row.cells[at]?.aboutCases ?? 0,
          },
          { id: 'status', head: t.aboutPeriod, cell: (row) => <Status row={row} at={at} /> },
          {
            id: 'earlier',
            head: t.earlier,
            cell: (row) => {
              const gaps = row.cells.slice(0, at).filter((cell) => cell.status === 'missing');
              return gaps.length === 0 ? (
                <span className="muted">—</span>
              ) : (
                <span className="small">{gaps.map((cell) => cell.month).join(c.separator)}</span>
              );
            },
          },
        ]}
      />
      <Outcomes view={view} at={at} />
    </>
  );
}

/** How the cases came out that were released in the month, over all groups shown (S8.2.3). */
function Outcomes({ view, at }: { view: AnalysesView; at: number }) {
  const t = useText(analysisText);
  const c = useText(commonText);
  const pick = usePick();
  const counted = view.outcomes.flatMap((one) => {
    const n = view.rows.reduce((sum, row) => sum + (row.cells[at]?.outcomes[one.id] ?? 0), 0);
    return n === 0 ? [] : [t.counted(pick(one.name), n)];
  });
  if (counted.length === 0) return null;
  return (
    <p>
      <strong>{t.outcomes}</strong>　{counted.join(c.separator)}
    </p>
  );
}

function Status({ row, at }: { row: Line; at: number }) {
  const t = useText(analysisText);
  const status = row.cells[at]?.status ?? 'open';
  const look = { missing: 'late', sent: '', open: 'muted', walled: 'muted' }[status];
  return (
    <span className={look}>
      {status === 'sent' ? '✓ ' : ''}
      {t.status[status]}
    </span>
  );
}

function Row({ row }: { row: AnalysisRow }) {
  const t = useText(analysisText);
  const c = useText(commonText);
  const pick = usePick();
  return (
    <li className={row.replacedBy ? 'analyses-replaced' : ''}>
      <Link to="/analyses/$analysisId" params={{ analysisId: row.id }}>
        {row.title}
      </Link>
      <span className="small">
        {pick(row.group.name)}　{t.kinds[row.kind]}　{row.from} – {row.to}
        {row.cases.length > 0 && `　${row.cases.map((one) => one.number).join(c.separator)}`}
      </span>
      <span className="muted small">
        {t.sentBy} {pick(row.person.name)} <DateTime at={row.sentAt} />
      </span>
      {row.inside && <span className="analyses-badge">{t.inside}</span>}
      {row.replacedBy && <span className="analyses-badge">{t.replaced}</span>}
      <ModeBadge mode={row.mode} />
    </li>
  );
}
