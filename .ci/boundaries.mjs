/**
 * Checks the walls between the rooms (.dependency-cruiser.cjs) and that the checker saw what it should check: it has
 * been known to read nothing and report success.
 */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const FOLDERS = ['src', 'web/src', 'test', 'bench'];
const SOURCE = /\.tsx?$/;

/** Every source file under a folder; a folder that is not there has none. */
function sources(folder) {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

const present = FOLDERS.filter((folder) => sources(folder).length > 0);
const expected = present.flatMap(sources).length;
const options = await extractDepcruiseOptions(join(root, '.dependency-cruiser.cjs'));
const { output } = await cruise(present, options, undefined, {
  tsConfig: extractTSConfig(join(root, 'tsconfig.json')),
});

const seen = output.modules.filter(
  ({ source }) => SOURCE.test(source) && FOLDERS.some((one) => source.startsWith(`${one}/`)),
);
const links = seen.reduce((sum, { dependencies }) => sum + dependencies.length, 0);
const rules = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')).forbidden;

for (const { from, to, rule, cycle } of output.summary.violations) {
  const way = cycle?.length ? [from, ...cycle.map(({ name }) => name)].join(' → ') : `${from} → ${to}`;
  console.error(`${rule.name}: ${way}`);
}
for (const name of new Set(output.summary.violations.map(({ rule }) => rule.name))) {
  console.error(`  ${name}: ${rules.find((rule) => rule.name === name)?.comment ?? ''}`);
}
if (seen.length === 0 || seen.length <= expected / 2 || links <= seen.length / 2) {
  console.error(
    `boundaries: saw ${seen.length} of ${expected} files and ${links} imports; the checker is blind`,
  );
  process.exit(1);
}
if (output.summary.violations.length > 0) process.exit(1);
console.log(`boundaries: ${seen.length} of ${expected} files, ${links} imports, ${rules.length} rules kept`);
