/** /api/v1/session, /setup, /accounts and /password. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { directorySnapshot, mayActFor } from '../directory/index.ts';
import { activePack } from '../mechanism/index.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { id } from '../platform/http/contract.ts';
import { about, callerAddress, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { read, type Tx } from '../platform/transaction.ts';
import * as commands from './commands.ts';
import * as contract from './contract.ts';
import { screensFor } from './rules.ts';
import {
  actorFor,
  actorOf,
  clearSessionCookie,
  type SignedInActor,
  setSessionCookie,
  signedIn,
  tokenOf,
} from './sessions.ts';

export interface IdentityOptions {
  /** How many notices wait for the person, asked under his own keys; the delivery room knows. */
  readonly waitingNotices?: (tx: Tx, actor: SignedInActor) => Promise<number>;
}

async function viewOf(
  ctx: AppContext,
  tx: Tx,
  actor: SignedInActor,
  options: IdentityOptions,
): Promise<contract.SessionView> {
  const { pack } = await activePack(ctx, tx);
  const snapshot = await directorySnapshot(ctx, tx);
  const { person, posts } = actor;
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
    access: 'full',
    limitedBy: null,
    how: 'password',
  };
}

/** An administrator may act for the person; anybody else is told there is no such person. */
async function mustAdminister(ctx: AppContext, actor: SignedInActor, personId: string): Promise<void> {
  await read(ctx.database, actor, ctx.clock, async (tx) => {
    const { pack } = await activePack(ctx, tx);
    const snapshot = await directorySnapshot(ctx, tx);
    if (!mayActFor(snapshot, pack, actor.posts, personId, tx.now)) refuse('not-found');
  });
}

/** Sign-in and accounts: `/api/v1/session`, `/setup`, `/password`, `/accounts`. */
export function identityRoutes(ctx: AppContext, options: IdentityOptions = {}): FastifyPluginAsyncZod {
  return async (app) => {
    const view = (actor: SignedInActor) =>
      read(ctx.database, actor, ctx.clock, (tx) => viewOf(ctx, tx, actor, options));

    app.post(
      '/api/v1/session',
      {
        schema: {
          ...about('identity', '登入', 'Sign in'),
          body: contract.signIn,
          response: { 200: contract.sessionView },
        },
      },
      async (request: FastifyRequest<{ Body: z.infer<typeof contract.signIn> }>, reply: FastifyReply) => {
        const session = await commands.signIn(ctx, {
          ...request.body,
          address: callerAddress(request),
          previousToken: tokenOf(ctx, request),
        });
        const actor = await read(
          ctx.database,
          { personId: session.personId, keys: ['system'] },
          ctx.clock,
          (tx) => actorFor(ctx, tx, session.personId, session.expiresAt),
        );
        if (!actor) return refuse('wrong-credentials');
        setSessionCookie(ctx, reply, session.token);
        return view(actor);
      },
    );

    app.delete(
      '/api/v1/session',
      { schema: { ...about('identity', '登出', 'Sign out'), response: { 204: z.null() } } },
      async (request, reply) => {
        const token = tokenOf(ctx, request);
        if (token !== undefined) await commands.signOut(ctx, token);
        clearSessionCookie(ctx, reply);
        return reply.status(204).header('clear-site-data', '"cache"').send(null);
      },
    );

    app.post(
      '/api/v1/setup',
      {
        schema: {
          ...about('identity', '建立新系統的第一個帳號', 'Make the first account of a new installation'),
          body: contract.setUp,
          response: { 201: contract.setUpDone },
        },
      },
      async (request, reply) => reply.status(201).send(await commands.setUp(ctx, request.body)),
    );

    app.post(
      '/api/v1/password',
      {
        schema: {
          ...about('identity', '以一次性連結設定密碼', 'Set a password by a one-time link'),
          body: contract.passwordInput,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await commands.usePasswordLink(ctx, request.body);
        return reply.status(204).send(null);
      },
    );

    await app.register(async (known) => {
      known.addHook('onRequest', signedIn(ctx));

      known.get(
        '/api/v1/session',
        {
          schema: {
            ...about('identity', '目前登入者', 'Who is signed in'),
            response: { 200: contract.sessionView },
          },
        },
        async (request: FastifyRequest) => view(actorOf(request)),
      );

      known.post(
        '/api/v1/accounts',
        {
          schema: {
            ...about('identity', '為人員建立帳號', 'Give a person an account'),
            body: contract.accountInput,
            response: { 201: contract.accountLink },
          },
        },
        async (
          request: FastifyRequest<{ Body: z.infer<typeof contract.accountInput> }>,
          reply: FastifyReply,
        ) => {
          const actor = actorOf(request);
          await mustAdminister(ctx, actor, request.body.personId);
          const made = await commands.createAccount(ctx, actor, request.body);
          return reply.status(201).send({ link: made.link, expiresAt: made.expiresAt.toISOString() });
        },
      );

      known.delete(
        '/api/v1/accounts/:personId',
        {
          schema: {
            ...about('identity', '停用帳號', 'Shut an account'),
            params: z.strictObject({ personId: id }),
            response: { 204: z.null() },
          },
        },
        async (request: FastifyRequest<{ Params: { personId: string } }>, reply: FastifyReply) => {
          const actor = actorOf(request);
          await mustAdminister(ctx, actor, request.params.personId);
          await commands.disableAccount(ctx, actor, request.params.personId);
          return reply.status(204).send(null);
        },
      );
    });
  };
}
