import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { CallView } from '../../../src/preparedness/contract.ts';
import { linkTo } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import { usePageTitle } from '../app/title.ts';
import { Button } from '../ui/Button.tsx';
import { DataTable } from '../ui/DataTable.tsx';
import { NO_WHEN } from '../ui/DateTimeField.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { TextArea } from '../ui/fields.tsx';
import { useLang, usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { ModeBadge } from '../ui/StateBadge.tsx';
import { serverNow } from '../ui/server-clock.ts';
import { Note, NotForYou, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { Countdown, DateTime } from '../ui/time.tsx';
import { DueField } from './DueField.tsx';
import { Mine } from './Mine.tsx';
import { Parts } from './Parts.tsx';
import { Progress } from './Progress.tsx';
import { callQuery, useEnd, useExtend, useRemind } from './queries.ts';
import { preparednessText } from './texts.ts';
import { useAudience } from './words.ts';
import './preparedness.css';

/** One call: what is asked of me first, then how far everybody is that I may see. */
export function Call() {
  const t = useText(preparednessText);
  const { callId }: { callId?: string } = useParams({ strict: false });
  const { data, error, refetch } = useQuery(callQuery(callId ?? ''));
  usePageTitle(data?.reason ?? t.title);
  const isMissing = error instanceof Problem && (error.status === 404 || error.status === 400);
  return (
    <main className="page page-narrow preparedness" id="main" tabIndex={-1} data-density="visit">
      {isMissing ? (
        <NotForYou />
      ) : error && !data ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : !data ? (
        <Skeleton lines={6} tall />
      ) : (
        <Shown view={data} />
      )}
    </main>
  );
}

function Shown({ view }: { view: CallView }) {
  const t = useText(preparednessText);
  const { say } = useAnnouncer();
  const remind = useRemind(view.id);
  const send = (part: string | null): void =>
    remind.mutate(part, { onSuccess: ({ parts }) => say(t.reminded(parts)) });
  return (
    <>
      <Head view={view} />
      {view.ended && (
        <Note>
          <Ended view={view} ended={view.ended} />
        </Note>
      )}
      {view.mine.map((part) => (
        <Mine key={part.id} view={view} part={part} />
      ))}
      {view.follows && (
        <>
          <section aria-labelledby="prep-progress">
            <h2 id="prep-progress">{t.progress}</h2>
            <p className="muted small">{t.summary(view.progress.parts)}</p>
            <Progress progress={view.progress} />
            <BySteps view={view} />
          </section>
          <Acts view={view} busy={remind.isPending} onRemind={() => send(null)} />
          {remind.error && <ProblemMessage error={remind.error} />}
          <Parts view={view} onRemind={remind.isPending ? undefined : send} />
        </>
      )}
    </>
  );
}

function Head({ view }: { view: CallView }) {
  const t = useText(preparednessText);
  const pick = usePick();
  const audience = useAudience();
  return (
    <div className="page-head">
      <p className="small no-print">
        <Link to="/preparedness">{t.back}</Link>
      </p>
      <h1>
        {t.title} <ModeBadge mode={view.mode} />
      </h1>
      <p className="prep-reason">{view.reason}</p>
      <dl className="prep-facts">
        <Line label={t.due}>
          <DateTime at={view.dueAt} />　{!view.endedAt && <Countdown due={view.dueAt} />}
        </Line>
        <Line label={t.form.audience}>{audience(view.audience)}</Line>
        <Line label={t.calledBy}>
          {pick(view.calledBy.name)}　<span className="muted">{pick(view.calledBy.post)}</span>
        </Line>
        <Line label={t.calledAt}>
          <DateTime at={view.calledAt} />
        </Line>
        {view.case && (
          <Line label={t.occasion}>
            <Link to="/cases/$caseId" params={{ caseId: view.case.id }}>
              {view.case.number}
            </Link>
          </Line>
        )}
      </dl>
    </div>
  );
}

function Line({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Ended({ view, ended }: { view: CallView; ended: NonNullable<CallView['ended']> }) {
  const t = useText(preparednessText);
  const pick = usePick();
  return (
    <>
      <p>
        <strong>{t.ended}</strong>　{view.endedAt && <DateTime at={view.endedAt} form="short" />}　
        {pick(ended.by)}
      </p>
      <p className="prep-note">{ended.reason}</p>
    </>
  );
}

function BySteps({ view }: { view: CallView }) {
  const t = useText(preparednessText);
  const pick = usePick();
  return (
    <DataTable
      caption={t.bySteps}
      rows={view.steps}
      rowKey={(step) => step.id}
      columns={[
        { id: 'step', head: t.step, rowHead: true, cell: (step) => pick(step.title) },
        { id: 'owner', head: t.owner, cell: (step) => pick(step.owner.name) },
        { id: 'done', head: t.states.done, figure: true, cell: (step) => step.done },
        { id: 'skipped', head: t.states.skipped, figure: true, cell: (step) => step.skipped },
        { id: 'open', head: t.states.open, figure: true, cell: (step) => step.open },
      ]}
    />
  );
}

function Acts({ view, busy, onRemind }: { view: CallView; busy: boolean; onRemind: () => void }) {
  const t = useText(preparednessText);
  const { lang } = useLang();
  const [dialog, setDialog] = useState<'extend' | 'end' | null>(null);
  const may = (act: CallView['may'][number]) => view.may.includes(act);
  return (
    <div className="prep-acts prep-acts-row no-print">
      {may('remind') && (
        <Button busy={busy} onClick={onRemind}>
          {t.remindAll}
        </Button>
      )}
      {may('extend') && <Button onClick={() => setDialog('extend')}>{t.extend}</Button>}
      {may('end') && <Button onClick={() => setDialog('end')}>{t.end}</Button>}
      <a href={linkTo(`/preparedness/${view.id}/progress.csv`, { lang })}>{t.export}</a>
      {dialog === 'extend' && <ExtendDialog view={view} onClose={() => setDialog(null)} />}
      {dialog === 'end' && <EndDialog view={view} onClose={() => setDialog(null)} />}
    </div>
  );
}

function ExtendDialog({ view, onClose }: { view: CallView; onClose: () => void }) {
  const t = useText(preparednessText);
  const { say } = useAnnouncer();
  const extend = useExtend(view.id);
  const [when, setWhen] = useState(NO_WHEN);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const isBad = when.at === null || new Date(when.at).getTime() <= serverNow();
  const send = (): void => {
    setTried(true);
    if (isBad || when.at === null || reason.trim() === '') return;
    extend.mutate(
      { dueAt: when.at, reason },
      {
        onSuccess: () => {
          say(t.extended);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      open
      dirty
      onClose={onClose}
      title={t.extend}
      actions={
        <Button kind="primary" busy={extend.isPending} onClick={send}>
          {t.extend}
        </Button>
      }
    >
      <DueField
        id={`due-${view.id}`}
        value={when}
        onValue={setWhen}
        error={tried && isBad ? t.form.needDue : undefined}
      />
      <TextArea
        label={t.extendReason}
        now
        maxLength={1000}
        value={reason}
        onValue={setReason}
        error={tried && reason.trim() === '' ? t.needReason : undefined}
      />
      {extend.error && <ProblemMessage error={extend.error} />}
    </Dialog>
  );
}

function EndDialog({ view, onClose }: { view: CallView; onClose: () => void }) {
  const t = useText(preparednessText);
  const c = useText(commonText);
  const { say } = useAnnouncer();
  const end = useEnd(view.id);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const send = (): void => {
    setTried(true);
    if (reason.trim() === '') return;
    end.mutate(reason, {
      onSuccess: () => {
        say(t.endSaid);
        onClose();
      },
    });
  };
  return (
    <Dialog
      open
      dirty={reason !== ''}
      onClose={onClose}
      title={`${t.end}${c.colon}${t.summary(view.progress.parts)}`}
      actions={
        <Button kind="grave" busy={end.isPending} onClick={send}>
          {t.end}
        </Button>
      }
    >
      <p>{t.endHelp}</p>
      <TextArea
        label={t.endReason}
        now
        maxLength={1000}
        value={reason}
        onValue={setReason}
        error={tried && reason.trim() === '' ? t.needReason : undefined}
      />
      {end.error && <ProblemMessage error={end.error} />}
    </Dialog>
  );
}
