import { useEffect, useRef } from 'react';
import type { FormField } from '../../../../src/mechanism/pack.ts';
import { newKey } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { DateTimeField, useWhenNow } from '../../ui/DateTimeField.tsx';
import { TextArea } from '../../ui/fields.tsx';
import { usePick, useText } from '../../ui/lang.tsx';
import { elementId, useForm } from './context.ts';
import type { LogState } from './state.ts';
import { formText } from './texts.ts';

/** Measures with their times, one row each (S7.13.2.4). */
export function LogEditor({ field }: { field: FormField }) {
  const { form, set, faultAt } = useForm();
  const t = useText(formText);
  const pick = usePick();
  const now = useWhenNow();
  const added = useRef(false);
  const count = form.measuresLog.length;
  useEffect(() => {
    if (added.current) document.getElementById(elementId(`log-${count - 1}-text`))?.focus();
    added.current = false;
  }, [count]);
  const change = (at: number, part: Partial<LogState>): void =>
    set({
      measuresLog: form.measuresLog.map((entry, index) => (index === at ? { ...entry, ...part } : entry)),
    });
  return (
    <fieldset className="field" id={elementId('measuresLog')} tabIndex={-1}>
      <legend className="field-label">{pick(field.label)}</legend>
      {field.help && <p className="field-help">{pick(field.help)}</p>}
      {form.measuresLog.map((entry, at) => (
        <fieldset className="entry" key={entry.key}>
          <legend className="entry-title">{t.log.nth(at + 1)}</legend>
          <TextArea
            id={elementId(`log-${at}-text`)}
            label={t.log.what}
            rows={1}
            maxLength={2000}
            value={entry.text}
            error={faultAt(`log-${at}-text`)}
            onValue={(text) => change(at, { text })}
          />
          <DateTimeField
            id={elementId(`log-${at}-when`)}
            label={t.log.when}
            value={entry.when}
            error={faultAt(`log-${at}-when`)}
            onValue={(when) => change(at, { when })}
          />
          <Button
            kind="quiet"
            className="btn-small"
            onClick={() => set({ measuresLog: form.measuresLog.filter((one) => one.key !== entry.key) })}
          >
            {t.log.remove(at + 1)}
          </Button>
        </fieldset>
      ))}
      <Button
        onClick={() => {
          added.current = true;
          set({ measuresLog: [...form.measuresLog, { key: newKey(), when: now(), text: '' }] });
        }}
      >
        {t.log.add}
      </Button>
    </fieldset>
  );
}
