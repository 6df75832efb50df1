/** Makes one mistake at a time in copies of the tree and sees which of the tests named with it turns red. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault } from './faults.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = ['src', 'test', 'packs', 'db', 'docs', 'vitest.config.ts', 'package.json', 'tsconfig.json'];

export interface Result {
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

function runTests(
  folder: string,
  tests: readonly string[],
  patience: number,
): Promise<{ code: number; output: string }> {
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
    const timer = setTimeout(() => child.kill('SIGKILL'), patience);
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

async function tryFault(folder: string, fault: Fault, patience: number): Promise<Result> {
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
    const { code, output } = await runTests(folder, fault.tests, patience);
    if (code === 0) return result('SURVIVED', fault.tests.join(' '));
    const red = firstRed(output);
    // Red because a test failed, not because nothing could be run.
    return red === null ? result('TESTS DO NOT RUN', output.slice(-300)) : result('found', red);
  } finally {
    writeFileSync(file, source);
  }
}

/** Tries every fault, so many at a time, and says each as it is known. `patience` is what one run of tests may take, in ms. */
export async function plantAll(
  faults: readonly Fault[],
  { lanes = 2, patience = 180_000 }: { readonly lanes?: number; readonly patience?: number } = {},
): Promise<Result[]> {
  const waiting = [...faults];
  const results: Result[] = [];
  await Promise.all(
    Array.from({ length: Math.min(lanes, faults.length) }, async () => {
      const folder = copyTree();
      try {
        for (let fault = waiting.shift(); fault !== undefined; fault = waiting.shift()) {
          const result = await tryFault(folder, fault, patience);
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
  return results;
}
