/** Changes of the directory asked for over the API: the right to them is checked, then they take the one way. */
import type { SignedInActor } from '../identity/index.ts';
import { activePack, sectorRouting } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse, refuseFields } from '../platform/errors.ts';
import { read, type Tx, write } from '../platform/transaction.ts';
import { namingOwnFields } from './commands.ts';
import { type LoadResult, loadDirectory } from './load.ts';
import type { DirectoryRows } from './plan.ts';
import { isCentrePost, mayActFor, mayAdminister, mayAppoint } from './rules.ts';
import type { SnapshotOrganisation, SnapshotPost } from './snapshot.ts';
import { directorySnapshot } from './store.ts';
import * as store from './view-store.ts';
import type { Sight } from './views.ts';

/** One administrator's request, with the questions every change asks. All throw `not-found` or `forbidden-act`. */
export class Administration {
  readonly #sight: Sight;
  readonly #actor: SignedInActor;

  constructor(sight: Sight, actor: SignedInActor) {
    this.#sight = sight;
    this.#actor = actor;
  }

  /** The administrator's own post, for the record. */
  get postId(): string {
    const post = this.#actor.posts.find((one) => one.role === 'administrator');
    return post?.id ?? refuse('forbidden-act');
  }

  get isCentre(): boolean {
    const { snapshot, pack } = this.#sight;
    return this.#actor.posts.some(
      (post) => post.role === 'administrator' && isCentrePost(snapshot, pack, post),
    );
  }

  /** A body he may know of and administers. */
  async body(id: string): Promise<SnapshotOrganisation> {
    const { tx, snapshot, pack } = this.#sight;
    const body = snapshot.organisations.get(id);
    if (!body || !(await store.visibleOrganisations(tx, [id])).has(id)) refuse('not-found');
    if (!mayAdminister(snapshot, pack, this.#actor.posts, id)) refuse('forbidden-act');
    return body;
  }

  /** A post he may know of and fill. */
  async post(id: string): Promise<SnapshotPost> {
    const { tx, snapshot } = this.#sight;
    const post = snapshot.posts.get(id);
    if (!post || !(await store.visiblePosts(tx, [id])).has(id)) refuse('not-found');
    this.appoints(post);
    return post;
  }

  appoints(post: Pick<SnapshotPost, 'role' | 'groupCode' | 'organisationId'>): void {
    const { snapshot, pack } = this.#sight;
    if (!mayAppoint(snapshot, pack, this.#actor.posts, post)) refuse('forbidden-act');
  }

  /** The code of a person of a body he administers: others' addresses must not open by an appointment. */
  async person(id: string): Promise<string> {
    const { tx, snapshot, pack } = this.#sight;
    const person = snapshot.persons.get(id);
    if (!person || !mayAdminister(snapshot, pack, this.#actor.posts, person.organisationId)) {
      refuseFields({ path: 'personId', code: 'bad-choice' });
    }
    return (await store.personCode(tx, id)) ?? refuse('not-found');
  }

  /** The person whose own data is to change; as for accounts, not somebody with wider rights. */
  personHimself(id: string): void {
    const { tx, snapshot, pack } = this.#sight;
    if (!mayActFor(snapshot, pack, this.#actor.posts, id, tx.now)) refuse('not-found');
  }

  /** The code of a body named as a field of the request, administered unless the centre asks. */
  codeNamed(path: string, code: string | null | undefined): void {
    if (code === null || code === undefined) return;
    const { snapshot, pack } = this.#sight;
    const body = snapshot.organisationByCode(code);
    if (!body || !mayAdminister(snapshot, pack, this.#actor.posts, body.id)) {
      refuseFields({ path, code: 'bad-choice', params: { given: code } });
    }
  }

  /** Bodies named as fields of the request must be ones the administrator may know of, or they are as good as none. */
  async known(named: Readonly<Record<string, string | null | undefined>>): Promise<void> {
    const { tx, snapshot } = this.#sight;
    for (const [path, code] of Object.entries(named)) {
      const body = code ? snapshot.organisationByCode(code) : undefined;
      if (body && !(await store.visibleOrganisations(tx, [body.id])).has(body.id))
        refuseFields({ path, code: 'bad-choice', params: { given: code } });
    }
  }

  /**
   * What a body is to become: below a body he administers (the centre may also put one at the top), and not moved
   * into or out of a compartment he does not administer.
   */
  placement(
    next: { superior?: string | null; sectors?: readonly string[] },
    own: SnapshotOrganisation | null,
  ): void {
    const { pack, snapshot } = this.#sight;
    this.codeNamed('superior', next.superior);
    if (next.superior === null && !this.isCentre) refuseFields({ path: 'superior', code: 'required' });
    if (!next.sectors) return;
    const { compartment } = sectorRouting(pack, next.sectors);
    const inside = new Set(
      this.#actor.posts
        .filter((post) => post.role === 'administrator')
        .map((post) => snapshot.organisations.get(post.organisationId)?.compartment ?? null),
    );
    const before = own?.compartment ?? null;
    const isFree = (one: string | null) =>
      one === null ? this.isCentre || inside.has(null) : inside.has(one);
    if (!isFree(compartment) || (own && compartment !== before && !isFree(before))) {
      refuseFields({ path: 'sectors', code: 'bad-choice' });
    }
  }

  /**
   * The code a new object is kept under: within the body it belongs to. Codes are unique in the whole directory, also
   * among bodies, posts and people he may not know of; a free choice would tell him by `duplicate` that they are there
   * (ISO-6). A body at the top lies under the administrator's own.
   */
  codeWithin(body: string | null | undefined, code: string): string {
    const { snapshot } = this.#sight;
    const own = this.#actor.posts.find((one) => one.role === 'administrator')?.organisationId ?? '';
    const within = `${body ?? snapshot.organisations.get(own)?.code ?? ''}-`;
    return code.startsWith(within) ? code : within + code;
  }

  get sight(): Sight {
    return this.#sight;
  }
}

/** What a checked request comes to; asked inside the writing transaction, which sees everything. */
export interface Request {
  readonly rows: (tx: Tx) => DirectoryRows | Promise<DirectoryRows>;
  /** Bodies, posts and persons must be new. */
  readonly onlyNew?: boolean;
}

/**
 * Checks under the administrator's own keys what he asks, then loads the rows that follow. Refusals of a single row
 * name its own fields. Whoever administers nothing gets `forbidden-act`.
 */
export async function administer(
  ctx: AppContext,
  actor: SignedInActor,
  check: (admin: Administration) => Promise<Request>,
): Promise<LoadResult> {
  const { request, postId } = await read(ctx.database, actor, ctx.clock, async (tx: Tx) => {
    const { pack } = await activePack(ctx, tx);
    const snapshot = await directorySnapshot(ctx, tx);
    const admin = new Administration({ tx, pack, snapshot }, actor);
    const post = admin.postId;
    return { request: await check(admin), postId: post };
  });
  const writer = { personId: actor.personId, keys: SYSTEM.keys };
  return write(ctx.database, writer, ctx.clock, async (tx) => {
    const { pack } = await activePack(ctx, tx);
    const rows = await request.rows(tx);
    const options = { postId, onlyNew: request.onlyNew ?? false };
    return namingOwnFields(() => loadDirectory(ctx, tx, pack, rows, options));
  });
}
