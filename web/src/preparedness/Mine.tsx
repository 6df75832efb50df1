import { useState } from 'react';
import type { CallView, PartView } from '../../../src/preparedness/contract.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { TextArea } from '../ui/fields.tsx';
import { usePick, useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { Note, ProblemMessage } from '../ui/states.tsx';
import { commonText } from '../ui/texts.ts';
import { DateTime } from '../ui/time.tsx';
import { useAcknowledge, useSettle } from './queries.ts';
import { preparednessText } from './texts.ts';

type Act = 'done' | 'skip' | 'reopen';

/** What is asked of the reader's own body or group: confirm, then step by step. */
export function Mine({ view, part }: { view: CallView; part: PartView }) {
  const t = useText(preparednessText);
  const pick = usePick();
  const { say } = useAnnouncer();
  const acknowledge = useAcknowledge(view.id);
  const [doing, setDoing] = useState<{ act: Act; step: string } | null>(null);
  const steps = new Map(view.steps.map((step) => [step.id, step]));
  const name = part.group ? pick(part.group.name) : pick(part.organisation.name);
  const isDone = part.tasks.every((task) => task.state !== 'open');
  return (
    <section className="prep-mine" aria-labelledby={`mine-${part.id}`}>
      <h2 id={`mine-${part.id}`}>{view.mine.length > 1 ? t.yoursOf(name) : t.yours}</h2>
      {part.may.includes('acknowledge') ? (
        <div className="prep-acts">
          <Button
            kind="primary"
            busy={acknowledge.isPending}
            onClick={() => acknowledge.mutate(part.id, { onSuccess: () => say(t.acknowledged) })}
          >
            {t.acknowledge}
          </Button>
        </div>
      ) : (
        part.acknowledgedAt && (
          <p className="small muted">
            {t.acknowledged}　{pick(part.acknowledgedBy)}　<DateTime at={part.acknowledgedAt} form="short" />
          </p>
        )
      )}
      {acknowledge.error && <ProblemMessage error={acknowledge.error} />}
      <ul className="prep-tasks">
        {part.tasks.map((task) => {
          const step = steps.get(task.step);
          const title = pick(step?.title);
          return (
            <li key={task.step} className={`prep-task prep-task-${task.state}`}>
              <div className="prep-what">
                <h3>{title}</h3>
                {step?.help && task.state === 'open' && <p className="muted">{pick(step.help)}</p>}
                <TaskState task={task} />
              </div>
              {part.may.includes('settle') && (
                <div className="prep-acts no-print">
                  {task.state === 'open' ? (
                    <>
                      <ActButton
                        act="done"
                        title={title}
                        onClick={() => setDoing({ act: 'done', step: task.step })}
                      />
                      <ActButton
                        act="skip"
                        title={title}
                        onClick={() => setDoing({ act: 'skip', step: task.step })}
                      />
                    </>
                  ) : (
                    <ActButton
                      act="reopen"
                      title={title}
                      onClick={() => setDoing({ act: 'reopen', step: task.step })}
                    />
                  )}
                </div>
              )}
            </li>
          );
        })}
      </ul>
      {isDone && !view.endedAt && <Note>{t.allSettled}</Note>}
      {doing && (
        <SettleDialog
          view={view}
          part={part}
          {...doing}
          title={pick(steps.get(doing.step)?.title)}
          onClose={() => setDoing(null)}
        />
      )}
    </section>
  );
}

function ActButton({ act, title, onClick }: { act: Act; title: string; onClick: () => void }) {
  const t = useText(preparednessText);
  const c = useText(commonText);
  const label = t[act];
  return (
    <Button
      kind={act === 'done' ? 'plain' : 'quiet'}
      aria-label={`${label}${c.colon}${title}`}
      onClick={onClick}
    >
      {label}
    </Button>
  );
}

/** How a step stands: by whom, when, and what he had to say. */
export function TaskState({ task }: { task: PartView['tasks'][number] }) {
  const t = useText(preparednessText);
  const c = useText(commonText);
  const pick = usePick();
  return (
    <>
      <p className="small muted">
        {t.states[task.state]}
        {task.state !== 'open' && task.changedAt && (
          <>
            {c.separator}
            <DateTime at={task.changedAt} form="short" />
            {c.separator}
            {pick(task.changedBy)}
          </>
        )}
      </p>
      {task.note && task.state !== 'open' && <p className="small prep-note">{task.note}</p>}
    </>
  );
}

interface SettleDialogProps {
  view: CallView;
  part: PartView;
  act: Act;
  step: string;
  title: string;
  onClose: () => void;
}

function SettleDialog({ view, part, act, step, title, onClose }: SettleDialogProps) {
  const t = useText(preparednessText);
  const c = useText(commonText);
  const { say } = useAnnouncer();
  const settle = useSettle(view.id);
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const missing = act === 'skip' && note.trim() === '';
  const send = (): void => {
    setTried(true);
    if (missing) return;
    settle.mutate(
      { part: part.id, step, act, note },
      {
        onSuccess: () => {
          say(act === 'done' ? t.doneSaid(title) : `${t[act]}${c.colon}${title}`);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      open
      dirty={note !== ''}
      onClose={onClose}
      title={`${t[act]}${c.colon}${title}`}
      actions={
        <Button kind="primary" busy={settle.isPending} onClick={send}>
          {t[act]}
        </Button>
      }
    >
      {act !== 'reopen' && (
        <TextArea
          label={act === 'skip' ? t.skipReason : t.note}
          now={act === 'skip'}
          maxLength={500}
          value={note}
          onValue={setNote}
          error={tried && missing ? t.needReason : undefined}
        />
      )}
      {settle.error && <ProblemMessage error={settle.error} />}
    </Dialog>
  );
}
