/**
 * The directory as routing needs it, read from the database. One copy per process, replaced when the directory's
 * version has moved; the only SQL that reads the whole of it.
 *
 * Rosters live in the same copy, so that who is on duty is asked without a round trip while a report is taken in; but
 * they have a version of their own, read in the same row. A swap costs reading the shifts of nine days, not the nation.
 */
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import type { Database } from '../platform/database.ts';
import type { Tx } from '../platform/transaction.ts';
import {
  DirectorySnapshot,
  type SnapshotAbsence,
  type SnapshotPerson,
  type SnapshotRosters,
  type SnapshotRows,
  type SnapshotShift,
} from './snapshot.ts';

const VERSION = `select version, roster, coalesce(xmin = pg_current_xact_id_if_assigned()::xid, false) as own
  from directory_version`;

interface Version {
  readonly version: number;
  readonly roster: number;
  readonly own: boolean;
}

/** The directory's and its rosters' versions in this transaction, and whether this very transaction moved one. */
async function readVersion(tx: Tx): Promise<Version> {
  const rows = await tx.prepared<Version & object>('directory-version', VERSION, []);
  return rows[0] ?? { version: 0, roster: 0, own: false };
}

/** The version the directory has in this transaction; moves with every change of a body, post, holder or contact. */
export async function currentVersion(tx: Tx): Promise<number> {
  return (await readVersion(tx)).version;
}

const ORGANISATIONS = `select id, code, name_zh as "nameZh", name_en as "nameEn", kind, superior_id as "superiorId",
  authority_id as "authorityId", successor_id as "successorId", sectors, compartment, county, phone, fax, email,
  valid_from::text as "validFrom", valid_to::text as "validTo" from organisations`;
const GROUPS = `select code, kind, name_zh as "nameZh", name_en as "nameEn", convening_body as "conveningBody" from groups`;
// A post that has ended is nobody's any more; its past holdings stay in the table for the record.
const POSTS = `select id, code, name_zh as "nameZh", name_en as "nameEn", role, organisation_id as "organisationId",
  group_code as "groupCode", press, max_holders as "max" from posts
  where valid_to is null or valid_to >= $1::timestamptz::date`;
const MS = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
const HOLDINGS = `select post_id as "postId", person_id as "personId", acting, ${MS('held_from')} as "from",
  ${MS('held_to')} as "to" from holdings where held_to is null or held_to > $1::timestamptz - interval '400 days'`;
const PERSONS = `select id, name_zh as "nameZh", name_en as "nameEn", title, organisation_id as "organisationId", language
  from persons where erased_at is null`;
const DETAILS = `select person_id as id, email, phone, mobile, fax from person_details`;
const TEAM = `select organisation_id as "organisationId", person_id as "personId", function, ${MS('member_from')} as "from",
  ${MS('member_to')} as "to" from team_members where member_to is null or member_to > $1::timestamptz`;
const CONTACTS = `select organisation_id as "organisationId", person_id as "personId", ordinal, ${MS('valid_from')} as "from",
  ${MS('valid_to')} as "to" from contacts where valid_to is null or valid_to > $1::timestamptz`;
const AROUND = `ends_at > $1::timestamptz - interval '1 day' and starts_at < $1::timestamptz + interval '8 days'`;
const SHIFTS = `select s.id, s.post_id as "postId", s.person_id as "personId", s.place, ${MS('s.starts_at')} as "from",
  ${MS('s.ends_at')} as "to" from shifts s join rosters r on r.post_id = s.post_id
  where s.cancelled_at is null and ${AROUND} and (r.kept_to is null or s.starts_at < r.kept_to)`;
const ABSENCES = `select post_id as "postId", person_id as "personId", ${MS('starts_at')} as "from",
  ${MS('ends_at')} as "to" from absences where cancelled_at is null and ${AROUND}`;

/** All rows of a query as one JSON value: read natively, several times faster than row by row. */
async function all<T>(tx: Tx, name: string, query: string, values: readonly unknown[]): Promise<T[]> {
  const rows = await tx.prepared<{ rows: T[] }>(
    `directory-${name}`,
    `select coalesce(json_agg(t), '[]') as rows from (${query}) t`,
    values,
  );
  return rows[0]!.rows;
}

/** Times arrive as milliseconds. */
function dated<T>(rows: readonly T[]): T[] {
  return (rows as unknown as { from: number; to: number | null }[]).map(
    (row) => ({ ...row, from: new Date(row.from), to: row.to === null ? null : new Date(row.to) }) as T,
  );
}

type Details = Pick<SnapshotPerson, 'id' | 'email' | 'phone' | 'mobile' | 'fax'>;
const NO_DETAILS = { email: '', phone: '', mobile: '', fax: '' };

/**
 * Persons with the ways to reach them. Put together here: a server that planned the join while the tables were small
 * would go on doing it row by row after an import of thousands.
 */
function withDetails(
  persons: readonly Omit<SnapshotPerson, keyof Omit<Details, 'id'>>[],
  details: readonly Details[],
): SnapshotPerson[] {
  const byId = new Map(details.map((one) => [one.id, one]));
  return persons.map((person) => ({ ...NO_DETAILS, ...byId.get(person.id), ...person }));
}

async function readRosters(tx: Tx): Promise<SnapshotRosters> {
  for (let attempt = 1; ; attempt += 1) {
    const { roster } = await readVersion(tx);
    const rosters = {
      version: roster,
      shifts: dated<SnapshotShift>(await all(tx, 'shifts', SHIFTS, [tx.now])),
      absences: dated<SnapshotAbsence>(await all(tx, 'absences', ABSENCES, [tx.now])),
    };
    if (attempt === 4 || (await readVersion(tx)).roster === roster) return rosters;
  }
}

async function readRows(tx: Tx): Promise<DirectorySnapshot> {
  for (let attempt = 1; ; attempt += 1) {
    const version = await currentVersion(tx);
    const rows: SnapshotRows = {
      version,
      organisations: await all(tx, 'organisations', ORGANISATIONS, []),
      groups: await all(tx, 'groups', GROUPS, []),
      posts: await all(tx, 'posts', POSTS, [tx.now]),
      holdings: dated(await all(tx, 'holdings', HOLDINGS, [tx.now])),
      persons: withDetails(await all(tx, 'persons', PERSONS, []), await all(tx, 'details', DETAILS, [])),
      teamMembers: dated(await all(tx, 'team', TEAM, [tx.now])),
      contacts: dated(await all(tx, 'contacts', CONTACTS, [tx.now])),
      rosters: await readRosters(tx),
    };
    // Each statement sees what is committed by then: a change in between would give half of it.
    if (attempt === 4 || (await currentVersion(tx)) === version) return new DirectorySnapshot(rows);
  }
}

/**
 * Reads the whole directory through `tx`, for routing only: for the length of the load the transaction sees with
 * the system's keys, then with its actor's again. (A connection of its own could be waited for for ever when every
 * connection of the pool is held by a transaction that waits for this load.)
 */
const loadSnapshot = (tx: Tx): Promise<DirectorySnapshot> => asSystem(tx, readRows);

async function asSystem<T>(tx: Tx, readAll: (tx: Tx) => Promise<T>): Promise<T> {
  const see = (keys: readonly string[]) =>
    tx.prepared('directory-see', `select set_config('tocsin.keys', $1, true)`, [keys.join(' ')]);
  if (tx.actor.keys.includes('system')) return readAll(tx);
  await see(SYSTEM.keys);
  const found = await readAll(tx);
  await see(tx.actor.keys);
  return found;
}

interface Held {
  /** The last load, and the day it is good for: posts end by the day. */
  copy?: { readonly snapshot: DirectorySnapshot; readonly day: string };
  loading?: Promise<DirectorySnapshot> | undefined;
}
const held = new WeakMap<Database, Held>();

/** The copy with the rosters `tx` sees, or newer ones. */
async function withRosters(tx: Tx, here: Held, wanted: number): Promise<DirectorySnapshot> {
  const { snapshot, day } = here.copy!;
  if (snapshot.rosterVersion >= wanted) return snapshot;
  const renewed = snapshot.withRosters(await asSystem(tx, readRosters));
  // Another may have put a newer one there meanwhile.
  if (here.copy?.snapshot === snapshot) here.copy = { snapshot: renewed, day };
  return renewed;
}

/**
 * The directory at the version `tx` sees, or a newer one. Held once per process: usually one small query, and after
 * a change one load that all who ask share (15,000 bodies in well under a second). A transaction that changed the
 * directory itself gets what it wrote.
 */
export async function directorySnapshot(ctx: AppContext, tx: Tx): Promise<DirectorySnapshot> {
  const wanted = await readVersion(tx);
  // What this transaction wrote and did not yet commit is for its own eyes.
  if (wanted.own) return loadSnapshot(tx);
  const day = tx.now.toISOString().slice(0, 10);
  const here = held.get(ctx.database) ?? {};
  held.set(ctx.database, here);
  const fits = (copy: Held['copy']) => copy?.day === day && copy.snapshot.version === wanted.version;
  if (fits(here.copy)) return withRosters(tx, here, wanted.roster);
  if (here.loading) {
    // Another's transaction may fail while it loads, or may have begun before the change this one sees.
    const shared = await here.loading.catch(() => undefined);
    if (shared && shared.version >= wanted.version && shared.rosterVersion >= wanted.roster) return shared;
  }
  const loading = loadSnapshot(tx);
  here.loading = loading;
  try {
    const snapshot = await loading;
    here.copy = { snapshot, day };
    return snapshot;
  } finally {
    if (here.loading === loading) here.loading = undefined;
  }
}
