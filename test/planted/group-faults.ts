/** Mistakes somebody could make with the procedures and the analyses of the subgroups (S7.11.0d, S7.11.0e), with preparedness (S7.9.7.5) and the inbox. */
import type { Fault } from './faults.ts';

export const GROUP_FAULTS: readonly Fault[] = [
  {
    area: 'procedures',
    what: 'whoever proposed a step agrees to it himself',
    file: 'src/procedures/commands.ts',
    find: "if (decision === 'withdraw' ? !isOwn : isOwn)",
    replace: "if (decision === 'withdraw' && !isOwn)",
    tests: ['test/stories/procedures.test.ts'],
  },
  {
    area: 'procedures',
    what: 'a running case is given the new steps when it is graded again',
    file: 'src/mechanism/procedures.ts',
    find: 'return checklist ? (checklist.edition ?? 0) : (procedures?.edition ?? 0);',
    replace: 'return procedures?.edition ?? 0;',
    tests: ['test/stories/procedures.test.ts'],
  },
  {
    area: 'analysis',
    what: 'whoever gathers analyses reads those of a compartment',
    file: 'src/analysis/commands.ts',
    find: 'const readers = walled\n',
    replace: 'const readers = null\n',
    tests: ['test/stories/analysis.test.ts'],
  },
  {
    area: 'preparedness',
    what: 'a call for preparedness goes behind the walls of defence',
    file: 'src/preparedness/parts.ts',
    find: 'body.compartment === null && existsOn(body, day)',
    replace: 'existsOn(body, day)',
    tests: ['test/stories/preparedness.test.ts', 'src/preparedness/rules.test.ts'],
  },
  {
    area: 'preparedness',
    what: 'whoever sees a body’s part answers for it',
    file: 'src/preparedness/rules.ts',
    find: "      groupMay(pack, 'answer-preparedness', post) &&\n      (party",
    replace: "      groupMay(pack, 'answer-preparedness', post) ||\n      (party",
    tests: ['test/stories/preparedness.test.ts'],
  },
  {
    area: 'preparedness',
    what: 'a call that has ended is still asked for',
    file: 'src/delivery/duty-letters.ts',
    find: "if (call.endedAt !== null && letter.kind !== 'prepare-ended')",
    replace: "if (call.endedAt !== null && letter.kind === 'prepare-ended')",
    tests: ['test/stories/preparedness.test.ts'],
  },
  {
    area: 'inbox',
    what: 'what is overdue no longer stands first in the inbox',
    file: 'src/delivery/notice-store.ts',
    find: 'order by waits desc, overdue desc, gravity desc',
    replace: 'order by waits desc, gravity desc',
    tests: ['src/delivery/routes.test.ts'],
  },
];
