import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { refuse } from '../errors.ts';
import { createHttp, type Http } from './index.ts';
import { networkOf, strangerLimit } from './strangers.ts';

describe('strangers', () => {
  it('are counted by network: a /24, a /48; this machine is none (AUTH-10)', () => {
    expect(networkOf('198.51.100.7')).toBe(networkOf('198.51.100.250'));
    expect(networkOf('198.51.100.7')).not.toBe(networkOf('198.51.101.7'));
    expect(networkOf('::ffff:198.51.100.7')).toBe(networkOf('198.51.100.1'));
    expect(networkOf('2001:db8:1:2::3')).toBe(networkOf('2001:0db8:0001:ffff:1:2:3:4'));
    expect(networkOf('2001:db8::1')).toBe(networkOf('2001:db8:0:9::1'));
    expect(networkOf('2001:db8:1::')).not.toBe(networkOf('2001:db8:2::'));
    for (const here of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])
      expect(networkOf(here), here).toBeNull();
    expect(networkOf('garbage')).toBe('nowhere');
  });

  it('wait when their network has used up what it may, and go on with time; others do not notice', () => {
    let now = 0;
    const rates = { stranger: { burst: 3, perSecond: 2 }, unknown: { burst: 5, perSecond: 5 } };
    const limit = strangerLimit(rates, () => now);
    const ask = (address = '198.51.100.1', cookie?: string) => limit.admit(address, cookie);
    expect([ask(), ask('198.51.100.2'), ask('198.51.100.3')]).toEqual([0, 0, 0]);
    expect(ask()).toBe(1);
    expect(ask('203.0.113.1')).toBe(0);
    expect(ask('127.0.0.1')).toBe(0);
    // Somebody with a cookie stands in another line of the same network.
    expect([1, 2, 3, 4, 5].map(() => ask('198.51.100.1', 's=wrong'))).toEqual([0, 0, 0, 0, 0]);
    expect(ask('198.51.100.1', 's=wrong')).toBeInstanceOf(Promise);
    limit.remember('s=right');
    for (let n = 0; n < 1_000; n += 1) expect(ask('198.51.100.1', 's=right')).toBe(0);
    now += 500;
    expect([ask(), ask()]).toEqual([0, 1]);
    now += 15 * 60_000;
    // Long unseen, he is looked at again like anybody with a cookie.
    expect([1, 2, 3, 4, 5, 6].map(() => ask('198.51.100.1', 's=right')).at(-1)).toBeInstanceOf(Promise);
  });

  it('AUTH-10: one machine does not keep those beside it from signing in', async () => {
    const rates = { stranger: { burst: 3, perSecond: 1 }, unknown: { burst: 5, perSecond: 5 } };
    const limit = strangerLimit(rates, () => 0);
    const signIn = (address: string) => limit.admit(address, undefined, true);
    for (let n = 0; n < 23; n += 1) expect(signIn('198.51.100.7')).toBe(0);
    const turns = Array.from({ length: 208 }, () => signIn('198.51.100.7'));
    for (const turn of turns) expect(turn).toBeInstanceOf(Promise);
    expect(signIn('198.51.100.7')).toBe(1);
    expect(signIn('198.51.100.200')).toBe(0);
    expect(limit.admit('198.51.100.200', undefined)).toBe(1);
    for (const turn of turns) ((await turn) as () => void)();
    expect(signIn('198.51.100.7')).toBeInstanceOf(Promise);
  });

  it('cannot make it remember without end', () => {
    const limit = strangerLimit();
    for (let n = 0; n < 60_000; n += 1) limit.admit(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, `c=${n}`);
    limit.admit('2001:db8::1', undefined);
  });
});

describe('at the door', () => {
  let app: Http;
  let looked = 0;
  let looking = 0;
  let most = 0;
  beforeAll(async () => {
    app = await createHttp({
      log: pino({ level: 'silent' }),
      publicUrl: 'http://127.0.0.1:6301',
      trustProxy: 'loopback',
      strangers: { stranger: { burst: 4, perSecond: 0.001 }, unknown: { burst: 6, perSecond: 0.001 } },
      ready: async () => ({}),
    });
    await app.register(async (room) => {
      room.addHook('onRequest', async (request) => {
        looked += 1;
        looking += 1;
        most = Math.max(most, looking);
        await new Promise((done) => setImmediate(done));
        looking -= 1;
        if (request.cookies['s'] !== 'right') refuse('not-signed-in');
        request.isKnownCaller = true;
      });
      room.post(
        '/api/v1/reports',
        { schema: { body: z.strictObject({}), response: { 201: z.strictObject({}) } } },
        async (_request, reply) => reply.status(201).send({}),
      );
    });
    await app.ready();
  });
  afterAll(() => app.close());

  const file = async (from: string, cookie?: string) =>
    app.inject({
      method: 'POST',
      url: '/api/v1/reports',
      payload: {},
      headers: { 'x-forwarded-for': from, 'sec-fetch-site': 'same-origin', ...(cookie ? { cookie } : {}) },
    });

  it('a flood of strangers is refused before anything is looked up, with a time to come back (AUTH-10)', async () => {
    const answers = [];
    for (let n = 0; n < 20; n += 1) answers.push(await file('198.51.100.9'));
    expect(answers.filter((one) => one.statusCode === 401)).toHaveLength(4);
    expect(answers.filter((one) => one.statusCode === 429)).toHaveLength(16);
    expect(looked).toBe(4);
    expect(answers.at(-1)?.json()).toMatchObject({ code: 'too-many-requests' });
    expect(Number(answers.at(-1)?.headers['retry-after'])).toBeGreaterThan(0);
    expect(answers.at(-1)?.headers).toHaveProperty('content-security-policy');
    expect(
      (await app.inject({ url: '/healthz', headers: { 'x-forwarded-for': '198.51.100.9' } })).statusCode,
    ).toBe(200);
  });

  it('somebody signed in files from the very same network, however many times (LOAD-4)', async () => {
    for (let n = 0; n < 30; n += 1) expect((await file('198.51.100.9', 's=right')).statusCode).toBe(201);
  });

  it('guessed cookies are looked up a few at a time; nobody behind them is refused, nor waits for ever', async () => {
    most = 0;
    const guesses = Array.from({ length: 300 }, (_, n) => file('198.51.100.9', `s=guess-${n}`));
    // Signed in, but not known here yet: after a restart everybody is.
    const late = file('198.51.100.9', 's=right; lang=en');
    expect((await late).statusCode).toBe(201);
    for (const one of await Promise.all(guesses)) expect(one.statusCode).toBe(401);
    // Eight in turn, beside those the network may at any time.
    expect(most).toBeLessThanOrEqual(8 + 6);
    expect(looking).toBe(0);
    expect((await file('198.51.100.9', 's=right; lang=en')).statusCode).toBe(201);
  });

  it('believes what an address says of itself only from a trusted proxy', async () => {
    const direct = await createHttp({
      log: pino({ level: 'silent' }),
      publicUrl: 'http://127.0.0.1:6301',
      strangers: { stranger: { burst: 1, perSecond: 0.001 }, unknown: { burst: 1, perSecond: 0.001 } },
      ready: async () => ({}),
    });
    await direct.ready();
    const ask = (from: string) =>
      direct.inject({
        url: '/api/openapi.json',
        remoteAddress: '192.0.2.1',
        headers: { 'x-forwarded-for': from },
      });
    expect((await ask('198.51.100.1')).statusCode).toBe(200);
    expect((await ask('127.0.0.1')).statusCode).toBe(429);
    await direct.close();
  });
});

it('what browsers report becomes a line of its own words, nothing of the page (KEY-4, KEY-5)', async () => {
  const lines: string[] = [];
  const app = await createHttp({
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
    publicUrl: 'https://tocsin.example',
    ready: async () => ({}),
  });
  await app.ready();
  const report = (payload: string, type = 'application/reports+json') =>
    app.inject({
      method: 'POST',
      url: '/api/browser-reports',
      payload,
      headers: { 'content-type': type, origin: 'https://tocsin.example', 'sec-fetch-site': 'same-origin' },
    });
  const told = JSON.stringify([
    {
      type: 'csp-violation',
      body: { effectiveDirective: 'script-src-elem', documentURL: 'https://x/?q=secret', sample: 'secret' },
    },
    { type: 'csp-violation', body: { effectiveDirective: 'secret\r\n{"level":60}' } },
  ]);
  expect((await report(told)).statusCode).toBe(204);
  expect(
    (await report('{"csp-report":{"violated-directive":"img-src"}}', 'application/csp-report')).statusCode,
  ).toBe(204);
  for (const broken of ['', '{', 'null', '[[]]', '7', '{"__proto__":{"x":1}}'])
    expect((await report(broken)).statusCode, broken).toBe(204);
  expect((await report('x'.repeat(20_000))).statusCode).toBe(413);
  expect((await report('{}', 'application/json')).statusCode).toBe(204);
  const warned = lines.map((line) => JSON.parse(line)).filter((line) => line.event === 'policy-broken');
  expect(warned.slice(0, 3).map((line) => line.detail)).toEqual(['script-src-elem', 'other', 'img-src']);
  expect(lines.join('')).not.toMatch(/secret/);
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  await app.close();
});
