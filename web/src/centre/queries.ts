import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type {
  ActivationView,
  CentreView,
  centreAct,
  MeetingView,
  meetingAct,
  ReviewView,
} from '../../../src/centre/contract.ts';
import { api } from '../api/client.ts';

/** Read again this often besides every change the stream tells of: presence is nobody's case. */
const EVERY = 10_000;

/** Whether the centre is formed up, what was before, and its meetings. */
export const centreQuery = queryOptions({
  queryKey: ['centre'],
  queryFn: () => api.get<CentreView>('/centre'),
  refetchInterval: EVERY,
});

/** One activation. */
export const activationQuery = (id: string) =>
  queryOptions({
    queryKey: ['centre', 'activation', id],
    queryFn: () => api.get<ActivationView>(`/activations/${id}`),
    refetchInterval: EVERY,
  });

/** The after-action report. */
export const reviewQuery = (id: string) =>
  queryOptions({
    queryKey: ['centre', 'review', id],
    queryFn: () => api.get<ReviewView>(`/activations/${id}/review`),
  });

/** One meeting. */
export const meetingQuery = (id: string) =>
  queryOptions({
    queryKey: ['centre', 'meeting', id],
    queryFn: () => api.get<MeetingView>(`/meetings/${id}`),
    refetchInterval: EVERY,
  });

export type CentreCommand = z.input<typeof centreAct>;
export type MeetingCommand = z.input<typeof meetingAct>;

/** Acts in the centre; the screen shows what came of it at once. */
export function useCentreAct(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (command: CentreCommand) => api.post<ActivationView>(`/activations/${id}/acts`, command),
    onSuccess: async (view) => {
      client.setQueryData(activationQuery(id).queryKey, view);
      await client.invalidateQueries({
        predicate: (query) =>
          ['centre', 'inbox', 'case', 'cases', 'session'].includes(String(query.queryKey[0])),
      });
    },
  });
}

/** Acts in a meeting. */
export function useMeetingAct(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (command: MeetingCommand) => api.post<MeetingView>(`/meetings/${id}/acts`, command),
    onSuccess: async (view) => {
      client.setQueryData(meetingQuery(id).queryKey, view);
      await client.invalidateQueries({ queryKey: ['centre'] });
    },
  });
}
