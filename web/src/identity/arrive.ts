import { useRouter } from '@tanstack/react-router';
import type { SessionView } from '../../../src/identity/contract.ts';
import { queryClient, sessionQuery } from '../api/queries.ts';
import { wayBack } from './way-back.ts';

/** Goes in as somebody who has just signed in: nothing of whoever sat here before is kept. */
export function useArrive(): (session: SessionView, next?: string) => void {
  const router = useRouter();
  return (session, next) => {
    queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== 'demo' });
    queryClient.setQueryData(sessionQuery.queryKey, session);
    router.history.push(wayBack(next));
  };
}
