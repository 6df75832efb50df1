import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { HandoverCase, HandoverView } from '../../../src/directory/roster-contract.ts';
import { api } from '../api/client.ts';
import { useWords } from '../mechanism/words.ts';
import { Button } from '../ui/Button.tsx';
import { TextArea } from '../ui/fields.tsx';
import { LevelMark } from '../ui/LevelMark.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { ModeBadge, StateBadge } from '../ui/StateBadge.tsx';
import { EmptyState, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { DateTime } from '../ui/time.tsx';
import { handoversQuery, useRosterAct } from './queries.ts';
import { rosterText } from './texts.ts';

/** What whoever leaves tells whoever comes (交接): written at the end of a shift, read and confirmed by the next. */
export function Handover({ postId }: { postId: string }) {
  const t = useText(rosterText);
  const { data, error, refetch } = useQuery(handoversQuery(postId));
  return (
    <section className="roster-handover">
      <h3>{t.handover.title}</h3>
      {error ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : !data ? (
        <Skeleton lines={4} />
      ) : (
        <>
          {data.items.length === 0 ? (
            <EmptyState title={t.handover.empty}>{t.handover.emptyHelp}</EmptyState>
          ) : (
            <ul className="roster-notes">
              {data.items.map((note) => (
                <OneNote key={note.id} note={note} />
              ))}
            </ul>
          )}
          {data.mayWrite && <Write postId={postId} cases={data.cases} />}
        </>
      )}
    </section>
  );
}

function OneNote({ note }: { note: HandoverView }) {
  const t = useText(rosterText);
  const pick = usePick();
  const { say } = useAnnouncer();
  const confirm = useRosterAct(
    () => api.post(`/handovers/${note.id}/confirm`),
    () => say(t.handover.confirmed),
  );
  return (
    <li className={note.confirmedAt ? '' : 'roster-note-open'}>
      <p>
        <strong>{pick(note.person.name)}</strong> <DateTime at={note.writtenAt} form="short" />{' '}
        <span className={note.confirmedBy ? 'muted small' : 'roster-gap-word'}>
          {note.confirmedBy ? t.handover.by(pick(note.confirmedBy.name)) : t.handover.waiting}
        </span>
      </p>
      <p className="roster-words">{note.text}</p>
      <details open={!note.confirmedAt}>
        <summary>{t.handover.cases(note.cases.length + note.hidden)}</summary>
        <Cases cases={note.cases} />
        {note.hidden > 0 && <p className="muted small">{t.handover.hidden(note.hidden)}</p>}
      </details>
      {note.mayConfirm && (
        <Button kind="primary" busy={confirm.isPending} onClick={() => confirm.mutate(undefined)}>
          {t.handover.confirm}
        </Button>
      )}
      {confirm.isError && <ProblemMessage error={confirm.error} />}
    </li>
  );
}

function Write({ postId, cases }: { postId: string; cases: readonly HandoverCase[] }) {
  const t = useText(rosterText);
  const { say } = useAnnouncer();
  const [text, setText] = useState('');
  const save = useRosterAct(
    () => api.post(`/rosters/${postId}/handovers`, { text }),
    () => {
      say(t.handover.saved, { next: t.handover.savedNext });
      setText('');
    },
  );
  return (
    <details className="roster-write no-print">
      <summary>{t.handover.write}</summary>
      <p className="muted">{t.handover.writeHelp}</p>
      <h4>{t.handover.cases(cases.length)}</h4>
      <Cases cases={cases} />
      <TextArea label={t.handover.text} now value={text} onValue={setText} rows={5} maxLength={4000} />
      <Button
        kind="primary"
        disabled={text.trim() === ''}
        busy={save.isPending}
        onClick={() => save.mutate(undefined)}
      >
        {t.handover.save}
      </Button>
      {save.isError && <ProblemMessage error={save.error} />}
    </details>
  );
}

function Cases({ cases }: { cases: readonly HandoverCase[] }) {
  const t = useText(rosterText);
  const pick = usePick();
  const words = useWords();
  if (cases.length === 0) return <p className="muted">{t.handover.noCases}</p>;
  return (
    <ul className="roster-cases">
      {cases.map((one) => (
        <li key={one.id}>
          <LevelMark
            level={one.level}
            mark={words.mark(one.level)}
            proposed={one.levelStatus === 'proposed'}
          />
          <Link to="/cases/$caseId" params={{ caseId: one.id }}>
            {one.number}
          </Link>
          <span>{pick(one.organisation)}</span>
          <StateBadge name={words.state(one.state)} open={one.open} />
          <ModeBadge mode={one.mode} />
          {one.takenBy && <span className="muted small">{t.handover.taken(pick(one.takenBy))}</span>}
          {one.nextDue && (
            <span className="muted small">
              {t.handover.due} <DateTime at={one.nextDue} form="time" />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
