/**
 * What read-only posts looked at (ISO-12): every case an auditor or observer opened, exported or printed, kept for ever.
 * A look is written before its answer leaves: what cannot be recorded is not shown.
 */
import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { type DirectorySnapshot, directorySnapshot, type SnapshotPost } from '../directory/index.ts';
import { activePack } from '../mechanism/index.ts';
import type { Pack } from '../mechanism/pack.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { cursorTime, decodeCursor, encodeCursor } from '../platform/http/cursor.ts';
import { type Tx, write } from '../platform/transaction.ts';
import type { LooksView } from './contract.ts';
import { type CaseFilters, countCases, personRef } from './lists.ts';
import { findCase } from './store.ts';

/** What can be done by looking; the words are `cases.looks.what`. */
export type Look = 'opened' | 'exported' | 'printed' | 'attachment' | 'looks';

/** Posts that only look. */
const WATCHING: readonly SnapshotPost['role'][] = ['auditor', 'observer'];
/** Posts that may read who looked. */
const READING: readonly SnapshotPost['role'][] = ['auditor', 'administrator'];

function postWith(
  directory: DirectorySnapshot,
  actor: Actor,
  at: Date,
  roles: readonly SnapshotPost['role'][],
): SnapshotPost | undefined {
  if (actor.personId === null) return undefined;
  return directory.postsHeldBy(actor.personId, at).find((post) => roles.includes(post.role));
}

/** True for posts whose every look is recorded. */
export function isWatcher(directory: DirectorySnapshot, actor: Actor, at: Date): boolean {
  return postWith(directory, actor, at, WATCHING) !== undefined;
}

/**
 * Who reads a look: the administrators of the desk's house, of the looker's body and of the body that owns the case, and
 * the looker himself. Of a compartment's case nobody outside its walls (DEC-19).
 */
function readersOf(
  directory: DirectorySnapshot,
  pack: Pack,
  look: { person: string; post: SnapshotPost; owner: string | null; compartment: string | null },
): string[] {
  const walls = (id: string) => directory.organisations.get(id)?.compartment ?? null;
  const desk = directory.postsWithRole('duty-officer').filter((post) => post.groupCode === pack.desk.group);
  const bodies = [...desk.map((post) => post.organisationId), look.post.organisationId, look.owner];
  const admins = bodies.flatMap((id) =>
    id !== null && (look.compartment === null || walls(id) === look.compartment) ? [`admin:${id}`] : [],
  );
  return [...new Set(['system', `person:${look.person}`, ...admins])].sort();
}

async function keep(
  tx: Tx,
  directory: DirectorySnapshot,
  pack: Pack,
  look: {
    readonly person: string;
    readonly post: SnapshotPost;
    readonly what: Look;
    readonly detail: string;
    readonly seen: {
      readonly id: string;
      readonly number: string;
      readonly organisation: string;
      readonly compartment: string | null;
    } | null;
  },
): Promise<void> {
  const { person, post, what, detail, seen } = look;
  const compartment = seen
    ? seen.compartment
    : (directory.organisations.get(post.organisationId)?.compartment ?? null);
  await tx.insert({
    looks: [
      {
        id: uuid(),
        case_id: seen?.id ?? null,
        number: seen?.number ?? '',
        person_id: person,
        post_id: post.id,
        what,
        detail,
        at: tx.now,
        compartment,
        seen_by: readersOf(directory, pack, { person, post, owner: seen?.organisation ?? null, compartment }),
      },
    ],
  });
}

/**
 * Records that the actor looked at a case, when he holds a post that only looks; otherwise does nothing.
 * @throws Refusal not-found when he does not see the case (any more)
 */
export async function recordLook(
  ctx: AppContext,
  actor: Actor,
  caseId: string,
  what: Look,
  detail = '',
): Promise<void> {
  await write(ctx.database, actor, ctx.clock, async (tx) => {
    const directory = await directorySnapshot(ctx, tx);
    const post = postWith(directory, actor, tx.now, WATCHING);
    if (!post || actor.personId === null) return;
    const seen = (await findCase(tx, caseId)) ?? refuse('not-found');
    const { pack } = await activePack(ctx, tx);
    await keep(tx, directory, pack, { person: actor.personId, post, what, detail, seen });
  });
}

/** Records that the actor took the list of cases along, and how many rows, when he holds a post that only looks. */
export async function recordListLook(ctx: AppContext, actor: Actor, filters: CaseFilters): Promise<void> {
  await write(ctx.database, actor, ctx.clock, async (tx) => {
    const directory = await directorySnapshot(ctx, tx);
    const post = postWith(directory, actor, tx.now, WATCHING);
    if (!post || actor.personId === null) return;
    const { pack } = await activePack(ctx, tx);
    const detail = String(await countCases(tx, directory, filters));
    await keep(tx, directory, pack, { person: actor.personId, post, what: 'exported', detail, seen: null });
  });
}

const cursorKeys = z.tuple([cursorTime, z.uuid()]);

interface LookRow extends Record<string, unknown> {
  readonly id: string;
  readonly caseId: string | null;
  readonly number: string;
  readonly person: string;
  readonly post: string;
  readonly what: Look;
  readonly detail: string;
  readonly at: Date;
}

/**
 * GET /looks: who looked at what, newest first, as far as the reader may know. Reading it is itself a look and stands in
 * it from the next time on.
 * @throws Refusal forbidden-act for posts that neither audit nor administer
 */
export async function looks(
  ctx: AppContext,
  actor: Actor,
  query: {
    readonly caseId?: string | undefined;
    readonly cursor?: string | undefined;
    readonly limit: number;
  },
): Promise<LooksView> {
  return write(ctx.database, actor, ctx.clock, async (tx) => {
    const directory = await directorySnapshot(ctx, tx);
    const post = postWith(directory, actor, tx.now, READING);
    if (!post || actor.personId === null) refuse('forbidden-act', { params: { act: 'read' } });
    const scope = ['looks', query.caseId ?? null] as const;
    const after = decodeCursor([...scope], cursorKeys, query.cursor);
    const rows = await tx.prepared<LookRow>(
      'looks',
      `select id, case_id as "caseId", number, person_id as person, post_id as post, what, detail, at from looks
        where ($1::uuid is null or case_id = $1) and ($2::timestamptz is null or (at, id) < ($2, $3::uuid))
        order by at desc, id desc limit $4`,
      [query.caseId ?? null, after?.[0] ?? null, after?.[1] ?? null, query.limit + 1],
    );
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const { pack } = await activePack(ctx, tx);
    const seen = query.caseId === undefined ? null : ((await findCase(tx, query.caseId)) ?? null);
    await keep(tx, directory, pack, { person: actor.personId, post, what: 'looks', detail: '', seen });
    return {
      items: page.map((row) => {
        const held = directory.posts.get(row.post);
        return {
          id: row.id,
          caseId: row.caseId,
          number: row.number,
          person: personRef(directory, row.person),
          postName: { zh: held?.nameZh ?? '—', en: held?.nameEn ?? '—' },
          what: row.what,
          detail: row.detail,
          at: row.at.toISOString(),
        };
      }),
      nextCursor:
        last && rows.length > query.limit ? encodeCursor([...scope], [last.at.toISOString(), last.id]) : null,
    };
  });
}
