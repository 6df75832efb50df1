/**
 * What the demonstration's people do when a case calls the centre out: they answer, some come, a situation report is approved,
 * and when the last case has ended it is stood down by whoever may. By the product's own commands, in the story's time.
 */
import { fireDueClocks } from '../cases/index.ts';
import { actInCentre, activationsNow, type CentreState, situationDraft } from '../centre/index.ts';
import type { DirectorySnapshot } from '../directory/index.ts';
import { keysFor } from '../identity/index.ts';
import type { Pack } from '../mechanism/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';

const MINUTE = 60_000;
/** Minutes after the summons: the first answer, the time between two, the first arrival, the report, its approval. */
const AFTER = { answer: 2, between: 1, arrival: 24, report: 55, approval: 63, standDown: 25 } as const;
/** So many come themselves; the rest answer. */
const COMING = 5;

interface Cue {
  readonly at: number;
  readonly run: () => Promise<void>;
}

/** Plays the centre beside the stories; `until` is told the time of each step before it happens, `after` when it has. */
export function playCentre(
  ctx: AppContext,
  clock: { set(at: Date): void; now(): Date },
  directory: DirectorySnapshot,
  pack: Pack,
) {
  const agenda: Cue[] = [];
  const known = new Set<string>();
  const ending = new Set<string>();

  const holder = (postId: string): (Actor & { personId: string }) | null => {
    const personId = directory.holders(postId, clock.now())[0]?.personId;
    return personId === undefined
      ? null
      : { personId, keys: keysFor(directory, pack, personId, clock.now()) };
  };
  const of = (role: Parameters<DirectorySnapshot['postsWithRole']>[0], group?: string) =>
    directory.postsWithRole(role).find((post) => group === undefined || post.groupCode === group)?.id ?? '';
  const later = (from: Date, minutes: number, run: () => Promise<void>): void => {
    agenda.push({ at: from.getTime() + minutes * MINUTE, run });
    agenda.sort((a, b) => a.at - b.at);
  };

  /** Everybody summoned answers in turn, but the last, who never does. */
  function called(state: CentreState, now: Date): void {
    const coming = state.summons.filter((one) => one.part !== 'command').slice(0, COMING);
    state.summons.slice(0, -1).forEach((one, index) => {
      const { post } = one;
      const answer = index % 6 === 4 ? 'deputy' : index % 3 === 2 ? 'remote' : 'coming';
      later(now, AFTER.answer + index * AFTER.between, async () => {
        const actor = holder(post);
        if (!actor) return;
        const eta = answer === 'coming' ? new Date(clock.now().getTime() + 20 * MINUTE).toISOString() : null;
        await actInCentre(ctx, actor, state.id, { act: 'answer-summons', post, answer, eta, note: '' });
      });
      if (!coming.includes(one) || answer === 'deputy') return;
      later(now, AFTER.arrival + index * AFTER.between, async () => {
        const actor = holder(post);
        if (actor) await actInCentre(ctx, actor, state.id, { act: 'check-in', remote: answer === 'remote' });
      });
    });
    if (state.compartment !== null) return;
    const report = crypto.randomUUID();
    later(now, AFTER.report, async () => {
      const staff = holder(of('service-centre'));
      if (!staff) return;
      const { paragraphs } = await situationDraft(ctx, staff, state.id, 'zh-Hant');
      const kept = paragraphs.map(({ caseId, text }) => ({ caseId, text }));
      await actInCentre(ctx, staff, state.id, {
        act: 'draft-situation-report',
        id: report,
        paragraphs: kept,
      });
    });
    later(now, AFTER.approval, async () => {
      const coordinator = holder(of('group-officer', state.coordinator)) ?? holder(of('deputy-convenor'));
      if (coordinator)
        await actInCentre(ctx, coordinator, state.id, { act: 'approve-situation-report', report });
    });
  }

  function ends(state: CentreState, now: Date): void {
    later(now, AFTER.standDown, async () => {
      ending.delete(state.id);
      // A case may have called it out once more meanwhile.
      const still = (await activationsNow(ctx)).find((one) => one.state.id === state.id);
      if (!still || still.open > 0) return;
      const post = state.compartment === null ? of('convenor') : of('subgroup-officer', state.desk);
      const actor = holder(post);
      const reason = '各案均已解除列管，無擴大之虞，解除編成。';
      if (actor) await actInCentre(ctx, actor, state.id, { act: 'stand-down', reason });
    });
  }

  return {
    /** What was to happen before this moment happens, each at its own time. */
    async until(at: Date): Promise<void> {
      for (let cue = agenda[0]; cue && cue.at <= at.getTime(); cue = agenda[0]) {
        agenda.shift();
        clock.set(new Date(cue.at));
        // What ran out before it happens before it: a case's facts never go back in time.
        await fireDueClocks(ctx);
        await cue.run();
      }
    },
    /** Looks what a step has done to the centre. */
    async after(): Promise<void> {
      const now = clock.now();
      for (const { state, open } of await activationsNow(ctx)) {
        if (!known.has(state.id)) {
          known.add(state.id);
          called(state, now);
        }
        if (open > 0 || ending.has(state.id)) continue;
        ending.add(state.id);
        ends(state, now);
      }
    },
  };
}
