import { civilAt, formatRoc, instantOf } from '../../../src/mechanism/roc-date.ts';
import { Button } from '../ui/Button.tsx';
import { DateTimeField, NO_WHEN, type WhenValue } from '../ui/DateTimeField.tsx';
import { useLang, useText } from '../ui/lang.tsx';
import { serverNow } from '../ui/server-clock.ts';
import { useZone } from '../ui/time.tsx';
import { preparednessText } from './texts.ts';

const DAYS = [1, 3, 7] as const;

interface DueFieldProps {
  id: string;
  value: WhenValue;
  onValue: (value: WhenValue) => void;
  error: string | undefined;
}

/** By when: typed, or the end of an office day soon. */
export function DueField({ id, value, onValue, error }: DueFieldProps) {
  const t = useText(preparednessText);
  const { lang } = useLang();
  const zone = useZone();
  const setDays = (days: number): void => {
    const civil = { ...civilAt(new Date(serverNow() + days * 86_400_000), zone), hour: 17, minute: 0 };
    onValue({ ...NO_WHEN, text: formatRoc(civil, lang), at: instantOf(civil, zone).toISOString() });
  };
  return (
    <>
      <DateTimeField
        id={id}
        label={t.form.due}
        now
        quick={[]}
        value={value}
        onValue={onValue}
        error={error}
      />
      <div className="prep-acts prep-days">
        {DAYS.map((days) => (
          <Button key={days} className="btn-small" onClick={() => setDays(days)}>
            {t.form.inDays(days)}
          </Button>
        ))}
      </div>
    </>
  );
}
