/** A mistake found in a pack: its code, its path, and the values its sentence needs. */
import { packCheck as en } from '../locales/en/pack-check.ts';
import { packCheck as zh } from '../locales/zh-Hant/pack-check.ts';
import type { PackPath } from './load.ts';
import type { Bilingual } from './pack.ts';

type Sayings = (typeof zh)['problems'];
/** What kind of mistake it is; one sentence of the catalogue each. */
export type ProblemCode = keyof Sayings;

/** A mistake before it has a place: found by a rule at a path. */
export type Finding = {
  [C in ProblemCode]: { code: C; path: PackPath; params: Parameters<Sayings[C]>[0] };
}[ProblemCode];

/** Makes a finding; keeps code and parameters of one kind. */
export function finding<C extends ProblemCode>(
  code: C,
  path: PackPath,
  ...params: Parameters<Sayings[C]>
): Finding {
  return { code, path, params: params[0] } as Finding;
}

/** The words of a finding. */
export function sayFinding({ code, params }: Finding): Bilingual {
  const say = (problems: Sayings) => (problems[code] as (p: unknown) => string)(params);
  return { zh: say(zh.problems), en: say(en.problems) };
}
