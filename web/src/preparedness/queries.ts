import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type {
  CallsView,
  CallView,
  ChoicesView,
  callForPreparedness,
  extendCall,
  PartsView,
  settleTask,
} from '../../../src/preparedness/contract.ts';
import { api } from '../api/client.ts';

/** Calls the reader has to do with, the newest first. */
export const callsQuery = infiniteQueryOptions({
  queryKey: ['preparedness', 'list'],
  queryFn: ({ pageParam }) =>
    api.get<CallsView>('/preparedness', pageParam === '' ? {} : { cursor: pageParam }),
  initialPageParam: '',
  getNextPageParam: (page) => page.nextCursor ?? undefined,
  refetchInterval: 30_000,
});

/** One call; the answers of others come in while it is open. */
export const callQuery = (id: string) =>
  queryOptions({
    queryKey: ['preparedness', 'one', id],
    queryFn: () => api.get<CallView>(`/preparedness/${id}`),
    refetchInterval: 15_000,
  });

export type Show = 'all' | 'unacknowledged' | 'unsettled';

/** The parts of a call that the reader sees. */
export const partsQuery = (id: string, show: Show) =>
  infiniteQueryOptions({
    queryKey: ['preparedness', 'parts', id, show],
    queryFn: ({ pageParam }) =>
      api.get<PartsView>(`/preparedness/${id}/parts`, {
        show,
        ...(pageParam === '' ? {} : { cursor: pageParam }),
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: 15_000,
  });

/** What one may call for, and whom. */
export const choicesQuery = queryOptions({
  queryKey: ['preparedness', 'choices'],
  queryFn: () => api.get<ChoicesView>('/preparedness/choices'),
});

/** Calls for preparedness. */
export function useCall() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: z.input<typeof callForPreparedness>) => api.post<CallView>('/preparedness', input),
    onSuccess: (view) => {
      client.setQueryData(callQuery(view.id).queryKey, view);
      return client.invalidateQueries({ queryKey: ['preparedness', 'list'] });
    },
  });
}

/** Any act on one call that answers with the call as it stands then. */
function useAct<Input>(id: string, run: (input: Input) => Promise<CallView>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: async (view) => {
      client.setQueryData(callQuery(id).queryKey, view);
      await Promise.all([
        client.invalidateQueries({ queryKey: ['preparedness', 'parts', id] }),
        client.invalidateQueries({ queryKey: ['preparedness', 'list'] }),
      ]);
    },
  });
}

/** Confirms that the call has arrived. */
export const useAcknowledge = (id: string) =>
  useAct(id, (part: string) => api.post<CallView>(`/preparedness/${id}/parts/${part}/acknowledgement`));

/** Records what became of a step. */
export const useSettle = (id: string) =>
  useAct(id, ({ part, step, ...act }: z.input<typeof settleTask> & { part: string; step: string }) =>
    api.post<CallView>(`/preparedness/${id}/parts/${part}/tasks/${encodeURIComponent(step)}`, act),
  );

/** Gives the call another time. */
export const useExtend = (id: string) =>
  useAct(id, (input: z.input<typeof extendCall>) => api.post<CallView>(`/preparedness/${id}/due`, input));

/** Ends the call. */
export const useEnd = (id: string) =>
  useAct(id, (reason: string) => api.post<CallView>(`/preparedness/${id}/end`, { reason }));

/** Reminds all who have not answered, or one; answers how many. */
export function useRemind(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (part: string | null) =>
      api.post<{ parts: number }>(`/preparedness/${id}/reminders`, { part }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['preparedness', 'parts', id] }),
  });
}
