/** What a session may do: before a second factor, without a fresh confirmation, and until it ends. */
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSignals } from '../platform/signals.ts';
import { agentWords, isEnough, needsFourEyes, steppedUpUntil, stepUpMethods } from './factor-rules.ts';
import { findActor, liveActors, sessionKeyOf } from './sessions.ts';
import { type Browser, codeAt, openRooms, PASSWORD, type Rooms } from './test-kit.ts';

describe('where a second factor is required', () => {
  let rooms: Rooms;
  beforeAll(async () => {
    rooms = await openRooms({ config: { secondFactor: 'required' } });
    for (const code of ['officer', 'teacher', 'admin']) await rooms.account(code);
  });
  afterAll(() => rooms.close());

  it('a password alone opens a session that may only report and come to a factor', async () => {
    const browser = rooms.browser();
    expect((await browser.signIn('teacher')).body).toMatchObject({ access: 'limited', limitedBy: 'enrol' });
    const refused = { status: 403, body: { code: 'second-factor-needed' } };
    expect(await browser.get('/recoveries')).toMatchObject(refused);
    expect(await browser.put('/me/password', { password: 'a new long sentence' })).toMatchObject(refused);
    expect(await browser.delete('/me/sessions')).toMatchObject(refused);
    expect((await browser.get('/session')).status).toBe(200);
    expect((await browser.get('/me/security')).status).toBe(200);
  });

  it('a first key makes it full, under another secret', async () => {
    const browser = rooms.browser();
    await browser.signIn('teacher');
    const before = browser.jar.get('tocsin')!;
    const device = rooms.device();
    expect((await browser.addKey(device)).status).toBe(201);
    expect(browser.jar.get('tocsin')).not.toBe(before);
    expect((await browser.get('/session')).body).toMatchObject({ access: 'full', limitedBy: null });
    const old = rooms.browser();
    old.jar.set('tocsin', before);
    expect((await old.get('/session')).status).toBe(401);
    expect((await rooms.browser().signInBy(device)).body.access).toBe('full');
  });

  it('who has a key already cannot add another by the password alone', async () => {
    const thief = rooms.browser();
    expect((await thief.signIn('teacher')).body).toMatchObject({ access: 'limited', limitedBy: 'confirm' });
    const refused = { status: 403, body: { code: 'step-up-needed', params: { methods: 'passkey' } } };
    expect(await thief.post('/me/passkeys/options')).toMatchObject(refused);
    expect(await thief.post('/me/totp')).toMatchObject(refused);
    const byPassword = await thief.post('/session/step-up', { method: 'password', password: PASSWORD });
    expect(byPassword).toMatchObject(refused);
    expect((await thief.get('/recoveries')).body.code).toBe('second-factor-needed');
  });

  it('codes make it full as well, and the next sign-in asks for one', async () => {
    const browser = rooms.browser();
    await browser.signIn('officer');
    const secret = await browser.addCodes();
    expect((await browser.get('/session')).body.access).toBe('full');
    const next = rooms.browser();
    const { status, body } = await next.signIn('officer');
    expect(status).toBe(202);
    const code = codeAt(secret, rooms.clock.now());
    const answer = await next.post('/session/code', { ticket: body.ticket, code });
    expect(answer.body.access).toBe('full');
  });

  it('the last factor stays', async () => {
    const browser = rooms.browser();
    await browser.signIn('admin');
    const device = rooms.device();
    const { body: key } = await browser.addKey(device);
    expect(await browser.delete(`/me/passkeys/${key.id}`)).toMatchObject({
      status: 409,
      body: { code: 'last-factor' },
    });
    expect((await rooms.browser().signInBy(device)).status).toBe(200);
  });
});

describe('where a second factor becomes required', () => {
  it('AUTH-6 ISO-10: a session that a password alone opened may only report from then on; one that was proved goes on', async () => {
    const rooms = await openRooms();
    for (const code of ['officer', 'teacher']) await rooms.account(code);
    const [plain, proved] = [rooms.browser(), rooms.browser()];
    await proved.signIn('officer');
    const device = rooms.device();
    await proved.addKey(device);
    await plain.signIn('officer');
    for (const browser of [plain, proved]) expect((await browser.get('/session')).body.access).toBe('full');
    const options = (await proved.post('/session/step-up/options')).body.options;
    await proved.post('/session/step-up', { method: 'passkey', response: device.get(options) });
    rooms.restart({ secondFactor: 'required' });
    expect((await proved.get('/recoveries')).status).toBe(200);
    expect(await plain.get('/recoveries')).toMatchObject({
      status: 403,
      body: { code: 'second-factor-needed' },
    });
    expect((await plain.get('/session')).body).toMatchObject({ access: 'limited', limitedBy: 'confirm' });
    expect((await plain.get('/me/security')).body.sessions).toMatchObject([
      { access: 'limited', current: true },
      { access: 'full' },
    ]);
    // No open stream goes on either.
    const cookie = (browser: Browser) => ({ cookies: Object.fromEntries(browser.jar) }) as FastifyRequest;
    const keys = [plain, proved].map((browser) => sessionKeyOf(rooms.ctx, cookie(browser)) ?? '');
    expect([...(await liveActors(rooms.ctx, keys)).keys()]).toEqual([keys[1]]);
    // Confirmed by the key, it is full again, under another secret.
    const before = plain.jar.get('tocsin');
    const again = (await plain.post('/session/step-up/options')).body.options;
    await plain.post('/session/step-up', { method: 'passkey', response: device.get(again) });
    expect(plain.jar.get('tocsin')).not.toBe(before);
    expect((await plain.get('/recoveries')).status).toBe(200);
    await rooms.close();
  });
});

describe('a grave act', () => {
  let rooms: Rooms;
  let admin: Browser;
  let personId: string;
  const invite = (browser: Browser) => browser.post('/accounts', { personId, login: 'engineer' });
  beforeAll(async () => {
    rooms = await openRooms();
    await rooms.account('admin');
    personId = await rooms.idOf('engineer');
    admin = rooms.browser();
    await admin.signIn('admin');
  });
  afterAll(() => rooms.close());

  it('is done within five minutes of signing in, and then asks once more (AUTH-6)', async () => {
    expect((await invite(admin)).status).toBe(201);
    rooms.clock.advance(5 * 60_000);
    expect(await invite(admin)).toMatchObject({
      status: 403,
      body: { code: 'step-up-needed', params: { methods: 'password' } },
    });
    const wrong = await admin.post('/session/step-up', { method: 'password', password: 'wrong' });
    expect(wrong.body.code).toBe('wrong-credentials');
    expect((await invite(admin)).body.code).toBe('step-up-needed');
    const done = await admin.post('/session/step-up', { method: 'password', password: PASSWORD });
    expect(done.status).toBe(200);
    expect((await invite(admin)).status).toBe(201);
    expect((await admin.get('/me/security')).body.stepUp).toEqual({
      until: done.body.until,
      methods: ['password'],
    });
    rooms.clock.advance(4 * 60_000 + 59_000);
    expect((await invite(admin)).status).toBe(201);
    rooms.clock.advance(1_001);
    expect((await invite(admin)).body.code).toBe('step-up-needed');
  });

  it('asks for the key of whoever has one; a password no longer stands for him', async () => {
    const device = rooms.device();
    await admin.post('/session/step-up', { method: 'password', password: PASSWORD });
    await admin.addKey(device);
    const other = rooms.browser();
    await other.signIn('admin');
    expect(await invite(other)).toMatchObject({
      status: 403,
      body: { code: 'step-up-needed', params: { methods: 'passkey' } },
    });
    const { body } = await other.post('/session/step-up/options');
    expect(body.options.allowCredentials).toHaveLength(1);
    const response = device.get(body.options);
    expect((await other.post('/session/step-up', { method: 'passkey', response })).status).toBe(200);
    expect((await invite(other)).status).toBe(201);
  });

  it('wrong confirmations count as tries at the door (AUTH-1)', async () => {
    await rooms.account('teacher');
    const browser = rooms.browser();
    await browser.signIn('teacher');
    const guess = () => browser.post('/session/step-up', { method: 'password', password: 'guess' });
    for (let n = 0; n < 10; n += 1) expect((await guess()).status).toBe(401);
    expect((await guess()).status).toBe(429);
    expect((await rooms.browser().signIn('teacher')).status).toBe(429);
  });
});

describe('sessions', () => {
  let rooms: Rooms;
  beforeAll(async () => {
    const session = { idleMs: 30 * 60_000, absoluteMs: 12 * 3_600_000 };
    rooms = await openRooms({ config: { session } });
    for (const code of ['officer', 'admin']) await rooms.account(code);
  });
  afterAll(() => rooms.close());

  it('end after 30 minutes unused, and after 12 hours in any case (AUTH-6)', async () => {
    const idle = rooms.browser();
    await idle.signIn('officer');
    rooms.clock.advance(30 * 60_000 + 1000);
    expect((await idle.get('/session')).status).toBe(401);
    const busy = rooms.browser();
    await busy.signIn('officer');
    for (let n = 0; n < 28; n += 1) {
      rooms.clock.advance(25 * 60_000);
      expect((await busy.get('/session')).status).toBe(200);
    }
    rooms.clock.advance(21 * 60_000);
    expect((await busy.get('/session')).status).toBe(401);
  });

  it('are listed with coarse words, and ended one by one or all but this (AUTH-6)', async () => {
    const here = rooms.browser();
    const phone = rooms.browser('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile Safari/604.1');
    const third = rooms.browser('curl/8');
    for (const one of [here, phone, third]) await one.signIn('officer');
    const { body } = await here.get('/me/security');
    const agents = body.sessions.map((one: { agent: string }) => one.agent).sort();
    expect(agents).toEqual(['', 'Firefox · Windows', 'Safari · iOS']);
    expect(body.sessions.filter((one: { current: boolean }) => one.current)).toHaveLength(1);
    expect(JSON.stringify(body)).not.toMatch(/127\.0\.0\.1|604\.1|Mozilla/);
    const { id } = body.sessions.find((one: { agent: string }) => one.agent === 'Safari · iOS');
    const stranger = rooms.browser();
    await stranger.signIn('admin');
    expect((await stranger.delete(`/me/sessions/${id}`)).status).toBe(404);
    expect((await here.delete(`/me/sessions/${id}`)).status).toBe(204);
    expect((await phone.get('/session')).status).toBe(401);
    expect((await here.delete('/me/sessions')).body).toEqual({ ended: 1 });
    expect((await third.get('/session')).status).toBe(401);
    expect((await here.get('/session')).status).toBe(200);
  });

  it('are ended by an administrator of the person', async () => {
    const officer = rooms.browser();
    await officer.signIn('officer');
    const admin = rooms.browser();
    await admin.signIn('admin');
    const personId = await rooms.idOf('officer');
    expect((await admin.delete(`/accounts/${personId}/sessions`)).body.ended).toBeGreaterThan(0);
    expect((await officer.get('/session')).status).toBe(401);
    expect((await officer.delete(`/accounts/${await rooms.idOf('admin')}/sessions`)).status).toBe(401);
  });

  it('ended in one process are dead in another within five seconds, to open streams at once (ISO-9, ISO-10)', async () => {
    const officer = rooms.browser();
    await officer.signIn('officer');
    // A second process on the same database: nothing tells it but the database.
    const other = { ...rooms.ctx, signals: createSignals() };
    const request = { cookies: { tocsin: officer.jar.get('tocsin') } } as unknown as FastifyRequest;
    expect(await findActor(other, request)).not.toBeNull();
    const key = sessionKeyOf(other, request)!;
    expect((await liveActors(other, [key])).size).toBe(1);
    const admin = rooms.browser();
    await admin.signIn('admin');
    await admin.delete(`/accounts/${await rooms.idOf('officer')}/sessions`);
    expect((await liveActors(other, [key])).size).toBe(0);
    rooms.clock.advance(5_000);
    expect(await findActor(other, request)).toBeNull();
  });

  it('shut with their account, changed post or spent holding see nothing more (ISO-10)', async () => {
    const officer = rooms.browser();
    await officer.signIn('officer');
    expect((await officer.get('/session')).body.posts).toHaveLength(1);
    await rooms.rows('update holdings set held_to = now() where person_id = $1', [
      await rooms.idOf('officer'),
    ]);
    rooms.clock.advance(5_000);
    expect((await officer.get('/session')).body.posts).toHaveLength(0);
    await rooms.rows("update accounts set disabled_at = now() where login = 'officer'");
    rooms.clock.advance(5_000);
    expect((await officer.get('/session')).status).toBe(401);
    await rooms.rows("update accounts set disabled_at = null where login = 'officer'");
    await rooms.rows('update holdings set held_to = null where person_id = $1', [
      await rooms.idOf('officer'),
    ]);
  });

  it('are never taken from an address, whatever it is called (AUTH-6)', async () => {
    const officer = rooms.browser();
    await officer.signIn('officer');
    const token = officer.jar.get('tocsin')!;
    for (const name of ['token', 'session', 'tocsin', 'access_token', 'sid']) {
      expect((await rooms.browser().get(`/session?${name}=${token}`)).status).toBe(401);
    }
    const answer = await rooms.app.inject({
      url: '/api/v1/session',
      headers: { authorization: `Bearer ${token}`, 'x-session': token },
    });
    expect(answer.statusCode).toBe(401);
  });

  it('are never those a browser brings: a planted secret opens nothing (AUTH-6)', async () => {
    const victim = rooms.browser();
    const planted = 'P'.repeat(43);
    victim.jar.set('tocsin', planted);
    await victim.signIn('officer');
    expect(victim.jar.get('tocsin')).not.toBe(planted);
    const thief = rooms.browser();
    thief.jar.set('tocsin', planted);
    expect((await thief.get('/session')).status).toBe(401);
  });

  it('leave each person a log of his own, and nobody else’s', async () => {
    const officer = rooms.browser();
    await officer.signIn('officer');
    await rooms.browser().signIn('officer', 'wrong');
    const { events } = (await officer.get('/me/security')).body;
    expect(events[0]).toMatchObject({ kind: 'sign-in-refused', how: 'password', byOther: false });
    const admin = rooms.browser();
    await admin.signIn('admin');
    const kinds = (await admin.get('/me/security')).body.events.map((one: { kind: string }) => one.kind);
    expect(kinds).not.toContain('sign-in-refused');
  });
});

describe('the rules', () => {
  const none = { password: true, passkeys: 0, totp: false, oidc: 0 };
  const at = new Date('2002-05-01T09:00:00Z');
  const standing = { how: 'password', access: 'full', steppedUpAt: at, steppedUpHow: 'password' } as const;

  it('offer the best way first, and the password only where there is nothing better', () => {
    expect(stepUpMethods(none)).toEqual(['password']);
    expect(stepUpMethods({ password: true, passkeys: 2, totp: true, oidc: 1 })).toEqual([
      'passkey',
      'totp',
      'oidc',
    ]);
    expect(stepUpMethods({ ...none, password: false })).toEqual([]);
  });

  it('count a confirmation for five minutes, by what still stands for the person', () => {
    const later = (ms: number) => new Date(at.getTime() + ms);
    expect(steppedUpUntil(standing, none, later(299_999))).toEqual(later(300_000));
    expect(steppedUpUntil(standing, none, later(300_000))).toBeNull();
    expect(steppedUpUntil(standing, { ...none, passkeys: 1 }, later(1))).toBeNull();
    expect(steppedUpUntil({ ...standing, steppedUpAt: null }, none, at)).toBeNull();
    // A clock that ran ahead somewhere does not prolong anything.
    expect(steppedUpUntil(standing, none, new Date(at.getTime() - 1))).toBeNull();
  });

  it('know what is enough to sign in by, and whose keys two administrators reset', () => {
    expect(isEnough(none, 'optional')).toBe(true);
    expect(isEnough(none, 'required')).toBe(false);
    expect(isEnough({ ...none, totp: true }, 'required')).toBe(true);
    expect(isEnough({ password: false, passkeys: 0, totp: true, oidc: 0 }, 'optional')).toBe(false);
    expect(needsFourEyes([{ role: 'contact', groupCode: null }])).toBe(false);
    expect(needsFourEyes([{ role: 'administrator', groupCode: null }])).toBe(true);
    expect(needsFourEyes([{ role: 'contact', groupCode: 'sg-x' }])).toBe(true);
  });

  it('say of a program only what helps to know one’s own', () => {
    expect(agentWords(undefined)).toBe('');
    expect(agentWords('Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130')).toBe(
      'Edge · Windows',
    );
    expect(agentWords('<script>alert(1)</script>')).toBe('');
  });
});
