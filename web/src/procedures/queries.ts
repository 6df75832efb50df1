import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type { decideStep, ProceduresView, proposeStep } from '../../../src/procedures/contract.ts';
import { api } from '../api/client.ts';

/** The response procedures with their history. */
export const proceduresQuery = queryOptions({
  queryKey: ['procedures'],
  queryFn: () => api.get<ProceduresView>('/procedures'),
  // A colleague's proposal waits for whoever has the page open.
  refetchInterval: 30_000,
});

/** Proposes a change; the screen shows what waits at once. */
export function usePropose() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: z.input<typeof proposeStep>) =>
      api.post<ProceduresView>('/procedures/proposals', input),
    onSuccess: (view) => client.setQueryData(proceduresQuery.queryKey, view),
  });
}

/** Decides about a proposal, or takes one's own back. */
export function useDecide(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: z.input<typeof decideStep>) =>
      api.post<ProceduresView>(`/procedures/proposals/${id}/decision`, input),
    onSuccess: (view) => client.setQueryData(proceduresQuery.queryKey, view),
  });
}
