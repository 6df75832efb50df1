/** The SQL that changes the directory: what is there already, and many rows of one table in one statement. */
import pg from 'pg';
import type { Tx } from '../platform/transaction.ts';
import type { OrganisationInput, PersonInput, PostInput } from './contract.ts';
import type { DirectoryRows, Existing, PlannedTable, Row } from './plan.ts';

/**
 * One writer of the directory at a time, until the transaction ends: what is checked (loops, holders) and who may see
 * it is worked out from all of it.
 */
export async function lockDirectory(tx: Tx): Promise<void> {
  await tx.prepared('directory-lock', `select pg_advisory_xact_lock(hashtextextended('directory', 7))`, []);
}

const UTC = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${column}`;

const EXISTING: Readonly<Record<keyof Existing, string>> = {
  organisations: `select id, code, name_zh, name_en, kind, superior_id, authority_id, successor_id, primary_sector,
    sectors, compartment, county, phone, fax, email, address, note, valid_from::text, valid_to::text
    from organisations where code = any ($1)`,
  groups: `select code, kind, name_zh, name_en, part_of, convening_body, supporting_bodies
    from groups where code = any ($1)`,
  posts: `select id, code, name_zh, name_en, role, organisation_id, group_code, max_holders, press,
    valid_from::text, valid_to::text from posts where code = any ($1)`,
  persons: `select p.id, p.code, p.organisation_id, p.name_zh, p.name_en, p.title, p.language, d.email, d.phone,
    d.mobile, d.fax from persons p join person_details d on d.person_id = p.id where p.code = any ($1)`,
  holdings: `select h.id, h.post_id, h.person_id, h.acting, ${UTC('held_from')}, ${UTC('held_to')}
    from holdings h join posts p on p.id = h.post_id where p.code = any ($1)`,
  contacts: `select c.id, c.organisation_id, c.person_id, c.ordinal, ${UTC('confirmed_at')},
    ${UTC('c.valid_from').replace('as c.', 'as ')}, ${UTC('c.valid_to').replace('as c.', 'as ')}
    from contacts c join organisations o on o.id = c.organisation_id where o.code = any ($1)`,
  team_members: `select t.id, t.organisation_id, t.person_id, t.function, ${UTC('member_from')}, ${UTC('member_to')}
    from team_members t join organisations o on o.id = t.organisation_id where o.code = any ($1)`,
  systems: `select s.id, s.organisation_id, s.name_zh, s.name_en, s.security_grade, s.make_model, s.os_name,
    s.os_version, s.os_serial, s.ips, s.domains, s.urls, s.mechanisms
    from systems s join organisations o on o.id = s.organisation_id where o.code = any ($1)`,
};

/** Every code the rows mention, by kind. */
function mentioned(rows: DirectoryRows) {
  const organisations = new Set<string>();
  const add = (set: Set<string>, ...codes: unknown[]) => {
    for (const code of codes) if (typeof code === 'string') set.add(code);
  };
  for (const row of rows.organisations ?? [])
    add(organisations, row.code, row.superior, row.authority, row.successor);
  for (const row of rows.groups ?? []) add(organisations, row.convenedBy, ...(row.supportedBy ?? []));
  const posts = new Set<string>();
  const persons = new Set<string>();
  for (const row of rows.posts ?? []) {
    add(posts, row.code);
    add(organisations, row.organisation);
  }
  for (const row of rows.persons ?? []) {
    add(persons, row.code);
    add(organisations, row.organisation);
  }
  for (const row of rows.holdings ?? []) {
    add(posts, row.post);
    add(persons, row.person);
  }
  for (const row of [...(rows.contacts ?? []), ...(rows.teamMembers ?? [])]) {
    add(organisations, row.organisation);
    add(persons, row.person);
  }
  for (const row of rows.systems ?? []) add(organisations, row.organisation);
  const groups = new Set((rows.groups ?? []).map((row) => row.code));
  return { organisations, groups, posts, persons };
}

/** The rows already there that the input mentions. */
export async function readExisting(tx: Tx, rows: DirectoryRows): Promise<Existing> {
  const codes = mentioned(rows);
  const ask = async (table: keyof Existing, named: ReadonlySet<string>, isNeeded = true) =>
    isNeeded && named.size > 0
      ? await tx.prepared<Record<string, unknown>>(`directory-existing-${table}`, EXISTING[table], [
          [...named],
        ])
      : [];
  return {
    organisations: await ask('organisations', codes.organisations),
    groups: await ask('groups', codes.groups),
    posts: await ask('posts', codes.posts),
    persons: await ask('persons', codes.persons),
    holdings: await ask('holdings', codes.posts, Boolean(rows.holdings?.length)),
    contacts: await ask('contacts', codes.organisations, Boolean(rows.contacts?.length)),
    team_members: await ask('team_members', codes.organisations, Boolean(rows.teamMembers?.length)),
    systems: await ask('systems', codes.organisations, Boolean(rows.systems?.length)),
  };
}

const KEYS: Readonly<Record<PlannedTable, string>> = {
  organisations: 'id',
  groups: 'code',
  posts: 'id',
  persons: 'id',
  person_details: 'person_id',
  holdings: 'id',
  contacts: 'id',
  team_members: 'id',
  systems: 'id',
};

/** Inserts the rows of one table, or changes those that are there; all rows have the same columns. */
export async function upsert(tx: Tx, table: PlannedTable, rows: readonly Row[]): Promise<void> {
  const first = rows[0];
  if (!first) return;
  const columns = Object.keys(first).sort();
  const list = columns.map((column) => pg.escapeIdentifier(column)).join(', ');
  const set = columns
    .filter((column) => column !== KEYS[table])
    .map((column) => `${pg.escapeIdentifier(column)} = excluded.${pg.escapeIdentifier(column)}`)
    .join(', ');
  // Bodies and groups name one another, so they must arrive together.
  const size = table === 'organisations' || table === 'groups' ? rows.length : undefined;
  for (const part of inParts(rows, size)) {
    await tx.prepared(
      `directory-upsert-${table}`,
      `insert into ${table} (${list}) select ${list} from jsonb_populate_recordset(null::${table}, $1::jsonb)
       on conflict (${KEYS[table]}) do update set ${set}`,
      [JSON.stringify(part)],
    );
  }
}

/** So many rows at a time that no statement runs for long, however large the load. */
function* inParts<T>(rows: readonly T[], size = 10_000): Generator<readonly T[]> {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}

/** Gives rows of one table their new readers; rows that have them already are left alone. */
export async function writeSeenBy(
  tx: Tx,
  table: 'person_details' | 'systems' | 'posts',
  readers: readonly { readonly id: string; readonly seen_by: readonly string[] }[],
): Promise<void> {
  // A body's systems all have its readers.
  const column = { person_details: 'person_id', systems: 'organisation_id', posts: 'id' }[table];
  for (const part of inParts(readers)) {
    await tx.prepared(
      `directory-seen-by-${table}`,
      `update ${table} t set seen_by = x.seen_by
       from jsonb_to_recordset($1::jsonb) as x (id uuid, seen_by text[])
       where t.${column} = x.id and t.seen_by is distinct from x.seen_by`,
      [JSON.stringify(part)],
    );
  }
}

/** One entry for the record; `data` carries ids and names of fields, never what is personal. */
export interface NewFact {
  readonly stream: 'directory' | 'identity' | 'procedure' | 'analysis' | 'preparedness' | 'preparedness-part';
  readonly streamId: string;
  readonly kind: string;
  readonly data: object;
  readonly compartment?: string | null;
}

/** Appends facts, each after the last of its own stream, by the transaction's person and time. */
export async function appendFacts(tx: Tx, facts: readonly NewFact[], postId: string | null): Promise<void> {
  for (const part of inParts(facts)) await appendPart(tx, part, postId);
}

async function appendPart(tx: Tx, facts: readonly NewFact[], postId: string | null): Promise<void> {
  await tx.prepared(
    'directory-facts',
    `insert into facts (stream, stream_id, seq, kind, data, person_id, post_id, at, compartment)
     select x.stream, x."streamId",
       (select coalesce(max(f.seq), 0) from facts f where f.stream_id = x."streamId")
         + row_number() over (partition by x."streamId" order by x.place),
       x.kind, x.data, $2, $3, $4, x.compartment
     from jsonb_to_recordset($1::jsonb)
       as x (place int, stream text, "streamId" uuid, kind text, data jsonb, compartment text)
     order by x.place`,
    [JSON.stringify(facts.map((fact, place) => ({ place, ...fact }))), tx.actor.personId, postId, tx.now],
  );
}

/** True when the directory has any body. */
export async function hasOrganisations(tx: Tx): Promise<boolean> {
  const rows = await tx.prepared<{ some: boolean }>(
    'directory-some',
    'select exists (select 1 from organisations) as some',
    [],
  );
  return rows[0]?.some === true;
}

/** A holding that runs or is to come, by the codes of post and person. */
export async function runningHolding(
  tx: Tx,
  post: string,
  person: string,
): Promise<{ acting: boolean; from: Date } | undefined> {
  const rows = await tx.prepared<{ acting: boolean; from: Date }>(
    'directory-holding',
    `select h.acting, h.held_from as "from" from holdings h join posts p on p.id = h.post_id
     join persons q on q.id = h.person_id
     where p.code = $1 and q.code = $2 and (h.held_to is null or h.held_to > $3)`,
    [post, person, tx.now],
  );
  return rows[0];
}

/** A body as it can be given to a load again. */
export async function organisationAsInput(tx: Tx, code: string): Promise<OrganisationInput | undefined> {
  const rows = await tx.prepared<OrganisationInput & object>(
    'directory-organisation-input',
    `select o.code, o.name_zh as "nameZh", o.name_en as "nameEn", o.kind, s.code as superior, a.code as authority,
       n.code as successor, o.sectors, o.county, o.phone, o.fax, o.email, o.address, o.note,
       o.valid_from::text as "validFrom", o.valid_to::text as "validTo"
     from organisations o left join organisations s on s.id = o.superior_id
     left join organisations a on a.id = o.authority_id left join organisations n on n.id = o.successor_id
     where o.code = $1`,
    [code],
  );
  return rows[0];
}

/** A post as it can be given to a load again. */
export async function postAsInput(tx: Tx, code: string): Promise<PostInput | undefined> {
  const rows = await tx.prepared<PostInput & object>(
    'directory-post-input',
    `select p.code, p.name_zh as "nameZh", p.name_en as "nameEn", p.role, o.code as organisation,
       p.group_code as "group", p.max_holders as max, p.press, p.valid_from::text as "validFrom",
       p.valid_to::text as "validTo"
     from posts p join organisations o on o.id = p.organisation_id where p.code = $1`,
    [code],
  );
  return rows[0];
}

/** A person as he can be given to a load again, as far as the reader may see him. */
export async function personAsInput(tx: Tx, id: string): Promise<PersonInput | undefined> {
  const rows = await tx.prepared<PersonInput & object>(
    'directory-person-input',
    `select p.code, o.code as organisation, p.name_zh as "nameZh", p.name_en as "nameEn", p.title, p.language,
       d.email, d.phone, d.mobile, d.fax
     from persons p join organisations o on o.id = p.organisation_id join person_details d on d.person_id = p.id
     where p.id = $1 and p.erased_at is null`,
    [id],
  );
  return rows[0];
}
