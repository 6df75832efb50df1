import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../test/support/wait.ts';
import { SYSTEM } from '../platform/actor.ts';
import { createMailTransport, type MailTransport } from '../platform/mail.ts';
import { read, write } from '../platform/transaction.ts';
import { noticesOfCase } from './notice-store.ts';
import { claim, settle } from './store.ts';
import { makeWorld, type World } from './test-world.ts';
import { type DeliveryWorker, deliverDue, startDeliveryWorker } from './worker.ts';

let world: World;
let transport: MailTransport;
const running: DeliveryWorker[] = [];

beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  transport = createMailTransport(world.ctx.config, { connect: 400, silence: 600, mail: 900 });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.stop()));
  transport.close();
  world.sink.clear();
  world.second.clear();
  world.lines.length = 0;
  await world.owner.query(
    'delete from deliveries; delete from notices; update cases set failed_notices = 0, attention_at = null',
  );
});

function start(workerId = 'one', by: MailTransport = transport): DeliveryWorker {
  const worker = startDeliveryWorker(world.ctx, { transport: by, workerId });
  running.push(worker);
  return worker;
}

async function caseRow(id = world.caseId) {
  const { rows } = await world.owner.query('select failed_notices, attention_at from cases where id = $1', [
    id,
  ]);
  return rows[0] as { failed_notices: number; attention_at: Date | null };
}

describe('handing over', () => {
  it('S8.3.6 hands a notice to the mail server once, with number, level and what is asked, under a stable id', async () => {
    const { deliveryId } = await world.queue();
    const worker = start();
    await worker.idle();
    const mails = world.sink.mailTo('holder@agency.example');
    expect(mails).toHaveLength(1);
    expect(mails[0]!.messageId).toBe(`<${deliveryId}@tocsin.example>`);
    expect(mails[0]!.to).toEqual(['holder@agency.example']);
    expect(mails[0]!.headers).toMatchObject({
      'auto-submitted': 'auto-generated',
      'x-auto-response-suppress': 'All',
    });
    expect(mails[0]!.text).toContain('請簽收並登錄列管');
    expect(mails[0]!.html).toBe('');
    expect(await world.delivery(deliveryId)).toMatchObject({
      state: 'handed-over',
      attempts: 1,
      lease_until: null,
    });
    await worker.idle();
    expect(world.sink.messages).toHaveLength(1);
  });

  it('is woken by the signal of a commit, and finds by itself what no signal told', async () => {
    const worker = start();
    await worker.idle();
    await world.queue();
    world.signals.emit('deliveries');
    await world.sink.waitForMail(() => true);
    await world.queue();
    await until(() => world.sink.messages.length === 2);
  });

  it('sends the urgent and the grave first', async () => {
    const person = await world.addPerson(world.organisationId, 'order@agency.example');
    await world.hold(world.postId, person);
    await world.queue({ personId: person, rank: 1, data: { number: 'third' } });
    await world.queue({ personId: person, rank: 4, data: { number: 'second' } });
    await world.queue({ personId: person, rank: 1, urgent: true, data: { number: 'first' } });
    const order: string[] = [];
    const slow: MailTransport = {
      send: async (_relay, mail) => void order.push(/first|second|third/.exec(mail.subject)?.[0] ?? ''),
      close: () => undefined,
    };
    await deliverDue(world.ctx, { transport: slow });
    expect(order).toEqual(['first', 'second', 'third']);
    await world.leave(world.postId, person);
  });
});

describe('servers that misbehave (FLT-7)', () => {
  it('a 451 is tried again later and delivered under the same Message-ID', async () => {
    world.sink.behave('holder@agency.example', { act: 'refuse', code: 451 }, 1);
    const { deliveryId } = await world.queue();
    await deliverDue(world.ctx, { transport });
    const waiting = await world.delivery(deliveryId);
    expect(waiting).toMatchObject({ state: 'queued', reason: 'deferred:451', attempts: 1, leased_by: null });
    expect(world.sink.messages).toHaveLength(0);
    await deliverDue(world.ctx, { transport, now: new Date(waiting.next_at!.getTime() - 1) });
    expect(world.sink.messages).toHaveLength(0);
    await deliverDue(world.ctx, { transport, now: new Date(waiting.next_at!.getTime() + 50) });
    expect(world.sink.mailTo('holder@agency.example').map((mail) => mail.messageId)).toEqual([
      `<${deliveryId}@tocsin.example>`,
    ]);
    expect(await world.delivery(deliveryId)).toMatchObject({ state: 'handed-over', attempts: 2 });
  });

  it.each([421, 452])('a %i is not final', async (code) => {
    world.sink.behave('holder@agency.example', { act: 'refuse', code }, 1);
    const { deliveryId } = await world.queue();
    await deliverDue(world.ctx, { transport });
    expect((await world.delivery(deliveryId)).state).toBe('queued');
    await deliverDue(world.ctx, { transport, now: new Date(Date.now() + 3_600_000) });
    expect((await world.delivery(deliveryId)).state).toBe('handed-over');
  });

  it.each([
    [550, 'rcpt'],
    [552, 'data'],
  ] as const)(
    'a %i at %s fails for good, says why, and the case rises in the queue (INV-6)',
    async (code, at) => {
      world.sink.behave('holder@agency.example', { act: 'refuse', code, at });
      const { deliveryId, noticeId } = await world.queue();
      let signalled = 0;
      const deaf = world.signals.on('facts', () => {
        signalled += 1;
      });
      await deliverDue(world.ctx, { transport });
      deaf();
      expect(await world.delivery(deliveryId)).toMatchObject({
        state: 'failed',
        reason: `refused:${code}`,
        next_at: null,
      });
      expect(await caseRow()).toMatchObject({ failed_notices: 1, attention_at: expect.any(Date) });
      expect(signalled).toBeGreaterThan(0);
      const [row] = await read(world.ctx.database, SYSTEM, world.clock, (tx) =>
        noticesOfCase(tx, [world.caseId]),
      );
      expect(row).toMatchObject({ id: noticeId, status: 'failed' });
    },
  );

  it('the line cut after the final dot: sent again under the same Message-ID', async () => {
    world.sink.behave('holder@agency.example', { act: 'drop' }, 1);
    const { deliveryId } = await world.queue();
    await deliverDue(world.ctx, { transport });
    expect(await world.delivery(deliveryId)).toMatchObject({ state: 'queued', reason: 'cut-off' });
    await deliverDue(world.ctx, { transport, now: new Date(Date.now() + 3_600_000) });
    const ids = world.sink.messages.map((mail) => mail.messageId);
    expect(ids).toEqual([`<${deliveryId}@tocsin.example>`, `<${deliveryId}@tocsin.example>`]);
    expect((await world.delivery(deliveryId)).state).toBe('handed-over');
  });

  it('a relay that hangs delays nobody who goes by another', async () => {
    const stuck = await world.addPerson(world.organisationId, 'someone@slow.example');
    await world.hold(world.postId, stuck);
    world.second.behave('*', { act: 'hang' });
    await world.queueMany(60, new URL(world.second.url).host, stuck);
    const worker = start();
    await until(() => world.second.connections > 0);
    await world.queueMany(200);
    world.signals.emit('deliveries');
    await until(() => world.sink.messages.length === 200);
    await worker.stop();
    const { rows } = await world.owner.query(
      `select count(*)::int as n from deliveries where state = 'queued'`,
    );
    expect(rows[0].n).toBe(60);
    await world.leave(world.postId, stuck);
  });

  it('a relay that is gone loses nothing and gets everything when it is back', async () => {
    await world.sink.pause();
    await world.queueMany(30);
    const worker = start();
    await until(() => world.lines.some((line) => line['result'] === 'relay-unreachable'));
    await world.sink.resume();
    await world.owner.query(`update deliveries set next_at = now() where state = 'queued'`);
    await until(() => world.sink.messages.length >= 30);
    await worker.idle();
    const { rows } = await world.owner.query(`select distinct state from deliveries`);
    expect(rows).toEqual([{ state: 'handed-over' }]);
  });

  it('gives up after a day, visibly', async () => {
    world.sink.behave('*', { act: 'refuse', code: 451 });
    const { deliveryId } = await world.queue();
    world.clock.advance(24 * 3_600_000 + 1_000);
    try {
      await deliverDue(world.ctx, { transport });
      expect(await world.delivery(deliveryId)).toMatchObject({ state: 'failed', reason: 'expired' });
      expect((await caseRow()).failed_notices).toBe(1);
    } finally {
      world.clock.advance(-24 * 3_600_000 - 1_000);
    }
  });
});

describe('leases and fences', () => {
  it('INV-10 two workers never hold one lease', async () => {
    await world.queueMany(300);
    const counts = new Map<string, number>();
    const counting: MailTransport = {
      send: async (_relay, mail) => {
        counts.set(mail.messageId, (counts.get(mail.messageId) ?? 0) + 1);
      },
      close: () => undefined,
    };
    const workers = [start('one', counting), start('two', counting)];
    await Promise.all(workers.map((worker) => worker.idle()));
    await until(async () => {
      const { rows } = await world.owner.query(
        `select count(*)::int as n from deliveries where state = 'handed-over'`,
      );
      return rows[0].n === 300;
    });
    expect(counts.size).toBe(300);
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
    expect(world.lines.filter((line) => line['msg'] === 'late write refused')).toEqual([]);
  });

  it('FLT-4 INV-10 a worker frozen beyond its lease is refused when it writes, and told so in the log', async () => {
    const { deliveryId } = await world.queue();
    let thaw: () => void = () => undefined;
    const frozen: MailTransport = {
      send: () =>
        new Promise((resolve) => {
          thaw = resolve;
        }),
      close: () => undefined,
    };
    const late = deliverDue(world.ctx, { transport: frozen });
    await until(async () => (await world.delivery(deliveryId)).fence === 1);
    // Its lease runs out while it is frozen.
    await world.owner.query(`update deliveries set lease_until = clock_timestamp() - interval '1 s'`);
    await deliverDue(world.ctx, { transport });
    expect(await world.delivery(deliveryId)).toMatchObject({ state: 'handed-over', fence: 2, attempts: 2 });
    const before = await world.delivery(deliveryId);
    thaw();
    await late;
    expect(await world.delivery(deliveryId)).toEqual(before);
    expect(world.lines.some((line) => line['msg'] === 'late write refused')).toBe(true);
  });

  it('INV-10 a fence that is old changes nothing, whatever it says', async () => {
    const { deliveryId } = await world.queue();
    const take = () =>
      write(world.ctx.database, SYSTEM, world.clock, (tx) => claim(tx, 'default', 5, 'x', 5_000));
    const [first] = await take();
    expect(await take()).toEqual([]);
    await world.owner.query(`update deliveries set lease_until = clock_timestamp() - interval '1 s'`);
    const [second] = await take();
    expect(second!.fence).toBe(first!.fence + 1);
    const outcome = {
      state: 'failed',
      reason: 'refused',
      delay: 0,
      attempts: 1,
      relay: 'default',
      successors: [],
      alternates: [],
      personId: null,
      receipt: null,
    } as const;
    const accepted = await write(world.ctx.database, SYSTEM, world.clock, (tx) =>
      settle(tx, [
        { ...outcome, id: deliveryId, fence: first!.fence, noticeId: first!.noticeId, caseId: first!.caseId },
      ]),
    );
    expect(accepted.size).toBe(0);
    expect((await world.delivery(deliveryId)).state).toBe('queued');
  });

  it('a lease held through a long send is renewed', async () => {
    const { deliveryId } = await world.queue();
    let finish: () => void = () => undefined;
    const long: MailTransport = {
      send: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
      close: () => undefined,
    };
    start('one', long);
    const first = await until(async () => (await world.delivery(deliveryId)).lease_until);
    await until(async () => (await world.delivery(deliveryId)).lease_until! > first);
    finish();
    await until(async () => (await world.delivery(deliveryId)).state === 'handed-over');
  });
});

describe('whom to tell, looked at again when sending', () => {
  it('ISO-9: queued mail of a shut account, and of an ended holding, is withheld when it would be sent', async () => {
    const post = await world.addPost(world.organisationId);
    const shut = await world.addPerson(world.organisationId, 'shut@agency.example');
    const left = await world.addPerson(world.organisationId, 'left@agency.example');
    const stays = await world.addPerson(world.organisationId, 'stays@agency.example');
    for (const person of [shut, left, stays]) await world.hold(post, person);
    const [one, two, three] = [
      await world.queue({ postId: post, personId: shut }),
      await world.queue({ postId: post, personId: left }),
      await world.queue({ postId: post, personId: stays }),
    ];
    await write(world.ctx.database, SYSTEM, world.ctx.clock, (tx) =>
      tx.query(
        `insert into accounts (person_id, login, password_hash, disabled_at) values ($1, 'shut-person', '', now())`,
        [shut],
      ),
    );
    await world.leave(post, left);
    await deliverDue(world.ctx, { transport });
    expect(await world.delivery(one.deliveryId)).toMatchObject({ state: 'withheld', reason: 'shut-out' });
    expect(await world.delivery(two.deliveryId)).toMatchObject({ state: 'withheld', reason: 'not-holder' });
    expect(await world.delivery(three.deliveryId)).toMatchObject({ state: 'handed-over' });
    expect(world.sink.mailTo('shut@agency.example')).toEqual([]);
    expect(world.sink.mailTo('left@agency.example')).toEqual([]);
    expect(world.sink.mailTo('stays@agency.example').length).toBeGreaterThan(0);
  });

  it('DEC-9 H41 the holder changed between making and sending: only the new one is told', async () => {
    const post = await world.addPost(world.organisationId);
    const old = await world.addPerson(world.organisationId, 'old@agency.example');
    const fresh = await world.addPerson(world.organisationId, 'fresh@agency.example', 'en');
    await world.hold(post, old);
    const { deliveryId, noticeId } = await world.queue({ postId: post, personId: old });
    await world.leave(post, old);
    await world.hold(post, fresh, new Date(Date.now() - 500));
    await deliverDue(world.ctx, { transport });
    expect(world.sink.mailTo('old@agency.example')).toEqual([]);
    expect(world.sink.mailTo('fresh@agency.example')).toHaveLength(1);
    expect(world.sink.mailTo('fresh@agency.example')[0]!.text).toContain('What is asked of you');
    expect(await world.delivery(deliveryId)).toMatchObject({ state: 'withheld', reason: 'not-holder' });
    const [row] = (
      await read(world.ctx.database, SYSTEM, world.clock, (tx) => noticesOfCase(tx, [world.caseId]))
    ).filter((one) => one.id === noticeId);
    expect(row).toMatchObject({ status: 'handed-over' });
    expect(row!.deliveries.map((one) => one.state).sort()).toEqual(['handed-over', 'withheld']);
  });

  it('H41 two former holders call the new one once', async () => {
    const post = await world.addPost(world.organisationId);
    const fresh = await world.addPerson(world.organisationId, 'once@agency.example');
    await world.hold(post, fresh);
    const { noticeId } = await world.queue({ postId: post, personId: null });
    await world.owner.query(
      `insert into deliveries (id, notice_id, case_id, channel, person_id, relay, state, urgent, rank, made_at, next_at)
       values (gen_random_uuid(), $1, $2, 'mail', $3, 'default', 'queued', false, 1, now(), now())`,
      [noticeId, world.caseId, world.personId],
    );
    await deliverDue(world.ctx, { transport });
    expect(world.sink.mailTo('once@agency.example')).toHaveLength(1);
    expect(world.sink.messages).toHaveLength(1);
  });

  it('H41 a vacant post is stood in for by the body’s other contact, who is told why', async () => {
    const body = await world.addOrganisation();
    const vacant = await world.addPost(body);
    const other = await world.addPost(body);
    await world.hold(other, await world.addPerson(body, 'stand-in@agency.example'));
    const caseId = await world.addCase(body, [`org:${body}`]);
    await world.queue({ postId: vacant, personId: null, caseId });
    await deliverDue(world.ctx, { transport });
    const [mail] = world.sink.mailTo('stand-in@agency.example');
    expect(mail!.text).toContain('目前無人擔任');
  });

  it('H41 nobody left: it fails as "nobody" and the case rises in the desk’s queue', async () => {
    const body = await world.addOrganisation();
    const vacant = await world.addPost(body);
    const caseId = await world.addCase(body, [`org:${body}`]);
    const { deliveryId } = await world.queue({ postId: vacant, personId: null, caseId });
    await deliverDue(world.ctx, { transport });
    expect(await world.delivery(deliveryId)).toMatchObject({ state: 'failed', reason: 'nobody' });
    expect(await caseRow(caseId)).toMatchObject({ failed_notices: 1, attention_at: expect.any(Date) });
    const [row] = await read(world.ctx.database, SYSTEM, world.clock, (tx) => noticesOfCase(tx, [caseId]));
    expect(row!.status).toBe('nobody');
  });

  it('INV-6 ISO-9 a closed notice and a lost right are withheld, even when queued before', async () => {
    const closed = await world.queue();
    await world.owner.query(`update notices set closed_at = now(), closed_why = 'withdrawn' where id = $1`, [
      closed.noticeId,
    ]);
    const foreign = await world.addCase(world.organisationId, ['org:somebody-else']);
    const lost = await world.queue({ caseId: foreign });
    const outside = await world.queue({
      caseId: foreign,
      data: { closed: true, level: 'A', phone: '02-0000-9999' },
    });
    await deliverDue(world.ctx, { transport });
    expect(await world.delivery(closed.deliveryId)).toMatchObject({ state: 'withheld', reason: 'closed' });
    expect(await world.delivery(lost.deliveryId)).toMatchObject({ state: 'withheld', reason: 'no-right' });
    expect(await world.delivery(outside.deliveryId)).toMatchObject({ state: 'handed-over' });
    expect(world.sink.messages).toHaveLength(1);
    expect(world.sink.messages[0]!.text).toContain('02-0000-9999');
  });

  it('WEB-10 an address that is none fails visibly and never reaches a server', async () => {
    const addresses = [
      '"a@evil.example x"@agency.example',
      'a@b.example\r\nRCPT TO:<x@y.example>',
      'a,b@c.example',
      '',
    ];
    const post = await world.addPost(world.organisationId);
    const made: string[] = [];
    for (const address of addresses) {
      const person = await world.addPerson(world.organisationId, address);
      await world.hold(post, person);
      made.push((await world.queue({ postId: post, personId: person })).deliveryId);
    }
    await deliverDue(world.ctx, { transport });
    const states = await Promise.all(made.map(async (id) => (await world.delivery(id)).reason));
    expect(states).toEqual(['bad-address', 'bad-address', 'bad-address', 'no-address']);
    expect(world.sink.messages).toEqual([]);
  });

  it('an address that moved to another domain goes by that domain’s relay', async () => {
    const { deliveryId } = await world.queue({ relay: new URL(world.second.url).host });
    await deliverDue(world.ctx, { transport });
    expect(world.sink.mailTo('holder@agency.example')).toHaveLength(1);
    expect(await world.delivery(deliveryId)).toMatchObject({
      state: 'handed-over',
      relay: 'default',
      attempts: 1,
    });
  });
});
