/** The only SQL of preparedness: read under the reader's own rights, written by the commands alone. */
import type { Tx } from '../platform/transaction.ts';
import type { Audience } from './contract.ts';
import type { TaskState } from './rules.ts';

/** A step as it was called for. */
export interface CalledStep {
  readonly id: string;
  readonly owner: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly help: { readonly zh: string; readonly en: string } | null;
}

export interface CallRow extends Record<string, unknown> {
  readonly id: string;
  readonly mode: 'live' | 'exercise';
  readonly steps: readonly CalledStep[];
  /** Of named bodies nothing but that they were named. */
  readonly audience: { readonly kind: Audience['kind']; readonly of?: string };
  readonly reason: string;
  readonly case_id: string | null;
  readonly called_at: Date;
  readonly called_by: string;
  readonly called_post: string;
  readonly due_at: Date;
  readonly ended_at: Date | null;
  readonly ended_by: string | null;
  readonly ended_why: string;
  readonly seen_by: readonly string[];
}

const CALL = `c.id, c.mode, c.steps, c.audience, c.reason, c.case_id, c.called_at, c.called_by, c.called_post, c.due_at, c.ended_at,
  c.ended_by, c.ended_why, c.seen_by`;

/** Calls the reader has a part in, or follows, the newest first. */
export function callRows(
  tx: Tx,
  after: readonly [at: string, id: string] | null,
  limit: number,
): Promise<CallRow[]> {
  return tx.prepared<CallRow>(
    'preparedness-calls',
    `select ${CALL} from preparedness_calls c
      where $1::timestamptz is null or (c.called_at, c.id) < ($1::timestamptz, $2::uuid)
      order by c.called_at desc, c.id desc limit $3`,
    [after?.[0] ?? null, after?.[1] ?? null, limit],
  );
}

/** One call; undefined when it is not there or not to be seen. */
export async function findCall(tx: Tx, id: string): Promise<CallRow | undefined> {
  const [row] = await tx.prepared<CallRow>(
    'preparedness-call',
    `select ${CALL} from preparedness_calls c where c.id = $1::uuid`,
    [id],
  );
  return row;
}

/** Whoever changes one call waits here for the other. */
export async function takeTurn(tx: Tx, id: string): Promise<void> {
  await tx.prepared(
    'preparedness-turn',
    `select pg_advisory_xact_lock(hashtextextended('tocsin preparedness ' || $1, 0))`,
    [id],
  );
}

/** The case with this number, when the reader sees it, and it can be named to others. */
export async function occasion(tx: Tx, number: string): Promise<string | null> {
  const [row] = await tx.prepared<{ id: string }>(
    'preparedness-occasion',
    'select id from cases where number = $1 and compartment is null and not held',
    [number],
  );
  return row?.id ?? null;
}

/** The numbers of these cases, of those the reader sees. */
export async function numbersOf(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.prepared<{ id: string; number: string }>(
    'preparedness-numbers',
    'select id, number from cases where id = any ($1::uuid[])',
    [ids],
  );
  return new Map(rows.map(({ id, number }) => [id, number]));
}

export interface Sum extends Record<string, unknown> {
  readonly call_id: string;
  readonly parts: number;
  readonly acknowledged: number;
  readonly settled: number;
  readonly unreached: number;
  readonly open: number;
  readonly done: number;
  readonly skipped: number;
}

// Lost: every letter of the part was given up, or there was nobody to write to. What waits, or was taken once, is not lost.
const LOST = `(p.told = 0 or exists (select 1 from duty_letters l where l.part_id = p.id)
  and not exists (select 1 from duty_letters l where l.part_id = p.id and (l.settled_at is null or l.reason is null)))
  and p.acknowledged_at is null`;

/** How far the parts of these calls are that the reader sees. */
export async function sumsOf(tx: Tx, calls: readonly string[]): Promise<Map<string, Sum>> {
  const rows = await tx.prepared<Sum>(
    'preparedness-sums',
    `select p.call_id, count(*)::int as parts, count(p.acknowledged_at)::int as acknowledged,
            count(*) filter (where t.open = 0)::int as settled, count(*) filter (where ${LOST})::int as unreached,
            coalesce(sum(t.open), 0)::int as open, coalesce(sum(t.done), 0)::int as done, coalesce(sum(t.skipped), 0)::int as skipped
       from preparedness_parts p
       left join (select x.part_id, count(*) filter (where x.state = 'open') as open, count(*) filter (where x.state = 'done') as done,
                         count(*) filter (where x.state = 'skipped') as skipped
                    from preparedness_tasks x group by x.part_id) t on t.part_id = p.id
      where p.call_id = any ($1::uuid[]) group by p.call_id`,
    [calls],
  );
  return new Map(rows.map((row) => [row.call_id, row]));
}

export interface StepSum extends Record<string, unknown> {
  readonly step: string;
  readonly open: number;
  readonly done: number;
  readonly skipped: number;
}

/** The same step by step, of one call. */
export function stepSums(tx: Tx, call: string): Promise<StepSum[]> {
  return tx.prepared<StepSum>(
    'preparedness-step-sums',
    `select t.step, count(*) filter (where t.state = 'open')::int as open, count(*) filter (where t.state = 'done')::int as done,
            count(*) filter (where t.state = 'skipped')::int as skipped
       from preparedness_tasks t join preparedness_parts p on p.id = t.part_id where p.call_id = $1::uuid group by t.step`,
    [call],
  );
}

export interface TaskRow {
  readonly step: string;
  readonly state: TaskState;
  readonly note: string;
  readonly at: string | null;
  readonly by: string | null;
}

export interface PartRow extends Record<string, unknown> {
  readonly id: string;
  readonly call_id: string;
  readonly organisation_id: string;
  readonly group_code: string | null;
  readonly name: string;
  readonly acknowledged_at: Date | null;
  readonly acknowledged_by: string | null;
  readonly reminded_at: Date | null;
  readonly reminders: number;
  readonly unreached: boolean;
  readonly tasks: readonly TaskRow[];
}

const PART = `p.id, p.call_id, p.organisation_id, p.group_code, o.name_zh as name, p.acknowledged_at, p.acknowledged_by, p.reminded_at,
  p.reminders, ${LOST} as unreached,
  (select coalesce(jsonb_agg(jsonb_build_object('step', t.step, 'state', t.state, 'note', t.note, 'at', t.changed_at, 'by', t.changed_by)
     order by t.place), '[]') from preparedness_tasks t where t.part_id = p.id) as tasks`;

/** Parts of one call that the reader sees, by the names of their bodies. */
export function partRows(
  tx: Tx,
  call: string,
  show: 'all' | 'unacknowledged' | 'unsettled',
  after: readonly [name: string, id: string] | null,
  limit: number,
): Promise<PartRow[]> {
  return tx.prepared<PartRow>(
    'preparedness-parts',
    `select ${PART} from preparedness_parts p join organisations o on o.id = p.organisation_id
      where p.call_id = $1::uuid
        and ($2 <> 'unacknowledged' or p.acknowledged_at is null)
        and ($2 <> 'unsettled' or exists (select 1 from preparedness_tasks t where t.part_id = p.id and t.state = 'open'))
        and ($3::text is null or (o.name_zh collate "C", p.id) > ($3::text collate "C", $4::uuid))
      order by o.name_zh collate "C", p.id limit $5`,
    [call, show, after?.[0] ?? null, after?.[1] ?? null, limit],
  );
}

/** Parts of these calls that belong to the parties somebody answers for. */
export function ownRows(
  tx: Tx,
  calls: readonly string[],
  organisations: readonly string[],
  groups: readonly string[],
): Promise<PartRow[]> {
  return tx.prepared<PartRow>(
    'preparedness-own',
    `select ${PART} from preparedness_parts p join organisations o on o.id = p.organisation_id
      where p.call_id = any ($1::uuid[])
        and (p.group_code is null and p.organisation_id = any ($2::uuid[]) or p.group_code = any ($3::text[]))
      order by o.name_zh collate "C", p.id`,
    [calls, organisations, groups],
  );
}

/** One part of a call, locked; undefined when it is not there, of another call, or not to be seen. */
export async function lockPart(tx: Tx, call: string, id: string): Promise<PartRow | undefined> {
  await tx.prepared(
    'preparedness-lock',
    'select 1 from preparedness_parts where call_id = $1::uuid and id = $2::uuid for update',
    [call, id],
  );
  const [row] = await tx.prepared<PartRow>(
    'preparedness-part',
    `select ${PART} from preparedness_parts p join organisations o on o.id = p.organisation_id
      where p.call_id = $1::uuid and p.id = $2::uuid`,
    [call, id],
  );
  return row;
}

/** Parts that have not answered: not confirmed, or with a step open; of those not reminded since `before`. */
export async function silentParts(
  tx: Tx,
  call: string,
  part: string | null,
  before: Date,
): Promise<{ id: string; organisationId: string; group: string | null }[]> {
  return tx.prepared(
    'preparedness-silent',
    `select p.id, p.organisation_id as "organisationId", p.group_code as "group" from preparedness_parts p
      where p.call_id = $1::uuid and ($2::uuid is null or p.id = $2::uuid)
        and (p.acknowledged_at is null or exists (select 1 from preparedness_tasks t where t.part_id = p.id and t.state = 'open'))
        and (p.reminded_at is null or p.reminded_at <= $3)
      order by p.id for update of p`,
    [call, part, before],
  );
}

/** Every part of a call, for letters to all. */
export function everyPart(
  tx: Tx,
  call: string,
): Promise<{ id: string; organisationId: string; group: string | null }[]> {
  return tx.prepared(
    'preparedness-every',
    `select id, organisation_id as "organisationId", group_code as "group" from preparedness_parts where call_id = $1::uuid order by id`,
    [call],
  );
}

/** Writes down that these parts were reminded. */
export async function markReminded(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.prepared(
    'preparedness-reminded',
    'update preparedness_parts set reminded_at = $2, reminders = reminders + 1 where id = any ($1::uuid[])',
    [ids, tx.now],
  );
}

/** Writes down that a part was confirmed; false when it was already. */
export async function markAcknowledged(tx: Tx, id: string, person: string): Promise<boolean> {
  const rows = await tx.prepared(
    'preparedness-acknowledged',
    `update preparedness_parts set acknowledged_at = $2, acknowledged_by = $3::uuid
      where id = $1::uuid and acknowledged_at is null returning id`,
    [id, tx.now, person],
  );
  return rows.length > 0;
}

/** Writes down what became of a task. */
export async function saveTask(
  tx: Tx,
  part: string,
  step: string,
  how: { readonly state: TaskState; readonly note: string; readonly person: string },
): Promise<void> {
  await tx.prepared(
    'preparedness-task',
    `update preparedness_tasks set state = $3, note = $4, changed_at = $5, changed_by = $6::uuid
      where part_id = $1::uuid and step = $2`,
    [part, step, how.state, how.note, tx.now, how.person],
  );
}

/** Gives a call another end. */
export async function saveDue(tx: Tx, id: string, dueAt: Date): Promise<void> {
  await tx.prepared('preparedness-due', 'update preparedness_calls set due_at = $2 where id = $1::uuid', [
    id,
    dueAt,
  ]);
}

/** Ends a call. */
export async function saveEnd(tx: Tx, id: string, person: string, reason: string): Promise<void> {
  await tx.prepared(
    'preparedness-end',
    'update preparedness_calls set ended_at = $2, ended_by = $3::uuid, ended_why = $4 where id = $1::uuid and ended_at is null',
    [id, tx.now, person, reason],
  );
}
