import { createContext, use } from 'react';
import type { ReportContent } from '../../../../src/cases/report-content.ts';
import type { OrganisationView } from '../../../../src/directory/contract.ts';
import type { FormField, Pack } from '../../../../src/mechanism/pack.ts';
import type { ReportKind } from '../../../../src/mechanism/vocabulary.ts';
import type { FormState } from './state.ts';

/** What every control of the form works with. */
export interface FormContext {
  pack: Pack;
  kind: ReportKind;
  form: FormState;
  /** What would be filed now. */
  content: ReportContent;
  /** Changes parts of the form; what it is given wins. */
  set: (change: Partial<FormState>) => void;
  /** The sentence about a control that is wrong. */
  faultAt: (control: string) => string | undefined;
  systems: OrganisationView['systems'];
  /** How many files are on their way. */
  setUploading: (count: number) => void;
}

const Context = createContext<FormContext | null>(null);
export const FormProvider = Context;

export function useForm(): FormContext {
  const context = use(Context);
  if (!context) throw new Error('a control of the form stands outside of it');
  return context;
}

/** Element id of a control, so that a summary can lead to it. */
export const elementId = (control: string): string => `f-${control}`;

/** The field's name where the screen says it better than the paper. */
export function labelOf(
  field: FormField,
  pick: (text: { zh: string; en: string }) => string,
  callBack: string,
  isNow: boolean,
): string {
  return field.id === 'contactPhone' && isNow ? callBack : pick(field.label);
}
