import type { Random } from '../random.ts';
import { receipts, storyBuilder } from './builder.ts';
import { followUpReport, initialReport, type Telling, tell } from './compose.ts';
import type { CasePlan } from './ordinary.ts';
import { superiorFiler } from './ordinary.ts';
import { anomalies, confirmReasons, mergeReasons, precautions, withdrawals } from './phrases.ts';
import { fill } from './slots.ts';
import { after } from './times.ts';
import type { Story } from './types.ts';

function begin(plan: CasePlan, random: Random, now: Date) {
  const story = storyBuilder(
    {
      key: plan.key,
      family: plan.family.code,
      kind: plan.family.kind,
      organisation: plan.organisation,
      system: plan.system,
    },
    random,
    now,
  );
  const telling = tell(plan.family, story.body, plan.system, plan.level, plan.awareAt, random);
  const filedAt = after(plan.awareAt, 12 + random.logNormal(50, 0.7));
  return { story, telling, filedAt };
}

function inTurn<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}

/** What turned out to be nothing, told at this case's body: the report's words and the reason it was none. */
function nothing(
  telling: Telling,
  [seen, reason]: readonly [description: string, reason: string],
  random: Random,
) {
  return {
    description: fill(seen, telling.slots, random),
    scope: `疑似影響${telling.system.nameZh}，範圍及是否為攻擊行為查證中。`,
    measures: fill(random.pick(precautions), telling.slots, random),
    reason: fill(reason, telling.slots, random),
  };
}

/** A suspected anomaly that turns out to be nothing: in the record, out of the statistics (S4.7, H29). */
export function suspicionDismissed(plan: CasePlan, random: Random, now: Date, index: number): Story {
  const { story, telling, filedAt } = begin(plan, random, now);
  const { reason, ...words } = nothing(telling, inTurn(anomalies, index), random);
  story.file(initialReport(telling, plan.level, random, { suspected: true, ...words }), 'web', filedAt);
  const taken = after(filedAt, random.int(2, 9));
  story.desk({ act: 'take' }, taken);
  receipts(story, filedAt, after(taken, 90), random);
  const description = `${words.description}\n【續報】經逐一比對紀錄，未發現其他異常，${fill('已請{v}協助確認原因。', telling.slots, random)}`;
  story.agency(
    {
      act: 'file-follow-up',
      report: followUpReport(telling, plan.level, { suspected: true, ...words, description }),
    },
    after(taken, random.int(30, 100)),
  );
  story.desk({ act: 'dismiss', as: 'not-an-incident', reason }, after(taken, random.int(110, 400)));
  return story.finish(plan.level, 'dismissed');
}

/** A reported incident, graded, then found to be a false alarm (H29). */
export function falseAlarm(plan: CasePlan, random: Random, now: Date, index: number): Story {
  const { story, telling, filedAt } = begin(plan, random, now);
  const { reason, ...words } = nothing(telling, inTurn(anomalies, index + 6), random);
  story.file(initialReport(telling, plan.level, random, words), 'web', filedAt);
  const taken = after(filedAt, random.int(1, 6));
  story.desk({ act: 'take' }, taken);
  story.desk({ act: 'register' }, after(taken, 1));
  story.desk(
    { act: 'confirm-level', level: plan.level, reason: random.pick(confirmReasons[plan.level]) },
    after(taken, random.int(4, 11)),
  );
  receipts(story, filedAt, after(taken, 100), random);
  story.agency(
    { act: 'message', text: `本案經複查研判為誤報：${reason}` },
    after(taken, random.int(60, 140)),
  );
  story.desk({ act: 'dismiss', as: 'false-alarm', reason }, after(taken, random.int(150, 420)));
  return story.finish(plan.level, 'dismissed');
}

/** A case its reporter asks to withdraw; the desk approves (H31). */
export function withdrawn(plan: CasePlan, random: Random, now: Date, index: number): Story {
  const { story, telling, filedAt } = begin(plan, random, now);
  const { reason, ...words } = nothing(telling, inTurn(withdrawals, index), random);
  story.file(initialReport(telling, plan.level, random, words), 'web', filedAt);
  const taken = after(filedAt, random.int(1, 6));
  story.desk({ act: 'take' }, taken);
  story.desk({ act: 'register' }, after(taken, 2));
  receipts(story, filedAt, after(taken, 60), random);
  const asked = after(taken, random.int(25, 90));
  story.agency({ act: 'request-withdrawal', reason }, asked);
  story.desk(
    { act: 'approve-withdrawal', reason: '經電話查證屬實，同意撤回，紀錄保留。' },
    after(asked, random.int(5, 40)),
  );
  return story.finish(plan.level, 'withdrawn');
}

/** The same incident reported once more, merged into the first case (H32). `from` files for the body when given. */
export function duplicateOf(
  first: Story,
  plan: CasePlan,
  random: Random,
  now: Date,
  from: 'telephone' | 'superior',
): Story {
  const { story, telling } = begin(plan, random, now);
  const start = first.steps[0];
  if (start?.act !== 'file-initial') throw new Error(`${first.key} does not begin with a report`);
  const filedAt = after(start.at, random.int(6, 12));
  const report = initialReport(telling, plan.level, random, {
    ...start.report,
    description: `【再次通報】${start.report.description.replace(/。$/, '')}，因未確認前次通報是否送達，再行通報。`,
    awareAt: start.report.awareAt,
    impactLevel: start.report.impactLevel,
    ...(from === 'telephone' ? { sentAt: after(filedAt, -3) } : {}),
  });
  const superior = story.body.superior;
  if (from === 'superior' && superior !== null) story.file(report, 'web', filedAt, superiorFiler(superior));
  else story.file(report, 'telephone', filedAt);
  const taken = after(filedAt, random.int(1, 4));
  story.desk({ act: 'take' }, taken);
  story.desk(
    { act: 'merge', into: first.key, reason: random.pick(mergeReasons) },
    after(taken, random.int(1, 5)),
  );
  return story.finish(first.level, 'merged');
}
