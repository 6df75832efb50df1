import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { MeetingView } from '../../../src/centre/contract.ts';
import { newKey } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { usePageTitle } from '../app/title.ts';
import { Button } from '../ui/Button.tsx';
import { DateTimeField, NO_WHEN } from '../ui/DateTimeField.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Select, TextArea, TextField } from '../ui/fields.tsx';
import { useLang, usePick, useText } from '../ui/lang.tsx';
import { ModeBadge } from '../ui/StateBadge.tsx';
import { NotForYou, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { Countdown, DateTime } from '../ui/time.tsx';
import { meetingQuery, useMeetingAct } from './queries.ts';
import { centreText } from './texts.ts';
import { WithReason } from './WithReason.tsx';
import './centre.css';

const PRESENCE = ['in-person', 'remote', 'absent'] as const;

/** One emergency meeting: the invitation, who came, what was decided, and who does what until when. */
export function Meeting() {
  const { meetingId = '' } = useParams({ strict: false });
  const t = useText(centreText);
  const { data: view, error, isPending, refetch } = useQuery(meetingQuery(meetingId));
  usePageTitle(t.meetings.title);
  if (error instanceof Problem && error.status === 404)
    return (
      <main className="page" id="main" tabIndex={-1}>
        <NotForYou />
      </main>
    );
  return (
    <main className="page page-narrow centre-meeting" id="main" tabIndex={-1} data-density="visit">
      {isPending ? (
        <Skeleton lines={6} tall />
      ) : !view ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : (
        <>
          <Head view={view} />
          <Invited view={view} />
          <Minutes view={view} />
          <Decisions view={view} />
          <Actions view={view} />
        </>
      )}
    </main>
  );
}

function Head({ view }: { view: MeetingView }) {
  const t = useText(centreText);
  const c = useText(commonText);
  const pick = usePick();
  const { lang } = useLang();
  const act = useMeetingAct(view.id);
  const [moving, setMoving] = useState(false);
  const live = view.state === 'called';
  return (
    <header className="page-head">
      <h1>
        {t.meetings.invitation} <ModeBadge mode={view.mode} />
      </h1>
      <p className={view.state === 'cancelled' ? 'centre-late' : ''}>
        <strong>
          <DateTime at={view.startsAt} />
        </strong>{' '}
        {live ? <Countdown due={view.startsAt} short /> : t.meetings.states[view.state]}
      </p>
      {view.place && <p>{view.place}</p>}
      {view.case && (
        <p>
          {t.meetings.forCase}{' '}
          <Link to="/cases/$caseId" params={{ caseId: view.case.id }}>
            {view.case.number}
          </Link>
          {view.reason && `${c.separator}${view.reason}`}
        </p>
      )}
      <p className="centre-quiet">
        {view.called.person
          ? `${t.meetings.calledBy}　${pick(view.called.person.name)}`
          : t.meetings.automatic}
      </p>
      {view.cancelled && <p>{view.cancelled}</p>}
      {view.sequence > 0 && live && <p>{t.meetings.changed}</p>}
      <div className="centre-row">
        <a
          className="btn btn-primary"
          href={`/api/v1/meetings/${view.id}/invitation.ics?lang=${lang}`}
          download
        >
          <span>{t.meetings.calendar}</span>
        </a>
        {view.runs && live && (
          <>
            <Button onClick={() => setMoving(true)}>{t.meetings.move}</Button>
            <Button busy={act.isPending} onClick={() => act.mutate({ act: 'end' })}>
              {t.meetings.end}
            </Button>
            <WithReason
              label={t.meetings.cancel}
              grave
              busy={act.isPending}
              error={act.error}
              onSend={(reason) => act.mutateAsync({ act: 'cancel', reason })}
            />
          </>
        )}
        <Button kind="quiet" onClick={() => window.print()}>
          {t.meetings.print}
        </Button>
        {view.activationId && (
          <Link to="/centre/$activationId" params={{ activationId: view.activationId }}>
            {t.open}
          </Link>
        )}
      </div>
      {moving && <Move view={view} onClose={() => setMoving(false)} />}
    </header>
  );
}

function Move({ view, onClose }: { view: MeetingView; onClose: () => void }) {
  const t = useText(centreText);
  const act = useMeetingAct(view.id);
  const [when, setWhen] = useState(NO_WHEN);
  const [place, setPlace] = useState(view.place);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t.meetings.move}
      dirty={when.text !== ''}
      actions={
        <Button
          kind="primary"
          busy={act.isPending}
          disabled={when.at === null || place.trim() === ''}
          onClick={() =>
            act.mutate({ act: 'move', startsAt: when.at ?? '', place: place.trim() }, { onSuccess: onClose })
          }
        >
          {t.meetings.move}
        </Button>
      }
    >
      <DateTimeField label={t.meetings.at} now value={when} onValue={setWhen} quick={[]} />
      <TextField label={t.meetings.place} now maxLength={200} value={place} onValue={setPlace} />
      {act.error && <ProblemMessage error={act.error} />}
    </Dialog>
  );
}

function Invited({ view }: { view: MeetingView }) {
  const t = useText(centreText);
  const c = useText(commonText);
  const pick = usePick();
  const act = useMeetingAct(view.id);
  return (
    <section aria-labelledby="invited">
      <h2 id="invited">{t.meetings.invited}</h2>
      <ul className="centre-list">
        {view.invited.map((one) => (
          <li key={one.post.id}>
            <span className="centre-grow">
              <strong>{pick(one.post.name)}</strong>{' '}
              <span className="centre-quiet">{t.meetings.presence[one.presence ?? 'none']}</span>
            </span>
            {(one.mine || view.runs) && view.state !== 'cancelled' && (
              <fieldset className="centre-row no-print">
                <legend className="visually-hidden">
                  {t.meetings.attend}
                  {c.separator}
                  {pick(one.post.name)}
                </legend>
                {PRESENCE.map((presence) => (
                  <label key={presence} className="centre-eta">
                    <input
                      type="radio"
                      name={`presence-${one.post.id}`}
                      checked={one.presence === presence}
                      onChange={() => act.mutate({ act: 'attend', post: one.post.id, presence })}
                    />
                    {t.meetings.presence[presence]}
                  </label>
                ))}
              </fieldset>
            )}
          </li>
        ))}
      </ul>
      {act.error && <ProblemMessage error={act.error} />}
    </section>
  );
}

/** Something to write, with its own button; what was sent twice is made once. */
function Writing(props: {
  label: string;
  button: string;
  rows?: number;
  max: number;
  start?: string;
  /** Something else must be chosen first. */
  off?: boolean;
  onSend: (id: string, text: string) => Promise<unknown>;
}) {
  const [id, setId] = useState(newKey);
  const [text, setText] = useState(props.start ?? '');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const send = (): void => {
    setBusy(true);
    props
      .onSend(id, text.trim())
      .then(
        () => {
          setId(newKey());
          setError(null);
          if (props.start === undefined) setText('');
        },
        (failed: unknown) => setError(failed),
      )
      .finally(() => setBusy(false));
  };
  return (
    <div className="centre-write">
      <TextArea
        label={props.label}
        rows={props.rows ?? 2}
        maxLength={props.max}
        value={text}
        onValue={setText}
      />
      <Button busy={busy} disabled={text.trim() === '' || props.off} onClick={send}>
        {props.button}
      </Button>
      {error !== null && <ProblemMessage error={error} />}
    </div>
  );
}

function Minutes({ view }: { view: MeetingView }) {
  const t = useText(centreText);
  const act = useMeetingAct(view.id);
  return (
    <section aria-labelledby="minutes">
      <h2 id="minutes">{t.meetings.minutes}</h2>
      {view.runs ? (
        <>
          <Writing
            label={t.meetings.minutes}
            button={t.meetings.writeMinutes}
            rows={8}
            max={20000}
            start={view.minutes}
            onSend={(id, text) => act.mutateAsync({ act: 'minutes', id, text })}
          />
          {/* On paper stands what is written, not the field it is written in. */}
          <p className="centre-text centre-paper">{view.minutes || '—'}</p>
        </>
      ) : (
        <p className="centre-text">{view.minutes || '—'}</p>
      )}
      {view.minutesAt && (
        <p className="centre-quiet">
          <DateTime at={view.minutesAt} />
        </p>
      )}
    </section>
  );
}

function Decisions({ view }: { view: MeetingView }) {
  const t = useText(centreText);
  const act = useMeetingAct(view.id);
  return (
    <section aria-labelledby="decisions">
      <h2 id="decisions">{t.meetings.decisions}</h2>
      {view.decisions.length === 0 && <p className="centre-none">{t.meetings.noDecisions}</p>}
      <ol className="centre-decisions">
        {view.decisions.map((one) => (
          <li key={one.id} className="centre-text">
            {one.text}
          </li>
        ))}
      </ol>
      {view.runs && (
        <Writing
          label={t.meetings.decide}
          button={t.meetings.decide}
          max={5000}
          onSend={(id, text) => act.mutateAsync({ act: 'decide', id, text })}
        />
      )}
    </section>
  );
}

function Actions({ view }: { view: MeetingView }) {
  const t = useText(centreText);
  const c = useText(commonText);
  const pick = usePick();
  const act = useMeetingAct(view.id);
  const [owner, setOwner] = useState('');
  const [due, setDue] = useState(NO_WHEN);
  return (
    <section aria-labelledby="actions">
      <h2 id="actions">{t.meetings.actions}</h2>
      {view.actions.length === 0 && <p className="centre-none">{t.meetings.noActions}</p>}
      <ul className="centre-list">
        {view.actions.map((one) => (
          <li key={one.id} className={one.late && !one.doneAt ? 'centre-row-late' : ''}>
            <span className="centre-grow">
              <span className="centre-text">{one.text}</span>
              <span className="centre-quiet">
                {pick(one.post.name)}
                {one.due && (
                  <>
                    {c.separator}
                    {t.meetings.due} <DateTime at={one.due} />
                  </>
                )}
                {one.doneText && `${c.separator}${one.doneText}`}
              </span>
            </span>
            {one.doneAt ? (
              <span className="badge badge-final">{t.meetings.done}</span>
            ) : (
              <>
                {one.late && <span className="centre-late">{t.meetings.late}</span>}
                {(one.mine || view.runs) && (
                  <Button
                    busy={act.isPending}
                    onClick={() => act.mutate({ act: 'done', action: one.id })}
                    aria-label={`${t.meetings.markDone} ${one.text}`}
                  >
                    {t.meetings.markDone}
                  </Button>
                )}
              </>
            )}
          </li>
        ))}
      </ul>
      {view.runs && (
        <div className="no-print">
          <Select
            label={t.meetings.owner}
            empty="—"
            value={owner}
            onValue={setOwner}
            options={view.invited.map((one) => ({ value: one.post.id, label: pick(one.post.name) }))}
          />
          <DateTimeField label={t.meetings.due} value={due} onValue={setDue} quick={[]} />
          <Writing
            label={t.meetings.what}
            button={t.meetings.assign}
            max={5000}
            off={owner === ''}
            onSend={(id, text) => act.mutateAsync({ act: 'assign', id, post: owner, due: due.at, text })}
          />
        </div>
      )}
      {act.error && <ProblemMessage error={act.error} />}
    </section>
  );
}
