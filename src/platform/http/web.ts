/** The built web app, and its client-side addresses. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refuse } from '../errors.ts';
import { CACHE_FOREVER } from './headers.ts';

/** Addresses that are never a screen of the web app. */
const NOT_SCREENS = /^\/(?:api|assets|healthz|readyz)(?:\/|$)/;

/** True when a browser asks for a screen: a page, not a file, a script or the API. */
function wantsScreen(request: FastifyRequest): boolean {
  const address = request.url.split('?')[0] ?? '/';
  return (
    (request.method === 'GET' || request.method === 'HEAD') &&
    !NOT_SCREENS.test(address) &&
    !path.posix.basename(address).includes('.') &&
    (request.headers.accept ?? '').includes('text/html')
  );
}

/**
 * Serves the web app from `root`: files under `/assets/` carry their hash in their name and are kept for ever,
 * everything else is asked for again. Any other page address gets `index.html` (the app finds the screen);
 * what is neither is `not-found`.
 */
export async function serveWeb(app: FastifyInstance, root: string | undefined): Promise<void> {
  const hasWeb = root !== undefined && existsSync(path.join(root, 'index.html'));
  if (hasWeb) {
    await app.register(fastifyStatic, {
      root: path.resolve(root),
      cacheControl: false,
      dotfiles: 'ignore',
      index: ['index.html'],
      preCompressed: true,
      setHeaders(response, file) {
        const isHashed = path.relative(root, file).split(path.sep)[0] === 'assets';
        response.header('cache-control', isHashed ? CACHE_FOREVER : 'no-cache');
      },
    });
  }
  app.setNotFoundHandler(async (request: FastifyRequest, reply) => {
    if (hasWeb && wantsScreen(request)) return reply.sendFile('index.html');
    return refuse('not-found');
  });
}
