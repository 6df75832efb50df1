/**
 * `npm run bench`: what the product does per second and per megabyte on this machine, beside what the database does
 * without it, in one run. The database is the embedded one, with fsync.
 *
 *   --quick        smaller and shorter; figures are rougher
 *   --only intake  one part: intake, mail, lists, policies, directory, page, clocks, screens or storm
 *   --json FILE    the figures as JSON
 *
 * Exits 1 when a figure is below its floor. An aim is printed and never fails.
 */
import { cpus, loadavg, tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { writeJson } from '../test/faults/rig/table.ts';
import { measureClocks } from './clocks.ts';
import { measureDirectory } from './directory.ts';
import { type Figure, isBelowFloor, printFigures, ratioOf } from './figures.ts';
import { measureIntake } from './intake.ts';
import { measureLists } from './lists.ts';
import { measureMail } from './mail.ts';
import { measurePage } from './page.ts';
import { measurePolicies } from './policies.ts';
import { measureScreens } from './screens.ts';
import { FULL, QUICK, type Sizes, syncLatency } from './setting.ts';
import { measureStorm } from './storm.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const sizes = values.quick ? QUICK : FULL;

const parts: readonly [name: string, measure: (sizes: Sizes) => Promise<Figure[]>][] = [
  ['intake', measureIntake],
  ['mail', measureMail],
  ['lists', measureLists],
  ['policies', measurePolicies],
  ['directory', measureDirectory],
  ['page', measurePage],
  ['clocks', measureClocks],
  ['screens', measureScreens],
  ['storm', measureStorm],
];

const sync = syncLatency(tmpdir());
const [load = 0] = loadavg();
console.log(
  `${cpus().length} processors, load before ${load.toFixed(1)}; ` +
    `8 kB to the disk and synced: p50 ${sync.p50.toFixed(2)} ms, p99 ${sync.p99.toFixed(2)} ms.`,
);
const figures: Figure[] = [];
const failures: string[] = [];
for (const [name, measure] of parts) {
  if (values.only && values.only !== name) continue;
  const began = Date.now();
  try {
    figures.push(...(await measure(sizes)));
  } catch (error) {
    failures.push(`${name}: ${(error as Error).stack ?? error}`);
  }
  console.error(`${name}: ${Math.round((Date.now() - began) / 1000)} s`);
}
printFigures(figures);
console.log(
  `Load after ${(loadavg()[0] ?? 0).toFixed(1)}.${values.quick ? ' A quick run: figures are rough.' : ''}`,
);
failures.push(...figures.filter(isBelowFloor).map((figure) => `${figure.name} is below its floor`));
for (const failure of failures) console.log(`✗ ${failure}`);
writeJson(values.json, {
  at: new Date().toISOString(),
  sync,
  load,
  figures: figures.map((figure) => ({ ...figure, ratio: ratioOf(figure) })),
  failures,
});
process.exit(failures.length === 0 ? 0 : 1);
