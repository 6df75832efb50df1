/** Of the other cases a link names, a reader is shown those he may see; the number of another body's case is not his (ISO-1). */
import type { Tx } from '../platform/transaction.ts';
import type { CaseFact } from './facts.ts';

/** The facts with the cases in them that this reader may know of. */
export async function withVisibleLinks(tx: Tx, facts: readonly CaseFact[]): Promise<readonly CaseFact[]> {
  const named = facts.flatMap((fact) =>
    fact.kind === 'linked' || fact.kind === 'unlinked' ? fact.data.cases.map((one) => one.id) : [],
  );
  if (named.length === 0) return facts;
  const rows = await tx.prepared<{ id: string }>(
    'linked-visible',
    'select id from cases where id = any ($1::uuid[])',
    [named],
  );
  const seen = new Set(rows.map((row) => row.id));
  return facts.map((fact) => {
    if (fact.kind !== 'linked' && fact.kind !== 'unlinked') return fact;
    // Which incident it is, is the id of a case as well.
    const { incident: _incident, previous: _previous, ...data } = fact.data;
    return {
      ...fact,
      data: { ...data, cases: data.cases.filter((one) => seen.has(one.id)) },
    } as unknown as CaseFact;
  });
}
