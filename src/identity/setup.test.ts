/** The first account of an installation, and the accounts after it, on a real database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDirectory } from '../directory/index.ts';
import { makeWorld, pack, type World } from '../directory/test-world.ts';
import { createHttp, type Http } from '../platform/http/index.ts';
import { ensureSetupLink, identityRoutes } from './index.ts';

const PASSWORD = 'a long enough sentence';
let world: World;
let app: Http;

beforeAll(async () => {
  world = await makeWorld({ nation: false });
  app = await createHttp({
    log: world.ctx.log,
    publicUrl: world.ctx.config.publicUrl,
    ready: async () => ({}),
  });
  await app.register(identityRoutes(world.ctx));
  await app.ready();
});
afterAll(async () => {
  await app.close();
  await world.close();
});

const tokenOf = (link: string | null) => /token=([\w.-]+)$/.exec(link!)![1]!;
const post = (url: string, payload: object, headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url: `/api/v1${url}`, payload, headers });
const first = (token: string) => ({
  token,
  organisationNameZh: '示範主計處電子中心',
  name: '林第一',
  email: 'First@Centre.example',
  password: PASSWORD,
});
async function signIn(login: string, password = PASSWORD) {
  const answer = await post('/session', { login, password });
  const cookie = answer.cookies.find((one) => one.name === 'tocsin')?.value;
  return { answer, headers: { cookie: `tocsin=${cookie}`, origin: world.ctx.config.publicUrl } };
}

describe('a new installation', () => {
  it('has no account at all (AUTH-7)', async () => {
    const { rows } = await world.owner.query('select count(*)::int as n from accounts');
    expect(rows[0].n).toBe(0);
  });

  it('takes only the newest link, for 24 hours, once', async () => {
    const old = tokenOf(await ensureSetupLink(world.ctx));
    const late = tokenOf(await ensureSetupLink(world.ctx));
    expect((await post('/setup', first(old))).json().code).toBe('setup-link-used');
    expect((await post('/setup', first(`first.${'x'.repeat(43)}`))).json().code).toBe('setup-link-used');
    world.clock.advance(24 * 3_600_000 + 1000);
    expect((await post('/setup', first(late))).json().code).toBe('setup-link-used');
    const token = tokenOf(await ensureSetupLink(world.ctx));
    expect((await post('/setup', { ...first(token), password: 'too short' })).json().fields).toMatchObject([
      { path: 'password', code: 'too-short' },
    ]);
    const answers = await Promise.all([post('/setup', first(token)), post('/setup', first(token))]);
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([201, 410]);
    expect(answers.find((answer) => answer.statusCode === 201)?.json()).toEqual({
      login: 'first@centre.example',
    });
    expect(await ensureSetupLink(world.ctx)).toBeNull();
  });

  it('then has the pack’s bodies, and one person who administers it and works the desk', async () => {
    const { answer } = await signIn('first@centre.example');
    expect(answer.statusCode).toBe(200);
    const session = answer.json();
    expect(session.organisation.name.zh).toBe('示範主計處電子中心');
    expect(session.posts.map((one: { role: string }) => one.role).sort()).toEqual([
      'administrator',
      'duty-officer',
    ]);
    expect(session.screens).toEqual(expect.arrayContaining(['desk', 'administration']));
    expect((await world.snapshot()).organisations.size).toBe(pack.bodies.length);
  });

  it('keeps of a link only its hash', async () => {
    const { rows } = await world.owner.query('select token_hash from setup_links');
    expect(rows.every((row) => row.token_hash.length === 32)).toBe(true);
  });
});

describe('an account after the first', () => {
  let personId: string;
  let admin: Record<string, string>;
  beforeAll(async () => {
    const made = await world.asSystem((tx) =>
      loadDirectory(world.ctx, tx, pack, {
        persons: [
          { code: 'new', organisation: 'moe', nameZh: '新進', email: 'new@moe.example' },
          { code: 'soldier', organisation: 'mnd', nameZh: '軍官', email: 'soldier@mnd.example' },
          { code: 'cabinet', organisation: 'ey', nameZh: '院管理', email: 'cabinet@ey.example' },
          { code: 'shared', organisation: 'moe', nameZh: '共用信箱', email: 'new@moe.example' },
        ],
        posts: [{ code: 'administrator-ey', nameZh: '管理員', role: 'administrator', organisation: 'ey' }],
        holdings: [
          { post: 'subgroup-academia', person: 'new' },
          { post: 'administrator-ey', person: 'cabinet' },
        ],
      }),
    );
    personId = made.persons.get('new')!;
    admin = (await signIn('first@centre.example')).headers;
  });

  it('begins with a link its holder sets it up by, once', async () => {
    const made = await post('/accounts', { personId, login: 'NEW@moe.example' }, admin);
    expect(made.statusCode).toBe(201);
    expect((await signIn('new@moe.example', '')).answer.statusCode).toBe(401);
    const token = tokenOf(made.json().link);
    expect((await post('/enrolment', { token })).json()).toMatchObject({
      kind: 'invitation',
      name: { zh: '新進', en: '新進' },
      login: 'new@moe.example',
    });
    expect((await post('/enrolment/password', { token, password: PASSWORD })).statusCode).toBe(200);
    const again = { token, password: 'another long sentence' };
    expect((await post('/enrolment/password', again)).json().code).toBe('setup-link-used');
    expect((await post('/enrolment', { token })).json().code).toBe('setup-link-used');
    expect((await signIn('new@moe.example')).answer.json().posts).toMatchObject([
      { role: 'subgroup-officer' },
    ]);
  });

  it('once set up, is not made anew by another invitation', async () => {
    expect((await post('/accounts', { personId, login: 'new' }, admin)).json().code).toBe('account-enrolled');
  });

  it('ends the other sessions when the password changes (ISO-10)', async () => {
    const { headers: elsewhere } = await signIn('new@moe.example');
    const { headers } = await signIn('new@moe.example');
    const change = (payload: object) =>
      app.inject({ method: 'PUT', url: '/api/v1/me/password', payload, headers });
    const password = 'a second long sentence';
    expect((await change({ current: 'wrong', password })).json().code).toBe('wrong-credentials');
    expect((await change({ password })).json().code).toBe('wrong-credentials');
    expect((await change({ current: PASSWORD, password })).statusCode).toBe(204);
    expect((await app.inject({ url: '/api/v1/session', headers: elsewhere })).statusCode).toBe(401);
    expect((await app.inject({ url: '/api/v1/session', headers })).statusCode).toBe(200);
    expect((await signIn('new@moe.example')).answer.statusCode).toBe(401);
    expect((await signIn('new@moe.example', 'a second long sentence')).answer.statusCode).toBe(200);
  });

  it('is made by administrators only, within what they administer, under a name nobody has', async () => {
    const { headers } = await signIn('new@moe.example', 'a second long sentence');
    expect((await post('/accounts', { personId, login: 'mine' }, headers)).json().code).toBe('not-found');
    const { rows } = await world.owner.query("select id from persons where code = 'soldier'");
    expect((await post('/accounts', { personId: rows[0].id, login: 'soldier' }, admin)).json().code).toBe(
      'not-found',
    );
    const { rows: shared } = await world.owner.query("select id from persons where code = 'shared'");
    expect(
      (await post('/accounts', { personId: shared[0].id, login: 'new@moe.example' }, admin)).json().fields,
    ).toMatchObject([{ path: 'login', code: 'duplicate' }]);
    expect((await post('/accounts', { personId, login: 'x' }, {})).statusCode).toBe(401);
  });

  it('of somebody with wider rights is out of reach of a body’s administrator above him', async () => {
    const { rows } = await world.owner.query(
      "select id, code from persons where code in ('cabinet', 'first-administrator')",
    );
    const idOf = (code: string) => rows.find((row) => row.code === code).id;
    const made = await post('/accounts', { personId: idOf('cabinet'), login: 'cabinet@ey.example' }, admin);
    await post('/enrolment/password', { token: tokenOf(made.json().link), password: PASSWORD });
    const { headers } = await signIn('cabinet@ey.example');
    const theft = { personId: idOf('first-administrator'), login: 'stolen' };
    expect((await post('/accounts', theft, headers)).json().code).toBe('not-found');
    expect((await post('/accounts', { personId, login: 'stolen' }, headers)).json().code).toBe('not-found');
  });

  it('can be shut, with its sessions', async () => {
    const { headers } = await signIn('new@moe.example', 'a second long sentence');
    const shut = await app.inject({ method: 'DELETE', url: `/api/v1/accounts/${personId}`, headers: admin });
    expect(shut.statusCode).toBe(204);
    expect((await app.inject({ url: '/api/v1/session', headers })).statusCode).toBe(401);
    expect((await signIn('new@moe.example', 'a second long sentence')).answer.statusCode).toBe(401);
  });

  it('leaves facts that name nobody', async () => {
    const { rows } = await world.owner.query(
      "select kind, data from facts where stream = 'identity' order by position",
    );
    expect(rows.map((row) => row.kind)).toEqual(
      expect.arrayContaining(['account-created', 'account-enrolled', 'password-set', 'account-disabled']),
    );
    expect(rows.every((row) => JSON.stringify(row.data) === '{}')).toBe(true);
  });
});
