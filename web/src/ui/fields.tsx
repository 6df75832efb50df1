import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react';
import { useEffect, useId, useLayoutEffect, useRef } from 'react';
import { useText } from './lang.tsx';
import { commonText } from './texts.ts';

/** What every field has in common. */
export interface FieldProps {
  label: ReactNode;
  /** One sentence that says what is wanted; stands between label and field. */
  help?: ReactNode;
  /** What is wrong and how to repair it; shown by the field and announced with it. */
  error?: string | undefined;
  /** Marks what must be in now (「先填」). */
  now?: boolean;
  /** Id of the control, so that an error summary can lead to it. Made up when absent. */
  id?: string;
}

interface FieldFrameProps extends FieldProps {
  children: (ids: { id: string; describedBy: string | undefined }) => ReactNode;
}

/** Label, help, control, error: in that order, tied together for assistive technology. */
export function Field({ label, help, error, now, id: given, children }: FieldFrameProps) {
  const made = useId();
  const id = given ?? made;
  const describedBy = [help ? `${id}-help` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div className={`field${error ? ' field-wrong' : ''}`}>
      <label className="field-label" htmlFor={id}>
        {label}
        {now && <NowMark />}
      </label>
      {help && (
        <p className="field-help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {children({ id, describedBy: describedBy || undefined })}
      <FieldError id={`${id}-error`} error={error} />
    </div>
  );
}

/** 「先填」: this must be in now; everything else can follow. */
export function NowMark() {
  const t = useText(commonText);
  return <span className="now-mark">{t.requiredNow}</span>;
}

/** The sentence under a field that says what is wrong. */
export function FieldError({ id, error }: { id: string; error: string | undefined }) {
  return error ? (
    <p className="field-error" id={id}>
      {error}
    </p>
  ) : null;
}

type Changed = { value: string; onValue: (value: string) => void };

type TextFieldProps = FieldProps &
  Changed &
  Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange' | 'id'> & { after?: ReactNode };

/** One line of text. */
export function TextField({ label, help, error, now, id, value, onValue, after, ...rest }: TextFieldProps) {
  return (
    <Field label={label} help={help} error={error} now={now ?? false} {...(id ? { id } : {})}>
      {(ids) => (
        <div className="field-row">
          <input
            {...rest}
            className={`input ${rest.className ?? ''}`}
            id={ids.id}
            value={value}
            required={now}
            aria-invalid={error ? true : undefined}
            aria-describedby={ids.describedBy}
            onChange={(event) => onValue(event.target.value)}
          />
          {after}
        </div>
      )}
    </Field>
  );
}

type TextAreaProps = FieldProps &
  Changed &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'value' | 'onChange' | 'id'>;

/** Several lines of text; grows with what is written, so nothing is ever hidden behind a scroll bar. */
export function TextArea({ label, help, error, now, id, value, onValue, rows = 2, ...rest }: TextAreaProps) {
  const box = useRef<HTMLTextAreaElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight + 2}px`;
  }, [value]);
  return (
    <Field label={label} help={help} error={error} now={now ?? false} {...(id ? { id } : {})}>
      {(ids) => (
        <textarea
          {...rest}
          ref={box}
          className="input textarea"
          id={ids.id}
          rows={rows}
          value={value}
          required={now}
          aria-invalid={error ? true : undefined}
          aria-describedby={ids.describedBy}
          onChange={(event) => onValue(event.target.value)}
        />
      )}
    </Field>
  );
}

export interface Choice {
  value: string;
  label: ReactNode;
  /** Read where the choice is made, e.g. the definition of a level. */
  help?: ReactNode;
  /** Stands before the words, e.g. a level's mark. */
  mark?: ReactNode;
  disabled?: boolean;
}

interface ChoiceGroupProps extends FieldProps {
  value: string | null;
  onValue: (value: string) => void;
  choices: readonly Choice[];
  /** Side by side instead of one below the other. */
  inline?: boolean;
}

/** One of several, all visible: native radio buttons, large targets. */
export function ChoiceGroup(props: ChoiceGroupProps) {
  const { label, help, error, now, value, onValue, choices, inline } = props;
  const made = useId();
  const id = props.id ?? made;
  const described = [help ? `${id}-help` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <fieldset
      className={`field choices${inline ? ' choices-inline' : ''}${error ? ' field-wrong' : ''}`}
      id={id}
      aria-describedby={described || undefined}
    >
      <legend className="field-label">
        {label}
        {now && <NowMark />}
      </legend>
      {help && (
        <p className="field-help" id={`${id}-help`}>
          {help}
        </p>
      )}
      <div className="choice-list">
        {choices.map((choice) => (
          <label className="choice" key={choice.value}>
            <input
              type="radio"
              name={id}
              value={choice.value}
              checked={value === choice.value}
              disabled={choice.disabled}
              required={now}
              onChange={() => onValue(choice.value)}
            />
            {choice.mark}
            <span className="choice-text">
              <span className="choice-label">{choice.label}</span>
              {choice.help && <span className="choice-help">{choice.help}</span>}
            </span>
          </label>
        ))}
      </div>
      <FieldError id={`${id}-error`} error={error} />
    </fieldset>
  );
}

interface CheckboxProps {
  label: ReactNode;
  checked: boolean;
  onChecked: (checked: boolean) => void;
  help?: ReactNode;
  disabled?: boolean;
  id?: string;
}

/** A native checkbox with a label large enough for a thumb. */
export function Checkbox({ label, checked, onChecked, help, disabled, id }: CheckboxProps) {
  return (
    <label className="check">
      <input
        type="checkbox"
        id={id}
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChecked(event.target.checked)}
      />
      <span>
        {label}
        {help && <span className="choice-help">{help}</span>}
      </span>
    </label>
  );
}

type SelectProps = FieldProps &
  Changed &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, 'value' | 'onChange' | 'id'> & {
    options: readonly { value: string; label: string }[];
    /** The words of the empty choice; without it there is none. */
    empty?: string;
  };

/** The browser's own list, for short closed lists. */
export function Select({
  label,
  help,
  error,
  now,
  id,
  value,
  onValue,
  options,
  empty,
  ...rest
}: SelectProps) {
  return (
    <Field label={label} help={help} error={error} now={now ?? false} {...(id ? { id } : {})}>
      {(ids) => (
        <select
          {...rest}
          className="input select"
          id={ids.id}
          value={value}
          aria-invalid={error ? true : undefined}
          aria-describedby={ids.describedBy}
          onChange={(event) => onValue(event.target.value)}
        >
          {empty !== undefined && <option value="">{empty}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export interface FieldFault {
  /** Id of the control that is wrong. */
  id: string;
  message: string;
}

/**
 * All that is wrong, in one list that takes the focus when it appears; each line leads to its field.
 * @param attempt raise it with each failed submit, so that the focus comes back here
 */
export function ErrorSummary({ faults, attempt }: { faults: readonly FieldFault[]; attempt: number }) {
  const t = useText(commonText);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (attempt > 0) box.current?.focus();
  }, [attempt]);
  if (faults.length === 0) return null;
  return (
    <div className="error-summary" ref={box} tabIndex={-1} role="alert">
      <h2>{t.problem.summary(faults.length)}</h2>
      <ul>
        {faults.map((fault) => (
          <li key={fault.id + fault.message}>
            <a
              href={`#${fault.id}`}
              onClick={(event) => {
                event.preventDefault();
                const field = document.getElementById(fault.id);
                const target = field?.matches('fieldset') ? field.querySelector('input') : field;
                (target ?? field)?.focus();
                field?.scrollIntoView({ block: 'center' });
              }}
            >
              {fault.message}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
