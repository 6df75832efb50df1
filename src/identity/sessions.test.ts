/** Sign-in and sessions against a real database, through the API. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeWorld, type World } from '../directory/test-world.ts';
import { createHttp, type Http } from '../platform/http/index.ts';
import { shut } from './accounts.ts';
import { hashPassword, identityRoutes, makeAccount } from './index.ts';

const PASSWORD = 'a long enough sentence';
let world: World;
let app: Http;
let passwordHash: string;

async function serve(of: World): Promise<Http> {
  const http = await createHttp({
    // Tries are counted here, not strangers: those have tests of their own.
    strangers: { stranger: { burst: 10_000, perSecond: 1 }, unknown: { burst: 10_000, perSecond: 1 } },
    log: of.ctx.log,
    publicUrl: of.ctx.config.publicUrl,
    ready: async () => ({}),
    trustProxy: '127.0.0.1',
  });
  await http.register(identityRoutes(of.ctx));
  await http.ready();
  return http;
}

async function idOf(code: string): Promise<string> {
  const { rows } = await world.owner.query('select id from persons where code = $1', [code]);
  return rows[0].id as string;
}

async function account(code: string, login = code): Promise<string> {
  const personId = await idOf(code);
  await world.asSystem((tx) => makeAccount(world.ctx, tx, { personId, login, passwordHash }));
  return personId;
}

let address = 0;
beforeEach(() => {
  address += 1;
});
const signIn = (login: string, password: string, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url: '/api/v1/session',
    payload: { login, password },
    headers: { 'x-forwarded-for': `198.51.100.${address}`, ...headers },
  });
const cookieOf = (answer: { cookies: { name: string; value: string }[] }) => {
  const cookie = answer.cookies.find((one) => one.name === 'tocsin')!;
  return { cookie: `tocsin=${cookie.value}`, origin: world.ctx.config.publicUrl };
};
const whoAmI = (headers: Record<string, string>) => app.inject({ url: '/api/v1/session', headers });

beforeAll(async () => {
  world = await makeWorld();
  app = await serve(world);
  passwordHash = await hashPassword(PASSWORD);
  await account('officer');
  await account('teacher');
  await account('engineer');
});
afterAll(async () => {
  await app.close();
  await world.close();
});

describe('signing in', () => {
  it('opens a session that says who one is, in which posts (S3.1)', async () => {
    const answer = await signIn('officer', PASSWORD);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      person: { name: { zh: '林值勤', en: 'Officer Lin' }, email: 'officer@dgbas-edpc.example' },
      posts: [{ role: 'duty-officer', acting: false, groupCode: 'sg-crisis' }],
      screens: [
        'home',
        'report',
        'desk',
        'situation',
        'centre',
        'cases',
        'support',
        'preparedness',
        'procedures',
        'analyses',
        'inbox',
        'roster',
        'directory',
        'mechanism',
      ],
      demonstration: false,
    });
    const [cookie] = answer.cookies;
    expect(cookie).toMatchObject({ name: 'tocsin', path: '/', httpOnly: true, sameSite: 'Lax' });
    expect((await whoAmI(cookieOf(answer))).json()).toEqual(answer.json());
  });

  it('keeps only a hash of the token', async () => {
    const answer = await signIn('officer', PASSWORD);
    const token = answer.cookies[0]!.value;
    const { rows } = await world.owner.query('select token_hash from sessions');
    expect(rows.some((row) => row.token_hash.length === 32)).toBe(true);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('turns strangers away, whatever their cookie says', async () => {
    expect((await whoAmI({})).statusCode).toBe(401);
    expect((await whoAmI({ cookie: 'tocsin=short' })).statusCode).toBe(401);
    expect((await whoAmI({ cookie: `tocsin=${'a'.repeat(43)}` })).statusCode).toBe(401);
  });

  it('ends the session the browser brought: nobody can plant one (AUTH-6)', async () => {
    const first = cookieOf(await signIn('officer', PASSWORD));
    const second = cookieOf(await signIn('officer', PASSWORD, first));
    expect(second.cookie).not.toBe(first.cookie);
    expect((await whoAmI(first)).statusCode).toBe(401);
    expect((await whoAmI(second)).statusCode).toBe(200);
  });

  it('ends at sign-out, at once', async () => {
    const session = cookieOf(await signIn('officer', PASSWORD));
    expect((await whoAmI(session)).statusCode).toBe(200);
    const out = await app.inject({ method: 'DELETE', url: '/api/v1/session', headers: session });
    expect(out.statusCode).toBe(204);
    expect(out.cookies[0]).toMatchObject({ name: 'tocsin', value: '' });
    expect((await whoAmI(session)).statusCode).toBe(401);
  });

  it('ends after 8 idle hours, and after 24 hours in any case', async () => {
    const idle = cookieOf(await signIn('officer', PASSWORD));
    world.clock.advance(8 * 3_600_000 + 1000);
    expect((await whoAmI(idle)).statusCode).toBe(401);
    const busy = cookieOf(await signIn('officer', PASSWORD));
    for (let hours = 0; hours < 21; hours += 7) {
      world.clock.advance(7 * 3_600_000);
      expect((await whoAmI(busy)).statusCode).toBe(200);
    }
    world.clock.advance(3 * 3_600_000 + 1000);
    expect((await whoAmI(busy)).statusCode).toBe(401);
  });

  it('uses the __Host- cookie, with Secure, where the address is https', async () => {
    const secure = await makeWorld({ publicUrl: 'https://tocsin.example' });
    const http = await serve(secure);
    try {
      const { rows } = await secure.owner.query("select id from persons where code = 'officer'");
      await secure.asSystem((tx) =>
        makeAccount(secure.ctx, tx, { personId: rows[0].id, login: 'officer', passwordHash }),
      );
      const answer = await http.inject({
        method: 'POST',
        url: '/api/v1/session',
        payload: { login: 'officer', password: PASSWORD },
      });
      expect(answer.cookies[0]).toMatchObject({ name: '__Host-tocsin', secure: true, path: '/' });
      expect(answer.cookies[0]).not.toHaveProperty('domain');
    } finally {
      await http.close();
      await secure.close();
    }
  });
});

describe('a wrong name or password', () => {
  it('gets one answer for an unknown, a wrong, a disabled and an empty one (AUTH-2)', async () => {
    const personId = await account('nurse');
    await world.asSystem((tx) => shut(world.ctx, tx, personId));
    const answers = [
      await signIn('nobody-of-this-name', PASSWORD),
      await signIn('teacher', 'wrong'),
      await signIn('nurse', PASSWORD),
      await signIn('nurse', 'wrong'),
      await signIn('teacher', ''),
      await signIn('', ''),
    ];
    const shown = answers.map((answer) => {
      const { instance: _instance, ...problem } = answer.json();
      const { 'x-request-id': _id, date: _date, ...headers } = answer.headers;
      return { status: answer.statusCode, problem, headers };
    });
    for (const one of shown) expect(one).toEqual(shown[0]);
    expect(shown[0]).toMatchObject({ status: 401, problem: { code: 'wrong-credentials' } });
  });

  it('is counted per account, however the name is spelt: ten in 15 minutes (AUTH-1)', async () => {
    const spellings = ['engineer', 'ENGINEER', ' engineer ', 'ｅｎｇｉｎｅｅｒ', 'Engineer'];
    const open = cookieOf(await signIn('engineer', PASSWORD));
    for (let n = 0; n < 10; n += 1) {
      address += 1;
      expect((await signIn(spellings[n % 5]!, `wrong ${n}`)).statusCode).toBe(401);
    }
    const refused = await signIn('engineer', PASSWORD);
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(800);
    // Whoever is signed in stays so.
    expect((await whoAmI(open)).statusCode).toBe(200);
    world.clock.advance(15 * 60_000 + 1000);
    expect((await signIn('engineer', PASSWORD)).statusCode).toBe(200);
  });

  it('AUTH-1: guesses from elsewhere do not lock a person out of the network he signs in from', async () => {
    await world.asSystem((tx) => tx.prepared('t-clear', 'delete from sign_in_attempts', []));
    const from = (network: string) => ({ 'x-forwarded-for': network });
    const home = '192.0.2.7';
    expect((await signIn('engineer', PASSWORD, from(home))).statusCode).toBe(200);
    for (const network of ['203.0.113.1', '2001:db8:1::1', '198.18.0.1']) {
      for (let n = 0; n < 10; n += 1) {
        expect((await signIn('engineer', 'guess', from(network))).statusCode).toBe(401);
      }
      expect((await signIn('engineer', PASSWORD, from(network))).statusCode).toBe(429);
    }
    // Thirty in all: a network that never was his is too much, his own goes on.
    expect((await signIn('engineer', PASSWORD, from('198.18.7.1'))).statusCode).toBe(429);
    expect((await signIn('engineer', PASSWORD, from('192.0.2.200'))).statusCode).toBe(200);
    const { rows } = await world.owner.query('select network from sign_in_events where network is not null');
    expect(rows.every((row) => /^[\w-]{43}$/.test(row.network))).toBe(true);
  });

  it('is counted for names that do not exist in the same way', async () => {
    for (let n = 0; n < 10; n += 1) expect((await signIn('no-such-name', 'x')).statusCode).toBe(401);
    expect((await signIn('no-such-name', 'x')).statusCode).toBe(429);
  });

  it('lets no more than ten of many at once through, nor more than the queue for hashing holds', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => signIn('teacher', 'guess')));
    const tried = answers.filter((answer) => answer.statusCode === 401);
    const shed = answers.filter((answer) => answer.statusCode === 429);
    expect(tried.length).toBeLessThanOrEqual(10);
    expect(tried.length + shed.length).toBe(40);
    world.clock.advance(16 * 60_000);
  });

  it('is counted per address over many names', async () => {
    await world.asSystem((tx) => tx.prepared('t-clear', 'delete from sign_in_attempts', []));
    // As many at once as the queue for hashing surely holds.
    for (let n = 0; n < 100; n += 5) {
      const round = Array.from({ length: 5 }, (_, i) => signIn(`name-${n + i}`, 'x'));
      expect((await Promise.all(round)).map((answer) => answer.statusCode)).toEqual(Array(5).fill(401));
    }
    expect((await signIn('officer', PASSWORD)).statusCode).toBe(429);
    address += 1;
    expect((await signIn('officer', PASSWORD)).statusCode).toBe(200);
  });

  it('names the field of what is no sign-in at all (WEB-4)', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { login: 'x', password: 1, admin: true },
    });
    expect(answer.statusCode).toBe(400);
    expect(
      answer
        .json()
        .fields.map((field: { path: string }) => field.path)
        .sort(),
    ).toEqual(['admin', 'password']);
  });
});

describe('a disabled account', () => {
  it('loses every session at once (ISO-10)', async () => {
    const personId = await account('inspector');
    const one = cookieOf(await signIn('inspector', PASSWORD));
    const two = cookieOf(await signIn('inspector', PASSWORD));
    expect((await whoAmI(one)).statusCode).toBe(200);
    await world.asSystem((tx) => shut(world.ctx, tx, personId));
    expect((await whoAmI(one)).statusCode).toBe(401);
    expect((await whoAmI(two)).statusCode).toBe(401);
  });
});
