import { createECDH, createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '../platform/errors.ts';
import { createHttp, type Http } from '../platform/http/index.ts';
import { channelRoutes } from './channel-routes.ts';
import { makeWorld, type World } from './test-world.ts';

let world: World;
let http: Http;
let isProven = true;
beforeAll(async () => {
  world = await makeWorld();
  http = await createHttp({
    log: world.ctx.log,
    publicUrl: world.ctx.config.publicUrl,
    ready: async () => ({ ready: true, checks: {} }) as never,
  });
  await http.register(
    channelRoutes(world.ctx, {
      confirmed: async () => {
        if (!isProven) throw new Refusal('step-up-needed', { params: { methods: 'password' } });
      },
    }),
  );
}, 240_000);
afterAll(async () => {
  await http.close();
  await world.close();
});

async function cookieOf(personId: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await world.owner.query(
    `insert into accounts (person_id, login, password_hash) values ($1::uuid, ($1::uuid)::text, 'none') on conflict do nothing`,
    [personId],
  );
  await world.owner.query(
    `insert into sessions (token_hash, person_id, created_at, seen_at, expires_at)
     values ($1, $2, now(), now(), now() + interval '1 hour')`,
    [createHash('sha256').update(token).digest(), personId],
  );
  return `__Host-tocsin=${token}`;
}

async function ask(cookie: string, method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) {
  const response = await http.inject({
    method,
    url: `/api/v1${url}`,
    headers: { cookie, origin: 'https://tocsin.example', 'sec-fetch-site': 'same-origin' },
    ...(payload ? { payload } : {}),
  });
  return { status: response.statusCode, body: response.body === '' ? null : response.json() };
}
const device = (endpoint: string) => ({
  endpoint,
  keys: {
    p256dh: createECDH('prime256v1').generateKeys().toString('base64url'),
    auth: randomBytes(16).toString('base64url'),
  },
  label: '手機',
});

describe('one’s own devices', () => {
  it('ISO-1: each person has his own list and ends his own; a browser that changes hands tells its former person nothing', async () => {
    const [one, other] = await Promise.all(
      ['one', 'other'].map(async (name) =>
        cookieOf(await world.addPerson(world.organisationId, `${name}@agency.example`)),
      ),
    );
    const made = await ask(one ?? '', 'POST', '/me/devices', device('https://push.example/a'));
    expect(made).toMatchObject({ status: 201, body: { label: '手機', usedAt: null } });
    expect(JSON.stringify(made.body)).not.toContain('push.example');
    expect((await ask(other ?? '', 'GET', '/me/devices')).body.items).toEqual([]);
    const foreign = await ask(other ?? '', 'DELETE', `/me/devices/${made.body.id}`);
    expect(foreign.status).toBe(404);
    await ask(other ?? '', 'POST', '/me/devices', device('https://push.example/a'));
    expect((await ask(one ?? '', 'GET', '/me/devices')).body.items).toEqual([]);
    const [own] = (await ask(other ?? '', 'GET', '/me/devices')).body.items;
    expect((await ask(other ?? '', 'DELETE', `/me/devices/${own.id}`)).status).toBe(204);
    expect((await ask(other ?? '', 'GET', '/me/devices')).body).toMatchObject({
      key: expect.stringMatching(/^[\w-]{87}$/),
      items: [],
    });
  });

  it('HOOK-1: no endpoint but a push service’s, no key but a point of the curve, no more than ten devices', async () => {
    const cookie = await cookieOf(await world.addPerson(world.organisationId, 'many@agency.example'));
    for (const endpoint of [
      'http://push.example/a',
      'https://u:p@push.example/',
      'https://push.example:8443/',
      'file:///etc/passwd',
      'x',
    ])
      expect((await ask(cookie, 'POST', '/me/devices', device(endpoint))).status, endpoint).toBe(400);
    const odd = device('https://push.example/a');
    const flat = { ...odd, keys: { ...odd.keys, p256dh: Buffer.alloc(65, 4).toString('base64url') } };
    expect((await ask(cookie, 'POST', '/me/devices', flat)).status).toBe(400);
    for (let n = 0; n < 12; n += 1)
      await ask(
        cookie,
        'POST',
        '/me/devices',
        device(`https://push.example/${n}-${randomBytes(4).toString('hex')}`),
      );
    expect((await ask(cookie, 'GET', '/me/devices')).body.items).toHaveLength(10);
  });
});

describe('how the ways fare', () => {
  it('is for the desk and the centre’s administrators; a test wants a fresh proof and goes nowhere else (AUTH-6)', async () => {
    const stranger = await cookieOf(await world.addPerson(world.organisationId, 'stranger@agency.example'));
    expect((await ask(stranger, 'GET', '/channels')).status).toBe(404);
    expect((await ask(stranger, 'POST', '/channels/default/test', {})).status).toBe(404);
    const person = await world.addPerson(world.organisationId, 'duty@agency.example');
    const post = await world.addPost(world.organisationId, 'duty-officer');
    await world.owner.query(
      `insert into groups (code, kind, name_zh, name_en) values ($1, 'subgroup', '組', 'Group') on conflict do nothing`,
      [world.pack.desk.group],
    );
    await world.owner.query('update posts set group_code = $2 where id = $1', [post, world.pack.desk.group]);
    await world.hold(post, person);
    const duty = await cookieOf(person);
    const seen = await ask(duty, 'GET', '/channels');
    expect(seen.status).toBe(200);
    expect(seen.body.items.map((one: { lane: string }) => one.lane)).toEqual([
      'default',
      new URL(world.second.url).host,
      'push',
    ]);
    isProven = false;
    expect((await ask(duty, 'POST', '/channels/default/test', {})).body.code).toBe('step-up-needed');
    isProven = true;
    expect((await ask(duty, 'POST', '/channels/sms:gateway/test', {})).status).toBe(404);
    expect((await ask(duty, 'POST', '/channels/default/test', {})).status).toBe(204);
    expect((await ask(duty, 'POST', '/channels/default/test', {})).status).toBe(429);
    const { rows } = await world.owner.query('select person_id, lane from channel_tests');
    expect(rows).toEqual([{ person_id: person, lane: 'default' }]);
    await world.owner.query(
      `insert into lane_health (lane, channel, failing_since, reason) values ('default', 'mail', now(), 'relay-silent')`,
    );
    const [mail] = (await ask(duty, 'GET', '/channels')).body.items;
    expect(mail).toMatchObject({
      state: 'down',
      reason: { zh: expect.stringContaining('沒有回應') },
      test: { ok: null },
    });
  });
});
