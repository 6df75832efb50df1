import type { ReactNode } from 'react';
import { DateTime } from './time.tsx';

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

/** What happened, newest first, one line each with its time. */
export function Timeline({ entries, label }: { entries: readonly TimelineEntry[]; label: string }) {
  return (
    <ol className="timeline" aria-label={label}>
      {entries.map((entry) => (
        <li key={entry.key} className={`timeline-${entry.tone ?? 'plain'}`}>
          <DateTime at={entry.at} form="time" />
          <div>
            <p className="timeline-title">{entry.title}</p>
            {entry.body && <div className="timeline-body">{entry.body}</div>}
          </div>
        </li>
      ))}
    </ol>
  );
}
