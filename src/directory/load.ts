/** The one way the directory is changed: planned, checked whole, written in few statements, recorded as facts. */
import { v5, v7 } from 'uuid';
import type { Pack } from '../mechanism/index.ts';
import type { AppContext } from '../platform/context.ts';
import { Refusal } from '../platform/errors.ts';
import type { Tx } from '../platform/transaction.ts';
import { appendFacts, lockDirectory, type NewFact, readExisting, upsert, writeSeenBy } from './load-store.ts';
import { type Change, type DirectoryRows, type Plan, planLoad, type Row } from './plan.ts';
import { dropShifts, refreshRosterReaders } from './roster-leaving.ts';
import { dayAt, detailsSeenBy, organisationSeenBy, personSeenBy, postSeenBy } from './rules.ts';
import { DirectorySnapshot } from './snapshot.ts';
import { directorySnapshot } from './store.ts';

/** Facts about a group, which has a code instead of an id, go to a stream of this name space. */
const GROUPS = 'b6a2f7b0-0c3e-4f5e-9b61-3f7d6a1f2c11';

export interface LoadOptions {
  /** The post by which the change is made, for the record. */
  readonly postId?: string | null;
  /** Plan and check only; nothing is written. */
  readonly dryRun?: boolean;
  /** Bodies, posts and persons of the load must be new: a code somebody has already is refused as `duplicate`. */
  readonly onlyNew?: boolean;
}

/** What a load did, or would do. */
export type LoadResult = Pick<Plan, 'changes' | 'organisations' | 'posts' | 'persons'>;

/**
 * Makes the directory say what `rows` say: objects not yet there are made, others changed, what is the same is left
 * alone, nothing is removed. All or nothing: throws `invalid-input` naming every wrong field by its place
 * (`organisations.3.superior`). `tx` is a writing transaction that sees with the system's keys; whoever calls has
 * checked the right to. Who may see details is worked out anew for everybody the change touches.
 * 15,000 bodies with 45,000 persons take a few statements. Answers S2.1, S7.12.1, S8.1.2, DEC-22.
 */
export async function loadDirectory(
  ctx: AppContext,
  tx: Tx,
  pack: Pack,
  rows: DirectoryRows,
  options: LoadOptions = {},
): Promise<LoadResult> {
  await lockDirectory(tx);
  // Thousands of rows are worked out between two statements: that is no frozen process (FLT-4), and nobody waits but other imports.
  await tx.query("set local idle_in_transaction_session_timeout = '2min'", []);
  const before = await directorySnapshot(ctx, tx);
  const existing = await readExisting(tx, rows);
  const today = dayAt(pack, tx.now);
  const plan = planLoad({ pack, snapshot: before, existing, rows, now: tx.now, today, newId: v7 });
  const faults = [...plan.faults];
  if (options.onlyNew) {
    for (const list of ['organisations', 'posts', 'persons'] as const) {
      const taken = new Set(existing[list].map((row) => row['code']));
      rows[list]?.forEach((row, index) => {
        if (taken.has(row.code)) faults.push({ path: `${list}.${index}.code`, code: 'duplicate' });
      });
    }
  }
  if (faults.length > 0) throw new Refusal('invalid-input', { fields: faults });
  const result: LoadResult = plan;
  if (options.dryRun || plan.changes.length === 0) return result;

  const after = patched(before, plan);
  const bodies = affectedBodies(before, after, plan);
  const base = memo((id: string) => detailsSeenBy(after, pack, id, tx.now));
  const personRows = new Set(plan.rows.persons.map((row) => row['id'] as string));
  const personKeys = (id: string, organisationId: string) =>
    personSeenBy(after, pack, { id, organisationId }, tx.now, base);

  await upsert(
    tx,
    'organisations',
    plan.rows.organisations.map((row) => ({
      ...row,
      seen_by: organisationSeenBy(pack, after.organisations.get(row['id'] as string)!),
    })),
  );
  await upsert(tx, 'groups', plan.rows.groups);
  await upsert(
    tx,
    'posts',
    plan.rows.posts.map((row) => ({
      ...row,
      seen_by: postSeenBy(pack, after.organisations.get(row['organisation_id'] as string)!, {
        code: row['code'] as string,
      }),
    })),
  );
  await upsert(tx, 'persons', plan.rows.persons);
  await upsert(
    tx,
    'person_details',
    plan.rows.person_details.map((row) => {
      const id = row['person_id'] as string;
      return { ...row, seen_by: personKeys(id, after.persons.get(id)!.organisationId) };
    }),
  );
  await upsert(tx, 'holdings', plan.rows.holdings);
  await upsert(tx, 'contacts', plan.rows.contacts);
  await upsert(tx, 'team_members', plan.rows.team_members);
  await upsert(
    tx,
    'systems',
    plan.rows.systems.map((row) => ({ ...row, seen_by: base(row['organisation_id'] as string) })),
  );

  await writeReaders(tx, pack, after, bodies, plan, personRows, personKeys, base);
  const lost = await dropShifts(
    tx,
    after,
    plan.rows.holdings.map((row) => ({
      postId: row['post_id'] as string,
      personId: row['person_id'] as string,
    })),
  );
  if (plan.rows.organisations.length + plan.rows.posts.length + plan.rows.groups.length > 0)
    await refreshRosterReaders(tx, pack, after);
  await appendFacts(tx, [...factsOf(after, plan.changes), ...lost], options.postId ?? null);
  tx.afterCommit(() => ctx.signals.emit('directory'));
  return result;
}

/**
 * Works out anew who may see every address and system. Time alone changes that (a body ends, a holding begins), so it
 * is run at start and every day; what is right already is not written.
 */
export async function refreshReaders(ctx: AppContext, tx: Tx, pack: Pack): Promise<void> {
  await lockDirectory(tx);
  const snapshot = await directorySnapshot(ctx, tx);
  const base = memo((id: string) => detailsSeenBy(snapshot, pack, id, tx.now));
  await writeSeenBy(
    tx,
    'person_details',
    [...snapshot.persons.values()].map((person) => ({
      id: person.id,
      seen_by: personSeenBy(snapshot, pack, person, tx.now, base),
    })),
  );
  await writeSeenBy(
    tx,
    'systems',
    [...snapshot.organisations.keys()].map((id) => ({ id, seen_by: base(id) })),
  );
  await refreshRosterReaders(tx, pack, snapshot);
}

function memo<T extends object>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

/** Gives those the change touches, but did not write, their new readers. */
async function writeReaders(
  tx: Tx,
  pack: Pack,
  after: DirectorySnapshot,
  bodies: ReadonlySet<string>,
  plan: Plan,
  written: ReadonlySet<string>,
  personKeys: (id: string, organisationId: string) => string[],
  base: (organisationId: string) => string[],
): Promise<void> {
  const touched = new Set(plan.rows.holdings.map((row) => row['person_id'] as string));
  if (bodies.size > 0) {
    for (const person of after.persons.values())
      if (bodies.has(person.organisationId)) touched.add(person.id);
    for (const body of bodies) {
      for (const post of after.postsOf(body)) {
        for (const { personId } of after.holdingsOf(post.id)) touched.add(personId);
      }
    }
  }
  const readers = [...touched].flatMap((id) => {
    const person = written.has(id) ? undefined : after.persons.get(id);
    return person ? [{ id, seen_by: personKeys(id, person.organisationId) }] : [];
  });
  await writeSeenBy(tx, 'person_details', readers);
  await writeSeenBy(
    tx,
    'systems',
    [...bodies].map((id) => ({ id, seen_by: base(id) })),
  );
  const rewritten = plan.rows.organisations.flatMap((row) => {
    const body = after.organisations.get(row['id'] as string)!;
    return after.postsOf(body.id).map((post) => ({ id: post.id, seen_by: postSeenBy(pack, body, post) }));
  });
  await writeSeenBy(tx, 'posts', rewritten);
}

const STRUCTURE = new Set([
  'superior_id',
  'authority_id',
  'successor_id',
  'sectors',
  'valid_from',
  'valid_to',
]);

/** Existing bodies whose line may have moved: those changed in structure and everything below, before or after. */
function affectedBodies(before: DirectorySnapshot, after: DirectorySnapshot, plan: Plan): Set<string> {
  // A subgroup's convening body is the authority of whoever has no other.
  if (plan.changes.some((one) => one.table === 'groups' && before.groups.has(one.id))) {
    return new Set(after.organisations.keys());
  }
  const affected = new Set<string>();
  for (const change of plan.changes) {
    if (change.table !== 'organisations' || change.kind === 'created') continue;
    if (!change.fields.some((field) => STRUCTURE.has(field))) continue;
    for (const snapshot of [before, after]) for (const id of snapshot.subtree(change.id)) affected.add(id);
  }
  return affected;
}

/** The directory as it will be, for working out who sees what before the rows are written. */
function patched(before: DirectorySnapshot, plan: Plan): DirectorySnapshot {
  const date = (value: unknown) => (value === null ? null : new Date(value as string));
  const replaced = <T>(old: Iterable<T>, keyOf: (row: T) => string, changed: readonly T[]) => [
    ...new Map([...old, ...changed].map((row) => [keyOf(row), row])).values(),
  ];
  const text = (row: Row, column: string) => row[column] as string;
  const organisations = plan.rows.organisations.map((row) => ({
    id: text(row, 'id'),
    code: text(row, 'code'),
    nameZh: text(row, 'name_zh'),
    nameEn: text(row, 'name_en'),
    kind: text(row, 'kind'),
    superiorId: row['superior_id'] as string | null,
    authorityId: row['authority_id'] as string | null,
    successorId: row['successor_id'] as string | null,
    sectors: row['sectors'] as string[],
    compartment: row['compartment'] as string | null,
    county: row['county'] as string | null,
    phone: text(row, 'phone'),
    fax: text(row, 'fax'),
    email: text(row, 'email'),
    validFrom: text(row, 'valid_from'),
    validTo: row['valid_to'] as string | null,
  }));
  const groups = plan.rows.groups.map((row) => ({
    code: text(row, 'code'),
    kind: text(row, 'kind'),
    nameZh: text(row, 'name_zh'),
    nameEn: text(row, 'name_en'),
    conveningBody: row['convening_body'] as string | null,
  }));
  const posts = plan.rows.posts.map((row) => ({
    id: text(row, 'id'),
    code: text(row, 'code'),
    nameZh: text(row, 'name_zh'),
    nameEn: text(row, 'name_en'),
    role: row['role'] as never,
    organisationId: text(row, 'organisation_id'),
    groupCode: row['group_code'] as string | null,
    press: row['press'] as boolean,
    max: row['max_holders'] as number,
  }));
  const persons = plan.rows.persons.map((row, index) => {
    const details = plan.rows.person_details[index]!;
    return {
      id: text(row, 'id'),
      nameZh: text(row, 'name_zh'),
      nameEn: text(row, 'name_en'),
      title: text(row, 'title'),
      organisationId: text(row, 'organisation_id'),
      email: text(details, 'email'),
      phone: text(details, 'phone'),
      mobile: text(details, 'mobile'),
      fax: text(details, 'fax'),
      language: text(row, 'language'),
    };
  });
  const held = plan.rows.holdings.map((row) => ({
    postId: text(row, 'post_id'),
    personId: text(row, 'person_id'),
    acting: row['acting'] as boolean,
    from: date(row['held_from'])!,
    to: date(row['held_to']),
  }));
  const isReplaced = new Set(held.map((one) => `${one.postId} ${one.personId}`));
  const kept = [...before.posts.keys()]
    .flatMap((id) => before.holdingsOf(id))
    .filter((one) => !isReplaced.has(`${one.postId} ${one.personId}`));
  return new DirectorySnapshot({
    version: before.version,
    organisations: replaced(before.organisations.values(), (row) => row.id, organisations),
    groups: replaced(before.groups.values(), (row) => row.code, groups),
    posts: replaced(before.posts.values(), (row) => row.id, posts),
    persons: replaced(before.persons.values(), (row) => row.id, persons),
    holdings: [...kept, ...held],
  });
}

const FACT_KINDS = {
  organisations: 'organisation-saved',
  groups: 'group-saved',
  posts: 'post-saved',
  persons: 'person-saved',
  holdings: 'holding-saved',
  contacts: 'contact-saved',
  team_members: 'team-member-saved',
  systems: 'system-saved',
} as const;

/** Columns whose values are ids, dates and words of the mechanism; of all others only the name is recorded. */
const RECORDED = new Set([
  'organisation_id',
  'person_id',
  'post_id',
  'superior_id',
  'authority_id',
  'successor_id',
  'convening_body',
  'supporting_bodies',
  'part_of',
  'group_code',
  'sectors',
  'compartment',
  'role',
  'max_holders',
  'press',
  'acting',
  'function',
  'ordinal',
  'security_grade',
  'valid_from',
  'valid_to',
  'held_from',
  'held_to',
  'member_from',
  'member_to',
  'confirmed_at',
]);

function factsOf(after: DirectorySnapshot, changes: readonly Change[]): NewFact[] {
  return changes.map((change) => {
    const values = Object.entries(change.row).filter(
      ([column]) => RECORDED.has(column) && change.fields.includes(column),
    );
    const { row } = change;
    const post = row['post_id'] === undefined ? undefined : after.posts.get(row['post_id'] as string);
    const body = row['organisation_id'] ?? post?.organisationId ?? row['id'];
    return {
      stream: 'directory',
      streamId: change.table === 'groups' ? v5(change.id, GROUPS) : change.id,
      kind: FACT_KINDS[change.table],
      data: { made: change.kind === 'created', fields: change.fields, ...Object.fromEntries(values) },
      compartment: after.organisations.get(body as string)?.compartment ?? null,
    };
  });
}
