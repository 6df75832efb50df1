/**
 * Tests of the tests: each planted fault is made in a copy of the tree, and the named tests must turn red there.
 *
 *   npm run test:planted                      all of them
 *   npm run test:planted -- --only clocks     one area
 *   npm run test:planted -- --json FILE       the table for machines
 *
 * Ends with 1 when a fault survives, or when one can no longer be planted because its place has changed.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FAULTS, type Fault } from './faults.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = ['src', 'test', 'packs', 'db', 'docs', 'vitest.config.ts', 'package.json', 'tsconfig.json'];
const LANES = 2;
const PATIENCE = 180_000;

interface Result {
  readonly area: string;
  readonly what: string;
  readonly outcome: 'found' | 'SURVIVED' | 'CANNOT BE PLANTED' | 'TESTS DO NOT RUN';
  readonly by: string;
  readonly seconds: number;
}

function copyTree(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tocsin-planted-'));
  for (const name of COPIED) cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

function runTests(folder: string, tests: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const vitest = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
    const child = spawn(
      process.execPath,
      [vitest, 'run', '--bail', '1', '--reporter', 'tap-flat', ...tests],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, NO_COLOR: '1' },
      },
    );
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 137, output });
    });
  });
}

/** The first test that failed, by its own name. */
function firstRed(output: string): string | null {
  const line = /^not ok \d+ - (.*?)(?: # time=.*)?$/m.exec(output)?.[1];
  return line?.split(' > ').slice(1).join(' › ') ?? line ?? null;
}

async function tryFault(folder: string, fault: Fault): Promise<Result> {
  const started = performance.now();
  const file = path.join(folder, fault.file);
  const source = readFileSync(file, 'utf8');
  const result = (outcome: Result['outcome'], by: string): Result => ({
    area: fault.area,
    what: fault.what,
    outcome,
    by,
    seconds: Math.round((performance.now() - started) / 100) / 10,
  });
  const places = source.split(fault.find).length - 1;
  if (places !== 1) return result('CANNOT BE PLANTED', `${fault.file}: found ${places} times`);
  writeFileSync(
    file,
    source.replace(fault.find, () => fault.replace),
  );
  try {
    const { code, output } = await runTests(folder, fault.tests);
    if (code === 0) return result('SURVIVED', fault.tests.join(' '));
    const red = firstRed(output);
    // Red because a test failed, not because nothing could be run.
    return red === null ? result('TESTS DO NOT RUN', output.slice(-300)) : result('found', red);
  } finally {
    writeFileSync(file, source);
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } });
  const chosen = FAULTS.filter(
    (fault) => values.only === undefined || fault.area === values.only || fault.what.includes(values.only),
  );
  const waiting = [...chosen];
  const results: Result[] = [];
  await Promise.all(
    Array.from({ length: Math.min(LANES, chosen.length) }, async () => {
      const folder = copyTree();
      try {
        for (let fault = waiting.shift(); fault !== undefined; fault = waiting.shift()) {
          const result = await tryFault(folder, fault);
          results.push(result);
          process.stdout.write(
            `${result.outcome === 'found' ? 'found   ' : result.outcome} ${String(result.seconds).padStart(6)} s  ${result.area}: ${result.what}  ←  ${result.by}\n`,
          );
        }
      } finally {
        rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
      }
    }),
  );
  const found = results.filter((one) => one.outcome === 'found').length;
  process.stdout.write(`\n${found} of ${results.length} planted faults found (floor: all, and 30 in all)\n`);
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ found, planted: results.length, results }, null, 2)}\n`);
  }
  return found === results.length && (values.only !== undefined || results.length >= 30) ? 0 : 1;
}

process.exit(await main());
