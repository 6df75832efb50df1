/** The API's own description: OpenAPI 3.1 from the routes' schemas, and a page to read it. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { isLang, type Lang } from '../i18n.ts';
import { DOCS_STYLE, type OpenApi, renderDocs } from './docs-page.ts';
import { exampleOf } from './example.ts';

/** Words about a route for the documentation, in both languages; `tag` is the room. Spread it into `schema`. */
export function about(tag: string, zh: string, en: string) {
  return { tags: [tag], summary: en, 'x-summary-zh': zh };
}

/** What every operation can also answer. */
const REFUSED = {
  description: 'Refused: an RFC 9457 problem; see the list of codes',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

/** Adds to each operation what the routes need not repeat: refusals, and an example of the body. */
function complete(document: OpenApi): OpenApi {
  for (const operations of Object.values(document.paths)) {
    for (const operation of Object.values(operations)) {
      operation.responses = { ...operation.responses, default: REFUSED };
      for (const content of Object.values(operation.requestBody?.content ?? {})) {
        if (content.schema) content.example = exampleOf(content.schema, document);
      }
    }
  }
  return document;
}

/**
 * The web app's own fonts, for the page about the API: its `@font-face` rules from the built style sheets. Without a
 * built web app the page makes do with the reader's fonts.
 */
function fontFaces(webRoot: string | undefined): string {
  if (webRoot === undefined) return '';
  const folder = path.join(webRoot, 'assets');
  try {
    const sheets = readdirSync(folder).filter((name) => name.endsWith('.css'));
    const rules = sheets.flatMap(
      (name) => readFileSync(path.join(folder, name), 'utf8').match(/@font-face\s*\{[^}]*\}/g) ?? [],
    );
    // A relative address would be looked for beside the page; in the sheet it is beside the sheet.
    return rules.join('\n').replaceAll(/url\((["']?)\.\//g, 'url($1/assets/');
  } catch {
    return '';
  }
}

/**
 * Adds `GET /api/openapi.json` (OpenAPI 3.1), `GET /api/docs` (the same to read, in both languages, without any
 * script) and its style sheet. Every route registered afterwards is in it.
 */
export async function describeApi(app: FastifyInstance, webRoot?: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tocsin（警鐘）',
        version: '1',
        description: 'Notifying of and responding to cyber-security incidents',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } as { name: string },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });

  let description: OpenApi | undefined;
  const pages = new Map<Lang, string>();
  const style = `${fontFaces(webRoot)}${DOCS_STYLE}`;

  function describe(): OpenApi {
    description ??= complete(structuredClone(app.swagger()) as unknown as OpenApi);
    return description;
  }

  app.get(
    '/api/openapi.json',
    { schema: { hide: true, response: { 200: z.record(z.string(), z.unknown()) } } },
    async () => describe() as unknown as Record<string, unknown>,
  );
  app.get('/api/docs', { config: { raw: true }, schema: { hide: true } }, async (request, reply) => {
    const wished = (request.query as { lang?: unknown }).lang;
    const lang = isLang(wished) ? wished : request.lang;
    const page = pages.get(lang) ?? renderDocs(describe(), lang);
    pages.set(lang, page);
    return reply.type('text/html; charset=utf-8').send(page);
  });
  app.get('/api/docs/style.css', { config: { raw: true }, schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', 'no-cache').send(style),
  );
}
