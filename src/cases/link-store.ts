/** Of the other cases a link names, a reader is shown those he may see; the number of another body's case is not his (ISO-1). */
import type { Tx } from '../platform/transaction.ts';
import type { CaseState } from './evolve.ts';
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

/** So many are listed; of an incident of a whole nation the rest is a number. */
const LISTED = 50;

/** A case that stands under the same incident, as far as the reader sees it. */
export interface LinkedRow extends Record<string, unknown> {
  readonly id: string;
  readonly number: string;
  readonly organisation: string;
  readonly level: string;
  readonly levelStatus: 'proposed' | 'confirmed';
  readonly state: string;
  readonly open: boolean;
  readonly openedAt: Date;
  /** The others were linked to it. */
  readonly leads: boolean;
  /** Why, when, and by whom it was linked; null for the one the others were linked to. */
  readonly reason: string | null;
  readonly linkedAt: Date | null;
  readonly person: string | null;
}

/** The cases under the same incident, the one that leads first, then the oldest; `more` are not listed. */
export async function linkedCases(
  tx: Tx,
  caseId: string,
  state: Pick<CaseState, 'incident'>,
): Promise<{
  cases: LinkedRow[];
  more: number;
  own: Pick<LinkedRow, 'reason' | 'linkedAt' | 'person'> | null;
}> {
  const rows = await tx.prepared<LinkedRow & { more: number }>(
    'linked-cases',
    // Why each was linked is asked of those that are shown, and of its own stream: the other's keeps no reason of its own.
    `with shown as materialized (
       select c.id, c.number, c.organisation_id as organisation, c.level, c.level_status as "levelStatus", c.state, c.open,
              c.opened_at as "openedAt", c.id = $1::uuid as leads, (count(*) over ())::int as more
         from cases c where c.incident_id = $1::uuid
        order by c.id = $2::uuid desc, c.id = $1::uuid desc, c.opened_at, c.id limit ${LISTED + 1})
     select c.*, l.reason, l.at as "linkedAt", l.person_id as person
       from shown c left join lateral (
              select f.data ->> 'reason' as reason, f.at, f.person_id from facts f
               where f.stream = 'case' and f.stream_id = c.id and f.kind = 'linked' and not c.leads
                 and f.data ->> 'incident' <> f.data ->> 'previous'
               order by f.seq desc limit 1) l on true
      order by c.id = $2::uuid desc, c.leads desc, c."openedAt", c.id`,
    [state.incident, caseId],
  );
  const [self, ...others] = rows;
  return {
    cases: others,
    more: Math.max(0, (self?.more ?? 1) - rows.length),
    own: self && !self.leads ? { reason: self.reason, linkedAt: self.linkedAt, person: self.person } : null,
  };
}
