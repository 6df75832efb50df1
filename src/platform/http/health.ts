/** Two questions for whoever watches the process: does it live, and may it be given work? */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

/** What the service needs, by name, and whether it is well. `detail` says how, without secrets or names. */
export type Readiness = Record<string, { ok: boolean; detail?: string }>;

const readiness = z.strictObject({
  ready: z.boolean(),
  checks: z.record(z.string(), z.strictObject({ ok: z.boolean(), detail: z.string().optional() })),
});

/** Longest wait for the checks: a probe that hangs says "not ready". */
const PATIENCE_MS = 3_000;

async function withinPatience(ready: () => Promise<Readiness>): Promise<Readiness> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Readiness>((resolve) => {
    timer = setTimeout(() => resolve({ answer: { ok: false, detail: 'too slow' } }), PATIENCE_MS);
  });
  try {
    return await Promise.race([ready(), late]);
  } catch {
    return { answer: { ok: false, detail: 'failed' } };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * `GET /healthz`: 200 while the process answers at all. `GET /readyz`: 200 when every check is well (database
 * reachable, migrations current, workers beating), else 503, with the checks by name.
 */
export function healthRoutes({ ready }: { ready: () => Promise<Readiness> }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/healthz',
      { schema: { hide: true, response: { 200: z.strictObject({ status: z.literal('ok') }) } } },
      async () => ({ status: 'ok' as const }),
    );
    app.get(
      '/readyz',
      { schema: { hide: true, response: { 200: readiness, 503: readiness } } },
      async (_request, reply) => {
        const checks = await withinPatience(ready);
        const isReady = Object.values(checks).every((check) => check.ok);
        return reply.status(isReady ? 200 : 503).send({ ready: isReady, checks });
      },
    );
  };
}
