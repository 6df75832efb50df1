/**
 * Checks a pack and says in plain words, in both languages, what is wrong and where (S7.9.7.1).
 *
 * Two passes: the shape (the schema), then the sense (references, states, rights, routes, clocks, templates), because
 * what has no shape cannot be read for sense.
 */
import type { z } from 'zod';
import { formProblems } from './check-form.ts';
import { ladderProblems } from './check-ladders.ts';
import { lifecycleProblems } from './check-lifecycle.ts';
import { noticeProblems } from './check-notices.ts';
import { referenceProblems } from './check-references.ts';
import { type Finding, finding, type ProblemCode, sayFinding } from './findings.ts';
import { type Place, readPackSource } from './load.ts';
import { type Bilingual, type Pack, packSchema } from './pack.ts';

/** One mistake of a pack. Line and column count from 1. */
export type Problem = Place & { path: string; code: ProblemCode; message: Bilingual };

/** Every mistake of the pack in `dir`, in the order of files and lines; empty when it may be used. */
export function checkPack(dir: string): Problem[] {
  const source = readPackSource(dir);
  const found: Problem[] = source.problems.map((problem) => {
    const { place, path, detail } = problem;
    const said = (
      {
        'no-files': () => finding('no-files', path, { dir: detail }),
        yaml: () => finding('yaml', path, { detail }),
        'not-a-mapping': () => finding('not-a-mapping', path),
        'part-twice': () => finding('part-twice', path, { key: String(path[0]), file: detail }),
      } as const
    )[problem.code]();
    return { ...place, path: path.join('.'), code: said.code, message: sayFinding(said) };
  });
  if (source.problems.some((problem) => problem.code !== 'part-twice')) return found;
  const findings = packProblems(source.value);
  for (const one of findings) {
    const path = one.path.map(String).join('.');
    found.push({ ...source.placeOf(one.path), path, code: one.code, message: sayFinding(one) });
  }
  return found.sort((a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column);
}

/** Every mistake of a pack that has been read: of shape if it has any, else of sense. */
export function packProblems(value: unknown): Finding[] {
  const parsed = packSchema.safeParse(value);
  return parsed.success ? senseProblems(parsed.data) : parsed.error.issues.flatMap(shapeFindings);
}

/** What makes no sense in a pack of the right shape. */
function senseProblems(pack: Pack): Finding[] {
  return [
    ...referenceProblems(pack),
    ...lifecycleProblems(pack),
    ...noticeProblems(pack),
    ...ladderProblems(pack),
    ...formProblems(pack),
  ];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The schema's complaint in plain words. */
function shapeFindings(issue: z.core.$ZodIssue): Finding[] {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => finding('unknown-key', [...path, key], { key }));
    case 'invalid_type':
      return [
        issue.input === undefined && /received undefined/.test(issue.message)
          ? finding('missing', path, { key: String(path.at(-1) ?? '') })
          : finding('wrong-type', path, { expected: issue.expected }),
      ];
    case 'invalid_value':
      return [finding('not-one-of', path, { allowed: issue.values.map(String).join(', ') })];
    case 'too_small':
      return [finding('too-few', path, { minimum: String(issue.minimum) })];
    case 'too_big':
      return [finding('too-many', path, { maximum: String(issue.maximum) })];
    case 'invalid_format':
      return [finding('bad-form', path, { expected: issue.message })];
    case 'invalid_union': {
      const inner = issue.errors.find((errors) => errors.length > 0)?.[0];
      return [finding('invalid', path, { detail: inner?.message ?? issue.message })];
    }
    default:
      return [finding('invalid', path, { detail: issue.message })];
  }
}
