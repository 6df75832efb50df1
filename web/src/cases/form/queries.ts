import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { DraftView, previewAnswer, previewFiling } from '../../../../src/cases/contract.ts';
import type { OrganisationView } from '../../../../src/directory/contract.ts';
import { api } from '../../api/client.ts';
import { Problem } from '../../api/problem.ts';
import type { DraftServer } from './keeper.ts';

export type Preview = z.infer<typeof previewAnswer>;
export type PreviewInput = z.input<typeof previewFiling>;

/** The author's drafts at the server. */
export const draftsQuery = queryOptions({
  queryKey: ['drafts'],
  queryFn: async (): Promise<DraftView[]> => {
    const answer = await api.get<DraftView[] | { items: DraftView[] }>('/drafts');
    return Array.isArray(answer) ? answer : answer.items;
  },
});

/** A body with its contacts and registered systems. */
export const bodyQuery = (id: string) =>
  queryOptions({
    queryKey: ['directory', id],
    queryFn: () => api.get<OrganisationView>(`/organisations/${id}`),
    staleTime: 300_000,
  });

/** Who would be told if this were filed now. */
export const previewQuery = (input: PreviewInput) =>
  queryOptions({
    queryKey: ['filing-preview', input],
    queryFn: ({ signal }) => api.post<Preview>('/reports/preview', input, { signal }),
    enabled: input.impactLevel !== '',
    staleTime: 60_000,
  });

/** A dead network must not keep anybody from his own draft: after so long the device's copy is used, in ms. */
const PATIENCE = 5000;

/** The server's drafts as the keeper needs them. */
export const draftServer: DraftServer = {
  save: (id, { about, form, revision }) =>
    api.put<DraftView>(`/drafts/${id}`, { ...about, content: form, revision }),
  read: async (id) => {
    try {
      return await api.get<DraftView>(`/drafts/${id}`, undefined, { signal: AbortSignal.timeout(PATIENCE) });
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return null;
      throw error;
    }
  },
};
