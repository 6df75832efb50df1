import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { CaseView } from '../../../src/cases/contract.ts';
import type { NoticeView } from '../../../src/delivery/contract.ts';
import { api } from '../api/client.ts';
import { sessionQuery } from '../api/queries.ts';
import { inboxText } from '../delivery/texts.ts';
import { Button } from '../ui/Button.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { ProblemMessage } from '../ui/states.tsx';
import { DateTime } from '../ui/time.tsx';
import { ActDialog } from './ActDialog.tsx';
import { caseText } from './texts.ts';

/** Confirms one notice: the second of the two taps. */
export function useAcknowledge() {
  const i = useText(inboxText);
  const { say } = useAnnouncer();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (noticeId: string) =>
      api.post<{ notice: NoticeView }>(`/notices/${noticeId}/acknowledgement`),
    onSuccess: async () => {
      say(i.done(1), { next: i.doneNext });
      await client.invalidateQueries({
        predicate: (query) =>
          ['case', 'inbox', 'queue', 'session', 'home'].includes(String(query.queryKey[0])),
      });
    },
  });
}

interface AlertCaseProps {
  view: CaseView;
  /** The reader's own open notice about this case. */
  notice: NoticeView;
}

/** What is asked of this reader, in one sentence and two buttons: know of it, or call. */
export function AlertCase({ view, notice }: AlertCaseProps) {
  const t = useText(caseText);
  const pick = usePick();
  const { data: session } = useQuery(sessionQuery);
  const atDesk = session?.screens.includes('desk') ?? false;
  const acknowledge = useAcknowledge();
  const [telling, setTelling] = useState(false);
  const mayTell = view.may.find((one) => one.act === 'report-convenor-told');
  return (
    <section className="alert-case no-print" aria-label={t.phone.asked}>
      <p className={`alert-asked${notice.late ? ' alert-late' : ''}`}>
        <strong>{pick(notice.asked)}</strong>
      </p>
      {acknowledge.isError && <ProblemMessage error={acknowledge.error} />}
      <div className="stack">
        {notice.acknowledgedAt ? (
          <p className="muted">
            {t.phone.acknowledgedAt} <DateTime at={notice.acknowledgedAt} form="time" />
          </p>
        ) : (
          <Button
            kind="primary"
            wide
            busy={acknowledge.isPending}
            onClick={() => acknowledge.mutate(notice.id)}
          >
            {t.phone.acknowledge}
          </Button>
        )}
        {mayTell && (
          <Button wide onClick={() => setTelling(true)}>
            {t.phone.convenorTold}
          </Button>
        )}
        {!atDesk && (
          <a className="btn btn-plain btn-wide" href={`tel:${notice.callPhone.replaceAll(/[^\d+]/g, '')}`}>
            {t.phone.call} {notice.callPhone}
          </a>
        )}
      </div>
      {telling && mayTell && (
        <ActDialog view={view} may={mayTell} act="report-convenor-told" onClose={() => setTelling(false)} />
      )}
    </section>
  );
}
