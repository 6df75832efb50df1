import { accountFamilies } from './accounts.ts';
import { equipmentFamilies } from './equipment.ts';
import { exposureFamilies } from './exposures.ts';
import { intrusionFamilies } from './intrusions.ts';
import { serviceFamilies } from './services.ts';
import type { Family } from './types.ts';

/** All narrative families. */
export const families: readonly Family[] = [
  ...accountFamilies,
  ...intrusionFamilies,
  ...exposureFamilies,
  ...equipmentFamilies,
  ...serviceFamilies,
];
