import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import type { CaseView } from '../../../src/cases/contract.ts';
import type { linkedAnswer } from '../../../src/insight/contract.ts';
import { api } from '../api/client.ts';
import { sessionQuery } from '../api/queries.ts';
import { useWords } from '../mechanism/words.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { TextArea } from '../ui/fields.tsx';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { StateBadge } from '../ui/StateBadge.tsx';
import { ProblemMessage } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime } from '../ui/time.tsx';
import { ActDialog } from './ActDialog.tsx';
import { affairsText } from './affairs-text.ts';
import './links.css';

type Links = NonNullable<CaseView['links']>;
type Linked = Links['cases'][number];

/** So many stand open to the eye; the rest unfold. */
const SHOWN = 4;

/** The other cases of the same campaign, why each was linked, and the way to undo it (H22, H47). Nothing when it stands alone. */
export function LinkedCases({ view }: { view: CaseView }) {
  const t = useText(affairsText).links;
  const c = useText(commonText);
  const pick = usePick();
  const { data: session } = useQuery(sessionQuery);
  const [undoing, setUndoing] = useState<Linked | 'own' | null>(null);
  const { links } = view;
  if (!links) return null;
  const own = view.may.find((one) => one.act === 'unlink-case');
  // Of the others it is undone from here by whoever links at the desk; the server has the last word on each.
  const atDesk = session?.screens.includes('desk') ?? false;
  const line = (one: Linked) => (
    <LinkedLine
      key={one.id}
      one={one}
      onUndo={atDesk && !one.leads && one.open ? () => setUndoing(one) : null}
    />
  );
  return (
    <section className="links" aria-labelledby={`links-${view.case.id}`}>
      <h3 id={`links-${view.case.id}`}>
        {t.title} <small>{t.of(links.cases.length + links.more)}</small>
      </h3>
      {links.own && (
        <p className="small">
          {t.own}
          {c.colon}
          {links.own.reason || t.noReason}
          <span className="muted">
            {c.separator}
            {links.own.person && `${pick(links.own.person.name)} `}
            <DateTime at={links.own.linkedAt} form="short" />
          </span>
        </p>
      )}
      <ul>{links.cases.slice(0, SHOWN).map(line)}</ul>
      {links.cases.length > SHOWN && (
        <details>
          <summary>{t.of(links.cases.length - SHOWN)}</summary>
          <ul>{links.cases.slice(SHOWN).map(line)}</ul>
        </details>
      )}
      {links.more > 0 && <p className="small muted">{t.more(links.more)}</p>}
      <p className="links-acts no-print">
        {session?.screens.includes('desk') && <Link to="/campaigns">{t.campaigns}</Link>}
        {own && (
          <Button kind="quiet" className="btn-small" onClick={() => setUndoing('own')}>
            {t.undo}
          </Button>
        )}
      </p>
      <p className="small muted">{t.help}</p>
      {undoing === 'own' && own && (
        <ActDialog view={view} may={own} act="unlink-case" onClose={() => setUndoing(null)} />
      )}
      {undoing !== null && undoing !== 'own' && <UndoDialog one={undoing} onClose={() => setUndoing(null)} />}
    </section>
  );
}

function LinkedLine({ one, onUndo }: { one: Linked; onUndo: (() => void) | null }) {
  const t = useText(affairsText).links;
  const pick = usePick();
  const words = useWords();
  return (
    <li>
      <LevelMark
        level={one.level}
        mark={words.mark(one.level)}
        size="s"
        proposed={one.levelStatus === 'proposed'}
      />
      <span className="links-what">
        <Link to="/cases/$caseId" params={{ caseId: one.id }}>
          {one.number}　{pick(one.organisation.name)}
        </Link>{' '}
        <StateBadge name={words.state(one.state)} open={one.open} />
        {one.leads ? (
          <span className="small muted">{t.leads}</span>
        ) : (
          one.linkedAt && <span className="small muted">{one.reason || t.noReason}</span>
        )}
      </span>
      {onUndo && (
        <Button
          kind="quiet"
          className="btn-small no-print"
          aria-label={t.undoOf(one.number)}
          onClick={onUndo}
        >
          {t.undo}
        </Button>
      )}
    </li>
  );
}

function UndoDialog({ one, onClose }: { one: Linked; onClose: () => void }) {
  const t = useText(affairsText).links;
  const { say } = useAnnouncer();
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const undo = useMutation({
    mutationFn: () =>
      api.post<z.infer<typeof linkedAnswer>>('/campaigns/unlinks', {
        cases: [one.id],
        reason: reason.trim(),
      }),
    onSuccess: async ({ done }) => {
      say(done.includes(one.id) ? t.undone(one.number) : t.notUndone(one.number));
      onClose();
      await client.invalidateQueries({
        predicate: ({ queryKey }) => ['case', 'queue', 'campaigns'].includes(String(queryKey[0])),
      });
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t.undoOf(one.number)}
      dirty={reason !== ''}
      actions={
        <Button kind="primary" busy={undo.isPending} onClick={() => undo.mutate()}>
          {t.undo}
        </Button>
      }
    >
      <p className="muted">{t.undoHelp}</p>
      <TextArea label={t.reason} rows={2} maxLength={2000} value={reason} onValue={setReason} />
      {undo.isError && <ProblemMessage error={undo.error} />}
    </Dialog>
  );
}
