/** FLT-7: each of the fourteen ways a mail server can go wrong, against the running worker. */
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sendBounce } from '../../test/support/bounce.ts';
import { type OddMode, type OddSmtp, startOddSmtp } from '../../test/support/odd-smtp.ts';
import { until } from '../../test/support/wait.ts';
import { createMailTransport, type MailTransport } from '../platform/mail.ts';
import { startBounces } from './bounces.ts';
import { makeWorld, type World } from './test-world.ts';
import { type DeliveryWorker, startDeliveryWorker } from './worker.ts';

let odd: OddSmtp;
let world: World;
let transport: MailTransport;
let worker: DeliveryWorker;
let healthy: string;

beforeAll(async () => {
  odd = await startOddSmtp();
  world = await makeWorld({ SMTP_URL: odd.url });
  healthy = await world.addPerson(world.organisationId, 'well@slow.example');
  await world.hold(world.postId, healthy);
  transport = createMailTransport(world.ctx.config, { connect: 700, silence: 900, mail: 1_500 });
}, 240_000);
afterAll(async () => {
  transport.close();
  await odd.close();
  await world.close();
});
afterEach(async () => {
  await worker.stop();
  world.second.clear();
  await world.owner.query('delete from deliveries; delete from notices; update cases set failed_notices = 0');
});
const start = () => {
  worker = startDeliveryWorker(world.ctx, { transport, workerId: 'one' });
};
/** One by another relay, while the first is in trouble. */
async function healthyGoesOn(): Promise<void> {
  const { deliveryId } = await world.queue({
    personId: healthy,
    relay: new URL(world.second.url).host,
  });
  world.signals.emit('deliveries');
  await until(async () => (await world.delivery(deliveryId)).state === 'handed-over', { timeout: 20_000 });
}
async function dueNow(deliveryId: string): Promise<void> {
  await world.owner.query(`update deliveries set next_at = now() where id = $1 and state = 'queued'`, [
    deliveryId,
  ]);
}

describe('FLT-7: the state of each recipient is right, nobody else waits, nothing is lost', () => {
  const LATER: readonly (readonly [string, OddMode, string])[] = [
    ['2 hangs after the connection', 'hang-greeting', 'relay-silent'],
    ['3 hangs after EHLO', 'hang-ehlo', 'relay-silent'],
    ['4 hangs after DATA', 'hang-data', 'relay-silent'],
    ['5 answers 421', { at: 'greeting', code: 421 }, 'relay-refuses:421'],
    ['6 greylists with 451', { at: 'rcpt', code: 451 }, 'deferred:451'],
    ['7 has 452 for one recipient', { at: 'rcpt', code: 452 }, 'deferred:452'],
    ['10 breaks the TLS handshake', 'tls-fails', 'relay-'],
    ['11 does not understand EHLO', 'wrong-ehlo', 'relay-refuses:501'],
    ['12 cuts the line after the final dot', 'cut-after-dot', 'cut-off'],
    ['13 gives one byte a second', 'dribble', 'relay-silent'],
  ];
  it.each(LATER)(
    'FLT-7: %s: waits, says why, and arrives under the same Message-ID',
    async (_name, mode, reason) => {
      odd.be(mode);
      const before = odd.taken.length;
      const { deliveryId } = await world.queue();
      start();
      await until(async () => (await world.delivery(deliveryId)).reason?.startsWith(reason));
      expect(await world.delivery(deliveryId)).toMatchObject({ state: 'queued' });
      await healthyGoesOn();
      odd.be('well');
      await until(async () => {
        await dueNow(deliveryId);
        return (await world.delivery(deliveryId)).state === 'handed-over';
      });
      const ids = new Set(odd.taken.slice(before));
      expect([...ids]).toEqual([`<${deliveryId}@tocsin.example>`]);
      // Ambiguous means twice, under one id; everything else once.
      if (mode !== 'cut-after-dot') expect(odd.taken.length - before).toBe(1);
      else expect(odd.taken.length - before).toBeGreaterThanOrEqual(2);
    },
  );

  it('FLT-7: 1 refuses the connection: waits, says why, and arrives under the same Message-ID', async () => {
    const { port } = new URL(odd.url);
    await odd.close();
    const { deliveryId } = await world.queue();
    start();
    await until(async () => (await world.delivery(deliveryId)).reason === 'relay-unreachable');
    await healthyGoesOn();
    const taken: string[] = [];
    const back = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('220 back\r\n');
      let text = '';
      socket.on('data', (bytes) => {
        text += bytes.toString('latin1');
        const whole = text.includes('\r\n.\r\n');
        if (whole) taken.push(/^message-id:\s*(<[^>]+>)/im.exec(text)?.[1] ?? '');
        if (whole) text = '';
        socket.write(/^DATA\r\n/m.test(bytes.toString('latin1')) ? '354 go\r\n' : '250 ok\r\n');
      });
    });
    await new Promise<void>((resolve) => back.listen(Number(port), '127.0.0.1', resolve));
    await until(async () => {
      await dueNow(deliveryId);
      return (await world.delivery(deliveryId)).state === 'handed-over';
    });
    expect(taken).toEqual([`<${deliveryId}@tocsin.example>`]);
    await worker.stop();
    transport.close();
    await new Promise((resolve) => back.close(resolve));
    odd = await startOddSmtp();
    Object.assign(world.ctx.config, { smtpUrl: odd.url });
    transport = createMailTransport(world.ctx.config, { connect: 700, silence: 900, mail: 1_500 });
  });

  it.each([
    ['8 has 550 for one recipient', { at: 'rcpt', code: 550 }, 'refused:550'],
    ['9 answers 552', { at: 'data', code: 552 }, 'refused:552'],
  ] as const)('FLT-7: %s: fails for good, says why, and the desk sees it', async (_name, mode, reason) => {
    odd.be(mode);
    const { deliveryId } = await world.queue();
    start();
    await until(async () => (await world.delivery(deliveryId)).state === 'failed');
    expect(await world.delivery(deliveryId)).toMatchObject({ reason, next_at: null, attempts: 1 });
    await healthyGoesOn();
    const { rows } = await world.owner.query('select failed_notices from cases where id = $1', [
      world.caseId,
    ]);
    expect(rows[0].failed_notices).toBe(1);
  });

  it('FLT-7: 14 accepts and then bounces: failed after all; what is no bounce changes nothing', async () => {
    odd.be('well');
    const { deliveryId } = await world.queue();
    start();
    await until(async () => (await world.delivery(deliveryId)).state === 'handed-over');
    const bounces = startBounces(world.ctx, { host: '127.0.0.1', port: 0 });
    const port = await bounces.listening;
    const comesBack = (status: string, action: string, to = 'tocsin@tocsin.example') =>
      sendBounce(port, { messageId: `<${deliveryId}@tocsin.example>`, to, status, action });
    await comesBack('4.4.1', 'delayed');
    expect(await world.delivery(deliveryId)).toMatchObject({ state: 'handed-over' });
    await expect(comesBack('5.1.1', 'failed', 'somebody@else.example')).rejects.toMatchObject({
      responseCode: 550,
    });
    await comesBack('5.1.1', 'failed');
    expect(await world.delivery(deliveryId)).toMatchObject({ state: 'failed', reason: 'bounced' });
    const { rows } = await world.owner.query('select failed_notices from cases where id = $1', [
      world.caseId,
    ]);
    expect(rows[0].failed_notices).toBe(1);
    await bounces.stop();
  });
});
