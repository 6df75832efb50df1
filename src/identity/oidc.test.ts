/** A ministry's own sign-in: a real provider on loopback, and one that forges. */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ministry, startMinistry } from '../../test/journeys/ministry.ts';
import { ownPage } from './oidc.ts';
import { type Answer, type Browser, openRooms, type Rooms, tokenIn } from './test-kit.ts';

const ORIGIN = 'http://localhost:6100';
const CALLBACK = `${ORIGIN}/api/v1/session/oidc/1/callback`;

/** What the forger puts into an ID token in place of what is right. */
interface Forgery {
  readonly claims?: Record<string, unknown>;
  readonly alg?: 'RS256' | 'HS256' | 'HS256-public' | 'none' | 'stranger';
  readonly without?: string;
}

/** A provider that says whatever a test wants; its key is its own, its discovery is in order. */
async function startForger() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let forgery: Forgery = {};
  let nonce = '';
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const idToken = (): string => {
    const now = Math.floor(Date.now() / 1000);
    const claims: Record<string, unknown> = {
      iss: issuer,
      sub: 'somebody',
      aud: 'tocsin',
      nonce,
      iat: now,
      exp: now + 300,
      auth_time: now,
      ...forgery.claims,
    };
    if (forgery.without) delete claims[forgery.without];
    const { alg = 'RS256' } = forgery;
    const named = alg === 'stranger' ? 'RS256' : alg === 'HS256-public' ? 'HS256' : alg;
    const signed = `${part({ alg: named, typ: 'JWT', kid: 'k' })}.${part(claims)}`;
    if (alg === 'none') return `${signed}.`;
    if (alg === 'HS256')
      return `${signed}.${createHmac('sha256', 's'.repeat(32)).update(signed).digest('base64url')}`;
    if (alg === 'HS256-public') {
      // The confusion: our public key, which everybody has, used as the secret of a keyed hash.
      const pem = publicKey.export({ type: 'spki', format: 'pem' });
      return `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`;
    }
    const key = alg === 'stranger' ? stranger.privateKey : privateKey;
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  };
  server.on('request', (request, response) => {
    const send = (value: object) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (request.url?.startsWith('/.well-known/openid-configuration')) {
      send({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
        code_challenge_methods_supported: ['S256'],
      });
    } else if (request.url === '/jwks') {
      const jwk = publicKey.export({ format: 'jwk' });
      send({ keys: [{ ...jwk, kid: 'k', alg: 'RS256', use: 'sig' }] });
    } else send({ access_token: 'x', token_type: 'bearer', id_token: idToken() });
  });
  return {
    issuer,
    /** The forger's answer to what the browser set out with. */
    answers(location: string, next: Forgery = {}): string {
      const search = new URL(location).searchParams;
      forgery = next;
      nonce = search.get('nonce') ?? '';
      return `/session/oidc/2/callback?code=c&state=${search.get('state')}`;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

let rooms: Rooms;
let ministry: Ministry;
let forger: Awaited<ReturnType<typeof startForger>>;
let teacher: Browser;

beforeAll(async () => {
  ministry = await startMinistry(CALLBACK);
  forger = await startForger();
  const provider = (id: string, issuer: string, clientSecret: string) => ({
    id,
    issuer,
    clientSecret,
    clientId: 'tocsin',
    name: id === '1' ? '某部單一登入' : '另一部',
  });
  rooms = await openRooms({
    config: {
      secondFactor: 'required',
      oidc: [
        provider('1', ministry.issuer, ministry.clientSecret),
        provider('2', forger.issuer, 's'.repeat(32)),
        provider('3', 'http://127.0.0.1:1', 'x'),
      ],
    },
  });
  for (const code of ['teacher', 'officer', 'admin']) await rooms.account(code);
  teacher = rooms.browser();
  await teacher.signIn('teacher');
  await teacher.addKey(rooms.device());
});
afterAll(async () => {
  await rooms.close();
  await ministry.close();
  await forger.close();
});

/** Goes through the ministry's pages as a browser would; answers the path of ours it is sent back to. */
async function throughMinistry(location: string): Promise<string> {
  const jar = new Map<string, string>();
  let at = location;
  for (let hops = 0; hops < 12 && !at.startsWith(ORIGIN); hops += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(at, { redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    await answer.arrayBuffer();
    at = new URL(answer.headers.get('location') ?? at, at).href;
  }
  return at.slice(ORIGIN.length);
}

const pageOf = (answer: Answer) => answer.headers['location'];

/** Sets out to sign in and comes back. */
async function signInAt(browser: Browser, next = '/'): Promise<Answer> {
  const { body } = await browser.post('/session/oidc/1', { purpose: 'sign-in', next });
  return browser.get(await throughMinistry(body.location));
}
async function linkAt(browser: Browser): Promise<Answer> {
  const { body } = await browser.post('/me/oidc/1', {});
  return browser.get(await throughMinistry(body.location));
}

describe('a ministry’s own sign-in', () => {
  it('is offered, and nobody gets in who was not linked, whatever his name or mail address (AUTH-8)', async () => {
    const browser = rooms.browser();
    expect((await browser.get('/session/providers')).body.items[0]).toEqual({
      id: '1',
      name: '某部單一登入',
    });
    for (const subject of ['teacher', 'teacher@school.example', 'admin']) {
      ministry.becomes(subject);
      const answer = await signInAt(rooms.browser());
      expect([answer.status, pageOf(answer)]).toEqual([303, '/sign-in?oidc=unlinked']);
    }
  });

  it('is linked by its holder, signed in and confirmed; then it opens his account and no other', async () => {
    ministry.becomes('m-4711');
    expect(pageOf(await linkAt(teacher))).toBe('/security?oidc=linked');
    const { body } = await teacher.get('/me/security');
    expect(body.providers[0].links).toMatchObject([{ label: 'm-4711' }]);
    const browser = rooms.browser();
    const answer = await signInAt(browser, '/cases?state=open');
    expect(pageOf(answer)).toBe('/cases?state=open');
    expect((await browser.get('/session')).body).toMatchObject({ how: 'oidc', access: 'full' });
    expect((await browser.get('/me/security')).body.login).toBe('teacher');
  });

  it('is nobody else’s to link, and a stale session must confirm first', async () => {
    const officer = rooms.browser();
    await officer.signIn('officer');
    expect((await officer.post('/me/oidc/1', {})).body.code).toBe('second-factor-needed');
    await officer.addKey(rooms.device());
    ministry.becomes('m-4711');
    expect(pageOf(await linkAt(officer))).toBe('/security?oidc=taken');
    rooms.clock.advance(6 * 60_000);
    expect((await officer.post('/me/oidc/1', {})).body.code).toBe('step-up-needed');
  });

  it('confirms a session, freshly, and only that of the same person', async () => {
    ministry.becomes('m-4711');
    const browser = rooms.browser();
    await signInAt(browser);
    rooms.clock.advance(6 * 60_000);
    expect((await browser.post('/me/totp')).body).toMatchObject({ code: 'step-up-needed' });
    const { body } = await browser.post('/session/oidc/1', { purpose: 'step-up', next: '/security' });
    const asked = new URL(body.location).searchParams;
    expect([asked.get('prompt'), asked.get('max_age')]).toEqual(['login', '0']);
    expect(pageOf(await browser.get(await throughMinistry(body.location)))).toBe('/security');
    expect((await browser.post('/me/totp')).status).toBe(200);
    ministry.becomes('somebody-else');
    const other = await browser.post('/session/oidc/1', { purpose: 'step-up' });
    expect(pageOf(await browser.get(await throughMinistry(other.body.location)))).toBe(
      '/security?oidc=unlinked',
    );
  });

  it('sets an account up by its holder’s link', async () => {
    const admin = rooms.browser();
    await admin.signIn('admin');
    await admin.addKey(rooms.device());
    const personId = await rooms.idOf('nurse');
    const made = await admin.post('/accounts', { personId, login: 'nurse' });
    const token = tokenIn(made.body.link);
    ministry.becomes('m-nurse');
    const browser = rooms.browser();
    const { body } = await browser.post('/enrolment/oidc/1', { token });
    expect(pageOf(await browser.get(await throughMinistry(body.location)))).toBe('/');
    expect((await browser.get('/session')).body).toMatchObject({ how: 'oidc', access: 'full' });
    expect((await rooms.browser().post('/enrolment/oidc/1', { token })).body.code).toBe('setup-link-used');
  });

  it('ISO-10 AUTH-6: that is no longer configured takes its sessions with it, at the next request', async () => {
    ministry.becomes('m-4711');
    const [theirs, made] = [rooms.browser(), rooms.browser()];
    await signInAt(theirs);
    // One that a password opened and the ministry made full.
    await made.signIn('teacher');
    const { body } = await made.post('/session/oidc/1', { purpose: 'step-up' });
    await made.get(await throughMinistry(body.location));
    for (const browser of [theirs, made]) expect((await browser.get('/session')).body.access).toBe('full');
    const { oidc } = rooms.ctx.config;
    rooms.restart({ oidc: oidc.filter((one) => one.issuer !== ministry.issuer) });
    expect((await theirs.get('/session')).status).toBe(401);
    expect((await made.get('/session')).body.access).toBe('limited');
    const listed = (await made.get('/me/security')).body.sessions.map((one: { how: string }) => one.how);
    expect(listed).not.toContain('oidc');
    rooms.restart({ oidc });
    expect((await theirs.get('/session')).status).toBe(200);
  });

  it('opens no shut account', async () => {
    await rooms.rows("update accounts set disabled_at = now() where login = 'hospital-nurse'");
    ministry.becomes('m-nurse');
    expect(pageOf(await signInAt(rooms.browser()))).toBe('/sign-in?oidc=unlinked');
  });

  it('comes back once, to the browser that set out, within ten minutes', async () => {
    ministry.becomes('m-4711');
    const browser = rooms.browser();
    const { body } = await browser.post('/session/oidc/1', {});
    const back = await throughMinistry(body.location);
    // Somebody is sent another's way back: without the browser's cookie it opens nothing (login CSRF).
    expect(pageOf(await rooms.browser().get(back))).toBe('/sign-in?oidc=expired');
    expect(pageOf(await browser.get(back))).toBe('/');
    expect(pageOf(await browser.get(back))).toBe('/sign-in?oidc=expired');
    const late = await browser.post('/session/oidc/1', {});
    const lateBack = await throughMinistry(late.body.location);
    rooms.clock.advance(10 * 60_000 + 1000);
    expect(pageOf(await browser.get(lateBack))).toBe('/sign-in?oidc=expired');
  });

  it('that does not answer is said to be so, and is not our fault', async () => {
    const answer = await rooms.browser().post('/session/oidc/3', {});
    expect(answer).toMatchObject({ status: 503, body: { code: 'oidc-unavailable' } });
    expect((await rooms.browser().post('/session/oidc/7', {})).status).toBe(404);
  });

  it('leads back to pages of ours only', () => {
    for (const next of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '/a\nb',
      '',
    ]) {
      expect([next, ownPage(rooms.ctx, next)]).toEqual([next, '/']);
    }
    expect(ownPage(rooms.ctx, '/cases/1?x=2#y')).toBe('/cases/1?x=2#y');
  });
});

describe('an identity is refused', () => {
  let browser: Browser;
  beforeAll(async () => {
    // The forger's own subject is linked, so that only the forgery is in question.
    const officer = rooms.browser();
    await officer.signIn('admin');
    const { rows } = await rooms.world.owner.query("select id from persons where code = 'admin'");
    await rooms.rows(
      `insert into oidc_links (id, person_id, issuer, subject, label, linked_at)
       values (gen_random_uuid(), $1, $2, 'somebody', 'x', now())`,
      [rows[0].id, forger.issuer],
    );
  });
  beforeEach(() => {
    browser = rooms.browser();
  });
  const comeBack = async (forgery: Forgery) => {
    const { body } = await browser.post('/session/oidc/2', {});
    return browser.get(forger.answers(body.location, forgery));
  };

  it('not when all is right', async () => {
    expect(pageOf(await comeBack({}))).toBe('/');
    expect((await browser.get('/session')).body.how).toBe('oidc');
  });

  const soon = Math.floor(Date.now() / 1000);
  const forgeries: [string, Forgery][] = [
    ['another issuer', { claims: { iss: 'https://login.ministry.example' } }],
    ['another audience', { claims: { aud: 'another-service' } }],
    ['several audiences and no authorised party', { claims: { aud: ['tocsin', 'another'] } }],
    ['another authorised party', { claims: { aud: ['tocsin', 'another'], azp: 'another' } }],
    ['another authorised party beside the right audience', { claims: { azp: 'another' } }],
    ['another nonce', { claims: { nonce: 'of-another-journey' } }],
    ['no nonce', { without: 'nonce' }],
    ['no subject', { without: 'sub' }],
    ['no end', { without: 'exp' }],
    ['an end long past', { claims: { exp: soon - 3_600, iat: soon - 7_200 } }],
    ['alg none', { alg: 'none' }],
    ['a keyed hash by the client secret', { alg: 'HS256' }],
    ['a keyed hash by the public key (HS/RS confusion)', { alg: 'HS256-public' }],
    ['a signature by another’s key', { alg: 'stranger' }],
  ];
  it.each(forgeries)('with %s (AUTH-8)', async (_name, forgery) => {
    expect(pageOf(await comeBack(forgery))).toBe('/sign-in?oidc=refused');
    expect(browser.jar.has('tocsin')).toBe(false);
  });

  it('with the mail address, name and subject of somebody linked elsewhere (AUTH-8)', async () => {
    const claims = { sub: 'm-4711', email: 'teacher@school.example', email_verified: true };
    expect(pageOf(await comeBack({ claims }))).toBe('/sign-in?oidc=unlinked');
  });

  it('with an answer of another provider to our question (mix-up)', async () => {
    const { body } = await browser.post('/session/oidc/1', {});
    const path = forger.answers(body.location);
    expect(pageOf(await browser.get(path))).toBe('/sign-in?oidc=expired');
  });
});
