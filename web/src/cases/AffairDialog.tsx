import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent, ReactNode } from 'react';
import { useId, useState } from 'react';
import type { CaseActName, CaseView } from '../../../src/cases/contract.ts';
import { api, newKey } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { ProblemMessage } from '../ui/states.tsx';
import { useParties } from './parties.ts';
import { type ActAnswer, caseQuery } from './queries.ts';
import { caseText } from './texts.ts';

/** Does one of the acts of these panels, says what came of it, and reads the case again. */
export function useAffair(view: CaseView, onDone?: () => void) {
  const t = useText(caseText);
  const { say } = useAnnouncer();
  const parties = useParties();
  const client = useQueryClient();
  const [key, setKey] = useState(newKey);
  return useMutation({
    mutationFn: ({ act, body }: { act: CaseActName; body: Record<string, unknown> }) =>
      api.post<ActAnswer>(
        `/cases/${view.case.id}/acts`,
        { act, revision: view.case.revision, ...body },
        { idempotencyKey: key },
      ),
    onSuccess: async (answer, { act }) => {
      setKey(newKey());
      const told = answer.toldParties;
      say(told.length > 0 ? t.done.told(t.acts[act], parties.names(told)) : t.done.generic(t.acts[act]));
      onDone?.();
      await client.invalidateQueries({
        predicate: (query) =>
          ['case', 'cases', 'queue', 'inbox', 'support'].includes(String(query.queryKey[0])),
      });
    },
    onError: async (error) => {
      setKey(newKey());
      // Somebody was first: what he did is read, and pressing again is one's own decision. Whoever no longer sees the case
      // after his own act is told so by the page.
      if (error instanceof Problem && error.code === 'case-changed')
        await client.fetchQuery({ ...caseQuery(view.case.id), staleTime: 0 });
    },
  });
}

interface AffairDialogProps {
  view: CaseView;
  act: CaseActName;
  /** Stands above the fields: which step, which request. */
  about?: ReactNode;
  title?: string;
  body: () => Record<string, unknown>;
  /** What is still missing, as a sentence; null when it can be sent. */
  fault: string | null;
  /** The fields; given what is missing once it was tried. */
  children: (wrong: string | null) => ReactNode;
  onClose: () => void;
}

/** One act with what it needs. */
export function AffairDialog({ view, act, about, title, body, fault, children, onClose }: AffairDialogProps) {
  const t = useText(caseText);
  const formId = useId();
  const [tried, setTried] = useState(false);
  const send = useAffair(view, onClose);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (fault === null && !send.isPending) send.mutate({ act, body: body() });
  };
  return (
    <Dialog
      open
      dirty
      onClose={onClose}
      title={title ?? t.acts[act]}
      actions={
        <Button
          kind="primary"
          type="submit"
          form={formId}
          busy={send.isPending}
          aria-disabled={fault !== null}
        >
          {t.acts[act]}
        </Button>
      }
    >
      {about && <p className="strong">{about}</p>}
      <p className="muted">{t.explain[act]}</p>
      <form id={formId} onSubmit={submit} noValidate>
        {children(tried ? fault : null)}
      </form>
      {send.isError && <ProblemMessage error={send.error} />}
    </Dialog>
  );
}
