/** What the routes of identity share: who is answered what, and how a browser gets its session. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { directorySnapshot } from '../directory/index.ts';
import { activePack } from '../mechanism/index.ts';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { callerAddress } from '../platform/http/index.ts';
import { read, type Tx } from '../platform/transaction.ts';
import type { TellPerson } from './accounts.ts';
import type * as contract from './contract.ts';
import { agentWords, limitedBy } from './factor-rules.ts';
import type { Caller, OpenedSession } from './opening.ts';
import { screensFor } from './rules.ts';
import { actorBy, type SignedInActor, setSessionCookie, tokenOf } from './sessions.ts';
import { factorsIn } from './step-up.ts';

export interface IdentityOptions {
  /** How many notices wait for the person, asked under his own keys; the delivery room knows. */
  readonly waitingNotices?: (tx: Tx, actor: SignedInActor) => Promise<number>;
  /** Tells a person by mail what happened to his account; without it nobody is told. */
  readonly tellPerson?: TellPerson;
}

async function viewOf(
  ctx: AppContext,
  tx: Tx,
  actor: SignedInActor,
  options: IdentityOptions,
  limitation: contract.SessionView['limitedBy'],
): Promise<contract.SessionView> {
  const { pack } = await activePack(ctx, tx);
  const snapshot = await directorySnapshot(ctx, tx);
  const { person, posts, session } = actor;
  const named = (row: { nameZh: string; nameEn: string }) => ({
    zh: row.nameZh,
    en: row.nameEn || row.nameZh,
  });
  // Where somebody belongs is where his first post is; without a post, where he is entered.
  const home = snapshot.organisations.get(posts[0]?.organisationId ?? person.organisationId);
  if (!home) refuse('not-signed-in');
  const { name, phone, fax, email, address } = pack.desk;
  return {
    person: {
      id: person.id,
      name: named(person),
      title: person.title,
      email: person.email,
      phone: person.phone,
      fax: person.fax,
    },
    organisation: {
      id: home.id,
      name: named(home),
      sectors: [...home.sectors],
      phone: home.phone,
      fax: home.fax,
      email: home.email,
    },
    posts: posts.flatMap((post) => {
      const body = snapshot.organisations.get(post.organisationId);
      if (!body) return [];
      const held = snapshot.holders(post.id, tx.now).find((holding) => holding.personId === person.id);
      return [
        {
          id: post.id,
          name: named(post),
          role: post.role,
          acting: held?.acting ?? false,
          groupCode: post.groupCode,
          organisation: { id: body.id, name: named(body) },
        },
      ];
    }),
    screens: screensFor(pack, posts),
    desk: { name, phone, fax, email, address },
    waitingNotices: (await options.waitingNotices?.(tx, actor)) ?? 0,
    demonstration: ctx.demonstration,
    expiresAt: actor.expiresAt.toISOString(),
    access: session?.access ?? 'full',
    limitedBy: limitation,
    how: session?.how ?? 'password',
  };
}

/** The routes' common ground. */
export interface Door {
  readonly ctx: AppContext;
  readonly options: IdentityOptions;
  readonly tell: TellPerson;
  /** Who is signed in, as his browser is told. */
  view(actor: SignedInActor): Promise<contract.SessionView>;
  /** Gives the browser a session just opened, and tells who is signed in. */
  welcome(reply: FastifyReply, session: OpenedSession): Promise<contract.SessionView>;
}

export function openDoor(ctx: AppContext, options: IdentityOptions): Door {
  const view = async (actor: SignedInActor) => {
    const { session } = actor;
    const limitation =
      session?.access === 'limited'
        ? await read(ctx.database, SYSTEM, ctx.clock, async (tx) =>
            limitedBy(session, await factorsIn(ctx, tx, actor.personId)),
          )
        : null;
    return read(ctx.database, actor, ctx.clock, (tx) => viewOf(ctx, tx, actor, options, limitation));
  };
  return {
    ctx,
    options,
    tell: options.tellPerson ?? (() => undefined),
    view,
    async welcome(reply, session) {
      const actor = await actorBy(ctx, session.token);
      if (!actor) return refuse('wrong-credentials');
      setSessionCookie(ctx, reply, session.token);
      return view(actor);
    },
  };
}

/** The browser behind a request, as far as anybody needs to know it. */
export function callerOf(ctx: AppContext, request: FastifyRequest): Caller {
  return {
    address: callerAddress(request),
    agent: agentWords(request.headers['user-agent']),
    previousToken: tokenOf(ctx, request),
  };
}

/** The secret of a signed-in request's session. */
export function ownToken(ctx: AppContext, request: FastifyRequest): string {
  return tokenOf(ctx, request) ?? refuse('not-signed-in');
}
