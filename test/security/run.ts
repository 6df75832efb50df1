/**
 * What a stranger tries, in full: every vector in every field, slow and broken clients, foreign pages, parts away.
 *
 *   npm run test:security                      all of it (some minutes)
 *   npm run test:security -- --json FILE       results and figures for machines, with the ceilings beside them
 *   npm run test:security -- --only outside    the files whose path contains the word
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } });

interface Assertion {
  readonly title: string;
  readonly status: string;
  readonly duration?: number;
}
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly name: string; readonly assertionResults: readonly Assertion[] }[];
}

function run(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...args], { cwd: ROOT, stdio: 'inherit', env });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

const folder = mkdtempSync(path.join(tmpdir(), 'tocsin-security-'));
const results = path.join(folder, 'results.json');
const figures = path.join(folder, 'figures.jsonl');
let code = 1;
try {
  // Screens are looked at as they are built.
  if (!process.env['TOCSIN_WEB_ROOT']) await run([path.join(ROOT, 'scripts', 'build-web.mjs')]);
  const vitest = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const report = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  code = await run(
    [
      vitest,
      'run',
      '--config',
      'vitest.security.config.ts',
      ...report,
      ...(values.only ? [values.only] : []),
    ],
    { ...process.env, TOCSIN_SECURITY_FIGURES: figures },
  );
  if (values.json && existsSync(results)) {
    const told = JSON.parse(readFileSync(results, 'utf8')) as Report;
    const lines = existsSync(figures) ? readFileSync(figures, 'utf8').trim().split('\n').filter(Boolean) : [];
    const all = {
      passed: told.numPassedTests,
      failed: told.numFailedTests,
      figures: lines.map((line) => JSON.parse(line) as unknown),
      tests: told.testResults.flatMap((file) =>
        file.assertionResults.map((one) => ({
          file: path.relative(ROOT, file.name),
          test: one.title,
          ids: one.title.match(/\b[A-Z]{3,4}-\d+\b/g) ?? [],
          result: one.status,
          ms: Math.round(one.duration ?? 0),
        })),
      ),
    };
    writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(code);
