/**
 * What a session opened by a password alone may do where more is required: report, and come to a second factor. A report
 * is never refused for want of a key; what others wrote is not shown without one.
 */
import type { FastifyRequest } from 'fastify';
import type { SnapshotPost } from '../directory/index.ts';

const OPEN: ReadonlySet<string> = new Set(
  [
    'GET /session',
    'DELETE /session',
    'POST /session/step-up/options',
    'POST /session/step-up',
    'POST /session/oidc/:provider',
    'GET /session/oidc/:provider/callback',
    'GET /me/security',
    'POST /me/passkeys/options',
    'POST /me/passkeys',
    'POST /me/totp',
    'POST /me/totp/confirm',
    // The form, its drafts and files, and what it is made of.
    'GET /mechanism',
    'GET /mechanism/:hash',
    'GET /drafts',
    'GET /drafts/:id',
    'PUT /drafts/:id',
    'DELETE /drafts/:id',
    'POST /attachments',
    'DELETE /attachments/:id',
    'POST /reports',
    'POST /reports/preview',
  ].map((route) => route.replace(' ', ' /api/v1')),
);

/** True when a limited session of somebody in these posts may make this request. */
export function openToLimited(request: FastifyRequest, posts: readonly SnapshotPost[]): boolean {
  const { url = '' } = request.routeOptions;
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (OPEN.has(`${method} ${url}`)) return true;
  // The form fills in what is known of one's own body.
  if (method !== 'GET' || url !== '/api/v1/organisations/:id') return false;
  const { id } = request.params as { id?: unknown };
  return posts.some((post) => post.organisationId === id);
}
