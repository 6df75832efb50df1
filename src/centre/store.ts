/** The only SQL of the centre. Rows of an activation or a meeting change here, with their facts, and nowhere else. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../mechanism/index.ts';
import { type Tx, together } from '../platform/transaction.ts';
import { type CentreState, evolve, seenBy } from './evolve.ts';
import { type CentreFact, type FactRow, type NewCentreFact, upcast, type Written } from './facts.ts';
import {
  evolveMeeting,
  type MeetingFact,
  type MeetingState,
  meetingSeenBy,
  type NewMeetingFact,
} from './meeting-rules.ts';
import { possibleNumbers } from './rules.ts';

/** Who did it; null for the mechanism itself. */
export interface Doer {
  readonly person: string | null;
  readonly post: string | null;
}

/** Something written, before it is stored. */
export interface Text {
  readonly id: string;
  readonly kind: string;
  readonly body: string;
  /** Cases it is about, whether it names them or not. */
  readonly about: readonly string[];
}

/** The columns of `activations` that follow from its state. */
export function activationColumns(state: CentreState): Record<string, unknown> {
  return {
    mode: state.mode,
    compartment: state.compartment,
    pack_hash: state.pack,
    active: state.active,
    coordination: state.coordination,
    level: state.level,
    opened_at: state.openedAt,
    closed_at: state.standDown?.at ?? null,
    revision: state.revision,
    changed_at: state.changedAt,
    seen_by: seenBy(state),
    detail: state,
  };
}

/** The columns of `meetings` that follow from its state. */
export function meetingColumns(state: MeetingState): Record<string, unknown> {
  return {
    activation_id: state.activation,
    case_id: state.case,
    mode: state.mode,
    compartment: state.compartment,
    pack_hash: state.pack,
    state: state.state,
    starts_at: state.startsAt,
    revision: state.revision,
    changed_at: state.changedAt,
    seen_by: meetingSeenBy(state),
    detail: state,
  };
}

/** The keys the rest of the transaction sees with. */
export async function seeWith(tx: Tx, keys: readonly string[]): Promise<void> {
  await tx.prepared('centre-see', `select set_config('tocsin.keys', $1, true)`, [keys.join(' ')]);
}

/** Whoever forms up, joins or stands down the same centre waits here for the other. */
export async function takeTurn(tx: Tx, mode: string, compartment: string | null): Promise<void> {
  await tx.prepared('centre-turn', `select pg_advisory_xact_lock(hashtextextended($1, 0))`, [
    `tocsin centre ${mode} ${compartment ?? ''}`,
  ]);
}

/** The centre as it is formed up now, locked; null when it is not. */
export async function lockActive(
  tx: Tx,
  mode: string,
  compartment: string | null,
): Promise<CentreState | null> {
  const rows = await tx.prepared<{ detail: CentreState }>(
    'centre-active',
    `select detail from activations where active and mode = $1 and coalesce(compartment, '') = coalesce($2, '') for update`,
    [mode, compartment],
  );
  return rows[0]?.detail ?? null;
}

/** One activation, locked; undefined when it is not there or not to be seen. */
export async function lockActivation(tx: Tx, id: string): Promise<CentreState | undefined> {
  const rows = await tx.prepared<{ detail: CentreState }>(
    'centre-lock',
    'select detail from activations where id = $1::uuid for update',
    [id],
  );
  return rows[0]?.detail;
}

/** One activation as the reader may see it. */
export async function findActivation(tx: Tx, id: string): Promise<CentreState | undefined> {
  const rows = await tx.prepared<{ detail: CentreState }>(
    'centre-find',
    'select detail from activations where id = $1::uuid',
    [id],
  );
  return rows[0]?.detail;
}

/** The activations the reader may see, what is formed up first, then the newest. */
export async function listActivations(tx: Tx, limit: number): Promise<CentreState[]> {
  const rows = await tx.prepared<{ detail: CentreState }>(
    'centre-list',
    'select detail from activations order by active desc, opened_at desc, id desc limit $1',
    [limit],
  );
  return rows.map((row) => row.detail);
}

/** What is formed up, with how many of its cases are still open; read with the mechanism's own keys. */
export async function activeWithOpen(tx: Tx): Promise<{ state: CentreState; open: number }[]> {
  return tx.prepared<{ state: CentreState; open: number }>(
    'centre-open',
    `select a.detail as state, (select count(*)::int from activation_cases j join cases c on c.id = j.case_id
                                 where j.activation_id = a.id and c.open) as open
       from activations a where a.active order by a.opened_at, a.id`,
    [],
  );
}

/** One meeting as the reader may see it. */
export async function findMeeting(tx: Tx, id: string, lock = false): Promise<MeetingState | undefined> {
  const rows = await tx.prepared<{ detail: MeetingState }>(
    lock ? 'meeting-lock' : 'meeting-find',
    `select detail from meetings where id = $1::uuid${lock ? ' for update' : ''}`,
    [id],
  );
  return rows[0]?.detail;
}

/** Meetings the reader may see: those of an activation, or, without one, the newest. */
export async function listMeetings(
  tx: Tx,
  activation: string | null,
  limit: number,
): Promise<MeetingState[]> {
  const rows = await tx.prepared<{ detail: MeetingState }>(
    'meeting-list',
    `select detail from meetings where $1::uuid is null or activation_id = $1::uuid
      order by starts_at desc, id desc limit $2`,
    [activation, limit],
  );
  return rows.map((row) => row.detail);
}

/** The facts of a stream, as the reader may see them. */
export async function factsOf<F extends CentreFact | MeetingFact>(
  tx: Tx,
  stream: 'activation' | 'meeting',
  id: string,
): Promise<F[]> {
  const rows = await tx.prepared<FactRow>(
    'centre-facts',
    `select seq, kind, shape, data, at, person_id, post_id from facts
      where stream = $1 and stream_id = $2::uuid order by seq`,
    [stream, id],
  );
  return rows.map((row) => upcast<F>(row));
}

/** What was written in an activation or a meeting, as far as the reader sees every case it names. */
export async function textsOf(
  tx: Tx,
  owner: string,
): Promise<Map<string, { body: string; cases: readonly string[] }>> {
  const rows = await tx.prepared<{ id: string; body: string; cases: string[] }>(
    'centre-texts',
    'select id, body, case_ids as cases from centre_texts where owner_id = $1::uuid order by at, id',
    [owner],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** True when something was written under the id already: it was sent twice. */
export async function isWritten(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.prepared('centre-written', 'select 1 from centre_texts where id = $1::uuid', [id]);
  return rows.length > 0;
}

/** A case of the centre, read by the reader's own right. */
export interface CaseRow extends Record<string, unknown> {
  readonly id: string;
  readonly number: string;
  readonly organisation: string;
  readonly level: string;
  readonly levelStatus: 'proposed' | 'confirmed';
  readonly state: string;
  readonly open: boolean;
  readonly summary: string;
  readonly rank: number;
  readonly occurredAt: Date | null;
  readonly openedAt: Date;
  readonly changedAt: Date;
  readonly closedAt: Date | null;
  readonly waiting: number;
  readonly late: number;
}

/** Cases by id, as far as the reader sees them; the gravest first. */
export function casesSeen(tx: Tx, ids: readonly string[]): Promise<CaseRow[]> {
  return tx.prepared<CaseRow>(
    'centre-cases',
    `select c.id, c.number, c.organisation_id as organisation, c.level, c.level_status as "levelStatus", c.state, c.open,
            c.summary, c.rank, c.occurred_at as "occurredAt", c.opened_at as "openedAt", c.changed_at as "changedAt",
            c.closed_at as "closedAt",
            (select count(*)::int from notices n where n.case_id = c.id and n.expects <> 'none'
               and n.acknowledged_at is null and n.closed_at is null) as waiting,
            (select count(*)::int from notices n where n.case_id = c.id and n.expects <> 'none'
               and n.acknowledged_at is null and n.closed_at is null and n.confirm_by < $2::timestamptz) as late
       from cases c where c.id = any ($1::uuid[]) order by c.rank desc, c.opened_at, c.id`,
    [ids, tx.now],
  );
}

/** People whose names the reader may know: those behind a wall are known behind it (DEC-19). */
export async function peopleSeen(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.prepared<{ id: string }>(
    'centre-people',
    'select id from persons where id = any ($1::uuid[])',
    [ids],
  );
  return new Set(rows.map((row) => row.id));
}

/** Open notices that ask a post to confirm something about these cases; a task is not among them. */
export async function askedOf(tx: Tx, post: string, cases: readonly string[]): Promise<string[]> {
  const rows = await tx.prepared<{ id: string }>(
    'centre-asked',
    `select id from notices where post_id = $1::uuid and case_id = any ($2::uuid[]) and expects = 'acknowledgement'
        and acknowledged_at is null and closed_at is null order by case_id, id`,
    [post, cases],
  );
  return rows.map((row) => row.id);
}

/** Cases a text speaks of by their numbers, and those it is about. Asked with the mechanism's own keys. */
async function casesNamed(tx: Tx, text: Text): Promise<string[]> {
  const numbers = possibleNumbers(text.body);
  const rows =
    numbers.length === 0
      ? []
      : await tx.prepared<{ id: string }>(
          'centre-named',
          'select id from cases where upper(number) = any ($1::text[])',
          [numbers],
        );
  return [...new Set([...text.about, ...rows.map((row) => row.id)])].sort();
}

/** The hash of something written, with the cases it names. */
export function textHash(body: string, cases: readonly string[]): string {
  return createHash('sha256')
    .update(canonicalJson({ body, cases: [...cases].sort() }))
    .digest('hex');
}

/** Stores what was written, with the cases it names; answers what the facts say of it. */
export async function write(tx: Tx, owner: string, texts: readonly Text[]): Promise<Written[]> {
  const written: Written[] = [];
  const rows: object[] = [];
  for (const text of texts) {
    const cases = await casesNamed(tx, text);
    written.push({ id: text.id, hash: textHash(text.body, cases) });
    rows.push({
      id: text.id,
      owner_id: owner,
      kind: text.kind,
      case_ids: cases,
      body: text.body,
      at: tx.now,
    });
  }
  await tx.insert({ centre_texts: rows });
  return written;
}

function factRows(
  stream: 'activation' | 'meeting',
  state: { readonly id: string; readonly mode: string; readonly compartment: string | null },
  facts: readonly (CentreFact | MeetingFact)[],
): object[] {
  return facts.map((fact) => ({
    stream,
    stream_id: state.id,
    seq: fact.seq,
    kind: fact.kind,
    shape: 1,
    data: fact.data,
    person_id: fact.person,
    post_id: fact.post,
    at: fact.at,
    mode: state.mode,
    compartment: state.compartment,
  }));
}

/** Applies facts to an activation and stores everything that follows. */
export async function storeCentre(
  tx: Tx,
  id: string,
  before: CentreState | null,
  drafts: readonly NewCentreFact[],
  doer: Doer,
): Promise<CentreState> {
  let state = before;
  const facts: CentreFact[] = [];
  for (const draft of drafts) {
    const fact = { ...draft, seq: (state?.revision ?? 0) + 1, at: tx.now, ...doer } as CentreFact;
    state = evolve(id, state, fact);
    facts.push(fact);
  }
  if (state === null) throw new Error(`activation ${id}: nothing to store`);
  const columns = activationColumns(state);
  if (before === null) await tx.insert({ activations: [{ id, ...columns }] });
  else await update(tx, 'activations', id, columns);
  const known = new Set(before?.cases.map((one) => one.id));
  const joined = state.cases
    .filter((one) => !known.has(one.id))
    .map((one) => ({ activation_id: id, case_id: one.id, joined_at: one.at }));
  await together(
    tx.insert({ facts: factRows('activation', state, facts) }),
    tx.insert({ activation_cases: joined }),
  );
  return state;
}

/** As {@link storeCentre}, for a meeting. */
export async function storeMeeting(
  tx: Tx,
  id: string,
  before: MeetingState | null,
  drafts: readonly NewMeetingFact[],
  doer: Doer,
): Promise<MeetingState> {
  let state = before;
  const facts: MeetingFact[] = [];
  for (const draft of drafts) {
    const fact = { ...draft, seq: (state?.revision ?? 0) + 1, at: tx.now, ...doer } as MeetingFact;
    state = evolveMeeting(id, state, fact);
    facts.push(fact);
  }
  if (state === null) throw new Error(`meeting ${id}: nothing to store`);
  const columns = meetingColumns(state);
  if (before === null) await tx.insert({ meetings: [{ id, ...columns }] });
  else await update(tx, 'meetings', id, columns);
  await tx.insert({ facts: factRows('meeting', state, facts) });
  return state;
}

async function update(
  tx: Tx,
  table: 'activations' | 'meetings',
  id: string,
  columns: Record<string, unknown>,
): Promise<void> {
  const names = Object.keys(columns);
  await tx.prepared(
    `${table}-update`,
    `update ${table} set ${names.map((name) => `${name} = n.${name}`).join(', ')}
       from jsonb_populate_record(null::${table}, $2::jsonb) n where ${table}.id = $1::uuid`,
    [id, JSON.stringify(columns)],
  );
}

/** Every activation and meeting with its facts and texts, for verification; read with the mechanism's own keys. */
export async function everything(tx: Tx): Promise<{
  activations: (Record<string, unknown> & { id: string })[];
  meetings: (Record<string, unknown> & { id: string })[];
  facts: (FactRow & { stream_id: string })[];
  texts: { id: string; owner_id: string; case_ids: string[]; body: string }[];
}> {
  const activations = await tx.query<Record<string, unknown> & { id: string }>(
    'select * from activations order by id',
    [],
  );
  const meetings = await tx.query<Record<string, unknown> & { id: string }>(
    'select * from meetings order by id',
    [],
  );
  const facts = await tx.query<FactRow & { stream_id: string }>(
    `select stream_id, seq, kind, shape, data, at, person_id, post_id from facts
      where stream in ('activation', 'meeting') order by stream_id, seq`,
    [],
  );
  const texts = await tx.query<{ id: string; owner_id: string; case_ids: string[]; body: string }>(
    'select id, owner_id, case_ids, body from centre_texts',
    [],
  );
  return { activations, meetings, facts, texts };
}
