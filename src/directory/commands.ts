/** Use cases of the directory: one object at a time, and the bodies a mechanism names to begin with. */
import type { Pack } from '../mechanism/index.ts';
import type { AppContext } from '../platform/context.ts';
import { Refusal, refuse } from '../platform/errors.ts';
import type { Tx } from '../platform/transaction.ts';
import { type LoadOptions, type LoadResult, loadDirectory } from './load.ts';
import { hasOrganisations, organisationAsInput, runningHolding } from './load-store.ts';
import type { DirectoryRows } from './plan.ts';

/** One row through the one way; a refusal names the row's own fields (`superior`, not `organisations.0.superior`). */
async function saveOne<T extends keyof DirectoryRows>(
  ctx: AppContext,
  tx: Tx,
  pack: Pack,
  list: T,
  row: NonNullable<DirectoryRows[T]>[number],
  options: LoadOptions | undefined,
): Promise<LoadResult> {
  return namingOwnFields(() => loadDirectory(ctx, tx, pack, { [list]: [row] }, options));
}

/** Runs a load of one row and names its fields without the place in the load. */
export async function namingOwnFields<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'invalid-input') throw error;
    const fields = error.fields.map((field) => ({
      ...field,
      path: field.path.replace(/^[a-zA-Z]+\.0\./, ''),
    }));
    throw new Refusal('invalid-input', { fields });
  }
}

/** A command of one object; throws `invalid-input` naming its fields. `tx` writes and sees as the system. */
type Save<T> = (ctx: AppContext, tx: Tx, pack: Pack, input: T, options?: LoadOptions) => Promise<LoadResult>;

function saving<T extends keyof DirectoryRows>(list: T): Save<NonNullable<DirectoryRows[T]>[number]> {
  return (ctx, tx, pack, input, options) => saveOne(ctx, tx, pack, list, input, options);
}

/** Makes or changes a body; moving one works out anew who sees what below it (S2.1, H42). */
export const saveOrganisation = saving('organisations');
/** Makes or changes a post; its holders are given by {@link hold}. */
export const savePost = saving('posts');
/** Makes or changes a person and how he is reached. */
export const savePerson = saving('persons');
/** Puts a person in a post from a time on, as its holder or acting for one (H41). */
export const hold = saving('holdings');
/** Enters a person in the contact network of a body (附表二, S8.1.2). */
export const saveContact = saving('contacts');
/** Enters a person in the handling team of a body (S7.12.1). */
export const saveTeamMember = saving('teamMembers');
/** Enters a system with its security grade in a body's register (S7.13.1.3). */
export const saveSystem = saving('systems');

/** Takes a person out of a post; throws `not-found` when he does not hold it. */
export async function endHolding(
  ctx: AppContext,
  tx: Tx,
  pack: Pack,
  holding: { readonly post: string; readonly person: string; readonly at?: string },
  options?: LoadOptions,
): Promise<LoadResult> {
  const { post, person } = holding;
  const row = (await runningHolding(tx, post, person)) ?? refuse('not-found');
  // One that has only just begun ends a moment later: no holding is shorter than nothing.
  const end = Math.max(new Date(holding.at ?? tx.now).getTime(), row.from.getTime() + 1);
  const to = new Date(end).toISOString();
  return hold(ctx, tx, pack, { post, person, acting: row.acting, from: row.from.toISOString(), to }, options);
}

/**
 * Ends a body on its last day, merged into another or not. Its open cases keep their line; what is reported from the
 * day after goes by its successor's (H42).
 */
export async function endOrganisation(
  ctx: AppContext,
  tx: Tx,
  pack: Pack,
  ending: { readonly code: string; readonly lastDay: string; readonly mergedInto?: string | null },
  options?: LoadOptions,
): Promise<LoadResult> {
  const input = (await organisationAsInput(tx, ending.code)) ?? refuse('not-found');
  const changed = { ...input, validTo: ending.lastDay, successor: ending.mergedInto ?? null };
  return saveOrganisation(ctx, tx, pack, changed, options);
}

/**
 * The bodies, groups and posts the mechanism names, for an installation that has none yet; afterwards the directory
 * alone owns them. `deskBodyName` is what the body of the desk is called here. Answers the code of the desk's body.
 */
export async function foundDirectory(
  ctx: AppContext,
  tx: Tx,
  pack: Pack,
  deskBodyName?: string,
): Promise<string> {
  const deskPost = pack.posts.find((post) => post.role === 'duty-officer' && post.group === pack.desk.group);
  const deskBody = deskPost?.body ?? pack.groups.find((group) => group.id === pack.desk.group)?.convenedBy;
  if (deskBody === undefined) throw new Error(`pack ${pack.id}: nobody convenes the desk ${pack.desk.group}`);
  if (await hasOrganisations(tx)) return deskBody;
  await loadDirectory(ctx, tx, pack, packRows(pack, deskBody, deskBodyName));
  return deskBody;
}

/** What a pack names, as rows of the directory. */
export function packRows(pack: Pack, deskBody?: string, deskBodyName?: string): DirectoryRows {
  const fallback =
    pack.sectors.find((sector) => sector.subgroup === pack.unassignedSubgroup) ?? pack.sectors[0]!;
  return {
    organisations: pack.bodies.map((body) => ({
      code: body.id,
      nameZh: (body.id === deskBody && deskBodyName) || body.name.zh,
      nameEn: body.name.en,
      superior: body.superior ?? null,
      sectors: body.sectors.length > 0 ? body.sectors : [fallback.id],
      validFrom: pack.effectiveFrom,
    })),
    groups: pack.groups.map((group) => ({
      code: group.id,
      kind: group.kind,
      nameZh: group.name.zh,
      nameEn: group.name.en,
      partOf: group.partOf ?? null,
      convenedBy: group.convenedBy ?? null,
      supportedBy: group.supportedBy,
    })),
    posts: pack.posts.map((post) => ({
      code: post.id,
      nameZh: post.name.zh,
      nameEn: post.name.en,
      role: post.role,
      organisation: post.body,
      group: post.group ?? null,
      max: post.max,
      press: post.press,
      validFrom: pack.effectiveFrom,
    })),
  };
}
