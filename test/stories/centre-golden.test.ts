/** What the centre did under an earlier release stays readable: its facts fold to the state that release stored (rule 3). */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { rebuild, seenBy } from '../../src/centre/evolve.ts';
import { type CentreFact, type FactRow, upcast } from '../../src/centre/facts.ts';
import { type MeetingFact, meetingSeenBy, rebuildMeeting } from '../../src/centre/meeting-rules.ts';

interface Golden {
  readonly id: string;
  readonly facts: readonly (FactRow & { readonly at: string })[];
  readonly state: object;
  readonly seenBy: readonly string[];
}
const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`./golden-centre/${name}.json`, import.meta.url), 'utf8'));
const facts = <F>(golden: Golden): F[] =>
  golden.facts.map((row) => upcast<F>({ ...row, at: new Date(row.at) }));

test('S1.7 INV-2 S7.10.1c: an activation with every kind of fact still reads as it did', () => {
  const golden = read<Golden>('activation');
  const state = rebuild(golden.id, facts<CentreFact>(golden));
  // What later releases add beside it is theirs; nothing that was known may be lost or read otherwise.
  expect(state).toMatchObject(golden.state);
  expect(state && seenBy(state)).toEqual(golden.seenBy);
});

test('S1.7 INV-2 S7.10.4b: meetings held and cancelled still read as they did', () => {
  for (const golden of read<Golden[]>('meetings')) {
    const state = rebuildMeeting(golden.id, facts<MeetingFact>(golden));
    expect(state).toMatchObject(golden.state);
    expect(state && meetingSeenBy(state)).toEqual(golden.seenBy);
  }
});
