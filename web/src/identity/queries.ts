import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type {
  accountView,
  enrolmentView,
  providers,
  recoveries,
  SecurityView,
} from '../../../src/identity/contract.ts';
import { api } from '../api/client.ts';

export type Enrolment = z.infer<typeof enrolmentView>;
export type Account = z.infer<typeof accountView>;
type Providers = z.infer<typeof providers>;
export type Recovery = z.infer<typeof recoveries>['items'][number];

/** Other sign-ins that are set up, and whom a stranger may ring. */
export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: () => api.get<Providers>('/session/providers', undefined, { anonymous: true }),
  staleTime: 600_000,
});

/** One's own keys, sessions and what happened lately. */
export const securityQuery = queryOptions({
  queryKey: ['security'],
  queryFn: () => api.get<SecurityView>('/me/security'),
});

/** The account of somebody one administers. */
export const accountQuery = (personId: string) =>
  queryOptions({
    queryKey: ['accounts', personId],
    queryFn: () => api.get<Account>(`/accounts/${personId}`),
  });

/** Recoveries that wait for a second administrator. */
export const recoveriesQuery = queryOptions({
  queryKey: ['recoveries'],
  queryFn: async () => (await api.get<z.infer<typeof recoveries>>('/recoveries')).items,
  refetchInterval: 30_000,
});
