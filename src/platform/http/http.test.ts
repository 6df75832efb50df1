import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { refuse } from '../errors.ts';
import { text } from './contract.ts';
import { about, createHttp, type FastifyPluginAsyncZod, type Http } from './index.ts';
import { openStream } from './sse.ts';

const ORIGIN = 'https://tocsin.example';

/** Headers that no answer of the product may lack. */
const ALWAYS = [
  'content-security-policy',
  'strict-transport-security',
  'x-content-type-options',
  'referrer-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'permissions-policy',
  'cache-control',
  'x-request-id',
];

const body = z.strictObject({
  title: text(20),
  count: z.int().min(0).max(9).optional(),
  level: z.enum(['A', 'B', 'C', 'D']).optional(),
  hosts: z.array(z.strictObject({ address: z.ipv4() })).optional(),
  phone: z
    .string()
    .refine((value) => value.startsWith('02'), { params: { code: 'bad-phone' } })
    .optional(),
});

const routes: FastifyPluginAsyncZod = async (app) => {
  app.post(
    '/api/v1/things',
    { schema: { ...about('things', '建立', 'Create'), body, response: { 201: body } } },
    async (request, reply) => reply.status(201).send(request.body),
  );
  app.post(
    '/api/v1/things/:id/touch',
    {
      schema: {
        params: z.strictObject({ id: z.guid() }),
        response: { 200: z.strictObject({ ok: z.boolean() }) },
      },
    },
    async () => ({ ok: true }),
  );
  app.get(
    '/api/v1/things',
    {
      schema: {
        querystring: z.strictObject({ sort: z.enum(['level']).optional(), q: z.string().optional() }),
        response: { 200: z.object({ name: z.string() }) },
      },
    },
    async () => ({ name: 'x', secret: 'never shown' }),
  );
  app.get('/api/v1/fault', { schema: { response: { 200: z.null() } } }, async () => {
    throw new Error('password=hunter2');
  });
  app.get(
    '/api/v1/wrong-answer',
    { schema: { response: { 200: z.strictObject({ a: z.number() }) } } },
    async () => JSON.parse('{"a":1,"leak":"column"}'),
  );
  app.get('/api/v1/refused', { schema: { response: { 200: z.null() } } }, async () =>
    refuse('case-changed', { params: { revision: 4, who: '王○○', what: '確認等級' } }),
  );
  app.get('/api/v1/stream', { config: { raw: true } }, async (request, reply) => {
    openStream(request, reply).send('changed', '7', { case: '1\n2' });
    return reply;
  });
};

let app: Http;
let webRoot: string;
const logged: string[] = [];
let isReady = true;

beforeAll(async () => {
  webRoot = mkdtempSync(path.join(tmpdir(), 'tocsin-web-'));
  mkdirSync(path.join(webRoot, 'assets'));
  writeFileSync(path.join(webRoot, 'index.html'), '<!doctype html><title>警鐘</title>');
  writeFileSync(path.join(webRoot, 'assets', 'main-abc123.js'), 'export {};');
  const face = '@font-face{font-family:Noto Sans TC;src:url(./noto-abc123.woff2)}';
  writeFileSync(path.join(webRoot, 'assets', 'main-abc123.css'), `body{margin:0}${face}`);
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  app = await createHttp({
    log,
    publicUrl: ORIGIN,
    webRoot,
    ready: async () => ({ database: { ok: isReady }, workers: { ok: true } }),
  });
  await app.register(routes);
  await app.ready();
});

afterEach(() => {
  isReady = true;
});

afterAll(async () => {
  await app.close();
  rmSync(webRoot, { recursive: true, force: true });
});

const problemOf = (answer: { json(): unknown }) =>
  answer.json() as {
    code: string;
    status: number;
    title: string;
    detail: string;
    instance: string;
    fields: { path: string; code: string; message: string }[];
  };

/** What a refused body comes to: status, code, and the first field's path and code. */
function verdict(answer: { statusCode: number; json(): unknown }) {
  const problem = problemOf(answer);
  const [field] = problem.fields;
  return [answer.statusCode, problem.code, ...(field ? [field.path, field.code] : [])];
}

const post = (payload: string | Buffer, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url: '/api/v1/things',
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  });

describe('every answer', () => {
  it.each([
    ['a page', '/'],
    ['a screen of the app', '/cases/1'],
    ['an asset', '/assets/main-abc123.js'],
    ['a missing asset', '/assets/none.js'],
    ['JSON', '/api/v1/things'],
    ['a missing route', '/api/v1/none'],
    ['a fault', '/api/v1/fault'],
    ['a broken address', '/%E0%A4%A'],
    ['the description', '/api/openapi.json'],
    ['the documents', '/api/docs'],
    ['health', '/healthz'],
  ])('carries the security headers: %s (WEB-2)', async (_name, url) => {
    const answer = await app.inject({ url, headers: { accept: 'text/html' } });
    for (const name of ALWAYS) expect(answer.headers, `${url} ${name}`).toHaveProperty(name);
    expect(answer.headers['content-security-policy']).toContain("require-trusted-types-for 'script'");
    expect(answer.headers).not.toHaveProperty('server');
    expect(answer.headers).not.toHaveProperty('x-powered-by');
  });
});

describe('a strict reader of JSON', () => {
  const deep = (levels: number) => `{"title":${'['.repeat(levels)}${']'.repeat(levels)}}`;

  it.each([
    ['a key twice', '{"title":"a","title":"b"}', [400, 'malformed-json', 'title', 'duplicate-key']],
    [
      'a key twice, written differently',
      '{"title":"a","\\u0074itle":"b"}',
      [400, 'malformed-json', 'title', 'duplicate-key'],
    ],
    ['text after the end', '{"title":"a"} x', [400, 'malformed-json', '', 'trailing-text']],
    ['two documents', '{"title":"a"}{}', [400, 'malformed-json', '', 'trailing-text']],
    ['a comment', '{"title":"a"/*c*/}', [400, 'malformed-json', '', 'bad-syntax']],
    ['a trailing comma', '{"title":"a",}', [400, 'malformed-json', '', 'bad-syntax']],
    ['single quotes', "{'title':'a'}", [400, 'malformed-json', '', 'bad-syntax']],
    ['an empty body', '', [400, 'malformed-json', '', 'bad-syntax']],
    ['NaN', '{"count":NaN}', [400, 'malformed-json', 'count', 'bad-syntax']],
    ['a number beyond a double', '{"count":1e309}', [400, 'malformed-json', 'count', 'bad-number']],
    [
      'a whole number that would be changed',
      '{"count":9007199254740993}',
      [400, 'malformed-json', 'count', 'bad-number'],
    ],
    ['an octal number', '{"count":012}', [400, 'malformed-json', '', 'bad-syntax']],
    ['half a character', '{"title":"\\ud800"}', [400, 'malformed-json', 'title', 'lone-surrogate']],
    ['NUL', '{"title":"a\\u0000b"}', [400, 'invalid-input', 'title', 'not-text']],
    ['an escape character', '{"title":"a\\u001b[31m"}', [400, 'invalid-input', 'title', 'not-text']],
    ['a bare line end in a string', '{"title":"a\nb"}', [400, 'malformed-json', 'title', 'bad-syntax']],
    ['a byte order mark', '\ufeff{"title":"a"}', [400, 'malformed-json', '', 'bad-syntax']],
    ['too deep', deep(40), [400, 'malformed-json', `title${'.0'.repeat(31)}`, 'too-deep']],
    ['100,000 deep', deep(100_000), [400, 'malformed-json', `title${'.0'.repeat(31)}`, 'too-deep']],
    ['too many entries', `[${'1,'.repeat(30_000)}1]`, [400, 'malformed-json', '', 'too-many-keys']],
    ['a string', '"title"', [400, 'invalid-input', '', 'wrong-type']],
    ['null', 'null', [400, 'invalid-input', '', 'required']],
  ])('refuses %s and names the place (WEB-8)', async (_name, payload, expected) => {
    expect(verdict(await post(payload))).toEqual(expected);
  });

  it('refuses bytes that are not UTF-8 (WEB-8)', async () => {
    const payload = Buffer.from([...Buffer.from('{"title":"'), 0xc3, 0x28, ...Buffer.from('"}')]);
    expect(verdict(await post(payload))).toEqual([400, 'malformed-json', '', 'bad-utf8']);
  });

  it.each([
    ['{"__proto__":{"admin":true}}', '__proto__'],
    ['{"constructor":{"prototype":{"admin":true}}}', 'constructor'],
    ['{"title":"a","hosts":[{"__proto__":{"admin":true}}]}', 'hosts.0.__proto__'],
    ['{"\\u005f\\u005fproto__":{"admin":true}}', '__proto__'],
  ])('refuses a key that reaches for the prototype: %s (WEB-6)', async (payload, place) => {
    expect(verdict(await post(payload))).toEqual([400, 'malformed-json', place, 'forbidden-key']);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('takes a prototype path in the query for an unknown field (WEB-6)', async () => {
    const answer = await app.inject({ url: '/api/v1/things?a[__proto__][x]=1' });
    expect(verdict(answer)).toEqual([400, 'invalid-input', 'a[__proto__][x]', 'unknown-field']);
  });

  it.each([
    ['application/json\ta'],
    ['application/json;x'],
    ['application/json ;charset=utf-8'],
    ['application/json; charset=big5'],
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
  ])('refuses JSON said to be %s (WEB-8)', async (type) => {
    const answer = await post('{"title":"a"}', { 'content-type': type });
    expect(verdict(answer)).toEqual([415, 'unsupported-media-type']);
  });

  it('refuses a body without a type, and one that is compressed (WEB-8)', async () => {
    const untyped = await app.inject({ method: 'POST', url: '/api/v1/things', payload: Buffer.from('{}') });
    expect(verdict(untyped)).toEqual([415, 'unsupported-media-type']);
    const zipped = await post('{"title":"a"}', { 'content-encoding': 'gzip' });
    expect(verdict(zipped)).toEqual([415, 'unsupported-media-type']);
  });

  it('refuses a body above the limit (WEB-4)', async () => {
    expect(verdict(await post(`{"title":"${'a'.repeat(1024 * 1024)}"}`))).toEqual([413, 'payload-too-large']);
  });

  it('reads what is right, Chinese, emoji and right-to-left included', async () => {
    const title = '勒索軟體 👩‍👩‍👧 مرحبا';
    const answer = await post(JSON.stringify({ title, count: 3 }), {
      'content-type': 'application/json; charset=UTF-8',
    });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({ title, count: 3 });
    expect((await post('{"title":" e\\u0301\\r\\n2 "}')).json()).toEqual({ title: '\u00e9\n2' });
  });
});

describe('input that breaks a rule', () => {
  it.each([
    ['an unknown field', { title: 'a', org_id: 1 }, 'org_id', 'unknown-field'],
    [
      'an unknown field deep down',
      { title: 'a', hosts: [{ address: '192.0.2.1', x: 1 }] },
      'hosts.0.x',
      'unknown-field',
    ],
    ['a missing field', {}, 'title', 'required'],
    ['an empty field', { title: '  ' }, 'title', 'required'],
    ['null', { title: null }, 'title', 'required'],
    ['another type', { title: 5 }, 'title', 'wrong-type'],
    ['too long', { title: 'a'.repeat(21) }, 'title', 'too-long'],
    ['no choice', { title: 'a', level: 'E' }, 'level', 'bad-choice'],
    ['a fraction', { title: 'a', count: 1.5 }, 'count', 'not-whole-number'],
    ['too large', { title: 'a', count: 10 }, 'count', 'too-large'],
    ['a bad address', { title: 'a', hosts: [{ address: '999.1.1.1' }] }, 'hosts.0.address', 'bad-ip'],
    ['a rule of its own', { title: 'a', phone: '99' }, 'phone', 'bad-phone'],
    ['a direction override', { title: 'exe\u202efdp' }, 'title', 'not-text'],
  ])('is named by field and code: %s (WEB-4, ISO-3)', async (_name, payload, place, code) => {
    expect(verdict(await post(JSON.stringify(payload)))).toEqual([400, 'invalid-input', place, code]);
  });

  it('names every field at once', async () => {
    const answer = await post(JSON.stringify({ count: 99, level: 'Z', made_up: 1 }));
    expect(problemOf(answer).fields.map(({ path: place }) => place)).toEqual([
      'title',
      'count',
      'level',
      'made_up',
    ]);
  });

  it.each([
    ['/api/v1/things?sort=level;drop', [400, 'invalid-input', 'sort', 'bad-choice']],
    ['/api/v1/things?sort=level&sort=level', [400, 'invalid-input', 'sort', 'bad-choice']],
    ['/api/v1/things?q=%00', [400, 'invalid-input', 'q', 'not-text']],
    ['/api/v1/things?q=%ED%A0%80', [200]],
  ])('never reaches the database from the address: %s (WEB-4)', async (url, expected) => {
    const answer = await app.inject({ url });
    if (expected[0] === 200) expect(answer.statusCode).toBe(200);
    else expect(verdict(answer)).toEqual(expected);
  });

  it('refuses a body where none is described', async () => {
    const url = '/api/v1/things/00000000-0000-4000-8000-000000000000/touch';
    const empty = await app.inject({ method: 'POST', url });
    expect(empty.statusCode).toBe(200);
    const extra = await app.inject({ method: 'POST', url, payload: { state: 'released' } });
    expect(verdict(extra)).toEqual([400, 'invalid-input', 'state', 'unknown-field']);
  });
});

describe('an act', () => {
  const act = (headers: Record<string, string>) => post('{"title":"a"}', headers);

  it.each<[string, Record<string, string>, number]>([
    ['from our own page', { 'sec-fetch-site': 'same-origin', cookie: 's=1' }, 201],
    ['from our own page, by origin', { origin: ORIGIN, cookie: 's=1' }, 201],
    ['typed by the person, by origin', { origin: ORIGIN, 'sec-fetch-site': 'none' }, 201],
    ['by a program without cookies', {}, 201],
    ['from another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
    ['from a sister site', { 'sec-fetch-site': 'same-site', origin: 'https://other.tocsin.example' }, 403],
    ['cross-site with our origin claimed', { 'sec-fetch-site': 'cross-site', origin: ORIGIN }, 403],
    ['from nowhere', { origin: 'null' }, 403],
    ['from an old browser on another site', { origin: 'https://evil.example' }, 403],
    ['over http', { origin: 'http://tocsin.example' }, 403],
    ['with a cookie and no origin', { cookie: 's=1' }, 403],
    ['of no site and no origin', { 'sec-fetch-site': 'none' }, 403],
    ['with a method override', { 'x-http-method-override': 'GET', origin: 'https://evil.example' }, 403],
  ])('%s (WEB-9)', async (_name, headers, status) => {
    const answer = await act(headers);
    expect(answer.statusCode).toBe(status);
    if (status === 403) expect(problemOf(answer).code).toBe('cross-site');
  });
});

describe('a refusal', () => {
  it('is an RFC 9457 problem in the language of the caller', async () => {
    const chinese = await app.inject({ url: '/api/v1/refused' });
    expect(chinese.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(chinese.json()).toMatchObject({
      type: '/problems/case-changed',
      title: '案件已被更新',
      status: 409,
      detail: '您操作的同時，王○○已更新本案（確認等級）。您的操作尚未執行。',
      code: 'case-changed',
      fields: [],
      params: { revision: 4 },
      instance: chinese.headers['x-request-id'],
    });
    const english = await app.inject({
      url: '/api/v1/refused',
      headers: { 'accept-language': 'fr, en;q=0.8' },
    });
    expect(problemOf(english).title).toBe('The case has changed');
    const byCookie = await app.inject({
      url: '/api/v1/refused',
      headers: { 'accept-language': 'zh-TW', cookie: 'lang=en' },
    });
    expect(problemOf(byCookie).title).toBe('The case has changed');
  });

  it('tells nothing of a fault, and the log tells where', async () => {
    logged.length = 0;
    const answer = await app.inject({ url: '/api/v1/fault' });
    expect(verdict(answer)).toEqual([500, 'internal']);
    expect(answer.body).not.toContain('hunter2');
    const fault = logged.map((line) => JSON.parse(line)).find((line) => line.msg === 'fault');
    expect(fault).toMatchObject({ reqId: problemOf(answer).instance, fault: { name: 'Error' } });
  });

  it('keeps from the caller what the answer does not describe', async () => {
    expect((await app.inject({ url: '/api/v1/things' })).json()).toEqual({ name: 'x' });
    expect(verdict(await app.inject({ url: '/api/v1/wrong-answer' }))).toEqual([500, 'internal']);
  });

  it('keeps what people typed out of the log', async () => {
    logged.length = 0;
    await app.inject({ url: '/api/v1/things?q=王小明' });
    expect(logged.join('')).not.toContain('%E7%8E%8B');
    expect(logged.map((line) => JSON.parse(line))).toMatchObject([
      { method: 'GET', route: '/api/v1/things', status: 200 },
    ]);
  });
});

describe('the web app', () => {
  it('is found under every screen address, and only there', async () => {
    const html = { accept: 'text/html,*/*' };
    const screen = await app.inject({ url: '/cases/115-0421', headers: html });
    expect([screen.statusCode, screen.headers['cache-control']]).toEqual([200, 'no-cache']);
    expect(screen.body).toContain('警鐘');
    for (const url of ['/api/cases', '/assets/x.js', '/favicon.ico']) {
      expect(verdict(await app.inject({ url, headers: html }))).toEqual([404, 'not-found']);
    }
    expect(verdict(await app.inject({ url: '/cases/1', headers: { accept: 'application/json' } }))).toEqual([
      404,
      'not-found',
    ]);
    const asset = await app.inject({ url: '/assets/main-abc123.js' });
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect([asset.headers['content-encoding'], asset.body]).toEqual([undefined, 'export {};']);
  });

  it('travels compressed to whoever can read that', async () => {
    const url = '/assets/main-abc123.js';
    const small = await app.inject({ url, headers: { 'accept-encoding': 'br, gzip' } });
    expect([small.headers['content-encoding'], small.headers['content-type']]).toEqual([
      'gzip',
      'text/javascript; charset=utf-8',
    ]);
    expect(gunzipSync(small.rawPayload).toString()).toBe('export {};');
    const refused = await app.inject({ url, headers: { 'accept-encoding': 'gzip;q=0' } });
    expect(refused.headers['content-encoding']).toBeUndefined();
  });
});

describe('the documentation', () => {
  it('is set in the fonts of the web app', async () => {
    const style = await app.inject({ url: '/api/docs/style.css' });
    expect(style.body).toContain('@font-face{font-family:Noto Sans TC;src:url(/assets/noto-abc123.woff2)}');
  });
});

describe('whoever watches the service', () => {
  it('learns that it lives, and whether it may be given work', async () => {
    expect((await app.inject({ url: '/healthz' })).json()).toEqual({ status: 'ok' });
    expect((await app.inject({ url: '/readyz' })).statusCode).toBe(200);
    isReady = false;
    const unready = await app.inject({ url: '/readyz' });
    expect(unready.statusCode).toBe(503);
    expect(unready.json()).toEqual({
      ready: false,
      checks: { database: { ok: false }, workers: { ok: true } },
    });
  });
});
