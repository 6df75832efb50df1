/**
 * FLT-18: a watcher outside takes signs of life. It must hear nothing any more soon after everything is dead, after the only
 * worker is frozen, when clocks are due and do not fire, and when nobody looks at them; and must go on hearing while only
 * the web is frozen.
 */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { type HttpSink, startHttpSink } from '../support/http-sink.ts';
import { until } from '../support/wait.ts';
import { atLeast, atMost, isSo, type Showing, type Shown, told } from './rig/shown.ts';
import { openStage, type Stage } from './rig/stage.ts';

/** As operators do not set it. */
const DEFAULT_INTERVAL = 30_000;
/** What the manual tells the watcher: three signs of life that did not come. */
const MISSED = 3;
/** The promise at the default interval, in ms. */
const PROMISE = 120_000;
/** Nobody looks at the clocks: so long the heart may go on, in ms (src/watch/heartbeat.ts). */
const UNSEEN = 30_000;

/** Somebody outside who counts the time since the last sign of life. */
class Watcher {
  readonly #sink: HttpSink;
  readonly #patience: number;
  constructor(sink: HttpSink, interval: number) {
    this.#sink = sink;
    this.#patience = interval * MISSED;
  }

  get beats(): number {
    return this.#sink.requests.length;
  }

  /** So many more signs of life within so many ms; how many came. */
  async hears(wanted: number, within: number): Promise<number> {
    const from = this.beats;
    await until(() => this.beats >= from + wanted, { timeout: within, every: 20 }).catch(() => undefined);
    return this.beats - from;
  }

  /** How long after `since` (performance.now) the watcher rings somebody up, in ms; infinite when it never does. */
  async silence(since: number, within: number): Promise<number> {
    const last = () => Math.max(this.#sink.requests.at(-1)?.at ?? 0, since - this.#patience);
    const isRinging = () => performance.now() - last() > this.#patience;
    return until(isRinging, { timeout: within, every: 20 }).then(
      () => performance.now() - since,
      () => Number.POSITIVE_INFINITY,
    );
  }
}

interface Scene {
  readonly stage: Stage;
  readonly watcher: Watcher;
  readonly interval: number;
  readonly limit: number;
  readonly shown: Shown[];
}

async function onStage(
  port: number,
  interval: number,
  play: (scene: Scene) => Promise<void>,
): Promise<Shown[]> {
  const sink = await startHttpSink();
  sink.answer(204);
  const seconds: Record<string, string> =
    interval === DEFAULT_INTERVAL ? {} : { HEARTBEAT_SECONDS: String(interval / 1000) };
  const env = { HEARTBEAT_URL: `${sink.origin}/beat/of-this-installation`, ...seconds };
  const stage = await openStage({ port, reporters: 2, workers: 1, env });
  try {
    const shown: Shown[] = [];
    const limit = (PROMISE * interval) / DEFAULT_INTERVAL;
    const watcher = new Watcher(sink, interval);
    const heard = await watcher.hears(2, 5 * interval + 10_000);
    shown.push(atLeast(`every ${interval / 1000} s: signs of life while all is well`, heard, 2));
    await play({ stage, watcher, interval, limit, shown });
    return shown;
  } finally {
    await stage.close();
    await sink.close();
  }
}

/** Only the web stands still: nobody is to be rung up. */
async function frozenWeb({ stage, watcher, interval, shown }: Scene): Promise<void> {
  const from = watcher.beats;
  stage.web.kill('SIGSTOP');
  await pause(MISSED * interval + interval / 2);
  stage.web.kill('SIGCONT');
  shown.push(
    atLeast(
      `every ${interval / 1000} s: signs of life while the web is frozen`,
      watcher.beats - from,
      MISSED - 1,
    ),
  );
}

/** Everything dies at once. */
async function killAll({ stage, watcher, interval, limit, shown }: Scene): Promise<void> {
  const postmaster = stage.server.pid();
  const since = performance.now();
  for (const one of [stage.web, ...stage.workers]) one.kill('SIGKILL');
  if (postmaster !== undefined) process.kill(postmaster, 'SIGKILL');
  const rings = await watcher.silence(since, limit * 2);
  shown.push(
    atMost(
      `every ${interval / 1000} s: kill -9 of everything, until the watcher rings`,
      Math.round(rings),
      limit,
      ' ms',
    ),
  );
}

/** The only worker stands still. */
async function frozenWorker({ stage, watcher, interval, limit, shown }: Scene): Promise<void> {
  const [worker] = stage.workers;
  const since = performance.now();
  worker?.kill('SIGSTOP');
  const rings = await watcher.silence(since, limit * 2);
  worker?.kill('SIGCONT');
  const back = await watcher.hears(1, 40_000);
  shown.push(
    atMost(
      `every ${interval / 1000} s: the only worker frozen, until the watcher rings`,
      Math.round(rings),
      limit,
      ' ms',
    ),
    isSo('signs of life come back when it goes on', back > 0),
  );
}

/** The worker lives and delivers, but what is due does not fire. */
async function deadClocks({ stage, watcher, interval, limit, shown }: Scene): Promise<void> {
  await stage.file(1);
  await stage.ask(`
    update clocks set next_at = pg_catalog.now() - interval '2 minutes' where next_at is not null;
    create function fault_no_fire() returns trigger language plpgsql as $f$ begin raise exception 'no clock fires'; end $f$;
    create trigger fault_no_fire before update on clocks for each row execute function fault_no_fire();`);
  const since = performance.now();
  const rings = await watcher.silence(since, limit * 3);
  const [alive] = await stage.ask<{ n: number }>(
    `select count(*)::int as n from workers where beat_at > pg_catalog.now() - interval '20 seconds'`,
  );
  await stage.ask('drop trigger fault_no_fire on clocks');
  // What rests after several failures is tried again within a quarter of a minute.
  const back = await watcher.hears(1, 40_000);
  shown.push(
    atMost(
      `every ${interval / 1000} s: clocks due that nobody fires, until the watcher rings`,
      Math.round(rings),
      limit,
      ' ms',
    ),
    isSo('the worker lived all the while', (alive?.n ?? 0) > 0),
    isSo('signs of life come back when the clocks fire', back > 0),
  );
}

/** Nothing is due, and nobody would notice if it were: the look at the clocks hangs behind somebody's lock. */
async function hungClocks({ stage, watcher, interval, limit, shown }: Scene): Promise<void> {
  const url = new URL(stage.server.superuserUrl);
  url.pathname = '/tocsin';
  const other = new pg.Client({ connectionString: url.href });
  await other.connect();
  await other.query('begin; lock table case_numbers in access exclusive mode');
  const since = performance.now();
  const rings = await watcher.silence(since, UNSEEN + limit * 3);
  await other.query('rollback');
  await other.end();
  const back = await watcher.hears(1, 40_000);
  shown.push(
    atMost(
      `every ${interval / 1000} s: the look at the clocks hangs, until the watcher rings`,
      Math.round(rings),
      UNSEEN + limit,
      ' ms',
    ),
    isSo('signs of life come back when it goes on', back > 0),
  );
}

export interface SilenceOptions {
  readonly port: number;
  /** Only at a short interval. */
  readonly small: boolean;
}

/** At a short interval every way to fall silent; at the default one what costs minutes. Side by side, on stages of their own. */
export async function silence({ port, small }: SilenceOptions): Promise<Showing> {
  const short = onStage(port, 2_000, async (scene) => {
    await frozenWeb(scene);
    await deadClocks(scene);
    await frozenWorker(scene);
    if (!small) await hungClocks(scene);
    await killAll(scene);
  });
  const byDefault = small
    ? Promise.resolve([told('at the default interval of 30 s', 'not with --small')])
    : onStage(port + 1, DEFAULT_INTERVAL, async (scene) => {
        await frozenWeb(scene);
        await killAll(scene);
      });
  const all = await Promise.allSettled([short, byDefault]);
  const failed = all.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  return {
    fault: 'FLT-18 silence outside',
    how: `the watcher rings when ${MISSED} signs of life in a row have not come; the promise is 2 min at 30 s, in proportion at shorter intervals`,
    shown: all.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])),
  };
}
