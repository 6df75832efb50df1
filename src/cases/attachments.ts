/** Plain attachments of reports: stored as they came, named by their hash, shown only as a download. */
import { createHash } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import { isText } from '../platform/http/contract.ts';
import { read, write } from '../platform/transaction.ts';
import type { AttachmentView } from './contract.ts';

/** Largest attachment in bytes. */
export const ATTACHMENT_BYTES = 10 * 1024 * 1024;

/** So many bytes of files that belong to no report yet may one person keep. */
export const UNFILED_BYTES = 200 * 1024 * 1024;

/** A file name without folders and control characters; never used as a path. */
export function plainName(name: string): string {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1)?.trim() ?? '';
  if (!isText(last) || /[\n\t]/.test(last)) refuseFields({ path: 'file', code: 'not-text' });
  const letters = [...(last === '' || last === '.' || last === '..' ? 'attachment' : last)];
  return letters.slice(-150).join('');
}

/**
 * Keeps an uploaded file until its report is filed.
 * @throws Refusal attachment-too-large, attachments-full
 */
export async function keepAttachment(
  ctx: AppContext,
  actor: Actor,
  file: { name: string; mediaType: string; bytes: Buffer },
): Promise<AttachmentView> {
  if (file.bytes.length > ATTACHMENT_BYTES)
    refuse('attachment-too-large', { params: { max: ATTACHMENT_BYTES } });
  const sha256 = createHash('sha256').update(file.bytes).digest();
  const name = plainName(file.name);
  const id = uuid();
  // The type is what the sender says; nothing here believes it: downloads are always octets (WEB-11).
  const mediaType = /^[a-z0-9.+-]{1,60}\/[a-z0-9.+-]{1,80}$/i.test(file.mediaType)
    ? file.mediaType.toLowerCase()
    : 'application/octet-stream';
  return write(ctx.database, actor, ctx.clock, async (tx) => {
    const [kept] = await tx.prepared<{ bytes: number }>(
      'attachments-unfiled',
      'select coalesce(sum(size), 0)::int as bytes from attachments where person_id = $1::uuid and report_id is null',
      [actor.personId],
    );
    if ((kept?.bytes ?? 0) + file.bytes.length > UNFILED_BYTES)
      refuse('attachments-full', { params: { max: `${UNFILED_BYTES / 1024 / 1024} MB` } });
    await tx.db
      .insertInto('attachments')
      .values({
        id,
        person_id: actor.personId ?? refuse('not-signed-in'),
        name,
        media_type: mediaType,
        size: file.bytes.length,
        sha256,
        content: file.bytes,
        at: tx.now,
      })
      .execute();
    return {
      id,
      name,
      mediaType,
      size: file.bytes.length,
      sha256: sha256.toString('hex'),
      at: tx.now.toISOString(),
      reportOrdinal: null,
    };
  });
}

/** The bytes of an attachment the viewer may see. @throws Refusal not-found */
export async function openAttachment(
  ctx: AppContext,
  actor: Actor,
  id: string,
): Promise<{ name: string; bytes: Buffer; caseId: string | null }> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const row = await tx.db
      .selectFrom('attachments')
      .select(['name', 'content', 'case_id'])
      .where('id', '=', id)
      .executeTakeFirst();
    return row ? { name: row.name, bytes: row.content, caseId: row.case_id } : refuse('not-found');
  });
}

/** Takes back an attachment that is not yet part of a report. */
export async function dropAttachment(ctx: AppContext, actor: Actor, id: string): Promise<void> {
  await write(ctx.database, actor, ctx.clock, async (tx) => {
    await tx.db
      .deleteFrom('attachments')
      .where('id', '=', id)
      .where('person_id', '=', actor.personId ?? refuse('not-signed-in'))
      .where('report_id', 'is', null)
      .execute();
  });
}
