/**
 * What must hold after every fault, asked of the database by its superuser and of the mail recorder: acknowledged ⊆
 * stored, each report whole with everything that follows from it, nobody missed, nobody told without end.
 */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { Ack } from './filers.ts';
import type { MailRecorder } from './mail-recorder.ts';
import { runCommand } from './product.ts';
import { fingerprint } from './report.ts';

export interface Verdict {
  readonly acked: number;
  readonly stored: number;
  /** Acknowledged and not there as it was sent (INV-1). */
  readonly lost: readonly string[];
  /** Things stored without all that belongs to them, or twice (INV-2). */
  readonly partial: readonly string[];
  /** Somebody who should have been told and was not (INV-3, INV-6). */
  readonly missed: readonly string[];
  /** Mails that came more than once: every arrival beyond the first. */
  readonly duplicates: number;
  /** Ids of those mails. */
  readonly repeated: ReadonlyMap<string, number>;
  /** Breaches of leases and fences (INV-10). */
  readonly unfenced: readonly string[];
}

const WATCH = `
  create table if not exists fault_watch (
    at timestamptz not null default clock_timestamp(), delivery uuid, what text
  );
  create or replace function fault_watch() returns trigger language plpgsql security definer set search_path = public as $f$
  begin
    if old.state <> 'queued' then
      insert into fault_watch (delivery, what) values (old.id, 'changed after it was ' || old.state);
    elsif new.fence < old.fence then
      insert into fault_watch (delivery, what) values (old.id, 'fence went back');
    elsif new.fence > old.fence and old.lease_until > clock_timestamp() then
      insert into fault_watch (delivery, what) values (old.id, 'taken while another held its lease');
    end if;
    return new;
  end $f$;
  drop trigger if exists fault_watch on deliveries;
  create trigger fault_watch before update on deliveries for each row execute function fault_watch();`;

/** Makes the database itself watch every lease and every change of a settled delivery (INV-10). */
export async function watchLeases(superuserUrl: string): Promise<void> {
  await ask(superuserUrl, WATCH);
}

function databaseUrl(superuserUrl: string): string {
  const url = new URL(superuserUrl);
  url.pathname = '/tocsin';
  return url.href;
}

async function ask<R extends pg.QueryResultRow>(superuserUrl: string, sql: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: databaseUrl(superuserUrl) });
  await client.connect();
  try {
    const result = await client.query<R>(sql);
    return result.rows ?? [];
  } finally {
    await client.end();
  }
}

/** How many deliveries are still to be settled. */
export async function unsettled(superuserUrl: string): Promise<number> {
  const rows = await ask<{ n: number }>(
    superuserUrl,
    `select count(*)::int as n from deliveries where state = 'queued'`,
  );
  return rows[0]?.n ?? 0;
}

/** Numbers that are free below the highest one claimed: the next filings must take them. */
export async function gaps(superuserUrl: string): Promise<number> {
  const rows = await ask<{ n: number }>(
    superuserUrl,
    `select count(*)::int as n from case_numbers n where case_id is null
       and seq < (select max(seq) from case_numbers m where m.series = n.series and m.year = n.year and m.case_id is not null)`,
  );
  return rows[0]?.n ?? 0;
}

/** Deliveries under a process's lease now. */
export async function heldBy(superuserUrl: string, pid: number): Promise<string[]> {
  const rows = await ask<{ id: string }>(
    superuserUrl,
    `select id from deliveries where state = 'queued' and leased_by like '%-${pid}' and lease_until is not null`,
  );
  return rows.map((row) => row.id);
}

/** Each query finds what must not be; the word beside it says what it found. */
const PARTIAL: readonly [what: string, sql: string][] = [
  [
    'a case whose facts are not 1…revision',
    `select c.number as id from cases c left join facts f on f.stream_id = c.id and f.stream = 'case'
      group by c.id having count(f.*) <> c.revision or max(f.seq) is distinct from c.revision`,
  ],
  [
    'a report without exactly one fact that says so',
    `select r.id from reports r where (select count(*) from facts f where f.stream_id = r.case_id and f.kind = 'filed'
       and f.data ->> 'report' = r.id::text and f.data ->> 'hash' = encode(r.content_hash, 'hex')) <> 1`,
  ],
  [
    'a fact that says a report was filed, without the report',
    `select f.position as id from facts f where f.kind = 'filed'
       and not exists (select 1 from reports r where r.id::text = f.data ->> 'report' and r.case_id = f.stream_id)`,
  ],
  [
    'a report without its persons',
    'select id from reports r where not exists (select 1 from report_persons p where p.report_id = r.id)',
  ],
  [
    'a report without its idempotent answer, or the other way round',
    `select coalesce(r.id::text, k.key::text) as id from reports r
       full join (select key, response ->> 'reportId' as report from idempotency_keys where response ? 'reportId') k
         on k.report = r.id::text where r.id is null or k.key is null`,
  ],
  [
    'somebody a fact says was told, without a notice; or a notice no fact speaks of',
    `select coalesce(t.stream_id, n.case_id) as id from
       (select distinct f.stream_id, (p ->> 'post')::uuid as post from facts f, jsonb_array_elements(f.data -> 'told') p) t
       full join (select distinct case_id, post_id from notices) n on n.case_id = t.stream_id and n.post_id = t.post
      where t.post is null or n.post_id is null`,
  ],
  [
    'a first report without the clocks every first report starts',
    `select c.number as id from cases c where (select array_agg(definition order by definition) from clocks k where k.case_id = c.id)
       is distinct from (select array_agg(definition order by definition) from clocks k
         where k.case_id = (select id from cases order by opened_at limit 1))`,
  ],
  [
    'a case without its number, or a number claimed for a case that is not there',
    `select coalesce(c.number, n.seq::text) as id from cases c
       full join (select * from case_numbers where case_id is not null) n on n.case_id = c.id and n.seq = c.seq
      where c.id is null or n.case_id is null`,
  ],
  [
    'a gap in the numbers',
    `select n.series || ' ' || n.seq as id from case_numbers n where n.case_id is null and n.seq <
       (select max(m.seq) from case_numbers m where m.series = n.series and m.year = n.year and m.case_id is not null)`,
  ],
  ['the same key twice', `select number as id from cases group by number having count(*) > 1`],
];

const MISSED: readonly [what: string, sql: string][] = [
  [
    'a first report of which the centre, the authority or the subgroup has no notice (INV-3)',
    `select c.number as id from cases c where not (array['centre', 'authority', 'subgroup'] <@
       (select coalesce(array_agg(x), '{}') from notices n, unnest(n.capacities) x where n.case_id = c.id))`,
  ],
  [
    'a notice without a delivery',
    `select n.id from notices n where n.acknowledged_how is distinct from 'act'
       and not exists (select 1 from deliveries d where d.notice_id = n.id)
       and not exists (select 1 from holdings h where h.post_id = n.post_id and h.person_id =
         (select f.person_id from facts f where f.stream_id = n.case_id and f.seq = n.fact_seq))`,
  ],
  ['a delivery nobody settled', `select id from deliveries where state = 'queued'`],
  [
    'a failed delivery that does not raise its case in the queue',
    `select d.id from deliveries d join cases c on c.id = d.case_id where d.state = 'failed' and c.failed_notices = 0`,
  ],
];

async function findings(superuserUrl: string, queries: readonly [string, string][]): Promise<string[]> {
  const found: string[] = [];
  for (const [what, sql] of queries) {
    const rows = await ask<{ id: unknown }>(superuserUrl, sql);
    found.push(...rows.map((row) => `${what}: ${row.id}`));
  }
  return found;
}

interface Stored extends pg.QueryResultRow {
  readonly id: string;
  readonly case_id: string;
  readonly number: string;
  readonly content: object;
  readonly data: object;
}

/** Reads the recorder's own file, as an auditor would. */
function readAcks(file: string): Ack[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Ack);
}

async function lostOf(
  superuserUrl: string,
  acks: readonly Ack[],
): Promise<{ lost: string[]; stored: number }> {
  const rows = await ask<Stored>(
    superuserUrl,
    `select r.id, r.case_id, c.number, r.content, p.data from reports r
       join cases c on c.id = r.case_id left join report_persons p on p.report_id = r.id`,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const numbers = new Map<string, string>();
  const lost: string[] = [];
  for (const ack of acks) {
    const row = byId.get(ack.reportId);
    if (!row) lost.push(`${ack.number}: report ${ack.reportId} is not stored`);
    else if (row.case_id !== ack.caseId || row.number !== ack.number) {
      lost.push(`${ack.number}: stored as ${row.number}`);
    } else if (fingerprint({ ...row.content, ...row.data }) !== ack.fingerprint) {
      lost.push(`${ack.number}: stored with another content than was sent`);
    }
    const other = numbers.get(ack.number);
    if (other !== undefined && other !== ack.caseId) lost.push(`${ack.number}: given to two cases`);
    numbers.set(ack.number, ack.caseId);
  }
  return { lost, stored: rows.length };
}

/** Whether what the database calls handed over really arrived (INV-6). */
async function notArrived(superuserUrl: string, mail: MailRecorder): Promise<string[]> {
  const arrived = new Set(mail.arrivals.map((one) => one.messageId.split('@', 1)[0]));
  const rows = await ask<{ id: string }>(
    superuserUrl,
    `select id from deliveries where state = 'handed-over'`,
  );
  return rows.filter((row) => !arrived.has(row.id)).map((row) => `handed over and never arrived: ${row.id}`);
}

/**
 * Checks INV-1, INV-2, INV-3, INV-6, INV-10, and `tocsin verify` in a process of its own (cases and ledger).
 * @param env how the command finds the database
 */
export async function check(options: {
  readonly superuserUrl: string;
  readonly recordFile: string;
  readonly mail: MailRecorder;
  readonly env: Readonly<Record<string, string>>;
}): Promise<Verdict> {
  const { superuserUrl, mail } = options;
  const acks = readAcks(options.recordFile);
  const { lost, stored } = await lostOf(superuserUrl, acks);
  const partial = await findings(superuserUrl, PARTIAL);
  const verified = await runCommand(['verify'], options.env);
  if (verified.code !== 0) partial.push(`tocsin verify says: ${verified.said.slice(-1_500)}`);
  const missed = [...(await findings(superuserUrl, MISSED)), ...(await notArrived(superuserUrl, mail))];
  const repeated = mail.repeated();
  const breaches = await ask<{ delivery: string; what: string }>(
    superuserUrl,
    'select delivery, what from fault_watch',
  );
  return {
    acked: acks.length,
    stored,
    lost,
    partial,
    missed,
    duplicates: [...repeated.values()].reduce((sum, times) => sum + times - 1, 0),
    repeated,
    unfenced: breaches.map((row) => `${row.what}: ${row.delivery}`),
  };
}
