/** LOAD-4: in a storm one mail per person and half minute that lists the notices; nothing grave waits, nothing is lost. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../test/support/wait.ts';
import { createMailTransport, type MailTransport } from '../platform/mail.ts';
import { makeWorld, type World } from './test-world.ts';
import { type DeliveryWorker, deliverDue, startDeliveryWorker } from './worker.ts';

const PACE = 30_000;
let world: World;
let transport: MailTransport;
const running: DeliveryWorker[] = [];
/** The story's clock: each sweep at its own moment. */
let at: number;

beforeAll(async () => {
  world = await makeWorld({ MAIL_PACE_SECONDS: '2' });
  transport = createMailTransport(world.ctx.config);
}, 240_000);
afterAll(async () => {
  transport.close();
  await world.close();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.stop()));
  world.sink.clear();
  await world.owner.query('delete from deliveries; delete from notices; delete from mail_paces');
});

const sweep = (after = 0) => {
  at = Date.now() + after + 50;
  return deliverDue(world.ctx, { transport, now: new Date(at), paceMs: PACE });
};
const states = async () =>
  (
    await world.owner.query<{ state: string; n: number }>(
      'select state, count(*)::int as n from deliveries group by state order by state',
    )
  ).rows;

describe('one mail instead of many', () => {
  it('LOAD-4: the first goes at once, what follows within half a minute goes as one, each on its own line', async () => {
    await world.queue({ data: { number: '115-0001', level: 'D' } });
    await sweep();
    expect(world.sink.messages).toHaveLength(1);
    expect(world.sink.messages[0]?.subject).toContain('115-0001');
    for (let n = 2; n <= 9; n += 1)
      await world.queue({ data: { number: `115-000${n}`, level: 'C' }, rank: n === 7 ? 3 : 1 });
    await sweep(1_000);
    await sweep(PACE - 15_000);
    expect(world.sink.messages).toHaveLength(1);
    await sweep(PACE + 2_000);
    expect(world.sink.messages).toHaveLength(2);
    const digest = world.sink.messages[1];
    expect(digest?.subject).toMatch(/^8 則通知：.*115-0007/);
    for (let n = 2; n <= 9; n += 1) expect(digest?.text).toContain(`115-000${n}`);
    expect(digest?.text.match(/請簽收並登錄列管/g)).toHaveLength(8);
    // The gravest first.
    expect(digest?.text.indexOf('115-0007')).toBeLessThan(digest?.text.indexOf('115-0002') ?? 0);
    expect(await states()).toEqual([{ state: 'handed-over', n: 9 }]);
  });

  it('LOAD-4: an A, and whatever is urgent, goes alone and at once, in the middle of it', async () => {
    await world.queue();
    await sweep();
    for (let n = 0; n < 5; n += 1) await world.queue();
    await world.queue({ rank: 4, data: { number: 'grave', level: 'A' } });
    await world.queue({ urgent: true, data: { number: 'urgent', level: 'D' } });
    await sweep(500);
    const subjects = world.sink.messages.map(({ subject }) => subject);
    expect(subjects).toHaveLength(3);
    expect(subjects.some((one) => one.includes('grave'))).toBe(true);
    expect(subjects.some((one) => one.includes('urgent'))).toBe(true);
    await sweep(PACE + 2_000);
    expect(world.sink.messages).toHaveLength(4);
    expect(world.sink.messages[3]?.text).not.toMatch(/grave|urgent/);
  });

  it('INV-6: sent again after an unknown end it is the same mail under the same id, with nothing added', async () => {
    await world.queue();
    await sweep();
    for (let n = 0; n < 3; n += 1) await world.queue({ data: { number: `old-${n}` } });
    world.sink.behave('holder@agency.example', { act: 'drop' }, 1);
    await sweep(PACE + 2_000);
    expect(await states()).toEqual([
      { state: 'handed-over', n: 1 },
      { state: 'queued', n: 3 },
    ]);
    await world.queue({ data: { number: 'new' } });
    await sweep(PACE + 15_000);
    await sweep(2 * PACE + 20_000);
    await sweep(3 * PACE + 60_000);
    expect(await states()).toEqual([{ state: 'handed-over', n: 5 }]);
    const digests = world.sink.messages.filter(({ subject }) => subject.startsWith('3 則'));
    expect(digests.map(({ accepted }) => accepted)).toEqual([false, true]);
    expect(new Set(digests.map(({ messageId }) => messageId)).size).toBe(1);
    expect(world.sink.messages.filter(({ text }) => text.includes('new'))).toHaveLength(1);
    for (const { text } of digests) expect(text).not.toContain('new');
  });

  it('LOAD-4: a mail that arrives late begins the half minute: the next does not come on its heels', async () => {
    await world.queue({ data: { number: 'late' } });
    world.sink.behave('holder@agency.example', { act: 'refuse', code: 451 }, 1);
    await sweep();
    // The server that said "later" takes it twenty seconds after it was first sent.
    await world.owner.query('update deliveries set next_at = now()');
    await sweep(20_000);
    await world.queue({ data: { number: 'next' } });
    await sweep(PACE + 5_000);
    const accepted = () => world.sink.messages.filter((one) => one.accepted).map(({ subject }) => subject);
    expect(accepted()).toEqual([expect.stringContaining('late')]);
    await sweep(PACE + 22_000);
    expect(accepted()).toEqual([expect.stringContaining('late'), expect.stringContaining('next')]);
  });

  it('ISO-9: what was closed while it waited is not in the list; one left is an ordinary mail', async () => {
    await world.queue();
    await sweep();
    const gone = await world.queue({ data: { number: 'closed-one' } });
    const stays = await world.queue({ data: { number: 'stays' } });
    await world.owner.query(`update notices set closed_at = now(), closed_why = 'withdrawn' where id = $1`, [
      gone.noticeId,
    ]);
    await sweep(PACE + 2_000);
    expect(world.sink.messages).toHaveLength(2);
    expect(world.sink.messages[1]?.messageId).toBe(`<${stays.deliveryId}@tocsin.example>`);
    expect(await world.delivery(gone.deliveryId)).toMatchObject({ state: 'withheld', reason: 'closed' });
  });

  it('LOAD-4: more than anybody reads: the gravest by their lines, the number of the others, each of them handed over', async () => {
    const persons = await Promise.all(
      ['much', 'more'].map(async (name) => {
        const person = await world.addPerson(world.organisationId, `${name}@storm.example`);
        await world.hold(world.postId, person);
        return person;
      }),
    );
    for (const person of persons) await world.queueMany(700, 'default', person);
    // How many go as one follows from how long it takes: on a slow machine what is over goes with the next.
    for (let turn = 0; turn < 4; turn += 1) await sweep(turn * 3 * PACE);
    const counts = world.sink.messages.map(({ subject }) => Number(/^(\d+) 則/.exec(subject)?.[1]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1_400);
    expect(counts.length).toBeLessThanOrEqual(8);
    for (const [index, { text }] of world.sink.messages.entries()) {
      const count = counts[index] as number;
      expect(text.match(/^• /gm)).toHaveLength(Math.min(300, count));
      if (count > 300) expect(text).toContain(`另有 ${count - 300} 則`);
    }
    expect(await states()).toEqual([{ state: 'handed-over', n: 1_400 }]);
  });

  it('LOAD-4: in a storm each is put off once, to the mail that will take it; what is put off far is not forgotten', async () => {
    const person = await world.addPerson(world.organisationId, 'flood@storm.example');
    await world.hold(world.postId, person);
    await world.queue({ personId: person });
    await sweep();
    await world.queueMany(2_600, 'default', person);
    await sweep(1_000);
    const turns = async () =>
      (
        await world.owner.query<{ seconds: number; n: number }>(
          `select round(extract(epoch from next_at - min(next_at) over ()))::int as seconds, count(*)::int as n
             from (select date_trunc('second', next_at) as next_at from deliveries where state = 'queued') d
            group by next_at order by next_at`,
        )
      ).rows;
    expect(await turns()).toEqual([
      // With the fifty that were looked at first.
      { seconds: 0, n: 1_050 },
      { seconds: 30, n: 1_000 },
      { seconds: 60, n: 550 },
    ]);
    // The mails after it could take them all sooner than that.
    await world.owner.query(
      `update deliveries set next_at = next_at + interval '1 hour' where state = 'queued' and id not in
         (select id from deliveries where state = 'queued' order by next_at limit 50)`,
    );
    for (let mails = 1; mails <= 3; mails += 1) await sweep(mails * (PACE + 2_000));
    expect(await states()).toEqual([{ state: 'handed-over', n: 2_601 }]);
    expect(world.sink.messages).toHaveLength(4);
  });

  it('LOAD-4: two workers and a storm: never two mails within the pace to one person, and every notice told', async () => {
    const post = await world.addPost(world.organisationId);
    const persons = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const person = await world.addPerson(world.organisationId, `${name}@storm.example`);
        await world.hold(world.postId, person);
        return person;
      }),
    );
    expect(post).toBeTruthy();
    for (const workerId of ['one', 'two'])
      running.push(startDeliveryWorker(world.ctx, { transport, workerId }));
    for (let wave = 0; wave < 5; wave += 1) {
      for (const person of persons) await world.queueMany(40, 'default', person);
      world.signals.emit('deliveries');
      await until(async () => (await states()).some((one) => one.state === 'handed-over'));
    }
    await until(async () => (await states()).every((one) => one.state === 'handed-over'));
    const told = await states();
    expect(told).toEqual([{ state: 'handed-over', n: 600 }]);
    for (const name of ['a', 'b', 'c']) {
      const mails = world.sink.mailTo(`${name}@storm.example`);
      const gaps = mails.slice(1).map((mail, n) => mail.at.getTime() - (mails[n]?.at.getTime() ?? 0));
      // The pace is kept by the database's clock when a mail is made; its way to the server differs by a little.
      for (const gap of gaps) expect(gap).toBeGreaterThan(1_000);
      const lines = mails.reduce((sum, mail) => sum + Number(/^(\d+) 則/.exec(mail.subject)?.[1] ?? 1), 0);
      expect(lines).toBe(200);
    }
  });
});
