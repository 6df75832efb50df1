import { type AddressInfo, connect, type Socket } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { axe, startBrowser, type TestBrowser } from '../../../test/support/browser.ts';
import { until } from '../../../test/support/wait.ts';
import { line, text } from './contract.ts';
import { about, createHttp, type FastifyPluginAsyncZod, type Http, type HttpOptions } from './index.ts';
import { BACKLOG_BYTES, countStreams, type EventStream, lastEventId, openStream } from './sse.ts';

const filing = z.strictObject({
  title: line(80).describe('One line'),
  narrative: text(4000).optional(),
  level: z.enum(['A', 'B', 'C', 'D']),
  hosts: z
    .array(z.strictObject({ address: z.ipv4(), note: text(20).optional() }))
    .max(9)
    .default([]),
});

interface Opened {
  stream: EventStream;
  since: string | undefined;
  isClosed: boolean;
}

const opened: Opened[] = [];
let held: (() => void) | undefined;

const routes: FastifyPluginAsyncZod = async (app) => {
  app.get('/api/v1/stream', { config: { raw: true } }, async (request, reply) => {
    const entry: Opened = { since: lastEventId(request), isClosed: false, stream: undefined as never };
    const onClose = () => {
      entry.isClosed = true;
    };
    entry.stream = openStream(request, reply, { heartbeatMs: 20, onClose });
    opened.push(entry);
    return reply;
  });
  app.get('/api/v1/late-stream', { config: { raw: true } }, async (request, reply) => {
    const entry: Opened = { since: undefined, isClosed: false, stream: undefined as never };
    await new Promise<void>((resolve) => {
      reply.raw.on('close', () => resolve());
    });
    const onClose = () => {
      entry.isClosed = true;
    };
    entry.stream = openStream(request, reply, { heartbeatMs: 20, onClose });
    opened.push(entry);
    return reply;
  });
  app.post(
    '/api/v1/reports',
    { schema: { ...about('cases', '提出通報單', 'File a report'), body: filing, response: { 201: filing } } },
    async (request, reply) => reply.status(201).send(request.body),
  );
  app.get(
    '/api/v1/slow',
    { schema: { response: { 200: z.strictObject({ ok: z.boolean() }) } } },
    async () => {
      await new Promise<void>((resolve) => {
        held = resolve;
      });
      return { ok: true };
    },
  );
};

let app: Http;
let origin: string;
let port: number;
const sockets = new Set<Socket>();

async function start(options: Partial<HttpOptions> = {}): Promise<Http> {
  const made = await createHttp({
    log: pino({ level: 'silent' }),
    publicUrl: 'http://127.0.0.1',
    ready: async () => ({}),
    ...options,
  });
  await made.register(routes);
  await made.listen({ port: 0, host: '127.0.0.1' });
  return made;
}

function dial(): Socket {
  const socket = connect(port, '127.0.0.1');
  sockets.add(socket);
  return socket;
}

/** Sends bytes as they stand and gives all that comes back until the line is closed. */
async function raw(bytes: string): Promise<string> {
  const socket = dial();
  socket.write(bytes);
  return readAll(socket);
}

beforeAll(async () => {
  app = await start();
  port = (app.server.address() as AddressInfo).port;
  origin = `http://127.0.0.1:${port}`;
});

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  opened.length = 0;
});

afterAll(() => app.close());

describe('a stream', () => {
  it('whose reader was gone before it began is closed at once (FLT-13)', async () => {
    const before = countStreams(app.server);
    const socket = dial();
    socket.write('GET /api/v1/late-stream HTTP/1.1\r\nhost: x\r\n\r\n', () => socket.destroy());
    await until(() => opened.length > 0);
    expect(opened[0]?.isClosed).toBe(true);
    expect(opened[0]?.stream.send('case', undefined, {})).toBe(false);
    expect(countStreams(app.server)).toBe(before);
  });

  it('carries headers, events with ids, and heartbeats (WEB-2)', async () => {
    const stop = new AbortController();
    const answer = await fetch(`${origin}/api/v1/stream`, {
      signal: stop.signal,
      headers: { 'last-event-id': '41' },
    });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    const [entry] = opened;
    expect(entry?.since).toBe('41');
    entry?.stream.send('case', '42', { note: 'two\nlines', id: '1' });
    let seen = '';
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    await until(
      async () => {
        seen += (await reader?.read())?.value ?? '';
        return seen.includes(': \n\n') && seen.includes('event: case');
      },
      { describe: () => `an event and a heartbeat in ${JSON.stringify(seen)}` },
    );
    expect(seen).toContain('event: case\nid: 42\ndata: {"note":"two\\nlines","id":"1"}\n\n');
    stop.abort();
    await until(() => entry?.isClosed, { describe: 'the stream closed after its reader left' });
    expect(entry?.stream.send('case', '43', {})).toBe(false);
    expect(countStreams(app.server)).toBe(0);
  });

  it('cannot be made to carry an event that was not sent', async () => {
    const stop = new AbortController();
    const answer = await fetch(`${origin}/api/v1/stream`, { signal: stop.signal });
    opened[0]?.stream.send('a\nevent: forged', '1\ndata: forged', {});
    opened[0]?.stream.close();
    expect(await answer.text()).toContain('event: aevent: forged\nid: 1data: forged\ndata: {}\n\n');
  });

  it('is cut off when its reader does not keep up', async () => {
    const socket = dial();
    socket.pause();
    socket.write(`GET /api/v1/stream HTTP/1.1\r\nhost: x\r\n\r\n`);
    const entry = await until(() => opened[0]);
    const chunk = 'x'.repeat(BACKLOG_BYTES / 10);
    await until(() => !entry.stream.send('flood', undefined, chunk), { every: 1 });
    expect([entry.isClosed, entry.stream.closed]).toEqual([true, true]);
  });
});

describe('a line that never becomes a request', () => {
  it.each([
    [
      'both lengths stated',
      'POST /api/v1/reports HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'two lengths',
      'POST /api/v1/reports HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nabcd',
      400,
    ],
    ['a space before the colon', 'GET / HTTP/1.1\r\nhost : x\r\n\r\n', 400],
    ['a folded header', 'GET / HTTP/1.1\r\nhost: x\r\nx-a: 1\r\n 2\r\n\r\n', 400],
    ['no HTTP', 'HELO duty\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ])('is answered with the headers of any answer: %s (WEB-2, WEB-8)', async (_name, bytes, status) => {
    const answer = await raw(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain("content-security-policy: default-src 'none'");
    expect(answer).toContain('content-type: application/problem+json');
    expect(answer).not.toMatch(/^server:/im);
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as { status: number };
    expect(body.status).toBe(status);
  });
});

describe('a client that dribbles', () => {
  it.each([
    ['its headers', 'GET / HTTP/1.1\r\nhost: x\r\nx-a: '],
    [
      'its body',
      'POST /api/v1/reports HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
    ],
  ])('loses its place: %s (AUTH-10)', async (_name, bytes) => {
    const impatient = await start({ patience: { headers: 100, request: 100 } });
    const socket = connect((impatient.server.address() as AddressInfo).port, '127.0.0.1');
    sockets.add(socket);
    socket.write(bytes);
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 408 /);
    await impatient.close();
  });
});

describe('a server that stops', () => {
  it('ends its streams, finishes what it began and refuses what comes after', async () => {
    const stopping = await start();
    const address = `http://127.0.0.1:${(stopping.server.address() as AddressInfo).port}`;
    const stream = await fetch(`${address}/api/v1/stream`);
    const begun = fetch(`${address}/api/v1/slow`);
    const release = await until(() => held);
    const stopped = stopping.close();
    expect(await stream.text()).toContain('retry: 2000');
    release();
    const answer = await begun;
    expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
    await stopped;
    await expect(fetch(`${address}/healthz`)).rejects.toThrow();
  });
});

describe('the documentation', () => {
  it('is OpenAPI 3.1 made from the schemas, with refusals and examples', async () => {
    const document = (await (await fetch(`${origin}/api/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, { post: Record<string, unknown> }>;
      components: { schemas: Record<string, { required: string[] }> };
    };
    expect(document.openapi).toBe('3.1.0');
    const filed = document.paths['/api/v1/reports']?.post;
    expect(filed).toMatchObject({
      summary: 'File a report',
      'x-summary-zh': '提出通報單',
      requestBody: {
        content: {
          'application/json': {
            schema: { required: ['title', 'level'], additionalProperties: false },
            example: { title: '…', level: 'A' },
          },
        },
      },
      responses: {
        201: { content: { 'application/json': { schema: { type: 'object' } } } },
        default: {
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    });
    expect(document.components.schemas['Problem']?.required).toContain('code');
  });

  describe('in a browser', () => {
    let browser: TestBrowser;
    beforeAll(async () => {
      browser = await startBrowser();
    });
    afterAll(() => browser.close());

    it.each([
      ['zh-TW', 390, 'light', '提出通報單'],
      ['en', 1440, 'dark', 'File a report'],
    ] as const)('reads well in %s at %i px by %s', async (lang, width, scheme, words) => {
      const window = await browser.open({ lang, width, scheme });
      await window.page.goto(`${origin}/api/docs`);
      expect(await window.page.textContent('main')).toContain(words);
      expect(await window.page.textContent('#refusals')).toContain('case-changed');
      expect(await axe(window.page)).toEqual([]);
      await window.close();
    });
  });
});
