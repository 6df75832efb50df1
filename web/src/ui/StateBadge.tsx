import { useText } from './lang.tsx';
import { commonText } from './texts.ts';

interface StateBadgeProps {
  name: string;
  /** An ended case is drawn quietly. */
  open: boolean;
}

/** A case's state in the pack's words. */
export function StateBadge({ name, open }: StateBadgeProps) {
  return <span className={`badge ${open ? 'badge-open' : 'badge-final'}`}>{name}</span>;
}

/** 「演練」 on everything that belongs to an exercise; nothing on what is real. */
export function ModeBadge({ mode }: { mode: 'live' | 'exercise' }) {
  const t = useText(commonText);
  return mode === 'exercise' ? <span className="badge badge-exercise">{t.mode.exercise}</span> : null;
}
