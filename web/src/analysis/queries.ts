import { queryOptions } from '@tanstack/react-query';
import type { AnalysesView, AnalysisView } from '../../../src/analysis/contract.ts';
import { api } from '../api/client.ts';

/** What the table is asked for; left out: the present month and the five before it, live. */
export interface AnalysesSearch {
  until?: string;
  mode?: string;
}

/** All subgroups side by side, or one's own. */
export const analysesQuery = (search: AnalysesSearch) =>
  queryOptions({
    queryKey: ['analyses', search],
    queryFn: () => api.get<AnalysesView>('/analyses', search),
    refetchInterval: 60_000,
  });

/** One report. */
export const analysisQuery = (id: string) =>
  queryOptions({
    queryKey: ['analyses', 'one', id],
    queryFn: () => api.get<AnalysisView>(`/analyses/${id}`),
  });
