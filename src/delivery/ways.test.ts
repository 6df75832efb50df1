/** Every way to a person, each against a real far end. */
import { createECDH, randomBytes, randomUUID } from 'node:crypto';
// @ts-expect-error the package has no types
import ece from 'http_ece';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type HttpSink, startHttpSink } from '../../test/support/http-sink.ts';
import { type SmppSink, startSmppSink } from '../../test/support/smpp-sink.ts';
import { until } from '../../test/support/wait.ts';
import { renderNoticePdf } from '../paper/notice.ts';
import { SYSTEM } from '../platform/actor.ts';
import { createMailTransport, type MailTransport } from '../platform/mail.ts';
import { read, write } from '../platform/transaction.ts';
import { askTest, ownTests, runTests } from './channel-tests.ts';
import { channelsOf } from './channels.ts';
import { refreshDevices } from './devices.ts';
import { laneStates } from './health.ts';
import { smsIntake } from './sms-intake.ts';
import { makeWorld, type QueueOptions, type World } from './test-world.ts';
import { createWays, type Ways } from './ways.ts';
import { type DeliveryWorker, deliverDue, startDeliveryWorker } from './worker.ts';

const FRESH = randomBytes(32);
const FORMER = randomBytes(32);
const secretText = (secret: Buffer) => `whsec_${secret.toString('base64')}`;

let world: World;
let gateway: SmppSink;
let receiver: HttpSink;
let voice: HttpSink;
let pushService: HttpSink;
let transport: MailTransport;
let ways: Ways;
let holder: string;
const confirmed: [string, string][] = [];
let mayConfirm = true;
const running: DeliveryWorker[] = [];

beforeAll(async () => {
  [gateway, receiver, voice, pushService] = await Promise.all([
    startSmppSink(),
    startHttpSink(),
    startHttpSink(),
    startHttpSink(),
  ]);
  world = await makeWorld({
    SMPP_URL: gateway.url,
    SMPP_FROM: '886900000000',
    SMPP_RATE: '1000',
    WEBHOOK_URL: `${receiver.origin}/hook`,
    WEBHOOK_SECRET: `${secretText(FRESH)},${secretText(FORMER)}`,
    WEBHOOK_NAME: '訊息閘道甲',
    WEBHOOK_2_URL: `${voice.origin}/call`,
    WEBHOOK_2_SECRET: secretText(FORMER),
    WEBHOOK_2_KIND: 'voice',
    WEBHOOK_INSIDE: `${receiver.origin},${voice.origin}`,
    PUSH_SERVICES: pushService.origin,
    FAX_DOMAIN: 'fax.example',
  });
  holder = await world.addPerson(world.organisationId, 'all@agency.example', 'zh-Hant', {
    mobile: '0912-345-678',
    fax: '02-0000-1234',
  });
  await world.hold(world.postId, holder);
  transport = createMailTransport(world.ctx.config, { connect: 5_000, silence: 5_000, mail: 9_000 });
  ways = createWays(world.ctx, {
    transport,
    paper: renderNoticePdf,
    timeoutMs: 400,
    smppTimes: { answer: 400, again: 20 },
    onSms: smsIntake(world.ctx, {
      acknowledge: async (person, notice) => {
        if (mayConfirm) confirmed.push([person, notice]);
        return mayConfirm;
      },
      reply: async (to, text) => void (await ways.send({ kind: 'sms', to, text })),
    }),
  });
  await until(() => ways.stands('sms:gateway'));
}, 240_000);
afterAll(async () => {
  await ways.close();
  transport.close();
  await world.close();
  await Promise.all([gateway, receiver, voice, pushService].map((one) => one.close()));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.stop()));
  for (const one of [gateway, receiver, voice, pushService, world.sink]) one.clear();
  confirmed.length = 0;
  mayConfirm = true;
  await world.owner.query(
    `delete from sms_codes; delete from sms_guesses; delete from sms_parts; delete from deliveries; delete from notices;
     delete from push_subscriptions; delete from lane_health; delete from channel_tests;
     update cases set failed_notices = 0, compartment = null, held = false`,
  );
});

const LANES = {
  sms: 'sms:gateway',
  push: 'push',
  webhook: 'webhook:1',
  fax: 'fax',
  mail: 'default',
} as const;
const queue = (channel: keyof typeof LANES, more: QueueOptions = {}) =>
  world.queue({ channel, relay: LANES[channel], personId: holder, ...more });
const deliver = (now?: Date) => deliverDue(world.ctx, { transport, ways, ...(now ? { now } : {}) });
const later = (ms: number) => new Date(Date.now() + ms);
const others = async (noticeId: string) =>
  (
    await world.owner.query<{ channel: string; relay: string; state: string }>(
      'select channel, relay, state from deliveries where notice_id = $1 order by made_at, channel',
      [noticeId],
    )
  ).rows;

async function addDevice() {
  const device = createECDH('prime256v1');
  const publicKey = device.generateKeys();
  const authSecret = randomBytes(16);
  const id = randomUUID();
  await world.owner.query(
    `insert into push_subscriptions (id, person_id, endpoint, public_key, auth_secret, label, made_at)
     values ($1, $2, $3, $4, $5, '手機', now())`,
    [id, holder, `${pushService.origin}/send/${id}`, publicKey, authSecret],
  );
  const read = (body: Buffer) =>
    JSON.parse(
      (ece.decrypt(body, { version: 'aes128gcm', privateKey: device, authSecret }) as Buffer).toString(),
    ) as Record<string, unknown>;
  return { id, read };
}

describe('which ways reach a person', () => {
  it('mail always; the others when they are set up and there is an address', async () => {
    const person = { id: holder, email: 'x@y.example', phone: '', mobile: '0912-345-678', fax: '' };
    await refreshDevices(world.ctx);
    expect(channelsOf(world.ctx, person, ['mail', 'push', 'sms', 'webhook', 'fax'])).toEqual([
      { channel: 'mail', lane: 'default' },
      { channel: 'sms', lane: 'sms:gateway' },
      { channel: 'webhook', lane: 'webhook:1' },
      { channel: 'webhook', lane: 'webhook:2' },
    ]);
    await addDevice();
    await refreshDevices(world.ctx);
    const nobody = { ...person, email: '', mobile: '分機 12', fax: '02-0000-1234' };
    expect(channelsOf(world.ctx, nobody, ['mail', 'push', 'sms', 'webhook', 'fax'])).toEqual([
      { channel: 'mail', lane: 'default' },
      { channel: 'push', lane: 'push' },
      { channel: 'fax', lane: 'fax' },
    ]);
  });
});

describe('push', () => {
  it('S8.3.6: reaches the device alone, encrypted and signed, and says what is asked and where to look', async () => {
    const device = await addDevice();
    const { noticeId, deliveryId } = await queue('push', { urgent: true, rank: 4 });
    await deliver();
    const sent = pushService.requests[0];
    expect(sent?.headers).toMatchObject({ ttl: '86400', urgency: 'high', 'content-encoding': 'aes128gcm' });
    expect(sent?.headers.topic).toBe(noticeId.replaceAll('-', ''));
    const claims = /^vapid t=[\w-]+\.([\w-]+)\./.exec(sent?.headers.authorization ?? '')?.[1] ?? '';
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString()).aud).toBe(pushService.origin);
    expect(sent?.body.toString('latin1')).not.toContain('115-');
    expect(device.read(sent?.body ?? Buffer.alloc(0))).toEqual({
      title: expect.stringMatching(/^【D.*】115-\d+ 新通報$/),
      body: '請簽收並登錄列管。',
      lang: 'zh-Hant',
      notice: noticeId,
      path: `/inbox?notice=${noticeId}`,
      urgent: true,
    });
    expect(await world.delivery(deliveryId)).toMatchObject({ state: 'handed-over' });
  });

  it('DEC-19 H28: of what is behind walls or held a locked screen says nothing', async () => {
    const device = await addDevice();
    await world.owner.query(`update cases set compartment = 'defence'`);
    await queue('push');
    await deliver();
    await world.owner.query('update cases set compartment = null, held = true');
    await queue('push');
    await deliver();
    for (const { body } of pushService.requests) {
      const said = device.read(body);
      expect(said).toMatchObject({ title: '警鐘', body: '您有一則通知，請登入檢視。' });
      expect(JSON.stringify(said)).not.toMatch(/115-|D級|測試/);
    }
    expect(pushService.requests).toHaveLength(2);
  });

  it('a device that is gone is forgotten; with none left the delivery says so', async () => {
    await addDevice();
    pushService.answer(410);
    const first = await queue('push');
    await deliver();
    expect(await world.delivery(first.deliveryId)).toMatchObject({ state: 'failed', reason: 'no-device' });
    expect((await world.owner.query('select 1 from push_subscriptions')).rowCount).toBe(0);
    const second = await queue('push');
    await deliver();
    expect(await world.delivery(second.deliveryId)).toMatchObject({ state: 'failed', reason: 'no-device' });
  });

  it('HOOK-1: an endpoint elsewhere than where push services are is never asked', async () => {
    await addDevice();
    await world.owner.query(`update push_subscriptions set endpoint = 'http://127.0.0.1:1/x'`);
    const { deliveryId } = await queue('push');
    await deliver();
    expect(await world.delivery(deliveryId)).toMatchObject({ state: 'queued', reason: 'relay-refuses:port' });
    expect(pushService.requests).toEqual([]);
  });
});

describe('short messages', () => {
  const codeIn = (text: string) => /回覆 (\d{6}) 即簽收/.exec(text)?.[1] ?? '';

  it('S8.3.6: number, level, what is asked until when, and a code; the receipt says that it arrived', async () => {
    const { deliveryId } = await queue('sms', { confirmBy: new Date('2026-03-05T01:50:00Z') });
    await deliver();
    const [sms] = gateway.messages;
    expect(sms).toMatchObject({ to: '886912345678', from: '886900000000' });
    expect(sms?.text).toMatch(
      /^警鐘 【D.*】115-\d+ 新通報；請簽收並登錄列管；09:50前；回覆 \d{6} 即簽收；或電 02-0000-1234$/,
    );
    await until(async () => (await world.owner.query('select 1 from sms_parts')).rowCount === 1);
    expect(await gateway.receipt(sms?.id ?? '', 'DELIVRD')).toBe(0);
    const { rows } = await world.owner.query('select received_at, state from deliveries where id = $1', [
      deliveryId,
    ]);
    expect(rows[0]).toMatchObject({ state: 'handed-over', received_at: expect.any(Date) });
  });

  it('DEC-19: of what is behind walls it says nothing but the code; a drill is called one', async () => {
    await world.owner.query(`update cases set compartment = 'defence'`);
    await queue('sms', { mode: 'exercise' });
    await deliver();
    expect(gateway.messages[0]?.text).toMatch(/^【演練】警鐘 您有一則通知；回覆 \d{6} 即簽收；或電/);
  });

  it('the code confirms once, from its own number only, and the person is told', async () => {
    const { noticeId } = await queue('sms');
    await deliver();
    const code = codeIn(gateway.messages[0]?.text ?? '');
    await gateway.answer('886900000009', code);
    expect(confirmed).toEqual([]);
    await gateway.answer('0912345678', `收到，${code}`);
    expect(confirmed).toEqual([[holder, noticeId]]);
    await gateway.waitFor(({ text }) => text === '警鐘 已簽收。');
    await gateway.answer('886912345678', code);
    expect(confirmed).toHaveLength(1);
  });

  it('sent again it says the same code; two notices to one number never share one', async () => {
    gateway.behave(0x58);
    const { deliveryId } = await queue('sms');
    await queue('sms');
    await deliver();
    expect(await world.delivery(deliveryId)).toMatchObject({ state: 'queued' });
    const { rows: before } = await world.owner.query('select code_hash from sms_codes order by delivery_id');
    await deliver(later(60_000));
    await deliver(later(120_000));
    const { rows: after } = await world.owner.query('select code_hash from sms_codes order by delivery_id');
    for (const { code_hash } of before)
      expect(after.some((one) => one.code_hash.equals(code_hash))).toBe(true);
    const codes = gateway.messages.map(({ text }) => codeIn(text));
    expect(new Set(codes).size).toBe(2);
  });

  it('AUTH-3: after five wrong codes nothing from that number is looked at, not even the right one', async () => {
    await queue('sms');
    await deliver();
    const code = codeIn(gateway.messages[0]?.text ?? '');
    const wrong = Array.from({ length: 50 }, (_, n) => String(((Number(code) + n + 1) % 900_000) + 100_000));
    await Promise.all(wrong.slice(0, 50).map((one) => gateway.answer('886912345678', one)));
    const { rows } = await world.owner.query('select count(*)::int as n from sms_guesses');
    expect(rows[0].n).toBe(5);
    await gateway.answer('886912345678', code);
    expect(confirmed).toEqual([]);
    // What carries no code is no guess.
    await gateway.answer('886912345678', '謝謝');
  });

  it('H41: whoever holds the post no more confirms nothing', async () => {
    await queue('sms');
    await deliver();
    mayConfirm = false;
    await gateway.answer('886912345678', codeIn(gateway.messages[0]?.text ?? ''));
    await gateway.waitFor(({ text }) => text.includes('已不需您簽收'));
  });

  it('FLT-7: what the gateway could not bring has failed after all, and an A goes the next way', async () => {
    const { deliveryId, noticeId } = await queue('sms', { rank: 4, urgent: true });
    await deliver();
    await gateway.receipt(gateway.messages[0]?.id ?? '', 'UNDELIV');
    await until(async () => (await world.delivery(deliveryId)).state === 'failed');
    expect((await others(noticeId)).map(({ channel }) => channel)).toContain('mail');
  });

  it('FLT-7: a refused number fails for good; a throttled or silent gateway is tried again', async () => {
    gateway.behave(0x0b);
    const refused = await queue('sms');
    await deliver();
    expect(await world.delivery(refused.deliveryId)).toMatchObject({ state: 'failed', reason: 'refused:11' });
    gateway.behave(null);
    const silent = await queue('sms');
    await deliver();
    expect(await world.delivery(silent.deliveryId)).toMatchObject({
      state: 'queued',
      reason: 'relay-silent',
    });
    await until(() => ways.stands('sms:gateway'));
    await deliver(later(3_600_000));
    expect(await world.delivery(silent.deliveryId)).toMatchObject({ state: 'handed-over' });
  });
});

describe('webhooks', () => {
  it('are signed as the Standard Webhooks ask, with both secrets while they change, under an id that stays', async () => {
    receiver.answer(503, 202);
    const { deliveryId } = await queue('webhook');
    await deliver();
    expect(await world.delivery(deliveryId)).toMatchObject({ state: 'queued', reason: 'deferred:503' });
    await deliver(later(60_000));
    expect(await world.delivery(deliveryId)).toMatchObject({ state: 'handed-over', attempts: 2 });
    expect(receiver.requests.map(({ headers }) => headers['webhook-id'])).toEqual([deliveryId, deliveryId]);
    for (const { body, headers } of receiver.requests)
      for (const secret of [FRESH, FORMER])
        expect(
          new Webhook(secret.toString('base64')).verify(body.toString(), headers as Record<string, string>),
        ).toMatchObject({
          type: 'notice',
          data: {
            kind: 'chat',
            to: { mail: 'all@agency.example' },
            level: 'D',
            exercise: false,
            text: expect.stringContaining('請簽收並登錄列管'),
            link: expect.stringContaining('https://tocsin.example/inbox?notice='),
          },
        });
  });

  it('a voice gateway is given the number to ring, and nothing of what is behind walls', async () => {
    await world.owner.query(`update cases set compartment = 'defence'`);
    await queue('webhook', { relay: 'webhook:2' });
    await deliver();
    const { data } = JSON.parse(voice.requests[0]?.body.toString() ?? '{}');
    expect(data).toMatchObject({ kind: 'voice', to: { phone: '+886912345678' }, number: null, level: null });
    expect(data.text).toBe('您有一則通知，請登入檢視。');
  });

  it.each([
    [302, 'queued', 'relay-refuses:redirect'],
    [401, 'queued', 'relay-refuses:401'],
    [429, 'queued', 'deferred:429'],
    [400, 'failed', 'refused:400'],
    [null, 'queued', 'relay-silent:too-slow'],
  ] as const)('HOOK-1: a receiver that answers %s leaves it %s', async (status, state, reason) => {
    receiver.answer(status);
    const { deliveryId } = await queue('webhook');
    await deliver();
    expect(await world.delivery(deliveryId)).toMatchObject({ state, reason });
    expect(receiver.requests).toHaveLength(1);
  });

  it('HOOK-1: a receiver inside that nobody named as such is never asked', async () => {
    const { channels } = world.ctx.config;
    for (const url of [
      'http://127.0.0.1/x',
      'https://169.254.169.254/latest',
      'https://[::ffff:10.0.0.1]/',
    ]) {
      const target = channels.webhooks.map((one) => ({ ...one, url }));
      const config = {
        ...world.ctx.config,
        channels: { ...channels, smpp: undefined, webhooks: target, webhooksInside: [] },
      };
      const closed = createWays({ ...world.ctx, config }, { transport });
      const receiverOf = target[0];
      if (!receiverOf) throw new Error('no receiver');
      await expect(
        closed.send({ kind: 'webhook', receiver: receiverOf, id: 'x', body: '{}' }),
      ).rejects.toMatchObject({ code: 'inside' });
      await closed.close();
    }
    expect(receiver.requests).toEqual([]);
  });
});

describe('fax', () => {
  it('goes to the gateway as mail to the number, with the notice as a PDF', async () => {
    const { deliveryId } = await queue('fax');
    await deliver();
    const [mail] = world.sink.mailTo('886200001234@fax.example');
    const [pdf] = mail?.parsed.attachments ?? [];
    expect(pdf).toMatchObject({ mimeType: 'application/pdf', filename: 'notice.pdf' });
    expect(
      Buffer.from(pdf?.content as ArrayBuffer)
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    expect(mail?.messageId).toBe(`<${deliveryId}@tocsin.example>`);
    expect(mail?.text).toContain('附件為應傳真之通知單');
    expect(await world.delivery(deliveryId)).toMatchObject({ state: 'handed-over' });
  });
});

describe('an A does not wait for a way in trouble (FLT-7)', () => {
  it.each([
    ['refused for good', { act: 'refuse', code: 550 } as const],
    ['a relay that refuses us', { act: 'refuse', code: 421 } as const],
  ])('FLT-7: %s: the next way is taken at once, and one is enough', async (_what, behaviour) => {
    world.sink.behave('all@agency.example', behaviour);
    await refreshDevices(world.ctx);
    const grave = await queue('mail', { rank: 4, urgent: true });
    const slight = await queue('mail', { rank: 1 });
    const began = Date.now();
    running.push(startDeliveryWorker(world.ctx, { transport, ways, workerId: 'one' }));
    const sms = await gateway.waitFor(({ to }) => to === '886912345678');
    expect(sms.at.getTime() - began).toBeLessThan(30_000);
    await until(async () => (await others(grave.noticeId)).some((one) => one.state === 'handed-over'));
    expect((await others(grave.noticeId)).map(({ channel }) => channel)).toEqual(['mail', 'sms']);
    expect((await others(slight.noticeId)).map(({ channel }) => channel)).toEqual(['mail']);
  });
});

describe('lanes stand alone', () => {
  it('FLT-7: dead gateways delay neither each other nor mail, and their state is known', async () => {
    receiver.answer(null);
    pushService.answer(503);
    await addDevice();
    const dead = await Promise.all([queue('webhook'), queue('webhook'), queue('push')]);
    await Promise.all(Array.from({ length: 20 }, () => queue('mail')));
    const began = performance.now();
    running.push(startDeliveryWorker(world.ctx, { transport, ways, workerId: 'one' }));
    await until(() => world.sink.messages.length === 20);
    expect(performance.now() - began).toBeLessThan(10_000);
    const states = () => read(world.ctx.database, SYSTEM, world.ctx.clock, (tx) => laneStates(tx));
    await until(async () => (await states()).some((one) => one.lane === 'webhook:1' && one.failingSince));
    const known = new Map((await states()).map((one) => [one.lane, one]));
    expect(known.get('default')).toMatchObject({ failingSince: null, okAt: expect.any(Date) });
    expect(known.get('webhook:1')).toMatchObject({ reason: 'relay-silent', queued: 2 });
    receiver.answer(200);
    await world.owner.query(`update deliveries set next_at = now() where id = $1`, [dead[0]?.deliveryId]);
    await until(async () => (await states()).some((one) => one.lane === 'webhook:1' && !one.failingSince), {
      timeout: 40_000,
    });
  });

  it('what waits for a way that is set up no more fails and says so; mail of a lost relay finds another', async () => {
    const stray = await world.queue({ channel: 'webhook', relay: 'webhook:3', personId: holder });
    const mail = await world.queue({ relay: 'gone.example', personId: holder });
    running.push(startDeliveryWorker(world.ctx, { transport, ways, workerId: 'one' }));
    await until(async () => (await world.delivery(stray.deliveryId)).state === 'failed');
    expect(await world.delivery(stray.deliveryId)).toMatchObject({ reason: 'no-lane' });
    await until(async () => (await world.delivery(mail.deliveryId)).state === 'handed-over');
  });
});

describe('trying a way out', () => {
  it('sends to the asker alone, by the asked lane, and keeps what came of it', async () => {
    const device = await addDevice();
    const ask = (lane: string) =>
      write(world.ctx.database, SYSTEM, world.ctx.clock, (tx) => askTest(tx, holder, lane));
    for (const lane of ['default', 'push', 'sms:gateway', 'webhook:1', 'webhook:2', 'fax'])
      expect(await ask(lane)).toBe(true);
    expect(await ask('default')).toBe(false);
    voice.answer(500);
    while ((await runTests(world.ctx, transport, ways)) > 0);
    const tests = await read(world.ctx.database, SYSTEM, world.ctx.clock, (tx) => ownTests(tx, holder));
    expect(tests.map(({ lane, ok, reason }) => [lane, ok, reason])).toEqual([
      ['default', true, null],
      ['fax', true, null],
      ['push', true, null],
      ['sms:gateway', true, null],
      ['webhook:1', true, null],
      ['webhook:2', false, 'deferred'],
    ]);
    expect(world.sink.messages.map(({ to }) => to[0]).sort()).toEqual([
      '886200001234@fax.example',
      'all@agency.example',
    ]);
    expect(gateway.messages.map(({ to }) => to)).toEqual(['886912345678']);
    expect(device.read(pushService.requests[0]?.body ?? Buffer.alloc(0))).toMatchObject({
      title: '測試通知',
    });
  });
});
