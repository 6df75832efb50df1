/** When a proposal to change the response procedures may stand, and what becomes of it (S7.11.0d, ISO-15). Pure. */
import type { Pack } from '../mechanism/pack.ts';
import type { ProcedureStep, StepContent } from '../mechanism/procedures.ts';
import { STEP_OWNERS } from '../mechanism/vocabulary.ts';
import { refuse, refuseFields } from '../platform/errors.ts';

/** Refuses a step that names what the mechanism has not, naming the field. */
export function checkContent(content: StepContent, pack: Pack): void {
  const levels = new Set(pack.levels.map((level) => level.id));
  content.levels.forEach((level, index) => {
    const isTwice = content.levels.indexOf(level) !== index;
    if (isTwice || !levels.has(level)) refuseFields({ path: `content.levels.${index}`, code: 'bad-choice' });
  });
  for (const level of Object.keys(content.withinByLevel))
    if (!content.levels.includes(level))
      refuseFields({ path: `content.withinByLevel.${level}`, code: 'bad-choice' });
  const owners = [...STEP_OWNERS, ...pack.groups.map((group) => group.id)];
  if (!owners.includes(content.owner)) refuseFields({ path: 'content.owner', code: 'bad-choice' });
}

/** The same in every field, whatever the order its levels were ticked in. */
export function isSame(a: StepContent, b: StepContent): boolean {
  const plain = (content: StepContent) =>
    JSON.stringify([
      [...content.levels].sort(),
      content.phase,
      content.owner,
      content.title.zh,
      content.title.en,
      content.help?.zh ?? null,
      content.help?.en ?? null,
      Object.entries(content.withinByLevel).sort(([left], [right]) => (left < right ? -1 : 1)),
    ]);
  return plain(a) === plain(b);
}

/** Only what a step says, without its name and edition. */
export function contentOf({ levels, phase, owner, title, help, withinByLevel }: StepContent): StepContent {
  return { levels, phase, owner, title, help, withinByLevel };
}

/** The id of a step that is added, made from its proposal's: nobody else's, and the same when it is sent twice. */
export function addedId(proposal: string): string {
  return `added-${proposal.replaceAll('-', '').slice(-12)}`;
}

/** A version of one step that was approved. */
export interface KeptVersion {
  readonly version: number;
  readonly content: StepContent | null;
}

/**
 * What a proposal would put in force; `content: null` = as the mechanism has it.
 * @throws Refusal invalid-input for what the mechanism or the history has not; `procedure-same` when it stands so already
 */
export function proposed(
  input: { step: string | null; content: StepContent | null; restores: number | null },
  present: ProcedureStep | null,
  inPack: ProcedureStep | null,
  kept: readonly KeptVersion[],
  pack: Pack,
): { content: StepContent | null } {
  if (input.step !== null && !present && kept.length === 0) refuse('not-found');
  if (input.restores === null) {
    if (input.content === null) refuseFields({ path: 'content', code: 'required' });
    checkContent(input.content, pack);
    if (present && isSame(input.content, present)) refuse('procedure-same');
    return { content: input.content };
  }
  if (input.step === null || input.content !== null) refuseFields({ path: 'restores', code: 'bad-choice' });
  if (input.restores === 0) {
    if (!inPack) refuseFields({ path: 'restores', code: 'bad-choice' });
    if (present && isSame(inPack, present)) refuse('procedure-same');
    return { content: null };
  }
  const older = kept.find((one) => one.version === input.restores);
  if (!older) refuseFields({ path: 'restores', code: 'bad-choice' });
  // What the mechanism named then may have gone since.
  if (older.content) checkContent(older.content, pack);
  const content = older.content ?? inPack;
  if (content && present && isSame(content, present)) refuse('procedure-same');
  return { content: older.content };
}
