import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { FiledAnswer, FileReportInput } from '../../../../src/cases/contract.ts';
import { api } from '../../api/client.ts';
import { Problem } from '../../api/problem.ts';
import { keepAnswer } from './shelf.ts';

export type FilingState =
  | { kind: 'idle' }
  | { kind: 'sending' }
  /** No answer came: it may have been filed. The same is sent again until an answer comes. */
  | { kind: 'unsure'; sending: boolean }
  | { kind: 'refused'; problem: Problem };

/** Waits between tries after an unknown outcome, in ms; the last one repeats. */
const WAITS = [2000, 4000, 8000, 15_000];

interface FilingOptions {
  personId: string;
  draftId: string;
  /** A filing an earlier visit to this page left with an unknown outcome. */
  pending: FileReportInput | undefined;
  setFiling: (filing: FileReportInput | undefined) => Promise<void>;
  /** The draft has become a report: nothing is saved any more. */
  close: () => void;
}

/** True when the answer says nothing about this report: it may be filed, or may yet be, and is sent again by itself. */
export function isUnknown(problem: Pick<Problem, 'offline' | 'status'>): boolean {
  return problem.offline || problem.status >= 500 || problem.status === 408 || problem.status === 429;
}

/**
 * Sends a report under the draft's id as its key. After an unknown outcome exactly the same is sent again, so the
 * answer is the one the first try had, and there is one case only.
 */
export function useFiling(options: FilingOptions): {
  state: FilingState;
  send: (filing: FileReportInput) => void;
  retry: () => void;
  clear: () => void;
} {
  const [state, setState] = useState<FilingState>(
    options.pending ? { kind: 'unsure', sending: false } : { kind: 'idle' },
  );
  const client = useQueryClient();
  const navigate = useNavigate();
  const latest = useRef(options);
  latest.current = options;
  const tries = useRef(0);
  const busy = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const attempt = useCallback(
    async (filing: FileReportInput, isRetry: boolean): Promise<void> => {
      if (busy.current) return;
      busy.current = true;
      clearTimeout(timer.current);
      const { personId, draftId, setFiling, close } = latest.current;
      setState(isRetry ? { kind: 'unsure', sending: true } : { kind: 'sending' });
      await setFiling(filing);
      try {
        const answer = await api.post<FiledAnswer>('/reports', filing, { idempotencyKey: draftId });
        keepAnswer(personId, draftId, answer);
        const { keepFiled } = await import('../Filed.tsx');
        keepFiled(client, answer);
        close();
        for (const key of ['drafts', 'home', 'cases', 'queue', 'case'])
          void client.invalidateQueries({ queryKey: [key] });
        await navigate({
          to: '/cases/$caseId/filed',
          params: { caseId: answer.caseId },
          search: { draft: draftId },
          replace: true,
        });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (isUnknown(error)) {
          setState({ kind: 'unsure', sending: false });
          const wait = WAITS[Math.min(tries.current, WAITS.length - 1)] ?? 15_000;
          tries.current += 1;
          timer.current = setTimeout(() => void attempt(filing, true), wait);
        } else if (error.status === 401) {
          // The session has ended: what waits stays kept, and goes by itself when its author is back.
          setState({ kind: 'unsure', sending: false });
        } else {
          // A refusal is an answer: nothing was filed under this key by this request.
          void setFiling(undefined);
          setState({ kind: 'refused', problem: error });
        }
      } finally {
        busy.current = false;
      }
    },
    [client, navigate],
  );

  const waits = state.kind === 'unsure' || state.kind === 'sending';
  useEffect(() => {
    if (!waits) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [waits]);

  const pending = options.pending;
  const retry = useCallback((): void => {
    const filing = latest.current.pending;
    if (filing) void attempt(filing, true);
  }, [attempt]);
  // Left over from an earlier visit: its outcome is found out first.
  const leftOver = useRef(pending);
  useEffect(() => {
    if (leftOver.current) void attempt(leftOver.current, true);
    window.addEventListener('online', retry);
    return () => {
      window.removeEventListener('online', retry);
      clearTimeout(timer.current);
    };
  }, [attempt, retry]);

  return {
    state,
    send: (filing) => {
      tries.current = 0;
      void attempt(filing, false);
    },
    retry,
    clear: () => setState({ kind: 'idle' }),
  };
}
