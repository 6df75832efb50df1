/**
 * Tests of the tests: each planted fault is made in a copy of the tree, and the named tests must turn red there.
 *
 *   npm run test:planted                      all of them
 *   npm run test:planted -- --only clocks     one area
 *   npm run test:planted -- --json FILE       the table for machines
 *
 * Ends with 1 when a fault survives, or when one can no longer be planted because its place has changed.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FAULTS } from './faults.ts';
import { plantAll } from './plant.ts';

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } });
  const chosen = FAULTS.filter(
    (fault) => values.only === undefined || fault.area === values.only || fault.what.includes(values.only),
  );
  const results = await plantAll(chosen);
  const found = results.filter((one) => one.outcome === 'found').length;
  process.stdout.write(`\n${found} of ${results.length} planted faults found (floor: all, and 30 in all)\n`);
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ found, planted: results.length, results }, null, 2)}\n`);
  }
  return found === results.length && (values.only !== undefined || results.length >= 30) ? 0 : 1;
}

process.exit(await main());
