/** The HTTP server: everything that holds for every route, whoever wrote it. Knows no domain. */
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import cookie from '@fastify/cookie';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyHttpOptions,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RouteOptions,
} from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Refusal, refuse, refuseFields } from '../errors.ts';
import { chooseLang, type Lang } from '../i18n.ts';
import { browserReports } from './browser-reports.ts';
import { crossSiteCheck } from './cross-site.ts';
import { describeApi } from './describe.ts';
import { securityHeaders } from './headers.ts';
import { healthRoutes, type Readiness } from './health.ts';
import { hasControl, parseStrictJson } from './json.ts';
import { logFault } from './log-fault.ts';
import { keepPace, PACE, type PaceOptions } from './pace.ts';
import { asRefusal, PROBLEM_TYPE, refusalOf, toProblem } from './problem.ts';
import { closeStreams } from './sse.ts';
import { STRANGER_RATES, type StrangerRates, strangerLimit } from './strangers.ts';
import { serveWeb } from './web.ts';

export type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
export { about } from './describe.ts';
export type { Readiness } from './health.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The language to answer this caller in. */
    readonly lang: Lang;
    /** The signed-in person's own choice, set by whoever knows the person; outranks cookie and browser. */
    langPreference: Lang | null;
    /** Set by whoever found that the caller is signed in: he is not slowed as strangers are. */
    isKnownCaller: boolean;
  }
  interface FastifyContextConfig {
    /**
     * The route speaks something else than JSON (a stream, a file, an upload): it needs no schema of its answer
     * and checks what it is sent itself.
     */
    raw?: boolean;
  }
}

export interface HttpOptions {
  readonly log: FastifyBaseLogger;
  /** The address people use, e.g. `https://tocsin.example`; acts must come from it. */
  readonly publicUrl: string;
  /** Which proxies may say who the caller is: false, or their addresses. */
  readonly trustProxy?: boolean | string | string[];
  /** Folder of the built web app; without it only the API is served. */
  readonly webRoot?: string;
  /** What must be well before the service takes work. */
  readonly ready: () => Promise<Readiness>;
  /** Largest JSON body in bytes; 1 MiB unless said otherwise. A route may state its own `bodyLimit`. */
  readonly bodyLimit?: number;
  /** How long a client may take, in milliseconds: for its headers, for the whole request. */
  readonly patience?: { readonly headers: number; readonly request: number };
  /** How fast a body and an answer must move. */
  readonly pace?: PaceOptions;
  /** How often strangers may ask, per network. */
  readonly strangers?: StrangerRates;
}

/**
 * Headers come in one breath; who dribbles them holds a place for less than ten seconds. A file over a bad line may take
 * minutes, as long as it moves (`pace.ts`).
 */
const PATIENCE = { headers: 8_000, request: 300_000 };

/** What costs more than handing out a file from memory, and so is counted for strangers. */
const COUNTED = /^\/(?:api\/|readyz)/;

/** Signing in: not refused because somebody else in the same network makes noise. */
const SIGN_IN = /^\/api\/v1\/session(?:[/?]|$)/;

const JSON_TYPE = /^application\/json(; ?charset=utf-8)?$/i;
const NO_BODY = z.strictObject({}).nullish();

const TOO_SLOW = 'ERR_HTTP_REQUEST_TIMEOUT';

/** Status and code for what Node refuses before a request exists. */
const SOCKET_FAULTS: Readonly<Record<string, Refusal['code']>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  [TOO_SLOW]: 'request-timeout',
};

function newRequestId(): string {
  return randomBytes(12).toString('base64url');
}

/** The caller's language; also of a request that was refused before it had cookies. */
function langOf(request: FastifyRequest): Lang {
  return chooseLang(request.langPreference ?? request.cookies?.['lang'], request.headers['accept-language']);
}

/** Puts a refusal on the wire in the caller's language; faults of ours are logged, refusals are not. */
function answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = asRefusal(thrown);
  if (refusal.status >= 500) logFault(request.log, refusal);
  if (refusal.retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(refusal.retryAfter)));
  return reply
    .status(refusal.status)
    .header('content-type', PROBLEM_TYPE)
    .serializer((body: unknown) => JSON.stringify(body))
    .send(toProblem(refusal, langOf(request), request.id));
}

/**
 * Every value of the address must be text: a NUL would reach the database, half a character nobody.
 * (Bodies are checked while they are read.)
 */
function refuseControlCharacters(request: FastifyRequest): void {
  for (const part of [request.params, request.query]) {
    for (const [key, value] of Object.entries((part ?? {}) as Record<string, unknown>)) {
      for (const one of [key, ...(Array.isArray(value) ? value : [value])]) {
        if (typeof one === 'string' && (hasControl(one) || !one.isWellFormed())) {
          refuseFields({ path: hasControl(key) ? '' : key, code: 'not-text' });
        }
      }
    }
  }
}

/** Holds every route of the API to schemas: what it answers, and that it takes no body it did not describe. */
function requireSchemas(route: RouteOptions): void {
  if (!route.url.startsWith('/api/') || route.config?.raw) return;
  if (!route.schema?.response) {
    throw new Error(`${route.method} ${route.url} states no schema of its answer (schema.response)`);
  }
  const methods = [route.method].flat();
  const takesBody = methods.some((method) => !['GET', 'HEAD', 'OPTIONS'].includes(method.toUpperCase()));
  if (takesBody && !route.schema.body) route.schema = { ...route.schema, body: NO_BODY };
}

/**
 * Makes the server, not yet listening. Rooms are registered on it as plugins (`FastifyPluginAsyncZod`).
 *
 * It gives every route: strict JSON (WEB-4, WEB-6, WEB-8), schemas for what comes in and goes out, the security
 * headers (WEB-2), the cross-site check (WEB-9), problems in the caller's language, request ids, a log line per
 * request without personal data, time limits for slow clients, `/healthz`, `/readyz`, `/api/openapi.json`,
 * `/api/docs`, and the web app with its client-side addresses.
 */
export async function createHttp(options: HttpOptions) {
  const headers = securityHeaders(options.publicUrl.startsWith('https:'));
  const checkSite = crossSiteCheck(options.publicUrl);
  const patience = options.patience ?? PATIENCE;
  const strangers = strangerLimit(options.strangers ?? STRANGER_RATES);
  const turns = new WeakMap<FastifyRequest, () => void>();
  let isStopping = false;

  const settings: FastifyHttpOptions<Server> = {
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustProxy ?? false,
    bodyLimit: options.bodyLimit ?? 1024 * 1024,
    genReqId: newRequestId,
    requestIdHeader: false,
    // Our own hook answers while stopping: with the headers, the words and the log line of any other answer.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // A client that dribbles its headers or body, or does not read, frees its place.
    requestTimeout: patience.request,
    connectionTimeout: 75_000,
    keepAliveTimeout: 65_000,
    http: {
      headersTimeout: patience.headers,
      connectionsCheckingInterval: Math.min(1_000, patience.headers),
    },
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => {
      reply.headers(headers).header('x-request-id', request.id);
      answer(error, request as FastifyRequest, reply as unknown as FastifyReply);
    },
    clientErrorHandler(error: Error & { code?: string }, socket: Socket) {
      refuseSocket(error, socket, headers);
    },
  };
  const app = Fastify(settings).withTypeProvider<ZodTypeProvider>();

  app.setValidatorCompiler<z.ZodType>(({ schema }) => (data: unknown) => {
    const result = z.safeParse(schema, data, { reportInput: true });
    return result.success ? { value: result.data } : { error: refusalOf(result.error) };
  });
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answer);

  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      const { 'content-type': type, 'content-encoding': encoding } = request.headers;
      if (!JSON_TYPE.test(type ?? '') || encoding !== undefined) refuse('unsupported-media-type');
      return parseStrictJson(body);
    },
  );

  await app.register(cookie);
  app.decorateRequest('langPreference', null);
  app.decorateRequest('isKnownCaller', false);
  app.decorateRequest('lang', {
    getter(this: FastifyRequest): Lang {
      return langOf(this);
    },
  });

  app.addHook('onRoute', requireSchemas);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers).header('x-request-id', request.id);
    if (isStopping) refuse('unavailable', { retryAfter: 2 });
    const admitted = COUNTED.test(request.url)
      ? strangers.admit(request.ip, request.headers.cookie, SIGN_IN.test(request.url))
      : 0;
    if (typeof admitted !== 'number') turns.set(request, await admitted);
    else if (admitted > 0) refuse('too-many-requests', { retryAfter: admitted });
    // Nothing packed is ever unpacked here, so it is not read either.
    if (request.headers['content-encoding'] !== undefined) refuse('unsupported-media-type');
    checkSite(request);
  });
  // By now everybody who looks up who is asking has done so.
  app.addHook('preParsing', async (request) => {
    // Signing in is itself what costs: its turn ends with its answer.
    if (request.headers.cookie !== undefined) turns.get(request)?.();
  });
  app.addHook('preValidation', async (request) => refuseControlCharacters(request));
  app.addHook('onSend', async (_request, reply) => {
    // What was begun is finished, and its line closed: a line kept open would keep the server from stopping.
    if (isStopping) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request, reply) => {
    turns.get(request)?.();
    if (request.isKnownCaller && request.headers.cookie) strangers.remember(request.headers.cookie);
    const line = {
      method: request.method,
      // The route's pattern, never the address: an address can carry what a person searched for.
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    };
    const isProbe = line.route === '/healthz' || line.route === '/readyz';
    request.log[isProbe ? 'debug' : 'info'](line, 'request');
  });
  const endPace = keepPace(
    app.server,
    (socket, phase) => {
      if (phase === 'answer') socket.destroy();
      else refuseSocket(Object.assign(new Error('too slow'), { code: TOO_SLOW }), socket, headers);
    },
    options.pace ?? PACE,
  );
  app.addHook('preClose', async () => {
    isStopping = true;
    closeStreams(app.server);
  });
  app.addHook('onClose', async () => endPace());

  await describeApi(app, options.webRoot);
  browserReports(app);
  await app.register(healthRoutes({ ready: options.ready }));
  await serveWeb(app, options.webRoot);
  return app;
}

/** The server as rooms see it. */
export type Http = Awaited<ReturnType<typeof createHttp>>;

/** Answers what never became a request (broken framing, headers too long or too slow) and closes. */
function refuseSocket(
  error: Error & { code?: string },
  socket: Socket & { _httpMessage?: unknown },
  headers: Readonly<Record<string, string>>,
): void {
  // A reset line cannot be answered; an answer under way must not be mixed with another.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const refusal = new Refusal(SOCKET_FAULTS[error.code ?? ''] ?? 'malformed-request');
  const id = newRequestId();
  const body = JSON.stringify(toProblem(refusal, chooseLang(), id));
  const lines = {
    ...headers,
    'x-request-id': id,
    'content-type': PROBLEM_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${refusal.status} Refused\r\n${head.join('')}\r\n${body}`);
}

/** The address of a request's caller for throttling: the proxy's word only where the proxy is trusted. */
export function callerAddress(request: FastifyRequest): string {
  return request.ip;
}
