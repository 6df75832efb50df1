/** Makes one mistake at a time in a copy of the tree and lets the simulator look for it. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MISTAKES, type PlantedMistake } from './planted.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = ['src', 'test', 'packs', 'db', 'package.json'];

/** What became of one mistake. */
export interface Hunted {
  readonly what: string;
  readonly outcome: 'found' | 'SURVIVED' | 'CANNOT BE PLANTED' | 'DOES NOT RUN';
  /** The seed that found it, and the sentence it said. */
  readonly by: string;
  readonly seconds: number;
}

function simulate(folder: string, seeds: number): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ['--disable-proto=throw', 'test/simulate/run.ts', '--hunt', '--seeds', String(seeds), '--lanes', '2'],
      { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let said = '';
    const keep = (chunk: Buffer) => {
      said += chunk.toString('utf8');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('close', () => resolve(said));
  });
}

async function hunt(folder: string, mistake: PlantedMistake, seeds: number): Promise<Hunted> {
  const began = performance.now();
  const file = path.join(folder, mistake.file);
  const source = readFileSync(file, 'utf8');
  const result = (outcome: Hunted['outcome'], by: string): Hunted => ({
    what: mistake.what,
    outcome,
    by,
    seconds: Math.round((performance.now() - began) / 1000),
  });
  const places = source.split(mistake.find).length - 1;
  if (places !== 1) return result('CANNOT BE PLANTED', `${mistake.file}: found ${places} times`);
  writeFileSync(
    file,
    source.replace(mistake.find, () => mistake.replace),
  );
  try {
    const said = await simulate(folder, seeds);
    const seed = /^── seed (\d+) ──$/m.exec(said)?.[1];
    const sentence = /^ {2}✗ (.*)$/m.exec(said)?.[1];
    if (seed && sentence) return result('found', `seed ${seed}: ${sentence}`);
    return / seeds, 0 failing/.test(said)
      ? result('SURVIVED', `${seeds} seeds`)
      : result('DOES NOT RUN', said.slice(-300));
  } finally {
    writeFileSync(file, source);
  }
}

/** Plants every mistake in turn, or those whose words hold `only`, and says each as it is known. */
export async function huntAll(seeds: number, only = ''): Promise<Hunted[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tocsin-hunt-'));
  const results: Hunted[] = [];
  try {
    for (const name of COPIED) cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    for (const mistake of MISTAKES) {
      if (!mistake.what.includes(only)) continue;
      const result = await hunt(folder, mistake, seeds);
      results.push(result);
      process.stdout.write(
        `${result.outcome === 'found' ? 'found   ' : result.outcome} ${String(result.seconds).padStart(4)} s  ${result.what}  ←  ${result.by}\n`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  return results;
}
