/** Passkeys through the API, with an authenticator in software. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { relyingParty } from './passkeys.ts';
import type { Authenticator, Twist } from './test-authenticator.ts';
import { type Browser, openRooms, type Rooms } from './test-kit.ts';

let rooms: Rooms;
let device: Authenticator;
let owner: Browser;

beforeAll(async () => {
  rooms = await openRooms();
  await rooms.account('officer');
  await rooms.account('teacher');
  device = rooms.device();
  owner = rooms.browser();
  await owner.signIn('officer');
  expect((await owner.addKey(device)).status).toBe(201);
});
afterAll(() => rooms.close());

const refused = { status: 401, body: { code: 'passkey-refused' } };

describe('a passkey', () => {
  it('signs its holder in without a name typed (AUTH-4)', async () => {
    const browser = rooms.browser();
    const { body } = await browser.post('/session/passkey/options');
    expect(body.options).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
    expect(body.options).not.toHaveProperty('allowCredentials');
    const answer = await browser.post('/session/passkey', { response: device.get(body.options) });
    expect(answer).toMatchObject({ status: 200, body: { how: 'passkey', access: 'full' } });
    expect(answer.body.person.name.en).toBe('Officer Lin');
    expect((await browser.get('/session')).status).toBe(200);
  });

  it('is made discoverable, with its holder’s own confirmation, and not twice on one device', async () => {
    const { body } = await owner.post('/me/passkeys/options');
    expect(body.options.authenticatorSelection).toMatchObject({
      residentKey: 'required',
      userVerification: 'required',
    });
    expect(body.options.excludeCredentials.map((one: { id: string }) => one.id)).toContain(
      device.keys[0]!.id,
    );
    expect(body.options.attestation).toBe('none');
  });

  it('has a name, says when it was used and whether it is copied about', async () => {
    const synced = rooms.device(true);
    const made = await owner.addKey(synced, '手機');
    expect(made.body).toMatchObject({ name: '手機', synced: true, usedAt: null });
    expect((await rooms.browser().signInBy(synced)).status).toBe(200);
    expect((await rooms.browser().signInBy(synced)).status).toBe(200);
    const { body } = await owner.get('/me/security');
    expect(body.passkeys).toMatchObject([
      { name: '辦公室筆電', synced: false },
      { name: '手機', synced: true, usedAt: expect.any(String) },
    ]);
    const renamed = await owner.send('PATCH', `/me/passkeys/${made.body.id}`, { name: '公務手機' });
    expect(renamed.body.name).toBe('公務手機');
    expect((await owner.delete(`/me/passkeys/${made.body.id}`)).status).toBe(204);
    expect(await rooms.browser().signInBy(synced)).toMatchObject(refused);
  });

  it('of another person is neither named nor removed', async () => {
    const [{ id }] = await rooms.rows('select id from passkeys');
    const teacher = rooms.browser();
    await teacher.signIn('teacher');
    expect((await teacher.send('PATCH', `/me/passkeys/${id}`, { name: 'x' })).status).toBe(404);
    expect((await teacher.delete(`/me/passkeys/${id}`)).status).toBe(404);
    expect(await rooms.rows('select id from passkeys')).toHaveLength(1);
  });

  it('that somebody has already is nobody else’s (AUTH-4)', async () => {
    const teacher = rooms.browser();
    await teacher.signIn('teacher');
    const { body } = await teacher.post('/me/passkeys/options');
    const copy = rooms.device();
    const response = copy.create(body.options);
    await teacher.post('/me/passkeys', { name: 'x', response });
    const again = await owner.post('/me/passkeys/options');
    // The officer's browser brings the teacher's credential, for its own challenge.
    const forged = {
      ...response,
      response: {
        ...response.response,
        clientDataJSON: rooms.device().create(again.body.options).response.clientDataJSON,
      },
    };
    expect(await owner.post('/me/passkeys', { name: 'x', response: forged })).toMatchObject(refused);
    await rooms.rows('delete from passkeys where person_id = $1', [await rooms.idOf('teacher')]);
  });
});

describe('an answer is refused', () => {
  const wrong: [string, Twist][] = [
    ['from another origin', { origin: 'https://tocsin.example.evil.example' }],
    ['for another name', { rpId: 'evil.example' }],
    ['without its holder’s confirmation (UV=0)', { unverified: true }],
    ['to a challenge nobody gave', { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['of another ceremony', { type: 'webauthn.create' }],
    ['by a credential nobody has', { id: 'BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB' }],
    ['that does not say whose it is', { userHandle: null }],
    ['that says it is another’s', { userHandle: Buffer.alloc(16, 7).toString('base64url') }],
    ['whose counter stands still', { counter: 1 }],
    ['whose counter runs back to nothing', { counter: 0 }],
  ];
  beforeEach(async () => {
    expect((await rooms.browser().signInBy(device)).status).toBe(200);
  });
  it.each(wrong)('%s (AUTH-4)', async (_name, twist) => {
    const browser = rooms.browser();
    expect(await browser.signInBy(device, twist)).toMatchObject(refused);
    expect(browser.jar.size).toBe(0);
    expect((await rooms.browser().signInBy(device)).status).toBe(200);
  });

  it('when it was shown before (AUTH-4)', async () => {
    const browser = rooms.browser();
    const { body } = await browser.post('/session/passkey/options');
    const response = device.get(body.options);
    expect((await browser.post('/session/passkey', { response })).status).toBe(200);
    expect(await rooms.browser().post('/session/passkey', { response })).toMatchObject(refused);
  });

  it('fifty times at once, but for one (AUTH-4)', async () => {
    const { body } = await rooms.browser().post('/session/passkey/options');
    const response = device.get(body.options);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => rooms.browser().post('/session/passkey', { response })),
    );
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  });

  it('when it comes too late', async () => {
    const browser = rooms.browser();
    const { body } = await browser.post('/session/passkey/options');
    rooms.clock.advance(5 * 60_000 + 1000);
    expect(await browser.post('/session/passkey', { response: device.get(body.options) })).toMatchObject(
      refused,
    );
  });

  it('with another person’s key in place of one’s own, also to confirm (AUTH-4)', async () => {
    const teacher = rooms.browser();
    await teacher.signIn('teacher');
    const own = rooms.device();
    expect((await teacher.addKey(own)).status).toBe(201);
    const { body } = await teacher.post('/session/step-up/options');
    const foreign = await teacher.post('/session/step-up', {
      method: 'passkey',
      response: device.get(body.options),
    });
    expect(foreign).toMatchObject(refused);
    const fresh = await teacher.post('/session/step-up/options');
    const response = own.get(fresh.body.options);
    // A challenge to confirm opens no session, and one of another session confirms nothing.
    expect(await rooms.browser().post('/session/passkey', { response })).toMatchObject(refused);
    const elsewhere = rooms.browser();
    await elsewhere.signIn('teacher');
    expect(await elsewhere.post('/session/step-up', { method: 'passkey', response })).toMatchObject(refused);
    expect((await teacher.post('/session/step-up', { method: 'passkey', response })).status).toBe(200);
  });

  it('by a key of a shut account', async () => {
    await rooms.account('nurse');
    const nurse = rooms.browser();
    await nurse.signIn('nurse');
    const key = rooms.device();
    await nurse.addKey(key);
    await rooms.rows('update accounts set disabled_at = now() where login = $1', ['nurse']);
    expect(await rooms.browser().signInBy(key)).toMatchObject(refused);
  });

  it('and its holder finds a counter that ran back in his log', async () => {
    const kinds = await rooms.rows('select kind from sign_in_events where person_id = $1', [
      await rooms.idOf('officer'),
    ]);
    expect(kinds.map((row) => row.kind)).toContain('passkey-suspect');
  });
});

it('a stranger’s address may not ask for challenges without end', async () => {
  const browser = rooms.browser();
  const answers = [];
  for (let n = 0; n < 320; n += 1) answers.push((await browser.post('/session/passkey/options')).status);
  expect(new Set(answers)).toEqual(new Set([200]));
  const rows = await rooms.rows('select 1 from passkey_challenges where subject is not null');
  expect(rows.length).toBeLessThanOrEqual(300);
  rooms.clock.advance(6 * 60_000);
  expect((await browser.post('/session/passkey/options')).status).toBe(200);
});

it('keys belong to the configured address, whatever a request says', () => {
  expect(relyingParty('https://tocsin.example')).toEqual({
    id: 'tocsin.example',
    origins: ['https://tocsin.example'],
  });
  expect(relyingParty('http://127.0.0.1:8080')).toEqual({
    id: 'localhost',
    origins: ['http://localhost:8080', 'http://127.0.0.1:8080', 'http://[::1]:8080'],
  });
});
