import { Link } from '@tanstack/react-router';
import type { QueueRow } from '../../../src/cases/contract.ts';
import { useWords } from '../mechanism/words.ts';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { ModeBadge } from '../ui/StateBadge.tsx';
import { commonText } from '../ui/texts.ts';
import { Countdown, Elapsed } from '../ui/time.tsx';
import { deskText } from './texts.ts';

interface QueueItemProps {
  row: QueueRow;
  selected: boolean;
  arrived: boolean;
  mine: boolean;
  onChoose: () => void;
}

const URGENT = new Set(['notice-failed', 'notice-late', 'clock-overdue']);

/** Said also where something graver leads: others wait for the desk. */
const BESIDE = new Set<string>(['approval-waits', 'support-waits', 'referral-waits']);

/** One waiting case: how grave, where, since when, and why it waits. */
export function QueueItem({ row, selected, arrived, mine, onChoose }: QueueItemProps) {
  const t = useText(deskText);
  const c = useText(commonText);
  const pick = usePick();
  const words = useWords();
  const one = row.case;
  const reason = row.reasons[0];
  return (
    <li
      id={`queue-${one.id}`}
      className={`queue-item${selected ? ' selected' : ''}${arrived ? ' arrived' : ''}`}
    >
      <LevelMark level={one.level} mark={words.mark(one.level)} proposed={one.levelStatus === 'proposed'} />
      <div className="queue-body">
        <Link
          to="/desk"
          search={(now: Record<string, string | undefined>) => ({ ...now, case: one.id })}
          replace
          className="queue-name"
          aria-current={selected ? 'true' : undefined}
          onClick={onChoose}
        >
          {pick(one.organisation.name)}
        </Link>
        <ModeBadge mode={one.mode} />
        <p className="queue-why">
          {reason && (
            <span className={URGENT.has(reason) ? 'late strong' : 'strong'}>{t.reasons[reason]}</span>
          )}
          {row.reasons.slice(1).map((also) => BESIDE.has(also) && <span key={also}>{t.reasons[also]}</span>)}
          {mine && <span>{t.takenByYou}</span>}
          {!mine && one.takenBy && <span>{pick(one.takenBy.name)}</span>}
        </p>
        {one.summary && <p className="queue-summary">{one.summary}</p>}
      </div>
      <div className="queue-time">
        {one.nextClock && (one.nextClock.overdue || reason === 'clock-overdue') ? (
          <Countdown due={one.nextClock.dueAt} short />
        ) : (
          <Elapsed since={one.openedAt} />
        )}
        {one.notices.told > 0 && (
          <span className={one.notices.failed + one.notices.late > 0 ? 'queue-knows late' : 'queue-knows'}>
            <span className="visually-hidden">{c.whoKnows.confirmed} </span>
            {one.notices.acknowledged}／{one.notices.acknowledged + one.notices.waiting}
          </span>
        )}
      </div>
    </li>
  );
}
