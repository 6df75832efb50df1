import { useState } from 'react';
import type { QueueRow } from '../../../src/cases/contract.ts';
import { useText } from '../ui/lang.tsx';
import { type Bundle, lateIn } from './grouping.ts';
import { QueueItem } from './QueueItem.tsx';
import { deskText } from './texts.ts';

const KEPT = 'tocsin.queue-together';

/** Whether cases of one incident stand together; kept on this device, together unless switched off. */
export function useTogether(): [boolean, (together: boolean) => void] {
  const [together, set] = useState(() => {
    try {
      return localStorage.getItem(KEPT) !== 'no';
    } catch {
      return true;
    }
  });
  return [
    together,
    (next) => {
      try {
        if (next) localStorage.removeItem(KEPT);
        else localStorage.setItem(KEPT, 'no');
      } catch {
        // Storage may be forbidden; the choice then lasts as long as the page.
      }
      set(next);
    },
  ];
}

interface QueueListProps {
  list: readonly Bundle[];
  isOpen: (bundle: Bundle) => boolean;
  onOpen: (bundle: Bundle, open: boolean) => void;
  selectedId: string | undefined;
  arrived: ReadonlySet<string>;
  me: string | undefined;
  onChoose: (id: string) => void;
}

/** The queue; behind the first case of an incident the others, folded but counted. */
export function QueueList({ list, isOpen, onOpen, selectedId, arrived, me, onChoose }: QueueListProps) {
  const t = useText(deskText);
  const item = (row: QueueRow) => (
    <QueueItem
      key={row.case.id}
      row={row}
      selected={row.case.id === selectedId}
      arrived={arrived.has(row.case.id)}
      mine={row.case.takenBy !== null && row.case.takenBy.id === me}
      onChoose={() => onChoose(row.case.id)}
    />
  );
  return (
    <ul className="queue-list">
      {list.map((bundle) => {
        const { lead, rest } = bundle;
        if (rest.length === 0) return item(lead);
        const open = isOpen(bundle);
        const late = lateIn(rest);
        const fresh = rest.filter((row) => arrived.has(row.case.id)).length;
        return [
          item(lead),
          <li key={`${lead.case.id}+`} className="queue-fold">
            <button type="button" aria-expanded={open} onClick={() => onOpen(bundle, !open)}>
              <span aria-hidden="true">{open ? '▾' : '▸'}</span> {t.together.rest(rest.length)}
              {late > 0 && <b className="late">{t.together.late(late)}</b>}
              {!open && fresh > 0 && <b>{t.together.fresh(fresh)}</b>}
            </button>
          </li>,
          ...(open ? rest.map(item) : []),
        ];
      })}
    </ul>
  );
}
