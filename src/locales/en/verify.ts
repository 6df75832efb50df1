/** Words of `tocsin verify`. */
import type { verify as source } from '../zh-Hant/verify.ts';

export const verify = {
  log: (log: string, size: number, heads: number): string => `log ${log}: ${size} facts, ${heads} heads`,
  unsealed: (n: number): string => `${n} facts not sealed yet (within a second while the service runs)`,
  cases: (cases: number, facts: number, reports: number): string =>
    `rebuilt ${cases} cases, ${facts} facts, ${reports} reports`,
  centre: (activations: number, meetings: number, facts: number): string =>
    `Rebuilt ${activations} activations of the centre, ${meetings} meetings, ${facts} facts`,
  whole: 'Everything agrees.',
  differs: (n: number): string => `${n} differences found.`,
  finding: {
    removed: 'a fact was removed',
    changed: 'a fact was changed',
    reordered: 'facts were reordered',
    'leaf-missing': 'a leaf is missing inside the log',
    truncated: 'the end of the log was cut off',
    'root-differs': 'facts and leaves were rewritten together; a published head differs',
    'head-missing': 'heads were removed',
    gap: 'the numbers of a stream have a gap',
    'anchor-differs': 'differs from a head kept elsewhere',
  },
} satisfies typeof source;
