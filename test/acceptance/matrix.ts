/** From the titles of the tests to docs/acceptance.md. A static scan: nothing is run. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACCEPTANCE } from './ids.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const DOCUMENT = path.join(ROOT, 'docs', 'acceptance.md');

const ID = /\b(?:S\d+(?:\.[0-9A-Za-z]+)*|SF\d+(?:\.\d+)?|DEC-\d+|H\d+|SI\.\d+)/g;
/** A title: the first argument of test, it or describe, or of what `each` answers. */
const TITLE = /(?:\b(?:test|it|describe)(?:\.\w+)?\(|\)\()\s*(['"`])((?:\\.|(?!\1)[^\\])+)\1\s*,/g;
/** A row of a table of cases that begins with an id, or a whole literal that is one. */
const LITERAL = /(['"])((?:S\d+(?:\.[0-9A-Za-z]+)+|SF\d+(?:\.\d+)?|DEC-\d+|H\d+|SI\.\d+))\1/g;

interface NamedTest {
  readonly file: string;
  readonly title: string;
}

/** The test files of the product, as Vitest finds them. */
function testFiles(): string[] {
  return globSync(
    ['src/**/*.test.ts', 'test/**/*.test.ts', 'packs/**/*.test.ts', 'web/src/**/*.test.{ts,tsx}'],
    {
      cwd: ROOT,
    },
  ).sort();
}

/** `S7.11.3–8` names each of them. */
function expand(title: string): string {
  return title.replace(
    /\b((?:S[\d.]*[A-Za-z]?[\d.]*|SF\d+\.|H|DEC-|SI\.))(\d+)(?:–|-| to )(\d+)\b/g,
    (whole, stem: string, from: string, to: string) => {
      const [first, last] = [Number(from), Number(to)];
      if (last <= first || last - first > 60) return whole;
      return Array.from({ length: last - first + 1 }, (_, index) => `${stem}${first + index}`).join(' ');
    },
  );
}

/** Ids by the tests that name them. */
export function testsById(): ReadonlyMap<string, readonly NamedTest[]> {
  const found = new Map<string, NamedTest[]>();
  for (const file of testFiles()) {
    const source = readFileSync(path.join(ROOT, file), 'utf8');
    const titles = [...source.matchAll(TITLE)].map((match) => ({ at: match.index, title: match[2] ?? '' }));
    const note = (id: string, title: string) => {
      const list = found.get(id) ?? [];
      if (!list.some((one) => one.file === file && one.title === title)) list.push({ file, title });
      found.set(id, list);
    };
    for (const { title } of titles) for (const [id] of expand(title).matchAll(ID)) note(id, title);
    // In a table of cases the title follows the rows.
    for (const match of source.matchAll(LITERAL)) {
      const title = titles.find((one) => one.at > match.index)?.title;
      if (title !== undefined) note(match[2] ?? '', title);
    }
  }
  return found;
}

/** Covered ids without a test. */
export function uncovered(tests = testsById()): string[] {
  return ACCEPTANCE.filter(([id, , covered]) => covered && !tests.has(id)).map(([id]) => id);
}

const SHOWN = 3;

function cell(tests: readonly NamedTest[]): string {
  const safe = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const lines = tests.slice(0, SHOWN).map(({ file, title }) => `\`${file}\` ${safe(title)}`);
  if (tests.length > SHOWN) lines.push(`and ${tests.length - SHOWN} more`);
  return lines.join('<br>');
}

/** The document as it should be. */
export function acceptanceDocument(): string {
  const tests = testsById();
  const claimed = ACCEPTANCE.filter(([, , covered]) => covered);
  const rows = ACCEPTANCE.map(([id, words, covered]) => {
    const named = tests.get(id);
    // What is not claimed stays open even where a test already touches it.
    const shown = named ? `${covered ? '' : 'open; touched by '}${cell(named)}` : 'open';
    return `| ${id} | ${words.replaceAll('|', '\\|')} | ${shown} |`;
  });
  return [
    '# Acceptance',
    '',
    'What the plan, the decisions and the hard cases ask for, and the tests that show it. Written by',
    '`node_modules/.bin/node test/acceptance/write.ts` from the titles of the tests; a test fails when it is stale or when a',
    'claimed row has lost its last test.',
    '',
    `${ACCEPTANCE.length} rows, ${claimed.length} claimed by this release, ${ACCEPTANCE.length - claimed.length} open.`,
    '',
    '| id | what is asked | tests |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
