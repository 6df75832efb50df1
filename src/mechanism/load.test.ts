import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { canonicalJson, hashPack, loadPack, readPackSource } from './load.ts';

const PLAN = join(import.meta.dirname, '../../packs/tw-2002');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pack-'));
  cpSync(PLAN, dir, { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true }));

const rewrite = (file: string, change: (text: string) => string) =>
  writeFileSync(join(dir, file), change(readFileSync(join(dir, file), 'utf8')));

describe('S1.7 H43 a version is what it says, and its hash names it', () => {
  test('the same words have the same hash, whatever the comments and the files', () => {
    const { hash } = loadPack(dir);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    rewrite('flow.yaml', (text) => `# a remark\n${text}\n# another\n`);
    rewrite('pack.yaml', (text) => `${text}\n${readFileSync(join(dir, 'flow.yaml'), 'utf8')}`);
    rmSync(join(dir, 'flow.yaml'));
    expect(loadPack(dir).hash).toBe(hash);
    expect(loadPack(PLAN).hash).toBe(hash);
  });
  test('one other word is another version', () => {
    const before = loadPack(dir).hash;
    rewrite('clocks.yaml', (text) => text.replace('PT1H', 'PT2H'));
    expect(loadPack(dir).hash).not.toBe(before);
  });
  test('the hash survives a way through JSON in another order', () => {
    const { pack, hash } = loadPack(dir);
    const turned = Object.fromEntries(Object.entries(pack).reverse()) as typeof pack;
    expect(hashPack(JSON.parse(JSON.stringify(turned)))).toBe(hash);
  });
  test('canonical JSON sorts keys and drops what is undefined', () => {
    expect(canonicalJson({ b: [1, { d: undefined, c: '字' }], a: null })).toBe(
      '{"a":null,"b":[1,{"c":"字"}]}',
    );
  });
});

describe('S7.9.7.1 reading', () => {
  test('every path leads to its place', () => {
    rewrite(
      'lifecycle.yaml',
      () => 'initialState: reported\nstates:\n  - id: one\n    name: { zh: 一, en: One }\n',
    );
    const source = readPackSource(dir);
    expect(source.placeOf(['states', 0, 'name', 'en'])).toEqual({
      file: 'lifecycle.yaml',
      line: 4,
      column: 24,
    });
    expect(source.placeOf(['states', 0, 'help'])).toMatchObject({ file: 'lifecycle.yaml', line: 3 });
    expect(source.placeOf(['nothing'])).toEqual({ file: 'pack.yaml', line: 1, column: 1 });
  });
  test('what cannot be loaded says file, line and column', () => {
    rewrite('clocks.yaml', (text) => text.replace('default: PT1H', 'default: soon'));
    expect(() => loadPack(dir)).toThrow(/^clocks\.yaml:\d+:\d+ clocks\.0\.length\.default: /);
    rmSync(join(dir, 'clocks.yaml'));
    expect(() => loadPack(dir)).toThrow(/clocks/);
    expect(() => loadPack(join(dir, 'nowhere'))).toThrow(/no-files/);
  });
});
