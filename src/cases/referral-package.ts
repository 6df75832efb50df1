/**
 * The file that is handed to prosecutors or to the disaster system (S8.4.1): the whole case with its history, and before it
 * the list of evidence with the hash of every attachment and every form. Kept byte for byte; its own hash goes into the fact
 * that says it was sent, so that years later both sides can show what was handed over.
 */
import { createHash } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { directorySnapshot } from '../directory/index.ts';
import { placesOf } from '../ledger/index.ts';
import type { Lang } from '../locales/index.ts';
import { packByHash } from '../mechanism/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { read, write } from '../platform/transaction.ts';
import type { PackageView } from './affairs-contract.ts';
import { caseFileOf } from './case-file.ts';
import { evidenceOf, packageName } from './case-file-affairs.ts';
import { personRef } from './lists.ts';
import { notesSeenBy } from './referral-rules.ts';
import { findCase } from './store.ts';
import { caseView } from './views.ts';

/**
 * POST /cases/:id/referral-packages: makes the file of a referral as the case stands now, and keeps it.
 * @throws Refusal not-found; forbidden-act when none of the reader's posts may hand the case over
 */
export async function makePackage(
  ctx: AppContext,
  actor: Actor,
  id: string,
  target: string,
  lang: Lang,
): Promise<PackageView> {
  const view = await caseView(ctx, actor, id, lang);
  const post = view.may.find((one) => one.act === 'send-referral')?.as[0];
  const referral = view.referrals.items.find((one) => one.target === target);
  if (!post) refuse('forbidden-act', { params: { act: 'send-referral', state: view.case.state } });
  if (!referral || referral.status === 'closed') refuse('referral-not-open');
  const { pack, maker } = await read(ctx.database, actor, ctx.clock, async (tx) => ({
    pack: await packByHash(ctx, tx, view.packVersion.hash),
    maker: personRef(await directorySnapshot(ctx, tx), actor.personId ?? ''),
  }));
  const places = await placesOf(ctx, id, view.case.compartment);
  const shown = { lang, pack };
  const html = caseFileOf(
    view,
    places,
    shown,
    { name: maker.name, post: post.name },
    evidenceOf(view, referral, shown),
  );
  const content = Buffer.from(html, 'utf8');
  const sha256 = createHash('sha256').update(content).digest();
  const packageId = uuid();
  const name = packageName(view.case.number, referral.name, lang);
  return write(ctx.database, actor, ctx.clock, async (tx) => {
    const state = await findCase(tx, id);
    if (!state) refuse('not-found');
    await tx.db
      .insertInto('referral_packages')
      .values({
        id: packageId,
        case_id: id,
        target,
        name,
        sha256,
        size: content.length,
        content,
        person_id: maker.id,
        post_id: post.id,
        at: tx.now,
        seen_by: notesSeenBy(state),
      })
      .execute();
    return {
      id: packageId,
      target,
      name,
      sha256: sha256.toString('hex'),
      size: content.length,
      at: tx.now.toISOString(),
      person: maker,
    };
  });
}

/** The bytes of a package the reader may read. @throws Refusal not-found */
export async function openPackage(
  ctx: AppContext,
  actor: Actor,
  caseId: string,
  id: string,
): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const row = await tx.db
      .selectFrom('referral_packages')
      .select(['name', 'content'])
      .where('id', '=', id)
      .where('case_id', '=', caseId)
      .executeTakeFirst();
    return row ? { name: row.name, bytes: row.content } : refuse('not-found');
  });
}
