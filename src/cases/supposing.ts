/** What would come of a report nobody has filed: for previews and rehearsals. Nothing is written. */
import { v7 as uuid } from 'uuid';
import { routeOf, type SnapshotOrganisation } from '../directory/index.ts';
import { applyFacts, type Before, type Effects } from './consequences.ts';
import type { FileReport } from './contract.ts';
import { type FilingInput, type OpeningInput, openCase } from './filing.ts';
import type { World } from './recipients.ts';

/** Bodies above a compartment's agency see its cases only if they live in the compartment (DEC-19). */
export function withinWalls(
  superiors: readonly string[],
  compartment: string | null,
  world: World,
): readonly string[] {
  if (compartment === null) return superiors;
  return superiors.filter((id) => world.directory.organisations.get(id)?.compartment === compartment);
}

/** The case as it would stand if the body filed this now, and everything that would follow. */
export function supposeFiled(
  world: World,
  packHash: string,
  organisation: SnapshotOrganisation,
  about: {
    readonly impactLevel: string;
    readonly affectedSectors?: readonly string[];
    readonly suspected?: boolean;
  },
): { readonly before: Before; readonly filed: Effects } {
  const { directory, pack, now } = world;
  const route = routeOf(directory, pack, organisation.id, now);
  const caseId = uuid();
  const content = {
    impactLevel: about.impactLevel,
    affectedSectors: about.affectedSectors ?? [],
    description: '',
    occurred: { at: null },
    aware: { at: null },
    resolvedAt: null,
    solution: '',
    flags: {},
  } as unknown as FileReport['content'];
  const opening: OpeningInput = {
    caseId,
    number: '',
    series: '',
    year: 0,
    seq: 0,
    organisation: organisation.id,
    pack: packHash,
    mode: 'live',
    compartment: route.compartment,
    routing: {
      desk: route.deskGroup,
      authority: route.authority?.id ?? null,
      superiors: withinWalls(
        route.superiors.map((body) => body.id),
        route.compartment,
        world,
      ),
      subgroup: route.subgroup,
      affected: route.affectedSubgroups,
      sectors: organisation.sectors,
      deskReports: false,
    },
  };
  const input: FilingInput = {
    reportId: uuid(),
    hash: '',
    kind: 'initial',
    channel: 'web',
    toldAt: now.toISOString(),
    onBehalf: false,
    suspected: about.suspected ?? false,
    content,
  };
  const before: Before = { id: caseId, state: null, clocks: [], openNotices: [] };
  const facts = openCase(opening, input, pack);
  return { before, filed: applyFacts(before, facts, { person: null, post: null }, world, uuid) };
}
