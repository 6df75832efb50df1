import type { FormField } from '../../../../src/mechanism/pack.ts';
import { Checkbox } from '../../ui/fields.tsx';
import { usePick, useText } from '../../ui/lang.tsx';
import { useForm } from './context.ts';
import { formText } from './texts.ts';

/** "Not yet known" as an answer; typing something takes it back. */
export function UnknownBox({ field, answered }: { field: FormField; answered: boolean }) {
  const { form, set } = useForm();
  const t = useText(formText);
  const pick = usePick();
  if (!field.mayBeUnknown) return null;
  return (
    <Checkbox
      label={field.unknownLabel ? pick(field.unknownLabel) : t.unknown}
      checked={!answered && form.unknown.includes(field.id)}
      disabled={answered}
      onChecked={(on) =>
        set({ unknown: on ? [...form.unknown, field.id] : form.unknown.filter((id) => id !== field.id) })
      }
    />
  );
}
