/** The nation of a lane of simulations: a real database whose clock shows simulated time, emptied of cases after each seed. */
import { createHash } from 'node:crypto';
import pg from 'pg';
import { followCases } from '../../src/cases/index.ts';
import { keepNumbersReady } from '../../src/cases/numbers.ts';
import { followCase } from '../../src/centre/index.ts';
import { randomFrom } from '../../src/demo/random.ts';
import { type DirectoryRows, loadDirectory } from '../../src/directory/index.ts';
import { makeWorld, pack } from '../../src/directory/test-world.ts';
import { keysFor } from '../../src/identity/index.ts';
import { sealNow, verifyLedger } from '../../src/ledger/index.ts';
import type { Pack } from '../../src/mechanism/index.ts';
import type { Actor } from '../../src/platform/actor.ts';
import { loadConfig } from '../../src/platform/config.ts';
import type { AppContext } from '../../src/platform/context.ts';
import { createDatabase } from '../../src/platform/database.ts';
import { createLog } from '../../src/platform/log.ts';
import { morePeople } from '../stories/nation.ts';
import { until } from '../support/wait.ts';
import { Line, sharedDatabase } from './machine.ts';
import type { Time } from './time.ts';

/** The database's clock is this function for whoever has `sim` before `pg_catalog` in his path: only the product, here. */
const CLOCK = `
  create schema sim;
  create function sim.clock_timestamp() returns timestamptz language sql volatile as
    $$ select current_setting('sim.now')::timestamptz $$;
  create table sim.breaches (delivery uuid, what text);
  create table sim.leases (delivery uuid, worker text, since timestamptz, until timestamptz);
  create function sim.watch() returns trigger language plpgsql security definer as $f$
  begin
    if old.state <> 'queued' and (new.state, new.fence, new.handed_over_at) is distinct from (old.state, old.fence, old.handed_over_at) then
      insert into sim.breaches values (old.id, 'written again after it was ' || old.state);
    elsif new.fence < old.fence then
      insert into sim.breaches values (old.id, 'its fence went back');
    elsif new.fence > old.fence and new.leased_by is not null and old.lease_until > sim.clock_timestamp() then
      insert into sim.breaches values (old.id, 'taken by ' || new.leased_by || ' while ' || old.leased_by || ' held its lease');
    end if;
    if new.leased_by is not null and (new.lease_until, new.digest_id) is distinct from (old.lease_until, old.digest_id) then
      insert into sim.leases values (coalesce(new.digest_id, new.id), new.leased_by, sim.clock_timestamp(), new.lease_until);
    end if;
    return new;
  end $f$;
  create trigger sim_watch before update on deliveries for each row execute function sim.watch();
  grant usage on schema sim to tocsin_app;
  alter function sim.watch() set search_path = sim, pg_catalog, public;`;

/** Asks with a connection that sees everything. */
export type Ask = <R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]) => Promise<R[]>;

export interface Nation {
  readonly base: AppContext;
  readonly line: Line;
  readonly pack: Pack;
  readonly ask: Ask;
  /** Settles when everything asked is answered: until then time stands still. */
  answered(): Promise<unknown>;
  /** Who somebody is and what he may see. */
  person(code: string): Promise<Actor & { readonly personId: string }>;
  readonly personCodes: ReadonlyMap<string, string>;
  readonly addresses: ReadonlyMap<string, string>;
  /** Codes of the persons holding each post. */
  readonly holders: ReadonlyMap<string, readonly string[]>;
  readonly postCodes: ReadonlyMap<string, string>;
  readonly organisations: ReadonlyMap<string, string>;
  /** Asks when somebody must look again at clocks, rungs and deliveries, the first first. */
  readonly looks: string;
  /** The last place in the facts before anything happens. */
  readonly began: number;
  /** Process ids of the server's side of its two connections. */
  readonly backends: readonly number[];
  /** Takes away all that a seed left. */
  clean(): Promise<void>;
  close(): Promise<void>;
}

const START = Date.UTC(2026, 0, 1);
const FOUNDER = { name: 'founder', isDead: false, skew: 0 };

/** Makes the nation on a database of its own. `rows` adds to the small one of the stories. */
export async function makeNation(time: Time, rows: DirectoryRows = morePeople): Promise<Nation> {
  // As src/app.ts puts the rooms together.
  followCases(followCase);
  // The same ids in every process: whatever is in the order of ids is so in every replay.
  time.begin(START, randomFrom(2002));
  const realNow = Date.now();
  const world = await time.as(FOUNDER, async () => {
    // The database still shows real time, the founder's own clock the start: the shift between them is the world's.
    const made = await makeWorld({ startAt: new Date(2 * START - realNow) });
    await made.asSystem((tx) => loadDirectory(made.ctx, tx, pack, rows));
    await keepNumbersReady(made.ctx);
    return made;
  });
  // Other lanes' transactions keep the last facts from being sealed for a while; sealed later they would be a seed's.
  await until(
    async () => {
      await sealNow(world.ctx);
      return (await verifyLedger(world.ctx)).unsealed === 0;
    },
    { describe: 'the founding is sealed' },
  );
  const observer = new pg.Client({ connectionString: world.urls.superuserUrl });
  observer.on('error', () => undefined);
  await observer.connect();
  const asked = new Set<Promise<unknown>>();
  const ask: Ask = async (sql, values = []) => {
    const name = `ask-${createHash('sha256').update(sql).digest('hex').slice(0, 40)}`;
    const answer = observer.query({ name, text: sql, values: [...values] });
    asked.add(answer);
    try {
      return (await answer).rows as never;
    } finally {
      asked.delete(answer);
    }
  };
  await observer.query(CLOCK);
  const app = createDatabase(world.urls.appUrl, { poolSize: 1, statementTimeout: 0 });
  const client = await app.pool.connect();
  await client.query('set search_path = sim, pg_catalog, public');
  // Planned once, not at every asking: the tables of a seed are never large. Nothing here waits for a disk either (the test's
  // server runs without fsync): machines die by rollback or by never hearing of a commit, the server itself never does.
  for (const one of [client, observer]) await one.query('set plan_cache_mode = force_generic_plan');
  const backends: number[] = [];
  for (const one of [client, observer])
    backends.push((await one.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? 0);
  const line = new Line(client, time);
  const directory = await world.snapshot();
  const personCodes = new Map(
    [...directory.persons.values()].map((one) => [one.id, one.email.split('@')[0] ?? '']),
  );
  const ids = new Map([...personCodes].map(([id, code]) => [code, id]));
  const postCodes = new Map([...directory.posts.values()].map((post) => [post.id, post.code]));
  const holdings = await ask<{ post_id: string; person_id: string }>(
    'select post_id, person_id from holdings order by post_id, person_id',
  );
  const holders = new Map<string, string[]>();
  for (const { post_id, person_id } of holdings)
    holders.set(post_id, [...(holders.get(post_id) ?? []), personCodes.get(person_id) ?? '']);
  const tables = await ask<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`,
  );
  const empty: string[] = [];
  for (const { name } of tables)
    if ((await ask(`select 1 from ${pg.escapeIdentifier(name)} limit 1`)).length === 0) empty.push(name);
  const columns = await ask<{ t: string; c: string }>(
    `select table_name as t, column_name as c from information_schema.columns
      where table_schema = 'public' and column_name in ('next_at', 'next_rung_at')`,
  );
  const sources = columns
    .map(({ t, c }) =>
      t === 'deliveries'
        ? `select 'deliveries', min(greatest(next_at, lease_until)) from deliveries where state = 'queued'`
        : `select 'clocks', min(${c}) from ${t}`,
    )
    .join(' union all ');
  const looks = `select what, at from (${sources}) as t(what, at) where at is not null order by at`;
  const [base] = await ask<{ position: number }>('select max(position)::int as position from facts');
  const heads = await ask<{ log: string; size: number }>(
    'select log, max(size)::int as size from ledger_heads group by log',
  );
  const cleaning = [
    `set session_replication_role = replica`,
    ...empty
      .filter((name) => name !== 'case_numbers')
      .map((name) => `delete from ${pg.escapeIdentifier(name)}`),
    `update case_numbers set case_id = null, voided = null where case_id is not null or voided is not null`,
    `delete from facts where position > ${base?.position ?? 0}`,
    `delete from ledger_leaves where position > ${base?.position ?? 0}`,
    `delete from ledger_heads where (log, size) not in (${heads.map(({ log, size }) => `(${pg.escapeLiteral(log)}, ${size})`).join() || "('', 0)"})`,
    'delete from sim.breaches',
    'delete from sim.leases',
    `set session_replication_role = origin`,
  ].join('; ');
  return {
    base: {
      ...world.ctx,
      database: sharedDatabase(world.ctx.database, time),
      clock: { shift: () => 0 },
      log: createLog({ level: process.env['LOG_LEVEL'] === 'warn' ? 'warn' : 'silent' }),
      config: {
        ...world.ctx.config,
        ...loadConfig(
          {
            PUBLIC_URL: 'http://127.0.0.1:5500',
            SMTP_URL: 'smtp://127.0.0.1:1',
            SMTP_ROUTES: 'moe.example=smtp://127.0.0.1:2,stag.example=smtp://127.0.0.1:2',
          },
          'demo',
        ),
      },
    },
    line,
    pack,
    ask,
    answered: () => Promise.allSettled(asked),
    async person(code) {
      const personId = ids.get(code);
      if (personId === undefined) throw new Error(`nobody is called ${code}`);
      return { personId, keys: keysFor(directory, pack, personId, new Date(time.wall)) };
    },
    personCodes,
    addresses: new Map([...directory.persons.values()].map((one) => [one.id, one.email])),
    holders,
    postCodes,
    organisations: new Map([...directory.organisations.values()].map((one) => [one.code, one.id])),
    looks,
    backends,
    began: base?.position ?? 0,
    clean: async () => {
      await observer.query(cleaning);
    },
    async close() {
      client.release();
      await app.close();
      await observer.end();
      await world.close();
    },
  };
}
