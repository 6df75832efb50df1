import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { DraftView } from '../../../src/cases/contract.ts';
import { api } from '../api/client.ts';
import { caseText } from '../cases/texts.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { ProblemMessage } from '../ui/states.tsx';
import { useNow, useSpan } from '../ui/time.tsx';
import { draftsQuery } from './queries.ts';
import { homeText } from './texts.ts';

/** Reports begun and not sent; nothing stands here when there are none. */
export function Drafts() {
  const t = useText(homeText);
  const { data: drafts } = useQuery(draftsQuery);
  const [discarding, setDiscarding] = useState<DraftView | null>(null);
  if (!drafts || drafts.length === 0) return null;
  return (
    <section>
      <h2>
        {t.drafts} <small className="muted">{drafts.length}</small>
      </h2>
      <ul className="home-drafts">
        {drafts.map((draft) => (
          <Draft key={draft.id} draft={draft} onDiscard={() => setDiscarding(draft)} />
        ))}
      </ul>
      {discarding && <Discard draft={discarding} onClose={() => setDiscarding(null)} />}
    </section>
  );
}

function Draft({ draft, onDiscard }: { draft: DraftView; onDiscard: () => void }) {
  const t = useText(homeText);
  const c = useText(caseText);
  const now = useNow('minute');
  const span = useSpan();
  const text = draft.content['description'];
  return (
    <li>
      <div>
        <Link to="/report/$draftId" params={{ draftId: draft.id }}>
          {c.reports.kinds[draft.kind]}
          {draft.caseNumber && `　${draft.caseNumber}`}
        </Link>
        <p className="home-draft-text">{typeof text === 'string' && text ? text : t.draftEmpty}</p>
      </div>
      <span className="small muted">{t.draftSaved(span(now - new Date(draft.updatedAt).getTime()))}</span>
      <Button kind="quiet" className="btn-small" onClick={onDiscard}>
        {t.draftDiscard}
      </Button>
    </li>
  );
}

function Discard({ draft, onClose }: { draft: DraftView; onClose: () => void }) {
  const t = useText(homeText);
  const { say } = useAnnouncer();
  const client = useQueryClient();
  const discard = useMutation({
    mutationFn: () => api.delete(`/drafts/${draft.id}`),
    onSuccess: async () => {
      say(t.draftDiscarded);
      onClose();
      await client.invalidateQueries({ queryKey: ['drafts'] });
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t.draftDiscardAsk}
      actions={
        <Button kind="grave" busy={discard.isPending} onClick={() => discard.mutate()}>
          {t.draftDiscard}
        </Button>
      }
    >
      <p>{t.draftDiscardHelp}</p>
      {discard.isError && <ProblemMessage error={discard.error} />}
    </Dialog>
  );
}
