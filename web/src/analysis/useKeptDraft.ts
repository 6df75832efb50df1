import { useEffect, useRef, useState } from 'react';
import type { AnalysisDraft } from '../../../src/analysis/contract.ts';
import { api } from '../api/client.ts';
import { Problem } from '../api/problem.ts';

export type Kept = 'untouched' | 'saving' | 'saved' | 'waiting' | 'elsewhere';

/** So long after the last key it is saved, in ms; and so long after a failure it is tried again. */
const PAUSE = 1_000;
const AGAIN = 5_000;

/**
 * Keeps a draft at the server a moment after the last key, when the page is left, and again when the line is back. What was
 * saved elsewhere meanwhile is never written over.
 */
export function useKeptDraft(id: string, revision: number) {
  const [status, setStatus] = useState<Kept>('untouched');
  const held = useRef({
    revision,
    content: null as Record<string, unknown> | null,
    busy: false,
    over: false,
  });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const sync = async (): Promise<void> => {
    const now = held.current;
    clearTimeout(timer.current);
    if (now.busy || now.over || now.content === null) return;
    const { content } = now;
    now.content = null;
    now.busy = true;
    setStatus('saving');
    try {
      const saved = await api.put<AnalysisDraft>(`/analyses/drafts/${id}`, {
        content,
        revision: now.revision,
      });
      now.revision = saved.revision;
      setStatus(now.content === null ? 'saved' : 'saving');
    } catch (error) {
      if (error instanceof Problem && error.code === 'draft-changed') {
        now.over = true;
        setStatus('elsewhere');
      } else {
        now.content ??= content;
        setStatus('waiting');
      }
    }
    now.busy = false;
    if (now.content !== null && !now.over) later(AGAIN);
  };
  const latest = useRef(sync);
  latest.current = sync;
  const later = (wait: number): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void latest.current(), wait);
  };

  useEffect(() => {
    const now = (): void => void latest.current();
    const onHide = (): void => {
      if (document.visibilityState === 'hidden') now();
    };
    window.addEventListener('online', now);
    document.addEventListener('visibilitychange', onHide);
    return () => {
      window.removeEventListener('online', now);
      document.removeEventListener('visibilitychange', onHide);
      now();
    };
  }, []);

  return {
    status,
    change: (content: Record<string, unknown>) => {
      held.current.content = content;
      later(PAUSE);
    },
    /** Nothing more is saved: it was sent, or thrown away. */
    stop: () => {
      held.current.over = true;
      clearTimeout(timer.current);
    },
  };
}
