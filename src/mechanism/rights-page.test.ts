/** The page of rights says neither more nor less than the table the write path asks (rule 7). */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadPack } from './load.ts';
import { rightsAllow } from './rights.ts';
import { rightsByRole } from './rights-page.ts';
import { ACTS, RELATIONS, ROLES } from './vocabulary.ts';

const packs = ['tw-2002', 'test-4321'].map(
  (name) => [name, loadPack(fileURLToPath(new URL(`../../packs/${name}`, import.meta.url))).pack] as const,
);

describe.each(packs)('the rights of %s, read as a page', (_name, pack) => {
  test('rule 7 S7.9.7.1: post × relation × act × state: what stands there may be done, and nothing else', () => {
    const page = new Map(rightsByRole(pack).map(({ role, lines }) => [role, lines]));
    const wrong: string[] = [];
    for (const role of ROLES)
      for (const relation of RELATIONS.filter((one) => one !== 'any'))
        for (const act of ACTS)
          for (const { id: state } of pack.states)
            for (const deskReports of [true, false])
              for (const compartment of [null, 'defence']) {
                const possible =
                  act === 'file-initial' ||
                  pack.transitions.some((one) => one.act === act && one.from.includes(state));
                const allowed =
                  possible &&
                  rightsAllow(pack, { roles: [{ role, relation }], act, state, deskReports, compartment }) !==
                    null;
                const stands = (page.get(role) ?? []).some(
                  (line) =>
                    line.act === act &&
                    (line.relation === 'any' || line.relation === relation) &&
                    (line.states === 'any' ? possible : line.states.includes(state)) &&
                    (line.when === null || (line.when === 'desk-reports') === deskReports) &&
                    (line.compartment === null || line.compartment === (compartment !== null)),
                );
                if (allowed !== stands) wrong.push(`${role} ${relation} ${act} ${state}`);
              }
    expect(wrong).toEqual([]);
  });
});

test('ISO-15: each act that needs two says so, and a mechanism without such acts says nothing', () => {
  const [[, tw], [, other]] = packs as [(typeof packs)[number], (typeof packs)[number]];
  const two = (pack: typeof tw) =>
    new Set(
      rightsByRole(pack).flatMap(({ lines }) =>
        lines.flatMap((line) => (line.rules.length > 0 ? [line.act] : [])),
      ),
    );
  expect([...two(tw)].sort()).toEqual(
    [
      'approve-withdrawal',
      'change-level',
      'confirm-level',
      'dismiss',
      'lift-hold',
      'merge',
      'release',
    ].sort(),
  );
  expect([...two(other)]).toEqual([]);
});
