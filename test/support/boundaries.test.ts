import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '../..');

/** A small house in which every wall is broken once. */
const FILES: Record<string, string> = {
  'src/grain/store.ts': 'export const stored = 1;',
  'src/grain/contract.ts': 'export const shape = 1;',
  'src/grain/index.ts': "export { stored } from './store.ts';",
  'src/mill/rules.ts':
    "import { readFileSync } from 'node:fs'; import { stored } from '../grain/store.ts'; export const rule = [readFileSync, stored];",
  'src/mill/index.ts':
    "import { stored } from '../grain/index.ts'; import { shape } from '../grain/contract.ts'; export const x = [stored, shape];",
  'src/mill/one.ts': "import { two } from './two.ts'; export const one = () => two;",
  'src/mill/two.ts': "import { one } from './one.ts'; export const two = () => one;",
  'src/mill/routes.ts': "import { helper } from '../../test/helper.ts'; export const y = helper;",
  'src/platform/clock.ts': "import { stored } from '../grain/index.ts'; export const z = stored;",
  'test/helper.ts': 'export const helper = 1;',
  'web/src/Screen.tsx':
    "import { stored } from '../../src/grain/index.ts'; import { shape } from '../../src/grain/contract.ts'; export const s = [stored, shape];",
  'tsconfig.json': '{}',
};

let house: string;
let result: ICruiseResult;

beforeAll(async () => {
  house = mkdtempSync(path.join(tmpdir(), 'tocsin-house-'));
  for (const [name, content] of Object.entries(FILES)) {
    mkdirSync(path.dirname(path.join(house, name)), { recursive: true });
    writeFileSync(path.join(house, name), content);
  }
  const options = await extractDepcruiseOptions(path.join(root, '.dependency-cruiser.cjs'));
  const { ruleSet, ...rest } = options;
  const { output } = await cruise(['src', 'web/src', 'test'], {
    ...rest,
    ruleSet,
    baseDir: house,
    tsConfig: { fileName: path.join(house, 'tsconfig.json') },
  });
  result = output as ICruiseResult;
});

afterAll(() => rmSync(house, { recursive: true, force: true }));

it('tears down no wall between the rooms unseen, and builds none that is not meant', () => {
  const found = result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
  expect([...new Set(found)].sort()).toEqual(
    [
      'browser-gets-contracts: web/src/Screen.tsx → src/grain/index.ts',
      'no-circles: src/mill/one.ts → src/mill/two.ts',
      'platform-knows-no-room: src/platform/clock.ts → src/grain/index.ts',
      'product-without-tests: src/mill/routes.ts → test/helper.ts',
      'pure-without-node: src/mill/rules.ts → fs',
      'rooms-through-index: src/mill/rules.ts → src/grain/store.ts',
      'rules-are-pure: src/mill/rules.ts → fs',
      'rules-are-pure: src/mill/rules.ts → src/grain/store.ts',
    ].sort(),
  );
});
