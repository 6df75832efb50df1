/**
 * `npm run test:faults`: kills and freezes the running product at random moments while agencies file and mails go out,
 * and joins what clients were told, what is stored and what arrived (FLT-1 to FLT-4; INV-1, INV-2, INV-3, INV-6, INV-10).
 * Then what else may go wrong around it: mail servers that misbehave (FLT-7), a clock that is set (FLT-9), rows it stumbles
 * over (FLT-13), hours in which nobody works (FLT-15), and silence that somebody outside must notice (FLT-18).
 *
 *   --small        few faults, within four minutes; without FLT-7, FLT-9 and FLT-13, unless `--only` asks for them
 *   --kills N      faults of each kind that kills or freezes; 20 unless said otherwise
 *   --only FLT-2   one kind
 *   --json FILE    the figures as JSON
 *
 * Exits 1 when anything acknowledged was lost, anything is partial, anybody was missed, a takeover took longer than 10 s,
 * more came twice than was under way, or a line of the second table is beyond its floor.
 */
import { parseArgs } from 'node:util';
import { clockJumps } from './clock-jumps.ts';
import { downtime } from './downtime.ts';
import { mailServers } from './mail-servers.ts';
import { poison } from './poison.ts';
import type { Showing } from './rig/shown.ts';
import { printTable, quantile, writeJson } from './rig/table.ts';
import {
  freezeWorker,
  killApp,
  killDatabase,
  killWorker,
  type Outcome,
  type ScenarioOptions,
} from './scenarios.ts';
import { silence } from './silence.ts';

const TAKEOVER = 10_000;
const READY_AIM = 2_000;

const { values } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    kills: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const kills = Number(values.kills ?? (values.small ? 2 : 20));

const scenarios: readonly [id: string, run: (options: ScenarioOptions) => Promise<Outcome>, kills: number][] =
  [
    ['FLT-1', killApp, kills],
    ['FLT-2', killWorker, kills],
    ['FLT-3', killDatabase, kills],
    ['FLT-4', freezeWorker, kills],
  ];

const { small } = values;
/** Each shows lines of its own; the last word says whether it belongs to `--small`. */
const showings: readonly [id: string, run: () => Promise<Showing>, isQuick: boolean][] = [
  [
    'FLT-7',
    () =>
      mailServers({
        port: 5905,
        bouncePort: 5915,
        seconds: small ? 10 : 40,
        greylist: small ? 30_000 : 300_000,
      }),
    false,
  ],
  [
    'FLT-9',
    () =>
      clockJumps({
        port: 5906,
        cases: small ? 8 : 40,
        mistake: small ? 5_000 : 20_000,
        swings: small ? 2 : 6,
      }),
    false,
  ],
  ['FLT-13', () => poison({ port: 5907, sound: small ? 10 : 100, watch: small ? 16_000 : 32_000 }), false],
  ['FLT-15', () => downtime({ port: 5908, cases: small ? 30 : 250, graveEvery: 10 }), true],
  ['FLT-18', () => silence({ port: 5909, small }), true],
];

/** Longer than the lease of 5 s, one of them by much. */
const freezes = values.small ? [7_000] : [60_000, ...Array.from({ length: 9 }, () => 12_000)];

function faultsOf(outcome: Outcome): string[] {
  const { lost, partial, missed, unfenced, refusals, duplicates, window, takeovers, acked, stored } = outcome;
  const slow = takeovers.filter((one) => one > TAKEOVER);
  return [
    ...lost,
    ...partial,
    ...missed,
    ...unfenced,
    ...refusals.map((one) => `refused: ${one}`),
    ...(duplicates > window ? [`${duplicates} mails came twice; ${window} were under way`] : []),
    ...slow.map((one) => `a takeover took ${Math.round(one)} ms`),
    ...(acked === 0 ? ['nothing was acknowledged'] : []),
    // Each outcome is asked for until it is known, so in the end the two sets are the same.
    ...(stored === acked ? [] : [`${stored} reports are stored, ${acked} were acknowledged`]),
  ];
}

const ms = (list: readonly number[]) =>
  list.length === 0 ? '—' : `${Math.round(quantile(list, 0.5))} / ${Math.round(Math.max(...list))}`;

const outcomes: Outcome[] = [];
const failures: string[] = [];
const began = Date.now();
for (const [id, run, count] of scenarios) {
  if (values.only && values.only !== id) continue;
  const since = Date.now();
  try {
    const outcome = await run({ kills: count, port: 5900 + Number(id.at(-1)), freezes });
    outcomes.push(outcome);
    failures.push(...faultsOf(outcome).map((one) => `${outcome.fault}: ${one}`));
  } catch (error) {
    failures.push(`${id}: ${(error as Error).stack ?? error}`);
  }
  console.error(`${id}: ${count} faults in ${Math.round((Date.now() - since) / 1000)} s`);
}

const shown: Showing[] = [];
for (const [id, run, isQuick] of showings) {
  if (values.only ? values.only !== id : small && !isQuick) continue;
  const since = Date.now();
  try {
    const showing = await run();
    shown.push(showing);
    for (const { what, figure, floor, ok } of showing.shown)
      if (!ok) failures.push(`${showing.fault}: ${what}: ${figure} (${floor})`);
  } catch (error) {
    failures.push(`${id}: ${(error as Error).stack ?? error}`);
  }
  console.error(`${id}: ${Math.round((Date.now() - since) / 1000)} s`);
}

if (outcomes.length > 0)
  printTable(
    [
      'fault',
      'faults',
      'acked',
      'unknown, asked again',
      'lost (0)',
      'partial (0)',
      'missed (0)',
      'twice (≤ under way)',
      'late writes refused',
      'takeover ms p50/max (≤ 10000)',
      'outage ms p50/max',
      `ready ms p50/max (aim ${READY_AIM})`,
    ],
    outcomes.map((one) => [
      one.fault,
      String(one.kills),
      String(one.acked),
      String(one.unknowns),
      String(one.lost.length),
      String(one.partial.length),
      String(one.missed.length),
      `${one.duplicates} (≤ ${one.window})`,
      String(one.lateWritesRefused),
      ms(one.takeovers),
      ms(one.outages),
      ms(one.readies),
    ]),
  );
for (const { fault, how, shown: lines } of shown) {
  console.log(`\n${fault}`);
  if (how) console.log(`(${how})`);
  printTable(
    ['', 'measured', 'floor', ''],
    lines.map((one) => [one.what, one.figure, one.floor, one.ok ? '' : '✗']),
  );
}
console.log(`${Math.round((Date.now() - began) / 1000)} s in all; leases last 5 s; database with fsync.`);
for (const failure of failures.slice(0, 40)) console.log(`✗ ${failure}`);
if (failures.length > 40) console.log(`✗ and ${failures.length - 40} more`);
writeJson(values.json, {
  outcomes: outcomes.map(({ repeated, ...one }) => ({ ...one, repeated: [...repeated] })),
  showings: shown,
  failures,
});
process.exit(failures.length === 0 ? 0 : 1);
