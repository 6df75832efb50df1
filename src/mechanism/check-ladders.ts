/** Does every ladder begin with its notice, rise, have words, and let the convenor sleep while nothing is confirmed? */

import { addDuration } from './calendars.ts';
import { clockLength } from './clocks.ts';
import { type Finding, finding } from './findings.ts';
import { ladderOf, rungAfter, rungApplies, tellsPosts } from './ladders.ts';
import { isAtLeast, levelOf } from './levels.ts';
import type { ClockDefinition, Ladder, Pack, Route } from './pack.ts';
import { RUNG_TEMPLATE } from './templates.ts';
import type { LadderTarget, Role } from './vocabulary.ts';

/** Ladders and the routes that use them. */
export function ladderProblems(pack: Pack): Finding[] {
  return [...ladders(pack), ...routes(pack)];
}

const ROLE_OF: Partial<Record<LadderTarget, Role>> = {
  convenor: 'convenor',
  'deputy-convenors': 'deputy-convenor',
};

function ladders(pack: Pack): Finding[] {
  const used = new Set(pack.routes.map((route) => route.ladder));
  const hasWords = pack.templates.some((template) => template.id === RUNG_TEMPLATE);
  return pack.ladders.flatMap((ladder, index) => {
    const found: Finding[] = [];
    if (!used.has(ladder.id)) found.push(finding('ladder-unused', ['ladders', index], { id: ladder.id }));
    if (!beginsWithTheNotice(ladder))
      found.push(finding('ladder-first-rung', ['ladders', index, 'rungs', 0]));
    ladder.rungs.forEach((rung, at) => {
      const path = ['ladders', index, 'rungs', at];
      if (!rung.channels.includes('mail')) found.push(finding('ladder-without-mail', [...path, 'channels']));
      if (rung.to.some(tellsPosts) && !hasWords)
        found.push(finding('ladder-without-words', [...path, 'to'], { id: RUNG_TEMPLATE }));
      for (const target of rung.to) {
        const role = ROLE_OF[target];
        if (role !== undefined && !pack.posts.some((post) => post.role === role))
          found.push(finding('ladder-without-post', [...path, 'to'], { target }));
      }
      const flat = pack.levels.find(({ id }) => !rises(ladder, at, id));
      if (flat) found.push(finding('ladder-not-rising', [...path, 'after'], { level: flat.id }));
    });
    return found;
  });
}

function beginsWithTheNotice({ rungs: [first] }: Ladder): boolean {
  if (!first || first.levels !== undefined || Object.keys(first.after.byLevel).length > 0) return false;
  return rungAfter(first, '') === 0 && first.to.length === 1 && first.to[0] === 'holder';
}

/** Whether the rung, at this level, is later than the one that comes before it. */
function rises({ rungs }: Ladder, at: number, level: string): boolean {
  const rung = rungs[at];
  const before = rungs.slice(0, at).findLast((one) => rungApplies(one, level));
  if (!rung || !before || !rungApplies(rung, level)) return true;
  return rungAfter(rung, level) > rungAfter(before, level);
}

function routes(pack: Pack): Finding[] {
  return pack.routes.flatMap((route, index) => {
    const ladder = ladderOf(pack, route.ladder);
    if (!ladder) return [];
    if (route.expects === 'none') return [finding('ladder-without-expectation', ['routes', index, 'ladder'])];
    const early = wokenEarly(pack, route, ladder);
    return early === null
      ? []
      : [finding('ladder-wakes-early', ['routes', index, 'ladder'], { route: route.id, level: early })];
  });
}

/** A level of a threshold at which the ladder would tell the convenor before the mechanism itself does so (DEC-4). */
function wokenEarly(pack: Pack, route: Route, ladder: Ladder): string | null {
  // Once the threshold is reached he is told anyway.
  if (route.on === 'threshold-reached') return null;
  const waits = pack.clocks.filter((clock) => clock.onDue === 'reach-threshold');
  if (waits.length === 0) return null;
  for (const { id } of pack.levels) {
    if (
      !pack.thresholds.some((one) => levelOf(pack, one.atLeast) !== null && isAtLeast(pack, id, one.atLeast))
    )
      continue;
    if (route.when.levels !== undefined && !route.when.levels.includes(id)) continue;
    const rung = ladder.rungs.find((one) => one.to.includes('convenor') && rungApplies(one, id));
    if (!rung) continue;
    // A notice about a clock that has run out is made when it has run out.
    const since = pack.clocks.find((clock) => route.on === 'clock-overdue' && clock.id === route.when.clock);
    const told = (since ? lengthOf(since, id) : 0) + rungAfter(rung, id);
    if (waits.some((clock) => told < lengthOf(clock, id))) return id;
  }
  return null;
}

function lengthOf(clock: ClockDefinition, level: string): number {
  return addDuration(new Date(0), clockLength(clock, level), 'elapsed', 'UTC').getTime();
}
