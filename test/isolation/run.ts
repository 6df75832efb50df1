/**
 * Separation, tried whole: every check by its id with its figures.
 *
 *   npm run test:isolation                       the checks
 *   npm run test:isolation -- --planted          and a leak planted in each derived view, each of which must be found
 *   npm run test:isolation -- --only PDF         only leaks of one area, without the checks
 *   npm run test:isolation -- --json FILE        the table for machines
 *
 * Ends with 1 when anything is red.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { plantAll } from '../planted/plant.ts';
import { LEAKS } from './planted.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ID = /\bISO-\d+\b/g;
/** What no screen shows yet, so that nobody can look at it. */
const LATER: Readonly<Record<string, string>> = {
  'ISO-8': 'no statistics are published yet',
};

interface Ran {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly duration?: number;
    }[];
  }[];
}

/** Test files of other rooms that show one of the ids, beside the folder of their own. */
function filesNaming(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && !name.startsWith('journeys'))
    .map((name) => path.join(folder, name))
    .filter((name) =>
      /'[^'\n]*\bISO-\d+\b|`[^`\n]*\bISO-\d+\b/.test(readFileSync(path.join(ROOT, name), 'utf8')),
    );
}

function check(files: readonly string[], report: string): Promise<{ code: number; said: string[] }> {
  const vitest = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--reporter', 'default', '--reporter', 'json', '--outputFile', report, ...files],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NO_COLOR: '1' } },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
    process.stdout.write(chunk);
  });
  return new Promise((resolve) =>
    child.on('close', (code) =>
      resolve({ code: code ?? 137, said: output.split('\n').filter((line) => /^ISO-\d+[ :]/.test(line)) }),
    ),
  );
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { json: { type: 'string' }, planted: { type: 'boolean' }, only: { type: 'string' } },
  });
  const table: { id: string; passed: number; failed: number; seconds: number; note: string }[] = [];
  let figures: string[] = [];
  let red = 0;
  if (values.only === undefined) {
    const folder = mkdtempSync(path.join(tmpdir(), 'tocsin-isolation-'));
    try {
      const report = path.join(folder, 'report.json');
      const { code, said } = await check([...filesNaming('test'), ...filesNaming('src')], report);
      figures = said;
      if (code !== 0) red += 1;
      const ran = JSON.parse(readFileSync(report, 'utf8')) as Ran;
      const all = ran.testResults.flatMap((file) => file.assertionResults);
      for (let n = 1; n <= 15; n += 1) {
        const id = `ISO-${n}`;
        const own = all.filter(
          (one) => one.fullName.match(ID)?.includes(id) === true && one.status !== 'skipped',
        );
        const failed = own.filter((one) => one.status !== 'passed').length;
        const seconds = own.reduce((sum, one) => sum + (one.duration ?? 0), 0) / 1_000;
        if (failed > 0 || (own.length === 0 && LATER[id] === undefined)) red += 1;
        table.push({
          id,
          passed: own.length - failed,
          failed,
          seconds,
          note: own.length === 0 ? (LATER[id] ?? 'NO TEST') : '',
        });
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    process.stdout.write('\nid       passed  failed  seconds\n');
    for (const { id, passed, failed, seconds, note } of table)
      process.stdout.write(
        `${id.padEnd(8)} ${String(passed).padStart(6)} ${String(failed).padStart(7)} ${seconds.toFixed(1).padStart(8)}  ${note}\n`,
      );
    for (const line of figures) process.stdout.write(`${line}\n`);
  }
  const leaks =
    values.planted || values.only !== undefined
      ? await plantAll(
          LEAKS.filter(
            (one) => values.only === undefined || one.area === values.only || one.what.includes(values.only),
          ),
          { patience: 420_000 },
        )
      : [];
  const found = leaks.filter((one) => one.outcome === 'found').length;
  if (leaks.length > 0)
    process.stdout.write(`\n${found} of ${leaks.length} planted leaks found (floor: all)\n`);
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      `${JSON.stringify({ table, figures, leaks: { found, planted: leaks.length, results: leaks } }, null, 2)}\n`,
    );
  return red === 0 && found === leaks.length ? 0 : 1;
}

process.exit(await main());
