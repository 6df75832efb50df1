import { QueryClient, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { demoView } from '../../../src/demo/contract.ts';
import type { SessionView } from '../../../src/identity/contract.ts';
import type { MechanismView } from '../../../src/mechanism/contract.ts';
import { api } from './client.ts';
import { Problem } from './problem.ts';

/** Refusals are final; only a lost connection or an overloaded server is worth asking again. */
function worthRetrying(failures: number, error: Error): boolean {
  const passing = error instanceof Problem && (error.offline || error.status >= 502 || error.status === 429);
  return passing && failures < 3;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: worthRetrying, staleTime: 10_000, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
});

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<SessionView | null> => {
    try {
      return await api.get<SessionView>('/session', undefined, { anonymous: true });
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

/** The mechanism in force: names of levels, states, groups, and everything the mechanism page shows. */
export const packQuery = queryOptions({
  queryKey: ['mechanism'],
  queryFn: () => api.get<MechanismView>('/mechanism'),
  staleTime: 600_000,
});

export type DemoView = z.infer<typeof demoView>;

/** The demonstration's people; null when this is not the demonstration nation. */
export const demoQuery = queryOptions({
  queryKey: ['demo'],
  queryFn: async (): Promise<DemoView | null> => {
    try {
      return await api.get<DemoView>('/demo', undefined, { anonymous: true });
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});
