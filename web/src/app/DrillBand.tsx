import { useText } from '../ui/lang.tsx';
import { commonText } from '../ui/texts.ts';

/** The striped band over everything that belongs to an exercise; what is real never has one. */
export function DrillBand({ mode }: { mode: 'live' | 'exercise' }) {
  const t = useText(commonText);
  return mode === 'exercise' ? <p className="drill-band">{t.mode.exerciseBand}</p> : null;
}
