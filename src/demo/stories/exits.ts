import type { Random } from '../random.ts';
import { receipts, storyBuilder } from './builder.ts';
import { followUpReport, initialReport, tell } from './compose.ts';
import type { CasePlan } from './ordinary.ts';
import { superiorFiler } from './ordinary.ts';
import { confirmReasons, dismissReasons, mergeReasons, withdrawalReasons } from './phrases.ts';
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

/** A suspected anomaly that turns out to be nothing: in the record, out of the statistics (S4.7, H29). */
export function suspicionDismissed(plan: CasePlan, random: Random, now: Date): Story {
  const { story, telling, filedAt } = begin(plan, random, now);
  story.file(
    initialReport(telling, plan.level, random, {
      suspected: true,
      scope: `${telling.scope}（疑似，查證中）`,
    }),
    'web',
    filedAt,
  );
  const taken = after(filedAt, random.int(2, 9));
  story.desk({ act: 'take' }, taken);
  receipts(story, filedAt, after(taken, 90), random);
  story.agency(
    {
      act: 'file-follow-up',
      report: followUpReport(telling, plan.level, {
        suspected: true,
        description: `${telling.description}\n【續報】經逐一比對紀錄，未發現其他異常，原因待廠商確認。`,
      }),
    },
    after(taken, random.int(30, 100)),
  );
  story.desk(
    { act: 'dismiss', as: 'not-an-incident', reason: random.pick(dismissReasons) },
    after(taken, random.int(110, 400)),
  );
  return story.finish(plan.level, 'dismissed');
}

/** A reported incident, graded, then found to be a false alarm (H29). */
export function falseAlarm(plan: CasePlan, random: Random, now: Date): Story {
  const { story, telling, filedAt } = begin(plan, random, now);
  story.file(initialReport(telling, plan.level, random), 'web', filedAt);
  const taken = after(filedAt, random.int(1, 6));
  story.desk({ act: 'take' }, taken);
  story.desk({ act: 'register' }, after(taken, 1));
  story.desk(
    { act: 'confirm-level', level: plan.level, reason: random.pick(confirmReasons[plan.level]) },
    after(taken, random.int(4, 11)),
  );
  receipts(story, filedAt, after(taken, 100), random);
  story.agency(
    { act: 'message', text: `${telling.system.nameZh}經與廠商複查，研判為誤報，補充說明如附件。` },
    after(taken, random.int(60, 140)),
  );
  story.desk(
    { act: 'dismiss', as: 'false-alarm', reason: random.pick(dismissReasons) },
    after(taken, random.int(150, 420)),
  );
  return story.finish(plan.level, 'dismissed');
}

/** A case its reporter asks to withdraw; the desk approves (H31). */
export function withdrawn(plan: CasePlan, random: Random, now: Date): Story {
  const { story, telling, filedAt } = begin(plan, random, now);
  story.file(initialReport(telling, plan.level, random), 'web', filedAt);
  const taken = after(filedAt, random.int(1, 6));
  story.desk({ act: 'take' }, taken);
  story.desk({ act: 'register' }, after(taken, 2));
  receipts(story, filedAt, after(taken, 60), random);
  const asked = after(taken, random.int(25, 90));
  story.agency({ act: 'request-withdrawal', reason: random.pick(withdrawalReasons) }, asked);
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
