/**
 * FLT-9: the database's clock is set under the running product, an hour on and an hour back. Nothing fires early, nothing
 * twice; the jump is told; and what was made while the clock was wrong is told all the same.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../support/wait.ts';
import { CLOCK_HOW } from './downtime.ts';
import { runCommand } from './rig/product.ts';
import { atLeast, atMost, isSo, type Showing, type Shown, told } from './rig/shown.ts';
import { nothingDue, openStage, type Stage } from './rig/stage.ts';

const HOUR = 3_600_000;
/** How long a clock set forward is not believed, in ms (src/platform/clock-guard.ts). */
const DOUBT = 60_000;
const WORKERS = 2;

export interface JumpOptions {
  readonly port: number;
  readonly cases: number;
  /** How long a mistake stands before it is put right, in ms. */
  readonly mistake: number;
  /** How often the clock goes back and forth at the end. */
  readonly swings: number;
}

const FIRED = `kind in ('clock-warned', 'clock-overdue', 'rung-reached')`;

async function count(stage: Stage, sql: string, values: readonly unknown[] = []): Promise<number> {
  return (await stage.ask<{ n: number }>(`select count(*)::int as n from ${sql}`, values))[0]?.n ?? 0;
}

const fired = (stage: Stage) => count(stage, `facts where ${FIRED}`);

/** How many jumps the alarm counted; it is one alarm while nobody has seen to it. */
async function alarmed(stage: Stage): Promise<number> {
  const { items } = await stage.desk<{ items: { kind: string; times: number }[] }>('GET', '/api/v1/alarms');
  return items.find((one) => one.kind === 'clock-jump')?.times ?? 0;
}

/** How long until every notice of a case is handed over, in ms. */
async function toldIn(stage: Stage, caseId: string, timeout: number): Promise<number> {
  const began = Date.now();
  return until(
    async () => (await count(stage, `deliveries where case_id = $1 and state = 'queued'`, [caseId])) === 0,
    { timeout, every: 50, describe: 'every notice handed over' },
  ).then(
    () => Date.now() - began,
    () => Number.POSITIVE_INFINITY,
  );
}

/** Sets the clock to and fro and watches. */
export async function clockJumps({ port, cases, mistake, swings }: JumpOptions): Promise<Showing> {
  const env = { MAIL_PACE_SECONDS: '30' };
  const stage = await openStage({ port, reporters: 12, workers: WORKERS, env });
  const jumps = () =>
    stage.workers.reduce((sum, one) => sum + one.countInLog('the clock of the database was set'), 0);
  const set = async (ms: number) => {
    const before = jumps();
    await stage.setClock(ms);
    await stage.stayAwake();
    const noticed = until(() => jumps() >= before + WORKERS, { timeout: 10_000, every: 20 });
    return noticed.then(
      () => true,
      () => false,
    );
  };
  try {
    for (let n = 0; n < cases; n += 1) await stage.file(n, n % 4 === 3 ? { impactLevel: 'A' } : {});
    // The guards have seen where the clock stands.
    await pause(2_000);
    const shown: Shown[] = [];

    const before = await fired(stage);
    const noticed = await set(HOUR);
    const during = await stage.file(cases, { impactLevel: 'A' });
    const duringMs = await toldIn(stage, during.caseId, 20_000);
    await pause(mistake);
    const early = (await fired(stage)) - before;
    await until(async () => (await alarmed(stage)) > 0, { timeout: 10_000 }).catch(() => undefined);
    // One that is made a moment before the mistake is put right, while nobody works.
    for (const worker of stage.workers) worker.kill('SIGSTOP');
    const underWay = await count(stage, `deliveries where state = 'queued' and leased_by is not null`);
    const caught = await stage.file(cases + 1, { impactLevel: 'A' });
    const isBack = set(0);
    for (const worker of stage.workers) worker.kill('SIGCONT');
    await isBack;
    const froze = await count(stage, 'deliveries where case_id = $1', [caught.caseId]);
    const caughtMs = await toldIn(stage, caught.caseId, 120_000);
    const afterwards = await count(
      stage,
      `facts where ${FIRED} and at < pg_catalog.now() and data ->> 'dueAt' is not null
         and (data ->> 'dueAt')::timestamptz > pg_catalog.now() + interval '15 minutes'`,
    );
    shown.push(
      isSo('an hour on: both workers notice', noticed),
      atMost('clocks and rungs fired while the mistake stood', early, 0),
      atMost('of those fired since, due in truth a quarter of an hour from now or later', afterwards, 0),
      atLeast('times the desk’s alarm counts', await alarmed(stage), 1),
      atMost('an A filed meanwhile is told after', duringMs, 5_000, ' ms'),
      atMost('an A filed just before it was put right is told after', caughtMs, 60_000, ' ms'),
    );

    // A clock that was really behind: after a minute it is believed, and everything overdue is told at once.
    const standing = await fired(stage);
    const since = Date.now();
    await set(HOUR);
    await until(async () => (await fired(stage)) > standing, { timeout: 2 * DOUBT, every: 50 }).catch(
      () => undefined,
    );
    const firstMs = Date.now() - since;
    const isDone = await nothingDue(stage, DOUBT);
    const doneMs = Date.now() - since;
    shown.push(
      atLeast('an hour on, for good: the first fires after', firstMs, DOUBT - 5_000, ' ms'),
      atMost('all overdue fired after', isDone ? doneMs : Number.POSITIVE_INFINITY, DOUBT + 10_000, ' ms'),
    );

    // And back: what has fired has fired; what is filed now is told, to whoever was written to an hour from now as well.
    const once = await fired(stage);
    await set(0);
    const mild = await stage.file(0);
    const mildMs = await toldIn(stage, mild.caseId, 60_000);
    const grave = await stage.file(1, { impactLevel: 'A' });
    const graveMs = await toldIn(stage, grave.caseId, 60_000);
    shown.push(
      atMost('an hour back: a D filed then is told after', mildMs, 35_000, ' ms'),
      atMost('an A filed then is told after', graveMs, 5_000, ' ms'),
    );
    for (let n = 0; n < swings; n += 1) {
      await set(n % 2 === 0 ? HOUR : -HOUR);
      await pause(3_000);
    }
    await set(0);
    const twice = await stage.ask<{ key: string }>(
      `select stream_id || kind || coalesce(data ->> 'clock', data ->> 'notice') || coalesce(data ->> 'dueAt', data ->> 'rung') as key
         from facts where ${FIRED} group by 1 having count(*) > 1`,
    );
    const tooSoon = await count(
      stage,
      `facts where kind = 'clock-overdue' and at < (data ->> 'dueAt')::timestamptz`,
    );
    const verified = await runCommand(['verify'], {
      DATA_DIR: stage.folder,
      DATABASE_URL: stage.server.appUrl,
      DATABASE_OWNER_URL: stage.server.ownerUrl,
    });
    shown.push(
      told('fired in all / jumps the workers told of', `${await fired(stage)} / ${jumps()}`),
      told('fired since the clock went back', String((await fired(stage)) - once)),
      atMost('fired twice', twice.length, 0),
      atMost('fired before its time by the clock that stood', tooSoon, 0),
      // A frozen worker's mails are another's when it wakes, under the same Message-ID (INV-6); both are frozen, and wake at once.
      atMost(
        'mails that came twice (≤ under way when the workers were frozen, and made then)',
        stage.mail.repeated().size,
        underWay + froze,
      ),
      isSo('tocsin verify finds no difference', verified.code === 0, verified.said.slice(-300)),
    );
    return { fault: 'FLT-9 the clock jumps ±1 h', how: CLOCK_HOW, shown };
  } finally {
    await stage.close();
  }
}
