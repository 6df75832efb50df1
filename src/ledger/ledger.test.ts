import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { until } from '../../test/support/wait.ts';
import { SYSTEM } from '../platform/actor.ts';
import { loadConfig } from '../platform/config.ts';
import type { AppContext } from '../platform/context.ts';
import { createDatabase } from '../platform/database.ts';
import { createLog } from '../platform/log.ts';
import { createSignals } from '../platform/signals.ts';
import { productionClock } from '../platform/time.ts';
import { read } from '../platform/transaction.ts';
import { readAnchor, run } from './cli.ts';
import { sealNow, startSealer } from './sealer.ts';
import { EMPTY, extend, factBytes, leafHash, nodeHash, rootOf, type SealedFact } from './tree.ts';
import { verifyLedger } from './verify.ts';

const KNOWN: SealedFact = {
  stream: 'case',
  streamId: '0190b5a0-0000-7000-8000-000000000001',
  seq: 3,
  kind: 'graded',
  shape: 1,
  data: { level: 'A', reason: '影響公共安全', from: null, nested: { b: [1, 2.5, true], a: 'x' } },
  personId: '0190b5a0-0000-7000-8000-000000000002',
  postId: null,
  at: new Date('2026-11-22T01:47:00.123Z'),
  mode: 'live',
  compartment: null,
};

describe('leaves and roots', () => {
  it('INV-8 golden: the hash of a known fact never changes, or old seals could not be verified', () => {
    expect(leafHash(KNOWN).toString('hex')).toBe(
      'a24ef5b9ca892ab3739de753c3252b8d7c8928caebc1bd7f8fdbdf6ddcfba403',
    );
  });

  it('a fact’s bytes do not depend on the order of keys, and no two facts share them', () => {
    const turned = {
      ...KNOWN,
      data: { nested: { a: 'x', b: [1, 2.5, true] }, from: null, reason: '影響公共安全', level: 'A' },
    };
    expect(factBytes(turned).equals(factBytes(KNOWN))).toBe(true);
    const others: SealedFact[] = [
      { ...KNOWN, stream: 'casegraded', kind: '' },
      { ...KNOWN, postId: '' },
      { ...KNOWN, compartment: '' },
      { ...KNOWN, seq: 4 },
      { ...KNOWN, at: new Date(KNOWN.at.getTime() + 1) },
      { ...KNOWN, mode: 'exercise' },
      { ...KNOWN, data: { ...(KNOWN.data as object), level: 'B' } },
    ];
    expect(new Set([KNOWN, ...others].map((fact) => leafHash(fact).toString('hex'))).size).toBe(
      others.length + 1,
    );
  });

  it('INV-8 growing by any steps gives the root of RFC 6962 over all leaves', () => {
    const mth = (leaves: Buffer[]): Buffer => {
      if (leaves.length < 2) return leaves[0] ?? rootOf(EMPTY);
      let split = 1;
      while (split * 2 < leaves.length) split *= 2;
      return nodeHash(mth(leaves.slice(0, split)), mth(leaves.slice(split)));
    };
    expect(rootOf(EMPTY).toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 70 }),
        fc.nat(70),
        (raw, cut) => {
          const leaves = raw.map((one) => Buffer.from(one));
          const grown = extend(extend(EMPTY, leaves.slice(0, cut)), leaves.slice(cut));
          expect(grown.size).toBe(leaves.length);
          expect(rootOf(grown).equals(mth(leaves))).toBe(true);
        },
      ),
    );
  });

  it('reads an anchor as it was printed, and nothing else', () => {
    expect(readAnchor(`compartment:defence:12:${'a'.repeat(64)}`)).toMatchObject({
      log: 'compartment:defence',
      size: 12,
    });
    expect(readAnchor('open:12:short')).toBeUndefined();
  });
});

describe('sealing and verifying', () => {
  let database: TestDatabase;
  let owner: pg.Pool;
  let ctx: AppContext;
  beforeAll(async () => {
    database = await createTestDatabase();
    owner = new pg.Pool({ connectionString: database.superuserUrl, max: 3 });
    owner.on('error', () => undefined);
    ctx = {
      config: loadConfig({}, 'demo'),
      log: createLog({ level: 'silent' }),
      database: createDatabase(database.appUrl, { poolSize: 6 }),
      clock: productionClock,
      signals: createSignals(),
      demonstration: false,
    };
  });
  afterAll(async () => {
    await ctx.database.close();
    await owner.end();
    await database.drop();
  });
  afterEach(async () => {
    await owner.query('truncate facts, ledger_leaves, ledger_heads');
  });

  async function addFacts(
    count: number,
    compartment: string | null = null,
    by: pg.Pool | pg.PoolClient = owner,
  ) {
    const stream = randomUUID();
    for (let seq = 1; seq <= count; seq += 1) {
      await by.query(
        `insert into facts (stream, stream_id, seq, kind, data, at, compartment) values ('case', $1, $2, 'filed', $3, $4, $5)`,
        [stream, seq, JSON.stringify({ n: seq, words: '初報' }), new Date(), compartment],
      );
    }
    return stream;
  }
  /** Seals what was added; other tests' transactions on the same server hold back what counts as settled. */
  async function seal(): Promise<number> {
    await until(async () => {
      const { rows } = await owner.query<{ settled: boolean }>(
        'select coalesce(max(xid::text::bigint), 0) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint as settled from facts',
      );
      return rows[0]?.settled;
    });
    return sealNow(ctx);
  }
  const kinds = async () => (await verifyLedger(ctx)).findings.map((one) => one.kind);

  it('INV-8 facts are sealed in order without gaps, per compartment, and everything agrees', async () => {
    await addFacts(7);
    await seal();
    await addFacts(3, 'defence');
    await addFacts(6);
    await seal();
    await seal();
    const result = await verifyLedger(ctx);
    expect(result.findings).toEqual([]);
    expect(result.unsealed).toBe(0);
    expect(result.logs.map(({ log, size, heads }) => ({ log, size, heads }))).toEqual([
      { log: 'open', size: 13, heads: 2 },
      { log: 'compartment:defence', size: 3, heads: 1 },
    ]);
  });

  it('INV-2 each fact is sealed within a moment of its commit, and never before', async () => {
    const sealer = startSealer(ctx);
    const writer = await owner.connect();
    await writer.query('begin');
    await addFacts(2, null, writer);
    await addFacts(2);
    // The open transaction may still put its facts in: nothing after it is sealed.
    expect(await sealNow(ctx)).toBe(0);
    await writer.query('commit');
    writer.release();
    await until(async () => (await verifyLedger(ctx)).unsealed === 0);
    await sealer.stop();
    expect((await verifyLedger(ctx)).findings).toEqual([]);
  });

  it('two sealers at once leave one gap-free log', async () => {
    await addFacts(40);
    await Promise.all([seal(), seal(), seal()]);
    await seal();
    const result = await verifyLedger(ctx);
    expect(result.findings).toEqual([]);
    expect(result.logs[0]!.size).toBe(40);
  });

  async function sealed(): Promise<string> {
    const stream = await addFacts(5);
    await seal();
    await addFacts(4);
    await seal();
    return stream;
  }

  it('KEY-6 finds a fact that was changed, and names it', async () => {
    const stream = await sealed();
    await owner.query(`update facts set data = '{"n": 99}' where stream_id = $1 and seq = 3`, [stream]);
    expect((await verifyLedger(ctx)).findings).toEqual([
      { kind: 'changed', log: 'open', index: 2, stream: 'case', streamId: stream, seq: 3 },
    ]);
  });

  it.each([
    ['at', `at = at + interval '1 ms'`],
    ['person_id', 'person_id = gen_random_uuid()'],
    ['kind', `kind = 'graded'`],
    ['mode', `mode = 'exercise'`],
    ['compartment', `compartment = 'defence'`],
  ])('KEY-6 finds a changed %s', async (_name, change) => {
    const stream = await sealed();
    await owner.query(`update facts set ${change} where stream_id = $1 and seq = 2`, [stream]);
    expect((await verifyLedger(ctx)).findings[0]).toMatchObject({ kind: 'changed', index: 1 });
  });

  it('KEY-6 finds a fact that was removed', async () => {
    const stream = await sealed();
    await owner.query('delete from facts where stream_id = $1 and seq = 2', [stream]);
    expect((await verifyLedger(ctx)).findings).toMatchObject([
      { kind: 'removed', index: 1 },
      { kind: 'gap', streamId: stream },
    ]);
  });

  it('KEY-6 finds two facts that were swapped', async () => {
    const stream = await sealed();
    await owner.query('update facts set seq = -seq where stream_id = $1 and seq in (2, 4)', [stream]);
    await owner.query('update facts set seq = 6 + seq where stream_id = $1 and seq < 0', [stream]);
    // (2 has become 4 and 4 has become 2: the facts say other numbers than when they were sealed.)
    expect((await kinds())[0]).toBe('changed');
    await owner.query('truncate facts, ledger_leaves, ledger_heads');
    await sealed();
    await owner.query(
      `update ledger_leaves l set position = -o.position from ledger_leaves o
       where l.log = 'open' and o.log = 'open' and (l.index, o.index) in ((1, 3), (3, 1))`,
    );
    await owner.query('update ledger_leaves set position = -position where position < 0');
    expect((await kinds())[0]).toBe('reordered');
  });

  it('KEY-6 finds leaves that were taken out, a tail that was cut, heads that were removed', async () => {
    await sealed();
    await owner.query('delete from ledger_leaves where index = 4');
    expect(await kinds()).toEqual(['leaf-missing']);
    await owner.query('truncate facts, ledger_leaves, ledger_heads');
    await sealed();
    await owner.query(
      'delete from facts where position in (select position from ledger_leaves where index >= 7)',
    );
    await owner.query('delete from ledger_leaves where index >= 7');
    expect(await kinds()).toEqual(['truncated']);
    await owner.query('truncate facts, ledger_leaves, ledger_heads');
    await sealed();
    await owner.query('delete from ledger_heads where size = 9');
    expect(await kinds()).toEqual(['head-missing']);
  });

  it('KEY-6 finds a fact rewritten together with its leaf', async () => {
    const stream = await sealed();
    await owner.query(`update facts set data = '{"n": 99}' where stream_id = $1 and seq = 3`, [stream]);
    const { rows } = await owner.query(
      `select stream, stream_id as "streamId", seq, kind, shape, data, person_id as "personId", post_id as "postId", at, mode,
         compartment from facts where stream_id = $1 and seq = 3`,
      [stream],
    );
    await owner.query('update ledger_leaves set hash = $1 where index = 2', [leafHash(rows[0])]);
    expect((await verifyLedger(ctx)).findings).toMatchObject([{ kind: 'root-differs', index: 5 }]);
  });

  it('KEY-6 a tail cut off together with its heads is found by a head kept elsewhere', async () => {
    await sealed();
    const { logs } = await verifyLedger(ctx);
    const anchor = { log: 'open', size: logs[0]!.size, root: logs[0]!.root };
    await owner.query(
      'delete from facts where position in (select position from ledger_leaves where index >= 5)',
    );
    await owner.query('delete from ledger_leaves where index >= 5; delete from ledger_heads where size > 5');
    expect(await kinds()).toEqual([]);
    expect((await verifyLedger(ctx, [anchor])).findings).toMatchObject([{ kind: 'truncated' }]);
    await addFacts(4);
    await seal();
    expect((await verifyLedger(ctx, [anchor])).findings).toMatchObject([
      { kind: 'anchor-differs', index: 9 },
    ]);
  });

  it('tocsin verify prints what it saw and exits by what it found', async () => {
    const lines: string[] = [];
    const command = {
      log: ctx.log,
      config: () => ctx.config,
      database: async () => ctx.database,
      opened: () => Promise.reject(new Error('not asked for')),
      print: (line: string) => void lines.push(line),
      complain: (line: string) => void lines.push(line),
    };
    const stream = await sealed();
    expect(await run([], command)).toBe(0);
    expect(lines.join('\n')).toMatch(/9 facts, 2 heads[\s\S]*open:9:[0-9a-f]{64}[\s\S]*Everything agrees/);
    const anchor = lines.find((line) => /^ +open:9:/.test(line))!.trim();
    expect(await run(['--anchor', anchor], command)).toBe(0);
    expect(await run(['--anchor', 'nonsense'], command)).toBe(2);
    await owner.query(`update facts set kind = 'graded' where stream_id = $1 and seq = 3`, [stream]);
    expect(await run([], command)).toBe(1);
    expect(lines.join('\n')).toContain('a fact was changed');
  });

  it('ISO-4 DEC-19 the application can only add; outsiders see the open log’s heads and nothing of a compartment’s', async () => {
    await addFacts(2);
    await addFacts(2, 'defence');
    await seal();
    const app = new pg.Client({ connectionString: database.appUrl });
    await app.connect();
    for (const change of [
      'update ledger_heads set size = 1',
      'delete from ledger_leaves',
      'update facts set seq = 9',
    ]) {
      await expect(app.query(change)).rejects.toThrow(/permission denied/);
    }
    await app.end();
    const reader = { personId: null, keys: ['signed-in'] };
    const seen = await read(ctx.database, reader, ctx.clock, async (tx) => ({
      heads: await tx.prepared('t-heads', 'select log from ledger_heads', []),
      leaves: await tx.prepared('t-leaves', 'select log from ledger_leaves', []),
    }));
    expect(seen).toEqual({ heads: [{ log: 'open' }], leaves: [] });
    expect(
      await read(ctx.database, SYSTEM, ctx.clock, (tx) =>
        tx.prepared('t-all', 'select 1 from ledger_heads', []),
      ),
    ).toHaveLength(2);
  });
});
