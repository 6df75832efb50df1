import type { CallRow } from '../../../src/preparedness/contract.ts';
import { useText } from '../ui/lang.tsx';
import { preparednessText } from './texts.ts';

/** How many have confirmed, how many are done, whom nothing reached: figures first, a bar for the eye. */
export function Progress({ progress }: { progress: CallRow['progress'] }) {
  const t = useText(preparednessText);
  const { parts, acknowledged, settled, unreached } = progress;
  const figures: readonly [string, number, boolean][] = [
    [t.figures.acknowledged, acknowledged, false],
    [t.figures.settled, settled, false],
    [t.figures.waiting, parts - acknowledged, false],
    [t.figures.unreached, unreached, unreached > 0],
  ];
  return (
    <div className="prep-progress">
      <progress value={settled} max={Math.max(parts, 1)} aria-label={t.figures.settled} />
      <dl>
        {figures.map(([label, value, isLate]) => (
          <div key={label} className={isLate ? 'late' : undefined}>
            <dt>{label}</dt>
            <dd>
              {value}
              <span className="muted"> / {parts}</span>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
