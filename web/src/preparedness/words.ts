import type { CallRow } from '../../../src/preparedness/contract.ts';
import { usePick, useText } from '../ui/lang.tsx';
import { preparednessText } from './texts.ts';

/** An audience in words. */
export function useAudience(): (audience: CallRow['audience']) => string {
  const t = useText(preparednessText);
  const pick = usePick();
  return ({ kind, of }) => t.audienceOf(t.audienceKinds[kind], of === null ? '' : pick(of.name));
}
