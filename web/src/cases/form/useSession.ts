import { useQuery } from '@tanstack/react-query';
import type { SessionView } from '../../../../src/identity/contract.ts';
import { sessionQuery } from '../../api/queries.ts';

/** Who is signed in; the shell shows no screen without. */
export function useSession(): SessionView | null {
  return useQuery(sessionQuery).data ?? null;
}
