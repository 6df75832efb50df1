/** FLT-13: notices on which our own program stumbles, among sound ones. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createMailTransport, type MailTransport } from '../platform/mail.ts';
import { BROKEN_TRIES } from './rules.ts';
import { makeWorld, type World } from './test-world.ts';
import { deliverDue } from './worker.ts';

let world: World;
let transport: MailTransport;

beforeAll(async () => {
  world = await makeWorld();
  transport = createMailTransport(world.ctx.config);
}, 240_000);
afterAll(async () => {
  transport.close();
  await world.close();
});
afterEach(async () => {
  world.sink.clear();
  await world.owner.query('delete from deliveries; delete from notices; update cases set failed_notices = 0');
});

const HOSTILE = { number: '115-0007', since: 'no time at all', phone: 7 };
const failedNotices = async (caseId: string) =>
  (await world.owner.query('select failed_notices from cases where id = $1', [caseId])).rows[0]
    ?.failed_notices;

test('FLT-13: what cannot be worded with its data is told in plain words, and nobody waits for it', async () => {
  const grave = await world.queue({ rank: 4, urgent: true, data: HOSTILE as never });
  const sound = await world.queue();
  await deliverDue(world.ctx, { transport });
  for (const { deliveryId } of [grave, sound])
    expect(await world.delivery(deliveryId)).toMatchObject({ state: 'handed-over' });
  const [plain] = world.sink.messages.filter(
    (one) => one.messageId === `<${grave.deliveryId}@tocsin.example>`,
  );
  expect(plain?.subject).toContain('115-0007');
});

test('FLT-13: in a list of several the hostile one drops out and goes by itself; the others go', async () => {
  const hostile = await world.queue({ data: HOSTILE as never });
  const sound = await Promise.all([world.queue(), world.queue()]);
  await deliverDue(world.ctx, { transport, paceMs: 30_000 });
  for (const { deliveryId } of sound)
    expect(await world.delivery(deliveryId)).toMatchObject({ state: 'handed-over' });
  expect(world.sink.messages).toHaveLength(1);
  expect(await world.delivery(hostile.deliveryId)).toMatchObject({ state: 'queued', reason: 'broken' });
  world.clock.advance(60_000);
  await deliverDue(world.ctx, { transport, paceMs: 30_000 });
  expect(await world.delivery(hostile.deliveryId)).toMatchObject({ state: 'handed-over' });
});

test('FLT-13: of a mechanism that cannot be read it fails after a few tries and rises at the desk; the others go', async () => {
  await world.owner.query(
    `insert into packs (hash, code, version, content) values ('altered', 'x', 'x', '{}') on conflict do nothing`,
  );
  const caseId = await world.addCase(world.organisationId, [`org:${world.organisationId}`]);
  await world.owner.query(`update cases set pack_hash = 'altered' where id = $1`, [caseId]);
  const poison = await world.queue({ caseId, rank: 4, urgent: true });
  for (let attempt = 1; attempt <= BROKEN_TRIES; attempt += 1) {
    const sound = await Promise.all([world.queue(), world.queue()]);
    await deliverDue(world.ctx, { transport, paceMs: 30_000 });
    for (const { deliveryId } of sound)
      expect(await world.delivery(deliveryId)).toMatchObject({ state: 'handed-over' });
    expect(await world.delivery(poison.deliveryId)).toMatchObject({ reason: 'broken', attempts: attempt });
    world.clock.advance(60_000);
  }
  expect(await world.delivery(poison.deliveryId)).toMatchObject({ state: 'failed', next_at: null });
  expect(await failedNotices(caseId)).toBe(1);
});

test('FLT-13: what our own program cannot hand over is tried a few times; the relay is not blamed', async () => {
  const poison = await world.queue({ rank: 4, urgent: true });
  const stumbles: MailTransport = {
    send: async (relay, mail) => {
      if (mail.messageId.includes(poison.deliveryId)) throw new RangeError('Invalid time value');
      await transport.send(relay, mail);
    },
    close: () => undefined,
  };
  for (let attempt = 1; attempt <= BROKEN_TRIES; attempt += 1) {
    const sound = await world.queue();
    await deliverDue(world.ctx, { transport: stumbles });
    expect(await world.delivery(sound.deliveryId)).toMatchObject({ state: 'handed-over', attempts: 1 });
    expect(await world.delivery(poison.deliveryId)).toMatchObject({ reason: 'broken', attempts: attempt });
    world.clock.advance(60_000);
  }
  expect(await world.delivery(poison.deliveryId)).toMatchObject({ state: 'failed' });
  // An A has taken another way at the first stumble.
  const { rows } = await world.owner.query(
    `select channel from deliveries where notice_id = $1 and channel <> 'mail'`,
    [poison.noticeId],
  );
  expect(rows).toEqual([{ channel: 'push' }]);
});

test('FLT-9: nobody waits because the last mail seems to have gone an hour from now', async () => {
  const person = await world.addPerson(world.organisationId, `${randomUUID()}@agency.example`);
  await world.hold(world.postId, person);
  await world.owner.query(`insert into mail_paces (person_id, at) values ($1, $2)`, [
    person,
    new Date(world.clock.now().getTime() + 3_600_000),
  ]);
  const { deliveryId } = await world.queue({ personId: person });
  await deliverDue(world.ctx, { transport, paceMs: 30_000 });
  expect(await world.delivery(deliveryId)).toMatchObject({ state: 'handed-over' });
});
