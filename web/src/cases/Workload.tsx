import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { WorkloadView } from '../../../src/cases/affairs-contract.ts';
import { api } from '../api/client.ts';
import { usePageTitle } from '../app/title.ts';
import { useWords } from '../mechanism/words.ts';
import { Checkbox, Select } from '../ui/fields.tsx';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { EmptyState, Note, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { affairsText } from './affairs-text.ts';
import { Request } from './Support.tsx';
import './affairs.css';

const FILTERS = ['group', 'region', 'status', 'overdue'] as const;

/** What is asked for, of whom, since when, what is late: for the technical service centre and every group (S8.7). */
export function Workload() {
  const t = useText(affairsText).workload;
  const s = useText(affairsText).support;
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  const navigate = useNavigate();
  const search: Partial<Record<(typeof FILTERS)[number], string>> = useSearch({ strict: false });
  usePageTitle(t.title);
  const query = Object.fromEntries(FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
  const { data, error, refetch } = useQuery({
    queryKey: ['support', query],
    queryFn: () => api.get<WorkloadView>('/support', query),
    refetchInterval: 60_000,
  });
  const set = (name: (typeof FILTERS)[number], value: string) =>
    navigate({ to: '.', search: { ...search, [name]: value || undefined }, replace: true });
  const groups = words.pack?.groups.filter((group) =>
    ['working-group', 'subgroup', 'service-centre'].includes(group.kind),
  );
  return (
    <main className="page" id="main" tabIndex={-1} data-density="desk">
      <h1>{t.title}</h1>
      <p className="muted">{t.lead}</p>
      {data && (
        <>
          <p>
            <strong>{t.unassigned(data.unassigned)}</strong>
            {'　'}
            <strong className={data.overdue > 0 ? 'late' : ''}>{t.overdue(data.overdue)}</strong>
          </p>
          {data.groups.length > 0 && (
            <section aria-labelledby="workload-groups">
              <h2 id="workload-groups">{t.perGroup}</h2>
              <ul className="workload-loads">
                {data.groups.map((row) => (
                  <li key={row.group.id}>
                    <strong>{pick(row.group.name)}</strong>
                    {row.mine && <span className="affair-badge">{s.mine}</span>}{' '}
                    <span className="muted">{t.counts(row.offered, row.accepted)}</span>
                    {row.overdue > 0 && <span className="late"> {t.overdue(row.overdue)}</span>}
                  </li>
                ))}
              </ul>
            </section>
          )}
        </>
      )}
      <div className="workload-filters no-print">
        <Select
          label={t.group}
          empty={t.all}
          value={search.group ?? ''}
          onValue={(value) => set('group', value)}
          options={(groups ?? []).map((group) => ({ value: group.id, label: pick(group.name) }))}
        />
        <Select
          label={t.region}
          empty={t.allRegions}
          value={search.region ?? ''}
          onValue={(value) => set('region', value)}
          options={(words.pack?.regions ?? []).map((region) => ({
            value: region.id,
            label: pick(region.name),
          }))}
        />
        <Select
          label={t.status}
          value={search.status ?? 'live'}
          onValue={(value) => set('status', value === 'live' ? '' : value)}
          options={[
            { value: 'live', label: t.live },
            ...(['open', 'offered', 'accepted', 'done', 'cancelled'] as const).map((value) => ({
              value,
              label: s.status[value],
            })),
          ]}
        />
        <Checkbox
          label={t.onlyOverdue}
          checked={search.overdue === 'yes'}
          onChecked={(on) => set('overdue', on ? 'yes' : '')}
        />
      </div>
      {error && !data ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : !data ? (
        <Skeleton lines={6} />
      ) : data.items.length === 0 ? (
        <EmptyState title={t.none}>{t.noneHelp}</EmptyState>
      ) : (
        <ul className="affair-list affairs">
          {data.items.map((row) => (
            <li key={`${row.caseId}-${row.request.id}`}>
              <p className="affair-title">
                <LevelMark level={row.level} mark={words.mark(row.level)} />
                <Link to="/cases/$caseId" params={{ caseId: row.caseId }} search={{ tab: 'support' }}>
                  {row.number}
                </Link>
                <span>{pick(row.organisation.name)}</span>
                {row.region && (
                  <span className="muted small">
                    {c.aside(row.organisation.county ?? '', pick(row.region.name))}
                  </span>
                )}
              </p>
              <ul className="affair-list">
                <Request request={row.request} />
              </ul>
            </li>
          ))}
        </ul>
      )}
      {data?.cut && <Note>{t.cut}</Note>}
    </main>
  );
}
