import { describe, expect, it } from 'vitest';
import { generateStories, SHARES, STORY_COUNT } from './generate.ts';
import { bodyOf } from './nation/bodies.ts';
import { personOf } from './nation/people.ts';
import { postOf } from './nation/posts.ts';
import { systemOf } from './nation/systems.ts';
import { families } from './stories/families/index.ts';
import type { ReportPayload, Story, StoryEnd, StoryStep } from './stories/types.ts';

const now = new Date('2026-11-22T19:40:17Z');
const seeds = [2002, 7, 19_680] as const;
const told = new Map(seeds.map((seed) => [seed, generateStories({ seed, now })]));
const everyStory = [...told.values()].flat();
const stories = told.get(2002) as readonly Story[];

type State = StoryEnd;

/** Figure 5 once more, written independently of the generator: where an act may happen and where it leads. */
function follow(state: State | null, before: State, step: StoryStep): State {
  const open: readonly State[] = ['suspected', 'reported', 'returned', 'registered', 'handling', 'recovered'];
  const lead = (from: readonly State[], to: State): State => {
    if (state === null || !from.includes(state)) throw new Error(`${step.act} in ${state ?? 'nothing'}`);
    return to;
  };
  switch (step.act) {
    case 'file-initial':
      if (state !== null) throw new Error('filed twice');
      return step.report.suspected === true ? 'suspected' : 'reported';
    case 'acknowledge':
    case 'acknowledge-all':
      // Confirming that one has been told is possible at any time after the first report.
      return state ?? lead([], 'reported');
    case 'take':
    case 'hand-over':
    case 'request-withdrawal':
    case 'message':
    case 'tell-convenor':
      return lead(open, state as State);
    case 'promote':
      return lead(['suspected'], 'reported');
    case 'register':
      return lead(['reported'], 'registered');
    case 'ask-back':
      return lead(['reported', 'registered'], 'returned');
    case 'confirm-level':
      return lead(['reported', 'registered'], 'handling');
    case 'change-level':
      return lead(['handling', 'recovered'], state as State);
    case 'file-follow-up':
      return state === 'returned'
        ? before
        : lead(['suspected', 'reported', 'registered', 'handling', 'recovered'], state as State);
    case 'file-recovery':
      return lead(['registered', 'handling', 'recovered'], 'recovered');
    case 'send-back':
      return lead(['recovered'], 'handling');
    case 'release':
      return lead(['recovered'], 'released');
    case 'dismiss':
      return lead(open, 'dismissed');
    case 'approve-withdrawal':
      return lead(open, 'withdrawn');
    case 'merge':
      return lead(open, 'merged');
    case 'approve':
      throw new Error('approved what nobody proposed');
  }
}

/** Where a story stands after its last step; what needs two people happens when the second agrees (ISO-15). */
function walk(story: Story): State | null {
  let state: State | null = null;
  let before: State = 'reported';
  let isTop = false;
  let waiting: StoryStep | null = null;
  for (const step of story.steps) {
    const ends = ['release', 'dismiss', 'approve-withdrawal', 'merge'].includes(step.act);
    if (isTop && (ends || (step.act === 'change-level' && step.level !== 'A'))) {
      follow(state, before, step);
      waiting = step;
      continue;
    }
    const done: StoryStep = step.act === 'approve' ? (waiting ?? step) : step;
    if (step.act === 'approve') {
      expect(step.by, story.key).not.toBe(waiting?.by);
      waiting = null;
    }
    const next = follow(state, before, done);
    if (done.act === 'ask-back') before = state as State;
    if (done.act === 'confirm-level' || done.act === 'change-level') isTop = done.level === 'A';
    state = next;
  }
  expect(waiting, story.key).toBeNull();
  return state;
}

function reportsOf(story: Story): readonly ReportPayload[] {
  return story.steps.flatMap((step) => ('report' in step ? [step.report] : []));
}

function first(story: Story): Extract<StoryStep, { act: 'file-initial' }> {
  const step = story.steps[0];
  if (step?.act !== 'file-initial') throw new Error(`${story.key} does not begin with a report`);
  return step;
}

const openEnds: ReadonlySet<StoryEnd> = new Set<StoryEnd>([
  'suspected',
  'reported',
  'returned',
  'registered',
  'handling',
  'recovered',
]);

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const hours = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / 3_600_000;

describe('the stories of the demonstration nation', () => {
  it('are the same for the same seed and others for another', () => {
    expect(generateStories({ seed: 2002, now })).toEqual(stories);
    expect(first(generateStories({ seed: 3, now })[40] as Story)).not.toEqual(first(stories[40] as Story));
    expect(stories).toHaveLength(STORY_COUNT);
  });

  it('name only bodies, people, posts and systems that exist, each person in a post he holds', () => {
    for (const story of everyStory) {
      bodyOf(story.organisation);
      personOf(story.filedBy);
      expect(systemOf(story.system).organisation).toBe(story.organisation);
      for (const step of story.steps) {
        const holders = postOf(step.post).holders.map((holder) => holder.person);
        expect(holders, `${story.key} ${step.act} ${step.post}`).toContain(step.by);
        if (step.act === 'hand-over')
          expect(postOf(step.post).holders.map((h) => h.person)).toContain(step.to);
        if (step.act === 'acknowledge') postOf(step.forPost);
      }
    }
  });

  it('H45: let nobody confirm by telephone before he was told, nor after it was written down', () => {
    let calls = 0;
    for (const story of everyStory) {
      for (const step of story.steps) {
        if (step.act !== 'acknowledge' || !step.byTelephone) continue;
        expect(step.byTelephone.at.getTime(), story.key).toBeGreaterThan(first(story).at.getTime());
        expect(step.byTelephone.at.getTime(), story.key).toBeLessThanOrEqual(step.at.getTime());
        calls += 1;
      }
    }
    expect(calls).toBeGreaterThan(5);
  });

  it('go forward in time, never past now, and begin within two years', () => {
    for (const story of everyStory) {
      let last = 0;
      for (const step of story.steps) {
        expect(step.at.getTime(), `${story.key} ${step.act}`).toBeGreaterThanOrEqual(last);
        last = step.at.getTime();
      }
      expect(last).toBeLessThanOrEqual(now.getTime());
      expect(hours(first(story).at, now)).toBeLessThan(732 * 24);
    }
  });

  it('follow figure 5 from the first report to where they stand', () => {
    for (const story of everyStory) expect(walk(story), story.key).toBe(story.end);
  });

  it('do so at whatever hour of whatever day they are made', () => {
    for (let hour = 0; hour < 24; hour += 5) {
      const other = new Date(Date.UTC(2027, hour % 12, 1 + hour, hour, 7 * (hour % 8), hour));
      for (const story of generateStories({ seed: 100 + hour, now: other })) {
        let last = 0;
        for (const step of story.steps) {
          expect(step.at.getTime()).toBeGreaterThanOrEqual(last);
          expect(step.at.getTime()).toBeLessThanOrEqual(other.getTime());
          last = step.at.getTime();
        }
        expect(walk(story), story.key).toBe(story.end);
      }
    }
  });

  it('are desk work of whoever holds the case: taken first, handed over before another officer acts', () => {
    for (const story of everyStory.filter((candidate) => candidate.compartment === 'open')) {
      let holder: string | null = null;
      for (const step of story.steps) {
        if (step.act === 'take') holder = step.by;
        else if (step.post === 'duty-officer' && holder !== null)
          expect(step.by, `${story.key} ${step.act}`).toBe(holder);
        if (step.act === 'hand-over') holder = step.to;
      }
    }
  });

  it('keep reports whole: times in order, what is not known said so, recovery with solution and time', () => {
    for (const story of everyStory) {
      for (const step of story.steps) {
        if (!('report' in step)) continue;
        const { report } = step;
        expect(report.awareAt.getTime()).toBeLessThanOrEqual(step.at.getTime());
        if (report.occurred.at !== null) {
          expect(report.occurred.at.getTime(), story.key).toBeLessThanOrEqual(report.awareAt.getTime());
        } else {
          expect(report.unknown).toContain('occurred');
        }
        if (report.sentAt !== undefined)
          expect(report.sentAt.getTime()).toBeLessThanOrEqual(step.at.getTime());
        expect(report.measures === '').toBe(report.unknown.includes('measures'));
        expect(report.scope === '').toBe(report.unknown.includes('scope'));
        expect(report.hosts.length === 0).toBe(report.unknown.includes('hosts'));
        if (step.act === 'file-recovery') {
          expect(report.cause?.length ?? 0).toBeGreaterThan(4);
          expect(report.solution?.length ?? 0).toBeGreaterThan(4);
          const resolved = report.resolvedAt as Date;
          expect(resolved.getTime()).toBeLessThanOrEqual(step.at.getTime());
          expect(resolved.getTime()).toBeGreaterThanOrEqual(report.awareAt.getTime());
        }
        expect(JSON.stringify(report)).not.toMatch(/[{}]\w+[{}]|\[\[|\]\]|undefined/);
      }
    }
  });

  it('tell each case in words of its own', () => {
    for (const list of told.values()) {
      const texts = list.map((story) => first(story).report.description);
      expect(new Set(texts).size).toBe(texts.length);
      const wholes = list.flatMap((story) => {
        const last = reportsOf(story).at(-1) as ReportPayload;
        return [`${last.description}|${last.scope}|${last.measures}`];
      });
      expect(new Set(wholes).size).toBe(wholes.length);
    }
    for (const family of families) {
      const lists = [
        family.description,
        family.scope,
        family.measures,
        family.followUp,
        family.cause,
        family.solution,
      ];
      expect(new Set(lists.map((list) => list.length)).size, family.code).toBe(1);
    }
    expect(families.length).toBeGreaterThanOrEqual(45);
    expect(new Set(stories.map((story) => story.family)).size).toBeGreaterThanOrEqual(45);
  });

  it('have the shape of the published figures', () => {
    for (const list of told.values()) {
      const counted = list.filter((story) => !['dismissed', 'withdrawn', 'merged'].includes(story.end));
      const share = (is: (story: Story) => boolean): number => counted.filter(is).length / counted.length;
      for (const [level, wanted] of Object.entries(SHARES.level)) {
        expect(Math.abs(share((story) => story.level === level) - wanted), level).toBeLessThan(0.02);
      }
      for (const [kind, wanted] of Object.entries(SHARES.kind)) {
        expect(Math.abs(share((story) => story.kind === kind) - wanted), kind).toBeLessThan(0.03);
      }
      expect(
        Math.abs(share((story) => bodyOf(story.organisation).tier === 'local') - SHARES.local),
      ).toBeLessThan(0.06);
      const released = list.filter((story) => story.end === 'released');
      const notified = released.map((story) =>
        hours(first(story).report.awareAt, first(story).report.sentAt ?? first(story).at),
      );
      const handled = released.map((story) =>
        hours(first(story).report.awareAt, reportsOf(story).at(-1)?.resolvedAt as Date),
      );
      expect(mean(notified)).toBeGreaterThan(1.5);
      expect(mean(notified)).toBeLessThan(2.6);
      expect(mean(handled)).toBeGreaterThan(4.2);
      expect(mean(handled)).toBeLessThan(6.2);
    }
  });

  it('hold what the mechanism must be able to show', () => {
    for (const list of told.values()) {
      const count = (is: (story: Story) => boolean): number => list.filter(is).length;
      expect(count((s) => s.incident === 'outage-hosting')).toBe(4);
      expect(count((s) => s.incident === 'worm-day')).toBe(12);
      expect(count((s) => s.compartment === 'defence')).toBeGreaterThanOrEqual(6);
      expect(count((s) => hours(first(s).report.awareAt, first(s).at) > 24)).toBeGreaterThanOrEqual(7);
      expect(count((s) => s.steps.some((t) => t.act === 'dismiss' && t.as === 'not-an-incident'))).toBe(6);
      expect(count((s) => s.steps.some((t) => t.act === 'dismiss' && t.as === 'false-alarm'))).toBe(6);
      expect(count((s) => s.steps.some((t) => t.act === 'promote'))).toBeGreaterThanOrEqual(8);
      expect(count((s) => s.end === 'withdrawn')).toBe(4);
      expect(count((s) => s.end === 'merged')).toBe(4);
      expect(count((s) => s.steps.some((t) => t.act === 'send-back'))).toBeGreaterThan(8);
      expect(count((s) => s.steps.some((t) => t.act === 'ask-back'))).toBeGreaterThan(15);
      expect(count((s) => s.steps.some((t) => t.act === 'change-level'))).toBeGreaterThan(8);
      expect(count((s) => first(s).report.occurred.at === null)).toBeGreaterThan(5);
      for (const channel of ['telephone', 'fax', 'email', 'post'] as const) {
        expect(
          count((s) => s.channel === channel),
          channel,
        ).toBeGreaterThan(0);
      }
      const keys = new Set(list.map((story) => story.key));
      for (const story of list) {
        for (const step of story.steps) if (step.act === 'merge') expect(keys.has(step.into)).toBe(true);
      }
    }
  });

  it('leave the duty desk alive at now: open cases in every state, an A fourteen minutes old', () => {
    const open = stories.filter((story) => openEnds.has(story.end));
    expect(open.length).toBeGreaterThanOrEqual(9);
    expect(new Set(open.map((story) => story.end))).toEqual(openEnds);
    const fresh = open.find((story) => story.level === 'A') as Story;
    expect(fresh.steps).toHaveLength(1);
    expect(Math.round(hours(first(fresh).at, now) * 60)).toBe(14);
    const onDuty = open.flatMap((story) =>
      story.steps.filter((step) => step.act === 'take' && hours(step.at, now) < 1),
    );
    expect(onDuty.map((step) => step.by)).toContain('lin-tsai-wei');
  });

  it('strike no body of the plan but the centre’s own, and that only with a failure of power (DEC-23)', () => {
    for (const story of everyStory) {
      const body = bodyOf(story.organisation);
      if (body.validFrom !== '2001-01-17') continue;
      expect([story.organisation, story.family]).toEqual(['dgbas', 'power-dip']);
      const release = story.steps.find((step) => step.act === 'release');
      expect(personOf(release?.by as string).organisation).not.toMatch(/^dgbas/);
    }
  });

  it('let the defence subgroup alone handle the defence compartment (DEC-19)', () => {
    for (const story of everyStory.filter((candidate) => candidate.compartment === 'defence')) {
      for (const step of story.steps) {
        expect(
          step.post === 'subgroup-defence' || step.post === `contact-${story.organisation}`,
          story.key,
        ).toBe(true);
      }
    }
  });
});
