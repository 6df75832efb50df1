import type { KeyboardEvent } from 'react';
import { useEffect, useId, useRef, useState } from 'react';
import type { FieldProps } from './fields.tsx';
import { Field } from './fields.tsx';
import { useText } from './lang.tsx';
import { commonText } from './texts.ts';

export interface ComboOption {
  id: string;
  label: string;
  /** Tells namesakes apart, e.g. the body above it. */
  detail?: string;
}

interface ComboBoxProps extends FieldProps {
  value: ComboOption | null;
  onValue: (value: ComboOption | null) => void;
  /** Asks for the options that fit what was typed; called a moment after the last key. */
  load: (query: string) => Promise<readonly ComboOption[]>;
  placeholder?: string;
}

/** Type a part of the name, choose with arrows and Enter (ARIA combobox with a list, server search). */
export function ComboBox({ value, onValue, load, placeholder, ...field }: ComboBoxProps) {
  const t = useText(commonText);
  const list = useId();
  const [text, setText] = useState<string | null>(null);
  const [options, setOptions] = useState<readonly ComboOption[] | null>(null);
  const [at, setAt] = useState(-1);
  const open = text !== null;
  const loader = useRef(load);
  loader.current = load;

  useEffect(() => {
    if (text === null) return;
    let current = true;
    const wait = setTimeout(() => {
      loader
        .current(text.trim())
        .then((found) => current && setOptions(found))
        .catch(() => current && setOptions([]));
    }, 150);
    return () => {
      current = false;
      clearTimeout(wait);
    };
  }, [text]);

  const close = (): void => {
    setText(null);
    setOptions(null);
    setAt(-1);
  };
  const choose = (option: ComboOption): void => {
    onValue(option);
    close();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const count = options?.length ?? 0;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!open) setText('');
      else if (count > 0) setAt((at + (event.key === 'ArrowDown' ? 1 : -1) + count) % count);
    } else if (event.key === 'Enter' && open) {
      event.preventDefault();
      const option = options?.[at] ?? (count === 1 ? options?.[0] : undefined);
      if (option) choose(option);
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };

  return (
    <Field {...field}>
      {(ids) => (
        <div className="combo">
          <div className="field-row">
            <input
              className="input"
              id={ids.id}
              role="combobox"
              aria-autocomplete="list"
              aria-expanded={open}
              aria-controls={list}
              aria-activedescendant={at >= 0 ? `${list}-${at}` : undefined}
              aria-invalid={field.error ? true : undefined}
              aria-describedby={ids.describedBy}
              autoComplete="off"
              placeholder={placeholder ?? t.combo.typeMore}
              value={text ?? value?.label ?? ''}
              onChange={(event) => {
                setText(event.target.value);
                setAt(-1);
              }}
              onFocus={(event) => event.target.select()}
              onBlur={close}
              onKeyDown={onKeyDown}
            />
            {value && (
              <button type="button" className="btn btn-quiet btn-small" onClick={() => onValue(null)}>
                {t.combo.clear}
              </button>
            )}
          </div>
          {value?.detail && !open && <p className="combo-detail">{value.detail}</p>}
          <div className="combo-list" id={list} role="listbox" aria-label={t.combo.open} hidden={!open}>
            {options?.map((option, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard works on the input (aria-activedescendant)
              // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the input
              <div
                key={option.id}
                id={`${list}-${index}`}
                role="option"
                aria-selected={index === at}
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => choose(option)}
              >
                <span>{option.label}</span>
                {option.detail && <small>{option.detail}</small>}
              </div>
            ))}
          </div>
          <p className="visually-hidden" aria-live="polite">
            {open && options ? (options.length === 0 ? t.combo.empty : t.combo.results(options.length)) : ''}
          </p>
          {open && options?.length === 0 && <p className="combo-detail">{t.combo.empty}</p>}
        </div>
      )}
    </Field>
  );
}
