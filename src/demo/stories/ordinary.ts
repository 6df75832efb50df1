import { contactPostOf, postOf } from '../nation/posts.ts';
import type { Random } from '../random.ts';
import { deputiesConfirm, levelA, receipts, type StoryBuilder, storyBuilder } from './builder.ts';
import { followUpReport, initialReport, recoveryReport, type Telling, tell } from './compose.ts';
import type { Family } from './families/types.ts';
import {
  askBacks,
  confirmReasons,
  exchanges,
  lateReasons,
  promoteReasons,
  regradeReasons,
  releaseNotes,
  sendBackReasons,
} from './phrases.ts';
import { fill, type Slots } from './slots.ts';
import { after } from './times.ts';
import type { Channel, ImpactLevel, Story } from './types.ts';

/** What one case of the ordinary run is to be. */
export interface CasePlan {
  readonly key: string;
  readonly family: Family;
  readonly organisation: string;
  readonly system: string;
  readonly level: ImpactLevel;
  readonly awareAt: Date;
  readonly channel: Channel;
  /** Hours between awareness and filing that are set rather than drawn. */
  readonly notifyHours?: number;
  readonly incident?: string;
  /** First filed as suspected and promoted afterwards (S4.7). */
  readonly suspected?: boolean;
  /** Slots that several stories share. */
  readonly slots?: Slots;
}

const levels: readonly ImpactLevel[] = ['D', 'C', 'B', 'A'];

/** The neighbouring level, one step graver (1) or milder (-1), or the same at the end of the scale. */
function neighbour(level: ImpactLevel, step: 1 | -1): ImpactLevel {
  return levels[Math.min(3, Math.max(0, levels.indexOf(level) + step))] as ImpactLevel;
}

/** Hours from awareness to filing: mean near 2 over all cases, much less at A. */
function drawNotification(plan: CasePlan, random: Random): number {
  if (plan.notifyHours !== undefined) return plan.notifyHours;
  const hours = random.logNormal(1.35, 1.05);
  if (plan.level === 'A') return Math.min(0.15 + hours * 0.2, 0.9);
  return Math.min(Math.max(hours, 0.08), 20);
}

/** Plays one whole case, from the first report to the release, as figure 5 has it. */
export function playCase(plan: CasePlan, random: Random, now: Date): Story {
  const { family } = plan;
  const story = storyBuilder(
    {
      key: plan.key,
      family: family.code,
      kind: family.kind,
      organisation: plan.organisation,
      system: plan.system,
      ...(plan.incident === undefined ? {} : { incident: plan.incident }),
    },
    random,
    now,
  );
  const telling = tell(family, story.body, plan.system, plan.level, plan.awareAt, random, plan.slots);
  const notified = drawNotification(plan, random);
  const toldAt = after(plan.awareAt, notified * 60);
  const keyedAt =
    plan.channel === 'web'
      ? toldAt
      : after(toldAt, plan.channel === 'post' ? random.int(25, 90) : random.int(4, 16));
  const proposedAs =
    plan.suspected !== true && plan.level !== 'A' && random.chance(0.14)
      ? neighbour(plan.level, random.chance(0.5) ? 1 : -1)
      : plan.level;
  // An A proposed by mistake wakes the deputies; that is told by the special stories only.
  const proposed = proposedAs === 'A' && plan.level !== 'A' ? plan.level : proposedAs;
  story.file(
    initialReport(telling, proposed, random, {
      ...(plan.suspected === true ? { suspected: true } : {}),
      ...(plan.channel === 'web' ? {} : { sentAt: toldAt }),
      ...(notified > 3 ? { lateReason: random.pick(lateReasons) } : {}),
    }),
    plan.channel,
    keyedAt,
  );
  const graded = desk(story, plan, telling, keyedAt, proposed, random);
  const response = Math.min(0.4 + random.logNormal(2.35, 0.85), 44) * (plan.level === 'A' ? 1.3 : 1);
  const resolvedAt = after(new Date(Math.max(keyedAt.getTime(), graded.getTime())), response * 60);
  receipts(story, keyedAt, after(graded, 3 * 60), random);
  return recover(story, plan, telling, graded, resolvedAt, random);
}

/** Take, register, ask back, grade; answers the time of the confirmed level. */
function desk(
  story: StoryBuilder,
  plan: CasePlan,
  telling: Telling,
  filedAt: Date,
  proposed: ImpactLevel,
  random: Random,
): Date {
  let at = after(filedAt, plan.level === 'A' ? random.int(1, 2) : random.int(1, 4));
  story.desk({ act: 'take' }, at);
  if (plan.suspected === true) {
    at = after(at, random.int(20, 75));
    story.desk({ act: 'promote', reason: random.pick(promoteReasons) }, at);
  }
  at = after(at, random.int(1, 2));
  story.desk({ act: 'register' }, at);
  if (plan.level !== 'A' && random.chance(0.11)) {
    at = after(at, random.int(1, 6));
    const [question, answer] = random.pick(askBacks);
    story.desk({ act: 'ask-back', question }, at);
    at = after(at, random.int(12, 55));
    const { measures, scope, slots } = telling;
    const answered = `補充說明：${fill(answer, { ...slots, measures, scope }, random)}`;
    story.agency(
      {
        act: 'file-follow-up',
        report: followUpReport(telling, proposed, {
          description: `${telling.description}\n【續報】${answered}`,
        }),
      },
      at,
    );
  }
  at = after(at, plan.level === 'A' ? random.int(1, 4) : Math.min(0.5 + random.logNormal(3.4, 0.8), 30));
  const regraded =
    plan.level !== 'A' && random.chance(0.07)
      ? neighbour(plan.level, random.chance(0.6) ? -1 : 1)
      : plan.level;
  const first = regraded === 'A' ? plan.level : regraded;
  const reason =
    first === proposed
      ? random.pick(confirmReasons[first])
      : `${random.pick(regradeReasons[levels.indexOf(first) > levels.indexOf(proposed) ? 'up' : 'down'])}`;
  story.desk({ act: 'confirm-level', level: first, reason }, at);
  if (first !== plan.level) {
    const up = levels.indexOf(plan.level) > levels.indexOf(first);
    story.desk(
      { act: 'change-level', level: plan.level, reason: random.pick(regradeReasons[up ? 'up' : 'down']) },
      after(at, random.int(14, 24)),
    );
  }
  return at;
}

/** From the confirmed level to the release. */
function recover(
  story: StoryBuilder,
  plan: CasePlan,
  telling: Telling,
  graded: Date,
  resolvedAt: Date,
  random: Random,
): Story {
  const quarter = (resolvedAt.getTime() - graded.getTime()) / 60_000;
  const withFollowUp = plan.level === 'A' || plan.level === 'B' || random.chance(0.45);
  if (withFollowUp) {
    story.agency(
      { act: 'file-follow-up', report: followUpReport(telling, plan.level) },
      after(graded, quarter * (0.35 + random.next() * 0.4)),
    );
  }
  if (random.chance(0.2)) {
    const [said, answer] = random.pick(exchanges);
    story.desk({ act: 'message', text: fill(said, telling.slots, random) }, after(graded, random.int(3, 12)));
    if (random.chance(0.8)) {
      story.agency(
        { act: 'message', text: fill(answer, telling.slots, random) },
        after(graded, random.int(13, 23)),
      );
    }
  }
  const recoveredAt = after(resolvedAt, Math.max(random.logNormal(48, 0.8), 26));
  let at = recoveredAt;
  if (random.chance(0.08)) {
    const thin = telling.solution.split('，')[0] ?? telling.solution;
    story.agency(
      {
        act: 'file-recovery',
        report: recoveryReport(telling, plan.level, resolvedAt, withFollowUp, {
          solution: `${thin}。`,
          cause: '尚待廠商提供分析報告。',
        }),
      },
      at,
    );
    at = after(at, random.int(6, 30));
    story.desk({ act: 'send-back', reason: random.pick(sendBackReasons) }, at);
    at = after(at, random.int(18, 160));
  }
  story.agency(
    { act: 'file-recovery', report: recoveryReport(telling, plan.level, resolvedAt, withFollowUp) },
    at,
  );
  at = after(at, 3 + random.logNormal(14, 0.8));
  const note = random.pick(releaseNotes);
  const own = story.body.code === 'dgbas';
  if (own)
    story.post(
      'deputy-convenor-stag',
      { act: 'release', note: `${note}（本案通報機關為值勤台所屬機關，由他機關副召集人解除列管。）` },
      at,
    );
  else story.desk({ act: 'release', note }, at);
  if (plan.level === 'A') levelA(story, graded, at, random);
  else deputiesConfirm(story, graded, at, random);
  return story.finish(plan.level, 'released');
}

/** Contacts of a superior who file for the body below them, with the post they act in (SI.4). */
export function superiorFiler(superior: string): { person: string; post: string } {
  const post = contactPostOf(superior);
  const person = postOf(post).holders[0]?.person;
  if (person === undefined) throw new Error(`${superior} has no contact who could file`);
  return { person, post };
}
