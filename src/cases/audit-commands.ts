/** The auditor's look at cases and its repairs. Everything it writes goes through the write path, with the case locked. */
import { v7 as uuid } from 'uuid';
import type { SnapshotPost } from '../directory/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import {
  type AuditFinding,
  audit,
  type OddDelivery,
  type StoredNotice,
  type StoredRows,
} from './audit-rules.ts';
import type { NewNotice } from './consequences.ts';
import type { CaseState } from './evolve.ts';
import type { World } from './recipients.ts';
import { clockRow, clocksOf, confirmNotices, factsOf, findCase, lockCase, updateClocks } from './store.ts';
import { storeMissing, worldFor } from './write.ts';

/** What the auditor found about one case, in words for a row and a log: no narrative, no person. */
export interface CaseAudit {
  readonly caseId: string;
  readonly number: string;
  readonly compartment: string | null;
  readonly held: boolean;
  readonly desk: string;
  readonly findings: readonly {
    readonly kind: AuditFinding['kind'];
    readonly what: string;
    readonly repaired: boolean;
  }[];
}

/** Longest a delivery waits for its next try, with room to spare, and longest a lease can run. */
const NEVER = "interval '30 minutes'";
const LEASED = "interval '2 minutes'";

const ODD = `
  select id, case when state = 'handed-over' then 'handed-over-never'
                  when lease_until > clock_timestamp() + ${LEASED} then 'leased-for-ever' else 'never-due' end as why
    from deliveries where case_id = $1::uuid and (
      state = 'queued' and (next_at is null or next_at > $2::timestamptz + ${NEVER})
      or state = 'queued' and lease_until > clock_timestamp() + ${LEASED}
      or state = 'handed-over' and handed_over_at is null)`;

async function rowsOf(tx: Tx, caseId: string): Promise<StoredRows> {
  const clocks = await clocksOf(tx, caseId);
  const notices = await tx.prepared<StoredNotice & Record<string, unknown>>(
    'audit-notices',
    `select n.id, n.fact_seq as "factSeq", n.post_id as "postId", n.made_at as "madeAt", n.expects,
            n.acknowledged_at as "acknowledgedAt", n.acknowledged_how as "acknowledgedHow", n.closed_at as "closedAt",
            (select count(*)::int from deliveries d where d.notice_id = n.id) as deliveries
       from notices n where n.case_id = $1::uuid order by n.made_at, n.id`,
    [caseId],
  );
  const odd = await tx.prepared<OddDelivery & Record<string, unknown>>('audit-odd', ODD, [caseId, tx.now]);
  return { clocks, notices, odd };
}

async function look(
  ctx: AppContext,
  tx: Tx,
  state: CaseState,
): Promise<{ found: AuditFinding[]; rows: StoredRows; world: World }> {
  const world = await worldFor(ctx, tx, state.pack);
  const rows = await rowsOf(tx, state.id);
  const found = audit(state.id, await factsOf(tx, state.id), rows, world, uuid);
  // Whoever acted is told nothing of his own act: a notice to him alone has no delivery, and needs none.
  return {
    found: found.filter((one) => one.kind !== 'delivery-missing' || !isOwn(one, rows, world)),
    rows,
    world,
  };
}

function isOwn(
  finding: AuditFinding & { kind: 'delivery-missing' },
  rows: StoredRows,
  { directory }: World,
): boolean {
  const notice = rows.notices.find((one) => one.id === finding.notice);
  if (!notice) return true;
  const holders = directory.holders(notice.postId, finding.fact.at).map((one) => one.personId);
  return holders.length > 0 && holders.every((person) => person === finding.fact.person);
}

/** A stored notice as one to be told again, to whoever holds its post now, by mail. */
async function silentNotice(tx: Tx, id: string, world: World): Promise<NewNotice | null> {
  const [row] = await tx.prepared<{ post_id: string; capacity: string; urgent: boolean }>(
    'audit-silent',
    'select post_id, capacity, urgent from notices where id = $1::uuid',
    [id],
  );
  const post: SnapshotPost | undefined = row && world.directory.posts.get(row.post_id);
  if (!row || !post) return null;
  return {
    ...{ id, post, capacity: row.capacity, urgent: row.urgent, ladder: null, channels: ['mail'], rung: 1 },
  } as unknown as NewNotice;
}

async function repair(
  ctx: AppContext,
  tx: Tx,
  state: CaseState,
  found: readonly AuditFinding[],
  world: World,
): Promise<Set<AuditFinding>> {
  const done = new Set<AuditFinding>();
  const notices: NewNotice[] = [];
  const silent: { notice: NewNotice; doer: { person: string | null; post: string | null } }[] = [];
  const clocks = found.flatMap((one) => (one.kind === 'clock-missing' ? [one.clock] : []));
  const altered = found.flatMap((one) => (one.kind === 'clock-altered' ? [one.clock] : []));
  for (const one of found) {
    if (one.kind === 'clock-missing' || one.kind === 'clock-altered') done.add(one);
    if (one.kind === 'notice-missing' && one.notice) {
      notices.push(one.notice);
      done.add(one);
    }
    if (one.kind === 'delivery-missing') {
      const notice = await silentNotice(tx, one.notice, world);
      if (notice) {
        silent.push({ notice, doer: one.fact });
        done.add(one);
      }
    }
    if (one.kind === 'answer-missing') {
      const { data } = one.fact;
      await confirmNotices(tx, [one.notice], {
        person: data.by,
        at: new Date(data.at),
        how: data.how,
        recordedBy: data.recordedBy,
      });
      done.add(one);
    }
    // Asked again rather than thought answered: quiet is never success.
    if (one.kind === 'answer-unfounded' || (one.kind === 'closed-unfounded' && state.open)) {
      await tx.prepared(
        `audit-${one.kind}`,
        one.kind === 'answer-unfounded'
          ? `update notices set acknowledged_at = null, acknowledged_by = null, acknowledged_how = null,
               acknowledged_recorded_by = null where id = $1::uuid`
          : 'update notices set closed_at = null, closed_why = null where id = $1::uuid',
        [one.notice],
      );
      done.add(one);
    }
    if (one.kind === 'delivery-altered') {
      await tx.prepared(
        'audit-restart',
        `update deliveries set state = 'queued', next_at = $2::timestamptz, lease_until = null, leased_by = null,
           fence = fence + 1, settled_at = null where id = $1::uuid`,
        [one.delivery, tx.now],
      );
      done.add(one);
    }
  }
  await updateClocks(
    tx,
    altered.map((clock) => clockRow(state.id, clock)),
  );
  await storeMissing(ctx, tx, state, { notices, clocks, silent }, world);
  return done;
}

function say(one: AuditFinding, world: World): string {
  const postOf = (id: string) => world.directory.posts.get(id)?.code ?? id;
  switch (one.kind) {
    case 'clock-missing':
    case 'clock-unfounded':
      return one.clock.definition;
    case 'clock-altered':
      return `${one.clock.definition}: ${one.fields.join(', ')}`;
    case 'notice-missing':
      return postOf(one.post);
    case 'delivery-altered':
      return one.why;
    case 'state-differs':
      return one.what;
    default:
      return one.notice;
  }
}

/**
 * Audits one case: compares its rows with its facts, and when they differ looks again with the case locked and repairs what
 * can be. Null when everything is as it must be. Never adds a fact.
 */
export async function auditCase(ctx: AppContext, caseId: string): Promise<CaseAudit | null> {
  const suspicious = await read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const state = await findCase(tx, caseId);
    return state !== undefined && (await look(ctx, tx, state)).found.length > 0;
  });
  if (!suspicious) return null;
  return write(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const state = await lockCase(tx, caseId);
    if (!state) return null;
    const { found, world } = await look(ctx, tx, state);
    if (found.length === 0) return null;
    const done = await repair(ctx, tx, state, found, world);
    tx.afterCommit(() => ctx.signals.emit('facts'));
    return {
      caseId,
      number: state.number,
      compartment: state.compartment,
      held: state.hold !== null,
      desk: state.routing.desk,
      findings: found.map((one) => ({ kind: one.kind, what: say(one, world), repaired: done.has(one) })),
    };
  });
}

/** Cases to look at: changed since a moment, then open ones after an id; a bounded number of each. */
export function casesToAudit(
  ctx: AppContext,
  wanted: { readonly since: Date; readonly after: string; readonly most: number },
): Promise<{ changed: string[]; swept: string[] }> {
  return read(ctx.database, SYSTEM, ctx.clock, async (tx) => {
    const changed = await tx.prepared<{ id: string }>(
      'audit-changed',
      'select id from cases where changed_at >= $1::timestamptz order by changed_at desc limit $2',
      [wanted.since, wanted.most * 4],
    );
    const swept = await tx.prepared<{ id: string }>(
      'audit-sweep',
      'select id from cases where open and id > $1::uuid order by id limit $2',
      [wanted.after, wanted.most],
    );
    return { changed: changed.map((row) => row.id), swept: swept.map((row) => row.id) };
  });
}
