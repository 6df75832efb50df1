/** Mistakes somebody could make with the procedures and the analyses of the subgroups (S7.11.0d, S7.11.0e). */
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
];
