/** A real receiver outside, and a product that is well, ill, and dead. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../test/support/wait.ts';
import { startDeliveryWorker } from '../delivery/index.ts';
import { makeWorld, type World } from '../directory/test-world.ts';
import type { AppContext } from '../platform/context.ts';
import { createMailTransport } from '../platform/mail.ts';
import { ailments, startHeartbeat } from './heartbeat.ts';
import { auditPass } from './index.ts';

let world: World;
let receiver: Server;
let url = '';
const beats: { method: string; body: string }[] = [];

beforeAll(async () => {
  world = await makeWorld();
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      beats.push({ method: request.method ?? '', body });
      response.statusCode = 204;
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/beat/secret`;
});
afterAll(async () => {
  await new Promise((resolve) => receiver.close(resolve));
  await world.close();
});

test('FLT-18: a sign of life goes out only while somebody delivers, somebody audits, and the database takes rows', async () => {
  const { ctx } = world;
  expect(await ailments(ctx)).toEqual(['no delivery worker lives', 'the auditor has not looked']);
  const transport = createMailTransport(ctx.config);
  const worker = startDeliveryWorker(ctx, { transport, workerId: 'heartbeat-test' });
  await worker.started;
  expect(await ailments(ctx)).toEqual(['the auditor has not looked']);
  await auditPass(ctx);
  expect(await ailments(ctx)).toEqual([]);
  const heart = startHeartbeat(ctx, url, { every: 50 });
  await until(() => beats.length >= 3);
  expect(beats[0]).toEqual({ method: 'POST', body: 'tocsin' });

  // The auditor stops: the heart stops with it, though everything else still lives.
  await world.owner.query(`update watch_state set pass_at = now() - interval '5 minutes'`);
  await until(async () => (await ailments(ctx)).length === 1);
  const then = beats.length;
  await until(async () => {
    await ailments(ctx);
    return beats.length <= then + 1;
  });
  await auditPass(ctx);
  await until(() => beats.length > then + 2);
  await heart.stop();
  await worker.stop();
  transport.close();
});

test('FLT-18: nobody looks at the clocks: an ailment before anything is late', async () => {
  const { ctx } = world;
  await auditPass(ctx);
  const ago = async (clocksLookedAgo: number) =>
    (await ailments(ctx, { clocksLookedAgo: () => clocksLookedAgo })).includes('nobody looks at the clocks');
  expect([await ago(500), await ago(60_000)]).toEqual([false, true]);
});

test('FLT-9 FLT-18: signs of life from an hour that has not come yet say nothing', async () => {
  const { ctx } = world;
  await world.owner.query(
    `update workers set beat_at = now() + interval '1 hour'; update watch_state set pass_at = now() + interval '1 hour'`,
  );
  expect(await ailments(ctx)).toEqual(['no delivery worker lives', 'the auditor has not looked']);
});

test('FLT-18: a database that takes nothing is an ailment, not an exception', async () => {
  const broken: AppContext = {
    ...world.ctx,
    database: {
      ...world.ctx.database,
      pool: { connect: () => Promise.reject(new Error('gone')) } as never,
    },
  };
  expect(await ailments(broken)).toEqual(['the database does not take anything']);
});
