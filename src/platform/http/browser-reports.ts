/** What browsers tell about pages of ours that broke their policy: one line in the log each, nothing of the page. */
import type { FastifyInstance } from 'fastify';

/** Where browsers send what they saw. */
export const REPORTS_PATH = '/api/browser-reports';
/** The name of that place in the headers. */
export const REPORTS_NAME = 'browser';

const LARGEST = 16 * 1024;
/** At most so many lines from one message. */
const MOST = 10;

const word = (value: unknown): string =>
  typeof value === 'string' && /^[a-z][a-z0-9-]{0,60}$/.test(value) ? value : 'other';

/** The directives a message names; never an address, a sample or anything else of a page. */
function directivesOf(body: unknown): string[] {
  const list = Array.isArray(body) ? body.slice(0, MOST) : [body];
  return list.map((one: unknown) => {
    const inner = (one ?? {}) as { body?: Record<string, unknown>; 'csp-report'?: Record<string, unknown> };
    const old = inner['csp-report'];
    return word(
      inner.body?.['effectiveDirective'] ?? old?.['effective-directive'] ?? old?.['violated-directive'],
    );
  });
}

/**
 * `POST /api/browser-reports`: takes the reports of the policy (`application/reports+json`, `application/csp-report`) and
 * always answers 204. What cannot be read is not worth an answer.
 */
export function browserReports(app: FastifyInstance): void {
  app.register(async (room) => {
    room.addContentTypeParser(
      ['application/reports+json', 'application/csp-report'],
      { parseAs: 'string', bodyLimit: LARGEST },
      async (_request: unknown, body: string) => {
        try {
          return JSON.parse(body) as unknown;
        } catch {
          return null;
        }
      },
    );
    room.post(
      REPORTS_PATH,
      { bodyLimit: LARGEST, config: { raw: true }, schema: { hide: true } },
      async (request, reply) => {
        for (const directive of directivesOf(request.body))
          request.log.warn({ event: 'policy-broken', detail: directive }, 'a page broke its policy');
        return reply.status(204).send();
      },
    );
  });
}
