import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { actAnswer, actPreview, CaseView, caseList, QueueView } from '../../../src/cases/contract.ts';
import { api } from '../api/client.ts';

export type CaseList = z.infer<typeof caseList>;
export type ActAnswer = z.infer<typeof actAnswer>;
export type ActPreview = z.infer<typeof actPreview>;

/** One case with everything its reader may see and do. */
export const caseQuery = (id: string) =>
  queryOptions({ queryKey: ['case', id], queryFn: () => api.get<CaseView>(`/cases/${id}`) });

/** The desk's queue. */
export const queueQuery = queryOptions({
  queryKey: ['queue'],
  queryFn: () => api.get<QueueView>('/queue'),
  // The stream tells of every change; the clocks that run out by themselves are read again now and then.
  refetchInterval: 30_000,
});
