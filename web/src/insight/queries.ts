import { queryOptions } from '@tanstack/react-query';
import type { CampaignsView, SituationView } from '../../../src/insight/contract.ts';
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

/** What looks like one campaign in the last three days. */
export const campaignsQuery = queryOptions({
  queryKey: ['campaigns'],
  queryFn: () => api.get<CampaignsView>('/campaigns'),
  refetchInterval: 20_000,
});
