/** Cases filed by an earlier release stay readable: their facts fold to the state that release stored (rule 3). */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { rebuild, seenBy } from '../../src/cases/evolve.ts';
import { upcast } from '../../src/cases/facts.ts';

const FOLDER = new URL('./golden/', import.meta.url);

test.each(readdirSync(FOLDER).map((name) => [name]))('S1.7 SI.3 INV-2: %s still reads as it did', (name) => {
  const golden = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
  const facts = golden.facts.map((row: { at: string }) =>
    upcast({ ...(row as never as Parameters<typeof upcast>[0]), at: new Date(row.at) }),
  );
  const state = rebuild(golden.id, facts);
  // What later releases add beside it is theirs; nothing that was known may be lost or read otherwise.
  expect(state).toMatchObject(golden.state);
  expect(state && seenBy(state)).toEqual(golden.seenBy);
});
