/** `npm run check`: style, types, walls between the rooms, dead code, packs. Runs all of them, fails if one does. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findNode, install, root, run } from './bootstrap.mjs';

await install();
const node = findNode();
const library = (name) => join(root, 'node_modules', name);
const STEPS = [
  ['style', [library('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']],
  ['types', [library('typescript/bin/tsc'), '-p', '.']],
  ['types of the web app', [library('typescript/bin/tsc'), '-p', 'web'], 'web/tsconfig.json'],
  ['walls', ['.ci/boundaries.mjs'], '.ci/boundaries.mjs'],
  ['dead code', [library('knip/bin/knip.js'), '--no-progress'], 'knip.json'],
  ['packs', ['src/cli.ts', 'pack', 'check'], 'src/mechanism/cli.ts'],
];

const failed = [];
for (const [name, args, needs] of STEPS) {
  if (needs && !existsSync(join(root, needs))) continue;
  const started = Date.now();
  const code = await run(node, args);
  process.stdout.write(
    `${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`,
  );
  if (code !== 0) failed.push(name);
}
process.exit(failed.length === 0 ? 0 : 1);
