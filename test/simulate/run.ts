/**
 * `npm run simulate`: the real rules, delivery and clocks on a real PostgreSQL, under simulated time and faults.
 *
 *   npm run simulate                      2,000 seeds
 *   npm run simulate -- --seeds 100       so many
 *   npm run simulate -- --seed 42         one, with its story
 *   npm run simulate -- --first 5000      seeds from there on
 *   npm run simulate -- --planted         planted mistakes, each of which some seed must find
 *   npm run simulate -- worm --bodies 8000 --at 02:00
 *   --json FILE                           the figures for machines
 *
 * Ends with 1 when an invariant is broken, or when a floor is not reached.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeJson } from '../faults/rig/table.ts';
import { startDatabaseService } from '../support/database-service.ts';
import { huntAll } from './hunt.ts';
import type { SeedResult } from './seed.ts';
import { worm } from './worm.ts';

/** Floors: seeds in five minutes, and simulated over real time. */
const SEEDS = 2_000;
const SECONDS = 300;
const RATIO = 1_000;
/** After so many failing seeds a run has said enough. */
const FAILING_ENOUGH = 20;
/** As many mistakes are planted at least. */
const PLANTED = 20;
/** Seeds in which a planted mistake must show itself. */
const HUNTED = 1_000;

interface Total {
  readonly seeds: number;
  readonly failing: readonly SeedResult[];
  readonly seconds: number;
  readonly simulatedHours: number;
  readonly transactions: number;
  readonly faults: Record<string, number>;
  readonly done: Record<string, number>;
}

/** Runs seeds in several processes; stops early at `stopAt` failing ones. */
async function runSeeds(
  seeds: readonly number[],
  lanes: number,
  stopAt: number,
  onResult: (result: SeedResult) => void,
): Promise<Total> {
  const service = await startDatabaseService();
  const waiting = [...seeds];
  const failing: SeedResult[] = [];
  const sum = { seeds: 0, simulatedMs: 0, transactions: 0 };
  const faults: Record<string, number> = {};
  const done: Record<string, number> = {};
  const add = (to: Record<string, number>, from: Readonly<Record<string, number>>) => {
    for (const [name, count] of Object.entries(from)) to[name] = (to[name] ?? 0) + count;
  };
  let began = performance.now();
  let ready = 0;
  try {
    const children = Array.from({ length: Math.min(lanes, seeds.length) }, (_, lane) =>
      fork(fileURLToPath(new URL('./lane.ts', import.meta.url)), [String(lane % availableParallelism())], {
        execArgv: ['--disable-proto=throw'],
        env: { ...process.env, TOCSIN_TEST_DATABASES: service.socketPath, TZ: 'America/St_Johns' },
      }),
    );
    await Promise.all(
      children.map(
        (child) =>
          new Promise<void>((resolve, reject) => {
            child.on('message', (message: { ready?: true; result?: SeedResult }) => {
              if (message.ready) {
                ready += 1;
                // The nations are made once; what is measured is the seeds.
                if (ready === children.length) began = performance.now();
              }
              const { result } = message;
              if (result) {
                sum.seeds += 1;
                sum.simulatedMs += result.simulatedMs;
                sum.transactions += result.transactions;
                add(faults, result.faults);
                add(done, result.done);
                if (result.found.length > 0) failing.push(result);
                onResult(result);
              }
              const seed = failing.length >= stopAt ? undefined : waiting.shift();
              child.send(seed === undefined ? { end: true } : { seed });
            });
            child.on('exit', (code) =>
              code === 0 ? resolve() : reject(new Error(`a lane ended with ${code}`)),
            );
          }),
      ),
    );
  } finally {
    await service.stop();
  }
  return {
    ...sum,
    failing,
    seconds: (performance.now() - began) / 1000,
    simulatedHours: sum.simulatedMs / 3_600_000,
    faults,
    done,
  };
}

const say = (text: string) => void process.stdout.write(`${text}\n`);

/** A failing seed as a person reads it. */
function printStory(result: SeedResult): void {
  const lines =
    result.story.length > 70 ? [...result.story.slice(0, 60), '…', ...result.story.slice(-10)] : result.story;
  say(`\n── seed ${result.seed} ──\n${lines.join('\n')}`);
  for (const one of result.found.slice(0, 12)) say(`  ✗ ${one}`);
  if (result.found.length > 12) say(`  ✗ and ${result.found.length - 12} more`);
  say(`  again: npm run simulate -- --seed ${result.seed}`);
}

const pairs = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(' · ');

async function simulate(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      first: { type: 'string', default: '1' },
      /** More than there are processors only hold each other up. */
      lanes: { type: 'string', default: String(Math.max(2, availableParallelism())) },
      json: { type: 'string' },
      /** Ends at the first failing seed, saying little: for planted mistakes. */
      hunt: { type: 'boolean', default: false },
      planted: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
    },
  });
  if (values.planted) {
    const results = await huntAll(Number(values.seeds ?? HUNTED), values.only);
    const found = results.filter((result) => result.outcome === 'found').length;
    say(`\n${found} of ${results.length} planted mistakes found (floor: all, and ${PLANTED} in all)`);
    writeJson(values.json, { found, planted: results.length, results });
    return found === results.length && (values.only !== '' || found >= PLANTED) ? 0 : 1;
  }
  const one = values.seed === undefined ? undefined : Number(values.seed);
  const count = Number(values.seeds ?? SEEDS);
  const first = Number(values.first);
  const seeds = one === undefined ? Array.from({ length: count }, (_, index) => first + index) : [one];
  let told = 0;
  const total = await runSeeds(seeds, Number(values.lanes), values.hunt ? 1 : FAILING_ENOUGH, (result) => {
    if (result.found.length === 0 && one === undefined) return;
    told += 1;
    if (told <= 5) printStory(result);
  });
  const { seconds, simulatedHours, failing, transactions } = total;
  const ratio = (simulatedHours * 3_600) / seconds;
  const perFive = (total.seeds / seconds) * SECONDS;
  say(
    `\n${total.seeds} seeds, ${failing.length} failing (0); ${seconds.toFixed(1)} s, ${Math.round(perFive)} seeds in five minutes (≥ ${SEEDS}); ` +
      `${Math.round(simulatedHours)} simulated hours, ${Math.round(ratio).toLocaleString('en')} × real time (≥ ${RATIO.toLocaleString('en')}); ` +
      `${transactions} transactions`,
  );
  say(`faults: ${pairs(total.faults)}\ndone: ${pairs(total.done)}`);
  writeJson(values.json, {
    seeds: total.seeds,
    failing: failing.map(({ seed, found }) => ({ seed, found })),
    seconds,
    seedsInFiveMinutes: perFive,
    simulatedHours,
    timesRealTime: ratio,
    transactions,
    faults: total.faults,
    done: total.done,
    floors: { seedsInFiveMinutes: SEEDS, timesRealTime: RATIO },
  });
  if (failing.length > 0) return 1;
  return one === undefined && !values.hunt && values.seeds === undefined && (perFive < SEEDS || ratio < RATIO)
    ? 1
    : 0;
}

async function main(): Promise<number> {
  if (process.argv[2] !== 'worm') return simulate();
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      bodies: { type: 'string', default: '8000' },
      at: { type: 'string', default: '02:00' },
      svg: { type: 'string', default: 'worm.svg' },
      json: { type: 'string' },
    },
  });
  return worm({ bodies: Number(values.bodies), at: values.at, svg: values.svg, json: values.json });
}

process.exit(await main());
