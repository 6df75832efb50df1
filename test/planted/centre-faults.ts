/** Mistakes somebody could make with the centre, each with the tests that must notice. */
import type { Fault } from './faults.ts';

const RULES = ['src/centre/rules.test.ts'];
const STORY = ['test/stories/centre.test.ts'];
const centre = (
  what: string,
  file: string,
  find: string,
  replace: string,
  tests: readonly string[],
): Fault => ({ area: 'centre', what, file, find, replace, tests });

export const CENTRE_FAULTS: readonly Fault[] = [
  centre(
    'a deputy convenor stands an A case’s centre down',
    'src/centre/rules.ts',
    '(right.top === undefined || right.top === state.top) &&',
    '',
    RULES,
  ),
  centre(
    'whoever coordinated before goes on running it',
    'src/centre/rules.ts',
    '(!right.coordinating || post.groupCode === coordinating(state)),',
    'true,',
    RULES,
  ),
  centre(
    'a situation report is approved by whoever wrote it',
    'src/centre/rules.ts',
    "if (report.person === doing.person) refuse('second-person-needed');",
    '',
    RULES,
  ),
  centre(
    'a case that reaches the level again joins a second time',
    'src/centre/rules.ts',
    "kind: isIn ? 'case-crossed' : 'case-joined'",
    "kind: 'case-joined'",
    RULES,
  ),
  centre(
    'a compartment’s centre summons the nation',
    'src/centre/rules.ts',
    'told.filter((post) => caller.compartment === null || post.groupCode === caller.desk)',
    'told.filter(() => true)',
    RULES,
  ),
  centre(
    'a compartment’s centre is shown to the nation',
    'src/centre/evolve.ts',
    "if (state.compartment !== null) return ['system',",
    "if (state.compartment === '') return ['system',",
    RULES,
  ),
  centre(
    'anybody answers the summons for anybody',
    'src/centre/rules.ts',
    "return held.some((post) => post.id === command.post) ? 'answer-summons' : 'run-centre';",
    "return 'log';",
    RULES,
  ),
  centre(
    'whoever refused stands before whoever is silent',
    'src/centre/rules.ts',
    "one.answer === null ? 0 : one.answer.answer === 'cannot' ? 1 : 2",
    "one.answer === null ? 1 : one.answer.answer === 'cannot' ? 0 : 2",
    RULES,
  ),
  centre(
    'a number written with wide characters is not recognised',
    'src/centre/rules.ts',
    ".normalize('NFKC')",
    '',
    RULES,
  ),
  centre(
    'a line of an invitation is too long by an octet',
    'src/centre/calendar-rules.ts',
    'if (length + size > 75) {',
    'if (length + size > 76) {',
    RULES,
  ),
  centre(
    'somebody’s words become a property of the invitation',
    'src/centre/calendar-rules.ts',
    ".replace(/\\r\\n|\\r|\\n/g, '\\\\n')",
    '',
    RULES,
  ),
  centre(
    'under an order of silence the centre forms up all the same',
    'src/centre/consequence.ts',
    'if (state.hold !== null) return null;',
    '',
    STORY,
  ),
  centre(
    'what was ordered is undone by leaving the case to its agency',
    'src/cases/command-rules.ts',
    "if (!mayLeave(state)) refuse('stationing-stands');",
    '',
    STORY,
  ),
  centre(
    'what was written is read by whoever may not see the case it names',
    'db/migrations/0014-centre.sql',
    'and not exists (select 1 from unnest(case_ids) named where not exists (select 1 from cases c where c.id = named))',
    '',
    STORY,
  ),
  centre(
    'a situation report speaks of a case its author does not see',
    'src/centre/commands.ts',
    'const wrong = command.paragraphs.findIndex((one) => one.caseId !== null && !visible.has(one.caseId));',
    'const wrong = visible.has("") ? 0 : -1;',
    STORY,
  ),
];
