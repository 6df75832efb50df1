/** The workload of support: what is asked for, of whom, since when, and what is late, over all cases a reader sees (S8.7). */
import type { z } from 'zod';
import { directorySnapshot } from '../directory/index.ts';
import { packByHash } from '../mechanism/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read } from '../platform/transaction.ts';
import type { WorkloadRow, WorkloadView, workloadQuery } from './affairs-contract.ts';
import { requestView } from './affairs-views.ts';
import type { CaseState } from './evolve.ts';
import { regionOf } from './support-rules.ts';

/** Cases looked at; a nation that has more in hand at once is told so. */
const CASES = 500;

type Query = z.infer<typeof workloadQuery>;

/** True when the filters keep the row. */
function isWanted(row: WorkloadRow, query: Query): boolean {
  const { status, offers, overdue } = row.request;
  if (query.status === 'live' ? status === 'done' || status === 'cancelled' : status !== query.status)
    return false;
  if (query.overdue === 'yes' && !overdue) return false;
  if (query.region !== undefined && row.region?.id !== query.region) return false;
  const asked = offers.filter((offer) => offer.status !== 'declined' && offer.status !== 'recalled');
  return query.group === undefined || asked.some((offer) => offer.group.id === query.group);
}

/** GET /support. What is late comes first, then what waits longest. */
export async function workload(ctx: AppContext, actor: Actor, query: Query): Promise<WorkloadView> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const live = query.status !== 'done' && query.status !== 'cancelled';
    const found = await tx.prepared<{ detail: CaseState; live: boolean }>(
      'support-cases',
      // What is ended stands in cases that still have something in hand as well.
      `select c.detail, c.support_live as live from cases c where c.id in (
         select case_id from support_cases(true, $2::int) union all
         select case_id from support_cases(false, $2::int) where not $1::boolean)`,
      [live, CASES],
    );
    const directory = await directorySnapshot(ctx, tx);
    const posts = actor.personId === null ? [] : directory.postsHeldBy(actor.personId, tx.now);
    const rows: WorkloadRow[] = [];
    for (const { detail: state } of found) {
      const pack = await packByHash(ctx, tx, state.pack);
      const body = directory.organisations.get(state.organisation);
      const region = regionOf(pack, body?.county ?? null);
      for (const request of state.support ?? []) {
        rows.push({
          caseId: state.id,
          number: state.number,
          mode: state.mode,
          level: state.level,
          organisation: {
            id: state.organisation,
            name: { zh: body?.nameZh ?? '', en: body?.nameEn ?? '' },
            county: body?.county ?? null,
          },
          region: region ? { id: region.id, name: region.name } : null,
          request: requestView(request, state, { directory, pack, now: tx.now, posts }),
        });
      }
    }
    const going = rows.filter((row) => isWanted(row, { status: 'live' }));
    const items = rows
      .filter((row) => isWanted(row, query))
      .sort(
        (a, b) =>
          Number(b.request.overdue) - Number(a.request.overdue) || a.request.at.localeCompare(b.request.at),
      );
    const groups = new Map<string, WorkloadView['groups'][number]>();
    for (const { request } of going) {
      for (const offer of request.offers) {
        if (offer.status !== 'offered' && offer.status !== 'accepted') continue;
        const known = groups.get(offer.group.id) ?? {
          ...{ group: offer.group, offered: 0, accepted: 0, overdue: 0, mine: offer.mine },
        };
        known[offer.status] += 1;
        if (offer.overdue) known.overdue += 1;
        groups.set(offer.group.id, known);
      }
    }
    return {
      items,
      groups: [...groups.values()].sort((a, b) => Number(b.mine) - Number(a.mine) || b.offered - a.offered),
      unassigned: going.filter((row) => row.request.status === 'open').length,
      overdue: going.filter((row) => row.request.overdue).length,
      cut: found.filter((one) => one.live).length >= CASES,
      now: tx.now.toISOString(),
    };
  });
}
