/** What administrators may change in the directory over HTTP; `admit` has been asked before. */
import { z } from 'zod';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { id } from '../platform/http/contract.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { administer } from './administration.ts';
import * as contract from './contract.ts';
import { organisationAsInput, personAsInput, postAsInput, runningHolding } from './load-store.ts';
import type { DirectoryDoor } from './routes.ts';

const byId = z.strictObject({ id });
const byBoth = z.strictObject({ id, personId: id });
const done = { 204: z.null() };
const made = { 201: contract.made };

/** Routes for administrators of the centre and of bodies (their own and those below). Answers S2.1, S8.1.2, H41, H42. */
export function administrationRoutes(
  ctx: AppContext,
  { actorOf, confirmed, tellFormer }: DirectoryDoor,
): FastifyPluginAsyncZod {
  return async (app) => {
    // An appointment is a way into other people's accounts and cases: a found open screen must not be enough.
    app.addHook('preHandler', confirmed);

    app.post(
      '/api/v1/organisations',
      {
        schema: {
          ...about('directory', '新增機關（構）', 'Add a body'),
          body: contract.organisationInput,
          response: made,
        },
      },
      async (request, reply) => {
        const input = request.body;
        let code = '';
        const result = await administer(ctx, actorOf(request), async (admin) => {
          admin.placement({ superior: input.superior, sectors: input.sectors }, null);
          await admin.known({ authority: input.authority, successor: input.successor });
          code = admin.codeWithin(input.superior, input.code);
          return { rows: () => ({ organisations: [{ ...input, code }] }), onlyNew: true };
        });
        return reply.status(201).send({ id: result.organisations.get(code)! });
      },
    );

    app.patch(
      '/api/v1/organisations/:id',
      {
        schema: {
          ...about('directory', '變更機關（構）', 'Change, move, end or merge a body'),
          params: byId,
          body: contract.organisationPatch,
          response: done,
        },
      },
      async (request, reply) => {
        const patch = request.body;
        await administer(ctx, actorOf(request), async (admin) => {
          const body = await admin.body(request.params.id);
          admin.placement(patch, body);
          await admin.known({ authority: patch.authority, successor: patch.successor });
          return {
            rows: async (tx) => {
              const old = (await organisationAsInput(tx, body.code)) ?? refuse('not-found');
              return { organisations: [{ ...old, ...patch }] };
            },
          };
        });
        return reply.status(204).send(null);
      },
    );

    app.post(
      '/api/v1/organisations/:id/posts',
      {
        schema: {
          ...about('directory', '新增職位', 'Add a post of a body'),
          params: byId,
          body: contract.newPost,
          response: made,
        },
      },
      async (request, reply) => {
        const input = request.body;
        let code = '';
        const result = await administer(ctx, actorOf(request), async (admin) => {
          const body = await admin.body(request.params.id);
          admin.appoints({ role: input.role, groupCode: input.group, organisationId: body.id });
          code = admin.codeWithin(body.code, input.code);
          return { rows: () => ({ posts: [{ ...input, code, organisation: body.code }] }), onlyNew: true };
        });
        return reply.status(201).send({ id: result.posts.get(code)! });
      },
    );

    app.patch(
      '/api/v1/posts/:id',
      {
        schema: {
          ...about('directory', '變更職位', 'Change or end a post'),
          params: byId,
          body: contract.postPatch,
          response: done,
        },
      },
      async (request, reply) => {
        const patch = request.body;
        await administer(ctx, actorOf(request), async (admin) => {
          const post = await admin.post(request.params.id);
          return {
            rows: async (tx) => {
              const old = (await postAsInput(tx, post.code)) ?? refuse('not-found');
              return { posts: [{ ...old, ...patch }] };
            },
          };
        });
        return reply.status(204).send(null);
      },
    );

    app.post(
      '/api/v1/posts/:id/holders',
      {
        schema: {
          ...about('directory', '派任或代理', 'Put a person in a post, or let him act for its holder'),
          params: byId,
          body: contract.newHolder,
          response: done,
        },
      },
      async (request, reply) => {
        const { personId, ...holding } = request.body;
        await administer(ctx, actorOf(request), async (admin) => {
          const post = await admin.post(request.params.id);
          const person = await admin.person(personId);
          return { rows: () => ({ holdings: [{ ...holding, post: post.code, person }] }) };
        });
        return reply.status(204).send(null);
      },
    );

    app.delete(
      '/api/v1/posts/:id/holders/:personId',
      {
        schema: {
          ...about('directory', '免除職位', 'Take a person out of a post'),
          params: byBoth,
          response: done,
        },
      },
      async (request, reply) => {
        await administer(ctx, actorOf(request), async (admin) => {
          const post = await admin.post(request.params.id);
          const person = await admin.person(request.params.personId);
          return {
            rows: async (tx) => {
              const old = (await runningHolding(tx, post.code, person)) ?? refuse('not-found');
              const end = Math.max(tx.now.getTime(), old.from.getTime() + 1);
              const from = old.from.toISOString();
              const to = new Date(end).toISOString();
              return { holdings: [{ post: post.code, person, acting: old.acting, from, to }] };
            },
          };
        });
        return reply.status(204).send(null);
      },
    );

    app.post(
      '/api/v1/organisations/:id/persons',
      {
        schema: {
          ...about('directory', '新增人員', 'Add a person of a body'),
          params: byId,
          body: contract.newPerson,
          response: made,
        },
      },
      async (request, reply) => {
        const input = request.body;
        let code = '';
        const result = await administer(ctx, actorOf(request), async (admin) => {
          const body = await admin.body(request.params.id);
          code = admin.codeWithin(body.code, input.code);
          return { rows: () => ({ persons: [{ ...input, code, organisation: body.code }] }), onlyNew: true };
        });
        return reply.status(201).send({ id: result.persons.get(code)! });
      },
    );

    app.patch(
      '/api/v1/persons/:id',
      {
        schema: {
          ...about('directory', '變更人員資料', 'Change a person and how he is reached'),
          params: byId,
          body: contract.personPatch,
          response: done,
        },
      },
      async (request, reply) => {
        const patch = request.body;
        let former = '';
        await administer(ctx, actorOf(request), async (admin) => {
          admin.personHimself(request.params.id);
          return {
            rows: async (tx) => {
              const old = (await personAsInput(tx, request.params.id)) ?? refuse('not-found');
              former = old.email ?? '';
              return { persons: [{ ...old, ...patch }] };
            },
          };
        });
        const isMoved = patch.email !== undefined && patch.email !== former && former !== '';
        if (isMoved) tellFormer?.(request.params.id, former);
        return reply.status(204).send(null);
      },
    );

    const listed = { contacts: contract.newContact, team: contract.newTeamMember } as const;

    app.post(
      '/api/v1/organisations/:id/contacts',
      {
        schema: {
          ...about('directory', '登錄聯絡人員（附表二）', 'Enter a contact person of a body'),
          params: byId,
          body: listed.contacts,
          response: done,
        },
      },
      async (request, reply) => {
        const { personId, ...contact } = request.body;
        await administer(ctx, actorOf(request), async (admin) => {
          const body = await admin.body(request.params.id);
          const person = await admin.person(personId);
          return { rows: () => ({ contacts: [{ ...contact, organisation: body.code, person }] }) };
        });
        return reply.status(204).send(null);
      },
    );

    app.post(
      '/api/v1/organisations/:id/team',
      {
        schema: {
          ...about('directory', '登錄資通安全處理小組成員', 'Enter a member of a handling team'),
          params: byId,
          body: listed.team,
          response: done,
        },
      },
      async (request, reply) => {
        const { personId, ...member } = request.body;
        await administer(ctx, actorOf(request), async (admin) => {
          const body = await admin.body(request.params.id);
          const person = await admin.person(personId);
          return { rows: () => ({ teamMembers: [{ ...member, organisation: body.code, person }] }) };
        });
        return reply.status(204).send(null);
      },
    );

    app.post(
      '/api/v1/organisations/:id/systems',
      {
        schema: {
          ...about('directory', '登錄資訊系統及安全等級', 'Enter a system with its security grade'),
          params: byId,
          body: contract.newSystem,
          response: done,
        },
      },
      async (request, reply) => {
        const input = request.body;
        await administer(ctx, actorOf(request), async (admin) => {
          const body = await admin.body(request.params.id);
          return { rows: () => ({ systems: [{ ...input, organisation: body.code }] }) };
        });
        return reply.status(204).send(null);
      },
    );
  };
}
