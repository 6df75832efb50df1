/** The page about weaknesses of other systems names tests that exist, and says of every class how it stands. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const page = readFileSync('docs/peers.md', 'utf8');
const classes = page.split(/^## /m).slice(1);

it('every class names the tests that cover it, or says that it is not here or not covered', () => {
  expect(classes.length).toBeGreaterThanOrEqual(30);
  for (const one of classes) {
    const title = one.split('\n', 1)[0];
    expect([title, /^- `|^Not (here|covered): /m.test(one)]).toEqual([title, true]);
    // A line that is meant to name a test and does not would be overlooked below.
    for (const line of one.split('\n').filter((each) => each.startsWith('- '))) {
      expect(line).toMatch(/^- `[\w./-]+\.test\.ts` — \S/);
    }
  }
});

it('every test that is named exists under that very name', () => {
  const missing: string[] = [];
  for (const [, file, name] of page.matchAll(/^- `([\w./-]+\.test\.ts)` — (.+)$/gm)) {
    const source = existsSync(file as string) ? readFileSync(file as string, 'utf8') : '';
    const isThere = ["'", '`', '"'].some((quote) => source.includes(`${quote}${name}${quote}`));
    if (!isThere) missing.push(`${file} — ${name}`);
  }
  expect(missing).toEqual([]);
});
