/**
 * Plays stories through the product's own commands: every case of the demonstration was made by filing, not by
 * inserting. Time is the story's: clocks fire and mails go out when they would have.
 */
import { v7 as uuid } from 'uuid';
import {
  acknowledge,
  act,
  type CaseAct,
  type FileReport,
  file,
  fireDueClocks,
  followCases,
  recordTelephone,
  reportContent,
} from '../cases/index.ts';
import { followCase } from '../centre/index.ts';
import { deliverDue, noticesOfCase } from '../delivery/index.ts';
import { directorySnapshot } from '../directory/index.ts';
import { keysFor } from '../identity/index.ts';
import type { Pack } from '../mechanism/index.ts';
import { type Actor, SYSTEM } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import type { MailTransport } from '../platform/mail.ts';
import { createTestClock } from '../platform/time.ts';
import { read } from '../platform/transaction.ts';
import { playCentre } from './centre.ts';
import type { ReportPayload, Story, StoryStep } from './stories/types.ts';

/** Codes of the nation to ids of the directory. */
export interface Ids {
  readonly organisations: ReadonlyMap<string, string>;
  readonly persons: ReadonlyMap<string, string>;
  readonly posts: ReadonlyMap<string, string>;
}

/** One step with the story it belongs to. */
interface Cue {
  readonly story: Story;
  readonly step: StoryStep;
}

function lookUp(map: ReadonlyMap<string, string>, code: string): string {
  const id = map.get(code);
  if (id === undefined) throw new Error(`the nation has no ${code}`);
  return id;
}

/** A story's payload as the form has it, with the reporter's own numbers. */
function contentOf(
  report: ReportPayload,
  at: Date,
  reporter: { name: string; phone: string; fax: string; email: string },
): FileReport['content'] {
  // Whoever is told only later is not yet told in this report.
  const told = (flag: ReportPayload['flags']['life']) =>
    flag === null
      ? null
      : { toldWhom: flag.toldWhom, toldAt: flag.toldAt <= at ? flag.toldAt.toISOString() : null };
  return reportContent.parse({
    contactName: reporter.name,
    contactPhone: reporter.phone,
    contactFax: reporter.fax,
    agencyEmail: reporter.email,
    occurred: { ...report.occurred, at: report.occurred.at?.toISOString() ?? null },
    aware: { at: report.awareAt.toISOString(), precision: 'minute', estimated: false },
    hosts: report.hosts.map((host) => ({
      ...host,
      ips: [...host.ips],
      domains: [...host.domains],
      urls: [...host.urls],
      mechanisms: [...host.mechanisms],
    })),
    securityGrade: report.securityGrade ?? '',
    impactLevel: report.impactLevel,
    description: report.description,
    scope: report.scope,
    measures: report.measures,
    cause: report.cause ?? '',
    solution: report.solution ?? '',
    resolvedAt: report.resolvedAt?.toISOString() ?? null,
    supportItems: [...report.supportItems],
    supportText: report.supportText ?? '',
    flags: {
      life: told(report.flags.life),
      equipment: told(report.flags.equipment),
      crime: told(report.flags.crime),
      disaster: told(report.flags.disaster),
    },
    affectedServices: [...report.affectedServices],
    affectedSectors: [...report.affectedSectors],
    unknown: [...report.unknown],
  });
}

/** A step that is one of the acts of the rights table, as the command has it; null for the others. */
function actOf(
  step: StoryStep,
  ids: Ids,
  cases: ReadonlyMap<string, string>,
  revision: number,
  as: string,
  proposal: number,
): CaseAct | null {
  const base = { revision, as };
  switch (step.act) {
    case 'take':
    case 'register':
      return { act: step.act, ...base };
    case 'ask-back':
      return { act: 'ask-back', ...base, text: step.question };
    case 'confirm-level':
    case 'change-level':
      return { act: step.act, ...base, level: step.level, reason: step.reason };
    case 'send-back':
    case 'request-withdrawal':
    case 'dismiss':
    case 'promote':
    case 'approve-withdrawal':
      return { act: step.act, ...base, reason: step.reason };
    case 'release':
      return { act: 'release', ...base, outcome: 'resolved', reason: step.note };
    case 'merge':
      return { act: 'merge', ...base, intoCase: lookUp(cases, step.into), reason: step.reason };
    case 'approve':
      return { act: 'approve-act', ...base, proposal };
    case 'message':
      return { act: 'message', ...base, text: step.text };
    case 'tell-convenor':
      return {
        act: 'report-convenor-told',
        ...base,
        at: step.toldAt.toISOString(),
        how: step.how,
        reason: '',
      };
    case 'hand-over':
      return { act: 'hand-over', ...base, toPerson: lookUp(ids.persons, step.to), reason: step.note };
    default:
      return null;
  }
}

/** What happened while stories were played. */
export interface Played {
  readonly cases: number;
  readonly steps: number;
  /** Steps the product refused, with the reason: none, or the stories are wrong. */
  readonly refused: readonly string[];
}

/** After these nothing new waits to be delivered. */
const TELLS_NOBODY: ReadonlySet<StoryStep['act']> = new Set(['acknowledge', 'acknowledge-all', 'take']);

/** After these the centre may have formed up, or have nothing left to do. */
const MOVES_THE_CENTRE: ReadonlySet<StoryStep['act']> = new Set([
  'confirm-level',
  'change-level',
  'approve',
  'release',
  'dismiss',
  'approve-withdrawal',
  'merge',
]);

/** Stories that ended. */
const ENDED: ReadonlySet<Story['end']> = new Set(['released', 'dismissed', 'withdrawn', 'merged']);
/** A case whose last step is younger than this still waits for answers, in ms. */
const FRESH = 70 * 60_000;
/** How long after a story's last step the rest have confirmed, in ms. */
const ANSWERED_AFTER = 11 * 60_000;

/** Plays all stories in the order of time. */
export async function playStories(
  given: AppContext,
  options: {
    stories: readonly Story[];
    ids: Ids;
    pack: Pack;
    transport: MailTransport;
    onProgress?: (done: number, of: number) => void;
  },
): Promise<Played> {
  const clock = createTestClock();
  const ctx: AppContext = { ...given, clock };
  const { ids, pack, transport, stories } = options;
  const cues: Cue[] = stories
    .flatMap((story) => story.steps.map((step) => ({ story, step })))
    .sort((a, b) => a.step.at.getTime() - b.step.at.getTime());
  const cases = new Map<string, string>();
  const refused: string[] = [];
  // Nobody changes the directory while stories are played.
  const directory = await read(ctx.database, SYSTEM, clock, (tx) => directorySnapshot(ctx, tx));

  const actor = (personCode: string): Actor & { personId: string } => {
    const personId = lookUp(ids.persons, personCode);
    return { personId, keys: keysFor(directory, pack, personId, clock.now()) };
  };
  /** Where the case of the next step stands, and when the next clock or rung of a ladder is to fire. */
  const look = (caseId: string | undefined) =>
    read(ctx.database, SYSTEM, clock, async (tx) => {
      const [row] = await tx.prepared<{
        revision: number | null;
        nextClock: Date | null;
        proposal: number;
      }>(
        'demo-look',
        `select (select revision from cases where id = $1::uuid) as revision,
                coalesce((select (detail -> 'pending' -> -1 ->> 'id')::int from cases where id = $1::uuid), 0) as proposal,
                least((select min(next_at) from clocks where next_at is not null),
                      (select min(next_rung_at) from notices where next_rung_at is not null)) as "nextClock"`,
        [caseId ?? null],
      );
      return row ?? { revision: null, nextClock: null, proposal: 0 };
    });

  const fileStep = async ({ story, step }: Cue): Promise<void> => {
    if (step.act !== 'file-initial' && step.act !== 'file-follow-up' && step.act !== 'file-recovery') return;
    const by = actor(step.by);
    const reporter = directory.persons.get(lookUp(ids.persons, story.filedBy));
    const answer = await file(
      ctx,
      by,
      {
        kind: step.act.slice('file-'.length) as FileReport['kind'],
        caseId: step.act === 'file-initial' ? null : lookUp(cases, story.key),
        organisationId: lookUp(ids.organisations, story.organisation),
        channel: step.channel ?? 'web',
        toldAt: step.report.sentAt?.toISOString() ?? null,
        suspected: step.report.suspected ?? false,
        lateReason:
          step.report.lateReason ?? (step.report.sentAt ? '先以其他方式告知，系統恢復後補登。' : ''),
        mode: 'live',
        content: contentOf(step.report, step.at, {
          name: reporter?.nameZh ?? '',
          phone: reporter?.phone ?? '',
          fax: reporter?.fax ?? '',
          email: reporter?.email ?? '',
        }),
      },
      uuid(),
    );
    cases.set(story.key, answer.caseId);
  };

  const confirmStep = async ({ story, step }: Cue): Promise<void> => {
    if (step.act !== 'acknowledge-all' && step.act !== 'acknowledge') return;
    const caseId = lookUp(cases, story.key);
    const by = actor(step.by);
    const open = (await read(ctx.database, SYSTEM, clock, (tx) => noticesOfCase(tx, [caseId]))).filter(
      (notice) => notice.expects !== 'none' && notice.acknowledgedAt === null && notice.closedAt === null,
    );
    if (step.act === 'acknowledge' && step.byTelephone) {
      const post = lookUp(ids.posts, step.forPost);
      const { at, who } = step.byTelephone;
      // What he was told only after the call he has not confirmed in it.
      for (const notice of open.filter((one) => one.postId === post && one.madeAt <= at))
        await recordTelephone(ctx, by, notice.id, { at: at.toISOString(), personId: null, name: who });
      return;
    }
    for (const notice of open) {
      if (by.keys.includes(`post:${notice.postId}`)) await acknowledge(ctx, by, notice.id);
    }
  };

  /** Plays a step, and before it what ran out since `from`, each at its own moment: a case's facts never go back in time. */
  const play = async (cue: Cue, from: number): Promise<void> => {
    const { story, step } = cue;
    const caseId = cases.get(story.key);
    let { revision, proposal, nextClock } = await look(caseId);
    while (nextClock !== null && nextClock <= step.at) {
      const was = nextClock.getTime();
      clock.set(new Date(Math.max(was, from)));
      await fireDueClocks(ctx);
      ({ revision, proposal, nextClock } = await look(caseId));
      if (nextClock !== null && nextClock.getTime() <= was) break;
    }
    clock.set(step.at);
    await fileStep(cue);
    await confirmStep(cue);
    if (caseId === undefined || revision === null) return;
    const command = actOf(step, ids, cases, revision, lookUp(ids.posts, step.post), proposal);
    if (command) await act(ctx, actor(step.by), caseId, command);
  };

  /** Whoever was told of a case that is still open has confirmed by now, unless it is fresh: a desk at work, not asleep. */
  const answerLeftOver = async (): Promise<void> => {
    const fresh = Date.now() - FRESH;
    for (const story of stories) {
      const last = story.steps.at(-1)?.at.getTime() ?? 0;
      const caseId = cases.get(story.key);
      if (caseId === undefined || ENDED.has(story.end) || last > fresh) continue;
      clock.set(new Date(last + ANSWERED_AFTER));
      const notices = await read(ctx.database, SYSTEM, clock, (tx) => noticesOfCase(tx, [caseId]));
      for (const notice of notices) {
        const isOpen =
          notice.expects !== 'none' && notice.acknowledgedAt === null && notice.closedAt === null;
        const holder = directory.holders(notice.postId, clock.now())[0];
        if (!isOpen || holder === undefined || directory.posts.get(notice.postId)?.role === 'duty-officer')
          continue;
        const keys = keysFor(directory, pack, holder.personId, clock.now());
        await acknowledge(ctx, { personId: holder.personId, keys }, notice.id);
      }
    }
  };

  // The centre forms up with the cases that call it out, as src/app.ts puts the rooms together.
  followCases(followCase);
  const centre = playCentre(ctx, clock, directory, pack);
  for (const [index, cue] of cues.entries()) {
    await centre.until(cue.step.at).catch((error: Error) => {
      refused.push(`centre before ${cue.story.key} ${cue.step.act}: ${error.message}`);
    });
    const from = Math.min(clock.now().getTime(), cue.step.at.getTime());
    clock.set(cue.step.at);
    await play(cue, from).catch((error: Error) => {
      refused.push(`${cue.story.key} ${cue.step.act} ${cue.step.at.toISOString()}: ${error.message}`);
    });
    if (MOVES_THE_CENTRE.has(cue.step.act)) await centre.after();
    if (!TELLS_NOBODY.has(cue.step.act)) await deliverDue(ctx, { transport });
    if (index % 20 === 0) options.onProgress?.(index, cues.length);
  }
  await centre.until(new Date()).catch((error: Error) => {
    refused.push(`centre: ${error.message}`);
  });
  await answerLeftOver();
  clock.set(new Date());
  await fireDueClocks(ctx);
  return { cases: cases.size, steps: cues.length, refused };
}
