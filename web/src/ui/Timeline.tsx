import type { ReactNode } from 'react';
import { civilAt, formatRocDate } from '../../../src/mechanism/roc-date.ts';
import { useLang } from './lang.tsx';
import { DateTime, useZone } from './time.tsx';

export interface TimelineEntry {
  key: string;
  at: string;
  /** Whose doing and what, one sentence. */
  title: ReactNode;
  /** Reason, text, details. */
  body?: ReactNode;
  /** `known`: somebody confirmed · `late`: something ran out · `grave`: a level or state changed */
  tone?: 'plain' | 'known' | 'late' | 'grave';
}

/** What happened, newest first, one line each with its time; each day under its date. */
export function Timeline({ entries, label }: { entries: readonly TimelineEntry[]; label: string }) {
  const zone = useZone();
  const { lang } = useLang();
  const days = Map.groupBy(entries, (entry) => formatRocDate(civilAt(new Date(entry.at), zone), lang));
  return (
    <section className="timeline" aria-label={label}>
      {[...days].map(([day, list]) => (
        <div key={day}>
          <p className="timeline-day">{day}</p>
          <ol>
            {list.map((entry) => (
              <li key={entry.key} className={`timeline-${entry.tone ?? 'plain'}`}>
                <DateTime at={entry.at} form="clock" />
                <div>
                  <p className="timeline-title">{entry.title}</p>
                  {entry.body && <div className="timeline-body">{entry.body}</div>}
                </div>
              </li>
            ))}
          </ol>
        </div>
      ))}
    </section>
  );
}
