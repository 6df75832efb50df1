import type { FormField } from '../../../../src/mechanism/pack.ts';
import { DateTimeField } from '../../ui/DateTimeField.tsx';
import { Checkbox, TextField } from '../../ui/fields.tsx';
import { usePick, useText } from '../../ui/lang.tsx';
import { elementId, useForm } from './context.ts';
import type { FlagId, FlagState } from './state.ts';
import { formText } from './texts.ts';

/** The cases in which others must be told as well (捌四), each with whom and when. */
export function FlagsEditor({ field }: { field: FormField }) {
  const { pack, form, set, faultAt } = useForm();
  const t = useText(formText);
  const pick = usePick();
  const change = (id: FlagId, part: Partial<FlagState>): void =>
    set({ flags: { ...form.flags, [id]: { ...form.flags[id], ...part } } });
  return (
    <fieldset className="field" id={elementId('flags')} tabIndex={-1}>
      <legend className="field-label">{pick(field.label)}</legend>
      <p className="field-help">{field.help ? pick(field.help) : t.flags.help}</p>
      {pack.flags.map((flag) => {
        const state = form.flags[flag.id];
        return (
          <div className="flag" key={flag.id}>
            <Checkbox
              id={elementId(`flag-${flag.id}`)}
              label={pick(flag.name)}
              help={pick(flag.help)}
              checked={state.on}
              onChecked={(on) => change(flag.id, { on })}
            />
            {state.on && (
              <div className="flag-told">
                <TextField
                  id={elementId(`flag-${flag.id}-toldWhom`)}
                  label={t.flags.whom}
                  help={t.flags.help}
                  maxLength={200}
                  value={state.toldWhom}
                  error={faultAt(`flag-${flag.id}-toldWhom`)}
                  onValue={(toldWhom) => change(flag.id, { toldWhom })}
                />
                <DateTimeField
                  id={elementId(`flag-${flag.id}-toldAt`)}
                  label={t.flags.when}
                  value={state.toldAt}
                  error={faultAt(`flag-${flag.id}-toldAt`)}
                  quick={[0]}
                  onValue={(toldAt) => change(flag.id, { toldAt })}
                />
              </div>
            )}
          </div>
        );
      })}
    </fieldset>
  );
}
