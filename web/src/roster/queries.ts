import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { HandoverPage, MyDuty, RosterRow, RosterView } from '../../../src/directory/roster-contract.ts';
import { api } from '../api/client.ts';

// A change of a roster is a change of the directory: live updates make these stale by their first word.

export const rostersQuery = queryOptions({
  queryKey: ['directory', 'rosters'],
  queryFn: async () => (await api.get<{ items: RosterRow[] }>('/rosters')).items,
});

export const rosterQuery = (postId: string, from: string | undefined, days = 7) =>
  queryOptions({
    queryKey: ['directory', 'roster', postId, from ?? '', days],
    queryFn: () => api.get<RosterView>(`/rosters/${postId}`, { from, days }),
    enabled: postId !== '',
  });

export const handoversQuery = (postId: string) =>
  queryOptions({
    queryKey: ['directory', 'handovers', postId],
    queryFn: () => api.get<HandoverPage>(`/rosters/${postId}/handovers`),
  });

export const dutyQuery = queryOptions({
  queryKey: ['directory', 'duty'],
  queryFn: () => api.get<MyDuty>('/me/duty'),
  staleTime: 30_000,
});

/** One change of a roster; afterwards everything that shows it is read again. */
export function useRosterAct<T = unknown>(act: (input: T) => Promise<unknown>, done?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['directory'] });
      done?.();
    },
  });
}
