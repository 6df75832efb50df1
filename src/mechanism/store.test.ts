/** Versions of a mechanism on the real database and over the API. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeWorld, hash as planHash, type World } from '../directory/test-world.ts';
import { SYSTEM } from '../platform/actor.ts';
import { refuse } from '../platform/errors.ts';
import { createHttp, type Http } from '../platform/http/index.ts';
import { read } from '../platform/transaction.ts';
import type { MechanismView } from './contract.ts';
import { hashPack, loadPack } from './load.ts';
import { mechanismRoutes } from './routes.ts';
import { activatePack, activePack, packByHash, storePack } from './store.ts';

const law = loadPack(join(import.meta.dirname, '../../packs/test-4321'));
let world: World;
let open: Http;
let shut: Http;

async function serve(admit: () => Promise<void>): Promise<Http> {
  const { log, config } = world.ctx;
  const http = await createHttp({ log, publicUrl: config.publicUrl, ready: async () => ({}) });
  await http.register(mechanismRoutes(world.ctx, admit));
  await http.ready();
  return http;
}

beforeAll(async () => {
  world = await makeWorld({ nation: false });
  open = await serve(async () => undefined);
  shut = await serve(async () => refuse('not-signed-in'));
});
afterAll(async () => {
  await open.close();
  await shut.close();
  await world.close();
});

const asSystem = <T>(work: Parameters<typeof read<T>>[3]) =>
  read(world.ctx.database, SYSTEM, world.ctx.clock, work);

test('S7.9.7.1 the pack in force is readable data with its hash', async () => {
  const answer = await open.inject({ url: '/api/v1/mechanism' });
  expect(answer.statusCode).toBe(200);
  const { hash, versions, ...pack } = answer.json<MechanismView>();
  expect(hash).toBe(planHash);
  expect(hashPack(pack)).toBe(planHash);
  expect(versions).toMatchObject([{ hash: planHash, id: 'tw-2002', version: '2002-06-06', active: true }]);
});

test('whoever may not read it is turned away', async () => {
  expect((await shut.inject({ url: '/api/v1/mechanism' })).statusCode).toBe(401);
  expect((await shut.inject({ url: `/api/v1/mechanism/${planHash}` })).statusCode).toBe(401);
});

test('H43 S1.7 a new version in force leaves the old one as it was', async () => {
  await world.asSystem(async (tx) => {
    await storePack(world.ctx, tx, law);
    await storePack(world.ctx, tx, law);
    await activatePack(world.ctx, tx, law.hash);
  });
  const now = await asSystem((tx) => activePack(world.ctx, tx));
  expect([now.hash, now.pack.id]).toEqual([law.hash, 'test-4321']);
  const before = await asSystem((tx) => packByHash(world.ctx, tx, planHash));
  expect(hashPack(before)).toBe(planHash);
  const { versions } = (await open.inject({ url: `/api/v1/mechanism/${planHash}` })).json<MechanismView>();
  expect(versions.map((one) => [one.id, one.active]).sort()).toEqual([
    ['test-4321', true],
    ['tw-2002', false],
  ]);
});

test('a hash nobody stored is not found; what is no hash is refused', async () => {
  expect((await open.inject({ url: `/api/v1/mechanism/${'0'.repeat(64)}` })).statusCode).toBe(404);
  expect((await open.inject({ url: '/api/v1/mechanism/latest' })).statusCode).toBe(400);
});

test('stored words that were altered are never used', async () => {
  const forged = { ...law.pack, version: 'forged' };
  const hash = 'f'.repeat(64);
  await world.owner.query('insert into packs (hash, code, version, content) values ($1, $2, $3, $4)', [
    hash,
    forged.id,
    forged.version,
    JSON.stringify(forged),
  ]);
  await expect(asSystem((tx) => packByHash(world.ctx, tx, hash))).rejects.toThrow(/altered/);
});

test('the application may add versions, never change one', async () => {
  const change = world.asSystem((tx) => tx.db.updateTable('packs').set({ version: 'other' }).execute());
  await expect(change).rejects.toThrow(/permission denied/);
});
