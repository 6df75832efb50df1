import { queryOptions } from '@tanstack/react-query';
import type { SituationView } from '../../../src/insight/contract.ts';
import { api } from '../api/client.ts';

/** What goes on in the nation. It is asked again when the stream says so, and every half minute in any case. */
export const situationQuery = (mode: 'live' | 'exercise') =>
  queryOptions({
    queryKey: ['situation', mode],
    queryFn: () => api.get<SituationView>('/situation', mode === 'live' ? undefined : { mode }),
    refetchInterval: 30_000,
    refetchIntervalInBackground: true,
    staleTime: 0,
  });
