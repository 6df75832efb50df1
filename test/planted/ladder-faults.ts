/** Mistakes somebody could make with the ladders (H40, H41, DEC-4, DEC-19, H28, FLT-15). */
import type { Fault } from './faults.ts';

const RULES = ['src/cases/ladder-rules.test.ts'];
const REACH = ['src/directory/reach.test.ts'];
const STORY = ['test/stories/ladders.test.ts'];
const REHEARSAL = ['test/stories/rehearsal.test.ts'];
const file = 'src/cases/ladder-rules.ts';
const reach = 'src/directory/reach.ts';
const fault = (what: string, at: string, find: string, replace: string, tests: readonly string[]): Fault => ({
  area: 'ladders',
  what,
  file: at,
  find,
  replace,
  tests,
});

export const LADDER_FAULTS: readonly Fault[] = [
  fault(
    'a rung comes before its time',
    file,
    'climb.nextRungAt === null || climb.nextRungAt > now)',
    'climb.nextRungAt === null)',
    RULES,
  ),
  fault(
    'after an outage every missed rung is told, one after the other',
    file,
    'if (!after || !then || then > now) break;',
    'if (now) break;',
    RULES,
  ),
  fault('who is told late gets no time to answer', file, 'late ? now : at) };', 'at) };', RULES),
  fault(
    'the answer of whoever looked after a silent post stops nothing',
    file,
    'if (answered.rungOf.includes(notice.id)) return stop(notice);',
    '',
    RULES,
  ),
  fault(
    'one deputy answers, and the others’ ladders go on to the convenor',
    file,
    "if (together && ladder.answer === 'any') return stop(notice);",
    '',
    RULES,
  ),
  fault(
    'an answer long ago stops the ladders of today',
    file,
    '&& answered.factSeq === notice.factSeq',
    '',
    RULES,
  ),
  fault(
    'an A that is only proposed wakes the convenor',
    file,
    '!isAtLeast(pack, state.level, one.atLeast) || (state.thresholds[one.id]?.inside ?? false)',
    'one !== undefined',
    RULES,
  ),
  fault(
    'below A again, the ladders of A go on',
    file,
    "if (fact.kind === 'threshold-left' && routeOf(notice)?.on === 'threshold-reached') return stop(notice);",
    '',
    RULES,
  ),
  fault(
    'raised to A, a rung is due before the raising',
    file,
    'const at = next && next < now ? now : next;',
    'const at = next;',
    RULES,
  ),
  fault(
    'a level that changes leaves the times as they were',
    file,
    'if (before !== null && before.level !== state.level)',
    'if (before === null)',
    RULES,
  ),
  fault(
    'who tells of a silence is asked on after it has ended',
    file,
    '!rungOf.some((id) => climbing.has(id))',
    'false',
    RULES,
  ),
  fault(
    'a rung tells what an order of silence hides',
    file,
    'if (state.hold === null || personSees(person, state, world)) found.add(person);',
    'found.add(person);',
    ['src/cases/ladder-rules.test.ts'],
  ),
  fault('a rung leaves the walls', file, 'if (inside !== within) return [];', '', STORY),
  fault(
    'the roster is not asked who is on duty',
    reach,
    'return [first, regular, acting];',
    'return [regular, acting];',
    REACH,
  ),
  fault(
    'whoever is away is woken with the others',
    reach,
    'others.filter((id) => !away.has(id)), others];',
    'others];',
    REACH,
  ),
  fault(
    'another house is told what was said behind the walls',
    reach,
    '?.compartment === walls;',
    '?.compartment !== undefined;',
    REACH,
  ),
  fault(
    'a post no rung of which is due is told all the same',
    'src/cases/ladder-commands.ts',
    'if (drafts.length === 0) return [];',
    'if (drafts.length > 0) return [];',
    STORY,
  ),
  fault(
    'a rung delivers nothing to whom it names',
    'src/cases/consequences.ts',
    'if (notice && rung && bare.data.people.length > 0)',
    'if (notice && rung && bare.data.people.length < 0)',
    STORY,
  ),
  fault(
    'whoever left the body is still sent what the ladder meant for him',
    'src/delivery/rules.ts',
    'if (personId !== null && reachable.has(personId) && isIn(personId))',
    'if (personId !== null && isIn(personId))',
    ['src/delivery/rules.test.ts'],
  ),
  fault(
    'anybody of the house opens what was sent to another',
    'src/delivery/notices.ts',
    'if (!reached) return null;',
    '',
    STORY,
  ),
  fault(
    'another body’s ladders are rehearsed by anybody',
    'src/cases/rehearsal.ts',
    "if (!mayRehearse(postsHeld(actor, world), organisation.id, world)) refuse('forbidden-act');",
    '',
    REHEARSAL,
  ),
  fault(
    'a rehearsal names who serves behind walls',
    'src/cases/rehearsal.ts',
    '(!walls || known.has(personId))',
    'true',
    REHEARSAL,
  ),
];
