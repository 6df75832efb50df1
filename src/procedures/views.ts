/** The response procedures as they stand, with their history, for those who keep them. */
import { type DirectorySnapshot, directorySnapshot } from '../directory/index.ts';
import { procedures as en } from '../locales/en/procedures.ts';
import { procedures as zh } from '../locales/zh-Hant/procedures.ts';
import {
  activePack,
  type Bilingual,
  groupMay,
  type Pack,
  type StepContent,
  stepsAt,
} from '../mechanism/index.ts';
import { STEP_OWNERS } from '../mechanism/vocabulary.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { read } from '../platform/transaction.ts';
import type { ProceduresView, ProcedureVersion, ShownContent } from './contract.ts';
import { allVersions, type VersionRow } from './store.ts';

/** Who looks, with what. */
interface Looking {
  readonly pack: Pack;
  readonly directory: DirectorySnapshot;
  readonly person: string;
  readonly mayDecide: boolean;
  readonly mayPropose: boolean;
}

/** A party of the procedures in words. */
export function ownerRef(owner: string, pack: Pack): { id: string; name: Bilingual } {
  const fixed = STEP_OWNERS.find((one) => one === owner);
  if (fixed) return { id: owner, name: { zh: zh.owners[fixed], en: en.owners[fixed] } };
  const group = pack.groups.find((one) => one.id === owner);
  return { id: owner, name: group?.name ?? { zh: owner, en: owner } };
}

function personRef(directory: DirectorySnapshot, id: string) {
  const person = directory.persons.get(id);
  return { id, name: { zh: person?.nameZh ?? '—', en: person?.nameEn || person?.nameZh || '—' } };
}

function shown(content: StepContent, pack: Pack): ShownContent {
  const { levels, phase, owner, title, help, withinByLevel } = content;
  return {
    levels: [...levels],
    phase,
    owner: ownerRef(owner, pack),
    title,
    help,
    withinByLevel: { ...withinByLevel },
  };
}

/** What stood in a row's place before it, and what it says: of a step the mechanism has, null content means its own. */
function versionOf(
  row: VersionRow,
  before: StepContent | null,
  inPack: StepContent | null,
  { pack, directory, person, mayDecide, mayPropose }: Looking,
): ProcedureVersion {
  const content = row.content ?? inPack;
  const isOwn = row.proposed_by === person;
  const may: ProcedureVersion['may'] = [];
  if (row.state === 'proposed' && isOwn && mayPropose) may.push('withdraw');
  if (row.state === 'proposed' && !isOwn && mayDecide) may.push('approve', 'decline');
  return {
    ...{ id: row.id, step: row.step, version: row.version, edition: row.edition, state: row.state },
    restores: row.restores,
    content: content && shown(content, pack),
    before: before && shown(before, pack),
    proposed: {
      at: row.proposed_at.toISOString(),
      person: personRef(directory, row.proposed_by),
      reason: row.reason,
    },
    decided:
      row.decided_at === null || row.decided_by === null
        ? null
        : {
            at: row.decided_at.toISOString(),
            person: personRef(directory, row.decided_by),
            reason: row.decided_why,
          },
    may,
  };
}

/**
 * Everything in force by phase and level, with who changed what, when and why (S7.11.0d).
 * @throws Refusal forbidden-act for whoever does not keep the procedures
 */
export async function proceduresView(ctx: AppContext, actor: Actor): Promise<ProceduresView> {
  const person = actor.personId ?? refuse('not-signed-in');
  return read(ctx.database, actor, ctx.clock, async (tx) => {
    const { pack, hash } = await activePack(ctx, tx);
    const directory = await directorySnapshot(ctx, tx);
    const posts = directory.postsHeldBy(person, tx.now);
    const may = (act: Parameters<typeof groupMay>[1]) => posts.some((post) => groupMay(pack, act, post));
    if (!may('read-procedures')) refuse('forbidden-act');
    const rows = await allVersions(tx);
    const approved = rows
      .flatMap(({ step, edition, content }) => (edition === null ? [] : [{ step, edition, content }]))
      .sort((a, b) => a.edition - b.edition);
    const edition = approved.at(-1)?.edition ?? 0;
    const looking: Looking = {
      ...{ pack, directory, person },
      mayDecide: may('decide-procedure'),
      mayPropose: may('propose-procedure'),
    };
    const inPack = new Map(stepsAt(pack, [], 0).map((step) => [step.id, step]));
    const at = new Map<number, ReturnType<typeof stepsAt>>();
    const stood = (step: string, then: number) => {
      const steps = at.get(then) ?? stepsAt(pack, approved, then);
      at.set(then, steps);
      return steps.find((one) => one.id === step) ?? null;
    };
    const versionsOf = (step: string): ProcedureVersion[] =>
      rows
        .filter((row) => row.step === step)
        .map((row) => {
          const proposedAt = row.proposed_at;
          const then =
            row.edition ??
            rows.filter((one) => one.edition !== null && one.decided_at! <= proposedAt).length + 1;
          return versionOf(row, stood(step, then - 1), inPack.get(step) ?? null, looking);
        });
    const items = stepsAt(pack, approved, edition).map((step) => {
      const own = inPack.get(step.id);
      const history = versionsOf(step.id);
      if (own)
        history.push({
          ...{ id: null, step: step.id, version: 0, edition: null, state: 'in-pack', restores: null },
          ...{ content: shown(own, pack), before: null, proposed: null, decided: null, may: [] },
        });
      const version =
        history.find((one) => one.edition === step.edition && one.edition !== null)?.version ?? 0;
      const origin = own ? (step.edition === null ? 'pack' : 'changed') : 'added';
      return {
        ...{ id: step.id, origin: origin as 'pack' | 'changed' | 'added', source: step.source },
        ...{ content: shown(step, pack), version, history },
      };
    });
    const known = new Set(items.map((item) => item.id));
    return {
      pack: { title: pack.shortTitle, version: pack.version, hash },
      edition,
      levels: [...pack.levels].sort((a, b) => b.rank - a.rank).map((level) => level.id),
      owners: [...STEP_OWNERS, ...pack.groups.map((group) => group.id)].map((owner) => ownerRef(owner, pack)),
      items,
      additions: rows
        .filter((row) => row.state === 'proposed' && !known.has(row.step))
        .map((row) => versionOf(row, null, null, looking)),
      waiting: rows.filter((row) => row.state === 'proposed').length,
      may: { propose: looking.mayPropose, decide: looking.mayDecide, call: may('call-preparedness') },
      now: tx.now.toISOString(),
    };
  });
}
