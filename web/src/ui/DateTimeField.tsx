import { useState } from 'react';
import type { ParsedWhen } from '../../../src/mechanism/roc-date.ts';
import { civilAt, formatIso, formatRoc, instantOf, parseWhen } from '../../../src/mechanism/roc-date.ts';
import type { FieldProps } from './fields.tsx';
import { Checkbox, Field } from './fields.tsx';
import { useLang, useText } from './lang.tsx';
import { serverNow } from './server-clock.ts';
import { commonText } from './texts.ts';
import { useZone } from './time.tsx';

/** What a time field holds. `at` is an ISO instant in UTC, null while unreadable, empty or unknown. */
export interface WhenValue {
  /** Exactly what was typed; kept in the draft, so a half-typed time survives too. */
  text: string;
  at: string | null;
  estimated: boolean;
  /** "Not yet known" was chosen: an answer, not a gap. */
  unknown: boolean;
}

/** Nothing typed yet. */
export const NO_WHEN: WhenValue = { text: '', at: null, estimated: false, unknown: false };

/** The present minute, as a field holds it. */
export function useWhenNow(): () => WhenValue {
  const zone = useZone();
  const { lang } = useLang();
  return () => {
    const civil = civilAt(new Date(serverNow()), zone);
    return { ...NO_WHEN, text: formatRoc(civil, lang), at: instantOf(civil, zone).toISOString() };
  };
}

interface DateTimeFieldProps extends FieldProps {
  value: WhenValue;
  onValue: (value: WhenValue) => void;
  /** Offer 「約」. */
  mayEstimate?: boolean;
  /** Offer 「尚不清楚」, with the pack's words for it when it has some. */
  mayBeUnknown?: boolean;
  unknownLabel?: string;
  /** Minutes before now offered as buttons; 0 is "now". */
  quick?: readonly number[];
}

/**
 * A moment typed freely, the way the person writes dates; below it stands what was understood, in ROC and ISO.
 * Nothing is refused while typing: the text is kept and the sentence under it says what is unclear.
 */
export function DateTimeField(props: DateTimeFieldProps) {
  const {
    value,
    onValue,
    mayEstimate,
    mayBeUnknown,
    unknownLabel,
    quick = [0, 10],
    label,
    help,
    now,
  } = props;
  const zone = useZone();
  const { lang } = useLang();
  const t = useText(commonText);
  const [left, setLeft] = useState(false);

  const read = (text: string): ParsedWhen => parseWhen(text, civilAt(new Date(serverNow()), zone));
  const parsed = read(value.text);
  const fault = parsed.ok ? (parsed.hasTime ? null : 'no-time') : parsed.fault;
  const quiet = value.unknown || value.text === '' || (!left && fault !== null);
  const error = props.error ?? (quiet || fault === null ? undefined : t.when.fault[fault]);

  const type = (text: string): void => {
    const next = read(text);
    const at = next.ok && next.hasTime ? instantOf(next.value, zone).toISOString() : null;
    onValue({ ...value, text, at, unknown: false });
  };
  const setMinutesAgo = (minutes: number): void => {
    const civil = civilAt(new Date(serverNow() - minutes * 60_000), zone);
    type(formatRoc(civil, lang));
  };
  const shown = value.at ? civilAt(new Date(value.at), zone) : null;

  return (
    <div className="when-field">
      <Field
        label={label}
        help={help}
        error={error}
        now={now ?? false}
        {...(props.id ? { id: props.id } : {})}
      >
        {(ids) => (
          <>
            <div className="field-row">
              <input
                className="input"
                id={ids.id}
                value={value.text}
                placeholder={value.unknown ? (unknownLabel ?? t.unknown) : ''}
                autoComplete="off"
                inputMode="text"
                aria-invalid={error ? true : undefined}
                aria-describedby={[ids.describedBy, `${ids.id}-read`].filter(Boolean).join(' ')}
                onChange={(event) => type(event.target.value)}
                onFocus={() => setLeft(false)}
                onBlur={() => setLeft(true)}
              />
              {quick.map((minutes) => (
                <button
                  key={minutes}
                  type="button"
                  className="btn btn-plain btn-small"
                  onClick={() => setMinutesAgo(minutes)}
                >
                  {minutes === 0 ? t.when.now : t.when.minutesAgo(minutes)}
                </button>
              ))}
            </div>
            <p className="when-read" id={`${ids.id}-read`} aria-live="polite">
              {shown && !value.unknown ? (
                <>
                  <span aria-hidden="true">＝ </span>
                  {value.estimated && `${t.when.estimated} `}
                  {t.when.understood(formatRoc(shown, lang), formatIso(shown))}
                </>
              ) : (
                !error && t.when.hint
              )}
            </p>
          </>
        )}
      </Field>
      {(mayEstimate || mayBeUnknown) && (
        <div className="when-options">
          {mayEstimate && (
            <Checkbox
              label={t.aside(t.when.estimated, t.when.estimatedLong)}
              checked={value.estimated}
              disabled={value.unknown}
              onChecked={(estimated) => onValue({ ...value, estimated })}
            />
          )}
          {mayBeUnknown && (
            <Checkbox
              label={unknownLabel ?? t.unknown}
              checked={value.unknown}
              onChecked={(unknown) => onValue(unknown ? { ...NO_WHEN, unknown } : { ...value, unknown })}
            />
          )}
        </div>
      )}
    </div>
  );
}
