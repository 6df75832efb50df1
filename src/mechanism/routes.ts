/** The mechanism over HTTP: what is in force, and what was in force when an old case was opened. */
import type { onRequestAsyncHookHandler } from 'fastify';
import { SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { read, type Tx } from '../platform/transaction.ts';
import { type MechanismView, mechanismParams, mechanismView } from './contract.ts';
import { activePackHash, packByHash, storedPacks } from './store.ts';

async function view(ctx: AppContext, tx: Tx, hash: string): Promise<MechanismView> {
  const pack = await packByHash(ctx, tx, hash);
  const versions = (await storedPacks(ctx, tx)).map((row) => ({
    hash: row.hash,
    id: row.code,
    version: row.version,
    storedAt: row.stored_at.toISOString(),
    active: row.active !== null,
  }));
  return { ...pack, hash, versions };
}

/**
 * `GET /api/v1/mechanism` (in force) and `GET /api/v1/mechanism/:hash` (any version stored; S7.9.7.1, SF3, SF5).
 * @param admit hook that turns away whoever may not read it; identity's `signedIn(ctx)`
 */
export function mechanismRoutes(ctx: AppContext, admit: onRequestAsyncHookHandler): FastifyPluginAsyncZod {
  return async (app) => {
    app.addHook('onRequest', admit);
    app.get(
      '/api/v1/mechanism',
      {
        schema: {
          ...about(
            'mechanism',
            '現行機制：等級、組織、流程、權限、路線、時限與表單',
            'The mechanism in force',
          ),
          response: { 200: mechanismView },
        },
      },
      () => read(ctx.database, SYSTEM, ctx.clock, async (tx) => view(ctx, tx, await activePackHash(ctx, tx))),
    );
    app.get(
      '/api/v1/mechanism/:hash',
      {
        schema: {
          ...about('mechanism', '指定版本的機制', 'One stored version of the mechanism'),
          params: mechanismParams,
          response: { 200: mechanismView },
        },
      },
      (request) => read(ctx.database, SYSTEM, ctx.clock, (tx) => view(ctx, tx, request.params.hash)),
    );
  };
}
