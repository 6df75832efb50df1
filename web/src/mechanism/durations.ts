import { useText } from '../ui/lang.tsx';
import { mechanismText } from './texts.ts';

/** An ISO 8601 duration as people say it: `PT30M` is 「30 分鐘」. */
export function useDuration(): (iso: string) => string {
  const { duration } = useText(mechanismText);
  return (iso) => {
    const match = /^P(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(iso);
    if (!match) return iso;
    const units = [
      duration.months,
      duration.weeks,
      duration.days,
      duration.hours,
      duration.minutes,
      duration.seconds,
    ];
    return match
      .slice(1)
      .map((n, at) => (n ? `${n} ${(units[at] ?? '').trim()}` : ''))
      .filter(Boolean)
      .join(' ');
  };
}
