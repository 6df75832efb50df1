/**
 * FLT-15: nobody works for six hours while reports come in, then two workers start. What fell due meanwhile is told within
 * ten seconds, the gravest first, marked late, once, and nobody is buried in mail.
 */
import { until } from '../support/wait.ts';
import { runCommand } from './rig/product.ts';
import { atMost, isSo, type Showing, type Shown, told } from './rig/shown.ts';
import { NOW, nothingDue, openStage, type Stage } from './rig/stage.ts';

const DOWN = 6 * 3_600_000;
/** Within so long of their start, in ms. */
const CAUGHT_UP = 10_000;
/** And those of level A within so long of the first, in ms. */
const GRAVE_DONE = 5_000;
/** A person has at most one mail in so long, in ms; those that cannot wait apart. */
const APART = 30_000;
/** A mail may take so much longer to arrive than the one after it, in ms. */
const WOBBLE = 5_000;

export interface DowntimeOptions {
  readonly port: number;
  readonly cases: number;
  /** One case in so many is of level A. */
  readonly graveEvery: number;
}

interface Fired {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly rank: number;
  readonly late: boolean;
  readonly early: boolean;
  /** When it fired, by the database's clock, in ms. */
  readonly ms: number;
}

/** What fired after the start, in the order it was stored. */
function firedAfter(stage: Stage, position: number): Promise<Fired[]> {
  return stage.ask<Fired & Record<string, unknown>>(
    `select f.position::text as id, f.kind,
            f.stream_id || ' ' || coalesce(f.data ->> 'clock', f.data ->> 'notice', '') || ' '
              || coalesce(f.data ->> 'dueAt', f.data ->> 'rung', '') as key,
            -- Of the case as it was when it fired: those who said A stay A here.
            c.rank,
            coalesce((f.data ->> 'late')::boolean, f.at > (f.data ->> 'dueAt')::timestamptz + interval '1 minute', false) as late,
            coalesce(f.at < (f.data ->> 'dueAt')::timestamptz, false) and f.kind = 'clock-overdue' as early,
            extract(epoch from f.at)::float8 * 1000 as ms
       from facts f join cases c on c.id = f.stream_id
      where f.position > $1 and f.kind in ('clock-overdue', 'clock-warned', 'rung-reached')
      order by f.position`,
    [position],
  );
}

/** Mails to one address sooner after another than they may, and the most to one; those that cannot wait are not counted. */
async function floodOf(stage: Stage): Promise<{ soon: number; most: number; told: number }> {
  const rows = await stage.ask<{ id: string }>(
    'select d.id from deliveries d join cases c on c.id = d.case_id where d.urgent or d.rank >= 4',
  );
  const grave = new Set(rows.map((row) => row.id));
  const byPerson = new Map<string, number[]>();
  for (const { to, at, messageId } of stage.mail.arrivals) {
    if (grave.has(messageId.split('@', 1)[0] ?? '')) continue;
    byPerson.set(to, [...(byPerson.get(to) ?? []), at]);
  }
  const times = [...byPerson.values()];
  const soon = times.flatMap((all) =>
    all.filter((at, n) => n > 0 && at - (all[n - 1] as number) < APART - WOBBLE),
  );
  return {
    soon: soon.length,
    most: Math.max(0, ...times.map((all) => all.length)),
    told: times.reduce((sum, all) => sum + all.length, 0),
  };
}

/** Files with no worker, lets six hours pass, starts two. */
export async function downtime(options: DowntimeOptions): Promise<Showing> {
  const { cases, graveEvery } = options;
  const env = { MAIL_PACE_SECONDS: String(APART / 1000) };
  const stage = await openStage({ port: options.port, reporters: 40, workers: 0, env });
  try {
    for (let n = 0; n < cases; n += 1) await stage.file(n, n % graveEvery === 3 ? { impactLevel: 'A' } : {});
    await stage.setClock(DOWN);
    const [last] = await stage.ask<{ at: string; due: number }>(
      `select (select coalesce(max(position), 0)::text from facts) as at,
              (select count(*)::int from clocks where next_at <= c.now) as due from ${NOW}`,
    );
    const position = Number(last?.at ?? 0);
    const began = Date.now();
    const workers = [stage.startWorker(), stage.startWorker()];
    await Promise.all(workers.map((one) => one.ready()));
    const readyMs = Date.now() - began;
    const isDone = await nothingDue(stage, 60_000);
    const doneMs = Date.now() - began;
    const fired = await firedAfter(stage, position);
    const overdue = fired.filter((one) => one.kind !== 'clock-warned');
    const top = Math.max(...fired.map((one) => one.rank));
    const clocks = fired.filter((one) => one.kind === 'clock-overdue');
    const lastGrave = clocks.findLastIndex((one) => one.rank === top);
    const before = clocks.slice(0, lastGrave).filter((one) => one.rank < top).length;
    const graveFiredMs = Math.round(
      (clocks[lastGrave]?.ms ?? Number.POSITIVE_INFINITY) - (fired[0]?.ms ?? 0),
    );
    // By when their transactions began: which of two workers is done first says nothing of what waited.
    const firstBegun = clocks.toSorted((a, b) => a.ms - b.ms || b.rank - a.rank)[0];
    const keys = overdue.map((one) => one.key);
    await until(
      async () =>
        (
          await stage.ask<{ n: number }>(
            `select count(*)::int as n from deliveries where state = 'queued' and (urgent or rank >= 4)`,
          )
        )[0]?.n === 0,
      { timeout: 60_000, every: 50, describe: 'everything grave is told' },
    ).catch(() => undefined);
    const graveMs = Date.now() - began;
    // What could wait goes as lists: the first at once, the rest half a minute after it.
    await until(
      async () =>
        (
          await stage.ask<{ n: number }>(`select count(*)::int as n from deliveries where state = 'queued'`)
        )[0]?.n === 0,
      { timeout: 120_000, every: 100, describe: 'every delivery settled' },
    ).catch(() => undefined);
    const left = await stage.ask<{ state: string; n: number }>(
      `select state, count(*)::int as n from deliveries group by state`,
    );
    const countOf = (state: string) => left.find((one) => one.state === state)?.n ?? 0;
    const again = (await firedAfter(stage, position)).filter((one) => one.kind !== 'clock-warned');
    const flood = await floodOf(stage);
    const verified = await runCommand(['verify'], {
      DATA_DIR: stage.folder,
      DATABASE_URL: stage.server.appUrl,
      DATABASE_OWNER_URL: stage.server.ownerUrl,
    });
    const shown: Shown[] = [
      told('clocks due when the workers start', String(last?.due ?? 0)),
      told('facts of clocks and ladders that follow', String(fired.length)),
      told('workers ready after', `${readyMs} ms`),
      atMost(
        'everything overdue fired after the start',
        isDone ? doneMs : Number.POSITIVE_INFINITY,
        CAUGHT_UP,
        ' ms',
      ),
      isSo('the first clock to fire is of the gravest', firstBegun?.rank === top),
      // While one worker has the gravest in hand the other takes what comes next: it may be done first, and delays nothing.
      atMost('from the first clock to the last of the gravest', graveFiredMs, GRAVE_DONE, ' ms'),
      told('lesser clocks fired before the last of the gravest', String(before)),
      atMost('overdue and not marked late', overdue.filter((one) => !one.late).length, 0),
      atMost('fired twice', again.length - new Set(again.map((one) => one.key)).size, 0),
      atMost('fired early', fired.filter((one) => one.early).length, 0),
      atMost('fired after all was done', again.length - keys.length, 0),
      told('grave and urgent notices handed over after', `${graveMs} ms`),
      atMost('notices left waiting or failed', countOf('queued') + countOf('failed'), 0),
      told(
        'notices handed over / mails for them',
        `${countOf('handed-over')} / ${stage.mail.arrivals.length}`,
      ),
      told('mails that could wait, in all / most to one person', `${flood.told} / ${flood.most}`),
      atMost('mails that could wait, sooner than 25 s after another', flood.soon, 0),
      atMost('mails that came twice', stage.mail.repeated().size, 0),
      isSo('tocsin verify finds no difference', verified.code === 0, verified.said.slice(-300)),
    ];
    return {
      fault: `FLT-15 nobody works for 6 h, ${cases} cases`,
      how: CLOCK_HOW,
      shown,
    };
  } finally {
    await stage.close();
  }
}

/** How the database's clock is moved, for the table. */
export const CLOCK_HOW =
  'the database’s clock is moved by shadowing clock_timestamp() for the product’s role: it is the one clock the product reads';
