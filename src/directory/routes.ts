/** The directory over HTTP: reading for everybody signed in, within his rights. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SignedInActor } from '../identity/index.ts';
import { activePack } from '../mechanism/index.ts';
import type { AppContext } from '../platform/context.ts';
import { id } from '../platform/http/contract.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { read } from '../platform/transaction.ts';
import { administrationRoutes } from './administration-routes.ts';
import * as contract from './contract.ts';
import type { TellRoster } from './roster-commands.ts';
import type { CasesAtHand } from './roster-handover.ts';
import { rosterRoutes } from './roster-routes.ts';
import { directorySnapshot } from './store.ts';
import { coverage, listGroups, listOrganisations, oneOrganisation, onePost, type Sight } from './views.ts';

/** Who is asking; given by the identity room, which itself stands on the directory. */
export interface DirectoryDoor {
  /** Identity's `signedIn(ctx)`. */
  readonly admit: (request: FastifyRequest) => Promise<void>;
  /** Identity's `actorOf`. */
  readonly actorOf: (request: FastifyRequest) => SignedInActor;
  /** Identity's `requireStepUp(ctx, …)`: who changes the directory says once more who he is (AUTH-6). */
  readonly confirmed: (request: FastifyRequest) => Promise<void>;
  /** Tells the address a person had until now that it is his no more. */
  readonly tellFormer?: (personId: string, address: string) => void;
  /** The cases a hand-over note lists; none without the room of cases. */
  readonly cases?: CasesAtHand;
  /** Tells those concerned of a swap. */
  readonly tellRoster?: TellRoster;
}

const byId = z.strictObject({ id });

/**
 * `GET /organisations`, `/organisations/:id`, `/posts/:id`, `/groups`, `/coverage`, and the administration's routes.
 * What the reader may not know of is answered as what is not there (ISO-1).
 */
export function directoryRoutes(ctx: AppContext, door: DirectoryDoor): FastifyPluginAsyncZod {
  return async (app) => {
    app.addHook('onRequest', door.admit);

    const look = <T>(request: FastifyRequest, work: (sight: Sight) => Promise<T>): Promise<T> =>
      read(ctx.database, door.actorOf(request), ctx.clock, async (tx) => {
        const { pack } = await activePack(ctx, tx);
        return work({ tx, pack, snapshot: await directorySnapshot(ctx, tx) });
      });

    app.get(
      '/api/v1/organisations',
      {
        schema: {
          ...about('directory', '查詢機關（構）', 'Bodies by name, code, superior, sector or gap'),
          querystring: contract.organisationQuery,
          response: { 200: contract.organisationList },
        },
      },
      async (request) => look(request, (sight) => listOrganisations(sight, request.query)),
    );

    app.get(
      '/api/v1/organisations/:id',
      {
        schema: {
          ...about('directory', '機關（構）全部資料', 'Everything of one body the reader may see'),
          params: byId,
          response: { 200: contract.organisationView },
        },
      },
      async (request) => look(request, (sight) => oneOrganisation(sight, request.params.id)),
    );

    app.get(
      '/api/v1/posts/:id',
      {
        schema: {
          ...about('directory', '職位與任職者', 'A post and who holds it'),
          params: byId,
          response: { 200: contract.postView },
        },
      },
      async (request) => look(request, (sight) => onePost(sight, request.params.id)),
    );

    app.get(
      '/api/v1/groups',
      {
        schema: {
          ...about('directory', '工作組與分組', 'Working groups and subgroups with their posts'),
          response: { 200: contract.groupList },
        },
      },
      async (request) => look(request, async (sight) => ({ items: await listGroups(sight) })),
    );

    app.get(
      '/api/v1/coverage',
      {
        schema: {
          ...about('directory', '通報路徑缺口', 'What would keep reports and notices from arriving'),
          response: { 200: contract.coverageView },
        },
      },
      async (request) => look(request, coverage),
    );

    await app.register(administrationRoutes(ctx, door));
    await app.register(rosterRoutes(ctx, door));
  };
}
