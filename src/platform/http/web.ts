/** The built web app, and its client-side addresses. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
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

/** Built text, worth compressing; fonts and pictures already are. */
const COMPRESSIBLE: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Serves the built scripts and style sheets from memory, compressed once at the start: over a bad line the first page
 * of an agency in trouble is a matter of these bytes.
 */
function serveCompressed(app: FastifyInstance, root: string): void {
  const folder = path.join(root, 'assets');
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const type = COMPRESSIBLE[path.extname(name)];
    if (!type) continue;
    const plain = readFileSync(path.join(folder, name));
    const small = gzipSync(plain, { level: 9 });
    app.get(`/assets/${name}`, { schema: { hide: true } }, async (request, reply) => {
      const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(
        request.headers['accept-encoding'] ?? '',
      );
      reply.header('cache-control', CACHE_FOREVER).header('vary', 'accept-encoding').type(type);
      return takesGzip ? reply.header('content-encoding', 'gzip').send(small) : reply.send(plain);
    });
  }
}

/**
 * Serves the web app from `webRoot`: files under `/assets/` carry their hash in their name and are kept for ever,
 * everything else is asked for again. Any other page address gets `index.html` (the app finds the screen);
 * what is neither is `not-found`.
 */
export async function serveWeb(app: FastifyInstance, webRoot: string | undefined): Promise<void> {
  const root = path.resolve(webRoot ?? '.');
  const hasWeb = webRoot !== undefined && existsSync(path.join(root, 'index.html'));
  if (hasWeb) {
    serveCompressed(app, root);
    await app.register(fastifyStatic, {
      root,
      cacheControl: false,
      dotfiles: 'ignore',
      index: ['index.html'],
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
