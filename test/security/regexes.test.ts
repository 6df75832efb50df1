/**
 * WEB-7: no regular expression of ours stumbles. Every one in src/, web/src and scripts is found in the syntax tree, looked
 * at for the shapes that go wrong, and run against 50 kB of what it repeats.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createContext, Script } from 'node:vm';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { figure } from './figures.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const LENGTH = 50_000;
/** What one match may take of the processor, in ms: a quadratic one would take seconds. */
const MOST_MS = 250;

interface Found {
  readonly where: string;
  readonly source: string;
  readonly flags: string;
}

function filesOf(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx|mjs)$/.test(name) && !/\.test\.|node_modules|(^|\/)dist\//.test(name))
    .map((name) => path.join(folder, name));
}

/** Every regular expression that is written down, and every call that makes one of a string. */
function regexesOf(file: string): { found: Found[]; made: string[] } {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Found[] = [];
  const made: string[] = [];
  const visit = (node: ts.Node): void => {
    const where = `${file}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      found.push({ where, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    }
    const isNew = ts.isNewExpression(node) || ts.isCallExpression(node);
    if (isNew && node.expression.getText() === 'RegExp') {
      const argument = node.arguments?.[0];
      if (argument && ts.isStringLiteralLike(argument))
        found.push({ where, source: argument.text, flags: '' });
      else made.push(`${where} ${argument?.getText() ?? ''}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { found, made };
}

const files = ['src', 'web/src', 'scripts'].flatMap(filesOf);
const all = files.map(regexesOf);
const regexes = all.flatMap((one) => one.found);

/** A repeated group that itself repeats, or whose branches begin alike: the shape of exponential matching. */
function shapesOf(source: string): string[] {
  const bare = source.replace(/\\./g, 'e').replace(/\[(?:[^\]])*\]/g, 'c');
  const shapes: string[] = [];
  // (…+…)+ where nothing but what repeats stands in the group: (a+)+, (a*b*)*; a fixed letter between keeps it apart.
  for (const [, inner = ''] of bare.matchAll(/\(\??:?([^()]*)\)(?:[*+]|\{\d+,\d*\})/g)) {
    const branches = inner.replace(/^\?:/, '').split('|');
    if (branches.some((branch) => /^(?:[^*+?{}][*+])+$/.test(branch))) shapes.push(`(${inner})+`);
    const heads = branches.map((branch) => branch[0]);
    if (
      branches.length > 1 &&
      new Set(heads).size < heads.length &&
      !heads.includes('c') &&
      !heads.includes('e')
    )
      shapes.push(`(${inner})+ begins alike`);
  }
  return shapes;
}

/** What to repeat at it: its own letters and words, a member of each of its classes, and the usual. */
function pumpsOf(source: string): string[] {
  const plain = source.replace(/\\[dwsbDWSBpPu](\{[^}]*\})?/g, '');
  const words = plain.match(/[\p{L}\p{N}@.:/_%#=-]+/gu) ?? [];
  const letters = [...new Set([...plain.replace(/[\\^$*+?()[\]{}|]/g, '')])];
  return [
    ...new Set([
      'a',
      '0',
      ' ',
      '\n',
      '\t',
      '.',
      '-',
      '/',
      ':',
      'a.',
      '0.',
      '1:',
      '-a',
      'a@',
      '\r\n',
      '警',
      '\\',
      '"',
      ...letters,
      ...words,
    ]),
  ].slice(0, 60);
}

test('WEB-7: every regular expression is known: none is made of what somebody wrote', () => {
  expect(files.length).toBeGreaterThan(200);
  expect(regexes.length).toBeGreaterThan(100);
  // Made at run time: only of constants of our own, which are written in capitals.
  for (const { made } of all) {
    for (const one of made) {
      const parts = [...one.matchAll(/\$\{([^}]*)\}/g)].map(([, part]) => part ?? '');
      const bare = /`/.test(one) ? parts : [one.split(' ').slice(1).join(' ')];
      for (const part of bare) expect(part, one).toMatch(/^[A-Z][A-Z_]*(\.source)?$/);
    }
  }
});

test('WEB-7: none has a shape that can go wrong exponentially', () => {
  const bad = regexes.flatMap(({ where, source }) => shapesOf(source).map((shape) => `${where} ${shape}`));
  expect(bad).toEqual([]);
  // The look itself finds what it must.
  for (const evil of ['^(a+)+$', '([a-z]+)*x', '^(\\d*)*$', '(x|xy)+$'])
    expect(shapesOf(evil), evil).not.toEqual([]);
});

test('WEB-7: none takes long over 50 kB of what it repeats', () => {
  const context = createContext({ regex: null, text: '' });
  const script = new Script('regex.lastIndex = 0; regex.test(text)');
  const worst = { ms: 0, where: '' };
  const slow: string[] = [];
  for (const { where, source, flags } of regexes) {
    const regex = new RegExp(source, flags.replace(/[gy]/g, ''));
    context['regex'] = regex;
    const known = slow.length;
    for (const pump of pumpsOf(source)) {
      if (slow.length > known) break;
      const repeated = pump.repeat(Math.ceil(LENGTH / pump.length));
      for (const text of [repeated, `${repeated}\u0001`, `x${repeated}!`]) {
        context['text'] = text;
        const took = (): number => {
          const before = process.cpuUsage();
          try {
            script.runInContext(context, { timeout: 2_000 });
          } catch {
            return Number.POSITIVE_INFINITY;
          }
          const { user, system } = process.cpuUsage(before);
          return (user + system) / 1000;
        };
        let ms = took();
        // Once more when it was slow: the machine, or the collector, may have had other work.
        if (ms > MOST_MS / 4) ms = Math.min(ms, took());
        if (ms > worst.ms) Object.assign(worst, { ms, where });
        if (ms > MOST_MS) slow.push(`${where} /${source}/ ${Math.round(ms)} ms for ${JSON.stringify(pump)}…`);
      }
    }
  }
  figure('WEB-7', 'regular expressions', {
    count: regexes.length,
    worstMs: Math.round(worst.ms * 10) / 10,
    worst: worst.where,
    atMost: MOST_MS,
  });
  expect(slow).toEqual([]);
}, 240_000);
