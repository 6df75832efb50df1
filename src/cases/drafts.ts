/** Drafts: whatever has been typed, kept on the server so that a closed laptop loses nothing. Seen by their author only. */
import type { z } from 'zod';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import type { DraftView, saveDraft } from './contract.ts';

/** So many drafts may one person keep; a report needs none of them. */
export const DRAFTS_EACH = 200;

/** What else is kept as a draft: an analysis report is no report of a case, and stands in no list of those (S7.11.0e). */
type DraftKind = DraftView['kind'] | 'analysis';

interface DraftRow extends Record<string, unknown> {
  readonly id: string;
  readonly organisation_id: string;
  readonly case_id: string | null;
  readonly number: string | null;
  readonly kind: DraftKind;
  readonly content: Record<string, unknown>;
  readonly revision: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** A draft of some kind, as its author has it. */
type Kept<K extends DraftKind> = Omit<DraftView, 'kind'> & { readonly kind: K };

function isOfCase(row: DraftRow): row is DraftRow & { readonly kind: DraftView['kind'] } {
  return row.kind !== 'analysis';
}

const COLUMNS = `d.id, d.organisation_id, d.case_id, (select number from cases c where c.id = d.case_id) as number, d.kind,
  d.content, d.revision, d.created_at, d.updated_at`;

function view<K extends DraftKind>(row: DraftRow & { readonly kind: K }): Kept<K> {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    caseId: row.case_id,
    caseNumber: row.number,
    kind: row.kind,
    content: row.content,
    revision: row.revision,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

async function find(tx: Tx, id: string): Promise<DraftRow | undefined> {
  const rows = await tx.prepared<DraftRow>(
    'draft-find',
    `select ${COLUMNS} from drafts d where d.id = $1::uuid`,
    [id],
  );
  return rows[0];
}

/** The author's drafts, newest first. */
export function listDrafts(ctx: AppContext, actor: Actor): Promise<DraftView[]> {
  return read(ctx.database, actor, ctx.clock, async (tx) =>
    (
      await tx.prepared<DraftRow>(
        'drafts',
        `select ${COLUMNS} from drafts d where d.kind <> 'analysis' order by d.updated_at desc limit 100`,
        [],
      )
    )
      .filter(isOfCase)
      .map(view),
  );
}

/** One draft. @throws Refusal not-found */
export function findDraft(ctx: AppContext, actor: Actor, id: string): Promise<DraftView> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const row = await find(tx, id);
    return row && isOfCase(row) ? view(row) : refuse('not-found');
  });
}

/**
 * Saves a draft. The id is the client's; it becomes the idempotency key of the filing.
 * @throws Refusal draft-changed when it was saved elsewhere meanwhile (params: revision); not-found for another's draft;
 * too-many-drafts when this would be one more than a person may keep
 */
export function putDraft(
  ctx: AppContext,
  actor: Actor,
  id: string,
  draft: z.infer<typeof saveDraft>,
): Promise<DraftView> {
  return keepDraft(ctx, actor, id, draft);
}

/** As {@link putDraft}, for drafts of every kind; one kept under an id stays of its kind. */
export async function keepDraft<K extends DraftKind>(
  ctx: AppContext,
  actor: Actor,
  id: string,
  draft: Omit<z.infer<typeof saveDraft>, 'kind'> & { readonly kind: K },
): Promise<Kept<K>> {
  return write(ctx.database, actor, ctx.clock, async (tx) => {
    const [known] = await tx.prepared<{ filed: boolean; others: number }>(
      'draft-known',
      `select exists (select 1 from idempotency_keys where person_id = $1::uuid and key = $2::uuid) as filed,
         (select count(*)::int from drafts where person_id = $1::uuid and id <> $2::uuid) as others`,
      [actor.personId, id],
    );
    if (known?.filed) refuse('draft-changed', { params: { filed: true } });
    // Only a new one is refused: whoever has his drafts already goes on writing in them.
    if ((known?.others ?? 0) >= DRAFTS_EACH && !(await find(tx, id)))
      refuse('too-many-drafts', { params: { max: DRAFTS_EACH } });
    const saved = await tx.prepared(
      'draft-save',
      `insert into drafts as d (id, person_id, organisation_id, case_id, kind, content, revision, created_at, updated_at)
       values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, $6::jsonb, 1, $7, $7)
       on conflict (person_id, id) do update set content = excluded.content, organisation_id = excluded.organisation_id,
         kind = excluded.kind, revision = d.revision + 1, updated_at = excluded.updated_at
       where d.person_id = excluded.person_id and d.revision = $8
         and (d.kind = 'analysis') = (excluded.kind = 'analysis') returning d.id`,
      [
        id,
        actor.personId,
        draft.organisationId,
        draft.caseId,
        draft.kind,
        JSON.stringify(draft.content),
        tx.now,
        draft.revision,
      ],
    );
    const row = await find(tx, id);
    if (!row) refuse('not-found');
    if ((row.kind === 'analysis') !== (draft.kind === 'analysis')) refuse('not-found');
    if (saved.length === 0) refuse('draft-changed', { params: { revision: row.revision } });
    return view(row as DraftRow & { readonly kind: K });
  });
}

/** Throws a draft away. Doing it twice is no error. */
export async function deleteDraft(ctx: AppContext, actor: Actor, id: string): Promise<void> {
  await write(ctx.database, actor, ctx.clock, async (tx) => {
    await tx.prepared('draft-delete', 'delete from drafts where id = $1::uuid and person_id = $2::uuid', [
      id,
      actor.personId,
    ]);
  });
}
