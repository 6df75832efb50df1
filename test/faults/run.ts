/**
 * `npm run test:faults`: kills and freezes the running product at random moments while agencies file and mails go out,
 * and joins what clients were told, what is stored and what arrived (FLT-1 to FLT-4; INV-1, INV-2, INV-3, INV-6, INV-10).
 *
 *   --small        few faults, within two minutes
 *   --kills N      faults of each kind; 20 unless said otherwise
 *   --only FLT-2   one kind
 *   --json FILE    the figures as JSON
 *
 * Exits 1 when anything acknowledged was lost, anything is partial, anybody was missed, a takeover took longer than 10 s
 * or more came twice than was under way.
 */
import { parseArgs } from 'node:util';
import { printTable, quantile, writeJson } from './rig/table.ts';
import {
  freezeWorker,
  killApp,
  killDatabase,
  killWorker,
  type Outcome,
  type ScenarioOptions,
} from './scenarios.ts';

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
console.log(`${Math.round((Date.now() - began) / 1000)} s in all; leases last 5 s; database with fsync.`);
for (const failure of failures.slice(0, 40)) console.log(`✗ ${failure}`);
if (failures.length > 40) console.log(`✗ and ${failures.length - 40} more`);
writeJson(values.json, {
  outcomes: outcomes.map(({ repeated, ...one }) => ({ ...one, repeated: [...repeated] })),
  failures,
});
process.exit(failures.length === 0 ? 0 : 1);
