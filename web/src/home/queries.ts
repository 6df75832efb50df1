import { queryOptions } from '@tanstack/react-query';
import type { DraftView } from '../../../src/cases/contract.ts';
import { api } from '../api/client.ts';

/** The person's unfinished reports, newest first. */
export const draftsQuery = queryOptions({
  queryKey: ['drafts'],
  queryFn: () => api.get<DraftView[]>('/drafts'),
});
