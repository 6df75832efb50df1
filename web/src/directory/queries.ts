import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type {
  coverageView,
  groupView,
  OrganisationView,
  organisationList,
} from '../../../src/directory/contract.ts';
import { api } from '../api/client.ts';

export type OrganisationList = z.infer<typeof organisationList>;
export type Coverage = z.infer<typeof coverageView>;
export type GroupView = z.infer<typeof groupView>;

/** Bodies without a superior, or those right below one. */
export const childrenQuery = (superiorId: string | null) =>
  queryOptions({
    queryKey: ['directory', 'children', superiorId],
    queryFn: () =>
      api.get<OrganisationList>(
        '/organisations',
        superiorId ? { superiorId, limit: 500 } : { roots: 'yes', limit: 500 },
      ),
    staleTime: 60_000,
  });

export const foundQuery = (q: string) =>
  queryOptions({
    queryKey: ['directory', 'found', q],
    queryFn: () => api.get<OrganisationList>('/organisations', { q, limit: 100 }),
    enabled: q !== '',
    staleTime: 30_000,
  });

export const organisationQuery = (id: string) =>
  queryOptions({
    queryKey: ['directory', 'organisation', id],
    queryFn: () => api.get<OrganisationView>(`/organisations/${id}`),
  });

export const coverageQuery = queryOptions({
  queryKey: ['directory', 'coverage'],
  queryFn: () => api.get<Coverage>('/coverage'),
});

export const groupsQuery = queryOptions({
  queryKey: ['directory', 'groups'],
  queryFn: async () => (await api.get<{ items: GroupView[] }>('/groups')).items,
  staleTime: 60_000,
});
