/** AUTH-10: whoever is slow, broken or ambiguous on purpose is cut off, and nobody else notices. Real sockets. */
import { Agent, get } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import multipart from '@fastify/multipart';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createHttp, type Http } from '../../src/platform/http/index.ts';
import { openStream } from '../../src/platform/http/sse.ts';
import { quantile } from '../faults/rig/table.ts';
import { until } from '../support/wait.ts';
import { figure } from './figures.ts';

const LARGE = Buffer.alloc(24 * 1024 * 1024, 'x');
/** What the plan allows a slow connection, and what a busy machine may add. */
const CUT_MS = 10_000;
const NOISE_MS = 5_000;
const SLOW = 500;

let app: Http;
let port: number;
const open = new Set<Socket>();
/** Our side of each line, by the other side's port: whoever does not read does not notice that he was cut. */
const ours = new Map<number, Socket>();
const logged: string[] = [];

beforeAll(async () => {
  app = await createHttp({
    log: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
    publicUrl: 'http://127.0.0.1:6300',
    ready: async () => ({}),
  });
  await app.register(async (room) => {
    await room.register(multipart);
    room.get(
      '/api/v1/quick',
      { schema: { response: { 200: z.strictObject({ ok: z.boolean() }) } } },
      async () => ({
        ok: true,
      }),
    );
    room.get('/api/v1/large', { config: { raw: true } }, async (_request, reply) =>
      reply.type('application/octet-stream').send(LARGE),
    );
    room.get('/api/v1/stream', { config: { raw: true } }, async (request, reply) => {
      openStream(request, reply, { heartbeatMs: 500 });
      return reply;
    });
    room.post(
      '/api/v1/echo',
      {
        schema: {
          body: z.strictObject({ a: z.string() }),
          response: { 200: z.strictObject({ a: z.string() }) },
        },
      },
      async (request) => request.body,
    );
    room.post('/api/v1/upload', { config: { raw: true } }, async (request) => {
      const part = await request.file();
      return { size: (await part?.toBuffer())?.length ?? 0 };
    });
  });
  app.server.on('connection', (socket) => ours.set(socket.remotePort ?? 0, socket));
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as AddressInfo).port;
});
afterEach(() => {
  for (const socket of open) socket.destroy();
  open.clear();
});
afterAll(() => app.close());

interface Line {
  readonly socket: Socket;
  readonly opened: number;
  answer: string;
  closedAfter: number | undefined;
}

function line(options: { reads?: boolean } = {}): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    open.add(socket);
    socket.once('error', reject);
    socket.once('connect', () => {
      const one: Line = { socket, opened: performance.now(), answer: '', closedAfter: undefined };
      socket.removeAllListeners('error');
      socket.on('error', () => undefined);
      socket.on('close', () => {
        one.closedAfter = performance.now() - one.opened;
      });
      if (options.reads !== false)
        socket.on('data', (bytes) => {
          one.answer += bytes.toString('latin1');
        });
      resolve(one);
    });
  });
}

/** Says something and waits for the end of the line. */
async function say(bytes: string | Buffer): Promise<Line> {
  const one = await line();
  one.socket.write(bytes);
  await until(() => one.closedAfter !== undefined || one.answer.endsWith('}'), {
    timeout: 30_000,
    every: 20,
  });
  return one;
}

const HEAD = 'POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

describe('AUTH-10: a slow client', () => {
  test('is cut within ten seconds, whether it dribbles headers, body or reading, or says nothing', async () => {
    const silent = await line();
    const headers = await line();
    const body = await line();
    const upload = await line();
    const chunked = await line();
    const second = await line();
    const refused = await line();
    const reading = await line({ reads: false });
    headers.socket.write('GET /api/v1/quick HTTP/1.1\r\nHost: x\r\n');
    body.socket.write(`${HEAD}Content-Length: 4000\r\n\r\n{"a":"`);
    upload.socket.write(
      'POST /api/v1/upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n' +
        '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n',
    );
    chunked.socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n6\r\n{"a":"\r\n`);
    // A well-behaved request first: what was fast once may be slow later.
    second.socket.write(`${HEAD}Content-Length: 9\r\n\r\n{"a":"b"}`);
    // Refused before its body was read: the rest is not waited for either.
    refused.socket.write(`${HEAD.replace('application/json', 'text/plain')}Content-Length: 4000\r\n\r\n`);
    reading.socket.write('GET /api/v1/large HTTP/1.1\r\nHost: x\r\n\r\n');
    reading.socket.pause();
    const end = ours.get(reading.socket.localPort ?? 0);
    end?.on('close', () => {
      reading.closedAfter = performance.now() - reading.opened;
    });
    await until(() => second.answer.includes('200 OK'));
    second.socket.write(`${HEAD}Content-Length: 4000\r\n\r\n{"a":"`);
    const dribble = setInterval(() => {
      headers.socket.write('X-a: b\r\n');
      for (const one of [body, upload, second, refused]) one.socket.write('x');
      chunked.socket.write('1\r\nx\r\n');
    }, 1_000);
    const all = { silent, headers, body, upload, chunked, second, refused, reading };
    try {
      await until(() => Object.values(all).every((one) => one.closedAfter !== undefined), {
        timeout: 40_000,
        every: 50,
        describe: () =>
          Object.entries(all)
            .filter(([, one]) => one.closedAfter === undefined)
            .map(([name]) => name)
            .join(),
      } as never);
    } finally {
      clearInterval(dribble);
    }
    const times = Object.fromEntries(
      Object.entries(all).map(([name, one]) => [name, Math.round(one.closedAfter ?? 0)]),
    );
    figure('AUTH-10', 'slow connections cut after, ms', { ...times, atMost: CUT_MS });
    for (const ms of Object.values(times)) expect(ms).toBeLessThan(CUT_MS + NOISE_MS);
    for (const one of [headers, body, upload, chunked]) expect(one.answer).toMatch(/^HTTP\/1\.1 408 /);
  }, 90_000);

  test('is not cut while it moves, nor is a live stream that has little to say', async () => {
    const stream = await line();
    stream.socket.write('GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n');
    const upload = await line();
    const bytes = 40_000;
    const end = '\r\n--b--\r\n';
    const begin = '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n';
    upload.socket.write(
      'POST /api/v1/upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n' +
        `Content-Length: ${begin.length + bytes + end.length}\r\n\r\n${begin}`,
    );
    let sent = 0;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        upload.socket.write('y'.repeat(Math.min(1_000, bytes - sent)));
        sent += 1_000;
        if (sent >= bytes) {
          clearInterval(timer);
          resolve();
        }
      }, 300);
    });
    upload.socket.write(end);
    await until(() => upload.answer.includes('{"size":40000}'), { timeout: 20_000 });
    expect(performance.now() - upload.opened).toBeGreaterThan(9_000);
    expect(stream.closedAfter).toBeUndefined();
    expect(stream.answer).toContain('text/event-stream');
  }, 60_000);

  test(`${SLOW} of them at once, who come again when they are cut, are not noticed by the others`, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const once = () =>
      new Promise<number>((resolve, reject) => {
        const from = performance.now();
        get({ host: '127.0.0.1', port, path: '/api/v1/quick', agent }, (response) => {
          response.resume();
          response.on('end', () => resolve(performance.now() - from));
        }).on('error', reject);
      });
    const measure = async (ms: number): Promise<{ p50: number; p99: number }> => {
      const times: number[] = [];
      const end = performance.now() + ms;
      while (performance.now() < end) times.push(...(await Promise.all([once(), once(), once(), once()])));
      return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
    };
    await measure(1_000);
    const before = await measure(5_000);
    const slow = new Worker(new URL('./slow-ones.ts', import.meta.url), {
      workerData: { port, count: SLOW },
    });
    await new Promise((resolve, reject) => slow.once('message', resolve).once('error', reject));
    // Long enough for all of them to be cut and to come again.
    const during = await measure(CUT_MS + 2_000);
    const held = await new Promise<number>((resolve) =>
      app.server.getConnections((_error, count) => resolve(count)),
    );
    await slow.terminate();
    agent.destroy();
    figure('AUTH-10', `others beside ${SLOW} slow ones, ms`, {
      held,
      aloneP50: before.p50,
      aloneP99: before.p99,
      besideP50: during.p50,
      besideP99: during.p99,
      ratioP99: during.p99 / before.p99,
      aim: 'ratio <= 2',
    });
    expect(held).toBeGreaterThan(SLOW * 0.8);
    // A floor against gross failure only: both are taken on a shared machine within seconds.
    expect(during.p99).toBeLessThan(Math.max(10 * before.p99, 500));
  }, 60_000);
});

describe('AUTH-10 WEB-8: a request that two readers could read differently', () => {
  const body = '{"a":"b"}';
  test.each<[string, string]>([
    ['CL.TE', `${HEAD}Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n${body}\r\n0\r\n\r\n`],
    ['TE.CL', `${HEAD}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n9\r\n${body}\r\n0\r\n\r\n`],
    ['TE.TE', `${HEAD}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`],
    ['TE.0', `${HEAD}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ['an unknown coding', `${HEAD}Transfer-Encoding: xchunked\r\n\r\n9\r\n${body}\r\n0\r\n\r\n`],
    ['chunked behind a tab', `${HEAD}Transfer-Encoding:\tchunked, gzip\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${HEAD}Content-Length: 9\r\nContent-Length: 4\r\n\r\n${body}`],
    ['a length in a list', `${HEAD}Content-Length: 9, 9\r\n\r\n${body}`],
    ['a signed length', `${HEAD}Content-Length: +9\r\n\r\n${body}`],
    ['a length that is no number', `${HEAD}Content-Length: 0x9\r\n\r\n${body}`],
    ['a space before the colon', `${HEAD}Content-Length : 9\r\n\r\n${body}`],
    ['a folded header', `${HEAD}X-a: b\r\n Content-Length: 9\r\n\r\n`],
    ['a bare line feed', 'GET /api/v1/quick HTTP/1.1\nHost: x\n\n'],
    ['a bare carriage return', 'GET /api/v1/quick HTTP/1.1\r\nHost: x\rX-a: b\r\n\r\n'],
    ['NUL in a header', 'GET /api/v1/quick HTTP/1.1\r\nHost: x\r\nX-a: b\0c\r\n\r\n'],
    ['no host', 'GET /api/v1/quick HTTP/1.1\r\n\r\n'],
    ['a bad chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n${body}\r\n0\r\n\r\n`],
    ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
  ])('is refused and its line closed: %s', async (_name, bytes) => {
    const one = await say(bytes);
    await until(() => one.closedAfter !== undefined, { timeout: 20_000 });
    expect(one.answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(one.answer).not.toContain('200 OK');
    // One answer: nothing hidden behind the first request was taken for a second.
    expect(one.answer.split('HTTP/1.1 ')).toHaveLength(2);
  });

  test('headers too long are refused as such; with the headers and words of any other answer (WEB-2)', async () => {
    const one = await say(`GET /api/v1/quick HTTP/1.1\r\nHost: x\r\nX-a: ${'b'.repeat(20_000)}\r\n\r\n`);
    expect(one.answer).toMatch(/^HTTP\/1\.1 431 /);
    for (const name of ['content-security-policy', 'x-content-type-options', 'cache-control', 'x-request-id'])
      expect(one.answer).toContain(`\r\n${name}: `);
    expect(one.answer).toContain('headers-too-large');
    const many = await say(`GET /api/v1/quick HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(5_000)}\r\n`);
    expect(many.answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('a bomb is not unpacked, a body above the limit not read to its end', async () => {
    const packed = await say(`${HEAD}Content-Encoding: gzip\r\nContent-Length: 1000000\r\n\r\n`);
    expect(packed.answer).toMatch(/^HTTP\/1\.1 415 /);
    const large = await say(`${HEAD}Content-Length: 1000000000\r\n\r\n`);
    expect(large.answer).toMatch(/^HTTP\/1\.1 413 /);
    const chunks = await line();
    chunks.socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    for (let n = 0; n < 40; n += 1) chunks.socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`);
    await until(() => chunks.answer.includes('413'), { timeout: 20_000 });
  });

  test('nothing of a refused request is logged, and no fault', () => {
    expect(logged.filter((one) => /"level":(50|60)/.test(one))).toEqual([]);
  });
});
