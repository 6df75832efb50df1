import { TextField } from '../ui/fields.tsx';

/** Six digits; blanks and full-width digits are tidied as they come. */
export const tidyCode = (typed: string): string => typed.normalize('NFKC').replaceAll(/\D/g, '').slice(0, 6);

interface CodeFieldProps {
  label: string;
  value: string;
  onValue: (code: string) => void;
  error?: string | undefined;
  id?: string;
}

/** A one-time code: digits' keyboard on a telephone, offered by the browser where it knows it. */
export function CodeField({ label, value, onValue, error, id = 'code' }: CodeFieldProps) {
  return (
    <TextField
      id={id}
      label={label}
      value={value}
      onValue={(typed) => onValue(tidyCode(typed))}
      error={error}
      inputMode="numeric"
      autoComplete="one-time-code"
      className="code-input"
    />
  );
}
